"""Where a source says otherwise than we do: told once, and kept with the link to the record that says so.

A difference is kept as `sssom:other` of the link's `sssom:Mapping`, as "volume: here 36, there 37", where the link is
in the catalogue. Looking at the same record again replaces what was kept, so a difference that was settled goes. The
query `check-differences-from-sources` lists them, but for those that a person marked with "(looked up)" at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from aligngraph.bibliography.keys import clean
from aligngraph.curation.changes import Changes
from aligngraph.curation.holdings import Holdings
from aligngraph.curation.works import triple
from aligngraph.linking.links import SSSOM, Link

OTHER = SSSOM + "other"
LOOKED_UP = " (looked up)"
"""What a person writes behind a difference where our value is right."""


class Differences:
    """The differences of a run."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        """In words, for the report."""
        self._links: dict[str, list[Link]] = {}
        self._said: dict[str, list[str]] = defaultdict(list)

    def look_at(self, where: str, links: Iterable[Link]) -> None:
        """Take in the links, best first, that the record called *where* may be kept with; it is compared in full."""
        self._links.setdefault(where, list(links))

    def add(self, line: str, where: str, name: str, ours: str, theirs: str) -> None:
        """Tell *line*; keep that the record called *where* has *theirs* where we have *ours*."""
        self.lines.append(line)
        self._said[where].append(f"{name}: here {clean(ours)}, there {clean(theirs)}")

    def keep(self, holdings: Holdings, written: Iterable[Link], changes: Changes) -> None:
        """Put into *changes* what is to be kept, with links of the catalogue or among those *written*."""
        new = {link.iri for link in written}
        for where, links in self._links.items():
            there = [one for one in links if one.iri in new or one.object in holdings.texts(one.subject, one.predicate)]
            settled = {text for link in there for text in holdings.texts(link.iri, OTHER) if text.endswith(LOOKED_UP)}
            said = [one + LOOKED_UP * (one + LOOKED_UP in settled) for one in dict.fromkeys(self._said[where])]
            for link in there:
                before = holdings.texts(link.iri, OTHER)
                if before and set(before) != set(said if link is there[0] else ()):
                    kept = [one for one in holdings.triples(link.iri) if one.predicate.value != OTHER]
                    changes.replaced[link.iri] = kept
            if there and said:
                changes.added += self._mapping(there[0], holdings, new)
                changes.added += [triple(there[0].iri, OTHER, one) for one in said]

    @staticmethod
    def _mapping(link: Link, holdings: Holdings, new: set[str]) -> list[ox.Triple]:
        """Return the mapping of a link that the catalogue has as a statement alone."""
        if link.iri in holdings.described or link.iri in new:
            return []
        return list(link.triples())
