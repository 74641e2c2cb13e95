"""The list of all works, narrowed by what they are about, where they appeared and who lists them, with counts.

Held in memory: for each value a number with one bit for each work, so that a choice among thousands takes about a
millisecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from aligngraph.errors import ArgumentError
from aligngraph.queries.lookup import full_rows, names_of, rows
from aligngraph.queries.search import fold
from aligngraph.queries.stored import did_you_mean, quote
from aligngraph.rdf.namespaces import BASE
from aligngraph.views.parts import venue_names

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_FACETS = {
    "year": "?work ag:firstPublicYear ?value",
    "goal": "?work ag:addressesGoal ?value",
    "approach": "?work ag:usesApproach ?value",
    "method": "?work ag:usesMethod ?value",
    "venue": "?work ag:hasPublication ?publication . ?publication ag:venue ?value",
    "survey": "?listing ag:lists ?work ; ag:inSection ?section . ?section ag:sectionOf ?value",
}
_QUESTIONS = {
    "year": "/query/works-by-year?since={0}&until={0}",
    "goal": "/query/works-by-goal?goal={}",
    "approach": "/query/works-by-approach?approach={}",
    "method": "/query/works-by-method?method={}",
    "venue": "/query/works-by-venue?venue={}",
    "survey": "/survey/{}",
}
"""What lists the works of one value where no server answers."""
_MOST_CHOICES = 300
WORDS = "q"
NAMES = (*_FACETS, WORDS, "page")
"""The parameters of the list."""


class Entry(NamedTuple):
    """A work in the list."""

    iri: str
    title: str
    year: str
    venues: str
    """Where it appeared, for short."""


class Choice(NamedTuple):
    """One value of a facet, with the number of works that it would leave."""

    value: str
    label: str
    works: int
    chosen: bool
    question: str
    """The address of a stored query for it."""


class Facet(NamedTuple):
    """What works may be chosen by."""

    name: str
    choices: list[Choice]
    hidden: int
    """Values that are not among the choices, for there are too many."""


class Works:
    """All works of a catalogue."""

    def __init__(self, backend: Backend) -> None:
        years: dict[str, str] = {}
        for work, year in rows(backend, "SELECT ?work ?y { ?work a ag:Work OPTIONAL { ?work ag:firstPublicYear ?y } }"):
            if work is not None:
                years[work] = max(years.get(work, ""), year or "")
        titles = names_of(backend, years)
        order = sorted(years, key=lambda work: (titles[work].casefold(), work))
        order.sort(key=lambda work: years[work], reverse=True)
        places = {work: place for place, work in enumerate(order)}
        self._bits: dict[str, dict[str, int]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        venues: dict[str, set[str]] = {}
        short: Mapping[str, str] = {}
        for name, pattern in _FACETS.items():
            found: dict[str, int] = {}
            answer = full_rows(backend, f"SELECT DISTINCT ?work ?value {{ {pattern} }}")
            pairs = [pair for pair in answer if pair[0] in places]
            for work, value in pairs:
                found[value] = found.get(value, 0) | 1 << places[work]
            labels = {value: value for value in found}
            if name != "year":
                labels = names_of(backend, found)
            if name == "venue":
                short = venue_names(backend, list(found))
                for work, value in pairs:
                    venues.setdefault(work, set()).add(short[value])
            short_names = {value: value.removeprefix(f"{BASE}{name}/") for value in found}
            self._bits[name] = {short_names[value]: bits for value, bits in found.items()}
            self._labels[name] = {short_names[value]: label for value, label in labels.items()}
        self.entries = [
            Entry(work, titles[work], years[work], ", ".join(sorted(venues.get(work, ())))) for work in order
        ]
        self._folded = [fold(entry.title) for entry in self.entries]

    def choose(self, given: Iterable[tuple[str, str]]) -> tuple[list[Entry], list[Facet]]:
        """Return the works that *given*, pairs of a facet or ``q`` and a value, leave; and what else can be chosen.

        Several values of a facet mean any of them. Raise ArgumentError for a value that no work has.
        """
        chosen: dict[str, list[str]] = {}
        for name, value in given:
            if value.strip() and name in (*_FACETS, WORDS):
                chosen.setdefault(name, []).append(value.strip())
        every = (1 << len(self.entries)) - 1
        masks = {name: self._any(name, chosen[name]) for name in _FACETS if name in chosen}
        if WORDS in chosen:
            masks[WORDS] = self._with(fold(" ".join(chosen[WORDS])).split())
        facets = []
        for name in _FACETS:
            others = every
            for other, mask in masks.items():
                others &= mask if other != name else every
            facets.append(self._facet(name, others, chosen.get(name, ())))
        left = every
        for mask in masks.values():
            left &= mask
        return [entry for place, entry in enumerate(self.entries) if left >> place & 1], facets

    def _any(self, name: str, values: Sequence[str]) -> int:
        mask = 0
        for value in values:
            if value not in self._bits[name]:
                known = self._labels[name]
                hint = did_you_mean(value, known, f"{WORDS} searches titles.")
                raise ArgumentError(f"no work here has the {name} {quote(value)}: {hint}")
            mask |= self._bits[name][value]
        return mask

    def _with(self, words: Sequence[str]) -> int:
        found = (place for place, title in enumerate(self._folded) if all(word in title for word in words))
        return sum(1 << place for place in found)

    def _facet(self, name: str, among: int, chosen: Sequence[str]) -> Facet:
        labels, address = self._labels[name], _QUESTIONS[name]
        counts = {value: (bits & among).bit_count() for value, bits in self._bits[name].items()}
        found = [
            Choice(value, labels[value], count, value in chosen, address.format(value))
            for value, count in counts.items()
            if count or value in chosen
        ]
        found.sort(key=lambda one: (-one.works, one.label.casefold()))
        kept = found[:_MOST_CHOICES]
        kept += [one for one in found[_MOST_CHOICES:] if one.chosen]
        if name == "year":
            kept.sort(key=lambda one: one.value, reverse=True)
        elif name != "venue":
            kept.sort(key=lambda one: one.label.casefold())
        return Facet(name, kept, len(found) - len(kept))
