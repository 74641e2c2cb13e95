"""One entry's pieces read into its fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from aligngraph.bibliography.addresses import check_url
from aligngraph.bibliography.identifiers import Identifiers, find_arxiv, find_doi, identifiers_of
from aligngraph.readinglists.authors import read_authors, read_families
from aligngraph.readinglists.draft import Draft
from aligngraph.readinglists.entry_text import EntryText
from aligngraph.readinglists.fields import (
    ends_title,
    is_bare_venue,
    is_bracketed,
    is_cited,
    is_imprint,
    is_place,
    is_venue_ahead,
    runs_on,
    strip_marks,
)
from aligngraph.readinglists.inline import HARD, Anchor, Piece
from aligngraph.readinglists.layout import UNKNOWN, Layout
from aligngraph.readinglists.lexicon import (
    AUTHOR_KEYS,
    LINK_KEYS,
    NOTE_KEYS,
    VENUE_KEYS,
    YEAR_KEYS,
)
from aligngraph.readinglists.links import is_label, label_of
from aligngraph.readinglists.segments import LINK, Chunk, cut
from aligngraph.readinglists.title_candidates import (
    NUMBER,
    choose_title,
    first_line,
    first_said,
    group_pieces,
    is_in_sentence,
)
from aligngraph.readinglists.titles import clean_title, find_quoted, peel_title
from aligngraph.readinglists.venues import Place, read_date, read_place

_KEY = re.compile(r"^[\W_]*([^\W\d_][\w /&;().-]{0,28}?)[ \t]*[:：][ \t]*(.*)$", re.DOTALL)
_NO_VENUE = re.compile(
    r"pp?\.?\s*\d|(?:Ph\.?D|M\.?Sc|B\.?Sc|Master['’]?s|Doctoral|Diploma) (?:thesis|dissertation)$", re.IGNORECASE
)
# "Ana Rivera (Lakeside University)", "Ana Rivera (MIT)"
_EMPLOYED = re.compile(
    r"\((?:[A-Z]{2,6}|UC [A-Z]\w+|[^()]*\b(?:Univ\w*\.?|College|Institute|School|Research|Labs?|Google|Microsoft|Meta"
    r"|Tech|ETH|MIT)\b[^()]*)\)\s*$"
)
_DAY = re.compile(r"\d{4}\D\d{1,2}\D\d{1,2}")
_CJK = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")
_FURTHER_KEY = re.compile(r"\s*[;|]\s*(?=[A-Za-z][A-Za-z /]{2,20}:\s)")
# "Rivera, A. (2031).", "Ana Rivera, Jo Berg. 2031.", "Rivera, Ana, et al.": as references begin.
_REFERENCE = re.compile(
    r"^[^\W\d_].{2,400}?(?:\(\s*(?:19|20)\d\d[^()]{0,20}\)|\.\s(?:19|20)\d\d|\bet al)\.\s+\S", re.DOTALL
)
# What stands between a name in bold and the quoted title.
_NAMED = re.compile(r"[\s*]*\]?((?:\s*\([^()\n\x1e\ue000]{1,80}\)|\s*/\s*[\w-]+){0,4}\s*[:：]?)\s*(?=[\"“])")
_PICTURE = re.compile(r"[\u2600-\u27bf\U0001f300-\U0001faff]")
_KEYS = AUTHOR_KEYS | LINK_KEYS | NOTE_KEYS | VENUE_KEYS | YEAR_KEYS
# Where the first line ends, or a line "Key: value" begins.
_BELOW = re.compile(rf"\x1e|\n(?=(?:{'|'.join(map(re.escape, sorted(_KEYS)))})\s*[:：]\s)", re.IGNORECASE)


def read_entry(pieces: Sequence[Piece], line: int, layout: Layout = UNKNOWN) -> Draft:
    """Return the fields of one entry, whose lines are divided by hard breaks. Whatever is not a field is a note.

    *layout* says where most entries of the page keep them.
    """
    items = group_pieces(pieces, cites=layout.cites)
    title = choose_title(first_line(items), linked=layout.linked)
    if title is not None and title.anchor is not None and _REFERENCE.search(title.text):
        reference = _read_reference(pieces, title.anchor, line, layout)
        if reference is not None:
            return reference
    found = EntryText()
    found.build(items, title)
    reader = _Reader(line, layout, found)
    reader.draft.again = partial(read_entry, pieces, line)
    reader.read()
    reader.draft.linked = title is not None and title.anchor is not None and title is first_said(items)
    named = read_authors(title.text) if title is not None and title.anchor is not None else None
    # "[Rivera et al.](…) have shown that …"
    cited = named is not None and named.et_al
    first = first_line(items)
    reader.draft.running = cited or (title is None and any(is_in_sentence(group, items) for group in first))
    return reader.draft


def _read_reference(pieces: Sequence[Piece], anchor: Anchor, line: int, layout: Layout) -> Draft | None:
    """Return the fields of a link around a whole reference, "[Rivera, A. (2031). A Title. Some Journal](…)"."""
    url, _ = check_url(anchor.url)
    own = [number for number, piece in enumerate(pieces) if piece.link is anchor]
    bare = [replace(piece, link=None) if piece.link is anchor else piece for piece in pieces]
    if url is not None:
        bare.insert(own[-1] + 1, Piece(label_of(url), line, link=anchor))
    draft = read_entry(bare, line, layout)
    named = draft.authors is not None and draft.authors.strong and draft.year is not None
    return draft if named and draft.title and len(draft.title.split()) > 2 else None


class _Reader:
    def __init__(self, line: int, layout: Layout, found: EntryText) -> None:
        self.draft = Draft(line, links=found.links, work_urls=found.work_urls, refused=found.refused)
        self.draft.text = found.printed
        if found.name:
            self.draft.fields["name"] = found.name
        for citation in found.citations:
            self.draft.add_authors(citation.authors)
            self.draft.add_place(citation.place)
        self.layout = layout
        self.slanted = False
        """Whether the title, which nothing else sets off, is slanted."""
        self.imprint: int | None = None
        """Where the publisher or the journal stands, in a text that sets nothing off."""
        self.text = found.text
        self.title = found.title
        self.italics, self.codes, self.bolds = found.italics, found.codes, found.bolds
        self.badges = found.badges
        self.venues = found.venues
        self.short_title = found.short_title
        self.linked_title = found.linked_title

    def read(self) -> None:
        """Read the fields from the text."""
        draft = self.draft
        draft.identifiers = identifiers_of(draft.work_urls) | _printed_identifiers(self.text)
        skip = NUMBER.match(self.text)
        start = skip.end() if skip else 0
        if self.title is not None and self.title[0] < start:
            start = self.title[0]
        if self.title is not None and self._runs_on():
            self.title = None
        if (quoted := self._quoted_within()) is not None:
            self.title = quoted
        elif (quoted := self._quoted_after_name()) is not None:
            self.title, start = quoted, quoted[0]
        if self.title is None:
            self.title = find_quoted(self.text, start, self.italics, self.codes)
        if self.title is None:
            alias = re.compile(r"\([^()]{1,40}\)\s+(?=\w)").match(self.text, start)
            if alias and any(alias.start() < first < alias.end() for first, _ in self.bolds):
                draft.fields["name"] = alias[0].strip("() ")
                start = alias.end()
        if self.title is not None:
            draft.marked = True
            self._set_title(self.text[self.title[0] : self.title[1]])
            self.title = self._with_quotes(self.title)
            self._rest(start, self.title[0], before=True)
            self._rest(self.title[1], len(self.text))
        else:
            self._plain(start)
        if draft.venue is None and self.venues:
            draft.add_place(self.venues[0])
        for said in self.badges:
            place = read_place(
                re.sub(r"^(?:abs|date|year|venue|conference|published|pub)\s+", "", said, flags=re.IGNORECASE)
            )
            if place and place.sure and not re.search(r"\d{4}\.\d{5}", said):
                draft.add_place(place)
        if draft.title is None and draft.authors is not None and not (draft.notes or "," in draft.authors.printed):
            # "书生·浦语": what looks like names is all there is.
            draft.title, draft.authors = clean_title(draft.authors.printed), None
        if draft.notes:
            draft.fields.setdefault("note", " ".join(draft.notes))

    def _runs_on(self) -> bool:
        """Whether a short title set off is only the beginning of it: "**DPO**: Direct Preference Optimization"."""
        if self.title is None or not self.short_title:
            return False
        shown = self.text[self.title[0] : self.title[1]].rstrip()
        after = self.text[self.title[1] :]
        if shown.endswith(":"):
            return bool(re.match(r"\s*[^\W_]", after))
        found = re.match(r"\s?:\s+[\"“]?([A-Z0-9][^\n\x1e\ue000]*)", after)
        if found is None:
            return False
        # "[Otter](…): A tool that describes itself" names and describes; titles have more capitals.
        long = [word for word in found[1].split() if len(word) > 3 and word[0].isalpha()]
        return not self.linked_title or sum(word[0].isupper() for word in long) >= 0.6 * len(long)

    def _quoted_after_name(self) -> tuple[int, int] | None:
        """Return the quoted title that follows a name in bold: "**Otter** (2B): "A Title"", "[**Ruby**] "A Title"".

        The name, and what stands in brackets after it, are taken from there.
        """
        if self.title is None or self.linked_title:
            return None
        name = self.text[self.title[0] : self.title[1]].strip(" *")
        found = _NAMED.match(self.text, self.title[1])
        if found is None or len(name.split()) > 6:
            return None
        quoted = find_quoted(self.text, found.end(), self.italics, self.codes)
        if quoted is None or quoted[0] != found.end():
            return None
        if len(self.text[slice(*quoted)].split()) <= max(2, len(name.split())):
            return None
        authors = read_authors(name)
        if authors is not None and authors.et_al:
            self.draft.add_authors(authors)
        else:
            self.draft.fields["name"] = name
        if said := found[1].strip(" :：]/"):
            self.draft.notes.append(said)
        return quoted

    def _quoted_within(self) -> tuple[int, int] | None:
        """Return the quoted title in a link around a whole reference: [Rivera, Ana. "A Title." Some Venue](…)."""
        if self.title is None or not self.linked_title:
            return None
        first, last = self.title
        quoted = find_quoted(self.text[:last], first, (), ())
        if quoted is None:
            return None
        before = re.sub(r"[,.]\s*(?:19|20)\d\d\W*$", "", self.text[first : quoted[0]]).strip(" .,")
        authors = read_authors(before)
        ends = not self.text[quoted[1] : last].strip(" .,")
        return quoted if authors is not None and (authors.strong or ("," in before and not ends)) else None

    def _with_quotes(self, title: tuple[int, int]) -> tuple[int, int]:
        """Return where a title stands with the quotation marks around it: Rivera, Ana. "**A Title**." Some Venue."""
        first, last = title
        closed = (
            re.match(r"[.,]?[\"”]", self.text[last:]) if self.text[max(0, first - 1) : first] in ('"', "“") else None
        )
        return (first - 1, last + closed.end()) if closed else title

    def _set_title(self, printed: str) -> None:
        title, places, notes = peel_title(printed)
        for place in places:
            self.draft.add_place(place)
        self.draft.notes += notes
        title = clean_title(title)
        self.draft.title = title if re.search(r"\w", title) else None

    def _rest(self, start: int, end: int, *, before: bool = False) -> None:
        """Read the fields around a title that is known, line by line."""
        at = start
        number = 0
        for line in re.split(r"(\x1e|\n(?=[^\n:,]{2,30}:))", self.text[start:end]):
            stop = at + len(line)
            number += line == HARD
            if line.strip("\x1e\n") and not self._keyed(line, at, before=before):
                self._assign(self._cut(at, stop, "before" if before else "after", number), before=before)
            at = stop

    def _cut(self, start: int, end: int, side: str, line: int) -> list[Chunk]:
        """Return the parts of the text; a line break divides them unless the lines are one text, wrapped."""

        def divided(text: str) -> list[Chunk]:
            spans = (self.italics, self.codes, self.bolds)
            return cut(text, start, end, *spans, side=side, line=line, layout=self.layout)

        apart = divided(self.text)
        if "\n" not in self.text[start:end].strip("\n"):
            return apart
        wrapped = divided(self.text[:end].replace("\n", " "))
        first = next((number for number, chunk in enumerate(wrapped) if chunk.kind == "A"), None)
        if first is None:
            return wrapped if runs_on(self.text, apart) else apart
        named = first == 0 or wrapped[first].sep in ("stop", "dash", "open", "style", "link")
        return wrapped if named and all(chunk.kind in "APp" for chunk in wrapped[first:]) else apart

    def _keyed(self, line: str, start: int, *, before: bool) -> bool:
        """Take a line "Key: value" that begins at *start*, and say whether it is one."""
        found = _KEY.match(line)
        if not found:
            return False
        key = found[1].strip().lower().strip("() ")
        if key in AUTHOR_KEYS and (further := _FURTHER_KEY.search(line, found.end(1))):
            # "First author: Jo Rivera; venue: ICLR 2031. [[Paper]](…)"
            taken = self._keyed(line[: further.start()], start, before=before)
            self._rest(start + further.end(), start + len(line), before=before)
            return taken
        if (key in VENUE_KEYS or key in AUTHOR_KEYS) and LINK in found[2].strip(f" \t,;|{LINK}"):
            said, _, after = found[2].lstrip(f" {LINK}").partition(LINK)
            if note := strip_marks(after.replace(LINK, " ")):
                self.draft.notes.append(note)
            found = _KEY.match(f"{found[1]}: {said}") or found
        value = re.sub(r"\s+", " ", found[2].replace(LINK, " ")).strip(" \t,;|")
        if key == "arxiv" and re.match(r"\d{4}\.\d{4,5}\b", value):
            # "arXiv:2306.00890. NeurIPS 2031."
            return False
        for kind, keys in (
            ("authors", AUTHOR_KEYS),
            ("year", YEAR_KEYS),
            ("venue", VENUE_KEYS),
            ("note", NOTE_KEYS),
            ("link", LINK_KEYS),
        ):
            if key in keys:
                if (kind == "venue" and key == "in") or (len(value) > 400 and kind in ("venue", "year")):
                    return False
                if kind != "link" or value:
                    self.draft.add_key(kind, key, value)
                return True
        # A key nobody knows: in bold, after a picture, in a language without blanks, or the kind of a link.
        first, last = start + found.start(1), start + found.end(1)
        if (
            any(a <= first and last <= b <= last + 2 for a, b in self.bolds)
            or (value and _PICTURE.search(line, 0, found.start(1)))
            or (_CJK.search(key) and len(key) <= 8)
            or (before and not value and is_label(key))
        ):
            self.draft.add_key("note", key if value else "kind", value or (key if before else ""))
            return True
        return False

    def _assign(self, chunks: Sequence[Chunk], *, before: bool = False) -> None:
        """Take the parts for the fields that they read as; what is not a field is a note."""
        self._see(chunks)
        for number, chunk in enumerate(chunks):
            bare = strip_marks(chunk.text)
            if bare and bare.lower() != "by" and not self._take(chunks, number, bare, before=before):
                self.draft.notes.append(bare)

    def _take(self, chunks: Sequence[Chunk], number: int, bare: str, *, before: bool) -> bool:
        """Take one of the parts for a field, and say whether it is one; *bare* is its text without marks."""
        draft, chunk = self.draft, chunks[number]
        if chunk.kind == "A" and chunk.authors:
            draft.add_authors(chunk.authors)
            return True
        if chunk.kind == "P" and chunk.place:
            if chunk.sep == "open" and chunk.place.venue is None and _DAY.fullmatch(draft.year_printed or ""):
                # "(2031-5-28) A Title of a Work (2030)": the day is rather when somebody read it.
                draft.year = None
            draft.add_place(_dated(chunk.place, chunks[number + 1 : number + 2]))
            return True
        if chunk.kind == "p" and chunk.place and chunk.place.venue:
            return self._take_dated(chunk, chunk.place, bare, first=number == 0 and not before)
        if (
            chunk.kind == "a"
            and chunk.authors
            and draft.authors is None
            and not chunk.code
            and not is_bracketed(chunk.text)
            and not (before and self._is_bold(chunk) and not is_cited(chunks, number))
        ):
            following = chunks[number + 1 :]
            if not before and any(other.kind == "X" and len(other.text.split()) > 4 for other in chunks[:number]):
                # A name in what is said of the work: "…, the basis of [Apache Heron](…)".
                return False
            sure = chunk.italic or before or chunk.sep != "dash" or _EMPLOYED.search(chunk.text) is not None
            named = sure or any(other.kind in "Pp" for other in following)
            if named:
                draft.add_authors(chunk.authors)
            return named
        place = self._unknown_venue(chunks, number, bare, before=before) if draft.venue is None else None
        if place is not None:
            draft.add_place(place)
        return place is not None

    def _take_dated(self, chunk: Chunk, place: Place, bare: str, *, first: bool) -> bool:
        """Take words with a year for authors, or for a place; else for a note, of whose date only the year counts."""
        draft = self.draft
        named = read_authors(place.venue or "") if draft.authors is None else None
        if named:
            draft.add_authors(named)
            draft.add_place(read_place(place.year_printed or "") or place)
        elif chunk.sep == "open" and is_label(place.venue or ""):
            # "(Book, 2031)"
            draft.add_place(Place(None, place.year_printed, place.year, True))
            return False
        elif is_place(chunk, authored=draft.authors is not None, first=first):
            draft.add_place(place)
        else:
            if (dated := read_date(bare.split()[0])) is not None:
                draft.add_place(Place(None, *dated, True))
            elif re.search(r"\bed(?:ition|\.)|[^\W\d_],\s*(?:19|20)\d\d\W*$", bare, re.IGNORECASE):
                # "Lectures on the Making of Nets, Some House, 2031"
                draft.add_place(Place(None, place.year_printed, place.year, True))
            return False
        return True

    def _unknown_venue(self, chunks: Sequence[Chunk], number: int, bare: str, *, before: bool) -> Place | None:
        """Return the venue that a part is by where it stands, though we know no word of it; None where it is none."""
        chunk, authored = chunks[number], self.draft.authors is not None
        if _NO_VENUE.match(bare):
            return None
        if chunk.kind == "a" and authored and chunk.sep == "stop":
            # "A Title of a Work. Some Institute".
            return Place(bare, None, None, False)
        if self.imprint == chunk.start:
            return Place(bare, None, None, False)
        if before and is_venue_ahead(self.text[chunk.start :]):
            return Place(strip_marks(bare.partition(")")[0]), None, None, False)
        if (
            self.draft.cited_year
            and chunk.italic
            and number == 0
            and not (before or self.slanted or len(bare.split()) > 8)
        ):
            return Place(bare, None, None, False)
        if authored and self._is_barred(chunks, number):
            return Place(bare, None, None, False)
        if authored and is_bare_venue(chunks, number):
            place = read_place(bare, expected=True)
            return _dated(place, chunks[number + 1 : number + 2]) if place is not None else None
        journal = number == 0 and not before and self._is_journal(chunks)
        return _dated(Place(bare, None, None, False), chunks[1:2]) if journal else None

    def _is_barred(self, chunks: Sequence[Chunk], number: int) -> bool:
        """Whether a part is the venue of a row with bars: "2031 | A Title | Rivera et al. | Letters | [PDF](…)"."""
        chunk = chunks[number]
        barred = self.text[: chunk.start].rstrip()[-1:] in ("|", "│") and number > 0 and chunks[number - 1].kind in "Aa"
        return barred and len(chunk.text.split()) <= 8 and chunk.text.strip()[:1].isupper()

    def _is_bold(self, chunk: Chunk) -> bool:
        """Whether the words are set in bold; before a title, that is what the work is called for short."""
        first = chunk.start + len(chunk.text) - len(chunk.text.lstrip())
        return any(start <= first and first + len(chunk.text.strip()) <= end for start, end in self.bolds)

    def _is_journal(self, chunks: Sequence[Chunk]) -> bool:
        """Whether what follows authors and a quoted title is a venue by the year behind it: Tides 18 (2031)."""
        words = chunks[0].text.split()
        dated = len(chunks) > 1 and chunks[1].place is not None and chunks[1].place.venue is None
        return (
            self.title is not None
            and self.text[self.title[1] - 1] in '"”'
            and self.draft.authors is not None
            and dated
            and chunks[1].sep in ("open", "stop")
            and words[0][0].isupper()
            and len(words) <= 10
        )

    def _plain(self, start: int) -> None:
        """Read an entry in which nothing sets the title off."""
        end = len(self.text)
        below = _BELOW.search(self.text, start)
        head = below.start() if below else end
        chunks = [chunk for chunk in self._cut(start, head, "plain", 0) if chunk.text.strip(" \n.,;:")]
        fields = [number for number, chunk in enumerate(chunks) if ends_title(chunks, number)]
        first = fields[0] if fields else len(chunks)
        if first == 0 and chunks:
            lead = 1
            while lead < len(chunks) and ends_title(chunks, lead) and chunks[lead].kind in "AP":
                if chunks[lead].kind == "A" == chunks[0].kind and chunks[lead].sep in ("stop", "style"):
                    # "Rivera, Ana, and Kovač, Ivo. *Pairs, Triples and Others*"
                    break
                lead += 1
            stops = [number for number in fields if number > lead]
            stop = stops[0] if stops else len(chunks)
            if lead < len(chunks) and chunks[lead].italic and is_cited(chunks, 0):
                # "Rivera, A. (2031). *A Title*. MSc Thesis. Some House."
                stop = next((at for at in range(lead, stop) if not chunks[at].italic), stop)
                self.slanted = True
            if stop < len(chunks) and is_imprint(chunks, stop):
                self.imprint = chunks[stop].start
            self._assign(chunks[:lead], before=True)
            self.draft.cited_year = is_cited(chunks, 0)
            if lead < len(chunks):
                self._set_title(self.text[chunks[lead].start : chunks[stop - 1].end])
                self._see(chunks[lead:stop], title=True)
            elif head < end and chunks[0].kind == "A":
                # The authors have the first line, the title the second.
                after = self.text.find(HARD, head + 1)
                after = end if after < 0 else after
                self._set_title(self.text[head + 1 : after].replace(LINK, " "))
                head = after
            self._assign(chunks[stop:])
        elif chunks:
            self._set_title(self.text[chunks[0].start : chunks[first - 1].end])
            self._see(chunks[:first], title=True)
            self._assign(chunks[first:])
        if head < end:
            self._rest(head, end)

    def _see(self, chunks: Sequence[Chunk], *, title: bool = False) -> None:
        """Note for the page's layout what the parts are, in their places."""
        for chunk in chunks:
            if chunk.slot is not None:
                dated = chunk.kind == "P" and chunk.place is not None and chunk.place.venue is None
                is_title = title and chunk.kind != "p"
                kind = "T" if is_title else "Y" if dated else chunk.kind
                if chunk.sep == "stop" and kind in "TaX" and read_families(chunk.text):
                    kind = "F"
                self.draft.sights.append((chunk.slot, kind))


def _dated(place: Place, following: Sequence[Chunk]) -> Place:
    """Return a venue with the year in brackets after it: "IUI (2031)", "Meetings 27 (2031)", where 27 is a volume."""
    year = following[0].place if following and following[0].kind == "P" and following[0].sep == "open" else None
    known = place.year is not None and len(place.year_printed or "") > 2
    if place.venue is None or known or year is None or year.venue is not None:
        return place
    venue = re.sub(r"\s+\d{1,4}(?:\.\d{1,4})?$", "", place.venue)
    return replace(place, venue=venue, year_printed=year.year_printed, year=year.year)


def _printed_identifiers(text: str) -> Identifiers:
    return Identifiers(doi=find_doi(text), arxiv=find_arxiv(text))
