"""What happens to an error on its way through the whole model, in sentences: the compressed model beside the
dense one, and every block removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pybridge.report.numbers import compact, counted, share, where

Record = dict[str, Any]


def lockstep_lines(record: Record) -> Iterator[str]:
    """One line a position set: the last error of the compressed model beside its bounds."""
    found, protocol = record["lockstep"], record["protocol"]
    maps = share(found["compressed_maps"], found["of_maps"])
    model = f"Compressed ({maps} linear maps, keep {protocol['keep']:g}, rank {protocol['rank']})"
    for end in found["end_to_end"]:
        start = f"{model}, {where(end['positions'])}: "
        if end["noise"] is not None:
            yield f"{start}nothing to report; {end['noise']}."
        elif not end["measured"]:
            yield f"{start}no error at all reaches the end."
        else:
            sentences = (_heterogeneous(end), _geometric(end), _linear(end))
            yield f"{start}last error {compact(end['measured'])} of the state. {' '.join(sentences)}"


def _heterogeneous(end: Record) -> str:
    return (
        f"Theorem D3's bound: {compact(end['heterogeneous'])} "
        f"(tightness {compact(end['tightness']['heterogeneous'])}, {_against_linear(end, 'heterogeneous')})."
    )


def _geometric(end: Record) -> str:
    if end["geometric"] is None:
        return (
            f"No geometric bound (D2, D5): the largest factor is {compact(end['factor_cap'])}, not below 1."
        )
    return (
        f"Geometric bound (D2, D5): {compact(end['geometric'])} "
        f"(tightness {compact(end['tightness']['geometric'])}, {_against_linear(end, 'geometric')}; "
        f"it cannot be more than n = {end['blocks']} times tighter)."
    )


def _against_linear(end: Record, bound: str) -> str:
    """`2.3 times tighter than n · max c`; a linear line that is no bound is compared all the same."""
    times = end["times_tighter_than_linear"][bound]
    if not times:
        return "not comparable with n · max c"
    if times >= 1:
        return f"{compact(times)} times tighter than n · max c"
    return f"{compact(1 / times)} times looser than n · max c"


def _linear(end: Record) -> str:
    """Theorem 7's line, and whether it bounds anything: it needs V_{t+1} ≤ V_t + c_t, Theorem D8's condition,
    here of relative errors. The theorem ledger has D8 of absolute ones, which may be met when this is not.
    """
    line = f"Theorem 7's line n · max c = {compact(end['linear_max'])}, Σ c = {compact(end['linear_sum'])}: "
    expanding = end["expanding_blocks"]
    if expanding:
        beyond = end["linear_sum"] is not None and end["measured"] > end["linear_sum"]
        missed = "; the error is beyond Σ c" if beyond else ""
        return line + (
            f"no bound, for in {share(expanding, end['blocks'])} blocks the relative error grew by more than "
            f"the block's own injection c, which D8 excludes{missed}."
        )
    tightness = (
        f"tightness {compact(end['tightness']['linear_max'])} and {compact(end['tightness']['linear_sum'])}"
    )
    if end["factor_cap"] is not None and end["factor_cap"] <= 1:
        return line + f"bounds (D8: no factor is above 1; {tightness})."
    return line + (
        f"bounds on this run alone ({tightness}): in no block the relative error grew by more than the "
        f"block's own injection c, as D8 asks, though a factor of {compact(end['factor_cap'])} allows it."
    )


def removal_lines(record: Record) -> Iterator[str]:
    """One line a position set: which removal costs least and most at the end, and how tight E3 is."""
    by_positions: dict[str, list[Record]] = {}
    for row in record["removals"]:
        by_positions.setdefault(row["positions"], []).append(row)
    for positions, rows in by_positions.items():
        measured = [row for row in rows if row["noise"] is None]
        start = f"{counted(len(rows), 'block')} removed one by one, {where(positions)}: "
        if not measured:
            yield f"{start}nothing to report; {rows[0]['noise']}."
            continue
        least = min(measured, key=lambda row: row["measured"])
        most = max(measured, key=lambda row: row["measured"])
        # with no block behind it, as for the last one, the bound is the error itself
        tightness = [row["tightness"] for row in measured if row["factors"]]
        found = f"{compact(least['measured'])} (block {least['block']})"
        if most is not least:
            found = f"from {found} to {compact(most['measured'])} (block {most['block']})"
        line = f"{start}‖error‖² at the end {found} of the state's"
        if tightness:
            line += f"; tightness of Theorem E3's bound {_span(tightness)}"
        if len(measured) < len(rows):
            line += f"; {counted(len(rows) - len(measured), 'removal')} within the noise floor"
        yield line + "."


def _span(numbers: list[float]) -> str:
    """`from 0.1 to 0.4`, or the one number there is."""
    if len(numbers) == 1:
        return compact(numbers[0])
    return f"from {compact(min(numbers))} to {compact(max(numbers))}"
