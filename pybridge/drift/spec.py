"""One run of `pybridge drift`, frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.compress import METHODS, NM, Method, Settings
from pybridge.errors import SettingError
from pybridge.files.atomic import require_apart, require_writable
from pybridge.measure.asked import require_eps, require_seeds, require_tokens
from pybridge.measure.positions import position_sets

HALF = Settings(sparsity=0.5)
FEWEST_RESAMPLES, MOST_RESAMPLES = 100, 1_000_000


@dataclass(frozen=True)
class DriftSpec:
    """What to measure, on what.

    Attributes:
        model: folder, hub id, `smollm2-135m` or `tiny-gpt2`.
        text, dataset: where the text comes from, at most one of them; neither means the embedded excerpt.
        tokens: how many tokens of it.
        method: a key of `pybridge.compress.METHODS`.
        sparsity, pattern, rank, rank_frac: as `pybridge.compress.Settings`; `pattern` spelled kept:of. None
            of them means a sparsity of 0.5 where the method is content with that.
        calibration: the text for methods that need data.
        calibration_tokens: how many tokens of it; None means four contexts.
        eps, seed: of the perturbation of h_0 whose ρ make the downstream product; the seed also draws the
            resamples.
        maps: regular expression searched in map names; None means all maps.
        skip_tokens: everything is reported again without this many first positions.
        resamples: of the bootstrap and of the permutation test.
        json: where the record is written; None means nowhere.
        cache_dir: of converted weights; None means the user's cache.
    """

    model: str = "tiny-gpt2"
    text: Path | None = None
    dataset: str | None = None
    tokens: int = 512
    method: str = "magnitude"
    sparsity: float | None = None
    pattern: str | None = None
    rank: int | None = None
    rank_frac: float | None = None
    calibration: Path | None = None
    calibration_tokens: int | None = None
    eps: float = 0.01
    seed: int = 0
    maps: str | None = None
    skip_tokens: int = 4
    resamples: int = 10_000
    device: str = "cpu"
    dtype: str = "float32"
    json: Path | None = None
    cache_dir: Path | None = None

    def chosen_method(self) -> Method:
        """Raises: SettingError for an unknown name."""
        try:
            return METHODS[self.method]
        except KeyError:
            known = ", ".join(METHODS)
            raise SettingError(f"No method is called {self.method!r}. Choose one of: {known}.") from None

    def settings(self) -> Settings:
        """Raises: SettingError for a value outside its range."""
        pattern = NM.parse(self.pattern) if self.pattern is not None else None
        given = Settings(sparsity=self.sparsity, pattern=pattern, rank=self.rank, rank_frac=self.rank_frac)
        return HALF if given == Settings() and _takes(self.chosen_method(), HALF) else given

    def require_sound(self) -> None:
        """Refuse what cannot work before anything is loaded.

        Raises: SettingError; OutputError for an output that cannot be written.
        """
        require_tokens(self.tokens)
        require_eps([self.eps])
        require_seeds([self.seed])
        if not FEWEST_RESAMPLES <= self.resamples <= MOST_RESAMPLES:
            raise SettingError(
                f"--resamples is {self.resamples:,}; give a number from {FEWEST_RESAMPLES} to "
                f"{MOST_RESAMPLES:,}, and 10,000 is the default."
            )
        position_sets(self.skip_tokens, self.tokens)
        self._require_method()
        self._require_pattern()
        require_apart({"--json": self.json}, {"--text": self.text, "--calibration": self.calibration})
        if self.json is not None:
            require_writable(self.json)

    def _require_method(self) -> None:
        method = self.chosen_method()
        method.require(self.settings())
        if method.needs and self.calibration is None:
            raise SettingError(
                f"The method {method.name} needs calibration text: --calibration FILE, never the text that "
                "the drift is measured on. Without data work: "
                f"{', '.join(name for name, other in METHODS.items() if not other.needs)}."
            )
        if self.calibration_tokens is not None and self.calibration_tokens < 2:
            raise SettingError(
                f"--calibration-tokens is {self.calibration_tokens}; at least 2 tokens make a text."
            )

    def _require_pattern(self) -> None:
        try:
            re.compile(self.maps or "")
        except re.error as error:
            raise SettingError(f"--maps {self.maps!r} is no regular expression: {error}.") from None

    def compression_record(self) -> dict[str, Any]:
        """Method and settings, JSON-ready."""
        settings = self.settings()
        return {
            "method": self.method,
            "sparsity": settings.sparsity,
            "pattern": None if settings.pattern is None else str(settings.pattern),
            "rank": settings.rank,
            "rank_frac": settings.rank_frac,
            "maps": self.maps,
        }


def _takes(method: Method, settings: Settings) -> bool:
    try:
        method.require(settings)
    except SettingError:
        return False
    return True
