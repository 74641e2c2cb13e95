"""The works of a catalogue as bibliographies tell them: the way from the graph to each bibliographic format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.bibliography.identifiers import ACL, OPENREVIEW
from aligngraph.bibliography.person_names import Name, organization_name
from aligngraph.bibliography.plain_text import collapse
from aligngraph.bibliography.works import BETWEEN_NOTES, PUBLISHED_KINDS, Form, Work, records_of
from aligngraph.export.graph import RDF_TYPE, Graph, ag, graph_of
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES

if TYPE_CHECKING:
    from aligngraph.turtle.terms import Object

_SAME_AS = ox.NamedNode(PREFIXES["schema"] + "sameAs")
_TITLE = ox.NamedNode(PREFIXES["dcterms"] + "title")
_NOTE = ox.NamedNode(PREFIXES["skos"] + "editorialNote")
_TEXTS = {
    "title": _TITLE,
    "track": ag("track"),
    "volume": ag("volume"),
    "issue": ag("issue"),
    "pages": ag("pages"),
    "doi": ag("doi"),
    "arxiv": ag("arxivId"),
    "acl": ag("aclAnthologyId"),
    "openreview": ag("openReviewId"),
    "dblp": ag("dblpKey"),
}

_NAME_PARTS = (ag("familyName"), ag("givenName"), ag("nameParticle"), ag("nameSuffix"))


def works(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, Work]]:
    """Yield each work with its key, which is the id of the work, in natural order of the keys."""
    graph = graph_of(quads)
    for work in graph.instances(ag("Work")):
        yield work.value.removeprefix(BASE + "work/"), read_work(graph, work)


def read_work(graph: Graph, work: ox.NamedNode) -> Work:
    """Return what *graph* says of *work*."""
    classes = [class_.value for class_ in graph.subclasses(ag("Work"))]
    return _work(graph, work, work.value.removeprefix(BASE + "work/"), classes)


def address(form: Form) -> str:
    """Return the one address that says most of *form* besides its DOI; nothing where there is none."""
    if form.openreview:
        return OPENREVIEW.address(form.openreview)
    if form.acl:
        return ACL.address(form.acl)
    if form.kind in ("WebPublication", "DatasetRelease") and form.same_as:
        return form.same_as.split()[0]
    return next(iter(records_of(form)), "")


def cited_title(work: Work) -> str:
    """Return the title under which the best form came out."""
    return (work.forms[0].title if work.forms else None) or work.title or ""


def _work(graph: Graph, work: ox.NamedNode, key: str, classes: list[str]) -> Work:
    forms = [_form(graph, form, key) for form in graph.objects(work, ag("hasPublication"))]
    kinds = [term.value for term in graph.objects(work, RDF_TYPE) if term.value in classes]
    names = tuple(_names(graph, work))
    return Work(
        kind=kinds[0].removeprefix(AG) if kinds else None,
        title=_text(graph, work, _TITLE) or collapse(graph.label(work)) or None,
        authors=names,
        # The record says that its byline is cut short.
        et_al=bool(names) and ag("hasAuthor") in graph.objects(work, ag("lacks")),
        first_year=graph.number(work, ag("firstPublicYear")),
        evidence=_text(graph, work, ag("evidence")),
        confidence=_text(graph, work, ag("confidence")),
        note=_notes(graph, work),
        forms=tuple(sorted(forms, key=_form_key)),
    )


def _text(graph: Graph, thing: Object, predicate: ox.NamedNode) -> str | None:
    return collapse(graph.text(thing, predicate)) or None


def _notes(graph: Graph, thing: Object) -> str | None:
    return BETWEEN_NOTES.join(sorted(collapse(term.value) for term in graph.objects(thing, _NOTE))) or None


def _names(graph: Graph, work: ox.NamedNode) -> Iterator[Name]:
    def place(authorship: Object) -> int:
        number = graph.number(authorship, ag("ordinal"))
        return 1_000_000 if number is None else number

    for authorship in sorted(graph.objects(work, ag("hasAuthorship")), key=place):
        bodies = graph.objects(authorship, ag("organization"))
        authors = [*graph.objects(authorship, ag("person")), *bodies]
        name = graph.text(authorship, ag("nameAsPrinted")) or (graph.label(authors[0]) if authors else "")
        if not (name := collapse(name)):
            continue
        if bodies:
            yield organization_name(name)
        else:
            family, given, particle, suffix = (_text(graph, authorship, term) or "" for term in _NAME_PARTS)
            yield Name(name, family, given, particle, suffix)


def _form(graph: Graph, publication: Object, key: str) -> Form:
    kinds = {term.value.removeprefix(AG) for term in graph.objects(publication, RDF_TYPE)}
    venues = graph.objects(publication, ag("venue"))
    venue = (collapse(graph.label(venues[0])) or None) if venues else None
    own_id = publication.value.removeprefix(BASE + "publication/")
    # The id by the project's rule; another one has to be given.
    usual = f"{key}-{venues[0].value.removeprefix(BASE + 'venue/')}" if venues else key
    form = Form(
        kind=next((kind for kind in PUBLISHED_KINDS if kind in kinds), None),
        id=own_id if own_id != usual and isinstance(publication, ox.NamedNode) else None,
        venue=venue,
        year=graph.number(publication, ag("publicationYear")),
        isbn=" ".join(term.value for term in graph.objects(publication, ag("isbn"))) or None,
        note=_notes(graph, publication),
        **{name: _text(graph, publication, predicate) for name, predicate in _TEXTS.items()},
    )
    known = records_of(form)
    records = [term.value for term in graph.objects(publication, _SAME_AS) if term.value not in known]
    return replace(form, same_as=" ".join(records) or None)


def _form_key(form: Form) -> tuple[int, int, str]:
    order = PUBLISHED_KINDS.index(form.kind) if form.kind else len(PUBLISHED_KINDS)
    # Of two editions the later one is cited.
    year = form.year or 0
    return order, -year, form.id or ""
