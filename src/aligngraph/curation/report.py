"""What an import found and did: for people, and for scripts as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from aligngraph.bibliography.entries import Problem
from aligngraph.rdf.namespaces import shorten
from aligngraph.text.plurals import count_of

_HEADINGS = "Headings that name no concept (say what they mean: --suggest-map writes a table of them, --map reads it)"
_DIGITS = re.compile(r"\d+|'[^']*'")
_ALIKE = 5
"""Of problems of one kind, no more than this are shown in full; of the rest the lines."""
MANY = 20
"""Of what needs nobody, no more lines than this are shown to people; scripts get all."""


@dataclass(frozen=True)
class Question:
    """An entry that a person must decide on."""

    file: str
    line: int
    title: str
    evidence: tuple[str, ...]
    candidates: tuple[str, ...]


@dataclass
class ImportReport:
    """What an import read, matched, wrote and left."""

    file: str
    survey: str | None = None
    entries: int = 0
    listings_known: int = 0
    listings_new: int = 0
    listings_changed: list[str] = field(default_factory=list)
    """Listings of an earlier version that the page prints otherwise now; likewise those that moved or are gone."""
    listings_moved: list[str] = field(default_factory=list)
    listings_gone: list[str] = field(default_factory=list)
    works_matched: int = 0
    works_new: int = 0
    persons_known: int = 0
    persons_new: int = 0
    organizations_known: dict[str, str] = field(default_factory=dict)
    organizations_new: dict[str, str] = field(default_factory=dict)
    """The organisations among the authors, with the name as it is printed."""
    links_kept: int = 0
    links_refused: list[Problem] = field(default_factory=list)
    uncertain: list[Question] = field(default_factory=list)
    questions: str | None = None
    """The file that the questions are kept in, for the answers."""
    without_title: list[Problem] = field(default_factory=list)
    not_understood: list[Problem] = field(default_factory=list)
    noticed: list[Problem] = field(default_factory=list)
    """What rules settle, such as a list of news that was left out: named, and needs nobody."""
    headings_without_concept: list[Problem] = field(default_factory=list)
    venues_unknown: dict[str, list[int]] = field(default_factory=dict)
    venues_like: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Venues that the first of the unknown names may mean: none is taken unless a person gives it the name."""
    venues_drafted: dict[str, str] = field(default_factory=dict)
    """The record that a venue of a new publication got, by the name that is printed."""
    lacking: list[str] = field(default_factory=list)
    """What entries say of works here that the catalogue says otherwise: for a person to settle."""
    gained: list[str] = field(default_factory=list)
    """What works here gain, of which nothing was said."""
    incomplete: dict[str, int] = field(default_factory=dict)
    """How many new records lack what; each says so itself."""
    notes: list[str] = field(default_factory=list)
    new_works: dict[str, str] = field(default_factory=dict)
    """The IRI of each new work, with its title."""

    @property
    def needs_a_person(self) -> bool:
        """Whether something was left for a person to decide or correct."""
        return bool(self.uncertain or self.without_title or self.not_understood)

    def as_json(self) -> str:
        """Return everything, as one JSON object."""
        said = asdict(self)
        said["works_uncertain"] = len(self.uncertain)
        said["links_refused_count"] = len(self.links_refused)
        said["needs_a_person"] = self.needs_a_person
        return json.dumps(said, ensure_ascii=False, indent=2) + "\n"

    def lines(self) -> Iterator[str]:
        """Yield the lines for people: the counts, then what needs them, then what they may want to know."""
        yield f"{self.file}: {count_of(self.entries, 'entry', 'entries')} read"
        if self.survey is not None:
            listings = self.listings_known + self.listings_new
            said = f"{count_of(listings, 'listing')} of {shorten(self.survey)}"
            changes = (
                ("changed", self.listings_changed),
                ("moved", self.listings_moved),
                ("no longer on the page", self.listings_gone),
            )
            more = [f"{len(texts)} {what}" for what, texts in changes if texts]
            yield f"  {said}: {', '.join([f'{self.listings_known} known', f'{self.listings_new} new', *more])}"
        works = self.works_matched + self.works_new
        yield (
            f"  {count_of(works, 'work')}: {self.works_matched} matched, {self.works_new} new; "
            f"{len(self.uncertain)} uncertain"
        )
        if self.persons_known or self.persons_new:
            persons = self.persons_known + self.persons_new
            known = f"{self.persons_known} known by name, {self.persons_new} new"
            yield f"  {count_of(persons, 'author')} of new works: {known}"
        for what, bodies in (("known", self.organizations_known), ("new", self.organizations_new)):
            if bodies:
                shown = [f"{name} ({shorten(iri)})" for iri, name in bodies.items()]
                few = ", ".join(shown[:MANY]) + (", …" if len(shown) > MANY else "")
                yield f"  {count_of(len(bodies), f'{what} organisation')} among the authors: {few}"
        links = f"{count_of(self.links_kept, 'link')} kept, {len(self.links_refused)} refused"
        yield f"  {links}; {count_of(len(self.not_understood), 'line')} not understood"
        yield from self._questions()
        for title, texts in (
            ("Printed differently than before", self.listings_changed),
            ("Moved to another heading", self.listings_moved),
            ("No longer on the page (the listings stay; delete those that should go by hand)", self.listings_gone),
        ):
            if texts:
                yield ""
                yield f"{title}:"
                yield from _few([f"  {text}" for text in texts])
        yield from _problems("No title, so not imported", self.without_title)
        yield from _problems("Not understood", self.not_understood)
        yield from _problems("Noticed (no action needed)", self.noticed)
        yield from _problems("Links refused", self.links_refused)
        yield from _few(_problems(_HEADINGS, self.headings_without_concept))
        if self.venues_unknown:
            yield ""
            yield "Venues not known (kept as printed; add a name to venues.ttl as skos:altLabel or skos:hiddenLabel):"
            if self.venues_drafted:
                yield "  For a draft, write its kind, as in 'a ag:Journal', or 'aligngraph merge DRAFT VENUE'."
            lines = [
                f"  {name!r}, line {', '.join(map(str, lines[:5]))}{self._perhaps(name)}"
                for name, lines in self.venues_unknown.items()
            ]
            yield from _few(lines)
        if self.incomplete:
            yield ""
            yield "Not known, and new records say so (query incomplete-records lists it, link --complete fills it in):"
            yield f"  {', '.join(f'{name} ({count})' for name, count in self.incomplete.items())}"
        if self.gained:
            yield ""
            yield "New facts about works that are here already:"
            yield from _few(f"  {text}" for text in self.gained)
        if self.lacking:
            yield ""
            yield "The file and the catalogue differ (correct by hand what is wrong):"
            yield from _few(f"  {text}" for text in self.lacking)
        if self.notes:
            yield ""
            yield from _few(f"Note: {note}" for note in self.notes)

    def _perhaps(self, name: str) -> str:
        like = self.venues_like.get(name, ())
        draft = f", draft {shorten(self.venues_drafted[name])}" if name in self.venues_drafted else ""
        return f"{draft}; perhaps {' or '.join(map(shorten, like))}, misspelled" if like else draft

    def _questions(self) -> Iterator[str]:
        if not self.uncertain:
            return
        yield ""
        yield "Uncertain, so not imported (decide with --match LINE=WORK, or --match LINE=new):"
        for question in self.uncertain:
            yield f"  {question.file}, line {question.line}: {question.title}"
            yield f"    {'; '.join(question.evidence)}"
            if question.candidates:
                yield f"    candidates: {', '.join(map(shorten, question.candidates[:5]))}"
        if self.questions is not None:
            yield f"  Or write 'yes', 'no' or the work in the column 'answer' of {self.questions}, and import again."


def _problems(title: str, problems: list[Problem]) -> Iterator[str]:
    if not problems:
        return
    yield ""
    yield f"{title}:"
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(_DIGITS.sub("N", problem.reason), []).append(problem)
    # Of many alike the first show what they are, and all are named by line.
    shown = {
        id(problem) for group in groups.values() for problem in (group if len(group) <= _ALIKE else group[:_ALIKE])
    }
    for problem in problems:
        if id(problem) in shown:
            text = problem.text if len(problem.text) <= 80 else problem.text[:79] + "…"
            reason = f" ({problem.reason})" if problem.reason else ""
            yield f"  {problem.file}, line {problem.line}: {text}{reason}"
    for group in groups.values():
        rest = group[_ALIKE:]
        if rest:
            like = f" ({rest[0].reason})" if not _DIGITS.search(rest[0].reason) and rest[0].reason else ""
            yield f"  … and {len(rest)} more like these{like}, lines {_runs(one.line for one in rest)}"


def _runs(lines: Iterable[int]) -> str:
    """Return line numbers as text, those in a row as "31-92"."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][-1] + 1:
            runs[-1][1:] = [line]
        else:
            runs.append([line])
    return ", ".join("-".join(map(str, run)) for run in runs)


def _few(lines: Iterator[str] | list[str]) -> Iterator[str]:
    shown = list(lines)
    yield from shown[:MANY]
    if len(shown) > MANY:
        yield f"  … and {len(shown) - MANY} more; --report json has all"
