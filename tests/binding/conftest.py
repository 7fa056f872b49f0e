"""The tiny GPT-2 of the measurements."""

from tests.measure.conftest import adapter, input_ids

__all__ = ["adapter", "input_ids"]
