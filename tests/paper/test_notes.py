"""`docs/paper-notes.md` has no number but the paper's and those computed from them."""

from __future__ import annotations

import re

import pytest

from tests.paper.numbers import DATA, DOCS, MODELS, VALUES, index, rho_max_for, tiny_llama, value

NOTES = (DOCS / "paper-notes.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"\d+(?:[, ]\d{3})*(?:\.\d+)?")

# Code, links, names and references: their digits are not figures.
NAMES = re.compile(
    r"```.*?```|\[[^\]]*\]\([^)]*\)|`[^`]*`|arXiv:[\d.]+|\bv[12]\b|\blayer 0\b"
    r"|[Tt]heorem \d+|Tables? \d+(?:, \d+)*(?: and \d+)?|§\d+(?:\.\d+)?"
    r"|GPT-2(?: Small| Medium)?|Qwen3-8B|LFM2-2\.6B|Mistral-7B|LLaMA-2-7B|SmolLM2-135M",
    flags=re.DOTALL,
)

# What the notes compute, each with the test of tests/paper/test_numbers.py that holds it.
DERIVED = {
    "TinyLlama by the formula": "2.70",
    "its least": "2.65",
    "its most": "2.75",
    "with 21 transitions": "2.60",
    "the ρ_max that gives 1.48": "1.08",
    "LFM2-2.6B's largest ρ_max": "1.146",
    "GPT-2 Medium's smallest ρ_max": "1.37",
    "GPT-2 Medium's largest ρ_max": "5.41",
    "Mistral-7B's index": "2.38",
    "Qwen3-8B's index": "5.47",
    "root of 1.33": "1.15",
    "a block nearer to one, or not": "0.68",
    "fewest points": "71",
    "p-value at 36 points": "0.007",
    "gain over 12 blocks": "1.24",
    "gain over 11 transitions": "1.22",
    "limit of the series": "25",
    "largest L": "10.1",
    "largest g": "12.1",
    "1/σ": "5.9",
    "percent zeroed": "95",
    "between baselines": "2.0",
    "14,040 / 468": "30",
    "TinyLlama's amplifying transitions": "6",
    "TinyLlama's transitions": "21",
    "Qwen3-8B's amplifying transitions": "17",
    "Qwen3-8B's transitions": "35",
}
SMALL = {"0", "1", "2", "3"}


def numbers_of(text: str) -> set[str]:
    return set(NUMBER.findall(NAMES.sub(" ", text)))


def traceable() -> set[str]:
    printed = {number for one in VALUES for number in NUMBER.findall(one["printed"])}
    keys = ("blocks", "d_model", "heads")
    configured = {str(model[key]) for model in MODELS.values() for key in keys if key in model}
    return printed | configured | set(DERIVED.values()) | SMALL


def judged(notes: str) -> str:
    """The notes up to the section on measurements, whose figures have commands of their own."""
    return re.split(r"^## Measured", notes, flags=re.MULTILINE)[0]


def test_every_number_of_the_notes_can_be_traced() -> None:
    assert numbers_of(judged(NOTES)) - traceable() == set()


@pytest.mark.parametrize("stray", ["a gain of 1.25", "42,923×", "ρ_max 1.34", "in 72 cases"])
def test_a_stray_number_is_caught(stray: str) -> None:
    assert numbers_of(judged(judged(NOTES) + stray)) - traceable()


@pytest.mark.parametrize("what", DERIVED)
def test_what_is_computed_is_used(what: str) -> None:
    assert DERIVED[what] in numbers_of(judged(NOTES))


def test_the_table_of_the_models_is_the_data() -> None:
    for model in MODELS:
        row = next(line for line in NOTES.splitlines() if line.startswith(f"| {model} |"))
        for one in VALUES:
            if one.get("model") == model and one["name"] in ("contracting", "rho_max", "degradation"):
                assert one["printed"] in row
        has_rho = any(one.get("model") == model and one["name"] == "rho_max" for one in VALUES)
        assert (f" {index(model):.2f} " if has_rho else "| not read | – |") in row


def test_the_notes_on_the_index_are_computed() -> None:
    assert f"{tiny_llama():.2f}" == DERIVED["TinyLlama by the formula"]
    assert f"{rho_max_for('GPT-2 Medium', index('Qwen3-8B')):.2f}" == DERIVED["GPT-2 Medium's largest ρ_max"]
    assert f"{value('cfi', 'TinyLlama')}" in NOTES


def test_the_notes_say_which_tables_were_not_read() -> None:
    assert [table["number"] for table in DATA["tables"]] == [1, 2, 4, 11]
    assert all(table["state"].startswith("cells not read") for table in DATA["tables"])
    assert "**The cells of Tables 1, 2, 4 and 11 could not be read.**" in NOTES
