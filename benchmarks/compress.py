"""What compression costs, as ratios taken in one run: each cost beside the work it is measured against.

    python benchmarks/compress.py --calibration FILE    # wanda 50 % of smollm2-135m on 4 × 1,024 tokens
    python benchmarks/compress.py --every 1             # SVDs of all residuals, not of every sixth block's
    python benchmarks/compress.py --quick               # tiny-gpt2, seconds: whether it runs, not how fast

A *bare forward* is the unhooked model, head included, no cache, one calibration row at a time. Exit code 1
when a cost is above what is allowed; `--quick` is too small for the limits, which are printed but do not
count.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.cli import calm_threads

calm_threads()  # as the command line does, before NumPy is there

import numpy as np  # noqa: E402
import torch  # noqa: E402
from costs import Cost, in_turns, print_costs, seconds, timed  # noqa: E402

from pybridge.approx import Approximation, LowRank, Sparse, Stage, compose  # noqa: E402
from pybridge.binding.norm_cache import DiskNormCache  # noqa: E402
from pybridge.certify.residual import certified_residual_norm  # noqa: E402
from pybridge.compress import METHODS, Settings, Undo, calibration_tokens, compress_model  # noqa: E402
from pybridge.measure.cache import DiskCache  # noqa: E402
from pybridge.models.cache import cache_root  # noqa: E402
from pybridge.models.opening import OpenModel, open_model  # noqa: E402
from pybridge.models.text import embedded_text, read_text  # noqa: E402
from pybridge.runtime.enclosure import NormSource  # noqa: E402


def bare_forwards(opened: OpenModel, ids: torch.Tensor) -> None:
    model: Any = opened.model
    with torch.no_grad():
        for row in ids:
            model(input_ids=row[None], use_cache=False)


def trunk_pass(opened: OpenModel, ids: torch.Tensor) -> None:
    for row in ids:
        opened.adapter.trunk(row[None])


def wanda(opened: OpenModel, ids: torch.Tensor, sparsity: float) -> Undo:
    return compress_model(opened.adapter, METHODS["wanda"], Settings(sparsity=sparsity), ids)


@dataclass(frozen=True)
class WandaSeconds:
    """Medians over rounds in turns: bare forwards, one pass of the trunk, sequential wanda."""

    forwards: float
    trunk: float
    wanda: float

    @property
    def ratio(self) -> float:
        return self.wanda / self.forwards

    def __str__(self) -> str:
        floor = 2 * self.trunk / self.forwards
        return f"{self.wanda:.2f} s / {self.forwards:.2f} s; two trunk passes alone are {floor:.2f} ×"


def time_wanda(opened: OpenModel, ids: torch.Tensor, sparsity: float, repeats: int) -> WandaSeconds:
    """Saving what is overwritten counts; putting it back, which only this benchmark needs, does not."""
    bare_forwards(opened, ids[:1])
    rounds: list[tuple[float, float, float]] = []
    for _ in range(repeats):
        forwards_s = seconds(lambda: bare_forwards(opened, ids))
        trunk_s = seconds(lambda: trunk_pass(opened, ids))
        undo, wanda_s = timed(lambda: wanda(opened, ids, sparsity))
        undo.restore()
        rounds.append((forwards_s, trunk_s, wanda_s))
    return WandaSeconds(*(statistics.median(times) for times in zip(*rounds, strict=True)))


@dataclass
class NormSeconds:
    """Certified norms of every residual, `svdvals` of every `every`-th block's, and the worst ends."""

    maps: int = 0
    certified: float = 0.0
    beside: int = 0
    certified_beside: float = 0.0
    svdvals: float = 0.0
    worst_upper: float = 0.0
    worst_lower: float = 0.0


def time_norms(opened: OpenModel, ids: torch.Tensor, sparsity: float, every: int) -> NormSeconds:
    """‖W - Ŵ‖₂ of what wanda leaves. The truth is float64 singular values, untimed."""
    result = NormSeconds()
    originals = {view.name: view.read().detach().clone() for view in opened.adapter.linear_maps()}
    with wanda(opened, ids, sparsity):
        for view in opened.adapter.linear_maps():
            before, after = originals.pop(view.name), view.read().detach()
            found, certified_s = timed(lambda w=before, v=after: certified_residual_norm(w, v))
            result.maps += 1
            result.certified += certified_s
            if view.block % every:
                continue
            difference = before - after
            _, svdvals_s = timed(lambda d=difference: torch.linalg.svdvals(d))
            truth = float(np.linalg.svd(difference.double().numpy(), compute_uv=False)[0])
            result.beside += 1
            result.certified_beside += certified_s
            result.svdvals += svdvals_s
            result.worst_upper = max(result.worst_upper, found.hi / truth - 1)
            result.worst_lower = max(result.worst_lower, 1 - found.lo / truth)
    return result


def norm_costs(opened: OpenModel, ids: torch.Tensor, sparsity: float, every: int) -> Iterator[Cost]:
    t = time_norms(opened, ids, sparsity, every)
    detail = (
        f"{t.certified_beside:.2f} s / {t.svdvals:.2f} s on the {t.beside} maps of every {every} blocks; "
        f"all {t.maps}: {t.certified:.2f} s"
    )
    yield Cost("certified residual norms / svdvals", t.certified_beside / t.svdvals, 0.4, "×", detail)
    worst = max(t.worst_upper, t.worst_lower)
    ends = (
        f"upper ends within {t.worst_upper:.3%} of float64 singular values, lower within {t.worst_lower:.3%}"
    )
    yield Cost("worst end beside the true norm", 100 * worst, 1, "%", ends)


def tracking_cost(opened: OpenModel, row: torch.Tensor, stage: Stage, name: str, repeats: int) -> Cost:
    """A full forward with every map watched at the default sampling beside one that is not."""
    disk = DiskCache(cache_root() / "bounds")
    watched = Approximation(opened.adapter, stage, norms=NormSource(DiskNormCache(disk)), store=disk)
    _, first_s = timed(lambda: watched.on().off())

    def tracked() -> None:
        with watched:
            bare_forwards(opened, row)

    bare_s, tracked_s = in_turns(repeats, lambda: bare_forwards(opened, row), tracked)
    seen = len(watched.passes[-1].observations)
    detail = (
        f"{tracked_s:.2f} s / {bare_s:.2f} s, {seen} instances a pass on {len(watched.linears)} maps; "
        f"put on first in {first_s:.1f} s"
    )
    return Cost(f"tracking overhead, {name}", 100 * (tracked_s / bare_s - 1), 15, "%", detail)


def costs(arguments: argparse.Namespace, opened: OpenModel, ids: torch.Tensor) -> Iterator[Cost]:
    timing = time_wanda(opened, ids, arguments.sparsity, arguments.repeats)
    yield Cost("wanda / bare calibration forwards", timing.ratio, 2.2, "×", str(timing))
    yield from norm_costs(opened, ids, arguments.sparsity, arguments.every)
    repeats = 2 * arguments.repeats + 1  # a difference of two times needs more rounds than a quotient
    sparse = Sparse(keep=arguments.keep)
    yield tracking_cost(opened, ids[:1], sparse, "sparse", repeats)
    both = compose(sparse, LowRank(rank=arguments.rank))
    yield tracking_cost(opened, ids[:1], both, "sparse + low rank", repeats)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--calibration", type=Path, help="a text file; default: the packaged excerpt")
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--context", type=int, default=1024)
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--every", type=int, default=6, help="SVDs of every N-th block (default 6)")
    parser.add_argument("--keep", type=float, default=0.05, help="of the tracked approximation")
    parser.add_argument("--rank", type=int, default=16, help="of the tracked approximation")
    parser.add_argument(
        "--repeats", type=int, default=3, help="rounds of each timing; the median counts (default 3)"
    )
    parser.add_argument("--quick", action="store_true", help="tiny-gpt2, 4 × 128 tokens, one round")
    arguments = parser.parse_args()
    if arguments.quick:
        small = {"model": "tiny-gpt2", "tokens": 512, "context": 128, "every": 1, "repeats": 1}
        vars(arguments).update(small)
    opened = open_model(arguments.model, progress=True)
    text = read_text(arguments.calibration) if arguments.calibration else embedded_text()
    ids = calibration_tokens(text, opened.tokenizer, tokens=arguments.tokens, context=arguments.context)
    shape = f"{ids.shape[0]} × {ids.shape[1]:,}"
    print(f"{arguments.model}, {shape} tokens, float32, cpu, {torch.get_num_threads()} threads")
    over = print_costs(costs(arguments, opened, ids))
    sys.exit(1 if over and not arguments.quick else 0)


if __name__ == "__main__":
    main()
