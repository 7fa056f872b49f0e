"""`extracted/statements.lock`: what each theorem was accepted to say; a weakened one is a visible diff.

Name → digest, revision and the reason someone gave. Only an acceptance writes it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from pybridge.errors import SettingError, StaleError

LOCK = "extracted/statements.lock"
LOCK_VERSION = 1
EVERY = "all"


@dataclass(frozen=True)
class Accepted:
    """One row: the digest (None once the theorem was withdrawn), how often it changed, and why last."""

    digest: str | None
    revision: int
    reason: str


Lock = Mapping[str, Accepted]


def read_lock(text: str | None) -> dict[str, Accepted]:
    """Rows by name; none for a missing file.

    Raises:
        StaleError: the file is not a lock this version reads.
    """
    if text is None:
        return {}
    try:
        data = json.loads(text)
        if data["lock_version"] != LOCK_VERSION:
            raise ValueError(data["lock_version"])
        return {name: Accepted(**row) for name, row in data["statements"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StaleError(f"{LOCK} is damaged ({error!r}); restore it from version control") from None


def lock_text(lock: Lock) -> str:
    rows = {name: asdict(lock[name]) for name in sorted(lock)}
    return json.dumps({"lock_version": LOCK_VERSION, "statements": rows}, ensure_ascii=False, indent=1) + "\n"


def unaccepted(lock: Lock, digests: Mapping[str, str]) -> dict[str, str]:
    """Theorem → what happened to it since it was accepted: `new`, `changed` or `removed`; sorted by name."""
    found = {}
    for name in sorted(lock.keys() | digests.keys()):
        row, now = lock.get(name), digests.get(name)
        before = row.digest if row else None
        if before != now:
            found[name] = "new" if before is None else "removed" if now is None else "changed"
    return found


def accept(
    lock: Lock, digests: Mapping[str, str], names: Collection[str], reason: str
) -> dict[str, Accepted]:
    """The lock with the present statements of `names` accepted; `all` names everything that differs.

    Raises:
        SettingError: no reason, an unknown name, or a statement that is accepted already.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise SettingError("an acceptance needs a reason: `--accept NAME --reason TEXT`")
    waiting = unaccepted(lock, digests)
    chosen = list(waiting) if EVERY in names else list(names)
    if not chosen:
        raise SettingError(f"there is nothing to accept: every statement is in {LOCK} as it stands")
    rows = dict(lock)
    for name in chosen:
        if name not in waiting:
            known = name in digests or name in lock
            problem = "is accepted as it stands" if known else "is no exported theorem"
            others = ", ".join(waiting) or "none"
            raise SettingError(f"`{name}` {problem}; statements that wait for acceptance: {others}")
        revision = rows[name].revision + 1 if name in rows else 1
        rows[name] = Accepted(digests.get(name), revision, reason)
    return rows


def complaint(waiting: Mapping[str, str]) -> str:
    """The message for statements that differ from the lock."""
    lines = [f"  {name}: {what}" for name, what in waiting.items()]
    name = next(iter(waiting)) if len(waiting) == 1 else "NAME"
    return "\n".join(
        [
            f"{len(waiting)} statement{'s' * (len(waiting) > 1)} not as accepted in {LOCK}:",
            *lines,
            f"  Look at the change, then `python -m pybridge.extract --accept {name} --reason TEXT`"
            + (f" (`{EVERY}` for all of them)." if len(waiting) > 1 else "."),
        ]
    )
