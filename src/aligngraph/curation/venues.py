"""Which venue a printed name means, and which year and track.

What a venue is called stands in the data: its label, acronym, ``skos:altLabel`` and ``skos:hiddenLabel`` (what is met
in lists but should not be shown, misspellings among them). Here are only the rules for what stands around the name.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from aligngraph.bibliography.keys import fold
from aligngraph.curation.holdings import ALT_LABEL, HIDDEN_LABEL, LABEL, VENUE_KINDS, Holdings, ag
from aligngraph.text.suggestions import nearest

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SHORT_YEAR = re.compile(r"(?<=[a-z])\s*(?:['’‘`´]\s*|-\s?|\s)?(\d\d)(?![\w.])")
_APOSTROPHE_YEAR = re.compile(r"['’‘`´](\d\d)(?!\w)")
# What follows "arXiv" in bibliographies: numbers, versions, subject classes.
_ARXIV_TAIL = re.compile(
    r"(?:arxiv:?\s*)?(?:abs/)?\d{4}\.\d{4,5}(?:v\d+)?|(?:abs/)?[a-z-]+/\d{7}|\[[a-z-]+\.[a-z-]+\]", re.I
)
_LIKE = 0.75
"""How much alike a printed name and a venue's are for the report to ask whether it is meant: "ICLM" and ICML."""
_OF_ONE_YEAR = re.compile(r"(?<!\w)\d+(?:st|nd|rd|th)(?!\w)", re.IGNORECASE)
_PROCEEDINGS = re.compile(r"^(?:in )?(?:the )?(?:proceedings|proc\.?) of (?:the )?", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ORDINAL = re.compile(
    r"\b(?:\d+\s?(?:st|nd|rd|th)|(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty[- ]?)?(?:first|second|third|fourth|"
    r"fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|[a-z]+teenth|[a-z]+tieth))\b"
)
_LEAD = re.compile(
    r"^(?:(?:published|presented|accepted|appeared|to appear|appearing|in|at|by|to|as|the|proceedings|proc|procs|of|"
    r"main|conf|annual|international joint)\b[\s.:]*)+"
)
_TAIL = re.compile(r"(?:[\s,.:;|/&()-]+|\b(?:oral|spotlight|poster|best paper|award|outstanding|long|short|papers?|"
                   r"main|conference track|accepted|notable|top|highlight|volume|vol|no|pp|pages|\d+))+$")  # fmt: skip
_TRACKS = (
    (re.compile(r"\bfindings\b"), "Findings"),
    (re.compile(r"\bdatasets?\s*(?:and|&)\s*benchmarks?(?:\s+track)?\b|\bd\s?&\s?b(?:\s+track)?\b"),
     "Datasets and Benchmarks"),
    (re.compile(r"\bstudent research workshop\b|\bsrw\b"), "Student Research Workshop"),
    (re.compile(r"\b(?:system )?demo(?:nstration)?s?(?:\s+track)?\b"), "Demonstrations"),
    (re.compile(r"\bindustry(?:\s+track)?\b"), "Industry"),
    (re.compile(r"\btiny papers?(?:\s+track)?\b"), "Tiny Papers"),
    (re.compile(r"\bposition papers?(?:\s+track)?\b"), "Position Papers"),
    (re.compile(r"\bblog ?posts?(?:\s+track)?\b"), "Blogposts"),
    (re.compile(r"\bworkshops?\b"), "Workshop"),
)  # fmt: skip
# What stands before the series itself: "Annual Meeting of the ACL", but not "Transactions of the ACL".
_SERIES = frozenset(
    "a advances annual conference conferences conf edition in international main meeting meetings proc proceedings "
    "series session sessions symposium the track volume".split()
)
_SOCIETIES = ((re.compile(r"\bacl\b"), "association for computational linguistics"),)
_PARTS = re.compile(r"\s*[:,;|@/]\s*|\s+(?:at|in|of|on|@|co-located with)\s+|\s+-\s+|\s*[()\[\]]\s*")
_OF = re.compile(r"\s(?:of|on|for|in)\s")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class VenueMatch:
    """The venue's IRI, None where the name is not known; the year and the track that the name spells out."""

    venue: str | None
    year: int | None = None
    track: str | None = None


class VenueTable:
    """The names of venues, from one or more catalogues; the first that knows a name decides."""

    def __init__(self, catalogues: Iterable[Holdings]) -> None:
        self.names: dict[str, str] = {}
        self.homes: dict[str, Holdings] = {}
        self._answers: dict[tuple[str, int | None], VenueMatch] = {}
        for holdings in catalogues:
            for venue in holdings.things(*VENUE_KINDS, "Venue"):
                self.homes.setdefault(venue, holdings)
                for predicate in (LABEL, ag("acronym"), ALT_LABEL, HIDDEN_LABEL):
                    for name in holdings.texts(venue, predicate):
                        self.names.setdefault(_key(name), venue)
                        # "Conference on Fairness, Accountability…": what rules take away is taken away here too.
                        self.names.setdefault(_key(_bare(fold(name))), venue)
        self.names.pop("", None)

    def kind(self, venue: str) -> str | None:
        """Return the class of *venue*, such as "Journal"."""
        home = self.homes.get(venue)
        return next((kind for kind in home.kinds(venue) if kind in VENUE_KINDS), None) if home else None

    def normalise(self, text: str, year: int | None = None) -> VenueMatch:
        """Return which venue *text* names. *year* is what is printed beside it, if anything."""
        known = self._answers.get((text, year))
        if known is None:
            known = self._answers[text, year] = self._read(text, year)
        return known

    def add(self, venue: str, name: str) -> None:
        """Take in a venue that was not known by *name*."""
        self.names.setdefault(_key(name), venue)
        self._answers.clear()

    def like(self, text: str, but: Container[str] = ()) -> tuple[str, ...]:
        """Return the venues whose names are most like *text*, a name that none of them has; the first comes first.

        Those in *but* are left out.
        """
        wanted = _key(text)
        names = [(name, venue) for name, venue in self.names.items() if venue not in but]
        return tuple(nearest(wanted, names, count=2, cutoff=_LIKE)) if len(wanted) > 2 else ()

    def _find(self, text: str) -> str | None:
        return self.names.get(_key(text)) or self.names.get(_key(_bare(text)))

    def _read(self, text: str, year: int | None) -> VenueMatch:
        plain = " ".join(fold(text).split())
        spelled = _YEAR.search(plain)
        found = int(spelled[0]) if spelled else None
        if found is None:
            short = _APOSTROPHE_YEAR.search(plain) or _SHORT_YEAR.search(plain)
            # "C3NLP" has a digit that is not a year; what stands before a year is one word and a venue.
            before = plain[: short.start()].strip(" -'’‘`´") if short else ""
            if short and " " not in before and self._find(before) is not None:
                found = 2000 + int(short[1]) if int(short[1]) < 50 else 1900 + int(short[1])
                plain = f"{plain[: short.start()]} {plain[short.end() :]}"
        for cut in (plain, _YEAR.sub(" ", plain), _YEAR.sub(" ", _ARXIV_TAIL.sub(" ", plain))):
            venue = self._find(cut)
            if venue is not None:
                return VenueMatch(venue, year or found)
        plain = cut
        track = None
        for pattern, name in _TRACKS:
            if pattern.search(plain):
                track, plain = track or name, pattern.sub(" ", plain)
                venue = self._find(plain)
                if venue is not None:
                    return VenueMatch(venue, year or found, track)
        venue = self._in_parts(plain, track)
        return VenueMatch(venue, year or found, track if venue else None)

    def _in_parts(self, plain: str, track: str | None) -> str | None:
        """Return the venue that a part of the name is, the last that is one ("Findings of ACL: EMNLP")."""
        for society, name in _SOCIETIES:
            # "North American Chapter of the ACL"
            venue = self._find(society.sub(name, plain))
            if venue is not None:
                return venue
        parts = [part for part in _PARTS.split(plain) if part.strip()]
        found = [venue for venue in map(self._find, parts) if venue is not None]
        # The transactions, a chapter or a journal of something are not that itself.
        heads = [_PARTS.split(plain[: of.start()])[-1] for of in _OF.finditer(plain)]
        for head in heads if track is None else ():
            if self._find(head) is None and not set(_WORD.findall(_ORDINAL.sub(" ", head))) <= _SERIES:
                return None
        if not found:
            # "NeurIPS Workshop on X" and "Workshop on X, ICML": the series is the one known word.
            named = (
                {self.names[word] for word in re.findall(r"[\w&*]+", plain) if word in self.names} if track else set()
            )
            return named.pop() if len(named) == 1 else None
        if track == "Findings" or len(set(found)) == 1:
            return found[-1]
        # "ACL/IJCNLP" is one meeting of two series, of which the first gives its name.
        return found[0] if re.match(r"[\w&*]+\s*/", plain) else None


def name_of_series(text: str) -> str:
    """Return *text*, the printed name of a venue, without what is of one year; "" where that leaves no name."""
    name = " ".join(_OF_ONE_YEAR.sub(" ", _YEAR.sub(" ", text)).replace("()", " ").split()).strip(" ,.;:-'’[]")
    name = _PROCEEDINGS.sub("", name).strip()
    return name if len(_key(name)) > 1 and any(letter.isalpha() for letter in name) else ""


def _bare(plain: str) -> str:
    text = _ORDINAL.sub(" ", _BRACKETS.sub(" ", plain))
    text = " ".join(text.split())
    text = _LEAD.sub("", text)
    return _TAIL.sub("", text)


def _key(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+|[*]", fold(text).replace("&", " and ")))
