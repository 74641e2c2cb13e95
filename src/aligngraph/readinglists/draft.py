"""One entry while it is being read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from aligngraph.bibliography.entries import Link, Problem
from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.readinglists.authors import Authors, read_authors
from aligngraph.readinglists.layout import Layout, Sight
from aligngraph.readinglists.venues import Place, is_preprint, read_place

_CITE_KEY = re.compile(r"[a-z][\w:-]*(?:19|20)\d\d[\w:-]*")
"""The name of a record in somebody's bibliography: "rivera2031otter"."""


@dataclass(slots=True)
class Draft:
    """The fields found so far; the first of a kind counts, and the rest are kept as notes."""

    line: int
    title: str | None = None
    marked: bool = False
    running: bool = False
    """Whether a link goes on with a sentence."""
    authors: Authors | None = None
    venue: str | None = None
    venue_sure: bool = False
    year_printed: str | None = None
    year: int | None = None
    cited_year: bool = False
    """Whether the year is the one of "Rivera (2031)", which no other outweighs."""
    links: list[Link] = field(default_factory=list)
    work_urls: list[str] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    identifiers: Identifiers = field(default_factory=Identifiers)
    fields: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    text: str = ""
    linked: bool = False
    """Whether it begins with a link that is the title."""
    sights: list[Sight] = field(default_factory=list)
    """What stands where, for the layout of the page."""
    again: Callable[[Layout], Draft] | None = None
    """Reads the same entry by what is known of its page."""

    def add_authors(self, found: Authors) -> None:
        """Take these authors, unless better ones are known."""
        if self.authors is None or (found.strong and not self.authors.strong):
            self.authors = found
        elif found.printed != self.authors.printed:
            self.notes.append(found.printed)

    def add_place(self, found: Place) -> None:
        """Take the venue and the year, each unless known.

        A full venue's year outweighs a date on its own, and a venue a server of preprints.
        """
        if found.venue and (
            self.venue is None
            or (found.sure and (not self.venue_sure or (is_preprint(self.venue) and not is_preprint(found.venue))))
        ):
            if self.venue is not None:
                self.notes.append(self.venue)
            self.venue, self.venue_sure = found.venue, found.sure
            if found.year is not None and not self.cited_year:
                self.year_printed, self.year = found.year_printed, found.year
        elif found.venue:
            self.notes.append(found.venue)
        if found.year is not None and self.year is None:
            self.year_printed, self.year = found.year_printed, found.year

    def add_key(self, kind: str, key: str, text: str) -> None:
        """Take what "Key: text" says; *kind* is the field that the key names."""
        if not text or text in (
            "-",
            "–",
            "—",
            "/",
            "N/A",
            "n/a",
            "None",
            "none",
            "TBD",
            "?",
            "\\",
            "~",
            "x",
            "✗",
            "❌",
        ):
            return
        if kind == "authors" and _CITE_KEY.fullmatch(text):
            self.fields.setdefault(key.lower(), text)
        elif kind == "authors":
            found = read_authors(text, expected=True)
            if found and self.authors is None:
                # "First author: …" says nothing of the others.
                self.authors = replace(found, et_al=True) if key.lower().startswith("first ") else found
        elif kind in ("venue", "year"):
            place = read_place(text, expected=True)
            if place:
                self.add_place(place)
        else:
            self.fields.setdefault(key.lower(), text)
            # "Comments: … (ICML 2031)", "Comment: published at ICML 2031".
            last = re.search(r"\(([^()]{2,60})\)[\s.]*$", text)
            place = read_place(last[1] if last else text)
            if place is not None and place.sure and place.venue and place.year is not None:
                self.add_place(place)
