"""A package of the catalogue: every format, what describes it, and checksums; a folder that is there whole or not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from aligngraph.errors import OutputError
from aligngraph.export import FILE_ENDINGS, SEVERAL_FILES, export, export_files, zip_files
from aligngraph.files.atomic import write_folder

CHECKSUMS = "SHA256SUMS"
NAME = "aligngraph"


def package_files(data: Sequence[Path] = (), *, inferred: bool = False) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file, checksums last, in the form that ``sha256sum --check`` reads.

    Raise CatalogueError where the catalogue can't be read, ExportError where a format can't hold it.
    """
    from aligngraph.export.descriptions import void
    from aligngraph.export.graph import load_once

    loaded = load_once(data)
    sums = []
    sizes: dict[str, tuple[int, str]] = {}
    # What describes the package comes last: it says the size and checksum of each of the others.
    for name, ending in sorted(FILE_ENDINGS.items(), key=lambda one: one[0] == "void"):
        if name in SEVERAL_FILES:
            content = zip_files(export_files(name, data, inferred=inferred, loaded=loaded))
        elif name == "void":
            content = "".join(void(loaded.asserted, sizes)).encode()
        else:
            content = "".join(export(name, data, inferred=inferred, loaded=loaded)).encode()
        sums.append((NAME + ending, hashlib.sha256(content).hexdigest()))
        sizes[NAME + ending] = len(content), sums[-1][1]
        yield NAME + ending, content
    yield CHECKSUMS, "".join(f"{digest}  {file}\n" for file, digest in sorted(sums)).encode()


def check_package(path: Path, *, force: bool = False) -> None:
    """Raise OutputError where `write_package` would refuse *path*, before any work is done for it."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise OutputError(f"{path}: is not a folder. Name a folder, new or empty.")
    if not path.absolute().parent.is_dir():
        raise OutputError(f"{path}: there is no folder {str(path.parent)!r} to write to.")
    if not path.is_dir() or not any(path.iterdir()):
        return
    if not force:
        raise OutputError(f"{path}: is not empty. Pass --force to replace the package there.")
    others = sorted({entry.name for entry in path.iterdir()} - {NAME + end for end in FILE_ENDINGS.values()})
    if others != [CHECKSUMS]:
        # A folder is replaced as a whole, and so must hold nothing but a package.
        named = next((name for name in others if name != CHECKSUMS), f"no {CHECKSUMS}")
        raise OutputError(f"{path}: is not a package alone (it has {named}). Name another folder.")


def write_package(path: Path, data: Sequence[Path] = (), *, inferred: bool = False, force: bool = False) -> None:
    """Write the package of the catalogue in *data* to the folder *path*: all of it, or leave *path* as it was.

    With *force* a package that is there makes way as a whole. Raise OutputError where that is refused or fails, and
    what `package_files` raises.
    """
    check_package(path, force=force)
    names = [*(NAME + ending for ending in FILE_ENDINGS.values()), CHECKSUMS]
    write_folder(path, package_files(data, inferred=inferred), force=force, obsolete=names, exchange=True)
