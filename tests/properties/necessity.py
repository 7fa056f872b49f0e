"""Searches for what each hypothesis is for, and for a telling instance of each theorem.

A counterexample to a theorem without one of its hypotheses is the witness against the mutant that drops it;
where there is none, many seeded draws are evaluated and counted. `record_necessity` says how it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from math import floor
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from pybridge.codegen.load import load
from pybridge.codegen.mutants import Mutant, mutants
from pybridge.errors import UndecidedError
from pybridge.ir import digest
from pybridge.ir.nodes import Iff, Rel, Statement
from pybridge.runtime.claims import relation
from pybridge.runtime.exact import compare
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.ends import rational_ends
from pybridge.runtime.exact.factors import RejectedDraw
from pybridge.runtime.exact.reals import Real as ExactReal
from pybridge.runtime.exact.witness import from_json, to_json
from pybridge.runtime.strategies import falsify
from tests.properties.instances import Instance, Json, is_attained, is_sign, is_zero, ratio, read, relations
from tests.properties.mutation import (
    COINCIDENCES,
    Budget,
    equivalents,
    plans,
    replay,
    search,
    statements,
    witnesses,
)

FILE = Path(__file__).parent / "necessity.json"
LEAST = 10_000
"""Examples that must have left a conclusion true before a hypothesis is said to be not needed."""
BUDGET = Budget(plain=400, coincidences=400)
FEW_MEET = 50
"""A search is given up, as an error, where fewer than one draw in so many meets the hypotheses."""


class UnexpectedWitness(Exception):
    """A counterexample where the counting of examples expected none; record it as a witness."""


@lru_cache(maxsize=1)
def recorded() -> dict[str, Json]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def without(theorem: str, hypothesis: str) -> Mutant:
    """The theorem after a hypothesis is dropped."""
    return next(m for m in mutants(statements()[theorem]) if m.id == f"drop:{hypothesis}")


def record_of(theorem: str) -> Json:
    """All that is kept of one theorem."""
    statement = statements()[theorem]
    found = instance(theorem)
    return {
        "statement": digest(statement),
        "hypotheses": {h.name: necessity(theorem, h.name) for h in statement.hypotheses},
        "instance": found.to_json(),
        "tightness": tightness(found),
    }


# ---- necessity ---------------------------------------------------------------------------------------------
def necessity(theorem: str, hypothesis: str) -> Json:
    """A counterexample without the hypothesis, or how many examples held none."""
    mutant = without(theorem, hypothesis)
    kept = _recorded_hypothesis(theorem, mutant, hypothesis)
    if kept is not None:
        return kept
    entry = witnesses().get(theorem, {}).get(mutant.id)
    if entry is not None and replay(mutant, entry):
        found = Instance(mutant.statement, entry["space"], from_json(entry["values"]))
    else:
        witness = search(mutant, BUDGET)
        if witness is None:
            return {"dropped": mutant.before, **_fruitless(theorem, mutant)}
        found = Instance(mutant.statement, witness.space, witness.bindings)
    return {"dropped": mutant.before, "counterexample": found.to_json()}


def _recorded_hypothesis(theorem: str, mutant: Mutant, hypothesis: str) -> Json | None:
    """A recorded count, of an unchanged statement, needs no second counting; its reason is read anew."""
    record = recorded().get(theorem)
    if record is None or record["statement"] != digest(statements()[theorem]):
        return None
    kept = record["hypotheses"].get(hypothesis)
    if kept is None or "counterexample" in kept:
        return None
    if mutant.id in witnesses().get(theorem, {}):
        return None
    return {**kept, "reason": equivalents().get(theorem, {}).get(mutant.id, "")}


def _fruitless(theorem: str, mutant: Mutant) -> Json:
    check = load(mutant.statement)
    share = -(-LEAST // len(check.SPACES))
    examples = dict.fromkeys(check.SPACES, 0)
    for space in check.SPACES:
        for found in examples_of(mutant.statement, space, share):
            if not found.conclusion.all_true():
                raise UnexpectedWitness(f"{theorem}, {mutant.id}, in {space}: {to_json(found.values)}")
            examples[space] += 1
    reason = equivalents().get(theorem, {}).get(mutant.id, "")
    return {"none_found_in": sum(examples.values()), "examples": examples, "reason": reason}


def examples_of(statement: Statement, space: str, wanted: int) -> Iterator[Instance]:
    """Seeded draws that meet every hypothesis and have a decided conclusion."""
    check, draws = load(statement), list(plans(statement))
    met = 0
    for seed in range(FEW_MEET * wanted):
        d = Draw(Seeded(seed), space, COINCIDENCES if seed % 2 else ())
        try:
            values = draws[seed % len(draws)](d)
            if not all(thunk().all_true() for _, thunk in check.hypotheses(d.ops, **values)):
                continue
            found = Instance(statement, space, values)
            found.__dict__["conclusion"] = check.conclusion(d.ops, **values)
        except (UndecidedError, RejectedDraw):
            continue
        yield found
        met += 1
        if met == wanted:
            return
    raise AssertionError(f"{statement.name} in {space}: hardly a draw meets the hypotheses")


class Seeded:
    """Integers from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


# ---- an instance of every theorem --------------------------------------------------------------------------
Wish = Callable[[Instance], bool]


def instance(theorem: str) -> Instance:
    """The most telling instance that is found: shrunk, or of the best ratio. A recorded one that is as good
    is kept, so that it may be written by hand."""
    statement = statements()[theorem]
    old = _recorded_instance(theorem)
    for wish in _wishes(statement):
        if old is not None and wish(old):
            return old
        found = _wished(statement, wish)
        if found is not None:
            return found
    return _of_best_ratio(statement)


def tightness(found: Instance) -> Json:
    """What an instance shows of its conclusion."""
    conclusion = found.statement.conclusion
    if isinstance(conclusion, Iff):
        return {"kind": "both"}
    if isinstance(conclusion, Rel) and conclusion.op == "=":
        return {"kind": "exact"}
    if is_attained(found):
        return {"kind": "attained"}
    if is_sign(found.statement):
        return {"kind": "sign"}
    share = ratio(found)
    assert share is not None, f"{found.statement.name}: no ratio"
    return {"kind": "best ratio", "ratio": decimal(share), "examples": LEAST}


def decimal(value: ExactReal) -> str:
    """Nine digits after the point, rounded down, so that what is below 1 reads so."""
    whole, digits = divmod(floor(rational_ends(value)[0] * 10**9), 10**9)
    return f"{whole}.{digits:09d}"


def _recorded_instance(theorem: str) -> Instance | None:
    statement, kept = statements()[theorem], recorded().get(theorem)
    if kept is None or kept["statement"] != digest(statement):
        return None
    old = read(statement, kept["instance"])
    return old if old.holds() else None


def _wishes(statement: Statement) -> tuple[Wish, ...]:
    """What would be most telling, best first: an equality, where nothing is empty or 0."""
    if isinstance(statement.conclusion, Rel) and statement.conclusion.op == "<" and not is_sign(statement):
        return ()
    return (
        lambda found: _tells(found) and found.is_full(2),
        lambda found: _tells(found) and found.is_full(1),
        _tells,
    )


def _tells(found: Instance) -> bool:
    match found.statement.conclusion:
        case Rel("="):
            return not any(is_zero(claim.left) for claim in relations(found.conclusion))
        case Rel("<"):
            return True
        case Iff():
            return all(claim.all_true() for claim in relations(found.conclusion))
        case _:
            return is_attained(found)


def _wished(statement: Statement, wish: Wish) -> Instance | None:
    """A shrunk instance that fulfils a wish: found as a counterexample to its opposite."""
    check = load(statement)

    def opposite(ops: Any, **values: Any) -> Any:
        found = Instance(statement, ops.space, values)
        is_met = check.conclusion(ops, **values).all_true() and wish(found)
        return relation("=", -1 if is_met else 1, None, None)

    wanted = SimpleNamespace(NAME=statement.name, hypotheses=check.hypotheses, conclusion=opposite)
    for extra, examples in (((), 400), (COINCIDENCES, 1000)):
        for draw in plans(statement):
            for space in check.SPACES:
                witness = falsify(wanted, draw, space, examples, extra)
                if witness is not None:
                    return Instance(statement, space, witness.bindings)
    return None


def _of_best_ratio(statement: Statement) -> Instance:
    """The instance with the greatest left/right of `LEAST` draws."""
    check = load(statement)
    best: tuple[ExactReal, Instance] | None = None
    for space in check.SPACES:
        for found in examples_of(statement, space, -(-LEAST // len(check.SPACES))):
            share = ratio(found)
            if share is not None and (best is None or compare(share, best[0]) > 0):
                best = share, found
    assert best is not None, f"{statement.name}: no instance with a positive right side"
    return best[1]
