"""Position sets: a profile is reported over all positions and again without the attention-sink positions."""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.errors import SettingError


@dataclass(frozen=True)
class PositionSet:
    """Positions start, start + 1, … of a sequence; `name` is what records carry: `all` or `skip:4`."""

    name: str
    start: int

    @property
    def rows(self) -> slice:
        return slice(self.start, None)


def position_sets(skip_tokens: int, tokens: int) -> tuple[PositionSet, ...]:
    """`all`, and `skip:<skip_tokens>` where any are to be skipped.

    Raises: SettingError if `skip_tokens` is negative or leaves no position.
    """
    if skip_tokens < 0:
        raise SettingError(f"--skip-tokens is {skip_tokens}; give 0 or a positive number of positions.")
    if skip_tokens >= tokens:
        raise SettingError(
            f"--skip-tokens is {skip_tokens}, which leaves none of the {tokens} positions; "
            "give fewer, or more --tokens."
        )
    every = PositionSet("all", 0)
    return (every, PositionSet(f"skip:{skip_tokens}", skip_tokens)) if skip_tokens else (every,)
