"""The application that every command registers with: what a user can mend is one message and exit code 2.

Nothing heavy is imported until a command runs, so that help is quick.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from pybridge.errors import LivingInferenceError

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130


class _Group(TyperGroup):
    """Errors that a user can mend become one message on stderr and exit code 2; no traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except LivingInferenceError as error:
            typer.echo(f"{type(error).__name__}: {error}", err=True)
            raise typer.Exit(EXIT_USER_ERROR) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted; nothing half-written is left behind.", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Error bounds proved in Lean, put to the test on real language models.",
)
