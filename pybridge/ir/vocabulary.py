"""What a binder can be measured as: the closed vocabulary of `@measure`.

Each meaning belongs to one scope, the thing of which one instance is taken: a linear map of the model
with a batch of its inputs, a block with an error in its input, or the profile of a whole model.
"""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.errors import TypingError
from pybridge.ir.nodes import Map, Nat, Real, Seq, Sort, Statement, Vec


@dataclass(frozen=True)
class Meaning:
    """`sort` is the kind of binder that can carry this meaning."""

    scope: str
    sort: type[Sort]
    doc: str

    def fits(self, sort: Sort) -> bool:
        """Whether a binder of this sort can carry the meaning; sequences are of reals."""
        return isinstance(sort, self.sort) and not (isinstance(sort, Seq) and sort.element != Real())


SCOPES = {
    "map": "one linear map of the model and a batch of its input vectors",
    "profile": "the whole model's profile for one eps and one position set",
    "block": "one block or sublayer, for one eps and one position set",
}

MEANINGS: dict[str, Meaning] = {
    "weight": Meaning("map", Map, "W, the float64 value of the stored weights, exact"),
    "sparse weight": Meaning("map", Map, "W_sparse, the top `keep` fraction of W by magnitude"),
    "low-rank weight": Meaning("map", Map, "W_approx, the rank-`rank` truncation of W_sparse"),
    "activation": Meaning("map", Vec, "the map's input at a position"),
    "cached activation": Meaning("map", Vec, "its nearest earlier input that differs"),
    "near radius": Meaning("map", Real, "lower quartile of the distances to the nearest earlier input"),
    "far radius": Meaning("map", Real, "upper quartile of the distances to the nearest earlier input"),
    "full cost": Meaning("map", Real, "out * in multiply-adds"),
    "hit cost": Meaning("map", Real, "0: the cached product is reused"),
    "lookup cost": Meaning("map", Real, "in * the mean number of inputs searched"),
    "hit rate": Meaning("map", Real, "fraction of positions whose distance is at most the far radius"),
    "block count": Meaning("profile", Nat, "n, the number of blocks"),
    "relative injections": Meaning("profile", Seq, "ε_t = ‖û_t - u_t‖ / ‖h_{t+1}‖"),
    "injection cap": Meaning("profile", Real, "max ε_t, upper end"),
    "contraction cap": Meaning("profile", Real, "max √ρ_t, upper end"),
    "state": Meaning("block", Vec, "h_t"),
    "update": Meaning("block", Vec, "u_t = h_{t+1} - h_t"),
    "perturbed state": Meaning("block", Vec, "ĥ_t"),
    "perturbed update": Meaning("block", Vec, "û_t"),
    "gain": Meaning("block", Real, "g_t = ‖u_t‖ / ‖h_t‖"),
    "alignment": Meaning("block", Real, "cosθ_t, the cosine between h_t and u_t"),
    "lipschitz ratio": Meaning("block", Real, "L_t = ‖û_t - u_t‖ / ‖e_t‖, upper end"),
    "state growth": Meaning("block", Real, "α_t = ‖h_{t+1}‖ / ‖h_t‖"),
    "error growth": Meaning("block", Real, "β_t = ‖e_{t+1}‖ / ‖e_t‖"),
}


def scope_of(statement: Statement) -> str | None:
    """The one scope of a statement's measured binders; None when nothing is measured.

    Raises:
        TypingError: two measured binders belong to different scopes.
    """
    scopes = {MEANINGS[meaning].scope: f"`{name}` ({meaning})" for name, meaning in statement.doc.measures}
    if len(scopes) > 1:
        (first, one), (second, other) = list(scopes.items())[:2]
        raise TypingError(
            f"{statement.name}: {one} is measured per {first} and {other} per {second}; use one scope"
        )
    return next(iter(scopes), None)
