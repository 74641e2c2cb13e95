"""A block of HTML as headings, tables and what stands outside both, in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from aligngraph.readinglists.inline import HARD, Anchor, Piece, leads_away, plain

_WIDEST, _DEEPEST = 50, 1000
_TABLE_TAGS = ("table", "tr", "td", "th")
_HEADING = re.compile(r"h[1-6]")


@dataclass
class HtmlHeading:
    """A heading of HTML."""

    level: int
    line: int
    pieces: list[Piece] = field(default_factory=list)


@dataclass
class HtmlTable:
    """A table with the cells that span rows or columns in each of their places.

    *header* has the lowest of a header's rows; it is empty for a table without one. *across* are the rows that are one
    cell over all columns.
    """

    line: int
    header: list[list[Piece]]
    rows: list[tuple[int, list[list[Piece]]]]
    across: list[tuple[int, list[Piece]]]


@dataclass(frozen=True)
class HtmlBlock:
    """What a block of HTML holds; *loose* is the text outside headings and tables."""

    parts: list[HtmlHeading | HtmlTable]
    loose: list[Piece]


@dataclass
class _Cell:
    pieces: list[Piece]
    is_header: bool
    down: int
    across: int


@dataclass
class _Rows:
    line: int
    rows: list[tuple[int, list[_Cell]]] = field(default_factory=list)


class _Html(HTMLParser):
    """Reads a block of HTML into pieces, headings and table rows."""

    def __init__(self, line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.first = line
        self.parts: list[HtmlHeading | _Rows] = []
        self.loose: list[Piece] = []
        self._into = self.loose
        self._table: _Rows | None = None
        self._in_cell = False
        self._anchors: list[Anchor] = []
        self._bold = self._italic = 0
        self._nested = 0
        """How many tables are open within the cell."""

    def _line(self) -> int:
        return self.first + self.getpos()[0] - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if self._in_cell and (tag == "table" or self._nested) and tag in _TABLE_TAGS:
            # What stands in a table within a cell is of the cell.
            self._nested += tag == "table"
            self._into.append(Piece(HARD if tag == "tr" else " ", self._line()))
        elif tag == "table" or (tag == "tr" and self._table is None):
            self._open_table(tag)
        elif tag == "tr" and self._table is not None:
            self._table.rows.append((self._line(), []))
        elif tag in ("td", "th") and self._table is not None and self._table.rows:
            cell = _Cell([], tag == "th", _span(known, "rowspan", _DEEPEST), _span(known, "colspan", _WIDEST))
            self._table.rows[-1][1].append(cell)
            self._into = cell.pieces
            self._in_cell = True
        elif _HEADING.fullmatch(tag):
            if self._in_cell:
                self._bold += 1
                self._into.append(Piece(HARD, self._line()))
            else:
                heading = HtmlHeading(int(tag[1]), self._line())
                self.parts.append(heading)
                self._into = heading.pieces
        elif tag == "a" and known.get("href"):
            self._anchors.append(Anchor(known["href"], self._line()))
        elif tag in ("br", "li", "p"):
            self._into.append(Piece(HARD, self._line()))
        elif tag == "img":
            link = self._anchors[-1] if self._anchors else None
            self._into.append(Piece(known.get("alt", ""), self._line(), link=link, image=known.get("src", "")))
        else:
            self._style(tag, 1)

    def _open_table(self, tag: str) -> None:
        self._table = _Rows(self._line())
        self.parts.append(self._table)
        if tag == "tr":
            self._table.rows.append((self._line(), []))

    def handle_endtag(self, tag: str) -> None:
        if self._nested and tag in _TABLE_TAGS:
            self._nested -= tag == "table"
        elif tag in ("td", "th"):
            self._into, self._in_cell = self.loose, False
        elif tag == "table":
            self._table = None
        elif _HEADING.fullmatch(tag) and self._in_cell:
            self._bold = max(0, self._bold - 1)
            self._into.append(Piece(HARD, self._line()))
        elif _HEADING.fullmatch(tag):
            self._into = self.loose
        elif tag == "a" and self._anchors:
            self._anchors.pop()
        else:
            self._style(tag, -1)

    def _style(self, tag: str, step: int) -> None:
        if tag in ("b", "strong", "u", "ins"):
            self._bold = max(0, self._bold + step)
        elif tag in ("i", "em"):
            self._italic = max(0, self._italic + step)

    def handle_data(self, data: str) -> None:
        text = re.sub(r"\s+", " ", data)
        if text.strip() or (text and self._into):
            link = self._anchors[-1] if self._anchors else None
            self._into.append(Piece(text, self._line(), self._bold > 0, self._italic > 0, link=link))


def _span(known: dict[str, str], name: str, most: int) -> int:
    said = known.get(name, "")
    return min(max(int(said[:4]), 1), most) if said.isdecimal() else 1


def read_html(content: str, line: int) -> HtmlBlock:
    """Return what a block of HTML that begins on *line* holds."""
    parser = _Html(line)
    parser.feed(content)
    parser.close()
    parts = [part if isinstance(part, HtmlHeading) else _laid_out(part) for part in parser.parts]
    return HtmlBlock(parts, parser.loose)


def _laid_out(table: _Rows) -> HtmlTable:
    """Return the table with every cell in its place, and its header's rows made one."""
    across = [(line, cells[0].pieces) for line, cells in table.rows if len(cells) == 1 and cells[0].across > 1]
    said = [row for row in table.rows if row[1] and not (len(row[1]) == 1 and row[1][0].across > 1)]
    heads = _header_rows(said)
    grid = _grid(said, heads)
    columns = max((len(cells) for _, cells in grid), default=0)
    header: list[list[Piece]] = [[] for _ in range(columns)]
    for _, cells in grid[:heads]:
        for number, cell in enumerate(cells):
            header[number] = cell if plain(cell) else header[number]
    repeated = {
        id(cells) for (_, cells), (_, own) in zip(grid, said, strict=True) if all(cell.is_header for cell in own)
    }
    rows = [row for row in grid[heads:] if id(row[1]) not in repeated]
    return HtmlTable(table.line, header, rows, across)


def _header_rows(rows: list[tuple[int, list[_Cell]]]) -> int:
    """Return how many of the first rows are the header: as far down as its cells reach."""
    if not rows:
        return 0
    first = rows[0][1]
    if all(cell.is_header for cell in first) or any(cell.across > 1 for cell in first):
        deep = max(cell.down for cell in first)
        return next((n for n in range(deep, len(rows)) if not all(cell.is_header for cell in rows[n][1])), deep)
    # Links of works stand in no header.
    linked = any(leads_away(piece) for cell in first for piece in cell.pieces)
    return 0 if linked and not any(cell.is_header for cell in first) else 1


def _grid(rows: list[tuple[int, list[_Cell]]], heads: int) -> list[tuple[int, list[list[Piece]]]]:
    reaching: dict[int, tuple[int, list[Piece]]] = {}
    grid: list[tuple[int, list[list[Piece]]]] = []

    def carry(row: list[list[Piece]]) -> None:
        while len(row) in reaching:
            left, pieces = reaching.pop(len(row))
            if left > 1:
                reaching[len(row)] = (left - 1, pieces)
            row.append(pieces)

    for number, (line, cells) in enumerate(rows):
        row: list[list[Piece]] = []
        for cell in cells:
            carry(row)
            for part in range(cell.across):
                pieces = cell.pieces if part == 0 or number < heads else []
                if cell.down > 1:
                    reaching[len(row)] = (cell.down - 1, pieces)
                row.append(pieces)
        carry(row)
        grid.append((line, row))
    return grid
