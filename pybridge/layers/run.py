"""`pybridge remove-layers`: measure, choose, put the theorems, judge, delete, save, load again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pybridge_extracted

from pybridge.binding.violations import ViolationWriter
from pybridge.errors import ModelError
from pybridge.files.record import write_record
from pybridge.layers.bench import KIND, SCHEMA_VERSION, Bench, prepared, study_record
from pybridge.layers.cells import Scorer
from pybridge.layers.choosing import Chooser
from pybridge.layers.comparison import compare, compared, compared_record
from pybridge.layers.criteria import Criterion
from pybridge.layers.greedy import Round, greedy_rounds
from pybridge.layers.keeping import Keeper, keeping
from pybridge.layers.observing import ObservingSpec, observe
from pybridge.layers.record import (
    block_records,
    choice_record,
    left_out_records,
    removal_file_record,
    verdicts_record,
)
from pybridge.layers.spec import RemoveSpec
from pybridge.layers.speed import Stopwatch
from pybridge.layers.theorems import Verdicts, put_theorems
from pybridge.layers.writing import write_shorter, written_record
from pybridge.measure.clock import Clock
from pybridge.measure.environment import environment_record, versions
from pybridge.measure.profile import ProfileSpec
from pybridge.measure.progress import SILENT, Progress
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict

Record = dict[str, Any]


@dataclass(frozen=True)
class Report:
    """What a run found.

    Attributes:
        record: everything, JSON-ready.
        exit_code: 0; 1 when a theorem was violated; 2 when a check ended in ERROR.
    """

    record: Record
    exit_code: int


def run(spec: RemoveSpec, progress: Progress = SILENT, checks: Iterable[Any] | None = None) -> Report:
    """Choose blocks, say what their removal costs and saves, and write the shorter model where asked.

    Args:
        checks: generated check modules; all extracted ones by default.
    Raises: LivingInferenceError for everything a user can mend; nothing half-written is left.
    """
    spec.require_sound()
    clock = Clock()
    with clock.stage("open"):
        bench = prepared(spec, progress)
    with keeping(spec.store, study_record(bench)) as keeper:
        return _run(bench, keeper, clock, progress, checks)


def _run(
    bench: Bench, keeper: Keeper, clock: Clock, progress: Progress, checks: Iterable[Any] | None
) -> Report:
    spec, opened = bench.spec, bench.opened
    criterion = spec.chosen_criterion()
    scorer = Scorer(opened, bench.texts.evaluation.text, bench.context, spec.chunks, keeper)
    with clock.stage("whole_model"):
        progress.begin("scoring the whole model")
        dense = scorer.without(())
    with clock.stage("choose"):
        chooser = _chooser(bench, keeper, criterion, progress)
        choice = choice_record(chooser, criterion, spec.count)
        _require_deletable(bench, choice)
    violations = ViolationWriter(spec.violations_folder, bench.about | {"versions": versions()})
    with clock.stage("theorems"):
        found = _theorems(bench, choice["order"], checks, violations, progress)
    stopwatch = Stopwatch(opened.adapter, bench.timed_ids(), keeper)
    with clock.stage("judge"):
        progress.begin("scoring the shorter model")
        chosen = compared(chooser, criterion, spec.count, scorer, stopwatch)
        table = compare(chooser, spec.count, scorer, stopwatch, progress) if spec.compare else []
    environment = environment_record(opened.device, opened.dtype)
    record: Record = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        **bench.about,
        "environment": environment,
        "blocks": block_records(chooser.observed),
        "choice": choice,
        "theorems": verdicts_record(found),
        "violations": [path.as_posix() for path in violations.written],
        "violations_not_written": violations.not_written(),
        "evaluation": {
            "source": bench.texts.evaluation.words,
            "apart_from_the_criterion": bench.texts.apart,
            "protocol": None if dense.protocol is None else dense.protocol.record(),
            "perplexity": None if dense.scores is None else dense.scores.perplexity,
            "result": compared_record(chosen, dense),
        },
        "comparison": [compared_record(row, dense) for row in table],
        "left_out": left_out_records(chooser) if spec.compare else [],
        "written": None,
    }
    if spec.out is not None:
        with clock.stage("write"):
            progress.begin("writing")
            written = write_shorter(
                opened,
                choice["removed"],
                spec.out,
                bench.input_ids,
                lambda: removal_file_record(record),
                device_map=spec.device_map,
            )
        record["written"] = {"folder": spec.out.as_posix(), **written_record(written)}
    record["timing"] = clock.seconds
    if spec.json is not None:
        write_record(spec.json, record)
    return Report(record, _exit_code(found))


def _chooser(bench: Bench, keeper: Keeper, criterion: Criterion, progress: Progress) -> Chooser:
    spec = bench.spec
    progress.begin("measuring blocks")
    longest = spec.count if spec.compare or criterion is Criterion.ANGULAR else 0
    observing = ObservingSpec(spec.eps, spec.seed, spec.skip_tokens, longest, spec.last_token)
    observed = observe(bench.opened.adapter, bench.input_ids, observing)
    searched = criterion is Criterion.GREEDY or (spec.compare and bench.texts.apart)
    rounds = _greedy(bench, keeper, progress) if searched else ()
    return Chooser(observed, rounds, spec.blend_weight, spec.deciding())


def _greedy(bench: Bench, keeper: Keeper, progress: Progress) -> tuple[Round, ...]:
    known = keeper.rounds()
    progress.begin("searching for the block that costs least", max(0, bench.spec.count - len(known)))
    done = list(known)

    def save(one: Round) -> None:
        keeper.save_round(len(done), one)
        done.append(one)
        progress.advance()

    adapter, ids = bench.opened.adapter, bench.input_ids
    return greedy_rounds(adapter, ids, bench.spec.count, known=known, on_round=save)


def _require_deletable(bench: Bench, choice: Record) -> None:
    """Raises: ModelError, before anything long is done, where the family cannot lose these blocks."""
    if bench.spec.out is None:
        return
    reason = bench.opened.adapter.why_not_only(tuple(choice["kept"]))
    if reason is not None:
        removed = choice["removed"]
        named = f"{'Block' if len(removed) == 1 else 'Blocks'} {', '.join(map(str, removed))}"
        raise ModelError(f"{named} cannot be deleted: {reason}")


def _theorems(
    bench: Bench,
    order: list[int],
    checks: Iterable[Any] | None,
    violations: ViolationWriter,
    progress: Progress,
) -> Verdicts:
    spec = bench.spec
    if checks is None:
        checks = [pybridge_extracted.load(name) for name in pybridge_extracted.NAMES]
    profile = ProfileSpec((spec.eps,), spec.seed, "block", spec.positions())
    return put_theorems(
        bench.opened.adapter,
        bench.input_ids,
        order,
        profile,
        checks,
        EnclosureBackend(),
        violations,
        progress,
    )


def _exit_code(found: Verdicts) -> int:
    if found.count(Verdict.VIOLATED):
        return 1
    return 2 if found.count(Verdict.ERROR) else 0
