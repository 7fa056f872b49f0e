"""`pybridge extract`."""

from __future__ import annotations

from typing import Annotated

import typer

from pybridge.cli import options
from pybridge.cli.app import app


@app.command()
def extract(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; say which generated files are stale and why.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Accept this theorem's changed statement into the lock file; repeatable; or: all.",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why the statement changed; goes with --accept.")
    ] = None,
    root: options.Root = None,
) -> None:
    """Read the Lean sources; write checks and property tests.

    Exit code 0: all fresh. 1: a changed statement waits for --accept. 2: a stale file with --check, or a Lean
    statement that cannot be read.
    """
    from pybridge.extract import run

    raise typer.Exit(run(root, check=check_only, accept=accept, reason=reason))
