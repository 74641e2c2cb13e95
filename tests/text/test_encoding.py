"""Reading lists in any encoding that editors write."""

from __future__ import annotations

import codecs

import pytest

from aligngraph.errors import CatalogueError
from aligngraph.text.encoding import decode, decode_with_notice

TEXT = "# Café – “naïve”\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        TEXT.encode("windows-1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "utf-32-le", "windows-1252"],
)
def test_text_comes_back_without_its_mark(content: bytes) -> None:
    assert decode(content, "page.md") == TEXT


def test_a_guessed_encoding_is_reported_with_the_line() -> None:
    decoded = decode_with_notice("one\ntwo é\n".encode("latin-1"), "page.md")
    assert decoded.encoding == "windows-1252"
    assert decoded.notice == "page.md, line 2: not UTF-8; read as Windows-1252"


@pytest.mark.parametrize(("stray", "read"), [(b"\x93", "“"), (b"\xe9", "é"), (b"\xff", "ÿ"), (b"\x81", "\x81")])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_stray_byte_is_named_and_the_rest_stays_utf8(stray: bytes, read: str, place: int) -> None:
    lines = ["José Muñoz", "Łukasz – “quoted”", "naïve"]
    content = [line.encode() for line in lines]
    content[place] += b" " + stray + b" end"
    lines[place] += f" {read} end"
    decoded = decode_with_notice(b"\n".join(content), "page.md")
    assert decoded.text == "\n".join(lines)
    assert decoded.notice == (
        f"page.md, line {place + 1}: byte 0x{stray.hex()} is not UTF-8; read as Windows-1252, the rest as UTF-8"
    )


def test_bytes_that_windows_1252_leaves_open_do_not_fail() -> None:
    assert decode(b"\xe9 \x81\x8d", "page.md") == "é \x81\x8d"


@pytest.mark.parametrize("content", [b"\0\1\2", codecs.BOM_UTF16_LE + b"\x00"], ids=["binary", "half a character"])
def test_what_is_no_text_is_named(content: bytes) -> None:
    with pytest.raises(CatalogueError, match=r"page\.md: .*save it as UTF-8"):
        decode(content, "page.md")
