"""The verbs that a generated `draw(d)` may use: the contract with `pybridge.runtime.strategies.Draw`.

Each is a method of `Draw`; `d.ops` is the exact backend. Bounds may be irrational (a refinable real): a
draw below such a bound returns an exact value certainly inside it, and equals the bound often where the
bound is rational.
"""

from __future__ import annotations

VERBS: dict[str, str] = {
    "space": 'space("E", least=1): the dimension of E, drawn now and at least `least`; before any use of E',
    "map": 'map("E", "F"): a continuous linear map, often zero, diagonal or of rational operator norm',
    "vector": 'vector("E"): any vector, often zero',
    "nonzero_vector": 'nonzero_vector("E"): never zero; the plan has called space("E", least=1) before',
    "displacement": 'displacement("E"): of rational norm, often zero, tiny or a worst direction of a map',
    "vector_of_norm": 'vector_of_norm("E", r): norm exactly r, for r > 0',
    "vector_within": 'vector_within("E", r, along=v): norm at most r ≥ 0, often r itself, often along v',
    "real": "real(): any rational, often 0 or ±1",
    "nonzero": "nonzero(): any rational but 0",
    "nonneg": "nonneg(): ≥ 0",
    "positive": "positive(): > 0, often tiny",
    "slack": "slack(): ≥ 0, often exactly 0: how far an inequality is from equality",
    "unit": "unit(): p/q in [0, 1)",
    "below": "below(r): in [0, r), for r > 0, often 0",
    "at_most": "at_most(r): in [0, r], for r ≥ 0, often r itself",
    "inside": "inside(r): in (0, r), for r > 0",
    "largest": "largest(a, b, …): the greatest of exact reals",
    "smallest": "smallest(a, b, …): the least of them",
    "nat": "nat(): a small natural number, often 0",
    "positive_nat": "positive_nat(): a small natural number ≥ 1, often 1",
    "sequence": "sequence(n): a real sequence, entries 0 … n drawn",
    "vector_sequence": 'vector_sequence("E", n): a sequence of vectors, entries 0 … n drawn',
    "sequence_below": "sequence_below(n, cap): entries 0 … n at most cap, often equal to it",
    "sequence_of": "sequence_of(n, lambda i: …): entries 0 … n, each computed once by the function",
}
