"""Taking a compression back: every map gets its own bits again."""

from __future__ import annotations

from types import TracebackType

from pybridge.compress.spool import Slot, Spool
from pybridge.models.linear_maps import LinearMapView


class Undo:
    """The bits that a compression overwrote, kept on disk. As a context manager it restores on leaving.

    Restoring twice is harmless. An `Undo` that is dropped leaves the model compressed and frees the disk.
    """

    def __init__(self) -> None:
        self._spool = Spool()
        self._overwritten: list[tuple[LinearMapView, Slot]] = []

    def remember(self, view: LinearMapView) -> None:
        """To be called before a map is written."""
        self._overwritten.append((view, self._spool.put(view.read())))

    def restore(self) -> None:
        """Put the remembered bits back, the last overwritten first.

        A Ctrl-C meanwhile waits until the model has its own weights again.
        """
        interrupted: KeyboardInterrupt | None = None
        while self._overwritten:
            try:
                view, slot = self._overwritten[-1]
                view.write(self._spool.get(slot))
                self._overwritten.pop()
            except KeyboardInterrupt as interrupt:
                interrupted = interrupt
        self._spool.close()
        if interrupted is not None:
            raise interrupted

    def __enter__(self) -> Undo:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.restore()
