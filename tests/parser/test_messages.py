"""Every message of the table is caused by its examples, and every failure in the reader is in the table."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pybridge.errors import StatementError
from pybridge.parser import MESSAGES, parse_statement, read_project
from pybridge.parser.constructs import CONSTRUCTS
from pybridge.parser.message import Example
from tests.parser.texts import ROOT

EXAMPLES = [
    pytest.param(code, example, id=f"{code}-{number}")
    for code, row in MESSAGES.items()
    for number, example in enumerate(row.examples)
]


def lay_out(files: Mapping[str, str | bytes], folder: Path) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())


def refusal(example: Example, folder: Path) -> StatementError:
    """The error that reading an example raises."""
    if isinstance(example, str):
        with pytest.raises(StatementError) as caught:
            parse_statement(example)
    else:
        lay_out(example, folder)
        with pytest.raises(StatementError) as caught:
            read_project(folder)
    return caught.value


def pattern(template: str) -> str:
    """A regular expression for a template filled in with anything."""
    parts = string.Formatter().parse(template)
    return "".join(re.escape(text) + ("" if field is None else ".*") for text, field, _, _ in parts)


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_an_example_causes_its_message(code: str, example: Example, tmp_path: Path) -> None:
    error = refusal(example, tmp_path)
    assert re.fullmatch(pattern(MESSAGES[code].template) + r"\.", error.message, re.DOTALL)
    assert re.fullmatch(pattern(MESSAGES[code].advice), error.advice, re.DOTALL)
    assert error.line >= 1
    assert 1 <= error.column <= len(error.source_line) + 1


def test_every_row_has_an_example() -> None:
    assert [code for code, row in MESSAGES.items() if not row.examples] == []


def test_an_advice_never_repeats_its_message() -> None:
    assert [code for code, row in MESSAGES.items() if row.advice == row.template] == []


def codes_used() -> Iterator[str]:
    """Rows that the reader names: first arguments of `fail`, and both sides of a `code = … if … else …`."""
    for path in sorted((ROOT / "pybridge" / "parser").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="fail" | "_fail"), args=[ast.Constant(value=str(code)), *_]
                ):
                    yield code
                case ast.Assign(
                    targets=[ast.Name(id="code")],
                    value=ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))),
                ):
                    yield from (one, other)


def test_the_table_has_the_rows_that_the_reader_names() -> None:
    assert set(codes_used()) == set(MESSAGES)


@pytest.mark.parametrize("token", sorted(CONSTRUCTS), ids=ascii)
def test_a_construct_is_named_where_it_stands(token: str) -> None:
    construct = CONSTRUCTS[token]
    error = refusal(construct.example, ROOT)
    assert construct.name in error.message
    assert construct.advice == error.advice
    caret = error.source_line[error.column - 1 :]
    assert any(caret.startswith(other) for other, made in CONSTRUCTS.items() if made is construct)


def test_the_error_reads_as_documented() -> None:
    text = "theorem t (f : E →L[ℝ] F) (x : E) : ‖f‖ * ‖x‖ ≥ ‖f x‖"
    with pytest.raises(StatementError) as caught:
        parse_statement(text, "LivingInference/Bounds.lean")
    assert str(caught.value).splitlines() == [
        "LivingInference/Bounds.lean:1:47: expected `≤`, `<`, `=` or `≠`, got `≥`.",
        "    " + text,
        "    " + " " * 46 + "^",
        "  Write the smaller side first: `‖f x‖ ≤ ‖f‖ * ‖x‖`.",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("theorem t (x : ℝ) :\n    x ≤\n    y", 3, 5),
        ("/- a\n /- b -/ -/ theorem t (x : ℝ) : x ≤ y", 2, 37),
        ("theorem t (x : ℝ) : -- y\n  x ≤ y", 2, 7),
        ("/-- text\n\n@measure x gain\n@mode runtime propertee\n-/\ntheorem t (x : ℝ) : x = x", 4, 7),
    ],
)
def test_positions_are_those_of_the_file(text: str, line: int, column: int) -> None:
    with pytest.raises(StatementError) as caught:
        parse_statement(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_close_name_is_suggested() -> None:
    with pytest.raises(StatementError, match="Did you mean `fSparse`"):
        parse_statement("theorem t (fSparse : ℝ) : fsparse = fSparse")
