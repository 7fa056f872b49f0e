"""Other weights for a moment: while the context is open the model runs them, then its own bits again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from jaxtyping import Float
from torch import Tensor

from pybridge.models.linear_maps import LinearMapView, Snapshot

Replacement = Callable[[LinearMapView], Float[Tensor, "out in"]]


@contextmanager
def replaced(views: Sequence[LinearMapView], replacement: Replacement) -> Iterator[None]:
    """While open, every map of `views` is `replacement(view)`, rounded to the model's dtype.

    A replacement is made of the map's own weights, which are remembered before they are overwritten and put
    back whatever happens; this takes the memory of the maps named, and of one matrix more.
    """
    snapshots: list[Snapshot] = []
    try:
        for view in views:
            matrix = replacement(view)
            snapshots.append(view.snapshot())
            view.write(matrix)
        yield
    finally:
        _put_back(snapshots)


def _put_back(snapshots: list[Snapshot]) -> None:
    """The last one first. A Ctrl-C meanwhile waits until the model has its own weights again."""
    interrupted: KeyboardInterrupt | None = None
    while snapshots:
        try:
            snapshots[-1].restore()
            snapshots.pop()
        except KeyboardInterrupt as interrupt:
            interrupted = interrupt
    if interrupted is not None:
        raise interrupted
