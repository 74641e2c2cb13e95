"""What sources have answered, kept on disk: a run that was killed goes on, and deciding can be repeated offline.

One SQLite file in the cache folder. Each answer is kept as it came as soon as it came, under a digest of the question.
Of each thing it is kept what would be asked about it alone, so that other things in a batch don't matter, and which
identifiers it had. Keys and contact addresses are no part of a question, so they are never kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from aligngraph.errors import OutputError
from aligngraph.linking.source import Question

_DAY = 86400.0
FOUND_DAYS, NOTHING_DAYS = 180, 30
"""How long an answer counts: what was not found then may be there a month later."""
_TABLES = """
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, source TEXT, method TEXT, url TEXT, at REAL, status INTEGER, media TEXT, body BLOB
);
CREATE TABLE IF NOT EXISTS things (
  base TEXT, thing TEXT, at REAL, found INTEGER, key TEXT, pairs TEXT, answers TEXT, PRIMARY KEY (base, thing)
);
"""


class Kept(NamedTuple):
    """An answer as it came. *question* has what is needed to read it again."""

    question: Question
    status: int
    media: str
    body: bytes


class Asked(NamedTuple):
    """That a thing was asked for: a digest of what is asked about it alone, its identifiers, and the answers' keys."""

    key: str
    pairs: set[tuple[str, str]]
    answers: list[str]


def key_of(questions: Iterable[Question]) -> str:
    """Return a digest of what is asked, and where."""
    digest = hashlib.sha256()
    for one in questions:
        for part in (one.method.encode(), one.url.encode(), one.body or b""):
            digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


class State:
    """The answers of all sources so far. Threads may share it, and processes the file."""

    def __init__(self, path: Path | None, *, for_ever: bool = False) -> None:
        """Keep answers in the file *path*, or in memory without one; *for_ever*: take old ones too.

        Raise OutputError where the file can't be used.
        """
        self._limits = (1e18, 1e18) if for_ever else (FOUND_DAYS * _DAY, NOTHING_DAYS * _DAY)
        self._lock = threading.Lock()
        self._path = path
        with self._explained():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path or ":memory:", timeout=30, check_same_thread=False, isolation_level=None)
            self._file.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def keep(self, source: str, kept: Kept) -> str:
        """Keep an answer, and return its key."""
        key = key_of([kept.question])
        row = (key, source, kept.question.method, kept.question.url, time.time(), kept.status, kept.media)
        with self._lock, self._explained():
            self._file.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, zlib.compress(kept.body))
            )
        return key

    def answer(self, key: str, *, found: bool = True) -> Kept | None:
        """Return the answer with *key*, where it is not too old: for one with nothing *found* in it, that is sooner."""
        with self._lock, self._explained():
            row = self._file.execute(
                "SELECT method, url, status, media, body FROM answers WHERE key = ? AND at > ?",
                (key, time.time() - self._limits[0 if found else 1]),
            ).fetchone()
        if row is None:
            return None
        with contextlib.suppress(zlib.error, TypeError):
            return Kept(Question(row[0], row[1]), row[2], row[3], zlib.decompress(row[4]))
        return None

    def remember(self, base: str, thing: str, asked: Asked, *, found: bool) -> None:
        """Keep how *thing* was asked for at the address *base*, and whether it was found."""
        row = (base, thing, time.time(), found, asked.key, json.dumps(sorted(asked.pairs)), json.dumps(asked.answers))
        with self._lock, self._explained():
            self._file.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def asked(self, base: str, thing: str) -> Asked | None:
        """Return how a thing was asked for at *base*; None where it was not, or that was too long ago."""
        with self._lock, self._explained():
            row = self._file.execute(
                "SELECT at, found, key, pairs, answers FROM things WHERE base = ? AND thing = ?", (base, thing)
            ).fetchone()
        if row is None or time.time() - row[0] > self._limits[0 if row[1] else 1]:
            return None
        return Asked(row[2], {(scheme, value) for scheme, value in json.loads(row[3])}, json.loads(row[4]))

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise OutputError, which names the file, where it can't be used: it is damaged, the disk is full."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise OutputError(
                f"{self._path}, where answers are kept, can't be used ({error}): delete it, or set ALIGNGRAPH_CACHE to "
                "another folder"
            ) from error
