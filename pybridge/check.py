"""Every extracted bound on one model: one batched forward pass, every linear map, the compressed model in
lockstep, every block removed, then the verdicts.
"""

from __future__ import annotations

if __name__ == "__main__":  # here, before anything heavy is imported
    import sys

    from pybridge.cli import main

    main(["check", *sys.argv[1:]])

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pybridge_extracted
import torch
from torch import Tensor

from pybridge.binding.block_scope import BlockScope
from pybridge.binding.ledger import Ledger
from pybridge.binding.lockstep_scope import measure_lockstep
from pybridge.binding.map_scope import Split, Weights, map_instances, map_record, norm_records
from pybridge.binding.norm_cache import DiskNormCache
from pybridge.binding.record import (
    lockstep_record,
    profile_record,
    removal_record,
    summary_record,
    theorem_record,
    totals_record,
)
from pybridge.binding.removal_scope import measure_removals
from pybridge.binding.violations import ViolationWriter
from pybridge.compress.magnitude import kept_count
from pybridge.compress.split import Splitter
from pybridge.errors import SettingError
from pybridge.files.atomic import require_apart, require_writable
from pybridge.files.record import write_record
from pybridge.measure.about import about_record
from pybridge.measure.asked import require_eps, require_seeds, require_tokens, require_within_context
from pybridge.measure.cache import DiskCache
from pybridge.measure.clock import Clock
from pybridge.measure.environment import environment_record, versions
from pybridge.measure.inputs import Sample, sample_inputs
from pybridge.measure.positions import position_sets
from pybridge.measure.profile import ProfileSpec, Transition, measure_profile
from pybridge.measure.progress import SILENT, Progress
from pybridge.measure.removal import chosen_blocks
from pybridge.measure.rows import ProfileRow
from pybridge.measure.summary import summaries
from pybridge.measure.swap import Replacement
from pybridge.models.cache import cache_root
from pybridge.models.linear_maps import LinearMapView
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.text import named_text, tokenise
from pybridge.runtime.enclosure import EnclosureBackend, NormSource
from pybridge.runtime.verdict import Verdict

SCHEMA_VERSION = 2
KIND = "living-inference check"


@dataclass(frozen=True)
class CheckSpec:
    """One run of the check, frozen.

    Attributes:
        model: folder, hub id, `smollm2-135m` or `tiny-gpt2`.
        text, dataset: where the text comes from, at most one of them; neither means the embedded excerpt.
        tokens: how many tokens of it.
        eps: relative sizes of the perturbation of h_0, one batch row each.
        seed: of the perturbation and of the sampled positions.
        granularity: `block` or `sublayer`.
        skip_tokens: the profile is reported again without this many first positions.
        keep, rank: of W_sparse and W_approx.
        maps: regular expression searched in map names; None means all maps. It chooses the maps that are
            checked and the maps that are compressed.
        vectors: input vectors a map.
        removals: which blocks are removed, each on its own: `all`, `none` or indices like `0,3,7`.
        json: where the record is written; None means nowhere.
        cache_dir: of converted weights, norms and factors; None means the user's cache.
    """

    model: str = "tiny-gpt2"
    text: Path | None = None
    dataset: str | None = None
    tokens: int = 512
    eps: tuple[float, ...] = (0.01,)
    seed: int = 0
    device: str = "cpu"
    dtype: str = "float32"
    granularity: str = "block"
    skip_tokens: int = 4
    keep: float = 0.05
    rank: int = 16
    maps: str | None = None
    vectors: int = 8
    removals: str = "all"
    json: Path | None = None
    cache_dir: Path | None = None

    def require_sound(self) -> None:
        """Refuse what cannot work before anything is loaded.

        Raises: SettingError; OutputError for an output that cannot be written.
        """
        require_tokens(self.tokens)
        require_eps(self.eps)
        require_seeds([self.seed])
        position_sets(self.skip_tokens, self.tokens)
        kept_count(1, self.keep)
        if self.rank < 1:
            raise SettingError(f"--rank is {self.rank}; a low-rank approximation has rank 1 at least.")
        self.map_pattern()
        chosen_blocks(self.removals)
        require_apart({"--json": self.json}, {"--text": self.text})
        if self.json is not None:
            require_writable(self.json)

    def map_pattern(self) -> re.Pattern[str]:
        """Raises: SettingError if `maps` is no regular expression."""
        try:
            return re.compile(self.maps or "")
        except re.error as error:
            raise SettingError(f"--maps {self.maps!r} is no regular expression: {error}.") from None

    @property
    def violations_folder(self) -> Path:
        return Path("violations") if self.json is None else self.json.with_suffix(".violations")


@dataclass(frozen=True)
class Report:
    """What a run found.

    Attributes:
        record: everything, JSON-ready (`report.schema.CHECK_RECORD`).
        exit_code: 0; 1 when a theorem was violated; 2 when a check ended in ERROR.
    """

    record: dict[str, Any]
    exit_code: int


def run(spec: CheckSpec, progress: Progress = SILENT, checks: Iterable[Any] | None = None) -> Report:
    """Put every extracted theorem with a runtime mode to one model.

    Args:
        checks: generated check modules; all extracted ones by default.
    Raises: LivingInferenceError for everything a user can mend; nothing half-written is left.
    """
    spec.require_sound()
    clock = Clock()
    with clock.stage("open"):
        source, text = named_text(spec.text, spec.dataset)  # before a model that may have to be downloaded
        progress.begin("opening the model")
        opened = open_model(
            spec.model,
            device=spec.device,
            dtype=spec.dtype,
            cache_dir=spec.cache_dir,
            progress=progress.visible,
        )
        input_ids = _tokens(spec, opened, text)
        views = select_maps(opened, spec)
        removals = chosen_blocks(spec.removals, opened.adapter.n_blocks)
    about = about_record(opened, source, text, input_ids, _protocol(spec))
    violations = ViolationWriter(spec.violations_folder, about | {"versions": versions()})
    disk = DiskCache(cache_root(spec.cache_dir) / "bounds")
    norms = NormSource(DiskNormCache(disk))
    ops = EnclosureBackend(norms)
    if checks is None:
        checks = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
    ledger = Ledger(checks, ops, violations)

    positions = position_sets(spec.skip_tokens, spec.tokens)
    splitter = Splitter(spec.keep, spec.rank, disk)
    with clock.stage("profile"):
        rows, samples, h_0 = _forward(spec, opened, input_ids, views, ledger, ops, progress)
    with clock.stage("maps"):
        maps = check_maps(views, samples, ledger, norms, splitter, progress)
    with clock.stage("lockstep"):
        lockstep = measure_lockstep(
            opened.adapter, h_0, views, approximation(splitter), positions, ops, ledger.put, progress
        )
    with clock.stage("removals"):
        removed = measure_removals(opened.adapter, h_0, removals, positions, ops, ledger.put, progress)
    record = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        **about,
        "environment": environment_record(opened.device, opened.dtype),
        "totals": totals_record(ledger.tallies),
        "summaries": [summary_record(summary) for summary in summaries(rows, spec.granularity)],
        "theorems": [theorem_record(tally) for tally in ledger.tallies],
        "profile": [profile_record(row) for row in rows],
        "maps": maps,
        "lockstep": lockstep_record(lockstep, len(views), len(opened.adapter.linear_maps())),
        "removals": [removal_record(row) for row in removed],
        "violations": [path.as_posix() for path in violations.written],
        "violations_not_written": violations.not_written(),
        "timing": clock.seconds,
    }
    if spec.json is not None:
        write_record(spec.json, record)
    return Report(record, _exit_code(ledger))


def select_maps(opened: OpenModel, spec: CheckSpec) -> tuple[LinearMapView, ...]:
    """The linear maps whose name matches.

    Raises: SettingError when none does.
    """
    views = opened.adapter.linear_maps()
    pattern = spec.map_pattern()
    chosen = tuple(view for view in views if pattern.search(view.name))
    if not chosen:
        some = ", ".join(view.name for view in views[:7])
        raise SettingError(
            f"--maps {spec.maps!r} matches none of the {len(views)} linear maps, such as {some}."
        )
    return chosen


def _tokens(spec: CheckSpec, opened: OpenModel, text: str) -> Tensor:
    require_within_context(spec.tokens, spec.model, opened.context_length)
    return tokenise(text, opened.tokenizer, spec.tokens).to(opened.device)


def _forward(
    spec: CheckSpec,
    opened: OpenModel,
    input_ids: Tensor,
    views: tuple[LinearMapView, ...],
    ledger: Ledger,
    ops: EnclosureBackend,
    progress: Progress,
) -> tuple[tuple[ProfileRow, ...], dict[str, Sample], Tensor]:
    """The one batched pass: profile rows, block and profile theorems, a sample of every map's inputs, and
    h_0 of the clean run.
    """
    adapter = opened.adapter
    profile = ProfileSpec(spec.eps, spec.seed, spec.granularity, position_sets(spec.skip_tokens, spec.tokens))
    scope = BlockScope(profile, ops, ledger.put)
    progress.begin("measuring blocks", len(adapter.updates(spec.granularity)))
    clean: list[Tensor] = []

    def see(transition: Transition, rows: tuple[ProfileRow, ...]) -> None:
        if not clean:
            clean.append(transition.before[0].to(device=adapter.device, dtype=adapter.dtype))
        scope.see(transition, rows)
        progress.advance()

    with sample_inputs(adapter, [view.name for view in views], spec.vectors, spec.seed) as samples:
        rows = measure_profile(adapter, input_ids, profile, see)
    for instances in scope.profiles():
        ledger.put(instances)
    return rows, samples, clean[0]


def check_maps(
    views: tuple[LinearMapView, ...],
    samples: dict[str, Sample],
    ledger: Ledger,
    norms: NormSource,
    splitter: Splitter,
    progress: Progress = SILENT,
) -> list[dict[str, Any]]:
    """Every map theorem on every map, one map's matrices alive at a time."""
    progress.begin("checking linear maps", len(views))
    records = []
    for view in views:
        weights = Weights.of(view)
        sparse, factors = splitter.parts(weights.array, weights.digest)
        split = Split(sparse, factors.left, factors.right)
        sample = samples[view.input_key]
        instances = map_instances(view.name, weights, split, sample)
        ledger.put(instances)
        records.append(
            map_record(view, weights, split, sample) | {"operator_norms": norm_records(instances, norms)}
        )
        progress.advance()
    return records


def approximation(splitter: Splitter) -> Replacement:
    """W_approx of a map: the product of its two factors, formed in float64."""

    def of(view: LinearMapView) -> Tensor:
        weights = Weights.of(view)
        factors = splitter.factors(weights.array, weights.digest)
        return torch.from_numpy(factors.left.astype(np.float64) @ factors.right.astype(np.float64))

    return of


def _protocol(spec: CheckSpec) -> dict[str, Any]:
    """The settings that two runs must share for their numbers to be compared."""
    return {
        "tokens": spec.tokens,
        "eps": list(spec.eps),
        "perturbation": "Gaussian at h_0, one direction for all eps, ‖e_0‖ = eps ‖h_0‖ over the sequence",
        "seed": spec.seed,
        "granularity": spec.granularity,
        "skip_tokens": spec.skip_tokens,
        "norm": "Frobenius over tokens × d_model, accumulated in float64",
        "keep": spec.keep,
        "rank": spec.rank,
        "maps": spec.maps,
        "vectors": spec.vectors,
        "compressed": (
            f"every chosen linear map replaced by W_approx, the rank-{spec.rank} truncation of the "
            f"{spec.keep:g} of its entries that are largest, multiplied out and rounded once to "
            f"{spec.dtype}; biases, norms, embeddings and maps not chosen as they are"
        ),
        "removals": spec.removals,
    }


def _exit_code(ledger: Ledger) -> int:
    if ledger.count(Verdict.VIOLATED):
        return 1
    return 2 if ledger.count(Verdict.ERROR) else 0
