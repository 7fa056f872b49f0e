"""Violations on disk: each one a bundle that replays, a few a theorem, the rest counted."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from pybridge.binding.instances import Instances, RuntimeCheck, bind
from pybridge.errors import OutputError
from pybridge.files.atomic import write_atomically
from pybridge.runtime.bundle import finite_or_none, pack, to_files
from pybridge.runtime.verdict import Evaluation

KEPT_PER_THEOREM = 3


class ViolationWriter:
    """Writes the first few violations of every theorem as `<folder>/<theorem>-<place>.json` and `.npz`.

    Attributes:
        written: paths of the JSON files, in order.
        unwritten: why a bundle could not be written; the violation itself is in the ledger all the same.
    """

    def __init__(self, folder: Path, context: dict[str, Any]) -> None:
        self._folder, self._context = folder, context
        self._count: Counter[str] = Counter()
        self.written: list[Path] = []
        self.unwritten: list[str] = []

    def __call__(self, check: RuntimeCheck, instances: Instances, index: int, evaluation: Evaluation) -> None:
        self._count[check.NAME] += 1
        if self._count[check.NAME] > KEPT_PER_THEOREM:
            return
        where = instances.label(index, len(evaluation.verdicts))
        stem = f"{check.NAME}-{re.sub(r'[^0-9A-Za-z.]+', '_', where).strip('_')}"
        try:
            self._write(stem, where, check, instances, index, evaluation)
        except OutputError as error:
            self.unwritten.append(f"{check.NAME} at {where}: {error}")

    def _write(
        self,
        stem: str,
        where: str,
        check: RuntimeCheck,
        instances: Instances,
        index: int,
        evaluation: Evaluation,
    ) -> None:
        given = bind(check, instances)
        count = instances.given.get("block count")
        bindings, arrays = pack(given, check.MEASURED, index, len(evaluation.verdicts), count)
        record = {
            "theorem": check.NAME,
            "number": check.NUMBER,
            "statement": check.STATEMENT,
            "certificate": check.CERTIFICATE,
            "where": where,
            "backend": "enclosure",
            "verdict": str(evaluation.verdicts[index]),
            "reason": evaluation.reasons[index],
            "left": _ends(evaluation.lhs_lo, evaluation.lhs_hi, index),
            "right": _ends(evaluation.rhs_lo, evaluation.rhs_hi, index),
            "bindings": bindings,
            **self._context,
        }
        text, data = to_files(record, arrays, stem)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"Cannot create {self._folder}: {error.strerror or error}.") from None
        write_atomically(self._folder / f"{stem}.npz", data)
        write_atomically(self._folder / f"{stem}.json", text)  # last: a bundle exists when its JSON does
        self.written.append(self._folder / f"{stem}.json")

    def not_written(self) -> list[str]:
        """What has no bundle: those that could not be written, and how many came after the first few."""
        beyond = [
            f"{name}: {n - KEPT_PER_THEOREM:,} of {n:,} violations; only the first {KEPT_PER_THEOREM} of a "
            "theorem get one"
            for name, n in self._count.items()
            if n > KEPT_PER_THEOREM
        ]
        return [*self.unwritten, *beyond]


def _ends(lo: Any, hi: Any, index: int) -> list[float | None] | None:
    return None if lo is None or hi is None else [finite_or_none(lo[index]), finite_or_none(hi[index])]
