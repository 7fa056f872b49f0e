"""The theorem that a certificate stands on, and the digest of its statement."""

from __future__ import annotations

from dataclasses import dataclass

import pybridge_extracted

from pybridge.errors import CertificateError

NAME = "matrix_sparse_activation_bound"
"""M2: W = S + R gives ‖Wx - Sx‖ ≤ ‖R‖ ‖x‖, for any matrix S: pruned, of low rank, or both."""


@dataclass(frozen=True)
class Theorem:
    """A theorem by name, with the digest of the statement that was read from its Lean source."""

    name: str
    statement: str


def theorem() -> Theorem:
    """The theorem as this installation has it."""
    check = pybridge_extracted.load(NAME)
    return Theorem(check.NAME, check.STATEMENT)


def require_known(named: Theorem) -> None:
    """Refuse a certificate whose bound is of another theorem or another statement than ours.

    Raises: CertificateError.
    """
    ours = theorem()
    if named.name != ours.name:
        raise CertificateError(
            f"The certificate stands on the theorem {named.name!r}; this version knows {ours.name!r}.\n"
            "  Verify with the version that wrote it."
        )
    if named.statement != ours.statement:
        raise CertificateError(
            f"The statement of {named.name} is not the one certified: {named.statement} there, "
            f"{ours.statement} here.\n  Verify with the version that wrote the certificate."
        )
