"""Asking the model hub: an answer within seconds, or one message saying what to do instead."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from typing import TypeVar

from pybridge.errors import ModelError, OutputError

ANSWER_S = 8.0
"""How long the hub has for an answer; name look-ups on a dead network can hang far longer."""

_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)

T = TypeVar("T")


class HubError(ModelError):
    """The hub does not have the model, does not give it, or cannot be asked."""


def asked(repo: str, ask: Callable[[], T], *, deadline_s: float | None = ANSWER_S) -> T:
    """`ask()`, with every way in which the hub can fail turned into one HubError about `repo`.

    Raises: HubError; OutputError if the answer could not be stored in the hub cache.
    """
    try:
        return ask() if deadline_s is None else within(deadline_s, ask)
    except OSError as error:
        if error.errno in _NOT_WRITABLE:
            raise OutputError(_unwritable(repo, error)) from None
        raise HubError(_explain(repo, error)) from None
    except Exception as error:
        raise HubError(_explain(repo, error)) from None


def within(seconds: float, ask: Callable[[], T]) -> T:
    """`ask()` in a thread of its own, its error raised here. Raises: TimeoutError after `seconds`."""
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(ask())
        except BaseException as error:
            errors.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return results[0]


def _unwritable(repo: str, error: OSError) -> str:
    from huggingface_hub import constants

    return (
        f"{repo}: the hub cache ({constants.HF_HUB_CACHE}) cannot be written: {error}.\n"
        "  Set HF_HUB_CACHE to a folder with enough room that you may write."
    )


def _explain(repo: str, error: Exception) -> str:
    from huggingface_hub import constants, errors

    hub = constants.ENDPOINT
    absent = f"{repo}: not wholly in the hub cache ({constants.HF_HUB_CACHE})"
    instead = (
        f"  Without a network: run `hf download {repo}` elsewhere and copy its cache folder, or name a\n"
        "  local model folder, or use `--model tiny-gpt2`, which comes with this package."
    )
    match error:
        case errors.OfflineModeIsEnabled():
            return (
                f"{absent}, and HF_HUB_OFFLINE=1 forbids asking the hub.\n"
                f"  Unset HF_HUB_OFFLINE and run again with a network.\n{instead}"
            )
        case errors.GatedRepoError():
            return (
                f"{repo}: the hub gives this model only to people who accepted its licence.\n"
                f"  Accept it on {hub}/{repo} and log in with `hf auth login`."
            )
        case errors.RepositoryNotFoundError():
            return (
                f"{repo}: the hub ({hub}) has no such model, or it is private.\n"
                "  Check the spelling (`owner/name`), or log in with `hf auth login`."
            )
        case _:
            reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
            return f"{absent}, and the hub at {hub} gave no answer: {reason}.\n{instead}"
