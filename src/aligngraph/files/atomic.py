"""Files and folders written atomically: at every moment there is the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from aligngraph.errors import OutputError
from aligngraph.files.temporary import PREFIX, temporary_file, temporary_folder
from aligngraph.files.transactions import (
    OLD,
    TARGET,
    Change,
    commit,
    digest_of,
    locked,
    look_like,
    move,
    recover,
    sync,
    write_like,
)

NEW = "new"
"""The folder in a temporary folder that takes the place given to `place`."""
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
"""Of Linux's renameat2, and RENAME_SWAP of macOS's renamex_np."""


def write_whole(path: Path, chunks: Iterable[str | bytes], *, force: bool = False) -> None:
    """Write *chunks* to the file *path*, text as UTF-8: all of them, or leave *path* as it was.

    An existing file is replaced only with *force*, and keeps its permissions; a link stays a link. Devices and named
    pipes are written to as they are. Raise OutputError where the file exists, or can't be written.
    """
    with _explained(path):
        try:
            found = path.stat()
        except FileNotFoundError:
            found = None
        if found is not None and stat.S_ISDIR(found.st_mode):
            raise OutputError(f"{path}: is a folder. Name a file in it.")
        if found is not None and not stat.S_ISREG(found.st_mode):
            with path.open("wb") as stream:
                _write(stream, chunks)
            return
        if found is not None and not force:
            raise FileExistsError
        target = Path(os.path.realpath(path))
        if found is not None and not os.access(target, os.W_OK):
            raise OutputError(f"{path}: can't be written: the file is read-only.")
        recover(target.parent)
        with temporary_file(target.parent, 0o666 if found is None else 0o600) as (temporary, stream):
            _write(stream, chunks)
            stream.flush()
            os.fsync(stream.fileno())
            if found is not None:
                look_like(temporary, found)
            if os.name == "nt":  # where an open file can't be renamed
                stream.close()
            if force:
                temporary.replace(target)
            else:
                _put_new(temporary, target)


def check_writable(path: Path, *, force: bool = False) -> None:
    """Raise OutputError where `write_whole` would refuse *path*, before any work is done for it."""
    with _explained(path):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            mode = None
        if mode is None:
            if not path.parent.is_dir():
                raise FileNotFoundError
        elif stat.S_ISDIR(mode):
            raise OutputError(f"{path}: is a folder. Name a file in it.")
        elif stat.S_ISREG(mode) and not force:
            raise FileExistsError


def _write(stream: IO[bytes], chunks: Iterable[str | bytes]) -> None:
    for chunk in chunks:
        stream.write(chunk.encode("utf-8") if isinstance(chunk, str) else chunk)


def _put_new(temporary: Path, target: Path) -> None:
    try:
        # Unlike a rename, a link does not replace a file that came to be in the meantime.
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError from None
        temporary.replace(target)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _cannot(path, error) from error


def _cannot(path: Path, error: OSError) -> OutputError:
    if isinstance(error, FileExistsError):
        return OutputError(f"{path}: exists, and was left as it is. Pass --force to replace it.")
    if isinstance(error, FileNotFoundError | NotADirectoryError) and not os.path.isdir(path.parent):  # noqa: PTH112
        return OutputError(f"{path}: there is no folder {str(path.parent)!r} to write to.")
    return OutputError(f"{path}: can't be written: {(error.strerror or str(error)).lower()}.")


def check_folder(path: Path, *, force: bool | None = False) -> None:
    """Raise OutputError where `write_folder` would refuse *path*, before any work is done for it.

    *force* is None where a command has no --force.
    """
    with _explained(path):
        if path.exists() and not path.is_dir():
            raise OutputError(f"{path}: is a file. Name a folder, new or empty.")
        recover(path)
        if path.is_dir() and not force and any(path.iterdir()):
            advice = "Name a new or empty folder" if force is None else "Pass --force to write into it"
            raise OutputError(f"{path}: is not empty, and was left as it is. {advice}.")
        if not path.absolute().parent.is_dir():
            raise FileNotFoundError


def write_folder(
    path: Path,
    files: Iterable[tuple[str, str | bytes]],
    *,
    force: bool = False,
    obsolete: Iterable[str] = (),
    exchange: bool = False,
) -> int:
    """Write *files*, paths with contents, to the folder *path*: all or none of them; return how many.

    A folder with something in it is written into only with *force*: files of these names are replaced, those named in
    *obsolete* removed, others stay. It stays the same folder, and its files are changed one after another under a
    journal; with *exchange* another folder takes its place in one step, where nothing else is in it and the system can.
    Raise OutputError where that is refused or fails.
    """
    check_folder(path, force=force)
    target = Path(os.path.realpath(path))
    with _explained(path):
        recover(target.parent)
        at_once = not _is_fixed(target)
        with temporary_folder(target.parent if at_once else target) as made:
            names = [_add(made / NEW, name, content, path) for name, content in files]
            sync([made / NEW / name for name in names])
            if at_once and _is_empty(target):
                place(made, target)
                return len(names)
            gone = [name for name in obsolete if name not in names and (target / name).exists()]
            going = {*names, *gone}
            if at_once and exchange and all(entry.name in going and entry.is_file() for entry in target.iterdir()):
                place(made, target, lambda name: name in going)
            else:
                _change(target, made, names, gone)
    return len(names)


def _is_fixed(target: Path) -> bool:
    """Tell whether the folder *target* can't be exchanged, or somebody would be left in the old one."""
    try:
        here = Path.cwd()
    except OSError:
        here = Path()
    return target.is_dir() and (
        here.is_relative_to(target) or target.is_mount() or not os.access(target.parent, os.W_OK | os.X_OK)
    )


def _is_empty(target: Path) -> bool:
    return not target.exists() or not any(target.iterdir())


def _add(new: Path, name: str, content: str | bytes, path: Path) -> str:
    """Write the file *name* of the folder *new*, which is to become *path*; return its name."""
    if not Path(os.path.realpath((path / name).parent)).is_relative_to(os.path.realpath(path)):
        raise OutputError(f"{path / name}: a link leads out of the folder; nothing was written.")
    try:
        write_like(new / name, content.encode() if isinstance(content, str) else content, path / name)
    except OSError as error:
        raise _cannot(path / name, error) from error
    return name


def _change(target: Path, made: Path, names: list[str], gone: list[str]) -> None:
    with locked(target), temporary_folder(target) as inside:
        changes = [Change(name, None, digest_of(target / name)) for name in gone]
        for name in names:
            (inside / name).parent.mkdir(parents=True, exist_ok=True)
            move(made / NEW / name, inside / name)
            changes.append(Change(name, name, digest_of(target / name)))
        commit(target, inside, changes)


@contextlib.contextmanager
def folder_in_place_of(path: Path, own: Callable[[str], bool]) -> Iterator[Path]:
    """Give the path of a folder to make; at the end it becomes *path*, or takes the place of what is there in one step.

    What came into the old folder meanwhile and whose name is not *own* is kept. Raise OutputError for any OSError;
    *path* is as it was then.
    """
    target = Path(os.path.realpath(path))
    with _explained(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        recover(target.parent)
        with temporary_folder(target.parent) as made:
            (made / TARGET).write_bytes(os.fsencode(target))
            yield made / NEW
            place(made, target, own)


def is_being_made(path: Path) -> bool:
    """Tell whether a process is at work that will make the folder *path*; what dead ones left is removed."""
    target = Path(os.path.realpath(path))
    recover(target.parent)
    for made in target.parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if (made / TARGET).read_bytes() == os.fsencode(target):
                return True
    return False


def place(made: Path, target: Path, own: Callable[[str], bool] = lambda _: True) -> None:
    """Let the folder ``new`` in *made* become *target*; what is there is removed with *made*, as far as it is *own*."""
    new, old = made / NEW, made / OLD
    new.mkdir(exist_ok=True)
    if target.exists():
        look_like(new, target.stat())
    if _is_empty(target):
        new.rename(target)
        return
    if _exchange(new, target):
        old = new
    else:
        (made / TARGET).write_bytes(os.fsencode(target))
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise
    for entry in old.iterdir():
        if not own(entry.name) and not (target / entry.name).exists():
            entry.rename(target / entry.name)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one step; return whether the system could."""
    try:
        import ctypes

        library = ctypes.CDLL(None, use_errno=True)
        names = os.fsencode(one), os.fsencode(other)
        if sys.platform == "darwin":
            done = library.renamex_np(*names, _RENAME_EXCHANGE)
        else:
            done = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    except (OSError, AttributeError, TypeError):  # TypeError: Windows
        return False
    return bool(done == 0)
