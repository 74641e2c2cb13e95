"""What a reading list or a bibliography says, before it is matched to anything we hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from aligngraph.bibliography.addresses import check_url
from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.bibliography.person_names import Name
from aligngraph.bibliography.works import WITH_OWN_ISBN, Form, Work

_NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Link:
    """One labelled link of an entry; *line* is where it stands in the file."""

    label: str
    url: str
    line: int


@dataclass(frozen=True)
class Heading:
    """One heading over an entry, from 1 (the widest) down; *recovered* when the file marks it as put back."""

    text: str
    level: int
    line: int
    recovered: bool = False


@dataclass(frozen=True)
class Entry:
    """One entry of a list, as printed.

    *headings* run from the outermost to the nearest. *position* counts from 1 under the nearest heading, in the order
    of the file, whatever numbers are printed. *text* is the whole entry in plain text, without number and labels.
    *kind* is the name of a class of works; *key* the cite key; *fields* what the format has a name for and *work*, as a
    bibliography describes it, has not.
    """

    file: str
    line: int
    headings: tuple[Heading, ...] = ()
    position: int = 1
    title: str | None = None
    authors: tuple[str, ...] = ()
    et_al: bool = False
    authors_printed: str | None = None
    venue_printed: str | None = None
    year_printed: str | None = None
    year: int | None = None
    links: tuple[Link, ...] = ()
    identifiers: Identifiers = field(default_factory=Identifiers)
    text: str = ""
    kind: str | None = None
    fields: Mapping[str, str] = field(default_factory=lambda: _NO_FIELDS)
    key: str | None = None
    work: Work | None = None


@dataclass(frozen=True)
class Problem:
    """Something in the file that a person must look at: what stands there, and why it was not taken.

    *minor* is what a rule settles, such as a list of news: it is named and needs nobody.
    """

    file: str
    line: int
    text: str
    reason: str
    minor: bool = False


@dataclass(frozen=True)
class ReadingList:
    """One file, read: *name* is the file's, *title* the page's own."""

    name: str
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    entries: tuple[Entry, ...] = ()
    refused_links: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where an entry stands in its file, and what of it belongs to nobody but the entry."""

    file: str
    line: int
    position: int
    key: str | None = None
    year_printed: str | None = None
    links: tuple[Link, ...] = ()
    others: Mapping[str, str] = field(default_factory=lambda: _NO_FIELDS)


def entry_of(work: Work, standing: Standing) -> Entry:
    """Return the entry that describes *work*."""
    best = work.forms[0] if work.forms else Form()
    authors = tuple(name.text for name in work.authors)
    names = ", ".join(authors) + (", et al." if work.et_al and authors else "")
    where = ", ".join(part for part in (best.venue, str(best.year or "")) if part)
    parts = (part.rstrip(".") for part in (names, work.title or "", where) if part)
    identifiers = Identifiers()
    for form in work.forms:
        # A paper's ISBN is that of the volume, which others share.
        isbn = (form.isbn or "").split(" ")[0] if form.kind in WITH_OWN_ISBN else ""
        identifiers |= Identifiers(form.doi, form.arxiv, form.acl, form.openreview, isbn or None)
    return Entry(
        file=standing.file,
        line=standing.line,
        position=standing.position,
        title=work.title,
        authors=authors,
        et_al=work.et_al,
        authors_printed=names or None,
        venue_printed=best.venue,
        year_printed=standing.year_printed or str(best.year or "") or None,
        year=best.year or work.first_year,
        links=standing.links,
        identifiers=identifiers,
        text=". ".join(parts),
        kind=work.kind,
        fields=MappingProxyType(dict(standing.others)),
        key=standing.key,
        work=work,
    )


def forms_of(entry: Entry) -> tuple[Form, ...]:
    """Return the forms that an entry of a bibliography names, best first; none for an entry of a reading list."""
    return entry.work.forms if entry.work is not None else ()


def work_of(entry: Entry) -> Work:
    """Return the work that an entry describes; of an entry of a reading list, what it prints."""
    if entry.work is not None:
        return entry.work
    names = tuple(map(Name, entry.authors))
    return Work(entry.kind, entry.title, names, entry.et_al, evidence=entry.fields.get("evidence"))


def sort_links(links: Iterable[Link], file: str) -> tuple[tuple[Link, ...], tuple[Problem, ...]]:
    """Return the links of *links* that lead to a page, and those that are refused: only http and https are kept."""
    kept: dict[str, Link] = {}
    refused = []
    for link in links:
        url, reason = check_url(link.url)
        if url is None:
            refused.append(Problem(file, link.line, link.url[:200], reason))
        else:
            kept.setdefault(url, replace(link, url=url))
    return tuple(kept.values()), tuple(refused)
