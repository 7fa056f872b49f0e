"""The table of roles: each is a way to make a proposition true by construction, tried in this order.

A role is a function of a goal and the plan so far; it yields the ways it knows, best first. It looks at the
shape of the proposition only, never at a theorem's name, so a mutated statement is planned like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pybridge.codegen.roles.contraction import growth, square_below
from pybridge.codegen.roles.equations import definition, equation
from pybridge.codegen.roles.model import Draft, Goal, Option
from pybridge.codegen.roles.order import bound, nonzero, slack
from pybridge.codegen.roles.parts import cancelled, nonneg_parts, nonzero_parts, positive_parts
from pybridge.codegen.roles.sequences import pointwise
from pybridge.codegen.roles.vectors import acute, nonzero_vector, norm_ball

Role = Callable[[Goal, Draft], Iterator[Option]]

ROLES: tuple[Role, ...] = (
    definition,
    equation,
    nonneg_parts,
    positive_parts,
    nonzero_parts,
    nonzero,
    bound,
    nonzero_vector,
    norm_ball,
    slack,
    square_below,
    growth,
    acute,
    cancelled,
    pointwise,
)
