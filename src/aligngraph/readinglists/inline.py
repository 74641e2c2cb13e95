"""The running text of one block as pieces: words with their style, links, pictures and line breaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aligngraph.bibliography.addresses import check_url
from aligngraph.readinglists.links import BARE_URL, is_bare, trim_bare

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SOFT, HARD = "\n", "\x1e"
# Blanks of other widths, and marks without any.
_BLANKS = str.maketrans(
    dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000], " ") | dict.fromkeys([0x200B, 0x2060, 0xFEFF])
)
# More than any entry has; past these the text is not an entry, and reading it could take long.
_LONGEST, _MOST_BRACKETS = 40_000, 1_000
_SPACED_URL = re.compile(r"\]\([ \t]*(https?://(?:[^()<>\n\"']|\([^()<>\n\"']*\))*)\)", re.IGNORECASE)
_APART = re.compile(r"\][ \t]+\((https?://[^\s()]+)\)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t]{3,}")
_STARS = re.compile(r"(?<!\\)\*\*")
_ATTRIBUTE = re.compile(r"""\b(href|src|alt)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_TAG = re.compile(r"<\s*(/?)\s*([a-zA-Z][a-zA-Z0-9]*)")
_STYLES = {
    **dict.fromkeys(("b", "strong", "u", "ins"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("code", "kbd"), "code"),
}
_BREAKS = ("br", "summary", "p", "li", "div")


class Anchor:
    """One link of the text; pieces of the same link share it."""

    __slots__ = ("bare", "line", "url")

    def __init__(self, url: str, line: int, *, bare: bool = False) -> None:
        self.url = url
        self.line = line
        self.bare = bare


@dataclass(slots=True)
class Piece:
    """Text of one style. A line break is a piece of its own; a picture's *text* is its description."""

    text: str
    line: int
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: Anchor | None = None
    image: str | None = None


class TooTangledError(Exception):
    """The text is too long, or has too many brackets, to be an entry."""


def read_pieces(md: MarkdownIt, content: str, line: int, env: MutableMapping[str, Any]) -> list[Piece]:
    """Return the pieces of a block's text that begins on *line*. Raise TooTangledError where it is not one."""
    if len(content) > _LONGEST or content.count("[") > _MOST_BRACKETS or content.count("<") > _MOST_BRACKETS:
        raise TooTangledError
    tokens: list[Token] = []
    md.inline.parse(_repair(_SPACES.sub("  ", content)), md, env, tokens)
    return list(_split_bare(_join(_flatten(tokens, line))))


def _repair(content: str) -> str:
    """Put right what is plainly meant as a link or as bold but is none by the rules of Markdown."""
    if "](" in content:
        content = _SPACED_URL.sub(_bracket_url, content)
    if "] " in content and "http" in content:
        content = _APART.sub(r"](\1)", content)
    if "**" in content and ("** " in content or " **" in content):
        parts = _STARS.split(content)
        if len(parts) % 2 == 1:
            for number in range(1, len(parts), 2):
                inner = parts[number]
                if inner.strip() and inner != inner.strip() and "\n\n" not in inner:
                    before = " " if inner[0].isspace() else ""
                    after = " " if inner[-1].isspace() else ""
                    parts[number] = inner.strip()
                    parts[number - 1] += before
                    parts[number + 1] = after + parts[number + 1]
            content = "**".join(parts)
    return content


def _bracket_url(found: re.Match[str]) -> str:
    url = found[1].strip()
    return f"](<{url}>)" if re.search(r"\s", url) else found[0]


def _flatten(tokens: Iterable[Token], line: int) -> Iterable[Piece]:
    styles: Counter[str] = Counter()
    anchors: list[Anchor] = []
    for token in tokens:
        kind, name, step = token.type, token.tag, token.nesting
        attributes: Mapping[str, object] = {**token.attrs, "alt": token.content}
        if kind == "html_inline":
            tag = _TAG.match(token.content)
            name, step = (tag[2].lower(), -1 if tag[1] else 1) if tag else ("", 0)
            attributes = _attributes(token.content)
        link = anchors[-1] if anchors else None
        if kind in ("text", "text_special", "code_inline"):
            # LaTeX's percent sign is kept as it is printed.
            text = token.markup if token.markup == "\\%" else token.content
            bold, italic, code = (styles[style] > 0 for style in ("bold", "italic", "code"))
            if text:
                yield Piece(text.translate(_BLANKS), line, bold, italic, code or kind == "code_inline", link)
        elif kind in ("softbreak", "hardbreak"):
            line += 1
            yield Piece(SOFT if kind == "softbreak" else HARD, line, link=link)
        elif name in _BREAKS:
            yield Piece(HARD, line, link=link)
        elif name == "img":
            yield Piece(str(attributes.get("alt", "")), line, link=link, image=str(attributes.get("src", "")))
        elif name == "a" and step < 0:
            del anchors[-1:]
        elif name == "a" and "href" in attributes:
            # An anchor without target only names a place.
            anchors.append(Anchor(str(attributes["href"]), line, bare=token.markup == "autolink"))
        elif name in _STYLES:
            styles[_STYLES[name]] = max(0, styles[_STYLES[name]] + step)
        if kind == "html_inline":
            line += token.content.count("\n")


def _attributes(tag: str) -> dict[str, str]:
    return {found[1].lower(): found[2] or found[3] or found[4] or "" for found in _ATTRIBUTE.finditer(tag)}


def _join(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Yield the pieces, neighbours of one style as one."""
    last: Piece | None = None
    for piece in pieces:
        if piece.text in (SOFT, HARD) or piece.image is not None:
            if last is not None:
                yield last
                last = None
            yield piece
        elif last is not None and (last.bold, last.italic, last.code, last.link) == (
            piece.bold,
            piece.italic,
            piece.code,
            piece.link,
        ):
            last.text += piece.text
        else:
            if last is not None:
                yield last
            last = piece
    if last is not None:
        yield last


def _split_bare(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Yield the pieces with bare addresses as links of their own."""
    for piece in pieces:
        if piece.link is not None or piece.image is not None or "http" not in piece.text.lower():
            yield piece
            continue
        at = 0
        for found in BARE_URL.finditer(piece.text):
            url = trim_bare(found[0])
            if not is_bare(url):
                continue
            if found.start() > at:
                yield Piece(piece.text[at : found.start()], piece.line, piece.bold, piece.italic, piece.code)
            yield Piece(url, piece.line, link=Anchor(url, piece.line, bare=True))
            at = found.start() + len(url)
        if at < len(piece.text):
            yield Piece(piece.text[at:], piece.line, piece.bold, piece.italic, piece.code)


def leads_away(piece: Piece) -> bool:
    """Whether words of a text link to another page."""
    return (
        piece.link is not None
        and piece.image is None
        and bool(piece.text.strip())
        and check_url(piece.link.url)[0] is not None
    )


def plain(pieces: Iterable[Piece]) -> str:
    """Return the words of the pieces, without pictures, on one line."""
    return re.sub(
        r"\s+", " ", "".join(piece.text for piece in pieces if piece.image is None).replace(HARD, " ")
    ).strip()
