"""What a record is known to lack: said with a new record, and taken back once what was lacking is there.

A rule asks for it, so what is missing without such a word is an error. ``ag:lacks`` names the property that has no
value yet, ``ag:lacksSince`` the day since which that is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import pyoxigraph as ox

from aligngraph.bibliography.works import PUBLISHED_KINDS
from aligngraph.curation.changes import Changes
from aligngraph.curation.holdings import TITLE, TYPE, VENUE_KINDS, WORK_KINDS, Holdings, ag
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES

LACKS = ag("lacks")
SINCE = ag("lacksSince")
WORDS: Mapping[str, str] = {
    TITLE: "title",
    ag("hasAuthorship"): "authors",
    ag("hasAuthor"): "further authors",
    ag("firstPublicYear"): "year",
    ag("hasPublication"): "publication",
    ag("hasPlacing"): "goal, approach or method",
    TYPE: "kind",
    ag("venue"): "venue",
    ag("publicationYear"): "year of publication",
    ag("arxivId"): "arXiv identifier",
    ag("person"): "person",
}
"""What may be lacking, by its property, in words and in the order in which people are told."""

_ARXIV = f"{BASE}venue/arxiv"
_PLACED_BY = (ag("lists"), ag("places"))
_GENERAL = (ag("Publication"), ag("Venue"))
_About = dict[str, list[str]]


def say_what_is_lacking(changes: Changes, holdings: Holdings, today: str | None = None) -> dict[str, int]:
    """Let *changes* say of each new record what it lacks, and no more of known ones that they lack what they gain.

    Return how many new records lack what, by the words for it. *today* is a date such as 2026-11-30. What *changes* say
    of it already is said anew, so it makes no difference how often this is done.
    """
    new: dict[str, _About] = defaultdict(lambda: defaultdict(list))
    for one in changes.added:
        new[_iri(one.subject)][one.predicate.value].append(_iri(one.object))
    placed = {thing for about in new.values() for predicate in _PLACED_BY for thing in about.get(predicate, ())}
    for triples in changes.replaced.values():
        placed |= {_iri(one.object) for one in triples if one.predicate.value in _PLACED_BY}
    day = today or datetime.now(UTC).date().isoformat()
    since = ox.Literal(f"{day}T00:00:00Z", datatype=ox.NamedNode(PREFIXES["xsd"] + "dateTime"))
    counts: Counter[str] = Counter()
    fresh = {iri for iri in new if iri not in holdings.described}
    changes.added = [
        one for one in changes.added if one.predicate.value not in (LACKS, SINCE) or _iri(one.subject) not in fresh
    ]
    for iri in new:
        if iri in fresh:
            lacking = _lacking(new[iri], iri in placed, cut=new[iri].get(LACKS, ()))
            counts.update(WORDS[name] for name in lacking)
            changes.added += _said(iri, lacking, since)
    for iri in {*new, *changes.replaced, *placed} - fresh:
        _take_back(iri, changes, holdings, new.get(iri, {}), is_placed=iri in placed)
    return {word: counts[word] for word in WORDS.values() if counts[word]}


def _iri(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Return the IRI that *term* is, or its text."""
    assert not isinstance(term, ox.Triple)
    return term.value


def _said(iri: str, lacking: Iterable[str], since: ox.NamedNode | ox.Literal) -> list[ox.Triple]:
    node = ox.NamedNode(iri)
    said = [ox.Triple(node, ox.NamedNode(LACKS), ox.NamedNode(name)) for name in lacking]
    return [*said, ox.Triple(node, ox.NamedNode(SINCE), since)] if said else []


def _lacking(about: _About, is_placed: bool, cut: Iterable[str]) -> list[str]:
    """Return what rules ask of a record like this one and it does not have; what its writer says is *cut* too."""
    kinds = {kind.removeprefix(AG) for kind in about.get(TYPE, ()) if kind.startswith(AG)}
    wanted: list[str] = []
    if kinds.intersection(WORK_KINDS):
        wanted += [TITLE, ag("firstPublicYear")]
        wanted += [ag("hasAuthorship")] if kinds & {"Paper", "Book"} else []
        wanted += [ag("hasPublication")] if kinds & {"Paper", "Book", "Report"} else []
        wanted += [] if is_placed else [ag("hasPlacing")]
    elif kinds.intersection((*PUBLISHED_KINDS, "Publication")):
        wanted += [] if kinds.intersection(PUBLISHED_KINDS) else [TYPE]
        wanted += [ag("venue"), ag("publicationYear")]
        wanted += [ag("arxivId")] if "Preprint" in kinds and _ARXIV in about.get(ag("venue"), ()) else []
    elif "Authorship" in kinds:
        wanted += [] if ag("organization") in about else [ag("person")]
    elif "Venue" in kinds and not kinds.intersection(VENUE_KINDS):
        wanted += [TYPE]
    further = ag("hasAuthor") in cut and ag("hasAuthorship") in about
    lacking = {name for name in wanted if name == TYPE or name not in about} | ({ag("hasAuthor")} if further else set())
    return [name for name in WORDS if name in lacking]


def _take_back(iri: str, changes: Changes, holdings: Holdings, gained: _About, *, is_placed: bool) -> None:
    if iri not in changes.replaced and not holdings.values(iri, LACKS):
        return
    triples = changes.replaced.get(iri) or holdings.triples(iri)
    lacked = [_iri(one.object) for one in triples if one.predicate.value == LACKS]
    if not lacked:
        return
    there = {one.predicate.value for one in triples} | gained.keys()
    kinds = {_iri(one.object) for one in triples if one.predicate.value == TYPE} | set(gained.get(TYPE, ()))
    has = {
        **dict.fromkeys(there, True),
        TYPE: any(kind.startswith(AG) and kind not in _GENERAL for kind in kinds),
        ag("hasPlacing"): is_placed or ag("hasPlacing") in there,
        ag("hasAuthor"): ag("hasAuthorship") in gained,
        ag("person"): not there.isdisjoint((ag("person"), ag("organization"))),
    }
    still = [name for name in lacked if not has.get(name, False)]
    if still == lacked:
        return
    gone = {LACKS} if still else {LACKS, SINCE}
    kept = [one for one in triples if one.predicate.value not in gone]
    if TYPE in lacked and TYPE not in still:
        kept = [one for one in kept if one.predicate.value != TYPE or _iri(one.object) not in _GENERAL]
    node, lacks = ox.NamedNode(iri), ox.NamedNode(LACKS)
    changes.replaced[iri] = [*kept, *(ox.Triple(node, lacks, ox.NamedNode(name)) for name in still)]
