"""A profile record made readable: sentences, then the ledger, the blocks, the tokens, the norms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pybridge.report.columns import WIDE, Column, column_table, full_width
from pybridge.report.numbers import compact
from pybridge.report.printing import print_ledger, print_sentences, print_tables
from pybridge.report.profile_lines import name_of, profile_lines, rows_of

Record = dict[str, Any]

BLOCKS = (
    "g = ‖u‖ / ‖h‖ of an update h → h + u, θ the angle of h and u; e = ĥ - h of the run whose h_0 is "
    "perturbed by ε, V = ‖e‖² / ‖h‖² before the update, L = ‖û - u‖ / ‖e‖, φ the angle of e and û - u; "
    "ρ = V after / V, by 10a the ratio β² / α² of the growths of ‖e‖² and ‖h‖². bound: Theorem 10's (1 + L)² "
    "/ α²; lost: bound - ρ = 2 L (1 - cosφ) / α², all of it by cosφ ≤ 1. ∏ρ after: of the later blocks. "
    "budget: share of block t in the error a model may bear, 1 / ∏ρ after, summing to 1."
)
OVER_RUNS = (
    "Each ratio is taken within one run; then means over seeds, and over sequences with Student's t interval "
    "at 95 %. spread: largest minus smallest over the seeds of one sequence, the largest of all sequences."
)
TOKENS = "Every position with its own norms; 5 % … 95 %: quantiles over positions (means over runs)."
NORMS = (
    "σ = √(variance + eps) of a LayerNorm's input, or its root mean square for an RMSNorm, position by "
    "position; the norm's Jacobian is at most max|γ| / σ, and without the gain γ exactly 1/σ. ≤ 1: share of "
    "positions at which the norm does not expand, with γ and without."
)
LOCAL = (
    "L_loc: σ_max of the Jacobian of u at h over the whole first sequence, an estimate from below by power "
    "iteration; changed by: the relative change in the last iteration. L: of the perturbed runs, no larger "
    "but for the curvature of u and an estimate that is too low."
)


def print_profile(record: Record, console: Console, *, quiet: bool = False) -> None:
    """Sentences first, then tables, each kind with its legend once; `quiet` prints the sentences alone."""
    print_sentences(profile_lines(record), record, console)
    if quiet:
        return
    print_ledger(record, console)
    kinds = (
        (BLOCKS, block_tables),
        (OVER_RUNS, run_tables),
        (TOKENS, token_tables),
        (NORMS, norm_tables),
        (LOCAL, local_tables),
    )
    print_tables(((legend, _fitting(tables, record, console)) for legend, tables in kinds), console)


def _fitting(tables: Callable[..., Iterator[Table]], record: Record, console: Console) -> Sequence[Table]:
    """Tables of one kind with all their columns where every one of them fits, else with the narrow ones."""
    whole = list(tables(record, wide=True))
    if console.width >= WIDE and all(full_width(table, console) <= console.width for table in whole):
        return whole
    return list(tables(record, wide=False))


def _mean(name: str, key: str, *, wide_only: bool = False) -> Column:
    return Column(name, lambda row: _value(row[key]), wide_only=wide_only)


def _value(found: Record | None, part: str = "mean") -> str:
    return compact(None if found is None else found[part])


def _theorem_10(row: Record) -> str:
    held = [one for one in row["condition_holds"] if one is not None]
    if not held:
        return f"noise: {row['noise']}"
    if len(held) == 1 or sum(held) in (0, len(held)):
        return "holds" if held[0] else "not met"
    return f"holds in {sum(held)} of {len(held)}"


# ---- blocks ------------------------------------------------------------------------------------------------
_BLOCKS = (
    Column("block", name_of),
    _mean("g", "g"),
    _mean("cosθ", "cos_theta"),
    _mean("V", "V", wide_only=True),
    _mean("L", "L"),
    _mean("ρ", "rho"),
    _mean("√ρ", "rho_amplitude", wide_only=True),
    _mean("α²", "alpha_sq", wide_only=True),
    _mean("β²", "beta_sq", wide_only=True),
    _mean("cosφ", "cos_phi", wide_only=True),
    _mean("bound", "bound"),
    _mean("lost", "lost_to_alignment", wide_only=True),
    _mean("∏ρ after", "downstream", wide_only=True),
    _mean("budget", "budget", wide_only=True),
    Column("Theorem 10", _theorem_10, left=True),
)


def block_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """Means over runs, for every ε and position set."""
    for some in record["summaries"]:
        yield column_table(_title(some), _BLOCKS, rows_of(some, record), wide=wide)


def _title(some: Record) -> str:
    return f"ε = {some['eps']:g}, positions {some['positions']}"


# ---- over sequences and seeds ------------------------------------------------------------------------------
def _over_runs(name: str, key: str, *, wide_only: bool = False) -> Iterator[Column]:
    yield Column(name, lambda row: _value(row[key]), wide_only=wide_only)
    yield Column("from", lambda row: _value(row[key], "lo"), wide_only=wide_only)
    yield Column("to", lambda row: _value(row[key], "hi"), wide_only=wide_only)
    yield Column("spread", lambda row: _value(row[key], "seed_spread"), wide_only=wide_only)


_RUNS = (
    Column("block", name_of),
    *_over_runs("ρ", "rho"),
    *_over_runs("L", "L", wide_only=True),
    *_over_runs("∏ρ after", "downstream", wide_only=True),
)


def run_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """Intervals and spreads, where there is more than one run."""
    protocol = record["protocol"]
    if protocol["sequences"] == 1 and len(protocol["seeds"]) == 1:
        return
    for some in record["summaries"]:
        yield column_table(f"Over runs, {_title(some)}", _RUNS, rows_of(some, record), wide=wide)


# ---- tokens ------------------------------------------------------------------------------------------------
def _quantile(name: str, level: int) -> Callable[[Record], str]:
    return lambda row: _value(row["token_quantiles"][name][level])


_TOKENS = (
    Column("block", name_of),
    *(
        Column(f"{symbol} {level}", _quantile(name, at), wide_only=name != "rho")
        for symbol, name, levels in (
            ("ρ", "rho", ((0, "5 %"), (1, "25 %"), (2, "50 %"), (3, "75 %"), (4, "95 %"))),
            ("L", "L", ((0, "5 %"), (2, "50 %"), (4, "95 %"))),
            ("g", "g", ((0, "5 %"), (2, "50 %"), (4, "95 %"))),
            ("cosθ", "cos_theta", ((0, "5 %"), (2, "50 %"), (4, "95 %"))),
        )
        for at, level in levels
    ),
)


def token_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """Quantiles over positions."""
    for some in record["summaries"]:
        yield column_table(f"By token, {_title(some)}", _TOKENS, rows_of(some, record), wide=wide)


# ---- norms -------------------------------------------------------------------------------------------------
def _share(key: str) -> Callable[[Record], str]:
    return lambda row: f"{100 * row[key]:.4g} %"


_MEDIAN = 2

_NORMS = (
    Column("block", lambda row: str(row["block"])),
    Column("norm", lambda row: row["norm"], left=True),
    Column("1/σ 50 %", lambda row: compact(row["inverse_sigma"][_MEDIAN])),
    Column("1/σ max", lambda row: compact(row["largest_inverse_sigma"])),
    Column("≤ 1", _share("contracting")),
    Column("max|γ|", lambda row: compact(row["largest_gain"]), wide_only=True),
    Column("max|γ|/σ 50 %", lambda row: compact(row["bound"][_MEDIAN]), wide_only=True),
    Column("max", lambda row: compact(row["largest_bound"]), wide_only=True),
    Column("≤ 1", _share("contracting_with_gain"), wide_only=True),
)


def norm_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """A table for every position set."""
    for positions in dict.fromkeys(row["positions"] for row in record["norms"]):
        rows = [row for row in record["norms"] if row["positions"] == positions]
        yield column_table(f"Norms, positions {positions}", _NORMS, rows, wide=wide)


# ---- local Lipschitz constants -----------------------------------------------------------------------------
def local_tables(record: Record, *, wide: bool) -> Iterator[Table]:
    """One line a block, the directional L beside it where blocks are what was measured."""
    local = record["local_lipschitz"]
    if local is None:
        return
    columns = [
        Column("block", lambda row: str(row["block"])),
        Column("L_loc (estimate)", lambda row: compact(row["estimate"])),
        Column("iterations", lambda row: str(row["iterations"])),
        Column("changed by", lambda row: compact(row["last_change"], 2)),
    ]
    for some in record["summaries"]:
        if some["granularity"] == "block" and some["positions"] == local["positions"]:
            found = {row["block"]: row["L"] for row in rows_of(some, record)}
            columns.append(
                Column(f"L, ε = {some['eps']:g}", lambda row, found=found: _value(found[row["block"]]))
            )
    title = "Local Lipschitz constants, estimated from below, all positions"
    yield column_table(title, columns, local["blocks"], wide=wide)
