"""Hub ids: cached, missing under HF_HUB_OFFLINE=1, unreachable, and fetched from a server on a local port."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from pybridge.errors import ModelError, OutputError
from pybridge.models import open_model
from pybridge.models.hub import is_hub_id
from pybridge.models.hub_answers import HubError, asked
from tests.models.folders import edit_config, lay_out_in_cache, save_tiny
from tests.models.hub_server import REVISION, serving

ROOT = Path(__file__).resolve().parents[2]


def opened_in_new_process(cache: Path, *specs: str, **environment: str) -> list[dict[str, Any]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    run = subprocess.run(
        [sys.executable, "-m", "tests.models.hub_probe", *specs],
        env={**kept, "HF_HUB_CACHE": str(cache), "HF_HUB_DISABLE_TELEMETRY": "1", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "%|" not in run.stderr, "a progress bar was shown in a pipe"
    return [json.loads(line) for line in run.stdout.splitlines()]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_offline(tmp_path: Path) -> None:
    cache, source = tmp_path / "cache", tmp_path / "source"
    digest = open_model(str(save_tiny(source / "whole", "gpt2"))).weight_digest()
    lay_out_in_cache(cache, "org/whole", source / "whole")
    lay_out_in_cache(cache, "gpt2", save_tiny(source / "bare", "gpt2"))
    code = save_tiny(source / "code")
    edit_config(code, auto_map={"AutoModel": "evil.Evil"})
    lay_out_in_cache(cache, "org/code", code)
    pickled = save_tiny(source / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    lay_out_in_cache(cache, "org/pickled", pickled)

    whole, bare, code_error, pickled_error, missing, near = opened_in_new_process(
        cache, "org/whole", "gpt2", "org/code", "org/pickled", "distilgpt2", "org/whale", HF_HUB_OFFLINE="1"
    )
    assert whole["digest"] == bare["digest"] == digest
    assert whole["source"] == (
        "org/whole from the Hugging Face hub, revision 0123456789abcdef0123456789abcdef01234567"
    )
    assert "brings its own code (`auto_map`)" in code_error["error"]
    assert "the weights are pickled (pytorch_model.bin)" in pickled_error["error"]
    message = missing["error"]
    assert message.startswith(
        f"ModelError: distilgpt2: not wholly in the hub cache ({cache}), and HF_HUB_OFFLINE=1"
    )
    assert "Unset HF_HUB_OFFLINE and run again with a network." in message
    assert "`hf download distilgpt2`" in message
    assert "`--model tiny-gpt2`" in message
    assert "Did you mean `org/whole`?" in near["error"]


def test_an_unreachable_hub_is_said_within_ten_seconds(tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{closed_port()}"
    cache = tmp_path / "cache"
    half = save_tiny(tmp_path / "half")
    (half / "model.safetensors").unlink()
    lay_out_in_cache(cache, "org/half", half)
    lay_out_in_cache(cache, "org/whole", save_tiny(tmp_path / "whole"))
    gone, half_there, cached = opened_in_new_process(
        cache, "gpt2", "org/half", "org/whole", HF_ENDPOINT=endpoint
    )
    assert gone["seconds"] < 10
    assert (
        f"gpt2: not wholly in the hub cache ({cache}), and the hub at {endpoint} gave no answer"
        in gone["error"]
    )
    assert "`--model tiny-gpt2`" in gone["error"]
    assert "In the cache: " in half_there["error"]
    assert "no weights" in half_there["error"]
    assert "digest" in cached


def test_fetching_from_a_hub(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("whole", "sharded", "code", "pickled", "family")}
    digest = open_model(str(save_tiny(folders["whole"]))).weight_digest()
    (folders["whole"] / "pytorch_model.bin").write_bytes(b"never fetched")
    save_tiny(folders["sharded"], max_shard_size="20KB")
    edit_config(save_tiny(folders["code"]), auto_map={"AutoModel": "evil.Evil"})
    edit_config(save_tiny(folders["family"]), model_type="t5")
    (save_tiny(folders["pickled"]) / "model.safetensors").rename(folders["pickled"] / "pytorch_model.bin")
    cache = tmp_path / "cache"
    with serving({f"org/{name}": folder for name, folder in folders.items()}) as (endpoint, paths):
        whole, again, sharded, code, pickled, family, missing, gated = opened_in_new_process(
            cache,
            *(
                "org/whole",
                "org/whole",
                "org/sharded",
                "org/code",
                "org/pickled",
                "org/family",
                "org/none",
                "gated/x",
            ),
            HF_ENDPOINT=endpoint,
            HF_HUB_DISABLE_XET="1",
        )
    assert [whole.get("digest"), again.get("digest"), sharded.get("digest")] == 3 * [digest], (
        whole,
        again,
        sharded,
    )
    assert whole["source"] == f"org/whole from the Hugging Face hub, revision {REVISION}"
    assert "brings its own code" in code["error"]
    assert "only pickled ones (pytorch_model.bin), never loaded here" in pickled["error"]
    assert "model_type 't5'" in family["error"]
    assert f"the hub ({endpoint}) has no such model" in missing["error"]
    assert "accepted its licence" in gated["error"]
    assert paths.count("/api/models/org/whole") == 1, "a cached model was asked for again"
    assert not any(path.endswith((".bin", "onnx/x.json")) for path in paths)
    refused = [path for path in paths if path.startswith(("/org/code", "/org/family", "/org/pickled"))]
    assert {path.rpartition("/")[2] for path in refused} == {"config.json"}

    (offline,) = opened_in_new_process(cache, "org/sharded", HF_HUB_OFFLINE="1")
    assert offline["digest"] == digest


def test_a_hub_that_never_answers() -> None:
    forever = threading.Event()
    with pytest.raises(HubError, match=r"gave no answer: no answer within 0\.05 s"):
        asked("gpt2", forever.wait, deadline_s=0.05)
    forever.set()


def test_a_full_disk_is_not_blamed_on_the_hub() -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match=r"cannot be written: .*No space left.*\n  Set HF_HUB_CACHE"):
        asked("gpt2", full)


def test_names_the_hub_gives_out() -> None:
    assert all(is_hub_id(name) for name in ("gpt2", "openai-community/gpt2", "Qwen/Qwen2.5-0.5B", "a/b_c.d"))
    assert not any(is_hub_id(name) for name in ("a/b/c", "-a", "a b", "a--b", "a..b", "/a", "a/", ""))


def test_this_test_run_is_offline() -> None:
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE=1"):
        open_model("org/none")
