"""Sequential Wanda here beside llm-compressor's Wanda modifier: time, perplexity, the first block's masks.

    python benchmarks/llm_compressor.py --python THEIRS/bin/python --calibration valid.txt --text test.txt

THEIRS is an environment with llm-compressor, which needs other versions than this package does. Same model
folder, same calibration ids, float32, CPU, one row at a time; each side's time is taken beside its own bare
forwards, and both models are scored here, by one protocol. Exit code 1 when a figure is above what is
allowed; without llm-compressor it says so and ends with 0.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compress import time_wanda  # first: it calms the threads before NumPy is there

# isort: split
import torch
from costs import Cost
from masks import Pruned, differences
from safetensors.torch import save_file
from torch import Tensor

from pybridge.compress import METHODS, Compressed, Settings, Statistics, calibration_tokens, compress_model
from pybridge.models import smollm2
from pybridge.models.linear_maps import LinearMapView
from pybridge.models.opening import OpenModel, open_model
from pybridge.models.text import read_text
from pybridge.perplexity.scores import score

PEER = Path(__file__).with_name("llm_compressor_peer.py")
NEAR_TIE = 1e-3


def first_block(opened: OpenModel, ids: Tensor, sparsity: float) -> dict[str, Pruned]:
    """Leaves the whole model pruned, as wanda leaves it, and tells what happened in block 0."""
    seen: dict[str, Pruned] = {}

    def keep(
        view: LinearMapView, before: Tensor, compressed: Compressed, statistics: Statistics | None
    ) -> None:
        if view.block == 0 and statistics is not None and statistics.energy is not None:
            scores = before.detach().double().abs() * statistics.energy.sqrt()
            seen[view.name] = Pruned(scores, torch.as_tensor(compressed.weight) == 0)

    compress_model(opened.adapter, METHODS["wanda"], Settings(sparsity=sparsity), ids, on_map=keep)
    return seen


def run_peer(python: Path, folder: Path, ids: Tensor, sparsity: float, work: Path) -> dict[str, Any]:
    """Their own process and environment; the saved model is in `work`/theirs."""
    calibration = work / "calibration.safetensors"
    save_file({"input_ids": ids.contiguous()}, calibration)
    command = [
        str(python.absolute()),
        str(PEER),
        str(folder),
        str(calibration),
        str(sparsity),
        str(work / "theirs"),
    ]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"HF_HUB_OFFLINE": "1"}
    log = work / "theirs.log"
    with log.open("w") as errors:
        done = subprocess.run(
            command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
        raise SystemExit(f"llm-compressor ended with exit code {done.returncode}:\n{tail}")
    return json.loads(done.stdout.splitlines()[-1])


def why_absent(python: Path | None) -> str | None:
    """Why there is nothing to compare with, or None."""
    if python is None:
        return "--python names no interpreter with llm-compressor"
    if not python.is_file():
        return f"{python}: no such interpreter"
    test = subprocess.run([str(python), "-c", "import llmcompressor"], capture_output=True, text=True)
    if test.returncode:
        return f"{python} cannot import llmcompressor: {test.stderr.strip().splitlines()[-1]}"
    return None


def compare(arguments: argparse.Namespace, folder: Path, work: Path) -> Iterator[Cost | str]:
    opened = open_model(str(folder))
    text, evaluation = read_text(arguments.calibration), read_text(arguments.text)
    ids = calibration_tokens(text, opened.tokenizer, tokens=arguments.tokens, context=arguments.context)
    ours = time_wanda(opened, ids, arguments.sparsity, 1)
    dense = score(opened, evaluation).perplexity
    block = first_block(opened, ids, arguments.sparsity)
    ours_ppl = score(opened, evaluation).perplexity
    del opened
    peer = run_peer(arguments.python, folder, ids, arguments.sparsity, work)
    forwards_s = statistics.mean(peer["forwards_s"])
    ratio = peer["oneshot_s"] / forwards_s
    theirs = open_model(str(work / "theirs"))
    theirs_ppl = score(theirs, evaluation).perplexity
    yield (
        ", ".join(f"{name} {found}" for name, found in peer["versions"].items())
        + f"; {peer['threads']} threads"
    )
    yield f"dense perplexity {dense:.2f}"
    yield f"here:  {ours.ratio:5.2f} × bare forwards ({ours}), perplexity {ours_ppl:.2f}"
    yield (
        f"there: {ratio:5.2f} × bare forwards ({peer['oneshot_s']:.2f} s / {forwards_s:.2f} s), "
        f"perplexity {theirs_ppl:.2f}"
    )
    yield Cost("our × bare forwards / their × bare forwards", ours.ratio / ratio, 1, "×", "faster")
    yield Cost("our perplexity / their perplexity", ours_ppl / theirs_ppl, 1.02, "×", "by one protocol")
    yield from compare_masks(block, theirs)


def compare_masks(block: dict[str, Pruned], theirs: OpenModel) -> Iterator[Cost | str]:
    """Every row of block 0 that differs, and the widest gap among them."""
    views = {view.name: view for view in theirs.adapter.linear_maps() if view.block == 0}
    found = [d for name in block for d in differences(name, block[name], views[name].read().detach() == 0)]
    entries = sum(int(pruned.dropped.numel()) for pruned in block.values())
    yield f"block 0: {len(block)} maps, {entries:,} entries, {len(found)} rows with another mask"
    yield from map(str, found)
    widest = max((difference.gap for difference in found), default=0.0)
    yield Cost("widest score gap of a difference", widest, NEAR_TIE, "", "relative, in block 0")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", type=Path, help="the interpreter that has llm-compressor")
    parser.add_argument("--folder", type=Path, help="a model folder; default: smollm2-135m in the cache")
    parser.add_argument("--calibration", type=Path, required=True, help="a text file")
    parser.add_argument("--text", type=Path, required=True, help="another one, to score both models on")
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--context", type=int, default=1024)
    parser.add_argument("--sparsity", type=float, default=0.5)
    arguments = parser.parse_args()
    if reason := why_absent(arguments.python):
        print(f"skipped: {reason}.")
        return
    folder = (arguments.folder or smollm2.folder(None, True)).resolve()
    over = False
    with tempfile.TemporaryDirectory() as work:
        for line in compare(arguments, folder, Path(work)):
            print(line, flush=True)
            over |= isinstance(line, Cost) and line.over
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
