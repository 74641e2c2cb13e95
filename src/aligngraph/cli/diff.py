"""``aligngraph diff``: what changed between two versions of a catalogue."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from aligngraph.cli.answers import put_out
from aligngraph.cli.options import (
    check_servers,
    command_limits,
    completing,
    connect,
    origin_of,
    to_location,
)
from aligngraph.text.plurals import count_of
from aligngraph.text.terminal import terminal_of

if TYPE_CHECKING:
    import pyoxigraph as ox

    from aligngraph.catalogue.sources import Source
    from aligngraph.stores.location import Location


@click.command()
@click.argument("old", shell_complete=completing("location"))
@click.argument("new", shell_complete=completing("location"))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown", "html", "patch", "json"]),
    default="text",
    show_default=True,
    help="Output format: markdown and html are for review, in terms of works; patch is an RDF Patch.",
)
@command_limits()
def command(
    old: str,
    new: str,
    format_: str,
    timeout: float,
) -> None:
    """Show what changed from OLD to NEW.

    Each is a file, a folder, a store that 'aligngraph load' made, or the address of a triplestore, as for 'pull'; '-'
    means the shipped data. Inferred statements are left out. Exit code 1: they differ.

    \b
    Examples:
      aligngraph diff - data
      aligngraph diff main-data data --format markdown
      aligngraph diff data http://localhost:7878 --format patch > changes.rdfp
    """
    from aligngraph.catalogue.diff import compare, compare_files, write_patch, write_text
    from aligngraph.catalogue.review import summary, write_html, write_markdown

    locations = [to_location([] if given == "-" else [given]) for given in (old, new)]
    check_servers(locations)
    if all(one.endpoint is None for one in locations):
        diff = compare_files(*map(_sources, locations))
    else:
        before, after = (_triples(one, timeout) for one in locations)
        diff = compare(before, after)
    if format_ == "text":
        terminal = terminal_of(sys.stdout)
        chunks = (terminal.data(line, lines=True) for line in write_text(diff))
        put_out(chunks, terminal=terminal)
        removed, about = count_of(len(diff.removed), "triple"), count_of(len(diff.things), "thing")
        click.echo(f"{removed} removed, {len(diff.added):,} added, {about}", err=True)
        if diff:
            click.echo(summary(diff), err=True)
    elif format_ in ("markdown", "html"):
        put_out(write_markdown(diff) if format_ == "markdown" else write_html(diff))
    elif format_ == "patch":
        put_out(write_patch(diff))
    else:
        things = [asdict(thing) for thing in diff.things]
        put_out([json.dumps(things, indent=2, ensure_ascii=False) + "\n"])
    sys.exit(1 if diff else 0)


def _triples(location: Location, seconds: float) -> Iterator[ox.Triple]:
    if location.endpoint is not None:
        store = connect(location.texts[0], seconds)
        # Only the data's own graphs: a store may also hold the ontology, inferred statements, and data of others.
        return (triple for _, triples in store.read(store.chosen()) for triple in triples)
    from aligngraph.catalogue.sources import read_quads

    return (quad.triple for quad in read_quads(_sources(location)))


def _sources(location: Location) -> Sequence[Source]:
    from aligngraph.catalogue.sources import find_sources

    return find_sources(origin_of(location).files(), ontology=False)
