"""Titles: where a quoted one ends, what clings to one, and one without its trimmings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aligngraph.readinglists.authors import read_authors
from aligngraph.readinglists.lexicon import PLAIN_WORDS
from aligngraph.readinglists.segments import LINK, cut
from aligngraph.readinglists.venues import Place, is_track, read_date, read_place

_OPEN = {'"': '"', "“": "”", "„": "“”", "«": "»", "《": "》", "「": "」", "”": "”", "‘": "’", "``": "''"}
_ACRONYM = re.compile(r"[A-Z][A-Z&/-]{2,11}\s['’]?(?:(?:19|20)\d\d|\d\d)")
_NUMBERED = re.compile(
    r"[\s,.]+(arXiv(?:\s+preprint)?(?:\s+arXiv)?\s?:?\s?\d{4}\.\d{4,5}(?:v\d+)?)[\s.]*$", re.IGNORECASE
)
_MOST_NOTES = 10
"""What clings to a title more often than this is not a title's."""
_START = re.compile(r"[\"“„«《「”]|(?<![\w])‘")


def find_quoted(
    text: str, start: int, italics: Sequence[tuple[int, int]], codes: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """Return where the quoted title stands, or None when the entry's quotation marks do not hold the title."""
    found = _START.search(text, start)
    if found is None:
        return None
    before = text[start : found.start()].replace(LINK, " ").strip(" \t\n,.:;–—-|")
    if before and not (
        read_authors(before)
        or read_date(before)
        or _is_place(before)
        or (re.fullmatch(r"[\w.+ -]{1,24}", before) and text[: found.start()].rstrip().endswith(":"))
    ):
        chunks = cut(text, start, found.start(), italics, codes)
        if not chunks or any(chunk.kind not in "AaPp" for chunk in chunks):
            return None
    closing = _OPEN[found[0]]
    at = found.end()
    while True:
        places = [place for mark in closing if (place := text.find(mark, at)) >= 0]
        if not places:
            return None
        end = min(places)
        after = text[end + 1 :]
        inner = text[found.end() : end]
        if re.match(r"\s*:\s+[^\W_]", after) and not _field_follows(after[after.index(":") + 1 :]):
            return None
        if len(inner) > 500:
            return None
        if inner.strip() and (
            not after.strip()
            or re.match(r"\s*[,.;:(\[|\x1e\n\ue000–—-]|[.,]", after)
            or inner.rstrip().endswith((",", "."))
            or _field_follows(after)
        ):
            return found.start(), end + 1
        at = end + 1


def _field_follows(after: str) -> bool:
    chunks = cut(after, 0, min(len(after), 600), (), ())
    return bool(chunks) and chunks[0].kind in "AP"


def _is_place(text: str) -> bool:
    place = read_place(text)
    return place is not None and place.sure


def peel_title(printed: str) -> tuple[str, list[Place], list[str]]:
    """Return the title without what clings to it, the venues and dates of that, and the rest of it.

    It clings in brackets before or after the title, or after a comma where it is a venue with its year.
    """
    title = printed.replace(LINK, " ").replace("\x1e", " ").strip()
    places: list[Place] = []
    notes: list[str] = []
    while True:
        track = re.search(r"\s*[(\[]([^()\[\]]{2,40})[)\]]\s*[.,]?$", title)
        if track is not None and len(notes) < _MOST_NOTES and track.start() and is_track(track[1]):
            notes.append(track[1])
            title = title[: track.start()]
            continue
        if (numbered := _NUMBERED.search(title)) and len(title[: numbered.start()].split()) >= 3:
            places.append(Place(numbered[1], None, None, True))
            title = title[: numbered.start()]
            continue
        front, _, last = title.rstrip(" .,").rpartition(", ")
        able = 4 <= len(last.strip()) <= 60 and len(front) >= 8 and "," not in front[-8:]
        place = read_place(last) if able else None
        if place is not None and place.sure and place.venue and place.year is not None:
            places.append(place)
            title = front.rstrip(" ,")
            continue
        ahead = re.match(r"^\s*(?:\[([^\[\]]{2,60})\]|\(([^()]{2,60})\)|【([^】]{2,60})】)\s*[:.,–—-]?\s*(?=\S)", title)
        behind = re.search(r"\s*(?:\[([^\[\]]{2,60})\]|[(（]([^()（）]{2,60})[)）])\s*[.,]?$", title)
        tag = re.match(r"\s*【([^】]{1,20})】\s*(?=\S)", title)
        if tag is not None and len(notes) < _MOST_NOTES and read_place(tag[1]) is None:
            notes.append(tag[1])
            title = title[tag.end() :]
            continue
        for found in (ahead, behind):
            if found is None or len(places) == _MOST_NOTES:
                continue
            inner = found[1] or found[2] or (found.lastindex == 3 and found[3]) or ""
            place = read_place(inner)
            # "(DSN)" after a title is rather what the work is called for short.
            if inner.lower() in PLAIN_WORDS and found is behind:
                continue
            acronym = found is behind and _ACRONYM.fullmatch(inner) is not None
            if place is not None and (place.sure or acronym) and (place.year is not None or place.venue):
                places.append(place)
                title = title[found.end() :] if found is ahead else title[: found.start()]
                break
        else:
            return title, places, notes
        if not title:
            return "", places, notes


def clean_title(printed: str) -> str:
    """Return a title as printed, without the marks around it and the full stop after it."""
    title = re.sub(r"\s+", " ", printed).strip()
    # "A Title. In *Some Venue*"
    title = re.sub(r"(?:(?<=[.?!])\s+In:?|,\s+in)$", "", title)
    title = re.sub(r"\*\*|(?<=[)a-z])\*(?=\s|$)", "", title)
    title = re.sub(r"^(?:title|paper)\s*:\s*", "", title, flags=re.IGNORECASE)
    if re.fullmatch(r"\([^()]*\)", title) and len(title.split()) < 4:
        return ""
    while True:
        before = title
        title = title.strip(" \t,;:|·–—")
        if (
            len(title) > 1
            and title[0] in _OPEN
            and title[-1] in _OPEN[title[0]]
            and not re.search(r"[\"“”„«»]", title[1:-1])
        ):
            title = title[1:-1]
        if title[:1] in '"“„«' and not re.search(r"[\"“”»]", title[1:]):
            title = title[1:]
        if title[-1:] in '"”»' and not re.search(r"[\"“„«]", title[:-1]):
            title = title[:-1]
        title = title.rstrip(",;:")
        if title.endswith(".") and not title.endswith("...") and not re.search(r"\b(?:[A-Za-z]\.){2,}$", title):
            title = title[:-1]
        title = re.sub(r"^[-•*]\s+|\s+[-–—|]+$", "", title)
        if title == before:
            return title.strip()
