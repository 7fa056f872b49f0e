"""The table of roles: each is a way to make a proposition true by construction, tried in this order.

A role is a function of a goal and the plan so far; it yields the ways it knows, best first. It looks at the
shape of the proposition only, never at a theorem's name, so a mutated statement is planned like any other.
"""

from __future__ import annotations

from pybridge.codegen.roles.caps import above, levels, nonempty
from pybridge.codegen.roles.sequences import pinned, pointwise, recursion
from pybridge.codegen.roles.table import TABLE, Role

ROLES: tuple[Role, ...] = (*TABLE, nonempty, recursion, levels, pointwise, above, pinned)
