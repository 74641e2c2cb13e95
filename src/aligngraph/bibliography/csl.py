"""CSL-JSON, the exchange format of Zotero, Pandoc and citation processors (CSL 1.0.2, ``csl-data.json``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aligngraph.bibliography.entries import Entry, Link, Problem, ReadingList, Standing, entry_of, sort_links, work_of
from aligngraph.bibliography.extras import with_extras
from aligngraph.bibliography.fields import Facts, Keys, editors_notice, is_held, is_server, kind_notice, work_of_facts
from aligngraph.bibliography.identifiers import ARXIV, identifiers_of_url
from aligngraph.bibliography.person_names import Name, braced_name, is_rest, name_of, without_rest
from aligngraph.bibliography.plain_text import collapse, plain, year_of
from aligngraph.bibliography.works import WITH_OWN_ISBN, Work

EXTRA = "aligngraph"
"""The key of `custom`, which CSL keeps for additions, that ours stand under."""
# Type → class of the form, class of the work, and the fields that may name the venue, best first.
_PERIODICAL = ("container-title", "publisher")
_LEGAL = ("bill", "hearing", "legal_case", "legislation", "regulation", "treaty")
_SHOWN = ("broadcast", "graphic", "motion_picture", "musical_score", "song")
_TYPES: dict[str, tuple[str | None, str | None, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("article-journal", "article-magazine", "article-newspaper", "review", "review-book"),
        ("JournalArticle", None, _PERIODICAL),
    ),
    "article": (None, None, ("container-title", "publisher", "archive")),
    "paper-conference": (
        "ConferencePaper", None, ("container-title", "event-title", "event", "collection-title", "publisher")
    ),
    "speech": ("ConferencePaper", None, ("event-title", "event", "container-title")),
    **dict.fromkeys(("book", "periodical", "collection"), ("BookEdition", "Book", ("publisher", "container-title"))),
    **dict.fromkeys(
        ("chapter", "entry", "entry-dictionary", "entry-encyclopedia"),
        ("BookChapter", None, ("container-title", "collection-title", "publisher")),
    ),
    **dict.fromkeys(
        ("report", "thesis", "standard", "patent", "pamphlet", *_LEGAL),
        ("ReportDocument", "Report", ("publisher", "authority", "container-title")),
    ),
    **dict.fromkeys(
        ("webpage", "post", "post-weblog", "software", *_SHOWN), ("WebPublication", None, _PERIODICAL)
    ),
    "dataset": ("DatasetRelease", None, ("publisher", "container-title", "archive")),
    "manuscript": (None, None, ("container-title", "publisher", "archive")),
}  # fmt: skip
# Types of Crossref's answers, which are CSL but for these names.
_OF_CROSSREF = {
    "journal-article": "article-journal",
    "proceedings-article": "paper-conference",
    **dict.fromkeys(("book-chapter", "book-section", "book-part", "reference-entry"), "chapter"),
    **dict.fromkeys(("monograph", "edited-book", "reference-book"), "book"),
    "dissertation": "thesis",
    "posted-content": "article",
    "report-component": "report",
    "proceedings": "collection",
}
_UNUSED = frozenset(
    """id type title author container-title volume issue page DOI ISBN issued custom accessed archive archive_location
    citation-key""".split()
)
_HELD = ("container-title", "volume", "issue", "page", "DOI", "ISBN")
"""Fields that a work takes up; where it did not, the report names them."""
_MARKUP = re.compile(r"</?(?:i|b|sup|sub|sc|span)(?:\s[^<>]*)?>")
_BLANKS = re.compile(r"[\s,]*")
_WRAPPED = re.compile(r'"(?:items|references)"\s*:\s*\[')
_MOST_BROKEN = 1000
_LONGEST_NUMBER = 4000


def parse_csl(text: str, name: str) -> ReadingList:
    """Return the entries of the CSL-JSON *text* of the file *name*: a list of items, one alone, or one after another.

    A list may stand in an object under ``items``, as Crossref and Zotero answer. An item that is broken is a problem
    with its line and takes no other with it.
    """
    problems: list[Problem] = []
    refused: list[Problem] = []
    entries: list[Entry] = []
    keys = Keys(name)
    for line, item in _items(text.removeprefix("\ufeff"), name, problems):
        entry = _entry(item, name, line, len(entries) + 1, refused)
        if entry.title is None:
            wrong = "has a title that is not text" if item.get("title") else "has no title"
            problems.append(Problem(name, line, entry.key or "", wrong))
        if entry.authors and not item.get("author"):
            problems.append(editors_notice(name, line, entry.title))
        if notice := kind_notice(name, line, work_of(entry), _type(item), (*_TYPES, "document")):
            problems.append(notice)
        if problem := keys.repeated(entry.key or "", line):
            problems.append(problem)
        entries.append(entry)
    return ReadingList(name, entries=tuple(entries), refused_links=tuple(refused), problems=tuple(problems))


def work_of_item(item: Mapping[str, Any]) -> Work:
    """Return the work that a CSL item tells."""
    form, work, places = _TYPES.get(_type(item)) or _guessed(item)
    venue = next((value for place in places if (value := plain(_text(item.get(place))))), None)
    if work == "Report" and venue is None and item.get("URL"):
        form = "WebPublication"
    authors, et_al = _names(item.get("author") or (item.get("editor") if form in WITH_OWN_ISBN else None))
    facts = Facts(
        form=form,
        work=work,
        title=plain(_text(item.get("title"))),
        authors=authors,
        et_al=et_al,
        venue=venue,
        year=_year(item.get("issued")),
        volume=plain(_text(item.get("volume"))),
        issue=plain(_text(item.get("issue"))),
        pages=plain(_text(item.get("page"))),
        doi=_string(item.get("DOI")),
        eprint=_eprint(item),
        isbn=plain(_string(item.get("ISBN"))),
        addresses=_addresses(item),
        hints=tuple(_string(item.get(hint)) for hint in ("note", "number", "archive_location") if item.get(hint)),
    )
    custom = item.get("custom")
    extras = custom.get(EXTRA) if isinstance(custom, dict) else None
    said = {name: collapse(str(value)) for name, value in extras.items()} if isinstance(extras, dict) else {}
    return with_extras(work_of_facts(facts), said)


def _type(item: Mapping[str, Any]) -> str:
    printed = _string(item.get("type"))
    return _OF_CROSSREF.get(printed, printed)


def _guessed(item: Mapping[str, Any]) -> tuple[str | None, str | None, tuple[str, ...]]:
    if item.get("container-title"):
        return _TYPES["article-journal"]
    return _TYPES["webpage"] if item.get("URL") else _TYPES["article"]


def _entry(item: Mapping[str, Any], name: str, line: int, position: int, refused: list[Problem]) -> Entry:
    found = (Link("Paper" if identifiers_of_url(url) else "URL", url, line) for url in _addresses(item))
    links, bad = sort_links(found, name)
    refused.extend(bad)
    others = {
        field: text
        for field, value in item.items()
        if field not in _UNUSED and value and (text := collapse(_text(value)) or json.dumps(value, ensure_ascii=False))
    }
    others.pop("URL", None)
    work = work_of_item(item)
    given = ((field, plain(_text(item.get(field)))) for field in _HELD)
    others |= {field: text for field, text in given if text and not is_held(work, text)}
    if links:
        others["url"] = links[0].url
    if (issued := item.get("issued")) and _year(issued) is None:
        others["issued"] = collapse(_text(issued)) or json.dumps(issued, ensure_ascii=False)
    key = collapse(_string(item.get("id")) or _string(item.get("citation-key"))) or None
    return entry_of(work, Standing(name, line, position, key, _printed_year(item), links, others))


def _string(value: object) -> str:
    if isinstance(value, list):
        # Crossref has lists of one title and one journal.
        value = next((one for one in value if isinstance(one, str)), "")
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _text(value: object) -> str:
    """Return a value without the markup that CSL allows in it. Other angle brackets are text."""
    text = _string(value)
    return _MARKUP.sub("", text) if "<" in text else text


def _addresses(item: Mapping[str, Any]) -> tuple[str, ...]:
    return (address,) if (address := _string(item.get("URL")).strip()) else ()


def _eprint(item: Mapping[str, Any]) -> str | None:
    place = _string(item.get("archive_location"))
    if place and is_server(_string(item.get("archive"))) and (number := ARXIV.parse(place)):
        return number
    number = _string(item.get("number"))
    return ARXIV.parse(number) if number.lower().startswith("arxiv") else None


def _year(value: object) -> int | None:
    if not isinstance(value, dict):
        return year_of(_string(value))
    parts = value.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        return year_of(_string(parts[0][0]))
    return year_of(_string(value.get("literal")) or _string(value.get("raw")))


def _printed_year(item: Mapping[str, Any]) -> str | None:
    issued = item.get("issued")
    if isinstance(issued, dict) and not issued.get("date-parts"):
        return collapse(_string(issued.get("literal")) or _string(issued.get("raw"))) or None
    return None


def _names(value: object) -> tuple[tuple[Name, ...], bool]:
    names = []
    et_al = False
    for person in value if isinstance(value, list) else []:
        name = _name(person) if isinstance(person, dict) else Name(collapse(_string(person)))
        # A name in its parts is whole; one that is a text may end in "et al."
        parted = bool(name.family and name.given)
        text, rest = (name.text, False) if parted and not is_rest(name.text) else without_rest(name.text)
        et_al |= rest
        if text:
            names.append(Name(text) if rest else name)
    return tuple(names), et_al


def _name(person: Mapping[str, Any]) -> Name:
    """Return the name that a CSL name variable writes. Crossref has organisations under ``name``.

    A text with a comma may be a person's name that was not taken apart.
    """
    body = _string(person.get("literal")) or _string(person.get("name"))
    if body and not person.get("family"):
        return name_of(body) if "," in body else braced_name(collapse(body))
    part = {name: _string(person.get(name)).strip() for name in ("family", "given", "suffix")}
    particles = (_string(person.get(f"{kind}-particle")).strip() for kind in ("dropping", "non-dropping"))
    if not part["family"]:
        return Name(collapse(part["given"]))
    return name_of(part["family"], part["given"], " ".join(filter(None, particles)), part["suffix"])


# The file


def _items(text: str, name: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each item with its line. After a broken one, go on with the next that begins like an item."""
    # A number with a point stays as it is written: 1.50 is no 1.5.
    decoder = json.JSONDecoder(parse_int=_integer, parse_float=str, parse_constant=_no_number)
    lines = _Lines(text)
    place = _after_blanks(text, 0)
    wrapped = _WRAPPED.search(text, place) if _wraps(text, place, decoder) else None
    alone = wrapped is None and text[place : place + 1] == "{"
    if wrapped:
        place = wrapped.end()
    elif not alone:
        if text[place : place + 1] != "[":
            problems.append(Problem(name, lines.at(place), text[place : place + 80], "neither a JSON list nor an item"))
            return
        place += 1
    broken = False
    failures = 0
    while True:
        place = _after_blanks(text, place)
        if place >= len(text):
            if not alone:
                problems.append(Problem(name, lines.at(place), "", "the list is not closed before the file ends"))
            return
        if alone and text[place] != "{":
            problems.append(Problem(name, lines.at(place), text[place : place + 80], "stands after the item"))
            return
        if text[place] == "]" and not broken:
            if (rest := text[place + 1 :].strip()) and not wrapped:
                problems.append(Problem(name, lines.at(place), rest[:80], "stands after the end of the list"))
            return
        line = lines.at(place)
        try:
            value, end = decoder.raw_decode(text, place)
            wrong = None if isinstance(value, dict) else "is not an item"
        except json.JSONDecodeError as error:
            value, end = None, max(error.pos, place + 1)
            wrong = f"is not JSON at line {lines.count(end)}: {error.msg[:1].lower()}{error.msg[1:]}"
        except ValueError as error:
            value, end, wrong = None, place + 1, f"is not JSON: {error}"
        except RecursionError:
            problems.append(
                Problem(name, line, text[place : place + 80], "is nested too deep; nothing after it was read")
            )
            return
        if wrong is None and isinstance(value, dict):
            broken = False
            # Crossref answers a question about one work so.
            inner = value.get("message")
            yield line, inner if isinstance(inner, dict) and "title" not in value else value
        else:
            problems.append(Problem(name, line, collapse(text[place : place + 200])[:120], wrong or ""))
        if value is None:
            broken = True
            failures += 1
            if failures == _MOST_BROKEN:
                problems.append(Problem(name, line, "", f"the {_MOST_BROKEN}th broken item; nothing after it was read"))
                return
            following = _next_item(text, place, end)
            if following is None:
                return
            end = following
        place = end


def _integer(digits: str) -> int | str:
    """Return a whole number; one that Python takes for too long is text."""
    return int(digits) if len(digits) < _LONGEST_NUMBER else digits


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _wraps(text: str, place: int, decoder: json.JSONDecoder) -> bool:
    """Return whether an object begins at *place* that has a list of items, as Crossref and Zotero answer."""
    try:
        value, _ = decoder.raw_decode(text, place) if text[place : place + 1] == "{" else (None, 0)
    except (ValueError, RecursionError):
        return False
    if isinstance(value, dict) and isinstance(value.get("message"), dict):
        value = value["message"]
    return isinstance(value, dict) and any(isinstance(value.get(name), list) for name in ("items", "references"))


def _after_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return found.end() if found else place


def _next_item(text: str, broken: int, start: int) -> int | None:
    """Return where the next item after a broken one begins: in the same column, or with an id or type at once."""
    indent = text[text.rfind("\n", 0, broken) + 1 : broken]
    begins = r'(?<=[,\[\s])\{\s*"(?:id|type|title)"\s*:'
    if indent.isspace() or not indent:
        begins = rf"^{re.escape(indent)}\{{|{begins}"
    found = re.compile(begins, re.MULTILINE).search(text, start)
    return text.index("{", found.start()) if found else None


class _Lines:
    """Counts lines as the reading goes on, so that each part of the text is counted once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._line = 1

    def at(self, place: int) -> int:
        """Return the line of *place*, which is not before the last one asked for."""
        self._line += self._text.count("\n", self._place, place)
        self._place = max(place, self._place)
        return self._line

    def count(self, place: int) -> int:
        """Return the line of *place*, which may be ahead, and stay here."""
        return self._line + self._text.count("\n", self._place, place)
