"""The paper's figures against the paper's formulas: what follows from them, and each figure that does not."""

from __future__ import annotations

import itertools
import math
import re
from statistics import NormalDist

import pytest

from tests.paper.numbers import (
    DATA,
    MODELS,
    VALUES,
    amplifying_fraction,
    counts,
    entry,
    index,
    known,
    printed_order,
    rho_max_for,
    tiny_llama,
    value,
)

ROWS = printed_order()
COMPLETE = [model for model in ROWS if known("rho_max", model)]


def number_in(printed: str) -> float:
    digits = re.sub(r"(?<=\d)[, ](?=\d{3})", "", printed)
    found = re.search(r"-?\d+(?:\.\d+)?", digits)
    assert found is not None
    return float(found.group())


def test_every_entry_says_where_it_stands_and_how_it_was_read() -> None:
    assert VALUES
    for one in VALUES:
        assert one["printed"]
        assert one["where"].startswith(("v1", "v2"))
        assert one["reading"] in DATA["reading"]


def test_no_figure_is_entered_twice() -> None:
    names = [(one["name"], one.get("model")) for one in VALUES]
    assert len(set(names)) == len(names)


def test_values_are_what_is_printed() -> None:
    words = {"Ten": 10, "Twelve": 12, "six transformers (117M to 8B parameters)": 6, "10^-4": 1e-4}
    for one in (one for one in VALUES if "value" in one):
        shown = one["printed"]
        expected = words[shown] if shown in words else number_in(shown) / (100 if "%" in shown else 1)
        assert one["value"] == pytest.approx(expected), one


def test_counts_are_over_one_transition_less_than_blocks() -> None:
    for model in ROWS:
        contracting, transitions = counts(model)
        assert transitions == MODELS[model]["blocks"] - 1
        assert 0 <= contracting <= transitions


@pytest.mark.parametrize(
    ("model", "expected"), [("Mistral-7B", 2.38), ("GPT-2 Small", 2.60), ("Qwen3-8B", 5.47)]
)
def test_the_index_of_every_row_that_can_be_computed(model: str, expected: float) -> None:
    assert round(index(model), 2) == expected


def test_the_rows_with_a_known_index_are_in_the_printed_order() -> None:
    assert sorted(COMPLETE, key=index) == COMPLETE
    assert COMPLETE == ["Mistral-7B", "GPT-2 Small", "Qwen3-8B"]


def test_the_printed_order_confines_the_two_missing_rho_max() -> None:
    assert set(ROWS) - set(COMPLETE) == {"GPT-2 Medium", "LFM2-2.6B"}
    assert ROWS[0] == "LFM2-2.6B"
    assert ROWS[2:] == ["GPT-2 Small", "GPT-2 Medium", "Qwen3-8B"]
    assert round(rho_max_for("LFM2-2.6B", index("Mistral-7B")), 3) == 1.146
    assert round(rho_max_for("GPT-2 Medium", index("GPT-2 Small")), 2) == 1.37
    assert round(rho_max_for("GPT-2 Medium", index("Qwen3-8B")), 2) == 5.41
    assert rho_max_for("GPT-2 Medium", index("GPT-2 Small")) > value("rho_max", "Qwen3-8B")


def test_the_order_agrees_with_the_printed_degradations() -> None:
    degraded = [value("degradation", model) for model in ROWS if known("degradation", model)]
    assert degraded == sorted(degraded)
    assert len(degraded) == 4


def test_tiny_llama_has_another_index_than_printed() -> None:
    assert round(tiny_llama(), 2) == 2.70
    assert value("cfi", "TinyLlama") == 1.48


def test_rounding_does_not_explain_the_index_of_tiny_llama() -> None:
    around = [
        tiny_llama(amplifying_fraction=f, rho_max=rho)
        for f, rho in itertools.product((0.285, 0.295), (1.305, 1.315))
    ]
    assert (round(min(around), 2), round(max(around), 2)) == (2.65, 2.75)


def test_no_count_over_all_blocks_explains_it_either() -> None:
    """f_amp = 0.29 is 6 of 21 transitions and no count of 22 blocks; 21 in the place of n gives 2.60."""
    blocks = int(value("blocks", "TinyLlama"))
    printed = value("f_amp", "TinyLlama")
    assert [k for k in range(blocks) if round(k / (blocks - 1), 2) == printed] == [6]
    assert [k for k in range(blocks + 1) if round(k / blocks, 2) == printed] == []
    assert round(tiny_llama(amplifying_fraction=6 / 21, blocks=21), 2) == 2.60


def test_the_index_of_tiny_llama_decides_its_rank() -> None:
    assert value("cfi", "TinyLlama") < index("Mistral-7B") < index("GPT-2 Small") < tiny_llama()


def test_the_rho_max_that_would_give_the_printed_index() -> None:
    growth = value("cfi", "TinyLlama") - 2000 / value("d_model", "TinyLlama")
    rho = math.exp(growth / (value("f_amp", "TinyLlama") * value("blocks", "TinyLlama")))
    assert round(rho, 2) == 1.08
    assert tiny_llama(rho_max=rho) == pytest.approx(value("cfi", "TinyLlama"))


def test_contraction_is_neither_necessary_nor_sufficient_for_tolerance() -> None:
    contracting = [model for model in COMPLETE if value("rho_max", model) < 1]
    assert contracting == ["GPT-2 Small"]
    more_tolerant = [
        model
        for model in ROWS
        if known("degradation", model)
        and value("degradation", model) < value("degradation", "GPT-2 Small")
        and amplifying_fraction(model) > 0
    ]
    assert more_tolerant == ["LFM2-2.6B", "Mistral-7B"]


def test_only_one_row_contracts_everywhere() -> None:
    assert [model for model in ROWS if amplifying_fraction(model) == 0] == ["GPT-2 Small"]


def test_qwen_is_not_tied_and_a_tied_model_degrades_less() -> None:
    assert MODELS["Qwen3-8B"]["tied"] is False
    assert MODELS["GPT-2 Small"]["tied"] is True
    assert value("degradation", "GPT-2 Small") < value("degradation", "Qwen3-8B")


@pytest.mark.parametrize(("low", "high"), [(0.68, 1.33)])
def test_the_two_meanings_of_rho_rank_these_two_blocks_differently(low: float, high: float) -> None:
    assert abs(low - 1) < abs(high - 1)
    assert abs(math.sqrt(low) - 1) > abs(math.sqrt(high) - 1)
    assert high == value("rho_max", "Qwen3-8B")
    assert round(math.sqrt(high), 2) == 1.15


@pytest.mark.parametrize(("n", "gain"), [(11, 1.22), (12, 1.24)])
def test_the_gain_over_the_linear_bound(n: int, gain: float) -> None:
    rho = value("rho_max", "GPT-2 Small")
    assert round(n * (1 - rho) / (1 - rho**n), 2) == gain
    assert round(1 / (1 - rho)) == 25 > n
    assert value("tighter_than_linear") > n


def test_theorem_10_is_out_of_reach_of_table_11() -> None:
    """As L the gains break (1 + L)² < α² ≤ 123; as g they break |g - 1| ≤ α."""
    alpha = math.sqrt(value("alpha_squared_max"))
    assert round(alpha - 1, 1) == 10.1
    assert round(alpha + 1, 1) == 12.1
    assert value("gain_min") > alpha + 1


def test_the_layer_norm_of_layer_0_may_expand() -> None:
    assert value("sigma_layer_0") < 1
    assert round(1 / value("sigma_layer_0"), 1) == 5.9


def test_the_baselines_differ_twofold() -> None:
    assert round(value("baseline_max", "GPT-2") / value("baseline_min", "GPT-2"), 1) == 2.0


def test_the_matrices_of_gpt2_are_counted_head_by_head() -> None:
    small = MODELS["GPT-2 Small"]
    assert small["blocks"] * (3 * small["heads"] + 3) == value("matrices", "GPT-2 Small")
    assert value("configurations") == 30 * value("matrices", "GPT-2 Small")


def test_keep_and_sparsity_are_different_words() -> None:
    assert "sparsity" in entry("kept")["printed"]
    assert round(1 - value("kept"), 2) == 0.95
    assert value("zeroed") == 0.5


def p_value(r: float, n: int) -> float:
    """Two-sided, by Fisher's transformation."""
    return 2 * (1 - NormalDist().cdf(math.atanh(abs(r)) * math.sqrt(n - 3)))


def test_the_p_value_needs_more_points_than_any_model_has_blocks() -> None:
    r, below = value("spearman"), value("spearman_p_below")
    fewest = next(n for n in itertools.count(4) if p_value(r, n) < below)
    assert fewest == 71 > max(model["blocks"] for model in MODELS.values()) == 36
    assert round(p_value(r, 36), 3) == 0.007
