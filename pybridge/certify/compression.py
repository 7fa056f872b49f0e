"""`pybridge compress`: a model compressed, each of its maps with a certified bound, in a new folder."""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.binding.norm_cache import DiskNormCache
from pybridge.certify.calibration import Calibration, CalibrationText, calibrate_on, read_calibration
from pybridge.certify.certificate import Base, Certificate
from pybridge.certify.collector import Collector
from pybridge.certify.spec import CompressSpec
from pybridge.certify.speed import tokens_per_second
from pybridge.certify.writing import weight_bytes, write_folder
from pybridge.compress.run import compress_model
from pybridge.compress.selection import chosen_maps
from pybridge.files.folder import require_room
from pybridge.measure.cache import DiskCache
from pybridge.measure.clock import Clock
from pybridge.measure.environment import versions
from pybridge.measure.progress import SILENT, Progress
from pybridge.models.cache import cache_root
from pybridge.models.linear_maps import LinearMapView
from pybridge.models.opening import OpenModel, open_model
from pybridge.runtime.enclosure import NormSource


@dataclass(frozen=True)
class Outcome:
    """What a compression came to.

    Attributes:
        certificate: as `bounds.json` says it.
        weights: entries of all certified maps.
        parameters: of the whole model.
        weight_bytes: of the whole model, before and after alike: the zeros are stored.
        speed_before, speed_after: tokens a second of the trunk.
        seconds: wall time by stage.
    """

    certificate: Certificate
    weights: int
    parameters: int
    weight_bytes: int
    speed_before: float
    speed_after: float
    seconds: dict[str, float]

    @property
    def zeros(self) -> int:
        return sum(bound.zeros for bound in self.certificate.maps)


def compress(spec: CompressSpec, progress: Progress = SILENT) -> Outcome:
    """Compress a model, certify ‖W - Ŵ‖₂ of every map, and write `spec.out`.

    Raises: LivingInferenceError for everything a user can mend; nothing half-written is left.
    """
    spec.require_sound()
    clock = Clock()
    method, settings = spec.chosen_method(), spec.settings()
    text = read_calibration(spec.calibration, spec.calibration_dataset) if method.needs else None
    with clock.stage("open"):
        progress.begin("opening the model")
        opened = open_model(
            spec.model,
            device=spec.device,
            dtype=spec.dtype,
            cache_dir=spec.cache_dir,
            progress=progress.visible,
        )
        views = chosen_maps(opened.adapter, spec.maps)
        for view in views:
            method.require_fits(settings, view.shape, view.name)
        calibration = None if text is None else _calibration(spec, opened, text)
        require_room(spec.out, weight_bytes(opened))
        base = Base(spec.model, opened.source, opened.weight_digest())
    with clock.stage("speed"):
        before = tokens_per_second(opened.adapter)
    disk = DiskCache(cache_root(spec.cache_dir) / "bounds")
    collector = Collector(NormSource(DiskNormCache(disk)), progress)
    with clock.stage("compress"):
        progress.begin("compressing maps", len(views))
        compress_model(
            opened.adapter,
            method,
            settings,
            None if calibration is None else calibration.tokens.to(opened.device),
            maps=spec.maps,
            one_pass=spec.one_pass,
            on_map=collector.see,
        )
    certificate = _certificate(spec, base, opened, calibration, collector, views)
    with clock.stage("write"):
        progress.begin("writing")
        certificate = write_folder(spec.out, opened, certificate)
    with clock.stage("speed_again"):
        after = tokens_per_second(opened.adapter)
    seconds = clock.seconds | {"norms_s": collector.seconds}
    seconds["compress_s"] -= collector.seconds
    return Outcome(
        certificate,
        sum(view.shape[0] * view.shape[1] for view in views),
        sum(parameter.numel() for parameter in opened.model.parameters()),
        weight_bytes(opened),
        before,
        after,
        seconds,
    )


def _calibration(spec: CompressSpec, opened: OpenModel, text: CalibrationText) -> Calibration:
    return calibrate_on(
        text,
        opened.tokenizer,
        tokens=spec.tokens,
        context=spec.context,
        longest=opened.context_length,
    )


def _certificate(
    spec: CompressSpec,
    base: Base,
    opened: OpenModel,
    calibration: Calibration | None,
    collector: Collector,
    views: tuple[LinearMapView, ...],
) -> Certificate:
    return Certificate(
        base=base,
        weight_digest=opened.weight_digest(),
        dtype=str(opened.dtype).removeprefix("torch."),
        method=spec.method,
        settings=spec.record(),
        calibration=None if calibration is None else calibration.record(),
        maps=collector.in_order(views),
        files={},
        versions=versions(),
    )
