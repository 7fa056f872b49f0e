"""The verbs that a generated `draw(d)` may use: the contract with `pybridge.runtime.strategies.Draw`.

Each is a method of `Draw`; `d.ops` is the exact backend. Bounds may be irrational (a refinable real): a
draw below such a bound returns an exact value certainly inside it, and equals the bound often where the
bound is rational. A Euclidean space over an index type n is the space `"ℝ^n"`, of dimension `size("n")` and
always with the ℓ2 norm.
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
    "within": "within(r): in [-r, r], for r ≥ 0, often an end",
    "between": "between(a, b): in [a, b], often an end; the draw is rejected where a > b",
    "strictly_between": "strictly_between(a, b): in (a, b); the draw is rejected where a ≥ b",
    "coefficient": "coefficient(r): ≥ 0, or any real where r = 0: what `0 ≤ v * r` allows for r ≥ 0",
    "factor": "factor(c, r): c/r + slack, or any real where r = 0 (c is 0 there): `c ≤ v * r` for r ≥ 0",
    "lifting": "lifting(gap, r): (gap + positive)/r, or any real where r = 0: `gap < v * r` for r ≠ 0",
    "share_below": "share_below(b, r): ≥ 0 with v * r < b, for b > 0 and r ≥ 0; any number ≥ 0 where r = 0",
    "share_at_most": "share_at_most(b, r): ≥ 0 with v * r ≤ b, for b, r ≥ 0; any number ≥ 0 where r = 0",
    "level": "level(b, r): often b/r, at times less or more; any real where r = 0",
    "square_within": "square_within(b, free=r): w with w² < b for b > 0; any real where r ≠ 0",
    "largest": "largest(a, b, …): the greatest of exact reals",
    "smallest": "smallest(a, b, …): the least of them",
    "nat": "nat(): a small natural number, often 0",
    "positive_nat": "positive_nat(): a small natural number ≥ 1, often 1",
    "sequence": "sequence(n): a real sequence, entries 0 … n drawn",
    "vector_sequence": 'vector_sequence("E", n): a sequence of vectors, entries 0 … n drawn',
    "sequence_below": "sequence_below(n, cap): entries 0 … n at most cap, often equal to it",
    "sequence_of": "sequence_of(n, lambda i: …): entries 0 … n, each computed once by the function",
    "sequence_until": (
        "sequence_until(n, lambda i: …): entries 0 … n - 1 by the function; entry n, asked nothing of, "
        "by it or drawn freely, of the same kind, each half of the time"
    ),
    "nonzero_vector_sequence": (
        'nonzero_vector_sequence("E", n): entries 0 … n - 1 nonzero, entry n any vector, at times zero; the '
        'plan has called space("E", least=1) before'
    ),
    "recursion": (
        "recursion(n, v, lambda t, v: …, since=m): entry m (0 by default) is v, entry t + 1 the function of "
        "t and entry t for m ≤ t < n, in order; what comes before m is drawn freely, of the kind of v"
    ),
    "above_all": (
        "above_all(a, b, lambda i: …, least=r): at least the function's values at a ≤ i < b and r if "
        "given, often the greatest of them; any real where there is none"
    ),
    "size": 'size("m", least=1): the number of elements of an index type, drawn now; before any use of m',
    "member": 'member("m"): an element of the index type, a number below its size; size("m", least=1) before',
    "matrix": 'matrix("m", "n"): any matrix, often zero, diagonal, of rank one or of rational operator norm',
    "function": 'function("E", "F"): any function; equal arguments give equal values',
}
