"""RIS, the tagged format of reference managers, in the form of 2001 and of 2011 (``TY`` … ``ER``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aligngraph.bibliography.entries import Entry, Link, Problem, ReadingList, Standing, entry_of, sort_links, work_of
from aligngraph.bibliography.extras import with_extras
from aligngraph.bibliography.fields import Facts, Keys, editors_notice, is_held, kind_notice, work_of_facts
from aligngraph.bibliography.identifiers import DOI, find_doi, identifiers_of_url
from aligngraph.bibliography.person_names import Name, organization_name, sorted_name, without_rest
from aligngraph.bibliography.plain_text import collapse, lines_of, plain, says_nothing, year_of
from aligngraph.bibliography.works import WITH_OWN_ISBN, Work

EXTRA = "aligngraph-"
"""How notes (``N1``) begin that hold what the other tags can't."""
# Type → class of the form, class of the work, and the tags that may name the venue, best first.
_PERIODICAL = ("T2", "JF", "JO", "J2", "JA", "J1", "BT", "T3", "PB")
_HOUSE = ("PB", "T2", "JF", "JO")
_REPORTS = (
    "RPRT",
    "THES",
    "STAND",
    "GOVDOC",
    "PAT",
    "BILL",
    "UNBILL",
    "STAT",
    "CASE",
    "HEAR",
    "LEGAL",
    "GRANT",
    "PAMP",
)
_PAGES_OF_THE_WEB = (
    *("ELEC", "WEB", "BLOG", "COMP", "ICOMM", "ADVS", "ART", "MPCT", "MULTI", "MUSIC", "SLIDE", "SOUND", "VIDEO"),
)
_TYPES: dict[str, tuple[str | None, str | None, tuple[str, ...]]] = {
    **dict.fromkeys(("JOUR", "JFULL", "MGZN", "NEWS", "EJOUR", "INPR", "ABST"), ("JournalArticle", None, _PERIODICAL)),
    **dict.fromkeys(("CPAPER", "CONF"), ("ConferencePaper", None, ("T2", "BT", "JF", "JO", "J2", "T3", "C3", "PB"))),
    **dict.fromkeys(("BOOK", "EBOOK", "EDBOOK", "SER"), ("BookEdition", "Book", _HOUSE)),
    **dict.fromkeys(("CHAP", "ECHAP", "ENCYC", "DICT"), ("BookChapter", None, ("T2", "BT", "T3", "PB"))),
    **dict.fromkeys(_REPORTS, ("ReportDocument", "Report", _HOUSE)),
    **dict.fromkeys(_PAGES_OF_THE_WEB, ("WebPublication", None, ("T2", "PB"))),
    **dict.fromkeys(("DATA", "AGGR", "DBASE"), ("DatasetRelease", None, _HOUSE)),
    **dict.fromkeys(("UNPB", "MANSCPT", "PREP"), (None, None, ("T2", "PB", "JO", "JF"))),
}  # fmt: skip
_LINE = re.compile(r"([A-Z][A-Z0-9])(?:  ?-(?: (.*)|\s*)|\s{2,}-\s*(.*))$")
_UNKNOWN = re.compile(r"([A-Z][A-Z0-9]{2,9}) {1,2}- (.*)")
# What may go on over several lines, whatever they begin with.
_LONG = frozenset(("AB", "N1", "N2", "TI", "T1"))
_TAGS = frozenset(
    """A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DI DO DP ED EP ER ET ID IS
    J1 J2 JA JF JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PP PY RI RN RP SE SN SP ST T1 T2 T3 TA
    TI TT TY U1 U2 U3 U4 U5 UR VL VO Y1 Y2""".split()
)
_MANY = {"AU": ("AU", "A1"), "UR": ("UR", "L1", "L2", "LK")}
_OTHERS = {"ST": "shorttitle", "CY": "address", "ET": "edition", "T3": "series", "LA": "language"}


_BODY = re.compile(r"\b(?:of|for|and|the)\b|[()&]|\b(?:Universit|Institut|Depart|Cent(?:re|er)|Agency|Council)")
_USED = frozenset(
    "TY ID LB TI T1 CT BT AU A1 PY Y1 DA VL VO IS CP SP EP DO DI SN UR L1 L2 LK T2 JF JO J2 JA J1 C3 M3 PB NOTE".split()
)
"""Tags that the work is made of; the others are kept with the entry."""
_HELD = {"T2": "journal", "JF": "journal", "JO": "journal abbreviation", "VL": "volume", "IS": "issue", "DO": "doi"} | {
    "SP": "first page",
    "EP": "last page",
}
"""Tags that the work takes up; where it did not, the report names them."""
_OTHER_FORMATS = {
    "EndNote's tagged format": re.compile(r"%[0AT] \S"),
    "Web of Science's tagged format": re.compile(r"(?:FN \S.*\s+VR |PT [A-Z]\s+(?:AU|TI|AF) )"),
    "PubMed's tagged format": re.compile(r"PMID- ?\d"),
}


@dataclass
class _Record:
    """A record as it stands: its tags with their values, in order, and the line of its TY."""

    line: int
    tags: dict[str, list[str]] = field(default_factory=dict)
    last: str = ""
    more: list[str] = field(default_factory=list)
    """Lines that go on with the last value: joined once, since there may be many."""

    def add(self, tag: str, value: str) -> None:
        self.whole()
        if says_nothing(value) and tag not in ("AU", "A1", "TI", "T1"):
            value = ""
        self.tags.setdefault(tag, []).append(value)
        self.last = tag

    def go_on(self, value: str) -> None:
        self.more.append(value)

    def whole(self) -> _Record:
        """Put the lines that go on to the value before them."""
        if self.more:
            values = self.tags[self.last]
            values[-1] = " ".join((values[-1], *self.more))
            self.more.clear()
        return self


def parse_ris(text: str, name: str) -> ReadingList:
    """Return the entries of the RIS *text* of the file *name*.

    A line without a tag goes on with the value before it. A record that is not ended is read as far as it goes, and
    named as a problem.
    """
    if other := other_format(text):
        reason = f"is {other}, which is not supported; export it as RIS or BibTeX"
        return ReadingList(name, problems=(Problem(name, 1, text.strip().split("\n")[0][:120], reason),))
    problems: list[Problem] = []
    refused: list[Problem] = []
    entries: list[Entry] = []
    keys = Keys(name)
    for record in _records(text.removeprefix("\ufeff"), name, problems):
        entry = _entry(record, name, len(entries) + 1, refused)
        if entry.title is None:
            problems.append(Problem(name, record.line, entry.text[:120], "has no title"))
        if entry.authors and not _all(record.tags, "AU"):
            problems.append(editors_notice(name, record.line, entry.title))
        if notice := kind_notice(name, record.line, work_of(entry), _first(record.tags, "TY"), (*_TYPES, "GEN")):
            problems.append(notice)
        if problem := keys.repeated(entry.key or "", record.line):
            problems.append(problem)
        entries.append(entry)
    problems.sort(key=lambda problem: problem.line)
    return ReadingList(name, entries=tuple(entries), refused_links=tuple(refused), problems=tuple(problems))


def other_format(text: str) -> str | None:
    """Return the name of the tagged format that *text* is in where that is another one than RIS."""
    head = text.lstrip("\ufeff \t\r\n")[:4096]
    return next((name for name, begins in _OTHER_FORMATS.items() if begins.match(head)), None)


def work_of_tags(tags: Mapping[str, Sequence[str]]) -> Work:
    """Return the work that a record with these tags tells."""
    form, work, places = _TYPES.get(_first(tags, "TY").upper()) or _guessed(tags)
    venue = plain(_first(tags, *places))
    if work == "Report" and venue is None and tags.get("UR"):
        form = "WebPublication"
    people = _all(tags, "AU") or (tags.get("ED", ()) if form in WITH_OWN_ISBN else ())
    printed = [without_rest(part) for person in people for part in _persons(person)]
    notes = tags.get("N1", ())
    extras = dict(_extras(notes))
    facts = Facts(
        form=form,
        work=work,
        title=plain(_first(tags, "TI", "T1", "CT") or (_first(tags, "BT") if form in WITH_OWN_ISBN else "")),
        authors=tuple(name for text, _ in printed if (name := _name(text)).text),
        et_al=any(rest for _, rest in printed),
        venue=venue,
        year=year_of(_first(tags, "PY", "Y1", "DA")),
        volume=plain(_first(tags, "VL", "VO")),
        issue=plain(_first(tags, "IS", "CP")),
        pages=_pages(tags),
        doi=_doi(tags),
        isbn=_first(tags, "SN"),
        addresses=_addresses(tags),
        hints=tuple(
            value
            for tag in ("N1", "M1", "M3", "C1", "AN", "VL")
            for value in tags.get(tag, ())
            if not value.startswith(EXTRA)
        ),
    )
    return with_extras(work_of_facts(facts), extras)


def _records(text: str, name: str, problems: list[Problem]) -> Iterator[_Record]:
    record: _Record | None = None
    stray = False
    for number, line in enumerate(lines_of(text).split("\n"), 1):
        tag, value = _tagged(line)
        if tag == "TY":
            if record is not None:
                problems.append(
                    Problem(name, record.line, _short(record.whole()), "does not end with ER; what it has was read")
                )
                yield record
            record = _Record(number)
            record.add(tag, value)
            stray = False
        elif tag == "ER" and record is not None:
            yield record.whole()
            record = None
        elif record is None:
            if line.strip() and not stray:
                problems.append(Problem(name, number, line.strip()[:120], "is not part of a record; is TY missing?"))
            # The lines after it are of the same piece.
            stray = bool(line.strip())
        elif tag:
            record.add(tag, value)
        elif (unknown := _UNKNOWN.match(line)) and record.last not in _LONG:
            # A tag that the format does not have.
            record.add("NOTE", unknown[2] if unknown[1] == "NOTE" else unknown[0])
        elif line.strip():
            record.go_on(line.strip(" \t"))
    if record is not None:
        problems.append(
            Problem(name, record.line, _short(record.whole()), "does not end with ER; what it has was read")
        )
        yield record


def _tagged(line: str) -> tuple[str, str]:
    """Return the tag that *line* begins with and its value; no tag where it goes on with the line before."""
    found = _LINE.match(line) or _LINE.match(line.lstrip())
    if found is None or (found[1] not in _TAGS and line[2:5] != "  -"):
        return "", ""
    return found[1], (found[2] or found[3] or "").strip(" \t")


def _short(record: _Record) -> str:
    return _first(record.tags, "TI", "T1", "TY")[:120]


def _guessed(tags: Mapping[str, Sequence[str]]) -> tuple[str | None, str | None, tuple[str, ...]]:
    if _first(tags, "JO", "JF", "JA", "J2"):
        return _TYPES["JOUR"]
    if _first(tags, "T2", "BT"):
        return _TYPES["CPAPER"]
    return _TYPES["ELEC"] if tags.get("UR") else _TYPES["UNPB"]


def _entry(record: _Record, name: str, position: int, refused: list[Problem]) -> Entry:
    tags = record.tags
    found = (Link("Paper" if identifiers_of_url(url) else "URL", url, record.line) for url in _addresses(tags))
    links, bad = sort_links(found, name)
    refused.extend(bad)
    work = work_of_tags(tags)
    others = {
        _OTHERS.get(tag, tag): text
        for tag in tags
        if tag not in _USED and not tag.startswith("N") and (text := "; ".join(filter(None, map(collapse, tags[tag]))))
    }
    notes = [*tags.get("N1", ()), *tags.get("NOTE", ())]
    if note := "; ".join(collapse(note) for note in notes if not note.startswith(EXTRA)):
        others["note"] = note
    if publisher := collapse(_first(tags, "PB")):
        others["publisher"] = publisher
    if links:
        others["url"] = links[0].url
    key = collapse(_first(tags, "ID", "LB")) or None
    printed = collapse(_first(tags, "PY", "Y1", "DA")).strip("/") or None
    given = ((name, collapse(_first(tags, tag))) for tag, name in _HELD.items())
    others |= {name: text for name, text in given if text and not is_held(work, text)}
    if printed and year_of(printed) is None:
        others["year"] = printed
    return entry_of(work, Standing(name, record.line, position, key, printed, links, others))


def _first(tags: Mapping[str, Sequence[str]], *names: str) -> str:
    return next((values[0] for name in names if (values := tags.get(name)) and values[0]), "")


def _all(tags: Mapping[str, Sequence[str]], name: str) -> list[str]:
    return [value for tag in _MANY[name] for value in tags.get(tag, ())]


def _addresses(tags: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    # Some write several addresses into one tag.
    found = (part for value in _all(tags, "UR") for part in re.split(r"[;\s]+(?=https?://)", value))
    return tuple(dict.fromkeys(address for part in found if (address := part.strip())))


def _persons(text: str) -> list[str]:
    """Return the names of one tag: some programs write all authors into it, with semicolons or only commas between."""
    if ";" in text:
        return text.split(";")
    parts = [part.strip() for part in text.split(",")]
    # "Unit of Tides (UT), Department of Nets, University of Marshland" is one body.
    named = all(" " in part and len(part.split()) <= 5 and not _BODY.search(part) for part in parts)
    return parts if len(parts) > 2 and named else [text]


def _name(text: str) -> Name:
    """Return the name of a person, family name first, or of a body, which may have commas in it."""
    family, comma, _ = text.partition(",")
    body = comma and len(family.split()) > 2 and _BODY.search(text)
    return organization_name(collapse(text).rstrip(".")) if body else sorted_name(text)


def _doi(tags: Mapping[str, Sequence[str]]) -> str | None:
    """Return the DOI: some programs write it among the kinds and notes."""
    others = [value for tag in ("M3", "L3", "N1") for value in tags.get(tag, ()) if not value.startswith(EXTRA)]
    return _first(tags, "DO", "DI") or next(
        (doi for text in others if (doi := DOI.parse(text) or find_doi(text))), None
    )


def _pages(tags: Mapping[str, Sequence[str]]) -> str | None:
    start, end = _first(tags, "SP"), _first(tags, "EP")
    return plain(f"{start}-{end}" if start and end and start != end else start or end)


def _extras(notes: Sequence[str]) -> Iterator[tuple[str, str]]:
    for note in notes:
        name, colon, value = note.removeprefix(EXTRA).partition(":")
        if note.startswith(EXTRA) and colon:
            yield name, collapse(value)
