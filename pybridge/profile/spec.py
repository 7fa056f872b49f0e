"""One run of `pybridge profile`, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError
from pybridge.files.atomic import require_apart, require_writable
from pybridge.measure.asked import require_eps, require_seeds, require_tokens
from pybridge.measure.positions import position_sets


@dataclass(frozen=True)
class ProfileRunSpec:
    """What to measure, on what.

    Attributes:
        model: folder, hub id, `smollm2-135m` or `tiny-gpt2`.
        text, dataset: where the text comes from, at most one of them; neither means the embedded excerpt.
        tokens: of one sequence; sequences: how many, one after another, none overlapping.
        eps: relative sizes of the perturbation of h_0.
        seeds: of its direction, each with every ε and sequence.
        granularity: `block` or `sublayer`.
        skip_tokens: everything is reported again without this many first positions.
        local_lipschitz: whether to estimate L_t^loc too, on the first sequence.
        rows_at_once: rows of one batch, the clean one among them; None means as many as memory allows.
        device_map: `auto` for a model larger than one device; None means all on `device`.
        json: where the record is written; None means nowhere.
        cache_dir: of converted weights; None means the user's cache.
    """

    model: str = "tiny-gpt2"
    text: Path | None = None
    dataset: str | None = None
    tokens: int = 512
    sequences: int = 1
    eps: tuple[float, ...] = (0.01,)
    seeds: tuple[int, ...] = (0,)
    granularity: str = "block"
    skip_tokens: int = 4
    local_lipschitz: bool = False
    rows_at_once: int | None = None
    device: str = "cpu"
    dtype: str = "float32"
    device_map: str | None = None
    json: Path | None = None
    cache_dir: Path | None = None

    def require_sound(self) -> None:
        """Refuse what cannot work before anything is loaded.

        Raises: SettingError; OutputError for an output that cannot be written.
        """
        require_tokens(self.tokens)
        if self.sequences < 1:
            raise SettingError(f"--sequences is {self.sequences}; at least 1 is needed.")
        if self.rows_at_once is not None and self.rows_at_once < 2:
            raise SettingError(
                f"--rows-at-once is {self.rows_at_once}; the clean run and one perturbed run are 2 rows."
            )
        require_eps(self.eps)
        require_seeds(self.seeds)
        position_sets(self.skip_tokens, self.tokens)
        require_apart({"--json": self.json}, {"--text": self.text})
        if self.json is not None:
            require_writable(self.json)

    @property
    def violations_folder(self) -> Path:
        return Path("violations") if self.json is None else self.json.with_suffix(".violations")

    def protocol(self) -> dict[str, Any]:
        """The settings that two runs must share for their numbers to be compared."""
        return {
            "tokens": self.tokens,
            "sequences": self.sequences,
            "eps": list(self.eps),
            "perturbation": "Gaussian at h_0, one direction for all eps, ‖e_0‖ = eps ‖h_0‖ over the sequence",
            "seeds": list(self.seeds),
            "granularity": self.granularity,
            "skip_tokens": self.skip_tokens,
            "norm": "Frobenius over tokens × d_model, accumulated in float64",
        }


def seeds_of(given: list[int] | None, count: int | None) -> tuple[int, ...]:
    """The seeds of `--seed` (each given) or `--seeds N` (0 … N-1).

    Raises: SettingError if both are given, or N < 1.
    """
    if count is None:
        return tuple(given) if given else (0,)
    if given:
        raise SettingError("--seed and --seeds both say which seeds to use; give one of them.")
    if count < 1:
        raise SettingError(f"--seeds is {count}; at least 1 is needed.")
    return tuple(range(count))
