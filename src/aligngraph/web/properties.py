"""The properties of entities that a reconciliation service compares, and hands out to extend a table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from aligngraph.bibliography.identifiers import SCHEMES
from aligngraph.curation.comparison import is_same_author
from aligngraph.queries.lookup import PROLOGUE, names_of
from aligngraph.queries.search import fold
from aligngraph.rdf.namespaces import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aligngraph.sparql.backend import Backend

_SCHEMES = {scheme.term: scheme for scheme in SCHEMES}
_ANY = ("Work", "Artifact")


class Property(NamedTuple):
    """A property of entities of some types. The identifier is a term of the ontology where it has one."""

    id: str
    name: str
    types: tuple[str, ...]
    pattern: str
    """Of SPARQL, from ``?thing`` to ``?value``, with ``?order`` where values have one."""

    @property
    def is_identifier(self) -> bool:
        """Whether one value names one thing."""
        return self.id in _SCHEMES


PROPERTIES: Mapping[str, Property] = {
    one.id: one
    for one in (
        Property("author", "authors", ("Work",),
                 "?thing ag:hasAuthorship ?a . ?a ag:person|ag:organization ?value ; ag:ordinal ?order"),
        Property("year", "years of publication, the first public version included", ("Work",),
                 "?thing ag:firstPublicYear|ag:hasPublication/ag:publicationYear ?value"),
        Property("firstPublicYear", "year of the first public version", ("Work",), "?thing ag:firstPublicYear ?value"),
        Property("venue", "venues", ("Work",), "?thing ag:hasPublication/ag:venue ?value"),
        *(
            Property(term, _SCHEMES[term].label, ("Work",), f"?thing ag:hasPublication/ag:{term} ?value")
            for term in ("doi", "arxivId", "aclAnthologyId", "openReviewId", "dblpKey")
        ),
        Property("sameAs", "addresses of records elsewhere", ("Work", "Person", "Organization", "Venue", "Artifact"),
                 "?thing schema:sameAs|ag:hasPublication/schema:sameAs ?value"),
        Property("introduces", "artifacts that it introduces", ("Work",), "?value ag:introducedBy ?thing"),
        Property("addressesGoal", "goals", _ANY, "?thing ag:addressesGoal ?value"),
        Property("usesApproach", "approaches", _ANY, "?thing ag:usesApproach ?value"),
        Property("usesMethod", "methods", _ANY, "?thing ag:usesMethod ?value"),
        Property("orcid", "ORCID", ("Person",), "?thing ag:orcid ?value"),
        Property("work", "works", ("Person", "Organization", "Venue"),
                 "?value ag:hasAuthorship/(ag:person|ag:organization)|ag:hasPublication/ag:venue ?thing"),
        Property("acronym", "acronym", ("Venue",), "?thing ag:acronym ?value"),
        Property("introducedBy", "work that introduces it", ("Artifact",), "?thing ag:introducedBy ?value"),
        Property("baseModel", "base model", ("Artifact",), "?thing ag:baseModel ?value"),
        Property("license", "licence", ("Artifact",), "?thing dcterms:license ?value"),
        Property("language", "languages", ("Artifact",), "?thing dcterms:language ?value"),
        Property("repository", "repository", ("Artifact",), "?thing ag:repository ?value"),
        Property("homepage", "home page", ("Artifact", "Organization"), "?thing ag:homepage ?value"),
        Property("dataLocation", "where the data are", ("Artifact",), "?thing ag:dataLocation ?value"),
        Property("huggingFaceId", "Hugging Face", ("Artifact",), "?thing ag:huggingFaceId ?value"),
        Property("githubRepository", "GitHub", ("Artifact",), "?thing ag:githubRepository ?value"),
        Property("definition", "definition", ("Concept",), "?thing skos:definition ?value"),
        Property("notation", "notation", ("Concept",), "?thing skos:notation ?value"),
        Property("altLabel", "other labels", ("Concept", "Artifact"), "?thing skos:altLabel ?value"),
        Property("broader", "broader concepts", ("Concept",), "?thing skos:broader ?value"),
        Property("narrower", "narrower concepts", ("Concept",), "?thing skos:narrower ?value"),
        Property("mappingRelation", "concepts of other vocabularies", ("Concept",),
                 "?thing skos:exactMatch|skos:closeMatch|skos:broadMatch|skos:narrowMatch|skos:relatedMatch ?value"),
    )
}  # fmt: skip


class Value(NamedTuple):
    """A value: its text, and the IRI where it is a thing."""

    text: str
    iri: str | None
    is_number: bool = False


class Values:
    """The values that the entities of a catalogue have, a property read when it is first asked for."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._read: dict[str, dict[str, list[Value]]] = {}

    def of(self, property: Property) -> dict[str, list[Value]]:
        """Return the values of *property* by the IRI of what has them, in order."""
        if property.id not in self._read:
            self._read[property.id] = self._load(property)
        return self._read[property.id]

    def _load(self, property: Property) -> dict[str, list[Value]]:
        ordered = " ?order" if "?order" in property.pattern else ""
        select = f"{PROLOGUE} SELECT DISTINCT ?thing ?value{ordered} WHERE {{ {property.pattern} }}"
        found: dict[str, list[tuple[int, str, ox.NamedNode | ox.Literal]]] = defaultdict(list)
        for thing, value, *order in self._backend.select(select):
            if isinstance(thing, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
                place = int(getattr(order[0], "value", "0")) if order else 0
                found[thing.value].append((place, value.value, value))
        things = {one.value for many in found.values() for *_, one in many if isinstance(one, ox.NamedNode)}
        labels = names_of(self._backend, [iri for iri in things if iri.startswith(BASE)])
        return {
            thing: [_value(one, labels) for *_, one in sorted(many, key=lambda item: item[:2])]
            for thing, many in found.items()
        }

    def agree(self, property: Property, thing: str, given: Sequence[str]) -> bool | None:
        """Tell whether one of the values *given* is one that *thing* has; None where it has none."""
        values = self.of(property).get(thing)
        if not values:
            return None
        return any(_is_same(property, one, wanted) for one in values for wanted in given)

    def having(self, property: Property, given: Iterable[str]) -> set[str]:
        """Return the IRIs of what has one of the values *given*."""
        wanted = list(given)
        return {
            thing
            for thing, values in self.of(property).items()
            if any(_is_same(property, one, text) for one in values for text in wanted)
        }


def _value(term: ox.NamedNode | ox.Literal, labels: Mapping[str, str]) -> Value:
    if isinstance(term, ox.NamedNode):
        return Value(labels.get(term.value, term.value), term.value)
    return Value(term.value, None, term.datatype.value.endswith("#integer"))


def _is_same(property: Property, value: Value, wanted: str) -> bool:
    scheme = _SCHEMES.get(property.id)
    if scheme is not None:
        parsed = scheme.parse(wanted)
        return parsed is not None and scheme.key(parsed) == scheme.key(value.text)
    if value.iri is not None and _address(wanted) in (_address(value.iri), _address(value.iri.removeprefix(BASE))):
        return True
    if property.id == "author":
        return is_same_author(value.text, wanted)
    return fold(value.text) == fold(wanted.strip())


def _address(text: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", text.strip().lower()).rstrip("/")
