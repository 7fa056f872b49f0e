"""The doors of the reader: one text, one file, one project."""

from __future__ import annotations

import re
from pathlib import Path

from pybridge.ir import nodes as n
from pybridge.parser.commands import CommandReader
from pybridge.parser.source import Source

LIBRARY = "LivingInference"
_IMPORT = re.compile(r"^import[ \t]+([\w.']+)", re.MULTILINE)


def parse_statement(text: str, file: str = "<string>") -> n.Statement:
    """The one exported theorem of a text; its `:=` and proof may be missing.

    Raises:
        StatementError: text outside the grammar, or not exactly one theorem.
    """
    source = Source(text, file)
    found = CommandReader(source, proof_required=False).read()
    if len(found) != 1:
        source.fail("one-theorem", 0, count=len(found))
    return found[0]


def read_file(path: Path, root: Path) -> list[n.Statement]:
    """Every exported theorem of a Lean file, in order.

    Args:
        root: the project; messages name the file relative to it.
    Raises:
        StatementError: a file that cannot be read, or a statement outside the grammar.
    """
    return CommandReader(_source(path, root), proof_required=True).read()


def read_project(root: Path) -> list[n.Statement]:
    """Every exported theorem under `LivingInference/` outside `ForMathlib/`: files in the order in which
    `LivingInference.lean` imports them, theorems by line.

    Raises:
        StatementError: also for a topic that is not imported or does not exist, and for a name used twice.
    """
    door = _source(root / f"{LIBRARY}.lean", root)
    statements: list[n.Statement] = []
    for file in _topics(door, root):
        statements += read_file(file, root)
    first: dict[str, n.Statement] = {}
    for statement in statements:
        earlier = first.setdefault(statement.name, statement)
        if earlier is not statement:
            source = _source(root / statement.file, root)
            offset = source.line_start(statement.line)
            source.fail(
                "duplicate-theorem", offset, name=statement.name, file=earlier.file, line=earlier.line
            )
    return statements


def _topics(door: Source, root: Path) -> list[Path]:
    """Files behind the door, in its order."""
    exported = {
        path
        for path in (root / LIBRARY).rglob("*.lean")
        if "ForMathlib" not in path.relative_to(root / LIBRARY).parts
    }
    ordered: list[Path] = []
    for found in _IMPORT.finditer(door.text):
        module = found[1]
        if not module.startswith(f"{LIBRARY}.") or module.startswith(f"{LIBRARY}.ForMathlib."):
            continue
        path = root.joinpath(*module.split(".")).with_suffix(".lean")
        if path not in exported:
            door.fail("missing-topic", found.start(1), module=module, file=_relative(path, root))
        if path not in ordered:
            ordered.append(path)
    for path in sorted(exported - set(ordered)):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        door.fail("unimported-topic", 0, file=_relative(path, root), module=module)
    return ordered


def _source(path: Path, root: Path) -> Source:
    name = _relative(path, root)
    try:
        return Source(path.read_text(encoding="utf-8"), name)
    except UnicodeDecodeError as error:
        Source("", name).fail("not-utf8", 0, reason=error.reason, byte=error.start)
    except OSError as error:
        Source("", name).fail("unreadable", 0, reason=error.strerror or type(error).__name__)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
