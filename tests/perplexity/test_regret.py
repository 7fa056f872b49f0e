"""Regret from paired differences, and the interval around it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from pybridge.errors import SettingError
from pybridge.perplexity.regret import Regret, regret_of
from pybridge.perplexity.scores import Protocol, Scores

PROTOCOL = Protocol("sha256:t", "sha256:i", "tokenizer", 11, 11, 4, "none", "float32", "float64")


def scores(losses: np.ndarray, **changes: object) -> Scores:
    protocol = replace(PROTOCOL, chunks=len(losses))
    return Scores(losses, replace(protocol, **changes), 1.0)  # type: ignore[arg-type]


def pair(seed: int, chunks: int = 4, shift: float = 0.1) -> tuple[Scores, Scores]:
    rng = np.random.default_rng(seed)
    base = 3 + rng.standard_normal((chunks, 10))
    harm = shift + 0.05 * rng.standard_normal((chunks, 1)) + 0.1 * rng.standard_normal((chunks, 10))
    return scores(base + harm), scores(base)


def test_regret_is_additive_and_degradation_multiplicative() -> None:
    model, base = pair(0)
    found = regret_of(model, base)
    assert found.regret == pytest.approx(model.perplexity - base.perplexity, rel=1e-12)
    assert found.degradation == pytest.approx(model.perplexity / base.perplexity, rel=1e-12)
    assert found.loss_difference == pytest.approx(model.mean_loss - base.mean_loss, rel=1e-12)


def test_the_interval_is_students_t_over_the_chunks() -> None:
    model, base = pair(1, chunks=6)
    found = regret_of(model, base, confidence=0.9)
    expected = stats.ttest_1samp((model.losses - base.losses).mean(axis=1), 0).confidence_interval(0.9)
    assert found.loss_interval is not None
    assert found.regret_interval is not None
    assert found.degradation_interval is not None
    assert found.loss_interval.lo == pytest.approx(expected.low, rel=1e-12)
    assert found.loss_interval.hi == pytest.approx(expected.high, rel=1e-12)
    assert found.degradation_interval.lo == pytest.approx(math.exp(expected.low), rel=1e-12)
    assert found.regret_interval.hi == pytest.approx(base.perplexity * math.expm1(expected.high), rel=1e-12)


def test_pairing_takes_out_what_the_text_does_to_both() -> None:
    """A hard chunk is hard for both models and must not widen the interval."""
    model, base = pair(2)
    harder = np.array([[0.0], [5.0], [-2.0], [9.0]])
    moved = regret_of(scores(model.losses + harder), scores(base.losses + harder))
    still = regret_of(model, base)
    assert moved.loss_interval is not None
    assert still.loss_interval is not None
    assert moved.loss_interval.lo == pytest.approx(still.loss_interval.lo, abs=1e-12)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """1,000 seeded studies with correlated tokens: 95 % within three standard errors of a proportion."""
    covered = [_covers(regret_of(*pair(seed)), 0.1) for seed in range(1000)]
    assert abs(np.mean(covered) - 0.95) <= 3 * math.sqrt(0.95 * 0.05 / 1000)


def _covers(found: Regret, truth: float) -> bool:
    assert found.loss_interval is not None
    return found.loss_interval.lo <= truth <= found.loss_interval.hi


def test_a_model_against_itself_has_no_regret() -> None:
    _, base = pair(3)
    found = regret_of(base, base)
    assert (found.regret, found.degradation) == (0.0, 1.0)
    assert found.regret_interval is not None
    assert (found.regret_interval.lo, found.regret_interval.hi) == (0.0, 0.0)


def test_one_chunk_has_no_interval() -> None:
    found = regret_of(*pair(4, chunks=1))
    assert found.loss_interval is found.regret_interval is found.degradation_interval is None
    assert found.regret > 0


def test_a_collapsed_model_has_infinite_degradation_not_an_exception() -> None:
    _, base = pair(5)
    found = regret_of(scores(base.losses + 1000), base)
    assert found.degradation == found.regret == math.inf


@pytest.mark.parametrize(
    "change", [{"text": "sha256:u"}, {"context": 12}, {"dtype": "bfloat16"}, {"bos": "a token in front"}]
)
def test_two_protocols_are_not_compared(change: dict[str, object]) -> None:
    model, base = pair(6)
    with pytest.raises(SettingError, match=rf"different protocols.*{next(iter(change))}"):
        regret_of(model, scores(base.losses, **change))


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, 95.0])
def test_a_confidence_is_a_fraction(confidence: float) -> None:
    with pytest.raises(SettingError, match="confidence"):
        regret_of(*pair(7), confidence=confidence)
