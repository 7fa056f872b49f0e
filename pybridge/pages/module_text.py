"""The module docstring of a Lean file: title, opening paragraphs, sections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pybridge.errors import SettingError

_MODULE = re.compile(r"^/-!\s*(.*?)\s*-/", re.DOTALL | re.MULTILINE)
_SECTION = re.compile(r"^## +(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class ModuleText:
    """`sections` are the parts under `## …`, by their heading."""

    title: str
    opening: str
    sections: Mapping[str, str]


def module_text(root: Path, file: str) -> ModuleText:
    """The first `/-! … -/` of a file.

    Raises:
        SettingError: a file without one, or without a title in it.
    """
    found = _MODULE.search((root / file).read_text(encoding="utf-8"))
    title, _, body = (found[1] if found else "").partition("\n")
    if not title.startswith("# "):
        raise SettingError(
            f"{file} has no module docstring with a title.\n"
            "  Open the file with `/-! # Title`, a blank line and a paragraph on what it is about."
        )
    opening, *parts = _SECTION.split(body)
    return ModuleText(
        title.removeprefix("# ").strip(),
        opening.strip(),
        {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)},
    )
