"""Exact values as JSON, so that a counterexample can be kept in a file and evaluated again.

natural   {"nat": 3}                       real   {"real": "1/2"} or, of surds,
vector    {"vec": ["1", "-1/2"]}                  {"real": [["1/2", 5], …], "over": [["1", 1], …]}
map       {"map": [["1", "0"]], "columns": 2}     for (1/2·√5 + …) / (1 + …)
matrix    as a map, with "over": ["m", "n"]   the index types of its rows and columns; likewise a vector of
                                              a Euclidean space, with "over": "n"
sequence  {"seq": [value, …]}
function  {"table": [[value, value], …], "from": 2, "to": ["0", "0"]}
                                              its values where they were asked, "to" everywhere else

A surd [c, r] is c·√r; a further [[G, k], …] multiplies it by √λmax(G)ᵏ, the k-th power of an operator norm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from pybridge.errors import BundleError
from pybridge.runtime.exact.reals import ONE, Irrational, quotient
from pybridge.runtime.exact.scalars import ExactSeq
from pybridge.runtime.exact.spectral import SpectralRoot
from pybridge.runtime.exact.surds import Poly, Term
from pybridge.runtime.exact.tables import ExactFunction, MemoSeq, constant_beyond
from pybridge.runtime.exact.vectors import ExactMap, ExactVec

Json = dict[str, Any]


def to_json(bindings: Mapping[str, Any]) -> Json:
    """Bindings as JSON. Raises BundleError for a root of an irrational number."""
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
            named = {} if value.over is None else {"over": value.over}
            return {"vec": [str(entry) for entry in value.entries], **named}
        case ExactMap(rows, columns, over):
            named = {} if over is None else {"over": list(over)}
            return {"map": [[str(entry) for entry in row] for row in rows], "columns": columns, **named}
        case ExactSeq() | MemoSeq():
            return {"seq": [_encoded(name, entry) for entry in value.entries]}
        case ExactFunction(dimension=dimension, table=table, otherwise=otherwise):
            pairs = [[_encoded(name, x), _encoded(name, y)] for x, y in table]
            return {"table": pairs, "from": dimension, "to": [str(entry) for entry in otherwise.entries]}
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
            return ExactVec(tuple(map(Fraction, entries)), value.get("over"))
        case {"map": list(rows), "columns": int(columns)}:
            over = value.get("over")
            return ExactMap(
                tuple(tuple(map(Fraction, row)) for row in rows),
                columns,
                (over[0], over[1]) if over else None,
            )
        case {"table": list(pairs), "from": int(dimension), "to": list(entries)}:
            table = {_decoded(name, x): _decoded(name, y) for x, y in pairs}
            return constant_beyond(table, dimension, ExactVec(tuple(map(Fraction, entries))))
        case {"seq": list(entries)}:
            return ExactSeq(tuple(_decoded(name, entry) for entry in entries))
    raise BundleError(f"`{name}`: {value!r} is no exact value.")


def _surds(name: str, poly: Poly) -> list[list[Any]]:
    return [[str(term.coefficient), term.radicand, *_powers(name, term)] for term in poly.terms]


def _powers(name: str, term: Term) -> list[Any]:
    if not all(isinstance(atom, SpectralRoot) for atom, _ in term.powers):
        raise BundleError(f"`{name}` contains a root of an irrational number; no witness file can hold it.")
    grams = [[[list(row) for row in atom.gram], k] for atom, k in term.powers]  # type: ignore[attr-defined]
    return [grams] if grams else []


def _poly(terms: list[list[Any]]) -> Poly:
    return Poly(tuple(_term(*parts) for parts in terms))


def _term(coefficient: str, radicand: int, grams: Sequence[Any] = ()) -> Term:
    powers = tuple((SpectralRoot(tuple(tuple(row) for row in gram)), k) for gram, k in grams)
    return Term(Fraction(coefficient), radicand, powers)
