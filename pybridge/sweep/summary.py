"""From the records of a study to its summary: counts, and the extremes with their places."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

Records = Mapping[str, dict[str, Any]]


def summary_of(name: str, study: dict[str, Any], records: Records, command: str) -> dict[str, Any]:
    """What a study found, without its single records, and the command that finds it again.

    `configurations` counts records, `checks` verdicts: one for each vector and theorem of a configuration.
    `relative_residual` is the certified upper end of ‖W - Ŵ‖ over the lower end of ‖W‖, so never too small.
    """
    expected = study["maps"] * len(study["configurations_per_map"])
    return {
        **study,
        "study": name,
        "command": command,
        "configurations": len(records),
        "configurations_expected": expected,
        "complete": len(records) == expected,
        "least_vectors": min((record["vectors"] for record in records.values()), default=0),
        **_totals(records.values()),
        "widest_norm": _extreme((_width(r["residual_norm"]), key) for key, r in records.items()),
        "tightest": _extreme((s["tightness_max"], key) for key, r in records.items() for s in r["steps"]),
        "by_configuration": _groups(records.values(), _configuration_name, study["configurations_per_map"]),
        "by_component": _groups(records.values(), lambda record: record["component"]),
        "not_holding": _not_holding(records),
    }


def _totals(records: Iterable[dict[str, Any]]) -> dict[str, Any]:
    verdicts: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    theorems: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        labels[record["residual_norm"]["label"]] += 1
        for step in record["steps"]:
            verdicts.update(step["verdicts"])
            theorems[step["theorem"]].update(step["verdicts"])
    return {
        "checks": sum(verdicts.values()),
        "verdicts": dict(sorted(verdicts.items())),
        "verdicts_by_theorem": {
            name: dict(sorted(found.items())) for name, found in sorted(theorems.items())
        },
        "certified_norms": dict(sorted(labels.items())),
    }


def _groups(
    records: Iterable[dict[str, Any]],
    group_of: Callable[[dict[str, Any]], str],
    order: Iterable[str] = (),
) -> dict[str, Any]:
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for name in order:
        groups[name] = []
    for record in records:
        groups[group_of(record)].append(record)
    return {name: _group(members) for name, members in groups.items() if members}


def _group(records: list[dict[str, Any]]) -> dict[str, Any]:
    steps = [step for record in records for step in record["steps"]]
    verdicts: Counter[str] = Counter()
    for step in steps:
        verdicts.update(step["verdicts"])
    residuals = [relative_residual(record) for record in records]
    return {
        "configurations": len(records),
        "verdicts": dict(sorted(verdicts.items())),
        "relative_residual_median": float(np.median(residuals)),
        "relative_residual_max": max(residuals),
        "tightness_median": float(np.median([step["tightness_median"] for step in steps])),
        "tightness_max": max(step["tightness_max"] for step in steps),
    }


def relative_residual(record: dict[str, Any]) -> float:
    """Certified upper end of the residual's norm over a lower end of ‖W‖; 0 where W is 0."""
    whole = record["weight_norm"]
    return 0.0 if whole["hi"] == 0 else record["residual_norm"]["hi"] / whole["lo"]


def _configuration_name(record: dict[str, Any]) -> str:
    levels = (f"{key}={record[key]:g}" for key in ("sparsity", "keep", "rank_frac") if key in record)
    return " ".join([record["method"], *levels])


def _width(norm: dict[str, Any]) -> float:
    return 0.0 if norm["hi"] == norm["lo"] else (norm["hi"] - norm["lo"]) / norm["lo"]


def _extreme(values: Iterable[tuple[float, str]]) -> dict[str, Any] | None:
    worst = max(values, default=None)
    return None if worst is None else {"value": worst[0], "where": worst[1]}


def _not_holding(records: Records) -> list[dict[str, Any]]:
    """Every step with a verdict other than HOLDS, and why."""
    return [
        {"where": key, "theorem": step["theorem"], "verdicts": step["verdicts"], "reasons": step["reasons"]}
        for key, record in records.items()
        for step in record["steps"]
        if set(step["verdicts"]) - {"HOLDS"}
    ]
