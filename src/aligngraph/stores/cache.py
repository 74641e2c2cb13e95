"""Prepared catalogues: parsed and reasoned over once, then opened from disk in a few milliseconds.

A prepared catalogue is an Oxigraph store on disk, opened read-only, so any number of processes can ask at once. The
shipped one comes with the package; others are kept in the cache folder under a name made from their content. Nothing
is lost when the folder is deleted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, find_sources, is_installed, read_bytes, shipped_folders
from aligngraph.errors import CatalogueError
from aligngraph.rdf.namespaces import INFERRED_GRAPH
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.build import build_store
from aligngraph.stores.seen import FOLDER, find_store, state_of, store_name

if TYPE_CHECKING:
    from aligngraph.stores.prepare import Preparation

_PACKAGE = Path(__file__).resolve().parents[1]
_SHIPPED = _PACKAGE / "prepared_store"
_CONTENT_OF_ALL = _PACKAGE / "catalogue_files" / "all.digest"
"""What the files of ``aligngraph:all`` have as digest, put there when the package was built."""
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


def open_prepared(paths: Sequence[Path], inferred: bool) -> ox.Store:
    """Return a store with the catalogue at *paths*, prepared now unless it was before; the shipped one for none.

    Raise CatalogueError or BadTurtleError where a file can't be read or is broken.
    """
    try:
        folder = cache_folder()
    except RuntimeError:  # no home folder is known
        sources = find_sources(paths)
        return build_store(sources, _read(sources), inferred, ox.Store())
    name, state = _name_of_shipped(paths, inferred), None
    if name is None:
        state = state_of(paths, f"{ox.__version__} {inferred}")
        name = None if state is None else find_store(folder, state)
    store = None if name is None else _open(folder / name)
    if store is not None and name is not None:
        with contextlib.suppress(OSError):
            os.utime(folder / name)
        return store
    from aligngraph.stores.prepare import Preparation

    work = Preparation(folder, find_sources(paths), inferred, state)
    name = work.name
    store = _open(folder / name)
    if store is None:
        try:
            store = _prepare(folder, work)
        except OSError:
            # A catalogue answers as well without a cache: a read-only or full disk is not an error.
            return work.in_memory()
    with contextlib.suppress(OSError):
        os.utime(folder / name)
        work.keep()
    return store


def _name_of_shipped(paths: Sequence[Path], inferred: bool) -> str | None:
    """Return the name of the store of ``aligngraph:all`` as installed, whose files nobody edits; None for others."""
    if not is_installed() or [*paths] != shipped_folders("aligngraph:all"):
        return None
    try:
        return store_name(_CONTENT_OF_ALL.read_text("ascii"), inferred)
    except (OSError, UnicodeDecodeError):
        return None


def _read(sources: Sequence[Source]) -> Iterator[bytes]:
    return (read_bytes(source.path) for source in sources)


def _open(path: Path) -> ox.Store | None:
    try:
        return ox.Store.read_only(str(path)) if path.is_dir() else None
    except (OSError, RuntimeError):
        return None  # damaged (RocksDB's own word for it is a RuntimeError), or deleted under us


def _prepare(folder: Path, work: Preparation) -> ox.Store:
    from aligngraph.files.atomic import NEW, place
    from aligngraph.files.temporary import temporary_folder
    from aligngraph.files.transactions import recover

    folder.mkdir(parents=True, exist_ok=True)
    recover(folder)
    with temporary_folder(folder) as made:
        work.write(made / NEW)
        store = _open(folder / work.name)
        if store is not None:  # another process was quicker
            return store
        place(made, folder / work.name)
    _forget_oldest(folder)
    store = _open(folder / work.name)
    return work.in_memory() if store is None else store


def _forget_oldest(folder: Path) -> None:
    import shutil

    with contextlib.suppress(OSError):
        stores = [path for path in folder.iterdir() if path.is_dir() and path.name.isalnum() and path.name != FOLDER]
        for path in sorted(stores, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(path, ignore_errors=True)


def prepare_shipped(path: Path) -> str:
    """Write the store of the shipped catalogue, with inferred statements, to the new folder *path*, for the package.

    Return the digest of the files of ``aligngraph:all``, whose store is too large for it.
    """
    from aligngraph.stores.prepare import Preparation

    sources = find_sources()
    path.parent.mkdir(parents=True, exist_ok=True)
    store = build_store(sources, _read(sources), True, ox.Store(str(path)))
    store.flush()
    return Preparation(path, find_sources(shipped_folders("aligngraph:all")), True, None).content
