"""Whatever a generated property test draws can be kept in a witness file and evaluated again."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pybridge_extracted
import pytest
from hypothesis import given, settings

from pybridge.runtime.exact import ExactBackend
from pybridge.runtime.exact.draw import Draw
from pybridge.runtime.exact.witness import from_json, to_json
from pybridge.runtime.strategies import drawn


@pytest.mark.parametrize("name", pybridge_extracted.NAMES)
def test_drawn_data_come_back_and_hold_again(name: str) -> None:
    check: Any = pybridge_extracted.load(name)
    draw = importlib.import_module(f"pybridge_extracted.properties.test_{name}").draw
    space = check.SPACES[-1]

    def body(d: Draw) -> None:
        bindings = draw(d)
        check.conclusion(d.ops, **bindings)  # what a function is asked is drawn now
        values = from_json(json.loads(json.dumps(to_json(bindings))))
        ops = ExactBackend(space)
        ops.learn(values)
        assert all(thunk().all_true() for _, thunk in check.hypotheses(ops, **values))
        assert check.conclusion(ops, **values).all_true()

    settings(max_examples=8, derandomize=True, database=None, deadline=None)(given(drawn(space))(body))()
