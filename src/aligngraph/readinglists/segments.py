"""Text of an entry cut where one field may end and the next begin, and what each part reads as."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter

from aligngraph.readinglists.authors import ET_AL, LAST_NAME, Authors, read_authors, read_families
from aligngraph.readinglists.citations import read_citation
from aligngraph.readinglists.layout import UNCLEAR, UNKNOWN, Layout, Slot, fitting_authors, fitting_place, slot
from aligngraph.readinglists.venues import Place, is_track, read_date, read_place, split_commas

LINK = "\ue000"
_CUT = re.compile(
    r"(?P<hard>\x1e)|(?P<soft>\n)|(?P<link>[ \t]*\ue000)"
    r"|(?P<dash>[ \t][-–—~·•]{1,3}[ \t]|[ \t]*[|│][ \t]*|--[ \t])"
    r"|(?P<open>[(\[（【])"
    r"|(?P<stop>[.?!。](?=[\s\x1e\ue000]|$)|\t+)"
)
# A full stop after these ends no sentence; after a single capital, where names put one.
_ABBREVIATED = re.compile(
    r"(?:(?:^|[,;.&(?!:|│]\s?|\band\s|\b[A-Z][\w'’.-]*\s|-)[A-Z]|\b(?:"
    r"Jr|Sr|St|Dr|Md|Mohd|Mr|Mrs|Prof|vs|e\.g|i\.e|cf|[Nn]o|[Vv]ol|Proc|Conf|Int|Intl|Trans|J|Adv|Natl|Acad|Sci"
    r"|Nat|Mach|Intell|Comput|Assoc|Inf|Eng|pp?|Syst|Lang|Psychol|Rev|Soc|Pers|Behav|Eds?|Univ|Dept|Appl"
    r"|Res|Technol|Commun|Am|Br|Artif|Linguist|Surv|Lett|Fig|approx|incl|Knowl|Manag|Math|Electron|Phys"
    r"|Chem|Biol|Med|Educ|Econ|Polit|Philos|Stat|Softw|Netw|Recognit|Theor|Found|Resour|Eval|Inform|Retr"
    r"|Semant|Cogn|Ann|Arch|Bull|Lect|Symp|Oper|Ind|Robot|Autom|Cybern|Multim|Interact|Jan|Feb|Mar|Apr|Jun"
    r"|Jul|Aug|Sept?|Oct|Nov|Dec|MSc|Empir|Front|Instrum|Meas|Neurosci|Sec|Vis|Acoust|Mol|Biosci|Bioinf|Clim|Environ"
    r"))\.$"
)
_SHORTENED_BEFORE = re.compile(r"(?<![\w.])(?:[A-Z][a-z]{0,5}\.\s+)*[A-Z][a-z]{0,5}\.$")
_SHORTENED_AFTER = re.compile(r"(?:\s+[A-Z][a-z]{0,5}\.)+")
# "Kause A, Majer J, Brick C."
_INITIALS_LAST = re.compile(r"[^\W\d_]{2,} [A-Z]{1,3}, [^\W\d_][\w'’-]+ [A-Z]{1,3}\.$")
# "A Title (2031 [[Paper](…)]"
_LEFT_OPEN = re.compile(r"(?:19|20)\d\d(?=\s*(?:[\x1e\ue000]|$))")
_TAIL = re.compile(r"(.{3,}?)[ \t]+([A-Za-z*&/-]+(?:[ \t]+'?(?:\d{4}|\d\d))?)[ \t.,]*$", re.DOTALL)
_BY = re.compile(r"[\s,.;:]*by\s")
_INITIAL = re.compile(r"\b[A-Z]\.\s*$")
_CLOSE = {"(": ")", "[": "]", "（": "）", "【": "】"}
# Longer text is not looked through for fields between its commas.
_LONGEST = 8000
Span = tuple[int, int, str]
"""Where a boundary begins and ends, and what it is."""


@dataclass
class Chunk:
    """One part: where it stands, what is before it, and what it reads as.

    *kind*: ``A`` authors, ``a`` perhaps authors (one name), ``P`` venue or year, ``p`` a year with other words, ``X``
    anything else.
    """

    start: int
    end: int
    sep: str
    text: str
    kind: str = "X"
    authors: Authors | None = None
    place: Place | None = None
    italic: bool = False
    code: bool = False
    slot: Slot | None = None

    @property
    def style(self) -> str:
        """What the words are set in."""
        return "code" if self.code else "italic" if self.italic else ""


def cut(
    text: str,
    start: int,
    end: int,
    italics: Sequence[tuple[int, int]],
    codes: Sequence[tuple[int, int]],
    bolds: Sequence[tuple[int, int]] = (),
    *,
    side: str = "",
    line: int = 0,
    layout: Layout = UNKNOWN,
) -> list[Chunk]:
    """Return the parts of ``text[start:end]`` in order, read.

    Slanted words and code divide; bold and underlined ones only where they are a place. *side* and *line* say where the
    text stands in its entry, and *layout* what most entries of the page have there.
    """
    spans = _boundaries(text, start, end, _style_edges(text, start, end, (*italics, *codes), bolds))
    chunks: list[Chunk] = []
    sep, at = "", start
    for first, last, kind in [*spans, (end, end, "")]:
        if first < at:
            continue
        if text[at:first].strip(" \t.,;:|·-–—()[]\"“”«»'’‘*"):
            inside, code = _within(italics, at, first), _within(codes, at, first)
            part = Chunk(at, first, sep, text[at:first], italic=inside, code=code)
            chunks += _cited(part, layout) or _peel(read(part))
            sep = ""
        # The strongest of several boundaries in a row counts.
        sep = kind if sep in ("", "stop", "style", "al", "soft") or kind == "hard" else sep
        at = last
    if side:
        _fit(chunks, side, line, layout)
    return _merge(chunks, text)


def _style_edges(
    text: str, start: int, end: int, apart: Sequence[tuple[int, int]], bolds: Sequence[tuple[int, int]]
) -> list[Span]:
    """Return where styles divide the text: at the edges of what is *apart*, of places in bold, and after "et al."."""
    edges = {start: "", end: ""}
    for first, last in bolds:
        named = read_place(text[first:last]) if start < first and last - first < 100 else None
        if named is not None and named.year is not None:
            edges[first], edges[last] = "set", "style"
    for place in chain.from_iterable(span for span in _joined(text, apart) if not _is_within_sentence(text, *span)):
        if start < place < end:
            edges[place] = "style"
    for found in ET_AL.finditer(text, start, end):
        if LAST_NAME.match(text, found.end()):
            # "Rivera, A., … Berg, N."
            continue
        edges[found.end()] = "al"
    return [(place, place, sep) for place, sep in edges.items() if start < place < end]


def _joined(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans, those together between which only blanks stand."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and text[joined[-1][1] : first].isspace():
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _is_within_sentence(text: str, first: int, last: int) -> bool:
    """Whether slanted words are of the text around them, as Latin names are: "sea cucumber (*Cucumaria*) at rest"."""
    before, after = text[:first].rstrip(), text[last:].lstrip("*_ ")
    words = text[first:last].split()
    authors = read_authors(text[first:last])
    if not before or len(words) > 4 or read_place(text[first:last]) or (authors and authors.strong):
        return False
    if before.endswith("("):
        return after.startswith(")")
    return authors is None and before[-1].isalnum() and re.match(r"\)?\s*[a-z]{2}", after) is not None


def _boundaries(text: str, start: int, end: int, edges: Sequence[Span]) -> list[Span]:
    """Return in order where one field may end and the next begin: at the *edges* of styles, at marks and brackets."""
    spans = list(edges)
    at = start
    whole = -1
    while at < end and (found := _CUT.search(text, at, end)):
        kind = found.lastgroup or ""
        at = max(found.end(), at + 1)
        if kind == "open":
            if left_open := _LEFT_OPEN.match(text, found.end(), end):
                spans += [(found.start(), found.end(), "open"), (left_open.end(), left_open.end(), "close")]
                continue
            close = text.find(_CLOSE[found[0]], found.end(), min(end, found.end() + 400))
            if close < 0:
                continue
            inner = text[found.end() : close]
            before = text[max([start, *(last for _, last, _ in spans if last <= found.start())]) : found.start()]
            if _is_field(inner) and not _belongs(before, inner):
                spans += [(found.start(), found.end(), "open"), (close, close + 1, "close")]
                spans += [(found.end() + at, found.end() + at + 1, "comma") for at in _semicolons(inner)]
                at = found.end()
                named = read_place(inner)
                # "(Annu. Rev. Control 2031)" is one name.
                whole = close if named is not None and re.search(r"\w\. ", named.venue or "") else whole
        elif kind != "stop":
            spans.append((found.start(), found.end(), kind))
        elif found.start() >= whole and not _is_abbreviated(text, start, found):
            spans.append((found.end(), found.end(), "stop"))
    return sorted(spans)


def _semicolons(inner: str) -> list[int]:
    """Return where semicolons set a venue off from what else is said: "ACL 2031; on nets"."""
    places = [read_place(part) for part in inner.split(";")]
    if not any(place is not None and place.sure and place.venue and place.year is not None for place in places):
        return []
    return [found.start() for found in re.finditer(";", inner)]


def _is_abbreviated(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a full stop ends a word or an initial, but no sentence and no list of names."""
    before = text[max(start, stop.start() - 60) : stop.end()]
    if stop[0] != "." or _INITIALS_LAST.search(before):
        return False
    # "Can. J. Fish. Aquat. Sci."
    row = (_SHORTENED_BEFORE.search(before), _SHORTENED_AFTER.match(text, stop.end()))
    if row[0] and row[1] and sum(found[0].count(".") for found in row if found) > 2:
        return True
    return _ABBREVIATED.search(before[-41:].lstrip()) is not None


def _fit(chunks: Sequence[Chunk], side: str, line: int, layout: Layout) -> None:
    """Give the parts their slots, and read unclear ones as what most entries have there, where nothing else is that."""
    named = any(chunk.kind == "A" for chunk in chunks)
    placed = any(chunk.kind == "P" and chunk.place and chunk.place.venue for chunk in chunks)
    before = ""
    # What reads like one name may be a short title: "Cross-Shore Encoders. Bai, Tian."
    short = side == "plain" and len(chunks) > 1 and chunks[0].kind == "a" and read_families(chunks[1].text) is not None
    for chunk in chunks:
        chunk.slot = slot(side, line, chunk.sep, chunk.style, before)
        usual = layout.kind(chunk.slot)
        if usual == "F" and short and chunk is chunks[1]:
            chunks[0].kind = "X"
        if chunk.kind not in UNCLEAR[usual]:
            pass
        elif usual in ("A", "F") and not named and (authors := _expected_authors(chunk.text, usual)):
            chunk.kind, chunk.authors = "A", authors
            named = True
        elif usual == "P" and not placed and (place := fitting_place(chunk.text)):
            chunk.kind, chunk.authors, chunk.place = "P", None, place
            placed = True
        if (chunk.kind != "X" or before or side != "plain") and not (short and chunk is chunks[0]):
            before = chunk.kind.upper()


def _expected_authors(text: str, usual: str) -> Authors | None:
    return (read_families(text) if usual == "F" else None) or fitting_authors(text)


def _within(spans: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether one of the *spans*, which are in order, holds the text from *first* to *last*."""
    at = bisect_right(spans, first, key=itemgetter(0)) - 1
    return at >= 0 and last <= spans[at][1]


def _belongs(before: str, inner: str) -> bool:
    """Whether brackets are part of the venue before them: "Findings of a Meeting (EMNLP)", "ACL (Oral)"."""
    if is_track(inner):
        return bool(before.strip())
    place = read_place(inner)
    if place is None or place.year is not None or len(inner.split()) > 2:
        return False
    named = read_place(before)
    return named is not None and named.sure and named.venue is not None


def _is_field(inner: str) -> bool:
    bare = inner.strip()
    if not bare or len(bare) > 400:
        return False
    if read_date(bare):
        return True
    place = read_place(bare)
    if place and (place.sure or (place.year is not None and len(bare.split()) <= 7)):
        return True
    return bool(ET_AL.search(bare)) or any(read_date(part) for part in bare.split(","))


def read(chunk: Chunk) -> Chunk:
    """Return the chunk with its kind."""
    text = chunk.text
    if read_date(text):
        chunk.kind, chunk.place = "P", read_place(text)
        return chunk
    authors = read_authors(text)
    place = read_place(text) if not _BY.match(text) else None
    if authors and authors.strong:
        chunk.kind, chunk.authors = "A", authors
    elif place and place.sure:
        chunk.kind, chunk.place = "P", place
    elif place and place.venue and len(place.venue.split()) <= 12:
        chunk.kind, chunk.place = "p", place
    elif authors:
        chunk.kind, chunk.authors = "a", authors
    return chunk


def _cited(chunk: Chunk, layout: Layout) -> list[Chunk]:
    """Return the authors and the place of a citation: "(Okafor & Berg, Letters on Judgement 2031)"."""
    found = read_citation(chunk.text, expected=layout.cites) if chunk.sep in ("open", "dash") else None
    if found is None:
        return []
    middle = chunk.start + chunk.text.index(found.authors.printed) + len(found.authors.printed)
    names = replace(chunk, end=middle, kind="A", authors=found.authors, text=found.authors.printed)
    where = chunk.text[middle - chunk.start :]
    return [names, replace(chunk, start=middle, sep="comma", kind="P", place=found.place, text=where)]


class _Parts:
    """What stands between the commas of a chunk; a run of that can be read as one."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        commas = list(re.finditer(r"[,;，]\s*|:\s", chunk.text))
        self.starts = [0, *(found.end() for found in commas)]
        self.ends = [*(found.start() for found in commas), len(chunk.text)]
        self.last = len(commas)

    def run(self, first: int, last: int) -> Chunk:
        """Return the parts from *first* to *last* as one chunk, read."""
        start, end, base = self.starts[first], self.ends[last], self.chunk.start
        sep, text = "comma" if first else self.chunk.sep, self.chunk.text[start:end]
        return read(Chunk(base + start, base + end, sep, text, italic=self.chunk.italic, code=self.chunk.code))

    def begins_subtitle(self, number: int) -> bool:
        """Whether a part is one word with a colon behind, as a title begins."""
        after = self.chunk.text[self.ends[number] : self.ends[number] + 1]
        return after == ":" and " " not in self.chunk.text[self.starts[number] : self.ends[number]].strip()

    def ends_list(self, last: int) -> int | None:
        """Return which part before *last* has the "and" before the last name: "A. Author and B. Author, Two Words"."""
        found = (number for number in range(last) if re.search(r"\s(?:and|&)\s", self.run(number, number).text))
        return next(found, None)

    def names_until(self, last: int) -> int | None:
        """Return where the longest run of names that ends with the part *last* begins; None where none ends there."""
        single = self.run(last, last)
        if single.kind not in "Aa" and len(single.text.split()) > 2:
            return None
        for first in range(max(0, last - 80), last + 1):
            near = len(self.chunk.text) - self.starts[first] < _LONGEST
            if near and (names := self.run(first, last)).kind == "A":
                return None if _is_subtitle(names, self.chunk.text[: self.starts[first]]) else first
        return None


def _peel(chunk: Chunk) -> list[Chunk]:
    """Return the chunk, or its parts where commas divide fields: "Ouyang et al., NeurIPS 2022"."""
    if chunk.kind in "Pp" and "," in chunk.text and (listed := _all_places(chunk) or _names_then_place(chunk)):
        return listed
    if chunk.kind in "APa" or len(chunk.text) > _LONGEST:
        return [chunk]
    if glued := _names_and_place(chunk):
        return glued
    parts = _Parts(chunk)
    tail: list[Chunk] = []
    last = parts.last
    while last > 0:
        single = parts.run(last, last)
        # After names, what has a year is a venue even if nobody knows it.
        placed = single.kind == "P" or (single.kind == "p" and not tail and parts.run(0, last - 1).kind == "A")
        first = last if placed else parts.names_until(last)
        if first is None:
            break
        tail.insert(0, parts.run(first, last))
        last = first - 1
    if last > 0 and chunk.sep in ("", "hard", "soft", "link"):
        # "A. Author, B. Author, Title, Venue": names in front of the title.
        front = next((number for number in range(min(last - 1, 60), -1, -1) if parts.run(0, number).kind == "A"), None)
        if front and parts.begins_subtitle(front) and parts.run(0, front - 1).kind == "A":
            # "A. Author, B. Author, NAME: A Title"
            front -= 1
        if front and (ended := parts.ends_list(front)) is not None and parts.run(0, ended).kind == "A":
            front = ended
        if front is not None:
            return [parts.run(0, front), parts.run(front + 1, last), *tail]
    if not tail:
        place = parts.run(0, 0)
        return [place, parts.run(1, last)] if place.kind == "P" and last else [chunk]
    if last < 0:
        return tail
    head = parts.run(0, last)
    if head.kind == "X" and chunk.kind == "p" and all(got.place and got.place.venue is None for got in tail):
        # "Advances in Psychology, 2013" is one place, not words and a date.
        return [chunk]
    return [head, *tail]


def _names_and_place(chunk: Chunk) -> list[Chunk]:
    """Return the names and the place of "Long Ouyang arXiv 2022", with nothing between; nothing for other text."""
    found = _TAIL.match(chunk.text)
    if not (found and (names := read_authors(found[1])) and (place := read_place(found[2])) and place.sure):
        return []
    middle = chunk.start + found.end(1)
    kind = "A" if names.strong else "a"
    return [
        replace(chunk, end=middle, text=found[1], kind=kind, authors=names, place=None),
        replace(chunk, start=middle, sep="style", text=found[2], kind="P", place=place),
    ]


def _names_then_place(chunk: Chunk) -> list[Chunk]:
    """Return the names and the place of "Mei Okafor, Noah Berg, Letters of the ACL 2031"; nothing for other text."""
    if len(chunk.text) > _LONGEST:
        return []
    parts = _Parts(chunk)
    for last in range(parts.last - 1, -1, -1):
        names, rest = parts.run(0, last), parts.run(last + 1, parts.last)
        if names.kind == "A" and rest.kind == "P" and rest.place and rest.place.venue:
            return [names, rest]
    return []


def _is_subtitle(names: Chunk, before: str) -> bool:
    """Whether what reads as a few names is the end of a title: "Herons Decide: Shallow Pools, Deep Problems"."""
    authors = names.authors
    if authors is None or authors.et_al or len(authors.names) > 3 or not before.rstrip().endswith(":"):
        return False
    named = re.search(r"\sand\s|&", names.text) and all(len(name.split()) <= 3 for name in authors.names)
    return not (named or re.search(r"\b[A-Z]\.", names.text))


def _all_places(chunk: Chunk) -> list[Chunk]:
    """Return the parts between commas when each is a place or a date of its own: "2023-08, ICLR 24"."""
    if read_date(chunk.text):
        return []
    parts: list[Chunk] = []
    at = chunk.start
    for text in split_commas(chunk.text):
        if text.strip():
            parts.append(read(Chunk(at, at + len(text), "comma" if parts else chunk.sep, text)))
        at += len(text) + 1
    dated = sum(part.place is not None and part.place.year is not None for part in parts)
    # "2031-12, ISI 2031": a short name in capitals is a venue too.
    placed = (
        part.kind == "P" or (part.kind == "p" and part.place is not None and (part.place.venue or "").isupper())
        for part in parts
    )
    return parts if dated > 1 and all(placed) else []


def _merge(chunks: list[Chunk], text: str) -> list[Chunk]:
    """Join names that a line break or a style divides: "A. Author, Be\nAuthor"."""
    merged: list[Chunk] = []
    for chunk in chunks:
        last = merged[-1] if merged else None
        gap = text[last.end : chunk.start] if last else ""
        if (
            last
            and last.kind in "AaX"
            and len(last.text.split()) <= 4
            and chunk.kind == "X"
            and chunk.sep in ("style", "soft", "stop", "comma")
            and ET_AL.fullmatch(chunk.text.strip(" \n,"))
        ):
            # "_Ouyang_ et al.", "Ouyang _et al._"
            names = read_authors(text[last.start : last.end].strip() + " et al.")
            if names:
                last.end, last.text, last.authors, last.kind = chunk.end, text[last.start : chunk.end], names, "A"
                continue
        if (
            last
            and last.kind in "Aa"
            and chunk.kind in "Aa"
            and not (last.authors and last.authors.et_al)
            and chunk.sep in ("soft", "style", "comma", "stop")
            and (not last.text.rstrip().endswith(".") or _INITIAL.search(last.text))
            and not gap.strip(" \n,;&")
        ):
            joined = text[last.start : chunk.end].replace("\n", " ")
            authors = read_authors(joined)
            if authors and authors.strong:
                last.end, last.text, last.authors, last.kind = chunk.end, joined, authors, "A"
                continue
        merged.append(chunk)
    return merged
