"""`pybridge crosscheck`."""

from __future__ import annotations

import typer

from pybridge.cli.app import app


@app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def crosscheck(ctx: typer.Context) -> None:
    """Ask Lean, lean-interact and LeanDojo about this project, where they are installed.

    Exit code 0: all hold or were skipped. 1: a check failed. 2: bad input.
    """
    from pybridge.crosscheck.__main__ import main

    raise typer.Exit(main(ctx.args))
