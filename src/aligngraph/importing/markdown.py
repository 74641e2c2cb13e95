"""Reading lists in Markdown: any page of headings and entries, read into what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

from aligngraph.importing.blocks import Block, Head, Html, Item, List, Para, Table, Tangled, joined, read_blocks
from aligngraph.importing.draft import Draft
from aligngraph.importing.entries import read_entry
from aligngraph.importing.inline import Piece, plain
from aligngraph.importing.links import check_url, is_counter
from aligngraph.importing.records import Entry, Heading, Problem, ReadingList
from aligngraph.importing.shapes import (
    fields_only,
    group_of,
    heading_text,
    is_clear,
    is_contents,
    is_details,
    is_heading_like,
    is_own_entry,
    is_relative_contents,
    lines_of_entries,
    other_section,
)
from aligngraph.importing.tables import columns, read_row

_RECOVERED = re.compile(r"\s*\(heading recovered\)\s*$")
_LONGEST_TITLE = 60


def parse_markdown(text: str, name: str) -> ReadingList:
    """Return what the page *text* lists; *name* is its file, which every entry and problem names.

    Nothing raises: what cannot be read is a problem with its line and the reason.
    """
    blocks, title = read_blocks(text)
    page = _Page(name, title)
    page.read(blocks)
    return page.finish()


class _Page:
    def __init__(self, name: str, title: str | None) -> None:
        self.name = name
        self.title = title
        self.first: Heading | None = None
        self.stack: list[Heading] = []
        self.headings: list[Heading] = []
        self.entries: list[Entry] = []
        self.refused: list[Problem] = []
        self.problems: list[Problem] = []
        self.counts: dict[Heading | None, int] = {}

    def finish(self) -> ReadingList:
        """Return the list."""
        if self.first is not None and any(entry.headings == (self.first,) for entry in self.entries):
            self.headings.insert(0, self.first)
        return ReadingList(
            self.name, self.title, tuple(self.headings), tuple(self.entries), tuple(self.refused), tuple(self.problems)
        )

    # Blocks

    def read(self, blocks: Sequence[Block]) -> None:
        """Read the blocks of the page, or of a part of it."""
        at = 0
        while at < len(blocks):
            block = blocks[at]
            at += 1
            if isinstance(block, Head):
                self._heading(block.pieces, block.level, block.line)
            elif isinstance(block, Para):
                at += self._para(block, blocks, at)
            elif isinstance(block, List):
                at += self._continued(block, blocks, at)
                self._list(block)
            elif isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Html):
                self._html(block)
            else:
                self._problem(block.line, block.text, "too long, or too many brackets, to be an entry")

    def _heading(self, pieces: Sequence[Piece], level: int, line: int) -> None:
        shown = heading_text(pieces)
        text = _RECOVERED.sub("", shown)
        if not text:
            return
        heading = Heading(text, level, line, recovered=text != shown)
        if level == 1 and self.first is None and not self.headings:
            self.first = heading
            self.title = text
            self.stack = []
            return
        self._push(heading)

    def _push(self, heading: Heading) -> None:
        while self.stack and self.stack[-1].level >= heading.level:
            self.stack.pop()
        self.stack.append(heading)
        self.headings.append(heading)

    def _path(self) -> tuple[Heading, ...]:
        if self.stack:
            return tuple(self.stack)
        return (self.first,) if self.first is not None else ()

    def _below(self) -> int:
        """Return the level of a heading that is not marked as one, under the last that is."""
        return next((heading.level for heading in reversed(self.stack) if heading.level <= 6), 1) + 6

    def _problem(self, line: int, text: str, reason: str) -> None:
        self.problems.append(Problem(self.name, line, re.sub(r"\s+", " ", text)[:160], reason))

    # Entries

    def _add(self, draft: Draft) -> None:
        path = self._path()
        nearest = path[-1] if path else None
        self.counts[nearest] = self.counts.get(nearest, 0) + 1
        authors = draft.authors
        self.refused += draft.refused
        self.entries.append(
            Entry(
                file=self.name,
                line=draft.line,
                headings=path,
                position=self.counts[nearest],
                title=draft.title,
                authors=authors.names if authors else (),
                et_al=bool(authors and authors.et_al),
                authors_printed=authors.printed if authors else None,
                venue_printed=draft.venue,
                year_printed=draft.year_printed,
                year=draft.year,
                links=tuple(draft.links),
                identifiers=draft.identifiers,
                text=draft.text,
                fields=MappingProxyType(dict(draft.fields)),
            )
        )

    def _para(self, para: Para, blocks: Sequence[Block], at: int) -> int:
        """Read a paragraph, and say how many of the blocks after it belong to its entry."""
        following = blocks[at] if at < len(blocks) else None
        if not plain(para.pieces):
            return 0
        if is_heading_like(para.pieces):
            draft = read_entry(para.pieces, para.line, self.name)
            if (
                isinstance(following, List)
                and is_details(following, self.name)
                and draft.title
                and len(draft.title.split()) >= 3
            ):
                self._with_details(para, following)
                return 1
            if isinstance(following, Para) and fields_only(following, self.name):
                taken = [para.pieces]
                count = 0
                while isinstance(following, Para) and fields_only(following, self.name):
                    taken.append(following.pieces)
                    count += 1
                    following = blocks[at + count] if at + count < len(blocks) else None
                self._add(read_entry(joined(taken), para.line, self.name))
                return count
            if following is not None and not isinstance(following, Head):
                text = heading_text(para.pieces).rstrip(":").rstrip()
                self._push(Heading(text, self._below(), para.line))
            return 0
        if other_section(self._path()):
            return 0
        lines = lines_of_entries(para, self.name)
        if lines:
            for line in lines:
                self._add(read_entry(line, line[0].line, self.name))
            return 0
        draft = read_entry(para.pieces, para.line, self.name)
        if (
            is_clear(draft)
            and draft.marked
            and (draft.authors or draft.year or draft.links)
            and self._is_entry(draft, para)
        ):
            if isinstance(following, List) and is_details(following, self.name):
                self._with_details(para, following)
                return 1
            self._add(draft)
        elif draft.authors and draft.authors.strong and (draft.year or draft.venue_sure) and draft.title:
            self._add(draft)
        elif self._loose_link(para.pieces):
            self._problem(
                para.line,
                plain(para.pieces),
                "a paragraph with links, outside any list, that does not read as an entry",
            )
        return 0

    def _is_entry(self, draft: Draft, para: Para) -> bool:
        """Whether a paragraph outside a list is an entry: it begins with its title, and says more than that."""
        title = draft.title or ""
        start = plain(para.pieces)[: len(title) + 40]
        if len(title.split()) < 2 or title[:30] not in start:
            return draft.authors is not None and draft.authors.strong
        rest = len(plain(para.pieces)) - len(title)
        return bool(draft.authors or draft.year or draft.venue) or (bool(draft.links) and rest < 120)

    def _with_details(self, para: Para, details: List) -> None:
        parts = [para.pieces, *(part for item in details.items for part in _all_pieces(item))]
        self._add(read_entry(joined(parts), para.line, self.name))

    def _loose_link(self, pieces: Sequence[Piece]) -> bool:
        return any(
            piece.link is not None and piece.image is None and piece.text.strip() and check_url(piece.link.url)[0]
            for piece in pieces
        ) and not any(piece.image is not None and is_counter(piece.image) for piece in pieces)

    def _continued(self, block: List, blocks: Sequence[Block], at: int) -> int:
        """Give a list's last item the paragraph after the list that only has what the item lacks."""
        following = blocks[at] if at < len(blocks) else None
        last = block.items[-1] if block.items else None
        if last is None or last.below or not last.paras or not isinstance(following, Para):
            return 0
        draft = read_entry(last.paras[-1].pieces, last.line, self.name)
        if (
            draft.links
            or draft.authors
            or draft.year is not None
            or not draft.title
            or not fields_only(following, self.name)
        ):
            return 0
        last.paras.append(following)
        return 1

    # Lists

    def _list(self, block: List) -> None:
        path = self._path()
        if is_contents(block, path):
            return
        if other_section(path):
            self._problem(
                block.line,
                plain(joined(_all_pieces(block.items[0]))) if block.items else "",
                f"a list under {path[-1].text!r}, not taken for entries",
            )
            return
        if is_relative_contents(block):
            for item in block.items:
                self._refuse_all(item)
            return
        drafts: list[tuple[Item, Draft]] = []
        groups = [group_of(item, self.name) for item in block.items]
        for item, group in zip(block.items, groups, strict=True):
            drafts.append((item, Draft(item.line) if group is not None else self._item_draft(item)))
        clear = any(is_clear(draft) for (_, draft), group in zip(drafts, groups, strict=True) if group is None)
        for (item, draft), group in zip(drafts, groups, strict=True):
            if group is not None:
                self._group(group, item)
            else:
                self._item(item, draft, clear=clear)

    def _group(self, text: str, item: Item) -> None:
        """Read an item that only names the entries below it."""
        before = list(self.stack)
        level = (self.stack[-1].level if self.stack else 1) + 6
        self._push(Heading(text, level, item.line))
        self.read(item.below)
        self.stack = before

    def _own_entries(self, item: Item) -> list[Item]:
        """Return the items below that are entries themselves, not details of this one."""
        linked = any(piece.link is not None for para in item.paras for piece in para.pieces)
        return [
            sub
            for block in item.below
            if isinstance(block, List)
            for sub in block.items
            if is_own_entry(sub, self.name, linked=linked)
        ]

    def _item_draft(self, item: Item) -> Draft:
        parts = [para.pieces for para in item.paras]
        own = {id(sub) for sub in self._own_entries(item)}
        for block in item.below:
            if isinstance(block, List):
                parts += [part for sub in block.items if id(sub) not in own for part in _all_pieces(sub)]
            elif isinstance(block, Para):
                parts.append(block.pieces)
        return read_entry(joined(parts), item.line, self.name)

    def _item(self, item: Item, draft: Draft, *, clear: bool) -> None:
        own = self._own_entries(item)
        text = " ".join(plain(para.pieces) for para in item.paras)
        if not text and not draft.links and not draft.title:
            if any(isinstance(block, Head | List | Table) for block in item.below):
                self.read(item.below)
                return
            if not item.below:
                return
        if is_clear(draft) or (clear and draft.title and len(draft.title.split()) <= _LONGEST_TITLE):
            if draft.title and len(draft.title.split()) > _LONGEST_TITLE and not draft.marked:
                self._problem(item.line, text, "no title found in so long a text")
                self.refused += draft.refused
            else:
                self._add(draft)
        else:
            self._problem(item.line, text, "no link, author, venue or year: not taken for an entry")
            self.refused += draft.refused
        for sub in own:
            self._add(self._item_draft(sub))
        for block in item.below:
            if isinstance(block, Table | Html):
                self.read([block])
            elif isinstance(block, Tangled):
                self._problem(block.line, block.text, "too long, or too many brackets, to be an entry")

    def _refuse_all(self, item: Item) -> None:
        for pieces in _all_pieces(item):
            self.refused += read_entry(pieces, item.line, self.name).refused

    # Tables and HTML

    def _table(self, table: Table) -> None:
        if not table.rows:
            return
        kinds = columns(table)
        head = " | ".join(plain(cell) for cell in table.header)
        if kinds is None or other_section(self._path()):
            self._problem(table.line, head, "a table with no column of titles, not taken for entries")
            return
        for line, row in table.rows:
            draft = read_row(kinds, table.header, row, line, self.name)
            if draft is None:
                text = " | ".join(plain(cell) for cell in row)
                if text.strip(" |-—:"):
                    self._problem(line, text, "a row without a title and links")
            else:
                self._add(draft)

    def _html(self, block: Html) -> None:
        for level, line, pieces in block.content.headings:
            self._heading(pieces, level, line)
        if block.content.rows:
            (line, header), *rows = block.content.rows
            self._table(Table(header, rows, line))
        elif self._loose_link(block.content.loose):
            self._problem(block.line, plain(block.content.loose), "links in HTML, which is not read as entries")


def _all_pieces(item: Item) -> list[list[Piece]]:
    """Return the text of an item and of all below it, a paragraph each."""
    parts = [para.pieces for para in item.paras]
    for block in item.below:
        if isinstance(block, List):
            for sub in block.items:
                parts += _all_pieces(sub)
        elif isinstance(block, Para):
            parts.append(block.pieces)
    return parts
