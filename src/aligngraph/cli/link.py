"""``aligngraph link``: the same things in other catalogues, and what a record lacks filled in from there."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import contextmanager
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
    from collections.abc import Iterator

    from aligngraph.curation.holdings import Holdings
    from aligngraph.linking.asking import Asker
    from aligngraph.linking.records import Record, Wanted
    from aligngraph.linking.run import Request, Result
    from aligngraph.linking.write import Outcome

_KINDS = ("works", "people", "venues", "artifacts", "concepts")


@click.command(short_help="Find the same things in other catalogues.")
@click.argument("things", nargs=-1, metavar="[THING]...")
@click.option(
    "--to",
    "to",
    multiple=True,
    metavar="SOURCE",
    help="Where to look: openalex, crossref, datacite, dblp, wikidata, semanticscholar, orcid, huggingface, or all (of "
    "these); or a file or folder of BibTeX, CSL-JSON or RIS. May be repeated.",
)
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
@click.option("--dry-run", is_flag=True, help="Send and write nothing; say how many requests go where; print the diff.")
@click.option("--mailto", metavar="ADDRESS", help="E-mail address for the sources to write to, which several ask for.")
@click.option(
    "--budget",
    type=click.FloatRange(0),
    default=0.5,
    show_default=True,
    metavar="USD",
    help="Stop asking what costs something at this sum.",
)
@click.option("--offline", is_flag=True, help="Send nothing: decide by the answers that were kept, however old.")
@click.option(
    "--at", "places", multiple=True, metavar="NAME=URL", help="Another address for a source. May be repeated."
)
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
    mailto: str | None,
    budget: float,
    offline: bool,
    places: Sequence[str],
) -> None:
    """Find the works, people, venues, artifacts and concepts of a catalogue in other catalogues, and link them.

    A THING is given by IRI, CURIE or the last part of its IRI; without any, all are looked for. Answers of sources are
    kept, so that a command that was stopped goes on where it was, and nothing is asked for twice. Keys are read from
    the environment: OPENALEX_API_KEY, S2_API_KEY.

    What an identifier and the title decide is written into the files of the folder. What a person has to look at is
    printed as a table of SSSOM: fill in the column reviewer_label, and give it back with --review.

    Exit code 0: done; 1: there is something for a person to look at, or a source failed; 2: it could not be done.

    \b
    Examples:
      aligngraph link --to anthology.bib --dry-run
      aligngraph link --to openalex --to crossref --mailto me@example.org > review.sssom.tsv
      aligngraph link --review review.sssom.tsv
    """
    from aligngraph.curation.files import apply
    from aligngraph.files.transactions import locked

    if review is None and not to:
        raise click.UsageError("Say where to look with --to, for example --to openalex or --to anthology.bib.")
    if review is not None and (to or things):
        raise click.UsageError("--review takes decisions back and looks for nothing: leave --to and THING out.")
    into = into or own_data()
    if not into.is_dir():
        raise CatalogueError(f"{into}: no such folder.")
    if review is not None:
        _take_back(review, into, dry_run=dry_run)
        return
    files, sources = _places_of(to)
    from aligngraph.linking.run import Request

    chosen = tuple(kinds) or ("works", "people")
    request = Request(chosen, tuple(things), files, complete=complete, accept=accept)
    with _asker(sources, places, mailto, budget, offline=offline or dry_run, old=offline) as asker:
        # Nobody is kept out of the folder while others answer.
        with locked(into, shared=True) as folder:
            holdings = _read(folder)
        result = _link(holdings, request, asker, plan=dry_run and not offline)
        with locked(into, shared=dry_run) as folder:
            count, diff = apply(result.outcome.changes, holdings, folder, dry_run=dry_run)
    _report(result)
    if asker is not None:
        _report_sources(asker, dry_run=dry_run)
    _say(f"{count_of(count, 'file')} {'would change' if dry_run else 'changed'}.")
    if dry_run:
        put_out([diff])
    elif result.outcome.review:
        from aligngraph.linking.review import review_table

        put_out(review_table(result.outcome.review))
    if asker is None and not result.entries:
        # What was named is no bibliography, which was said.
        sys.exit(2)
    if result.outcome.review or result.outcome.wrong or (asker is not None and asker.problems):
        sys.exit(1)


def _read(folder: Path) -> Holdings:
    from aligngraph.curation.holdings import read_holdings

    return read_holdings([folder])


def _places_of(to: Sequence[str]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the files and folders, and the names of sources. Raise ArgumentError for what is neither."""
    from aligngraph.linking.asking import sources_named
    from aligngraph.linking.sources import SOURCES

    names = [one for one in to if one in (*SOURCES, "all")]
    files = [Path(one) for one in to if one not in names]
    for path in files:
        if not path.exists():
            raise CatalogueError(
                f"{path}: there is no such file or folder, and no source of this name. Sources are "
                f"{', '.join(SOURCES)}."
            )
    return tuple(files), sources_named(names)


@contextmanager
def _asker(
    sources: tuple[str, ...], places: Sequence[str], contact: str | None, budget: float, *, offline: bool, old: bool
) -> Iterator[Asker | None]:
    """Give what asks *sources*, None where there are none; progress and waits are shown on a terminal."""
    at = {}
    for text in places:
        name, equals, url = text.partition("=")
        if not equals:
            raise click.UsageError(
                f"--at {text!r}: write a source and its address, as in openalex=http://localhost:8000."
            )
        at[name] = url
    if not sources:
        if at:
            raise click.UsageError("--at is for sources that are asked over the network: name one with --to.")
        yield None
        return
    from aligngraph.cli.progress import Bar
    from aligngraph.linking.asking import Asker, Settings
    from aligngraph.linking.state import State
    from aligngraph.stores.cache import cache_folder

    bar = Bar()
    state = State(cache_folder() / "answers.sqlite", for_ever=old)
    try:
        yield Asker(
            Settings(sources, at, contact, budget, offline), state, progress=bar, on_wait=lambda text: _say(text)
        )
    finally:
        bar.end()
        state.close()


def _link(holdings: Holdings, request: Request, asker: Asker | None, *, plan: bool) -> Result:
    from aligngraph.cli.progress import Bar
    from aligngraph.linking.run import link

    def ask(wanted: Sequence[Wanted]) -> dict[str, list[Record]]:
        assert asker is not None
        for line in asker.plan(wanted) if plan else ():
            _say(str(line))
        return asker(wanted)

    bar = Bar()
    try:
        return link(holdings, request, ask=ask if asker is not None else None, progress=bar)
    finally:
        bar.end()


def _take_back(review: Path, into: Path, *, dry_run: bool) -> None:
    from aligngraph.curation.files import apply
    from aligngraph.files.reading import read_file
    from aligngraph.files.transactions import locked
    from aligngraph.linking.review import read_review, take_back
    from aligngraph.text.encoding import decode

    text = decode(read_file(review, 64 << 20), str(review))
    with locked(into, shared=dry_run) as folder:
        holdings = _read(folder)
        decided = read_review(text, str(review), holdings)
        outcome = take_back(decided, holdings)
        count, diff = apply(outcome.changes, holdings, folder, dry_run=dry_run)
    put_out([diff])
    _say(
        f"{count_of(len(outcome.written), 'link')} kept, {len(decided.rejected)} rejected; "
        f"{count_of(decided.open, 'row')} without a reviewer left open"
    )
    _list("Not written", outcome.wrong)
    _list("Notes", outcome.notes)
    _say(f"{count_of(count, 'file')} {'would change' if dry_run else 'changed'}.")


def _report_sources(asker: Asker, *, dry_run: bool) -> None:
    for one in asker.done:
        if not dry_run:
            _say(f"{one.source}: {count_of(one.sent, 'request')} sent, {one.found} of {one.things} things found there")
        if not one.things:
            _say(f"{one.source} knows nothing of the kind that is looked for.")
    if asker.spent:
        _say(f"${asker.spent:.4f} of ${asker.settings.budget:g} spent")
    _list("Sources", asker.problems)


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
    _list("The source says otherwise; nothing was changed", outcome.differences.lines)
    _list("Notes", outcome.notes)
    _list(
        "Could not be read",
        [": ".join(filter(None, [f"{one.file}, line {one.line}", one.text, one.reason])) for one in result.problems],
    )


def _list(heading: str, lines: Sequence[str]) -> None:
    lines = list(dict.fromkeys(lines))
    if lines:
        _say(f"{heading} ({len(lines)}):")
        for line in lines:
            _say(f"  {line}")


def _say(text: str) -> None:
    click.echo(terminal_of(sys.stderr).data(text), err=True)
