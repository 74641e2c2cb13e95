"""Files read whole: regular ones, up to a given size."""

from __future__ import annotations

import stat
import zlib
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import IO

from aligngraph.errors import CatalogueError
from aligngraph.files.activity import doing

MOST = 1 << 30
"""Bytes of a file, unpacked, that are read into memory at once."""
_BLOCK = 1 << 20
_PIPES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")


def read_file(path: Path, most: int = MOST) -> bytes:
    """Return what the file *path* holds, unpacked where its name ends in ``.gz``.

    Raise CatalogueError where it is not a regular file, is larger than *most* bytes, or can't be read.
    """
    with open_file(path) as stream:
        if path.suffix.lower() == ".gz":
            import gzip

            return read_stream(gzip.GzipFile(fileobj=stream), str(path), most)
        return read_stream(stream, str(path), most)


def read_stream(stream: BufferedIOBase | IO[bytes], name: str, most: int = MOST) -> bytes:
    """Return what is in *stream*, which errors call *name*. Raise CatalogueError as `read_file` does."""
    doing(f"reading {name}")
    content = bytearray()
    try:
        # In blocks: a stream takes as much memory at once as it is asked for.
        while len(content) <= most and (block := stream.read(min(_BLOCK, most + 1 - len(content)))):
            content += block
    except (EOFError, zlib.error, OSError) as error:
        raise CatalogueError(f"{name}: can't be read: {getattr(error, 'strerror', None) or error}.") from error
    except MemoryError as error:
        raise CatalogueError(f"{name}: needs more memory than there is.") from error
    if len(content) > most:
        size = f"{most >> 30} GiB" if most >> 30 else f"{most >> 20} MiB"
        raise CatalogueError(f"{name}: is larger than {size}, the limit for one file. Split it.")
    return bytes(content)


def open_file(path: Path) -> BufferedReader:
    """Return the file *path*, opened to be read. Raise CatalogueError where it is not a regular file, or can't be."""
    doing(f"reading {path}")
    try:
        mode = path.stat().st_mode
        # A shell's <(…) is a pipe that somebody writes to; any other may be silent, or without end.
        if not stat.S_ISREG(mode) and not (stat.S_ISFIFO(mode) and str(path).startswith(_PIPES)):
            kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise CatalogueError(f"{path}: is {kind}. Name a file.")
        return path.open("rb")
    except OSError as error:
        raise CatalogueError(f"{path}: can't be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise CatalogueError(f"{str(path)!r}: can't be the name of a file: {error}.") from error
