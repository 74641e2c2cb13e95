"""Stores on disk: a catalogue of any size, loaded once, then opened read-only by any number of processes."""

from __future__ import annotations

import io
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph._version import __version__
from aligngraph.catalogue.sources import Source, format_of, is_streamed, parse_source, read_bytes
from aligngraph.errors import BadTurtleError, CatalogueError, OutputError
from aligngraph.files.atomic import folder_in_place_of
from aligngraph.files.reading import open_file
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.text.plurals import count_of
from aligngraph.turtle.syntax_errors import bad_turtle

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MARK = "aligngraph-store.json"
"""The file in a store's folder that says who made it, and of what."""
_LARGE = 4 << 20
"""Bytes from which a file goes through the engine's own loader, which is made for large ones."""
_BUFFER = 1 << 18
_RUN = 1_000_000
"""Statements that the loader sorts at a time. Each run is a file that every look-up has to go through."""
_MOST_RUNS = 2
"""With more runs than this, sorting all into one takes a quarter of the time of loading, and halves that of reading."""
_PART = re.compile(r"CURRENT|IDENTITY|LOCK|LOG(\.old\.\d+)?|(MANIFEST|OPTIONS)-\d+|\d+\.(sst|log|blob|dbtmp)")
"""A name that RocksDB gives to a file."""
_TEXT = f"{PREFIXES['xsd']}string"
_VALUE = ox.NamedNode("urn:x-aligngraph:value")
_FEW = 3
_BOM = b"\xef\xbb\xbf"

Progress = Callable[[str, int, int], None]
"""Told what is done, and how many bytes of how many."""


def load(
    path: Path,
    sources: Sequence[Source],
    *,
    inferred: bool = True,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Write a store of *sources* to the folder *path*, with inferred statements if *inferred*; return its triples.

    Large files are read as a stream; only reasoning needs memory that grows with them. The store is made beside *path*
    and put in its place when it is done, so that until then an old one stays. A folder that is neither empty nor made
    by this function is left as it is. *tell* is called, for each file, with which literals the store writes in another
    way. Raise OutputError, CatalogueError or BadTurtleError; nothing is changed then.
    """
    _check_replaceable(path)
    with folder_in_place_of(path, _is_part) as new:
        count = _fill(new, sources, inferred, progress or (lambda *_: None), tell)
        _check_replaceable(path)
    return count


def _check_replaceable(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise OutputError(f"{path}: is not a folder. Name a new one for the store.")
    names = sorted(entry.name for entry in path.iterdir())
    others = [name for name in names if not _is_part(name)]
    if names and "CURRENT" not in names:
        others = others or names
    if others:
        raise OutputError(
            f"{path}: holds other files than a store ({others[0]}), and was left as it is. Name a new folder."
        )
    if names and MARK not in names:
        raise OutputError(f"{path}: a store that aligngraph did not make. Name a new folder, or delete this one first.")


def _is_part(name: str) -> bool:
    """Tell whether *name* is that of a file of a store."""
    return name == MARK or _PART.fullmatch(name) is not None


def _fill(
    path: Path, sources: Sequence[Source], inferred: bool, progress: Progress, tell: Callable[[str], None]
) -> int:
    sizes = [source.path.stat().st_size if source.path.exists() else 0 for source in sources]
    total, done = sum(sizes), 0
    store = ox.Store(str(path))
    large = [source for source, size in zip(sources, sizes, strict=True) if size >= _LARGE and is_streamed(source.path)]
    small = [source for source in sources if source not in large]

    def read_small() -> Iterator[ox.Quad]:
        nonlocal done
        for source in small:
            content = read_bytes(source.path)
            written: set[ox.Literal] = set()
            for quad in parse_source(source, content, rename=True):
                if isinstance(quad.object, ox.Literal) and quad.object.datatype.value != _TEXT:
                    written.add(quad.object)
                yield quad
            if changed := _otherwise_in_store(written):
                tell(f"{source.path}: {changed}")
            done += len(content)
            progress("Loading", min(done, total), total)

    store.bulk_extend(read_small())
    for source in large:
        _load_large(store, source, partial(_tell_loaded, progress, done, total))
        done += source.path.stat().st_size
        tell(f"{source.path}: large, so it is not said which numbers, dates or tags the store writes in another way.")
        progress("Loading", done, total)
    if inferred:
        progress("Inferring statements", 0, 0)
        from aligngraph.reasoning.closure import inferred_quads

        store.bulk_extend(inferred_quads(store))
    count = len(store)
    if len(large) + inferred + count // _RUN > _MOST_RUNS:
        progress("Sorting", 0, 0)
        store.optimize()
    store.flush()
    mark = {"made by": f"aligngraph {__version__}", "inferred": inferred, "triples": count}
    (path / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
    return count


def _otherwise_in_store(written: set[ox.Literal]) -> str:
    """Return, in words, which of the literals *written* a store gives back in another form of the same value; or ''."""
    # A scratch store says it, since it is the engine that decides.
    store, literals = ox.Store(), sorted(written, key=str)
    subjects = [ox.NamedNode(f"urn:x-aligngraph:{number}") for number in range(len(literals))]
    store.bulk_extend(ox.Quad(subject, _VALUE, literal) for subject, literal in zip(subjects, literals, strict=True))
    found = {quad.subject: quad.object for quad in store}
    changes = [(one, found[subject]) for subject, one in zip(subjects, literals, strict=True) if found[subject] != one]
    if not changes:
        return ""
    shown = ", ".join(f"{_short(one)} as {_short(other)}" for one, other in changes[:_FEW])
    more = f" and {len(changes) - _FEW:,} more" if len(changes) > _FEW else ""
    return f"the store writes {count_of(len(changes), 'literal')} in another form of the same value: {shown}{more}."


def _short(term: object) -> str:
    return str(term).replace(f"<{PREFIXES['xsd']}", "xsd:").replace(">", "")


def _tell_loaded(progress: Progress, before: int, total: int, read: int) -> None:
    progress("Loading", min(before + read, total), total)


def _load_large(store: ox.Store, source: Source, tell: Callable[[int], None]) -> None:
    name = str(source.path)
    try:
        with io.BufferedReader(_Content(source.path, tell), _BUFFER) as stream:
            # In a file that names graphs itself, this is for the statements that are in none.
            store.bulk_load(stream, format_of(source.path), to_graph=source.graph)
    except (SyntaxError, MemoryError) as error:
        raise bad_turtle(name, error) from error
    except UnicodeDecodeError as error:
        raise BadTurtleError(name, None, None, "not UTF-8. Save the file as UTF-8.") from error


class _Content(io.RawIOBase):
    """The content of a file, unpacked, less a byte order mark; tells how much of the file is read."""

    def __init__(self, path: Path, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._file = open_file(path)
        self._told = tell
        self._path = path
        self._content: io.BufferedIOBase = self._file
        if path.suffix.lower() == ".gz":
            from gzip import GzipFile

            self._content = GzipFile(fileobj=self._file)
        self._begin = self._next(len(_BOM)).removeprefix(_BOM)

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the beginning of *buffer*; return how much."""
        room = memoryview(buffer).cast("B")
        begin, self._begin = self._begin, b""
        self._told(self._file.tell())
        content = begin or self._next(len(room))
        room[: len(content)] = content
        return len(content)

    def _next(self, size: int) -> bytes:
        try:
            return self._content.read(size)
        except OSError as error:
            raise CatalogueError(f"{self._path}: can't be read: {error.strerror or error}.") from error
        except (EOFError, zlib.error) as error:
            raise CatalogueError(f"{self._path}: can't be unpacked: {error}.") from error

    def close(self) -> None:
        """Close the file."""
        self._content.close()
        self._file.close()
        super().close()
