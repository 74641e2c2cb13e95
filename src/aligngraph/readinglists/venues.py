"""Where and when: venues, years and dates as lists print them."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aligngraph.readinglists.lexicon import ACRONYMS, PLAIN_WORDS, TRACK_TOKENS, VENUE_WORDS, WHOLE_VENUES

_YEAR = r"(?:19[0-9]\d|20[0-4]\d)"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_NUMBER = r"(?:1[0-2]|0?[1-9])"
_DATE = (
    rf"{_YEAR}\s*[-./–]\s*{_NUMBER}(?:\s*[-./–]\s*{_DAY})?(?!\d)"
    rf"|{_YEAR}年(?:\d+月)?(?:\d+日)?"
    rf"|(?:{_DAY}(?:st|nd|rd|th)?\s+)?{_MONTH}(?:\s+{_DAY}(?:st|nd|rd|th)?)?,?\s*(?:{_YEAR}|['’]\d\d)(?!\d)"
    rf"|{_YEAR},?\s+{_MONTH}(?:\s+{_DAY})?(?!\w)"
    rf"|{_NUMBER}/{_YEAR}(?!\d)"
    rf"|(?<![\d.]){_YEAR}(?:[a-z]\b)?(?![\d.]\d|\d|\s?[-–—]\s?(?:{_YEAR}|\d\d\b))"
)
_DATES = re.compile(rf"(?<![\w./:-])(?:{_DATE})", re.IGNORECASE)
_SHORT_DATE = re.compile(rf"(?:['’‘`]?(\d\d)[./-](?:1[0-2]|0[1-9])(?:[./-]{_DAY})?|['’‘`](\d\d))")
# A day of the month is rarely printed without the year: "Oct 23" is a year.
_MONTH_YEAR = re.compile(rf"{_MONTH}\s+([1-3]\d)", re.IGNORECASE)
_WHOLE = re.compile(rf"(?:{_DATE})", re.IGNORECASE)
_FOUR = re.compile(_YEAR)
_GLUED = re.compile(rf"(?<![\w])([A-Za-z][A-Za-z&*+/@-]{{1,20}}?)(?:\s?['’‘`]\s?|[\s_-]?)({_YEAR}|\d\d)(?![\w.%-])")
_SHORT_YEAR = re.compile(r"(.*[^\W\d_]\)?)[\s_-]*['’‘`]?([1-3]\d)", re.DOTALL)
_DATE_COMMA = re.compile(
    rf"(?:{_MONTH}(?:\s+{_DAY}(?:st|nd|rd|th)?)?|\b{_DAY}(?:st|nd|rd|th)?\s+{_MONTH}),(?=\s*{_YEAR}\b)", re.IGNORECASE
)
_LEAD = re.compile(
    r"^(?:(?:published|presented|accepted|appeared|to appear|appearing)\s+(?:in|at|by|to|as)\s*:?\s+"
    r"|in\s*:\s*"
    r"|in\s+(?=proc|the proc|proceedings|advances|findings|[A-Z]{2,}|[A-Z][a-z]+[A-Z]))",
    re.IGNORECASE,
)
# "2023‑11", written so that no line breaks there.
_HYPHENS = str.maketrans("\u2010\u2011", "--")
_DETAILS = re.compile(
    rf",\s*(?:{_YEAR},?\s*)?(?:vol(?:ume)?|no|iss(?:ue)?|pp?|pages|art(?:icle)?|doi|isbn)\b[.:\s]*\S.*$", re.IGNORECASE
)
_VOLUME = re.compile(
    r"[\s,]+\d{1,4}(?:\s?\(\d{1,3}(?:[-–/]\d+)?\))?\s?:\s?(?:[A-Za-z]?\d+(?:\s?[-–]\s?[A-Za-z]?\d+)?|null)\.?$"
    r"|\s?:\s?\d+\s?[-–]\s?\d+\.?$"
    r"|,\s*\d{1,4}(?:\s?\(\d{1,3}(?:[-–/]\d+)?\))?,\s*[A-Za-z]?\d+\s?[-–]\s?[A-Za-z]?\d+\.?$"
)
"""A journal's volume and pages: "12(3): 45–67", "46:e147", ", 12(3), 45–67", or pages alone."""
_ISSUE = re.compile(r"[\s,]+\d{1,4},\s*(?:no|nr|iss(?:ue)?)\b\.?\s*\d[\w/–-]*$", re.IGNORECASE)
"""A journal's volume and issue: "70, no. 1"."""
_PLACE_IN_VOLUME = re.compile(
    r",\s*(?:vol(?:ume)?|no|pp?|pages)\b\.?\s*[A-Za-z]?\d[^()]*$|\s*\(pp?\.\s?[^()]*\)$", re.IGNORECASE
)
"""Where in a volume something stands, the year aside: ", vol. 33, pp. 7801-7808"."""
_DATED_PAGES = re.compile(rf"(?:published online\s+)?({_DATE})\s*[;:]\s*[\w()–-]+(?:\s?:\s?[\w–-]+)?", re.IGNORECASE)
"""A date with a journal's volume and pages: "2020;395(10223):497-506", "Published online March 17, 2026:29-29"."""
_TAG = re.compile(r"(?<!\S)#[A-Za-z][\w/-]*")
_EDGES = " \t\n\\,;:|·–—-.()[]{}<>（）【】"
_MANNER = frozenset(
    (
        *("accepted", "award", "best", "highlight", "honorable", "mention", "notable", "oral", "outstanding"),
        *("paper", "poster", "presentation", "spotlight", "talk", "top"),
    )
)
_SAID_OF_DATES = frozenset("accessed posted published released retrieved revised updated".split())
_OF_MEETINGS = ("of", "at", "the", "in", "proceedings", "proc", "conference", "conf", "annual", "meeting")
_PREPRINT = re.compile(r"(?:ar|bio|med|psy)xiv\b|corr\b|preprints?\b|ssrn\b|openreview\b|under review\b", re.IGNORECASE)
# "arXiv:2031.01234 / NIPS 2031"
_AFTER_PREPRINT = re.compile(r"^(?:arxiv|corr)\b[:\s]*\S*\s*/\s*(?=[A-Z])", re.IGNORECASE)
_ARXIV = re.compile(r"arxiv\b|abs/\d|\bcorr\b", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A venue, a year, or both. *sure* when the venue's words are a venue's and nothing else."""

    venue: str | None
    year_printed: str | None
    year: int | None
    sure: bool


def read_date(text: str) -> tuple[str, int] | None:
    """Return a date as printed and its year, when *text* is a date and nothing else."""
    bare = text.translate(_HYPHENS).strip(_EDGES)
    if _WHOLE.fullmatch(bare):
        return bare, _year_in(bare)
    if (paged := _DATED_PAGES.fullmatch(bare)) is not None:
        return paged[1], _year_in(paged[1])
    short = _SHORT_DATE.fullmatch(bare) or _MONTH_YEAR.fullmatch(bare)
    if short:
        return bare, _century(next(filter(None, short.groups())))
    return None


@lru_cache(maxsize=8192)
def read_place(text: str, *, expected: bool = False) -> Place | None:
    """Return the venue and year that *text* names; None when it reads as something else.

    A year alone is a place without venue. Text that has a year but no venue's word comes back with *sure* false: what
    stands around it decides. *expected* is for text that is known to name a venue.
    """
    bare = _trim(_TAG.sub(" ", text.translate(_HYPHENS)))
    if not bare or len(bare) > 300:
        return None
    date = read_date(bare)
    if date:
        return Place(None, date[0], date[1], True)
    if is_undated(bare):
        return Place(None, None, None, True)
    if not expected and bare.count(" ") > 40:
        return None
    bare = _AFTER_PREPRINT.sub("", _LEAD.sub("", bare))
    name = _VOLUME.sub("", _ISSUE.sub("", bare))
    if (within := _PLACE_IN_VOLUME.search(bare)) is not None and not _DATES.search(within[0]):
        bare = bare[: within.start()]
    if name != bare and 1 <= len(name.split()) <= 10 and _is_titled(name):
        # "Tides and Shores 121:1771–1790"
        return Place(name, None, None, True)
    venue, printed, year = _split_year(bare)
    if venue is not None and year is not None:
        # "IEEE Letters, vol. 23, pp. 268-280, 2031, doi: 10.5555/1"
        venue = _DETAILS.sub("", venue).rstrip(" ,;") or venue
        # "Tides and Shores, 12(3):45–67, 2031"
        venue = _VOLUME.sub("", venue).rstrip(" ,;") or venue
    short = _SHORT_YEAR.fullmatch(bare) if year is None else None
    if short and ((expected and short[1].isalpha() and short[1].isupper()) or _is_venue(short[1], dated=True)):
        # "CCS 24", "AISec@CCS 23"; where a venue is expected, also one that nobody knows: "XYZCONF24".
        venue, printed, year = short[1].strip(_EDGES[:9]), short[2], _century(short[2])
    if not venue or not re.search(r"[^\W\d_]{2}", venue) or venue.lower() in _SAID_OF_DATES:
        return Place(None, printed, year, True) if printed else None
    sure = _is_venue(venue, dated=year is not None)
    if not (sure or expected or year is not None):
        return None
    return Place(venue, printed, year, sure)


def read_places(text: str) -> Place | None:
    """Return the venue in a cell of venues: of several ("arXiv'24, ICLR'25"), the first that is not a preprint."""
    found = [place for part in re.split(r"[,;()]", text) if part.strip() and (place := read_place(part))]
    if len(found) > 1 and all(place.venue and place.year is not None for place in found):
        return next((place for place in found if not is_preprint(place.venue or "")), found[0])
    return read_place(text, expected=True)


def _trim(text: str) -> str:
    """Strip separators, and brackets that stand around the whole or are not closed."""
    bare = text.strip(" \t\n\\,;:|·–—-.")
    while (
        len(bare) > 1
        and (bare[0], bare[-1]) in (("(", ")"), ("[", "]"), ("（", "）"), ("【", "】"), ("{", "}"))
        and not re.search(r"[()\[\]]", bare[1:-1])
    ):
        bare = bare[1:-1].strip(" \t\n,;:|·–—-.")
    return bare


def _split_year(text: str) -> tuple[str | None, str | None, int | None]:
    """Return what is left of the text without its date, the date as printed, and the year."""
    found = list(_DATES.finditer(text))
    if found:
        last = found[-1]
        before, after = text[: last.start()], text[last.end() :]
        year = _year_in(last[0])
        track = after.strip(" ,;:|·–—-.()[]").lower()
        if before.strip(_EDGES) and track and not read_date(track) and not is_manner(track):
            # "NAACL 2022 Findings": the year stands in the name.
            return re.sub(r"\s+", " ", text), last[0], year
        kept = after.strip(_EDGES) and not (before.strip(_EDGES) and is_manner(track))
        rest = f"{before.rstrip(_EDGES)} {after.lstrip(_EDGES)}" if kept else before
        rest = rest.strip(" \t\n,;:|·–—-(")
        for opening, closing in ("()", "（）"):
            if rest.count(opening) < rest.count(closing):
                rest = rest.rstrip(f"{closing} ")
        if rest.endswith(".") and not re.search(r"\b\w{1,6}\.$", rest):
            rest = rest[:-1]
        return (rest or None), last[0], year
    for glued in _GLUED.finditer(text):
        word = glued[1].lower()
        four = len(glued[2]) == 4
        apostrophe = re.search(r"['’‘`]", glued[0])
        if not (four or apostrophe or word in ACRONYMS):
            continue
        if not four and not apostrophe and not 10 <= int(glued[2]) <= 39:
            continue
        year = int(glued[2]) if four else _century(glued[2])
        printed = glued[2] if four or not apostrophe else f"'{glued[2]}"
        after = text[glued.end() :].strip(_EDGES)
        before = text[: glued.start()]
        if is_manner(after):
            # "ICLR'31 Spotlight"
            return f"{before}{glued[1]}".strip(" ,;:|·–—-"), printed, year
        name = f"{before}{glued[1]}" + (f" {text[glued.end() :].strip(' ,;:|·–—-.')}" if after else "")
        return name.strip(" ,;:|·–—-"), printed, year
    return text.strip(" ,;:|·–—-"), None, None


def _is_venue(text: str, *, dated: bool) -> bool:
    low = text.lower().strip(_EDGES)
    low = re.sub(rf"\b{_YEAR}\b|(?<=\w)(?=\()", " ", low).strip(_EDGES)
    low = re.sub(r"\s+", " ", low)
    if low in ACRONYMS or low in WHOLE_VENUES or (text.isupper() and low.removesuffix("w") in ACRONYMS):
        # "ICLRW" is for the workshops of ICLR.
        return True
    words = low.split()
    if low in VENUE_WORDS or not 1 <= len(words) <= 24:
        return False
    if words[-1] in ("at", "by", "in", "from", "of", "on", "the", "via", "with"):
        return False
    if _ARXIV.match(low):
        return len(words) <= 5
    core = [word.strip("()[],.:;*'’\"") for word in words]
    core = [word for word in core if word and word not in TRACK_TOKENS]
    parts = [part for word in core for part in re.split(r"[/@+&-]", word) if part]
    if _are_acronyms(core, _OF_MEETINGS) or (len(words) <= 8 and _are_acronyms(parts, TRACK_TOKENS)):
        return True
    # "AISec@CCS" is a part of CCS.
    named = [word for word in core if word.rpartition("@")[2] in ACRONYMS and word not in PLAIN_WORDS]
    worded = _is_worded(low, findings=bool(named))
    if named and len(words) <= 6 and (core[0] in named or core[-1] in named) and text[:1].isupper():
        # "A Title of Work, NeurIPS" is more than a venue.
        return worded or len(text.rpartition(",")[0].split()) < 2
    capitals = sum(word[:1].isupper() for word in text.split() if len(word) > 3)
    if text.count(",") > 2 and not dated:
        return False
    if low.startswith("proceedings of"):
        return True
    return worded and (dated or (capitals >= 0.5 * sum(len(word) > 3 for word in text.split()) and len(words) <= 14))


def _are_acronyms(words: Sequence[str], others: Container[str]) -> bool:
    """Whether some words are acronyms of venues, and all the rest are of the *others*."""
    return any(word in ACRONYMS for word in words) and all(word in ACRONYMS or word in others for word in words)


def _is_worded(low: str, *, findings: bool) -> bool:
    """Whether text has words or phrases of a venue's name; *findings* behind its first word count as one too."""
    said = {word.strip("(),:;") for word in low.split()} & VENUE_WORDS
    if not (findings or low.startswith("findings")):
        # "Counterintuitive findings from" is not a track of a meeting.
        said.discard("findings")
    return bool(said) or any(
        # "Recent advances in" begins no venue.
        low.startswith(phrase) or (phrase in low and not phrase.endswith(" in"))
        for phrase in VENUE_WORDS
        if " " in phrase
    )


def split_commas(text: str) -> list[str]:
    """Return the parts between commas; those inside a date ("Dec. 29, 2024") divide nothing."""
    joined = _DATE_COMMA.sub(lambda found: f"{found[0][:-1]}\0", text)
    return [part.replace("\0", ",") for part in joined.split(",")]


def _is_titled(text: str) -> bool:
    long = [word for word in text.split() if len(word) > 3]
    return not re.search(r"[.:?!]\s|\d", text) and sum(word[0].isupper() for word in long) >= 0.6 * len(long)


def is_undated(text: str) -> bool:
    """Whether words stand where the year would and say that it is not known: "n.d."."""
    return text.strip(_EDGES).lower().replace(" ", "") in ("n.d", "undated", "nodate")


def is_track(text: str) -> bool:
    """Whether words only say how a paper was taken at a venue: "Oral", "Findings"."""
    words = [word.strip("()[],.:;*'’\"") for word in text.lower().split()]
    return bool(words) and all(word in TRACK_TOKENS for word in words) and any(word.isalpha() for word in words)


def is_manner(text: str) -> bool:
    """Whether words say how a work was shown, which is not part of the venue's name: "Oral", "Spotlight"."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return bool(words) and all(word in _MANNER for word in words)


def is_preprint(venue: str) -> bool:
    """Whether a venue's name is that of a server of preprints, or says that the work has come out nowhere yet."""
    return bool(_PREPRINT.match(venue.strip()))


def _year_in(text: str) -> int:
    found = _FOUR.search(text)
    if found:
        return int(found[0])
    short = re.search(r"['’](\d\d)", text)
    return _century(short[1]) if short else 0


def _century(two: str) -> int:
    return 2000 + int(two) if int(two) < 50 else 1900 + int(two)
