"""BibTeX and BibLaTeX: what the entries of a file mean. What stands in the file is read by `bibtex_file`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aligngraph.bibliography.bibtex_file import Fault, Field, RawEntry, read_blocks
from aligngraph.bibliography.entries import Entry, Link, Problem, ReadingList, Standing, entry_of, sort_links
from aligngraph.bibliography.extras import with_extras
from aligngraph.bibliography.fields import Facts, Keys, editors_notice, is_held, kind_notice, work_of_facts
from aligngraph.bibliography.identifiers import ARXIV, DBLP, identifiers_of_url
from aligngraph.bibliography.keys import title_key
from aligngraph.bibliography.latex import to_text, unescape_address
from aligngraph.bibliography.person_names import Byline, bibtex_names
from aligngraph.bibliography.plain_text import collapse, lines_of, plain, year_of
from aligngraph.bibliography.works import WITH_OWN_ISBN, Work

EXTRA = "aligngraph-"
"""How the names of our own fields begin. BibTeX, Biber and reference managers leave unknown fields alone."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Type of entry → class of the form, class of the work, and the fields that may name the venue, best first.
_JOURNAL = ("journal", "journaltitle", "shortjournal")
_BOOK = ("booktitle", "maintitle")
_EVENT = ("eventtitle", "series")
_BODY = ("institution", "organization", "publisher")
_HOUSE = ("publisher", "institution", "organization", "school")
_SITE = ("howpublished", "organization", "publisher", "institution", "website")
_OF_VOLUMES = ("mvbook", "mvproceedings", "mvcollection", "mvreference")
_TYPES: dict[str, tuple[str | None, str | None, tuple[str, ...]]] = {
    **dict.fromkeys(("article", "suppperiodical"), ("JournalArticle", None, (*_JOURNAL, *_BOOK))),
    **dict.fromkeys(("inproceedings", "conference"), ("ConferencePaper", None, (*_BOOK, *_JOURNAL, *_EVENT))),
    **dict.fromkeys(
        (*("book", "booklet", "proceedings", "collection", "reference"), *_OF_VOLUMES),
        ("BookEdition", "Book", _HOUSE),
    ),
    **dict.fromkeys(
        ("inbook", "incollection", "inreference", "bookinbook", "suppbook", "suppcollection"),
        ("BookChapter", None, (*_BOOK, "series", "publisher")),
    ),
    **dict.fromkeys(
        ("techreport", "report", "manual", "patent", "standard", "jurisdiction", "legislation", "legal"),
        ("ReportDocument", "Report", _BODY),
    ),
    **dict.fromkeys(
        ("phdthesis", "mastersthesis", "bathesis", "candthesis", "thesis"),
        ("ReportDocument", "Report", ("school", *_BODY)),
    ),
    **dict.fromkeys(
        ("online", "electronic", "www", "webpage", "software", "audio", "image", "movie", "music", "video"),
        ("WebPublication", None, _SITE),
    ),
    **dict.fromkeys(("dataset", "data"), ("DatasetRelease", None, ("publisher", "organization", "howpublished"))),
    "unpublished": (None, None, _SITE),
}  # fmt: skip
_CONTAINERS = ("xdata", "set")
_VOLUMES = ("proceedings", "mvproceedings", "collection", "mvcollection", "book", "mvbook", "reference")
# Fields that say what is not ours to hold, or what another field gives.
_UNUSED = frozenset(
    """title subtitle author crossref xdata doi url ee link pdf eid eprint eprinttype primaryclass eprintclass
    archiveprefix isbn date year volume number issue pages booktitle journal journaltitle ids bibsource
    biburl""".split()
)
_HELD = ("volume", "number", "issue", "pages", "eid", "eprint", "isbn", "doi", *_JOURNAL, *_BOOK)
"""Fields that a work takes up; where it did not, as an address in place of a number, the report names them."""
_NEVER_INHERITED = frozenset("crossref xref ids label options sortkey xdata entryset author".split())
_URL_COMMAND = re.compile(r"\\url\s*\{([^{}]*)\}|\\href\s*\{([^{}]*)\}|(https?://[^\s{}\"<>]+)")
_LONGEST = 1_000_000
"""So long may a value be that is joined of several: macros that double each other would fill any memory."""
_FEW_TITLES = 3
"""So many titles with one arXiv number are not variants of one title."""


@dataclass
class _Raw:
    """An entry as it stands: fields by their name in lower case, in TeX, and the line of each."""

    line: int
    type: str
    key: str
    fields: dict[str, str]
    lines: dict[str, int]


def parse_bibtex(text: str, name: str) -> ReadingList:
    """Return the entries of the BibTeX or BibLaTeX *text* of the file *name*, and what in it could not be read.

    An entry that is broken is a problem with its line and takes no other with it. Volumes that others take their
    fields from by ``crossref`` are not entries of their own.
    """
    reader = _Reader(lines_of(text.removeprefix("\ufeff")), name)
    return reader.read()


def work_of_fields(entry_type: str, fields: Mapping[str, str]) -> Work:
    """Return the work that an entry of this type with these fields, in TeX and by lower-case names, tells."""
    form, work, places = _TYPES.get(entry_type.lower()) or _guessed(fields)
    if form == "JournalArticle" and re.match(r"https?:", fields.get("journal", "").lstrip("{ ")):
        form, work, places = _TYPES["online"]
    if work == "Report" and fields.get("url") and not any(fields.get(place) for place in places):
        form = "WebPublication"
    byline = byline_of(fields, form)
    prefix = unescape_address(fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv").lower()
    eprint = unescape_address(fields.get("eprint", "")) if prefix in ("arxiv", "") else ""
    title = to_text(fields.get("title", ""))
    if subtitle := fields.get("subtitle"):
        title = f"{title}{'' if title.endswith((':', '?', '!')) else ':'} {to_text(subtitle)}"
    venue = next((value for place in places if (value := _venue(fields.get(place, "")))), None)
    facts = Facts(
        form=form,
        work=work,
        title=plain(title),
        authors=byline.names,
        et_al=byline.more,
        venue=venue,
        year=year_of(_printed_year(fields)),
        volume=_text(fields, "volume"),
        issue=_text(fields, "number") or _text(fields, "issue"),
        pages=_text(fields, "pages") or _text(fields, "eid"),
        doi=unescape_address(fields.get("doi", "")),
        eprint=eprint or None,
        isbn=_text(fields, "isbn"),
        dblp=DBLP.parse_address(unescape_address(fields.get("biburl", ""))),
        addresses=addresses_of(fields),
        hints=tuple(
            fields[hint]
            for hint in (
                "journal",
                "journaltitle",
                "howpublished",
                "note",
                "volume",
                "number",
                "publisher",
                "addendum",
                "eid",
            )
            if hint in fields
        ),
    )
    extras = {
        field.removeprefix(EXTRA): collapse(to_text(value))
        for field, value in fields.items()
        if field.startswith(EXTRA)
    }
    return with_extras(work_of_facts(facts), extras)


def _guessed(fields: Mapping[str, str]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return what an entry of an unknown type, or of a type that says nothing, is by its fields."""
    if any(fields.get(name) for name in _JOURNAL):
        return _TYPES["article"]
    if fields.get("booktitle"):
        return _TYPES["inproceedings"]
    if fields.get("isbn"):
        return _TYPES["book"]
    if addresses_of(fields) or fields.get("howpublished"):
        return _TYPES["online"]
    return None, None, _SITE


def _printed_year(fields: Mapping[str, str]) -> str:
    """Return the date, or the year where the date has none: "17--22 September" are days of a meeting."""
    printed = [collapse(to_text(fields[name])) for name in ("date", "year") if fields.get(name)]
    return next((text for text in printed if year_of(text)), printed[0] if printed else "")


def _text(fields: Mapping[str, str], name: str) -> str | None:
    return plain(to_text(fields[name])) if name in fields else None


def _venue(tex: str) -> str | None:
    if _URL_COMMAND.search(tex):
        tex = _URL_COMMAND.sub("", tex)
        tex = "" if not re.search(r"\w{3}", tex) or re.match(r"\W*(?:accessed|available)", tex, re.IGNORECASE) else tex
    return plain(to_text(tex).strip(" .,;:"))


def addresses_of(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses that the fields name, each once."""
    found = [unescape_address(fields[name]) for name in ("url", "ee", "link", "pdf") if fields.get(name)]
    for name in ("howpublished", "note", "addendum"):
        for match in _URL_COMMAND.finditer(fields.get(name, "")):
            found.append(unescape_address(match[1] or match[2] or match[3] or "").rstrip(".,;"))
    for name in ("doi", "journal"):
        if not found and re.match(r"https?:", fields.get(name, "").lstrip("{ ")):
            found.append(unescape_address(fields[name]))
    return tuple(dict.fromkeys(address for address in found if address))


def byline_of(fields: Mapping[str, str], form: str | None) -> Byline:
    """Return the authors; of a book or report without any, the editors."""
    return bibtex_names(fields.get("author") or (fields.get("editor", "") if form in WITH_OWN_ISBN else ""))


# The file


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.macros = {month: str(number) for number, month in enumerate(_MONTHS, 1)}
        self.problems: list[Problem] = []
        self.refused: list[Problem] = []

    def read(self) -> ReadingList:
        raws = []
        for block in read_blocks(self.text):
            if isinstance(block, Fault):
                self._problem(*block)
            elif block.type == "string":
                for field in block.fields:
                    self.macros[field.name.lower()] = self._joined(field)
            else:
                raws.append(self._raw(block))
        keys = Keys(self.name)
        by_key: dict[str, _Raw] = {}
        for raw in raws:
            if problem := keys.repeated(raw.key, raw.line):
                self.problems.append(problem)
            by_key.setdefault(raw.key.casefold(), raw)
        parents = self._inherit(raws, by_key)
        self._doubt(raws)
        kept = [
            raw for raw in raws if raw.type not in _CONTAINERS and not (raw.type in _VOLUMES and id(raw) in parents)
        ]
        for raw in raws:
            if raw.type in _VOLUMES and id(raw) in parents:
                reason = "others name it as the volume that they stand in, so it is not a work of its own"
                self._notice(raw, reason)
        entries = [entry for raw in kept if (entry := self._entry(raw))]
        entries = [replace(entry, position=place) for place, entry in enumerate(entries, 1)]
        self.problems.sort(key=lambda problem: problem.line)
        return ReadingList(
            self.name, entries=tuple(entries), refused_links=tuple(self.refused), problems=tuple(self.problems)
        )

    def _problem(self, line: int, text: str, reason: str) -> None:
        self.problems.append(Problem(self.name, line, collapse(text[:300])[:120], reason))

    def _notice(self, raw: _Raw, reason: str) -> None:
        text = collapse(to_text(raw.fields.get("title", raw.key)))[:120]
        self.problems.append(Problem(self.name, raw.line, text, reason, minor=True))

    def _raw(self, block: RawEntry) -> _Raw:
        raw = _Raw(block.line, block.type, to_text(block.key), {}, {})
        repeated = []
        for field in block.fields:
            name = field.name.lower()
            if name in raw.fields:
                repeated.append(name)
            else:
                raw.lines[name] = field.line
                raw.fields[name] = collapse(self._joined(field))
        if repeated:
            names = ", ".join(sorted(set(repeated)))
            self._problem(block.line, f"@{block.type}{{{block.key}", f"says {names} more than once; the first was used")
        return raw

    def _joined(self, field: Field) -> str:
        """Return a value with its parts joined and its macros replaced; blanks at the ends of a macro count."""
        parts = []
        for text, bare in field.values:
            known = self.macros.get(text.lower()) if bare else text
            if known is None and text and not text.isdecimal():
                reason = f"no @string named {text!r} before this; the name itself was used"
                self._problem(field.line, f"{field.name} = {text}", reason)
            parts.append(text if known is None else known)
        if len(parts) > 1 and sum(map(len, parts)) > _LONGEST:
            reason = f"is longer than {_LONGEST:,} characters with each @string in place, so it was left out"
            self._problem(field.line, f"{field.name} = {' # '.join(text for text, _ in field.values)}", reason)
            return ""
        return "".join(parts)

    def _doubt(self, raws: list[_Raw]) -> None:
        """Leave out an arXiv number that several works claim, as Mendeley gives one that it finds in any text."""
        claims: dict[str, list[_Raw]] = {}
        for raw in raws:
            if number := ARXIV.parse(unescape_address(raw.fields.get("eprint", ""))):
                claims.setdefault(number, []).append(raw)
        for number, claiming in claims.items():
            titles = {title_key(to_text(raw.fields.get("title", ""))) for raw in claiming}
            if len(titles) < _FEW_TITLES:
                continue
            lines = ", ".join(str(raw.line) for raw in claiming[:5]) + (", …" if len(claiming) > 5 else "")
            reason = f"{len(titles)} works claim this arXiv number, so it was left out (lines {lines})"
            self._problem(claiming[0].lines["eprint"], f"eprint = {number}", reason)
            for raw in claiming:
                for field in ("eprint", "arxivid"):
                    raw.fields.pop(field, None)

    def _inherit(self, raws: list[_Raw], by_key: Mapping[str, _Raw]) -> set[int]:
        """Give entries what they take from others; return which others were taken from."""
        parents: set[int] = set()
        for raw in raws:
            for field in ("crossref", "xdata"):
                for key in filter(None, (part.strip() for part in raw.fields.get(field, "").split(","))):
                    parent = by_key.get(key.casefold())
                    if parent is None:
                        self._problem(raw.lines[field], f"{field} = {key}", f"no entry has the key {key!r}")
                    elif parent is not raw:
                        parents.add(id(parent))
                        _inherit(raw, parent)
        return parents

    def _entry(self, raw: _Raw) -> Entry | None:
        work = work_of_fields(raw.type, raw.fields)
        if work.title is None:
            reason = "has no title" if raw.fields else "has no fields"
            self._problem(raw.line, f"@{raw.type}{{{raw.key}", reason)
            if not raw.fields:
                return None
        if work.authors and not raw.fields.get("author"):
            self.problems.append(editors_notice(self.name, raw.line, work.title))
        if notice := kind_notice(self.name, raw.line, work, raw.type, (*_TYPES, "misc")):
            self.problems.append(notice)
        for name, doubt in bibtex_names(raw.fields.get("author", "")).doubts:
            self._problem(raw.lines["author"], name, doubt)
        line = raw.lines.get("url", raw.line)
        found = (Link("Paper" if identifiers_of_url(url) else "URL", url, line) for url in addresses_of(raw.fields))
        links, refused = sort_links(found, self.name)
        self.refused.extend(refused)
        others = {
            name: text
            for name, value in raw.fields.items()
            if name not in _UNUSED and not name.startswith(EXTRA) and (text := collapse(to_text(value)))
        }
        given = ((name, collapse(to_text(raw.fields[name]))) for name in _HELD if name in raw.fields)
        # An identifier of arXiv is held without its class, version or address.
        said = ((name, text, ARXIV.parse(text) if name == "eprint" else None) for name, text in given)
        others |= {name: text for name, text, number in said if not is_held(work, number or text)}
        if links:
            others["url"] = links[0].url
        printed = _printed_year(raw.fields)
        if "date" in raw.fields and (date := collapse(to_text(raw.fields["date"]))) != printed:
            others["date"] = date
        if printed and year_of(printed) is None:
            others["year"] = printed
        return entry_of(work, Standing(self.name, raw.line, 1, raw.key or None, printed or None, links, others))


def _inherit(child: _Raw, parent: _Raw) -> None:
    volume = parent.type in _VOLUMES and child.type not in _VOLUMES
    for name, value in parent.fields.items():
        if name in _NEVER_INHERITED and not (name == "author" and not volume):
            continue
        if volume and name == "title":
            name = "booktitle"
        elif volume and name in ("subtitle", "doi", "url", "isbn", "eprint", "editor") and name != "isbn":
            # They name the volume, not what stands in it.
            continue
        if name not in child.fields:
            child.fields[name] = value
            child.lines[name] = child.line
