"""The works, and which of them are held out.

Held out, by whole works: *Northanger Abbey*, and the State of the Union addresses of years divisible by ten.
No sentence of a held-out work reaches the tokenizer, the unigram counts or the model.
"""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from training.errors import TrainingError
from training.rdata import string_vectors
from training.sources import AUSTEN, MOBY_DICK, STATE_OF_THE_UNION, fetch

EXCERPT_WORK = "austen/northangerabbey"
EXCERPT_BYTES = 100_000
LAST_ADDRESS_YEAR = 1963
_RDATA = "./usr/lib/R/site-library/janeaustenr/data/Rdata"
_ADDRESS = re.compile(r"package/data/(\d{4})_\w+\.txt")
_CHAPTER = re.compile(r"package/data/chapter_(\d+)\.json")


@dataclass(frozen=True)
class Work:
    """One novel or one address: paragraphs of one line each, a blank line between."""

    name: str
    text: str

    @property
    def held_out(self) -> bool:
        year = re.fullmatch(r"address/(\d{4})_\w+", self.name)
        return self.name == EXCERPT_WORK or (year is not None and int(year[1]) % 10 == 0)


def read_works(downloads: Path) -> list[Work]:
    """All works in a fixed order (Austen, Moby-Dick, addresses by year); packages are kept in `downloads`."""
    return [
        *_austen(fetch(AUSTEN, downloads)),
        _moby_dick(fetch(MOBY_DICK, downloads)),
        *_addresses(fetch(STATE_OF_THE_UNION, downloads)),
    ]


def excerpt(works: Iterable[Work]) -> str:
    """Whole paragraphs from the start of the held-out novel, at most EXCERPT_BYTES of UTF-8."""
    text = next(work.text for work in works if work.name == EXCERPT_WORK)
    head = text.encode()[:EXCERPT_BYTES].decode(errors="ignore")
    return head[: head.rindex("\n\n")] + "\n"


def _austen(package: Path) -> Iterator[Work]:
    with tarfile.open(fileobj=BytesIO(_unpacked(package))) as archive:
        novels = string_vectors(_member(archive, _RDATA + ".rdx"), _member(archive, _RDATA + ".rdb"))
    for name, lines in sorted(novels.items()):
        yield Work(f"austen/{name}", _unwrapped("\n".join(lines)))


def _unpacked(package: Path) -> bytes:
    # dpkg-deb only unpacks here: maintainer scripts are in another member, and none is run.
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise TrainingError(
            f"Cannot unpack {package}: {error}. Run this on Debian, or install dpkg."
        ) from error


def _moby_dick(package: Path) -> Work:
    chapters = {int(match[1]): json.loads(body) for match, body in _matching(package, _CHAPTER.fullmatch)}
    parts = [f"{chapters[number]['title']}\n\n{chapters[number]['text']}" for number in sorted(chapters)]
    return Work("melville/mobydick", _unwrapped("\n\n".join(parts)))


def _addresses(package: Path) -> Iterator[Work]:
    for match, body in _matching(package, _ADDRESS.fullmatch):
        if int(match[1]) <= LAST_ADDRESS_YEAR:
            yield Work(f"address/{Path(match[0]).stem}", _unwrapped(body.decode("utf-8")))


def _matching(
    package: Path, match: Callable[[str], re.Match[str] | None]
) -> list[tuple[re.Match[str], bytes]]:
    with tarfile.open(package) as archive:
        found = {name: hit for name in archive.getnames() if (hit := match(name))}
        return [(found[name], _member(archive, name)) for name in sorted(found)]


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise TrainingError(f"{name} is not a plain file in the package.")
    return file.read()


def _unwrapped(text: str) -> str:
    """Hard-wrapped lines joined: one line a paragraph, so that line breaks carry meaning."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\ufeff", ""))
    joined = (" ".join(paragraph.split()) for paragraph in paragraphs)
    return "\n\n".join(paragraph for paragraph in joined if paragraph) + "\n"
