"""Every verb keeps its promise, and what makes bounds tight is drawn often: counted over the 200 examples of
a test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings

from pybridge.codegen.verbs import VERBS
from pybridge.errors import UndecidedError
from pybridge.runtime.exact import Irrational, compare, square_root
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.scalars import ExactSeq
from pybridge.runtime.strategies import EXAMPLES, drawn

SPACES = ("l1", "l2", "linf")


def examples(space: str, body: Callable[[Draw], None], count: int = EXAMPLES) -> None:
    settings(max_examples=count, derandomize=True, database=None)(given(drawn(space))(body))()


@pytest.mark.parametrize("space", SPACES)
def test_verbs_keep_their_promises(space: str) -> None:
    def body(d: Draw) -> None:
        norm, positive = d.ops.vec_norm, d.positive()
        d.space("E", least=1)
        assert positive > 0
        assert d.nonzero() != 0
        assert 0 <= d.unit() < 1
        assert min(d.nonneg(), d.slack()) >= 0
        assert 0 <= d.below(positive) < positive
        assert 0 <= d.at_most(positive) <= positive
        assert 0 < d.inside(positive) < positive
        assert d.nat() >= 0
        assert d.positive_nat() >= 1
        h = d.nonzero_vector("E")
        assert not h.is_zero
        assert isinstance(norm(h), Fraction)
        assert isinstance(norm(d.displacement("F")), Fraction)
        assert norm(d.vector_of_norm("E", positive)) == positive
        assert compare(norm(d.vector_within("E", positive, along=h)), positive) <= 0
        assert compare(norm(d.vector_within("F", positive, along=d.vector("F"))), positive) <= 0
        assert d.vector_within("F", Fraction(0), along=d.vector("F")).is_zero
        n = d.nat()
        assert all(d.sequence_below(n, positive)(i) <= positive for i in range(n + 1))
        assert [d.sequence_of(n, lambda i: i)(i) for i in range(n + 1)] == list(range(n + 1))
        assert len(d.vector_sequence("F", n)(n).entries) == d.space("F")
        assert d.largest(n, positive) == max(n, positive)
        assert d.smallest(n, positive) == min(n, positive)

    examples(space, body)


def test_draw_has_every_verb_a_plan_may_use() -> None:
    assert set(VERBS) == {
        name for kind in Draw.__mro__[:-1] for name in vars(kind) if not name.startswith("_")
    }


def test_a_dimension_asked_for_too_late_is_our_mistake() -> None:
    def body(d: Draw) -> None:
        if d.space("E") == 0:
            with pytest.raises(AssertionError, match="E has dimension 0: a plan asked for 1 too late"):
                d.space("E", least=1)

    examples("l2", body, 50)


def test_bounds_may_be_irrational() -> None:
    def body(d: Draw) -> None:
        bound = square_root(Fraction(2)) * d.positive()
        d.space("E", least=1)
        assert compare(d.below(bound), bound) < 0
        assert compare(d.at_most(bound), bound) <= 0
        assert compare(d.ops.vec_norm(d.vector_within("E", bound, along=d.vector("E"))), bound) <= 0

    examples("l2", body, 50)


def test_an_irrational_norm_needs_a_vector_of_its_class() -> None:
    reached = Counter()

    def body(d: Draw) -> None:
        d.space("E", least=2)
        x = d.vector("E")
        norm = d.ops.vec_norm(x)
        if isinstance(norm, Irrational):
            reached["irrational"] += 1
            assert compare(d.ops.vec_norm(d.vector_of_norm("E", norm * 3)), norm * 3) == 0
            with pytest.raises(UndecidedError, match="no rational vector of norm"):
                d.vector_of_norm("E", square_root(Fraction(1009)))

    examples("l2", body)
    assert reached["irrational"] >= 10


@pytest.mark.parametrize("space", SPACES)
def test_sums_of_structured_maps_keep_rational_norms(space: str) -> None:
    kinds = Counter()

    def body(d: Draw) -> None:
        f, g = d.map("E", "F"), d.map("E", "F")
        rational = all(isinstance(d.ops.map_norm(m), Fraction) for m in (f, g, f + g, f - g))
        kinds["rational" if rational else "irrational"] += 1
        kinds["full rank 2"] += min(len(f.rows), f.columns) >= 2 and not d.ops.eq(f, f - f).all_true()

    examples(space, body)
    assert kinds["rational"] >= 150
    assert kinds["full rank 2"] >= 20
    assert (kinds["irrational"] > 0) == (space == "l2")


@pytest.mark.parametrize("space", SPACES)
def test_the_tight_and_the_degenerate_are_frequent(space: str) -> None:
    """Counts over one property test's examples; the floors are a third of what the draws are meant to
    give."""
    seen = Counter()

    def body(d: Draw) -> None:
        f, x = d.map("E", "F"), d.vector("E")
        gap, slack, n = d.displacement("E"), d.slack(), d.nat()
        seen[f"dimension {d.space('E')}"] += 1
        seen["zero vector"] += x.is_zero
        seen["zero displacement"] += gap.is_zero
        seen["zero map"] += all(not any(row) for row in f.rows)
        seen["slack 0"] += slack == 0
        seen["slack > 0"] += slack > 0
        seen["length 0"] += n == 0
        attained = compare(d.ops.vec_norm(f(gap)), d.ops.map_norm(f) * d.ops.vec_norm(gap)) == 0
        seen["norm attained, not 0"] += attained and not f(gap).is_zero
        seen["norm not attained"] += not attained

    examples(space, body)
    floors = {
        "dimension 0": 10,
        "dimension 1": 20,
        "dimension 2": 15,
        "dimension 3": 8,
        "zero vector": 20,
        "zero displacement": 20,
        "zero map": 15,
        "slack 0": 40,
        "slack > 0": 30,
        "length 0": 10,
        "norm attained, not 0": 30,
        "norm not attained": 5,
    }
    assert {name: seen[name] for name, floor in floors.items() if seen[name] < floor} == {}


def test_sequences_go_on_after_their_entries() -> None:
    seq = ExactSeq((Fraction(1), Fraction(2)))
    assert [seq(i) for i in range(4)] == [1, 2, 2, 2]
    assert ExactSeq(())(3) == 0
    assert str(seq) == "1, 2, …"
