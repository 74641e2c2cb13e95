"""What is looked for: the works, people, venues, artifacts and concepts of a catalogue, with all that names them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from aligngraph.bibliography.identifiers import GITHUB, Identifiers
from aligngraph.bibliography.person_names import Name, split_name
from aligngraph.bibliography.works import PUBLISHED_KINDS, WITH_OWN_ISBN, Form
from aligngraph.curation.holdings import (
    ALT_LABEL,
    CONCEPT_KINDS,
    HIDDEN_LABEL,
    LABEL,
    PREF_LABEL,
    SAME_AS,
    TITLE,
    VENUE_KINDS,
    WORK_KINDS,
    Holdings,
    ag,
    authorships_of,
)
from aligngraph.curation.merge import ARTIFACT_KINDS, find_thing
from aligngraph.errors import ArgumentError
from aligngraph.linking.known import pairs_of, values_of
from aligngraph.linking.records import Publication, Wanted
from aligngraph.rdf.namespaces import BASE, PREFIXES

KINDS = ("works", "people", "venues", "artifacts", "concepts")
"""The kinds of things that can be looked for."""
_CLASSES = {
    "works": WORK_KINDS,
    "people": ("Person",),
    "venues": VENUE_KINDS,
    "artifacts": ARTIFACT_KINDS,
    "concepts": CONCEPT_KINDS,
}
_NAMES = (LABEL, PREF_LABEL, ag("acronym"), ALT_LABEL, HIDDEN_LABEL)
_SAME = (SAME_AS, PREFIXES["skos"] + "exactMatch", PREFIXES["skos"] + "closeMatch")
"""What leads to records of the same thing."""
_FORM_TEXTS = {
    "track": "track", "volume": "volume", "issue": "issue", "pages": "pages", "doi": "doi", "arxivId": "arxiv",
    "aclAnthologyId": "acl", "openReviewId": "openreview", "dblpKey": "dblp",
}  # fmt: skip


def wanted_in(holdings: Holdings, kinds: Iterable[str], things: Iterable[str] = ()) -> list[Wanted]:
    """Return what *holdings* has of these *kinds*, or of them only the *things* named, in the order of their IRIs.

    A thing is named as in `aligngraph merge`: by IRI, CURIE or the last part of its IRI. Raise ArgumentError where one
    is unknown, or of none of the kinds.
    """
    chosen = list(kinds)
    named = [_find(text, holdings) for text in things]
    printed = _printed_titles(holdings) if "works" in chosen else {}
    written = _works_of_people(holdings) if "people" in chosen else {}
    makers: dict[str, Callable[[str], Wanted]] = {
        "works": lambda iri: _work(holdings, iri, printed.get(iri, ())),
        "people": lambda iri: _person(holdings, iri, written.get(iri, ())),
    }
    found: list[Wanted] = []
    for kind in chosen:
        make = makers.get(kind, lambda iri, kind=kind: _named(holdings, iri, kind))
        there = set(holdings.things(*_CLASSES[kind]))
        found += [make(iri) for iri in sorted(there if not named else there & set(named))]
    if missing := set(named) - {wanted.iri for wanted in found}:
        raise ArgumentError(
            f"<{min(missing)}> is none of the {' or '.join(chosen)}, which are looked for. Choose with --kind."
        )
    return found


def _find(text: str, holdings: Holdings) -> str:
    for kind in ("goal", "approach", "method"):
        if (iri := f"{BASE}{kind}/{text.removeprefix(f'{kind}:')}") in holdings.described:
            return iri
    return find_thing(text, holdings)


def _printed_titles(holdings: Holdings) -> dict[str, list[str]]:
    """Return the titles by which reading lists name each work."""
    printed: dict[str, list[str]] = defaultdict(list)
    for listing in holdings.things("Listing"):
        for work in holdings.texts(listing, ag("lists")):
            printed[work] += holdings.texts(listing, ag("titleAsPrinted"))
    return printed


def _work(holdings: Holdings, iri: str, printed: Iterable[str]) -> Wanted:
    publications = [_publication(holdings, one) for one in holdings.texts(iri, ag("hasPublication"))]
    publications.sort(key=lambda one: (_rank(one.form.kind), one.iri))
    title = holdings.text(iri, TITLE) or ""
    others = [*holdings.texts(iri, ALT_LABEL), *printed, *(one.form.title or "" for one in publications)]
    years = {one.form.year for one in publications} | {holdings.number(iri, ag("firstPublicYear"))}
    identifiers = Identifiers()
    for one in publications:
        form = one.form
        isbn = (form.isbn or "").split(" ")[0] if form.kind in WITH_OWN_ISBN else ""
        identifiers |= Identifiers(form.doi, form.arxiv, form.acl, form.openreview, isbn or None)
    return Wanted(
        iri,
        "works",
        title,
        tuple(dict.fromkeys(other for other in others if other and other != title)),
        byline_of(holdings, iri),
        frozenset(year for year in years if year is not None),
        tuple(publications),
        identifiers,
    )


def _works_of_people(holdings: Holdings) -> dict[str, list[str]]:
    """Return the works that each person wrote."""
    written: dict[str, list[str]] = defaultdict(list)
    for work in holdings.things(*WORK_KINDS):
        for one in holdings.texts(work, ag("hasAuthorship")):
            for person in holdings.texts(one, ag("person")):
                written[person].append(work)
    return written


def _person(holdings: Holdings, iri: str, works: Iterable[str]) -> Wanted:
    """Return a person, with the publications of the works that they wrote."""
    publications = [_publication(holdings, one) for work in works for one in holdings.texts(work, ag("hasPublication"))]
    named = _named(holdings, iri, "people")
    return replace(named, authors=(split_name(named.title),), publications=tuple(publications))


def _rank(kind: str | None) -> int:
    return PUBLISHED_KINDS.index(kind) if kind in PUBLISHED_KINDS else len(PUBLISHED_KINDS)


def byline_of(holdings: Holdings, work: str) -> tuple[Name, ...]:
    """Return the names of the authors of *work* as printed, in order."""
    names = []
    for one in authorships_of(holdings, work):
        person = holdings.text(one, ag("person")) or holdings.text(one, ag("organization"))
        text = holdings.text(one, ag("nameAsPrinted")) or (holdings.text(person, LABEL) if person else None)
        if text:
            family, given = (holdings.text(one, ag(part)) or "" for part in ("familyName", "givenName"))
            names.append(Name(text, family, given))
    return tuple(names)


def _publication(holdings: Holdings, iri: str) -> Publication:
    venue = holdings.text(iri, ag("venue"))
    texts = {attribute: holdings.text(iri, ag(term)) for term, attribute in _FORM_TEXTS.items()}
    form = Form(
        kind=next(iter(holdings.kinds(iri)), None),
        title=holdings.text(iri, TITLE),
        venue=holdings.label(venue) if venue else None,
        year=holdings.number(iri, ag("publicationYear")),
        isbn=" ".join(holdings.texts(iri, ag("isbn"))) or None,
        **texts,
    )
    return Publication(iri, form, tuple(holdings.texts(iri, SAME_AS)))


def _named(holdings: Holdings, iri: str, kind: str) -> Wanted:
    names = [name for predicate in _NAMES for name in holdings.texts(iri, predicate)]
    title = names[0] if names else ""
    others = tuple(dict.fromkeys(name for name in names if name != title))
    if kind == "people":
        return Wanted(iri, kind, title, others)
    repositories = tuple(
        one for one in holdings.texts(iri, ag("repository")) if values_of(pairs_of([one]), GITHUB.name)
    )
    same = (address for predicate in _SAME for address in holdings.texts(iri, predicate))
    return Wanted(
        iri,
        kind,
        title,
        others,
        huggingface=tuple(holdings.texts(iri, ag("huggingFaceId"))),
        known=pairs_of([*same, *repositories]),
        repositories=repositories,
    )
