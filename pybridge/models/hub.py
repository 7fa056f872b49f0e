"""A Hugging Face hub id as a local folder: from the cache when it is there, else downloaded."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pybridge.errors import ModelError
from pybridge.models.folder import TOKENIZER_FILES, check_config
from pybridge.models.weights import weight_files

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_ANSWER_S = 8.0
"""How long the hub has for its first answer; name look-ups of a dead network can hang far longer."""

T = TypeVar("T")


def is_hub_id(spec: str) -> bool:
    """Whether `spec` has the form `name` or `owner/name` that the hub gives out."""
    return _ID.fullmatch(spec) is not None and len(spec) <= 96 and "--" not in spec and ".." not in spec


def hub_folder(repo: str, *, progress: bool) -> tuple[Path, str]:
    """The local folder of the hub model `repo` and its revision; a complete cached copy is used without asking.

    Only config, safetensors and tokenizer files are fetched. Raises: ModelError where the model is missing,
    unreachable, gated, brings its own code, is of an unsupported family or has only pickled weights.
    """
    cached = _cached(repo)
    if cached is None or not _complete(cached):
        cached = _download(repo, progress)
    return cached, cached.name


def cached_ids() -> tuple[str, ...]:
    """The hub models of which something is in the cache, for suggestions."""
    folders = sorted(_cache().glob("models--*"))
    return tuple(path.name.removeprefix("models--").replace("--", "/") for path in folders)


def _cache() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _cached(repo: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(repo, local_files_only=True))
    except LocalEntryNotFoundError:
        return None


def _complete(folder: Path) -> bool:
    """Whether weights and tokenizer are there; a config that must be refused is refused here."""
    if not (folder / "config.json").is_file():
        return False
    check_config(folder)
    try:
        weight_files(folder)
    except ModelError:
        return False
    return any((folder / name).is_file() for name in TOKENIZER_FILES)


def _download(repo: str, progress: bool) -> Path:
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download

    info = _asked(repo, lambda: HfApi().model_info(repo, timeout=_ANSWER_S))
    names = [file.rfilename for file in info.siblings or ()]
    top = [name for name in names if "/" not in name]
    wanted = [name for name in top if name.endswith((".json", ".safetensors", ".txt", ".model", ".jinja"))]
    with _bars(progress):
        if "config.json" in wanted:
            first = _asked(repo, lambda: hf_hub_download(repo, "config.json", revision=info.sha))
            check_config(Path(first).parent)
        _require_safetensors(repo, top)
        folder = _asked(
            repo, lambda: snapshot_download(repo, revision=info.sha, allow_patterns=wanted), deadline=False
        )
    return Path(folder)


def _require_safetensors(repo: str, names: list[str]) -> None:
    if any(name in names for name in ("model.safetensors", "model.safetensors.index.json")):
        return
    pickles = [name for name in names if name.endswith((".bin", ".pt", ".pth", ".ckpt"))]
    found = (
        f"only pickled ones ({', '.join(pickles[:3])}), which are never loaded" if pickles else "none at all"
    )
    raise ModelError(
        f"{repo} (hub): it has no safetensors weights but {found}. Use a model that offers safetensors; many have "
        "a conversion on the branch `refs/pr/…`, which you can download into a folder and name here."
    )


def _asked(repo: str, ask: Callable[[], T], *, deadline: bool = True) -> T:
    """`ask()`, every way in which the hub can fail turned into one message, the first answer within seconds."""
    try:
        return _within(_ANSWER_S, ask) if deadline else ask()
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(_explain(repo, error)) from None


def _within(seconds: float, ask: Callable[[], T]) -> T:
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(ask())
        except BaseException as error:
            errors.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return results[0]


def _explain(repo: str, error: Exception) -> str:
    from huggingface_hub import constants, errors

    instead = (
        f"  Without a network: fetch it elsewhere with `hf download {repo}` and copy {_cache()}, name a local model "
        "folder, or use `--model tiny-gpt2`, which comes with this package."
    )
    match error:
        case errors.OfflineModeIsEnabled():
            return (
                f"{repo}: not wholly in the hub cache ({_cache()}), and HF_HUB_OFFLINE=1 forbids asking the hub.\n"
                f"  Unset HF_HUB_OFFLINE and run again with a network.\n{instead}"
            )
        case errors.GatedRepoError():
            return (
                f"{repo}: the hub gives this model only to people who accepted its licence. Accept it on "
                f"{constants.ENDPOINT}/{repo} and log in with `hf auth login`."
            )
        case errors.RepositoryNotFoundError():
            return (
                f"{repo}: the hub ({constants.ENDPOINT}) has no such model, or it is private. Check the spelling "
                "(`owner/name`), or log in with `hf auth login`."
            )
        case _:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            return (
                f"{repo}: not in the hub cache ({_cache()}), and the hub at {constants.ENDPOINT} could not be "
                f"reached: {reason}.\n{instead}"
            )


def _bars(shown: bool) -> Any:
    from contextlib import nullcontext

    return nullcontext() if shown else _no_bars()


def _no_bars() -> Any:
    from contextlib import contextmanager

    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    @contextmanager
    def quiet() -> Any:
        already = are_progress_bars_disabled()
        disable_progress_bars()
        try:
            yield
        finally:
            if not already:
                enable_progress_bars()

    return quiet()
