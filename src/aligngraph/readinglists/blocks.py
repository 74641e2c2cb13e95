"""A Markdown page as blocks: headings, paragraphs, lists and tables, each with its line."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from aligngraph.readinglists.html_blocks import HtmlBlock, read_html
from aligngraph.readinglists.inline import HARD, Piece, TooTangledError, read_pieces
from aligngraph.readinglists.lines import FOLD_END, Unread, prepare, unread_part
from aligngraph.text.plurals import count_of

_PIPE = re.compile(r"(?<!\\)\|")
_MARKDOWN = re.compile(r"\]\(|^\s{0,3}(?:[-*+]|\d{1,9}[.)]|#{1,6})\s+\S", re.MULTILINE)
_TABLE = re.compile(r"<(?:table|tr|td)\b", re.IGNORECASE)
# Tags that begin a block of HTML, at the start of a line: those of blocks, or any that has the line to itself.
_LONE_TAGS = re.compile(
    r"^[ \t]*(?:</?[a-zA-Z][^<>\n]*>[ \t]*$"
    r"|(?:</?(?:article|aside|center|dd|details|div|dl|dt|figure|h[1-6]|header|hr|li|main|nav|ol|p|section|summary|ul)"
    r"\b[^<>\n]*>[ \t]*)+)",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_OPEN_TAGS = 200
_MOST_EXCESS = 20
# Below so many blocks (a list and its item are two) the parser reads nothing, nor what follows on the page.
_DEEPEST = 80


@dataclass
class Head:
    """A heading."""

    level: int
    pieces: list[Piece]
    line: int


@dataclass
class Para:
    """A paragraph."""

    pieces: list[Piece]
    line: int


@dataclass
class Item:
    """An item of a list: its paragraphs, and the blocks inside it that are none."""

    line: int
    paras: list[Para] = field(default_factory=list)
    below: list[Block] = field(default_factory=list)


@dataclass
class List:
    """A list, numbered or not."""

    items: list[Item]
    line: int


@dataclass
class Table:
    """A table: the header's cells, and each row's line and cells."""

    header: list[list[Piece]]
    rows: list[tuple[int, list[list[Piece]]]]
    line: int


@dataclass
class Html:
    """A block of HTML."""

    content: HtmlBlock
    line: int


@dataclass
class Tangled:
    """Text too long, or with too many brackets, to be read."""

    text: str
    line: int
    reason: str = "too long, or too many brackets, to be an entry"


@dataclass
class FoldEnd:
    """The end of what is folded away under a name of its own; *begun* is the line of that."""

    begun: int


Block = FoldEnd | Head | Para | List | Table | Html | Tangled


class _Parser(MarkdownIt):
    """CommonMark with tables. Every address passes: which ones are kept is decided where it can be reported."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": _DEEPEST})
        self.enable(["table", "strikethrough"])
        # Lines that are set in far are entries more often than code.
        self.disable("code")
        # Running text is read block by block, so that no block is read that is too long.
        self.core.ruler.enableOnly(["normalize", "block"])
        # The parser asks its own attributes what to do with addresses: take each, as it is written.
        self.__dict__.update(validateLink=lambda _: True, normalizeLink=lambda url: url)


def read_blocks(text: str) -> tuple[list[Block], str | None, list[Unread]]:
    """Return the page's blocks, the title that its front matter gives, and what is not part of its text."""
    lines, title, unread = prepare(text)
    parser = _Parser()
    env: MutableMapping[str, Any] = {}
    tokens = parser.parse("\n".join(lines), env)
    walker = _Walker(parser, env, tokens, lines)
    blocks = walker.blocks()
    for defined in env.get("references", {}).values():
        if defined["href"] not in walker.urls and re.match(r"https?://", defined["href"]):
            text = lines[defined["map"][0]]
            unread.append(unread_part(defined["map"][0] + 1, "an address that nothing refers to", text, text))
    return blocks, title, unread + walker.unread


def _markdown_in(content: str) -> str:
    """Return the Markdown that a block of HTML goes on with, without a blank line between; "" where there is none."""
    if not _MARKDOWN.search(content) or _TABLE.search(content):
        return ""
    text = _LONE_TAGS.sub("", content)
    return "" if text.split("\n", 1)[0] == content.split("\n", 1)[0] else text


class _Walker:
    def __init__(
        self,
        parser: MarkdownIt,
        env: MutableMapping[str, Any],
        tokens: Sequence[Token],
        lines: Sequence[str],
        offset: int = 0,
    ) -> None:
        self.parser = parser
        self.lines = lines
        self.env = env
        self.tokens = tokens
        self.at = 0
        self.offset = offset
        self.unread: list[Unread] = []
        self.urls: set[str] = set()

    def blocks(self, until: str = "") -> list[Block]:
        """Return the blocks up to the token *until*, which is passed."""
        found: list[Block] = []
        if until and self.tokens[self.at - 1].level >= _DEEPEST - 1:
            line = self._line(self.tokens[self.at - 1])
            reason = "in too many lists or quotations: neither this nor, maybe, all that follows was read"
            found.append(Tangled(self.lines[line - 1].strip()[:80], line, reason))
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            kind = token.type
            if kind == until:
                break
            if kind == "heading_open":
                inner = self._inline()
                if isinstance(inner, Tangled):
                    found.append(inner)
                else:
                    found.append(Head(int(token.tag[1]), inner, self._line(token)))
            elif kind == "paragraph_open":
                inner = self._inline()
                found.append(inner if isinstance(inner, Tangled) else Para(inner, self._line(token)))
            elif kind in ("bullet_list_open", "ordered_list_open"):
                found.append(self._list(kind.replace("open", "close"), self._line(token)))
            elif kind == "blockquote_open":
                found += self.blocks("blockquote_close")
            elif kind == "table_open":
                found += self._table(self._line(token))
            elif kind == "fence" and "http" in token.content:
                self.unread.append(unread_part(self._line(token), "a block of code", token.content, token.content))
            elif kind == "html_block" and (fold := FOLD_END.match(token.content)):
                found.append(FoldEnd(int(fold[1])))
            elif kind == "html_block" and not token.content.lstrip().startswith(("<!--", "<?", "<!")):
                line = self._line(token)
                # Tags that are never closed make any reader of HTML look to the end from each of them.
                loose = token.content.count("<") - token.content.count(">") > _MOST_OPEN_TAGS
                inside = _markdown_in(token.content)
                if loose:
                    found.append(Tangled(token.content[:80], line))
                elif inside:
                    found += self._again(inside, line)
                else:
                    found.append(Html(read_html(token.content, line), line))
        return found

    def _again(self, text: str, line: int) -> list[Block]:
        """Return the blocks of Markdown that stood within HTML, from *line* on."""
        walker = _Walker(self.parser, self.env, self.parser.parse(text, self.env), self.lines, line - 1)
        blocks = walker.blocks()
        self.unread += walker.unread
        self.urls |= walker.urls
        return blocks

    def _line(self, token: Token) -> int:
        return self.offset + (token.map[0] + 1 if token.map else 1)

    def _inline(self) -> list[Piece] | Tangled:
        """Read the text of the block just opened, and pass its end."""
        token = self.tokens[self.at]
        self.at += 2
        return self._pieces(token.content, self._line(token))

    def _pieces(self, content: str, line: int) -> list[Piece] | Tangled:
        try:
            pieces = read_pieces(self.parser, content, line, self.env)
        except TooTangledError:
            return Tangled(content[:80], line)
        self.urls |= {piece.link.url for piece in pieces if piece.link is not None}
        self.urls |= {piece.image for piece in pieces if piece.image is not None}
        return pieces

    def _list(self, until: str, line: int) -> List:
        items: list[Item] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == until:
                break
            if token.type == "list_item_open":
                item = Item(self._line(token))
                for block in self.blocks("list_item_close"):
                    if isinstance(block, Para) and not any(isinstance(below, List) for below in item.below):
                        item.paras.append(block)
                    else:
                        item.below.append(block)
                items.append(item)
        return List(items, line)

    def _table(self, line: int) -> list[Block]:
        """Return the table, and the cells that cannot be read."""
        table = Table([], [], line)
        tangled: list[Block] = []
        row: list[list[Piece]] = []
        at = line
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                row, at = [], self._line(token)
            elif token.type in ("th_open", "td_open"):
                inner = self._pieces(self.tokens[self.at].content, at)
                tangled += [inner] if isinstance(inner, Tangled) else []
                row.append([] if isinstance(inner, Tangled) else inner)
            elif token.type == "tr_close":
                if table.header:
                    excess = self._excess(at, len(row))
                    tangled += (cell for cell in excess if isinstance(cell, Tangled))
                    table.rows.append((at, row + [cell for cell in excess if not isinstance(cell, Tangled)]))
                else:
                    table.header = row
        return [table, *tangled]

    def _excess(self, line: int, count: int) -> list[list[Piece] | Tangled]:
        """Return a row's cells past the header's columns, which readers of Markdown drop; last what is left of many."""
        cells = [cell.strip() for cell in _PIPE.split(self.lines[line - 1].strip().strip("|"))[count:]]
        left = [cell for cell in cells[_MOST_EXCESS:] if cell]
        read = [self._pieces(cell, line) for cell in cells[:_MOST_EXCESS] if cell]
        reason = f"{count_of(len(left), 'cell')} far past the columns of the table, not read"
        return [*read, Tangled(" | ".join(left[:20]), line, reason)] if left else read


def joined(paras: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Return the pieces of several paragraphs as one entry's, each on a line of its own."""
    pieces: list[Piece] = []
    for para in paras:
        if pieces and para:
            pieces.append(Piece(HARD, para[0].line))
        pieces += para
    return pieces
