"""What a check costs, as ratios taken in one run: each cost beside the work it is measured against.

    python benchmarks/check.py                          # smollm2-135m, 512 tokens
    python benchmarks/check.py --model tiny-gpt2
    python benchmarks/check.py --every 1                # norms of all maps, not of every sixth block

A *trunk forward* is the unhooked model to the end of its last block: no head, no cache, same batch. Exit code
1 when a cost is above what is allowed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pybridge.cli import calm_threads

calm_threads()  # as the command line does, before NumPy is there

import norms  # noqa: E402
import pybridge_extracted  # noqa: E402
import torch  # noqa: E402
from costs import Cost, in_turns, print_costs, seconds  # noqa: E402

from pybridge.binding.ledger import Ledger  # noqa: E402
from pybridge.binding.lockstep_scope import measure_lockstep  # noqa: E402
from pybridge.binding.norm_cache import DiskNormCache  # noqa: E402
from pybridge.binding.removal_scope import measure_removals  # noqa: E402
from pybridge.check import CheckSpec, approximation, check_maps, select_maps  # noqa: E402
from pybridge.compress.split import Splitter  # noqa: E402
from pybridge.measure.cache import DiskCache  # noqa: E402
from pybridge.measure.inputs import sample_inputs  # noqa: E402
from pybridge.measure.positions import position_sets  # noqa: E402
from pybridge.measure.profile import ProfileSpec, measure_profile  # noqa: E402
from pybridge.models.opening import OpenModel, open_model  # noqa: E402
from pybridge.models.text import embedded_text, read_text, tokenise  # noqa: E402
from pybridge.runtime.enclosure import EnclosureBackend, NormSource  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
GIGABYTE = 1e9


def profile_cost(opened: OpenModel, ids: torch.Tensor, eps: tuple[float, ...], repeats: int) -> Cost:
    """All blocks under k perturbations beside the k + 1 trunk forwards they need."""
    spec = ProfileSpec(eps, 0, "block", position_sets(4, ids.shape[1]))
    rows = ids.expand(len(eps) + 1, -1)
    trunk_s, profile_s = in_turns(
        repeats, lambda: opened.adapter.trunk(rows), lambda: measure_profile(opened.adapter, ids, spec)
    )
    detail = f"{profile_s:.2f} s / {trunk_s:.2f} s"
    return Cost(
        f"profile, k = {len(eps)} / {len(eps) + 1} trunk forwards", profile_s / trunk_s, 1.25, "×", detail
    )


def theorems_cost(opened: OpenModel, ids: torch.Tensor, spec: CheckSpec, repeats: int) -> Iterator[Cost]:
    """Theorems 1–4 on every map, sampling its inputs included, beside one full forward; then the uncached
    norms.
    """
    views = select_maps(opened, spec)
    loaded = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
    checks = [c for c in loaded if c.SCOPE == "map" and c.NUMBER[:1] in ("1", "2", "3", "4")]
    with tempfile.TemporaryDirectory() as folder:
        disk = DiskCache(Path(folder))
        splitter = Splitter(spec.keep, spec.rank, disk)

        def theorems() -> None:
            source = NormSource(DiskNormCache(disk))
            ledger = Ledger(checks, EnclosureBackend(source), lambda *_: None)
            with sample_inputs(opened.adapter, [v.name for v in views], spec.vectors, spec.seed) as samples:
                opened.adapter.trunk(ids)
            check_maps(views, samples, ledger, source, splitter)

        def full_forward() -> None:
            with torch.no_grad():
                model: Any = opened.model
                model(ids, use_cache=False)

        first_s = seconds(theorems)
        forward_s, theorems_s = in_turns(repeats, full_forward, theorems)
    detail = f"{theorems_s:.2f} s / {forward_s:.2f} s; the first, uncached pass took {first_s:.1f} s"
    name = f"theorems 1–4, {len(views)} maps × {spec.vectors} / full forward"
    yield Cost(name, theorems_s / forward_s, 10, "×", detail)


def embedding_of(opened: OpenModel, ids: torch.Tensor) -> torch.Tensor:
    """h_0 of one run."""
    seen: list[torch.Tensor] = []

    def keep(h: torch.Tensor) -> torch.Tensor:
        seen.append(h[0])
        return h

    with opened.adapter.replace_embedding(keep):
        opened.adapter.trunk(ids)
    return seen[0]


def a_ledger(scopes: set[str]) -> Ledger:
    """Every theorem of some scopes."""
    loaded = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
    return Ledger([c for c in loaded if c.SCOPE in scopes], EnclosureBackend(), lambda *_: None)


def lockstep_cost(opened: OpenModel, ids: torch.Tensor, spec: CheckSpec, repeats: int) -> Cost:
    """The compressed model beside the dense one, its theorems included, factors cached: a block is evaluated
    three times, its weights are written twice, and its states are enclosed.
    """
    views, positions = select_maps(opened, spec), position_sets(spec.skip_tokens, ids.shape[1])
    h_0, ops = embedding_of(opened, ids), EnclosureBackend()
    with tempfile.TemporaryDirectory() as folder:
        matrices = approximation(Splitter(spec.keep, spec.rank, DiskCache(Path(folder))))

        def lockstep() -> None:
            ledger = a_ledger({"step", "lockstep"})
            measure_lockstep(opened.adapter, h_0, views, matrices, positions, ops, ledger.put)

        first_s = seconds(lockstep)
        trunk_s, lockstep_s = in_turns(repeats, lambda: opened.adapter.trunk(ids), lockstep)
    detail = f"{lockstep_s:.2f} s / {trunk_s:.2f} s; the first, uncached pass took {first_s:.1f} s"
    return Cost("lockstep / trunk forward", lockstep_s / trunk_s, 6, "×", detail)


def removals_cost(opened: OpenModel, ids: torch.Tensor, spec: CheckSpec, repeats: int) -> Cost:
    """Every block removed, beside the (n + 1) / 2 trunk forwards that the walk is worth."""
    positions = position_sets(spec.skip_tokens, ids.shape[1])
    h_0, ops, n = embedding_of(opened, ids), EnclosureBackend(), opened.adapter.n_blocks

    def removals() -> None:
        ledger = a_ledger({"removal"})
        measure_removals(opened.adapter, h_0, range(n), positions, ops, ledger.put)

    trunk_s, removals_s = in_turns(repeats, lambda: opened.adapter.trunk(ids), removals)
    worth = (n + 1) / 2 * trunk_s
    detail = f"{removals_s:.2f} s / {worth:.2f} s, n = {n}"
    return Cost("removals / (n + 1) / 2 trunk forwards", removals_s / worth, 2, "×", detail)


def norm_cost(model: str, every: int) -> Cost:
    """Certified norms, nothing cached, beside `torch.linalg.svdvals` of the same matrices."""
    result = norms.measure(norms.weights_of(model, every))
    total = result.total()
    detail = (
        f"{total.certified_s:.2f} s / {total.svdvals_s:.2f} s on {total.count} matrices; upper ends within "
        f"{total.worst_upper:.2%}; truncation SVDs {result.truncation_s:.2f} s"
    )
    return Cost("uncached norms / svdvals", total.ratio, 0.5, "×", detail)


def run_python(*arguments: str, **settings: str) -> tuple[float, float]:
    """Wall seconds and peak resident bytes of a fresh interpreter."""
    start = time.perf_counter()
    environment = {
        k: v for k, v in os.environ.items() if k not in ("OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS")
    }
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, cwd=ROOT, env=environment | settings
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} ended with exit code {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def process_costs(arguments: argparse.Namespace, weight_bytes: int) -> Iterator[Cost]:
    """What needs a process of its own: peak memory, the extractor, the cold start."""
    text = ["--text", str(arguments.text.resolve())] if arguments.text else []
    model = ["--model", arguments.model, "--tokens", str(arguments.tokens)]
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "record.json")
        whole_s, peak = run_python("-m", "pybridge.check", *model, *text, "--json", out)
        detail = f"whole check {whole_s:.1f} s; weights {weight_bytes / GIGABYTE:.2f} GB"
        yield Cost("peak memory", peak / GIGABYTE, 2 * weight_bytes / GIGABYTE + 1, "GB", detail)
        check_s, _ = run_python("-m", "pybridge.extract", "--check")
        yield Cost("extract --check", check_s, 3, "s", "a fresh process")
        cold_s, _ = run_python("-m", "pybridge.check", LIVING_INFERENCE_CACHE=str(Path(folder) / "cache"))
        yield Cost("default check, cold start", cold_s, 30, "s", "a fresh process, an empty cache")


def costs(arguments: argparse.Namespace) -> Iterator[Cost]:
    opened = open_model(arguments.model, progress=True)
    text = read_text(arguments.text) if arguments.text else embedded_text()
    ids = tokenise(text, opened.tokenizer, arguments.tokens)
    spec = CheckSpec(model=arguments.model, tokens=arguments.tokens)
    yield profile_cost(opened, ids, (0.01,), arguments.repeats)
    yield profile_cost(opened, ids, (0.001, 0.01, 0.05, 0.1), arguments.repeats)
    yield from theorems_cost(opened, ids, spec, arguments.repeats)
    yield lockstep_cost(opened, ids, spec, arguments.repeats)
    yield removals_cost(opened, ids, spec, arguments.repeats)
    weight_bytes = sum(p.numel() * p.element_size() for p in opened.model.parameters())
    del opened
    yield norm_cost(arguments.model, arguments.every)
    yield from process_costs(arguments, weight_bytes)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument(
        "--text", type=Path, help="a text file; default: the excerpt that comes with the package"
    )
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--every", type=int, default=6, help="norms of every N-th block (default 6)")
    parser.add_argument(
        "--repeats", type=int, default=3, help="rounds of each timing; the median counts (default 3)"
    )
    arguments = parser.parse_args()
    print(f"{arguments.model}, {arguments.tokens} tokens, float32, cpu, {torch.get_num_threads()} threads")
    sys.exit(1 if print_costs(costs(arguments)) else 0)


if __name__ == "__main__":
    main()
