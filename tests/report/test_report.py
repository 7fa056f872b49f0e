"""Reports are made from records alone: wording, noise, narrow terminals, colours."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from pybridge.report import print_record
from pybridge.report.numbers import compact, percent
from pybridge.report.progress import Bars
from pybridge.report.summary import dead_map_lines, profile_line, silent_line, verdict_line

COLOUR = re.compile(r"\x1b\[(?:\d+;)*[39][0-7](?:;\d+)*m")
VERDICTS = ("HOLDS", "VIOLATED", "INCONCLUSIVE", "HYPOTHESIS_UNMET", "UNSUPPORTED", "ERROR")


def totals(**counts: int) -> dict[str, int]:
    found = dict.fromkeys(VERDICTS, 0) | counts
    return {"instances": sum(found.values()), **found}


def counts(**some: int) -> dict[str, int]:
    return {"count": 6, "noise": 0, "contracting": 3, "amplifying": 3, "condition_holds": 1} | some


def a_record() -> dict[str, Any]:
    measured = {"g": 1.0, "cos_theta": 0.5, "alpha_sq": 3.0, "growth": 3.0}
    of_error = ("L", "rho", "beta_sq", "cos_phi", "bound", "lost_to_alignment")
    row = {
        "block": 0,
        "sublayer": None,
        "eps": 0.01,
        "positions": "all",
        "noise": None,
        "condition_holds": True,
    }
    sound = row | measured | dict.fromkeys(of_error, 0.25)
    noisy = (
        row | measured | dict.fromkeys(of_error) | {"block": 1, "noise": "too small", "condition_holds": None}
    )
    return {
        "model": {"name": "m", "source": "a [folder]", "blocks": 2, "d_model": 8},
        "text": {"source": "a file"},
        "protocol": {"tokens": 16, "bos": "none"},
        "environment": {"dtype": "float32", "device": "cpu"},
        "totals": totals(HOLDS=7, VIOLATED=1),
        "summaries": [
            {
                "eps": 0.01,
                "positions": "all",
                "granularity": "block",
                "all_blocks": counts(noise=1),
                "without_last_block": counts(count=5, noise=1),
                "rho_max": 1.5,
                "rho_max_at": "4",
            }
        ],
        "theorems": [
            {
                "number": "1",
                "name": "retrieval_bound",
                "instances": 8,
                "hypotheses_met": 8,
                "verdicts": dict.fromkeys(VERDICTS, 0) | {"HOLDS": 7, "VIOLATED": 1},
                "tightness": 1.25,
                "tightness_at": "map 0.q, position 3 against 1",
                "reasons": {"not met: hδ": 2},
            }
        ],
        "profile": [sound, noisy],
        "maps": [],
        "violations": ["out.violations/retrieval_bound-0.json"],
        "violations_not_written": [],
    }


def printed(width: int, **options: Any) -> str:
    stream = StringIO()
    print_record(a_record(), Console(file=stream, width=width, highlight=False, **options))
    return stream.getvalue()


def test_violations_and_errors_lead_the_verdict_line() -> None:
    record = a_record()
    assert verdict_line(record).startswith("1 violation found: 1 theorem, 8 instances: 7 HOLDS")
    assert verdict_line(record | {"totals": totals(HOLDS=1, ERROR=2)}).startswith(
        "Not complete, 2 evaluations ended in ERROR"
    )
    assert verdict_line(record | {"totals": totals(HOLDS=999, INCONCLUSIVE=1)}).endswith(
        "1 INCONCLUSIVE (0.10 %)."
    )


def test_both_counts_and_the_noise_are_said() -> None:
    line = profile_line(a_record()["summaries"][0])
    assert "ρ < 1 in 3 of 5 blocks (3 of 4 without the last block)" in line
    assert "Theorem 10's condition holds in 1 of 5 (1 of 4)" in line
    assert "largest ρ 1.5 at 4. 1 more block within the noise floor." in line


@pytest.mark.parametrize(
    ("dtype", "reason", "end"),
    [
        ("float32", "too small", "no number is made of it; try a larger --eps."),
        ("bfloat16", "too small", "no number is made of it; try a larger --eps or --dtype float32."),
        (
            "float32",
            "the incoming state is zero",
            "none of 6 blocks could be measured; are the weights damaged?",
        ),
    ],
)
def test_a_profile_without_a_number_says_why_and_what_to_do(dtype: str, reason: str, end: str) -> None:
    record: dict[str, Any] = a_record() | {"environment": {"dtype": dtype, "device": "cpu"}}
    for row in record["profile"]:
        row["noise"] = reason
    record["summaries"][0] |= {"all_blocks": counts(noise=6), "rho_max": None, "rho_max_at": None}
    assert silent_line(record["summaries"][0], record).endswith(end)
    stream = StringIO()
    print_record(record, Console(file=stream, width=200), quiet=True)
    assert end in stream.getvalue()


def test_dead_maps_are_one_line() -> None:
    rows = [{"name": f"{i}.mlp_down", "unsupported": None if i == 0 else "all equal"} for i in range(6)]
    (line,) = dead_map_lines({"maps": rows})
    assert line.startswith("5 linear maps (1.mlp_down, 2.mlp_down, 3.mlp_down, …) without")
    assert line.endswith(": all equal.")
    assert list(dead_map_lines({"maps": rows[:1]})) == []


def test_violations_without_a_bundle_are_said() -> None:
    stream = StringIO()
    record = a_record() | {"violations_not_written": ["retrieval_bound: 5 of 8 violations"]}
    print_record(record, Console(file=stream, width=200), quiet=True)
    assert "No bundle: retrieval_bound: 5 of 8 violations" in stream.getvalue()


@pytest.mark.parametrize("width", [80, 120, 200])
def test_numbers_survive_every_width(width: int) -> None:
    text = printed(width)
    for needed in (
        "retrieval_bound",
        "1.25",
        "0.25",
        "VIOLATED",
        "retrieval_bound: 2 × not met: hδ",
        "a [folder]",
    ):
        assert needed in text
    assert "python -m pybridge.replay out.violations/retrieval_bound-0.json" in text


def test_noise_is_said_in_the_table_and_never_a_number() -> None:
    (line,) = [line for line in printed(200).splitlines() if "too small" in line]
    assert line.split()[:4] == ["1", "1", "0.5", "–"]


def test_colours_are_off_when_asked() -> None:
    assert COLOUR.search(printed(200, force_terminal=True, color_system="standard"))
    assert not COLOUR.search(printed(200, force_terminal=True, color_system="standard", no_color=True))


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.123456, "0.1235"), (19.82, "19.82"), (1e-7, "1e-07")]
)
def test_compact(value: float | None, text: str) -> None:
    assert compact(value) == text


def test_percent_of_nothing() -> None:
    assert percent(0, 0) == "–"


def test_bars_are_drawn_on_stderr_and_gone_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        bars.begin("measuring blocks", 2)
        bars.advance()
        bars.begin("checking linear maps", 3)
        assert bars.visible
    assert capsys.readouterr().out == ""
