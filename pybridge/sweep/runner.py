"""The one runner: map by map, configuration by configuration, each saved before the next begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.binding.map_scope import Weights
from pybridge.binding.replaced import Matrix, norm_of
from pybridge.errors import SettingError
from pybridge.files.atomic import require_apart, require_writable, write_atomically
from pybridge.files.record import record_bytes
from pybridge.measure.capture import MapInputs, capture_inputs
from pybridge.measure.progress import SILENT, Progress
from pybridge.models.linear_maps import LinearMapView
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.seeded import RANDOM_GPT2_SMALL, random_gpt2_small
from pybridge.models.text import named_text, tokenise
from pybridge.store import ResultStore
from pybridge.sweep.configurations import record_of
from pybridge.sweep.grid import GRID, Configuration
from pybridge.sweep.levels import Levels
from pybridge.sweep.page import page_of
from pybridge.sweep.spec import SweepSpec
from pybridge.sweep.study import STUDIES, study_name, study_record
from pybridge.sweep.summary import summary_of

Pending = list[tuple[LinearMapView, list[Configuration]]]


@dataclass(frozen=True)
class SweepReport:
    """What the store holds of the study after the run.

    Attributes:
        done: configurations computed by this run.
        exit_code: 0, or 1 if any verdict in the store is VIOLATED.
    """

    summary: dict[str, Any]
    done: int

    @property
    def exit_code(self) -> int:
        return 1 if self.summary["verdicts"].get("VIOLATED") else 0


def run(spec: SweepSpec, progress: Progress = SILENT) -> SweepReport:
    """Put Theorems 2 and 3 to every configuration of every chosen map that is not in the store yet.

    It may be ended at any moment, by force too: what was saved stays, and the next run does the rest.

    Raises: SettingError, ModelError, TextError, NonFiniteError, StoreError, OutputError.
    """
    spec.require_sound()
    outputs = () if spec.summary is None else _summary_files(spec)
    require_apart(
        {"--store": spec.store, **{f"--summary ({path.suffix})": path for path in outputs}},
        {"--text": spec.text},
    )
    for path in (spec.store, *outputs):
        require_writable(path)
    opened = _open(spec)
    source, text = named_text(spec.text, None)
    input_ids = tokenise(text, opened.tokenizer, spec.tokens).to(opened.device)
    study = study_record(spec, opened, source, text, input_ids)
    name = study_name(study)
    chosen = _chosen(spec, opened)
    with ResultStore(spec.store) as store:
        store.save(STUDIES, name, study)
        known = store.fetch(name)
        pending = _pending(chosen, known)
        if pending:
            inputs = capture_inputs(
                opened.adapter,
                input_ids,
                [view.name for view, _ in pending],
                calibration_tokens=spec.calibration_tokens,
                vectors=spec.vectors,
                seed=spec.seed,
            )
            _sweep(pending, inputs, store, name, progress)
            known = store.fetch(name)
    summary = summary_of(name, study, known, spec.command())
    for path, content in zip(outputs, (record_bytes(summary), page_of(summary).encode()), strict=False):
        write_atomically(path, content)
    return SweepReport(summary, sum(len(configurations) for _, configurations in pending))


def _sweep(
    pending: Pending, inputs: dict[str, MapInputs], store: ResultStore, study: str, progress: Progress
) -> None:
    progress.begin("sweeping", sum(len(configurations) for _, configurations in pending))
    for view, configurations in pending:
        weights = Weights.of(view)
        weight, own = Matrix(weights.array, weights.digest), inputs[view.input_key]
        norm = norm_of(weight)
        levels = Levels(weight.array, own.energy)
        for configuration in configurations:
            record = record_of(configuration, weight, levels.at(configuration), own.x)
            place = {"map": view.name, "component": view.component, "block": view.block}
            whole = {"weight_norm": {"lo": norm.lo, "hi": norm.hi, "label": norm.label}}
            positions = {"positions": own.positions.tolist()}
            store.save(study, key_of(view, configuration), place | record | whole | positions)
            progress.advance()


def key_of(view: LinearMapView, configuration: Configuration) -> str:
    """`0.mlp_up wanda sparsity=0.5`."""
    return f"{view.name} {configuration.name}"


def _pending(views: Iterable[LinearMapView], known: dict[str, Any]) -> Pending:
    missing = [(view, [c for c in GRID if key_of(view, c) not in known]) for view in views]
    return [(view, configurations) for view, configurations in missing if configurations]


def _open(spec: SweepSpec) -> OpenModel:
    if spec.model == RANDOM_GPT2_SMALL:
        return random_gpt2_small()
    return open_model(spec.model, cache_dir=spec.cache_dir)


def _chosen(spec: SweepSpec, opened: OpenModel) -> tuple[LinearMapView, ...]:
    views = opened.adapter.linear_maps(per_head=spec.per_head)
    pattern = spec.map_pattern()
    chosen = tuple(view for view in views if pattern.search(view.name))
    if not chosen:
        some = ", ".join(view.name for view in views[:7])
        raise SettingError(
            f"--maps {spec.maps!r} matches none of the {len(views)} linear maps, such as {some}."
        )
    return chosen


def _summary_files(spec: SweepSpec) -> tuple[Path, Path]:
    assert spec.summary is not None
    base = spec.summary
    return base.with_name(f"{base.name}.json"), base.with_name(f"{base.name}.md")
