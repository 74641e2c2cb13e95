"""Prepared catalogues: parsed and reasoned over once, then opened from disk in a few milliseconds.

A prepared catalogue is an Oxigraph store on disk, opened read-only, so any number of processes can ask at once. The
shipped one comes with the package; others are kept in the cache folder under a name made from their content. Nothing
is lost when the folder is deleted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, read_bytes
from aligngraph.errors import CatalogueError
from aligngraph.rdf.namespaces import INFERRED_GRAPH
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.build import build_store

_PACKAGE = Path(__file__).resolve().parents[1]
_SHIPPED = _PACKAGE / "prepared_store"
_SEEN = "seen"
_CLOCK_STEP = 50_000_000
"""Nanoseconds within which two changes to a file may carry the same time."""
_RULES = ("reasoning/closure.py", "reasoning/rules.py", "reasoning/owlrl.py")
_KEPT = 12
"""How many prepared catalogues the cache holds; the longest unused go first."""


def cache_folder() -> Path:
    """Return where prepared catalogues are kept: ``ALIGNGRAPH_CACHE``, or the platform's folder for caches."""
    own = os.environ.get("ALIGNGRAPH_CACHE")
    if own:
        return Path(own)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "aligngraph"


def open_shipped() -> ox.Store | None:
    """Return the store that came with the package, or None where there is none that this Oxigraph can read."""
    return _open(_SHIPPED)


def open_store(path: Path, *, inferred: bool = True) -> Embedded:
    """Return a backend over the store in the folder *path*, which is only read; any Oxigraph store will do.

    Without *inferred*, the graph of inferred statements is left out. Raise CatalogueError.
    """
    if not path.exists():
        raise CatalogueError(f"{path}: there is no such store. Make it with 'aligngraph load {path}'.")
    if not (path / "CURRENT").is_file():
        raise CatalogueError(f"{path}: is not a store. Name a folder that 'aligngraph load' made.")
    try:
        store = ox.Store.read_only(str(path))
    except (OSError, RuntimeError) as error:
        # A RuntimeError is how RocksDB says that a file is damaged.
        raise CatalogueError(f"{path}: can't be opened: {error}. Build it again with 'aligngraph load'.") from error
    return Embedded(store, without=None if inferred else INFERRED_GRAPH)


def open_prepared(sources: Sequence[Source], inferred: bool) -> ox.Store:
    """Return a store with *sources*, prepared now unless it was before.

    Raise CatalogueError or BadTurtleError where a file can't be read or is broken.
    """
    try:
        folder = cache_folder()
    except RuntimeError:  # no home folder is known
        return build_store(sources, _read(sources), inferred, ox.Store())
    state = _state(sources, inferred)
    name = _remembered(folder, state)
    store = None if name is None else _open(folder / name)
    if store is not None and name is not None:
        with contextlib.suppress(OSError):
            os.utime(folder / name)
        return store
    contents = _read(sources)
    name = _name(sources, contents, inferred)
    store = _open(folder / name)
    if store is None:
        try:
            store = _prepare(folder, name, sources, contents, inferred)
        except OSError:
            # A catalogue answers as well without a cache: a read-only or full disk is not an error.
            return build_store(sources, contents, inferred, ox.Store())
    with contextlib.suppress(OSError):
        os.utime(folder / name)
        _remember(folder, state, name)
    return store


def _read(sources: Sequence[Source]) -> list[bytes]:
    return [read_bytes(source.path) for source in sources]


def _state(sources: Sequence[Source], inferred: bool) -> str:
    """Return what tells, without reading them, whether *sources* or the rules have changed; '' where nothing does."""
    lines = [f"{ox.__version__} {inferred}"]
    newest = 0
    try:
        for path in (*(source.path for source in sources), *(_PACKAGE / module for module in _RULES)):
            found = path.stat()
            newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
            lines.append(f"{path} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}")
        return "\n".join([str(newest), str(Path.cwd()), *lines])
    except OSError:
        return ""


def _memory(folder: Path, state: str) -> Path:
    from zlib import crc32

    # Which files, not how they are: a new state takes the place of the old one.
    paths = "".join(line.partition(" ")[0] for line in state.splitlines()[1:])
    return folder / _SEEN / f"{crc32(paths.encode(errors='surrogateescape')):08x}"


def _remembered(folder: Path, state: str) -> str | None:
    """Return the name of the store made of files in this *state*, where that is known for sure."""
    if not state:
        return None
    path = _memory(folder, state)
    try:
        name, _, known = path.read_text(encoding="utf-8", errors="surrogateescape").partition("\n")
        written = path.stat().st_mtime_ns
    except OSError:
        return None
    # A file that was changed just before might have been changed again with the clock showing the same.
    return name if known == state and written > int(state.partition("\n")[0]) + _CLOCK_STEP else None


def _remember(folder: Path, state: str, name: str) -> None:
    if state:
        from aligngraph.files.atomic import write_whole

        path = _memory(folder, state)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, [f"{name}\n{state}".encode(errors="surrogateescape")], force=True)


def _open(path: Path) -> ox.Store | None:
    try:
        return ox.Store.read_only(str(path)) if path.is_dir() else None
    except (OSError, RuntimeError):
        return None  # damaged (RocksDB's own word for it is a RuntimeError), or deleted under us


def _prepare(folder: Path, name: str, sources: Sequence[Source], contents: Sequence[bytes], inferred: bool) -> ox.Store:
    from aligngraph.files.atomic import NEW, place
    from aligngraph.files.temporary import temporary_folder
    from aligngraph.files.transactions import recover

    folder.mkdir(parents=True, exist_ok=True)
    recover(folder)
    with temporary_folder(folder) as made:
        write_store(made / NEW, sources, contents, inferred)
        store = _open(folder / name)
        if store is not None:  # another process was quicker
            return store
        place(made, folder / name)
    _forget_oldest(folder)
    store = _open(folder / name)
    return build_store(sources, contents, inferred, ox.Store()) if store is None else store


def write_store(path: Path, sources: Sequence[Source], contents: Sequence[bytes], inferred: bool) -> None:
    """Write a store of *sources* to the new folder *path*. Raise BadTurtleError, or OSError from writing."""
    store = build_store(sources, contents, inferred, ox.Store(str(path)))
    store.optimize()
    store.flush()


def _forget_oldest(folder: Path) -> None:
    import shutil

    with contextlib.suppress(OSError):
        stores = [path for path in folder.iterdir() if path.is_dir() and path.name.isalnum() and path.name != _SEEN]
        for path in sorted(stores, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(path, ignore_errors=True)


def _name(sources: Sequence[Source], contents: Sequence[bytes], inferred: bool) -> str:
    # The rules and the store's format are part of the answer, so a change to them makes another name.
    import hashlib

    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{ox.__version__} {inferred}".encode())
    for module in _RULES:
        digest.update((_PACKAGE / module).read_bytes())
    for source, content in zip(sources, contents, strict=True):
        digest.update(f"\0{source.graph.value}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def prepare_shipped(path: Path) -> None:
    """Write the store of the shipped catalogue, with inferred statements, to the new folder *path*, for the package."""
    from aligngraph.catalogue.sources import find_sources

    sources = find_sources()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_store(path, sources, _read(sources), inferred=True)
