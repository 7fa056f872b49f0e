"""What becomes of a statement mutant: killed by a witness, explained, or still alive."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from pybridge.codegen.load import load
from pybridge.codegen.mutants import STEP, Mutant, mutants
from pybridge.codegen.names import python_name
from pybridge.codegen.render import check_source
from pybridge.errors import PlanError
from pybridge.ir.nodes import Matrix, Statement, Vec, index_of
from pybridge.parser import read_project
from pybridge.runtime.claims import forall, iff
from pybridge.runtime.exact import ExactBackend
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.witness import from_json, to_json
from pybridge.runtime.strategies import Witness, falsify, refutes

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
WITNESSES, EQUIVALENTS = HERE / "witnesses.json", HERE / "equivalents.toml"

DOWN = Fraction(STEP - 1, STEP)
COINCIDENCES = (DOWN, 1 / DOWN, 1 - DOWN, 1 / DOWN - 1)
"""What two numbers differ by when a mutant has scaled one of them: drawn in a second search, to hit a
boundary."""


@dataclass(frozen=True)
class Budget:
    """Examples a space: of the ordinary draws, then of draws with `COINCIDENCES`."""

    plain: int
    coincidences: int = 0


@dataclass(frozen=True)
class Outcome:
    """One mutant's fate.

    Attributes:
        mutant: which. fate: `killed`, `equivalent`, `survivor`, or `unplanned` (no draws can be planned and
        no witness is recorded). detail: the witness, the reviewed reason, or the planner's message.
    """

    mutant: Mutant
    fate: str
    detail: str


@lru_cache(maxsize=1)
def statements() -> dict[str, Statement]:
    return {statement.name: statement for statement in read_project(ROOT)}


@lru_cache(maxsize=1)
def witnesses() -> dict[str, dict[str, Any]]:
    """Recorded counterexamples: theorem → mutant → space and bindings."""
    return json.loads(WITNESSES.read_text(encoding="utf-8")) if WITNESSES.exists() else {}


@lru_cache(maxsize=1)
def equivalents() -> dict[str, dict[str, str]]:
    """Reviewed reasons: theorem → mutant → why it is still true."""
    return tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))


def outcome(theorem: str, mutant: Mutant, budget: Budget) -> Outcome:
    """A recorded witness is replayed, a reviewed reason believed; anything else is searched for a
    counterexample."""
    entry = witnesses().get(theorem, {}).get(mutant.id)
    if entry is not None and replay(mutant, entry):
        return Outcome(mutant, "killed", json.dumps(entry, ensure_ascii=False))
    reason = equivalents().get(theorem, {}).get(mutant.id)
    if reason is not None:
        return Outcome(mutant, "equivalent", reason)
    try:
        witness = search(mutant, budget)
    except PlanError as error:
        return Outcome(mutant, "unplanned", str(error))
    return Outcome(mutant, "killed" if witness else "survivor", str(witness or ""))


def replay(mutant: Mutant, entry: Mapping[str, Any]) -> bool:
    """Whether a recorded witness meets every hypothesis of the mutant and makes its conclusion false."""
    check = check_of(mutant)
    if entry["space"] not in check.SPACES:
        return False
    values = from_json(entry["values"])
    return refutes(check, ExactBackend(entry["space"], sizes_of(mutant.statement, values)), values)


def sizes_of(statement: Statement, values: Mapping[str, Any]) -> dict[str, int]:
    """How many elements the index types of a statement have, by its matrices and vectors."""
    sizes: dict[str, int] = {}
    for binder in statement.binders:
        value = values[python_name(binder.name)]
        match binder.sort:
            case Matrix(rows, columns):
                sizes |= {rows: len(value.rows), columns: value.columns}
            case Vec(space) if index := index_of(space):
                sizes[index] = len(value.entries)
            case _:
                pass
    return sizes


def search(mutant: Mutant, budget: Budget) -> Witness | None:
    """A shrunk witness against a mutant, from the first draw plan, space and kind of draw that gives one.

    Raises: PlanError when no plan exists even with two hypotheses left to chance.
    """
    check = check_of(mutant)
    draws = list(plans(mutant.statement))
    for extra, examples in (((), budget.plain), (COINCIDENCES, budget.coincidences)):
        for draw in draws:
            for space in check.SPACES if examples else ():
                witness = falsify(check, draw, space, examples, extra)
                if witness is not None:
                    return witness
    return None


def plans(statement: Statement, most: int = 3) -> Iterator[Callable[[Draw], dict[str, Any]]]:
    """Draws that satisfy every hypothesis, or else draws that leave one or two of them to chance."""
    assumptions = sorted(statement.hypotheses, key=lambda h: h.defines is not None)
    error: PlanError | None = None
    for size in range(3):
        found = 0
        for ignored in combinations([h.name for h in assumptions], size):
            try:
                draw = load(statement, ignoring=ignored).draw
            except PlanError as failure:
                error = error or failure
                continue
            yield draw
            found += 1
            if found == most:
                return
        if found:
            return
    assert error is not None
    raise error


def check_of(mutant: Mutant) -> Any:
    """The check of a mutated statement, from the same template as the committed ones."""
    module = ModuleType(f"check of {mutant.id}")
    exec(compile(check_source(mutant.statement), f"<{mutant.id}>", "exec"), module.__dict__)
    return frobenius_check(module) if mutant.frobenius else module


class FrobeniusBackend(ExactBackend):
    """The exact backend with ‖A‖ read as √Σaᵢⱼ²."""

    def map_norm(self, linear_map: Any) -> Any:
        return self.frob_norm(linear_map)

    def matrix_norm(self, matrix: Any) -> Any:
        return self.frob_norm(matrix)


def frobenius_check(check: Any) -> Any:
    """Claims that wherever a bound is attained with operator norms, it holds and is attained with Frobenius
    norms."""

    def attained(ops: ExactBackend, values: Mapping[str, Any]) -> Any:
        bound = check.conclusion(ops, **values)
        return forall(
            [thunk() for _, thunk in check.hypotheses(ops, **values)] + [ops.eq(bound.left, bound.right)]
        )

    def hypotheses(ops: ExactBackend, **values: Any) -> Any:
        return (("the bound is attained", lambda: attained(ops, values)),)

    def conclusion(ops: ExactBackend, **values: Any) -> Any:
        return iff(attained(ops, values), attained(FrobeniusBackend(ops.space, ops.sizes), values))

    return SimpleNamespace(NAME=check.NAME, SPACES=("l2",), hypotheses=hypotheses, conclusion=conclusion)


def record(
    theorems: list[str], budget: Budget, say: Callable[[str], None], *, afresh: bool = False
) -> dict[str, dict[str, Any]]:
    """A witness for every mutant that is not explained; by theorem and mutant.

    A recorded witness that still kills is kept without a search, or, `afresh`, where the search finds no
    other: some are written by hand.
    """
    found: dict[str, dict[str, Any]] = {}
    for theorem in theorems:
        found[theorem] = {}
        for mutant in mutants(statements()[theorem]):
            if mutant.id in equivalents().get(theorem, {}):
                continue
            entry = witnesses().get(theorem, {}).get(mutant.id)
            kept = entry if entry is not None and replay(mutant, entry) else None
            if afresh or kept is None:
                kept = _searched(mutant, budget) or kept or _borrowed(mutant, found[theorem])
            if kept is not None:
                found[theorem][mutant.id] = kept
            else:
                say(
                    f"{theorem}: survivor {mutant.id}\n    {mutant.before}\n    {mutant.after or '(dropped)'}"
                )
        say(f"{theorem}: {len(found[theorem])} killed")
    return found


def _borrowed(mutant: Mutant, others: Mapping[str, dict[str, Any]]) -> dict[str, Any] | None:
    """A witness against another mutant of the same theorem that kills this one too."""
    return next((entry for entry in others.values() if replay(mutant, entry)), None)


def _searched(mutant: Mutant, budget: Budget) -> dict[str, Any] | None:
    try:
        witness = search(mutant, budget)
    except PlanError:
        return None
    return {"space": witness.space, "values": to_json(witness.bindings)} if witness else None


def write_witnesses(found: Mapping[str, Mapping[str, Any]]) -> None:
    """One line a witness, sorted; the file is replaced at once."""
    lines = ["{"]
    for theorem in sorted(found):
        entries = [
            f"    {json.dumps(name, ensure_ascii=False)}: {json.dumps(entry, ensure_ascii=False)}"
            for name, entry in sorted(found[theorem].items())
        ]
        lines += [f"  {json.dumps(theorem)}: {{", ",\n".join(entries), "  },"]
    lines[-1] = lines[-1].rstrip(",")
    fresh = WITNESSES.with_suffix(".tmp")
    fresh.write_text("\n".join([*lines, "}", ""]), encoding="utf-8")
    os.replace(fresh, WITNESSES)
