"""Lines of at most 100 characters, no tabs, no trailing blanks, one newline at the end.

Generated files may have longer lines: the printer does not break a formula.
"""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.audit.lean_file import Kind, LeanFile
from pybridge.audit.project import Project
from pybridge.audit.report import Finding

RULE = "layout"
WIDTH = 100


def layout(project: Project) -> Iterator[Finding]:
    for file in project.files:
        yield from _lines(file)
        if not file.source.text.endswith("\n"):
            yield file.finding(
                len(file.source.text), RULE, "the last line has no newline", "End the file with one."
            )
        elif file.source.text.endswith("\n\n"):
            yield file.finding(
                len(file.source.text) - 1, RULE, "the file ends in an empty line", "Remove it."
            )


def _lines(file: LeanFile) -> Iterator[Finding]:
    for number, line in enumerate(file.source.text.split("\n"), start=1):
        start = file.source.line_start(number)
        if "\r" in line:
            yield file.finding(start + line.index("\r"), RULE, "a carriage return", "Use LF line ends.")
            continue
        if "\t" in line:
            yield file.finding(start + line.index("\t"), RULE, "a tab", "Indent by blanks.")
        if line != line.rstrip():
            yield file.finding(
                start + len(line.rstrip()), RULE, "blanks at the end of the line", "Remove them."
            )
        if len(line) > WIDTH and file.kind is not Kind.GENERATED:
            message = f"{len(line)} characters, more than {WIDTH}"
            yield file.finding(start + WIDTH, RULE, message, "Break the line.")
