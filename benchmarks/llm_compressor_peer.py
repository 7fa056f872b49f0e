"""The other side of `llm_compressor.py`: run by the Python of llm-compressor's own environment, which has no
pybridge. Wanda at one sparsity, timed beside bare forwards of the same rows; the model is saved.

    python llm_compressor_peer.py MODEL_FOLDER CALIBRATION.safetensors SPARSITY OUT_FOLDER

Prints one line of JSON last: versions, seconds, threads.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import torch
from datasets import Dataset
from llmcompressor import oneshot  # pyright: ignore[reportMissingImports]
from llmcompressor.modifiers.pruning import WandaPruningModifier  # pyright: ignore[reportMissingImports]
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer


def bare_forwards(model: torch.nn.Module, ids: torch.Tensor) -> float:
    """Seconds of the model, head included, one row at a time."""
    start = time.perf_counter()
    with torch.no_grad():
        for row in ids:
            model(input_ids=row[None], use_cache=False)
    return time.perf_counter() - start


def main() -> None:
    folder, calibration, sparsity, out = sys.argv[1:]
    ids = load_file(calibration)["input_ids"]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = Dataset.from_dict({"input_ids": ids.tolist(), "attention_mask": torch.ones_like(ids).tolist()})
    bare_forwards(model, ids[:1])
    before_s = bare_forwards(model, ids)
    start = time.perf_counter()
    oneshot(
        model=model,
        tokenizer=tokenizer,
        dataset=rows,
        recipe=WandaPruningModifier(sparsity=float(sparsity), targets=["Linear"], ignore=["re:.*lm_head"]),
        max_seq_length=ids.shape[1],
        num_calibration_samples=len(ids),
        shuffle_calibration_samples=False,
        batch_size=1,
    )
    oneshot_s = time.perf_counter() - start
    after_s = bare_forwards(model, ids)
    model.save_pretrained(out, save_compressed=False)
    tokenizer.save_pretrained(out)
    answer = {
        "versions": {name: version(name) for name in ("llmcompressor", "torch", "transformers")},
        "oneshot_s": oneshot_s,
        "forwards_s": [before_s, after_s],
        "threads": torch.get_num_threads(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
