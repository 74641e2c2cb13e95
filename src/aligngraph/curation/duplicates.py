"""Records that are likely of one thing: works, persons and venues, with what speaks for it.

A finding is a question for a person, who settles it with `aligngraph merge`, or with `owl:differentFrom` where two
people share a name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox

from aligngraph.bibliography.keys import family_key, name_key, title_key, words_of
from aligngraph.curation.comparison import compare
from aligngraph.curation.holdings import ALT_LABEL, HIDDEN_LABEL, LABEL, VENUE_KINDS, WORK_KINDS, Holdings, ag
from aligngraph.curation.matching import WorkIndex, index_works
from aligngraph.rdf.namespaces import PREFIXES

_DIFFERENT = PREFIXES["owl"] + "differentFrom"
_NUMBER = re.compile(r"-\d+$")
_FILLERS = frozenset("acm aaai annual conference ieee international of on proceedings the".split())


@dataclass(frozen=True)
class Duplicate:
    """Two IRIs, in order, that likely mean one thing."""

    kind: str
    one: str
    other: str
    evidence: str
    is_plain: bool = False
    """Whether they share what the shapes let one record only have, and say so: an identifier, an acronym."""


def find_duplicates(holdings: Holdings) -> list[Duplicate]:
    """Return the likely duplicates of *holdings*, works first, in the order of their IRIs."""
    found = [*_works(holdings), *_persons(holdings), *_venues(holdings)]
    unique: dict[tuple[str, str, str], Duplicate] = {}
    for one in found:
        if one.other in holdings.texts(one.one, _DIFFERENT) or one.one in holdings.texts(one.other, _DIFFERENT):
            continue
        unique.setdefault((one.kind, one.one, one.other), one)
    order = {"work": 0, "person": 1, "venue": 2}
    return sorted(unique.values(), key=lambda one: (order[one.kind], one.one, one.other))


def duplicates_among(quads: Iterable[ox.Quad]) -> list[Duplicate]:
    """Return the likely duplicates that the statements *quads* describe."""
    from pathlib import Path

    holdings = Holdings()
    holdings.add(quads, Path())
    return find_duplicates(holdings)


def _pair(kind: str, one: str, other: str, evidence: str, *, is_plain: bool = False) -> Duplicate:
    first, second = sorted((one, other))
    return Duplicate(kind, first, second, evidence, is_plain)


def _pairs(things: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each thing with the first: enough to bring a group together, and linear."""
    first, *others = sorted(things)
    for other in others:
        yield first, other


def _works(holdings: Holdings) -> Iterator[Duplicate]:
    index = index_works(holdings)
    for (kind, value), works in index.by_identifier.items():
        if len(works) > 1:
            for one, other in _pairs(works):
                yield _pair("work", one, other, f"same {kind} {value}", is_plain=True)
    for works in index.by_title.values():
        if len(works) > 1:
            for one, other in _pairs(works):
                reason = _alike(index, one, other)
                if reason:
                    yield _pair("work", one, other, f"same title, {reason}")
    for work, known in list(index.known.items()):
        for key, title in known.titles.items():
            for other in index.near(title, key):
                reason = _alike(index, work, other) if other != work else None
                if reason:
                    yield _pair("work", work, other, f"titles nearly equal, {reason}")


def _alike(index: WorkIndex, one: str, other: str) -> str | None:
    """Return what two works with like titles share besides; None where something tells them apart."""
    how = compare(index.known[one], index.known[other])
    if how.differs:
        return None
    return "same first author" if how.author else "year not far"


def _persons(holdings: Holdings) -> Iterator[Duplicate]:
    names: dict[str, list[str]] = {
        person: [*holdings.texts(person, LABEL), *holdings.texts(person, ALT_LABEL)]
        for person in holdings.things("Person")
    }
    works: dict[str, set[str]] = defaultdict(set)
    company: dict[str, set[str]] = defaultdict(set)
    for work in holdings.things(*WORK_KINDS):
        authorships = holdings.texts(work, ag("hasAuthorship"))
        people = {person for one in authorships for person in holdings.texts(one, ag("person"))}
        for person in people:
            works[person].add(work)
            company[person] |= people - {person}
    by_name: dict[str, set[str]] = defaultdict(set)
    by_family: dict[tuple[str, str], set[str]] = defaultdict(set)
    for person, labels in names.items():
        for label in labels:
            by_name[name_key(label)].add(person)
            given = name_key(label)[:1]
            by_family[family_key(label), given].add(person)
    for key, people in by_name.items():
        for one, other in _pairs(people) if len(people) > 1 else ():
            shared = len(company[one] & company[other])
            # A numbered IRI was given to somebody known to be another of that name.
            numbered = _NUMBER.sub("", one) == _NUMBER.sub("", other)
            if works[one].isdisjoint(works[other]) and (shared or not numbered):
                more = f", {shared} co-author{'s' if shared != 1 else ''} in common" if shared else ""
                yield _pair("person", one, other, f"same name {key!r}{more}")
    for people in by_family.values():
        # Families of half a people are distinguished by whom they write with, not pair by pair.
        for one, other in _acquainted(people, company) if len(people) > 1 else ():
            if works[one].isdisjoint(works[other]) and _short_of(names[one], names[other]):
                shared = len(company[one] & company[other])
                said = f"{names[one][0]!r} and {names[other][0]!r}"
                yield _pair(
                    "person", one, other, f"{said}: one name may be short for the other, {shared} co-authors in common"
                )


def _acquainted(people: set[str], company: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of *people* that share a co-author."""
    by_friend: dict[str, list[str]] = defaultdict(list)
    for person in sorted(people):
        for friend in company[person]:
            by_friend[friend].append(person)
    pairs = {(one, other) for group in by_friend.values() for one, other in pairwise(group)}
    yield from sorted(pairs)


def _short_of(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether a name of one person is the other's with given names left out or cut to initials."""
    for first in one:
        for second in other:
            short, long = sorted(
                (name_key(first).split(), name_key(second).split()), key=lambda words: len("".join(words))
            )
            if short == long or not short or not long or short[-1] != long[-1]:
                continue
            rest = iter(long[:-1])
            if all(
                any(word == full or (len(word) == 1 and full.startswith(word)) for full in rest) for word in short[:-1]
            ):
                return True
    return False


def _venues(holdings: Holdings) -> Iterator[Duplicate]:
    by_name: dict[str, set[str]] = defaultdict(set)
    by_words: dict[str, set[str]] = defaultdict(set)
    for venue in holdings.things(*VENUE_KINDS):
        kind = " ".join(holdings.kinds(venue))
        for predicate in (LABEL, ag("acronym"), ALT_LABEL, HIDDEN_LABEL):
            for name in holdings.texts(venue, predicate):
                by_name[title_key(name)].add(venue)
                words = [word for word in words_of(re.sub(r"\([^()]*\)", " ", name)) if word not in _FILLERS]
                if len(words) > 1:
                    by_words[" ".join([*sorted(words), f"({kind})"])].add(venue)
    for named, said in ((by_name, "same name"), (by_words, "names differ in little words only")):
        for name, venues in named.items():
            for one, other in _pairs(venues) if len(venues) > 1 else ():
                acronyms = set(holdings.texts(one, ag("acronym"))) & set(holdings.texts(other, ag("acronym")))
                yield _pair("venue", one, other, f"{said}: {name!r}", is_plain=bool(acronyms))
