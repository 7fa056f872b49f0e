"""`pybridge perplexity`."""

from __future__ import annotations

from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads


@app.command()
def perplexity(
    model: options.Model,
    against: Annotated[
        str | None, typer.Option(help="The model it was made from; the regret is taken against it.")
    ] = None,
    text: options.Text = None,
    dataset: options.Dataset = None,
    context: options.Context = 1024,
    chunks: options.Chunks = 4,
    device: options.Device = "cpu",
    dtype: options.Dtype = "float32",
    device_map: options.DeviceMap = None,
    json: options.Json = None,
) -> None:
    """Measure perplexity, with its protocol; and regret against the base.

    With --device-map auto both models may be larger than one device; weights that fit on none are read from
    the disk for each chunk.
    Exit code 0: measured. 2: bad input.
    """
    calm_threads()
    from pybridge.perplexity.lines import lines_of
    from pybridge.perplexity.run import PerplexitySpec, run

    spec = PerplexitySpec(
        model=model,
        against=against,
        text=text,
        dataset=dataset,
        context=context,
        chunks=chunks,
        device=device,
        dtype=dtype,
        device_map=device_map,
        json=json,
    )
    typer.echo("\n".join(lines_of(run(spec))))
