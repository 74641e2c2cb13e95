"""The records of one work: for reference managers, and for search engines in the head of its page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from aligngraph.bibliography.identifiers import ARXIV
from aligngraph.bibliography.person_names import parts_of
from aligngraph.export import bibtex, csljson, ris
from aligngraph.export.graph import Graph
from aligngraph.export.schemaorg import CONTEXT, artifact_node, work_node
from aligngraph.export.works import cited_title, read_work
from aligngraph.queries.lookup import full_rows
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES
from aligngraph.web.describe import Describer

if TYPE_CHECKING:
    from aligngraph.api.catalogue import Catalogue
    from aligngraph.bibliography.works import Work
    from aligngraph.sparql.backend import Backend

RECORDS = {
    ".bib": ("BibTeX", "application/x-bibtex"),
    ".ris": ("RIS", "application/x-research-info-systems"),
    ".csljson": ("CSL-JSON", "application/vnd.citationstyles.csl+json"),
}
"""Endings of the records of a work, each with its name and media type."""
_SUBCLASS = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
_WORK = ox.NamedNode(AG + "Work")
_DESCRIBED = ("venue/", "goal/", "approach/", "method/")


def _is_thing(iri: str) -> bool:
    """Tell whether *iri* is of a thing in the catalogue, and not of a term or of what is elsewhere."""
    return iri.startswith(BASE) and not iri.startswith(AG)


class Head(NamedTuple):
    """What the head of a page says to search engines: pairs of citation tags, and JSON-LD."""

    citation: tuple[tuple[str, str], ...] = ()
    jsonld: str = ""


class Records:
    """The records of the works of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._backend: Backend = catalogue.backend
        self._describer = Describer(catalogue)

    @cached_property
    def _classes(self) -> list[ox.Triple]:
        found = full_rows(self._backend, "SELECT ?c ?d WHERE { ?c rdfs:subClassOf ?d FILTER (isIRI(?c) && isIRI(?d)) }")
        return [ox.Triple(ox.NamedNode(one), _SUBCLASS, ox.NamedNode(other)) for one, other in dict.fromkeys(found)]

    def _graph(self, node: ox.NamedNode, *, whole: bool) -> Graph:
        """Return what is said of *node* and what it owns; with *whole* also of venues and concepts named there."""
        found = self._describer.owned(node)
        named = {value for _, _, value in found if isinstance(value, ox.NamedNode) and _is_thing(value.value)}
        found |= self._describer.names(named)
        if whole:
            for one in named:
                if one.value.removeprefix(BASE).startswith(_DESCRIBED):
                    found |= self._describer.own(one.value)
        return Graph([*self._classes, *(ox.Triple(*one) for one in found)])  # type: ignore[arg-type]

    def records(self, paths: Iterable[str], ending: str) -> str:
        """Return the records of the works at *paths* in the format of *ending*, one of RECORDS; '' for none."""
        found: dict[str, Work] = {}
        for path in paths:
            node = ox.NamedNode(BASE + path)
            graph = self._graph(node, whole=False)
            if node in graph.instances(_WORK):
                found[path.removeprefix("work/")] = read_work(graph, node)
        if not found:
            return ""
        if ending == ".csljson":
            items = [csljson.item(key, work) for key, work in found.items()]
            return json.dumps(items, ensure_ascii=False, indent=2) + "\n"
        if ending == ".bib":
            return "\n".join(bibtex.entry(key, work) for key, work in found.items())
        return "".join(ris.record(key, work) for key, work in found.items())

    def head(self, path: str) -> Head:
        """Return what the head of the page at *path* has, where that is a work or artifact."""
        kind, _, _ = path.partition("/")
        if kind not in ("work", "artifact"):
            return Head()
        node = ox.NamedNode(BASE + path)
        graph = self._graph(node, whole=True)
        said = work_node(graph, node) if kind == "work" else artifact_node(graph, node)
        text = json.dumps({"@context": CONTEXT, **said}, ensure_ascii=False, separators=(",", ":"))
        tags: tuple[tuple[str, str], ...] = ()
        if kind == "work" and node in graph.instances(_WORK):
            tags = tuple(_citation(read_work(graph, node)))
        # In a script element only "<" could end it early.
        return Head(tags, text.replace("<", "\\u003c"))


def _citation(work: Work) -> Iterable[tuple[str, str]]:
    """Yield the citation tags that Google Scholar, Zotero and others read."""
    best = work.forms[0] if work.forms else None
    yield "citation_title", cited_title(work)
    for name in work.authors:
        yield "citation_author", parts_of(name).sorted
    year = work.first_year if best is None or best.year is None else best.year
    said: Mapping[str, str | None] = {
        "citation_publication_date": str(year) if year else None,
        "citation_journal_title": best.venue if best and best.kind == "JournalArticle" else None,
        "citation_conference_title": best.venue if best and best.kind in ("ConferencePaper", "WorkshopPaper") else None,
        "citation_volume": best.volume if best else None,
        "citation_issue": best.issue if best else None,
        "citation_doi": best.doi if best else None,
        "citation_isbn": best.isbn if best else None,
        "citation_arxiv_id": next((form.arxiv for form in work.forms if form.arxiv), None),
        "citation_pdf_url": next(
            (ARXIV.address(form.arxiv).replace("/abs/", "/pdf/") for form in work.forms if form.arxiv), None
        ),
    }
    yield from ((name, value) for name, value in said.items() if value)
