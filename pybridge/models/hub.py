"""A Hugging Face hub id as a local folder: from the cache when it is there, else downloaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pybridge.errors import ModelError
from pybridge.models.folder import check_config, check_tokenizer
from pybridge.models.hub_answers import ANSWER_S, HubError, asked
from pybridge.models.weights import PICKLE, weight_files

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_SMALL = (".json", ".txt", ".model", ".jinja")


def is_hub_id(spec: str) -> bool:
    """Whether `spec` has the form `name` or `owner/name` that the hub gives out."""
    return _ID.fullmatch(spec) is not None and len(spec) <= 96 and "--" not in spec and ".." not in spec


def hub_folder(repo: str, *, progress: bool) -> Path:
    """The local folder of the hub model `repo`, named by its revision; a complete cached copy is used first.

    Only config, safetensors and tokenizer files are fetched. Raises: ModelError where the model is missing,
    unreachable, gated, brings its own code, is of an unsupported family or has only pickled weights.
    """
    cached = _cached(repo)
    lacking = "" if cached is None else _lacking(cached)
    if cached is not None and not lacking:
        return cached
    try:
        return _download(repo, progress)
    except HubError as error:
        raise HubError(f"{error}\n  In the cache: {lacking}" if lacking else str(error)) from None


def cached_ids() -> tuple[str, ...]:
    """The hub models of which something is in the cache, for suggestions."""
    from huggingface_hub import constants

    folders = sorted(Path(constants.HF_HUB_CACHE).glob("models--*"))
    return tuple(path.name.removeprefix("models--").replace("--", "/") for path in folders)


def _cached(repo: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(repo, "config.json")
    return Path(config).parent if isinstance(config, str) else None


def _lacking(folder: Path) -> str:
    """What a download would have to bring, or nothing; a config that must be refused is refused here."""
    check_config(folder)
    try:
        weight_files(folder)
        check_tokenizer(folder)
    except ModelError as error:
        return str(error)
    return ""


def _download(repo: str, progress: bool) -> Path:
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download

    info = asked(repo, lambda: HfApi().model_info(repo, timeout=ANSWER_S))
    names = [file.rfilename for file in info.siblings or () if "/" not in file.rfilename]
    with _bars(progress):
        if "config.json" in names:  # small, and enough to refuse a model before its weights are fetched
            config = asked(repo, lambda: hf_hub_download(repo, "config.json"))
            check_config(Path(config).parent)
        _require_safetensors(repo, names)
        small = [name for name in names if name.endswith(_SMALL)]
        weights = [name for name in names if name.startswith("model") and name.endswith(".safetensors")]
        asked(repo, lambda: snapshot_download(repo, allow_patterns=small), deadline_s=None)
        # The weights come last: where they are complete, everything is.
        return Path(asked(repo, lambda: snapshot_download(repo, allow_patterns=weights), deadline_s=None))


def _require_safetensors(repo: str, names: list[str]) -> None:
    if any(name in names for name in ("model.safetensors", "model.safetensors.index.json")):
        return
    pickles = [name for name in names if name.endswith(PICKLE)]
    found = f"only pickled ones ({', '.join(pickles[:3])}), never loaded here" if pickles else "none at all"
    raise ModelError(
        f"{repo} (hub): no safetensors weights, but {found}.\n"
        "  Use a model that offers safetensors; some have them on a branch `refs/pr/…`: download that into a "
        "folder and name the folder."
    )


@contextmanager
def _bars(shown: bool) -> Iterator[None]:
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    hide = not shown and not are_progress_bars_disabled()
    if hide:
        disable_progress_bars()
    try:
        yield
    finally:
        if hide:
            enable_progress_bars()
