"""The recorded runs on models: which model, which text, which command."""

from __future__ import annotations

from pybridge.pages.evidence import VERDICTS, Run
from pybridge.pages.markdown import paragraphs
from pybridge.pages.sources import Library

_NONE = (
    "None is recorded. `python -m pybridge.check --json RESULT.json`, then "
    "`python -m pybridge.pages --record RESULT.json`."
)


def runs_part(library: Library) -> str:
    """Numbers on models in this page are of these runs; their names there lead here."""
    parts = [_run(run) for run in library.runs]
    return paragraphs("## The recorded runs", *(parts or [_NONE]))


def _run(run: Run) -> str:
    model, text, protocol = run.model, run.text, run.protocol
    source = model["source"].removeprefix(f"{run.name}: ")
    words = "the excerpt that comes with the package" if text["embedded"] else "a text not in this repository"
    return paragraphs(
        f'<a id="{run.anchor}"></a>**{run.name}**: {source}; {model["blocks"]} blocks, '
        f"d_model {model['d_model']}, weights {_short(model['digest'])}. {protocol['tokens']} tokens of "
        f"{words}, {_short(text['digest'])}. Record: [`{run.file}`]({run.file.removeprefix('docs/')}).",
        _totals(run),
        f"```sh\n{run.command} --json RESULT.json\npython -m pybridge.pages --record RESULT.json\n```",
    )


def _short(digest: str) -> str:
    return f"`{digest[:19]}…`"


def _totals(run: Run) -> str:
    totals = {verdict: sum(row.verdicts[verdict] for row in run.rows.values()) for verdict in VERDICTS}
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in totals.items() if count)
    return f"{len(run.rows)} theorems, {sum(totals.values()):,} instances: {counts}."
