"""``aligngraph load``: a store on disk."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from aligngraph.catalogue.sources import find_sources
from aligngraph.cli.options import REQUEST_SECONDS, Origin, catalogue_options
from aligngraph.cli.progress import Bar
from aligngraph.stores.disk import load
from aligngraph.text.plurals import count_of
from aligngraph.text.terminal import terminal_of


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@catalogue_options(timeout=REQUEST_SECONDS, inferred=True)
def command(folder: Path, origin: Origin) -> None:
    """Build a store on disk in DIR, which every reading command opens with --data DIR.

    A store opens in the same time however large it is. A store that this command made in DIR is replaced when the new
    one is complete. Data may be Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD, and compressed (.gz).

    \b
    Examples:
      aligngraph load catalogue.store
      aligngraph load catalogue.store --data data --no-inferred
      aligngraph query works-by-goal --data catalogue.store
    """
    bar = Bar()
    notices: list[str] = []
    try:
        count = load(folder, find_sources(origin.files()), inferred=origin.inferred, progress=bar, tell=notices.append)
    finally:
        bar.end()
    for line in notices:
        click.echo(terminal_of(sys.stderr).data(line), err=True)
    click.echo(f"{count_of(count, 'triple')} in {folder}", err=True)
