r"""Pieces of GitHub Markdown.

Mathematics stands in `` $`…`$ `` and ```` ```math ````, the two forms in which GitHub leaves underscores,
braces and `<` alone. Between plain dollars two `}_{` in one paragraph already make an emphasis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_OPEN_BAR = re.compile(r"(?<!\\)\|")
_TALL = (r"\frac", r"\sum", r"\prod")


def math(latex: str) -> str:
    """In a line; fractions and sums at full size."""
    size = r"\displaystyle " if any(command in latex for command in _TALL) else ""
    return f"$`{size}{latex}`$"


def display(latex: str) -> str:
    return f"```math\n{latex}\n```"


def code(text: str) -> str:
    return f"`{text}`"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A bar in a cell is escaped, in code too, as GitHub wants it."""
    lines = [_row(header), "|" + "---|" * len(header)]
    return "\n".join(lines + [_row(row) for row in rows])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_OPEN_BAR.sub(r"\\|", cell.replace("\n", " ")) for cell in cells) + " |"


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def anchored(anchor: str, heading: str) -> str:
    return f'<a id="{anchor}"></a>\n\n{heading}'


def link(text: str, anchor: str) -> str:
    return f"[{text}](#{anchor})"


def paragraphs(*parts: str) -> str:
    """Parts with a blank line between them; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))
