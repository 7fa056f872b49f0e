"""Where results live: one file, three idempotent verbs, no torch."""

from __future__ import annotations

from pybridge.store.results import ResultStore

__all__ = ["ResultStore"]
