"""How a number looks in a table."""

from __future__ import annotations


def compact(value: float | None, digits: int = 4) -> str:
    """Four significant digits, exponents only where needed; an en dash for what was not measured."""
    if value is None:
        return "–"
    return f"{value:.{digits}g}"


def share(part: int, whole: int) -> str:
    """`4 of 6`."""
    return f"{part} of {whole}"


def percent(part: int, whole: int) -> str:
    """`0.12 %`; of nothing, an en dash."""
    return f"{100 * part / whole:.2f} %" if whole else "–"


def counted(count: int, noun: str) -> str:
    """`1 theorem`, `1,234 instances`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def where(positions: str) -> str:
    """`all` or `skip:4`, in words."""
    return "all positions" if positions == "all" else f"positions from {positions.split(':')[1]}"
