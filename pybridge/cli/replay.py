"""`pybridge replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app
from pybridge.cli.terminal import open_console


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="The .json file of a violation; its .npz lies beside it.")],
    no_color: options.NoColor = False,
) -> None:
    """Evaluate a recorded violation again, from its own data.

    Exit code 0: the same verdict. 1: another verdict. 2: the bundle cannot be read.
    """
    from pybridge.replay import run

    outcome = run(file)
    console = open_console(no_color)
    for line in outcome.lines():
        console.print(line, soft_wrap=True, markup=False)
    raise typer.Exit(0 if outcome.reproduced else 1)
