"""What a file of printed statements has to open."""

from __future__ import annotations

from dataclasses import replace

from pybridge.ir import nodes as n
from pybridge.ir import open_commands, opened_scopes
from tests.ir.samples import STATEMENT, W, a, f

PLAIN = replace(STATEMENT, hypotheses=(), conclusion=n.Rel("≤", a, n.MapNorm(f)))


def concluding(term: n.Term) -> n.Statement:
    return replace(PLAIN, conclusion=n.Rel("=", term, a))


def test_statements_without_matrices_open_nothing() -> None:
    assert open_commands([PLAIN]) == ()
    assert open_commands([]) == ()


def test_each_notation_brings_its_scope() -> None:
    transposed = concluding(n.Entry(n.Transpose(W), n.Var("c", n.Member("l")), n.Var("r", n.Member("k"))))
    assert opened_scopes([transposed]) == ("Matrix",)
    assert opened_scopes([concluding(n.MatrixNorm(W))]) == ("Matrix.Norms.L2Operator",)
    assert open_commands([concluding(n.MapNorm(n.LinMap(W)))]) == ("open A.B (linMap)",)


def test_one_file_opens_all_of_it_once() -> None:
    assert open_commands([PLAIN, STATEMENT, STATEMENT]) == (
        "open A.B (linMap)",
        "open scoped Matrix Matrix.Norms.L2Operator",
    )
