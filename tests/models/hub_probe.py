"""Open each model named on the command line and print what came of it, one JSON line each.

Run in a fresh process, because the hub's settings are read when it is imported.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pybridge.errors import LivingInferenceError
from pybridge.models import open_model


def outcome(spec: str) -> dict[str, Any]:
    start = time.monotonic()
    try:
        opened = open_model(spec)
        found = {"source": opened.source, "digest": opened.weight_digest()}
    except LivingInferenceError as error:
        found = {"error": f"{type(error).__name__}: {error}"}
    return {**found, "seconds": time.monotonic() - start}


if __name__ == "__main__":
    for spec in sys.argv[1:]:
        print(json.dumps(outcome(spec)))
