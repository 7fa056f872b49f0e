"""Reports are made from records alone: wording, noise, narrow terminals, colours."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from pybridge.report import legends, print_record
from pybridge.report.network import lockstep_lines, removal_lines
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


def a_step(block: int, **changes: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(
        ("amplitude", "next_amplitude", "L", "alpha", "injected", "factor", "injection"), 0.375
    )
    return {"block": block, "positions": "all", "noise": None} | numbers | changes


def an_end(**changes: Any) -> dict[str, Any]:
    names = ("heterogeneous", "geometric", "geometric_limit", "linear_max", "linear_sum")
    tightness = dict.fromkeys(names, 0.5)
    times = dict(zip(names, (0.25, None, None, None, 1.5), strict=True))
    return {
        "positions": "all",
        "noise": None,
        "blocks": 6,
        "measured": 1.125,
        "factor_cap": 2.5,
        "injection_cap": 1.0,
        "heterogeneous": 24.0,
        "geometric": None,
        "geometric_limit": None,
        "linear_max": 6.0,
        "linear_sum": 4.0,
        "expanding_blocks": 0,
        "expanding_blocks_absolute": 0,
        "tightness": tightness,
        "times_tighter_than_linear": times,
    } | changes


def a_removal(block: int, **changes: Any) -> dict[str, Any]:
    return {
        "block": block,
        "positions": "all",
        "noise": None,
        "removal_error": 0.5,
        "downstream": 2.0,
        "bound": 1.0,
        "measured": 0.25,
        "tightness": 0.25,
        "factors": [2.0],
    } | changes


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
        "protocol": {"tokens": 16, "bos": "none", "keep": 0.05, "rank": 16},
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
        "lockstep": {
            "compressed_maps": 3,
            "of_maps": 4,
            "blocks": [a_step(0, L=None), a_step(1, noise="too little", alpha=None)],
            "end_to_end": [an_end()],
        },
        "removals": [a_removal(0), a_removal(1, measured=0.75), a_removal(2, factors=[], tightness=1.0)],
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


def lockstep_line(**changes: Any) -> str:
    record = a_record()
    record["lockstep"]["end_to_end"] = [an_end(**changes)]
    (line,) = lockstep_lines(record)
    return line


def test_the_compressed_model_is_one_line_with_every_bound() -> None:
    line = lockstep_line()
    assert line.startswith(
        "Compressed (3 of 4 linear maps, keep 0.05, rank 16), all positions: last error 1.125"
    )
    assert "Theorem D3's bound: 24 (tightness 0.5, 4 times looser than n · max c)" in line
    assert "No geometric bound (D2, D5): the largest factor is 2.5, not below 1." in line
    assert (
        "Σ c = 4: bounds on this run alone (tightness 0.5 and 0.5): in no block the relative error grew by "
        "more than the block's own injection c, as D8 asks" in line
    )
    assert line.endswith("though a factor of 2.5 allows it.")
    assert lockstep_line(factor_cap=1.0).endswith("bounds (D8: no factor is above 1; tightness 0.5 and 0.5).")


def test_a_geometric_bound_is_compared_and_its_limit_said() -> None:
    times = an_end()["times_tighter_than_linear"] | {"heterogeneous": 3.0, "geometric": 1.24}
    line = lockstep_line(geometric=2.0, times_tighter_than_linear=times)
    assert "Geometric bound (D2, D5): 2 (tightness 0.5, 1.24 times tighter than n · max c; " in line
    assert "it cannot be more than n = 6 times tighter)" in line
    assert "24 (tightness 0.5, 3 times tighter than n · max c)" in line


@pytest.mark.parametrize(("measured", "beyond"), [(1.0, False), (5.0, True)])
def test_a_linear_line_that_is_no_bound_is_said_to_be_none(measured: float, beyond: bool) -> None:
    line = lockstep_line(expanding_blocks=2, measured=measured)
    assert "no bound, for in 2 of 6 blocks the relative error grew by more than the block's own" in line
    assert "Σ c = 4: bounds" not in line
    assert ("the error is beyond Σ c" in line) == beyond


def test_bounds_that_overflowed_are_dashes() -> None:
    nothing = dict.fromkeys(an_end()["tightness"])
    times = dict.fromkeys(an_end()["times_tighter_than_linear"])
    missing = dict.fromkeys(("heterogeneous", "linear_max", "linear_sum", "factor_cap"))
    line = lockstep_line(**missing, tightness=nothing, times_tighter_than_linear=times)
    assert "Theorem D3's bound: – (tightness –, not comparable with n · max c)" in line
    assert "which D8 excludes" in lockstep_line(**missing, expanding_blocks=1, tightness=nothing)


def test_a_compressed_model_without_numbers_says_why() -> None:
    assert lockstep_line(noise="not finite after block 3").endswith(
        "nothing to report; not finite after block 3."
    )
    assert lockstep_line(measured=0.0).endswith("no error at all reaches the end.")


def test_removals_are_one_line_and_the_last_one_says_nothing_of_tightness() -> None:
    (line,) = removal_lines(a_record())
    assert line.startswith(
        "3 blocks removed one by one, all positions: ‖error‖² at the end from 0.25 (block 0)"
    )
    assert "to 0.75 (block 1) of the state's; tightness of Theorem E3's bound from 0.25 to 0.25." in line
    (line,) = removal_lines(a_record() | {"removals": [a_removal(0)]})
    assert line.endswith("the end 0.25 (block 0) of the state's; tightness of Theorem E3's bound 0.25.")
    record = a_record() | {"removals": [a_removal(0), a_removal(1, noise="too small", measured=None)]}
    (line,) = removal_lines(record)
    assert line.endswith("; 1 removal within the noise floor.")
    (line,) = removal_lines(a_record() | {"removals": [a_removal(0, noise="it is zero", measured=None)]})
    assert line.endswith("nothing to report; it is zero.")
    assert list(removal_lines(a_record() | {"removals": []})) == []


@pytest.mark.parametrize("width", [80, 120, 200])
def test_compressed_model_and_removals_have_tables_at_every_width(width: int) -> None:
    text = printed(width)
    compressed = text.index("Compressed beside dense, positions all")
    assert compressed < text.index("One block removed, positions all")
    assert "noise: too little" in text[compressed:]
    assert "0.375" in text[compressed:]
    (row,) = [line for line in text[text.index("One block removed") :].splitlines() if "0.75" in line]
    assert row.split() == ["1", "0.5", "2", "1", "0.75", "0.25"]


@pytest.mark.parametrize("width", [80, 200])
def test_every_kind_of_table_says_once_what_its_columns_are(width: int) -> None:
    twice = a_record()
    twice["removals"] += [a_removal(0, positions="skip:4")]
    stream = StringIO()
    print_record(twice, Console(file=stream, width=width))
    words = " ".join(stream.getvalue().split())
    assert words.count("One block removed, positions") == 2
    for legend in (legends.LEDGER, legends.BLOCKS, legends.LOCKSTEP, legends.REMOVALS):
        assert words.count(legend) == 1
    for column in ("√V", "L", "α", "ε", "factor", "injection"):
        assert f"{column} " in legends.LOCKSTEP


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
