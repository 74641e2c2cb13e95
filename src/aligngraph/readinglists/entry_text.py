"""The text of one entry with the styles of its parts, and its links apart from it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aligngraph.bibliography.addresses import check_url
from aligngraph.bibliography.entries import Link, Problem
from aligngraph.readinglists.authors import read_authors
from aligngraph.readinglists.citations import Citation
from aligngraph.readinglists.inline import HARD, Piece
from aligngraph.readinglists.lexicon import LINK_KEYS, VAGUE_LABELS, WHOLE_VENUES, WORK_LABELS
from aligngraph.readinglists.links import badge_text, is_counter, is_label, is_way_round, label_of, plain_label
from aligngraph.readinglists.segments import LINK
from aligngraph.readinglists.title_candidates import NUMBER, Group, badge_label, is_byline, split_name
from aligngraph.readinglists.venues import Place, is_preprint, read_place

_PREFIX = re.compile(r"(?:^|[\s(\[,;|/.\x1e\n\ue000–—•·-])([^\W\d_][\w /&'-]{0,30}?)[ \t]*[:：][ \t]*[\[(]?[ \t]*$")


class EntryText:
    """The text, with a mark where a labelled link stood; where the title and each style stand; the links."""

    def __init__(self) -> None:
        self.text = ""
        self.title: tuple[int, int] | None = None
        self.italics: list[tuple[int, int]] = []
        self.codes: list[tuple[int, int]] = []
        self.bolds: list[tuple[int, int]] = []
        self.links: list[Link] = []
        self.work_urls: list[str] = []
        self.refused: list[Problem] = []
        self.citations: list[Citation] = []
        """Whom the work is cited by, and where it came out: "([Luss et al., 2031](…))"."""
        self.cited: list[tuple[int, int]] = []
        self.printed = ""
        """The whole text, without its number and the marks of links."""
        self.badges: list[str] = []
        self.venues: list[Place] = []
        """What labels of links say that are names of venues: "[[ICML](…)]"."""
        self.name = ""
        """What the work is called for short, in bold before a linked title."""
        self.short_title = False
        self.linked_title = False
        self._carried = ""
        self._angled = False

    def build(self, groups: Sequence[Group], title: Group | None) -> None:
        """Write the entry's text, with a mark where a labelled link stood, and collect its links."""
        for number, group in enumerate(groups):
            if group.anchor is not None:
                self._link(group, is_title=group is title, alone=_is_alone(groups, number))
                continue
            start = len(self.text)
            for piece in group.pieces:
                self._piece(piece)
            if group is title:
                self.title = (start, len(self.text))
            elif title is not None and group.number < title.number and is_byline(group, groups):
                self._cite(group, start)
        self.short_title = title is not None and title.words <= 3
        self.linked_title = title is not None and title.anchor is not None
        self._clear_brackets()
        self.printed = _whole_text(self.text)
        for start, end in self.cited:
            self.text = f"{self.text[:start]}{LINK:<{end - start}}{self.text[end:]}"
        self._clear_brackets()

    def _cite(self, group: Group, start: int) -> None:
        """Take what has been written since *start* for whom the work is cited by."""
        if group.citation is not None:
            self.citations.append(group.citation)
            self.cited.append((start, len(self.text)))

    def _piece(self, piece: Piece) -> None:
        if piece.image is not None:
            said = badge_text(piece.image)
            if said and not is_counter(piece.image):
                self.badges.append(said)
            return
        start = len(self.text)
        if self._angled and piece.text.startswith(">") and self.title is not None and self.title[1] == start:
            self.text += f" {piece.text[1:]}"
        else:
            self.text += piece.text
        if piece.text.strip():
            for wanted, spans in ((piece.italic, self.italics), (piece.code, self.codes), (piece.bold, self.bolds)):
                if wanted:
                    spans.append((start, len(self.text)))

    def _link(self, group: Group, *, is_title: bool, alone: bool) -> None:
        anchor = group.anchor
        if anchor is None:
            return
        url, reason = check_url(anchor.url)
        shown = group.text
        if is_title:
            label = self._title_link(group, url)
        elif group.images and not shown:
            label = self._badges(group)
            known = any(link.url == url for link in self.links)
            if known and all(is_counter(piece.image or "") for piece in group.images):
                return
            self._mark()
        elif anchor.bare or re.match(r"https?://", shown):
            label = self._prefix() or (label_of(url) if url else "")
            if url and label in ("Paper", "URL"):
                self.work_urls.append(url)
            self._mark()
        elif is_way_round(anchor.url, shown):
            label = ""
            self._mark()
        else:
            label = self._say(group, url, alone=alone)
        if url is None:
            if not is_way_round(anchor.url, shown):
                self.refused.append(Problem("", anchor.line, f"[{label or shown}]({anchor.url[:200]})", reason))
            return
        if label.lower() in WORK_LABELS or any(word in WORK_LABELS for word in re.split(r"\W+", label.lower())):
            self.work_urls.append(url)
        if not any(link.url == url and link.label == label for link in self.links):
            self.links.append(Link(label, url, anchor.line))

    def _title_link(self, group: Group, url: str | None) -> str:
        """Write the link that is the title, and return what kind of address it has."""
        # "Blog: [The Rivera Letter](…)"
        prefix = self._prefix()
        if self.text.endswith("<"):
            # "<[A Title](…)>, by Jo Rivera"
            self.text = f"{self.text[:-1]} "
            self._angled = True
        name, rest = split_name(group.pieces)
        self.name = name or self.name
        start = len(self.text)
        for piece in rest:
            self._piece(piece)
        self.title = (start, len(self.text))
        if url:
            self.work_urls.append(url)
        return prefix or (label_of(url) if url else "")

    def _badges(self, group: Group) -> str:
        """Take what a link that is only pictures says of the work, and return its label."""
        pictures = [piece.image for piece in group.images if piece.image and not is_counter(piece.image)]
        said = [text for picture in pictures if (text := badge_text(picture))]
        self.badges += [
            text
            for text in said
            if (place := read_place(text)) and place.sure and not re.search(r"\d{4}\.\d{4,5}", text)
        ]
        return badge_label(group, said)

    def _say(self, group: Group, url: str | None, *, alone: bool) -> str:
        """Write what a link that is not the title says, where it is more than a label; return its label."""
        shown = plain_label(group.text)
        prefix = self._prefix()
        if prefix:
            self._mark()
            return prefix
        place = read_place(group.text)
        named = read_authors(group.text)
        cited = group.citation is not None
        if (
            not cited
            and place is not None
            and place.venue
            and place.venue.lower() not in WHOLE_VENUES
            and not is_preprint(place.venue)
            and (place.sure or _is_name_and_year(place, group))
        ):
            self.venues.append(place)
        if is_label(group.text) and not (place and place.sure and place.year):
            self._mark()
        elif cited or (place and place.sure) or (named and (named.strong or not alone)) or group.words > 6:
            start = len(self.text)
            for piece in group.pieces:
                self._piece(piece)
            if cited:
                self._cite(group, start)
        else:
            self._mark()
        if cited and url:
            self.work_urls.append(url)
        # A whole reference that names an address is no label.
        return label_of(url) if url and (cited or not shown or "://" in shown) else shown

    def _prefix(self) -> str:
        """Take a label that stands before the link, "Code: ", out of the text and return it."""
        line = max(self.text.rfind(HARD), self.text.rfind("\n"), self.text.rfind(LINK))
        tail = self.text[line + 1 :]
        if (
            line >= 0
            and self.text[line] == LINK
            and self._carried
            and re.fullmatch(r"[\s,;/|&()\[\]+]*(?:and|or)?[\s,;/|&()\[\]+]*", tail)
        ):
            return self._carried
        found = _PREFIX.search(tail)
        self._carried = ""
        if found:
            label = found[1].strip()
            low = label.lower()
            if is_label(label) or low in LINK_KEYS or low in ("paper", "papers"):
                self.text = self.text[: line + 1 + found.start(1)]
                self._trim_spans()
                if low not in VAGUE_LABELS and low not in ("resources", "resource", "materials"):
                    self._carried = label
        return self._carried

    def _trim_spans(self) -> None:
        end = len(self.text)
        for spans in (self.italics, self.codes, self.bolds):
            spans[:] = [(first, min(last, end)) for first, last in spans if first < end]

    def _mark(self) -> None:
        self.text += LINK

    def _clear_brackets(self) -> None:
        """Take out the brackets that only held links, in step with the spans."""
        spans = [self.italics, self.codes, self.bolds, self.cited]
        for found in reversed(
            list(re.finditer(r"[\[(（][\s,|/·;&•\[\]]*\ue000[\s,|/·;&•\[\]()\ue000]*[\])）]|\ue000\]", self.text))
        ):
            first, last = found.start(), found.end()
            marks = LINK * max(1, found[0].count(LINK))
            shift = len(marks) - (last - first)
            self.text = self.text[:first] + marks + self.text[last:]

            def moved(place: int, first: int = first, last: int = last, shift: int = shift) -> int:
                return place if place <= first else max(first, place + shift) if place >= last else first

            for group in spans:
                group[:] = [(moved(a), moved(b)) for a, b in group]
            if self.title is not None:
                self.title = (moved(self.title[0]), moved(self.title[1]))


def _is_alone(groups: Sequence[Group], number: int) -> bool:
    """Whether a link has a line to itself, as the details of an entry have."""
    around = [groups[at] for at in (number - 1, number + 1) if 0 <= at < len(groups)]
    ends = (group.pieces[-1 if group.number < number else 0].text for group in around)
    return number > 0 and all(end == HARD for end in ends)


def _is_name_and_year(place: Place, group: Group) -> bool:
    """Whether a label is a short name, with capitals, and a year: rather a venue nobody knows than anything else."""
    words = (place.venue or "").split()
    return (
        place.year is not None
        and group.words == len(words) + 1 <= 4
        and all(word[:1].isupper() for word in words)
        and not is_label(place.venue or "")
    )


def _whole_text(text: str) -> str:
    bare = NUMBER.sub("", text, count=1) if NUMBER.match(text) else text
    bare = re.sub(r"[\s,|·;/]*\ue000[\s,|·;/\ue000]*(?=\s|\x1e|$)|\ue000", " ", bare)
    return re.sub(r"\s+", " ", bare.replace(HARD, " ")).strip(" \t,;|·")
