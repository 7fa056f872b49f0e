"""The profile of one model: passes, theorems, norms, local Lipschitz constants, and the record of it all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pybridge_extracted

from pybridge.binding.ledger import Ledger
from pybridge.binding.record import theorem_record, totals_record
from pybridge.binding.violations import ViolationWriter
from pybridge.files.record import write_record
from pybridge.measure.about import about_record
from pybridge.measure.clock import Clock
from pybridge.measure.environment import environment_record, versions
from pybridge.measure.noise import refuse_below_floor
from pybridge.measure.positions import position_sets
from pybridge.measure.progress import SILENT, Progress
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.text import named_text
from pybridge.profile.combinations import CombinationBackend
from pybridge.profile.lipschitz import LocalLipschitz, local_lipschitz_of_blocks
from pybridge.profile.memory import bytes_of_row, free_bytes, rows_that_fit
from pybridge.profile.passes import Passes, Plan
from pybridge.profile.record import lipschitz_record, norm_record, rows_record, settings_of
from pybridge.profile.spec import ProfileRunSpec
from pybridge.profile.texts import sequences_of
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict

SCHEMA_VERSION = 1
KIND = "living-inference profile"
SCOPES = ("block", "profile")


@dataclass(frozen=True)
class ProfileReport:
    """What a run found.

    Attributes:
        record: everything, JSON-ready (`report.profile_schema.PROFILE_RECORD`).
        exit_code: 0; 1 when a theorem was violated; 2 when an evaluation ended in ERROR.
    """

    record: dict[str, Any]
    exit_code: int


def run(
    spec: ProfileRunSpec, progress: Progress = SILENT, checks: Iterable[Any] | None = None
) -> ProfileReport:
    """Measure how every block of a model treats its state and an error.

    Args:
        checks: generated check modules; all extracted ones of the scopes `block` and `profile` by default.
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
            device_map=spec.device_map,
            cache_dir=spec.cache_dir,
            progress=progress.visible,
        )
        for eps in spec.eps:
            refuse_below_floor(eps, opened.dtype)
        sequences = sequences_of(spec, opened, text)
        plan = plan_of(spec, opened)
        updates = opened.adapter.updates(spec.granularity)  # refuses sublayers where there are none
    about = about_record(opened, source, text, sequences.reshape(1, -1), spec.protocol())
    violations = ViolationWriter(spec.violations_folder, about | {"versions": versions()})
    chosen = _chosen(checks)
    ledger = Ledger(chosen, CombinationBackend(), lambda *_: None)
    bundles = Ledger(chosen, EnclosureBackend(), violations)
    passes = Passes(opened.adapter, plan, ledger, bundles, progress.advance)
    progress.begin("measuring blocks", plan.pass_count(len(sequences)) * len(updates))
    with clock.stage("profile"):
        runs = passes.run(sequences)
    with clock.stage("local_lipschitz"):
        local = _local(spec, opened, passes, progress)
    settings = settings_of(runs, spec.granularity, opened.adapter.d_model)
    record = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        **about,
        "environment": environment_record(opened.device, opened.dtype) | {"rows_at_once": plan.rows_at_once},
        "totals": totals_record(ledger.tallies),
        "summaries": [setting.summary() for setting in settings],
        "blocks": [block for setting in settings for block in setting.blocks()],
        "norms": [norm_record(row) for row in passes.norms.rows(opened.adapter, plan.positions)],
        "local_lipschitz": lipschitz_record(local, spec.seeds[0]),
        "theorems": [theorem_record(tally) for tally in ledger.tallies],
        "rows": rows_record(runs),
        "violations": [path.as_posix() for path in violations.written],
        "violations_not_written": violations.not_written(),
        "timing": clock.seconds,
    }
    if spec.json is not None:
        write_record(spec.json, record)
    return ProfileReport(record, _exit_code(ledger))


def plan_of(spec: ProfileRunSpec, opened: OpenModel) -> Plan:
    """All ε in one batch where memory allows it by estimate; else as many as do fit, one at the least."""
    rows = spec.rows_at_once
    if rows is None:
        rows = rows_that_fit(bytes_of_row(opened.adapter, spec.tokens), free_bytes(opened.device))
    rows = min(rows, len(spec.eps) + 1)
    positions = position_sets(spec.skip_tokens, spec.tokens)
    return Plan(spec.eps, spec.seeds, spec.granularity, positions, rows)


def _chosen(checks: Iterable[Any] | None) -> list[Any]:
    if checks is None:
        checks = map(pybridge_extracted.load, pybridge_extracted.NAMES)
    return [check for check in checks if check.SCOPE in SCOPES]


def _local(
    spec: ProfileRunSpec, opened: OpenModel, passes: Passes, progress: Progress
) -> tuple[LocalLipschitz, ...] | None:
    if not spec.local_lipschitz:
        return None
    assert passes.h_0 is not None  # a pass has been run
    progress.begin("estimating local Lipschitz constants", opened.adapter.n_blocks)
    return local_lipschitz_of_blocks(opened.adapter, passes.h_0, spec.seeds[0], progress.advance)


def _exit_code(ledger: Ledger) -> int:
    if ledger.count(Verdict.VIOLATED):
        return 1
    return 2 if ledger.count(Verdict.ERROR) else 0
