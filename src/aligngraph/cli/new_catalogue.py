"""``aligngraph new-catalogue``: an empty catalogue for somebody's own reading list."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Create an empty catalogue for your own reading list.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--title", metavar="TEXT", help="Title.  [default: the folder's name]")
def command(folder: Path, title: str | None) -> None:
    """Create an empty catalogue in DIR, a new or empty folder: a description of it, and the taxonomy.

    Every command works on it: --into DIR to write, --data DIR to read. To read it together with another catalogue, give
    both: --data DIR --data OTHER. Each statement keeps the graph of the file that it comes from. The licence is CC0
    unless you write another into DIR/catalogue.ttl.

    \b
    Examples:
      aligngraph new-catalogue my-list --title "Reading group, autumn"
      aligngraph import list.md --into my-list
    """
    from aligngraph.curation.new_catalogue import default_title, new_catalogue
    from aligngraph.files.atomic import check_folder, write_folder

    check_folder(folder, force=None)
    write_folder(folder, new_catalogue(title or default_title(folder)))
    click.echo(f"{folder}: an empty catalogue. Next: aligngraph import FILE --into {folder}", err=True)
