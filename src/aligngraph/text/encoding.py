"""The bytes of a reading list as text, whatever editor they come from."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from aligngraph.errors import CatalogueError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Decoded:
    """The text, the encoding it was in, and a notice when that had to be guessed."""

    text: str
    encoding: str
    notice: str | None = None


def decode(content: bytes, name: str) -> str:
    """Return the text of a file without its byte order mark.

    UTF-8 is taken first, UTF-16 and UTF-32 by their byte order mark, then Windows-1252, for the stray bytes alone where
    these are few. Raise CatalogueError, with *name* in its text, for bytes that are not text.
    """
    return decode_with_notice(content, name).text


def decode_with_notice(content: bytes, name: str) -> Decoded:
    """Return what `decode` does, with the encoding and a notice for the user when it was guessed."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return Decoded(content[len(mark) :].decode(encoding), encoding)
            except UnicodeDecodeError as error:
                raise CatalogueError(
                    f"{name}: begins like {encoding} but is not ({error.reason}); save it as UTF-8"
                ) from error
    if b"\0" in content:
        raise CatalogueError(f"{name}: not a text file; save it as UTF-8")
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    if mended := _mostly_utf8(content):
        text, stray = mended
        return Decoded(
            text,
            "utf-8",
            f"{name}, line {line}: byte 0x{stray:02x} is not UTF-8; read as Windows-1252, the rest as UTF-8",
        )
    return Decoded(_as_windows(content), "windows-1252", f"{name}, line {line}: not UTF-8; read as Windows-1252")


def _mostly_utf8(content: bytes) -> tuple[str, int] | None:
    """Return the text of UTF-8 with a few stray bytes, and the first of these; None where it is in another encoding."""
    marked = content.decode("utf-8", "surrogateescape")
    stray = _STRAY.findall(marked)
    # Text in Windows-1252 has hardly ever two letters in a row that make one in UTF-8.
    if len(stray) >= sum(len(run) for run in _BEYOND_ASCII.findall(marked)):
        return None
    return _STRAY.sub(lambda one: _as_windows(bytes((ord(one[0]) - 0xDC00,))), marked), ord(stray[0]) - 0xDC00


def _as_windows(content: bytes) -> str:
    """Return the text; the five bytes that Windows-1252 leaves open stand for control characters, as in browsers."""
    if not _OPEN.intersection(content):
        return content.decode("cp1252")
    return "".join(chr(byte) if byte in _OPEN else bytes((byte,)).decode("cp1252") for byte in content)


_OPEN = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_STRAY = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]+")
