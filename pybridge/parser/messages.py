"""Every message of the reader: what it says, what it advises, and inputs that cause it.

The reader chooses from this table; a test reads every example and expects its row. Add the row before the
branch.
"""

from __future__ import annotations

from pybridge.parser.message import Message
from pybridge.parser.messages_binders import BINDERS
from pybridge.parser.messages_expressions import EXPRESSIONS
from pybridge.parser.messages_files import FILES
from pybridge.parser.messages_keys import KEYS

MESSAGES: dict[str, Message] = FILES | EXPRESSIONS | BINDERS | KEYS
