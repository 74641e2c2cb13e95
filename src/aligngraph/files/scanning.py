"""The files of a folder and of those below it, each once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from aligngraph.errors import CatalogueError
from aligngraph.files.temporary import PREFIX

Stamp: TypeAlias = tuple[str, int, int, int, int]
"""A file's path, inode, size, and the times of its last change, in nanoseconds: of the content, and of anything."""


def files_below(folder: str, endings: tuple[str, ...]) -> list[Path]:
    """Return the paths of the files in *folder* and below it whose names end in one of *endings*, in any case.

    Linked files and folders are followed, and read once. What killed processes left is put in order first. Raise
    CatalogueError for a folder that can't be listed, a link to a folder around it, or a name that is not UTF-8;
    OutputError where a change that was begun can't be finished.
    """
    links: list[str] = []
    left: set[str] = set()
    found = [entry.path for entry in _files_below(folder, endings, links, left)]
    if left:
        from aligngraph.files.transactions import recover

        for place in sorted(left):
            recover(Path(place))
        links.clear()
        found = [entry.path for entry in _files_below(folder, endings, links, set())]
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


def stamps_below(folder: str, endings: tuple[str, ...]) -> list[Stamp] | None:
    """Return, without reading a file, what tells whether those that `files_below` finds have changed.

    None where killed processes left something. Raise OSError where a file is gone, CatalogueError as `files_below`.
    """
    left: set[str] = set()
    found = [(entry.path, *_times(entry.stat())) for entry in _files_below(folder, endings, [], left)]
    return None if left else sorted(found)


def stamp(path: str) -> Stamp:
    """Return the same of one file. Raise OSError."""
    return path, *_times(os.stat(path))  # noqa: PTH116 (done at every question)


def _times(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _files_below(folder: str, endings: tuple[str, ...], links: list[str], left: set[str]) -> Iterator[os.DirEntry[str]]:
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
                        yield entry
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
