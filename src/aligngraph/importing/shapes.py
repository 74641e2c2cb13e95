"""What a part of a page is by its shape: entry, heading, details of an entry, table of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aligngraph.importing.blocks import Item, List, Para
from aligngraph.importing.draft import Draft
from aligngraph.importing.entries import read_entry
from aligngraph.importing.inline import HARD, SOFT, Anchor, Piece, plain
from aligngraph.importing.links import is_label
from aligngraph.importing.names import read_authors
from aligngraph.importing.places import read_place
from aligngraph.importing.records import Heading
from aligngraph.importing.words import (
    AUTHOR_KEYS,
    CONTENTS_SECTIONS,
    LINK_KEYS,
    NOTE_KEYS,
    OTHER_SECTIONS,
    TITLE_KEYS,
    VENUE_KEYS,
    YEAR_KEYS,
)

_ALL_KEYS = AUTHOR_KEYS | LINK_KEYS | NOTE_KEYS | TITLE_KEYS | VENUE_KEYS | YEAR_KEYS
_KEY = re.compile(r"^[\W_]*([^\W\d_][\w /&;().-]{0,28}?)\s*[:：]")
_SERVICE = re.compile(
    r"\b(?:contributors?|contributing|maintainers?|acknowledge?ments?|licen[cs]e|star history|citation)\b"
)
_NUMBERED = re.compile(r"^\s*(?:\[\d{1,4}\]|\(?\d{1,4}[).])\s")
_LABEL_MARKS = re.compile(r"[\s\[\](){},;|/·•:&+.–—-]+")


def heading_text(pieces: Sequence[Piece]) -> str:
    """Return a heading as printed, without links back to the top and without pictures."""
    kept = [
        piece
        for piece in pieces
        if not (piece.link is not None and piece.link.url.startswith("#") and _is_way_back(piece.text))
    ]
    return plain(kept).strip()


def _is_way_back(text: str) -> bool:
    bare = re.sub(r"[^\w\s]", "", text).strip().lower()
    return bare in (
        "",
        "back to top",
        "top",
        "back",
        "back to the top",
        "back to contents",
        "back to toc",
        "toc",
        "go back",
        "return",
        "link",
        "back to table of contents",
    )


def other_section(path: Sequence[Heading]) -> bool:
    """Whether the nearest heading announces something other than entries: news, contents, how to contribute."""
    names = [re.sub(r"[^\w\s'&-]", "", heading.text).strip().lower() for heading in path[-1:]]
    return any(name in OTHER_SECTIONS for name in names) or bool(
        names and _SERVICE.search(names[-1]) and len(names[-1].split()) <= 6
    )


def _anchors(items: Sequence[Item]) -> Iterator[Anchor]:
    for item in items:
        for block in (*item.paras, *item.below):
            if isinstance(block, List):
                yield from _anchors(block.items)
            elif isinstance(block, Para):
                yield from (piece.link for piece in block.pieces if piece.link is not None)


def is_contents(block: List, path: Sequence[Heading]) -> bool:
    """Whether a list is a table of contents: it links, and only to places on its own page."""
    anchors = list(_anchors(block.items))
    nearest = re.sub(r"[^\w\s]", "", path[-1].text).strip().lower() if path else ""
    return all(anchor.url.startswith("#") for anchor in anchors) and (bool(anchors) or nearest in CONTENTS_SECTIONS)


def is_relative_contents(block: List) -> bool:
    """Whether a list only leads to other pages of the same site."""
    anchors = list(_anchors(block.items))
    if not anchors or any(re.match(r"[a-zA-Z][\w+.-]*:", anchor.url) for anchor in anchors):
        return False
    return all(
        _only_link(item) for item in block.items if any(piece.link for para in item.paras for piece in para.pieces)
    )


def _only_link(item: Item) -> bool:
    rest = plain([piece for para in item.paras for piece in para.pieces if piece.link is None])
    return len(re.sub(r"[\W\d_]", "", rest)) < 8


def is_heading_like(pieces: Sequence[Piece]) -> bool:
    """Whether a paragraph is nothing but bold words, as some write headings."""
    words = [piece for piece in pieces if piece.image is None and piece.text not in (SOFT, HARD) and piece.text.strip()]
    if not any(piece.bold for piece in words) or any(piece.link is not None for piece in words):
        return False
    if any(piece.text == HARD for piece in pieces):
        return False
    loose = "".join(piece.text for piece in words if not piece.bold)
    return not re.search(r"\w", loose) and len(plain(words).split()) <= 25


def is_clear(draft: Draft) -> bool:
    """Whether an item shows by itself that it is an entry."""
    return bool(
        draft.links
        or draft.refused
        or (draft.authors and (draft.authors.strong or draft.year))
        or (draft.year is not None and draft.title)
        or draft.venue_sure
        or draft.identifiers
    )


def group_of(item: Item, file: str) -> str | None:
    """Return what an item calls the entries below it, when it is no entry itself."""
    lists = [block for block in item.below if isinstance(block, List)]
    if not lists or len(item.paras) > 1:
        return None
    pieces = item.paras[0].pieces if item.paras else []
    if not pieces or any(piece.link is not None and not piece.link.url.startswith("#") for piece in pieces):
        return None
    head = read_entry(pieces, item.line, file)
    if head.authors or (head.year is not None and len((head.title or "").split()) > 2):
        return None
    subs = [sub for block in lists for sub in block.items]
    own = sum(is_own_entry(sub, file) or group_of(sub, file) is not None for sub in subs)
    if own * 2 > len(subs):
        return heading_text(pieces).rstrip(":").strip()
    return None


def is_own_entry(item: Item, file: str, *, linked: bool = False) -> bool:
    """Whether a sub-item is an entry rather than a detail of the one above, which has links itself if *linked*."""
    if not item.paras or _is_detail(item, file):
        return False
    pieces = [piece for para in item.paras for piece in (*para.pieces, Piece(HARD, item.line))]
    draft = read_entry(pieces, item.line, file)
    words = len((draft.title or "").split())
    if words < 3 or (linked and not draft.links):
        return False
    if draft.marked:
        return bool(draft.links or draft.authors or draft.year is not None)
    cited = bool(draft.authors and draft.authors.strong) and (draft.year is not None or bool(draft.links))
    return cited or (bool(draft.links) and not draft.notes and words <= 25)


def _is_detail(item: Item, file: str) -> bool:
    pieces = item.paras[0].pieces if item.paras else []
    text = plain(pieces)
    found = _KEY.match(text)
    if found and (found[1].strip().lower() in _ALL_KEYS or is_label(found[1])):
        return True
    unlinked = plain([piece for piece in pieces if piece.link is None])
    linked = [piece for piece in pieces if piece.link is not None]
    if not _LABEL_MARKS.sub("", unlinked) and linked:
        return all(piece.image is not None or is_label(piece.text) or "://" in piece.text for piece in linked)
    if linked:
        authors = read_authors(text)
        return bool(authors and authors.strong)
    authors, place = read_authors(text), read_place(text)
    if (authors and authors.strong) or (place and place.sure):
        return True
    draft = read_entry(pieces, item.line, file)
    return not (draft.authors or draft.year is not None)


def is_details(block: List, file: str) -> bool:
    """Whether a list only says more of the entry before it."""
    return (
        bool(block.items)
        and len(block.items) <= 12
        and all(_is_detail(item, file) for item in block.items)
        and any(
            any(piece.link is not None for para in item.paras for piece in para.pieces)
            or _KEY.match(plain(item.paras[0].pieces) if item.paras else "")
            for item in block.items
        )
    )


def fields_only(para: Para, file: str) -> bool:
    """Whether a paragraph holds only what comes after a title: authors, venue, year, labelled links."""
    text = plain(para.pieces)
    if not text or is_heading_like(para.pieces):
        return False
    found = _KEY.match(text)
    if found and found[1].strip().lower() in _ALL_KEYS:
        return True
    work = [Piece("A work", para.line, bold=True), Piece(HARD, para.line), *para.pieces]
    draft = read_entry(work, para.line, file)
    noted = sum(len(note) for note in draft.notes)
    return bool(
        draft.title == "A work" and (draft.authors or draft.year is not None or draft.links)
    ) and noted <= 0.4 * len(text)


def lines_of_entries(para: Para, file: str) -> list[list[Piece]]:
    """Return the lines of a paragraph when each is an entry of its own; empty when it is one text."""
    lines: list[list[Piece]] = [[]]
    for piece in para.pieces:
        if piece.text in (SOFT, HARD) and piece.link is None:
            lines.append([])
        else:
            lines[-1].append(piece)
    lines = [line for line in lines if plain(line) or any(piece.link for piece in line)]
    if len(lines) < 2:
        return []
    if not all(_NUMBERED.match(plain(line)) for line in lines):
        drafts = [read_entry(line, line[0].line, file) for line in lines]
        first = [next((piece for piece in line if piece.text.strip(' -*•·[("“')), None) for line in lines]
        marked = all(
            piece is not None and (piece.bold or (piece.link is not None and not is_label(piece.text)))
            for piece in first
        )
        if not (
            marked
            and all(draft.marked and is_clear(draft) and len((draft.title or "").split()) >= 3 for draft in drafts)
        ):
            return []
    return lines
