"""`pybridge coverage`."""

from __future__ import annotations

import sys

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads


@app.command()
def coverage(
    model: options.Model,
) -> None:
    """Say which weights of a model are linear maps, which are not, and why.

    Exit code 0: printed. 2: bad input.
    """
    calm_threads()
    from pybridge.models import coverage as count
    from pybridge.models import open_model

    typer.echo(count(open_model(model, progress=sys.stderr.isatty()).adapter).text())
