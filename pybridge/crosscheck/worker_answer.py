"""What the two workers print: one line of JSON behind a mark, so that a cut or mixed answer is noticed."""

from __future__ import annotations

import json
from typing import Any

MARK = "pybridge-answer: "


def said(answer: dict[str, Any]) -> str:
    """The line that a worker prints last."""
    return MARK + json.dumps(answer, ensure_ascii=True, sort_keys=True)


def heard(text: str) -> tuple[dict[str, Any], str]:
    """The answer in what a worker printed, and what is wrong with it."""
    lines = [line for line in text.splitlines() if line.startswith(MARK)]
    if not lines:
        return {}, "no answer in its output"
    try:
        answer = json.loads(lines[-1].removeprefix(MARK))
    except ValueError as error:
        return {}, f"its answer is no JSON ({error}); cut off, perhaps"
    if not isinstance(answer, dict):
        return {}, "its answer is no JSON object"
    return answer, ""
