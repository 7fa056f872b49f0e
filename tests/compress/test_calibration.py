"""Calibration tokens: whole contexts of the text's first tokens, and never the evaluation text."""

from __future__ import annotations

import pytest
import torch

from pybridge.compress import calibration_tokens, require_disjoint
from pybridge.errors import SettingError, TextError


class Letters:
    """A tokenizer of one token a character."""

    bos_token_id = None

    def __call__(self, text: str, verbose: bool = False) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}


def test_rows_of_the_first_tokens() -> None:
    ids = calibration_tokens("abcdefghij", Letters(), tokens=6, context=3)
    assert ids.dtype == torch.int64
    assert ids.tolist() == [[97, 98, 99], [100, 101, 102]]


def test_a_short_text_says_both_counts() -> None:
    with pytest.raises(TextError, match=r"calibration text:\n  The text has 4 tokens .* 4,096 are needed"):
        calibration_tokens("abcd", Letters())


@pytest.mark.parametrize(("tokens", "context"), [(5, 3), (2, 3), (0, 3), (-3, 3)])
def test_tokens_are_whole_contexts(tokens: int, context: int) -> None:
    with pytest.raises(SettingError, match="no whole number of contexts of 3 tokens; give 3 tokens"):
        calibration_tokens("abcdefgh", Letters(), tokens=tokens, context=context)
    with pytest.raises(SettingError, match="at least 2 tokens"):
        calibration_tokens("abcdefgh", Letters(), tokens=1, context=1)


def test_the_evaluation_text_is_refused() -> None:
    require_disjoint("calibrate", "evaluate")
    with pytest.raises(TextError, match="calibration text is the evaluation text"):
        require_disjoint("the same", "the same")
