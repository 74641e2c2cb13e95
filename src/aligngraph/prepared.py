"""Prepared catalogues: parsed and reasoned over once, then opened from disk in a few milliseconds.

A prepared catalogue is an Oxigraph store on disk, opened read-only, so any number of processes can ask at once. The
shipped one comes with the package; others are kept in the cache folder under a name made from their content. Nothing
is lost when the folder is deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from aligngraph.backend import Embedded
from aligngraph.catalogue import CatalogueError, Source, build_store
from aligngraph.namespaces import INFERRED_GRAPH

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "prepared_store"
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

    Without *inferred*, the graph of what follows is left out. Raise CatalogueError.
    """
    if not path.exists():
        raise CatalogueError(f"{path}: there is no such store. Make it with 'aligngraph load {path}'.")
    if not (path / "CURRENT").is_file():
        raise CatalogueError(f"{path}: is no store. Name a folder that 'aligngraph load' made.")
    try:
        store = ox.Store.read_only(str(path))
    except (OSError, RuntimeError) as error:
        # A RuntimeError is how RocksDB says that a file is damaged.
        raise CatalogueError(f"{path}: can't be opened: {error}. Load it anew with 'aligngraph load'.") from error
    return Embedded(store, without=None if inferred else INFERRED_GRAPH)


def open_prepared(sources: Sequence[Source], contents: Sequence[bytes], inferred: bool) -> ox.Store:
    """Return a store with *sources*, whose bytes are *contents*, prepared now unless it was before.

    Raise BadTurtleError where a file is broken.
    """
    name = _name(sources, contents, inferred)
    try:
        folder = cache_folder()
    except RuntimeError:  # no home folder is known
        return build_store(sources, contents, inferred, ox.Store())
    store = _open(folder / name)
    if store is not None:
        with contextlib.suppress(OSError):
            os.utime(folder / name)
        return store
    try:
        return _prepare(folder, name, sources, contents, inferred)
    except OSError:
        # A catalogue answers as well without a cache: a read-only or full disk is no error.
        return build_store(sources, contents, inferred, ox.Store())


def _open(path: Path) -> ox.Store | None:
    if not path.is_dir():
        return None
    try:
        return ox.Store.read_only(str(path))
    except (OSError, RuntimeError):
        return None  # damaged (RocksDB's own word for it is a RuntimeError), or deleted under us


def _prepare(folder: Path, name: str, sources: Sequence[Source], contents: Sequence[bytes], inferred: bool) -> ox.Store:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder, prefix="new-"))
    try:
        write_store(temporary / "store", sources, contents, inferred)
        try:
            (temporary / "store").rename(folder / name)
        except OSError:  # there is one already: another process was quicker, or it is damaged
            store = _open(folder / name)
            if store is not None:
                return store
            (folder / name).rename(temporary / "damaged")
            (temporary / "store").rename(folder / name)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _forget_oldest(folder)
    store = _open(folder / name)
    return build_store(sources, contents, inferred, ox.Store()) if store is None else store


def write_store(path: Path, sources: Sequence[Source], contents: Sequence[bytes], inferred: bool) -> None:
    """Write a store of *sources* to the new folder *path*. Raise BadTurtleError, or OSError from writing."""
    store = build_store(sources, contents, inferred, ox.Store(str(path)))
    store.optimize()
    store.flush()


def _forget_oldest(folder: Path) -> None:
    with contextlib.suppress(OSError):
        stores = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
        for path in stores[:-_KEPT]:
            shutil.rmtree(path, ignore_errors=True)


def _name(sources: Sequence[Source], contents: Sequence[bytes], inferred: bool) -> str:
    # The rules and the store's format are part of the answer, so a change to them makes another name.
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{ox.__version__} {inferred}".encode())
    for module in ("reasoning.py", "rules.py", "owlrl_reasoning.py"):
        digest.update((_PACKAGE / module).read_bytes())
    for source, content in zip(sources, contents, strict=True):
        digest.update(f"\0{source.graph.value}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def prepare_shipped(path: Path) -> None:
    """Write the store of the shipped catalogue, with what follows, to the new folder *path*, for the package."""
    from aligngraph.catalogue import find_sources, read_bytes

    sources = find_sources()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_store(path, sources, [read_bytes(source.path) for source in sources], inferred=True)
