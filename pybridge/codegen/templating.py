"""The jinja2 environment: an unknown variable is an error, and nothing is escaped behind our back."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def render(template: str, **values: object) -> str:
    return environment().get_template(template).render(**values)


def template_digest(*names: str) -> str:
    """`sha256:…` over the text of templates."""
    content = hashlib.sha256()
    for name in names:
        content.update((TEMPLATES / name).read_bytes() + b"\0")
    return f"sha256:{content.hexdigest()}"


def docstring_text(text: str) -> str:
    """Text that can stand between triple quotes and be read back unchanged."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def literal(value: object) -> str:
    """A text, number, tuple or dict as Python source, with double quotes."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case tuple():
            items = [literal(item) for item in value]
            return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
        case dict():
            return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
        case None | bool() | int():
            return repr(value)
        case _:
            raise TypeError(f"no literal for {type(value).__name__}")
