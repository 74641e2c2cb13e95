"""A Markdown page as blocks: headings, paragraphs, lists and tables, each with its line."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from aligngraph.bibliography.latex import to_text
from aligngraph.readinglists.html_blocks import HtmlBlock, read_html
from aligngraph.readinglists.inline import HARD, Piece, TooTangledError, read_pieces
from aligngraph.readinglists.links import is_label

_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\ue000-\uf8ff]")
# The joiners belong to words of some scripts and to emoji; between Latin letters they are noise.
_JOINERS = re.compile("(?<=[\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u024f])")
_WRAPPER = re.compile(
    r"^\s*(?:</?(?:details|div|center|section|article|p|span|font|small|sub|sup|table-of-contents)\b[^<>]*>\s*)+$",
    re.IGNORECASE,
)
_SUMMARY = re.compile(r"^(\s*)(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(.*?)(?:</summary>\s*)?$", re.IGNORECASE)
_PIPE = re.compile(r"(?<!\\)\|")
_COMMENT = re.compile(r"^<!--")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
# Accents as BibTeX writes them: "Sch{\\"a}rli".
_ACCENT = re.compile(r"\{\\(?:[\"'`^~=.]|[a-zA-Z]{1,2}(?![a-zA-Z]))\s*(?:\\?[a-zA-Z]|\{\\?[a-zA-Z]?\})?\}")
# Links between the notes of a vault: "[[okafor2030|What a Heron Prefers]]".
_WIKI = re.compile(r"(!?)\[\[([^\[\]|\n]+?)(?:\\?\|([^\[\]\n]+))?\]\](?![(\[:])")
_NOTES = re.compile(
    r"\b(?:notes?|summary|abstract|tl;?\s?dr|bibtex|citation|comments?|criticism|takeaways?|key (?:points|ideas))\b",
    re.I,
)
_MOST_OPEN_TAGS = 200
_LONGEST_LINE = 5000
_LONGEST_TABLE = 5000
"""Lines."""


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
    ordered: bool = False


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


Block = Head | Para | List | Table | Html | Tangled


@dataclass(frozen=True)
class Folded:
    """Notes folded away below an entry, which are not read: what they are called, and how much there is of them."""

    line: int
    text: str
    lines: int
    links: int


class _Parser(MarkdownIt):
    """CommonMark with tables. Every address passes: which ones are kept is decided where it can be reported."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": 40})
        self.enable(["table", "strikethrough"])
        # Running text is read block by block, so that no block is read that is too long.
        self.core.ruler.enableOnly(["normalize", "block"])
        # The parser asks its own attributes what to do with addresses: take each, as it is written.
        self.__dict__.update(validateLink=lambda _: True, normalizeLink=lambda url: url)


def read_blocks(text: str) -> tuple[list[Block], str | None, list[Folded]]:
    """Return the page's blocks, the title that its front matter gives, and the notes that are folded away."""
    lines, title, folded = _prepare(text)
    parser = _Parser()
    env: MutableMapping[str, Any] = {}
    tokens = parser.parse("\n".join(lines), env)
    return _Walker(parser, env, tokens, lines).blocks(), title, folded


def find_unclosed(text: str) -> tuple[int, str, int] | None:
    """Return what is opened on the page and never closed: its line, its name, and how many lines it takes away."""
    fence, begun, comment = "", 0, False
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        opened = _FENCE.match(line)
        if fence:
            fence = "" if opened and opened[1].startswith(fence) and not line.strip().strip(fence[0]) else fence
        elif comment:
            comment = "-->" not in line
        elif opened and line[0] in "`~":
            # One that is indented ends with the item of a list that it stands in.
            fence, begun = opened[1], number
        elif _COMMENT.match(line):
            comment, begun = "-->" not in line, number
    rest = sum(bool(line.strip()) for line in lines[begun:])
    name = "a block of code" if fence else "a comment" if comment else ""
    return (begun, name, rest) if name and rest else None


def _prepare(text: str) -> tuple[list[str], str | None, list[Folded]]:
    """Return the page's lines without what is not part of it, each still in its place."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = _JOINERS.sub("", _INVISIBLE.sub("", text))
    text = re.sub("[\u2028\u2029\x0b\x0c\x85\x1e\x1c\x1d\x00]", " ", text).replace("\xa0", " ").replace("\u3000", " ")
    lines = text.split("\n")
    title = _front_matter(lines)
    fence = ""
    indent = ""
    folded = _take_notes(lines)
    _join_tables(lines)
    for number, line in enumerate(lines):
        if indent:
            # What a summary that is an entry folds away belongs to the entry.
            if "</details" in line.lower():
                indent = ""
            elif line.strip():
                lines[number] = line = indent + line
        opened = _FENCE.match(line)
        if fence:
            if opened and opened[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if opened:
            fence = opened[1]
            continue
        if "{\\" in line and len(line) < _LONGEST_LINE:
            lines[number] = line = _ACCENT.sub(lambda found: to_text(found[0]), line)
        if "[[" in line and len(line) < _LONGEST_LINE:
            lines[number] = line = _WIKI.sub(_wiki_link, line)
        if "<" in line and len(line) < _LONGEST_LINE:
            if _WRAPPER.match(line):
                lines[number] = ""
            elif (summary := _SUMMARY.match(line)) is not None:
                # A summary is a wrapper's name, unless it is an entry itself.
                inner = summary[2]
                entry = re.search(r"href=|\]\(http", inner)
                lines[number] = f"{summary[1]}+ {inner}" if entry else ""
                indent = "  " if entry and not summary[1] and "</details" not in line.lower() else ""
    return lines, title, folded


def _wiki_link(found: re.Match[str]) -> str:
    """Return a link between notes as Markdown's; a label in two pairs of brackets is none."""
    embedded, target, alias = found.groups()
    page = target.partition("#")[0].rpartition("/")[2].removesuffix(".md").strip()
    name = (alias or page).strip()
    if embedded or is_label(name) or name.isdecimal() or "](" in name or not re.search(r"[^\W\d_]{2}", name):
        return found[0]
    return f"[{name}](<{re.sub('[<>]', '', target).strip()}>)"


def _take_notes(lines: list[str]) -> list[Folded]:
    """Empty the lines of notes that are folded away below an entry, and say what was there."""
    folded: list[Folded] = []
    start = -1
    summary = before = ""
    for number, line in enumerate(lines):
        if "<" in line and len(line) < _LONGEST_LINE:
            found = _SUMMARY.match(line) if start < 0 else None
            inner = re.sub(r"<[^<>]*>", "", found[2]).strip(" *_:") if found and "http" not in line else ""
            below = before and not before.startswith(("#", "---", "***", "<"))
            if below and _NOTES.search(inner) and len(inner.split()) <= 6:
                start, summary = number, inner
            if start >= 0 and "</details" in line.lower():
                inside = lines[start + 1 : number]
                links = sum(len(re.findall(r"https?://", text)) for text in inside)
                if any(text.strip() for text in inside):
                    folded.append(Folded(start + 1, summary, sum(bool(text.strip()) for text in inside), links))
                lines[start : number + 1] = [""] * (number + 1 - start)
                start = -1
        if line.strip() and start < 0 and not _WRAPPER.match(line):
            before = line.strip()
    return folded


def _join_tables(lines: list[str]) -> None:
    """Fill the blank lines of HTML tables, which would end a block of HTML, unless Markdown stands in the cells."""
    start = -1
    for number, line in enumerate(lines):
        low = line.lower() if "<" in line else ""
        if start < 0 and "<table" in low:
            start = number
        if start >= 0 and ("](" in line or number - start > _LONGEST_TABLE):
            start = -1
        if start >= 0 and "</table" in low:
            for blank in range(start, number):
                if not lines[blank].strip():
                    lines[blank] = "<!-- -->"
            start = -1


def _front_matter(lines: list[str]) -> str | None:
    mark = lines[0].rstrip() if lines else ""
    if mark not in ("---", "+++"):
        return None
    for end in range(1, min(len(lines), 300)):
        if lines[end].rstrip() in (mark, "..." if mark == "---" else mark):
            inner = lines[1:end]
            if any(line.strip() and not re.match(r"\s|#|-|[\w.-]+\s*[:=]", line) for line in inner):
                return None
            title = next(
                (found[1] for line in inner if (found := re.match(r"title\s*[:=]\s*[\"']?(.*?)[\"']?\s*$", line))), None
            )
            lines[: end + 1] = [""] * (end + 1)
            return title or None
    return None


class _Walker:
    def __init__(
        self, parser: MarkdownIt, env: MutableMapping[str, Any], tokens: Sequence[Token], lines: Sequence[str]
    ) -> None:
        self.parser = parser
        self.lines = lines
        self.env = env
        self.tokens = tokens
        self.at = 0

    def blocks(self, until: str = "") -> list[Block]:
        """Return the blocks up to the token *until*, which is passed."""
        found: list[Block] = []
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
                found.append(self._table(self._line(token)))
            elif kind == "html_block" and not token.content.lstrip().startswith(("<!--", "<?", "<!")):
                line = self._line(token)
                # Tags that are never closed make any reader of HTML look to the end from each of them.
                loose = token.content.count("<") - token.content.count(">") > _MOST_OPEN_TAGS
                found.append(Tangled(token.content[:80], line) if loose else Html(read_html(token.content, line), line))
        return found

    @staticmethod
    def _line(token: Token) -> int:
        return token.map[0] + 1 if token.map else 1

    def _inline(self) -> list[Piece] | Tangled:
        """Read the text of the block just opened, and pass its end."""
        token = self.tokens[self.at]
        self.at += 2
        return self._pieces(token.content, self._line(token))

    def _pieces(self, content: str, line: int) -> list[Piece] | Tangled:
        try:
            return read_pieces(self.parser, content, line, self.env)
        except TooTangledError:
            return Tangled(content[:80], line)

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
        return List(items, line, ordered=until.startswith("ordered"))

    def _table(self, line: int) -> Table:
        table = Table([], [], line)
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
                row.append([] if isinstance(inner, Tangled) else inner)
            elif token.type == "tr_close":
                if table.header:
                    table.rows.append((at, row + self._excess(at, len(row))))
                else:
                    table.header = row
        return table

    def _excess(self, line: int, count: int) -> list[list[Piece]]:
        """Return a row's cells past the header's columns, which a reader of Markdown drops."""
        cells = _PIPE.split(self.lines[line - 1].strip().strip("|"))[count : count + 20]
        read = (self._pieces(cell.strip(), line) for cell in cells if cell.strip())
        return [pieces for pieces in read if not isinstance(pieces, Tangled)]


def joined(paras: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Return the pieces of several paragraphs as one entry's, each on a line of its own."""
    pieces: list[Piece] = []
    for para in paras:
        if pieces and para:
            pieces.append(Piece(HARD, para[0].line))
        pieces += para
    return pieces
