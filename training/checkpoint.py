"""Training state on disk: weights and both AdamW moments in one safetensors file, replaced atomically."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from training.errors import TrainingError

_MOMENTS = ("exp_avg", "exp_avg_sq")


def save(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps_done: int) -> None:
    tensors: dict[str, torch.Tensor] = {}
    for name, parameter in model.named_parameters():  # tied weights are named once
        tensors[f"weight/{name}"] = parameter.detach()
        for moment in _MOMENTS:
            tensors[f"{moment}/{name}"] = optimizer.state[parameter][moment]
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata={"steps_done": str(steps_done)})
    os.replace(partial, path)


def load(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Restore in place; the number of steps already done.

    Raises: TrainingError if there is no checkpoint or it belongs to another recipe.
    """
    try:
        with safe_open(path, framework="pt") as stored:
            steps_done = int((stored.metadata() or {})["steps_done"])
            for name, parameter in model.named_parameters():
                _restore(stored, name, parameter, optimizer, steps_done)
    except (OSError, SafetensorError, RuntimeError, KeyError) as error:
        raise TrainingError(f"Cannot resume from {path}: {error}. Start again without --resume.") from error
    return steps_done


def _restore(
    stored, name: str, parameter: torch.nn.Parameter, optimizer: torch.optim.Optimizer, steps: int
) -> None:
    with torch.no_grad():
        parameter.copy_(stored.get_tensor(f"weight/{name}"))
    state = {moment: stored.get_tensor(f"{moment}/{name}") for moment in _MOMENTS}
    optimizer.state[parameter] = {"step": torch.tensor(float(steps)), **state}
