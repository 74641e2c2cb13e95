"""What is gathered while a page is read: its headings, entries, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from aligngraph.bibliography.entries import Entry, Heading, Problem, ReadingList
from aligngraph.readinglists.blocks import List, joined
from aligngraph.readinglists.classify import all_pieces, heading_text, is_contents_heading
from aligngraph.readinglists.draft import Draft
from aligngraph.readinglists.inline import Piece, leads_away, plain
from aligngraph.readinglists.layout import Layout, is_short
from aligngraph.readinglists.venues import read_place
from aligngraph.text.plurals import count_of

_RECOVERED = re.compile(r"\s*\(heading recovered\)\s*$")
_YEAR = re.compile(
    r"\W*(?:(?:years?|in|from|papers?|papers (?:of|in|from)|published(?: in)?)[\s:–-]*)?((?:19|20)\d\d)"
    r"(?:\s+(?:and )?papers?)?\W*(?:\(\d+(?: papers?)?\))?\W*",
    re.IGNORECASE,
)
"""A heading that is the year of what stands below it. A day is rather when that was put on the page."""
_MONTH = re.compile(r"\W*(?:19|20)\d\d[-./]\d")
# Fields by which a bibliography speaks of the record itself.
_OURS = frozenset(("confidence", "evidence"))


@dataclass
class _Skipped:
    """What was found under a heading that announces something other than entries."""

    line: int
    text: str
    items: int = 0
    links: int = 0

    def said(self) -> str:
        counts = ((self.items, "list item"), (self.links, "link"))
        return " and ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count)


@dataclass
class _Taken:
    """An entry, and where it stands on the page."""

    draft: Draft
    headings: tuple[Heading, ...]
    position: int

    def entry(self, file: str, layout: Layout) -> Entry:
        """Return the entry, read by the layout of its page where that tells of it."""
        draft = self.draft
        if draft.again is not None and layout.tells_of(
            draft.sights, linked=draft.linked, cites=draft.authors is not None and is_short(draft.authors)
        ):
            again = draft.again(layout)
            draft = again if again.title else draft
        _take_from_headings(draft, self.headings)
        authors = draft.authors
        return Entry(
            file=file,
            line=draft.line,
            headings=self.headings,
            position=self.position,
            title=draft.title,
            authors=authors.names if authors else (),
            et_al=bool(authors and authors.et_al),
            authors_printed=authors.printed if authors else None,
            venue_printed=draft.venue,
            year_printed=draft.year_printed,
            year=draft.year,
            links=tuple(draft.links),
            identifiers=draft.identifiers,
            text=draft.text,
            fields=MappingProxyType(
                {f"{name} as printed" if name in _OURS else name: text for name, text in draft.fields.items()}
            ),
        )


def _take_from_headings(draft: Draft, headings: Sequence[Heading]) -> None:
    """Give an entry the year and the venue of the nearest heading that is one, such as "2031" or "ICML 2031"."""
    for heading in reversed(headings):
        if _MONTH.match(heading.text):
            # "2031-11 (ICLR edition)" is when the entries were added to the page.
            continue
        found = _YEAR.fullmatch(heading.text)
        place = read_place(found[1] if found else heading.text)
        if place is None or not place.sure or place.year is None or (place.venue is None and not found):
            continue
        if draft.venue is None and place.venue and draft.year in (None, place.year):
            draft.venue = place.venue
        if draft.year is None and place.venue in (None, draft.venue):
            draft.year_printed, draft.year = place.year_printed, place.year
        return


class Collector:
    """The headings, entries and problems of one page, in the order in which they are met."""

    def __init__(self, name: str, title: str | None) -> None:
        self.name = name
        self.title = title
        self.first: Heading | None = None
        self.stack: list[Heading] = []
        self.headings: list[Heading] = []
        self.taken: list[_Taken] = []
        self.refused: list[Problem] = []
        self.problems: list[Problem] = []
        self.counts: dict[Heading | None, int] = {}
        self.skipped: dict[Heading, _Skipped] = {}

    def finish(self) -> ReadingList:
        """Return the list."""
        entries = self._entries()
        if self.first is not None and any(entry.headings == (self.first,) for entry in entries):
            self.headings.insert(0, self.first)
        for heading, skipped in self.skipped.items():
            reason = f"{skipped.said()} under {heading.text!r}, not read as entries"
            self.problem(skipped.line, skipped.text, reason, minor=True)
        problems = sorted(self.problems, key=lambda problem: problem.line)
        return ReadingList(
            self.name, self.title, tuple(self.headings), tuple(entries), tuple(self.refused), tuple(problems)
        )

    def _entries(self) -> list[Entry]:
        """Return what was taken, the unclear of it read again by where the clear of it keep their fields."""
        layout = Layout(
            (sight for taken in self.taken if taken.draft.again for sight in taken.draft.sights),
            (taken.draft.linked for taken in self.taken if taken.draft.again),
            (taken.draft.authors for taken in self.taken if taken.draft.again),
        )
        # Each draft goes as its entry comes, so that a long page is not held twice.
        self.taken.reverse()
        entries: list[Entry] = []
        while self.taken:
            entries.append(self.taken.pop().entry(self.name, layout))
        return entries

    def heading(self, pieces: Sequence[Piece], level: int, line: int) -> None:
        """Put a heading of the page over what follows; the first of the widest is the page's title."""
        if links := len({id(piece.link) for piece in pieces if leads_away(piece)}):
            reason = f"a heading with {count_of(links, 'link')}, not read as an entry"
            self.problem(line, plain(pieces), reason, minor=True)
        shown = heading_text(pieces)
        text = _RECOVERED.sub("", shown)
        if not text:
            return
        heading = Heading(text, level, line, recovered=text != shown)
        if level == 1 and self.first is None and not self.headings:
            self.first = heading
            self.title = text
            self.stack = []
            return
        self.push(heading)

    def push(self, heading: Heading) -> None:
        """Put *heading* over what follows."""
        # What stands below "Table of contents" on a page is not of it.
        while self.stack and (self.stack[-1].level >= heading.level or is_contents_heading(self.stack[-1])):
            self.stack.pop()
        self.stack.append(heading)
        self.headings.append(heading)

    def path(self) -> tuple[Heading, ...]:
        """Return the headings over what follows, from the outermost."""
        if self.stack:
            return tuple(self.stack)
        return (self.first,) if self.first is not None else ()

    def below(self) -> int:
        """Return the level of a heading that is not marked as one, under the last that is."""
        return next((heading.level for heading in reversed(self.stack) if heading.level <= 6), 1) + 6

    def problem(self, line: int, text: str, reason: str, *, minor: bool = False) -> None:
        """Note that *text* was left out, and why; *minor* is what needs nobody."""
        self.problems.append(Problem(self.name, line, re.sub(r"\s+", " ", text)[:160], reason, minor))

    def skip(self, heading: Heading, line: int, parts: Sequence[Sequence[Piece]], *, items: int = 0) -> None:
        """Count what stands under a heading that announces no entries, for one problem that names it all."""
        links = len({id(piece.link) for pieces in parts for piece in pieces if leads_away(piece)})
        if items or links:
            skipped = self.skipped.setdefault(heading, _Skipped(line, plain(parts[0]) if parts else ""))
            skipped.items += items
            skipped.links += links

    def skip_list(self, heading: Heading, block: List) -> None:
        """Count a list under a heading that announces no entries."""
        parts = [joined(all_pieces(item)) for item in block.items]
        self.skip(heading, block.line, parts, items=len(block.items))

    def refuse(self, draft: Draft) -> None:
        """Name the links of *draft* that lead nowhere."""
        self.refused += (replace(problem, file=self.name) for problem in draft.refused)

    def add(self, draft: Draft) -> None:
        """Take an entry, the next under the nearest heading."""
        path = self.path()
        nearest = path[-1] if path else None
        self.counts[nearest] = self.counts.get(nearest, 0) + 1
        self.refuse(draft)
        self.taken.append(_Taken(draft, path, self.counts[nearest]))
