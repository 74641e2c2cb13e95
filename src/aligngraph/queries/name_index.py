"""All names of a catalogue by their words: everything that words of names may mean, best first, page by page."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from aligngraph.queries.search import MOST_WORDS, names_with_owners, rank_of, words_of
from aligngraph.rdf.namespaces import BASE, PREFIXES

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend


class _Named(NamedTuple):
    thing: str
    name: str
    words: Sequence[str]


class NameIndex:
    """Names, each with the thing that goes by it, looked up by the beginnings of their words."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        """Take things, each with a name."""
        self._named = [_Named(thing, name, words_of(name)) for thing, name in named if thing.startswith(BASE)]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self._named):
            for word in set(one.words):
                self._holders[word].append(place)
        self._words = sorted(self._holders)

    @classmethod
    def read(cls, backend: Backend) -> NameIndex:
        """Return the index of the catalogue in *backend*, which must not change meanwhile."""
        return cls(names_with_owners(backend))

    def search(self, text: str) -> list[str]:
        """Return the IRIs of what has a name in which each word of *text* begins a word, best first, then by name.

        Terms of the ontology come last among those that fit as well.
        """
        words = words_of(text)[:MOST_WORDS]
        found: set[int] | None = None
        for word in words:
            here = self._beginning(word)
            found = here if found is None else found & here
        best: dict[str, tuple[int, bool, str]] = {}
        for place in found or ():
            thing, name, own = self._named[place]
            order = (rank_of(words, own, name), thing.startswith(PREFIXES["ag"]), name)
            best[thing] = min(best.get(thing, order), order)
        return sorted(best, key=lambda thing: (best[thing], thing))

    def _beginning(self, start: str) -> set[int]:
        first = bisect_left(self._words, start)
        fitting = takewhile(
            lambda word: word.startswith(start), (self._words[at] for at in range(first, len(self._words)))
        )
        return {place for word in fitting for place in self._holders[word]}
