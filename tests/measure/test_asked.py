"""What is refused before anything is loaded, and what is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from pybridge.errors import SettingError
from pybridge.measure.asked import require_eps, require_seeds, require_tokens, require_within_context


@pytest.mark.parametrize(
    ("require", "given", "message"),
    [
        (require_tokens, (1,), "--tokens is 1; at least 2 are needed, and 512 is the default"),
        (require_within_context, (65, "tiny", 64), "--tokens is 65, but the context of tiny is 64 tokens"),
        (require_eps, ([],), "No --eps is given; 0.01 is the default"),
        (require_eps, ([0.1, 0.0],), "--eps is 0; a perturbation has a positive size"),
        (require_eps, ([-0.1],), "--eps is -0.1"),
        (require_eps, ([math.nan],), "--eps is nan"),
        (require_eps, ([math.inf],), "--eps is inf"),
        (require_eps, ([0.1, 0.2, 0.1],), "--eps 0.1 is given twice; give each once"),
        (require_seeds, ([],), "No --seed is given; 0 is the default"),
        (require_seeds, ([-1],), "--seed is -1"),
        (require_seeds, ([2**63],), "--seed is 9223372036854775808; give a number from 0 to 2\\^63 - 1"),
        (require_seeds, ([3, 3],), "--seed 3 is given twice"),
    ],
)
def test_one_message_each(require: Callable[..., None], given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        require(*given)


def test_the_borders_are_allowed() -> None:
    require_tokens(2)
    require_within_context(64, "tiny", 64)
    require_eps([5e-324, 0.1])
    require_seeds([0, 2**63 - 1])
