"""The parts of the page that are written by hand: `opening.md` and `commands.md`."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def written(name: str, **values: str) -> str:
    """A part, with `{{name}}` replaced by a value."""
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text
