"""Pages about works, what they bring, and the forms they appeared in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aligngraph.bibliography.identifiers import ACL, ARXIV, DOI, OPENREVIEW
from aligngraph.queries.lookup import family_of, full_rows, iris, names_of, rows, types_of
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.text.plurals import count_of
from aligngraph.views.page import Block, Item, Page
from aligngraph.views.parts import (
    SKOS,
    ag,
    block,
    concept_blocks,
    lacking_block,
    listed_blocks,
    placed_blocks,
    publication_items,
    texts,
    values_of,
    work_items,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aligngraph.sparql.backend import Backend

_TITLE = PREFIXES["dcterms"] + "title"
_DESCRIPTION = PREFIXES["dcterms"] + "description"
_LABEL = PREFIXES["rdfs"] + "label"
_SAME = PREFIXES["schema"] + "sameAs"
_NOTE = SKOS + "editorialNote"
_ALIAS = SKOS + "altLabel"
_SHOWN = (DOI, ARXIV, ACL, OPENREVIEW)
"""Schemes whose identifiers stand beside a publication."""


def work_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the work *iri*."""
    own = ag("firstPublicYear", "evidence", "confidence")
    year, evidence, confidence = own
    about = values_of(backend, iri, [_TITLE, _NOTE, _DESCRIPTION, *own])
    authors = rows(
        backend,
        f"""SELECT DISTINCT ?ordinal ?name ?person WHERE {{ {iris([iri])} ag:hasAuthorship ?authorship .
          ?authorship ag:ordinal ?ordinal . OPTIONAL {{ ?authorship ag:nameAsPrinted ?name }}
          OPTIONAL {{ ?authorship ag:person|ag:organization ?person }} }} ORDER BY ?ordinal ?name""",
    )
    blocks = texts("About", about[_DESCRIPTION])
    if authors:
        unnamed = names_of(backend, [person for _, name, person in authors if not name and person])
        items = (Item(name or unnamed.get(str(person), "?"), person) for _, name, person in authors)
        blocks.append(Block("Authors", tuple(items), runs=True))
    forms = full_rows(backend, f"SELECT DISTINCT ?form WHERE {{ {iris([iri])} ag:hasPublication ?form }}")
    published = publication_items(backend, [form for (form,) in forms])
    blocks += block("Published", published) + lacking_block(backend, iri)
    blocks += concept_blocks(backend, iri) + placed_blocks(backend, iri)
    blocks += _introduced(backend, iri) + listed_blocks(backend, iri)
    blocks += block("Records", _records(backend, [iri, *(form for (form,) in forms)]))
    blocks += texts("Notes", about[_NOTE])
    sure = [f"confidence {value}" for value in about[confidence]]
    blocks += texts("Source", [*about[evidence], *sure])
    facts = (*about[year], *([count_of(len(authors), "author")] if len(authors) > 12 else []))
    return Page(iri, kind, min(about[_TITLE], default=""), facts, tuple(blocks))


def _records(backend: Backend, things: Sequence[str]) -> list[Item]:
    """Return the addresses of *things* in other catalogues, without those whose identifiers are shown."""
    select = f"SELECT DISTINCT ?record WHERE {{ VALUES ?thing {{ {iris(things)} }} ?thing <{_SAME}> ?record }}"
    found = sorted(record for (record,) in full_rows(backend, select))
    return [Item(one, one) for one in found if all(scheme.parse_address(one) is None for scheme in _SHOWN)]


def _introduced(backend: Backend, work: str) -> list[Block]:
    select = f"""SELECT DISTINCT ?artifact ?description WHERE {{
      ?artifact ag:introducedBy|ag:describedBy {iris([work])} .
      OPTIONAL {{ ?artifact dcterms:description ?description }} }} ORDER BY ?artifact ?description"""
    found = {str(artifact): description for artifact, description in rows(backend, select)}
    labels, types = names_of(backend, found), types_of(backend, found)
    items = [
        Item(
            f"{labels[artifact]}, {family_of(types.get(artifact, []))[1]}",
            artifact,
            (description,) if description else (),
            named=True,
        )
        for artifact, description in found.items()
    ]
    items.sort(key=lambda item: (item.text.casefold(), str(item.iri)))
    return block("Introduces", items)


def artifact_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the artifact *iri*."""
    own = ag("homepage", "repository", "dataLocation")
    about = values_of(backend, iri, [_LABEL, _DESCRIPTION, _ALIAS, _NOTE, _SAME, *own])
    blocks = texts("For", about[_DESCRIPTION]) + texts("Also called", about[_ALIAS], runs=True)
    works = work_items(backend, f"{iris([iri])} ag:introducedBy|ag:describedBy ?work .")
    blocks += block("Introduced by", works)
    blocks += concept_blocks(backend, iri) + placed_blocks(backend, iri)
    links = [
        Item(f"{word}: {value}", value)
        for name, word in zip([*own, _SAME], ("Home page", "Code", "Data", "Record"), strict=True)
        for value in about[name]
    ]
    blocks += block("Links", links)
    blocks += texts("Notes", about[_NOTE])
    return Page(iri, kind, min(about[_LABEL], default=""), (), tuple(blocks))


def publication_page(backend: Backend, iri: str, kind: str) -> Page:
    """Return the page about the publication *iri*."""
    own = ag("publicationYear")
    about = values_of(backend, iri, [_TITLE, _NOTE, _SAME, *own])
    works = work_items(backend, f"?work ag:hasPublication {iris([iri])} .")
    title = min(about[_TITLE], default="") or (
        names_of(backend, [str(works[0].iri)])[str(works[0].iri)] if works else ""
    )
    blocks = block("Work", works)
    items = publication_items(backend, [iri])
    blocks += [Block("Published", tuple(items)), *lacking_block(backend, iri)]
    blocks += block("Records", (Item(link, link) for link in about[_SAME]))
    blocks += texts("Notes", about[_NOTE])
    return Page(iri, kind, title, tuple(about[own[0]]), tuple(blocks))
