"""What following an error through a model costs, as ratios taken in one run, and what a shorter model saves.

    python benchmarks/propagation.py                    # smollm2-135m, 512 tokens
    python benchmarks/propagation.py --text FILE
    python benchmarks/propagation.py --quick            # tiny-gpt2, seconds: whether it runs, not how fast

A *trunk forward* is the unhooked model to the end of its last block: no head, no cache. Exit code 1 when a
cost is above what is allowed; `--quick` is too small for the limits, which are printed but do not count.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.cli import calm_threads

calm_threads()  # as the command line does, before NumPy is there

import pybridge_extracted  # noqa: E402
import torch  # noqa: E402
from costs import Cost, in_turns, print_costs, seconds  # noqa: E402

from pybridge.binding.ledger import Ledger  # noqa: E402
from pybridge.compress import METHODS, Settings  # noqa: E402
from pybridge.drift import BlockCompressor, DriftRow, measure_drift  # noqa: E402
from pybridge.layers.criteria import Criterion  # noqa: E402
from pybridge.layers.observing import ObservingSpec, observe  # noqa: E402
from pybridge.layers.ranking import Ranking, rank  # noqa: E402
from pybridge.layers.speed import measure_speed  # noqa: E402
from pybridge.measure.positions import position_sets  # noqa: E402
from pybridge.models.adapter import Adapter  # noqa: E402
from pybridge.models.deletion import delete_blocks  # noqa: E402
from pybridge.models.ends import embedded  # noqa: E402
from pybridge.models.hooks import all_of, on_input  # noqa: E402
from pybridge.models.opening import open_model  # noqa: E402
from pybridge.models.text import embedded_text, read_text, tokenise  # noqa: E402
from pybridge.profile.combinations import CombinationBackend  # noqa: E402
from pybridge.profile.passes import Passes, Plan  # noqa: E402
from pybridge.profile.run import SCOPES  # noqa: E402
from pybridge.runtime.enclosure import EnclosureBackend  # noqa: E402

SKIP_TOKENS = 4
EPS, SEED = 0.01, 0


def profile(adapter: Adapter, ids: torch.Tensor, plan: Plan, checks: list[Any]) -> Ledger:
    """What the command measures: every block's numbers, every theorem about them, 1/σ of every norm."""
    ledger = Ledger(checks, CombinationBackend(), lambda *_: None)
    Passes(adapter, plan, ledger, Ledger(checks, EnclosureBackend(), lambda *_: None)).run(ids)
    return ledger


def profile_cost(adapter: Adapter, ids: torch.Tensor, eps: tuple[float, ...], repeats: int) -> Cost:
    """All blocks under k perturbations, theorems included, beside a trunk forward of the same k + 1 rows."""
    plan = Plan(eps, (SEED,), "block", position_sets(SKIP_TOKENS, ids.shape[1]), len(eps) + 1)
    loaded = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
    checks = [check for check in loaded if check.SCOPE in SCOPES]
    rows = ids.expand(len(eps) + 1, -1)
    ledger = profile(adapter, ids, plan, checks)
    trunk_s, profile_s = in_turns(
        repeats, lambda: adapter.trunk(rows), lambda: profile(adapter, ids, plan, checks)
    )
    instances = sum(tally.instances for tally in ledger.tallies)
    detail = (
        f"{profile_s:.2f} s / {trunk_s:.2f} s; {len(ledger.tallies)} theorems, {instances:,} instances, "
        f"and {len(plan.positions)} position sets included"
    )
    name = f"profile, k = {len(eps)} / {len(eps) + 1} trunk forwards"
    return Cost(name, profile_s / trunk_s, 1.2, "×", detail)


@dataclass(frozen=True)
class DriftSeconds:
    """Medians over rounds in turns: one trunk forward, the walk, and the compression of blocks within it."""

    trunk: float
    walk: float
    compression: float


def time_drift(adapter: Adapter, ids: torch.Tensor, sparsity: float, repeats: int) -> DriftSeconds:
    """The whole study of all blocks: the clean run, the perturbed run for ρ, each compressed run."""
    positions = position_sets(SKIP_TOKENS, ids.shape[1])
    h_0 = embedded(adapter, ids)[0]
    compressor = BlockCompressor(adapter, METHODS["magnitude"], Settings(sparsity=sparsity))

    def walk() -> tuple[DriftRow, ...]:
        blocks, compressing = compressor.blocks, compressor.compressing
        return measure_drift(adapter, h_0, blocks, compressing, positions, eps=EPS, seed=SEED)

    def a_round() -> tuple[float, float, float]:
        trunk_s, compressed_before = seconds(lambda: adapter.trunk(ids)), compressor.seconds
        whole_s = seconds(walk)
        compression_s = compressor.seconds - compressed_before
        return trunk_s, whole_s - compression_s, compression_s

    a_round()  # warms up
    rounds = [a_round() for _ in range(repeats)]
    return DriftSeconds(*(statistics.median(times) for times in zip(*rounds, strict=True)))


def drift_cost(adapter: Adapter, ids: torch.Tensor, sparsity: float, repeats: int) -> Cost:
    """Beside n trunk forwards, which n compressed models would need if each were run whole."""
    n, found = adapter.n_blocks, time_drift(adapter, ids, sparsity, repeats)
    detail = (
        f"{found.walk:.2f} s / {n} × {found.trunk:.2f} s; suffixes alone are (n + 1) / 2n = "
        f"{(n + 1) / (2 * n):.3f}; compressing all {n} blocks, not counted: {found.compression:.2f} s"
    )
    return Cost(f"drift, n = {n} / n trunk forwards", found.walk / (n * found.trunk), 0.65, "×", detail)


def ranking(adapter: Adapter, ids: torch.Tensor) -> Ranking:
    return rank(Criterion.RHO, observe(adapter, ids, ObservingSpec(EPS, SEED, SKIP_TOKENS)))


def rows_through_blocks(adapter: Adapter, work: Callable[[], Any]) -> int:
    """How many rows enter a block, over all calls of all blocks."""
    entered: list[int] = []
    with all_of([on_input(block, lambda state: entered.append(state.shape[0])) for block in adapter.blocks]):
        work()
    return sum(entered)


def ranking_costs(adapter: Adapter, ids: torch.Tensor, repeats: int) -> Iterator[Cost]:
    """Two trunk forwards in all: counted, which is exact, and timed beside one of two rows."""
    n, rows = adapter.n_blocks, rows_through_blocks(adapter, lambda: ranking(adapter, ids))
    yield Cost("ranking by ρ, in trunk forwards", rows / n, 2, "", f"{rows} rows through {n} blocks, counted")
    both = ids.expand(2, -1)
    trunk_s, ranking_s = in_turns(repeats, lambda: adapter.trunk(both), lambda: ranking(adapter, ids))
    detail = f"{ranking_s:.2f} s / {trunk_s:.2f} s"
    yield Cost("ranking by ρ / 2 trunk forwards", ranking_s / trunk_s, 1.2, "×", detail)


def full_forward(adapter: Adapter, ids: torch.Tensor) -> None:
    model: Any = adapter.model
    with torch.no_grad():
        model(input_ids=ids, use_cache=False)


def speed_cost(adapter: Adapter, ids: torch.Tensor, model: str, repeats: int) -> Cost:
    """Eight of thirty blocks (as many of any model), those that go first by ρ, deleted from a second copy.

    The limit is 1 / (1 - share): the time that is left when nothing but those blocks' own goes.
    """
    blocks = ranking(adapter, ids).first(max(1, adapter.n_blocks * 8 // 30))
    shorter = delete_blocks(open_model(model).adapter, blocks)
    whole_s, shorter_s = in_turns(
        repeats, lambda: full_forward(adapter, ids), lambda: full_forward(shorter, ids)
    )
    skipping = measure_speed(adapter, ids, blocks, rounds=repeats)
    speed_up, limit = whole_s / shorter_s, skipping.limit
    detail = (
        f"{whole_s:.2f} s / {shorter_s:.2f} s = {speed_up:.3f} × of at most {limit:.3f} ×: "
        f"{skipping.share:.1%} of a forward pass, head included, is in those blocks; merely skipped: "
        f"{skipping.speed_up:.3f} ×"
    )
    name = f"{len(blocks)} of {adapter.n_blocks} blocks removed, short of the limit"
    return Cost(name, 100 * (1 - speed_up / limit), 10, "%", detail)


def costs(arguments: argparse.Namespace, adapter: Adapter, ids: torch.Tensor) -> Iterator[Cost]:
    repeats = arguments.repeats
    yield profile_cost(adapter, ids, (EPS,), repeats)
    yield profile_cost(adapter, ids, (0.001, 0.01, 0.05, 0.1), repeats)
    yield drift_cost(adapter, ids, arguments.sparsity, repeats)
    yield from ranking_costs(adapter, ids, repeats)
    yield speed_cost(adapter, ids, arguments.model, repeats)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument(
        "--text", type=Path, help="a text file; default: the excerpt that comes with the package"
    )
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--sparsity", type=float, default=0.5, help="of the blocks in the drift study")
    parser.add_argument(
        "--repeats", type=int, default=3, help="rounds of each timing; the median counts (default 3)"
    )
    parser.add_argument("--quick", action="store_true", help="tiny-gpt2, 64 tokens, one round")
    arguments = parser.parse_args()
    if arguments.quick:
        vars(arguments).update({"model": "tiny-gpt2", "tokens": 64, "repeats": 1})
    opened = open_model(arguments.model, progress=True)
    text = read_text(arguments.text) if arguments.text else embedded_text()
    ids = tokenise(text, opened.tokenizer, arguments.tokens)
    print(f"{arguments.model}, {arguments.tokens} tokens, float32, cpu, {torch.get_num_threads()} threads")
    over = print_costs(costs(arguments, opened.adapter, ids))
    sys.exit(1 if over and not arguments.quick else 0)


if __name__ == "__main__":
    main()
