"""Evaluation text: what is read, what is refused, how many tokens."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import processors

from pybridge.errors import ModelError, SettingError, TextError
from pybridge.files.digest import text_digest
from pybridge.models.text import bos_handling, embedded_text, named_text, read_text, tokenise
from tests.models.folders import TEXT, tiny_tokenizer


def refused(path: Path) -> str:
    with pytest.raises(TextError) as caught:
        read_text(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message


def with_bos() -> Any:
    tokenizer = tiny_tokenizer()
    tokenizer.add_special_tokens({"bos_token": "<s>"})
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", tokenizer.bos_token_id)]
    )
    return tokenizer


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    text = "naïve\r\n  ∑ text\n\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    assert read_text(tmp_path / "a.txt") == text
    (tmp_path / "bom.txt").write_bytes(b"\xef\xbb\xbfabc")
    assert read_text(str(tmp_path / "bom.txt")) == "abc"


def test_files_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "text"
    assert "no such file" in refused(path)
    assert "as a data set" in refused(tmp_path)
    path.write_bytes(b"")
    assert "the file is empty (0 bytes)" in refused(path)
    path.write_bytes(b" \n\t ")
    assert "the file is empty but for white space (4 bytes)" in refused(path)
    assert "cannot be read" in refused(tmp_path / ("long" * 100))
    path.write_bytes(b"abc\x00def")
    assert "a binary file (zero byte at 3)" in refused(path)
    path.write_bytes("naïve".encode("latin1"))
    assert "not UTF-8 text (byte 2 is 0xef)" in refused(path)


def test_the_text_digest_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("naïve\r\n".encode())
    expected = hashlib.sha256((tmp_path / "a.txt").read_bytes()).hexdigest()
    assert text_digest(read_text(tmp_path / "a.txt")) == f"sha256:{expected}"


def test_tokens_are_the_first_ones_of_the_whole_text() -> None:
    tokenizer, text = tiny_tokenizer(), TEXT * 50
    whole = tokenizer(text)["input_ids"]
    for tokens in (1, 7, len(whole) - 1, len(whole)):
        ids = tokenise(text, tokenizer, tokens)
        assert ids.dtype == torch.int64
        assert ids.tolist() == [whole[:tokens]]


def test_words_longer_than_the_part_that_is_read_first() -> None:
    text = "x" * 10_000 + " the dog"
    assert tokenise(text, tiny_tokenizer(), 3).tolist() == [tiny_tokenizer()(text)["input_ids"]]


def test_text_that_is_too_short_says_both_counts() -> None:
    with pytest.raises(
        TextError, match=r"(?s)The text has 4 tokens \(19 characters\), 5 are needed.*--tokens 4"
    ):
        tokenise("the quick brown fox", tiny_tokenizer(), 5)
    with pytest.raises(
        TextError, match=r"has 0 tokens \(1 characters\), 2 are needed\.\n  Use a longer text\.$"
    ):
        tokenise(" ", tiny_tokenizer(), 2)


def test_a_text_of_one_token_is_no_advice() -> None:
    with pytest.raises(TextError, match=r"has 1 tokens .*\n  Use a longer text\.$"):
        tokenise("fox", tiny_tokenizer(), 5)


@pytest.mark.parametrize("tokens", [0, -1])
def test_fewer_than_one_token(tokens: int) -> None:
    with pytest.raises(SettingError, match="at least 1 is needed"):
        tokenise(TEXT, tiny_tokenizer(), tokens)


def test_beginning_of_text() -> None:
    assert bos_handling(tiny_tokenizer()) == "none: this tokenizer adds no beginning-of-text token"
    tokenizer = with_bos()
    assert bos_handling(tokenizer) == "the tokenizer's own '<s>' in front, once"
    ids = tokenise(TEXT, tokenizer, 4)
    assert ids[0, 0] == tokenizer.bos_token_id
    assert ids[0, 1:].tolist() == tokenise(TEXT, tiny_tokenizer(), 3)[0].tolist()


def test_a_tokenizer_that_fails() -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no vocabulary")

    with pytest.raises(ModelError, match="tokenizer failed on the text: no vocabulary"):
        tokenise(TEXT, broken, 3)


def test_the_embedded_text_is_there() -> None:
    assert len(embedded_text()) > 10_000


def test_a_text_is_named_once_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "fox.txt"
    path.write_text("The quick brown fox", encoding="utf-8")
    assert named_text(path, None) == ("the file fox.txt", "The quick brown fox")
    assert named_text(None, None)[1] == embedded_text()
    with pytest.raises(SettingError, match="--text and --dataset both name a text"):
        named_text(path, "owner/name")


def test_a_short_text_names_the_option_that_asked() -> None:
    with pytest.raises(TextError, match=r"Use a longer text or --chunks 2\.$"):
        tokenise("the quick brown fox jumps", tiny_tokenizer(), 6, option="--chunks", each=2)
    with pytest.raises(TextError, match=r"Use a longer text\.$"):
        tokenise("the quick brown fox", tiny_tokenizer(), 10, option="--chunks", each=5)


def test_a_tokenizer_of_another_model_makes_no_token() -> None:
    def empty(text: str, verbose: bool) -> dict[str, list[int]]:
        return {"input_ids": []}

    with pytest.raises(ModelError, match=r"\(function\) makes no token of a text of 19 characters"):
        tokenise("the quick brown fox", empty, 3)
