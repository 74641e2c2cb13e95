"""A bibliography: one BibTeX entry a work, for the best form it was published in.

Import reads it back without loss. The standard fields hold that form, with its DOI in ``doi``, its OpenReview or
Anthology page in ``url``, and the preprint's number in ``eprint``. What they can't hold, such as the track, the title
of the preprint or where a fact was read, stands in fields whose names begin with ``aligngraph-``; BibTeX, Biber and
reference managers leave those alone. A number in such a name counts the forms, best first: ``aligngraph-2-title``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from aligngraph.bibliography.bibtex import EXTRA, work_of_fields
from aligngraph.bibliography.extras import extras_of
from aligngraph.bibliography.latex import escape
from aligngraph.bibliography.person_names import Name, is_small, is_suffix, parts_of
from aligngraph.bibliography.works import Form, Work
from aligngraph.export.works import address, cited_title, works

# Class of the best form → type of entry and the field that its venue goes to.
_FORMS = {
    "JournalArticle": ("article", "journal"),
    "ConferencePaper": ("inproceedings", "booktitle"),
    "BookEdition": ("book", "publisher"),
    "ReportDocument": ("techreport", "institution"),
    "BookChapter": ("incollection", "booktitle"),
    "WorkshopPaper": ("inproceedings", "booktitle"),
    "WebPublication": ("misc", "howpublished"),
    "DatasetRelease": ("misc", "howpublished"),
    "Preprint": ("misc", "howpublished"),
}
_OTHER = ("misc", "howpublished")
_KEY = re.compile(r"[^A-Za-z0-9.:/+-]")
# What BibTeX would take apart, or take for "and others", is put in braces.
_WHOLE = re.compile(r"[,;&={}]|\band\b|\bothers\b|\bet al\b|\.\.\.|…", re.IGNORECASE)


def bibtex(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield an entry for each work, in natural order of their keys, which are the ids of the works."""
    for number, (key, work) in enumerate(works(quads)):
        yield ("\n" if number else "") + entry(key, work)


def entry(key: str, work: Work, *, extras: bool = True) -> str:
    """Return the entry of *work*, which ends with its line; without *extras* in the standard fields alone."""
    kind, fields = _fields(work)
    given = work_of_fields(kind, {name.lower(): value for name, value in fields.items()})
    if extras:
        fields |= {EXTRA + name: escape(value) for name, value in extras_of(work, given).items()}
    width = max(map(len, fields), default=0)
    lines = [f"  {name:<{width}} = {{{value}}},\n" for name, value in fields.items()]
    return f"@{kind}{{{_KEY.sub('-', key)},\n{''.join(lines)}}}\n"


def _fields(work: Work) -> tuple[str, dict[str, str]]:
    best = work.forms[0] if work.forms else Form()
    kind, place = _FORMS.get(best.kind or "", _OTHER)
    if work.kind == "Report":
        kind, place = "techreport", "institution"
    arxiv = next((form.arxiv for form in work.forms if form.arxiv), None)
    year = work.first_year if best.year is None else best.year
    fields = {
        # The second pair of braces keeps the capitals.
        "title": f"{{{escape(cited_title(work))}}}" if cited_title(work) else "",
        "author": " and ".join([*map(_name, work.authors), *(["others"] if work.et_al else [])]),
        place: escape(best.venue or "") if not best.arxiv else "",
        "volume": escape(best.volume or ""),
        "number": escape(best.issue or ""),
        "pages": escape(best.pages or "") if "--" in (best.pages or "") else _range(best.pages or ""),
        "year": str(year) if year is not None else "",
        "isbn": escape(best.isbn or ""),
        "doi": _verbatim(best.doi or ""),
        "url": _verbatim(address(best)),
        "eprint": _verbatim(arxiv or ""),
        "archivePrefix": "arXiv" if arxiv else "",
    }
    return kind, {name: value for name, value in fields.items() if value}


def _name(name: Name) -> str:
    """Return a name that every reader of BibTeX takes apart as it is meant.

    Where they would go wrong by the name alone, or the source keeps the parts apart, the family name comes first.
    """
    if name.organization:
        return _part(name.text, whole=True)
    parts = parts_of(name)
    if not (parts.given or parts.particle or parts.suffix) or (parts.suffix and not is_suffix(parts.suffix)):
        return _part(name.text, bool(name.family) or " " in name.text)
    if not (name.family or parts.suffix or " " in parts.family or any(map(is_small, parts.given.split()))):
        return escape(name.text)
    family = _part(parts.family, " " in parts.family)
    first = f"{_part(parts.particle)} {family}".lstrip()
    return ", ".join(part for part in (first, _part(parts.suffix), _part(parts.given)) if part)


def _part(text: str, whole: bool = False) -> str:
    return f"{{{escape(text)}}}" if whole or _WHOLE.search(text) else escape(text)


def _range(pages: str) -> str:
    return escape(re.sub(r"\s*[-–—]+\s*", "\0", pages)).replace("\0", "--")


def _verbatim(text: str) -> str:
    # Addresses and identifiers are set as they are; only unbalanced braces would harm.
    return text.replace("{", "%7B").replace("}", "%7D")
