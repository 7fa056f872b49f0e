"""Exact values as JSON, so that a counterexample can be kept in a file and evaluated again.

natural   {"nat": 3}                       real   {"real": "1/2"} or, of surds,
vector    {"vec": ["1", "-1/2"]}                  {"real": [["1/2", 5], …], "over": [["1", 1], …]}
map       {"map": [["1", "0"]], "columns": 2}     for (1/2·√5 + …) / (1 + …)
sequence  {"seq": [value, …]}
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pybridge.errors import BundleError
from pybridge.runtime.exact.reals import ONE, Irrational, quotient
from pybridge.runtime.exact.scalars import ExactSeq
from pybridge.runtime.exact.surds import Poly, Term
from pybridge.runtime.exact.vectors import ExactMap, ExactVec

Json = dict[str, Any]


def to_json(bindings: Mapping[str, Any]) -> Json:
    """Bindings as JSON. Raises BundleError for a number known only by brackets."""
    return {name: _encoded(name, value) for name, value in bindings.items()}


def from_json(values: Mapping[str, Json]) -> dict[str, Any]:
    """What `to_json` wrote, as exact values again. Raises BundleError for anything else."""
    return {name: _decoded(name, value) for name, value in values.items()}


def _encoded(name: str, value: Any) -> Json:
    match value:
        case int():
            return {"nat": value}
        case Fraction():
            return {"real": str(value)}
        case Irrational(numerator, denominator):
            over = {} if denominator == ONE else {"over": _surds(name, denominator)}
            return {"real": _surds(name, numerator), **over}
        case ExactVec():
            return {"vec": [str(entry) for entry in value.entries]}
        case ExactMap(rows, columns):
            return {"map": [[str(entry) for entry in row] for row in rows], "columns": columns}
        case ExactSeq(entries):
            return {"seq": [_encoded(name, entry) for entry in entries]}
    raise BundleError(f"`{name}` is a {type(value).__name__}, which no witness file can hold.")


def _decoded(name: str, value: Json) -> Any:
    match value:
        case {"nat": int(n)}:
            return n
        case {"real": str(text)}:
            return Fraction(text)
        case {"real": list(terms)}:
            return quotient(_poly(terms), _poly(value["over"]) if "over" in value else ONE)
        case {"vec": list(entries)}:
            return ExactVec(tuple(map(Fraction, entries)))
        case {"map": list(rows), "columns": int(columns)}:
            return ExactMap(tuple(tuple(map(Fraction, row)) for row in rows), columns)
        case {"seq": list(entries)}:
            return ExactSeq(tuple(_decoded(name, entry) for entry in entries))
    raise BundleError(f"`{name}`: {value!r} is no exact value.")


def _surds(name: str, poly: Poly) -> list[list[Any]]:
    if poly.has_atoms:
        raise BundleError(
            f"`{name}` contains an operator norm known only by brackets; no witness file can hold it."
        )
    return [[str(term.coefficient), term.radicand] for term in poly.terms]


def _poly(terms: list[list[Any]]) -> Poly:
    return Poly(tuple(Term(Fraction(coefficient), radicand, ()) for coefficient, radicand in terms))
