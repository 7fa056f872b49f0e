"""Peak memory: what compression and its undo need beyond the weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A fresh process, for the peak of a process never falls again; `clear_refs` makes the kernel count anew.
PROGRAM = """
import json, sys
from pathlib import Path
import torch
from transformers import AutoModelForCausalLM, GPT2Config
from pybridge.compress import METHODS, Settings, compress_model
from pybridge.models.families import adapter_for

torch.set_num_threads(1)
config = GPT2Config(vocab_size=97, n_embd=512, n_layer=12, n_head=8, n_positions=64)
adapter = adapter_for(AutoModelForCausalLM.from_config(config).eval())
ids = torch.arange(64).remainder(97).reshape(2, 32)
warm = adapter_for(AutoModelForCausalLM.from_config(
    GPT2Config(vocab_size=97, n_embd=32, n_layer=2, n_head=2, n_positions=64)).eval())

def run(adapter):
    with compress_model(adapter, METHODS[sys.argv[1]], Settings(sparsity=0.5), ids):
        pass

def status(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))

run(warm)  # libraries that are loaded on first use are not what is measured
before = status("VmRSS")
Path("/proc/self/clear_refs").write_text("5")
run(adapter)
weights = sum(p.numel() * p.element_size() for p in adapter.model.parameters())
print(json.dumps({"extra": status("VmHWM") - before, "weights": weights}))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux to read a peak")
def test_at_most_three_tenths_of_the_weights() -> None:
    """Activations of one block are here 32 × 2,048 × 4 bytes and a few such: a thousandth of the weights."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "wanda"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    found = json.loads(done.stdout)
    assert found["weights"] > 150e6
    assert found["extra"] <= 0.3 * found["weights"]
