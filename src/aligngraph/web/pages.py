"""Pages as HTML, made from the pages of things that `show` prints and from stored queries. No script is needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from aligngraph._version import __version__
from aligngraph.api.catalogue import Catalogue
from aligngraph.api.table import Table
from aligngraph.catalogue.sources import find_sources
from aligngraph.errors import NothingFoundError
from aligngraph.queries.lookup import curie, in_words, names_of, rows, types_of
from aligngraph.queries.name_index import NameIndex
from aligngraph.queries.search import candidates_of, find, find_exactly
from aligngraph.queries.stored import StoredQuery, find_query, list_queries
from aligngraph.rdf.namespaces import BASE
from aligngraph.sparql.backend import Embedded
from aligngraph.views.page import Page
from aligngraph.views.reasons import Reasons
from aligngraph.views.show import describe
from aligngraph.views.tree import read_tree
from aligngraph.web.addresses import page_of
from aligngraph.web.charts import Mark, picture, timeline, year_link
from aligngraph.web.docs import documents, read_document
from aligngraph.web.documents import MAPPINGS, PARAMETERS, Documents, file_of_terms
from aligngraph.web.filters import heading, linked, with_code
from aligngraph.web.forms import Forms
from aligngraph.web.records import RECORDS, Records
from aligngraph.web.said import described, said_of_many, said_of_one
from aligngraph.web.tables import ordered, shown
from aligngraph.web.vocabulary import CLASSES, PROPERTIES, Named, Term, examples, vocabulary
from aligngraph.web.why import trees
from aligngraph.web.works import WORDS, Works

ROWS = 100
"""Rows of an answer on one page."""
_WORKS_OF_FILE = 300
"""Works on one page of the list of all works, where no server answers."""
_FOUND = 30
"""Things that a search found on one page."""
_COUNTED = {
    "works": ("ag:Work", "/works"),
    "authors": ("ag:Agent", "/query/authors-by-works"),
    "venues": ("ag:Venue", "/query/venues"),
    "artifacts": ("ag:Artifact", "/query/artifacts-by-kind"),
    "entries of lists": ("ag:Listing", "/query/sections"),
    "concepts": ("skos:Concept", "/taxonomy"),
}
_NEWEST = 8
_YEARS = 12
MOST_ITEMS = 100
"""Items of a list on the page of a thing, where a stored query has them all."""
_LONGER = {
    "work": {"Authors": "/query/authors-of-work?work={}&run=1"},
    "person": {"Works": "/query/works-by-author?author={}&run=1"},
    "organization": {"Works": "/query/works-by-author?author={}&run=1"},
    "venue": {"Works": "/query/works-by-venue?venue={}&run=1"},
    "section": {"Entries": "/query/listings-of-section?section={}&run=1"},
}
"""Stored queries that give what a page cuts short, by kind of thing and heading."""
_DUMPS = ((".ttl", "Turtle"), (".nq", "N-Quads"), (".jsonld", "JSON-LD"), (".bib", "BibTeX"), (".csljson", "CSL-JSON"))
_GRIDS = ("coverage-by-goal-and-approach", "coverage-by-method-and-goal")


class Pages:
    """The pages of one catalogue."""

    def __init__(
        self, catalogue: Catalogue, documents: Documents, *, live: bool = True, known: Container[str] | None = None
    ) -> None:
        """Take what is shown; *live* where a server answers, and not files alone.

        With *known*, paths of documents, other documents are not linked to.
        """
        self._catalogue = catalogue
        self._documents = documents
        self._live = live
        self._known = known
        self._forms = Forms(catalogue.backend)

    def is_known(self, link: str) -> bool:
        """Tell whether *link* leads to another site, or to a page that is there."""
        return not link.startswith("/") or self._known is None or link[1:].partition("#")[0] in self._known

    def link_of(self, iri: str | None) -> str | None:
        """Return the address that *iri* leads to: a page of this site, or itself where it is on the web."""
        if iri is None:
            return None
        page = page_of(iri)
        if page is not None:
            return page if self.is_known(page) else None
        return iri if iri.startswith(("https://", "http://")) else None

    @cached_property
    def _environment(self) -> Any:
        from jinja2 import Environment, PackageLoader

        environment = Environment(
            loader=PackageLoader("aligngraph.web"),
            autoescape=True,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["code"] = with_code
        environment.filters["linked"] = linked
        environment.filters["in_words"] = in_words
        environment.filters["heading"] = heading
        environment.globals.update(
            version=__version__, link_of=self.link_of, is_known=self.is_known, curie=curie, live=self._live
        )
        return environment

    @cached_property
    def _records(self) -> Records:
        return Records(self._catalogue)

    @cached_property
    def _reasons(self) -> Reasons:
        location = self._catalogue.location
        files = find_sources(location.paths) if location.is_files else ()
        return Reasons(self._catalogue.backend, files, closed=location.is_files)

    def records(self, paths: Iterable[str], ending: str) -> str:
        """Return the records of the works at *paths* in the format of *ending*; '' where there is no such work."""
        return self._records.records(paths, ending)

    def preparations(self) -> Iterator[Callable[[], object]]:
        """Yield what pages need and is made once, in small steps: templates, documents, axioms."""
        for template in self._environment.list_templates():
            yield partial(self._environment.get_template, template)
        yield lambda: self._names
        yield vocabulary
        for document in documents():
            yield partial(read_document, document.name)
        yield self._reasons.prepare

    def _render(self, template: str, **values: object) -> str:
        text: str = self._environment.get_template(template).render(**values)
        return text

    def home(self) -> str:
        """Return the home page: what the catalogue holds, its newest works, and the ways in."""
        backend = self._catalogue.backend
        counts = [(name, self._number(f"?x a {kind}"), address) for name, (kind, address) in _COUNTED.items()]
        years = rows(
            backend, "SELECT ?y (COUNT(?w) AS ?n) WHERE { ?w ag:firstPublicYear ?y } GROUP BY ?y ORDER BY DESC(?y)"
        )
        bars = [Mark(str(year), float(number or 0), year_link(int(year or 0))) for year, number in years[:_YEARS]]
        newest = rows(
            backend,
            "SELECT ?w ?t ?y WHERE { ?w ag:firstPublicYear ?y ; dcterms:title ?t } "
            f"ORDER BY DESC(?y) STR(?t) ?w LIMIT {_NEWEST}",
        )
        grids = [
            (name, find_query(name).summary.partition(",")[0], picture(self._catalogue.query(name))) for name in _GRIDS
        ]
        surveys = rows(
            backend, "SELECT ?s (MIN(?t) AS ?n) { ?s a ag:Survey ; dcterms:title ?t } GROUP BY ?s ORDER BY ?n"
        )
        return self._render(
            "home.html",
            title=None,
            surveys=surveys,
            counts=counts,
            newest=newest,
            years=timeline(bars[::-1], "Works by the year of their first public version"),
            grids=grids,
            dumps=_DUMPS,
        )

    def _number(self, pattern: str) -> int:
        (row,) = self._catalogue.sparql(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}")
        number = row["n"]
        assert isinstance(number, int)
        return number

    def document(self, path: str) -> str:
        """Return the page of the document at *path*. Raise NothingFoundError where nothing is said there."""
        if path in VOCABULARY:
            return VOCABULARY[path](self)
        backend = self._catalogue.backend
        if file_of_terms(path) or path in (MAPPINGS, PARAMETERS) or path.startswith("graph/"):
            page = said_of_many(backend, self._documents, path)
        else:
            try:
                page = describe(backend, BASE + path)
            except NothingFoundError:
                page = said_of_one(self._documents, path)
            others = [iri for iri in self._documents.things(path) if iri != page.iri]
            if others:
                page = replace(page, blocks=(*page.blocks, described(backend, others)))
        kind, _, name = path.partition("/")
        is_work = kind == "work" and self.is_described(path)
        return self._render(
            "thing.html",
            title=page.title,
            page=page,
            path=f"/{path}",
            page_data=curie(page.iri),
            head=self._records.head(path),
            records=RECORDS if is_work else {},
            why=f"/why/{name}" if is_work else "",
            works=f"/works?survey={name}" if kind == "survey" and self._live else "",
            longer={
                heading: address.format(path.partition("/")[2]) for heading, address in _LONGER.get(kind, {}).items()
            },
            most=MOST_ITEMS,
        )

    def is_described(self, path: str) -> bool:
        """Tell whether the thing at *path* is of some type; one that was merged into another is of none."""
        return bool(types_of(self._catalogue.backend, [BASE + path]))

    def why(self, name: str) -> str:
        """Return the page that says why the work *name* stands where it does. Raise NothingFoundError for no work."""
        path = f"work/{name}"
        backend, iri = self._catalogue.backend, BASE + path
        if not self.is_described(path):
            raise NothingFoundError(f"the catalogue has no statement about {curie(iri)}.")
        label = names_of(backend, [iri])[iri]
        steps = trees(self._reasons.of(iri), backend, self.link_of)
        return self._render("why.html", title=f"Why: {label}", label=label, path=path, steps=steps)

    def preview(self, path: str) -> str:
        """Return the small page of the thing at *path* that clients of the reconciliation service show in a frame."""
        page: Page = describe(self._catalogue.backend, BASE + path)
        return self._render("preview.html", page=page)

    def queries(self) -> str:
        """Return the list of stored queries, by what they are about."""
        groups: dict[str, list[StoredQuery]] = {}
        for query in list_queries():
            groups.setdefault(getattr(query, "group", None) or (query.tags[0] if query.tags else "other"), []).append(
                query
            )
        return self._render("queries.html", title="Questions", groups=groups)

    def query(
        self,
        stored: StoredQuery,
        values: Mapping[str, Sequence[str]],
        table: Table | None,
        number: int,
        problem: str,
        sort: str = "",
    ) -> str:
        """Return the form of *stored* with *values* filled in, and the page *number* of its answer *table*."""
        fields = [self._forms.field(parameter, values.get(parameter.name, ())) for parameter in stored.parameters]
        pairs = [(name, value) for name, many in values.items() for value in many]
        return self._render(
            "query.html",
            title=stored.summary,
            stored=stored,
            iri=f"{BASE}query/{stored.name}",
            path=f"/query/{stored.name}",
            fields=fields,
            problem=problem,
            api=f"/api/{stored.name}",
            **self._answer(table, number, [*pairs, ("run", "1")], sort),
            address=urlencode(pairs),
            picture=picture(table, values) if table is not None else None,
        )

    def _answer(self, table: Table | None, number: int, pairs: list[tuple[str, str]], sort: str) -> dict[str, object]:
        """Return what the template of an answer needs: the page *number* of *table* in the order of *sort*."""
        if table is None:
            return {"asked": False}
        column = sort.removeprefix("-")
        if column in table.columns:
            table = ordered(table, column, descending=sort.startswith("-"))
        else:
            sort = ""
        return {
            "asked": True,
            "form": table.form,
            "total": len(table),
            "number": number,
            "pages": max(-(-len(table) // ROWS), 1),
            "answer": shown(table[(number - 1) * ROWS : number * ROWS], self.link_of),
            "sort": sort,
            "asking": urlencode(pairs),
            "at": _pages([*pairs, *([("sort", sort)] if sort else [])]),
        }

    @cached_property
    def _works(self) -> Works:
        return Works(self._catalogue.backend)

    def works(self, given: Sequence[tuple[str, str]] = (), number: int = 1) -> str:
        """Return the page *number* of the works that *given* leave. Raise ArgumentError for what no work has."""
        found, facets = self._works.choose(given)
        size = ROWS if self._live else _WORKS_OF_FILE
        chosen = [pair for pair in given if pair[1].strip()]
        return self._render(
            "works.html",
            title="Works",
            sought=" ".join(value for name, value in given if name == WORDS),
            facets=facets,
            asking=urlencode(chosen),
            at=_pages(chosen) if self._live else _works_file,
            total=len(found),
            works=found[(number - 1) * size : number * size],
            number=number,
            pages=max(-(-len(found) // size), 1),
        )

    def files_of_works(self) -> Iterator[tuple[str, str]]:
        """Yield the pages of all works, each with its address, as files have them."""
        for number in range(1, -(-max(len(self._works.entries), 1) // _WORKS_OF_FILE) + 1):
            yield _works_file(number), self.works(number=number)

    @cached_property
    def _names(self) -> NameIndex | None:
        backend = self._catalogue.backend
        return NameIndex.read(backend) if isinstance(backend, Embedded) else None

    def search(self, words: str, number: int = 1) -> str:
        """Return the page *number* of what *words* may mean. Raise NothingFoundError where there is no such page.

        What they mean exactly comes first, then all that has them in a name; from an endpoint only what `find` gives.
        """
        backend = self._catalogue.backend
        first, last = (number - 1) * _FOUND, number * _FOUND
        if self._names is None:
            meant = find(backend, words)
            total, shown_ = len(meant), meant[first:last]
        else:
            exact = [one.iri for one in find_exactly(backend, words)]
            iris = list(dict.fromkeys((*exact, *self._names.search(words))))
            total, described = len(iris), {one.iri: one for one in candidates_of(backend, iris[first:last])}
            shown_ = [described[iri] for iri in iris[first:last] if iri in described]
        pages = max(-(-total // _FOUND), 1)
        if number > pages:
            raise NothingFoundError(f"there is no page {number}: what was found has {pages}.")
        return self._render(
            "search.html",
            title=f"Search: {words}" if words else "Search",
            words=words,
            found=shown_,
            total=total,
            number=number,
            pages=pages,
            at=_pages([("q", words)]),
        )

    def taxonomy(self) -> str:
        """Return the taxonomy as a tree with counts."""
        try:
            trees = read_tree(self._catalogue.backend)
        except NothingFoundError:
            trees = []  # the page says so
        return self._render("taxonomy.html", title="Taxonomy", trees=trees)

    def sparql(
        self,
        query: str = "",
        table: Table | None = None,
        number: int = 1,
        problem: str = "",
        sort: str = "",
        *,
        limited: bool = False,
    ) -> str:
        """Return the editor, with *query* and the page *number* of its answer *table*, or why there is none.

        *limited* says that the table has not all rows.
        """
        found = _POSITION.search(problem)
        return self._render(
            "sparql.html",
            title="SPARQL",
            examples=[q for q in list_queries() if q.group not in ("checks", "joins")],
            query=query or _EXAMPLE,
            problem=problem,
            line=found[1] if found else "",
            column=(found[2] or "") if found else "",
            api="/sparql",
            **self._answer(table, number, [("query", query)], sort),
            address=urlencode([("query", query)]),
            picture=picture(table) if table is not None else None,
            limited=limited,
        )

    def ontology(self) -> str:
        """Return the page of the ontology: its classes with all that binds them, and what there is of properties."""
        return self._terms("Ontology", CLASSES, {"class": vocabulary().terms["class"]})

    def properties(self) -> str:
        """Return the page of the ontology's properties, with all that binds them."""
        return self._terms("Properties", PROPERTIES, {k: v for k, v in vocabulary().terms.items() if k != "class"})

    def _terms(self, title: str, here: str, groups: Mapping[str, Sequence[Term]]) -> str:
        known = vocabulary()
        return self._render(
            "ontology.html",
            title=title,
            here=here,
            header=known.header("ontology"),
            groups=groups,
            others={kind: terms for kind, terms in known.terms.items() if kind not in groups},
            examples=examples(self._catalogue.backend, (term for terms in groups.values() for term in terms)),
        )

    def shapes(self) -> str:
        """Return the page of the rules that data has to keep."""
        known = vocabulary()
        return self._render(
            "shapes.html",
            title="Shapes",
            header=known.header("shapes"),
            groups=known.groups,
            deprecated=known.deprecated_shapes(),
        )

    def mappings(self) -> str:
        """Return the page of how terms relate to those of other vocabularies."""
        known = vocabulary()
        matches = [one._replace(subject=self._known_only(one.subject)) for one in known.matches]
        return self._render("mappings.html", title="Mappings", header=known.header("mappings"), matches=matches)

    def _known_only(self, named: Named) -> Named:
        """Return *named* without its link, where that leads to a page that this site has not."""
        path = named.link.partition("#")[0].removeprefix("/")
        there = self._known is None or not named.link.startswith("/") or path in self._known
        return named if there else named._replace(link="")

    def docs(self) -> str:
        """Return the list of documents."""
        return self._render("docs.html", title="Documentation", documents=documents())

    def doc(self, name: str) -> str:
        """Return one document. Raise NothingFoundError where there is none."""
        document = read_document(name)
        return self._render("doc.html", title=document.title, document=document)


def _pages(pairs: Iterable[tuple[str, str]]) -> Callable[[int], str]:
    """Return what makes the link to the page of a number, of what *pairs* ask for."""
    return lambda number: f"?{urlencode([*pairs, ('page', str(number))])}"


def _works_file(number: int) -> str:
    """Return the address, in a site of files, of the page *number* of the list of all works."""
    return "/works" if number == 1 else f"/works-{number}"


VOCABULARY = {"ontology/ontology": Pages.ontology, "shapes/shapes": Pages.shapes, "mappings/mappings": Pages.mappings}
"""Documents that have pages of their own."""


_POSITION = re.compile(r"line (\d+)(?:, column (\d+))?")
_EXAMPLE = """SELECT ?title ?year
WHERE {
  ?work a ag:Work ; dcterms:title ?title ; ag:firstPublicYear ?year .
}
ORDER BY DESC(?year) ?title
LIMIT 20"""
