"""The one interface through which everything else sees a language model.

A family's file says where its blocks, norms and matrices are; the rest is written here once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from pybridge.errors import ModelError, SettingError
from pybridge.models.hooks import Watch, all_of, bypassing, on_input, on_output, replacing_input
from pybridge.models.linear_maps import LinearMapView, MapSite, views_of
from pybridge.models.norms import NormSite, norm_site
from pybridge.models.offload import running_device
from pybridge.models.residual import Granularity, ResidualShape
from pybridge.models.uncovered import Uncovered, uncovered_matrices

Key = TypeVar("Key")


class Adapter(ABC):
    """A causal language model as a residual stream h_0 … h_n and a set of linear maps.

    Hidden states are (batch, tokens, d_model) in the model's dtype. h_0 enters block 0 (token embedding and,
    where the family adds one, position embedding); h_n leaves the last block, before the final norm.

    Raises: ModelError if the model does not have the parts that the family is expected to have.
    """

    family: ClassVar[str]
    residual_shape: ResidualShape
    """The family's, or this model's where the config decides."""
    block_path: ClassVar[str]
    """The model's own path of its block list, for messages and parameter names."""
    norm_names: ClassVar[tuple[str, ...]]
    """A block's norms over d_model, in the order in which it uses them."""
    norm_gain_offset: ClassVar[float] = 0.0
    """What a norm adds to its stored weight."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        blocks = _part(model, self.block_path, self.family)
        if not isinstance(blocks, nn.ModuleList) or len(blocks) == 0:
            raise ModelError(
                f"{type(model).__name__}: no blocks found at `{self.block_path}`; the {self.family} adapter "
                "expects a non-empty list there. Check `num_hidden_layers` in the model's config."
            )
        self.blocks: nn.ModuleList = blocks
        self.body: Any = _part(model, self.block_path.rpartition(".")[0], self.family)

    def retire(self, why: str) -> None:
        """Let go of the model: from now on every use of this adapter raises ModelError with this reason."""
        vars(self).clear()
        vars(self)["_retired"] = why

    if not TYPE_CHECKING:  # the type checker shall still know a name that does not exist

        def __getattr__(self, name: str) -> Any:
            why = self.__dict__.get("_retired")
            if why is None or name.startswith("__"):
                return self.__getattribute__(name)  # raises, or says which error a property met
            raise ModelError(why)

    # What a family's file says.

    @abstractmethod
    def between_sublayers(self, block: nn.Module) -> Watch | None:
        """Where the state between attention and MLP is seen; None if there is no such state."""

    @abstractmethod
    def sites(self, block: nn.Module) -> tuple[MapSite, ...]:
        """The linear maps of one block, in the order in which the block uses them."""

    def sublayers(self, block: nn.Module) -> tuple[str, str]:
        """What the two updates of a block are called."""
        return ("attention", "mlp")

    def norms(self, block: nn.Module) -> tuple[NormSite, ...]:
        """The norms over d_model of one block; the norms of single heads are not among them."""
        return tuple(norm_site(block, name, self.norm_gain_offset) for name in self.norm_names)

    def why_uncovered(self, parameter: str) -> str | None:
        """Why a matrix is no linear map of a block, where the family has a reason of its own."""
        return None

    def stand_in(self, state: Tensor) -> Tensor:
        """Embeddings that let a run start at a block that receives `state`; only their shape matters."""
        return state

    def settings_of(self, kept: Sequence[int]) -> dict[str, Any]:
        """The config fields of this family that single out blocks, as they read when only `kept` stay.

        `num_hidden_layers` and `layer_types` are rewritten for every family and need not be among them.
        """
        return {}

    def why_not_only(self, kept: Sequence[int]) -> str | None:
        """Why a model of only these blocks would not compute what they compute now; None if it would."""
        return None

    def settle(self) -> None:
        """Bring in line what the model's body has derived from a config that was rewritten."""
        return None

    # Sizes.

    @property
    def config(self) -> Any:
        return self.model.config

    @property
    def n_blocks(self) -> int:
        return len(self.blocks)

    @property
    def d_model(self) -> int:
        return int(self.config.hidden_size)

    @property
    def vocabulary_size(self) -> int:
        return int(self.body.get_input_embeddings().weight.shape[0])

    @property
    def context_length(self) -> int:
        """The longest input the model was made for, in tokens."""
        return int(self.config.max_position_embeddings)

    @property
    def device(self) -> torch.device:
        """Where token ids go: the device of the first weights, wherever they may be kept between passes."""
        return running_device(self.model)

    @property
    def dtype(self) -> torch.dtype:
        return next(self.model.parameters()).dtype

    # Running.

    def trunk(self, input_ids: Int[Tensor, "batch tokens"]) -> Float[Tensor, "batch tokens d_model"]:
        """h_n: the model to the end of its last block; no head, no cache, no gradients.

        Raises: SettingError if the tokens do not fit the context; ModelError if an id has no embedding.
        """
        self._accept(input_ids)
        with torch.no_grad():
            return self._run(input_ids=input_ids.to(self.device))

    def run_from(
        self, start: int, state: Float[Tensor, "batch tokens d_model"], *, stop: int | None = None
    ) -> Float[Tensor, "batch tokens d_model"]:
        """h_stop from h_start = `state`: blocks start … stop-1 and nothing else (`stop` defaults to n).

        The model itself prepares masks and positions, so the result has the bits of a full run. Gradients
        flow to `state` if it asks for them. Observers see the points start … stop-1, and n if the last block
        runs.

        Raises: SettingError unless 0 ≤ start ≤ stop ≤ n and the tokens fit the context.
        """
        stop = self.n_blocks if stop is None else stop
        if not 0 <= start <= stop <= self.n_blocks:
            raise SettingError(
                f"run_from: blocks {start} to {stop} asked of a model with {self.n_blocks} blocks."
            )
        self._accept_length(state.shape[1])
        if start == stop:
            return state
        outside = [index for index in range(self.n_blocks) if not start <= index < stop]
        with (
            torch.set_grad_enabled(state.requires_grad and torch.is_grad_enabled()),
            bypassing(self.blocks, outside),
            replacing_input(self.blocks[start], lambda _ignored: state),
        ):
            return self._run(inputs_embeds=self.stand_in(state))

    def _run(self, **inputs: Tensor) -> Tensor:
        captured: list[Tensor] = []
        with on_output(self.blocks[-1], captured.append):
            self.body(**inputs, use_cache=False)
        return captured[-1]

    def _accept(self, input_ids: Tensor) -> None:
        self._accept_length(input_ids.shape[-1])
        if input_ids.device.type != "meta" and int(input_ids.max()) >= self.vocabulary_size:
            raise ModelError(
                f"Token id {int(input_ids.max())} has no embedding: the model has {self.vocabulary_size}. "
                "Use the tokenizer that belongs to the model."
            )

    def _accept_length(self, tokens: int) -> None:
        if tokens > self.context_length:
            raise SettingError(
                f"{tokens} tokens do not fit the context of this model, {self.context_length} tokens. "
                "Ask for fewer tokens."
            )

    # Watching.

    def points(self, granularity: str = Granularity.BLOCK) -> tuple[str, ...]:
        """Names of the residual points, in the order of their indices: h0, h1, … or h0, h0.mid, h1, …"""
        inside = ("",) if self._granularity(granularity) is Granularity.BLOCK else ("", ".mid")
        return (*(f"h{t}{part}" for t in range(self.n_blocks) for part in inside), f"h{self.n_blocks}")

    def updates(self, granularity: str = Granularity.BLOCK) -> tuple[str, ...]:
        """Names of the updates between consecutive points: 0, 1, … or 0.attention, 0.mlp, 1.attention, …"""
        if self._granularity(granularity) is Granularity.BLOCK:
            return tuple(str(t) for t in range(self.n_blocks))
        blocks = enumerate(self.blocks)
        return tuple(f"{t}.{sublayer}" for t, block in blocks for sublayer in self.sublayers(block))

    def observe_residual(
        self, granularity: str, callback: Callable[[int, Tensor], None]
    ) -> AbstractContextManager[None]:
        """While open, `callback(point, h)` at every residual point, in order; h is the model's own tensor.

        Points are 0 … n for `block` and 0 … 2n for `sublayer`, as `points` names them. The callback must not
        write to h, and clones what it keeps only if the caller changes the weights or the state in place.

        Raises: SettingError for `sublayer` where attention and MLP are not two successive updates.
        """
        sublayers = self._granularity(granularity) is Granularity.SUBLAYER
        stride = 2 if sublayers else 1
        watches = []
        for index, block in enumerate(self.blocks):
            watches.append(on_input(block, _at(callback, stride * index)))
            middle = self.between_sublayers(block) if sublayers else None
            if middle is not None:
                watches.append(middle(_at(callback, stride * index + 1)))
        watches.append(on_output(self.blocks[-1], _at(callback, stride * self.n_blocks)))
        return all_of(watches)

    def replace_embedding(self, replace: Callable[[Tensor], Tensor]) -> AbstractContextManager[None]:
        """While open, block 0 receives `replace(h_0)` in place of h_0; observers see the new state."""
        return replacing_input(self.blocks[0], replace)

    def observe_inputs(
        self, names: Iterable[str], callback: Callable[[str, Tensor], None]
    ) -> AbstractContextManager[None]:
        """While open, `callback(input_key, x)` once per distinct input of the named maps (batch, tokens, in).

        An expert's input is (1, routed, in): the tokens routed to it, of all rows of the batch, in their
        order; there may be none. Names are those of `linear_maps`, whole or per head.
        Raises: ModelError for a name that is no map.
        """
        keys = {self._view(name).input_key for name in names}
        return all_of(
            [watch(_at(callback, key)) for key, watch in self._input_watches.items() if key in keys]
        )

    def _granularity(self, name: str) -> Granularity:
        try:
            granularity = Granularity(name)
        except ValueError:
            raise SettingError(f"Unknown granularity {name!r}. Choose one of: block, sublayer.") from None
        if granularity is Granularity.SUBLAYER and self.between_sublayers(self.blocks[0]) is None:
            raise SettingError(
                f"The {self.family} family adds attention and MLP in one step ({self.residual_shape}); "
                "there are no sublayer updates. Use the granularity `block`."
            )
        return granularity

    # Matrices.

    def linear_maps(self, per_head: bool = False) -> tuple[LinearMapView, ...]:
        """Every linear map of every block, block by block; q, k and v split by head where asked, experts
        always one by one.

        Embeddings and the language-model head are never among them.
        """
        return self._heads if per_head else self._maps

    def uncovered(self) -> tuple[Uncovered, ...]:
        """The matrices that are not among the linear maps, each with the reason."""
        return uncovered_matrices(self.model, self.block_path, self.linear_maps(), self.why_uncovered)

    @cached_property
    def _maps(self) -> tuple[LinearMapView, ...]:
        return self._all_views(per_head=False)

    @cached_property
    def _heads(self) -> tuple[LinearMapView, ...]:
        return self._all_views(per_head=True)

    @cached_property
    def _input_watches(self) -> dict[str, Watch]:
        """input_key → where the first map that is handed that input is seen to receive it."""
        watches: dict[str, Watch] = {}
        for index, block in enumerate(self.blocks):
            for site in self.sites(block):
                watch = site.watch or partial(on_input, site.module)
                watches.setdefault(f"{index}.{site.input_name}", watch)
        return watches

    @cached_property
    def _by_name(self) -> dict[str, LinearMapView]:
        return {view.name: view for view in (*self._heads, *self._maps)}

    def _all_views(self, *, per_head: bool) -> tuple[LinearMapView, ...]:
        return tuple(
            view
            for index, block in enumerate(self.blocks)
            for site in self.sites(block)
            for view in views_of(site, index, self.block_path, per_head=per_head)
        )

    def _view(self, name: str) -> LinearMapView:
        try:
            return self._by_name[name]
        except KeyError:
            raise ModelError(
                f"No linear map is called {name!r}; maps are `block.component`, `block.component.head` or "
                f"`block.component.e{{expert}}`, for example {self._maps[0].name!r}."
            ) from None


def _at(callback: Callable[[Key, Tensor], None], key: Key) -> Callable[[Tensor], None]:
    return lambda tensor: callback(key, tensor)


def _part(model: nn.Module, path: str, family: str) -> Any:
    part: Any = model
    for name in path.split("."):
        part = getattr(part, name, None)
        if part is None:
            raise ModelError(
                f"{type(model).__name__}: no blocks found at `{path}`, where the {family} family keeps them. "
                "Open a causal language model (with its head) of this family."
            )
    return part
