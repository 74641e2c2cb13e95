"""What the catalogues of the tests know: facts of works as published; numbers of records and people are made up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aligngraph.bibliography.keys import slug


@dataclass(frozen=True)
class Work:
    """A work, its preprint and its published form: *published* has what `Form` has, and an ISSN."""

    id: str
    title: str
    year: int
    month: int
    authors: tuple[tuple[str, str], ...]
    """Given and family name."""
    arxiv: str | None
    acl: str | None
    dblp: tuple[str, ...]
    published: dict[str, Any]

    @property
    def number(self) -> int:
        """A number of its own, from 1."""
        return [one.id for one in works()].index(self.id) + 1

    @property
    def dois(self) -> list[str]:
        """The DOI of the published form, then arXiv's."""
        return [*filter(None, [self.published.get("doi")]), *([f"10.48550/arXiv.{self.arxiv}"] if self.arxiv else [])]


@cache
def works() -> tuple[Work, ...]:
    """Return them all."""
    read = json.loads(Path(__file__).with_name("works.json").read_text("utf-8"))
    return tuple(
        Work(
            one["id"],
            one["title"],
            one["year"],
            one.get("month", 1),
            tuple((given, family) for given, family in one["authors"]),
            one.get("arxiv"),
            one.get("acl"),
            tuple(one.get("dblp", ())),
            one.get("published", {}),
        )
        for one in read
    )


def work(key: str) -> Work:
    """Return the work with the id *key*."""
    return next(one for one in works() if one.id == key)


@cache
def people() -> dict[str, int]:
    """Return a number for each name."""
    names = dict.fromkeys(slug(f"{given} {family}") for one in works() for given, family in one.authors)
    return {name: place for place, name in enumerate(names, 1)} | {"ada-byron": 9001, "charles-babbage": 9002}


def person(author: tuple[str, str]) -> int:
    """Return the number of the person with this given and family name."""
    return people()[slug(" ".join(author))]


def orcid(author: tuple[str, str]) -> str | None:
    """Return an ORCID iD with a right check digit, made of the person's number, for two people in three."""
    number = person(author)
    if number % 3 == 0:
        return None
    digits, total = f"00000009{number:07}", 0
    for digit in digits:
        total = (total + int(digit)) * 2
    whole = digits + "0123456789X"[(12 - total % 11) % 11]
    return "-".join(whole[place : place + 4] for place in range(0, 16, 4))
