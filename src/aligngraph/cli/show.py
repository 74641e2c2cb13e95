"""``aligngraph show``: one thing, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from aligngraph.cli.options import (
    ANSWER_SECONDS,
    Origin,
    catalogue_options,
    completing,
    naming_further_lists,
    text_or_json_option,
)
from aligngraph.queries.search import AmbiguousError, Candidate, find_one
from aligngraph.text.terminal import Terminal, terminal_of
from aligngraph.views.page import candidate_lines, render
from aligngraph.views.show import describe

_MOST_CANDIDATES = 20


@click.command(short_help="Show one thing: a work, person, venue, artifact or concept.")
@click.argument("words", nargs=-1, required=True, metavar="THING...", shell_complete=completing("thing"))
@click.option("--all", "everything", is_flag=True, help="Show long lists in full.")
@text_or_json_option
@catalogue_options(timeout=ANSWER_SECONDS, inferred=True)
def command(words: tuple[str, ...], everything: bool, name: str, origin: Origin) -> None:
    """Show one thing: what it is, where the page lists it, what it is about, and where to find it.

    THING is one of: an arXiv, DOI, ACL Anthology or OpenReview identifier or address; a short name
    (work:rafailov2023-dpo) or IRI; the acronym or name of a work, artifact, venue, person or concept; a citation
    (Ouyang et al. 2022); words of a title, as published or as printed on the page.

    \b
    Examples:
      aligngraph show dpo
      aligngraph show 2305.18290
      aligngraph show moral stories
      aligngraph show --all "Yejin Choi"
    """
    backend = origin.open()
    terminal = terminal_of(sys.stdout)
    try:
        with naming_further_lists(origin.location):
            found = find_one(backend, " ".join(words))
    except AmbiguousError as error:
        for line in _choices(error.candidates, terminal_of(sys.stderr)):
            error.add_note(line)
        raise
    page = describe(backend, found.iri)
    if name == "json":
        import json

        click.echo(json.dumps(page.as_data(), ensure_ascii=not terminal.unicode, indent=2))
    else:
        click.echo(render(page, terminal, everything=everything), nl=False, color=terminal.colour)


def _choices(candidates: list[Candidate], terminal: Terminal) -> Iterator[str]:
    shown = candidates[:_MOST_CANDIDATES]
    yield from candidate_lines([(one.kind, one.label, one.curie) for one in shown], terminal)
    hidden = len(candidates) - len(shown)
    if hidden:
        yield f"  and {hidden:,} more; add a word to narrow the search."
