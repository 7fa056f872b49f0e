"""`pybridge check`."""

from __future__ import annotations

from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads, open_console, progress_bars


@app.command()
def check(
    model: options.Model = "tiny-gpt2",
    text: options.Text = None,
    dataset: options.Dataset = None,
    tokens: options.Tokens = 512,
    eps: options.Eps = None,
    seed: Annotated[int, typer.Option(help="Seed of the perturbation and of the sampled positions.")] = 0,
    device: options.Device = "cpu",
    dtype: options.Dtype = "float32",
    granularity: options.GranularityOption = options.Granularity.block,
    skip_tokens: options.SkipTokens = 4,
    keep: Annotated[
        float,
        typer.Option(help="Fraction of each matrix kept by magnitude in W_sparse; 0.05 keeps one in twenty."),
    ] = 0.05,
    rank: Annotated[int, typer.Option(help="Rank of the low-rank approximation of W_sparse.")] = 16,
    maps: options.Maps = None,
    removals: Annotated[
        str,
        typer.Option(
            metavar="all|none|0,3,7",
            help="Which blocks to remove, each on its own; all n of them cost (n + 1) / 2 forward passes.",
        ),
    ] = "all",
    json: options.Json = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Put every extracted theorem to the test on one language model.

    Exit code 0: no violation. 1: a theorem was violated, and a bundle to replay it was written. 2: bad input,
    or the check itself failed.
    """
    calm_threads()
    from pybridge.check import CheckSpec, run
    from pybridge.report import print_record

    spec = CheckSpec(
        model=model,
        text=text,
        dataset=dataset,
        tokens=tokens,
        eps=tuple(eps) if eps else (0.01,),
        seed=seed,
        device=device,
        dtype=dtype,
        granularity=granularity.value,
        skip_tokens=skip_tokens,
        keep=keep,
        rank=rank,
        maps=maps,
        removals=removals,
        json=json,
    )
    console = open_console(no_color)
    with progress_bars(quiet=quiet, no_color=no_color) as progress:
        report = run(spec, progress)
    print_record(report.record, console, quiet=quiet)
    raise typer.Exit(report.exit_code)
