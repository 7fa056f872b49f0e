"""How much to compress: a fraction of zeros, N:M groups, or a rank; one frozen value a run.

Messages name a setting as the command line does: `--rank-frac` is `rank_frac` here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pybridge.errors import SettingError


@dataclass(frozen=True)
class NM:
    """Semi-structured pruning: of every `group_size` consecutive inputs of a row, `nonzeros_per_group` stay.

    Spelled kept:of, so `2:4` keeps two of four. Raises: SettingError unless 1 ≤ kept ≤ of.
    """

    nonzeros_per_group: int
    group_size: int

    def __post_init__(self) -> None:
        if not 1 <= self.nonzeros_per_group <= self.group_size:
            raise SettingError(
                f"The pattern {self} keeps {self.nonzeros_per_group} of every {self.group_size} weights; at "
                "least 1 and at most all of them can be kept. Use for example 2:4."
            )

    @classmethod
    def parse(cls, text: str) -> NM:
        """`2:4` → NM(2, 4). Raises: SettingError for anything but two whole numbers and a colon."""
        match = re.fullmatch(r"([0-9]{1,6}):([0-9]{1,6})", text.strip())
        if match is None:
            raise SettingError(f"The pattern {text!r} is not of the form kept:of, for example 2:4 or 4:8.")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.nonzeros_per_group}:{self.group_size}"


@dataclass(frozen=True)
class Settings:
    """What a method is asked for; which of these it takes is the method's own affair.

    Attributes:
        sparsity: fraction of each row set to zero, in [0, 1); the paper's `keep` is 1 - sparsity.
        pattern: N:M in place of `sparsity`.
        rank: of the low-rank part, ≥ 1.
        rank_frac: in place of `rank`, a fraction of min(out, in), in (0, 1].
        damping: what balanced truncation adds to the output Gramian, and SparseGPT to the Gram matrix of the
            inputs, as a fraction of its mean diagonal.
    Raises: SettingError for a value outside its range, or for two ways of saying one thing.
    """

    sparsity: float | None = None
    pattern: NM | None = None
    rank: int | None = None
    rank_frac: float | None = None
    damping: float = 0.01

    def __post_init__(self) -> None:
        if self.sparsity is not None and not 0 <= self.sparsity < 1:
            raise SettingError(
                f"--sparsity is {self.sparsity:g}, but a fraction set to zero lies in [0, 1); 0.5 zeroes "
                "half of the weights."
            )
        if self.rank is not None and self.rank < 1:
            raise SettingError(f"--rank is {self.rank}, but a low-rank approximation has rank 1 at least.")
        if self.rank_frac is not None and not 0 < self.rank_frac <= 1:
            raise SettingError(
                f"--rank-frac is {self.rank_frac:g}, but a fraction of the full rank lies in (0, 1]; 0.25 "
                "keeps a quarter."
            )
        if not 0 < self.damping <= 1:
            raise SettingError(f"damping is {self.damping:g}, but it lies in (0, 1]; 0.01 is usual.")
        _at_most_one(sparsity=self.sparsity, pattern=self.pattern)
        _at_most_one(rank=self.rank, rank_frac=self.rank_frac)

    def zeros_of(self, in_features: int) -> int:
        """round(sparsity · in), Python's rounding: the zeros of a row."""
        return round((self.sparsity or 0.0) * in_features)

    def rank_of(self, shape: tuple[int, int], where: str = "the matrix") -> int:
        """The rank for a matrix of shape (out, in): `rank`, or round(rank_frac · min(out, in)), at least 1.

        Raises: SettingError if `rank` is above min(out, in).
        """
        full = min(shape)
        if self.rank_frac is not None:
            return max(1, round(self.rank_frac * full))
        rank = self.rank or 1
        if rank > full:
            raise SettingError(
                f"--rank is {rank}, above what {where} of shape {shape[0]} × {shape[1]} can have, {full}. "
                "Give at most that, choose other maps, or give a fraction, --rank-frac, which fits every "
                "shape."
            )
        return rank


def as_option(name: str) -> str:
    """`rank_frac` → `--rank-frac`."""
    return "--" + name.replace("_", "-")


def _at_most_one(**ways: object) -> None:
    given = [f"{as_option(name)} {value}" for name, value in ways.items() if value is not None]
    if len(given) > 1:
        raise SettingError(f"Both {' and '.join(given)} were given; they say the same thing twice. Give one.")
