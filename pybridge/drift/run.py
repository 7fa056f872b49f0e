"""`pybridge drift`: each block compressed alone, the drift at the end, and what foretells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pybridge.drift.compressing import BlockCompressor
from pybridge.drift.correlations import Correlation, correlations
from pybridge.drift.record import PAPER, correlation_record, row_record
from pybridge.drift.rows import DriftRow, DriftRows
from pybridge.drift.spec import DriftSpec
from pybridge.drift.texts import Calibration, calibrate, read_texts, tokens_of
from pybridge.drift.walk import Compressing, DriftStep, run_drift
from pybridge.errors import SettingError
from pybridge.files.record import write_record
from pybridge.measure.about import about_record
from pybridge.measure.blocks import State
from pybridge.measure.clock import Clock
from pybridge.measure.environment import environment_record
from pybridge.measure.noise import refuse_below_floor
from pybridge.measure.perturb import perturbed_batch
from pybridge.measure.positions import PositionSet, position_sets
from pybridge.measure.progress import SILENT, Progress
from pybridge.models.adapter import Adapter
from pybridge.models.ends import embedded
from pybridge.models.opening import OpenModel, open_model

KIND = "living-inference drift"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class DriftReport:
    """What was measured, and `record`: all of it, JSON-ready (`report.drift_schema.DRIFT_RECORD`)."""

    rows: tuple[DriftRow, ...]
    correlations: tuple[Correlation, ...]
    record: dict[str, Any]


def run(spec: DriftSpec, progress: Progress = SILENT) -> DriftReport:
    """Compress every block on its own and correlate the drift at the end with the downstream product.

    The model has its own weights, bit for bit, when this returns or raises.

    Raises: LivingInferenceError for everything a user can mend; nothing half-written is left.
    Source: arXiv:2603.20991 v2, abstract.
    """
    spec.require_sound()
    clock = Clock()
    with clock.stage("open"):
        texts = read_texts(spec)  # before a model that may have to be downloaded
        progress.begin("opening the model")
        opened = _open(spec, progress)
        input_ids = tokens_of(spec, opened, texts.text)
        calibration = calibrate(spec, opened, texts)
        compressor = BlockCompressor(
            opened.adapter,
            spec.chosen_method(),
            spec.settings(),
            maps=spec.maps,
            calibration=None if calibration is None else calibration.ids,
        )
    about = about_record(opened, texts.source, texts.text, input_ids, _protocol(spec, calibration))
    positions = position_sets(spec.skip_tokens, spec.tokens)
    with clock.stage("walk"):
        h_0 = embedded(opened.adapter, input_ids)[0]
        rows = measure_drift(
            opened.adapter,
            h_0,
            compressor.blocks,
            compressor.compressing,
            positions,
            eps=spec.eps,
            seed=spec.seed,
            progress=progress,
        )
    with clock.stage("correlate"):
        progress.begin("resampling")
        found = correlations(rows, resamples=spec.resamples, seed=spec.seed)
    seconds = clock.seconds | {"compress_s": compressor.seconds}
    seconds["walk_s"] -= compressor.seconds
    record = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        **about,
        "environment": environment_record(opened.device, opened.dtype),
        "maps": {"compressed": len(compressor.views), "of": len(opened.adapter.linear_maps())},
        "blocks": [row_record(row) for row in rows],
        "correlations": [correlation_record(some) for some in found],
        "paper": PAPER,
        "timing": seconds,
    }
    if spec.json is not None:
        write_record(spec.json, record)
    return DriftReport(rows, found, record)


def measure_drift(
    adapter: Adapter,
    h_0: State,
    blocks: tuple[int, ...],
    compressing: Compressing,
    positions: tuple[PositionSet, ...],
    *,
    eps: float,
    seed: int,
    progress: Progress = SILENT,
) -> tuple[DriftRow, ...]:
    """V_{t+1}, V_n and the downstream product of every block, in (n + 1) / 2 trunk forwards for n compressed
    blocks, one for the clean run and one for the perturbed run.

    Args:
        h_0: clean, in the model's dtype, on its device.
        blocks, compressing: as `run_drift`.
        eps, seed: of the perturbation whose ρ make the product.
    Raises: NonFiniteError when the clean or the perturbed run overflows.
    """
    collected = DriftRows(positions, eps, adapter.dtype)
    progress.begin("running blocks", adapter.n_blocks)

    def see(step: DriftStep) -> None:
        collected.see(step)
        progress.advance()

    h_0, perturbed = perturbed_batch(h_0.expand(2, -1, -1), (eps,), seed)
    return collected.rows(run_drift(adapter, h_0, perturbed, blocks, compressing, see))


def _open(spec: DriftSpec, progress: Progress) -> OpenModel:
    opened = open_model(
        spec.model,
        device=spec.device,
        dtype=spec.dtype,
        cache_dir=spec.cache_dir,
        progress=progress.visible,
    )
    if opened.adapter.n_blocks == 1:
        raise SettingError(
            f"{spec.model} has one block: nothing is downstream of it, and there is nothing to correlate. "
            "Take a model of several blocks."
        )
    refuse_below_floor(spec.eps, opened.dtype)
    return opened


def _protocol(spec: DriftSpec, calibration: Calibration | None) -> dict[str, Any]:
    """The settings that two runs must share for their numbers to be compared."""
    return {
        "tokens": spec.tokens,
        "eps": spec.eps,
        "perturbation": "Gaussian at h_0, ‖e_0‖ = eps ‖h_0‖ over the sequence",
        "seed": spec.seed,
        "skip_tokens": spec.skip_tokens,
        "norm": "Frobenius over tokens × d_model, accumulated in float64",
        "compression": spec.compression_record(),
        "compressed": (
            "the chosen linear maps of one block at a time, statistics from the dense model; everything else "
            "as it is"
        ),
        "calibration": None if calibration is None else calibration.record,
        "resamples": spec.resamples,
    }
