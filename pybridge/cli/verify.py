"""`pybridge verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads, progress_bars


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `pybridge compress` wrote.")],
    against: Annotated[
        str, typer.Option(help="The model that was compressed: a folder, a hub id, or a built-in name.")
    ],
    device: options.Device = "cpu",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Compute a certificate again, from both weights.

    Exit code 0: every bound holds and every weight is the one certified. 1: not so; each map is named.
    2: the certificate or the weights cannot be read, or the base is another model.
    """
    calm_threads()
    from pybridge.certify import verify as run
    from pybridge.certify.lines import verification_lines

    with progress_bars(quiet=quiet, no_color=no_color) as progress:
        verification = run(folder, against, device=device, progress=progress)
    typer.echo("\n".join(verification_lines(verification, folder, against)))
    raise typer.Exit(verification.exit_code)
