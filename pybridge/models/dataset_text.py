"""Text through the `datasets` library: a hub data set, or a local folder or file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pybridge.errors import TextError

_BUILDERS = {
    ".txt": "text",
    ".json": "json",
    ".jsonl": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
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
        raise TextError(_explain(spec, name, error)) from None
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

    path = Path(name).expanduser()
    quiet = _Quiet()
    with quiet:
        if path.is_file():
            found = load_dataset(_builder(path), data_files=str(path), **_whole_documents(_builder(path)))
        elif path.is_dir():
            found = load_dataset(str(path), config)
        else:
            found = load_dataset(name, config)
    return found[_split(name, list(found), split)]


def _builder(path: Path) -> str:
    try:
        return _BUILDERS[path.suffix.lower()]
    except KeyError:
        raise TextError(
            f"{path}: data files end in {', '.join(_BUILDERS)}. For any other text file use --text."
        ) from None


def _whole_documents(builder: str) -> dict[str, str]:
    return {"sample_by": "document"} if builder == "text" else {}


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
        f"{spec}: no column called `text`; the columns are {', '.join(rows.features)}. Use a data set with a text "
        "column, or write the text to a file and use --text."
    )


def _explain(spec: str, name: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    offline = (
        " HF_HUB_OFFLINE or HF_DATASETS_OFFLINE is set: unset it, or" if _offline() else " Check the name,"
    )
    return f"{spec}: the data set cannot be loaded: {reason}\n {offline} use --text FILE. {_FORM}."


def _offline() -> bool:
    return any(
        os.environ.get(name, "0") not in ("", "0") for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
    )


class _Quiet:
    """No progress bars of `datasets` while open."""

    def __enter__(self) -> None:
        from datasets.utils import are_progress_bars_disabled, disable_progress_bars

        self._were_disabled = are_progress_bars_disabled()
        disable_progress_bars()

    def __exit__(self, *_: object) -> None:
        from datasets.utils import enable_progress_bars

        if not self._were_disabled:
            enable_progress_bars()
