"""Crossref: works by DOI, fifty at a time, journals by ISSN, and both by search. arXiv's DOIs are not registered there.

The interface: https://api.crossref.org/swagger-ui/index.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aligngraph.bibliography.fields import clean_isbn
from aligngraph.bibliography.identifiers import DOI
from aligngraph.bibliography.person_names import organization_name
from aligngraph.bibliography.works import Form
from aligngraph.linking.known import ISSN, addresses_of, values_of
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import AnswerError, Question, Source
from aligngraph.linking.sources import reading as read

_MOST = 50
_LONGEST = 2500
_FIELDS = "DOI,title,subtitle,author,issued,type,container-title,volume,issue,page,ISSN,ISBN,license"
_KINDS = {
    "journal-article": "JournalArticle",
    "proceedings-article": "ConferencePaper",
    "posted-content": "Preprint",
    "book-chapter": "BookChapter",
    "book": "BookEdition",
    "monograph": "BookEdition",
    "edited-book": "BookEdition",
    "reference-book": "BookEdition",
    "report": "ReportDocument",
    "dataset": "DatasetRelease",
}


class Crossref(Source):
    """The source "crossref"."""

    name = "crossref"
    base = "https://api.crossref.org"
    kinds = frozenset(("works", "venues"))
    rate = 3.0
    needs_contact = True
    key_variable = "CROSSREF_PLUS_API_TOKEN"

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return a question for every fifty DOIs, and one for each that a filter can't hold, and for each ISSN."""
        values = [(doi, one.iri) for one in wanted if one.kind == "works" for doi in one.dois(of_arxiv=False)]
        plain = [(doi.lower(), thing) for doi, thing in values if "," not in doi]
        questions = [
            Question(
                "GET",
                self.address(
                    "/works", filter=",".join(f"doi:{doi}" for doi in batch), select=_FIELDS, rows=str(2 * _MOST)
                ),
                things=things,
                what="batch of DOIs",
            )
            for batch, things in read.in_batches(plain, _MOST, _LONGEST)
        ]
        single = (
            Question(
                "GET", f"{self.base}/works/{quote(doi, safe='')}", things=(thing,), what="one DOI", may_be_missing=True
            )
            for doi, thing in dict.fromkeys(values)
            if "," in doi
        )
        journals = (
            Question("GET", f"{self.base}/journals/{issn}", things=(one.iri,), what="one ISSN", may_be_missing=True)
            for one in wanted
            if one.kind == "venues"
            for issn in values_of(one.known, ISSN)
        )
        return [*questions, *single, *journals]

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for works by title and first author, or for journals by name."""
        if wanted.kind not in self.kinds or not (words := read.words(wanted.title)):
            return None
        if wanted.kind == "venues":
            return Question(
                "GET", self.address("/journals", query=words, rows="5"), things=(wanted.iri,), what="venue by name"
            )
        author = wanted.authors[0].family or wanted.authors[0].text if wanted.authors else ""
        query = f"{words} {read.words(author)}".strip()
        url = self.address("/works", query_bibliographic=query, select=_FIELDS, rows="5")
        url = url.replace("query_bibliographic=", "query.bibliographic=", 1)
        return Question("GET", url, things=(wanted.iri,), what="search by title")

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the works or journals in *body*."""
        del media_type
        message = read.part(read.json_of(self.name, body), "message")
        if not isinstance(message, dict):
            raise AnswerError(f"{self.name}: the answer has no 'message'")
        of_venues = question.url.startswith(f"{self.base}/journals")
        alone = "DOI" in message or question.url.startswith(f"{self.base}/journals/")
        items = [message] if alone else read.members(self.name, message, "items")
        records = [_journal(item) if of_venues else _work(item) for item in items]
        return [record for record in records if record is not None]

    def headers(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return the header that carries the token of subscribers."""
        del contact
        return {"Crossref-Plus-API-Token": f"Bearer {key}"} if key else {}


def _work(item: Mapping[str, Any]) -> Record | None:
    doi, title = read.identifier(DOI, item.get("DOI")), _title(item)
    if doi is None or title is None:
        return None
    year, month = _issued(item.get("issued"))
    authors, et_al = read.byline(_author(one) for one in read.people(item.get("author")))
    return Record(
        "crossref",
        DOI.address(doi),
        f"crossref {doi}",
        title,
        authors,
        et_al,
        year,
        month,
        read.identifiers(doi),
        Form(
            _KINDS.get(str(item.get("type"))),
            venue=read.first_text(item.get("container-title"), 300),
            year=year,
            volume=read.text(item.get("volume"), 50),
            issue=read.text(item.get("issue"), 50),
            pages=read.pages(item.get("page")),
            doi=doi,
            isbn=clean_isbn(read.first_text(item.get("ISBN"), 50)),
        ),
        read.issns(item.get("ISSN")),
        next((url for one in read.objects(item.get("license")) if (url := read.text(one.get("URL"), 200))), None),
    )


def _title(item: Mapping[str, Any]) -> str | None:
    title, subtitle = read.first_text(item.get("title")), read.first_text(item.get("subtitle"))
    if title and subtitle and subtitle.casefold() not in title.casefold():
        return f"{title.rstrip(':')}: {subtitle}"
    return title


def _issued(value: Any) -> tuple[int | None, int | None]:
    parts = read.part(value, "date-parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    year, month = (*first[:2], None, None)[:2]
    return read.year_of(year), read.number(month, 1, 12)


def _author(item: Mapping[str, Any]) -> Author | None:
    name = read.name_in_parts(item.get("family"), item.get("given"), item.get("suffix"))
    body = read.author_text(item.get("name"))
    if name is None and body:
        name = organization_name(body)
    return Author(name, orcid=read.orcid(item.get("ORCID"))) if name else None


def _journal(item: Mapping[str, Any]) -> Record | None:
    title, issns = read.text(item.get("title"), 300), read.issns(item.get("ISSN"))
    if title is None or not issns:
        return None
    known = frozenset((ISSN, value) for value in issns)
    return Record("crossref", addresses_of(known)[0], f"crossref {issns[0]}", title, issn=issns, known=known)
