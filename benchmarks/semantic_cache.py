"""The semantic cache's own exact search beside FAISS's flat index: the same inputs, the same capacity.

    python benchmarks/semantic_cache.py              # smollm2-135m, first, middle and last block
    python benchmarks/semantic_cache.py --quick      # tiny-gpt2, seconds: whether it runs, not how fast

Both look inputs up one after another, and remember what they do not find before they look for the next: the
nearest remembered input within δ is a hit, and the least recently used one makes room. δ lies in the middle
of the distances to the nearest earlier input of the same map. The cache is given a sequence whole, as a
prefill does, and one input a call, as generation does; FAISS searches and adds one by one either way.

FAISS's float32 distances decide at once, where the cache decides again in float64 and certainly. Both run on
one thread, in turns, and are timed in seconds of the processor. Nothing is held against the ratios; exit code
1 when the two do not find the same neighbours. Without `faiss` (package faiss-cpu) the cache is timed alone,
and the reason is printed.
"""

from __future__ import annotations

import argparse
import importlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.cli import calm_threads

calm_threads()  # as the command line does, before NumPy is there

import numpy as np  # noqa: E402
import torch  # noqa: E402
from costs import Cost, in_turns, print_costs  # noqa: E402

from pybridge.approx import SemanticCache  # noqa: E402
from pybridge.approx.cache import InputCache  # noqa: E402
from pybridge.measure.nearest import nearest_earlier  # noqa: E402
from pybridge.models.adapter import Adapter  # noqa: E402
from pybridge.models.opening import open_model  # noqa: E402
from pybridge.models.text import embedded_text, read_text, tokenise  # noqa: E402

Matrix = np.ndarray
Answer = tuple[np.ndarray, Matrix]
"""(tokens,) whether there was a hit, and (tokens, in) the remembered input, or the input itself."""


class FlatIndexCache:
    """What `InputCache` does, around an `IndexFlatL2`.

    The index has no verb for replacing a vector; the slot is overwritten in its memory, the cheapest way.
    """

    def __init__(self, faiss: Any, stage: SemanticCache, width: int) -> None:
        self._faiss, self._stage, self._width = faiss, stage, width
        self._index = faiss.IndexFlatL2(width)
        self._used = np.zeros(stage.capacity, dtype=np.int64)
        self._keys: Matrix | None = None  # the index's own memory, once it has all its slots
        self._clock = 0

    def lookup(self, inputs: Matrix) -> Answer:
        """One input after another."""
        hit, cached = np.zeros(len(inputs), dtype=bool), inputs.copy()
        limit = self._stage.delta**2
        for t in range(len(inputs)):
            x = inputs[t : t + 1]
            self._clock += 1
            apart, slot = math.inf, -1
            if self._index.ntotal:
                found, slots = self._index.search(x, 1)
                apart, slot = float(found[0, 0]), int(slots[0, 0])
            if apart <= limit:
                hit[t] = True
                self._index.reconstruct(slot, cached[t])
            else:
                slot = self._remember(x)
            self._used[slot] = self._clock
        return hit, cached

    def _remember(self, x: Matrix) -> int:
        if self._index.ntotal < self._stage.capacity:
            self._index.add(x)
            return self._index.ntotal - 1
        slot = int(np.argmin(self._used))
        self._memory()[slot] = x[0]
        return slot

    def _memory(self) -> Matrix:
        if self._keys is None:
            entries = self._faiss.rev_swig_ptr(self._index.get_xb(), self._index.ntotal * self._width)
            keys: Matrix = entries.reshape(-1, self._width)
            self._keys = keys
        return self._keys


@dataclass(frozen=True)
class Inputs:
    """What one map is fed, float32 (tokens, in), and its cache's settings."""

    name: str
    x: Matrix
    stage: SemanticCache

    @property
    def width(self) -> int:
        return self.x.shape[1]


def inputs_of(adapter: Adapter, ids: torch.Tensor, capacity: int) -> list[Inputs]:
    """Every distinct input of the maps of the first, the middle and the last block."""
    chosen = {0, adapter.n_blocks // 2, adapter.n_blocks - 1}
    seen: dict[str, Matrix] = {}

    def see(key: str, x: torch.Tensor) -> None:
        seen[key] = np.ascontiguousarray(x[0].detach().float().numpy())

    names = [view.name for view in adapter.linear_maps() if view.block in chosen]
    with adapter.observe_inputs(names, see):
        adapter.trunk(ids)
    return [Inputs(key, x, SemanticCache(_middle_distance(x), capacity)) for key, x in seen.items()]


def _middle_distance(x: Matrix) -> float:
    """Half of the distances to the nearest earlier input are less; between two of them, so none equals δ."""
    nearest = nearest_earlier(x)
    distances = np.unique(nearest.distance[nearest.found])
    middle = len(distances) // 2
    return float(distances[max(0, middle - 1) : middle + 1].mean())


def whole(some: Inputs) -> Answer:
    found = InputCache(some.stage).lookup(some.x)
    return found.hit, found.cached


def one_by_one(some: Inputs) -> Answer:
    cache = InputCache(some.stage)
    found = [cache.lookup(some.x[t : t + 1]) for t in range(len(some.x))]
    return np.concatenate([one.hit for one in found]), np.concatenate([one.cached for one in found])


def flat(faiss: Any, some: Inputs) -> Answer:
    return FlatIndexCache(faiss, some.stage, some.width).lookup(some.x)


def differing(faiss: Any, some: Inputs) -> int:
    """Look-ups at which the two caches do not give the same remembered input, or only one gives any."""
    (hit, cached), (their_hit, their_cached) = whole(some), flat(faiss, some)
    return int(np.count_nonzero((hit != their_hit) | (cached != their_cached).any(axis=1)))


def costs(faiss: Any | None, inputs: list[Inputs], repeats: int) -> Iterator[Cost]:
    """By width: the whole sequence, and one input a call; then the neighbours."""
    for width in sorted({some.width for some in inputs}):
        yield from costs_of([some for some in inputs if some.width == width], faiss, repeats)
    if faiss is not None:
        lookups, hits = sum(len(some.x) for some in inputs), sum(int(whole(some)[0].sum()) for some in inputs)
        wrong = sum(differing(faiss, some) for some in inputs)
        detail = f"of {lookups:,} look-ups, {hits:,} of them hits"
        yield Cost("look-ups with another neighbour than FAISS's", wrong, 0, "", detail)


def costs_of(alike: list[Inputs], faiss: Any | None, repeats: int) -> Iterator[Cost]:
    """Inputs of one width: ratios to FAISS, or microseconds where there is none."""
    works: list[Callable[[], Any]] = [lambda: [whole(some) for some in alike]]
    works.append(lambda: [one_by_one(some) for some in alike])
    if faiss is not None:
        works.append(lambda: [flat(faiss, some) for some in alike])
    spent = in_turns(repeats, *works, clock=time.process_time)
    lookups = sum(len(some.x) for some in alike)
    ours, theirs = [1e6 * s / lookups for s in spent[:2]], [1e6 * s / lookups for s in spent[2:]]
    maps = f"{len(alike)} inputs of maps"
    for name, each_us in zip(("whole sequence", "one input a call"), ours, strict=True):
        line = f"{alike[0].width:,} wide, {name}"
        if theirs:
            detail = f"{each_us:.1f} µs / {theirs[0]:.1f} µs a look-up, {maps}"
            yield Cost(f"{line} / FAISS", each_us / theirs[0], None, "×", detail)
        else:
            yield Cost(line, each_us, None, "µs", f"a look-up, {maps}")


def faiss_or_why_not() -> tuple[Any | None, str]:
    """The library on one thread; without it None, and the reason."""
    try:
        faiss = importlib.import_module("faiss")
    except ImportError as error:
        how = "`pip install --target FOLDER --no-deps faiss-cpu`, then PYTHONPATH=FOLDER"
        return None, f"FAISS is left out: {error}; {how}"
    faiss.omp_set_num_threads(1)
    return faiss, f"FAISS {faiss.__version__}, one thread"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument(
        "--text", type=Path, help="a text file; default: the excerpt that comes with the package"
    )
    parser.add_argument(
        "--tokens", type=int, default=2048, help="or the model's context, if that is less (default 2048)"
    )
    parser.add_argument("--capacity", type=int, help="inputs remembered; default: half of the tokens")
    parser.add_argument(
        "--repeats", type=int, default=3, help="rounds of each timing; the median counts (default 3)"
    )
    parser.add_argument("--quick", action="store_true", help="tiny-gpt2, 64 tokens, one round")
    arguments = parser.parse_args()
    if arguments.quick:
        vars(arguments).update({"model": "tiny-gpt2", "tokens": 64, "repeats": 1})
    faiss, word = faiss_or_why_not()
    opened = open_model(arguments.model, progress=True)
    tokens = min(arguments.tokens, opened.context_length)
    capacity = arguments.capacity or max(1, tokens // 2)
    text = read_text(arguments.text) if arguments.text else embedded_text()
    inputs = inputs_of(opened.adapter, tokenise(text, opened.tokenizer, tokens), capacity)
    print(f"{arguments.model}, {tokens} tokens, {capacity} remembered, float32, cpu; {word}")
    sys.exit(1 if print_costs(costs(faiss, inputs, arguments.repeats)) else 0)


if __name__ == "__main__":
    main()
