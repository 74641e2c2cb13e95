"""What is answered: SPARQL, stored queries, data about a thing, and pages. Runs inside a query process.

A task is what the front makes of a request; an answer is a status, headers and what writes the body. The same answers
make the files of a static site, so nothing here knows of sockets.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import urlencode

import pyoxigraph as ox

from aligngraph.api.catalogue import Catalogue
from aligngraph.api.table import Table
from aligngraph.errors import ArgumentError, NothingFoundError
from aligngraph.export import FILE_ENDINGS
from aligngraph.queries.search import AmbiguousError, Candidate
from aligngraph.queries.stored import StoredQuery, find_query, list_queries
from aligngraph.rdf.namespaces import BASE, PREFIXES
from aligngraph.sparql.backend import Embedded, QueryError, Triples, explain_syntax_error
from aligngraph.web.documents import MAPPINGS, PARAMETERS, Documents, paths_of_terms
from aligngraph.web.feeds import atom, feed, newest
from aligngraph.web.lists import names, terms
from aligngraph.web.negotiation import ATOM, GRAPH_TYPES, SOLUTION_TYPES, WORKS_TYPES, choose
from aligngraph.web.pages import VOCABULARY, Pages
from aligngraph.web.protocol import HttpError
from aligngraph.web.reconcile import Reconciler
from aligngraph.web.records import RECORDS
from aligngraph.web.works import NAMES

_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_HTML = "text/html"
PAGE_SIZE = 100
"""Rows of one page of an answer as HTML."""
_LARGEST_PAGE = 10_000
_MOST_LISTED = 50
_LONGEST_SEARCH = 500
"""Characters: few titles are as long."""
_MOST_LONG = 30
"""Pages of long graphs, and of long works, that are made before they are asked for."""
MOST_ROWS = 1_000
"""Rows of an ad-hoc query that pages show; its files have all."""


@dataclass
class Answer:
    """A status, headers, and what writes the body."""

    status: int
    headers: dict[str, str]
    write: Callable[[Any], None] = field(default=lambda _: None)

    @classmethod
    def of(cls, body: str, media: str, status: int = 200) -> Answer:
        """Return an answer whose body is the text *body*."""
        content = body.encode("utf-8", "surrogatepass")

        def write(output: BinaryIO) -> None:
            output.write(content)

        charset = "; charset=utf-8" if media.startswith("text/") or media.endswith("xml") else ""
        return cls(status, {"Content-Type": media + charset}, write)


class Site:
    """The answers over one catalogue."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Open the catalogue that *settings* name; their ``base`` is where this site is seen from outside."""
        self.catalogue = Catalogue(settings["locations"], inferred=settings["inferred"])
        self.base: str = settings["base"]
        self._kept: dict[tuple[str, str], Answer] = {}
        self._tasks: dict[str, Callable[[Mapping[str, Any]], Answer]] = {
            "sparql": self.sparql,
            "api": self.api,
            "data": self.data,
            "page": self.page,
            "reconcile": self.reconcile,
            "text": self.text,
            "list": self.lists,
            "record": self.record,
            "dump": self.dump,
            "feed": self.feed,
        }

    def answer(self, task: Mapping[str, Any]) -> Answer:
        """Return the answer to *task*. Raise HttpError, or an AligngraphError for what is wrong with the question."""
        return self._tasks[task["kind"]](task)

    @cached_property
    def pages(self) -> Pages:
        """The pages, whose templates are read when the first one is asked for."""
        return Pages(self.catalogue, self.documents)

    @cached_property
    def documents(self) -> Documents:
        """The documents, which are the data of pages."""
        return Documents(self.catalogue)

    def preparations(self) -> Iterator[Callable[[], object]]:
        """Yield what makes pages ready before anybody asks for them, in small steps: what is compiled and read once."""
        yield from self.pages.preparations()

    def ahead(self) -> Iterator[Callable[[], object]]:
        """Yield what makes pages before anybody asks for them, in small steps: those that take long.

        That is, over a store that does not change, pages that are the same for everybody, and long ones. It takes some
        8 s on the shipped catalogue, so one process of a server does it; the front keeps what was asked for.
        """
        if not isinstance(self.catalogue.backend, Embedded):
            return
        fixed = [("home", ""), *((name, "") for name in self._fixed), ("sparql", ""), ("search", ""), ("works", "")]
        fixed += [("document", path) for path in (*VOCABULARY, *paths_of_terms(), PARAMETERS, "catalogue")]
        fixed += [("query", query.name) for query in list_queries() if not query.parameters]
        for one in fixed:
            yield partial(self._keep, *one)
        yield lambda: self._names
        for page, paths in self.documents.longest(_MOST_LONG).items():
            for path in paths:
                yield partial(self._keep, page, path)
        yield partial(self._keep, "document", MAPPINGS)  # what takes longest comes last

    def _keep(self, name: str, path: str) -> None:
        output = io.BytesIO()
        answer = self.page({"page": name, "path": path, "parameters": []})
        answer.write(output)
        self._kept[name, path] = Answer(answer.status, answer.headers, lambda out: out.write(output.getvalue()))

    # SPARQL

    def sparql(self, task: Mapping[str, Any]) -> Answer:
        """Answer a query of the SPARQL 1.1 Protocol."""
        backend = self.catalogue.backend
        if not isinstance(backend, Embedded):
            return self._table(Table.of(backend.run(task["query"])), task["accept"])
        try:
            result = self._run(backend, task)
        except SyntaxError as error:
            raise HttpError(400, explain_syntax_error(error, task["query"])) from error
        if isinstance(result, ox.QueryTriples):
            media = _chosen(task["accept"], GRAPH_TYPES)
            return Answer(
                200, {"Content-Type": media}, lambda out: _serialize(result, out, _GRAPHS[GRAPH_TYPES[media]])
            )
        offered = {media: name for media, name in SOLUTION_TYPES.items() if name in _RESULTS}
        media = _chosen(task["accept"], offered)
        return Answer(200, {"Content-Type": media}, lambda out: _serialize(result, out, _RESULTS[offered[media]]))

    def _run(self, backend: Embedded, task: Mapping[str, Any]) -> Any:
        text, base = task["query"], self.base + "sparql"
        if not task["default"] and not task["named"]:
            return backend.raw(text, base=base)
        # The protocol's dataset comes before the query's own (SPARQL 1.1 Protocol, 2.1.4).
        try:
            default: list[Any] = [ox.NamedNode(iri) for iri in task["default"]]
            named: list[Any] = [ox.NamedNode(iri) for iri in task["named"]]
        except ValueError as error:
            raise HttpError(400, f"no IRI of a graph: {error}.") from error
        return backend.store.query(text, prefixes=PREFIXES, base_iri=base, default_graph=default, named_graphs=named)

    # Stored queries

    def api(self, task: Mapping[str, Any]) -> Answer:
        """Answer the stored query *task* names, in the format that its ending or Accept header asks for."""
        stored = _stored(task["name"])
        values, options = _parameters(stored, task["parameters"])
        table = self._ask(stored, values)
        offered = GRAPH_TYPES | SOLUTION_TYPES if table.form == "CONSTRUCT" else SOLUTION_TYPES
        of_works = WORKS_TYPES if "work" in table.columns else {}
        media = task["media"] or _chosen(task["accept"], offered | of_works)
        if media in of_works:
            shown, headers = self._paged(stored, table, values, options)
            return self._works(stored, shown, values, media, headers)
        if media not in offered:
            known = ", ".join(sorted(set(offered.values())))
            raise HttpError(406, f"the answer of {stored.name} is not available as {media}: there is {known}.")
        shown, headers = self._paged(stored, table, values, options)
        answer = Answer.of(shown.text(offered[media]), media)
        answer.headers.update(headers)
        return answer

    def _works(
        self,
        stored: StoredQuery,
        table: Table,
        values: Mapping[str, Sequence[str]],
        media: str,
        headers: Mapping[str, str],
    ) -> Answer:
        """Return the works in *table*, each once, as records for reference managers or as a feed."""
        iris = dict.fromkeys(str(row["work"]) for row in table if row["work"])
        if media == ATOM:
            given = urlencode([(name, value) for name, many in values.items() for value in many])
            address, query = f"{stored.name}.atom", f"?{given}" if given else ""
            found = {work.iri: work for work in self.catalogue.works() if work.iri in iris}
            listed = newest(found.values(), len(found))
            page = f"query/{stored.name}{query}"
            text = atom(self.catalogue, listed, self.base, f"api/{address}{query}", stored.summary, page).decode()
        else:
            text = self.pages.records((iri.removeprefix(BASE) for iri in iris), WORKS_TYPES[media])
        answer = Answer.of(text, media)
        answer.headers.update(headers)
        return answer

    def _ask(self, stored: StoredQuery, values: Mapping[str, Sequence[str]]) -> Table:
        if stored.is_federated:
            raise HttpError(403, f"{stored.name} queries another endpoint, which this server does not allow.")
        try:
            return self.catalogue.query(stored.name, values)
        except ArgumentError as error:
            raise HttpError(400, str(error)) from error

    def _paged(
        self, stored: StoredQuery, table: Table, values: Mapping[str, Sequence[str]], options: Mapping[str, str]
    ) -> tuple[Table, dict[str, str]]:
        """Return the page of *table* that *options* ask for, all of it where they ask for none, and its headers."""
        if "page" not in options and "page_size" not in options:
            return table, {"X-Total-Count": str(len(table))}
        size = min(_number(options, "page_size", PAGE_SIZE), _LARGEST_PAGE)
        page = _number(options, "page", 1)
        pages = max(-(-len(table) // size), 1)
        if page > pages:
            raise HttpError(404, f"there is no page {page}: the answer has {pages}.")
        given = [(name, value) for name, many in values.items() for value in many]
        numbers = {"first": 1, "last": pages, "prev": page - 1, "next": page + 1}
        links = [
            f'<{self.base}api/{stored.name}?{urlencode([*given, ("page", number), ("page_size", size)])}>; rel="{rel}"'
            for rel, number in numbers.items()
            if 1 <= number <= pages
        ]
        start = (page - 1) * size
        return table[start : start + size], {"X-Total-Count": str(len(table)), "Link": ", ".join(links)}

    # Data

    def data(self, task: Mapping[str, Any]) -> Answer:
        """Answer with the document that *task* names, in a syntax of RDF."""
        text = self.documents.text(task["path"], GRAPH_TYPES[task["media"]])
        if text is None:
            raise HttpError(404, f"the catalogue has no statement about {BASE}{task['path']}.")
        return Answer.of(text, task["media"])

    def feed(self, _: Mapping[str, Any]) -> Answer:
        """Answer with the Atom feed of the newest works."""
        content = feed(self.catalogue, self.base)
        return Answer(200, {"Content-Type": "application/atom+xml"}, lambda output: output.write(content))

    # Reconciliation

    @cached_property
    def _reconciler(self) -> Reconciler:
        return Reconciler(self.catalogue.backend)

    def reconcile(self, task: Mapping[str, Any]) -> Answer:
        """Answer an operation of the reconciliation service."""
        return Answer.of(json.dumps(self._reconciler.answer(task), ensure_ascii=False), "application/json")

    # Texts

    def text(self, task: Mapping[str, Any]) -> Answer:
        """Answer with what words mean: all of one thing (show), or the things that they may mean (find)."""
        words = task["words"]
        if task["operation"] == "show":
            try:
                return Answer.of(str(self.catalogue.show(words)), "text/plain")
            except AmbiguousError as error:
                return Answer.of(f"{error}\n{_listed(error.candidates)}", "text/plain")
        return Answer.of(_listed(self.catalogue.find(words)), "text/plain")

    def _table(self, table: Table, accept: str | None) -> Answer:
        offered = GRAPH_TYPES if table.form == "CONSTRUCT" else SOLUTION_TYPES
        media = _chosen(accept, offered)
        return Answer.of(table.text(offered[media]), media)

    # Pages

    def page(self, task: Mapping[str, Any]) -> Answer:
        """Answer with a page."""
        name, parameters = task["page"], task["parameters"]
        if not parameters and (kept := self._kept.get((name, task["path"]))):
            return kept
        if name in ("document", "preview"):
            page = self.pages.document if name == "document" else self.pages.preview
            try:
                return Answer.of(page(task["path"]), _HTML)
            except NothingFoundError as error:
                raise HttpError(404, str(error)) from error
        if name == "query":
            stored = _stored(task["path"])
            values, options = _parameters(stored, parameters)
            asked = bool(values) or "run" in options
            table: Table | None = None
            problem = ""
            try:
                table = self._ask(stored, values) if asked or not stored.parameters else None
            except HttpError as error:
                problem = str(error)
            number, sort = _number(options, "page", 1), options.get("sort", "")
            html = self.pages.query(stored, values, table, number, problem, sort)
            return Answer.of(html, _HTML, 400 if problem else 200)
        if name == "search":
            words = " ".join(value for key, value in parameters if key == "q")
            if len(words) > _LONGEST_SEARCH:
                raise HttpError(400, f"what to search for is longer than {_LONGEST_SEARCH} characters.")
            try:
                return Answer.of(self.pages.search(words, _number(dict(parameters), "page", 1)), _HTML)
            except NothingFoundError as error:
                raise HttpError(404, str(error)) from error
        if name == "works":
            return self._works_chosen(parameters)
        if name == "sparql":
            return self._editor(task)
        if name in ("doc", "why"):
            try:
                return Answer.of(getattr(self.pages, name)(task["path"]), _HTML)
            except NothingFoundError as error:
                raise HttpError(404, str(error)) from error
        return Answer.of(self._fixed[name](), _HTML)

    def _works_chosen(self, parameters: Sequence[tuple[str, str]]) -> Answer:
        """Answer with the works that *parameters* choose."""
        given = [(name, value) for name, value in parameters if name != "page"]
        unknown = next((name for name, _ in parameters if name not in NAMES), None)
        if unknown is not None:
            raise HttpError(400, f"works are not chosen by {unknown[:40]!r}: there is {', '.join(NAMES)}.")
        try:
            return Answer.of(self.pages.works(given, _number(dict(parameters), "page", 1)), _HTML)
        except ArgumentError as error:
            raise HttpError(404, str(error)) from error

    @cached_property
    def _fixed(self) -> dict[str, Callable[[], str]]:
        """The pages that are the same for everybody."""
        return {
            "docs": self.pages.docs,
            "home": self.pages.home,
            "properties": self.pages.properties,
            "queries": self.pages.queries,
            "taxonomy": self.pages.taxonomy,
        }

    def _editor(self, task: Mapping[str, Any]) -> Answer:
        """Answer with the editor: empty, with an example, or with a query and its answer."""
        given = dict(task["parameters"])
        if "query" not in given:
            query = _stored(given["example"]).text if given.get("example") else ""
            return Answer.of(self.pages.sparql(query), _HTML)
        query, problem = given["query"], task.get("problem", "")
        table, limited = None, False
        if not problem:
            try:
                found = self.catalogue.sparql(query) if not isinstance(self.catalogue.backend, Embedded) else None
                table, limited = (found, False) if found is not None else self._first_rows(query)
            except (QueryError, HttpError) as error:
                problem = str(error)
        page, sort = _number(given, "page", 1), given.get("sort", "")
        html = self.pages.sparql(query, table, page, problem, sort, limited=limited)
        return Answer.of(html, _HTML, 400 if problem else 200)

    def _first_rows(self, query: str) -> tuple[Table, bool]:
        """Return so many rows of the answer as pages show at most, and whether there are more."""
        result = self.catalogue.backend.run(query)
        if isinstance(result, bool):
            return Table.of(result), False
        columns = ("subject", "predicate", "object") if isinstance(result, Triples) else result.variables
        form = "CONSTRUCT" if isinstance(result, Triples) else "SELECT"
        rows: list[Any] = [
            (row.subject, row.predicate, row.object) if isinstance(row, ox.Triple) else row
            for row in islice(result, MOST_ROWS + 1)
        ]
        return Table(columns, rows[:MOST_ROWS], form), len(rows) > MOST_ROWS

    def record(self, task: Mapping[str, Any]) -> Answer:
        """Answer with the record of a work for reference managers."""
        text = self.pages.records([task["path"]], task["ending"])
        if not text:
            raise HttpError(404, f"{BASE}{task['path']} is not a work of this catalogue.")
        return Answer.of(text, RECORDS[task["ending"]][1])

    def dump(self, task: Mapping[str, Any]) -> Answer:
        """Answer with the whole catalogue in the format that *task* names by the ending of its file."""
        formats = {ending: name for name, ending in FILE_ENDINGS.items() if name != "csv"}
        if task["ending"] not in formats:
            raise HttpError(404, f"no dump {task['ending'][:40]!r}: there is {', '.join(formats)}.")
        return Answer.of(self.catalogue.export(formats[task["ending"]]), "application/octet-stream")

    def lists(self, task: Mapping[str, Any]) -> Answer:
        """Answer with one of the lists for scripts."""
        if task["name"] == "terms":
            return Answer.of(terms(), "application/json")
        embedded = isinstance(self.catalogue.backend, Embedded)
        return Answer.of(self._names if embedded else names(self.catalogue.backend), "application/json")

    @cached_property
    def _names(self) -> str:
        return names(self.catalogue.backend)


def _listed(candidates: Sequence[Candidate]) -> str:
    lines = [f"{one.curie}  {one.label} ({one.kind})" for one in candidates[:_MOST_LISTED]]
    rest = len(candidates) - len(lines)
    return (
        "\n".join([*lines, f"and {rest:,} more" if rest else ""]) if lines else "nothing in the catalogue is called so"
    )


def _serialize(result: Any, output: Any, format_: Any) -> None:
    try:
        result.serialize(output, format=format_)
    except (OSError, RuntimeError) as error:
        raise QueryError(f"the query engine stopped: {error}.") from error


def _chosen(accept: str | None, offered: Mapping[str, str]) -> str:
    media = choose(accept, list(offered))
    if media is None:
        raise HttpError(406, f"none of the types of the Accept header is available: there is {', '.join(offered)}.")
    return media


def _stored(name: str) -> StoredQuery:
    try:
        return find_query(name)
    except NothingFoundError as error:
        raise HttpError(404, str(error).replace("'aligngraph query' lists them.", "/query lists them.")) from error


def _parameters(stored: StoredQuery, given: Iterable[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the values of the query's own parameters, empty ones left out, and what else the address says."""
    own = {parameter.name for parameter in stored.parameters}
    values: dict[str, list[str]] = {}
    options: dict[str, str] = {}
    for name, value in given:
        if name in own:
            if value:
                values.setdefault(name, []).append(value)
        elif name in ("page", "page_size", "run", "sort"):
            options[name] = value
        else:
            takes = ", ".join(sorted(own)) or "no parameters"
            raise HttpError(400, f"{stored.name} has no parameter {name!r}: it takes {takes}; page and page_size too.")
    return values, options


def _number(options: Mapping[str, str], name: str, default: int) -> int:
    text = options.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not int(text[:9]) > 0:
        raise HttpError(400, f"{name} must be a number from 1, not {text[:40]!r}.")
    return int(text[:9])
