"""Writing the page, and saying what moved in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pybridge.pages.files import read_text, replace_file

PAGE = "docs/theorems.md"
_HEADING = re.compile(r"^#{1,3} +(.+)$", re.MULTILINE)


def write_page(root: Path, text: str) -> Path:
    replace_file(root / PAGE, text)
    return root / PAGE


def moved(root: Path, fresh: str) -> list[str]:
    """Headings under which the committed page differs from a fresh one; empty if the bytes agree.

    Raises:
        SettingError: a page that cannot be read.
    """
    path = root / PAGE
    if not path.is_file():
        return [f"{PAGE} does not exist"]
    old = read_text(path, "the page", "Write it again with `python -m pybridge.pages`.")
    if path.read_bytes() == fresh.encode():
        return []
    before, after = dict(_parts(old)), dict(_parts(fresh))
    changed = [heading for heading in after if before.get(heading) != after[heading]]
    gone = [f"{heading} (gone)" for heading in before if heading not in after]
    return changed + gone or ["the order of the parts"]


def _parts(text: str) -> Iterator[tuple[str, str]]:
    found = list(_HEADING.finditer(text))
    for here, following in zip(found, [*found[1:], None], strict=True):
        yield here[1].strip(), text[here.start() : following.start() if following else len(text)]
