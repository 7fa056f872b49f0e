"""Write what ships: the model folder, the held-out excerpt, the unigram counts, and a record of them."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import GPT2LMHeadModel, PreTrainedTokenizerFast

from training import sources, vocabulary
from training.recipe import CONTEXT, Recipe, gpt2_config

EMBEDDED = Path(__file__).resolve().parents[1] / "pybridge" / "models" / "embedded"
MODEL_FOLDER = "tiny_gpt2"
HELD_OUT = "heldout.txt"
UNIGRAM_COUNTS = "unigram_counts.json"
PROVENANCE = "provenance.json"


def write(
    folder: Path,
    recipe: Recipe,
    model: GPT2LMHeadModel,
    tokenizer: Tokenizer,
    tokens: np.ndarray,
    excerpt: str,
) -> None:
    """Every file is finished beside its target, then moved; the record, which holds the digests, comes last.

    Args:
        tokens: ids of the training works, shape (tokens,); their counts are the unigram baseline.
    """
    (folder / MODEL_FOLDER).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as temporary:
        partial = Path(temporary)
        (partial / MODEL_FOLDER).mkdir()
        _write_model(partial / MODEL_FOLDER, recipe, model, tokenizer)
        (partial / HELD_OUT).write_text(excerpt, encoding="utf-8")
        counts = np.bincount(tokens, minlength=vocabulary.VOCABULARY_SIZE).tolist()
        (partial / UNIGRAM_COUNTS).write_text(json.dumps(counts) + "\n", encoding="utf-8")
        files = sorted(path.relative_to(partial) for path in partial.rglob("*") if path.is_file())
        (partial / PROVENANCE).write_text(_record(partial, files, recipe, tokens), encoding="utf-8")
        for name in (*files, Path(PROVENANCE)):
            (partial / name).chmod(0o644)
            os.replace(partial / name, folder / name)


def _write_model(folder: Path, recipe: Recipe, model: GPT2LMHeadModel, tokenizer: Tokenizer) -> None:
    config = gpt2_config(recipe)
    config.architectures = ["GPT2LMHeadModel"]
    config.dtype = torch.float32  # what a loader computes in; the file stores float16
    config.save_pretrained(folder)
    # named_parameters names the tied embedding once, so lm_head takes no space.
    weights = {name: value.detach().half().contiguous() for name, value in model.named_parameters()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    end = vocabulary.END_OF_TEXT
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=end, eos_token=end, model_max_length=CONTEXT
    )
    wrapped.save_pretrained(folder)


def _record(partial: Path, files: list[Path], recipe: Recipe, tokens: np.ndarray) -> str:
    record = {
        "sources": [asdict(source) for source in sources.SOURCES],
        "recipe": asdict(recipe),
        "training_tokens": len(tokens),
        "sha256": {name.as_posix(): sources.sha256(partial / name) for name in files},
    }
    return json.dumps(record, indent=2) + "\n"
