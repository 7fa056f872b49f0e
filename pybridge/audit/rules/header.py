"""The opening of a file: copyright, licence, authors, word for word. A file of imports alone needs none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pybridge.audit.lean_file import Kind
from pybridge.audit.project import Project
from pybridge.audit.report import Finding

RULE = "header"
HEADER = re.compile(
    r"\A/-\nCopyright \(c\) \d{4} [^\n]+\. All rights reserved\.\n"
    r"Released under Apache 2\.0 license as described in the file LICENSE\.\n"
    r"Authors: [^\n]+\n-/\n"
)


def header(project: Project) -> Iterator[Finding]:
    for file in project.files:
        if file.kind is not Kind.DOOR and not HEADER.match(file.source.text):
            yield file.finding(
                0,
                RULE,
                "the file does not open with the copyright, licence and authors lines",
                "Copy them from LivingInference/Bounds.lean.",
            )
