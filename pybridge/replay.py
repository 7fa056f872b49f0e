"""One recorded violation, evaluated again from its own data, by the check as it is extracted today."""

from __future__ import annotations

if __name__ == "__main__":  # here, before anything heavy is imported
    import sys

    from pybridge.cli import main

    main(["replay", *sys.argv[1:]])

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pybridge_extracted

from pybridge.errors import BundleError
from pybridge.runtime.bundle import Bundle, read
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict, evaluate


@dataclass(frozen=True)
class Outcome:
    """What came out of a replay.

    Attributes:
        theorem, where: as recorded.
        recorded, replayed: the verdict then and now.
        reason: of the verdict now.
        statement_then, statement_now: digests; different when the theorem was changed in between.
    """

    theorem: str
    where: str
    recorded: str
    replayed: str
    reason: str
    statement_then: str
    statement_now: str

    @property
    def reproduced(self) -> bool:
        return self.recorded == self.replayed

    def lines(self) -> Iterator[str]:
        """The outcome in words."""
        yield f"{self.theorem}, {self.where}"
        yield f"recorded {self.recorded}, replayed {self.replayed}{f': {self.reason}' if self.reason else ''}"
        if self.statement_then != self.statement_now:
            yield f"The statement has changed: it was {self.statement_then}, it is {self.statement_now}."
        yield "The verdict is reproduced." if self.reproduced else "The verdict is NOT reproduced."


def run(path: Path, load: Callable[[str], Any] | None = None) -> Outcome:
    """Replay the bundle at `path`.

    Args:
        load: theorem name → check; the extracted ones by default.
    Raises: BundleError if the bundle is missing, damaged, of another schema, or its theorem is extracted no
        more.
    """
    bundle = read(path)
    record = bundle.record
    try:
        check = (load or pybridge_extracted.load)(record["theorem"])
    except (ImportError, KeyError, AttributeError):
        raise BundleError(
            f"{path}: the theorem {record.get('theorem')!r} is not among the extracted ones; it was "
            "renamed or removed since. Check out the revision that wrote the bundle."
        ) from None
    return _evaluate_again(path, bundle, check)


def _evaluate_again(path: Path, bundle: Bundle, check: Any) -> Outcome:
    record = bundle.record
    if record.get("backend") != "enclosure":
        raise BundleError(
            f"{path}: unknown backend {record.get('backend')!r}; only `enclosure` can be replayed."
        )
    if missing := sorted(set(check.MEASURED) - set(bundle.given)):
        raise BundleError(
            f"{path}: today's statement also measures {', '.join(missing)}, which the bundle does not hold; "
            f"the statement was {record['statement']}, it is {check.STATEMENT}."
        )
    evaluation = evaluate(check, EnclosureBackend(), bundle.given)
    return Outcome(
        theorem=record["theorem"],
        where=record["where"],
        recorded=Verdict(record["verdict"]).value,
        replayed=Verdict(evaluation.verdicts[0]).value,
        reason=evaluation.reasons[0],
        statement_then=record["statement"],
        statement_now=check.STATEMENT,
    )
