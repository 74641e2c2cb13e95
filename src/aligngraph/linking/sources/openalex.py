"""OpenAlex: works by DOI and venues by ISSN, a hundred at a time, and both by search. Authorships carry ORCID iDs.

A record is of a work with all its copies, so the DOI is that of the published version, and the preprint is one of the
locations. The interface: https://developers.openalex.org/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aligngraph.bibliography.identifiers import ARXIV, Identifiers, identifiers_of_url
from aligngraph.bibliography.person_names import split_name
from aligngraph.bibliography.works import ARXIV_VENUE, Form
from aligngraph.curation.comparison import is_same_author
from aligngraph.linking.known import ISSN, OPENALEX, pairs_of, values_of
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import reading as read

_LIST, _SEARCH = 0.0001, 0.001
"""US dollars a request."""
_MOST = _MOST_AUTHORS = 100
_LONGEST = 3000
"""An address may have about 4 KB."""
_FIELDS = "id,doi,ids,display_name,publication_year,publication_date,type,authorships,primary_location,locations,biblio"
_KINDS = {
    "journal-article": "JournalArticle",
    "proceedings-article": "ConferencePaper",
    "posted-content": "Preprint",
    "preprint": "Preprint",
    "book-chapter": "BookChapter",
    "book": "BookEdition",
    "monograph": "BookEdition",
    "report": "ReportDocument",
    "dataset": "DatasetRelease",
}
_BY_SOURCE = {"repository": "Preprint", "journal": "JournalArticle", "conference": "ConferencePaper"}


class OpenAlex(Source):
    """The source "openalex"."""

    name = "openalex"
    base = "https://api.openalex.org"
    kinds = frozenset(("works", "venues"))
    rate = 5.0
    concurrency = 2
    needs_contact = True
    key_variable = "OPENALEX_API_KEY"

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return a question for every hundred DOIs, arXiv's among them, ISSNs of venues, and ids of venues."""
        # A pipe parts values, a comma filters.
        values = [
            (doi.lower(), one.iri)
            for one in wanted
            if one.kind == "works"
            for doi in one.dois()
            if not {"|", ","} & set(doi)
        ]
        works = [
            Question(
                "GET",
                self.address("/works", filter=f"doi:{'|'.join(batch)}", select=_FIELDS, per_page=str(_MOST)),
                things=things,
                cost=_LIST,
                what="batch of DOIs",
            )
            for batch, things in read.in_batches(values, _MOST, _LONGEST)
        ]
        venues = [one for one in wanted if one.kind == "venues"]
        issns = [(value, one.iri) for one in venues for value in values_of(one.known, ISSN)]
        ids = [(value, one.iri) for one in venues for value in values_of(one.known, OPENALEX) if value[0] == "S"]
        return works + [
            Question(
                "GET",
                self.address("/sources", filter=f"{name}:{'|'.join(batch)}", per_page=str(_MOST)),
                things=things,
                cost=_LIST,
                what=f"batch of {what}",
            )
            for named, name, what in ((issns, "issn", "ISSNs"), (ids, "openalex", "OpenAlex ids"))
            for batch, things in read.in_batches(named, _MOST, _LONGEST)
        ]

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for works or venues with the words of the title."""
        if wanted.kind not in self.kinds or not (words := read.words(wanted.title)):
            return None
        if wanted.kind == "venues":
            url, what = self.address("/sources", search=words, per_page="5"), "venue by name"
        else:
            url, what = self.address("/works", search=words, select=_FIELDS, per_page="5"), "search by title"
        return Question("GET", url, things=(wanted.iri,), cost=_SEARCH, what=what)

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the works or venues in *body*."""
        del media_type
        of_venues = question.url.startswith(f"{self.base}/sources")
        found = read.members(self.name, read.json_of(self.name, body), "results")
        records = [_venue(one) if of_venues else _work(one) for one in found]
        return [record for record in records if record is not None]

    def parameters(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return the parameter that carries the key, and the contact address."""
        return {name: value for name, value in (("api_key", key), ("mailto", contact)) if value}


def _work(item: Mapping[str, Any]) -> Record | None:
    number, title = read.openalex_id(item.get("id"), "W"), read.text(item.get("display_name") or item.get("title"))
    if number is None or title is None:
        return None
    place, biblio = item.get("primary_location"), item.get("biblio")
    year, month = read.date(item.get("publication_date"))
    year = read.year_of(item.get("publication_year")) or year
    identifiers = _identifiers(item)
    kind = _KINDS.get(str(read.part(place, "raw_type"))) or _KINDS.get(str(item.get("type")))
    kind = _BY_SOURCE.get(str(read.part(place, "source", "type")), kind) if kind in (None, "Preprint") else kind
    of_arxiv = kind == "Preprint" and identifiers.arxiv is not None
    authors, et_al = read.byline(_author(one) for one in read.people(item.get("authorships")))
    # Lists of works have the first hundred authors.
    et_al |= len(authors) == _MOST_AUTHORS
    return Record(
        "openalex",
        f"https://openalex.org/{number}",
        f"openalex {number}",
        title,
        authors,
        et_al,
        year,
        month,
        identifiers,
        Form(
            kind,
            venue=ARXIV_VENUE if of_arxiv else read.text(read.part(place, "source", "display_name"), 300),
            year=year,
            volume=read.text(read.part(biblio, "volume"), 50),
            issue=read.text(read.part(biblio, "issue"), 50),
            pages=read.pages(read.part(biblio, "first_page"), read.part(biblio, "last_page")),
            doi=identifiers.doi,
            arxiv=identifiers.arxiv if of_arxiv else None,
        ),
        read.issns(read.part(place, "source", "issn_l"), read.part(place, "source", "issn")),
        read.text(read.part(place, "license"), 100),
    )


def _identifiers(item: Mapping[str, Any]) -> Identifiers:
    """Return the DOI, and the arXiv identifier where one of the copies is there."""
    pages = [read.part(one, "landing_page_url") for one in read.objects(item.get("locations"))[:50]]
    named = (identifiers_of_url(page) for page in pages if isinstance(page, str))
    arxiv = next((one.arxiv for one in named if one.arxiv), None)
    return read.identifiers(item.get("doi"), arxiv and ARXIV.address(arxiv))


def _author(item: Mapping[str, Any]) -> Author | None:
    printed = read.author_text(item.get("raw_author_name"))
    profile = read.author_text(read.part(item, "author", "display_name"))
    if (name := printed or profile) is None:
        return None
    # A profile with another name than the paper prints is most likely someone else's.
    trusted = not (printed and profile) or is_same_author(printed, profile)
    orcid, number = (read.part(item, "author", part) for part in ("orcid", "id"))
    return Author(
        split_name(name),
        orcid=read.orcid(orcid) if trusted else None,
        openalex=read.openalex_id(number, "A") if trusted else None,
    )


def _venue(item: Mapping[str, Any]) -> Record | None:
    number, title = read.openalex_id(item.get("id"), "S"), read.text(item.get("display_name"), 300)
    if number is None or title is None:
        return None
    issns = read.issns(item.get("issn_l"), item.get("issn"))
    wikidata = read.part(item, "ids", "wikidata")
    known = pairs_of([f"https://openalex.org/{number}", *([wikidata] if isinstance(wikidata, str) else [])])
    known |= {(ISSN, value) for value in issns}
    iri, where = f"https://openalex.org/{number}", f"openalex {number}"
    return Record("openalex", iri, where, title, issn=issns, known=known)
