"""Which prepared catalogue was made of which files, and how these were: so that a later question need not read them.

A file that has the same inode, size and times as when it was read is the same, unless it was changed so shortly before
that another change could carry the same time.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import time_ns
from typing import NamedTuple

import pyoxigraph as ox

from aligngraph.catalogue.sources import ENDINGS, data_folder, ontology_folder
from aligngraph.errors import CatalogueError
from aligngraph.files.scanning import Stamp, stamp, stamps_below

_PACKAGE = Path(__file__).resolve().parents[1]
_RULES = (
    "stores/build.py",
    "reasoning/closure.py",
    "reasoning/rules.py",
    "reasoning/owlrl.py",
    "reasoning/incremental.py",
)
_CLOCK_STEP = 50_000_000
"""Nanoseconds within which two changes to a file may carry the same time."""
FOLDER = "seen"
_NO_REFERENCES = 2
"""The version of `marshal` whose bytes are the same for the same value."""


class State(NamedTuple):
    """Files, as they are now."""

    which: bytes
    """Which files and folders were named, where, and for what."""
    stamps: list[Stamp]
    taken: int
    """When they were looked at, in nanoseconds."""

    def as_bytes(self) -> bytes:
        """Return what is the same for the same state."""
        return marshal.dumps((self.which, self.stamps), _NO_REFERENCES)


class Seen(NamedTuple):
    """What was kept of files that were read: the *store* made of them, and each file's stamp, digest and graph."""

    store: str
    files: Mapping[str, tuple[tuple[int, ...], str, str]]
    """By path. The stamp is empty where a change might not show in it."""


def rules() -> list[Path]:
    """Return the files that decide what is inferred, beside those of the catalogue."""
    return [_PACKAGE / module for module in _RULES]


def store_name(content: str, inferred: bool) -> str:
    """Return the name of the store made of what has the digest *content*, with inferred statements or not."""
    from hashlib import blake2b

    # The store's format is part of the answer, so a change to it makes another name.
    return blake2b(f"{ox.__version__} {inferred} {content}".encode(), digest_size=16).hexdigest()


def state_of(paths: Sequence[Path], what: str) -> State | None:
    """Return the state of the files that *paths* stand for, the ontology, and the rules; None where it is unknown.

    *what* is made of the files is told apart, too.
    """
    taken = time_ns()
    try:
        stamps = [stamp(str(path)) for path in (ontology_folder() / "aligngraph.ttl", *rules())]
        for root in paths or (data_folder(),):
            if root.is_dir():
                below = stamps_below(str(root), ENDINGS)
                if below is None:
                    return None
                stamps += below
            else:
                stamps.append(stamp(str(root)))
        which = "\0".join([what, os.getcwd(), *map(str, paths)])  # noqa: PTH109 (without pathlib's costs)
    except (OSError, ValueError, CatalogueError):
        return None  # whoever reads the files says what is wrong
    return State(which.encode(errors="surrogateescape"), stamps, taken)


def find_store(folder: Path, state: State) -> str | None:
    """Return the name of the store made of files in this *state*, where *folder* holds that for sure."""
    try:
        with open(_path(folder, state), "rb") as stream:  # noqa: PTH123
            name, size, taken = stream.readline().split()
            known = stream.read(int(size))
    except (OSError, ValueError):
        return None
    if known != state.as_bytes():
        return None
    newest = max(max(found[3:]) for found in state.stamps)
    return name.decode() if _is_later(int(taken), newest) else None


def find_files(folder: Path, state: State) -> Seen | None:
    """Return what is kept of the same files in an earlier state than *state*, if anything is."""
    import json

    try:
        content = _path(folder, state).read_bytes()
        line, _, rest = content.partition(b"\n")
        name, size, taken = line.decode().split()
        files = json.loads(rest[int(size) :])
        known = {
            one: (tuple(times) if _is_later(int(taken), max(times[2:])) else (), str(digest), str(graph))
            for one, (times, digest, graph) in files.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return Seen(name, known)


def keep(folder: Path, state: State, store: str, files: Mapping[str, tuple[str, str]]) -> None:
    """Note that *store* is made of *files*, each with digest and graph, in this *state*. Raise OSError."""
    import json

    from aligngraph.files.atomic import write_whole

    path = _path(folder, state)
    path.parent.mkdir(parents=True, exist_ok=True)
    stamps = {one: times for one, *times in state.stamps}
    details = {one: (stamps[one], *found) for one, found in files.items() if one in stamps}
    known = state.as_bytes()
    write_whole(
        path, [f"{store} {len(known)} {state.taken}\n".encode(), known, json.dumps(details).encode()], force=True
    )


def _is_later(taken: int, changed: int) -> bool:
    """Tell whether a look at *taken* showed a file as of its last change: another could not carry the same time."""
    return taken > changed + _CLOCK_STEP


def _path(folder: Path, state: State) -> Path:
    from zlib import crc32

    # Which files, not how they are: a new state takes the place of the old one.
    return folder / FOLDER / f"{crc32(state.which):08x}.files"
