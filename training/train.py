"""Train `tiny-gpt2` from packaged public-domain text and write the folder that ships.

python -m training.train --work build/tiny-gpt2            # about 40 minutes on one core
python -m training.train --work build/tiny-gpt2 --resume   # after an interruption
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from transformers import GPT2LMHeadModel

from training import checkpoint, corpus, export, vocabulary
from training.errors import TrainingError
from training.recipe import Recipe, batch, gpt2_config


def main(
    work: Annotated[Path, typer.Option(help="Folder for downloads, tokens and checkpoints.")] = Path(
        "build/tiny-gpt2"
    ),
    downloads: Annotated[
        Path | None, typer.Option(help="Where the packages are kept (default: WORK/downloads).")
    ] = None,
    output: Annotated[
        Path, typer.Option(help="The folder that receives the files to ship.")
    ] = export.EMBEDDED,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue from WORK/checkpoint.safetensors.")
    ] = False,
    threads: Annotated[
        int, typer.Option(min=1, help="Torch threads; another number rounds differently.")
    ] = 1,
    stop_after: Annotated[
        int | None, typer.Option(min=1, help="Stop after this step, with a checkpoint.")
    ] = None,
) -> None:
    """Fetch the text, learn the tokenizer, train the model, and write the files that ship."""
    torch.set_num_threads(threads)
    try:
        for folder in (work, output):
            _writable(folder)
        recipe = Recipe()
        works = corpus.read_works(downloads or work / "downloads")
        training_works = [text for text in works if not text.held_out]
        tokenizer, tokens = _tokens(training_works)
        model = fit(
            recipe,
            tokens,
            work / "checkpoint.safetensors",
            resume,
            min(stop_after or recipe.steps, recipe.steps),
        )
        if stop_after is None or stop_after >= recipe.steps:
            export.write(output, recipe, model, tokenizer, tokens, corpus.excerpt(works))
            print(f"Written to {output}. Measure it: python -m training.evaluate --folder {output}")
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


def _writable(folder: Path) -> None:
    # Asked before the training, not after it.
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise TrainingError(f"Cannot write to {folder}: {error.strerror}. Choose another folder.") from error


def fit(recipe: Recipe, tokens: np.ndarray, saved: Path, resume: bool, until: int) -> GPT2LMHeadModel:
    """The trained model, float32. bfloat16 matrix products, float32 everything else (autocast)."""
    torch.manual_seed(recipe.seed)
    model = GPT2LMHeadModel(_fast(recipe)).train()
    optimizer = _optimizer(model, recipe)
    first = checkpoint.load(saved, model, optimizer) if resume else 0
    began = time.perf_counter()
    for step in range(first, until):
        loss = _step(model, optimizer, recipe, tokens, step)
        if (step + 1) % 50 == 0 or step + 1 == until:
            checkpoint.save(saved, model, optimizer, step + 1)
            elapsed = time.perf_counter() - began
            print(f"step {step + 1}/{recipe.steps}  loss {loss:.4f} nats/token  {elapsed:.0f} s", flush=True)
    return model


def _tokens(training_works: list[corpus.Work]) -> tuple[Tokenizer, np.ndarray]:
    tokenizer = vocabulary.learn(training_works)
    tokens = vocabulary.encode(tokenizer, training_works)
    print(f"{len(training_works)} training works, {len(tokens)} tokens", flush=True)
    return tokenizer, tokens


def _fast(recipe: Recipe):
    # The same function as GPT-2's `gelu_new`, as one kernel; the shipped config says `gelu_new`.
    config = gpt2_config(recipe)
    config.activation_function = "gelu_pytorch_tanh"
    config.use_cache = False
    return config


def _optimizer(model: GPT2LMHeadModel, recipe: Recipe) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.95), fused=True)


def _step(
    model: GPT2LMHeadModel, optimizer: torch.optim.AdamW, recipe: Recipe, tokens: np.ndarray, step: int
) -> float:
    ids, positions = (torch.from_numpy(array) for array in batch(recipe, tokens, step))
    for group in optimizer.param_groups:
        group["lr"] = recipe.learning_rate_at(step)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(input_ids=ids[:, :-1], position_ids=positions[:, :-1]).logits
    loss = cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten())
    if not torch.isfinite(loss):
        raise TrainingError(
            f"step {step}: the loss is {loss.item()}. Lower Recipe.learning_rate and start again."
        )
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
    optimizer.step()
    return loss.item()


if __name__ == "__main__":
    typer.run(main)
