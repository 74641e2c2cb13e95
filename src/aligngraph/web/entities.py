"""The things that a reconciliation service matches against: their names, types and properties.

Held in memory once a question comes, some 2,000 names on the shipped catalogue. A name is looked up by the three-letter
pieces that it shares with others, so that misspelt ones are found; how alike two are is then said by `difflib`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache
from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from aligngraph.curation.comparison import is_same_author
from aligngraph.queries.lookup import PROLOGUE, in_words
from aligngraph.queries.search import fold
from aligngraph.rdf.namespaces import BASE, PREFIXES

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

BROADER: Mapping[str, str | None] = {
    **dict.fromkeys(("Work", "Person", "Organization", "Venue", "Artifact", "Concept")),
    **dict.fromkeys(
        ("Algorithm", "Benchmark", "Dataset", "Model", "Software", "ValueSurvey", "ValueTheory"), "Artifact"
    ),
    **dict.fromkeys(("Goal", "Approach", "Method"), "Concept"),
}
"""The types of entities, each with the broader one."""
_CLASSES = {PREFIXES["ag"] + name: name for name in BROADER if name != "Concept"}
_LOOKED_AT = 40
"""Names whose likeness is counted in full, of those that share most pieces with what was asked."""
_ALIKE = 0.6
_INITIALS = 0.85
"""How alike a person's name is to one with initials in place of given names."""
_SUBTITLE = 0.95
"""How alike a title is to itself without its subtitle."""


class Entity(NamedTuple):
    """A thing that can be matched."""

    iri: str
    name: str
    types: tuple[str, ...]
    """The most special type first, then what is broader."""
    names: tuple[str, ...]
    """All that it goes by, folded."""

    @property
    def id(self) -> str:
        """What identifies it to clients: the rest of its IRI."""
        return self.iri.removeprefix(BASE)


def type_name(name: str) -> str:
    """Return the type *name* in words."""
    return in_words(name)


class Entities:
    """All things of a catalogue that can be matched."""

    def __init__(self, backend: Backend) -> None:
        self._by_iri = _read(backend)
        self._names: list[tuple[str, str]] = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        for entity in self._by_iri.values():
            for name in entity.names:
                for piece in _pieces(name):
                    self._holders[piece].append(len(self._names))
                self._names.append((name, entity.iri))

    def __getitem__(self, iri: str) -> Entity:
        return self._by_iri[iri]

    def __contains__(self, iri: object) -> bool:
        return iri in self._by_iri

    def named(self, words: str, types: Collection[str] = ()) -> dict[str, float]:
        """Return the IRIs of what is called like *words*, of one of *types* if any, each with how alike, 0 to 1."""
        wanted = fold(words)
        pieces = _pieces(wanted)
        shared = Counter(place for piece in pieces for place in self._holders.get(piece, ()))
        if types:
            allowed = {iri for iri, entity in self._by_iri.items() if not set(types).isdisjoint(entity.types)}
            shared = Counter({place: count for place, count in shared.items() if self._names[place][1] in allowed})
        near = nlargest(
            _LOOKED_AT, shared, key=lambda place: (shared[place] / (len(pieces) + len(self._names[place][0])), -place)
        )
        found: dict[str, float] = {}
        for place in near:
            name, iri = self._names[place]
            alike = likeness(wanted, name, is_person="Person" in self._by_iri[iri].types)
            if alike >= _ALIKE:
                found[iri] = max(found.get(iri, 0.0), alike)
        return found

    def beginning(self, prefix: str) -> list[Entity]:
        """Return the entities with a name of which a word begins with *prefix*, shorter names first."""
        wanted = fold(prefix)
        rank: dict[str, tuple[int, int, str]] = {}
        for name, iri in self._names:
            starts = name.startswith(wanted)
            if starts or f" {wanted}" in name:
                key = (0 if name == wanted else 1 if starts else 2, len(name), iri)
                rank[iri] = min(rank.get(iri, key), key)
        return [self._by_iri[iri] for iri in sorted(rank, key=rank.__getitem__)]


@cache
def _likeness_of(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def likeness(one: str, other: str, *, is_person: bool = False) -> float:
    """Return how alike two folded names are, 0 to 1, whatever the order of their words; 1 where they are the same."""
    mine, theirs = _words(one), _words(other)
    if mine == theirs:
        return 1.0
    if is_person:
        if sorted(mine) == sorted(theirs):
            return 1.0  # "Rafailov, Rafael"
        if is_same_author(one, other) and len(mine) > 1 and len(theirs) > 1:
            return _INITIALS
    if mine in (_words(other.partition(":")[0]),) or theirs in (_words(one.partition(":")[0]),):
        return _SUBTITLE
    plain, other_plain = " ".join(mine), " ".join(theirs)
    ordered = _likeness_of(" ".join(sorted(mine)), " ".join(sorted(theirs)))
    # Never 1: that is kept for names that are the same.
    return min(max(_likeness_of(plain, other_plain), ordered), 0.99)


def _words(folded: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()


def _pieces(folded: str) -> set[str]:
    text = f" {' '.join(_words(folded))} "
    return {text[at : at + 3] for at in range(max(len(text) - 2, 1))}


def _read(backend: Backend) -> dict[str, Entity]:
    classes = " ".join(f"<{iri}>" for iri in _CLASSES)
    of_things = f"""{PROLOGUE} SELECT ?thing ?type ?name ?rank WHERE {{
      VALUES ?type {{ {classes} }} ?thing a ?type .
      VALUES (?property ?rank) {{ (skos:prefLabel 0) (rdfs:label 0) (dcterms:title 0)
        (skos:altLabel 1) (skos:hiddenLabel 1) (ag:acronym 1) (skos:notation 1) }}
      ?thing ?property ?name . MINUS {{ ?thing owl:deprecated true }} }}"""
    printed = f"""{PROLOGUE} SELECT DISTINCT ?thing ?name WHERE {{
      {{ ?authorship ag:person|ag:organization ?thing ; ag:nameAsPrinted ?name }} UNION
      {{ ?listing ag:lists ?thing ; ag:titleAsPrinted ?name }} UNION
      {{ ?thing ag:hasPublication ?form . ?form dcterms:title ?name }} }}"""
    types: dict[str, set[str]] = defaultdict(set)
    names: dict[str, dict[str, int]] = defaultdict(dict)
    for thing, class_, name, rank in backend.select(of_things):
        if isinstance(thing, ox.NamedNode) and isinstance(class_, ox.NamedNode) and isinstance(name, ox.Literal):
            types[thing.value].add(_CLASSES[class_.value])
            names[thing.value].setdefault(name.value, int(getattr(rank, "value", "1")))
    for thing, name in backend.select(printed):
        if isinstance(thing, ox.NamedNode) and isinstance(name, ox.Literal) and thing.value in names:
            names[thing.value].setdefault(name.value, 2)
    found = {}
    for iri in sorted(names):
        if iri.startswith(BASE):
            ranked = sorted(names[iri], key=lambda name, of=names[iri]: (of[name], name))  # type: ignore[misc]
            folded = dict.fromkeys(map(fold, ranked))
            found[iri] = Entity(iri, ranked[0], _with_broader(types[iri]), tuple(folded))
    return found


def _with_broader(types: Iterable[str]) -> tuple[str, ...]:
    every = set(types) | {broader for name in types if (broader := BROADER[name])}
    return tuple(sorted(every, key=lambda name: (BROADER[name] is None, name)))
