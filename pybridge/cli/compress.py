"""`pybridge compress`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import EXIT_INTERRUPTED, app
from pybridge.cli.terminal import calm_threads, progress_bars


@app.command()
def compress(
    model: options.Model,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR", parser=options.named_by("--out"), help="A new folder for the compressed model."
        ),
    ],
    method: options.Method = "wanda",
    sparsity: Annotated[
        float | None,
        typer.Option(help="Fraction of each row of a matrix set to zero, from 0 to below 1; 0.5 is half."),
    ] = None,
    pattern: options.Pattern = None,
    rank: options.Rank = None,
    rank_frac: options.RankFrac = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=options.named_by("--calibration"),
            help="A UTF-8 text for methods that need data; never the text of the evaluation.",
        ),
    ] = None,
    calibration_dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME[:CONFIG[:SPLIT]]", help="Calibration text from a data set instead."),
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(help="Calibration tokens in all. Default: four contexts.")
    ] = None,
    context: Annotated[
        int | None,
        typer.Option(
            help="Tokens a calibration sequence. Default: 1024, less where the model's own is less."
        ),
    ] = None,
    one_pass: Annotated[
        bool, typer.Option("--one-pass", help="Calibrate on the dense model, not on the compressed prefix.")
    ] = False,
    maps: options.Maps = None,
    device: options.Device = "cpu",
    dtype: options.Dtype = "float32",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Compress a model; certify the error of every matrix.

    The new folder holds plain safetensors that transformers loads, the tokenizer, and bounds.json.
    Exit code 0: written. 2: bad input, and nothing is left. 130: interrupted, and it says what is there.
    """
    calm_threads()
    from pybridge.certify import CompressSpec
    from pybridge.certify import compress as run
    from pybridge.certify.lines import outcome_lines

    spec = CompressSpec(
        model=model,
        out=out,
        method=method,
        sparsity=sparsity,
        pattern=pattern,
        rank=rank,
        rank_frac=rank_frac,
        calibration=calibration,
        calibration_dataset=calibration_dataset,
        tokens=tokens,
        context=context,
        one_pass=one_pass,
        maps=maps,
        device=device,
        dtype=dtype,
    )
    with _told_if_written(out, model):
        with progress_bars(quiet=quiet, no_color=no_color) as progress:
            outcome = run(spec, progress)
        lines = outcome_lines(outcome, out)
        typer.echo("\n".join(lines[-1:] if quiet else lines))


@contextmanager
def _told_if_written(out: Path, model: str) -> Iterator[None]:
    """Ctrl-C once the folder has its name, while the speed is measured, ends a run that has done its work."""
    there_before = os.path.lexists(out)  # False for a name too long, which `run` refuses
    try:
        yield
    except KeyboardInterrupt:
        if there_before or not os.path.lexists(out):  # it appears whole or not at all
            raise
        typer.echo(
            f"Interrupted; {out} is written and whole. "
            f"Check it with: pybridge verify {out} --against {model}",
            err=True,
        )
        raise typer.Exit(EXIT_INTERRUPTED) from None
