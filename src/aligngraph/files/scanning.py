"""The files of a folder and of those below it, each once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from aligngraph.errors import CatalogueError
from aligngraph.files.temporary import PREFIX


def files_below(folder: str, endings: tuple[str, ...]) -> list[Path]:
    """Return the paths of the files in *folder* and below it whose names end in one of *endings*, in any case.

    Linked files and folders are followed, and read once. What killed processes left is put in order first. Raise
    CatalogueError for a folder that can't be listed, a link to a folder around it, or a name that is not UTF-8;
    OutputError where a change that was begun can't be finished.
    """
    links: list[str] = []
    left: set[str] = set()
    found = [*_files_below(folder, endings, links, left)]
    if left:
        from aligngraph.files.transactions import recover

        for place in sorted(left):
            recover(Path(place))
        links.clear()
        found = [*_files_below(folder, endings, links, set())]
    if links:
        # What is linked may be in the folder under its own name, too, or linked twice.
        once = {os.path.realpath(path): path for path in reversed(found)}
        once |= {path: path for path in found if path in once}
        found = [*once.values()]
    for path in found:
        if not path.isascii():
            _check_name(path)
    # In the order of paths, folder by folder; paths themselves compare ten times as slowly.
    return list(map(Path, sorted(found, key=_place)))


def _files_below(folder: str, endings: tuple[str, ...], links: list[str], left: set[str]) -> Iterator[str]:
    # Path.rglob takes ten times as long, and this is done at every question to a folder.
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(PREFIX):
                    left.add(folder)
                elif entry.is_dir():
                    if entry.is_symlink():
                        _check_link(entry.path)
                        links.append(entry.path)
                    yield from _files_below(entry.path, endings, links, left)
                elif entry.name.lower().endswith(endings):
                    if entry.is_symlink():
                        links.append(entry.path)
                    # Emacs marks a file that is open with a link to nowhere of such a name.
                    if entry.is_file() or not entry.name.startswith(".#"):
                        yield entry.path
    except OSError as error:
        raise CatalogueError(f"{folder}: can't be listed: {error.strerror or error}.") from error


def _place(path: str) -> str:
    return os.path.normcase(path).replace(os.sep, "\0")


def _check_link(path: str) -> None:
    real = os.path.realpath(path)
    if os.path.commonpath([real, os.path.realpath(os.path.dirname(path))]) == real:  # noqa: PTH120
        raise CatalogueError(f"{path}: links to a folder that contains it. Remove the link.")


def _check_name(path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise CatalogueError(f"{shown}: this name is not UTF-8. Rename it.") from error
