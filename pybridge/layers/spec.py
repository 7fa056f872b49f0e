"""One run of `pybridge remove-layers`, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError
from pybridge.files.atomic import require_apart, require_writable
from pybridge.files.folder import require_free
from pybridge.layers.criteria import Criterion, RhoOver, criterion_of, rho_over_of
from pybridge.layers.ranking import DEFAULT_BLEND_WEIGHT
from pybridge.measure.asked import require_eps, require_seeds, require_tokens, require_within_context
from pybridge.measure.positions import PositionSet, position_sets

DEFAULT_CONTEXT = 1024


@dataclass(frozen=True)
class RemoveSpec:
    """What to remove, by what, and how it is judged.

    Attributes:
        model: folder, hub id, `smollm2-135m` or `tiny-gpt2`.
        count: how many blocks go, the K of a comparison at k = 1 … K.
        criterion: a value of `Criterion`.
        blend_weight: share of the rank by |ρ - 1| in `blend`, from 0 to 1.
        calibration: the text that the criterion is measured on; None means the evaluation text itself, which
            greedy, a search on that text, is refused.
        text, dataset: the evaluation text, at most one of them; neither means the embedded excerpt.
        tokens: of the criterion's text, from its start, one sequence.
        eps, seed: of the perturbation of h_0.
        skip_tokens: ρ is measured over all positions, and again over those from here on.
        rho_over: a value of `RhoOver`: which of the two must be near one for a block to go.
        last_token: angular distances at the last token, not their mean over tokens.
        out: the new folder of the shorter model; None means nothing is written.
        compare: every criterion at k = 1 … count.
        context, chunks: of the evaluation; None means 1,024 tokens, or less where the model has less.
        device_map: `auto` for a model larger than one device, as `open_model`; else None.
        store: keeps what is scored as it comes, so that the same command goes on where it ended.
        json: where the record is written; None means nowhere.
        cache_dir: of converted weights; None means the user's cache.
    """

    model: str
    count: int
    criterion: str = "rho"
    blend_weight: float = DEFAULT_BLEND_WEIGHT
    calibration: Path | None = None
    text: Path | None = None
    dataset: str | None = None
    tokens: int = 512
    eps: float = 0.01
    seed: int = 0
    skip_tokens: int = 4
    rho_over: str = "both"
    last_token: bool = False
    out: Path | None = None
    compare: bool = False
    context: int | None = None
    chunks: int = 4
    device: str = "cpu"
    dtype: str = "float32"
    device_map: str | None = None
    store: Path | None = None
    json: Path | None = None
    cache_dir: Path | None = None

    def require_sound(self) -> None:
        """Refuse what cannot work before anything is loaded.

        Raises: SettingError; OutputError for an output that cannot be written.
        """
        criterion = self.chosen_criterion()
        if self.count < 1:
            raise SettingError(f"--count is {self.count}; at least 1 block is to be removed.")
        if not 0 <= self.blend_weight <= 1:
            raise SettingError(f"--blend-weight is {self.blend_weight:g}; a share lies from 0 to 1.")
        self._require_used(criterion)
        if criterion.needs_calibration and self.calibration is None:
            raise SettingError(
                f"--criterion {criterion} searches for the lowest perplexity on a text, and needs one of its "
                "own: --calibration FILE, never the text of the evaluation."
            )
        self._require_measurable()
        if self.context is not None and self.context < 2:
            raise SettingError(
                f"--context is {self.context}; a chunk needs 2 tokens at least to predict one."
            )
        if self.chunks < 1:
            raise SettingError(f"--chunks is {self.chunks}; at least 1 is needed, 4 is the default.")
        self._require_outputs()

    def _require_outputs(self) -> None:
        require_apart(
            {"--out": self.out, "--json": self.json, "--store": self.store},
            {"--text": self.text, "--calibration": self.calibration},
        )
        if self.out is not None:
            require_free(self.out)
        for path in (self.json, self.store):
            if path is not None:
                require_writable(path)

    def _require_used(self, criterion: Criterion) -> None:
        """An option that changes nothing was meant for something else."""
        for option, given, owner in (
            ("--blend-weight", self.blend_weight != DEFAULT_BLEND_WEIGHT, Criterion.BLEND),
            ("--last-token", self.last_token, Criterion.ANGULAR),
        ):
            if given and criterion is not owner and not self.compare:
                raise SettingError(
                    f"{option} is for --criterion {owner}, and {criterion} does not read it; leave it out, "
                    f"choose {owner}, or --compare all criteria."
                )

    def _require_measurable(self) -> None:
        require_tokens(self.tokens)
        require_eps([self.eps])
        require_seeds([self.seed])
        self.positions()
        self.deciding()

    def chosen_criterion(self) -> Criterion:
        """Raises: SettingError for an unknown name."""
        return criterion_of(self.criterion)

    def deciding(self) -> RhoOver:
        """Raises: SettingError for an unknown name."""
        return rho_over_of(self.rho_over)

    def positions(self) -> tuple[PositionSet, ...]:
        """Raises: SettingError if no position is left."""
        return position_sets(self.skip_tokens, self.tokens)

    def require_fits(self, blocks: int, context_length: int) -> None:
        """Refuse what this model cannot do.

        Raises: SettingError.
        """
        if self.count >= blocks:
            raise SettingError(
                f"--count is {self.count}, but {self.model} has {blocks} blocks and at least one must stay; "
                f"give {blocks - 1} or fewer."
                if blocks > 1
                else f"{self.model} has a single block, and at least one must stay: none can be removed."
            )
        require_within_context(self.tokens, self.model, context_length)

    def evaluation_context(self, context_length: int) -> int:
        """Tokens a chunk."""
        return min(DEFAULT_CONTEXT, context_length) if self.context is None else self.context

    @property
    def violations_folder(self) -> Path:
        return Path("violations") if self.json is None else self.json.with_suffix(".violations")

    def protocol(self) -> dict[str, Any]:
        """The settings that two runs must share for their scores of blocks to be compared."""
        return {
            "tokens": self.tokens,
            "eps": self.eps,
            "perturbation": "Gaussian at h_0, ‖e_0‖ = eps ‖h_0‖ over the sequence",
            "seed": self.seed,
            "skip_tokens": self.skip_tokens,
            "rho_over": self.deciding().value,
            "norm": "Frobenius over tokens × d_model, accumulated in float64",
            "block_influence": "1 - mean over all tokens of cos(h_t, h_{t+1}), states before the final norm",
            "angular": "last token" if self.last_token else "mean over all tokens",
            "blend_weight": self.blend_weight,
        }
