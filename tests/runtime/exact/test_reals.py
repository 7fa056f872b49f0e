"""Signs of exact reals: equalities between irrationals, refinement, Lean's total functions."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.errors import UndecidedError
from pybridge.runtime.exact import (
    ExactBackend,
    ExactMap,
    Irrational,
    compare,
    divide,
    map_norm,
    rational_below,
    reals,
    sign,
    square_root,
)
from pybridge.runtime.exact.norms import NormKind
from pybridge.runtime.exact.reals import Real


def root(n: int, d: int = 1) -> Real:
    return square_root(Fraction(n, d))


def golden() -> Real:
    """(1 + √5)/2 as an operator norm, known only by its Gram matrix."""
    return map_norm(NormKind.L2, matrix((1, 1), (1, 0)))


def matrix(*rows: tuple[int, ...]) -> ExactMap:
    return ExactMap(tuple(tuple(Fraction(entry) for entry in row) for row in rows), len(rows[0]))


EQUAL = {
    "a perfect square is rational": (root(9, 4), Fraction(3, 2)),
    "square of a root": (root(2) ** 2, Fraction(2)),
    "product of two roots": (root(2) * root(3), root(6)),
    "quotient of two roots": (divide(root(12), root(3)), Fraction(2)),
    "rationals under different roots": (root(1, 2) * 2, root(2)),
    "sum of equal roots": (root(2) + root(8), 3 * root(2)),
    "conjugates": ((root(5) + 1) * (root(5) - 1), Fraction(4)),
    "a quotient of sums hiding a rational": (divide(root(5) + 1, 2 * root(5) + 2), Fraction(1, 2)),
    "two quotients with different denominators": (divide(Fraction(1), root(3) - root(2)), root(3) + root(2)),
    "an opaque norm against itself": (golden() * 3 - golden(), 2 * golden()),
    "an opaque norm of a multiple": (map_norm(NormKind.L2, matrix((3, 3), (3, 0))), 3 * golden()),
    "an opaque norm of the transpose": (
        map_norm(NormKind.L2, matrix((1, 0, 1), (0, 1, 2))),
        map_norm(NormKind.L2, matrix((1, 0), (0, 1), (1, 2))),
    ),
    "one eigenvalue in two Gram matrices": (
        golden(),
        map_norm(NormKind.L2, matrix((1, 1, 0), (1, 0, 0), (0, 0, 1))),
    ),
    "an opaque norm that is a surd": (golden(), divide(1 + root(5), Fraction(2))),
    "a relation of degree two": (golden() ** 2, golden() + 1),
    "a root of an opaque norm": (square_root(map_norm(NormKind.L2, matrix((2, 1), (1, 1)))), golden()),
    "a root over opaque norms": (
        square_root(divide(golden() + 1, golden() ** 4)),
        divide(Fraction(1), golden()),
    ),
    "a ratio of opaque norms": (divide(2 * golden(), golden()), Fraction(2)),
    "a root under a root, squared": (square_root(root(2)) ** 2, root(2)),
    "a root under a root, to the fourth": (square_root(1 + root(2)) ** 4, 3 + 2 * root(2)),
    "a root of a quotient": (square_root(divide(root(2), Fraction(3))) ** 2 * 3, root(2)),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equalities_are_decided(name: str) -> None:
    left, right = EQUAL[name]
    assert compare(left, right) == 0
    tiny = Fraction(1, 10**60)
    assert compare(left, right + tiny) == -1
    assert compare(left + tiny, right) == 1


def test_norm_against_rational_is_exact_far_beyond_the_brackets() -> None:
    """φ's convergents F(n+1)/F(n) come closer than 2⁻¹⁰²⁴; a definiteness test still tells the side."""
    a, b = 1, 1
    for _ in range(2000):
        a, b = a + b, a
    assert abs(a * a - a * b - b * b) == 1
    assert compare(golden(), Fraction(a, b)) == (1 if a * a - a * b - b * b < 0 else -1)


def test_division_by_zero_is_zero_even_when_the_zero_is_hidden() -> None:
    assert divide(Fraction(3), Fraction(0)) == 0
    assert divide(root(2), root(2) + root(8) - 3 * root(2)) == 0
    assert compare(divide(Fraction(1), golden() - golden()), Fraction(0)) == 0


def test_root_of_a_negative_is_zero() -> None:
    assert square_root(Fraction(-4)) == 0
    assert square_root(1 - root(2)) == 0


def test_text_is_readable() -> None:
    assert str(2 - root(5) * Fraction(1, 2)) == "2 - 1/2·√5"
    assert str(divide(Fraction(1), root(2) + root(3))) == "1 / (√2 + √3)"
    assert str(golden()) == "√λmax([[2, 1], [1, 1]])"


@pytest.mark.parametrize("value", [root(2), golden(), divide(root(2) + 1, root(3)), square_root(golden())])
def test_ends_enclose_and_are_neighbours(value: Real) -> None:
    low, high = ExactBackend("l2").ends(value)
    assert compare(Fraction(low), value) <= 0 <= compare(Fraction(high), value)
    assert 0 < high - low <= 4.5e-16 * high
    assert compare(rational_below(value), value) <= 0


EXPRESSIONS = st.recursive(
    st.builds(lambda n, d: (("root", n, d)), st.integers(0, 9), st.integers(1, 4)) | st.just(("golden",)),
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner) | st.tuples(st.just("√"), inner),
    max_leaves=6,
)


def exactly(tree: tuple) -> Real:
    match tree:
        case ("root", n, d):
            return root(n, d)
        case ("golden",):
            return golden()
        case ("√", inner):
            return square_root(exactly(inner))
        case ("/", left, right):
            return divide(exactly(left), exactly(right))
    a, b = exactly(tree[1]), exactly(tree[2])
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b}[tree[0]]()


def by_balls(tree: tuple) -> flint.arb:
    match tree:
        case ("root", n, d):
            return flint.arb(flint.fmpq(n, d)).sqrt()
        case ("golden",):
            return (1 + flint.arb(5).sqrt()) / 2
        case ("√", inner):
            ball = by_balls(inner)
            return flint.arb(0) if ball < 0 else ball.sqrt()
    a, b = by_balls(tree[1]), by_balls(tree[2])
    match tree[0]:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case _:
            return flint.arb(0) if exact_zero(tree[2]) else a / b


def exact_zero(tree: tuple) -> bool:
    return sign(exactly(tree)) == 0


@given(EXPRESSIONS)
def test_signs_agree_with_ball_arithmetic(tree: tuple) -> None:
    """Balls of 400 bits decide every sign that is not zero here; for zero they must contain 0."""
    try:
        found = sign(exactly(tree))
        with flint.ctx.workprec(400):
            ball = by_balls(tree)
    except UndecidedError:
        return
    assert (ball > 0, ball < 0) in {1: ((True, False),), -1: ((False, True),), 0: ((False, False),)}[found]


def test_the_undecided_stay_rare() -> None:
    """The test above would pass if everything were undecided."""
    trees = [("+", ("golden",), ("root", n, 3)) for n in range(1, 9)] + [
        ("√", ("root", n, 1)) for n in range(1, 9)
    ]
    assert all(sign(exactly(tree)) == 1 for tree in trees)


def test_limit_is_what_the_message_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reals, "LIMIT_BITS", 64)
    near = map_norm(NormKind.L2, matrix((1, 1, 0), (1, 0, 0), (0, 0, 1))) + Fraction(1, 2**200)
    with pytest.raises(UndecidedError, match="64 bits"):
        compare(golden(), near)


def test_irrational_refuses_to_be_equal_by_accident() -> None:
    assert isinstance(root(2), Irrational)
    assert root(2) != root(2)  # identity only: `compare` is the comparison


def test_a_rational_below_keeps_the_sign_however_small_the_value() -> None:
    tiny = root(2) * Fraction(1, 2**400)
    assert rational_below(tiny) > 0
    assert compare(rational_below(tiny), tiny) < 0
    assert compare(rational_below(-tiny), -tiny) < 0
    assert rational_below(root(2) - root(2)) == 0
