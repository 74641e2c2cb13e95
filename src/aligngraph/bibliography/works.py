"""A work and the forms it was published in, as bibliographies describe them: between their formats and the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aligngraph.bibliography.identifiers import ACL, ARXIV, DBLP, DOI, OPENREVIEW, arxiv_doi, arxiv_year
from aligngraph.bibliography.person_names import Name

ARXIV_VENUE = "arXiv"
"""What the preprint server is called in the venue of a form."""
BETWEEN_NOTES = " ¶ "
"""What stands between several notes in one text."""
PUBLISHED_KINDS = (
    "JournalArticle",
    "ConferencePaper",
    "BookEdition",
    "BookChapter",
    "WorkshopPaper",
    "ReportDocument",
    "WebPublication",
    "DatasetRelease",
    "Preprint",
)
"""The classes of forms, best first."""
WITH_OWN_ISBN = ("BookEdition", "ReportDocument")
"""The classes of forms whose ISBN is theirs, not that of a volume that they stand in."""


@dataclass(frozen=True)
class Form:
    """One form a work came out in. *kind* is a class of publications; *venue* its name as the bibliography has it.

    *id* is the publication's id of ours where the bibliography tells it. *isbn* and *same_as* are lists with blanks
    between. *same_as* has only the records that do not follow from the identifiers: see `records_of`.
    """

    kind: str | None = None
    id: str | None = None
    title: str | None = None
    venue: str | None = None
    year: int | None = None
    track: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    arxiv: str | None = None
    acl: str | None = None
    openreview: str | None = None
    dblp: str | None = None
    isbn: str | None = None
    same_as: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Work:
    """A work as a bibliography tells it: *kind* is a class of works, *forms* are best first."""

    kind: str | None = None
    title: str | None = None
    authors: tuple[Name, ...] = ()
    et_al: bool = False
    first_year: int | None = None
    evidence: str | None = None
    confidence: str | None = None
    note: str | None = None
    forms: tuple[Form, ...] = ()


def preprint(number: str, year: int | None = None) -> Form:
    """Return the form that an arXiv identifier stands for."""
    return Form("Preprint", venue=ARXIV_VENUE, year=year or arxiv_year(number), doi=arxiv_doi(number), arxiv=number)


def records_of(form: Form) -> tuple[str, ...]:
    """Return the addresses of the records of *form*: those that its identifiers spell out, then the others."""
    schemes = (ARXIV, DOI, ACL, OPENREVIEW, DBLP)
    found = [scheme.address(value) for scheme in schemes if (value := getattr(form, scheme.name))]
    return tuple(dict.fromkeys([*found, *(form.same_as or "").split()]))


def kind_of_work(form: str | None) -> str:
    """Return the class of works that come out in forms of this class, where nothing else is known."""
    if form in ("WebPublication", "DatasetRelease"):
        return "WebPage"
    return {"BookEdition": "Book", "ReportDocument": "Report"}.get(form or "", "Paper")


def first_year(forms: Iterable[Form]) -> int | None:
    """Return the first year of the forms."""
    return min((form.year for form in forms if form.year is not None), default=None)
