"""ORCID: people by name who say that a work of ours is theirs. Their iDs mostly come from OpenAlex and Crossref.

The interface: https://info.orcid.org/documentation/api-tutorials/; asked is ``expanded-search`` of version 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aligngraph.bibliography.identifiers import ORCID
from aligngraph.bibliography.person_names import name_of, split_name
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import reading as read

_MOST = 20
"""DOIs a question."""


class Orcid(Source):
    """The source "orcid"."""

    name = "orcid"
    base = "https://pub.orcid.org"
    kinds = frozenset(("people",))
    rate = 5.0
    concurrency = 2
    key_variable = "ORCID_TOKEN"

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return nothing: who has an iD is linked already."""
        del wanted
        return []

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for people of this family name who claim one of the works."""
        dois = list(wanted.dois())[:_MOST]
        name = wanted.authors[0] if wanted.authors else split_name(wanted.title)
        family = read.words(name.family or name.text)
        if wanted.kind != "people" or not dois or not family:
            return None
        claimed = " OR ".join(f'"{doi.replace(chr(34), "")}"' for doi in dois)
        url = self.address(
            "/v3.0/expanded-search", q=f'family-name:"{family}" AND digital-object-ids:({claimed})', rows="10"
        )
        return Question(
            "GET", url, headers=(("Accept", "application/json"),), things=(wanted.iri,), what="people by name and work"
        )

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the people in *body*: the title of a record is the name."""
        del question, media_type
        found = read.members(self.name, read.json_of(self.name, body), "expanded-result")
        return [record for item in found if (record := _person(item))]

    def headers(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return the header that carries the token for reading."""
        del contact
        return {"Authorization": f"Bearer {key}"} if key else {}


def _person(item: Mapping[str, Any]) -> Record | None:
    number = read.orcid(item.get("orcid-id"))
    family, given = (read.author_text(item.get(part)) for part in ("family-names", "given-names"))
    credit = read.author_text(item.get("credit-name"))
    if number is None or not (family or given or credit):
        return None
    # Who has one name has it as the given name.
    name = name_of(family, given or "") if family else split_name(credit or given or "")
    author = Author(name, orcid=number)
    return Record("orcid", ORCID.address(number), f"orcid {number}", credit or name.text, (author,))
