"""Stores on disk: a catalogue of any size, loaded once, then opened read-only by any number of processes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from aligngraph.backend import Embedded
from aligngraph.errors import AligngraphError
from aligngraph.namespaces import INFERRED_GRAPH


class StoreError(AligngraphError):
    """A store can't be opened or written."""


def open_store(path: Path, *, inferred: bool = True) -> Embedded:
    """Return a backend over the store in the folder *path*, which is only read; any Oxigraph store will do.

    Without *inferred*, the graph of what follows is left out. Raise StoreError.
    """
    if not path.exists():
        raise StoreError(f"{path}: there is no such store. Make it with 'aligngraph load {path}'.")
    if not (path / "CURRENT").is_file():
        raise StoreError(f"{path}: is no store. Name a folder that 'aligngraph load' made.")
    try:
        store = ox.Store.read_only(str(path))
    except (OSError, RuntimeError) as error:
        # A RuntimeError is how RocksDB says that a file is damaged.
        raise StoreError(f"{path}: can't be opened: {error}. Load it anew with 'aligngraph load'.") from error
    return Embedded(store, without=None if inferred else INFERRED_GRAPH)
