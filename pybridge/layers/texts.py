"""The two texts of a removal: the one the criterion is measured on, and the one the result is judged on."""

from __future__ import annotations

from dataclasses import dataclass

from pybridge.errors import SettingError
from pybridge.files.digest import text_digest
from pybridge.layers.spec import RemoveSpec
from pybridge.models.text import named_text, read_text


@dataclass(frozen=True)
class Source:
    """A text and where it came from, in words."""

    words: str
    text: str


@dataclass(frozen=True)
class Texts:
    """`measured` is `evaluation` itself where no calibration text was named."""

    measured: Source
    evaluation: Source

    @property
    def apart(self) -> bool:
        return self.measured is not self.evaluation


def read_texts(spec: RemoveSpec) -> Texts:
    """Raises: TextError for a text that cannot be read; SettingError if the two are the same text."""
    evaluation = Source(*named_text(spec.text, spec.dataset))
    if spec.calibration is None:
        return Texts(evaluation, evaluation)
    measured = Source(f"the file {spec.calibration.name}", read_text(spec.calibration))
    if text_digest(measured.text) == text_digest(evaluation.text):
        raise SettingError(
            "--calibration is the very text of the evaluation (equal SHA-256): the blocks would be chosen on "
            "what they are judged by. Calibrate on another text, for example the validation split."
        )
    return Texts(measured, evaluation)
