"""`pybridge drift`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads, open_console, progress_bars


@app.command()
def drift(
    model: options.Model = "tiny-gpt2",
    text: options.Text = None,
    dataset: options.Dataset = None,
    tokens: options.Tokens = 512,
    method: options.Method = "magnitude",
    sparsity: Annotated[
        float | None,
        typer.Option(help="Fraction of each row set to zero. Default: 0.5, where nothing else is asked for."),
    ] = None,
    pattern: options.Pattern = None,
    rank: options.Rank = None,
    rank_frac: options.RankFrac = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=options.named_by("--calibration"),
            help="A UTF-8 text for methods that need data; never the text that drift is measured on.",
        ),
    ] = None,
    calibration_tokens: Annotated[
        int | None,
        typer.Option(
            help="How many tokens of it. Default: four times 1024, or four contexts of a model with less."
        ),
    ] = None,
    eps: options.PerturbationForRho = 0.01,
    seed: Annotated[int, typer.Option(help="Seed of the perturbation and of the resamples.")] = 0,
    maps: options.Maps = None,
    skip_tokens: options.SkipTokens = 4,
    resamples: Annotated[
        int, typer.Option(help="Of the bootstrap interval and of the permutation test.")
    ] = 10_000,
    device: options.Device = "cpu",
    dtype: options.Dtype = "float32",
    json: options.Json = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Compress each block alone; see what is left of it at the end.

    The drift after the last block is correlated with the product of the contraction factors after the
    compressed block. n blocks cost (n + 1) / 2 forward passes, and two more; no weights are written.
    Exit code 0: measured. 2: bad input.
    """
    calm_threads()
    from pybridge.drift import DriftSpec, run
    from pybridge.report.drift import print_drift

    spec = DriftSpec(
        model=model,
        text=text,
        dataset=dataset,
        tokens=tokens,
        method=method,
        sparsity=sparsity,
        pattern=pattern,
        rank=rank,
        rank_frac=rank_frac,
        calibration=calibration,
        calibration_tokens=calibration_tokens,
        eps=eps,
        seed=seed,
        maps=maps,
        skip_tokens=skip_tokens,
        resamples=resamples,
        device=device,
        dtype=dtype,
        json=json,
    )
    console = open_console(no_color)
    with progress_bars(quiet=quiet, no_color=no_color) as progress:
        report = run(spec, progress)
    print_drift(report.record, console, quiet=quiet)
