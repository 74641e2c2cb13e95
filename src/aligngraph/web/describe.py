"""What the catalogue says of a thing: the one rule for pages' data, `/KIND/ID.ttl` and the static site.

Its own statements; those of what it owns (publications, authorships, links of a listing, placings); those that point at
it; and a label of everything that is named on the way, so that nobody has to ask again to read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

import pyoxigraph as ox

from aligngraph.api.catalogue import Catalogue
from aligngraph.rdf.labels import LABELS
from aligngraph.rdf.namespaces import AG
from aligngraph.sparql.backend import Embedded

OWNING = tuple(AG + name for name in ("hasPublication", "hasAuthorship", "hasLink"))
MOST_POINTING = 1_000
"""Statements that point at a thing, beyond which they are left to queries."""
_LABELS_KEPT = 1 << 14

Statement: TypeAlias = tuple[ox.NamedNode | ox.BlankNode | ox.Triple, ox.NamedNode, object]


class Describer:
    """Describes the things of one catalogue, which does not change meanwhile."""

    def __init__(self, catalogue: Catalogue) -> None:
        backend = catalogue.backend
        self._reader = _StoreReader(backend.store) if isinstance(backend, Embedded) else _Reader(catalogue)

    def describe(self, iri: str) -> list[ox.Triple]:
        """Return the statements about *iri*, sorted, each once; none where there are no statements about it."""
        return self.describe_all([iri])

    def describe_all(self, iris: Iterable[str]) -> list[ox.Triple]:
        """Return the statements about each of *iris* together."""
        found: set[Statement] = set()
        for iri in iris:
            try:
                node = ox.NamedNode(iri)
            except ValueError:
                continue
            found |= self.owned(node) | self._reader.pointing(node)
        return self.labelled(found)

    def owned(self, node: ox.NamedNode) -> set[Statement]:
        """Return the statements about *node* and about what it owns."""
        own = self._reader.about([node])
        owned = [value for _, name, value in own if name.value in OWNING and isinstance(value, ox.NamedNode)]
        return own | self._reader.about(owned)

    def labels(self, statements: Iterable[Statement]) -> set[Statement]:
        """Return the labels of all that *statements* name."""
        return self.names({term for statement in statements for term in statement if isinstance(term, ox.NamedNode)})

    def names(self, nodes: Iterable[ox.NamedNode]) -> set[Statement]:
        """Return the labels of *nodes*."""
        return self._reader.labels(nodes)

    def labelled(self, statements: Iterable[Statement]) -> list[ox.Triple]:
        """Return *statements* and the labels of all that they name, sorted."""
        found = set(statements)
        found |= self.labels(found)
        return [ox.Triple(*one) for one in sorted(found, key=lambda one: tuple(map(str, one)))]  # type: ignore[arg-type]

    def own(self, iri: str) -> set[Statement]:
        """Return the statements whose subject is *iri*. Raise ValueError where that is not an IRI."""
        return self._reader.about([ox.NamedNode(iri)])


class _Reader:
    """Reads statements by SPARQL, a few requests for each thing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def about(self, nodes: Iterable[ox.NamedNode]) -> set[Statement]:
        """Return the statements whose subject is one of *nodes*."""
        return self._ask(nodes, "")

    def labels(self, nodes: Iterable[ox.NamedNode]) -> set[Statement]:
        """Return the statements that name *nodes*."""
        return self._ask(nodes, "VALUES ?p { " + " ".join(f"<{name}>" for name in LABELS) + " }")

    def _ask(self, nodes: Iterable[ox.NamedNode], more: str) -> set[Statement]:
        every = list(map(str, nodes))
        found: set[Statement] = set()
        for start in range(0, len(every), 500):
            part = " ".join(every[start : start + 500])
            select = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {part} }} {more} ?s ?p ?o }}"
            found.update(tuple(row.terms) for row in self._catalogue.sparql(select))  # type: ignore[misc]
        return found

    def pointing(self, node: ox.NamedNode) -> set[Statement]:
        """Return the statements whose object is *node*, so many at most."""
        select = f"SELECT ?s ?p WHERE {{ ?s ?p {node} }} ORDER BY ?s ?p LIMIT {MOST_POINTING}"
        return {(*row.terms, node) for row in self._catalogue.sparql(select)}  # type: ignore[misc]


class _StoreReader:
    """Reads the same from a store by its indexes, which costs a tenth."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._label = lru_cache(_LABELS_KEPT)(self._labels_of)

    def about(self, nodes: Iterable[ox.NamedNode]) -> set[Statement]:
        return {
            (quad.subject, quad.predicate, quad.object)
            for node in nodes
            for quad in self._store.quads_for_pattern(node, None, None, None)
        }

    def labels(self, nodes: Iterable[ox.NamedNode]) -> set[Statement]:
        return {statement for node in nodes for statement in self._label(node)}

    def _labels_of(self, node: ox.NamedNode) -> tuple[Statement, ...]:
        return tuple(
            (node, quad.predicate, quad.object)
            for name in _LABEL_NODES
            for quad in self._store.quads_for_pattern(node, name, None, None)
        )

    def pointing(self, node: ox.NamedNode) -> set[Statement]:
        found = {(quad.subject, quad.predicate) for quad in self._store.quads_for_pattern(None, None, node, None)}
        some = sorted(found, key=lambda pair: (str(pair[0]), pair[1].value))[:MOST_POINTING]
        return {(*pair, node) for pair in some}


_LABEL_NODES = tuple(map(ox.NamedNode, LABELS))
