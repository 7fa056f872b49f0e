"""Approximations put on any subset of a model's maps, and taken off again without trace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from enum import StrEnum
from typing import Any

from torch import Tensor, nn

from pybridge.approx.forward_pass import ForwardPass
from pybridge.approx.linear import ApproxLinear
from pybridge.approx.parts import NoStore
from pybridge.approx.records import PassRecord, Summary, summarise
from pybridge.approx.sampling import Sampling
from pybridge.approx.stages import Stage
from pybridge.compress.split import ArrayStore
from pybridge.errors import ModelError, SettingError
from pybridge.models.adapter import Adapter
from pybridge.models.hooks import stream_in
from pybridge.models.linear_maps import LinearMapView
from pybridge.runtime.enclosure import EnclosureBackend, NormSource

StageOf = Stage | Callable[[LinearMapView], Stage]


class Mode(StrEnum):
    """What the model itself runs while it is watched."""

    EXACT = "exact"
    """Its own maps, bit for bit; the approximations are only evaluated, at the sampled inputs."""
    APPROXIMATE = "approximate"
    """The approximations, every token; each map's exact output is computed and then replaced."""


class Approximation:
    """Approximate linears on some maps of a model: `on`, `off`, or `with`.

    While on, every forward pass adds a record of actual errors, bounds, tightness and hypotheses at the
    sampled inputs, each map at the input it really gets. Off again, the model is what it was: no module, no
    hook, no bit is different.

    Args:
        adapter: the model.
        stage: the stage of every map, or a function that gives each map its own.
        maps: which maps: a regular expression searched in their names, or names; None means all.
        per_head: maps are single heads where the family has them.
        mode: `exact` or `approximate`.
        sampling: how much is watched; by default one input a map in every pass.
        norms: where certified norms come from and are remembered.
        store: remembers low-rank factors.
    Raises: SettingError if no map is chosen, a name is no map, or a stage does not fit a map; ModelError if
        an output is to be replaced that cannot be.
    """

    def __init__(
        self,
        adapter: Adapter,
        stage: StageOf,
        *,
        maps: str | Iterable[str] | None = None,
        per_head: bool = False,
        mode: Mode | str = Mode.EXACT,
        sampling: Sampling | None = None,
        norms: NormSource | None = None,
        store: ArrayStore | None = None,
    ) -> None:
        self.mode = _mode(mode)
        self._adapter, self._sampling = adapter, sampling or Sampling()
        self._ops, self._store = EnclosureBackend(norms), store or NoStore()
        self.linears: dict[str, ApproxLinear] = {}
        for view in chosen_views(adapter.linear_maps(per_head=per_head), maps):
            own = stage(view) if callable(stage) else stage
            replaces = self.mode is Mode.APPROXIMATE
            self.linears[view.name] = ApproxLinear(adapter, view, own, replaces=replaces)
        self.passes: list[PassRecord] = []
        self._count = 0
        self._pass: ForwardPass | None = None
        self._hooks: ExitStack | None = None

    # ---- on and off ----------------------------------------------------------------------------------------
    @property
    def is_on(self) -> bool:
        return self._hooks is not None

    def on(self) -> Approximation:
        """Put the approximations on. The weights are split and their norms found first, once for the same
        weights.

        Raises: SettingError if they are on already; NonFiniteError naming a map with NaN or infinity.
        """
        if self.is_on:
            raise SettingError("These approximations are on already; take them off first.")
        for linear in self.linears.values():
            linear.prepare(self._ops, self._store)
        with ExitStack() as hooks:
            body: nn.Module = self._adapter.body
            hooks.callback(body.register_forward_pre_hook(self._begin).remove)
            hooks.enter_context(self._adapter.observe_inputs(self.linears, self._see))
            if self.mode is Mode.APPROXIMATE:
                for linear in self.linears.values():
                    hooks.callback(_replacing(linear, self._replace))
            hooks.callback(body.register_forward_hook(self._end).remove)
            self._hooks = hooks.pop_all()
        return self

    def off(self) -> None:
        """Take them off; what was recorded and what the caches remember stays. Off already: nothing."""
        hooks, self._hooks, self._pass = self._hooks, None, None
        if hooks is not None:
            hooks.close()

    def __enter__(self) -> Approximation:
        return self.on()

    def __exit__(self, *_: object) -> None:
        self.off()

    def clear(self) -> None:
        """Begin anew: no records, empty caches, the next forward pass is number 0."""
        self.passes.clear()
        self._count = 0
        for linear in self.linears.values():
            linear.forget()

    def summary(self) -> tuple[Summary, ...]:
        """A line for each map and theorem over all recorded passes."""
        return summarise(self.passes)

    # ---- hooks ---------------------------------------------------------------------------------------------
    def _begin(self, _module: nn.Module, _args: Any) -> None:
        for linear in self.linears.values():
            if not linear.is_current():
                raise ModelError(
                    f"{linear.name}: its weights were changed while its approximation was on, which is still "
                    "of the old ones. Take it off before and put it on again afterwards."
                )
        self._pass = ForwardPass(self._count, self._sampling, self.linears.values())
        self._count += 1

    def _see(self, input_key: str, inputs: Tensor) -> None:
        if self._pass is not None:
            self._pass.see(input_key, inputs)

    def _replace(self, linear: ApproxLinear, inputs: Tensor, output: Tensor) -> Tensor:
        return output if self._pass is None else self._pass.replace(linear, inputs, output)

    def _end(self, _module: nn.Module, _args: Any, _output: Any) -> None:
        if self._pass is not None and self._pass.is_watched:
            self.passes.append(self._pass.record(self._ops))
        self._pass = None


def chosen_views(
    views: tuple[LinearMapView, ...], maps: str | Iterable[str] | None
) -> tuple[LinearMapView, ...]:
    """The views that a regular expression or a list of names chooses.

    Raises: SettingError for a pattern that matches nothing or is none, and for a name that is no map.
    """
    some = ", ".join(view.name for view in views[:7])
    if maps is None or isinstance(maps, str):
        try:
            pattern = re.compile(maps or "")
        except re.error as error:
            raise SettingError(f"{maps!r} is no regular expression: {error}.") from None
        chosen = tuple(view for view in views if pattern.search(view.name))
        if not chosen:
            raise SettingError(f"{maps!r} matches none of the {len(views)} linear maps, such as {some}.")
        return chosen
    names = list(maps)
    if unknown := sorted(set(names) - {view.name for view in views}):
        raise SettingError(f"There is no linear map {unknown[0]!r} among the {len(views)}, such as {some}.")
    if not names:
        raise SettingError(f"No linear map is named; there are {len(views)}, such as {some}.")
    return tuple(view for view in views if view.name in set(names))


def _mode(mode: Mode | str) -> Mode:
    try:
        return Mode(mode)
    except ValueError:
        raise SettingError(f"There is no mode {mode!r}; choose one of {', '.join(Mode)}.") from None


def _replacing(
    linear: ApproxLinear, replace: Callable[[ApproxLinear, Tensor, Tensor], Tensor]
) -> Callable[[], None]:
    """Exchange the map's part of its module's output; the returned call takes the exchange back."""
    assert linear.place is not None  # the mode is `approximate`

    def hook(_module: nn.Module, args: Any, kwargs: Any, output: Tensor) -> Tensor:
        return replace(linear, stream_in(args, kwargs), output)

    return linear.place.module.register_forward_hook(hook, with_kwargs=True).remove
