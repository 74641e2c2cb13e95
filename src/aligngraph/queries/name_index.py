"""All names of a catalogue by their words, for who searches often: reading them all again takes most of a search."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile


class NameIndex:
    """Names, each with the thing that goes by it, looked up by the beginnings of their words."""

    def __init__(self, named: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Take things, each with a name and the words of that, folded."""
        self._named: list[tuple[str, str]] = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        for thing, name, words in named:
            for word in set(words):
                self._holders[word].append(len(self._named))
            self._named.append((thing, name))
        self._words = sorted(self._holders)

    def holding(self, words: Iterable[str]) -> list[tuple[str, str]]:
        """Return the things and names in which each of *words*, folded, begins a word."""
        found: set[int] | None = None
        for word in words:
            here = self._beginning(word)
            found = here if found is None else found & here
        return [self._named[place] for place in sorted(found or ())]

    def _beginning(self, start: str) -> set[int]:
        first = bisect_left(self._words, start)
        fitting = takewhile(
            lambda word: word.startswith(start), (self._words[at] for at in range(first, len(self._words)))
        )
        return {place for word in fitting for place in self._holders[word]}
