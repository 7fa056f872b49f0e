"""Digests of weights: equal exactly when names, dtypes, shapes and bits are equal."""

from __future__ import annotations

import hashlib

import torch
from transformers.pytorch_utils import Conv1D

from pybridge.models.fingerprint import tensor_digest, weight_digest, weight_digests, weight_versions
from tests.models.tiny import tiny_model


def test_the_digest_is_sha256_of_dtype_shape_and_row_major_bytes() -> None:
    tensor = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    expected = hashlib.sha256(b"float32 (2, 3)\n" + tensor.numpy().tobytes()).hexdigest()
    assert tensor_digest(tensor) == f"sha256:{expected}"


def test_layout_does_not_matter_and_values_shape_and_dtype_do() -> None:
    tensor = torch.randn(4, 6)
    stored = tensor.T.contiguous()
    assert tensor_digest(stored.T) == tensor_digest(tensor)
    assert (
        len({tensor_digest(t) for t in (tensor, stored, tensor.double(), tensor.reshape(24), -tensor)}) == 5
    )
    assert tensor_digest(torch.tensor([0.0])) != tensor_digest(torch.tensor([-0.0]))
    for dtype in (torch.bfloat16, torch.float16, torch.int64, torch.bool):
        assert tensor_digest(torch.zeros((), dtype=dtype)) != tensor_digest(torch.ones((), dtype=dtype))
    assert tensor_digest(torch.zeros(0, 3)) != tensor_digest(torch.zeros(3, 0))


def test_conv1d_read_as_out_in_has_the_digest_of_the_linear_weight() -> None:
    conv, linear = Conv1D(5, 3), torch.nn.Linear(3, 5)
    conv.weight.data.copy_(linear.weight.T)
    assert tensor_digest(conv.weight.T) == tensor_digest(linear.weight)


def test_every_weight_counts_once() -> None:
    tied = weight_digests(tiny_model("llama-tied"))
    assert "model.embed_tokens.weight" in tied
    assert "lm_head.weight" not in tied
    assert "lm_head.weight" in weight_digests(tiny_model("llama"))


def test_the_model_digest_is_reproducible_and_sees_one_bit() -> None:
    model, digest = tiny_model("gpt2"), weight_digest(tiny_model("gpt2"))
    assert weight_digest(model) == digest
    with torch.no_grad():
        bits = model.transformer.h[2].ln_1.bias.view(torch.int32)
        bits[3] ^= 1
        assert weight_digest(model) != digest
        bits[3] ^= 1
    assert weight_digest(model) == digest


def test_versions_change_with_every_write() -> None:
    model = tiny_model("gpt2")
    before = weight_versions(model)
    assert weight_versions(model) == before
    with torch.no_grad():
        model.transformer.h[0].attn.c_attn.weight.T[:5].mul_(1.0)
    assert weight_versions(model) != before
