"""Statements of the library in mathematics, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.pages.mathematics import in_mathematics
from pybridge.parser import read_project

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = {statement.name: statement for statement in read_project(ROOT)}

LAYER_REMOVAL = r"""Let $`E`$ be a real inner product space and $`h`$ and $`u`$ vectors of $`E`$. Put

- $`\displaystyle g = \frac{\lVert u \rVert}{\lVert h \rVert}`$ (`hg`)
- $`\displaystyle \cos\theta = \frac{\langle h, u \rangle}{\lVert h \rVert \lVert u \rVert}`$ (`hcosθ`)

Assume

- $`h \ne 0`$ (`hh`)

Then

```math
\frac{\lVert h + u - h \rVert^{2}}{\lVert h + u \rVert^{2}} = \frac{g^{2}}{1 + 2 g \cos\theta + g^{2}}
```"""
SPARSE = r"""Let $`E`$ and $`F`$ be real normed spaces, """ + (
    r"$`f, f_{\mathrm{sparse}}, f_{\mathrm{residual}} \colon E \to F`$ continuous linear maps, "
    r"""and $`x`$ a vector of $`E`$.

Assume

- $`f = f_{\mathrm{sparse}} + f_{\mathrm{residual}}`$ (`hf`)

Then

```math
\lVert f(x) - f_{\mathrm{sparse}}(x) \rVert \le \lVert f_{\mathrm{residual}} \rVert \lVert x \rVert
```"""
)
TRANSPOSE = r"""Let $`m`$ and $`n`$ be finite sets and $`W`$ a real $`m \times n`$ matrix.

Then

```math
\lVert W^{\top} \rVert = \lVert W \rVert
```"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("layer_removal_identity", LAYER_REMOVAL),
        ("sparse_activation_bound", SPARSE),
        ("l2_opNorm_transpose", TRANSPOSE),
    ],
)
def test_a_statement_reads_like_mathematics(name: str, expected: str) -> None:
    assert in_mathematics(STATEMENTS[name]) == expected


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_hypothesis_and_every_variable_appears(name: str) -> None:
    statement = STATEMENTS[name]
    text = in_mathematics(statement)
    assert all(text.count(f"(`{h.name}`)") == 1 for h in statement.hypotheses)
    assert "\\\\" not in text
    assert text.count("```") == 2
    assert ("Assume" in text) + ("Put" in text) <= len(statement.hypotheses)
