"""`pybridge remove-layers`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads, open_console, progress_bars


@app.command("remove-layers")
def remove_layers(
    model: options.Model,
    count: Annotated[int, typer.Option(help="How many blocks go; with --compare every k up to this.")],
    criterion: Annotated[
        str,
        typer.Option(
            help="rho (|ρ-1|), rho-amplitude (|√ρ-1|), log-rho (|log ρ|), block-influence, blend, angular (a "
            "run of blocks), greedy (lowest perplexity on the calibration text)."
        ),
    ] = "rho",
    blend_weight: Annotated[
        float, typer.Option(help="Share of the rank by ρ in blend, from 0 to 1; the rest is block influence.")
    ] = 0.5,
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=options.named_by("--calibration"),
            help="A UTF-8 text to measure the criterion on; greedy needs it. Default: the start of the "
            "evaluation text.",
        ),
    ] = None,
    text: options.Text = None,
    dataset: options.Dataset = None,
    tokens: Annotated[int, typer.Option(help="Tokens that the criterion is measured on.")] = 512,
    eps: options.PerturbationForRho = 0.01,
    seed: Annotated[int, typer.Option(help="Seed of the perturbation.")] = 0,
    skip_tokens: Annotated[
        int,
        typer.Option(
            help="ρ is measured again without this many first positions (attention sinks). 0: once."
        ),
    ] = 4,
    rho_over: Annotated[
        str,
        typer.Option(
            metavar="both|all|skip",
            help="Over which positions ρ must be near one for a block to go: the farther of both, all "
            "positions, or those after --skip-tokens. What each would choose is printed.",
        ),
    ] = "both",
    last_token: Annotated[
        bool, typer.Option("--last-token", help="Angular distance at the last token, not the mean of all.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", parser=options.named_by("--out"), help="A new folder for the shorter model."
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Every criterion at k = 1 … count: perplexity and speed-up.")
    ] = False,
    context: Annotated[
        int | None,
        typer.Option(help="Tokens a chunk of the evaluation. Default: 1024, less where the model has less."),
    ] = None,
    chunks: options.Chunks = 4,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=options.named_by("--store"),
            help="Keeps what is scored as it comes; the same command goes on where it ended.",
        ),
    ] = None,
    device: options.Device = "cpu",
    dtype: options.Dtype = "float32",
    device_map: options.DeviceMap = None,
    json: options.Json = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Remove blocks: by what, at what cost, for what speed; write the shorter model.

    The theorems about layer removal are put to every block that goes, and to all of them together. The folder
    of --out is what transformers loads, with removal.json; it gets its name after it was loaded and compared.
    Exit code 0: no violation. 1: a theorem was violated, and a bundle to replay it was written. 2: bad input.
    """
    calm_threads()
    from pybridge.layers import RemoveSpec, run
    from pybridge.report.layers import print_removal

    spec = RemoveSpec(
        model=model,
        count=count,
        criterion=criterion,
        blend_weight=blend_weight,
        calibration=calibration,
        text=text,
        dataset=dataset,
        tokens=tokens,
        eps=eps,
        seed=seed,
        skip_tokens=skip_tokens,
        rho_over=rho_over,
        last_token=last_token,
        out=out,
        compare=compare,
        context=context,
        chunks=chunks,
        device=device,
        dtype=dtype,
        device_map=device_map,
        store=store,
        json=json,
    )
    console = open_console(no_color)
    with progress_bars(quiet=quiet, no_color=no_color) as progress:
        report = run(spec, progress)
    print_removal(report.record, console, quiet=quiet)
    raise typer.Exit(report.exit_code)
