"""Perplexity of the shipped model and of the unigram baseline, on the same tokens.

    python -m training.evaluate
    python -m training.evaluate --all-held-out --work build/tiny-gpt2

Protocol: the text is cut into whole chunks of 1,024 tokens (a shorter tail is left out); in each the model
predicts tokens 1..1023, in float32; negative log-likelihoods are summed in float64. The baseline gives these
tokens the probability (count + 1) / (training tokens + vocabulary size), counts from the training works.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel
from transformers.utils.logging import disable_progress_bar

from training import corpus, export
from training.errors import TrainingError

CHUNK = 1024


@dataclass(frozen=True)
class Outcome:
    """Sums of negative log-likelihoods in nats over `predictions` tokens."""

    predictions: int
    model_nats: float
    unigram_nats: float

    @property
    def perplexity(self) -> float:
        return math.exp(self.model_nats / self.predictions)

    @property
    def unigram_perplexity(self) -> float:
        return math.exp(self.unigram_nats / self.predictions)


def main(
    folder: Annotated[Path, typer.Option(help="Folder written by training.train.")] = export.EMBEDDED,
    text: Annotated[
        Path | None, typer.Option(help="A UTF-8 text (default: the shipped held-out excerpt).")
    ] = None,
    all_held_out: Annotated[bool, typer.Option("--all-held-out", help="Every held-out work, whole.")] = False,
    work: Annotated[Path, typer.Option(help="Where --all-held-out finds or puts downloads.")] = Path(
        "build/tiny-gpt2"
    ),
) -> None:
    """Print held-out perplexity, unigram perplexity and their ratio."""
    disable_progress_bar()
    try:
        texts = _all_held_out(work) if all_held_out else _one_text(text or folder / export.HELD_OUT)
        for name, content in texts:
            print(_line(name, measure(folder, content)), flush=True)
    except (TrainingError, OSError, UnicodeDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


@torch.inference_mode()
def measure(folder: Path, text: str) -> Outcome:
    """Both sums over one text. Raises: TrainingError if the text has no whole chunk."""
    tokenizer = AutoTokenizer.from_pretrained(folder / export.MODEL_FOLDER)
    model = AutoModelForCausalLM.from_pretrained(folder / export.MODEL_FOLDER, dtype=torch.float32).eval()
    ids = torch.tensor(tokenizer(text, verbose=False)["input_ids"])
    if len(ids) < CHUNK:
        raise TrainingError(f"The text has {len(ids)} tokens; one chunk takes {CHUNK}. Give a longer text.")
    chunks = ids[: len(ids) // CHUNK * CHUNK].view(-1, CHUNK)
    unigram = _unigram_nats(folder, chunks[:, 1:].numpy())
    return Outcome(chunks[:, 1:].numel(), sum(_model_nats(model, chunk) for chunk in chunks), unigram)


def _model_nats(model: PreTrainedModel, chunk: torch.Tensor) -> float:
    logits = model(input_ids=chunk[None]).logits[0, :-1].double()
    return torch.nn.functional.cross_entropy(logits, chunk[1:], reduction="sum").item()


def _unigram_nats(folder: Path, predicted: np.ndarray) -> float:
    counts = np.array(
        json.loads((folder / export.UNIGRAM_COUNTS).read_text(encoding="utf-8")), dtype=np.float64
    )
    nats = np.log(counts.sum() + len(counts)) - np.log(counts + 1)
    return float(nats[predicted].sum())


def _one_text(path: Path) -> Iterator[tuple[str, str]]:
    if not path.is_file():
        raise TrainingError(f"No file {path}. Give --text FILE, or a --folder written by training.train.")
    yield path.name, path.read_text(encoding="utf-8")


def _all_held_out(work: Path) -> Iterator[tuple[str, str]]:
    held_out = [text for text in corpus.read_works(work / "downloads") if text.held_out]
    yield corpus.EXCERPT_WORK, next(text.text for text in held_out if text.name == corpus.EXCERPT_WORK)
    yield "addresses", "\n".join(text.text for text in held_out if text.name != corpus.EXCERPT_WORK)


def _line(name: str, outcome: Outcome) -> str:
    ratio = outcome.unigram_perplexity / outcome.perplexity
    return (
        f"{name}: {outcome.predictions} predictions, perplexity {outcome.perplexity:.3f}, "
        f"unigram {outcome.unigram_perplexity:.2f}, ratio {ratio:.2f}"
    )


if __name__ == "__main__":
    typer.run(main)
