"""The log of `lake build --verbose`, which names every job, also one that had nothing to do.

    ✔ [2801/2807] Built LivingInference.Bounds (3.1s)
    ⚠ [2802/2807] Replayed LivingInference.Scalar
    warning: LivingInference/Scalar.lean:12:8: declaration uses 'sorry'
    Build completed successfully (2807 jobs).

A failing build ends in `Some required targets logged failures:`, a line `- NAME` for each, and an error.
Source: `Lake.Monitor.reportJob` and `Lake.reportResult` in Lean's `src/lake/Lake/Build/Run.lean`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_JOB = re.compile(
    r"^(?P<icon>\S) \[\d+/\d+\](?: \(Optional\))? (?P<verb>[A-Z]\w+) "
    r"(?:[^\s/]+/)?(?P<name>[^\s:]+)(?::\S+)?(?: \([\d.]+m?s\))?$"
)
_DONE = re.compile(r"^(?:Build completed successfully|All targets up-to-date) \((?P<jobs>\d+) jobs?\)\.$")
_FAILURE = re.compile(r"^- (?P<name>\S+)$")
_PAST = frozenset(("Built", "Replayed", "Fetched", "Reused", "Unpacked", "Ran"))


@dataclass(frozen=True)
class LakeLog:
    """Modules whose job ended well, modules reported as failures, and diagnoses.

    `jobs` is the figure of the last line of a good build; 0 if that line is missing.
    """

    done: frozenset[str]
    broken: frozenset[str]
    jobs: int
    sorries: tuple[str, ...]
    errors: tuple[str, ...]


def read_lake_log(text: str) -> LakeLog:
    """What a log says; what it does not say is not assumed."""
    done: set[str] = set()
    broken: set[str] = set()
    jobs = 0
    lines = [line.rstrip() for line in text.splitlines()]
    for line in lines:
        if job := _JOB.match(line):
            well = job["verb"] in _PAST and job["icon"] != "✖"
            (done if well else broken).add(job["name"])
        elif end := _DONE.match(line):
            jobs = int(end["jobs"])
        elif failure := _FAILURE.match(line):
            broken.add(failure["name"].split(":")[0])
    return LakeLog(
        frozenset(done - broken),
        frozenset(broken),
        jobs,
        tuple(line for line in lines if "declaration uses" in line and "sorry" in line),
        tuple(line for line in lines if line.startswith("error:")),
    )
