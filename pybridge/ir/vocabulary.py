"""What a binder can be measured as: the closed vocabulary of `@measure`.

Each meaning belongs to one or more scopes, a scope being the thing of which one instance is taken. A
theorem is checked in the one scope that all its measured binders share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pybridge.errors import TypingError
from pybridge.ir.nodes import Function, Map, Matrix, Nat, Real, Seq, Sort, Statement, Vec


@dataclass(frozen=True)
class Meaning:
    """`sort` lists the kinds of binder that can carry this meaning."""

    scopes: tuple[str, ...]
    sort: tuple[type[Sort], ...]
    doc: str

    def fits(self, sort: Sort) -> bool:
        """Whether a binder of this sort can carry the meaning; sequences are of reals."""
        return isinstance(sort, self.sort) and not (isinstance(sort, Seq) and sort.element != Real())


# The order decides where a theorem is checked whose binders share more than one scope.
SCOPES = {
    "map": "one linear map of the model and a batch of its input vectors",
    "profile": "the whole model's profile for one eps and one position set",
    "block": "one block or sublayer, for one eps and one position set",
    "step": "one block of the dense and the compressed model, run side by side, for one position set",
    "lockstep": "the whole compressed model beside the dense one, for one position set",
    "removal": "one block removed, the rest run to the end, for one position set",
}

_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("weight", "map", "Map Matrix", "W, the float64 value of the stored weights, exact"),
    ("sparse weight", "map", "Map Matrix", "W_sparse, the top `keep` fraction of W by magnitude"),
    ("low-rank weight", "map", "Map Matrix", "W_approx, the rank-`rank` truncation of W_sparse"),
    ("activation", "map", "Vec", "the map's input at a position"),
    ("cached activation", "map", "Vec", "its nearest earlier input that differs"),
    ("near radius", "map", "Real", "lower quartile of the distances to the nearest earlier input"),
    ("far radius", "map", "Real", "upper quartile of the distances to the nearest earlier input"),
    ("full cost", "map", "Real", "out * in multiply-adds"),
    ("hit cost", "map", "Real", "0: the cached product is reused"),
    ("lookup cost", "map", "Real", "in * the mean number of inputs searched"),
    ("hit rate", "map", "Real", "fraction of positions whose distance is at most the far radius"),
    ("block count", "profile lockstep removal", "Nat", "n, the number of blocks"),
    ("relative injections", "profile", "Seq", "ε_t = ‖û_t - u_t‖ / ‖h_{t+1}‖"),
    ("injection cap", "profile", "Real", "max ε_t, upper end"),
    ("contraction cap", "profile", "Real", "max √ρ_t, upper end"),
    ("error energies", "profile removal", "Seq", "V_t = ‖h_t - ĥ_t‖² / ‖h_t‖²"),
    (
        "step factors",
        "profile removal",
        "Seq",
        "(1 + L_t)² / (1 + 2 g_t cosθ_t + g_t²), the constant of Theorem 10b, upper end",
    ),
    ("middle block", "profile", "Nat", "n // 2"),
    ("state", "block step", "Vec", "h_t"),
    ("update", "block step", "Vec", "u_t = h_{t+1} - h_t"),
    ("perturbed state", "block", "Vec", "ĥ_t"),
    ("perturbed update", "block", "Vec", "û_t"),
    ("next state", "block", "Vec", "h_{t+1}"),
    ("next perturbed state", "block", "Vec", "ĥ_{t+1}"),
    ("gain", "block", "Real", "g_t = ‖u_t‖ / ‖h_t‖"),
    ("alignment", "block", "Real", "cosθ_t, the cosine between h_t and u_t"),
    ("lipschitz ratio", "block", "Real", "L_t = ‖û_t - u_t‖ / ‖e_t‖, upper end"),
    ("state growth", "block", "Real", "α_t = ‖h_{t+1}‖ / ‖h_t‖"),
    ("error growth", "block", "Real", "β_t = ‖e_{t+1}‖ / ‖e_t‖"),
    ("amplitude ratio", "block", "Real", "√ρ_t"),
    ("compressed state", "step", "Vec", "ĥ_t, the compressed model's state"),
    ("compressed update", "step", "Vec", "û_t, the compressed block's update at ĥ_t"),
    (
        "dense lipschitz ratio",
        "step",
        "Real",
        "‖u_t(h_t) - u_t(ĥ_t)‖ / ‖h_t - ĥ_t‖ of the dense block, upper end",
    ),
    ("injected error", "step", "Real", "‖u_t(ĥ_t) - û_t(ĥ_t)‖, upper end"),
    ("dense update map", "step", "Function", "h ↦ u_t(h), the dense block's update"),
    ("compressed update map", "step", "Function", "h ↦ û_t(h), the compressed block's update"),
    ("amplitude", "step", "Real", "‖h_t - ĥ_t‖ / ‖h_t‖"),
    ("next amplitude", "step", "Real", "‖h_{t+1} - ĥ_{t+1}‖ / ‖h_{t+1}‖"),
    ("amplitude factor", "step", "Real", "(1 + L_t) / α_t, upper end"),
    ("relative injection", "step", "Real", "ε_t / ‖h_{t+1}‖, upper end"),
    ("young weight", "step", "Real", "η = d / (r s), 1 where that is 0 or undefined"),
    ("error amplitudes", "lockstep", "Seq", "‖h_t - ĥ_t‖ / ‖h_t‖"),
    ("amplitude factors", "lockstep", "Seq", "(1 + L_t) / α_t, upper ends"),
    ("compression injections", "lockstep", "Seq", "ε_t / ‖h_{t+1}‖, upper ends"),
    ("factor cap", "lockstep", "Real", "the largest amplitude factor, upper end"),
    ("compression cap", "lockstep", "Real", "the largest compression injection, upper end"),
    ("running bound", "lockstep", "Seq", "B_0 = V_0, B_{t+1} = ρ_t B_t + c_t"),
    ("error budget", "lockstep", "Real", "τ = n max_t (∏_{i>t} ρ_i) c_t, upper end"),
    ("absolute errors", "lockstep", "Seq", "‖h_t - ĥ_t‖"),
    ("absolute injections", "lockstep", "Seq", "‖u_t(ĥ_t) - û_t(ĥ_t)‖, upper ends"),
    ("removed block", "removal", "Nat", "r, the block that is left out"),
)
_KINDS: dict[str, type[Sort]] = {kind.__name__: kind for kind in (Real, Nat, Vec, Map, Matrix, Function, Seq)}

MEANINGS: dict[str, Meaning] = {
    name: Meaning(tuple(scopes.split()), tuple(_KINDS[kind] for kind in kinds.split()), doc)
    for name, scopes, kinds, doc in _ROWS
}


def common_scopes(meanings: Iterable[str]) -> tuple[str, ...]:
    """The scopes that all these meanings have, in the order of SCOPES."""
    sets = [set(MEANINGS[meaning].scopes) for meaning in meanings]
    return tuple(scope for scope in SCOPES if all(scope in scopes for scopes in sets))


def scope_of(statement: Statement) -> str | None:
    """The first scope that a statement's measured binders share; None when nothing is measured.

    Raises:
        TypingError: the measured binders share no scope.
    """
    measures = statement.doc.measures
    if not measures:
        return None
    shared = common_scopes(meaning for _, meaning in measures)
    if not shared:
        words = "; ".join(f"`{name}` ({meaning}) {in_words(meaning)}" for name, meaning in measures)
        raise TypingError(f"{statement.name}: no scope is common to what is measured: {words}")
    return shared[0]


def in_words(meaning: str) -> str:
    """`per block or step`."""
    return "per " + " or ".join(MEANINGS[meaning].scopes)
