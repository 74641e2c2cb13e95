"""People, by their place in the author list of a work that was found, confirmed by their name.

That is far safer than a search for names. An identifier that two of our people claim, or two identifiers of one scheme
that one of ours gets, are a conflict: two records of one person, or one record of two. They are told, not written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from aligngraph.bibliography.identifiers import ORCID
from aligngraph.bibliography.keys import name_key
from aligngraph.curation.holdings import LABEL, SAME_AS, Holdings, ag, authorships_of
from aligngraph.curation.works import triple
from aligngraph.linking.decide import BY_IDENTIFIER, BY_TITLE
from aligngraph.linking.links import COMPOSITE, Link
from aligngraph.linking.names import is_one_person
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.write import SURE, Place, Writer
from aligngraph.rdf.namespaces import shorten

_ADDRESSES: dict[str, str] = {
    "orcid": ORCID.base,
    "dblp": "https://dblp.org/pid/",
    "openalex": "https://openalex.org/",
    "semanticscholar": "https://www.semanticscholar.org/author/",
}
_LABELS = {"orcid": "ORCID", "dblp": "dblp", "openalex": "OpenAlex", "semanticscholar": "Semantic Scholar"}


@dataclass(frozen=True)
class _Claim:
    """That a person of ours has an address, from one place in a byline."""

    name: str
    """As the source prints it."""
    where: str
    work: str
    confidence: float


class PeopleLinker:
    """Collects what records say of the people in their bylines, and writes what does not conflict."""

    def __init__(self, writer: Writer, holdings: Holdings, wanted: Callable[[str], bool]) -> None:
        """Look only at the people for whose IRIs *wanted* is true."""
        self.writer = writer
        self.holdings = holdings
        self.wanted = wanted
        self.claims: dict[tuple[str, str], dict[str, list[_Claim]]] = defaultdict(lambda: defaultdict(list))
        """By person and scheme: the claims of each address."""

    def add(self, place: Place) -> None:
        """Take in the byline of the record of *place*, where the match is sure enough to be written."""
        if place.confidence < self.writer.bar:
            return
        authorships = authorships_of(self.holdings, place.wanted.iri)
        authors = place.record.authors
        whole = not place.record.et_al and len(authors) == len(authorships)
        for authorship, author in zip(authorships, authors, strict=False):
            person = self.holdings.text(authorship, ag("person"))
            if person is None or not self.wanted(person):
                continue
            names = [*self.holdings.texts(authorship, ag("nameAsPrinted")), *self.holdings.texts(person, LABEL)]
            equal = any(name_key(name) == name_key(author.name.text) for name in names)
            if not equal and not (whole and any(is_one_person(name, author.name.text) for name in names)):
                continue
            for scheme, address in _addresses_of(author):
                sure = scheme == "orcid" and equal and place.confidence >= BY_IDENTIFIER
                claim = _Claim(
                    author.name.text, place.record.where, place.wanted.iri, BY_IDENTIFIER if sure else BY_TITLE
                )
                self.claims[person, scheme][address].append(claim)

    def add_person(self, wanted: Wanted, records: Iterable[Record]) -> None:
        """Take in records of people who claim a work of a person of ours as theirs, and have the name."""
        names = (wanted.title, *wanted.other_titles)
        for record in records:
            if not any(is_one_person(name, record.title) for name in names):
                continue
            equal = any(name_key(name) == name_key(record.title) for name in names)
            for author in record.authors:
                for scheme, address in _addresses_of(author):
                    claim = _Claim(record.title, record.where, record.where, SURE if equal else BY_TITLE)
                    self.claims[wanted.iri, scheme][address].append(claim)

    def finish(self) -> None:
        """Write what does not conflict; tell what does."""
        owners: dict[str, set[str]] = defaultdict(set)
        for (person, _), addresses in self.claims.items():
            for address in addresses:
                owners[address].add(person)
        for address, people in sorted(owners.items()):
            if len(people) > 1:
                names = " and ".join(map(shorten, sorted(people)))
                self.writer.outcome.wrong.append(
                    f"<{address}> is that of {names}: one person with two records ('aligngraph merge'), or a wrong "
                    "record there"
                )
        for (person, scheme), addresses in sorted(self.claims.items()):
            known = [one for one in self.holdings.texts(person, SAME_AS) if one.startswith(_ADDRESSES[scheme])]
            if scheme == "orcid":
                known += [ORCID.address(one) for one in self.holdings.texts(person, ag("orcid"))]
            different = {*known, *addresses}
            if len(different) > 1:
                shown = ", ".join(f"<{one}>" for one in sorted(different))
                self.writer.outcome.wrong.append(
                    f"{shorten(person)} has several {_LABELS[scheme]} records: {shown}: one record of two people, or "
                    "two records there"
                )
            elif not known:
                for address, claims in addresses.items():
                    if len(owners[address]) == 1:
                        self._write(person, scheme, address, claims)

    def _write(self, person: str, scheme: str, address: str, claims: list[_Claim]) -> None:
        if not self.writer.is_free(person, address):
            return
        first = max(claims, key=lambda claim: claim.confidence)
        places = list(dict.fromkeys(claim.where for claim in claims))
        # Bylines of several works that agree are written unasked; records of one work are often copies of each other.
        agreed = SURE if len({claim.work for claim in claims}) > 1 else 0.0
        confidence = max(first.confidence, agreed)
        comment = f"Place and name in the byline of {', '.join(places[:3])}{' …' if len(places) > 3 else ''}"
        if first.work == first.where:
            comment = f"{first.where} has the name, and claims a work that this person wrote"
        link = Link(
            person, self.holdings.label(person), address, first.name, confidence, comment, self.writer.today,
            justification=COMPOSITE,
        )  # fmt: skip
        self.writer.propose(link)
        if scheme == "orcid" and confidence >= self.writer.bar and not self.holdings.values(person, ag("orcid")):
            self.writer.outcome.changes.added.append(triple(person, ag("orcid"), address.removeprefix(ORCID.base)))


def _addresses_of(author: Author) -> Iterator[tuple[str, str]]:
    """Yield the scheme and the address of each identifier of *author*; what is none of its scheme is left out."""
    if author.orcid and (orcid := ORCID.parse(author.orcid)):
        yield "orcid", ORCID.address(orcid)
    for scheme in ("dblp", "openalex", "semanticscholar"):
        value = getattr(author, scheme)
        if value and all(character.isalnum() or character in "/-_" for character in value):
            yield scheme, _ADDRESSES[scheme] + value
