"""Words for the residual stream: how a family adds to it, and what counts as one update."""

from __future__ import annotations

from enum import StrEnum


class ResidualShape(StrEnum):
    """How a block adds to the residual stream; `u_t = h_{t+1} - h_t` is a difference in every case."""

    SEQUENTIAL = "sequential"
    """h + attention(norm h), then + mlp(norm ·)."""
    POST_NORM = "sequential, normed updates"
    """h + norm(attention(norm h)), then + norm(mlp(norm ·)): the update is the normed output."""
    NORMED_SUM = "sequential, normed sums"
    """norm(h + attention h), then norm(· + mlp ·): the state itself is normed after each addition."""
    PARALLEL = "parallel"
    """h + attention(norm h) + mlp(norm h): there is no state between the two."""


class Granularity(StrEnum):
    """What counts as one residual update: a block, or its attention and its MLP apart."""

    BLOCK = "block"
    SUBLAYER = "sublayer"
