"""Bibliographies in BibTeX, CSL-JSON and RIS, read to the same entries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from aligngraph.bibliography.entries import Problem
from aligngraph.bibliography.identifiers import (
    ARXIV,
    DOI,
    ISBN,
    find_arxiv,
    identifiers_of,
    identifiers_of_doi,
    identifiers_of_url,
    is_arxiv_doi,
)
from aligngraph.bibliography.person_names import Name
from aligngraph.bibliography.works import ARXIV_VENUE, Form, Work, first_year, kind_of_work, preprint

_NO_KINDS_OF_OURS = {
    "thesis": "phdthesis mastersthesis bathesis candthesis thesis thes",
    "standard": "standard stand",
    "manual": "manual",
    "patent": "patent pat",
    "government document": "govdoc",
    "booklet or pamphlet": "booklet pamphlet pamp",
    "law or a bill": "legislation legal jurisdiction bill unbill stat statute regulation treaty",
    "case or a hearing": "legal_case case hearing hear",
    "grant": "grant",
    "blog post": "post-weblog blog",
    "post": "post icomm",
    "program": "software comp",
    "video or a film": "video movie vide motion_picture mpct vidclip",
    "broadcast": "broadcast",
    "sound recording": "audio sound song",
    "piece of music": "music musical_score",
    "performance": "performance",
    "picture": "image artwork art graphic figure chart equa map",
    "set of slides": "slide slides",
    "piece of multimedia": "advs multi",
    "talk": "speech",
    "event": "event",
    "letter or a personal message": "letter personal_communication pcomm",
    "interview": "interview",
    "newspaper article": "article-newspaper news",
    "magazine article": "article-magazine mgzn",
    "review": "review review-book",
    "abstract": "abst",
    "whole periodical": "periodical jfull ser",
    "volume of proceedings": "proceedings mvproceedings",
    "collection of works": "collection mvcollection",
    "work of reference": "reference mvreference",
    "work of several volumes": "mvbook",
    "entry of a work of reference": "inreference entry entry-dictionary entry-encyclopedia ency encyc dict",
    "classic": "classic clswk ancient",
    "catalogue": "ctlg",
    "unpublished manuscript": "unpublished manuscript manscpt unpb",
}
_NAMES_OF_KINDS = {kind: name for name, kinds in _NO_KINDS_OF_OURS.items() for kind in kinds.split()}
"""Types of entries in BibTeX, BibLaTeX, RIS and CSL-JSON that there is no class for, with what they are."""
_KEPT_AS = {
    "JournalArticle": "journal article",
    "ConferencePaper": "conference paper",
    "WorkshopPaper": "workshop paper",
    "BookEdition": "book",
    "BookChapter": "book chapter",
    "ReportDocument": "report",
    "WebPublication": "web page",
    "DatasetRelease": "dataset",
}
_SERVER = re.compile(
    r"\s*(?:cornell university,?\s*)?(arxiv\b(?!\s+workshop)|corr\b|computing research repository)", re.IGNORECASE
)
_OTHER_SERVER = re.compile(
    r"\s*(?:bio|med|psy|chem|soc|tech|eng|edu)a?r?xiv\b"
    r"|\s*(?:ssrn\b|osf preprints|research square|preprints?(?:\.org)?\s*$|e-?prints?\s*$)",
    re.IGNORECASE,
)
_PAGE = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_WORKSHOP = re.compile(r"\bworkshops?\b", re.IGNORECASE)
_MEETING = re.compile(
    r"^\s*advances in neural information processing|\bconference\b|\bsymposium\b|\bannual meeting\b|^\s*findings of"
    r"|^\s*proceedings of (?:the )?(?:\d|annual|international|first|second|third|machine learning research)",
    re.IGNORECASE,
)
# What is called a chapter of such a book is a paper at its meeting.
_VOLUME = re.compile(r"\s*(?:advances in neural information processing|proceedings\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Facts:
    """What the standard fields of an entry say, in plain text. *form* is a class of publications, *work* of works.

    *hints* are texts that may name an arXiv number in passing, as in ``arXiv preprint arXiv:2305.18290``.
    """

    form: str | None = None
    work: str | None = None
    title: str | None = None
    authors: tuple[Name, ...] = ()
    et_al: bool = False
    venue: str | None = None
    year: int | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    eprint: str | None = None
    isbn: str | None = None
    dblp: str | None = None
    addresses: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def work_of_facts(facts: Facts) -> Work:
    """Return the work that *facts* tell, with one form for the publication and one for the preprint they name."""
    named = identifiers_of(facts.addresses)
    doi = DOI.parse(facts.doi or "") or named.doi
    arxiv = _arxiv_number(facts, doi) or named.arxiv
    own_doi, doi = (doi, None) if arxiv and is_arxiv_doi(doi) else (None, doi)
    form = _form_kind(facts, arxiv)
    deposited = None
    if arxiv:
        deposited = preprint(arxiv, facts.year if form == "Preprint" else None)
        deposited = replace(deposited, doi=own_doi or deposited.doi)
    if form == "Preprint" and deposited:
        deposited = replace(deposited, openreview=named.openreview, doi=doi or deposited.doi, dblp=facts.dblp)
        forms: tuple[Form, ...] = (deposited,)
    elif form is None and not (facts.venue or facts.year or doi or named):
        forms = (deposited,) if deposited else ()
    else:
        acl = named.acl or (identifiers_of_doi(doi).acl if doi else None)
        pages = facts.pages
        published = Form(
            form,
            venue=facts.venue,
            year=facts.year,
            volume=facts.volume,
            issue=facts.issue,
            pages=re.sub(r"\s*[-‐‑‒–—]+\s*", "-", pages) if pages else None,
            doi=doi,
            acl=acl,
            openreview=named.openreview,
            dblp=facts.dblp,
            isbn=clean_isbn(facts.isbn) if form != "JournalArticle" else None,
            same_as=_pages_of(facts.addresses),
        )
        forms = (published, deposited) if deposited else (published,)
    return Work(
        kind=facts.work or kind_of_work(form),
        title=facts.title,
        authors=facts.authors,
        et_al=facts.et_al,
        first_year=first_year(forms),
        forms=forms,
    )


_IDENTIFIERS = frozenset("doi arxiv acl openreview dblp isbn same_as".split())


def is_held(work: Work, text: str) -> bool:
    """Return whether a form of *work* holds what a field says, whatever its marks are.

    An address is held where an identifier is that it ends in, not where a word of it is a venue's name.
    """
    said = _marks(text)
    kept = [part for form in work.forms for part in asdict(form).items() if part[1] is not None]
    values = [_marks(str(value)) for name, value in kept if "://" not in text or name in _IDENTIFIERS]
    values.append(_marks(work.title or "") if "://" not in text else "")
    return not said or any(said in value or (len(value) > 3 and value in said) for value in values)


def _marks(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def editors_notice(file: str, line: int, title: str | None) -> Problem:
    """Return the notice that a book's editors were taken where its authors would stand."""
    return Problem(file, line, title or "", "no author, so the editors stand in their place", minor=True)


def kind_notice(file: str, line: int, work: Work, kind: str, known: Iterable[str]) -> Problem | None:
    """Return the notice that an entry of *kind* is kept as another kind, the nearest there is; None for other kinds.

    *known* are the types that are what their class is, beside those that say nothing.
    """
    kind = kind.strip()
    name = _NAMES_OF_KINDS.get(kind.lower())
    form = work.forms[0].kind if work.forms else None
    if form == "Preprint" or (name is None and kind.lower() in {"", *map(str.lower, known)}):
        return None
    # A thesis whose only venue is an address is a report still.
    near = "report" if work.kind == "Report" else _KEPT_AS.get(form or "", "paper")
    article = "an" if (name or "")[:1] in tuple("aeiou") else "a"
    what = f"is {article} {name}" if name else f"is of the type {kind!r}, which is not known"
    reason = f"{what}: kept as a {near}, and exported as one, since it has no kind of its own"
    return Problem(file, line, work.title or "", reason, minor=True)


def is_server(venue: str) -> bool:
    """Return whether *venue* is arXiv by one of its names."""
    return _SERVER.match(venue) is not None


def clean_isbn(text: str | None) -> str | None:
    """Return the ISBNs in *text*, with a blank between; None where it has none whose check digit is right.

    Reference managers keep ISSNs, PubMed's notes and numbers of their own in this field.
    """
    if not text:
        return None
    if whole := ISBN.parse(text):
        return whole
    return " ".join(dict.fromkeys(filter(None, map(ISBN.parse, re.split(r"[\s,;()]+", text))))) or None


def _arxiv_number(facts: Facts, doi: str | None) -> str | None:
    if facts.eprint and (number := ARXIV.parse(facts.eprint)):
        return number
    if doi and (number := identifiers_of_doi(doi).arxiv):
        return number
    for text in (facts.venue, facts.pages, *facts.hints):
        if text and (number := find_arxiv(text)):
            return number
    if facts.venue and is_server(facts.venue) and facts.volume:
        return ARXIV.parse(facts.volume.removeprefix("abs/"))
    return None


def _form_kind(facts: Facts, arxiv: str | None) -> str | None:
    venue = facts.venue or ""
    if is_server(venue) or _OTHER_SERVER.match(venue):
        return "Preprint"
    if facts.form == "JournalArticle" and not venue and arxiv:
        return "Preprint"
    if facts.form in ("JournalArticle", "ConferencePaper") and _WORKSHOP.search(venue):
        return "WorkshopPaper"
    if facts.form == "JournalArticle" and _MEETING.search(venue):
        return "ConferencePaper"
    if facts.form == "BookChapter" and _VOLUME.match(venue):
        return "ConferencePaper"
    if facts.form in (None, "WebPublication") and arxiv and (not venue or venue == ARXIV_VENUE):
        return "Preprint"
    return facts.form


def _pages_of(addresses: Iterable[str]) -> str | None:
    return " ".join(url for url in addresses if _PAGE.fullmatch(url) and not identifiers_of_url(url)) or None


class Keys:
    """The cite keys of a file, to tell the second use of one. Letter case makes no difference, as in BibTeX."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: dict[str, int] = {}

    def repeated(self, key: str, line: int) -> Problem | None:
        """Note that an entry at *line* has *key*; return what is wrong where an earlier one had it."""
        first = self._lines.setdefault(key.casefold(), line)
        if first == line or not key:
            return None
        reason = f"this key is already that of the entry at line {first}; both were read"
        return Problem(self._file, line, key, reason, minor=True)
