"""``aligngraph describe``: the catalogue's counts as VoID, and labels, both made from its records."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from aligngraph.cli.answers import put_out
from aligngraph.cli.options import REQUEST_SECONDS, Origin, catalogue_options, force_option, output_option


@click.command()
@output_option
@force_option
@click.option(
    "--check", type=click.Path(path_type=Path), metavar="FILE", help="Write nothing; exit 1 if FILE is out of date."
)
@click.option(
    "--labels",
    is_flag=True,
    help="Write labels of what has none, and standard terms (FOAF, DCTERMS, schema.org), instead of counts.",
)
@catalogue_options(timeout=REQUEST_SECONDS)
def command(output: Path | None, force: bool, check: Path | None, labels: bool, origin: Origin) -> None:
    """Count what the catalogue holds, and write the counts as VoID (Turtle).

    Inferred statements are not counted. With --labels, write what is made from the records instead of counts: a label
    for each publication, listing, link, authorship, placing and correction, names and dates in standard terms.

    \b
    Examples:
      aligngraph describe
      aligngraph describe --data data -o data/statistics.ttl --force
      aligngraph describe --data data --labels -o data/labels.ttl --force
      aligngraph describe --data http://localhost:7878/query
    """
    from aligngraph.catalogue.labels import label
    from aligngraph.catalogue.sources import find_sources, read_bytes, read_quads
    from aligngraph.catalogue.void import describe
    from aligngraph.turtle.writer import write_turtle

    made = label if labels else describe
    turtle = write_turtle(made(read_quads(find_sources(origin.files(), ontology=False))))
    if check is None:
        put_out([turtle], output=output, force=force)
    elif read_bytes(check).decode("utf-8", "replace") != turtle:
        option = "--labels " if labels else ""
        click.echo(f"{check}: out of date. 'aligngraph describe {option}-o {check} --force' updates it.", err=True)
        sys.exit(1)
