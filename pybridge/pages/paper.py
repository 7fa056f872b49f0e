"""`paper.toml`: the paper's theorems, what was found in it, and the groups of theorems that are not in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pybridge.errors import SettingError
from pybridge.pages.files import read_toml

FILE = Path(__file__).parent / "paper.toml"


@dataclass(frozen=True)
class PaperTheorem:
    """One theorem of the paper; `findings` are labels of `Finding`."""

    number: str
    name: str
    differs: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Theorems of ours that the paper does not have, by the letter of their numbers."""

    letter: str
    about: str
    stands_for: str


@dataclass(frozen=True)
class Finding:
    """A sentence of the paper that is false, or says less than it seems to; `here` is what we do."""

    label: str
    where: str
    what: str
    here: str


@dataclass(frozen=True)
class Paper:
    theorems: tuple[PaperTheorem, ...]
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]


def read_paper(numbers: Iterable[str], path: Path = FILE) -> Paper:
    """The mapping.

    Raises:
        SettingError: a damaged file, or one in which a theorem of the library has no place.
    """
    record = read_toml(path, "the mapping of the paper", "See pybridge/pages/paper.toml.")
    try:
        paper = Paper(
            tuple(
                PaperTheorem(str(t["number"]), t["name"], t["differs"], tuple(t.get("findings", ())))
                for t in record["theorem"]
            ),
            tuple(Group(g["letter"], g["about"], g["stands_for"]) for g in record["group"]),
            tuple(Finding(f["label"], f["where"], f["what"], f["here"]) for f in record["finding"]),
        )
    except (KeyError, TypeError) as error:
        raise SettingError(f"{path} is damaged: {type(error).__name__}: {error}.") from None
    _refuse_gaps(paper, numbers, path)
    return paper


def place_of(number: str) -> str:
    """`4` of `4b'` and of `4 (…)`, `D` of `D2 (limit)`: the paper's theorem or the group."""
    found = re.match(r"[A-Z]|\d+", number)
    return found[0] if found else ""


def _refuse_gaps(paper: Paper, numbers: Iterable[str], path: Path) -> None:
    places = {theorem.number for theorem in paper.theorems} | {group.letter for group in paper.groups}
    lost = sorted(number for number in numbers if place_of(number) not in places)
    if lost:
        raise SettingError(f"{path} has no place for the theorems numbered {', '.join(lost)}; add a group.")
    labels = {finding.label for finding in paper.findings}
    unknown = sorted({label for theorem in paper.theorems for label in theorem.findings} - labels)
    if unknown:
        raise SettingError(f"{path} refers to findings that it does not list: {', '.join(unknown)}")
