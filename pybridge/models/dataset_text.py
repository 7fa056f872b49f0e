"""Text through the `datasets` library: a hub data set, or a local folder or file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pybridge.errors import TextError
from pybridge.models.hub_answers import ANSWER_S, within

_BUILDERS = {
    ".txt": "text",
    ".json": "json",
    ".jsonl": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
_WHOLE = {"sample_by": "document"}
_SPLITS = ("test", "validation", "train")
_FORM = "--dataset takes NAME[:CONFIG[:SPLIT]], NAME a hub data set or a local folder or file"


def load_dataset_text(spec: str) -> str:
    """The text of one split of a data set: its text column, rows joined by a blank line.

    `spec` is NAME[:CONFIG[:SPLIT]]; an empty CONFIG means the default one, a missing SPLIT the first of test,
    validation, train that exists. NAME is a hub data set, or a local folder or a .txt, .json, .jsonl, .csv or
    .parquet file; a local .txt file is one row.

    Raises: TextError for whatever is missing, ambiguous, unreachable or empty.
    """
    name, config, split = _parts(spec)
    try:
        rows = _rows(name, config, split)
        texts = [str(text) for text in rows[_text_column(spec, rows)] if text]
    except TextError:
        raise
    except Exception as error:
        raise TextError(_explain(spec, error)) from None
    text = "\n\n".join(texts)
    if not text.strip():
        raise TextError(f"{spec}: this split has no text. Choose another with {_FORM}.")
    return text


def _parts(spec: str) -> tuple[str, str | None, str | None]:
    parts = spec.split(":")
    if len(parts) > 3 or not parts[0]:
        raise TextError(f"{spec!r} is no data set. {_FORM}.")
    name, config, split = (*parts, "", "")[:3]
    return name, config or None, split or None


def _rows(name: str, config: str | None, split: str | None) -> Any:
    from datasets import load_dataset

    with _quiet_datasets():
        found: Any = load_dataset(**_request(name, config))
    return found[_split(name, [str(available) for available in found], split)]


def _request(name: str, config: str | None) -> dict[str, Any]:
    """What to ask of `load_dataset`; text files are read whole, so that line ends stay as they are."""
    path = Path(name).expanduser()
    if path.is_file():
        builder = _builder(path)
        _require_config(name, config, ["default"])
        return {"path": builder, "data_files": str(path), **(_WHOLE if builder == "text" else {})}
    if not path.is_dir():
        if _looks_like_path(name):
            raise TextError(f"{name}: no such folder or file. {_FORM}.")
        _require_answer(name)
        return {"path": name, "name": config}
    if {file.suffix for file in path.rglob("*") if file.is_file()} == {".txt"}:
        _require_config(name, config, ["default"])
        return {"path": "text", "data_dir": str(path), **_WHOLE}
    if config is not None:
        from datasets import get_dataset_config_names

        _require_config(name, config, get_dataset_config_names(str(path)))
    return {"path": str(path), "name": config}


def _require_config(name: str, config: str | None, available: list[str]) -> None:
    """The library takes any name for a configuration of local data, and gives the default one."""
    if config is not None and config not in available:
        raise TextError(f"{name}: no configuration {config!r}; it has {', '.join(available)}. {_FORM}.")


def _looks_like_path(name: str) -> bool:
    path_like = name.startswith((".", "~", os.sep)) or name.endswith("/") or name.count("/") > 1
    return path_like or "\\" in name or Path(name).suffix.lower() in _BUILDERS


def _require_answer(name: str) -> None:
    """Ask the hub once, briefly; `load_dataset` alone would repeat a hopeless question for half a minute."""
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import RepositoryNotFoundError

    if _offline():
        return  # the library then uses its own cache
    try:
        within(ANSWER_S, lambda: HfApi().dataset_info(name, timeout=ANSWER_S))
    except RepositoryNotFoundError:
        raise TextError(
            f"{name}: no local file or folder, and the hub ({constants.ENDPOINT}) has no such data set, or "
            f"it is private.\n  {_FORM}."
        ) from None
    except Exception as error:
        reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        raise TextError(
            f"{name}: no local file or folder, and the hub at {constants.ENDPOINT} gave no answer: "
            f"{reason}.\n"
            "  Use --text FILE; or HF_HUB_OFFLINE=1, if the data set was loaded here before."
        ) from None


def _builder(path: Path) -> str:
    try:
        return _BUILDERS[path.suffix.lower()]
    except KeyError:
        raise TextError(
            f"{path}: data files end in {', '.join(_BUILDERS)}. For any other text file use --text."
        ) from None


def _split(name: str, available: list[str], asked: str | None) -> str:
    if asked is not None:
        if asked not in available:
            raise TextError(f"{name}: no split {asked!r}; it has {', '.join(available)}.")
        return asked
    return next((split for split in _SPLITS if split in available), available[0])


def _text_column(spec: str, rows: Any) -> str:
    strings = [
        name
        for name, kind in rows.features.items()
        if getattr(kind, "dtype", None) in ("string", "large_string")
    ]
    if "text" in strings:
        return "text"
    if len(strings) == 1:
        return strings[0]
    raise TextError(
        f"{spec}: no column called `text`; the columns are {', '.join(rows.features)}.\n"
        "  Use a data set with a text column, or write the text to a file and use --text."
    )


def _explain(spec: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
    advice = "Unset HF_HUB_OFFLINE and HF_DATASETS_OFFLINE" if _offline() else "Check name and configuration"
    return f"{spec}: the data set cannot be loaded: {reason}.\n  {advice}, or use --text FILE. {_FORM}."


def _offline() -> bool:
    return any(
        os.environ.get(name, "0") not in ("", "0") for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
    )


@contextmanager
def _quiet_datasets() -> Iterator[None]:
    from datasets.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    already = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not already:
            enable_progress_bars()
