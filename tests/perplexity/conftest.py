"""The tiny GPT-2 of the measurements."""

from tests.measure.conftest import adapter

__all__ = ["adapter"]
