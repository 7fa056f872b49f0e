"""The summary of a study as a page of Markdown."""

from __future__ import annotations

from typing import Any

MOST_SHOWN = 20
"""Steps that did not hold, each with its reason, before the page points to the JSON file."""

_TITLES = ("configurations", "verdicts", "median residual", "largest", "median tightness", "largest")


def page_of(summary: dict[str, Any]) -> str:
    """What was put to the test, what came out, and the command that does it again."""
    model, text, protocol = summary["model"], summary["text"], summary["protocol"]
    lines = [
        f"# Every bound on {summary['configurations']:,} configurations of {model['name']}",
        "",
        *_paragraphs(summary),
        "",
        "In the tables, *residual* is the certified upper end of ‖W - Ŵ‖₂ over the lower end of ‖W‖₂, and "
        "*tightness* the upper end of the error over the lower end of its bound. `sparse_svd` puts both "
        "theorems to the test, every other configuration one.",
        "",
        "## By configuration",
        "",
        *_table("configuration", summary["by_configuration"]),
        "",
        "## By component",
        "",
        *_table("component", summary["by_component"]),
        "",
        "## What it stands on",
        "",
        f"- model: {model['source']}; digest `{model['digest']}`",
        f"- text: {text['source']}; digest `{text['digest']}`",
        *(f"- {name.replace('_', ' ')}: {value}" for name, value in protocol.items()),
        *(f"- `{name}`: statement `{digest}`" for name, digest in summary["theorems"].items()),
        f"- study: `{summary['study']}`",
        "",
        "## Again",
        "",
        f"    {summary['command']}",
        "",
        "It may be ended at any time; the same command goes on where it was.",
        "",
    ]
    return "\n".join(lines)


def _paragraphs(summary: dict[str, Any]) -> list[str]:
    verdicts, *others = lines_of(summary)
    counted, _, rest = verdicts.partition(" of ")
    paragraphs = [_extent(summary), f"**{counted}** of {rest}", *others]
    return [line for paragraph in paragraphs for line in (paragraph, "")][:-1]


def lines_of(summary: dict[str, Any]) -> list[str]:
    """What came out, in a few lines for a terminal or a page."""
    norms = ", ".join(f"{count:,} {label}" for label, count in summary["certified_norms"].items())
    lines = [
        f"{_verdicts(summary['verdicts'])} of {summary['checks']:,} checks, each at one real input vector "
        f"({summary['least_vectors']} a configuration at least). Norms of the residuals: {norms}."
    ]
    widest, tightest = summary["widest_norm"], summary["tightest"]
    if widest and tightest:
        lines.append(
            f"Widest norm: the upper end is {widest['value']:.3%} above the lower one ({widest['where']}). "
            f"Tightest check: the error reached {tightest['value']:.4f} of its bound ({tightest['where']})."
        )
    for entry in summary["not_holding"][:MOST_SHOWN]:
        lines.append(f"{entry['where']}: {_verdicts(entry['verdicts'])}; {entry['reasons']}")
    more = len(summary["not_holding"]) - MOST_SHOWN
    return [*lines, f"… and {more:,} more in the JSON file."] if more > 0 else lines


def _extent(summary: dict[str, Any]) -> str:
    share = "all" if summary["complete"] else f"{summary['configurations']:,} of"
    return (
        f"{summary['maps']} linear maps × {len(summary['configurations_per_map'])} configurations: "
        f"{share} {summary['configurations_expected']:,} done."
    )


def _table(first: str, groups: dict[str, Any]) -> list[str]:
    rows = [
        f"| {name} | {group['configurations']:,} | {_verdicts(group['verdicts'])} "
        f"| {group['relative_residual_median']:.4f} | {group['relative_residual_max']:.4f} "
        f"| {group['tightness_median']:.3f} | {group['tightness_max']:.3f} |"
        for name, group in groups.items()
    ]
    return [f"| {first} | {' | '.join(_TITLES)} |", "|" + "---|" * (len(_TITLES) + 1), *rows]


def _verdicts(counts: dict[str, int]) -> str:
    """Always says how many were violated, zero too."""
    shown = {"HOLDS": 0, "VIOLATED": 0} | counts
    return ", ".join(f"{count:,} {verdict}" for verdict, count in shown.items())
