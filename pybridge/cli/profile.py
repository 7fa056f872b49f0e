"""`pybridge profile`."""

from __future__ import annotations

from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads, open_console, progress_bars


@app.command()
def profile(
    model: options.Model = "tiny-gpt2",
    text: options.Text = None,
    dataset: options.Dataset = None,
    tokens: Annotated[int, typer.Option(help="Tokens of one sequence.")] = 512,
    sequences: Annotated[
        int,
        typer.Option(help="How many sequences, one after another in the text; several give intervals."),
    ] = 1,
    eps: options.Eps = None,
    seed: Annotated[
        list[int] | None,
        typer.Option(metavar="INTEGER", help="Seed of the perturbation; repeat it for several. Default: 0."),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", help="In place of --seed: the seeds 0 to N - 1.")
    ] = None,
    granularity: options.GranularityOption = options.Granularity.block,
    skip_tokens: options.SkipTokens = 4,
    local_lipschitz: Annotated[
        bool,
        typer.Option(
            "--local-lipschitz",
            help="Estimate each block's local Lipschitz constant too; up to about 90 more forward passes.",
        ),
    ] = False,
    rows_at_once: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Runs in one batch, the clean one among them, at least 2. Default: all that fit the memory.",
        ),
    ] = None,
    device: options.Device = "cpu",
    dtype: options.Dtype = "float32",
    device_map: options.DeviceMap = None,
    json: options.Json = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Measure what each block does to its state and to an error.

    Growth, gain, alignment, contraction factor, Theorem 10 and where it loses its margin, what follows for
    the blocks before, and how much each norm can stretch.
    Exit code 0: measured, no violation. 1: a theorem was violated, and a bundle to replay it was written.
    2: bad input, or an evaluation failed.
    """
    calm_threads()
    from pybridge.profile import ProfileRunSpec, run, seeds_of
    from pybridge.report.profile import print_profile

    spec = ProfileRunSpec(
        model=model,
        text=text,
        dataset=dataset,
        tokens=tokens,
        sequences=sequences,
        eps=tuple(eps) if eps else (0.01,),
        seeds=seeds_of(seed, seeds),
        granularity=granularity.value,
        skip_tokens=skip_tokens,
        local_lipschitz=local_lipschitz,
        rows_at_once=rows_at_once,
        device=device,
        dtype=dtype,
        device_map=device_map,
        json=json,
    )
    console = open_console(no_color)
    with progress_bars(quiet=quiet, no_color=no_color) as progress:
        report = run(spec, progress)
    print_profile(report.record, console, quiet=quiet)
    raise typer.Exit(report.exit_code)
