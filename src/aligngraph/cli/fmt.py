"""``aligngraph fmt``: canonical Turtle, in place or checked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from aligngraph.catalogue.sources import is_installed, ontology_folder
from aligngraph.cli.options import command_limits
from aligngraph.errors import AligngraphError, CatalogueError
from aligngraph.files.reading import read_file, read_stream
from aligngraph.files.scanning import files_below
from aligngraph.text.plurals import count_of
from aligngraph.text.terminal import terminal_of
from aligngraph.turtle.formatter import format_turtle
from aligngraph.turtle.syntax_errors import decode_turtle

STDIN = Path("-")
_MOST = 64 << 20
"""Bytes of a file that is put into form, which takes thirty times as much memory."""


@dataclass(frozen=True)
class Formatted:
    """A file, what it holds, and what it should."""

    path: Path
    before: bytes
    after: bytes

    @property
    def changed(self) -> bool:
        """Whether the two differ, be it by a byte order mark."""
        return self.before != self.after


def turtle_files(paths: Sequence[Path]) -> list[Path]:
    """Return the Turtle files that *paths* name or hold; those of the checkout where *paths* is empty.

    Raise CatalogueError where a path is missing, is not Turtle file, or holds none.
    """
    found: dict[Path, None] = {}
    for path in paths or _checkout():
        if path.is_dir():
            inside = files_below(str(path), (".ttl",))
            if not inside:
                raise CatalogueError(f"{path}: no Turtle file (*.ttl) in this folder.")
            found.update(dict.fromkeys(inside))
        elif not path.exists():
            raise CatalogueError(f"{path}: no such file or folder.")
        elif path.suffix.lower() != ".ttl":
            raise CatalogueError(f"{path}: not a Turtle file (*.ttl). For other text use '-', standard input.")
        else:
            found[path] = None
    return list(found)


def _checkout() -> tuple[Path, ...]:
    here = (Path("ontology"), Path("data"))
    if all(path.is_dir() for path in here):
        return here
    if is_installed():
        raise CatalogueError("no 'ontology' and 'data' folders here. Name the files or folders to format.")
    root = ontology_folder().parent
    return root / "ontology", root / "data"


def format_file(path: Path) -> Formatted:
    """Return what *path* holds and its canonical form; raise CatalogueError or CannotFormatError."""
    before = read_file(path, _MOST)
    return Formatted(path, before, format_turtle(decode_turtle(before, str(path)), str(path)).encode())


@click.command(short_help="Put Turtle files into canonical form.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--check", is_flag=True, help="Write nothing; name the files that would change, and exit 1 if there are any."
)
@command_limits("0", asks_stores=False)
def command(paths: tuple[Path, ...], check: bool) -> None:
    """Put Turtle files into canonical form, in place.

    PATH is a file or folder; default: the ontology and data of the checkout; '-' reads standard input and writes to
    standard output. Statements and comments are kept; a file whose comments can't be kept is refused. Nothing is
    written unless every file can be formatted.

    \b
    Examples:
      aligngraph fmt --check
      aligngraph fmt data/works/rafailov2023-dpo.ttl
      aligngraph fmt - < record.ttl
    """
    if STDIN in paths:
        if len(paths) > 1:
            raise click.UsageError("'-' stands alone: standard input can't be mixed with files.")
        files = [_format_stdin()]
        if not check:
            sys.stdout.buffer.write(files[0].after)
            sys.stdout.buffer.flush()
            return
        changed = _name_changed(files)
    elif check:
        files = _format_all(turtle_files(paths))
        changed = _name_changed(files)
    else:
        files, changed = _format_in_place(paths)
    _summarise(len(files), len(changed), written=not check)
    if check and changed:
        sys.exit(1)


def _name_changed(files: list[Formatted]) -> list[Formatted]:
    """Print the names of the files that would change; return those files."""
    changed = [file for file in files if file.changed]
    for file in changed:
        click.echo(file.path)
    return changed


def _format_in_place(paths: Sequence[Path]) -> tuple[list[Formatted], list[Formatted]]:
    """Write what changes; return all files, and those. Raise an AligngraphError, with no file changed."""
    from aligngraph.files.transactions import change_files, locked

    found = turtle_files(paths)
    folders = {path if path.is_dir() else path.parent: None for path in paths or _checkout()}
    with locked(*folders):
        files = _format_all(found)
        changed = waiting = [file for file in files if file.changed]
        for folder in folders:
            inside = {file.path: file for file in waiting if file.path.is_relative_to(folder)}
            waiting = [file for file in waiting if file.path not in inside]
            change_files(
                folder,
                {path: file.after for path, file in inside.items()},
                {path: file.before for path, file in inside.items()},
            )
    terminal = terminal_of(sys.stderr)
    for file in changed:
        click.echo(terminal.data(f"changed {file.path}"), err=True)
    return files, changed


def _format_stdin() -> Formatted:
    before = read_stream(sys.stdin.buffer, "standard input", _MOST)
    return Formatted(STDIN, before, format_turtle(decode_turtle(before, "standard input"), "standard input").encode())


def _format_all(paths: Sequence[Path]) -> list[Formatted]:
    files: list[Formatted] = []
    errors: list[AligngraphError] = []
    for path in paths:
        try:
            files.append(format_file(path))
        except AligngraphError as error:
            errors.append(error)
    for earlier in errors[:-1]:
        click.echo(f"Error: {earlier}", err=True)
    if errors:
        raise errors[-1]
    return files


def _summarise(total: int, changed: int, *, written: bool) -> None:
    what = "changed" if written else "would change"
    files = count_of(total, "file")
    click.echo(f"{files} read, {changed:,} {what}." if changed else f"{files} in canonical form.", err=True)
