"""Semantic Scholar: works by DOI, arXiv or ACL Anthology identifier, five hundred at a time, and by title.

The interface: https://api.semanticscholar.org/api-docs/graph. Without a key, all share one small allowance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aligngraph.bibliography.identifiers import ACL, DBLP, Identifiers
from aligngraph.bibliography.person_names import split_name
from aligngraph.bibliography.works import Form
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import AnswerError, Question, Source
from aligngraph.linking.sources import reading as read

_MOST = 500
_FIELDS = "externalIds,title,year,publicationDate,venue,journal,publicationTypes,authors"
_PAPER = re.compile(r"[0-9a-f]{40}")
_PERSON = re.compile(r"[0-9]{1,12}")
_KINDS = {"JournalArticle": "JournalArticle", "Conference": "ConferencePaper", "Book": "BookEdition"}


class SemanticScholar(Source):
    """The source "semanticscholar"."""

    name = "semanticscholar"
    base = "https://api.semanticscholar.org"
    key_variable = "S2_API_KEY"

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return a question for every five hundred identifiers."""
        values = [
            (f"{prefix}:{value}", one.iri)
            for one in wanted
            if one.kind == "works"
            for prefix, known in (
                ("ARXIV", one.values("arxiv")),
                ("ACL", one.values("acl")),
                ("DOI", one.dois(of_arxiv=False)),
            )
            for value in known
        ]
        return [
            Question(
                "POST",
                self.address("/graph/v1/paper/batch", fields=_FIELDS),
                json.dumps({"ids": batch}).encode(),
                (("Content-Type", "application/json"),),
                things,
                what="batch of identifiers",
            )
            for batch, things in read.in_batches(values, _MOST)
        ]

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for the work whose title is nearest; the answer has status 404 where none is near."""
        if wanted.kind != "works" or not (words := read.words(wanted.title)):
            return None
        url = self.address("/graph/v1/paper/search/match", query=words, fields=_FIELDS)
        return Question("GET", url, things=(wanted.iri,), what="search by title", may_be_missing=True)

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the works in *body*, where null stands for an unknown one."""
        del media_type
        value = read.json_of(self.name, body)
        if isinstance(value, dict) and isinstance(value.get("error"), str):
            raise AnswerError(f"{self.name}: {read.text(value['error'], 200)}")
        found = read.members(self.name, value, *(() if question.method == "POST" else ("data",)))
        # Several identifiers of one work bring it several times.
        return list({one.iri: one for item in found if (one := _work(item))}.values())

    def headers(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return the header that carries the key."""
        del contact
        return {"x-api-key": key} if key else {}


def _work(item: Mapping[str, Any]) -> Record | None:
    number, title = item.get("paperId"), read.text(item.get("title"))
    if not isinstance(number, str) or not _PAPER.fullmatch(number) or title is None:
        return None
    other, journal = item.get("externalIds"), item.get("journal")
    identifiers = read.identifiers(read.part(other, "DOI"), read.part(other, "ArXiv"))
    identifiers |= Identifiers(acl=read.identifier(ACL, read.part(other, "ACL")))
    year, month = read.date(item.get("publicationDate"))
    year = read.year_of(item.get("year")) or year
    authors, et_al = read.byline(_author(one) for one in read.people(item.get("authors")))
    types = item.get("publicationTypes")
    kinds = [kind for one in types if (kind := _KINDS.get(str(one)))] if isinstance(types, list) else []
    return Record(
        "semanticscholar",
        f"https://www.semanticscholar.org/paper/{number}",
        f"semanticscholar {number}",
        title,
        authors,
        et_al,
        year,
        month,
        identifiers,
        Form(
            kinds[0] if len(kinds) == 1 else None,
            venue=read.text(item.get("venue"), 300) or read.text(read.part(journal, "name"), 300),
            year=year,
            volume=read.text(read.part(journal, "volume"), 50),
            pages=read.pages(read.part(journal, "pages")),
            doi=identifiers.doi,
            dblp=read.identifier(DBLP, read.part(other, "DBLP")),
        ),
    )


def _author(item: Mapping[str, Any]) -> Author | None:
    name, number = read.author_text(item.get("name")), item.get("authorId")
    if name is None:
        return None
    known = isinstance(number, str) and _PERSON.fullmatch(number)
    return Author(split_name(name), semanticscholar=number if known else None)
