"""``aligngraph pull``: the catalogue out of a triplestore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aligngraph.cli.options import force_option, triplestore_options
from aligngraph.cli.progress import Bar
from aligngraph.text.plurals import count_of

if TYPE_CHECKING:
    from aligngraph.stores.triplestore import Triplestore


@click.command(short_help="Copy the catalogue out of a triplestore, as Turtle files.")
@triplestore_options(writes=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", required=True, help="Folder to write.")
@force_option
def command(connect: Callable[[], Triplestore], output: Path, force: bool) -> None:
    """Copy the graphs of the catalogue out of the triplestore at URL, as canonical Turtle in the folder DIR.

    Only graphs below https://w3id.org/aligngraph/graph/ are read; each makes a file of its name. Inferred statements
    are left out, since every command that reads the files infers them again; so are the ontology, shapes and mappings,
    which come with aligngraph. DIR is written when everything has
    arrived; otherwise it stays as it was. With --force, files of the same names are replaced.

    \b
    Examples:
      aligngraph pull http://localhost:7878 -o pulled
      aligngraph diff - pulled
    """
    from aligngraph.files.atomic import check_folder, write_folder
    from aligngraph.stores.pull import files_of

    check_folder(output, force=force)
    store = connect()
    counts = store.chosen()
    total = sum(counts.values())
    bar = Bar()

    def counted() -> Iterator[tuple[str, str]]:
        done = 0
        for count, file in zip(counts.values(), files_of(store, counts), strict=True):
            done += count
            bar("Reading", done, total)
            yield file

    try:
        count = write_folder(output, counted(), force=force)
    finally:
        bar.end()
    click.echo(f"{count_of(total, 'triple')} in {count_of(count, 'file')} in {output}", err=True)
