"""From a reading list to what it changes in a catalogue: matched, minted, and said in statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyoxigraph as ox

from aligngraph.bibliography.addresses import web_iri
from aligngraph.bibliography.entries import Entry, Problem, ReadingList, forms_of
from aligngraph.bibliography.keys import clean, slug
from aligngraph.curation.changes import Changes
from aligngraph.curation.concepts import Meanings
from aligngraph.curation.gaps import GapFiller
from aligngraph.curation.headings import (
    KEYWORD_FIELDS,
    TABLE,
    HeadingMap,
    paths_of_bibliography,
    read_heading_map,
    suggest_heading_map,
)
from aligngraph.curation.holdings import WORK_KINDS, Holdings, ag
from aligngraph.curation.lacking import say_what_is_lacking
from aligngraph.curation.matching import Match, WorkIndex, index_works, match
from aligngraph.curation.minting import Mint, local_name
from aligngraph.curation.persons import People
from aligngraph.curation.placings import PlacingWriter
from aligngraph.curation.questions import (
    NEW,
    QUESTIONS,
    Answer,
    entry_key,
    questions_text,
    read_kept_answers,
    text_of,
)
from aligngraph.curation.report import MANY, ImportReport, Question
from aligngraph.curation.surveys import Placed, SurveyWriter, headings_of_section
from aligngraph.curation.venues import VenueTable
from aligngraph.curation.works import NewWork, WorkWriter
from aligngraph.errors import ArgumentError
from aligngraph.files.activity import doing
from aligngraph.files.reading import read_file
from aligngraph.rdf.namespaces import BASE, expand, shorten


@dataclass(frozen=True)
class Plan:
    """What an import changes, and its report."""

    changes: Changes
    report: ImportReport
    works: dict[int, str]
    """The work that each entry means, by its line."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """What is to be kept beside the data for the next import, by path in the folder."""


def plan_import(
    reading: ReadingList,
    holdings: Holdings,
    *,
    venues: Iterable[Holdings] = (),
    survey: str | None = None,
    is_list: bool = True,
    needs_title: bool = True,
    decisions: Mapping[int, str] | None = None,
    table: HeadingMap | None = None,
    folder: Path | None = None,
    progress: Callable[[int], None] = lambda count: None,
) -> Plan:
    """Return what *reading* adds to *holdings*.

    *venues* are further catalogues whose venues are known by name, and are taken over when used. *is_list* says that
    entries are listings of a survey, called *survey* or as the file says; else only works come of them. Without
    *needs_title*, entries that have none make works too. *decisions* are a person's, by line: a work, or "new".
    *table* says what headings mean. *folder* is the data folder in which earlier imports of the list left a table of
    headings, which counts where none is given, and a table of questions with a person's answers.
    *progress* is called for each entry. Raise ArgumentError.
    """
    doing(f"matching the entries of {reading.name}")
    planner = _Planner(reading, holdings, venues, is_list=is_list, needs_title=needs_title)
    return planner.plan(survey, decisions or {}, progress, table, folder)


def suggest_table(
    reading: ReadingList,
    holdings: Holdings,
    *,
    survey: str | None = None,
    is_list: bool = True,
    table: HeadingMap | None = None,
    folder: Path | None = None,
) -> str:
    """Return a table of the headings of *reading*, or of the keywords of a bibliography, with suggested concepts.

    Rows of *table*, or else of the table that an earlier import left in the data *folder*, stay as they are.
    """
    planner = _Planner(reading, holdings, (), is_list=is_list, needs_title=True)
    table = table or planner.kept_table(planner.open(survey), folder)
    paths: list[tuple[list[tuple[str, ...]], int]] = []
    for entry in reading.entries:
        if is_list:
            headings = headings_of_section(entry.headings, reading)
            paths.append(([tuple(clean(heading.text) for heading in headings)], 1))
        else:
            paths.append((paths_of_bibliography(entry), 1))
    return suggest_heading_map(paths, planner.meanings, table)


class _Planner:
    def __init__(
        self, reading: ReadingList, holdings: Holdings, venues: Iterable[Holdings], *, is_list: bool, needs_title: bool
    ) -> None:
        self.reading = reading
        self.needs_title = needs_title
        self.holdings = holdings
        self.mint = Mint(set(holdings.taken))
        self.people = People(holdings, self.mint)
        self.table = VenueTable([holdings, *venues])
        self.writer = WorkWriter(self.mint, self.people, self.table)
        self.index: WorkIndex = index_works(holdings)
        self.report = ImportReport(reading.name)
        self.works = set(holdings.things(*WORK_KINDS))
        self.new: dict[str, NewWork] = {}
        self.matched: dict[str, NewWork] = {}
        """Works that are known, with the entries that mean them, but for listings that are known too."""
        self.gaps = GapFiller(holdings, self.writer)
        self.meanings = Meanings([holdings])
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, Question]] = []
        self.survey = SurveyWriter(holdings, self.mint, self.meanings, reading) if is_list else None

    def open(self, survey: str | None) -> str:
        """Find or make the survey that a list is. Return what the paths of the tables kept for it begin with."""
        if self.survey is not None and self.reading.entries:
            self.survey.open(survey)
            return f"surveys/{local_name(self.survey.survey)}/"
        return f"placings/{slug(self.reading.name.rpartition('/')[2].rpartition('.')[0]) or 'bibliography'}-"

    def kept_table(self, beginning: str, folder: Path | None) -> HeadingMap | None:
        """Return the table of headings that an earlier import left in the data folder; None where there is none."""
        path = None if folder is None else folder / f"{beginning}{TABLE}"
        return (
            read_heading_map(read_file(path), str(path), self.meanings) if path is not None and path.is_file() else None
        )

    def plan(
        self,
        survey: str | None,
        decisions: Mapping[int, str],
        progress: Callable[[int], None],
        table: HeadingMap | None,
        folder: Path | None,
    ) -> Plan:
        decided = self._decided(decisions)
        report = self.report
        report.entries = len(self.reading.entries)
        beginning = self.open(survey)
        given, table = table, table or self.kept_table(beginning, folder)
        if folder is not None:
            self.answers = read_kept_answers(folder, f"{beginning}{QUESTIONS}")
        if table is not None and (unsure := table.unsure()):
            report.notes.append(
                f"{len(unsure)} suggestion{'s' if len(unsure) > 1 else ''} of the table of headings "
                f"{'do' if len(unsure) > 1 else 'does'} not count until the '?' is removed: {', '.join(unsure[:5])}"
                f"{', …' if len(unsure) > 5 else ''}"
            )
        if self.survey is not None and self.reading.entries:
            self.survey.table = table
            placed = self.survey.place()
        else:
            placed = [Placed(entry, "") for entry in self.reading.entries]
        settled: list[tuple[Placed, str]] = []
        for one in placed:
            work = self._settle(one, decided)
            if work is not None:
                settled.append((one, work))
                self._note(one.entry)
            progress(1)
        changes = self._written(settled)
        report.works_matched, report.works_new = len(self.matched), len(self.new)
        report.new_works = {iri: clean(work.entries[0].title or "") for iri, work in self.new.items()}
        report.persons_known, report.persons_new = self.people.known, self.people.new
        report.organizations_known = self.people.organizations_known
        report.organizations_new = self.people.organizations_new
        report.notes += self.people.notes
        unsigned = [shorten(iri) for iri, work in self.new.items() if not any(entry.authors for entry in work.entries)]
        if unsigned:
            report.notes.append(
                f"{', '.join(unsigned[:5])}{' and others' if len(unsigned) > 5 else ''}: named by words of "
                f"{'its title, as its' if len(unsigned) == 1 else 'their titles, as their'} first author is not known. "
                "The IRI stays when the author becomes known."
            )
        if self.survey is None and (left := _left_out(self.reading.entries, table is not None)):
            report.notes.append(f"fields that the catalogue has no place for were left out: {left}")
        for problem in self.reading.problems:
            (report.noticed if problem.minor else report.not_understood).append(problem)
        shown = list(report.venues_unknown)[:MANY]
        drafts = set(self.writer.drafts)
        report.venues_drafted = {
            name: draft for name in report.venues_unknown if (draft := self.table.normalise(name).venue) in drafts
        }
        for name in shown:
            if like := self.table.like(name, drafts):
                report.venues_like[name] = like
        report.links_refused += self.reading.refused_links
        report.gained += self.gaps.said
        report.lacking += dict.fromkeys(self.gaps.conflicts)
        if self.survey is None and table is not None:
            changes.added += self._placings(settled, table)
        report.incomplete = say_what_is_lacking(changes, self.holdings)
        keep = {f"{beginning}{TABLE}": given.source} if given is not None and settled else {}
        if folder is not None and (self.answers or self.asked):
            keep[f"{beginning}{QUESTIONS}"] = questions_text(self.answers, self.asked).encode()
            if self.asked:
                report.questions = f"{folder.name}/{beginning}{QUESTIONS}"
        return Plan(changes, report, {one.entry.line: work for one, work in settled}, keep)

    def _placings(self, settled: Sequence[tuple[Placed, str]], table: HeadingMap) -> Iterator[ox.Triple]:
        """Yield placings for what the table says of the keywords, groups and file of a bibliography."""
        writer = PlacingWriter(self.holdings, self.mint)
        for one, work in settled:
            for path in paths_of_bibliography(one.entry):
                said = {
                    predicate.replace("#section", "#placing").removeprefix(ag("")): concept
                    for predicate, concept in table.meaning(path) or ()
                }
                word = f"the {path[0].rstrip('s')} {path[1]!r} of the entry in" if path[0] != "file" else "an entry of"
                yield from writer.write(work, said, f"{word} {self.reading.name}, by a table of what these mean")

    def _decided(self, decisions: Mapping[int, str]) -> dict[int, str]:
        lines = {entry.line for entry in self.reading.entries}
        decided = {}
        for line, text in decisions.items():
            if line not in lines:
                raise ArgumentError(f"{self.reading.name}, line {line}: no entry begins on this line.")
            decided[line] = text if text == NEW or "://" in text else expand(text) or f"{BASE}work/{text}"
        return decided

    def _settle(self, one: Placed, decided: Mapping[int, str]) -> str | None:
        """Return the work that an entry means, new or known; None where a person has to say."""
        entry = one.entry
        if self.needs_title and not clean(entry.title or ""):
            text = clean(entry.text) or (entry.links[0].url if entry.links else "")
            self.report.without_title.append(Problem(entry.file, entry.line, text, "no title"))
            return None
        found = self._match(one, decided)
        if found.certainty == "uncertain":
            evidence = found.evidence
            if found.candidates and all(work in self.new for work in found.candidates):
                lines = (str(self.new[work].entries[0].line) for work in found.candidates)
                evidence = (*evidence, f"new here, from line {', '.join(lines)}")
            question = Question(entry.file, entry.line, clean(entry.title or ""), evidence, found.candidates)
            self.report.uncertain.append(question)
            self.asked.append((text_of(entry), question))
            return None
        work = found.work
        if work is None:
            work = self.writer.iri(entry)
            self.new[work] = NewWork(work)
            if (answer := self.answers.get(entry_key(entry))) is not None:
                # The next import is to find this work, and not to make another.
                self.answers[entry_key(entry)] = replace(answer, answer=shorten(work))
        if work in self.new:
            if self.survey is None and (earlier := self.new[work].entries):
                place = f"{entry.file}, line {entry.line}"
                self.report.notes.append(f"{place}: the same work as in line {earlier[0].line}, so one record")
            self.new[work].entries.append(entry)
            self.index.add_entry(work, entry)
        else:
            self.matched.setdefault(work, NewWork(work))
            if one.listing is None:
                self.matched[work].entries.append(entry)
        return work

    def _match(self, one: Placed, decided: Mapping[int, str]) -> Match:
        decision = decided.get(one.entry.line)
        if decision is not None:
            # The work of an earlier line may well be meant.
            if decision != NEW and decision not in self.works and decision not in self.new:
                said = shorten(decision)
                raise ArgumentError(f"no work {said!r} in this catalogue, for the entry in line {one.entry.line}.")
            return Match(None if decision == NEW else decision, "new" if decision == NEW else "same", ("decided",))
        if one.listing is not None:
            work = self.holdings.text(one.listing, ag("lists"))
            if work is not None:
                return Match(work, "same", (f"the listing {one.listing} of this page",))
        found = match(one.entry, self.index)
        answer = self.answers.get(entry_key(one.entry)) if found.certainty == "uncertain" else None
        decision = None if answer is None else answer.decision()
        if answer is None or decision is None:
            return found
        if decision != NEW and decision not in self.works and decision not in self.new:
            raise ArgumentError(f"{answer.place}: no work {shorten(decision)!r} in this catalogue.")
        return Match(None if decision == NEW else decision, "new" if decision == NEW else "same", ("answered",))

    def _note(self, entry: Entry) -> None:
        given = [form.venue for form in forms_of(entry) if form.venue]
        names = given or [entry.venue_printed or ""]
        for name in names:
            if name and clean(name) and self.table.normalise(clean(name), entry.year).venue is None:
                lines = self.report.venues_unknown.setdefault(clean(name), [])
                if entry.line not in lines:
                    lines.append(entry.line)

    def _written(self, settled: list[tuple[Placed, str]]) -> Changes:
        report = self.report
        if self.survey is not None and settled:
            report.listings_new, _ = self.survey.write(settled)
            report.listings_known = len(settled) - report.listings_new
            report.survey = self.survey.survey
            report.notes += self.survey.notes
            report.listings_changed, report.listings_moved = self.survey.changed, self.survey.moved
            report.listings_gone = self.survey.gone
            report.headings_without_concept = [
                Problem(self.reading.name, heading.line, clean(heading.text), reason)
                for heading, reason in self.survey.without_concept
            ]
            changes = self.survey.changes
        else:
            changes = Changes()
        for one, _ in settled if self.survey is not None else ():
            for link in one.entry.links:
                if web_iri(link.url) is None:
                    report.links_refused.append(
                        Problem(one.entry.file, link.line, link.url[:200], "no http or https address")
                    )
                else:
                    report.links_kept += 1
        if self.survey is not None and not settled:
            changes = Changes()
        for work in self.new.values():
            changes.added += self.writer.write(work)
        for work in self.matched.values():
            changes.added += self.gaps.fill(work) if work.entries else ()
        changes.replaced |= self.gaps.replaced
        for venue in self.writer.used_venues:
            if venue not in self.holdings.described:
                changes.added += self.table.homes[venue].triples(venue)
        return Changes(list(dict.fromkeys(changes.added)), changes.replaced)


def statements(changes: Changes) -> list[ox.Triple]:
    """Return what is said anew, for a reader who wants it as one text."""
    return [*changes.added, *(one for triples in changes.replaced.values() for one in triples)]


def _left_out(entries: Sequence[Entry], by_table: bool) -> str:
    """Return the fields of bibliographies that no record takes up, each with the number of entries that have it.

    *by_table* says that keywords place the works.
    """
    counts: Counter[str] = Counter()
    for entry in entries:
        kept = [entry.venue_printed, *(form.venue for form in forms_of(entry)), *(link.url for link in entry.links)]
        for name, text in entry.fields.items():
            # What names the venue or holds the address is taken up by those.
            if by_table and name.casefold() in KEYWORD_FIELDS:
                continue
            if entry.work is not None and not any(one and one in text for one in kept):
                counts[name] += 1
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common())
