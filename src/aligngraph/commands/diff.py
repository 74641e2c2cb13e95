"""``aligngraph diff``: what changed between two versions of a catalogue."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aligngraph.commands.answers import put_out
from aligngraph.terminal import terminal_of

if TYPE_CHECKING:
    import pyoxigraph as ox


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "patch", "json"]),
    default="text",
    show_default=True,
    help="For people, as an RDF Patch, or as JSON.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def command(old: str, new: str, format_: str, output: Path | None, force: bool) -> None:
    """Show what changed from OLD to NEW.

    Each is a file, a folder or the address of a SPARQL endpoint; '-' stands for the shipped data. What follows by
    reasoning is left out. Exits with 1 where they differ.

    \b
    Examples:
      aligngraph diff - data
      aligngraph diff data http://localhost:7878/query --format patch
    """
    from aligngraph.diffing import compare, write_patch, write_text

    diff = compare(_triples(old), _triples(new))
    if format_ == "text":
        terminal = terminal_of(sys.stdout)
        chunks = (terminal.data(line, lines=True) for line in write_text(diff))
        put_out(chunks, output=output, force=force, terminal=terminal)
        click.echo(f"{len(diff.removed)} triples removed, {len(diff.added)} added, {len(diff.things)} things", err=True)
    elif format_ == "patch":
        put_out(write_patch(diff), output=output, force=force)
    else:
        things = [asdict(thing) for thing in diff.things]
        put_out([json.dumps(things, indent=2, ensure_ascii=False) + "\n"], output=output, force=force)
    sys.exit(1 if diff else 0)


def _triples(where: str) -> Iterator[ox.Triple]:
    from aligngraph.namespaces import GRAPH, INFERRED_GRAPH

    if where.startswith(("http://", "https://")):
        from aligngraph.remote import Remote

        # Only the data's own graphs: a store may hold the terms, what follows, and things that are not ours.
        return Remote(where).construct(
            f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
              GRAPH ?g {{ ?s ?p ?o }}
              FILTER (STRSTARTS(STR(?g), "{GRAPH}") && STR(?g) != "{INFERRED_GRAPH}"
                && !STRSTARTS(STR(?g), "{GRAPH}ontology/"))
            }}"""
        )
    from aligngraph.catalogue import find_sources, read_quads

    data = [] if where == "-" else [Path(where)]
    return (quad.triple for quad in read_quads(find_sources(data, ontology=False)))
