"""Other programs, asked with a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """What a program said. `code` is None if it was stopped at the time limit or could not be started."""

    code: int | None
    out: str
    err: str = ""

    def trouble(self, limit_s: float) -> str:
        """Why this answer counts as none; empty for exit code 0."""
        if self.code is None:
            return self.err or f"no answer within {limit_s:g} s"
        if self.code:
            said = [line for line in (self.err + "\n" + self.out).splitlines() if line.strip()]
            told = [line for line in said if "error" in line.casefold()] or said[-3:]
            why = " / ".join(line.strip() for line in told[:5])
            return f"exit code {self.code}: {why}" if why else f"exit code {self.code} and not a word"
        return ""


# command, working directory, time limit in seconds
Ask = Callable[[Sequence[str], Path, float], Answer]


def ask(command: Sequence[str], folder: Path, limit_s: float) -> Answer:
    """Run a program to its end or to the time limit; then it is stopped with all it started."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=_plain(os.environ),
            start_new_session=True,
        )
    except OSError as error:
        return Answer(None, "", f"{command[0]} cannot be started: {error.strerror}")
    try:
        out, err = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Answer(None, "", f"no answer within {limit_s:g} s")
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return Answer(process.returncode, out, err)


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    """No colours in what is to be read by a program."""
    return {**environment, "NO_COLOR": "1", "TERM": "dumb"}
