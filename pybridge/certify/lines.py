"""What the commands print."""

from __future__ import annotations

import shlex
from pathlib import Path

from pybridge.certify.certificate import Certificate, MapBound
from pybridge.certify.compression import Outcome
from pybridge.certify.verification import Verification


def outcome_lines(outcome: Outcome, out: Path) -> list[str]:
    """Zeros, bounds, size, speed, time; plainly."""
    certificate = outcome.certificate
    return [
        f"Compressed {len(certificate.maps)} linear maps of {certificate.base.name} by {certificate.method}"
        f"{_settings(certificate)}.",
        f"Zeros: {outcome.zeros:,} of the {outcome.weights:,} weights of these maps "
        f"({_percent(outcome.zeros, outcome.weights)}), "
        f"{_percent(outcome.zeros, outcome.parameters)} of all parameters.",
        _bounds_line(certificate),
        f"Size: {outcome.weight_bytes:,} bytes of weights, as before: stored densely, zeros save none.",
        f"Speed: {outcome.speed_before:,.0f} tokens/s before, {outcome.speed_after:,.0f} after (blocks only, "
        "256 tokens): dense kernels gain nothing from zeros; a difference is this machine's noise.",
        "Time: " + ", ".join(f"{name[:-2]} {value:.1f} s" for name, value in _times(outcome)) + ".",
        f"Written: {out}. Check it with: pybridge verify {shlex.quote(str(out))} --against "
        f"{shlex.quote(certificate.base.name)}",
    ]


def verification_lines(verification: Verification, folder: Path, against: str) -> list[str]:
    """One line when all holds; else a line for each finding, the maps by name."""
    certificate = verification.certificate
    if not verification.findings:
        return [
            f"Verified: {folder} against {against}: {len(certificate.maps)} maps; every certified bound "
            "holds and every weight is the one certified.",
            _bounds_line(certificate),
            f"Stated, not checked: method {certificate.method}, its settings, ranks and calibration; weights "
            "do not show them.",
        ]
    named = list(dict.fromkeys(finding.about for finding in verification.findings))
    lines = [f"NOT verified: {folder} against {against}: not as certified, {len(named)} in all:"]
    return lines + [f"  {finding.about}: {finding.reason}" for finding in verification.findings]


def _bounds_line(certificate: Certificate) -> str:
    theorem = certificate.maps[0].theorem.name
    rated = [(bound.relative.hi, bound) for bound in certificate.maps if bound.relative is not None]
    if not rated:
        return f"Certified ‖W - Ŵ‖₂: every W is zero; theorem {theorem}."
    least, most = min(rated, key=_first), max(rated, key=_first)
    return (
        f"Certified ‖W - Ŵ‖₂ / ‖W‖₂: at most {least[0]:.4g} ({least[1].name}) to {most[0]:.4g} "
        f"({most[1].name}); theorem {theorem}."
    )


def _first(pair: tuple[float, MapBound]) -> float:
    return pair[0]


def _settings(certificate: Certificate) -> str:
    given = [(key, value) for key, value in certificate.settings.items() if value not in (None, False)]
    return "".join(f", {key} {value}" if value is not True else f", {key}" for key, value in given)


def _times(outcome: Outcome) -> list[tuple[str, float]]:
    return [(name, outcome.seconds[name]) for name in ("open_s", "compress_s", "norms_s", "write_s")]


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.2%}"
