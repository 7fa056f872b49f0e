"""Other programs are stopped at the time limit with all they started; what cannot start is told."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pybridge.crosscheck.processes import Answer, ask


def test_the_answer_of_a_program(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print('ß', file=sys.stderr); sys.exit(3)"
    answer = ask((sys.executable, "-c", code), tmp_path, 60)
    assert answer == Answer(3, f"{tmp_path.resolve()}\n", "ß\n")


def test_a_program_that_hangs_is_stopped_with_its_children(tmp_path: Path) -> None:
    child = "import time, pathlib; time.sleep(2); pathlib.Path('late').write_text('x')"
    code = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    )
    started = time.monotonic()
    answer = ask((sys.executable, "-c", code), tmp_path, 1)
    assert answer.code is None
    assert answer.trouble(1) == "no answer within 1 s"
    assert time.monotonic() - started < 20
    time.sleep(2.5)
    assert not (tmp_path / "late").exists()


def test_a_program_that_does_not_exist(tmp_path: Path) -> None:
    answer = ask(("no-such-program-here",), tmp_path, 1)
    assert answer.code is None
    assert "no-such-program-here cannot be started" in answer.trouble(1)


def test_trouble_quotes_the_errors_and_nothing_else() -> None:
    answer = Answer(1, "fine\nerror: first\nfine\n", "note\nerror: second\n")
    assert answer.trouble(1) == "exit code 1: error: second / error: first"
    assert Answer(1, "one\ntwo\nthree\nfour\n").trouble(1) == "exit code 1: two / three / four"
    assert Answer(1, "\n").trouble(1) == "exit code 1 and not a word"
    assert Answer(0, "error: x").trouble(1) == ""
