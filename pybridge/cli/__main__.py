"""`python -m pybridge.cli` is `pybridge`."""

from pybridge.cli import main

main()
