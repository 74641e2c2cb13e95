"""Two records of one thing made one. The old IRI goes on working: it says what replaced it, and nothing else.

Everything that pointed to the old record points to the kept one, which takes over what it lacks. Where both say
something of which there can be one, the kept record's word stands and a note tells what was left.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from aligngraph.bibliography.keys import name_key
from aligngraph.curation.changes import Changes
from aligngraph.curation.holdings import (
    ALT_LABEL,
    DEPRECATED,
    DESCRIPTION,
    LABEL,
    REPLACED_BY,
    TITLE,
    TYPE,
    VENUE_KINDS,
    WORK_KINDS,
    Holdings,
    ag,
)
from aligngraph.curation.lacking import LACKS, SINCE
from aligngraph.curation.works import triple
from aligngraph.errors import ArgumentError
from aligngraph.rdf.namespaces import BASE, expand, shorten

ARTIFACT_KINDS = (
    "Algorithm",
    "Benchmark",
    "Dataset",
    "Model",
    "Software",
    "PrincipleSet",
    "ValueTheory",
    "ValueSurvey",
)
_KINDS = {
    "work": WORK_KINDS,
    "person": ("Person",),
    "organization": ("Organization",),
    "venue": (*VENUE_KINDS, "Venue"),
    "artifact": ARTIFACT_KINDS,
}
# Of these a record has one; what is not here may stand several times.
_ONE = frozenset(
    ag(name)
    for name in "acronym arxivId aclAnthologyId confidence dblpKey doi evidence familyName firstPublicYear givenName "
    "issue nameAsPrinted nameParticle nameSuffix openReviewId orcid ordinal organization pages person publicationYear "
    "track venue volume".split()
) | {DESCRIPTION, TITLE, LABEL}
_NAMES = frozenset((LABEL, TITLE, ALT_LABEL, ag("acronym")))
_IDENTIFIERS = tuple(ag(name) for name in ("arxivId", "doi", "aclAnthologyId", "openReviewId"))


@dataclass
class Merge:
    """What a merge changes. `notes` say what the kept record did not take over."""

    changes: Changes = field(default_factory=Changes)
    replaced: dict[str, str] = field(default_factory=dict)
    """Each IRI that is retired, with the one that takes its place."""
    notes: list[str] = field(default_factory=list)


def find_thing(text: str, holdings: Holdings) -> str:
    """Return the IRI of the work, author, venue or artifact called *text*: an IRI, a CURIE or the last part of an IRI.

    Raise ArgumentError where there is none, or several.
    """
    plain = text.strip().removeprefix("<").removesuffix(">")
    iri = plain if "://" in plain else expand(plain)
    choices = [iri] if iri else [f"{BASE}{kind}/{plain}" for kind in _KINDS]
    found = [one for one in choices if one in holdings.described]
    if len(found) == 1:
        return found[0]
    if found:
        raise ArgumentError(f"{text!r} may be {' or '.join(map(shorten, found))}: write which.")
    raise ArgumentError(
        f"no work, person, organisation, venue or artifact {text!r} in this catalogue. "
        f"'aligngraph show' finds the CURIE of a thing by its name."
    )


def merge_things(old: str, kept: str, holdings: Holdings) -> Merge:
    """Return what has to change for *kept* to stand for *old* too.

    Raise ArgumentError where they are of different kinds, or the same, or two authors of one work.
    """
    if old == kept:
        raise ArgumentError(f"{shorten(old)} is one record already.")
    for iri in (old, kept):
        if holdings.is_retired(iri):
            by = holdings.text(iri, REPLACED_BY)
            raise ArgumentError(f"{shorten(iri)} is retired{f': {shorten(by)} took its place' if by else ''}.")
    kinds = [
        next((name for name, classes in _KINDS.items() if set(classes) & set(holdings.kinds(i))), None)
        for i in (old, kept)
    ]
    if kinds[0] is None or kinds[0] != kinds[1]:
        said = " and ".join(f"{shorten(iri)} is {_a(kind)}" for iri, kind in zip((old, kept), kinds, strict=True))
        raise ArgumentError(f"{said}: only two works, persons, organisations, venues or artifacts can be merged.")
    return _Merger(holdings).merge(old, kept)


def _a(kind: str | None) -> str:
    if kind is None:
        return "something else"
    return f"an {kind}" if kind[0] in "ao" else f"a {kind}"


class _Merger:
    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.result = Merge()
        self.now: dict[str, list[ox.Triple]] = {}

    def _of(self, iri: str) -> list[ox.Triple]:
        return self.now.setdefault(iri, self.holdings.triples(iri))

    def merge(self, old: str, kept: str) -> Merge:
        self._unite(old, kept)
        self._redirect()
        self._check_bylines()
        held = self.holdings
        for iri, by in self.result.replaced.items():
            self.now[iri] = [triple(iri, REPLACED_BY, ox.NamedNode(by)), triple(iri, DEPRECATED, True)]
        self.result.changes.replaced = {iri: said for iri, said in self.now.items() if said != held.triples(iri)}
        return self.result

    def _unite(self, old: str, kept: str) -> None:
        self.result.replaced[old] = kept
        mine = self._of(kept)
        said = {(one.predicate.value, one.object) for one in mine}
        there = {one.predicate.value for one in mine}
        names = {
            str(one.object.value)
            for one in mine
            if one.predicate.value in _NAMES and isinstance(one.object, ox.Literal)
        }
        for one in self._of(old):
            predicate, term = one.predicate.value, one.object
            if (
                predicate in (TYPE, LACKS, SINCE)
                or (predicate, term) in said
                or not isinstance(term, ox.NamedNode | ox.Literal)
            ):
                continue
            if predicate == ag("hasPublication"):
                self._take_publication(term.value, kept)
            elif predicate == ag("hasAuthorship"):
                self._take_authorship(term.value, kept)
            elif predicate in _NAMES and (predicate in there or predicate == LABEL):
                if term.value not in names:
                    names.add(term.value)
                    mine.append(triple(kept, ALT_LABEL, self._as_name(kept, term)))
            elif predicate == ag("firstPublicYear") and predicate in there:
                self._take_year(kept, term)
            elif predicate in _ONE and predicate in there:
                self.result.notes.append(
                    f"{shorten(old)} said {shorten(predicate)} {term}; {shorten(kept)} keeps its own"
                )
            else:
                mine.append(triple(kept, predicate, term))

    def _as_name(self, kept: str, term: ox.NamedNode | ox.Literal) -> ox.Literal:
        language = "en" if {"Person", "Organization", *ARTIFACT_KINDS}.isdisjoint(self.holdings.kinds(kept)) else None
        return ox.Literal(term.value, language=language)

    def _take_year(self, kept: str, term: ox.NamedNode | ox.Literal) -> None:
        # The first year in which either could be read.
        mine = self._of(kept)
        for place, one in enumerate(mine):
            if one.predicate.value == ag("firstPublicYear") and isinstance(one.object, ox.Literal):
                if term.value.isdecimal() and one.object.value.isdecimal() and int(term.value) < int(one.object.value):
                    mine[place] = triple(kept, ag("firstPublicYear"), term)
                return

    def _take_publication(self, publication: str, kept: str) -> None:
        held = self.holdings
        for other in held.texts(kept, ag("hasPublication")):
            same_venue = held.text(other, ag("venue")) == held.text(publication, ag("venue"))
            pairs = [(held.text(other, name), held.text(publication, name)) for name in _IDENTIFIERS]
            agree = any(one and one == two for one, two in pairs)
            differ = any(one and two and one != two for one, two in pairs)
            if agree or (same_venue and not differ):
                self._unite(publication, other)
                return
        self._of(kept).append(triple(kept, ag("hasPublication"), ox.NamedNode(publication)))
        self.result.changes.moved[publication] = kept
        self._of(publication)

    def _take_authorship(self, authorship: str, kept: str) -> None:
        held = self.holdings
        ours = held.texts(kept, ag("hasAuthorship"))
        if not ours:
            self._of(kept).append(triple(kept, ag("hasAuthorship"), ox.NamedNode(authorship)))
            self.result.changes.moved[authorship] = kept
            self._of(authorship)
            return
        name = name_key(held.text(authorship, ag("nameAsPrinted")) or "")
        author = _author_of(held, authorship)
        for other in ours:
            same = author is not None and author == _author_of(held, other)
            if same or name == name_key(held.text(other, ag("nameAsPrinted")) or ""):
                self.result.replaced[authorship] = other
                self._of(authorship)
                return
        place = held.number(authorship, ag("ordinal"))
        by = next((other for other in ours if held.number(other, ag("ordinal")) == place), ours[0])
        self.result.replaced[authorship] = by
        self._of(authorship)
        self.result.notes.append(
            f"{shorten(authorship)} ({held.text(authorship, ag('nameAsPrinted'))}) has no counterpart; "
            f"{shorten(kept)} keeps its own byline"
        )

    def _redirect(self) -> None:
        """Let whatever points to a retired record point to the one that takes its place."""
        replaced = self.result.replaced
        for iri, about in self.holdings.described.items():
            if iri in replaced:
                continue
            if any(
                term.value in replaced for terms in about.values() for term in terms if isinstance(term, ox.NamedNode)
            ):
                self._of(iri)
        for iri, said in self.now.items():
            if iri not in replaced:
                self.now[iri] = list(dict.fromkeys(self._redirected(one) for one in said))

    def _redirected(self, one: ox.Triple) -> ox.Triple:
        term = one.object
        if isinstance(term, ox.NamedNode) and term.value in self.result.replaced:
            return ox.Triple(one.subject, one.predicate, ox.NamedNode(self.result.replaced[term.value]))
        return one

    def _check_bylines(self) -> None:
        held = self.holdings
        for work in [work for work in held.things(*WORK_KINDS) if work not in self.result.replaced]:
            people: dict[str, str] = {}
            for authorship in held.texts(work, ag("hasAuthorship")):
                author = _author_of(held, authorship)
                if author is None:
                    continue
                before = people.setdefault(self.result.replaced.get(author, author), author)
                if before != author:
                    two = "organisations" if "Organization" in held.kinds(author) else "persons"
                    raise ArgumentError(
                        f"{shorten(work)} has both {shorten(before)} and {shorten(author)} as authors: "
                        f"they are two {two}."
                    )


def _author_of(held: Holdings, authorship: str) -> str | None:
    """Return the person or organisation that *authorship* names."""
    return held.text(authorship, ag("person")) or held.text(authorship, ag("organization"))
