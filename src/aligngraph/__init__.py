"""A linked-data catalogue of research on aligning language models, and a tool to use it.

>>> import aligngraph
>>> catalogue = aligngraph.open()
>>> catalogue.query("authors-of-work", work="dpo").column("personLabel")[:2]
['Rafael Rafailov', 'Archit Sharma']

Everything public is here; the modules inside may change from one version to the next. Errors are all
`AligngraphError`, whose text says what is wrong and what to do. Nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aligngraph._version import __version__

if TYPE_CHECKING:
    import builtins as _builtins
    from collections.abc import Iterable as _Iterable

    import rdflib

    from aligngraph.api.catalogue import Catalogue, Concept, Inference, PathOrName, Work
    from aligngraph.api.table import Row, Table, Value
    from aligngraph.errors import AligngraphError, NothingFoundError
    from aligngraph.queries.search import AmbiguousError

_EXPORTED = {
    "AligngraphError": "errors",
    "AmbiguousError": "queries.search",
    "Catalogue": "api.catalogue",
    "Concept": "api.catalogue",
    "Inference": "api.catalogue",
    "NothingFoundError": "errors",
    "Row": "api.table",
    "Table": "api.table",
    "Value": "api.table",
    "Work": "api.catalogue",
}

__all__ = [
    "AligngraphError",
    "AmbiguousError",
    "Catalogue",
    "Concept",
    "Inference",
    "NothingFoundError",
    "Row",
    "Table",
    "Value",
    "Work",
    "__version__",
    "load",
    "open",
    "query",
]


def open(*locations: PathOrName | rdflib.Graph, inferred: bool = True, timeout: float = 60.0) -> Catalogue:
    """Open the catalogue at *locations*, the shipped one where there are none.

    A location is a file or folder of RDF (several are read together), the folder of a store that ``aligngraph load``
    made, the http(s) address of a SPARQL endpoint, or an rdflib graph. With *inferred*, what is entailed by OWL 2 RL is
    there too. An endpoint that asks for a user name gets the one in its address (``https://NAME@host/``), with the
    password in ``ALIGNGRAPH_PASSWORD`` or netrc; it has *timeout* seconds for each answer (0: no limit). Raise
    `AligngraphError` where there is no catalogue.
    """
    from aligngraph.api.catalogue import Catalogue

    return Catalogue(locations, inferred=inferred, timeout=timeout)


def load(*locations: PathOrName | rdflib.Graph, inferred: bool = True) -> rdflib.Graph:
    """Return the catalogue at *locations* (see `open`) as an rdflib graph, with the project's prefixes bound."""
    return open(*locations, inferred=inferred).to_graph()


def query(
    name: str,
    /,
    *,
    allow_service: bool = False,
    service: str | None = None,
    **parameters: str | int | _Iterable[str | int],
) -> Table:
    """Return the answer of the stored query *name* over the shipped catalogue: ``open().query(name, …)``."""
    return open().query(name, parameters, allow_service=allow_service, service=service)


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _EXPORTED:
        raise AttributeError(f"module 'aligngraph' has no attribute {name!r}")
    return getattr(import_module(f"aligngraph.{_EXPORTED[name]}"), name)


def __dir__() -> _builtins.list[str]:
    return sorted(__all__)
