"""`pybridge audit`."""

from __future__ import annotations

import typer

from pybridge.cli import options
from pybridge.cli.app import app


@app.command()
def audit(
    root: options.Root = None,
) -> None:
    """Hold the Lean sources and their pages to the rules that need no Lean.

    Exit code 0: clean. 1: findings. 2: bad input.
    """
    from pybridge.audit import run

    report = run(root)
    typer.echo("\n".join(report.lines()))
    raise typer.Exit(report.exit_code)
