"""Certified operator norms beside `torch.linalg.svdvals` and truncation SVDs: one run, the same matrices.

    python benchmarks/norms.py                        # every sixth block of smollm2-135m
    python benchmarks/norms.py --every 1              # all blocks: the first uncached pass of a check
    python benchmarks/norms.py --model tiny-gpt2

Ratios are what counts: both sides take turns on the same cores, matrix by matrix. The truth against which the
ends are held is float64 singular values, untimed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from costs import timed

from pybridge.compress.low_rank import Factors, truncate
from pybridge.compress.magnitude import top_magnitude_mask
from pybridge.models import open_model
from pybridge.runtime.enclosure import EnclosedMap, NormSource
from pybridge.runtime.enclosure.source import compute

Matrix = np.ndarray


@dataclass
class Times:
    """Seconds spent on one kind of matrix, and the worst upper end relative to the truth."""

    certified_s: float = 0.0
    svdvals_s: float = 0.0
    count: int = 0
    worst_upper: float = 0.0
    worst_lower: float = 0.0

    @property
    def ratio(self) -> float:
        return self.certified_s / self.svdvals_s


@dataclass
class Result:
    """`kinds` by the expression theorems 1–4 take the norm of; truncation SVDs in seconds."""

    kinds: dict[str, Times] = field(default_factory=dict)
    truncation_s: float = 0.0
    maps: int = 0

    def total(self) -> Times:
        times = self.kinds.values()
        return Times(
            sum(t.certified_s for t in times),
            sum(t.svdvals_s for t in times),
            sum(t.count for t in times),
            max(t.worst_upper for t in times),
            max(t.worst_lower for t in times),
        )


def measure(
    weights: Iterable[Matrix], keep: float = 0.05, rank: int = 16, check_truth: bool = True
) -> Result:
    """Times over float32 matrices (out, in): every norm that theorems 1–4 need of each, nothing cached.

    Args:
        check_truth: also take float64 singular values, untimed, and record how far the ends are from them.
    """
    result = Result()
    for weight in weights:
        result.maps += 1
        sparse = weight * top_magnitude_mask(weight, keep)
        factors, seconds = timed(lambda sparse=sparse: truncate(sparse, rank))
        result.truncation_s += seconds
        for kind, enclosed in expressions(weight, sparse, factors).items():
            times = result.kinds.setdefault(kind, Times())
            measure_one(enclosed, times, check_truth)
    return result


def expressions(weight: Matrix, sparse: Matrix, factors: Factors) -> dict[str, EnclosedMap]:
    """The maps whose norms occur in theorems 1–4, under their Lean names."""
    f, f_sparse = EnclosedMap.exact(weight), EnclosedMap.exact(sparse)
    f_approx = EnclosedMap.factored(factors.left, factors.right)
    residual, remainder = f - f_sparse, f_sparse - f_approx
    return {
        "f": f,
        "fResidual": residual,
        "fApprox": f_approx,
        "fR": remainder,
        "fApprox + fResidual": f_approx + residual,
        "fR + fResidual": remainder + residual,
    }


def measure_one(enclosed: EnclosedMap, times: Times, check_truth: bool) -> None:
    dense = enclosed.formed()[0].array
    tensor = torch.from_numpy(np.ascontiguousarray(dense, dtype=np.float32))
    found, certified_s = timed(lambda: compute(enclosed, NormSource().rel))
    _, svdvals_s = timed(lambda: torch.linalg.svdvals(tensor))
    times.certified_s += certified_s
    times.svdvals_s += svdvals_s
    times.count += 1
    if check_truth:
        truth = float(np.linalg.svd(dense, compute_uv=False)[0])
        times.worst_upper = max(times.worst_upper, found.hi / truth - 1)
        times.worst_lower = max(times.worst_lower, 1 - found.lo / truth)


def weights_of(model: str, every: int) -> Iterator[Matrix]:
    """The linear maps of every `every`-th block, as float32 (out, in)."""
    for view in open_model(model, progress=True).adapter.linear_maps():
        if view.block % every == 0:
            yield view.read().detach().float().numpy()


def report(result: Result, settings: str) -> str:
    lines = [f"{result.maps} maps, {settings}", ""]
    heads = ("count", "certified s", "svdvals s", "ratio", "upper", "lower")
    lines.append(f"{'norm of':22}" + "".join(f"{head:>12}" for head in heads))
    for kind, t in [*result.kinds.items(), ("all", result.total())]:
        lines.append(
            f"{kind:22}{t.count:12d}{t.certified_s:12.2f}{t.svdvals_s:12.2f}{t.ratio:12.3f}"
            f"{t.worst_upper:+12.3%}{-t.worst_lower:+12.3%}"
        )
    lines += ["", f"truncation SVDs (one a map): {result.truncation_s:.2f} s"]
    lines += ["upper, lower: the worst end relative to float64 singular values"]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--every", type=int, default=6, help="take every N-th block (default 6)")
    parser.add_argument("--keep", type=float, default=0.05)
    parser.add_argument("--rank", type=int, default=16)
    arguments = parser.parse_args()
    result = measure(weights_of(arguments.model, arguments.every), arguments.keep, arguments.rank)
    settings = (
        f"{arguments.model}, every {arguments.every} blocks, keep {arguments.keep:g}, rank {arguments.rank}"
    )
    print(report(result, f"{settings}, {torch.get_num_threads()} threads"))


if __name__ == "__main__":
    main()
