"""Matrices, functions and sequences: promises of their draws, and the corners they reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings

from pybridge.errors import TypingError
from pybridge.runtime.exact import ExactMap, ExactVec, compare, frobenius_norm
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.strategies import EXAMPLES, drawn

SPACES = ("l1", "l2", "linf")


def counted(body: Callable[[Draw, Counter[str]], None], space: str = "l2") -> Counter[str]:
    """What one property test's examples reach."""
    seen: Counter[str] = Counter()
    settings(max_examples=EXAMPLES, derandomize=True, database=None)(
        given(drawn(space))(lambda d: body(d, seen))
    )()
    return seen


def is_zero(matrix: ExactMap) -> bool:
    return not any(entry for row in matrix.rows for entry in row)


def test_matrices_reach_their_corners() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        w, norm = d.matrix("m", "n"), d.ops.matrix_norm
        assert w.shape == (d.ops.size("m"), d.ops.size("n")) == (d.space("ℝ^m"), d.space("ℝ^n"))
        frobenius, zero = frobenius_norm(w), is_zero(w)
        seen["no rows"] += not w.rows
        seen["no columns"] += not w.columns
        seen["zero"] += zero and 0 not in w.shape
        seen["irrational norm"] += not isinstance(norm(w), Fraction)
        seen["rank one, 2 × 2 or more"] += not zero and min(w.shape) > 1 and compare(norm(w), frobenius) == 0
        seen["rank two or more"] += compare(norm(w), frobenius) < 0
        x = d.vector("ℝ^n")
        length = d.ops.vec_norm(x)
        image = d.ops.vec_norm(d.ops.lin_map(w)(x))
        assert compare(image, norm(w) * length) <= 0
        seen["norm attained, not 0"] += not zero and not x.is_zero and compare(image, norm(w) * length) == 0

    seen = counted(body)
    floors = {
        "no rows": 10,
        "no columns": 10,
        "zero": 10,
        "irrational norm": 5,
        "rank one, 2 × 2 or more": 10,
        "rank two or more": 20,
        "norm attained, not 0": 20,
    }
    assert {name: seen[name] for name, floor in floors.items() if seen[name] < floor} == {}


def test_sums_and_products_of_matrices_keep_rational_norms() -> None:
    """Frames belong to index types, so A + B, U V and Wᵀ W are diagonal in them too."""

    def body(d: Draw, seen: Counter[str]) -> None:
        ops = d.ops
        a, b, v = d.matrix("m", "k"), d.matrix("m", "k"), d.matrix("k", "n")
        made = (a + b, ops.matmul(a, v), ops.matmul(ops.transpose(a), a))
        seen["rational"] += all(isinstance(ops.matrix_norm(matrix), Fraction) for matrix in made)

    assert counted(body)["rational"] >= 130


@pytest.mark.parametrize("space", ["l1", "linf"])
def test_euclidean_spaces_are_refused_elsewhere(space: str) -> None:
    def body(d: Draw, _: Counter[str]) -> None:
        for ask in (
            lambda: d.matrix("m", "n"),
            lambda: d.vector("ℝ^n"),
            lambda: d.size("n"),
            lambda: d.ops.zero("ℝ^n"),
            lambda: d.ops.matrix_norm(d.map("E", "F")),
            lambda: d.ops.lin_map(d.map("E", "F")),
        ):
            with pytest.raises(TypingError, match="only l2 has one"):
                ask()

    counted(body, space)


def test_members_are_elements() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        m = d.size("m", least=1)
        i = d.member("m")
        assert 0 <= i < m
        w = d.matrix("m", "n")
        d.ops.sum(0, d.ops.size("n"), lambda j: d.ops.entry(w, i, j))
        seen["last of several"] += 0 < i == m - 1

    assert counted(body)["last of several"] >= 10


@pytest.mark.parametrize("space", SPACES)
def test_functions_are_functions_and_any(space: str) -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        f, g = d.function("E", "F"), d.function("E", "F")
        x, y = d.vector("E"), d.vector("E")
        assert f(x) == f(x)
        assert f(x - x) == f(d.ops.zero("E"))
        assert len(f(y).entries) == d.space("F")
        seen["nonzero at zero"] += not f(d.ops.zero("E")).is_zero
        seen["not linear"] += not (f(x + x) - f(x) - f(x)).is_zero
        seen["different"] += f(x) != g(x)
        seen["two values"] += x != y and f(x) != f(y)

    seen = counted(body, space)
    assert min(seen[name] for name in ("nonzero at zero", "not linear", "different", "two values")) >= 30


def test_a_recursion_steps_where_it_is_asked_to() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        m, n = d.nat(), d.nat()
        start, slack = d.real(), []

        def step(t: int, value: Fraction) -> Fraction:
            slack.append(d.slack())
            return 2 * value + t - slack[-1]

        v = d.recursion(n, start, step, since=m)
        assert v(m) == start
        assert len(slack) == max(n - m, 0)
        for t, less in zip(range(m, n), slack, strict=True):
            assert v(t + 1) == 2 * v(t) + t - less
        seen["no step"] += n <= m
        seen["free before"] += m > 0 and v(0) != start
        after = max(m, n)
        seen["free after"] += v(after + 1) != 2 * v(after) + after
        seen["equality throughout"] += n > m and not any(slack)

    seen = counted(body)
    assert min(seen.values()) >= 10
    assert len(seen) == 4


def test_the_end_of_a_sequence_is_free() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        n = d.nat()
        v = d.sequence_until(n, lambda t: Fraction(t + 1))
        assert [v(t) for t in range(n)] == list(range(1, n + 1))
        seen["by the rule to the end"] += v(n) == n + 1
        seen["free at the end"] += v(n) != n + 1
        assert isinstance(d.sequence_until(n, lambda t: d.vector("E"))(n), ExactVec)

    seen = counted(body)
    assert min(seen["by the rule to the end"], seen["free at the end"]) >= 50


def test_a_recursion_of_vectors() -> None:
    def body(d: Draw, _: Counter[str]) -> None:
        n, u = d.nat(), d.vector_sequence("E", 7)
        h = d.recursion(n, d.vector("E"), lambda t, state: state + u(t))
        assert all(h(t + 1) == h(t) + u(t) for t in range(n))
        assert isinstance(h(n + 1), ExactVec)

    counted(body)


def test_the_last_of_a_nonzero_sequence_may_vanish() -> None:
    def body(d: Draw, seen: Counter[str]) -> None:
        d.space("E", least=1)
        n = d.nat()
        h = d.nonzero_vector_sequence("E", n)
        assert not any(h(t).is_zero for t in range(n))
        seen["last zero"] += h(n).is_zero
        seen["last not zero"] += not h(n).is_zero

    seen = counted(body)
    assert min(seen["last zero"], seen["last not zero"]) >= 20
