"""`pybridge perplexity`: one model on one text, beside its base where one is named."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError
from pybridge.files.atomic import require_apart, require_writable
from pybridge.files.digest import text_digest
from pybridge.files.record import finite, finite_all, write_record
from pybridge.measure.environment import environment_record
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.text import named_text
from pybridge.perplexity.footprint import Footprint, footprint_of
from pybridge.perplexity.regret import Regret, regret_of
from pybridge.perplexity.scores import Scores, score

KIND = "living-inference perplexity"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class PerplexitySpec:
    """One measurement, frozen.

    Attributes:
        model: folder, hub id, `smollm2-135m` or `tiny-gpt2`.
        against: the base that regret is taken against, likewise; None means no regret.
        text, dataset: where the text comes from, at most one of them; neither means the embedded excerpt.
        context: tokens a chunk; chunks: how many (4 in the paper's pipeline, 2 for maps of sensitivity, 50 in
            its scale study).
        device_map: `auto` for models larger than one device, in place of `device`; None means all on it.
        json: where the record is written; None means nowhere.
        cache_dir: of converted weights; None means the user's cache.
    """

    model: str
    against: str | None = None
    text: Path | None = None
    dataset: str | None = None
    context: int = 1024
    chunks: int = 4
    device: str = "cpu"
    dtype: str = "float32"
    device_map: str | None = None
    json: Path | None = None
    cache_dir: Path | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """One model's scores and what it weighs."""

    name: str
    digest: str
    scores: Scores
    footprint: Footprint
    environment: dict[str, Any]

    def record(self) -> dict[str, Any]:
        return {
            "model": self.name,
            "weights": self.digest,
            "perplexity": finite(self.scores.perplexity),
            "mean_loss_nats": self.scores.mean_loss,
            "chunk_losses_nats": self.scores.losses.mean(axis=1).tolist(),
            "tokens_per_second": self.scores.tokens_per_second,
            **asdict(self.footprint),
        }


@dataclass(frozen=True, eq=False)
class PerplexityReport:
    """What was measured; `regret` and `base` are None where no base was named."""

    text_source: str
    model: Measured
    base: Measured | None
    regret: Regret | None

    def record(self) -> dict[str, Any]:
        """JSON-ready (`report.perplexity_schema.PERPLEXITY_RECORD`); null where a number is not finite or was
        not asked for.
        """
        return {
            "kind": KIND,
            "schema_version": SCHEMA_VERSION,
            "protocol": self.model.scores.protocol.record(),
            "text_source": self.text_source,
            "model": self.model.record(),
            "base": self.base.record() if self.base else None,
            "regret": finite_all(asdict(self.regret)) if self.regret else None,
            "environment": self.model.environment,
        }


def run(spec: PerplexitySpec) -> PerplexityReport:
    """Score the model, and its base on the same tokens; one model is in memory at a time.

    Raises: SettingError, ModelError, TextError, NonFiniteError, OutputError.
    """
    require_apart({"--json": spec.json}, {"--text": spec.text})
    if spec.json is not None:
        require_writable(spec.json)
    source, text = named_text(spec.text, spec.dataset)
    for name in (spec.model, spec.against):
        require_unseen(name, text)
    model = _measured(spec, spec.model, text)
    base = None if spec.against is None else _measured(spec, spec.against, text)
    report = PerplexityReport(
        source, model, base, None if base is None else regret_of(model.scores, base.scores)
    )
    if spec.json is not None:
        write_record(spec.json, report.record())
    return report


def require_unseen(model: str | None, text: str) -> None:
    """Refuse a text that a compressed folder says it was calibrated on.

    Raises: SettingError.
    """
    path = Path(model or "").expanduser() / "bounds.json"
    try:
        calibration = json.loads(path.read_text(encoding="utf-8"))["calibration"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if isinstance(calibration, dict) and text_digest(text) in calibration.values():
        raise SettingError(
            f"{model} was compressed with this very text as its calibration ({path.name} says so); a "
            "perplexity on it would be too good. Evaluate on another text."
        )


def _measured(spec: PerplexitySpec, name: str, text: str) -> Measured:
    opened = open_model(
        name, device=spec.device, dtype=spec.dtype, device_map=spec.device_map, cache_dir=spec.cache_dir
    )
    scores = score(opened, text, context=spec.context, chunks=spec.chunks)
    return Measured(name, opened.weight_digest(), scores, footprint_of(opened), _environment(opened))


def _environment(opened: OpenModel) -> dict[str, Any]:
    return environment_record(opened.device, opened.dtype)
