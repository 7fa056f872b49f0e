"""`pybridge verify`: a folder of compressed weights held against its certificate and its base model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pybridge.certify.bounds import BOUNDS_FILE, read_bounds
from pybridge.certify.certificate import Certificate
from pybridge.certify.maps import faults
from pybridge.certify.theorem import require_known
from pybridge.errors import CertificateError, NonFiniteError
from pybridge.files.folder import file_digest
from pybridge.measure.progress import SILENT, Progress
from pybridge.models.fingerprint import tensor_digest, weight_digests
from pybridge.models.linear_maps import LinearMapView
from pybridge.models.opening import OpenModel, open_model

Views = dict[str, LinearMapView]

READ_UNASKED = frozenset({".json", ".jinja", ".model"})
"""Suffixes of what transformers looks for beside the weights: an `adapter_config.json` that was added would
change the model that is loaded, though every certified file is as it was.
"""


@dataclass(frozen=True)
class Finding:
    """Something certified that is not so.

    Attributes:
        about: the map, weight or file.
        reason: one sentence.
    """

    about: str
    reason: str


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        certificate: as it was read.
        findings: empty when everything certified holds.
    """

    certificate: Certificate
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        return 1 if self.findings else 0


def verify(
    folder: Path,
    against: str,
    *,
    device: str = "cpu",
    cache_dir: Path | None = None,
    progress: Progress = SILENT,
) -> Verification:
    """Compute every number of `bounds.json` again, from the weights in `folder` and those of the base model.

    Nothing is taken from a cache but converted weights. Checked: that the weights of each map are those
    certified, that ‖W - Ŵ‖₂ and ‖W‖₂ lie between their certified ends, the zeros, that whatever is not
    certified equals the base model, the digests of the other files, and that nothing was added which
    transformers would read (`READ_UNASKED`). Not checked: `rank` and
    `sparse_zeros`, which Ŵ no longer shows, and what the file says of method, settings and calibration.

    Args:
        against: the base model: a folder, a hub id, or a model that comes with the package.
    Raises: CertificateError for an unreadable certificate, one of another base model, or one that stands on
        another theorem; ModelError for weights that cannot be read.
    """
    certificate = read_bounds(folder)
    for bound in certificate.maps:
        require_known(bound.theorem)
    progress.begin("opening the base model")
    base = open_model(against, device=device, dtype=certificate.dtype, cache_dir=cache_dir)
    _require_base(certificate, base, against)
    findings = list(_file_findings(folder, certificate))
    progress.begin("opening the compressed model")
    try:
        compressed = open_model(str(folder.resolve()), device=device, dtype=certificate.dtype)
    except NonFiniteError as error:
        findings.append(_of_non_finite(str(error), base))
        return Verification(certificate, tuple(findings))
    ours, theirs = _views(base), _views(compressed)
    _require_same_maps(certificate, ours, theirs)
    progress.begin("verifying maps", len(certificate.maps))
    for bound in certificate.maps:
        weight, pruned = ours[bound.name].read(), theirs[bound.name].read()
        findings += [Finding(bound.name, reason) for reason in faults(bound, weight, pruned)]
        if ours[bound.name].parameter != bound.parameter:
            findings.append(Finding(bound.name, f"its parameter is not called {bound.parameter}"))
        progress.advance()
    findings += _uncertified(certificate, base, compressed)
    if not findings and compressed.weight_digest() != certificate.weight_digest:
        findings.append(Finding(BOUNDS_FILE, "its digest of all weights together is not theirs"))
    return Verification(certificate, tuple(findings))


def _require_base(certificate: Certificate, base: OpenModel, against: str) -> None:
    if base.weight_digest() != certificate.base.weight_digest:
        raise CertificateError(
            f"{against} is not the model that was compressed: its weights in {certificate.dtype} have the "
            f"digest {base.weight_digest()}, and the certificate is of {certificate.base.name} "
            f"({certificate.base.source}), {certificate.base.weight_digest}.\n"
            "  Name that model after --against."
        )


def _require_same_maps(certificate: Certificate, ours: Views, theirs: Views) -> None:
    for bound in certificate.maps:
        shapes = {views[bound.name].shape if bound.name in views else None for views in (ours, theirs)}
        if shapes != {bound.shape}:
            raise CertificateError(
                f"The certificate speaks of a map {bound.name} of shape {bound.shape}; the base model and "
                "the compressed one do not both have it. They, or the certificate, are of different models."
            )


def _file_findings(folder: Path, certificate: Certificate) -> Iterator[Finding]:
    for name, digest in sorted(certificate.files.items()):
        path = folder / name
        if not path.is_file():  # a pipe or a device would be read for ever
            yield Finding(name, "the file is missing")
            continue
        try:
            found = file_digest(path)
        except OSError as error:
            yield Finding(name, f"the file cannot be read: {error.strerror or error}")
            continue
        if found != digest:
            yield Finding(name, "the file is not the one certified")
    for path in sorted(folder.iterdir()):
        if path.suffix in READ_UNASKED and path.name not in (*certificate.files, BOUNDS_FILE):
            yield Finding(path.name, "transformers reads files like it, and it is not certified")


def _of_non_finite(message: str, base: OpenModel) -> Finding:
    """Weights with NaN or infinity cannot have been certified; the maps inside the parameter are named."""
    parameter = message.partition(":")[0]
    names = [view.name for view in base.adapter.linear_maps() if view.parameter == parameter]
    reason = "the weights are not those certified, and have no norm: " + message.partition("\n")[0]
    return Finding(", ".join(names) or parameter, reason)


def _uncertified(certificate: Certificate, base: OpenModel, compressed: OpenModel) -> Iterator[Finding]:
    """Maps without a certificate and weights outside all maps must be those of the base model."""
    certified = {bound.name for bound in certificate.maps}
    ours, theirs = _views(base), _views(compressed)
    for name in ours:
        if name in certified:
            continue
        if name not in theirs or tensor_digest(ours[name].read()) != tensor_digest(theirs[name].read()):
            yield Finding(name, "the weights are not the base model's, and no bound is certified for them")
    inside = {view.parameter for view in ours.values()}
    first, second = weight_digests(base.model), weight_digests(compressed.model)
    for name in sorted(first.keys() | second.keys()):
        if name not in inside and first.get(name) != second.get(name):
            yield Finding(name, "the weights are not the base model's, and it is no linear map of a block")


def _views(opened: OpenModel) -> Views:
    return {view.name: view for view in opened.adapter.linear_maps()}
