"""Exact numbers, vectors and sequences, made short enough to be read; the record holds them in full."""

from __future__ import annotations

import re
from fractions import Fraction

_LONG = re.compile(r"-?\d+/\d+|-?\d{19,}")
_READABLE = 18
_LARGE_POWER = 20
_COMMA = re.compile(r", (?![^(\[]*[)\]])")


def readable(text: str) -> str:
    """`100 + 1/2^40` for a fraction near an integer, `≈ 0.333000001` for any other long one."""
    return _LONG.sub(lambda found: _short(found[0]), text)


def sequence(text: str) -> str:
    """`1, 0, …` of `1, 0, 0, 0, …`: the last entry goes on."""
    *entries, tail = _COMMA.split(text)
    if tail != "…":
        return readable(text)
    while len(entries) > 1 and entries[-1] == entries[-2]:
        entries.pop()
    return readable(", ".join([*entries, tail]))


def quotient(left: str, right: str) -> str:
    """Of two rational numbers; empty where one is none, or the right one 0."""
    try:
        return _short(str(Fraction(left) / Fraction(right)))
    except (ValueError, ZeroDivisionError):
        return ""


def _short(text: str) -> str:
    value = Fraction(text)
    nearest = round(value)
    rest = value - nearest
    power = rest.denominator.bit_length() - 1
    is_dyadic = rest.denominator == 1 << power and power >= _LARGE_POWER
    if is_dyadic and abs(rest.numerator) < 1000 and abs(nearest) < 10**6:
        return _sum(nearest, rest.numerator, f"/2^{power}")
    return text if len(text) <= _READABLE else _digits(value, nearest, rest)


def _sum(nearest: int, numerator: int, over: str) -> str:
    if not nearest:
        return f"{numerator}{over}"
    return f"{nearest} {'+' if numerator > 0 else '-'} {abs(numerator)}{over}"


def _digits(value: Fraction, nearest: int, rest: Fraction) -> str:
    """Near an integer other than 0 the distance is what is told: `≈ 1 - 1.7e-11`."""
    if nearest and rest and abs(rest) < Fraction(1, 10**6):
        return f"≈ {nearest} {'+' if rest > 0 else '-'} {float(abs(rest)):.2g}"
    return f"≈ {float(value):.9g}"
