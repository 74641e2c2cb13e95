"""Who a printed name means: a person or organisation we hold, or a new one.

The same name is the same person, as in the shipped data; accents, case, hyphens and "Family, Given" make no other name.
Where several persons share a name, the one who has written with somebody of the same byline is meant; where that does
not settle it, the name gets a person of its own, and the report says so. A name of one word says too little: such an
authorship has no person, and `validate` asks for one.

A name is that of an organisation where one here has it, or where the source says so and no person here has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from aligngraph.bibliography.keys import clean, name_key
from aligngraph.bibliography.person_names import looks_like_organization
from aligngraph.curation.holdings import ALT_LABEL, LABEL, TYPE, WORK_KINDS, Holdings, ag
from aligngraph.curation.minting import Mint
from aligngraph.rdf.namespaces import shorten


@dataclass(frozen=True)
class Signature:
    """A name in a byline, and whom it means: *author* is the IRI, where that is known, of a person or organisation.

    *new* are the statements about the author that are new with it.
    """

    name: str
    author: str | None = None
    is_organization: bool = False
    new: list[ox.Triple] = field(default_factory=list)


class People:
    """The persons and organisations of a catalogue by name; new ones join them."""

    def __init__(self, holdings: Holdings, mint: Mint) -> None:
        self.mint = mint
        self.names: dict[str, set[str]] = {}
        """The names of each person as written."""
        self.by_key: dict[str, list[str]] = defaultdict(list)
        self.with_: dict[str, set[str]] = defaultdict(set)
        """The keys of the names of whom each person has written with."""
        self.notes: list[str] = []
        self.known = 0
        self.new = 0
        self.organizations: dict[str, str] = {}
        """The organisation by each key of its names."""
        self.organizations_known: dict[str, str] = {}
        self.organizations_new: dict[str, str] = {}
        """The organisations that names were taken for, with the name as it is printed."""
        for organization in holdings.things("Organization"):
            for name in (*holdings.texts(organization, LABEL), *holdings.texts(organization, ALT_LABEL)):
                self.names.setdefault(organization, set()).add(name)
                self.organizations.setdefault(organization_key(name), organization)
        for person in holdings.things("Person"):
            for name in (*holdings.texts(person, LABEL), *holdings.texts(person, ALT_LABEL)):
                self._name(person, name)
        for work in holdings.things(*WORK_KINDS):
            authorships = holdings.texts(work, ag("hasAuthorship"))
            keys = {name_key(name) for one in authorships for name in holdings.texts(one, ag("nameAsPrinted"))}
            for one in authorships:
                for person in holdings.texts(one, ag("person")):
                    self.with_[person] |= keys

    def _name(self, person: str, name: str) -> None:
        self.names.setdefault(person, set()).add(name)
        people = self.by_key[name_key(name)]
        if person not in people:
            people.append(person)

    def byline(self, names: Sequence[str], place: str, bodies: Collection[str] = ()) -> Iterator[Signature]:
        """Yield the signature that each name makes, cleaned.

        *place* says in a note where the byline stands, *bodies* are the names that a source gives as organisations.
        """
        names = [clean(name) for name in names]
        keys = {name_key(name) for name in names}
        used: set[str] = set()
        for name in names:
            if self.is_organization(name, bodies):
                signature = self._organization(name)
            else:
                person, triples = self._person(name, keys, used, place)
                signature = Signature(name, person, new=triples)
            if signature.author in used:
                self.notes.append(f"{place}: {name!r} stands twice in the byline, for one organisation")
            if signature.author is not None:
                used.add(signature.author)
            yield signature
        for author in used:
            self.with_[author] |= keys

    def is_organization(self, name: str, bodies: Collection[str] = ()) -> bool:
        """Tell whether *name* is that of an organisation here, or of one by its source and of no person here."""
        known = organization_key(name) in self.organizations
        return known or (name in bodies and not self.by_key.get(name_key(name)))

    def _organization(self, name: str) -> Signature:
        key = organization_key(name)
        iri = self.organizations.get(key)
        if iri is not None:
            if iri not in self.organizations_new:
                self.organizations_known.setdefault(iri, name)
            if name in self.names[iri]:
                return Signature(name, iri, True)
            self.names[iri].add(name)
            return Signature(name, iri, True, [ox.Triple(ox.NamedNode(iri), ox.NamedNode(ALT_LABEL), ox.Literal(name))])
        iri = self.organizations[key] = self.mint.organization(name)
        self.organizations_new[iri] = name
        self.names[iri] = {name}
        node = ox.NamedNode(iri)
        kind = ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(ag("Organization")))
        return Signature(name, iri, True, [kind, ox.Triple(node, ox.NamedNode(LABEL), ox.Literal(name))])

    def _person(self, name: str, keys: set[str], used: set[str], place: str) -> tuple[str | None, list[ox.Triple]]:
        if not is_full_name(name):
            return None, []
        found = [person for person in self.by_key.get(name_key(name), ()) if person not in used]
        if len(found) > 1:
            others = keys - {name_key(name)}
            acquainted = [person for person in found if self.with_[person] & others]
            if len(acquainted) != 1:
                self.notes.append(
                    f"{place}: {len(found)} persons are called {name!r}; a new one was created, to be merged by hand "
                    f"if needed"
                )
            found = acquainted if len(acquainted) == 1 else []
        if found:
            person = found[0]
            self.known += 1
            if name in self.names[person]:
                return person, []
            self._name(person, name)
            return person, [ox.Triple(ox.NamedNode(person), ox.NamedNode(ALT_LABEL), ox.Literal(name))]
        person = self.mint.person(name)
        if looks_like_organization(name):
            self.notes.append(
                f"{place}: {name!r} looks like an organisation, but the source does not say so, so it became a person, "
                f"{shorten(person)}. If it is one, put its name in braces (BibTeX) and import again"
            )
        self.new += 1
        self._name(person, name)
        node = ox.NamedNode(person)
        kind = ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(ag("Person")))
        return person, [kind, ox.Triple(node, ox.NamedNode(LABEL), ox.Literal(name))]


def organization_key(name: str) -> str:
    """Return what two prints of one organisation's name share; "The" in front makes no difference."""
    return name_key(name).removeprefix("the ")


def is_full_name(name: str) -> bool:
    """Tell whether *name* is enough to tell a person: two words, or one in a script that has no blanks in names."""
    return len(name_key(name).split()) > 1 or (len(name) > 1 and not any(character.isascii() for character in name))


def first_full(lists: Iterable[tuple[Sequence[str], bool]]) -> tuple[tuple[str, ...], bool]:
    """Return the fullest of several prints of one byline, each with whether it is cut short ("et al.")."""
    best: tuple[tuple[str, ...], bool] = ((), False)
    for names, cut in lists:
        full = sum(is_full_name(name) for name in names)
        known = (not best[1] and bool(best[0]), sum(map(is_full_name, best[0])), len(best[0]))
        if names and (not cut, full, len(names)) > known:
            best = (tuple(names), cut)
    return best
