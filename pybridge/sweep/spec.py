"""What one sweep is: the model, the text, the vectors, and where its results are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pybridge.errors import SettingError

LEAST_VECTORS = 8


@dataclass(frozen=True)
class SweepSpec:
    """One run of the sweep, frozen.

    Attributes:
        store: the file that every configuration is saved in as soon as it is done; a run with the same
            settings goes on where the last one ended.
        model: folder, hub id, `smollm2-135m`, `tiny-gpt2` or `random-gpt2-small`.
        text: a UTF-8 file; None means the excerpt that comes with the package.
        tokens: how many tokens of it.
        calibration_tokens: the first of them, which wanda's scores are taken from.
        vectors: input vectors a map, drawn from the other tokens.
        seed: of their positions.
        per_head: q, k and v by head, as the paper counts its 468 maps of GPT-2 Small.
        maps: regular expression searched in map names; None means all. It is no part of the study: runs over
            different maps fill the same one.
        summary: where `.json` and `.md` of what the store then holds are written; None means nowhere.
        cache_dir: of converted weights; None means the user's cache.
    """

    store: Path
    model: str = "smollm2-135m"
    text: Path | None = None
    tokens: int = 512
    calibration_tokens: int = 256
    vectors: int = 16
    seed: int = 0
    per_head: bool = True
    maps: str | None = None
    summary: Path | None = None
    cache_dir: Path | None = None

    def require_sound(self) -> None:
        """Refuse what cannot work before anything is loaded.

        Raises: SettingError.
        """
        if self.vectors < LEAST_VECTORS:
            raise SettingError(
                f"--vectors is {self.vectors}; a configuration is tested on at least {LEAST_VECTORS} vectors."
            )
        if self.calibration_tokens < 1:
            raise SettingError(
                f"--calibration-tokens is {self.calibration_tokens}; wanda needs 1 at least, 256 by default."
            )
        if self.tokens < self.calibration_tokens + self.vectors:
            raise SettingError(
                f"--tokens is {self.tokens}; {self.calibration_tokens} for calibration and {self.vectors} "
                f"others for vectors need {self.calibration_tokens + self.vectors} at least."
            )
        if not 0 <= self.seed < 2**63:
            raise SettingError(f"--seed is {self.seed}; it lies in 0 … 2⁶³ - 1.")
        self.map_pattern()

    def command(self) -> str:
        """What does the whole study again, on a command line; the names of files are the user's to choose."""
        words = ["pybridge sweep", f"--model {self.model}"]
        if self.text is not None:
            words.append(f"--text {self.text.name}")
        for name in ("tokens", "calibration_tokens", "vectors", "seed"):
            if getattr(self, name) != getattr(SweepSpec, name):
                words.append(f"--{name.replace('_', '-')} {getattr(self, name)}")
        if not self.per_head:
            words.append("--whole")
        return " ".join([*words, "--store sweep.sqlite", "--summary sweep"])

    def map_pattern(self) -> re.Pattern[str]:
        """Raises: SettingError if `maps` is no regular expression."""
        try:
            return re.compile(self.maps or "")
        except re.error as error:
            raise SettingError(
                f"--maps {self.maps!r} is no regular expression: {error}. For example: '^0\\.' or 'mlp_up$'."
            ) from None
