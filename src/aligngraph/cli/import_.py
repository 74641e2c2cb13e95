"""``aligngraph import``: reading lists and bibliographies in, Turtle out."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aligngraph.catalogue.sources import data_folder
from aligngraph.cli.answers import put_out
from aligngraph.cli.options import command_limits, data_option, into_option, origin_of
from aligngraph.curation.reading import FORMATS, known_venues, read_list
from aligngraph.errors import CatalogueError
from aligngraph.files.reading import read_file, read_stream
from aligngraph.text.plurals import count_of
from aligngraph.text.terminal import terminal_of

if TYPE_CHECKING:
    from aligngraph.bibliography.entries import ReadingList
    from aligngraph.curation.headings import HeadingMap
    from aligngraph.curation.holdings import Holdings
    from aligngraph.curation.plan import Plan
    from aligngraph.curation.report import ImportReport
    from aligngraph.stores.location import Location

STDIN = Path("-")
_MOST = 64 << 20
"""Bytes of a list."""


@click.command(short_help="Turn a reading list or bibliography into Turtle.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Format of FILE.  [default: auto-detect, by its ending, then by how it begins]",
)
@click.option("--survey", metavar="NAME", help="Survey that the list belongs to: its title, or the name in its IRI.")
@into_option
@click.option("--dry-run", is_flag=True, help="Write nothing; print the diff.")
@click.option(
    "--match",
    "matches",
    multiple=True,
    metavar="LINE=WORK",
    help="Decide about an uncertain entry: the work that it is, or 'new'. May be repeated.",
)
@click.option(
    "--map",
    "table",
    type=click.Path(path_type=Path),
    metavar="TABLE",
    help="Table of what the headings mean. With --into it is kept beside the survey, and used from then on.",
)
@click.option(
    "--suggest-map", is_flag=True, help="Write such a table for FILE, to be corrected by hand; import nothing."
)
@click.option(
    "--report",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Report format; json goes to standard output.",
)
@data_option
@command_limits("0", asks_stores=False)
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    format_: str | None,
    survey: str | None,
    into: Path | None,
    dry_run: bool,
    matches: Sequence[str],
    table: Path | None,
    suggest_map: bool,
    report: str,
    data: Location,
) -> None:
    """Turn a reading list (Markdown) or a bibliography (BibTeX, CSL-JSON, RIS) into Turtle.

    FILE is '-' for standard input, or a file in one of these formats:

    \b
      markdown  .md    reading list
      bibtex    .bib   bibliography, BibTeX or BibLaTeX
      csl       .json  bibliography, CSL-JSON as Zotero writes it
      ris       .ris   bibliography, RIS

    Entries are matched to the works of the catalogue; the others become new works. Without --into, the Turtle of the
    new works is printed. With it, they are merged into the files of the folder: all of them, or none.

    A heading means the concept whose label it is. For a list with other headings, --suggest-map writes a table of them,
    and --map imports by that table. For a bibliography, it is a table of keywords and groups.

    Exit code 0: done; 1: the report names entries that a person must decide about; 2: it could not be done.

    \b
    Examples:
      aligngraph import list.md --dry-run
      aligngraph import list.md --into data
      aligngraph import list.md --suggest-map > headings.tsv
      aligngraph import list.md --map headings.tsv --into data
      aligngraph import library.bib > new.ttl
    """
    # What is built here lives to the end; looking through it for cycles would take a quarter of the time.
    gc.disable()
    ctx.call_on_close(gc.enable)
    decisions = decisions_of(matches)
    name = "standard input" if file == STDIN else file.name
    content = read_stream(sys.stdin.buffer, name, _MOST) if file == STDIN else read_file(file, _MOST)
    reading, found, notice = read_list(content, name, format_)
    is_list = found == "markdown"
    if survey is not None and not is_list:
        raise click.UsageError("--survey is for reading lists: a bibliography has no sections.")
    if dry_run and into is None:
        into = own_data()
    paths = origin_of(data).files()
    if suggest_map:
        put_out([_suggest(reading, into, paths, survey, table, is_list=is_list)])
        return
    if into is None:
        from aligngraph.curation.holdings import read_holdings

        holdings = read_holdings(paths or (data_folder(),))
        plan = _plan(reading, holdings, survey, decisions, table, None, is_list=is_list)
        _give(plan, None, report, notice)
    else:
        plan = _merge(reading, into, paths, survey, decisions, table, report, notice, is_list=is_list, dry_run=dry_run)
    if plan.report.needs_a_person:
        sys.exit(1)


def own_data() -> Path:
    """Return the data folder of the checkout that one stands in, else the shipped one."""
    here = Path("data")
    return here if here.is_dir() and Path("ontology").is_dir() else data_folder()


def decisions_of(texts: Sequence[str]) -> dict[int, str]:
    """Return what "LINE=WORK" says, by line. Raise UsageError."""
    decisions = {}
    for text in texts:
        line, equals, work = text.partition("=")
        if not equals or not line.strip().isdecimal() or not work.strip():
            raise click.UsageError(f"--match {text!r}: write the entry's line and the work, as in 12=rafailov2023-dpo.")
        decisions[int(line)] = work.strip()
    return decisions


def _table(table: Path | None, holdings: Holdings) -> HeadingMap | None:
    """Return the table of headings that is given."""
    from aligngraph.curation.concepts import Meanings
    from aligngraph.curation.headings import read_heading_map

    return None if table is None else read_heading_map(read_file(table), table.name, Meanings([holdings]))


def _suggest(
    reading: ReadingList,
    into: Path | None,
    paths: Sequence[Path],
    survey: str | None,
    table: Path | None,
    *,
    is_list: bool,
) -> str:
    from aligngraph.curation.holdings import read_holdings
    from aligngraph.curation.plan import suggest_table

    if into is not None and not into.is_dir():
        raise CatalogueError(f"{into}: no such folder. 'aligngraph new-catalogue DIR' makes one.")
    folders = [into, *paths] if into is not None else list(paths) or [data_folder()]
    holdings = read_holdings(folders)
    given = _table(table, holdings)
    return suggest_table(reading, holdings, survey=survey, is_list=is_list, table=given, folder=into)


def _plan(
    reading: ReadingList,
    holdings: Holdings,
    survey: str | None,
    decisions: dict[int, str],
    table: Path | None,
    folder: Path | None,
    *,
    is_list: bool,
) -> Plan:
    from aligngraph.cli.progress import Bar
    from aligngraph.curation.plan import plan_import

    bar = Bar()
    total, done = len(reading.entries), 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        bar("Matching", done, total)

    try:
        return plan_import(
            reading,
            holdings,
            venues=known_venues(),
            survey=survey,
            is_list=is_list,
            decisions=decisions,
            table=_table(table, holdings),
            folder=folder,
            progress=progress,
        )
    finally:
        bar.end()


def _merge(
    reading: ReadingList,
    into: Path,
    data: Sequence[Path],
    survey: str | None,
    decisions: dict[int, str],
    table: Path | None,
    report: str,
    notice: str | None,
    *,
    is_list: bool,
    dry_run: bool,
) -> Plan:
    from aligngraph.curation.files import apply
    from aligngraph.curation.holdings import read_holdings
    from aligngraph.files.transactions import locked

    if not into.is_dir():
        raise CatalogueError(f"{into}: no such folder. 'aligngraph new-catalogue DIR' makes one.")
    with locked(into, shared=dry_run) as folder:
        holdings = read_holdings([folder, *data], may_be_empty=True)
        plan = _plan(reading, holdings, survey, decisions, table, folder, is_list=is_list)
        count, diff = apply(plan.changes, holdings, folder, dry_run=dry_run, kept=plan.kept)
    if dry_run:
        _give(plan, diff, report, notice)
    else:
        _report(plan.report, report, notice, more={"files_changed": count})
        if report == "text":
            click.echo(f"{count_of(count, 'file')} of {into} changed.", err=True)
    return plan


def _give(plan: Plan, diff: str | None, report: str, notice: str | None) -> None:
    """Put out the diff, or else the Turtle, and the report; the report takes the standard output as JSON."""
    if diff is not None:
        text = diff
    else:
        from aligngraph.curation.plan import statements
        from aligngraph.turtle.writer import write_turtle

        text = write_turtle(statements(plan.changes))
    more: dict[str, object] = {"diff": diff} if diff is not None else {}
    if report == "text":
        put_out([text])
    elif diff is None:
        more = {"turtle": text}
    _report(plan.report, report, notice, more=more)


def _report(report: ImportReport, form: str, notice: str | None, *, more: dict[str, object]) -> None:
    if form == "json":
        said = {**json.loads(report.as_json()), **more, "notice": notice}
        put_out([json.dumps(said, ensure_ascii=False, indent=2) + "\n"])
        return
    terminal = terminal_of(sys.stderr)
    for line in [*([f"Note: {notice}"] if notice else []), *report.lines()]:
        click.echo(terminal.data(line), err=True)
