"""What this process is doing, for the process that watches its limits, where one does.

Each function here tells it in a line; without a watching process it does nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

DOING, STATE, FOLDER, PAUSED, RESUMED = "doing", "state", "folder", "paused", "resumed"
"""What a line begins with."""
_tell: Callable[[str], None] | None = None
_show: Callable[[str, int, int], None] | None = None


def tell_to(tell: Callable[[str], None]) -> None:
    """Let *tell* have each line from now on."""
    global _tell
    _tell = tell


def _say(kind: str, text: object = "") -> None:
    if _tell is not None:
        _tell(f"{kind} {text}".replace("\n", " ").replace("\r", " "))


def doing(what: str) -> None:
    """Say what is being done from now on, as in "reading FILE"."""
    _say(DOING, what)


@contextlib.contextmanager
def showing(show: Callable[[str, int, int], None]) -> Iterator[None]:
    """Let *show* have what `progress` says."""
    global _show
    _show = show
    try:
        yield
    finally:
        _show = None


def progress(what: str, done: int = 0, total: int = 0) -> None:
    """Say, to whoever looks on, what is being done, and how much of it; *total* is 0 where that is unknown."""
    if _show is not None:
        _show(what, done, total)


def state_of_work(text: str) -> None:
    """Say how far the work has come, for whoever has to know it when it is stopped now."""
    _say(STATE, text)


def writing_in(folder: Path) -> None:
    """Say that temporary files are made in *folder*: they are to be removed where this process can't do it."""
    if _tell is not None:
        _say(FOLDER, folder.absolute())


@contextlib.contextmanager
def waiting_for_a_person() -> Iterator[None]:
    """Let the time that somebody takes to answer not count."""
    _say(PAUSED)
    try:
        yield
    finally:
        _say(RESUMED)
