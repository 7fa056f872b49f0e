"""The command line: parse arguments, call one function, print. One file a command."""

from __future__ import annotations

from pybridge.cli import (
    audit,
    check,
    compress,
    coverage,
    crosscheck,
    drift,
    extract,
    perplexity,
    profile,
    remove_layers,
    replay,
    sweep,
    verify,
)
from pybridge.cli.app import app
from pybridge.cli.terminal import calm_threads

__all__ = ["app", "calm_threads", "main"]

_COMMANDS = (
    audit,
    check,
    compress,
    coverage,
    crosscheck,
    drift,
    extract,
    perplexity,
    profile,
    remove_layers,
    replay,
    sweep,
    verify,
)  # importing a command registers it


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    app(args=arguments, prog_name="pybridge")
