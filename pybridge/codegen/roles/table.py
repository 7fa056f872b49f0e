"""Roles of relations between numbers and vectors, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pybridge.codegen.draft import Draft, Goal, Option
from pybridge.codegen.roles.contraction import growth, square_below, square_or_product
from pybridge.codegen.roles.equations import definition, equation
from pybridge.codegen.roles.factors import coefficient, lipschitz, share
from pybridge.codegen.roles.order import absolute_ball, bound, nonzero, slack
from pybridge.codegen.roles.parts import cancelled, nonneg_parts, nonzero_parts, positive_parts
from pybridge.codegen.roles.vectors import acute, nonzero_vector, norm_ball

Role = Callable[[Goal, Draft], Iterator[Option]]

TABLE: tuple[Role, ...] = (
    definition,
    equation,
    coefficient,
    nonneg_parts,
    positive_parts,
    nonzero_parts,
    nonzero,
    bound,
    nonzero_vector,
    lipschitz,
    norm_ball,
    square_or_product,
    share,
    slack,
    absolute_ball,
    square_below,
    growth,
    acute,
    cancelled,
)
