"""`pybridge sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads, progress_bars


@app.command()
def sweep(
    store: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            parser=options.named_by("--store"),
            help="Keeps every result as it comes; the same command goes on where it ended.",
        ),
    ],
    model: Annotated[
        str,
        typer.Option(
            help="A local folder, a hub id, smollm2-135m, tiny-gpt2, or random-gpt2-small (random weights)."
        ),
    ] = "smollm2-135m",
    text: options.Text = None,
    tokens: options.Tokens = 512,
    calibration_tokens: Annotated[
        int, typer.Option(help="The first of them, for wanda's scores; vectors come from the others.")
    ] = 256,
    vectors: Annotated[int, typer.Option(help="Input vectors a map, at least 8.")] = 16,
    seed: Annotated[int, typer.Option(help="Seed of their positions.")] = 0,
    whole: Annotated[bool, typer.Option("--whole", help="Take q, k and v whole, not by head.")] = False,
    maps: options.Maps = None,
    summary: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            parser=options.named_by("--summary"),
            help="Write PATH.json and PATH.md when done.",
        ),
    ] = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Compress every linear map in thirty ways; certify and test each.

    It may be ended at any time: what is done is kept, and the same command goes on.
    Exit code 0: no violation. 1: a bound was violated. 2: bad input.
    """
    calm_threads()
    from pybridge.sweep import SweepSpec
    from pybridge.sweep import run as run_sweep
    from pybridge.sweep.page import lines_of

    spec = SweepSpec(
        store=store,
        model=model,
        text=text,
        tokens=tokens,
        calibration_tokens=calibration_tokens,
        vectors=vectors,
        seed=seed,
        per_head=not whole,
        maps=maps,
        summary=summary,
    )
    with progress_bars(quiet=quiet, no_color=no_color) as progress:
        report = run_sweep(spec, progress)
    held, expected = report.summary["configurations"], report.summary["configurations_expected"]
    asked, of = ("", "") if maps is None else (" and all of --maps with them", "the whole model's ")
    typer.echo(
        f"{report.done:,} configurations done now{asked}; {held:,} of {of}{expected:,} are in {store}."
    )
    typer.echo("\n".join(lines_of(report.summary)))
    raise typer.Exit(report.exit_code)
