"""Model folders as a user has them: a tiny model, its weights in safetensors, and a tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from tests.models.tiny import tiny_model

TEXT = "the quick brown fox jumps over the lazy dog and runs away from it again "


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """One token a word; ids below the 97 of the tiny models."""
    words = ["[UNK]", *sorted(set(TEXT.split()))]
    core = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=core, unk_token="[UNK]")


def save_tiny(folder: Path, name: str = "llama", **options: Any) -> Path:
    """Save the tiny model `name` and a tokenizer into `folder`."""
    tiny_model(name).save_pretrained(folder, **options)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def edit_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def lay_out_in_cache(cache: Path, repo: str, folder: Path) -> Path:
    """Put `folder` where the hub cache keeps the model `repo`; its snapshot folder is returned."""
    revision = "0123456789abcdef0123456789abcdef01234567"
    home = cache / f"models--{repo.replace('/', '--')}"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(revision)
    snapshot = home / "snapshots" / revision
    snapshot.parent.mkdir()
    folder.rename(snapshot)
    return snapshot
