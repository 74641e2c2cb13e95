"""What a part of a page is by its shape: entry, heading, details of an entry, table of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from aligngraph.bibliography.addresses import check_url
from aligngraph.bibliography.entries import Heading
from aligngraph.readinglists.authors import read_authors
from aligngraph.readinglists.blocks import Block, Html, Item, List, Para, joined
from aligngraph.readinglists.draft import Draft
from aligngraph.readinglists.entry import read_entry
from aligngraph.readinglists.inline import HARD, SOFT, Anchor, Piece, leads_away, plain
from aligngraph.readinglists.layout import is_short
from aligngraph.readinglists.lexicon import (
    AUTHOR_KEYS,
    CONTENTS_SECTIONS,
    LINK_KEYS,
    NOTE_KEYS,
    OTHER_SECTIONS,
    TITLE_KEYS,
    VENUE_KEYS,
    YEAR_KEYS,
)
from aligngraph.readinglists.links import is_label, is_way_round
from aligngraph.readinglists.title_candidates import BREAKS_OFF
from aligngraph.readinglists.venues import read_place

_ALL_KEYS = AUTHOR_KEYS | LINK_KEYS | NOTE_KEYS | TITLE_KEYS | VENUE_KEYS | YEAR_KEYS
_KEY = re.compile(r"^[\W_]*([^\W\d_][\w /&;().-]{0,28}?)\s*[:：]")
_SERVICE = re.compile(
    r"\b(?:contribut(?:ors?|ing|e)|maintainers?|maintained by|acknowledge?ments?|thanks?|licen[cs]e|star history"
    r"|citation information)\b"
    r"|^(?:how to |please )?cit(?:e|ing)\b|^contact(?: me| us)?$"
)
_ROW, _ROW_SHARE = 5, 0.8
"""How many paragraphs in a row, and which share of them with an address, make a list without bullets."""
_DATE_FIRST = re.compile(r"\W{0,3}(?:19|20)\d\d[-./年]\d{1,2}\b")
_DOCUMENT = re.compile(r"\.(?:pdf|ps|djvu|epub)(?:\.gz)?(?:[#?].*)?$", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*(?!\((?:19|20)\d\d\))(?:\[\d{1,4}\]|\(?\d{1,4}[).])\s")
_AWAY = re.compile(r"[a-zA-Z][\w+.-]*:")
_GUIDE = re.compile(
    r"\W*(?:if (?:you|we)(?:['’]\w+)?\s(?:only|are|have|want|would|like|find|need|know|missed|just|can)\b|see also\b"
    r"|how to (?:contribute|cite (?:this|us)|add (?:a|your|an)\b)"
    r"|please (?:cite|see|star|feel|contact|consider|refer|check|read|open|submit|add|send|let)\b"
    r"|(?:feel free|check out|refer to|take a look|have a look)\b"
    r"|for (?:more|other|further|additional|an?|the)\s[^.:]{3,60}[,:]\s*(?:please )?(?:see|visit|check|refer|read|go)\b"
    r"|(?:prs?|pull requests?|contributions?) (?:are )?(?:very |always |highly )?(?:welcome|appreciated)"
    r"|(?:first,? |then,? )?(?:start|begin) (?:here|with (?:the|this|our|\W*$))|(?:then|first|next),? read\b"
    r"|legend\s*[:：])",
    re.IGNORECASE,
)
_SHARED = re.compile(r"\W*share (?:it |this )?(?:on|via) \S+(?: \S+)?\W*$", re.IGNORECASE)
_LABEL_MARKS = re.compile(r"[\s\[\](){},;|/·•:&+.–—-]+")


def heading_text(pieces: Sequence[Piece]) -> str:
    """Return a heading as printed, without links back to the top and without pictures."""
    kept = [piece for piece in pieces if piece.link is None or not is_way_round(piece.link.url, piece.text)]
    return plain(kept).rstrip(" |").strip()


def group_text(pieces: Sequence[Piece]) -> str:
    """Return what an item calls the entries below it: its bold beginning, where it goes on to describe them."""
    bold: list[Piece] = []
    for piece in pieces:
        if not piece.bold and piece.text.strip():
            break
        bold.append(piece)
    name = heading_text(bold)
    whole = heading_text(pieces)
    return (name if name.endswith((":", "：")) else whole).rstrip(":：").strip()


def is_contents_heading(heading: Heading) -> bool:
    """Whether a heading stands over a table of contents, and so over no entries."""
    return re.sub(r"\([^()]*\)|[^\w\s]", "", heading.text).strip().lower() in CONTENTS_SECTIONS


def other_section(path: Sequence[Heading]) -> bool:
    """Whether the nearest heading announces something other than entries: news, contents, how to contribute."""
    # A bold line is not a heading of its own: "News", and below it "**Stay tuned!**".
    nearest = [*path[-1:], *[heading for heading in path if heading.level <= 6][-1:]]
    names = [re.sub(r"\([^()]*\)|[^\w\s'&-]", "", heading.text).strip().lower() for heading in nearest]
    return any(name in OTHER_SECTIONS or (_SERVICE.search(name) and len(name.split()) <= 6) for name in names)


def all_pieces(item: Item) -> list[list[Piece]]:
    """Return the text of an item and of all below it, a paragraph each."""
    parts = [para.pieces for para in item.paras]
    for block in item.below:
        if isinstance(block, List):
            for sub in block.items:
                parts += all_pieces(sub)
        elif isinstance(block, Para):
            parts.append(block.pieces)
    return parts


def other_blocks(item: Item) -> Iterator[Block]:
    """Yield what stands in an item, however deep, and is neither text nor a list."""
    for block in item.below:
        if isinstance(block, List):
            for sub in block.items:
                yield from other_blocks(sub)
        elif not isinstance(block, Para):
            yield block


def _anchors(items: Sequence[Item]) -> Iterator[Anchor]:
    for item in items:
        for block in (*item.paras, *item.below):
            if isinstance(block, List):
                yield from _anchors(block.items)
            elif isinstance(block, Para):
                yield from (piece.link for piece in block.pieces if piece.link is not None)


def is_contents(block: List, path: Sequence[Heading]) -> bool:
    """Whether a list is a table of contents: it links, and only to places on its own page."""
    headed = bool(path and is_contents_heading(path[-1]))
    anchors = list(_anchors(block.items))
    if headed:
        # A slip of the pen among them leads to no work either.
        anchors = [anchor for anchor in anchors if "#" in anchor.url or _AWAY.match(anchor.url)]
    pages = {anchor.url.partition("#")[0] for anchor in anchors}
    if not all("#" in anchor.url for anchor in anchors):
        return False
    # Some write out the whole address of their own page.
    return pages == {""} or (headed and len(pages - {""}) <= 1)


def leads_around_one_page(block: List) -> bool:
    """Whether a list only leads to places on one page elsewhere, such as the folders of its own store."""
    places = [_page_of(anchor.url) for anchor in _anchors(block.items)]
    return len(places) > 2 and len(set(places)) == 1 and places[0] is not None


def _page_of(url: str) -> str | None:
    """Return the page, or the folder of files at GitHub, that an address leads around in; None for others."""
    found = re.match(r"(https?://github\.com/[^/]+/[^/]+/(?:tree|blob)/)|([^#]+)#[\w-]", url)
    return (found[1] or found[2]) if found else None


def is_relative_contents(block: List) -> bool:
    """Whether a list only leads to other pages of the same site."""
    anchors = list(_anchors(block.items))
    if not anchors or any(_AWAY.match(anchor.url) for anchor in anchors):
        return False
    if sum(_DOCUMENT.search(anchor.url) is not None for anchor in anchors) * 2 > len(anchors):
        # Works, kept beside the page.
        return False
    drafts = [read_entry(joined([para.pieces for para in item.paras]), item.line) for item in block.items]
    if sum(draft.year is not None or draft.authors is not None for draft in drafts) * 2 > len(drafts):
        # A list of works, which leads to somebody's notes on them.
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
    if len(plain(words).split()) > 8 and re.search(r"[.!。！]\W*$", plain(words)):
        # A sentence.
        return False
    return not re.search(r"\w", loose) and len(plain(words).split()) <= 25


def is_slanted_name(pieces: Sequence[Piece]) -> bool:
    """Whether a paragraph is a few words in italics, as some write the smallest headings, and no field of an entry."""
    text = plain(pieces)
    slanted = all(piece.italic and piece.link is None for piece in pieces if piece.text.strip())
    short = len(text.split()) <= 4 and re.fullmatch(r"[\w /&-]+", text) is not None
    year = re.fullmatch(r"(?:19|20)\d\d", text) is not None
    return slanted and short and (year or not (read_authors(text) or read_place(text)))


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


def group_of(item: Item) -> str | None:
    """Return what an item calls the entries below it, when it is not an entry itself."""
    lists = [block for block in item.below if isinstance(block, List)]
    works = [para for para in item.paras[1:] if linked_title(para.pieces) or _is_bullet(para)]
    if (not lists and not works) or len(item.paras) - 1 > 2 * len(works):
        return None
    pieces = item.paras[0].pieces if item.paras else []
    away = {id(piece.link) for piece in pieces if piece.link is not None and not piece.link.url.startswith("#")}
    if not pieces or (away and not _is_linked_name(pieces, lists)):
        return None
    head = read_entry(pieces, item.line)
    if works and len(plain(pieces).split()) <= 8:
        # "Reranking", and below it paragraphs that are links of works.
        return group_text(pieces)
    if head.authors or (head.year is not None and len((head.title or "").split()) > 2):
        return None
    subs = [sub for block in lists for sub in block.items]
    own = sum(is_own_entry(sub, named=True) or group_of(sub) is not None for sub in subs)
    if own * 2 > len(subs):
        return group_text(pieces)
    return None


def _is_linked_name(pieces: Sequence[Piece], lists: Sequence[List]) -> bool:
    """Whether a short link is the name of the entries below it: "[Survey](…)", and below it three with authors."""
    subs = [sub for block in lists for sub in block.items]
    unlinked = plain([piece for piece in pieces if piece.link is None])
    if re.search(r"\w", unlinked) or len(plain(pieces).split()) > 3 or len(subs) < 3:
        return False
    drafts = [read_entry(sub.paras[0].pieces, sub.line) for sub in subs if sub.paras]
    return sum(draft.marked and draft.authors is not None and bool(draft.links) for draft in drafts) * 2 > len(subs)


def _is_bullet(para: Para) -> bool:
    """Whether a paragraph is a link behind a printed bullet."""
    text = plain(para.pieces)
    return text.startswith("•") and len({id(piece.link) for piece in para.pieces if piece.link}) == 1


def is_own_entry(item: Item, *, linked: bool = False, named: bool = False) -> bool:
    """Whether a sub-item is an entry rather than a detail of the one above.

    That has links itself if *linked*. A linked name is enough if *named*: "[Otter](…): a tool that…".
    """
    pieces = [piece for para in item.paras for piece in (*para.pieces, Piece(HARD, item.line))]
    unlinked = linked and not any(piece.link is not None for piece in pieces)
    if not pieces or unlinked or _is_detail(item):
        return False
    draft = read_entry(pieces, item.line)
    words = len((draft.title or "").split())
    if named and draft.marked and draft.title and draft.links and draft.links[0].label in ("Paper", "URL"):
        ahead = plain(pieces).lstrip(' -*•"“').partition(draft.title[:20])[0]
        if not ahead:
            return not read_authors(plain(pieces))
    cited = bool(words and draft.authors and draft.year is not None and draft.links)
    if (words < 3 and not cited) or (linked and not draft.links):
        return False
    if draft.marked:
        return bool(draft.links or draft.authors or draft.year is not None)
    cited = bool(draft.authors and draft.authors.strong) and (draft.year is not None or bool(draft.links))
    return cited or (bool(draft.links) and not draft.notes and words <= 25)


def is_described(item: Item) -> bool:
    """Whether an item names and describes something: "[Otter](…) - a tool that…"."""
    if not is_own_entry(item, named=True):
        return False
    rest = plain([piece for piece in item.paras[0].pieces if piece.link is None]).strip()
    return bool(re.match(r"[-–—:]\s*\w+\s+\w+", rest))


def _is_detail(item: Item) -> bool:
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
    draft = read_entry(pieces, item.line)
    return not (draft.authors or draft.year is not None)


def is_details(block: List) -> bool:
    """Whether a list only says more of the entry before it."""
    return (
        bool(block.items)
        and len(block.items) <= 12
        and all(_is_detail(item) for item in block.items)
        and any(
            any(piece.link is not None for para in item.paras for piece in para.pieces) or is_keyed(item)
            for item in block.items
        )
    )


def is_keyed(item: Item) -> bool:
    """Whether an item says "Key: value", with a key that is known or in bold."""
    pieces = item.paras[0].pieces if item.paras else []
    found = _KEY.match(plain(pieces))
    if found is None:
        return False
    first = next(piece for piece in pieces if piece.text.strip())
    return found[1].strip().lower() in _ALL_KEYS or (first.bold and len(first.text.split()) <= 4)


def is_footer(pieces: Sequence[Piece]) -> bool:
    """Whether a paragraph says when the page was changed: "Last updated on 2031-10-26"."""
    return re.match(r"\W*(?:last\s+)?updated?\b", plain(pieces), re.IGNORECASE) is not None


def fields_only(para: Para) -> bool:
    """Whether a paragraph holds only what comes after a title: authors, venue, year, labelled links."""
    text = plain(para.pieces)
    around = any(piece.link is not None and piece.link.url.startswith("#") for piece in para.pieces)
    if not text or around or is_heading_like(para.pieces) or is_footer(para.pieces):
        return False
    found = _KEY.match(text)
    if found and found[1].strip().lower() in _ALL_KEYS:
        return True
    work = [Piece("A work", para.line, bold=True), Piece(HARD, para.line), *para.pieces]
    draft = read_entry(work, para.line)
    noted = sum(len(note) for note in draft.notes)
    said = (draft.authors and (draft.authors.strong or not draft.refused)) or draft.year is not None or draft.links
    return bool(draft.title == "A work" and said) and noted <= 0.4 * len(text)


def is_address(block: object) -> bool:
    """Whether a paragraph is only the address of the work that its heading names, perhaps with what it leads to."""
    if not isinstance(block, Para):
        return False
    links = [piece for piece in block.pieces if piece.link is not None]
    said = plain([piece for piece in block.pieces if piece.link is None]).strip(" :：|,")
    away = any(check_url(piece.link.url)[0] for piece in links if piece.link is not None)
    return away and all("://" in piece.text for piece in links) and (not said or is_label(said))


def listed_paragraphs(blocks: Sequence[object]) -> set[int]:
    """Return which paragraphs, by identity, are a list without bullets: many in a row, and an address ends each."""
    found: set[int] = set()
    for is_row, row in groupby(blocks, lambda block: isinstance(block, Para)):
        paras = [block for block in row if isinstance(block, Para)]
        if is_row and len(paras) >= _ROW and sum(map(_ends_in_address, paras)) >= _ROW_SHARE * len(paras):
            found |= set(map(id, paras))
    if found:
        # Shorter rows of the same page are lists, too.
        found |= {id(block) for block in blocks if isinstance(block, Para) and _ends_in_address(block)}
    return found


def _ends_in_address(para: Para) -> bool:
    said = [piece for piece in para.pieces if piece.text.strip()]
    anchor = said[-1].link if said else None
    return anchor is not None and anchor.bare and len(plain(said[:-1]).split()) >= 3


def is_picture(block: Html) -> bool:
    """Whether a block of HTML only shows pictures."""
    content = block.content
    return not (content.parts or plain(content.loose))


def is_navigation(pieces: Sequence[Piece]) -> bool:
    """Whether a paragraph is only a row of short links, to other pages or around its own."""
    texts: dict[int, str] = {}
    for piece in pieces:
        if piece.link is not None:
            texts[id(piece.link)] = texts.get(id(piece.link), "") + ("" if piece.image is not None else piece.text)
        elif piece.image is None and re.search(r"\w", piece.text):
            return False
    names = [text.split() for text in texts.values() if text.strip()]
    return len(names) >= 2 and all(len(words) <= 3 for words in names)


def linked_title(pieces: Sequence[Piece]) -> str | None:
    """Return the title of a heading that is nothing but the link of a work; None for any other heading."""
    links = {id(piece.link): piece.link for piece in pieces if piece.link is not None and piece.image is None}
    if len(links) != 1:
        return None
    (link,) = links.values()
    title = plain([piece for piece in pieces if piece.link is link])
    rest = plain([piece for piece in pieces if piece.link is None])
    if len(title.split()) < 3 or is_label(title) or re.search(r"[^\W\d_]", rest) or check_url(link.url)[0] is None:
        return None
    return title


def is_work(pieces: Sequence[Piece]) -> bool:
    """Whether a heading is the link of a work, or a title with labelled links: "A Title of a Work [[Paper](…)]"."""
    links = [piece for piece in pieces if leads_away(piece)]
    rest = plain([piece for piece in pieces if piece.link is None])
    titled = len(re.findall(r"[^\W\d_]{2,}", rest)) >= 3
    return linked_title(pieces) is not None or (titled and bool(links) and all(is_label(link.text) for link in links))


def _goes_on(line: Sequence[Piece], following: Sequence[Piece]) -> bool:
    """Whether a line is wrapped within a title: a quotation is open, or bold words without a link go on."""
    if plain(line).count('"') % 2 or plain(line).count("“") > plain(line).count("”"):
        return True
    linked = any(piece.link is not None for piece in line)
    return line[-1].bold and following[0].bold and not (linked or _NUMBERED.match(plain(following)))


def lines_of_entries(para: Para) -> list[list[Piece]]:
    """Return the lines of a paragraph when each is an entry of its own; empty when it is one text."""
    lines: list[list[Piece]] = [[]]
    for piece in para.pieces:
        if piece.text in (SOFT, HARD) and piece.link is None:
            lines.append([])
        else:
            lines[-1].append(piece)
    lines = [line for line in lines if plain(line) or any(piece.link for piece in line)]
    if len(lines) < 2 or any(_goes_on(*pair) for pair in pairwise(lines)):
        return []
    if not all(_NUMBERED.match(plain(line)) for line in lines):
        drafts = [read_entry(line, line[0].line) for line in lines]
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


def is_reference(draft: Draft, text: str) -> bool:
    """Whether a paragraph that sets no title off is an entry still, by its authors or by the date ahead."""
    sure = draft.authors and (draft.authors.strong or draft.cited_year)
    if sure and (draft.year or draft.venue_sure) and draft.title:
        return True
    # "[2031/05] Title of the work. [paper]"
    return bool(draft.title and draft.year and (draft.links or draft.refused) and _DATE_FIRST.match(text))


def is_guide(draft: Draft, text: str) -> bool:
    """Whether a line speaks to the reader: "If you only read 3 papers, …", "How to contribute: see [here](…)"."""
    if draft.authors or draft.venue or draft.identifiers:
        return False
    title = draft.title or ""
    # A title is set off, and begins the line: "[Please Stop Permuting Features](…)".
    titled = draft.marked and text.lstrip(' -*•·"“[(').startswith(title[:20])
    return _SHARED.match(text) is not None or (not titled and _GUIDE.match(text) is not None)


def is_sentence(draft: Draft) -> bool:
    """Whether what would be the title breaks off before a link or a date: "Most of this is from [here](…)"."""
    if draft.running:
        return not (draft.authors or draft.venue)
    title = draft.title or ""
    # "What Herons Attend To" breaks off nowhere.
    broken = BREAKS_OFF.search(title) is not None and title.split()[-1].islower()
    cited = draft.authors is not None and is_short(draft.authors)
    detected = draft.marked or (draft.authors and not cited) or draft.venue
    return broken and not detected and (draft.year is None or cited or bool(draft.notes))
