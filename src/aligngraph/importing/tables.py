"""Pipe tables whose rows are entries: the header names say what each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aligngraph.importing.blocks import Table, joined
from aligngraph.importing.draft import Draft
from aligngraph.importing.entries import read_entry
from aligngraph.importing.inline import Piece, plain
from aligngraph.importing.links import check_url, is_label, label_of, plain_label
from aligngraph.importing.names import read_authors
from aligngraph.importing.places import read_place
from aligngraph.importing.records import Link, identifiers_of
from aligngraph.importing.words import (
    AUTHOR_KEYS,
    LINK_KEYS,
    NAME_KEYS,
    TITLE_KEYS,
    VAGUE_LABELS,
    VENUE_KEYS,
    WORK_LABELS,
    YEAR_KEYS,
)

_EMPTY = frozenset(
    ("", "-", "–", "—", "--", "/", "\\", "n/a", "na", "none", "tbd", "?", "x", "✗", "❌", "~", ".", "...")
)


def columns(table: Table) -> dict[int, str] | None:
    """Return what each column holds, by its number: title, authors, venue, year, link or note.

    None when no column can hold titles.
    """
    names = [_name(cell) for cell in table.header]
    kinds: dict[int, str] = {}
    for number, name in enumerate(names):
        for kind, keys in (
            ("title", TITLE_KEYS),
            ("authors", AUTHOR_KEYS),
            ("year", YEAR_KEYS),
            ("venue", VENUE_KEYS),
            ("name", NAME_KEYS),
            ("link", LINK_KEYS),
        ):
            if name in keys:
                kinds[number] = kind
                break
        else:
            kinds[number] = "note"
    titles = [number for number, kind in kinds.items() if kind == "title"]
    sample = table.rows[:30]
    if len(titles) > 1:
        # "Title | Paper": the one that says most; the others link.
        best = max(titles, key=lambda number: (_length(sample, number), -number))
        for number in titles:
            kinds[number] = "title" if number == best else "link"
    elif (
        titles
        and _length(sample, titles[0]) < 1.6
        and any(_is_links(row[titles[0]]) for _, row in sample if len(row) > titles[0])
    ):
        # A "Paper" column that only links.
        kinds[titles[0]] = "link"
        titles = []
    if not titles:
        able = [
            number
            for number, kind in kinds.items()
            if kind in ("name", "link", "note") and _length(sample, number, linked=kind != "name") >= 2.5
        ]
        named = [number for number, kind in kinds.items() if kind == "name"]
        known = any(kind in ("authors", "venue", "year", "link") for kind in kinds.values())
        linked = any(piece.link for _, row in sample for cell in row for piece in cell)
        if able and known:
            kinds[max(able, key=lambda number: _length(sample, number, linked=kinds[number] != "name"))] = "title"
        elif named and linked and known:
            kinds[named[0]] = "title"
        else:
            return None
    # A column called "Publication" may hold the authors.
    for number, kind in kinds.items():
        if kind == "venue" and "authors" not in kinds.values():
            texts = [plain(row[number]) for _, row in sample if len(row) > number and plain(row[number])]
            if texts and sum(bool((found := read_authors(text)) and found.strong) for text in texts) > len(texts) / 2:
                kinds[number] = "authors"
    return kinds


def _name(cell: Sequence[Piece]) -> str:
    return re.sub(r"[^\w\s&/().;-]", "", plain(cell)).strip().strip("_").lower()


def _length(rows: Sequence[tuple[int, list[list[Piece]]]], number: int, *, linked: bool = False) -> float:
    """Return how many words the column's cells have on average, of linked text only if asked."""
    counts = [
        len(plain([piece for piece in row[number] if piece.link is not None or piece.bold or not linked]).split())
        for _, row in rows
        if len(row) > number
    ]
    return sum(counts) / len(counts) if counts else 0.0


def _is_links(cell: Sequence[Piece]) -> bool:
    linked = [piece for piece in cell if piece.link is not None]
    return bool(linked) and all(
        is_label(piece.text) or piece.image is not None or "://" in piece.text for piece in linked
    )


def read_row(
    kinds: dict[int, str], header: Sequence[Sequence[Piece]], row: Sequence[list[Piece]], line: int, file: str
) -> Draft | None:
    """Return the fields of one row, or None for a row that is empty or only divides the table."""
    if not any(plain(cell).strip(" -—–:") for cell in row):
        return None
    filled = [cell for cell in row if plain(cell) or any(piece.link for piece in cell)]
    title_at = next((number for number, kind in kinds.items() if kind == "title"), 0)
    if len(filled) == 1 and len(row) > 2 and not any(piece.link for piece in filled[0]):
        return None
    cell = row[title_at] if title_at < len(row) else []
    draft = read_entry(cell, line, file) if cell else Draft(line)
    whole = plain(cell)
    if draft.title is None and whole.lower() not in _EMPTY:
        draft.title = whole
    elif (
        not draft.marked
        and draft.authors is None
        and draft.title
        and len(draft.title) < len(whole)
        and not draft.fields
        and not draft.links
    ):
        draft.title = whole if draft.venue is None and draft.year is None else draft.title
    own = Draft(line)
    for number, cell in enumerate(row):
        kind = kinds.get(number, "note")
        text = plain(cell)
        if number == title_at or (text.lower() in _EMPTY and not any(piece.link for piece in cell)):
            continue
        name = plain(header[number]) if number < len(header) else ""
        _read_cell(own, kind, name, cell, text, line, file)
    _take(draft, own)
    draft.text = " ".join(filter(None, (plain(cell) for number, cell in enumerate(row) if kinds.get(number) != "link")))
    draft.identifiers = identifiers_of(draft.work_urls) | draft.identifiers
    draft.marked = True
    return draft


def _read_cell(own: Draft, kind: str, name: str, cell: list[Piece], text: str, line: int, file: str) -> None:
    if kind == "authors":
        own.add_key("authors", name, text)
    elif kind in ("venue", "year"):
        inner = read_entry(cell, line, file)
        place = read_place(text, expected=kind == "venue") or (
            read_place(inner.text, expected=True) if inner.text else None
        )
        if kind == "year" and place is not None and place.venue and not place.sure:
            place = None
        if place is not None:
            if place.venue and kind == "venue" and own.venue is None:
                own.venue, own.venue_sure = place.venue, True
            if place.year is not None and (own.year is None or place.venue):
                own.year_printed, own.year = place.year_printed, place.year
        elif inner.venue or inner.year:
            own.venue, own.year_printed, own.year = own.venue or inner.venue, inner.year_printed, inner.year
        _add_links(own, cell, name, line, file)
    else:
        _add_links(own, cell, name if kind == "link" else "", line, file)
        if kind != "link" and text:
            own.fields.setdefault(name.lower() or "note", text)


def _add_links(own: Draft, cell: list[Piece], name: str, line: int, file: str) -> None:
    inner = read_entry(joined([[Piece("Work", line, bold=True)], cell]), line, file)
    own.refused += inner.refused
    shown = {
        id(piece.link): plain_label(plain([other for other in cell if other.link is piece.link]))
        for piece in cell
        if piece.link
    }
    addresses = {id(piece.link): check_url(piece.link.url)[0] for piece in cell if piece.link}
    said = {addresses[key]: text for key, text in shown.items()}
    for link in inner.links:
        text = said.get(link.url, "")
        vague = not text or text.lower() in VAGUE_LABELS or "://" in text or not is_label(text)
        label = name if vague and name and is_label(name) else (link.label or text or label_of(link.url))
        if vague and not name and not text:
            label = link.label
        own.links.append(Link(label, link.url, link.line))
        if label.lower() in WORK_LABELS or any(word in WORK_LABELS for word in re.split(r"\W+", label.lower())):
            own.work_urls.append(link.url)


def _take(draft: Draft, own: Draft) -> None:
    """Let the columns outweigh what the title's cell seems to say."""
    if own.authors is not None:
        draft.authors = own.authors
    if own.venue is not None:
        draft.venue = own.venue
    if own.year is not None:
        draft.year_printed, draft.year = own.year_printed, own.year
    draft.links += [
        link
        for link in own.links
        if not any(link.url == other.url and link.label == other.label for other in draft.links)
    ]
    draft.work_urls += own.work_urls
    draft.refused += own.refused
    draft.fields.update(own.fields)
