"""What every measurement is asked for, refused in the same words before anything is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from pybridge.errors import SettingError

FEWEST_TOKENS = 2


def require_tokens(tokens: int) -> None:
    """Raises: SettingError for a text in which nothing follows anything."""
    if tokens < FEWEST_TOKENS:
        raise SettingError(
            f"--tokens is {tokens}; at least {FEWEST_TOKENS} are needed, and 512 is the default."
        )


def require_within_context(tokens: int, model: str, context_length: int) -> None:
    """Raises: SettingError for more tokens than the model has positions."""
    if tokens > context_length:
        raise SettingError(
            f"--tokens is {tokens}, but the context of {model} is {context_length} tokens; "
            "give that or fewer."
        )


def require_eps(eps: Sequence[float]) -> None:
    """Raises: SettingError for no size at all, one that is no positive number, or one given twice."""
    if not eps:
        raise SettingError("No --eps is given; 0.01 is the default.")
    for size in eps:
        if not 0 < size < float("inf"):
            raise SettingError(f"--eps is {size:g}; a perturbation has a positive size, such as 0.01.")
    _require_once("--eps", eps)


def require_seeds(seeds: Sequence[int]) -> None:
    """Raises: SettingError for no seed at all, one that no generator takes, or one given twice."""
    if not seeds:
        raise SettingError("No --seed is given; 0 is the default.")
    for seed in seeds:
        if not 0 <= seed < 2**63:
            raise SettingError(f"--seed is {seed}; give a number from 0 to 2^63 - 1.")
    _require_once("--seed", seeds)


def _require_once(option: str, values: Sequence[float]) -> None:
    if len(set(values)) < len(values):
        raise SettingError(f"{option} {max(values, key=values.count):g} is given twice; give each once.")
