"""Open a catalogue, wherever it is, as something that answers SPARQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aligngraph.catalogue.sources import is_installed
from aligngraph.errors import ArgumentError
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.limits import DEFAULT_SECONDS
from aligngraph.stores.location import Location, PathOrText, locate

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend
    from aligngraph.stores.auth import Access


def open_catalogue(
    where: Location | Sequence[PathOrText] = (),
    *,
    inferred: bool = True,
    access: Access | None = None,
    seconds: float = DEFAULT_SECONDS,
    tell: Callable[[str], None] | None = None,
) -> Backend:
    """Return a backend over the catalogue at *where*: the shipped one where nothing is named.

    With *inferred*, what is entailed by OWL 2 RL is there too, in its own graph: for files it is derived, a store or
    an endpoint has what was put there. Parsing and inference of files are done once for the same content (see
    `aligngraph.stores.cache`). *access*, *seconds* (0: no limit) and *tell*, which is called with what parts of a
    catalogue it lacks, are for an endpoint.

    Raise ArgumentError where *where* names no catalogue, CatalogueError where its files or its store can't be read,
    RemoteError where the address of an endpoint is none.
    """
    location = where if isinstance(where, Location) else locate(where)
    if location.endpoint is not None:
        from aligngraph.stores.endpoint import Remote

        if not inferred:
            raise ArgumentError(
                "an endpoint answers from everything it has: inferred statements can't be left out there."
            )
        return Remote(location.endpoint, seconds=seconds, access=access, tell=tell)
    if location.store is not None:
        from aligngraph.stores.cache import open_store

        return open_store(location.store, inferred=inferred)
    return open_files(location.paths, inferred=inferred)


def open_files(paths: Sequence[Path] = (), *, inferred: bool = True) -> Embedded:
    """Return a backend over the files and folders *paths*, the shipped catalogue where there are none.

    See `open_catalogue` for the rest. Raise CatalogueError where a file can't be read.
    """
    from aligngraph.stores import cache

    shipped = cache.open_shipped() if inferred and not paths and is_installed() else None
    return Embedded(cache.open_prepared(paths, inferred) if shipped is None else shipped)
