"""Certified operator norms remembered on disk, behind the enclosure's `NormCache`."""

from __future__ import annotations

import math

from pybridge.measure.cache import DiskCache
from pybridge.runtime.norms import NormEnclosure


class DiskNormCache:
    """Keys come from `NormSource` and name the method, the width and the content of the map.

    A norm is a certificate, so an entry that is not a sound enclosure is a miss.
    """

    def __init__(self, disk: DiskCache) -> None:
        self._disk = disk

    def get(self, key: str) -> NormEnclosure | None:
        record = self._disk.get_record(f"norm {key}")
        if record is None:
            return None
        try:
            found = NormEnclosure(float(record["lo"]), float(record["hi"]), str(record["label"]))
        except (KeyError, TypeError, ValueError):
            return None
        return found if 0 <= found.lo <= found.hi < math.inf else None

    def put(self, key: str, enclosure: NormEnclosure) -> None:
        if math.isfinite(enclosure.hi):
            record = {"lo": enclosure.lo, "hi": enclosure.hi, "label": enclosure.label}
            self._disk.put_record(f"norm {key}", record)
