"""Lean statement text to typed IR, with positions for everything that is refused."""

from pybridge.ir.serialize import source_digest
from pybridge.parser.messages import MESSAGES, Message
from pybridge.parser.project import parse_statement, read_file, read_project

__all__ = ["MESSAGES", "Message", "parse_statement", "read_file", "read_project", "source_digest"]
