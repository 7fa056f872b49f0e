"""GPT-2 once more, from its paper, in NumPy: nothing of torch or transformers but the weights by name.

The independent oracle of the tests: any floating dtype, and any function in the place of a linear map.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Linear = Callable[[str, np.ndarray, np.ndarray], np.ndarray]
"""(name, x, W) ↦ W x for each row of x, W of shape (out, in); the bias is added by the caller."""


def plain(_name: str, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return x @ weight.T


def gpt2_logits(
    weights: Mapping[str, np.ndarray],
    ids: np.ndarray,
    *,
    heads: int,
    linear: Linear = plain,
    epsilon: float = 1e-5,
) -> np.ndarray:
    """Logits (tokens, vocabulary) of one sequence, in the dtype of the weights."""
    h = weights["transformer.wte.weight"][ids] + weights["transformer.wpe.weight"][: len(ids)]
    for block in range(sum(name.endswith("ln_1.weight") for name in weights)):
        own = {
            name.removeprefix(f"transformer.h.{block}."): value
            for name, value in weights.items()
            if name.startswith(f"transformer.h.{block}.")
        }
        h = h + attention(own, layer_norm(h, own, "ln_1", epsilon), heads, block, linear)
        x = layer_norm(h, own, "ln_2", epsilon)
        x = linear(f"{block}.mlp_up", x, own["mlp.c_fc.weight"].T) + own["mlp.c_fc.bias"]
        x = gelu(x)
        h = h + linear(f"{block}.mlp_down", x, own["mlp.c_proj.weight"].T) + own["mlp.c_proj.bias"]
    return layer_norm(h, weights, "transformer.ln_f", epsilon) @ weights["lm_head.weight"].T


def attention(
    own: Mapping[str, np.ndarray], x: np.ndarray, heads: int, block: int, linear: Linear
) -> np.ndarray:
    fused, bias = own["attn.c_attn.weight"].T, own["attn.c_attn.bias"]
    width = x.shape[1]
    q, k, v = (
        linear(f"{block}.{name}", x, fused[part * width : (part + 1) * width])
        + bias[part * width : (part + 1) * width]
        for part, name in enumerate(("q", "k", "v"))
    )
    size = width // heads
    mixed = np.empty_like(x)
    later = np.triu(np.ones((len(x), len(x)), dtype=bool), 1)
    for head in range(heads):
        columns = slice(head * size, (head + 1) * size)
        scores = q[:, columns] @ k[:, columns].T / np.sqrt(np.asarray(size, dtype=x.dtype))
        scores[later] = -np.inf
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        mixed[:, columns] = shares / shares.sum(axis=1, keepdims=True) @ v[:, columns]
    return linear(f"{block}.attn_out", mixed, own["attn.c_proj.weight"].T) + own["attn.c_proj.bias"]


def layer_norm(x: np.ndarray, weights: Mapping[str, np.ndarray], name: str, epsilon: float) -> np.ndarray:
    centred = x - x.mean(axis=1, keepdims=True)
    variance = np.mean(centred**2, axis=1, keepdims=True)
    scaled = centred / np.sqrt(variance + np.asarray(epsilon, dtype=x.dtype))
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def gelu(x: np.ndarray) -> np.ndarray:
    """GPT-2's own: the tanh approximation."""
    slope = np.sqrt(np.asarray(2, dtype=x.dtype) / np.asarray(np.pi, dtype=x.dtype))
    cubic = np.asarray(0.044715, dtype=x.dtype)
    return x / 2 * (1 + np.tanh(slope * (x + cubic * x**3)))
