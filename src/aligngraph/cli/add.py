"""``aligngraph add``: one paper into a catalogue."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aligngraph.catalogue.sources import data_folder
from aligngraph.cli.answers import put_out
from aligngraph.cli.import_ import own_data
from aligngraph.cli.options import command_limits, completing, data_option, into_option, origin_of
from aligngraph.errors import CatalogueError
from aligngraph.files.activity import waiting_for_a_person
from aligngraph.text.terminal import terminal_of

if TYPE_CHECKING:
    from aligngraph.bibliography.entries import Entry
    from aligngraph.stores.location import Location


def _concept_option(kind: str, name: str, help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        f"--{kind}",
        name,
        multiple=True,
        metavar="CONCEPT",
        shell_complete=completing("concept", kind),
        help=f"{help_text}. May be repeated.",
    )


@click.command(short_help="Add one paper to a catalogue.")
@click.argument("paper", metavar="PAPER")
@_concept_option("goal", "goals", "Goal that the paper is about")
@_concept_option("approach", "approaches", "Approach that it takes")
@_concept_option("method", "methods", "Method that it uses")
@click.option("--title", help="Title.")
@click.option(
    "--author",
    "authors",
    multiple=True,
    metavar="NAME",
    help="Author; an organisation in braces, '{OpenAI}'. Repeat in the order of the paper.",
)
@click.option("--year", type=click.IntRange(1450, 2100), metavar="YEAR", help="Year of publication.")
@click.option("--venue", metavar="NAME", help="Venue, for example NeurIPS or 'Findings of EMNLP'.")
@click.option(
    "--match", "decision", metavar="WORK", help="If uncertain: the work of the catalogue that it is, or 'new'."
)
@into_option
@click.option("--dry-run", is_flag=True, help="Write nothing; print the diff.")
@data_option
@command_limits("0", asks_stores=False)
def command(
    paper: str,
    goals: Sequence[str],
    approaches: Sequence[str],
    methods: Sequence[str],
    title: str | None,
    authors: Sequence[str],
    year: int | None,
    venue: str | None,
    decision: str | None,
    into: Path | None,
    dry_run: bool,
    data: Location,
) -> None:
    """Add one paper: an arXiv id, a DOI, a web address, or '-' for a BibTeX entry on standard input.

    Nothing is looked up on the network. On a terminal you are asked for what is missing; otherwise it is left out, and
    the record says that it is not known. Concepts are given as in queries: by name, label, notation, CURIE or IRI. The
    approach says whether the paper evaluates or represents the goal; without one, it only addresses it.

    \b
    Examples:
      aligngraph add 2305.18290 --goal human-preferences --method ranking-based --dry-run
      aligngraph add - --goal human-values --approach benchmark --into data < paper.bib
    """
    from aligngraph.bibliography.entries import ReadingList
    from aligngraph.curation.add import completed, entry_of_text, missing, with_page
    from aligngraph.curation.files import apply
    from aligngraph.curation.holdings import read_holdings
    from aligngraph.curation.placings import placings_of
    from aligngraph.curation.plan import plan_import, statements
    from aligngraph.curation.reading import known_venues
    from aligngraph.files.transactions import locked

    entry = _from_stdin() if paper == "-" else entry_of_text(paper)
    entry = completed(entry, title=title, authors=authors, year=year, venue=venue)
    if dry_run and into is None:
        into = own_data()
    if into is not None and not into.is_dir():
        raise CatalogueError(f"{into}: no such folder. 'aligngraph new-catalogue DIR' makes one.")
    if paper != "-" and sys.stdin.isatty():
        with waiting_for_a_person():
            entry = _ask(entry)
    entry = with_page(entry)
    paths = origin_of(data).files()
    folders = [into, *paths] if into is not None else list(paths) or [data_folder()]
    concepts = _concepts(folders, {"goal": goals, "approach": approaches, "method": methods})
    with locked(folders[0], shared=into is None or dry_run) as folder:
        holdings = read_holdings([folder, *folders[1:]], may_be_empty=True)
        plan = plan_import(
            ReadingList(name=entry.file, entries=(entry,)),
            holdings,
            venues=known_venues(),
            is_list=False,
            needs_title=False,
            decisions={} if decision is None else {entry.line: decision},
        )
        work = plan.works.get(entry.line)
        if work is not None:
            plan.changes.added += placings_of(
                work, concepts["goal"], concepts["approach"], concepts["method"], holdings
            )
            if into is None:
                from aligngraph.curation.lacking import say_what_is_lacking
                from aligngraph.turtle.writer import write_turtle

                say_what_is_lacking(plan.changes, holdings)
                put_out([write_turtle(statements(plan.changes))])
            else:
                put_out([apply(plan.changes, holdings, folder, dry_run=dry_run)[1]])
    _tell(plan.report.new_works, work, plan.report.uncertain, missing(entry))
    if work is None:
        sys.exit(1)


def _from_stdin() -> Entry:
    from aligngraph.bibliography.entries import work_of
    from aligngraph.curation.reading import read_list
    from aligngraph.errors import ArgumentError
    from aligngraph.files.reading import read_stream

    reading, _, _ = read_list(read_stream(sys.stdin.buffer, "standard input", 1 << 20), "standard input", "bibtex")
    if len(reading.entries) != 1:
        problem = f": {reading.problems[0].reason}" if reading.problems else ""
        count = len(reading.entries) or "no"
        raise ArgumentError(
            f"standard input: {count} BibTeX entries, but one is expected{problem}. For many: aligngraph import."
        )
    entry = reading.entries[0]
    work = work_of(entry)
    return replace(entry, line=1, work=replace(work, evidence=work.evidence or "BibTeX entry added by hand"))


def _ask(entry: Entry) -> Entry:
    """Ask on the terminal for what is not known; an empty answer leaves it so."""
    from aligngraph.curation.add import completed, missing

    wanted = missing(entry)
    if not wanted:
        return entry
    click.echo("These facts are missing. Press Enter to leave one out.", err=True)

    def ask(name: str, text: str) -> str | None:
        if name not in wanted:
            return None
        return click.prompt(text, default="", show_default=False, err=True).strip() or None

    title = ask("title", "Title")
    byline = ask("authors", "Authors, separated by ;")
    year = ask("year", "Year")
    while year is not None and not (year.isdecimal() and 1450 <= int(year) <= 2100):
        year = ask("year", "Year, four digits")
    venue = ask("venue", "Venue")
    names = [name.strip() for name in (byline or "").split(";") if name.strip()]
    return completed(entry, title=title, authors=names, year=int(year) if year else None, venue=venue)


def _concepts(folders: Sequence[Path], wanted: dict[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the IRIs of the concepts named, by kind. Raise ArgumentError, with the nearest, for a wrong one."""
    found: dict[str, list[str]] = {kind: [] for kind in wanted}
    if not any(wanted.values()):
        return found
    from aligngraph.queries.parameters import resolve
    from aligngraph.queries.stored import Parameter
    from aligngraph.stores.open import open_catalogue

    backend = open_catalogue(folders, inferred=False)
    for kind, names in wanted.items():
        parameter = Parameter(kind, "concept", kind, f"a {kind}", "UNDEF")
        found[kind] = [str(resolve(parameter, name, backend).value) for name in names]
    return found


def _tell(new: dict[str, str], work: str | None, uncertain: Sequence[object], lacking: Sequence[str]) -> None:
    from aligngraph.curation.report import Question
    from aligngraph.rdf.namespaces import shorten

    terminal = terminal_of(sys.stderr)
    if work is None:
        for question in uncertain:
            assert isinstance(question, Question)
            said = f"{'; '.join(question.evidence)}: {', '.join(map(shorten, question.candidates))}"
            click.echo(
                terminal.data(f"Uncertain, so not added: {said}. Say which with --match WORK, or --match new."),
                err=True,
            )
        return
    click.echo(f"{shorten(work)} {'is new' if work in new else 'is here already'}.", err=True)
    if work in new and lacking:
        click.echo(f"Not known, which the record says: {', '.join(lacking)}.", err=True)
