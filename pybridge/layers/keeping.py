"""What is kept between a run that was ended and the same command given again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pybridge.files.digest import text_digest
from pybridge.files.record import finite
from pybridge.layers.greedy import Round
from pybridge.store import ResultStore

Record = dict[str, Any]
STUDIES = "removals"
"""The collection of the store that holds each study's own description."""


class Keeper:
    """Records by key: of this run alone, or of a store too, where each is on the disk at once."""

    def __init__(self, store: ResultStore | None, study: Record) -> None:
        canonical = json.dumps(study, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        self._name = text_digest(canonical)
        self._store = store
        self._known: dict[str, Record] = {}
        if store is not None:
            store.save(STUDIES, self._name, study)
            self._known = store.fetch(self._name)

    def starting(self, word: str) -> dict[str, Record]:
        """Records whose key begins with a word."""
        return {key: record for key, record in self._known.items() if key.split()[0] == word}

    def save(self, key: str, record: Record) -> None:
        self._known[key] = record
        if self._store is not None:
            self._store.save(self._name, key, record)

    def rounds(self) -> tuple[Round, ...]:
        """The greedy rounds that are there, from the first on without a gap."""
        found = self.starting("greedy")
        done: list[Round] = []
        while (record := found.get(f"greedy {len(done)}")) is not None:
            done.append(_round_of(record))
        return tuple(done)

    def save_round(self, index: int, done: Round) -> None:
        candidates = {str(block): finite(loss) for block, loss in done.candidates.items()}
        record = {"block": done.block, "mean_loss_nats": done.mean_loss, "candidates": candidates}
        self.save(f"greedy {index}", record)


@contextmanager
def keeping(path: Path | None, study: Record) -> Iterator[Keeper]:
    """A keeper; with a path, one that is backed by that file.

    Raises: StoreError, OutputError.
    """
    if path is None:
        yield Keeper(None, study)
        return
    with ResultStore(path) as store:
        yield Keeper(store, study)


def _round_of(record: Record) -> Round:
    candidates = {int(b): float("inf") if x is None else x for b, x in record["candidates"].items()}
    return Round(record["block"], record["mean_loss_nats"], candidates)
