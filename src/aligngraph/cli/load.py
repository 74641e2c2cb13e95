"""``aligngraph load``: a store on disk."""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic

import click

from aligngraph.catalogue.sources import find_sources
from aligngraph.cli.options import REQUEST_SECONDS, Origin, catalogue_options
from aligngraph.stores.disk import load
from aligngraph.text.plurals import count_of
from aligngraph.text.terminal import terminal_of

_BAR = 30
_QUIET = 1.0
_EVERY = 0.1


class Bar:
    """A progress bar on stderr: only on a terminal, and only for what takes longer than a second."""

    def __init__(self) -> None:
        self._shown = False
        self._next = monotonic() + _QUIET
        self._on_terminal = sys.stderr.isatty()
        self._doing = ""

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Show what is being done, and how much of it."""
        now = monotonic()
        if not self._on_terminal or (now < self._next and not (self._shown and doing != self._doing)):
            return
        self._next, self._shown, self._doing = now + _EVERY, True, doing
        part = done / total if total else 0.0
        bar = f"[{'#' * int(part * _BAR):<{_BAR}}] {part:4.0%}" if total else "…"
        click.echo(f"\r\x1b[K{doing} {bar}", nl=False, err=True)

    def end(self) -> None:
        """Wipe it away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)


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
