"""The graphs of a catalogue, read back from what answers SPARQL: each whole, or not at all.

Some stores cut what they give at a number of rows or triples and say nothing; so what comes is counted against what
the store says it has, and read in parts where it falls short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.errors import CatalogueError, RemoteError
from aligngraph.rdf.namespaces import GRAPH, INFERRED_GRAPH
from aligngraph.stores.contents import data_pattern

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

STAGING = GRAPH + "staging/"
"""Where graphs are while they are written by updates; nothing stays there."""
_TERMS = GRAPH + "ontology/"
_PAGE = 5_000
_SMALLEST_PAGE = 100


def choose(graphs: Iterable[str], parts: Iterable[str] = ()) -> list[str]:
    """Return those of *graphs* that hold asserted data, in order, and those of *parts* of the terms.

    *parts* are names such as ``aligngraph`` (the ontology), ``shapes`` and ``mappings``.
    """
    terms = {_TERMS + part for part in parts}
    return [
        name
        for name in sorted(graphs)
        if name.startswith(GRAPH)
        and not name.startswith(STAGING)
        and name != INFERRED_GRAPH
        and (not name.startswith(_TERMS) or name in terms)
    ]


class Graphs:
    """The graphs of the catalogue that *backend* holds; errors call it *name*."""

    cap: int | None = None
    """At how many rows or triples it cuts its answers without a word, where that is known."""

    def __init__(self, backend: Backend, name: str) -> None:
        self.backend = backend
        self.name = name

    def counts(self) -> dict[str, int]:
        """Return how many triples each graph of the catalogue has, by the graph's IRI. Raise RemoteError."""
        rows = self.backend.select(
            "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } "
            f'FILTER(STRSTARTS(STR(?g), "{GRAPH}")) }} GROUP BY ?g ORDER BY ?g'
        )
        return {g.value: self._number(n) for g, n in rows if isinstance(g, ox.NamedNode)}

    def chosen(self, parts: Iterable[str] = ()) -> dict[str, int]:
        """Return how many triples each graph has that holds data, or one of *parts* of the terms.

        Raise CatalogueError where there is none.
        """
        counts = self.counts()
        names = choose(counts, parts)
        if names:
            return {name: counts[name] for name in names}
        if self.backend.ask(f"ASK {{ {data_pattern('?s ?p ?o')} }}"):
            raise CatalogueError(
                f"{self.name} holds the catalogue in its default graph, or in graphs of other names; 'pull', 'diff', "
                f"'validate' and the like need a graph below <{GRAPH}> for each file: 'aligngraph push' makes them."
            )
        raise CatalogueError(f"{self.name} holds no graph of the catalogue: 'aligngraph push' copies it there.")

    def count(self, graph: str) -> int:
        """Return how many triples *graph* has. Raise RemoteError."""
        for (count,) in self.backend.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"):
            return self._number(count)
        raise self._uncounted()

    def _number(self, term: object) -> int:
        if isinstance(term, ox.Literal) and term.value.isascii() and term.value.isdigit():
            return int(term.value)
        raise self._uncounted()

    def _uncounted(self) -> RemoteError:
        return RemoteError(f"{self.name} does not say how many triples there are.")

    def read(self, counts: dict[str, int]) -> Iterator[tuple[str, set[ox.Triple]]]:
        """Yield the graphs that *counts* names, each with as many triples. Raise RemoteError where some don't come."""
        for batch in _batches(counts):
            found = self._together(batch) if len(batch) > 1 else {}
            for graph in batch:
                whole = len(found.get(graph, ())) == counts[graph]
                yield graph, found[graph] if whole else self.graph(graph, counts[graph])

    def _together(self, graphs: Sequence[str]) -> dict[str, set[ox.Triple]]:
        values = " ".join(f"<{graph}>" for graph in graphs)
        found: defaultdict[str, set[ox.Triple]] = defaultdict(set)
        for graph, subject, predicate, object_ in self.backend.select(
            f"SELECT ?g ?s ?p ?o WHERE {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        ):
            if (
                isinstance(graph, ox.NamedNode)
                and isinstance(predicate, ox.NamedNode)
                and isinstance(subject, ox.NamedNode | ox.BlankNode)
                and object_ is not None
            ):
                found[graph.value].add(ox.Triple(subject, predicate, object_))
        return found

    def graph(self, graph: str, count: int) -> set[ox.Triple]:
        """Return the *count* triples of *graph*. Raise RemoteError where some don't come."""
        if not count:
            return set()
        found = self._whole(graph, count) if self.cap is None or count < self.cap else set()
        if len(found) != count:
            found = set().union(*self._parts(graph, count))
        if len(found) != count:
            raise RemoteError(
                f"{self.name}: <{graph}> has {count:,} triples according to the store, but it "
                f"returned {len(found):,}. Either it was changed meanwhile, or the store limits its answers: raise "
                f"its limit "
                "(ResultSetMaxRows of Virtuoso)."
            )
        return found

    def _whole(self, graph: str, count: int) -> set[ox.Triple]:
        """Return the triples of *graph* asked for at once: *count*, if all goes well."""
        # A store that is not known to cut answers may do so; then it is asked for less at a time.
        with suppress(RemoteError):
            return self._asked(graph, "", count)
        return set()

    def _asked(self, graph: str, where: str, most: int) -> set[ox.Triple]:
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} {where} }} LIMIT {most}"
        return set(self.backend.construct(query))

    def _parts(self, graph: str, count: int) -> Iterator[set[ox.Triple]]:
        """Yield the triples of *graph* in parts of whole subjects, each small enough to come whole.

        By subject and not by OFFSET, since some stores refuse to sort more rows than they give.
        """
        begin: str | None = None
        size = min(_PAGE, (self.cap or 2 * _PAGE) // 2)
        done = 0
        while done < count:
            end = self._boundary(graph, begin, size)
            conditions = [f"STR(?s) >= {ox.Literal(begin)}"] if begin is not None else []
            conditions += [f"STR(?s) < {ox.Literal(end)}"] if end is not None else []
            where = f"FILTER({' && '.join(conditions)})" if conditions else ""
            try:
                part = self._asked(graph, where, max(count, 1))
            except RemoteError:
                if size <= _SMALLEST_PAGE:
                    raise
                size //= 4
                continue
            done += len(part)
            yield part
            if end is None:
                return
            begin = end

    def _boundary(self, graph: str, begin: str | None, size: int) -> str | None:
        """Return the subject to stop before, with *size* triples at most from *begin* on; None at the end."""
        found = self._subject(graph, f"FILTER(STR(?s) >= {ox.Literal(begin)})" if begin is not None else "", size)
        if found is not None and found == begin:
            # One thing alone has more: all of it is one part.
            return self._subject(graph, f"FILTER(STR(?s) > {ox.Literal(begin)})", 0)
        return found

    def _subject(self, graph: str, where: str, place: int) -> str | None:
        query = (
            f"SELECT (STR(?s) AS ?subject) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} {where} }} "
            f"ORDER BY STR(?s) LIMIT 1" + (f" OFFSET {place}" if place else "")
        )
        for (term,) in self.backend.select(query):
            return term.value if isinstance(term, ox.Literal) else None
        return None


def _batches(counts: dict[str, int]) -> Iterator[list[str]]:
    """Yield graphs of few triples together, so that few requests are needed."""
    batch: list[str] = []
    size = 0
    for graph, count in counts.items():
        if batch and size + count > _PAGE:
            yield batch
            batch, size = [], 0
        batch.append(graph)
        size += count
    if batch:
        yield batch
