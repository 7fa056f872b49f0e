"""Everything that determines the trained weights, in one frozen value, and the batches it implies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from transformers import GPT2Config

from training.vocabulary import END_OF_TEXT_ID, VOCABULARY_SIZE

CONTEXT = 1024


@dataclass(frozen=True)
class Recipe:
    """Two stages of batches of equal size: short windows first (attention is cheaper), then whole contexts.

    A short window sits at a random offset of the context, so that every position embedding is trained.
    """

    seed: int = 2603
    blocks: int = 6
    d_model: int = 176
    heads: int = 4
    batch_tokens: int = 4096
    short_window: int = 256
    short_steps: int = 1700
    full_steps: int = 550
    warmup_steps: int = 100
    cosine_steps: int = 2800
    cooldown_steps: int = 350
    learning_rate: float = 2e-3
    final_learning_rate: float = 2e-5
    weight_decay: float = 0.1
    clip_norm: float = 1.0

    @property
    def steps(self) -> int:
        return self.short_steps + self.full_steps

    def window(self, step: int) -> int:
        return self.short_window if step < self.short_steps else CONTEXT

    def learning_rate_at(self, step: int) -> float:
        """Linear warm-up, then a cosine that would reach `final_learning_rate` at `cosine_steps`.

        The run stops before that: over the last `cooldown_steps` the rate is scaled linearly to zero.
        """
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        passed = (step - self.warmup_steps) / (self.cosine_steps - self.warmup_steps)
        fall = 0.5 * (1 + math.cos(math.pi * passed))
        rate = self.final_learning_rate + (self.learning_rate - self.final_learning_rate) * fall
        return rate * min(1.0, (self.steps - step) / self.cooldown_steps)


def gpt2_config(recipe: Recipe) -> GPT2Config:
    return GPT2Config(
        vocab_size=VOCABULARY_SIZE,
        n_positions=CONTEXT,
        n_embd=recipe.d_model,
        n_layer=recipe.blocks,
        n_head=recipe.heads,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=END_OF_TEXT_ID,
        eos_token_id=END_OF_TEXT_ID,
        tie_word_embeddings=True,
    )


def batch(recipe: Recipe, tokens: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Token ids and positions of one step, both int64 of shape (rows, window + 1).

    Within a stage every window of an epoch is seen once, in an order that depends on seed and epoch only: a
    resumed run continues exactly where the killed one stopped.
    """
    window = recipe.window(step)
    rows = recipe.batch_tokens // window
    stage_start = 0 if step < recipe.short_steps else recipe.short_steps
    windows = (len(tokens) - 1) // window - 1
    order = (step - stage_start) * rows + np.arange(rows)
    starts = [_start(recipe.seed, window, windows, int(index)) for index in order]
    ids = np.stack([tokens[start : start + window + 1] for start in starts]).astype(np.int64)
    return ids, _offsets(recipe, step, rows, window) + np.arange(window + 1)


def _start(seed: int, window: int, windows: int, index: int) -> int:
    epoch, place = divmod(index, windows)
    random = np.random.default_rng([seed, window, epoch])
    phase = int(random.integers(window))
    return phase + window * int(random.permutation(windows)[place])


def _offsets(recipe: Recipe, step: int, rows: int, window: int) -> np.ndarray:
    random = np.random.default_rng([recipe.seed, step])
    return random.integers(0, CONTEXT - window, size=(rows, 1), endpoint=True)
