"""A catalogue sent to a triplestore, graph by graph, so that each is there as it was before or as it should be.

By the SPARQL 1.1 Graph Store Protocol each graph is one request. Where a store lacks that, updates fill a graph aside
in batches, and one more update puts it in its place. Only graphs of ours are touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, find_sources, ontology_folder, read_quads
from aligngraph.errors import AligngraphError, RemoteError
from aligngraph.files.activity import doing, state_of_work
from aligngraph.rdf.namespaces import AG, BASE, GRAPH, INFERRED_GRAPH, PREFIXES
from aligngraph.stores.compare import Comparison, compare_graph, normal
from aligngraph.stores.graphs import STAGING, choose
from aligngraph.stores.http import shown
from aligngraph.stores.triplestore import Triplestore

PARTS = {"ontology": "aligngraph", "shapes": "shapes", "mappings": "mappings"}
"""What may go with the data, and the file of it in the ontology's folder."""
_MAPPING = [PREFIXES["rdfs"] + name for name in ("subClassOf", "subPropertyOf")]
_MOST_BYTES = 1 << 20

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Graph:
    """What a graph of the store should hold."""

    iri: str
    triples: tuple[ox.Triple, ...]

    @property
    def name(self) -> str:
        """The graph as people read it."""
        return f"<{self.iri}>"

    @property
    def has_blank_nodes(self) -> bool:
        """Whether sending it twice might put something there twice."""
        return any(map(_is_blank, self.triples))


def _is_blank(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)


def gather(data: Sequence[Path] = (), parts: Iterable[str] = ()) -> list[Graph]:
    """Return the graphs of the catalogue in *data*, with *parts* of its terms.

    Raise RemoteError where a file names a graph that is not the catalogue's, CatalogueError where one can't be read.
    """
    chosen = [Source(ontology_folder() / f"{PARTS[p]}.ttl", ox.NamedNode(f"{GRAPH}ontology/{PARTS[p]}")) for p in parts]
    sources = find_sources(data, ontology=False)
    graphs: dict[str, dict[ox.Triple, None]] = {
        source.graph.value: {} for source in (*chosen, *sources) if source.path.suffix == ".ttl"
    }
    for quad in read_quads([*chosen, *sources]):
        name = getattr(quad.graph_name, "value", "")
        if not name.startswith(GRAPH) or name.startswith(STAGING):
            raise RemoteError(
                f"the data names a graph that is not the catalogue's, {quad.graph_name}: only graphs below <{GRAPH}> "
                "are written. Put it in a Turtle file, which gets a graph of its own."
            )
        graphs.setdefault(name, {})[quad.triple] = None
    return [Graph(name, tuple(triples)) for name, triples in graphs.items()]


def inferred(graphs: Iterable[Graph], store: Triplestore, *, keeps: Callable[[str], bool]) -> Graph:
    """Return the graph of what is entailed by *graphs*, and by those in *store* that it *keeps* beside them.

    The ontology counts in any case, the mappings where they are among *graphs*, shapes never. Raise RemoteError where a
    graph of the store can't be read whole.
    """
    from aligngraph.reasoning.closure import closure

    counts = store.counts()
    kept = {name: counts[name] for name in choose(counts, ["mappings"]) if keeps(name)}
    asserted: list[ox.Quad] = []
    sent = ((graph.iri, graph.triples) for graph in graphs)
    for name, triples in chain(sent, store.read(kept)):
        asserted += (
            ox.Quad(triple.subject, triple.predicate, triple.object)
            for triple in triples
            if name != f"{GRAPH}ontology/shapes" and (name != f"{GRAPH}ontology/mappings" or is_mapping(triple))
        )
    return Graph(INFERRED_GRAPH, tuple(closure([*read_quads(find_sources()[:1]), *asserted])))


def is_mapping(triple: ox.Triple) -> bool:
    """Tell whether *triple* says that a term is below another by name; restrictions would need the slow rules."""
    return triple.predicate.value in _MAPPING and not _is_blank(triple)


@dataclass
class Pushed:
    """How far a push has come."""

    written: list[Graph] = field(default_factory=list)
    uncertain: Graph | None = None


class Pusher:
    """Writes graphs to a store."""

    def __init__(self, store: Triplestore, *, add: bool = False) -> None:
        """Replace graphs, or *add* to them."""
        self._store = store
        self._add = add
        self.by_updates = store.addresses.graphs is None
        self.done = Pushed()

    def push(self, graphs: Sequence[Graph], progress: Progress | None = None) -> None:
        """Write *graphs* in order. Raise RemoteError, which says what each graph is left as, where that fails."""
        self._check(graphs)
        self.done = Pushed()
        state_of_work(self.state(graphs))
        total = sum(len(graph.triples) for graph in graphs)
        written = 0
        for graph in graphs:
            self.done.uncertain = graph
            state_of_work(self.state(graphs))
            doing(f"writing {graph.name} to {shown(self._store.addresses.base)}")
            if progress is not None:
                progress("Writing", written, total)
            try:
                if self.by_updates:
                    self._write_by_updates(graph, written, total, progress)
                else:
                    self._write_by_protocol(graph)
            except AligngraphError as error:
                if isinstance(error, RemoteError) and error.nothing_done:
                    self.done.uncertain = None
                raise RemoteError(f"{error} {self.state(graphs)}") from error
            written += len(graph.triples)
            self.done.uncertain = None
            self.done.written.append(graph)
            state_of_work(self.state(graphs))
        if progress is not None:
            progress("Writing", total, total)

    def state(self, graphs: Sequence[Graph]) -> str:
        """Return what *graphs* are now, in words."""
        count, unsure = len(self.done.written), self.done.uncertain
        if not count and unsure is None:
            return "Nothing was written."
        left = len(graphs) - count - (unsure is not None)
        parts = [
            f"{count:,} of {len(graphs):,} graphs were written"
            if count
            else "It is not certain that any graph was written"
        ]
        if unsure is not None:
            how = "is completely old or completely new" if self._store.product.whole else "may be incomplete"
            how = "has some of what was to be added, or none" if self._add else how
            parts.append(f"{unsure.name} {how}")
        if left:
            parts.append(f"{f'the other {left:,} are' if left > 1 else 'the other one is'} as before")
        return "; ".join(parts) + ". Run the same command again to write all of them."

    def _check(self, graphs: Sequence[Graph]) -> None:
        product = self._store.product
        for graph in graphs:
            if self.by_updates and not product.blank_nodes and graph.has_blank_nodes:
                raise RemoteError(
                    f"{graph.name} has blank nodes, which {product.title} refuses in updates. Nothing was written. "
                    "Leave out --graph-store none, or --with."
                )

    def _adds_to(self, graph: Graph) -> bool:
        """Tell whether *graph* is added to: the terms have blank nodes, and it is known in full what is inferred."""
        return self._add and not graph.iri.startswith((INFERRED_GRAPH, f"{GRAPH}ontology/"))

    def _write_by_protocol(self, graph: Graph) -> None:
        # Sent again after a drop, POST does no harm to triples without blank nodes: a graph is a set.
        self._store.write(
            graph.iri, graph.triples, add=self._adds_to(graph), repeatable=not self._add or not graph.has_blank_nodes
        )

    def _write_by_updates(self, graph: Graph, written: int, total: int, progress: Progress | None) -> None:
        aside = STAGING + sha256(graph.iri.encode()).hexdigest()[:16]
        self._store.update(f"DROP SILENT GRAPH <{aside}>")
        for batch in _batches(graph.triples, self._store.product.batch):
            lines = "".join(f"{self._in_sparql(triple)} .\n" for triple in batch)
            insert = f"INSERT DATA {{ GRAPH <{aside}> {{\n{lines}}} }}"
            self._store.update(insert, repeatable=not any(map(_is_blank, batch)))
            written += len(batch)
            if progress is not None:
                progress("Writing", written, total)
        count = self._store.count(aside)
        if count != len(graph.triples) and count != len({_value(triple) for triple in graph.triples}):
            raise RemoteError(
                f"{shown(self._store.addresses.update)} accepted {len(graph.triples):,} triples of {graph.name}, "
                f"but has {count:,} of them."
            )
        target = f"GRAPH {graph.name}"
        # Not MOVE: sent again after a drop, that might find nothing to move, and leave nothing.
        if count:
            self._store.update(f"{'ADD' if self._adds_to(graph) else 'COPY'} GRAPH <{aside}> TO {target}")
        elif not self._adds_to(graph):
            self._store.update(f"DROP SILENT {target}")
        self._store.update(f"DROP SILENT GRAPH <{aside}>")

    def _in_sparql(self, triple: ox.Triple) -> str:
        """Return *triple* as SPARQL writes it; for a store of no known kind with no percent sign in an IRI.

        rdflib-endpoint decodes a form twice. Virtuoso knows no such escapes in IRIs.
        """
        if self._store.product.name != "generic":
            return str(triple)
        return " ".join(
            str(term).replace("%", "\\u0025") if isinstance(term, ox.NamedNode) else str(term) for term in triple
        )

    def delete(self, name: str) -> None:
        """Delete the graph *name*, of the catalogue. Raise RemoteError where that fails, or it is not one."""
        if not name.startswith(GRAPH):
            raise RemoteError(f"<{name}> is not a graph of the catalogue, and stays.")
        try:
            if self.by_updates:
                self._store.update(f"DROP SILENT GRAPH <{name}>")
            else:
                self._store.delete(name)
        except RemoteError as error:
            raise RemoteError(f"{error} <{name}> was to be deleted, and may still be there.") from error


@dataclass(frozen=True)
class Others:
    """The graphs below the catalogue's prefix that a push did not write."""

    unfinished: tuple[str, ...]
    """What an interrupted push left aside."""
    old: tuple[str, ...]
    """Graphs of data, in the catalogue's terms, that the data no longer has."""
    foreign: tuple[str, ...]
    """Graphs with nothing in the catalogue's terms: they are somebody else's."""
    inferred: bool
    """Whether there is a graph of inferred statements."""


def others(store: Triplestore, sent: Iterable[str]) -> Others:
    """Return the graphs in *store* that are not among those *sent*. Raise RemoteError where it does not tell."""
    known = set(sent)
    found = [name for name in store.counts() if name not in known]
    data = choose(found)
    values = " ".join(f"<{name}>" for name in data)
    rows = store.backend.select(
        f"SELECT DISTINCT ?g WHERE {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} "
        f'FILTER(STRSTARTS(STR(?p), "{AG}") || STRSTARTS(STR(?o), "{AG}") || STRSTARTS(STR(?s), "{BASE}")) }}'
    )
    ours = {getattr(graph, "value", "") for (graph,) in rows} if data else set()
    return Others(
        tuple(name for name in found if name.startswith(STAGING)),
        tuple(name for name in data if name in ours),
        tuple(name for name in data if name not in ours),
        INFERRED_GRAPH in found,
    )


def _value(triple: ox.Triple) -> ox.Triple:
    if not isinstance(triple.object, ox.Literal):
        return triple
    return ox.Triple(triple.subject, triple.predicate, normal(triple.object)[0])


def _batches(triples: Sequence[ox.Triple], most: int) -> Iterator[Sequence[ox.Triple]]:
    """Yield *triples* so many at a time; all with blank nodes together, whose names hold in one update only."""
    together = [triple for triple in triples if _is_blank(triple)]
    if together:
        yield together
    batch: list[ox.Triple] = []
    size = 0
    for triple in triples:
        if _is_blank(triple):
            continue
        length = len(str(triple))
        if batch and (len(batch) == most or size + length > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(triple)
        size += length
    if batch:
        yield batch


def verify(
    store: Triplestore, graphs: Sequence[Graph], *, more: bool = False, progress: Progress | None = None
) -> Iterator[Comparison]:
    """Yield, for each of *graphs*, how the store's differs in value; with *more*, it may say more.

    Raise RemoteError where the store can't be read whole.
    """
    counts = store.counts()
    total = sum(len(graph.triples) for graph in graphs)
    done = 0
    for graph in graphs:
        if progress is not None:
            progress("Reading back", done, total)
        found = store.graph(graph.iri, counts.get(graph.iri, 0))
        yield compare_graph(graph.iri, graph.triples, found, more=more)
        done += len(graph.triples)
    if progress is not None:
        progress("Reading back", total, total)
