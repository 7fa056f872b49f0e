"""Reading a JSON object whose every field has a kind; what is wrong is named by its place."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from pybridge.errors import CertificateError

FLOAT_MAX = sys.float_info.max
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Fields:
    """One JSON object at a place such as `bounds.json: maps[3].residual_norm`."""

    record: dict[str, Any]
    where: str

    @classmethod
    def of(cls, value: Any, where: str) -> Fields:
        """Raises: CertificateError if the value is no object."""
        if not isinstance(value, dict):
            raise CertificateError(f"{where}: a JSON object was expected, not {_kind(value)}.")
        return cls(value, where)

    def _get(self, key: str) -> Any:
        if key not in self.record:
            raise CertificateError(f"{self.where}: `{key}` is missing; the file is damaged.")
        return self.record[key]

    def _refuse(self, key: str, expected: str) -> NoReturn:
        found = self.record[key]
        shown = repr(found) if isinstance(found, str | int | float | None) else _kind(found)
        raise CertificateError(f"{self.where}: `{key}` must be {expected}, not {shown}; the file is damaged.")

    def object(self, key: str) -> Fields:
        return Fields.of(self._get(key), f"{self.where}: {key}")

    def objects(self, key: str) -> Iterator[Fields]:
        values = self._get(key)
        if not isinstance(values, list):
            self._refuse(key, "a list")
        return (Fields.of(value, f"{self.where}: {key}[{i}]") for i, value in enumerate(values))

    def mapping(self, key: str) -> dict[str, Any]:
        return self.object(key).record

    def mapping_or_none(self, key: str) -> dict[str, Any] | None:
        return None if self._get(key) is None else self.mapping(key)

    def text(self, key: str) -> str:
        value = self._get(key)
        return value if isinstance(value, str) else self._refuse(key, "a text")

    def texts(self, key: str) -> dict[str, str]:
        inner = self.object(key)
        return {name: inner.text(name) for name in inner.record}

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        return value if value in allowed else self._refuse(key, " or ".join(map(repr, allowed)))

    def digest(self, key: str) -> str:
        value = self.text(key)
        return value if _DIGEST.fullmatch(value) else self._refuse(key, "`sha256:` and 64 hexadecimal digits")

    def count(self, key: str) -> int:
        value = self._get(key)
        return value if _is_count(value) else self._refuse(key, "a count")

    def count_or_none(self, key: str) -> int | None:
        return None if self._get(key) is None else self.count(key)

    def shape(self, key: str) -> tuple[int, int]:
        value = self._get(key)
        if not isinstance(value, list) or len(value) != 2 or not all(map(_is_count, value)):
            self._refuse(key, "two counts, [out_features, in_features]")
        return value[0], value[1]

    def ends(self) -> tuple[float, float]:
        """`lo` and `hi` with 0 ≤ lo ≤ hi, finite."""
        lo, hi = self._number("lo"), self._number("hi")
        if not lo <= hi:
            self._refuse("hi", f"at least `lo`, {lo!r}")
        return lo, hi

    def _number(self, key: str) -> float:
        value = self._get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= FLOAT_MAX:
            self._refuse(key, "a finite number, 0 or more")
        return float(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _kind(value: Any) -> str:
    return "null" if value is None else f"a {type(value).__name__}"
