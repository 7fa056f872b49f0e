"""Every setting outside its range is refused by a message that says which, and what to give."""

from __future__ import annotations

import pytest

from pybridge.compress import METHODS, NM, Settings
from pybridge.errors import SettingError


@pytest.mark.parametrize("sparsity", [-0.1, 1.0, 1.5, float("nan"), float("inf")])
def test_sparsity_lies_in_zero_one(sparsity: float) -> None:
    with pytest.raises(SettingError, match=r"^--sparsity is .* lies in \[0, 1\)"):
        Settings(sparsity=sparsity)


@pytest.mark.parametrize("rank_frac", [0.0, -1.0, 1.01, float("nan")])
def test_rank_frac_lies_in_zero_one(rank_frac: float) -> None:
    with pytest.raises(SettingError, match=r"^--rank-frac is .* lies in \(0, 1\]"):
        Settings(rank_frac=rank_frac)


def test_rank_and_damping_are_positive() -> None:
    with pytest.raises(SettingError, match="rank is 0"):
        Settings(rank=0)
    with pytest.raises(SettingError, match="damping is 0"):
        Settings(rank=1, damping=0.0)


def test_one_thing_is_not_said_twice() -> None:
    with pytest.raises(SettingError, match=r"Both --sparsity 0\.5 and --pattern 2:4"):
        Settings(sparsity=0.5, pattern=NM(2, 4))
    with pytest.raises(SettingError, match=r"Both --rank 3 and --rank-frac 0\.5"):
        Settings(rank=3, rank_frac=0.5)


def test_patterns_are_spelled_kept_of() -> None:
    assert NM.parse("2:4") == NM(nonzeros_per_group=2, group_size=4)
    assert str(NM.parse(" 4:8 ")) == "4:8"
    for text in ("2", "2/4", "a:b", "2:4:8", "", "-1:4", "2.0:4"):
        with pytest.raises(SettingError, match="kept:of"):
            NM.parse(text)
    for text in ("0:4", "5:4", "0:0"):
        with pytest.raises(SettingError, match="at least 1 and at most all"):
            NM.parse(text)


def test_the_rank_fits_the_matrix() -> None:
    assert Settings(rank=5).rank_of((5, 9)) == 5
    assert Settings(rank_frac=0.5).rank_of((5, 9)) == 2  # Python rounds 2.5 to the even neighbour
    assert Settings(rank_frac=0.01).rank_of((5, 9)) == 1
    with pytest.raises(
        SettingError, match=r"rank is 6, above what 3\.q of shape 5 × 9 .* a fraction, --rank-frac"
    ):
        Settings(rank=6).rank_of((5, 9), "3.q")


@pytest.mark.parametrize("name", METHODS)
def test_a_method_needs_its_settings_and_takes_no_others(name: str) -> None:
    method, both = METHODS[name], Settings(sparsity=0.5, rank=2)
    with pytest.raises(SettingError, match=f"{name.replace('+', '[+]')} needs"):
        method.require(Settings())
    if "+" in name or name == "composition":
        method.require(both)
        with pytest.raises(SettingError, match="needs --rank or --rank-frac"):
            method.require(Settings(sparsity=0.5))
        with pytest.raises(SettingError, match="needs --sparsity or --pattern"):
            method.require(Settings(rank=2))
    else:
        with pytest.raises(SettingError, match=r"takes no --(rank|sparsity);"):
            method.require(both)
