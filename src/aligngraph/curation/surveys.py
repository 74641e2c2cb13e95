"""A reading list as a survey of ours: its sections, listings and links, and what of them is there already.

A page that was imported before is known again, by its name or title or by what it lists; then only what is new on it is
written. Numbers of listings are never given twice: a new one gets the next, wherever it stands on the page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from aligngraph.bibliography.addresses import web_iri
from aligngraph.bibliography.entries import Entry, Heading, Link, ReadingList
from aligngraph.bibliography.keys import clean, fold, title_key, url_key, words_of
from aligngraph.curation.changes import Changes
from aligngraph.curation.concepts import Meanings
from aligngraph.curation.headings import HeadingMap
from aligngraph.curation.holdings import DESCRIPTION, TITLE, TYPE, Holdings, ag
from aligngraph.curation.minting import Mint, local_name
from aligngraph.curation.works import english, triple
from aligngraph.rdf.namespaces import BASE, shorten
from aligngraph.readinglists.link_kinds import link_kind

Path = tuple[str, ...]

_SHARE = 0.6
"""A page of which so many entries stand under the same headings of a survey is that survey's."""
_FEW = 5


def heading_key(text: str) -> str:
    """Return what two prints of a heading share; signs count where there is nothing else."""
    return " ".join(words_of(text)) or fold(text).strip()


def headings_of_section(headings: Sequence[Heading], reading: ReadingList) -> Sequence[Heading]:
    """Return the headings that lead to an entry's section: at least one, and not the title of the page."""
    if len(headings) > 1 and title_key(headings[0].text) == title_key(reading.title or ""):
        return headings[1:]
    return headings or (Heading(clean(reading.title or "") or reading.name.rpartition("/")[2], 1, 1),)


def _keys_of(entry: Entry) -> set[str]:
    links = (target for link in entry.links if (target := web_iri(link.url)) is not None)
    return {title_key(entry.title or ""), title_key(entry.text), *map(url_key, links)} - {""}


@dataclass
class Placed:
    """An entry in its section, and the listing that it is already, if it is."""

    entry: Entry
    section: str
    listing: str | None = None


class SurveyWriter:
    """Writes a page's sections, listings and links."""

    def __init__(
        self, holdings: Holdings, mint: Mint, meanings: Meanings, reading: ReadingList, table: HeadingMap | None = None
    ) -> None:
        self.holdings = holdings
        self.mint = mint
        self.meanings = meanings
        self.reading = reading
        self.table = table
        self.changes = Changes()
        self.notes: list[str] = []
        self.without_concept: list[tuple[Heading, str]] = []
        self.survey = ""
        self.paths: dict[Path, str] = {}
        self.listings: dict[str, list[str]] = defaultdict(list)
        """The listings of each section, in order."""
        self._number = 0
        self._seen: set[Path] = set()
        self._new_headings: dict[str, str] = {}
        self.changed: list[str] = []
        """Listings that the page prints otherwise now, in words; likewise those that moved, and those that are gone."""
        self.moved: list[str] = []
        self.gone: list[str] = []

    # The survey

    def open(self, name: str | None) -> None:
        """Find the survey that the page is, or make one. *name* is its title, or the last part of its IRI."""
        title = clean(name or self.reading.title or self.reading.name.rpartition("/")[2].rpartition(".")[0]) or "list"
        known = self._known(name, title)
        if known is not None:
            self.survey = known
            self._read_known()
            return
        is_id = name is not None and name == "-".join(name.split()) and name.isascii() and name == name.lower()
        self.survey = self.mint.survey(title)
        if is_id and self.reading.title:
            title = clean(self.reading.title)
        self.changes.added += [
            triple(self.survey, TYPE, ox.NamedNode(ag("Survey"))),
            triple(self.survey, TITLE, english(title)),
            triple(self.survey, DESCRIPTION, english(f"A reading list, as {self.reading.name} has it.")),
        ]

    def _known(self, name: str | None, title: str) -> str | None:
        surveys = list(self.holdings.things("Survey"))
        for survey in surveys:
            if name is not None and name in (local_name(survey), survey, f"survey:{local_name(survey)}"):
                return survey
        titled = [one for one in surveys if title_key(title) in map(title_key, self.holdings.texts(one, TITLE))]
        if titled:
            return titled[0]
        if name is not None or len(self.reading.entries) < _FEW:
            return None
        wanted = Counter(
            (heading_key(entry.headings[-1].text), title_key(entry.title))
            for entry in self.reading.entries
            if entry.title and entry.headings
        )
        shares: Counter[str] = Counter()
        for listing in self.holdings.things("Listing"):
            section = self.holdings.text(listing, ag("inSection")) or ""
            heading = heading_key(self.holdings.text(section, ag("heading")) or "")
            key = (heading, title_key(self.holdings.text(listing, ag("titleAsPrinted")) or ""))
            if key in wanted:
                shares[self.holdings.text(section, ag("sectionOf")) or ""] += 1
        for survey, share in shares.most_common(1):
            if share >= _SHARE * len(self.reading.entries) and survey in surveys:
                self.notes.append(
                    f"taken for {self.holdings.label(survey)!r}, {share} of whose listings it has; "
                    "pass --survey with another name if it is a page of its own"
                )
                return survey
        return None

    def _read_known(self) -> None:
        held = self.holdings
        sections = [one for one in held.things("Section") if self.survey in held.texts(one, ag("sectionOf"))]
        for section in sections:
            path: list[str] = []
            above: str | None = section
            while above is not None and len(path) < 50:
                path.append(heading_key(held.text(above, ag("heading")) or ""))
                above = held.text(above, ag("parentSection"))
            self.paths.setdefault(tuple(reversed(path)), section)
        known = set(sections)
        prefix = f"{BASE}listing/{local_name(self.survey)}-"
        for listing in held.by_kind.get("Listing", ()):
            number = listing.removeprefix(prefix)
            if listing.startswith(prefix) and number.isdecimal():
                self._number = max(self._number, int(number))
            if not held.is_retired(listing):
                for section in held.texts(listing, ag("inSection")):
                    if section in known:
                        self.listings[section].append(listing)
        for listings in self.listings.values():
            listings.sort(key=lambda one: (held.number(one, ag("position")) or 0, one))

    # Sections

    def place(self) -> list[Placed]:
        """Return the entries with their sections, which are made where they are new, and the listings they are."""
        self._follow_renamed_headings()
        placed = [Placed(entry, self._section(entry.headings)) for entry in self.reading.entries]
        waiting: dict[tuple[str, str], list[str]] = defaultdict(list)
        for section, listings in self.listings.items():
            for listing in listings:
                for key in {
                    title_key(self.holdings.text(listing, ag("titleAsPrinted")) or ""),
                    self._text_key(listing),
                }:
                    waiting[section, key].append(listing)
        used: set[str] = set()
        for one in placed:
            for key in (title_key(one.entry.title or ""), title_key(one.entry.text)):
                free = [listing for listing in waiting.get((one.section, key), ()) if listing not in used]
                if key and free:
                    one.listing = free[0]
                    used.add(free[0])
                    break
        self._find_elsewhere([one for one in placed if one.listing is None], used)
        return placed

    def _follow_renamed_headings(self) -> None:
        """Let a section keep its IRI where only its heading is another now: most of what it lists stands below it."""
        before: dict[Path, list[set[str]]] = defaultdict(list)
        for path, section in self.paths.items():
            for depth in range(1, len(path) + 1):
                before[path[:depth]] += [self._keys(listing) for listing in self.listings.get(section, ())]
        now: dict[Path, list[set[str]]] = defaultdict(list)
        texts: dict[Path, str] = {}
        for entry in self.reading.entries:
            headings = headings_of_section(entry.headings, self.reading)
            path = tuple(heading_key(heading.text) for heading in headings)
            for depth in range(1, len(path) + 1):
                now[path[:depth]].append(_keys_of(entry))
                texts.setdefault(path[:depth], clean(headings[depth - 1].text))
        for path in sorted(now, key=len):
            if path in self.paths:
                continue
            for old in [one for one in self.paths if one[:-1] == path[:-1] and one not in now]:
                held = set().union(*before[old])
                shared = sum(not held.isdisjoint(keys) for keys in now[path])
                if shared >= _SHARE * max(len(now[path]), len(before[old])) > 0:
                    section = self.paths[old]
                    self.changed.append(
                        f"{shorten(section)}: the heading {texts[path]!r}, not {self._heading(section)!r}"
                    )
                    self._replace(section, "heading", triple(section, ag("heading"), texts[path]))
                    for known in [one for one in self.paths if one[: len(old)] == old]:
                        self.paths[(*path, *known[len(old) :])] = self.paths.pop(known)
                        before[(*path, *known[len(old) :])] = before[known]
                    break

    def _find_elsewhere(self, placed: list[Placed], used: set[str]) -> None:
        """Find entries that moved to another section, by their text, and those whose text changed, by their links."""
        waiting: dict[str, list[str]] = defaultdict(list)
        left = {one: section for section, listings in self.listings.items() for one in listings if one not in used}
        for listing in left:
            for key in self._keys(listing):
                waiting[key].append(listing)
        for one in placed:
            for key in _keys_of(one.entry):
                free = [listing for listing in waiting.get(key, ()) if listing in left]
                # A link that stands at several entries, as that of a collection of code does, does not tell which.
                if len(free) != 1:
                    continue
                one.listing = free[0]
                section = left.pop(free[0])
                if section != one.section:
                    self.listings[section].remove(free[0])
                    self._replace(free[0], "inSection", triple(free[0], ag("inSection"), ox.NamedNode(one.section)))
                    self.moved.append(
                        f"{self._named(free[0])}: from {self._heading(section)!r} to {self._heading(one.section)!r}"
                    )
                break
        self.gone = [f"{self._named(listing)}: under {self._heading(section)!r}" for listing, section in left.items()]

    def _keys(self, listing: str) -> set[str]:
        """Return what tells a listing again: its title, its text, and where it leads."""
        held = self.holdings
        targets = [target for link in held.texts(listing, ag("hasLink")) for target in held.texts(link, ag("target"))]
        title = held.text(listing, ag("titleAsPrinted")) or ""
        return {title_key(title), self._text_key(listing), *map(url_key, targets)} - {""}

    def _named(self, listing: str) -> str:
        held = self.holdings
        text = held.text(listing, ag("titleAsPrinted")) or held.text(listing, ag("entryAsPrinted")) or ""
        return f"{shorten(listing)} {text!r}"

    def _section(self, headings: Sequence[Heading]) -> str:
        headings = headings_of_section(headings, self.reading)
        path: Path = ()
        section = ""
        for depth, heading in enumerate(headings, start=1):
            path = (*path, heading_key(heading.text))
            if path not in self.paths:
                self.paths[path] = self._new_section(path, headings[:depth], section)
            elif path not in self._seen:
                self._bring_up_to_table(self.paths[path], [clean(one.text) for one in headings[:depth]])
            self._seen.add(path)
            section = self.paths[path]
        return section

    def _bring_up_to_table(self, section: str, texts: Sequence[str]) -> None:
        """Let a section that is there already mean what the table says, where the table decides."""
        meaning = None if self.table is None else self.table.meaning(texts)
        if meaning is None:
            return
        held = self.holdings
        if sorted(meaning) != sorted((ag(name), one) for name in _MEANINGS for one in held.texts(section, ag(name))):
            kept = [one for one in held.triples(section) if one.predicate.value not in set(map(ag, _MEANINGS))]
            new = [triple(section, predicate, ox.NamedNode(concept)) for predicate, concept in meaning]
            self.changes.replaced[section] = [*kept, *new]
            self.notes.append(f"{held.label(section)!r} means what the table of headings says now")

    def _new_section(self, path: Path, headings: Sequence[Heading], above: str) -> str:
        texts = [clean(heading.text) for heading in headings]
        section = self.mint.section(self.survey, texts)
        self._new_headings[section] = texts[-1]
        order = 1 + sum(len(other) == len(path) and other[:-1] == path[:-1] for other in self.paths)
        self.changes.added += [
            triple(section, TYPE, ox.NamedNode(ag("Section"))),
            triple(section, ag("heading"), texts[-1] or headings[-1].text),
            triple(section, ag("order"), order),
            triple(section, ag("recovered"), headings[-1].recovered),
            triple(section, ag("sectionOf"), ox.NamedNode(self.survey)),
        ]
        if above:
            self.changes.added.append(triple(section, ag("parentSection"), ox.NamedNode(above)))
        decided = None if self.table is None else self.table.meaning(texts)
        means = list(self.meanings.statements(texts)) if decided is None else decided
        self.changes.added += [triple(section, predicate, ox.NamedNode(concept)) for predicate, concept in means]
        if not means and not (self.table is not None and self.table.settles(texts)):
            goal = "Goal" in self.meanings.of(texts[-1])
            self.without_concept.append(
                (headings[-1], "a goal, but no heading says whether works represent or evaluate it" if goal else "")
            )
        return section

    # Listings

    def write(self, placed: Sequence[tuple[Placed, str]]) -> tuple[int, int]:
        """Write the entries with their works; return how many listings are new, and how many links were written."""
        new = links = 0
        pages: dict[str, list[str]] = defaultdict(list)
        fresh: dict[str, dict[str, list[ox.Triple]]] = defaultdict(dict)
        for one, work in placed:
            if one.listing is not None:
                links += self._update(one.listing, one.entry)
                pages[one.section].append(one.listing)
                continue
            self._number += 1
            listing = self.mint.listing(self.survey, self._number)
            triples, count = self._listing(listing, one, work)
            fresh[one.section][listing] = triples
            pages[one.section].append(listing)
            new, links = new + 1, links + count
        for section, page in pages.items():
            self._number_section(section, page, fresh[section])
        return new, links

    def _listing(self, listing: str, one: Placed, work: str) -> tuple[list[ox.Triple], int]:
        entry = one.entry
        printed = printed_parts(entry)
        triples = [
            triple(listing, TYPE, ox.NamedNode(ag("Listing"))),
            triple(listing, ag("inSection"), ox.NamedNode(one.section)),
            triple(listing, ag("lists"), ox.NamedNode(work)),
        ]
        triples += [triple(listing, ag(name), value) for name, value in printed.items()]
        text = clean(entry.text)
        if text and title_key(text) and text.rstrip(". ") != joined(printed).rstrip(". "):
            triples.append(triple(listing, ag("entryAsPrinted"), text))
        count = 0
        for link in entry.links:
            more = self._link(listing, link, count + 1)
            triples += more
            count += bool(more)
        return triples, count

    def _link(self, listing: str, link: Link, order: int) -> list[ox.Triple]:
        target = web_iri(link.url)
        if target is None:
            return []
        iri = self.mint.link(listing, order)
        return [
            triple(listing, ag("hasLink"), ox.NamedNode(iri)),
            triple(iri, TYPE, ox.NamedNode(ag(link_kind(link.label)))),
            triple(iri, ag("linkLabel"), clean(link.label) or "URL"),
            triple(iri, ag("linkOrder"), order),
            triple(iri, ag("target"), ox.NamedNode(target)),
        ]

    def _number_section(self, section: str, page: list[str], fresh: dict[str, list[ox.Triple]]) -> None:
        """Give the listings of a section their places: those of the page, where it has all that were there."""
        there = self.listings.get(section, [])
        known = set(there)
        order = page if known <= set(page) else [*there, *(listing for listing in page if listing not in known)]
        for position, listing in enumerate(order, start=1):
            if listing in fresh:
                self.changes.added += [*fresh[listing], triple(listing, ag("position"), position)]
            elif self.holdings.number(listing, ag("position")) != position:
                self._replace(listing, "position", triple(listing, ag("position"), position))

    def _heading(self, section: str) -> str:
        return self.holdings.text(section, ag("heading")) or self._new_headings.get(section) or local_name(section)

    def _replace(self, thing: str, name: str, *new: ox.Triple) -> None:
        old = self.changes.replaced.get(thing) or self.holdings.triples(thing)
        self.changes.replaced[thing] = [one for one in old if one.predicate.value != ag(name)] + list(new)

    def _update(self, listing: str, entry: Entry) -> int:
        """Bring a known listing up to what the page says now; return how many links were added."""
        held = self.holdings
        if self._text_key(listing) != title_key(clean(entry.text)):
            printed = printed_parts(entry)
            known = {name: held.text(listing, ag(name)) for name in (*_PRINTED, "entryAsPrinted")}
            if printed and {**dict.fromkeys(_PRINTED), **printed} != {name: known[name] for name in _PRINTED}:
                differences = []
                for name in _PRINTED:
                    value = printed.get(name)
                    if value != known[name]:
                        differences.append(f"{name.removesuffix('AsPrinted')} {value!r}, not {known[name]!r}")
                        self._replace(listing, name, *([triple(listing, ag(name), value)] if value else []))
                text = clean(entry.text)
                keep = text.rstrip(". ") != joined(printed).rstrip(". ")
                self.changed.append(f"{self._named(listing)}: {'; '.join(differences)}")
                self._replace(
                    listing, "entryAsPrinted", *([triple(listing, ag("entryAsPrinted"), text)] if keep else [])
                )
        links = held.texts(listing, ag("hasLink"))
        there = Counter(url_key(target) for link in links for target in held.texts(link, ag("target")))
        added = 0
        for link in entry.links:
            target = web_iri(link.url)
            if target is None:
                continue
            if there[url_key(target)]:
                there[url_key(target)] -= 1
                continue
            triples = self._link(listing, link, len(links) + added + 1)
            added += bool(triples)
            self.changes.added += triples
        return added

    def _text_key(self, listing: str) -> str:
        held = self.holdings
        parts = {name: text for name in _PRINTED if (text := held.text(listing, ag(name)))}
        return title_key(held.text(listing, ag("entryAsPrinted")) or joined(parts))


_MEANINGS = ("sectionRepresents", "sectionEvaluates", "sectionApproach", "sectionMethod")
_PRINTED = ("titleAsPrinted", "authorsAsPrinted", "venueAsPrinted", "yearAsPrinted")


def printed_parts(entry: Entry) -> dict[str, str]:
    """Return what the entry prints, by the names of a listing's properties."""
    parts = {
        "titleAsPrinted": entry.title,
        "authorsAsPrinted": entry.authors_printed,
        "venueAsPrinted": entry.venue_printed,
        "yearAsPrinted": entry.year_printed,
    }
    return {name: cleaned for name, text in parts.items() if text and (cleaned := clean(text))}


def joined(parts: dict[str, str]) -> str:
    """Return the parts of an entry as the Markdown export prints them."""
    place = " ".join(parts[name] for name in ("venueAsPrinted", "yearAsPrinted") if name in parts)
    texts: Iterator[str] = (parts.get(name, "") for name in ("titleAsPrinted", "authorsAsPrinted"))
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in (*texts, place) if text)
