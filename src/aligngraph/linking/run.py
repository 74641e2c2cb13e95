"""A whole run: what is wanted, looked for in files and asked of sources, decided, and put into statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aligngraph.bibliography.entries import Problem
from aligngraph.curation.holdings import Holdings, ag
from aligngraph.curation.reading import known_venues
from aligngraph.curation.venues import VenueTable
from aligngraph.linking.complete import Completer
from aligngraph.linking.decide import Decision, decide
from aligngraph.linking.files import look_in
from aligngraph.linking.people import PeopleLinker
from aligngraph.linking.records import Record, Wanted
from aligngraph.linking.wanted import wanted_in
from aligngraph.linking.write import Outcome, Writer, without_rejected


@dataclass(frozen=True)
class Request:
    """What is to be linked. *things* are named as the user did; without any, all of the *kinds*."""

    kinds: tuple[str, ...] = ("works", "people")
    things: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    complete: bool = False
    accept: bool = False


@dataclass
class Result:
    """What a run came to."""

    outcome: Outcome
    decisions: list[Decision]
    problems: list[Problem] = field(default_factory=list)
    """What in files could not be read."""
    files: int = 0
    entries: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


Asker = Callable[[Sequence[Wanted]], dict[str, list[Record]]]
"""Asks sources for what is wanted, and returns the records by the IRI of the thing."""


def link(
    holdings: Holdings,
    request: Request,
    *,
    ask: Asker | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Result:
    """Return what *request* comes to for the catalogue *holdings*.

    Raise ArgumentError for a thing that is unknown, CatalogueError where a file or folder can't be read at all.
    """
    people, works = _split(holdings, request)
    without = [one for iri, one in people.items() if one is not None and not holdings.values(iri, ag("orcid"))]
    records: dict[str, list[Record]] = defaultdict(list)
    result = Result(Outcome(), [])
    if request.files:
        found = look_in(request.files, works, progress=progress)
        result.problems, result.files, result.entries = found.problems, found.files, found.entries
        result.skipped = dict(found.skipped)
        for iri, there in found.records.items():
            records[iri] += there
    if ask is not None:
        for iri, there in ask([*works, *without]).items():
            records[iri] += there
    venues = VenueTable([holdings, *known_venues()])
    writer = Writer(holdings, venues, accept=request.accept)
    result.outcome = writer.outcome
    linker = PeopleLinker(writer, holdings, people.__contains__)
    for one in without:
        linker.add_person(one, without_rejected(writer, one, records.get(one.iri, [])))
    _write(works, records, writer, holdings, venues, request, linker, result)
    return result


def _split(holdings: Holdings, request: Request) -> tuple[dict[str, Wanted | None], list[Wanted]]:
    """Return the people whose identifiers are wanted, and what is looked for: for people, the works that they wrote.

    People are not looked for themselves where only their works were named.
    """
    things = wanted_in(holdings, request.kinds, request.things)
    people: dict[str, Wanted | None] = {one.iri: one for one in things if one.kind == "people"}
    others = {one.iri: one for one in things if one.kind != "people"}
    if not request.things and "works" in request.kinds:
        return people, list(others.values())
    for work in wanted_in(holdings, ["works"]):
        authorships = holdings.texts(work.iri, ag("hasAuthorship"))
        authors = {person for one in authorships for person in holdings.texts(one, ag("person"))}
        if work.iri in others and "people" in request.kinds:
            people = {**dict.fromkeys(authors), **people}
        elif authors & people.keys():
            others[work.iri] = work
    return people, list(others.values())


def _write(
    works: Iterable[Wanted],
    records: dict[str, list[Record]],
    writer: Writer,
    holdings: Holdings,
    venues: VenueTable,
    request: Request,
    linker: PeopleLinker,
    result: Result,
) -> None:
    completer = Completer(writer, holdings, venues) if request.complete else None
    for wanted in works:
        by_source: dict[str, list[Record]] = defaultdict(list)
        for record in without_rejected(writer, wanted, records.get(wanted.iri, [])):
            if record.huggingface in wanted.huggingface:
                # The repository that our record names: there is nothing to decide.
                writer.link_record(wanted, record, f"{record.where}: identifier huggingface")
                if completer is not None:
                    completer.licence(wanted, record)
                continue
            by_source[record.source].append(record)
        for there in by_source.values() or [[]]:
            decision = decide(wanted, there)
            result.decisions.append(decision)
            writer.report_wrong(decision)
            if wanted.kind != "works":
                writer.link_thing(decision)
                continue
            for place in writer.places(decision):
                if "works" in request.kinds:
                    writer.link(place)
                    if completer is not None and place.confidence >= writer.bar:
                        completer.complete(place)
                    elif place.publication is None:
                        writer.note_form(place, missing=completer is None)
                linker.add(place)
    linker.finish()
    if completer is not None:
        completer.finish()
    writer.finish()
