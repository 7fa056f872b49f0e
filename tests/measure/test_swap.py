"""Other weights only while they are asked for: afterwards every bit is the model's own, whatever happened."""

from __future__ import annotations

import pytest
import torch

from pybridge.measure.swap import replaced
from pybridge.models.adapter import Adapter
from pybridge.models.fingerprint import weight_digest
from pybridge.models.linear_maps import LinearMapView, Snapshot


def halved(view: LinearMapView) -> torch.Tensor:
    return view.read().double() / 2


def test_inside_the_replacement_runs_and_afterwards_the_model(
    adapter: Adapter, input_ids: torch.Tensor
) -> None:
    own, digest = adapter.trunk(input_ids), weight_digest(adapter.model)
    views = [view for view in adapter.linear_maps() if view.block == 1]
    assert {v.component for v in views} >= {"q", "k", "v"}  # three views of one stored matrix
    before = {view.name: view.read().clone() for view in views}
    with replaced(views, halved):
        for view in views:
            assert torch.equal(view.read(), before[view.name] / 2)
        assert not torch.equal(adapter.trunk(input_ids), own)
    assert weight_digest(adapter.model) == digest
    assert torch.equal(adapter.trunk(input_ids), own)


class Oops(Exception):
    pass


def test_an_error_inside_puts_the_weights_back(adapter: Adapter) -> None:
    digest = weight_digest(adapter.model)
    inside: list[str] = []

    def fail() -> None:
        with replaced(adapter.linear_maps(), halved):
            inside.append(weight_digest(adapter.model))
            raise Oops

    with pytest.raises(Oops):
        fail()
    assert inside != [digest]
    assert weight_digest(adapter.model) == digest


@pytest.mark.parametrize("shape", [None, (1, 1)])
def test_an_error_half_way_puts_the_weights_back(adapter: Adapter, shape: tuple[int, int] | None) -> None:
    """The fourth replacement fails, or has a wrong shape."""
    digest, asked = weight_digest(adapter.model), list[str]()

    def failing(view: LinearMapView) -> torch.Tensor:
        asked.append(view.name)
        if len(asked) < 4:
            return halved(view)
        if shape is None:
            raise Oops
        return torch.zeros(shape)

    with pytest.raises(Exception, match=r"(shape|^$)"), replaced(adapter.linear_maps(), failing):
        pytest.fail("the context was entered")
    assert len(asked) == 4
    assert weight_digest(adapter.model) == digest


def test_negative_zeros_and_nans_come_back_bit_by_bit(adapter: Adapter) -> None:
    view = adapter.linear_maps()[0]
    view.write(torch.full(view.shape, -0.0))
    digest = weight_digest(adapter.model)
    with replaced([view], lambda v: torch.ones(v.shape)):
        pass
    assert weight_digest(adapter.model) == digest


@pytest.mark.parametrize("at", range(1, 7))
def test_an_interrupt_while_weights_are_put_back_waits(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Ctrl-C before one of six restorations, and again at once."""
    digest, views = weight_digest(adapter.model), adapter.linear_maps()[:6]
    restore, calls = Snapshot.restore, list[str]()

    def interrupted(snapshot: Snapshot) -> None:
        calls.append(snapshot.view.name)
        if len(calls) in (at, at + 1):
            raise KeyboardInterrupt
        restore(snapshot)

    monkeypatch.setattr(Snapshot, "restore", interrupted)
    with pytest.raises(KeyboardInterrupt), replaced(views, halved):
        pass
    assert len(calls) == 8
    assert weight_digest(adapter.model) == digest
