"""``aligngraph link``: the same things in other catalogues, and what a record lacks filled in from there."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aligngraph.cli.answers import put_out
from aligngraph.cli.import_ import own_data
from aligngraph.cli.options import command_limits
from aligngraph.errors import CatalogueError
from aligngraph.text.plurals import count_of
from aligngraph.text.terminal import terminal_of

if TYPE_CHECKING:
    from aligngraph.linking.run import Result
    from aligngraph.linking.write import Outcome

_KINDS = ("works", "people", "venues", "artifacts", "concepts")


@click.command(short_help="Find the same things in other catalogues.")
@click.argument("things", nargs=-1, metavar="[THING]...")
@click.option("--to", "to", multiple=True, metavar="SOURCE", help="Where to look: a file or folder. May be repeated.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    help="Kind of things to look for. May be repeated.  [default: works and people]",
)
@click.option("--complete", is_flag=True, help="Fill in what a record lacks and the source has.")
@click.option("--accept", is_flag=True, help="Also write what title, first author and year decided.")
@click.option(
    "--review",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take back the decisions in FILE, a review table that was filled in. Looks for nothing.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Data folder to read and to write to.  [default: 'data' of the checkout]",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; print the diff.")
@command_limits("0", asks_stores=False)
def command(
    things: Sequence[str],
    to: Sequence[str],
    kinds: Sequence[str],
    complete: bool,
    accept: bool,
    review: Path | None,
    into: Path | None,
    dry_run: bool,
) -> None:
    """Find the works, people, venues, artifacts and concepts of a catalogue in other catalogues, and link them.

    A SOURCE is a file of BibTeX, CSL-JSON or RIS, or a folder of such files. A THING is given by IRI, CURIE or the last
    part of its IRI; without any, all are looked for.

    What an identifier and the title decide is written into the files of the folder. What a person has to look at is
    printed as a table of SSSOM: fill in the column reviewer_label, and give it back with --review.

    Exit code 0: done; 1: there is something for a person to look at; 2: it could not be done.

    \b
    Examples:
      aligngraph link --to anthology.bib --dry-run
      aligngraph link --to anthology.bib --complete > review.sssom.tsv
      aligngraph link --review review.sssom.tsv
    """
    from aligngraph.curation.files import apply
    from aligngraph.curation.holdings import read_holdings
    from aligngraph.files.transactions import locked

    if review is None and not to:
        raise click.UsageError("Say where to look with --to, for example --to anthology.bib.")
    if review is not None and (to or things):
        raise click.UsageError("--review takes decisions back and looks for nothing: leave --to and THING out.")
    into = into or own_data()
    if not into.is_dir():
        raise CatalogueError(f"{into}: no such folder.")
    with locked(into, shared=dry_run) as folder:
        holdings = read_holdings([folder])
        if review is not None:
            from aligngraph.files.reading import read_file
            from aligngraph.linking.review import read_review, take_back
            from aligngraph.text.encoding import decode

            decided = read_review(decode(read_file(review, 64 << 20), str(review)), str(review), holdings)
            outcome = take_back(decided, holdings)
            count, diff = apply(outcome.changes, holdings, folder, dry_run=dry_run)
            put_out([diff])
            _say(
                f"{len(outcome.written)} links kept, {len(decided.rejected)} rejected, {decided.open} rows without a "
                "reviewer left open"
            )
            _list("Not written", outcome.wrong)
            _list("Notes", outcome.notes)
            _say(f"{count_of(count, 'file')} {'would change' if dry_run else 'changed'}.")
            return
        from aligngraph.cli.load import Bar
        from aligngraph.linking.run import Request, link

        bar = Bar()
        request = Request(
            tuple(kinds) or ("works", "people"), tuple(things), tuple(map(Path, to)), complete=complete, accept=accept
        )
        try:
            result = link(holdings, request, progress=bar)
        finally:
            bar.end()
        count, diff = apply(result.outcome.changes, holdings, folder, dry_run=dry_run)
    _report(result)
    _say(f"{count_of(count, 'file')} {'would change' if dry_run else 'changed'}.")
    if dry_run:
        put_out([diff])
    elif result.outcome.review:
        from aligngraph.linking.review import review_table

        put_out(review_table(result.outcome.review))
    if result.outcome.review or result.outcome.wrong:
        sys.exit(1)


def _report(result: Result) -> None:
    from aligngraph.linking.write import counts_of

    outcome: Outcome = result.outcome
    if result.files:
        entries = count_of(result.entries, "entry", "entries")
        _say(f"Read {entries} in {count_of(result.files, 'file')}.")
    if result.skipped:
        kinds = ", ".join(f"{ending} ({number})" for ending, number in sorted(result.skipped.items())[:8])
        _say(f"Files of other kinds were left out: {kinds}.")
    counts = counts_of(result.decisions)
    _say(", ".join(f"{counts.get(name, 0)} {name}" for name in ("found", "review", "wrong identifier", "not found")))
    _say(
        f"{count_of(len(outcome.written), 'link')} and {count_of(len(outcome.completed), 'value')} to write, "
        f"{count_of(len(outcome.review), 'link')} to review"
    )
    _list("Look at these", outcome.wrong)
    _list("The source says otherwise; nothing was changed", outcome.differences)
    _list("Notes", outcome.notes)
    _list("Could not be read", [f"{one.file}, line {one.line}: {one.text}: {one.reason}" for one in result.problems])


def _list(heading: str, lines: Sequence[str]) -> None:
    lines = list(dict.fromkeys(lines))
    if lines:
        _say(f"{heading} ({len(lines)}):")
        for line in lines:
            _say(f"  {line}")


def _say(text: str) -> None:
    click.echo(terminal_of(sys.stderr).data(text), err=True)
