"""One thing for people: what it is, where the page lists it, what it is about, who wrote it, where to find it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aligngraph.errors import NothingFoundError
from aligngraph.queries.lookup import curie, family_of, iris, names_of, rows, types_of
from aligngraph.views.names import author_page, concept_page, venue_page
from aligngraph.views.page import Page
from aligngraph.views.survey import (
    listing_page,
    section_page,
    survey_page,
    term_page,
    thing_page,
)
from aligngraph.views.works import artifact_page, publication_page, work_page

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_PAGES: dict[str, Callable[[Backend, str, str], Page]] = {
    "work": work_page,
    "artifact": artifact_page,
    "publication": publication_page,
    "person": author_page,
    "organization": author_page,
    "venue": venue_page,
    "concept": concept_page,
    "survey": survey_page,
    "section": section_page,
    "listing": listing_page,
    "term": term_page,
}


def describe(backend: Backend, iri: str) -> Page:
    """Return the page about *iri*. Raise NothingFoundError where the catalogue has no statement about it."""
    types = types_of(backend, [iri]).get(iri, [])
    if not types and not _is_described(backend, iri):
        raise NothingFoundError(f"the catalogue has no statement about {curie(iri)}.")
    family, kind = family_of(types)
    page = _PAGES.get(family, thing_page)(backend, iri, kind)
    if page.title:
        return page
    return Page(page.iri, page.kind, names_of(backend, [iri])[iri], page.facts, page.blocks)


def _is_described(backend: Backend, iri: str) -> bool:
    subject = iris([iri])
    return bool(subject) and bool(rows(backend, f"SELECT ?p WHERE {{ {subject} ?p ?o }} LIMIT 1"))
