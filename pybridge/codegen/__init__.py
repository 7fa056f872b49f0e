"""Typed statements to Python and Lean: planner, templates, manifest and lock."""

from pybridge.codegen.load import load as load
from pybridge.codegen.names import python_name as python_name
from pybridge.codegen.plan_draw import plan_draw as plan_draw
from pybridge.codegen.plan_runtime import plan_runtime as plan_runtime
from pybridge.codegen.render import check_source as check_source
from pybridge.codegen.render import draw_source as draw_source
from pybridge.codegen.render import property_source as property_source

__all__ = [
    "check_source",
    "draw_source",
    "load",
    "plan_draw",
    "plan_runtime",
    "property_source",
    "python_name",
]
