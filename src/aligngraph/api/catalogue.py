"""One catalogue as one object: open it, ask it, check it, write it in other formats.

What is opened is a snapshot where files are read: later changes to them are not seen. A catalogue is safe to use from
several threads at once; each thread that asks an endpoint has a connection of its own.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aligngraph.api.table import Table
from aligngraph.errors import AligngraphError, ArgumentError
from aligngraph.queries.binding import bind
from aligngraph.queries.lookup import full_rows, rows
from aligngraph.queries.search import Candidate, find, find_one
from aligngraph.queries.stored import StoredQuery, asking, find_query, list_queries
from aligngraph.rdf.namespaces import GRAPH, INFERRED_GRAPH
from aligngraph.sparql.read_only import check_read_only
from aligngraph.stores.limits import DEFAULT_SECONDS
from aligngraph.stores.location import locate
from aligngraph.stores.open import open_catalogue

if TYPE_CHECKING:
    import pyoxigraph as ox
    import rdflib

    from aligngraph.reasoning.consistency import Inconsistency
    from aligngraph.sparql.backend import Backend
    from aligngraph.validation.validate import Report
    from aligngraph.views.explanation import Explanation
    from aligngraph.views.page import Page

PathOrName: TypeAlias = str | PathLike[str]
Parameter: TypeAlias = str | int | Iterable[str | int]
"""The value of a parameter as people write it, or several of which any will do."""

_GIVEN = "graph.nq"


class Work(NamedTuple):
    """A work: what several listings and publications share."""

    iri: str
    title: str
    year: int | None
    """The year of its first public version."""
    authors: tuple[str, ...]
    """The names of its authors, in the order of the byline."""


class Concept(NamedTuple):
    """A goal, an approach or a method."""

    iri: str
    label: str
    scheme: str
    """The last part of its scheme's IRI: goal, approach or method."""
    notation: str | None
    definition: str | None
    broader: tuple[str, ...]
    """The IRIs of the concepts right above it."""


class Inference(NamedTuple):
    """What is entailed by OWL 2 RL and not asserted, and what contradicts itself."""

    statements: Table
    inconsistencies: tuple[Inconsistency, ...]

    @property
    def is_consistent(self) -> bool:
        """Whether there is no inconsistency."""
        return not self.inconsistencies


class Catalogue:
    """A catalogue that is open. `aligngraph.open` gives one.

    >>> import aligngraph
    >>> with aligngraph.open() as catalogue:
    ...     catalogue.query("authors-of-work", work="dpo")[0].personLabel
    'Rafael Rafailov'
    """

    def __init__(
        self,
        given: Sequence[PathOrName | rdflib.Graph] = (),
        *,
        inferred: bool = True,
        timeout: float = DEFAULT_SECONDS,
    ) -> None:
        """Open the catalogue that *given* names; see `aligngraph.open`."""
        graphs = [one for one in given if not isinstance(one, str | PathLike)]
        places = [one for one in given if isinstance(one, str | PathLike)]
        if graphs and (places or len(graphs) > 1):
            raise AligngraphError("an rdflib graph is a complete catalogue: give no other location with it.")
        self.location = locate(places)
        """Where the catalogue is."""
        self._inferred = inferred
        self._timeout = timeout
        self._access = None
        self._content: bytes | None = None
        self._local = threading.local()
        self._queries: dict[tuple[str, bool, str | None], StoredQuery] = {}
        self._bound: dict[tuple[object, ...], str] = {}
        self._closed = False
        self._shared: Backend | None = None
        if graphs:
            self._content, self._shared = _from_graph(graphs[0], inferred=inferred)
        elif self.location.endpoint is None:
            self._shared = open_catalogue(self.location, inferred=inferred)
        else:
            from aligngraph.stores.auth import find_access

            self._access = find_access(self.location.endpoint, self.location.user)
            # What is not an address is said now, and not at the first question.
            self._local.backend = self._connect()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store or connection. A closed catalogue raises ArgumentError when it is asked."""
        self._closed = True
        self._shared = None
        self._local = threading.local()

    def __repr__(self) -> str:
        where = "an rdflib graph" if self._content is not None else str(self.location)
        return f"Catalogue({where}{', closed' if self._closed else ''})"

    # Ask

    def query(
        self,
        name: str,
        given: Mapping[str, Parameter] | None = None,
        /,
        *,
        allow_service: bool = False,
        service: str | None = None,
        **parameters: Parameter,
    ) -> Table:
        """Return the answer of the stored query *name*, its *parameters* set to what people call the values.

        They may come as a mapping, too.
        A parameter left out keeps its default; the value ``"any"`` opens it. A federated query sends requests to the
        address it names, and runs only with *allow_service*, or to the endpoint *service* in place of that one.
        Raise `aligngraph.AligngraphError` for an unknown query, parameter or value, with the nearest ones.
        """
        stored = self._queries.get((name, allow_service, service))
        if stored is None:
            stored = find_query(name) if service is None else asking(find_query(name), service)
            check_read_only(stored.text, allow_service=allow_service or service is not None)
            self._queries[name, allow_service, service] = stored
        values = {key: _values(name, key, value) for key, value in {**(given or {}), **parameters}.items()}
        key = (name, service, *((parameter, *texts) for parameter, texts in sorted(values.items())))
        text = self._bound.get(key)
        if text is None:
            text = bind(stored, values, self.backend)
            if self._shared is not None:  # what an endpoint holds may change
                self._bound[key] = text
        return Table.of(self.backend.run(text))

    def sparql(self, text: str, *, allow_service: bool = False) -> Table:
        """Return the answer of any SELECT, ASK, CONSTRUCT or DESCRIBE; the project's prefixes need not be declared.

        Raise `aligngraph.AligngraphError` where *text* is not SPARQL, would change data, or sends requests without
        *allow_service*.
        """
        check_read_only(text, allow_service=allow_service)
        return Table.of(self.backend.run(text))

    def queries(self) -> list[StoredQuery]:
        """Return the stored queries, with what each says of itself: summary, description, parameters."""
        return list_queries()

    def find(self, words: str) -> list[Candidate]:
        """Return the things that *words* may mean, best first: a name, identifier, CURIE, IRI, or words of a title."""
        return find(self.backend, words)

    def show(self, words: str) -> Page:
        """Return all that is known of the one thing that *words* mean.

        Raise `aligngraph.NothingFoundError`, with the nearest names, or `aligngraph.AmbiguousError`.
        """
        from aligngraph.views.show import describe

        return describe(self.backend, find_one(self.backend, words).iri)

    def explain(self, subject: str, predicate: str, object: str) -> Explanation:
        """Return whether the statement holds, and why: the rules, and what is asserted in which file.

        The terms are names, CURIEs or IRIs; *object* may be a literal as in Turtle. Raise
        `aligngraph.AligngraphError` where one means nothing, or several things.
        """
        from aligngraph.catalogue.sources import find_sources
        from aligngraph.views.explain import explain

        words = (subject, predicate, object)
        if self._content is None and self.location.is_files:
            return explain(words, self.backend, find_sources(self.location.paths), closed=self._inferred)
        return explain(words, self.backend, closed=self._content is not None and self._inferred)

    def works(self) -> Iterator[Work]:
        """Yield the works, by year and title."""
        authors: dict[str, list[str]] = {}
        for byline, name in full_rows(
            self.backend,
            "SELECT ?work (COALESCE(?label, ?printed) AS ?name) WHERE { ?work ag:hasAuthorship ?a . "
            "?a ag:ordinal ?n ; ag:nameAsPrinted ?printed . "
            "OPTIONAL { ?a (ag:person|ag:organization)/rdfs:label ?label } } ORDER BY ?work ?n ?name",
        ):
            authors.setdefault(byline, []).append(name)
        found = rows(
            self.backend,
            "SELECT ?work ?title ?year WHERE { ?work a ag:Work ; dcterms:title ?title . "
            "OPTIONAL { ?work ag:firstPublicYear ?year } } ORDER BY ?year ?title ?work",
        )
        for work, title, year in found:
            if work is not None and title is not None:
                yield Work(work, title, int(year) if year else None, tuple(authors.get(work, ())))

    def concepts(self, scheme: str | None = None) -> Iterator[Concept]:
        """Yield the concepts of the taxonomy, or of the *scheme* goal, approach or method, by scheme and notation."""
        broader: dict[str, list[str]] = {}
        select = "SELECT DISTINCT ?c ?b WHERE { ?c skos:broader ?b } ORDER BY ?b"
        for narrower, above in full_rows(self.backend, select):
            broader.setdefault(narrower, []).append(above)
        found = rows(
            self.backend,
            "SELECT DISTINCT ?c ?label ?scheme ?notation ?definition WHERE { "
            "VALUES ?kind { ag:Goal ag:Approach ag:Method } ?c a ?kind ; "
            "skos:inScheme ?scheme ; skos:prefLabel ?label . OPTIONAL { ?c skos:notation ?notation } "
            'OPTIONAL { ?c skos:definition ?definition FILTER (LANG(?definition) IN ("en", "")) } '
            'FILTER (LANG(?label) IN ("en", "")) } ORDER BY ?scheme ?notation ?label ?c',
        )
        for iri, label, of, notation, definition in found:
            if iri is None or label is None or of is None:
                continue
            name = of.rstrip("/#").rpartition("/")[2]
            if scheme in (None, name):
                yield Concept(iri, label, name, notation, definition, tuple(broader.get(iri, ())))

    # Check

    def validate(self, *, shapes: PathOrName | None = None) -> Report:
        """Return what the SHACL *shapes* (the shipped ones where None) and the checks of the written form find.

        Printed, the report is that of ``aligngraph validate``.
        """
        from aligngraph.api.report import ValidationReport
        from aligngraph.validation.validate import validate

        with self._files() as paths:
            report = validate(paths, shapes=Path(shapes) if shapes is not None else None)
        return ValidationReport(report.findings, report.checked, report.shapes)

    def infer(self) -> Inference:
        """Return what is entailed by OWL 2 RL and not asserted, worked out anew, and the inconsistencies."""
        from aligngraph.catalogue.sources import find_sources, read_quads
        from aligngraph.reasoning.closure import infer
        from aligngraph.reasoning.consistency import find_inconsistencies

        with self._files() as paths:
            inference = infer(read_quads(find_sources(paths)))
        triples = ((t.subject, t.predicate, t.object) for t in inference)
        statements = Table(("subject", "predicate", "object"), triples, "CONSTRUCT")
        return Inference(statements, tuple(find_inconsistencies(inference)))

    # Exchange

    def export(self, format: str, path: PathOrName | None = None, *, force: bool = False) -> str:
        """Return the catalogue in *format*; or write it to the file *path*, whole or not at all, and return ''.

        The formats ``csv`` (a table for each class) and ``croissant`` (a document for each dataset) make several files,
        and so need a *path*: a folder, or a file ending in ``.zip``.
        An existing file is replaced only with *force*. Raise `aligngraph.AligngraphError` for an unknown format, or
        where *path* can't be written.
        """
        from aligngraph.errors import ExportError
        from aligngraph.export import SEVERAL_FILES, export, export_files, zip_files
        from aligngraph.files.atomic import write_folder, write_whole

        with self._files() as paths:
            if format in SEVERAL_FILES:
                if path is None:
                    raise ExportError(f"{format} makes several files: name a folder or a .zip file to write to.")
                files = export_files(format, paths, inferred=self._inferred)
                if Path(path).suffix.lower() == ".zip":
                    write_whole(Path(path), [zip_files(files)], force=force)
                else:
                    write_folder(Path(path), files, force=force)
                return ""
            pieces = export(format, paths, inferred=self._inferred)
            if path is None:
                return "".join(pieces)
            write_whole(Path(path), (piece.encode() for piece in pieces), force=force)
        return ""

    def to_graph(self) -> rdflib.Graph:
        """Return all statements as an rdflib graph; asserted literals as their files write them."""
        from aligngraph.api.rdflib_graphs import graph_of

        return graph_of(quad.triple for quad in self._quads())

    def to_dataset(self) -> rdflib.Dataset:
        """Return all statements as an rdflib dataset: each file a named graph, their union the default graph."""
        from aligngraph.api.rdflib_graphs import dataset_of

        return dataset_of(self._quads())

    # Inside

    @property
    def backend(self) -> Backend:
        """What answers SPARQL, for this thread. Raise ArgumentError."""
        if self._closed:
            raise ArgumentError(f"{self!r}: open it again with aligngraph.open().")
        if self._shared is not None:
            return self._shared
        backend: Backend | None = getattr(self._local, "backend", None)
        if backend is None:
            backend = self._local.backend = self._connect()
        return backend

    def _connect(self) -> Backend:
        return open_catalogue(self.location, inferred=self._inferred, access=self._access, seconds=self._timeout)

    def _quads(self) -> Iterator[ox.Quad]:
        import pyoxigraph as ox

        from aligngraph.catalogue.sources import find_sources, read_quads
        from aligngraph.sparql.backend import Embedded

        with self._files() as paths:
            yield from read_quads(find_sources(paths))
        if self._inferred:
            graph = ox.NamedNode(INFERRED_GRAPH)
            if isinstance(self.backend, Embedded):
                yield from self.backend.store.quads_for_pattern(None, None, None, graph)
            else:
                what = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{INFERRED_GRAPH}> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o"
                for s, p, o in self.backend.select(what):
                    yield ox.Quad(s, p, o, graph)  # type: ignore[arg-type]

    @contextmanager
    def _files(self) -> Iterator[tuple[Path, ...]]:
        """Give the catalogue as files until the block ends: its own, or those made of a store's or graph's data."""
        backend = self.backend
        if self._content is not None:
            with tempfile.TemporaryDirectory(prefix="aligngraph-") as folder:
                path = Path(folder) / _GIVEN
                path.write_bytes(self._content)
                yield (path,)
        elif self.location.is_files:
            yield self.location.paths
        else:
            from aligngraph.stores.snapshot import as_files

            with as_files(backend, str(self.location)) as made:
                yield (made,)


def _from_graph(graph: rdflib.Graph, *, inferred: bool) -> tuple[bytes, Backend]:
    import pyoxigraph as ox

    from aligngraph.api.rdflib_graphs import nquads_of
    from aligngraph.catalogue.sources import Source, find_sources, read_bytes
    from aligngraph.sparql.backend import Embedded
    from aligngraph.stores.build import build_store

    if not hasattr(graph, "serialize"):
        raise AligngraphError(f"{type(graph).__name__} is not a location: give a path, an address, or an rdflib graph.")
    content = nquads_of(graph)
    terms = find_sources()[0]
    sources = [terms, Source(Path(_GIVEN), ox.NamedNode(GRAPH + "graph"))]
    return content, Embedded(build_store(sources, [read_bytes(terms.path), content], inferred, ox.Store()))


def _values(query: str, name: str, value: object) -> list[str]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return [str(value)]
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        given = list(value)
        if all(isinstance(one, str | int) and not isinstance(one, bool) for one in given):
            return [str(one) for one in given]
    raise ArgumentError(
        f"{query}: the parameter {name!r} can't be {value!r}: give a text or a number, several in a list, or leave it "
        "out for its default."
    )
