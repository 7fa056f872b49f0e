"""One run of `pybridge compress`, frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.compress.method import Method
from pybridge.compress.methods import METHODS
from pybridge.compress.settings import NM, Settings
from pybridge.errors import SettingError
from pybridge.files.folder import require_free


@dataclass(frozen=True)
class CompressSpec:
    """What to compress, how, and where to.

    Attributes:
        model: folder, hub id, `smollm2-135m` or `tiny-gpt2`.
        out: the new folder.
        method: a key of `pybridge.compress.METHODS`.
        sparsity, pattern, rank, rank_frac: as `pybridge.compress.Settings`; `pattern` spelled kept:of.
        calibration, calibration_dataset: where the calibration text comes from, at most one of them.
        tokens, context: of it, as `calibration_shape`.
        one_pass: statistics on the dense model's activations, not on those of the compressed prefix.
        maps: regular expression searched in map names; None means all maps.
        cache_dir: of converted weights and norms; None means the user's cache.
    """

    model: str
    out: Path
    method: str = "wanda"
    sparsity: float | None = None
    pattern: str | None = None
    rank: int | None = None
    rank_frac: float | None = None
    calibration: Path | None = None
    calibration_dataset: str | None = None
    tokens: int | None = None
    context: int | None = None
    one_pass: bool = False
    maps: str | None = None
    device: str = "cpu"
    dtype: str = "float32"
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
        return Settings(sparsity=self.sparsity, pattern=pattern, rank=self.rank, rank_frac=self.rank_frac)

    def map_pattern(self) -> re.Pattern[str]:
        """Raises: SettingError if `maps` is no regular expression."""
        try:
            return re.compile(self.maps or "")
        except re.error as error:
            raise SettingError(f"--maps {self.maps!r} is no regular expression: {error}.") from None

    def require_sound(self) -> None:
        """Refuse what cannot work before anything is loaded.

        Raises: SettingError; OutputError for a folder that exists or cannot be written.
        """
        method = self.chosen_method()
        method.require(self.settings())
        self.map_pattern()
        if method.needs and self.calibration is None and self.calibration_dataset is None:
            raise SettingError(
                f"The method {method.name} needs calibration text: --calibration FILE, or "
                "--calibration-dataset NAME; never the text you will evaluate on. Without data work: "
                f"{', '.join(name for name, other in METHODS.items() if not other.needs)}."
            )
        require_free(self.out)

    def record(self) -> dict[str, Any]:
        """The settings for the certificate, JSON-ready."""
        return {
            "sparsity": self.sparsity,
            "pattern": self.pattern,
            "rank": self.rank,
            "rank_frac": self.rank_frac,
            "one_pass": self.one_pass,
            "maps": self.maps,
        }
