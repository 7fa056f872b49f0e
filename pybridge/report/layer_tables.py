"""The tables of a removal: what the theorems said of each, the blocks, and the criteria side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from pybridge.report.columns import Column, column_table
from pybridge.report.numbers import compact

Record = dict[str, Any]

REMOVED_LEGEND = (
    "V = ‖h - ĥ‖² / ‖h‖² where block r is removed and ĥ runs on: after r (Theorem E1), the bound of Theorem "
    "E3 (V times the product of Theorem 10b's constants for this very error), and measured after the last "
    "block. All together: the lockstep theorems; there bound and V_n are D3's two sides, squared. E1 … D3: "
    "the worst verdict of that theorem at any position set. all HOLDS, unmet, VIOLATED: of every theorem put "
    "to that removal, over all position sets; unmet counts those with nothing to bind too."
)
BLOCKS_LEGEND = (
    "ρ = V after / V of a perturbation of h_0, over each position set; BI = 1 - mean cos(h, h after). score: "
    "the chosen criterion's, smallest first; removed: in which place."
)
COMPARISON_LEGEND = (
    "Perplexity without the k blocks that each criterion removes, under the protocol above, * the least of a "
    "line. rho all, rho skip:…: |ρ - 1| over that position set alone; every other ρ by what decides. "
    "speed-up: whole / shorter, measured in turns, for the chosen criterion's blocks; by share: 1 / (1 - s), "
    "s the part of the whole model's time that those blocks took. Both are timings: a busy machine puts "
    "either off."
)
_CHECKED = (
    ("E1", "layer_removal_identity"),
    ("E2", "layer_removal_bound"),
    ("E3", "layer_removal_downstream"),
    ("10c", "residual_step_with_injection"),
    ("D3", "heterogeneous_bound"),
)


# ---- verdicts ----------------------------------------------------------------------------------------------
def removed_table(record: Record, *, wide: bool) -> Table:
    """A line for every removal and position set, then one for all of them together."""
    found = record["theorems"]
    rows = [_single_row(one, down) for one in found["single"] for down in one["downstream"]]
    rows += [_joint_row(found["joint"], end) for end in found["joint"]["end_to_end"]]
    columns = (
        Column("removed", lambda row: row["removed"], left=True),
        Column("positions", lambda row: row["positions"], left=True),
        Column("V after", lambda row: compact(row["after"])),
        Column("bound", lambda row: compact(row["bound"])),
        Column("V_n", lambda row: compact(row["measured"])),
        *(Column(number, _verdict(name), left=True) for number, name in _CHECKED),
        Column("all HOLDS", lambda row: f"{row['totals']['HOLDS']:,}", wide_only=True),
        Column("unmet", lambda row: f"{_unmet(row['totals']):,}", wide_only=True),
        Column("VIOLATED", _violated),
        Column("", lambda row: row["noise"] or "", left=True),
    )
    return column_table("Removals and their theorems", columns, rows, wide=wide)


def _single_row(one: Record, down: Record) -> Record:
    return {
        "removed": str(one["blocks"][0]),
        "positions": down["positions"],
        "after": down["removal_error"],
        "bound": down["bound"],
        "measured": down["measured"],
        "noise": None if down["noise"] is None else f"noise: {down['noise']}",
        **_ledger(one),
    }


def _joint_row(one: Record, end: Record) -> Record:
    return {
        "removed": "all together",
        "positions": end["positions"],
        "after": None,
        "bound": _square(end["heterogeneous"]),
        "measured": _square(end["measured"]),
        "noise": end["noise"],
        **_ledger(one),
    }


def _ledger(one: Record) -> Record:
    return {"totals": one["totals"], "theorems": {row["name"]: row for row in one["theorems"]}}


def _square(value: float | None) -> float | None:
    return None if value is None else value**2


def _unmet(totals: Record) -> int:
    return totals["HYPOTHESIS_UNMET"] + totals["UNSUPPORTED"]


def _violated(row: Record) -> Text:
    count = row["totals"]["VIOLATED"] + row["totals"]["ERROR"]
    return Text(f"{count:,}", style="bold red" if count else "")


def _verdict(name: str) -> Callable[[Record], Text | str]:
    """The worst verdict that this theorem had at any position set."""

    def cell(row: Record) -> Text | str:
        theorem = row["theorems"].get(name)
        if theorem is None:
            return ""
        for verdict, word, style in (
            ("VIOLATED", "VIOLATED", "bold red"),
            ("ERROR", "ERROR", "bold red"),
            ("INCONCLUSIVE", "INCONCL.", "yellow"),
            ("HOLDS", "HOLDS", ""),
        ):
            if theorem["verdicts"][verdict]:
                return Text(word, style=style)
        return "unmet"

    return cell


def ledger_lines(record: Record) -> Iterator[str]:
    """Theorem by theorem over all removals: verdicts, and why there were none."""
    found = record["theorems"]
    lines: dict[str, dict[str, int]] = {}
    reasons: dict[str, dict[str, int]] = {}
    for one in (*found["single"], found["joint"]):
        for row in one["theorems"]:
            for counts, more in ((lines, row["verdicts"]), (reasons, row["reasons"])):
                into = counts.setdefault(row["name"], {})
                for word, count in more.items():
                    into[word] = into.get(word, 0) + count
    for name, verdicts in lines.items():
        words = ", ".join(f"{count:,} {word}" for word, count in verdicts.items() if count)
        why = "; ".join(f"{count:,} × {reason}" for reason, count in sorted(reasons[name].items()))
        yield f"{name}: {words}" + (f" ({why})" if why else "")


# ---- blocks ------------------------------------------------------------------------------------------------
def block_table(record: Record, *, wide: bool) -> Table:
    """ρ over both position sets, block influence, and the chosen criterion's score."""
    choice = record["choice"]
    scores = {row["block"]: row["score"] for row in choice["scores"] or ()}
    place = {block: index for index, block in enumerate(choice["order"], start=1)}
    names = list(record["blocks"][0]["rho"])
    columns = [Column("block", lambda row: str(row["block"]))]
    for name in names:
        columns += [
            Column(f"ρ {name}", _rho(name)),
            Column(f"|ρ-1| {name}", _distance(name, "abs_rho_minus_one")),
            Column(f"|√ρ-1| {name}", _distance(name, "abs_amplitude_minus_one"), wide_only=True),
            Column(f"|log ρ| {name}", _distance(name, "abs_log_rho"), wide_only=True),
        ]
    columns.append(Column("BI", lambda row: compact(row["block_influence"])))
    if scores:
        columns.append(Column("score", lambda row: compact(scores[row["block"]])))
    columns.append(Column("removed", lambda row: str(place.get(row["block"], ""))))
    return column_table("Blocks", columns, record["blocks"], wide=wide)


def _rho(positions: str) -> Callable[[Record], str]:
    def cell(row: Record) -> str:
        found = row["rho"][positions]
        return "noise" if found["rho"] is None else compact(found["rho"])

    return cell


def _distance(positions: str, name: str) -> Callable[[Record], str]:
    return lambda row: compact(row["rho"][positions]["distance_from_one"].get(name))


# ---- criteria side by side ---------------------------------------------------------------------------------
def comparison_table(record: Record) -> Table:
    """Perplexity by k and criterion; the least of a line is marked."""
    rows = record["comparison"]
    labels = list(dict.fromkeys(row["label"] for row in rows))
    chosen = record["choice"]["criterion"]
    table = Table(title="Criteria compared", title_justify="left", box=None, pad_edge=False)
    for name in ("k", *labels, "speed-up", "by share"):
        table.add_column(name, justify="right", no_wrap=True)
    for count in dict.fromkeys(row["count"] for row in rows):
        line = {row["label"]: row for row in rows if row["count"] == count}
        least = min((r["perplexity"] for r in line.values() if r["perplexity"] is not None), default=None)
        timed = line.get(chosen) or next(iter(line.values()))
        table.add_row(
            str(count),
            *(_marked(line[name]["perplexity"], least) for name in labels),
            compact(timed["speed_up"]),
            compact(timed["speed_up_limit"]),
        )
    return table


def _marked(value: float | None, least: float | None) -> Text:
    text = "–" if value is None else f"{compact(value, 5)}{'*' if value == least else ' '}"
    return Text(text, style="bold" if value is not None and value == least else "")


def detail_table(record: Record, *, wide: bool) -> Table:
    """Every cell with its blocks, its regret's interval and its speed."""
    columns = (
        Column("criterion", lambda row: row["label"], left=True),
        Column("k", lambda row: str(row["count"])),
        Column("perplexity", lambda row: compact(row["perplexity"], 5)),
        Column("regret", lambda row: compact(row["regret"] and row["regret"]["regret"])),
        Column("interval", _interval, left=True, wide_only=True),
        Column("× dense", lambda row: compact(row["regret"] and row["regret"]["degradation"])),
        Column("speed-up", lambda row: compact(row["speed_up"])),
        Column("by share", lambda row: compact(row["speed_up_limit"])),
        Column("blocks", _blocks, left=True),
    )
    return column_table("Each choice", columns, record["comparison"], wide=wide)


def _interval(row: Record) -> str:
    interval = row["regret"] and row["regret"]["regret_interval"]
    return "–" if not interval else f"[{compact(interval['lo'])}, {compact(interval['hi'])}]"


def _blocks(row: Record) -> str:
    return row["reason"] or ",".join(map(str, row["blocks"]))
