"""Messages about the `@` keys of a docstring."""

from __future__ import annotations

from pybridge.parser.message import Message, with_keys

KEYS: dict[str, Message] = {
    "unknown-key": Message(
        "`@{key}` is no key", "{advice}", (with_keys("@mesure x activation"), with_keys("@ upper ‖f‖"))
    ),
    "repeated-key": Message(
        "`@{key}` stands twice",
        "Put all of it on one line.",
        (with_keys("@certificate yes\n@certificate yes"),),
    ),
    "empty-key": Message(
        "`@{key}` without a value",
        "Write the value on the same line.",
        (with_keys("@upper"), with_keys("@note")),
    ),
    "prose-after-keys": Message(
        "prose after the `@` keys",
        "Put it before them, or indent it to continue a key.",
        (with_keys("@certificate yes\nmore"),),
    ),
    "unknown-mode": Message("`{word}` is no mode", "{advice}", (with_keys("@mode runtme property"),)),
    "repeated-mode": Message(
        "the mode `{word}` twice", "Leave one out.", (with_keys("@mode property property"),)
    ),
    "no-property-mode": Message(
        "`@mode` without `property`",
        "Every exported theorem has its property test; add `property`.",
        (with_keys("@mode runtime\n@measure f weight"),),
    ),
    "runtime-unmeasured": Message(
        "mode `runtime` with nothing measured",
        "Add `@measure var meaning; …`, or leave `runtime` out.",
        (with_keys("@mode runtime property"),),
    ),
    "measured-not-run": Message(
        "`@measure` without mode `runtime`",
        "Add `@mode runtime property`.",
        (with_keys("@measure f weight"), with_keys("@mode property\n@measure f weight")),
    ),
    "measure-form": Message(
        "`{entry}` has no meaning beside it",
        "Write `@measure var meaning; var meaning`.",
        (
            with_keys("@mode runtime property\n@measure f"),
            with_keys("@mode runtime property\n@measure f weight;"),
        ),
    ),
    "unknown-measured": Message(
        "`{name}` is no data binder of this theorem",
        "{advice}",
        (with_keys("@mode runtime property\n@measure w weight"),),
    ),
    "measured-twice": Message(
        "`{name}` is measured twice",
        "Leave one out.",
        (with_keys("@mode runtime property\n@measure f weight; f weight"),),
    ),
    "unknown-meaning": Message(
        "`{meaning}` is no meaning of the vocabulary",
        "{advice}",
        (with_keys("@mode runtime property\n@measure f wieght"),),
    ),
    "meaning-sort": Message(
        "`{name}` is {sort} and cannot be `{meaning}`, which is for binders of sort {kind}",
        "Measure another binder, or correct the meaning.",
        (
            with_keys("@mode runtime property\n@measure a weight"),
            with_keys("@mode runtime property\n@measure f activation"),
        ),
    ),
    "mixed-scopes": Message(
        "`{name}` is measured {scopes}, and before it {earlier}",
        "All measured binders of a theorem share at least one scope.",
        (with_keys("@mode runtime property\n@measure f weight; x state"),),
    ),
    "upper-form": Message(
        "`{text}` is no norm of a linear map or a matrix",
        "Write `@upper ‖f‖` or `@upper ‖W‖`.",
        (with_keys("@upper ‖x‖"), with_keys("@upper f")),
    ),
    "upper-relation": Message(
        "`@upper` for a conclusion that is no `≤`",
        "Remove the key: an upper bound may stand in only on the right of `≤`.",
        (with_keys("@upper ‖f‖", "‖f x‖ < ‖f‖ * a"), with_keys("@upper ‖f‖", "a = b ↔ a ≤ ‖f‖")),
    ),
    "upper-place": Message(
        "an upper bound may not stand in for `{text}` here",
        "The norm must occur on the right of `≤`, and not below a `/` or after a `-`.",
        (
            with_keys("@upper ‖g‖"),
            with_keys("@upper ‖f‖", "‖f‖ ≤ a"),
            with_keys("@upper ‖f‖", "a ≤ b - ‖f‖"),
            with_keys("@upper ‖f‖", "a ≤ b / ‖f‖"),
        ),
    ),
    "upper-twice": Message(
        "`{text}` stands twice under `@upper`",
        "Leave one out.",
        (with_keys("@upper ‖f‖\n@upper ‖f‖"), with_keys("@upper ‖f‖; ‖f‖")),
    ),
    "certificate-form": Message(
        "`@certificate {value}`", "Write `yes` or `no`.", (with_keys("@certificate maybe"),)
    ),
}
