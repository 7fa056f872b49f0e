"""The model without some of its blocks, scored on the evaluation text; every set of blocks once.

A cell keeps each chunk's mean loss, which is all that perplexity and regret's interval need. With a store a
cell is on the disk before the next begins, so that a comparison that was ended goes on where it was.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from pybridge.errors import NonFiniteError
from pybridge.layers.keeping import Keeper
from pybridge.models.deletion import without_blocks
from pybridge.models.opening import OpenModel
from pybridge.perplexity.regret import Regret, regret_of
from pybridge.perplexity.scores import Protocol, Scores, score

Record = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One set of removed blocks.

    Attributes:
        blocks: rising; none for the whole model.
        chunk_losses: mean loss of each chunk in nats; None where a logit was not finite, and then `reason`
            says where.
        protocol: of the scoring; None likewise.
    """

    blocks: tuple[int, ...]
    chunk_losses: tuple[float, ...] | None
    protocol: Protocol | None
    reason: str | None = None

    @property
    def scores(self) -> Scores | None:
        """The chunks' means in the place of every prediction: the same mean, the same paired differences."""
        if self.chunk_losses is None or self.protocol is None:
            return None
        return Scores(np.array(self.chunk_losses)[:, None], self.protocol, math.nan)

    def regret(self, dense: Cell) -> Regret | None:
        """Against the whole model; None where either has no number."""
        ours, theirs = self.scores, dense.scores
        return None if ours is None or theirs is None else regret_of(ours, theirs)

    def record(self) -> Record:
        return {
            "blocks": list(self.blocks),
            "chunk_losses_nats": None if self.chunk_losses is None else list(self.chunk_losses),
            "protocol": None if self.protocol is None else self.protocol.record(),
            "reason": self.reason,
        }

    @classmethod
    def of_record(cls, record: Record) -> Cell:
        losses, protocol = record["chunk_losses_nats"], record["protocol"]
        if protocol is not None:
            protocol = Protocol(**{k: v for k, v in protocol.items() if k != "predictions"})
        return cls(
            tuple(record["blocks"]), None if losses is None else tuple(losses), protocol, record["reason"]
        )


class Scorer:
    """Cells by set of blocks, each scored once."""

    def __init__(self, opened: OpenModel, text: str, context: int, chunks: int, keeper: Keeper) -> None:
        self._opened, self._text, self._context, self._chunks = opened, text, context, chunks
        self._keeper = keeper
        self._cells = {key: Cell.of_record(record) for key, record in keeper.starting("without").items()}

    def without(self, blocks: Collection[int]) -> Cell:
        """The cell of a set, scored now unless it is known.

        Raises: NonFiniteError if the whole model has no perplexity.
        """
        removed = tuple(sorted(blocks))
        key = key_of(removed)
        if key not in self._cells:
            self._cells[key] = self._scored(removed)
            self._keeper.save(key, self._cells[key].record())
        return self._cells[key]

    def _scored(self, removed: tuple[int, ...]) -> Cell:
        try:
            with without_blocks(self._opened.adapter, removed):
                scores = score(self._opened, self._text, context=self._context, chunks=self._chunks)
        except NonFiniteError as error:
            if not removed:
                raise
            return Cell(removed, None, None, " ".join(str(error).split()))
        means = tuple(float(mean) for mean in scores.losses.mean(axis=1))
        return Cell(removed, means, scores.protocol)


def key_of(blocks: Collection[int]) -> str:
    """`without 3,7`; `without none` for the whole model."""
    return f"without {','.join(map(str, sorted(blocks))) or 'none'}"
