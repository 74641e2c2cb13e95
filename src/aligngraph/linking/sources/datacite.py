"""DataCite: works by DOI, fifty at a time, and by title. It has the DOIs of arXiv, Zenodo and most data archives.

The interface: https://support.datacite.org/docs/api.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aligngraph.bibliography.identifiers import DOI
from aligngraph.bibliography.person_names import Name, bibtex_names, organization_name, split_name
from aligngraph.bibliography.works import Form
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import reading as read

_MOST = 50
_LONGEST = 2500
_KINDS = {
    "Preprint": "Preprint",
    "JournalArticle": "JournalArticle",
    "ConferencePaper": "ConferencePaper",
    "BookChapter": "BookChapter",
    "Book": "BookEdition",
    "Report": "ReportDocument",
    "Dataset": "DatasetRelease",
}


class DataCite(Source):
    """The source "datacite"."""

    name = "datacite"
    base = "https://api.datacite.org"
    rate = 3.0
    needs_contact = True

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return a question for every fifty DOIs."""
        values = [
            (doi.lower(), one.iri) for one in wanted if one.kind == "works" for doi in one.dois() if "," not in doi
        ]
        return [
            Question(
                "GET",
                self.address("/dois", ids=",".join(batch), **{"page[size]": str(_MOST), "disable-facets": "true"}),
                things=things,
                what="batch of DOIs",
            )
            for batch, things in read.in_batches(values, _MOST, _LONGEST)
        ]

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for works with the words of the title."""
        if wanted.kind != "works" or not (words := read.words(wanted.title)):
            return None
        query = f'titles.title:"{words}"'
        more = {"page[size]": "5", "page[number]": "1", "sort": "relevance", "disable-facets": "true"}
        return Question("GET", self.address("/dois", query=query, **more), things=(wanted.iri,), what="search by title")

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the works in *body*."""
        del question, media_type
        found = read.members(self.name, read.json_of(self.name, body), "data")
        records = [_work(item) for one in found if isinstance(item := one.get("attributes"), dict)]
        return [record for record in records if record is not None]


def _work(item: Mapping[str, Any]) -> Record | None:
    doi = read.identifier(DOI, item.get("doi"))
    # Other titles have a type: subtitle, translated, alternative.
    titles = [one for one in read.objects(item.get("titles")) if not one.get("titleType")]
    title = next((found for one in titles if (found := read.text(one.get("title")))), None)
    if doi is None or title is None:
        return None
    identifiers, container = read.identifiers(doi), item.get("container")
    year, month = _date(item)
    kind = _KINDS.get(str(read.part(item, "types", "resourceTypeGeneral")))
    kind = "Preprint" if identifiers.arxiv else kind
    authors, et_al = read.byline(_author(one) for one in read.people(item.get("creators")))
    publisher = item.get("publisher")
    return Record(
        "datacite",
        DOI.address(doi),
        f"datacite {doi}",
        title,
        authors,
        et_al,
        year,
        month,
        identifiers,
        Form(
            kind,
            venue=read.text(read.part(container, "title"), 300)
            or read.text(publisher if isinstance(publisher, str) else read.part(publisher, "name"), 300),
            year=year,
            volume=read.text(read.part(container, "volume"), 50),
            issue=read.text(read.part(container, "issue"), 50),
            pages=read.pages(read.part(container, "firstPage"), read.part(container, "lastPage")),
            doi=doi,
            arxiv=identifiers.arxiv,
        ),
        read.issns(read.part(container, "identifier")),
        _licence(item),
    )


def _date(item: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return year and month: of the first version, where the record says when it was submitted or issued."""
    dates = {str(one.get("dateType")): read.date(one.get("date")) for one in reversed(read.objects(item.get("dates")))}
    for kind in ("Submitted", "Issued", "Created", "Available"):
        year, month = dates.get(kind, (None, None))
        if year is not None:
            return year, month
    return read.year_of(item.get("publicationYear")), None


def _author(item: Mapping[str, Any]) -> Author | None:
    whole = read.author_text(item.get("name"))
    name: Name | None = None
    if item.get("nameType") == "Organizational" and whole:
        name = organization_name(whole)
    elif (name := read.name_in_parts(item.get("familyName"), item.get("givenName"))) is None and whole:
        # "Family, Given", as the schema recommends, or as printed.
        parted = bibtex_names(whole).names if whole.count(",") == 1 else ()
        name = parted[0] if len(parted) == 1 else split_name(whole)
    if name is None:
        return None
    found = (read.orcid(one.get("nameIdentifier")) for one in read.objects(item.get("nameIdentifiers")))
    return Author(name, orcid=next((one for one in found if one), None))


def _licence(item: Mapping[str, Any]) -> str | None:
    for one in read.objects(item.get("rightsList")):
        if found := read.text(one.get("rightsIdentifier"), 100) or read.text(one.get("rightsUri"), 200):
            return found
    return None
