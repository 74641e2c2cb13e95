"""Pipe tables whose rows are entries: the header names say what each column holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from aligngraph.bibliography.addresses import check_url
from aligngraph.bibliography.entries import Link
from aligngraph.bibliography.identifiers import identifiers_of
from aligngraph.readinglists.authors import read_authors
from aligngraph.readinglists.blocks import Table, joined
from aligngraph.readinglists.draft import Draft
from aligngraph.readinglists.entry import read_entry
from aligngraph.readinglists.inline import HARD, Piece, leads_away, plain
from aligngraph.readinglists.lexicon import (
    AUTHOR_KEYS,
    LABELS,
    LINK_KEYS,
    NAME_KEYS,
    TITLE_KEYS,
    VAGUE_LABELS,
    VENUE_KEYS,
    WORK_LABELS,
    YEAR_KEYS,
)
from aligngraph.readinglists.link_kinds import link_kind
from aligngraph.readinglists.links import is_label, is_way_round, label_of, plain_label
from aligngraph.readinglists.titles import peel_title
from aligngraph.readinglists.venues import read_place, read_places

Rows = Sequence[tuple[int, list[list[Piece]]]]
_KEYS = (
    ("title", TITLE_KEYS),
    ("authors", AUTHOR_KEYS),
    ("year", YEAR_KEYS),
    ("venue", VENUE_KEYS),
    ("name", NAME_KEYS),
    ("link", LINK_KEYS),
)
# "DriveLM 2031", in a table without a column of years.
_NAME_AND_YEAR = re.compile(r"(\S+(?: \S+){0,2}) ((?:19|20)\d\d)")
_EMPTY = frozenset(
    ("", "-", "–", "—", "--", "/", "\\", "n/a", "na", "none", "tbd", "?", "x", "✗", "❌", "~", ".", "...")
)


def columns(table: Table) -> dict[int, str] | None:
    """Return what each column holds, by its number: title, authors, venue, year, link or note.

    None when no column can hold titles.
    """
    kinds = {number: _kind(_name(cell)) for number, cell in enumerate(table.header)}
    sample = table.rows[:30]
    for number, kind in kinds.items():
        # A "Paper" or "Project" column that only links.
        if kind in ("title", "name") and _share(sample, number, _is_links) > 0.5:
            kinds[number] = "link"
    quoted = next((number for number in kinds if _share(sample, number, _is_quoted) > 0.6), None)
    if quoted is not None:
        # Whatever the columns are called: "Benchmark | … | Source".
        kinds = {number: "note" if kind in ("title", "name") else kind for number, kind in kinds.items()}
        kinds[quoted] = "title"
    titles = [number for number, kind in kinds.items() if kind == "title"]
    if len(titles) > 1:
        # "Title | Paper": the one that says most; the others link.
        best = max(titles, key=lambda number: (_length(sample, number), -number))
        for number in titles:
            kinds[number] = "title" if number == best else "link"
    if not titles:
        best_kind = _without_title(kinds, sample)
        if best_kind is None:
            return None
        kinds[best_kind] = "title"
    _turn(kinds, sample)
    return kinds


def _without_title(kinds: dict[int, str], sample: Rows) -> int | None:
    """Return the column that holds the titles though its name does not say so."""
    able = [
        number
        for number, kind in kinds.items()
        if kind in ("name", "link", "note") and _length(sample, number, linked=kind != "name") >= 2.5
    ]
    known = any(kind in ("authors", "venue", "year", "link") for kind in kinds.values())
    if able and known:
        return max(able, key=lambda number: _length(sample, number, linked=kinds[number] != "name"))
    # Names of tools, models, data: where each row leads somewhere.
    linked = sum(
        any(piece.link is not None and check_url(piece.link.url)[0] for cell in row for piece in cell)
        for _, row in sample
    )
    if linked < 0.6 * len(sample):
        return None
    named = [number for number, kind in kinds.items() if kind == "name"]
    others = [number for number, kind in kinds.items() if kind in ("note", "link")]
    found = next((number for number in (*named, *others) if _share(sample, number, _is_name) >= 0.8), None)
    return None if found is None or _lists(sample, found) else found


def _lists(sample: Rows, title: int) -> bool:
    """Whether the rows only group things: "Facts | [Otter](…), [Heron](…)"."""
    crowded = 0
    for _, row in sample:
        cells = [cell for number, cell in enumerate(row) if number != title]
        named = ({id(piece.link): piece.text for piece in cell if leads_away(piece)} for cell in cells)
        crowded += any(sum(not is_label(text) for text in texts.values()) > 1 for texts in named)
    return crowded > 0.3 * len(sample)


def _turn(kinds: dict[int, str], sample: Rows) -> None:
    """Put the authors right: a column called "Publication" may hold them, and two headers may be mixed up."""
    for number, kind in list(kinds.items()):
        authors = next((other for other, what in kinds.items() if what == "authors"), None)
        if kind != "venue" or _share(sample, number, _is_authors) <= 0.5:
            continue
        if authors is None:
            kinds[number] = "authors"
        elif _share(sample, authors, _is_authors) < 0.5:
            kinds[number], kinds[authors] = "authors", "venue"


def _kind(name: str) -> str:
    for kind, keys in _KEYS:
        if name in keys:
            return kind
    bare = re.sub(r"\s*\b(?:names?|titles?)$|名称?$", "", name)
    if bare != name and bare in NAME_KEYS:
        return "name"
    parts = [part for part in re.split(r"\s*[/&,+]\s*|\s+(?:and|or)\s+", name) if part]
    if len(parts) > 1:
        if all(part in LINK_KEYS or part in LABELS for part in parts):
            return "link"
        if all(part in VENUE_KEYS or part == "series" for part in parts):
            return "venue"
    return "note"


def _share(rows: Rows, number: int, test: Callable[[list[Piece]], bool]) -> float:
    """Return the share of the column's filled cells that pass *test*."""
    cells = [row[number] for _, row in rows if len(row) > number and not _is_empty(row[number])]
    return sum(map(test, cells)) / len(cells) if cells else 0.0


def _is_empty(cell: list[Piece]) -> bool:
    text = plain(cell)
    return not any(piece.link for piece in cell) and (
        text.lower() in _EMPTY or not re.search(r"\w", re.sub(r":[a-z0-9_+-]{2,40}:", "", text))
    )


def _is_name(cell: list[Piece]) -> bool:
    text = plain([piece for piece in cell if piece.link is None or not is_label(piece.text)])
    return len(re.findall(r"[^\W\d_]", text)) >= 2


def _is_quoted(cell: list[Piece]) -> bool:
    found = re.match(r"[\"“]([^\"”]+)[\"”]", plain(cell))
    return found is not None and len(found[1].split()) >= 3


def _is_authors(cell: list[Piece]) -> bool:
    found = read_authors(plain(cell))
    return found is not None and found.strong


def _name(cell: Sequence[Piece]) -> str:
    return re.sub(r"[^\w\s&/().;-]", "", plain(cell)).strip().strip("_").lower()


def _length(rows: Rows, number: int, *, linked: bool = False) -> float:
    """Return how many words the column's cells have on average, of linked text only if asked."""
    counts = [
        len(plain([piece for piece in row[number] if piece.link is not None or piece.bold or not linked]).split())
        for _, row in rows
        if len(row) > number
    ]
    return sum(counts) / len(counts) if counts else 0.0


def _is_links(cell: Sequence[Piece]) -> bool:
    linked = [piece for piece in cell if piece.link is not None]
    return (
        bool(linked)
        and all(is_label(piece.text) or piece.image is not None or "://" in piece.text for piece in linked)
        and len(plain([piece for piece in cell if piece.link is None]).split()) < 2
    )


_GENERAL = frozenset(("access", "material", "materials", "resource", "resources", "urls"))


def read_row(
    kinds: dict[int, str], header: Sequence[Sequence[Piece]], row: Sequence[list[Piece]], line: int
) -> Draft | None:
    """Return the fields of one row, or None for a row that is empty or only divides the table."""
    if not any(plain(cell).strip(" -—–:") for cell in row):
        return None
    filled = [cell for cell in row if plain(cell) or any(piece.link for piece in cell)]
    title_at = next((number for number, kind in kinds.items() if kind == "title"), 0)
    if len(filled) == 1 and len(row) > 2 and not any(piece.link for piece in filled[0]):
        return None
    cell = row[title_at] if title_at < len(row) else []
    named_at = next((number for number, kind in kinds.items() if kind == "name"), len(row))
    labelled = _is_links(cell) and len(plain(cell).split()) <= 3
    if (_is_empty(cell) or labelled) and named_at < len(row) and not _is_empty(row[named_at]):
        # "Otter | N/A | [Code](…)", "Otter | [Documentation](…) |": the name is all the title that it has.
        kinds = {**kinds, title_at: "link", named_at: "title"}
        title_at, cell = named_at, row[named_at]
    draft = read_entry(cell, line) if cell else Draft(line)
    whole = _whole(cell)
    if draft.title is None and whole.lower() not in _EMPTY:
        draft.title = whole
    elif (
        not (draft.marked or draft.authors or draft.venue or draft.year or draft.links)
        and draft.title
        and len(draft.title) < len(whole)
    ):
        # Nothing sets the title off: what the cell says is the title.
        lines = [text for part in _lines(cell) if len((text := _whole(part)).split()) > 1]
        # "(The title that it had) <br> The title that it has"
        first = next((text for text in lines if not re.fullmatch(r"\(.*\)\.?", text)), whole)
        draft.title, _, said = peel_title(first)
        said += [text for text in lines if text != first]
        draft.fields = {"note": " ".join(said)} if said else {}
    own = Draft(line)
    for number, cell in enumerate(row):
        kind = kinds.get(number, "note")
        text = plain(cell)
        if number == title_at or _is_empty(cell):
            continue
        name = plain(header[number]) if number < len(header) else ""
        _read_cell(own, kind, name, cell, text, line)
    _take(draft, own)
    draft.text = " ".join(filter(None, (plain(cell) for number, cell in enumerate(row) if kinds.get(number) != "link")))
    draft.identifiers = identifiers_of(draft.work_urls) | draft.identifiers
    draft.marked = True
    # The columns say where the fields are.
    draft.again = None
    return draft


def take_years(drafts: Sequence[Draft]) -> None:
    """Take the years from behind the names of a table's rows, where most have one there and none elsewhere."""
    found = [_NAME_AND_YEAR.fullmatch(draft.title or "") for draft in drafts]
    if sum(map(bool, found)) * 2 <= len(drafts) or any(draft.year is not None for draft in drafts):
        return
    for draft, named in zip(drafts, found, strict=True):
        if named:
            draft.title, draft.year_printed, draft.year = named[1], named[2], int(named[2])


def _lines(cell: Sequence[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[]]
    for piece in cell:
        if piece.text == HARD:
            lines.append([])
        else:
            lines[-1].append(piece)
    return lines


def _byline(cell: Sequence[Piece]) -> str:
    """Return the authors of a cell as one list: each line has names of its own, unless one list is wrapped."""
    lines = [plain(line) for line in _lines(cell)]
    names = [line.rpartition(",")[2].split() for line in lines if line]
    wrapped = any(line.endswith((",", ";", " and", "&")) for line in lines) or any(len(name) < 2 for name in names)
    return plain(cell) if wrapped else ", ".join(filter(None, lines))


def _whole(cell: Sequence[Piece]) -> str:
    """Return what a title's cell says, without links to numbered references."""
    kept = [piece for piece in cell if piece.link is None or not is_way_round(piece.link.url, piece.text)]
    return re.sub(r"\s*\[[\s,]*\]", "", plain(kept)).strip()


def _read_cell(own: Draft, kind: str, name: str, cell: list[Piece], text: str, line: int) -> None:
    if kind == "authors":
        own.add_key("authors", name, _byline(cell))
    elif kind in ("venue", "year"):
        inner = read_entry(cell, line)
        place = (read_places(text) if kind == "venue" else read_place(text)) or (
            read_place(inner.text, expected=True) if inner.text else None
        )
        if kind == "year" and (place is None or (place.venue and not place.sure)):
            # "24 okt 2031"
            years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)
            place = read_place(years[0]) if len(set(years)) == 1 else None
        if place is not None:
            if place.venue and kind == "venue" and own.venue is None:
                own.venue, own.venue_sure = place.venue, True
            if place.year is not None and (own.year is None or place.venue):
                own.year_printed, own.year = place.year_printed, place.year
        elif inner.venue or inner.year:
            own.venue, own.year_printed, own.year = own.venue or inner.venue, inner.year_printed, inner.year
        _add_links(own, cell, name, line)
    else:
        _add_links(own, cell, name if kind == "link" else "", line)
        if kind != "link" and text:
            own.fields.setdefault(name.lower() or "note", text)


def _add_links(own: Draft, cell: list[Piece], name: str, line: int) -> None:
    inner = read_entry(joined([[Piece("Work", line, bold=True)], cell]), line)
    own.refused += inner.refused
    shown = {
        id(piece.link): plain_label(plain([other for other in cell if other.link is piece.link]))
        for piece in cell
        if piece.link
    }
    addresses = {id(piece.link): check_url(piece.link.url)[0] for piece in cell if piece.link}
    said = {addresses[key]: text for key, text in shown.items()}
    general = name.lower() in VAGUE_LABELS or name.lower() in _GENERAL
    for link in inner.links:
        text = said.get(link.url, "")
        vague = not text or text.lower() in VAGUE_LABELS or "://" in text or not is_label(text)
        if (
            is_label(link.label)
            and link.label.lower() not in VAGUE_LABELS
            and (general or (not text and name and link_kind(link.label) not in (link_kind(name), "WebLink")))
        ):
            # A badge says more than the column does under "Link", and other things under "Paper".
            vague = False
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
