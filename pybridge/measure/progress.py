"""How a long run says where it is; who shows it is somebody else's business."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Stages with a known or unknown number of steps."""

    @property
    def visible(self) -> bool:
        """Whether anybody is looking."""
        ...

    def begin(self, stage: str, total: int | None = None) -> None: ...

    def advance(self) -> None: ...


class Silent:
    """Shows nothing."""

    visible = False

    def begin(self, stage: str, total: int | None = None) -> None:
        return None

    def advance(self) -> None:
        return None


SILENT = Silent()
