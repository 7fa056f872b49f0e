"""Results of long studies: every record is on the disk, or was never saved; a killed run loses nothing.

SQLite, because it is in the standard library and answers the questions that an append-only file would have to
answer again: a record is there once (primary key), whole (transaction) and durable (`synchronous=FULL` in WAL
mode: a commit returns after its fsync), and a second process that writes the same study waits instead of
interleaving lines. SQLite has no checksums of its own, so every record carries one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from pybridge.errors import OutputError, StoreError

APPLICATION_ID = 0x4C494E46  # "LINF"
FORMAT = 1
_WAIT_S = 60.0
_TABLE = """
CREATE TABLE IF NOT EXISTS records (
    collection TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (collection, key)
)
"""


class ResultStore:
    """Collections of JSON records by key, in one file.

    `save`, `fetch` and `delete` may be repeated, interrupted and run from several processes; doing one of
    them twice is doing it once.

    Raises: StoreError if the file is something else, of another format, or damaged; OutputError if it cannot
        be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._explained():
            self._connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        """Look and create under one lock: two processes may open a new file at the same moment."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._require_ours()
            self._connection.execute(_TABLE)
            self._connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version={FORMAT}")
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.OperationalError):  # a full disk has rolled back already
                self._connection.execute("ROLLBACK")
            raise
        with suppress(sqlite3.OperationalError):  # locked: another process is switching this file to WAL
            self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")

    def _require_ours(self) -> None:
        (tables,) = self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        if tables and self._pragma("application_id") != APPLICATION_ID:
            raise StoreError(
                f"{self.path}: an SQLite file of another program. "
                "Name a new file, or one written by this package."
            )
        version = self._pragma("user_version")
        if tables and version != FORMAT:
            raise StoreError(
                f"{self.path}: written in format {version}, this version reads format {FORMAT}. "
                "Name a new file."
            )

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    # ---- the three verbs -----------------------------------------------------------------------------------
    def save(self, collection: str, key: str, record: Mapping[str, Any]) -> bool:
        """Put a record on the disk; when this returns it stays, whatever becomes of the process.

        A key that is there keeps its record: the first one saved is the one that others may have read.

        Returns: whether the record is new.
        Raises: ValueError for NaN or infinity; OutputError.
        """
        text = json.dumps(record, sort_keys=True, ensure_ascii=False, allow_nan=False)
        values = (collection, key, _digest(collection, key, text), text)
        with self._explained():
            done = self._connection.execute("INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?)", values)
            return done.rowcount == 1

    def fetch(self, collection: str) -> dict[str, dict[str, Any]]:
        """Key → record of a collection, by key; empty if there is none.

        Raises: StoreError naming the first record whose checksum does not fit.
        """
        return dict(self._rows(collection))

    def delete(self, collection: str, key: str) -> bool:
        """Forget a record. Returns: whether it was there."""
        with self._explained():
            done = self._connection.execute(
                "DELETE FROM records WHERE collection = ? AND key = ?", (collection, key)
            )
            return done.rowcount == 1

    def _rows(self, collection: str) -> Iterator[tuple[str, dict[str, Any]]]:
        with self._explained():
            rows = self._connection.execute(
                "SELECT key, digest, record FROM records WHERE collection = ? ORDER BY key", (collection,)
            ).fetchall()
        for key, digest, text in rows:
            if digest != _digest(collection, key, text):
                raise StoreError(
                    f"{self.path}: the record {key!r} of {collection!r} is damaged, its checksum does not "
                    "fit. Delete that record, or the file, and run again."
                )
            yield key, json.loads(text)

    # ---- closing -------------------------------------------------------------------------------------------
    def close(self) -> None:
        """Let go of the file. Nothing waits to be written."""
        self._connection.close()

    def __enter__(self) -> ResultStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutputError(
                f"The results store {self.path} cannot be used: {error}.\n"
                "  Name a file on a local disk with room, where you may write. What is saved stays."
            ) from None
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self.path}: not a results store, or damaged: {error}. Name a new file."
            ) from None


def _digest(collection: str, key: str, text: str) -> str:
    return hashlib.sha256(f"{collection}\n{key}\n{text}".encode()).hexdigest()
