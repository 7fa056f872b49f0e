"""Model and texts of one run, opened and found fit for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jaxtyping import Int
from torch import Tensor

from pybridge.files.digest import text_digest
from pybridge.layers.spec import RemoveSpec
from pybridge.layers.texts import Texts, read_texts
from pybridge.measure.about import about_record
from pybridge.measure.environment import versions
from pybridge.measure.noise import refuse_below_floor
from pybridge.measure.progress import Progress
from pybridge.models.deletion import without_blocks
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.text import tokenise
from pybridge.perplexity.scores import chunks_of

KIND = "living-inference remove-layers"
SCHEMA_VERSION = 1

Record = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Model and texts, ready."""

    spec: RemoveSpec
    opened: OpenModel
    texts: Texts
    input_ids: Tensor
    about: Record

    @property
    def context(self) -> int:
        """Tokens of one chunk of the evaluation."""
        return self.spec.evaluation_context(self.opened.context_length)

    def timed_ids(self) -> Int[Tensor, "1 tokens"]:
        """The evaluation's first chunk, on which the speed is measured."""
        return tokenise(self.texts.evaluation.text, self.opened.tokenizer, self.context)


def prepared(spec: RemoveSpec, progress: Progress) -> Bench:
    """Read, open and refuse what cannot work, before anything long begins.

    Raises: SettingError, TextError, ModelError.
    """
    texts = read_texts(spec)  # before a model that may have to be downloaded
    progress.begin("opening the model")
    opened = _open(spec, progress)
    spec.require_fits(opened.adapter.n_blocks, opened.context_length)
    refuse_below_floor(spec.eps, opened.dtype)
    with without_blocks(opened.adapter, ()):  # refuses blocks of unequal width
        pass
    context = spec.evaluation_context(opened.context_length)
    chunks_of(opened, texts.evaluation.text, context=context, chunks=spec.chunks)  # refuses a short text
    input_ids = tokenise(texts.measured.text, opened.tokenizer, spec.tokens).to(opened.device)
    about = about_record(opened, texts.measured.words, texts.measured.text, input_ids, spec.protocol())
    return Bench(spec, opened, texts, input_ids, about)


def _open(spec: RemoveSpec, progress: Progress) -> OpenModel:
    return open_model(
        spec.model,
        device=spec.device,
        dtype=spec.dtype,
        cache_dir=spec.cache_dir,
        progress=progress.visible,
        device_map=spec.device_map,
    )


def study_record(bench: Bench) -> Record:
    """What two runs must share to go on with each other's results."""
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        **bench.about,
        "dtype": str(bench.opened.dtype),
        "device": str(bench.opened.device),
        "versions": versions(),
        "evaluation": {
            "text": text_digest(bench.texts.evaluation.text),
            "context": bench.context,
            "chunks": bench.spec.chunks,
        },
    }
