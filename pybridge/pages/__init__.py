"""The page a reviewer reads: `docs/theorems.md`, made of the Lean sources and of what is recorded of them."""

from pybridge.pages.command import run
from pybridge.pages.page import page
from pybridge.pages.record import condense, record
from pybridge.pages.sources import Library, read_library
from pybridge.pages.writing import PAGE, moved, write_page

__all__ = ["PAGE", "Library", "condense", "moved", "page", "read_library", "record", "run", "write_page"]
