"""The parts of an entry by what sets them off: links, bold runs, and the one that is the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aligngraph.readinglists.authors import read_authors
from aligngraph.readinglists.citations import Citation, read_citation
from aligngraph.readinglists.inline import HARD, SOFT, Anchor, Piece
from aligngraph.readinglists.lexicon import (
    AUTHOR_KEYS,
    LINK_KEYS,
    NOTE_KEYS,
    TITLE_KEYS,
    VAGUE_LABELS,
    VENUE_KEYS,
    WORK_LABELS,
    YEAR_KEYS,
)
from aligngraph.readinglists.links import is_counter, is_label, plain_label
from aligngraph.readinglists.venues import read_date, read_place

# What may stand before an entry: its number, a box to tick, a picture.
NUMBER = re.compile(
    r"^(?:\s|\[[ xX]\]|(?!\((?:19|20)\d\d\))\(?\d{1,4}[).](?=\s)|\[\d{1,4}\](?=\s)"
    r"|[•·▪►➤✓✔★☆⭐🔥✨🌟📌👉🆕📄📃📝📑🔹🔸💡-]\ufe0f?|:[a-z_]+:)+"
)
_ONLY_NUMBER = re.compile(r"[\[(]?\d{1,3}[\])]?[.:]?")
# Words that end no title, but a text that a link goes on with.
BREAKS_OFF = re.compile(
    r"(?:^|\s)(?:a|an|and|are|at|by|for|from|in|is|like|of|on|or|our|see|the|their|this|to|via|with)$", re.IGNORECASE
)
# "JAX" and "Hugging Face" may be titles too; these only say what a link leads to.
_LABELS = LINK_KEYS | VAGUE_LABELS | WORK_LABELS


@dataclass
class Group:
    """The pieces of one link, or one run of bold text."""

    pieces: list[Piece]
    anchor: Anchor | None
    number: int
    text: str = ""
    words: int = 0
    images: list[Piece] = field(default_factory=list)
    citation: Citation | None = None
    """Whom and when the text cites, where it is a citation and no more."""

    def __post_init__(self) -> None:
        self.images = [piece for piece in self.pieces if piece.image is not None]
        self.text = re.sub(r"\s+", " ", "".join(piece.text for piece in self.pieces if piece.image is None)).strip()
        self.words = len(self.text.split())


def group_pieces(pieces: Sequence[Piece], *, cites: bool = False) -> list[Group]:
    """Return the pieces, those of one link and those of one run of bold text together.

    *cites* says that the page names authors as citations do.
    """
    groups: list[Group] = []
    for piece in pieces:
        last = groups[-1] if groups else None
        same = last is not None and (
            (piece.link is not None and last.anchor is piece.link)
            or (
                piece.link is None
                and last.anchor is None
                and _bold(last)
                and (piece.bold or (piece.text in ("\n",)))
                and piece.image is None
            )
        )
        if same and last is not None:
            last.pieces.append(piece)
            last.__post_init__()
        else:
            groups.append(Group([piece], piece.link, len(groups)))
    for group in groups:
        if group.anchor is not None or _bold(group):
            group.citation = read_citation(group.text, expected=cites)
    return groups


def first_line(groups: Sequence[Group]) -> Sequence[Group]:
    """Return the parts up to the end of the line that holds the title: the first, if it is not only other fields."""
    said = ""
    for number, group in enumerate(groups):
        if any(piece.text == HARD for piece in group.pieces) and group.anchor is None:
            words = NUMBER.sub("", said).strip(" .,;:|()[]")
            if len(words.split()) >= 3 and not (read_authors(words) or _is_other(words)):
                return groups[:number]
            said = ""
        elif group.anchor is None or not is_label(group.text):
            said += f" {group.text}"
    return groups


def _bold(group: Group) -> bool:
    return group.anchor is None and group.pieces[0].bold and group.pieces[0].image is None


def first_said(groups: Sequence[Group]) -> Group | None:
    """Return the first part of an entry that says something: no number, and no date."""
    return next((group for group in groups if _says_something(group)), None)


def choose_title(groups: Sequence[Group], *, linked: bool = False) -> Group | None:
    """Return what is set off as the title: a link that is not a label, or bold text; None when nothing is.

    Where the titles of a page are *linked*, a first link is one that is short, or reads like a label or a venue.
    """
    found, first = _choose(groups), first_said(groups)
    weak = found is None or (_bold(found) and found.words <= 2)
    return first if linked and weak and first is not None and _may_be_linked_title(first) else found


def _may_be_linked_title(group: Group) -> bool:
    """Whether a link that is short, or reads like a venue, may be the title where those are links."""
    anchor = group.anchor
    if anchor is None or anchor.bare or anchor.url.startswith("#") or "://" in group.text:
        return False
    authors = read_authors(group.text)
    return (
        re.search(r"\w", group.text) is not None
        and not all(word in _LABELS for word in re.findall(r"\w+", group.text.lower()))
        and not (authors is not None and authors.strong)
        and not (group.words <= 2 and _is_other(group.text))
    )


def _choose(groups: Sequence[Group]) -> Group | None:
    bolds = [
        group
        for group in groups
        if _bold(group)
        and re.search(r"\w", group.text)
        and not _ONLY_NUMBER.fullmatch(group.text)
        and not (group.words == 1 and BREAKS_OFF.search(group.text))
        and not _is_other(group.text)
        and not _is_alias(group, groups)
        and not _is_tag(group, groups)
        and not _is_place_set_off(group, groups)
        and not _is_emphasis(group, groups)
        and not is_byline(group, groups)
    ]
    links = [
        group
        for group in groups
        if group.anchor is not None
        and group.text
        and not group.anchor.bare
        and not group.anchor.url.startswith("#")
        and "://" not in group.text
        and not (is_label(group.text) and not _titled(group))
        and not _is_other(group.text)
        and not _is_bracketed_label(group, groups)
        and not _is_cited_link(group, groups)
        and not is_in_sentence(group, groups)
    ]
    long_links = [group for group in links if group.words >= 3 or _titled(group)]
    strong = next((group for group in bolds if group.words >= 3), None)
    first = first_said(groups)
    best = _best(long_links, bolds, strong, groups) or _after_byline(groups)
    if first is not None and first in links and (best is None or _prose_between(first, best, groups)):
        return first
    return best or _after_kind(links, groups)


def _best(
    long_links: Sequence[Group], bolds: Sequence[Group], strong: Group | None, groups: Sequence[Group]
) -> Group | None:
    if long_links:
        link = long_links[0]
        # "**Read on** → [Title of a Work](…)"
        leads = strong is not None and "→" in "".join(group.text for group in groups[strong.number : link.number])
        if (
            strong is not None
            and not leads
            and strong.number < link.number
            and (strong.words >= 4 or not _titled(link))
        ):
            return strong
        if leads or not (strong and read_authors(link.text)):
            return link
    return strong or (bolds[0] if bolds else None)


def _after_byline(groups: Sequence[Group]) -> Group | None:
    """Return the slanted words after authors in bold: "**Rivera et al. (2031)** *A Title of a Work*"."""
    byline = next((group.number for group in groups if _bold(group) and is_byline(group, groups)), len(groups))
    after = next((group for group in groups[byline + 1 :] if re.search(r"\w", group.text)), None)
    return after if after is not None and after.pieces[0].italic and after.words >= 2 else None


def _says_something(group: Group) -> bool:
    bare = NUMBER.sub("", group.text).strip(" -*•[]()")
    return bool(bare) and (group.anchor is not None or read_date(bare) is None)


def _prose_between(first: Group, other: Group, groups: Sequence[Group]) -> bool:
    """Whether a sentence stands between two candidates, so that the other only belongs to what is said of the first."""
    said = " ".join(group.text for group in groups[first.number + 1 : other.number] if group.anchor is None)
    return other.number > first.number and len(re.findall(r"[^\W\d_]{2,}", said)) >= 2


def _after_kind(links: Sequence[Group], groups: Sequence[Group]) -> Group | None:
    """Return the one link that follows what kind of thing it leads to: "Newsletter: [The Rivera Letter](…)"."""
    if len(links) != 1:
        return None
    (link,) = links
    kind = NUMBER.sub("", _before(link, groups)).strip()
    if re.fullmatch(r"[^\W\d_][\w /&'’-]{1,30}\s*:", kind) and is_label(kind):
        return link
    return link if link.words >= 2 and re.fullmatch(r"[^\W\d_][\w/&'’]{1,24}\s+[-–—]", kind) else None


def _before(group: Group, groups: Sequence[Group]) -> str:
    """Return the text between the group and the link or the line's start before it."""
    said: list[str] = []
    for other in reversed(groups[: group.number]):
        if other.anchor is not None or any(piece.text in (SOFT, HARD) for piece in other.pieces):
            break
        said.append("".join(piece.text for piece in other.pieces if piece.image is None))
    return "".join(reversed(said))


def _after(group: Group, groups: Sequence[Group]) -> str:
    """Return the plain text between the group and the link, the slanted text or the line's end after it."""
    said: list[str] = []
    for other in groups[group.number + 1 :]:
        apart = (
            piece.text in (SOFT, HARD) or piece.italic or piece.code or piece.image is not None
            for piece in other.pieces
        )
        if other.anchor is not None or any(apart):
            break
        said.append("".join(piece.text for piece in other.pieces))
    return "".join(said)


def _is_emphasis(group: Group, groups: Sequence[Group]) -> bool:
    """Whether bold words are only stressed in a text that goes on around them: "Dense **Rewards** for Play"."""
    before, after = _before(group, groups), _after(group, groups)
    if re.match(r"[-‐‑/]?[^\W_]|['’]s\b", after) or re.search(r"[^\W_][-‐‑/]?$", before):
        return True
    # From the last mark that ends a field; commas divide authors, and colons stand in titles.
    running = re.split(r"[.;!?)\]}|•]\s|\s[–—]\s|[\])}:]\s*$", NUMBER.sub("", before))[-1].split()
    if running and re.search(r"[\w'’%$]$", running[-1]):
        lead = " ".join(running)
        authors = read_authors(lead)
        # One name before few words is rather a part of the title: "Internet Explorer **Agents**".
        named = authors is not None and (authors.strong or (group.words > 2 and len(running) <= 3))
        if (len(running) > 1 or group.words <= 3) and not (named or read_place(lead) or read_date(lead)):
            return True
    found = re.match(r"\s+([^\W\d_][^\n.,;:|(\[]*)", after)
    if found is None or group.words > 6 or group.text[-1:] in ".!?:":
        return False
    follows = found[1].strip()
    long = [word for word in follows.split() if len(word) > 3]
    titled = sum(word[0].isupper() for word in long) >= 0.5 * len(long) if long else follows[:1].isupper()
    authors = read_authors(after) or (read_authors(follows) if after[found.end() : found.end() + 1] != ":" else None)
    return titled and not (authors or read_place(follows))


def _is_bracketed_label(group: Group, groups: Sequence[Group]) -> bool:
    """Whether a link stands in brackets behind a text that is a title by itself: "A Title. [[Some Journal](…)]"."""
    before = NUMBER.sub("", _before(group, groups))
    ahead = before.rstrip("[( ").rstrip()
    return (
        group.words <= 5
        and (before.rstrip().endswith("[") or group.text.startswith("["))
        and len(ahead.split()) >= 4
        and not (read_authors(ahead) or read_date(ahead) or ((place := read_place(ahead)) and place.sure))
    )


def is_in_sentence(group: Group, groups: Sequence[Group]) -> bool:
    """Whether a link only goes on with a sentence: "feel free to [open an issue](…)"."""
    if group.anchor is None or group.anchor.bare or not group.text[:1].islower() or is_label(group.text):
        return False
    before = NUMBER.sub("", _before(group, groups)).strip()
    if not re.search(r"[\w’']$", before):
        return False
    if BREAKS_OFF.search(before):
        return True
    place = read_place(before)
    return len(before.split()) > 4 and not (read_authors(before) or (place and place.sure))


def _is_place_set_off(group: Group, groups: Sequence[Group]) -> bool:
    """Whether bold or underlined words are a venue with its year that nobody knows, after the title: "ISCB, 2031"."""
    place = read_place(group.text)
    if place is None or place.year is None or group.words > 6:
        return False
    return len(_before(group, groups).split()) >= 2


def is_byline(group: Group, groups: Sequence[Group]) -> bool:
    """Whether bold words are the authors and the year, before the title: "**Rivera, A. (2031).** A Title of a Work"."""
    after = " ".join(other.text for other in groups[group.number + 1 :] if not is_label(other.text))
    return group.citation is not None and len(after.split()) >= 3


def _is_cited_link(group: Group, groups: Sequence[Group]) -> bool:
    """Whether a link behind the title is whom the work is cited by: "A Title of a Work ([Luss et al., 2031](…))"."""
    if group.citation is None:
        return False
    before = NUMBER.sub("", _before(group, groups)).strip(" ([")
    return bool(before) or any(_bold(other) and other.words >= 2 for other in groups[: group.number])


def _is_alias(group: Group, groups: Sequence[Group]) -> bool:
    """Whether bold words stand in brackets before the title: "(**DPO**) Direct Preference Optimization"."""
    before = groups[group.number - 1].text if group.number else ""
    after = groups[group.number + 1].text if group.number + 1 < len(groups) else ""
    return group.words <= 4 and before.endswith("(") and bool(re.match(r"\)\W*\w", after))


def _is_tag(group: Group, groups: Sequence[Group]) -> bool:
    """Whether a few bold words stand in brackets behind what may be a title: "A Title of a Work (**oral**)"."""
    said = "".join(other.text for other in groups[group.number - 1 : group.number])
    after = "".join(other.text for other in groups[group.number + 1 : group.number + 2])
    bracketed = said[-1:] in ("(", "[") and after[:1] in (")", "]")
    if not (bracketed and group.words <= 3) and not re.fullmatch(r"\(.*\)", group.text):
        return False
    ahead = NUMBER.sub(
        "", " ".join(other.text for other in groups[max(0, group.number - 9) : group.number]).rstrip("[( ")
    )
    return len(ahead.split()) >= 4 and read_authors(ahead) is None


def _titled(group: Group) -> bool:
    return (group.words >= 2 and any(piece.bold for piece in group.pieces)) or bool(re.match(r"[\"“].{8,}", group.text))


def _is_other(text: str) -> bool:
    place = read_place(text)
    if place is not None and place.sure and len(text.split()) <= 8:
        return True
    key = text.strip(" :").lower()
    return (
        text.rstrip().endswith(":")
        and any(key in keys for keys in (AUTHOR_KEYS, VENUE_KEYS, YEAR_KEYS, NOTE_KEYS, LINK_KEYS))
    ) or (text.rstrip().endswith(":") and key in TITLE_KEYS)


def split_name(pieces: Sequence[Piece]) -> tuple[str, Sequence[Piece]]:
    """Return the name in bold that a linked title begins with, and the title: "**AEL** — Evolving by Hand"."""
    at = next((number for number, piece in enumerate(pieces) if not piece.bold), 0)
    name = "".join(piece.text for piece in pieces[:at]).strip()
    title = "".join(piece.text for piece in pieces[at:])
    dashed = re.match(r"\s*[-–—]+\s+(?=\S)", title)
    apart = (
        dashed and len(title.split()) > 3 and len(name.split()) <= 4 and not any(piece.bold for piece in pieces[at:])
    )
    return (name, pieces[at:]) if name and apart else ("", pieces)


def badge_label(group: Group, said: Sequence[str]) -> str:
    """Return what a link that is only pictures is called, by their descriptions or by what the badges say."""
    for piece in group.images:
        alt = plain_label(piece.text)
        low = alt.lower()
        if alt and low not in (
            "static badge",
            "badge",
            "image",
            "img",
            "shield",
            "alt text",
            "github repo stars",
            "stars",
            "star",
            "github stars",
            "icon",
            "logo",
        ):
            return alt
    if said:
        return re.sub(r"\s+\d{4}\.\d{4,5}(v\d+)?$", "", said[0])
    if any(is_counter(piece.image or "") for piece in group.images):
        return "GitHub"
    return "URL"
