"""IRIs for what is new, by the project's rule: readable, unique, and never given to anything else again.

A work is named by its first author's family name, its year and a telling word of its title; a person by the name; a
venue keeps its own. What an IRI once meant it goes on meaning, so the IRIs of retired things count as taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

from aligngraph.bibliography.keys import STOP_WORDS, family_words, slug, words_of
from aligngraph.rdf.namespaces import BASE

# Words that half the titles of the field have: used last.
COMMON_WORDS = frozenset(
    "ai aligning alignment approach artificial based benchmark benchmarking can deep dataset evaluating evaluation "
    "feedback fine framework human humans improving intelligence language large learning llm llms machine method "
    "methods model models natural neural new novel pre pretrained research scale self study survey system systems "
    "training tuning learn learned better are be not new one two large-scale via".split()
)
_LONGEST = 60
_NAME = re.compile(r"^\s*([^\s:]{2,24})\s*:\s+\S")


class Mint:
    """Gives out IRIs; *taken* holds all that are in use, and grows."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self._next: dict[str, int] = {}

    def _free(self, kind: str, choices: Iterable[str]) -> str:
        """Return the first of *choices* that is free, else the last with a number from 2 on."""
        last = ""
        for local in choices:
            last = local
            if f"{BASE}{kind}/{local}" not in self.taken:
                break
        else:
            number = self._next.get(f"{kind}/{last}", 2)
            while f"{BASE}{kind}/{last}-{number}" in self.taken:
                number += 1
            self._next[f"{kind}/{last}"] = number + 1
            last = f"{last}-{number}"
        iri = f"{BASE}{kind}/{last}"
        self.taken.add(iri)
        return iri

    def work(self, title: str, first_author: str | None, year: int | None) -> str:
        """Return an IRI such as ``work:rafailov2023-dpo``; without author or year, of what there is."""
        family = "".join(slug(word) for word in family_words(first_author))[:30] if first_author else ""
        words = telling_words(title)
        if not family:
            family, words = words[0].replace("-", ""), words[1:] or words
        head = f"{family}{'' if year is None else year}"
        names = [
            f"{head}-{'-'.join(words[:count])}"[:_LONGEST].rstrip("-") for count in range(1, min(len(words), 4) + 1)
        ]
        return self._free("work", names)

    def named(self, text: str) -> str:
        """Return an IRI for a work of which no more is known than *text*, such as an identifier."""
        return self._free("work", [_local(text)])

    def person(self, name: str) -> str:
        """Return an IRI such as ``person:wei-wang``, or ``person:wei-wang-2`` where that is somebody else."""
        return self._free("person", [_local(name)])

    def organization(self, name: str) -> str:
        """Return an IRI such as ``organization:openai``."""
        return self._free("organization", [_local(name)])

    def venue(self, name: str) -> str:
        """Return an IRI such as ``venue:journal-of-odd-things``."""
        return self._free("venue", [_local(name)])

    def publication(self, work: str, place: str) -> str:
        """Return the IRI of a published form of *work*; *place* is the last part of its venue's IRI, or its kind."""
        return self._free("publication", [f"{local_name(work)}-{place}"])

    def authorship(self, work: str, ordinal: int) -> str:
        """Return the IRI of the authorship at place *ordinal* of the byline."""
        return self._free("authorship", [f"{local_name(work)}-{ordinal:03d}"])

    def placing(self, thing: str) -> str:
        """Return the IRI of a curated placing of *thing*, a work or artifact, numbered from 1."""
        number = 1
        while f"{BASE}placing/{local_name(thing)}-{number}" in self.taken:
            number += 1
        return self._free("placing", [f"{local_name(thing)}-{number}"])

    def survey(self, title: str) -> str:
        """Return the IRI of a survey called *title*: up to six telling words of it."""
        words = [word for word in slug(title).split("-") if word and word not in STOP_WORDS]
        return self._free("survey", ["-".join(words[:6]) or _local(title)])

    def section(self, survey: str, headings: Iterable[str]) -> str:
        """Return the IRI of the section that *headings*, from the top one down, lead to."""
        return self._free("section", ["-".join([local_name(survey), *(_local(heading) for heading in headings)])])

    def listing(self, survey: str, number: int) -> str:
        """Return the IRI of the listing *number* of the survey."""
        return self._free("listing", [f"{local_name(survey)}-{number:03d}"])

    def link(self, listing: str, order: int) -> str:
        """Return the IRI of the link *order* of the listing."""
        return self._free("link", [f"{local_name(listing)}-{order}"])


def telling_words(title: str) -> list[str]:
    """Return the words of *title* in the order in which they tell it from others; never empty.

    A name before a colon ("Otter: a …") comes first, then the less common words.
    """
    name = _NAME.match(title)
    first = [slug(name[1])] if name and slug(name[1]) else []
    words = [slug(word) for word in words_of(title)]
    words = [word for word in words if word and word not in STOP_WORDS and word not in first]
    rare = [word for word in words if word not in COMMON_WORDS and len(word) > 2]
    ordered = dict.fromkeys([*first, *rare, *words])
    return list(ordered) or [_local(title)]


def _local(text: str) -> str:
    # Names in scripts we can't spell in ASCII get a number that is theirs.
    return slug(text)[:_LONGEST].strip("-") or f"n{blake2b(text.encode(), digest_size=4).hexdigest()}"


def local_name(iri: str) -> str:
    """Return the last part of an IRI of ours: ``rafailov2023-dpo``."""
    return iri.rpartition("/")[2]
