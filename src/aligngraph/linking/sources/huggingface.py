"""Hugging Face: pages of papers by arXiv identifier, and by words.

The interface: https://huggingface.co/docs/hub/api, and `PaperInfo` in its client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aligngraph.bibliography.identifiers import ARXIV, HUGGING_FACE
from aligngraph.bibliography.person_names import split_name
from aligngraph.bibliography.works import preprint
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import AnswerError, Question, Source
from aligngraph.linking.sources import reading as read


class HuggingFace(Source):
    """The source "huggingface"."""

    name = "huggingface"
    base = "https://huggingface.co"
    kinds = frozenset(("works", "artifacts"))
    rate = 1.5
    concurrency = 2
    key_variable = "HF_TOKEN"

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return a question for each arXiv identifier; the answer has status 404 where there is no page."""
        repositories = [
            (value if value.startswith(("datasets/", "spaces/")) else f"models/{value}", one.iri)
            for one in wanted
            for value in one.huggingface
        ]
        values = [(number, one.iri) for one in wanted if one.kind == "works" for number in one.values("arxiv")]
        return [
            Question("GET", self.address(f"/api/{path}{batch[0]}"), things=things, what=what, may_be_missing=True)
            for named, path, what in (
                (values, "papers/", "one arXiv identifier"),
                (repositories, "", "one repository"),
            )
            for batch, things in read.in_batches(named, 1)
        ]

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for papers with the words of the title."""
        if wanted.kind != "works" or not (words := read.words(wanted.title)):
            return None
        return Question(
            "GET", self.address("/api/papers/search", q=words), things=(wanted.iri,), what="search by title"
        )

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the papers in *body*: one, or those of a search, which stand in an object each."""
        del media_type
        value = read.json_of(self.name, body)
        if question.url.startswith(f"{self.base}/api/papers/search"):
            found = [item for one in read.members(self.name, value) if isinstance(item := one.get("paper", one), dict)]
        elif isinstance(value, dict) and not question.url.startswith(f"{self.base}/api/papers/"):
            repository = _repository(question.url.removeprefix(f"{self.base}/api/").removeprefix("models/"), value)
            return [repository] if repository else []
        elif isinstance(value, dict):
            found = [value]
        else:
            raise AnswerError(f"{self.name}: the answer is not an object")
        return [record for item in found if (record := _paper(item))]

    def headers(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return the header that carries the token."""
        del contact
        return {"Authorization": f"Bearer {key}"} if key else {}


def _repository(asked: str, item: Mapping[str, Any]) -> Record | None:
    """Return the record of a repository; one that was renamed answers under its new name, and is left out."""
    name = asked.removeprefix("datasets/").removeprefix("spaces/")
    if HUGGING_FACE.parse(asked) is None or str(item.get("id")).lower() != name.lower():
        return None
    card = item.get("cardData")
    licence = card.get("license") if isinstance(card, dict) else None
    licence = licence[0] if isinstance(licence, list) and len(licence) == 1 else licence
    return Record(
        "huggingface",
        HUGGING_FACE.address(asked),
        f"huggingface {asked}",
        name,
        licence=read.text(licence) if isinstance(licence, str) else None,
        huggingface=asked,
    )


def _paper(item: Mapping[str, Any]) -> Record | None:
    number, title = read.identifier(ARXIV, item.get("id")), read.text(item.get("title"))
    if number is None or title is None:
        return None
    year, month = read.date(item.get("publishedAt"))
    named = (read.author_text(one.get("name")) for one in read.people(item.get("authors")))
    authors, et_al = read.byline(Author(split_name(name)) if name else None for name in named)
    return Record(
        "huggingface",
        f"https://huggingface.co/papers/{number}",
        f"huggingface {number}",
        title,
        authors,
        et_al,
        year,
        month,
        read.identifiers(arxiv=number),
        preprint(number, year),
    )
