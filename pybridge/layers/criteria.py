"""By what blocks are chosen for removal: the names, and what each needs."""

from __future__ import annotations

import difflib
from enum import StrEnum

from pybridge.errors import SettingError


class Criterion(StrEnum):
    """How a block's removal is thought to cost little; the smallest score goes first."""

    RHO = "rho"
    """|ρ_t - 1|, the default (arXiv:2603.20991v2)."""
    RHO_AMPLITUDE = "rho-amplitude"
    """|√ρ_t - 1|: ρ as a ratio of norms."""
    LOG_RHO = "log-rho"
    """|log ρ_t|: the same order for either convention of ρ."""
    BLOCK_INFLUENCE = "block-influence"
    """BI_t = 1 - mean over tokens of cos(h_t, h_{t+1}) (ShortGPT, arXiv:2403.03853)."""
    BLEND = "blend"
    """Ranks by |ρ_t - 1| and by BI_t, averaged with a weight."""
    ANGULAR = "angular"
    """A run of k consecutive blocks with the least arccos(cos(h_t, h_{t+k})) / π (arXiv:2403.17887)."""
    GREEDY = "greedy"
    """Block by block, each time the one whose absence costs least perplexity on the calibration text."""

    @property
    def needs_calibration(self) -> bool:
        """Whether a text is fitted, so that it must not be the text of the evaluation."""
        return self is Criterion.GREEDY

    @property
    def uses_rho(self) -> bool:
        return self in (Criterion.RHO, Criterion.RHO_AMPLITUDE, Criterion.LOG_RHO, Criterion.BLEND)


class RhoOver(StrEnum):
    """Over which positions a block's ρ has to be near one for the block to go."""

    BOTH = "both"
    """The larger distance of the two sets, the default: with the attention sinks and without them."""
    ALL = "all"
    """All positions: where sinks carry most of the norm, this is the sinks' ρ."""
    SKIP = "skip"
    """Positions from `skip_tokens` on: blind to a block that makes the sinks, and such a block is dear."""


def rho_over_of(name: str) -> RhoOver:
    """Raises: SettingError for an unknown name."""
    try:
        return RhoOver(name)
    except ValueError:
        known = ", ".join(over.value for over in RhoOver)
        raise SettingError(f"--rho-over is {name!r}; choose one of: {known}.") from None


def criterion_of(name: str) -> Criterion:
    """Raises: SettingError for an unknown name, with the nearest one that is known."""
    try:
        return Criterion(name)
    except ValueError:
        known = [criterion.value for criterion in Criterion]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        suggestion = f" Did you mean {near[0]}?" if near else ""
        raise SettingError(
            f"No criterion is called {name!r}.{suggestion} Choose one of: {', '.join(known)}."
        ) from None
