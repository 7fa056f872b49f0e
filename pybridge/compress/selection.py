"""Which maps of a model are compressed."""

from __future__ import annotations

import re

from pybridge.errors import SettingError
from pybridge.models.adapter import Adapter
from pybridge.models.linear_maps import LinearMapView


def chosen_maps(
    adapter: Adapter, pattern: str | None = None, *, per_head: bool = False
) -> tuple[LinearMapView, ...]:
    """The linear maps in whose name the regular expression is found; all of them for None.

    Raises: SettingError if it is no regular expression, or matches nothing.
    """
    try:
        matcher = re.compile(pattern or "")
    except re.error as error:
        raise SettingError(f"The map filter {pattern!r} is no regular expression: {error}.") from None
    views = adapter.linear_maps(per_head=per_head)
    chosen = tuple(view for view in views if matcher.search(view.name))
    if not chosen:
        some = ", ".join(view.name for view in views[:7])
        raise SettingError(
            f"The map filter {pattern!r} matches none of the {len(views)} linear maps, such as {some}."
        )
    return chosen
