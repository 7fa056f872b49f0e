"""Progress bars of a run, for a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bars:
    """One bar a stage, on stderr, gone when the run is over."""

    def __init__(self, *, no_color: bool = False) -> None:
        console = Console(stderr=True, no_color=no_color or None)
        columns: tuple[Any, ...] = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @property
    def visible(self) -> bool:
        return True

    def begin(self, stage: str, total: int | None = None) -> None:
        """Start the next stage; the last one is complete."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(stage, total=total)

    def advance(self) -> None:
        """One step of the present stage is done."""
        if self._task is not None:
            self._progress.advance(self._task)
