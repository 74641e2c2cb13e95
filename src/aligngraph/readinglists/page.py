"""Reading lists in Markdown: any page of headings and entries, read into what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile, zip_longest

from aligngraph.bibliography.entries import Heading, ReadingList
from aligngraph.bibliography.identifiers import identifiers_of_url
from aligngraph.readinglists.authors import read_authors
from aligngraph.readinglists.blocks import (
    Block,
    FoldEnd,
    Head,
    Html,
    Item,
    List,
    Para,
    Table,
    joined,
    read_blocks,
)  # fmt: skip
from aligngraph.readinglists.classify import (
    all_pieces,
    fields_only,
    group_of,
    heading_text,
    is_address,
    is_clear,
    is_contents,
    is_described,
    is_details,
    is_footer,
    is_guide,
    is_heading_like,
    is_keyed,
    is_navigation,
    is_own_entry,
    is_picture,
    is_reference,
    is_relative_contents,
    is_sentence,
    is_slanted_name,
    is_work,
    leads_around_one_page,
    lines_of_entries,
    listed_paragraphs,
    other_blocks,
    other_section,
)
from aligngraph.readinglists.collect import Collector
from aligngraph.readinglists.draft import Draft
from aligngraph.readinglists.entry import read_entry
from aligngraph.readinglists.html_blocks import HtmlHeading
from aligngraph.readinglists.inline import Piece, leads_away, plain
from aligngraph.readinglists.items import read_item
from aligngraph.readinglists.lines import find_unclosed
from aligngraph.readinglists.links import is_counter, is_label
from aligngraph.readinglists.tables import columns, read_row, take_years
from aligngraph.readinglists.title_candidates import NUMBER
from aligngraph.readinglists.venues import read_date, read_place
from aligngraph.text.plurals import count_of

_LONGEST_TITLE = 60


def parse_markdown(text: str, name: str) -> ReadingList:
    """Return what the page *text* lists; *name* is its file, which every entry and problem names.

    Nothing raises: what cannot be read is a problem with its line and the reason.
    """
    blocks, title, unread = read_blocks(text)
    linked = Counter(
        block.level
        for block, following in zip_longest(blocks, blocks[1:])
        if isinstance(block, Head) and (is_work(block.pieces) or is_address(following))
    )
    out = Collector(name, title)
    _Page(out, {level for level, count in linked.items() if count > 1 and level > 1}).read(blocks)
    for part in unread:
        reason = f"{part.what}, not read: {count_of(part.lines, 'line')}, {count_of(part.links, 'link')}"
        out.problem(part.line, part.text, reason, minor=True)
    if (unclosed := find_unclosed(text)) is not None:
        line, what, lines = unclosed
        out.problem(
            line, text.splitlines()[line - 1], f"{what} that is never closed, so {count_of(lines, 'line')} not read"
        )
    return out.finish()


class _Page:
    def __init__(self, out: Collector, entry_levels: set[int]) -> None:
        self.out = out
        self.entry_levels = entry_levels
        """Levels of headings at which several are links of works: those may be entries."""
        self.listed: set[int] = set()
        """Paragraphs, by identity, that stand in a row of paragraphs with an address each: a list without bullets."""

    # Blocks

    def read(self, blocks: Sequence[Block]) -> None:
        """Read the blocks of the page, or of a part of it."""
        at = 0
        self.listed |= listed_paragraphs(blocks)
        while at < len(blocks):
            block = blocks[at]
            at += 1
            if isinstance(block, Head):
                taken = self._headed(block, blocks, at) if block.level in self.entry_levels else 0
                if taken:
                    at += taken - 1
                else:
                    self.out.heading(block.pieces, block.level, block.line)
            elif isinstance(block, FoldEnd):
                while self.out.stack and self.out.stack[-1].line >= block.begun:
                    self.out.stack.pop()
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
                self.out.problem(block.line, block.text, block.reason)

    # Entries

    def _headed(self, head: Head, blocks: Sequence[Block], at: int) -> int:
        """Take a heading for an entry where it is a work, by its link or the address below, and only details follow.

        Return how many blocks were taken; 0 where it is a heading.
        """
        address = blocks[at] if not is_work(head.pieces) and at < len(blocks) else None
        if address is not None and not is_address(address):
            return 0
        taken = [head.pieces]
        notes: list[tuple[int, list[Piece]]] = []
        count = 0
        for block in blocks[at:]:
            if isinstance(block, Head):
                if block.level > head.level:
                    return 0
                break
            if isinstance(block, Para) and is_footer(block.pieces):
                break
            if isinstance(block, List):
                parts = [part for item in block.items for part in all_pieces(item)]
                is_own = sum(is_own_entry(item, named=True) for item in block.items) * 2 > len(block.items)
            elif isinstance(block, Para):
                parts = [block.pieces]
                is_own = is_heading_like(block.pieces) or (
                    address is None and read_entry(block.pieces, block.line).marked and not fields_only(block)
                )
            else:
                return 0
            if is_own:
                return 0
            count += 1
            if address is None or block is address:
                taken += parts
            else:
                notes.append((block.line, joined(parts)))
        while self.out.stack and self.out.stack[-1].level >= head.level:
            self.out.stack.pop()
        if not any(leads_away(piece) and not is_label(piece.text) for piece in head.pieces):
            # The heading is the title, whatever it begins with.
            taken[0] = [replace(piece, bold=piece.link is None) for piece in head.pieces]
        self.out.add(read_entry(joined(taken), head.line))
        for line, pieces in notes:
            self.out.problem(line, plain(pieces), "notes on an entry, not read", minor=True)
        return count + 1

    def _para(self, para: Para, blocks: Sequence[Block], at: int) -> int:
        """Read a paragraph, and say how many of the blocks after it belong to its entry."""
        following = blocks[at] if at < len(blocks) else None
        text = plain(para.pieces)
        if not text:
            for url in {piece.link.url for piece in para.pieces if piece.link and identifiers_of_url(piece.link.url)}:
                self.out.problem(para.line, url, "a picture that links to a work, not read as an entry", minor=True)
            return 0
        if is_heading_like(para.pieces) or (isinstance(following, List) and is_slanted_name(para.pieces)):
            return self._heading_like(para, blocks, at)
        path = self.out.path()
        if other_section(path):
            if self._loose_link(para.pieces):
                self.out.skip(path[-1], para.line, [para.pieces])
            else:
                self.out.problem(para.line, text, "a paragraph of text, not read", minor=True)
            return 0
        if isinstance(following, List) and text.endswith((":", "：")):
            heading = Heading(text[:-1].rstrip(), self.out.below(), para.line)
            if other_section([heading]):
                # "Maintained by:"
                self.out.skip_list(heading, following)
                return 1
        if is_navigation(para.pieces):
            if any(piece.link is not None and not piece.link.url.startswith("#") for piece in para.pieces):
                self.out.problem(para.line, text, "a row of links, not read as an entry", minor=True)
            return 0
        if lines := lines_of_entries(para):
            for line in lines:
                self.out.add(read_entry(line, line[0].line))
            return 0
        draft = read_entry(para.pieces, para.line)
        listed = id(para) in self.listed and draft.title and draft.links and not is_sentence(draft)
        if self._is_entry(draft, para) or listed or is_reference(draft, text):
            self.out.add(draft)
        elif self._loose_link(para.pieces):
            reason = "a paragraph with links, outside any list, that does not read as an entry"
            self.out.problem(para.line, text, reason)
        else:
            named = draft.authors is not None and (draft.authors.strong or draft.year is not None)
            around = any(piece.link is not None and piece.link.url.startswith("#") for piece in para.pieces)
            refused = bool(draft.refused) and not around
            minor = not (named or refused or id(para) in self.listed)
            self.out.problem(para.line, text, "a paragraph of text, not read", minor=minor)
            if refused:
                self.out.refuse(draft)
        return 0

    def _heading_like(self, para: Para, blocks: Sequence[Block], at: int) -> int:
        """Read a paragraph set like a heading: an entry where its fields follow; say how many blocks those are."""
        following = blocks[at] if at < len(blocks) else None
        title = read_entry(para.pieces, para.line).title or ""
        if isinstance(following, List) and is_details(following) and len(title.split()) >= 3:
            self._with_details(para, following)
            return 1
        fields = [
            block.pieces for block in takewhile(_holds_fields, islice(blocks, at, None)) if isinstance(block, Para)
        ]
        if fields:
            self.out.add(read_entry(joined([para.pieces, *fields]), para.line))
        elif following is not None and not isinstance(following, Head):
            text = heading_text(para.pieces).rstrip(":").rstrip()
            self.out.push(Heading(text, self.out.below(), para.line))
        else:
            self.out.problem(para.line, plain(para.pieces), "a line in bold with no entries below", minor=True)
        return len(fields)

    def _is_entry(self, draft: Draft, para: Para) -> bool:
        """Whether a paragraph outside a list is an entry: it begins with its title, and says more than that."""
        strong = draft.authors is not None and draft.authors.strong
        if not (is_clear(draft) and draft.marked and (draft.year or draft.links or strong)):
            return False
        title = draft.title or ""
        text = plain(para.pieces)
        at = text.find(title[:30])
        ahead = NUMBER.sub("", text[: max(at, 0)]).strip(" \t\"“'*([")
        before = ahead.strip(":|-–—.] ")
        # What stands before a title is a field, or a name set off, not a sentence that speaks of the work.
        named = len(before.split()) <= 3 and before != ahead
        if at < 0 or (before and not (named or read_authors(before) or read_place(before) or read_date(before))):
            return False
        if len(title.split()) < 2:
            described = not ahead and re.match(r"\s*(?:[:：]|[–—-]\s)\s*\S", text[at + len(title) :]) is not None
            detected = described or not draft.notes
            return strong or (bool(draft.links) and detected)
        rest = len(text) - len(title)
        return bool(draft.authors or draft.year or draft.venue) or (bool(draft.links) and rest < 120)

    def _with_details(self, para: Para, details: List) -> None:
        parts = [para.pieces, *(part for item in details.items for part in all_pieces(item))]
        self.out.add(read_entry(joined(parts), para.line))

    def _loose_link(self, pieces: Sequence[Piece]) -> bool:
        return any(leads_away(piece) for piece in pieces) and not any(
            piece.image is not None and is_counter(piece.image) for piece in pieces
        )

    def _continued(self, block: List, blocks: Sequence[Block], at: int) -> int:
        """Give a list's last item what follows the list and only has what the item lacks; say how many blocks."""
        shown = at
        # Pictures stand between.
        while at < len(blocks) and isinstance(picture := blocks[at], Html) and is_picture(picture):
            at += 1
        following = blocks[at] if at < len(blocks) else None
        last = block.items[-1] if block.items else None
        if last is None or last.below or not last.paras:
            return 0
        if not isinstance(following, Para) or not fields_only(following):
            return 0
        draft = read_entry(last.paras[-1].pieces, last.line)
        # A year may stand beside the title, and the rest below: "**A Title** (2031)".
        dated = draft.year is not None and not draft.marked
        if draft.links or draft.authors or dated or not draft.title:
            return 0
        last.paras.append(following)
        return at - shown + 1

    # Lists

    def _list(self, block: List) -> None:
        path = self.out.path()
        if is_contents(block, path):
            return
        if other_section(path):
            self.out.skip_list(path[-1], block)
            return
        if leads_around_one_page(block):
            parts = [joined(all_pieces(item)) for item in block.items]
            text = plain(parts[0])
            self.out.problem(block.line, text, "a list of places on one page, not read as entries", minor=True)
            return
        if is_relative_contents(block):
            for item in block.items:
                self._refuse_all(item)
            return
        self._fold(block)
        groups = [group_of(item) for item in block.items]
        owns = [
            self._own_entries(item) if group is None else [] for item, group in zip(block.items, groups, strict=True)
        ]
        drafts = [
            read_item(item, own) if group is None else None
            for item, own, group in zip(block.items, owns, groups, strict=True)
        ]
        # An item that names nothing but itself is an entry among entries.
        shown = [is_clear(draft) and not is_sentence(draft) for draft in drafts if draft is not None]
        clear = sum(shown) * 2 >= len(shown) > 0
        for item, own, draft, group in zip(block.items, owns, drafts, groups, strict=True):
            if draft is None:
                self._group(group or "", item)
            else:
                self._item(item, draft, own, clear=clear)

    def _fold(self, block: List) -> None:
        """Give an item the items after it that are its authors and what else is said of it, not set in far enough."""
        kept: list[Item] = []
        folding = False
        for item in block.items:
            last = kept[-1] if kept else None
            alone = not item.below and not any(piece.link for para in item.paras for piece in para.pieces)
            folding = alone and last is not None and ((folding and is_keyed(item)) or self._is_byline(last, item))
            if folding and last is not None:
                last.below.append(List([item], item.line))
            else:
                kept.append(item)
        block.items[:] = kept

    def _is_byline(self, work: Item, item: Item) -> bool:
        """Whether an item is only the authors of *work*, which has none yet, maybe with venue and year."""
        if len(item.paras) != 1 or not work.paras or work.below:
            return False
        alone = read_entry(pieces := item.paras[0].pieces, item.line)
        authors = read_authors(plain(pieces)) or (None if alone.title else alone.authors)
        draft = read_entry(work.paras[0].pieces, work.line)
        named = draft.marked and bool(draft.title and draft.links) and draft.authors is None
        return named and authors is not None and authors.strong

    def _group(self, text: str, item: Item) -> None:
        """Read an item that only names the entries below it."""
        before = list(self.out.stack)
        level = (self.out.stack[-1].level if self.out.stack else 1) + 6
        self.out.push(Heading(text, level, item.line))
        self.read([*item.paras[1:], *item.below])
        self.out.stack = before

    def _own_entries(self, item: Item) -> list[Item]:
        """Return the items below that are entries themselves, not details of this one."""
        linked = any(piece.link is not None for para in item.paras for piece in para.pieces)
        return [
            sub
            for block in item.below
            if isinstance(block, List)
            for sub in block.items
            if is_own_entry(sub, linked=linked) or (linked and is_described(sub))
        ]

    def _add_each(self, items: Sequence[Item]) -> None:
        """Take the entries that stand below another, and those below them."""
        for item in items:
            self.out.add(read_item(item, own := self._own_entries(item)))
            self._add_each(own)

    def _item(self, item: Item, draft: Draft, own: Sequence[Item], *, clear: bool) -> None:
        text = " ".join(plain(para.pieces) for para in item.paras)
        if not text and not draft.links and not draft.title:
            if any(isinstance(block, Head | List | Table) for block in item.below):
                self.read(item.below)
                return
            if not item.below:
                return
        if text.endswith((":", "：")) and not (draft.links or draft.marked):
            self.out.problem(item.line, text, "a name for what follows, not read as an entry")
            self.out.refuse(draft)
        elif (guide := is_guide(draft, text)) or is_sentence(draft):
            self.out.problem(
                item.line, text, f"a {'line to the reader' if guide else 'sentence'}, not read as an entry"
            )
            self.out.refuse(draft)
        elif is_clear(draft) or (clear and draft.title and len(draft.title.split()) <= _LONGEST_TITLE):
            if draft.title and len(draft.title.split()) > _LONGEST_TITLE and not draft.marked:
                self.out.problem(item.line, text, "no title found in so long a text")
                self.out.refuse(draft)
            else:
                self.out.add(draft)
        else:
            self.out.problem(item.line, text, "no link, author, venue or year: not read as an entry")
            self.out.refuse(draft)
        self._add_each(own)
        for block in other_blocks(item):
            if isinstance(block, Head):
                self.out.problem(block.line, plain(block.pieces), "a heading within an entry, not read", minor=True)
            else:
                self.read([block])

    def _refuse_all(self, item: Item) -> None:
        for pieces in all_pieces(item):
            self.out.refuse(read_entry(pieces, item.line))

    # Tables and HTML

    def _table(self, table: Table) -> None:
        cells = [cell for _, row in [(table.line, table.header), *table.rows] for cell in row]
        urls = [piece.link.url for cell in cells for piece in cell if piece.link is not None]
        single = len(table.rows) <= (not any(map(plain, table.header)))
        if single or not plain(joined(cells)) or (urls and all(url.startswith("#") for url in urls)):
            # One row alone holds pictures or a frame; one that leads around the page is a table of contents.
            linked = any(leads_away(piece) for cell in cells for piece in cell)
            if single and plain(joined(cells)):
                reason = "a table of one row, not read as entries"
                self.out.problem(table.line, plain(joined(cells)), reason, minor=not linked)
            return
        path = self.out.path()
        if other_section(path):
            self.out.skip(path[-1], table.line, cells, items=len(table.rows))
            return
        kinds = columns(table)
        head = " | ".join(plain(cell) for cell in table.header)
        if kinds is None:
            self.out.problem(table.line, head, "a table with no column of titles, not read as entries")
            return
        drafts: list[Draft] = []
        title_at = next(number for number, kind in kinds.items() if kind == "title")
        last: list[Piece] | None = None
        for line, row in table.rows:
            title = row[title_at] if title_at < len(row) else []
            draft = read_row(kinds, table.header, row, line)
            if draft is None:
                text = " | ".join(plain(cell) for cell in row)
                if text.strip(" |-—:"):
                    self.out.problem(line, text, "a row without a title and links")
            elif title and title is last:
                # A title that reaches over several rows is one entry.
                drafts[-1].links += [link for link in draft.links if link not in drafts[-1].links]
            elif plain(title) == plain(table.header[title_at]) and not draft.links:
                continue
            else:
                drafts.append(draft)
                last = title
        take_years(drafts)
        for draft in drafts:
            self.out.add(draft)

    def _html(self, block: Html) -> None:
        for part in block.content.parts:
            if isinstance(part, HtmlHeading):
                self.out.heading(part.pieces, part.level, part.line)
                continue
            self._table(Table(part.header, part.rows, part.line))
            for line, pieces in part.across:
                linked = any(leads_away(piece) for piece in pieces)
                if plain(pieces):
                    reason = "a row of one cell, not read as an entry"
                    self.out.problem(line, plain(pieces), reason, minor=not linked)
        loose = block.content.loose
        words = [piece for piece in loose if piece.image is None and piece.text.strip()]
        if any(piece.link is not None and not piece.link.url.startswith("#") for piece in words):
            self.out.problem(block.line, plain(loose), "links in HTML, which is not read as entries")
        elif any(piece.link is None and re.search(r"\w", piece.text) for piece in words):
            self.out.problem(block.line, plain(loose), "text in HTML, not read", minor=True)


def _holds_fields(block: Block) -> bool:
    return isinstance(block, Para) and fields_only(block)
