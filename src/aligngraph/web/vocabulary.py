"""The ontology, its shapes and its mappings as pages show them: each term with all that binds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from aligngraph.catalogue.sources import ontology_folder, parse_rdf, read_bytes
from aligngraph.queries.lookup import rows
from aligngraph.rdf.namespaces import AG, AGS, BASE, PREFIXES, shorten
from aligngraph.validation.shapes import SH, Shapes, read_shapes

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_RDF, _RDFS, _OWL, _SKOS = (PREFIXES[name] for name in ("rdf", "rdfs", "owl", "skos"))
_DCTERMS, _SSSOM = PREFIXES["dcterms"], PREFIXES["sssom"]
_TYPE = _RDF + "type"
KINDS = {
    "Class": "class",
    "ObjectProperty": "object property",
    "DatatypeProperty": "datatype property",
    "AnnotationProperty": "annotation property",
}
"""Kinds of terms by the local name of their class in OWL, in the order of the page."""
_CHARACTERISTICS = {
    "FunctionalProperty": "one value at most",
    "InverseFunctionalProperty": "a value belongs to one thing",
    "SymmetricProperty": "goes both ways",
    "AsymmetricProperty": "never is symmetric",
    "TransitiveProperty": "transitive",
    "IrreflexiveProperty": "never leads back to the thing itself",
}
_RELATIONS = {
    _RDFS + "subClassOf": "kind of",
    _RDFS + "subPropertyOf": "kind of",
    _OWL + "equivalentClass": "the same as",
    _OWL + "equivalentProperty": "the same as",
}

CLASSES, PROPERTIES = "/ontology/ontology", "/ontology/properties"
"""The pages of terms."""

Values = Mapping[str, tuple["ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple", ...]]


class Named(NamedTuple):
    """A term that is named, and where its description is: an anchor of these pages, or the web."""

    name: str
    link: str


class Rule(NamedTuple):
    """One rule of the shapes."""

    id: str
    name: str
    path: str
    message: str
    severity: str


class RuleGroup(NamedTuple):
    """A node shape: what it holds for, and its rules."""

    id: str
    name: str
    targets: tuple[Named, ...]
    rules: tuple[Rule, ...]


class Match(NamedTuple):
    """One mapping of a term or concept: how it relates to what, and why."""

    subject: Named
    relation: str
    other: Named
    reason: str


class Example(NamedTuple):
    """An example from the data: a thing of a class, or one statement with a property."""

    parts: tuple[Named, ...]
    number: int
    """How many there are."""


@dataclass(frozen=True)
class Term:
    """A class or property, with all statements about it."""

    id: str
    curie: str
    kind: str
    label: str
    definition: str
    notes: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    facts: tuple[tuple[str, tuple[Named, ...]], ...] = ()
    """What it relates to in the ontology, under a heading each."""
    chains: tuple[tuple[Named, ...], ...] = ()
    """Properties which, one after the other, give this one."""
    characteristics: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    matches: tuple[Match, ...] = ()
    deprecated: bool = False
    replaced_by: tuple[Named, ...] = field(default=())


class Header(NamedTuple):
    """What a file of the ontology says of itself."""

    title: str
    description: str
    version: str
    version_iri: str
    created: str
    modified: str
    prior: tuple[Named, ...]


class _File:
    """A file of the ontology, looked up from either end."""

    def __init__(self, name: str) -> None:
        self.nodes: dict[str, dict[str, tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, ...]]] = {}
        path = ontology_folder() / name
        for quad in parse_rdf(read_bytes(path), str(path)):
            values = self.nodes.setdefault(_key(quad.subject), {})
            values[quad.predicate.value] = (*values.get(quad.predicate.value, ()), quad.object)

    def of(self, subject: str, predicate: str) -> tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, ...]:
        return self.nodes.get(subject, {}).get(predicate, ())

    def text(self, subject: str, predicate: str) -> str:
        """Return the text in English, or in no language; '' where there is none."""
        found = [one for one in self.of(subject, predicate) if isinstance(one, ox.Literal)]
        return min(found, key=lambda one: (one.language not in ("en", None), one.value)).value if found else ""

    def iris(self, subject: str, predicate: str) -> list[str]:
        return [one.value for one in self.of(subject, predicate) if isinstance(one, ox.NamedNode)]

    def items(self, head: object) -> list[str]:
        """Return the IRIs in an RDF list."""
        found, seen = [], set()
        key = _key(head)
        while key in self.nodes and key not in seen:
            seen.add(key)
            found += self.iris(key, _RDF + "first")
            key = _key((self.of(key, _RDF + "rest") or (None,))[0])
        return found


def _key(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def named(iri: str) -> Named:
    """Return how the term *iri* is written and where it leads."""
    if iri.startswith(AG):
        name = iri.removeprefix(AG)
        # By the names of OWL's own terms and of ours, properties begin with a small letter, classes don't.
        return Named(shorten(iri), f"{PROPERTIES if name[:1].islower() else CLASSES}#{name}")
    if iri.startswith(AGS):
        return Named(shorten(iri), f"/shapes/shapes#{iri.removeprefix(AGS)}")
    return Named(shorten(iri).strip("<>"), iri)


class Vocabulary:
    """The ontology, shapes and mappings that came with the tool."""

    def __init__(self) -> None:
        self._terms = _File("aligngraph.ttl")
        self._mappings = _File("mappings.ttl")
        self._shapes: Shapes = read_shapes(ontology_folder() / "shapes.ttl")
        self.groups = self._read_groups()
        self.matches = self._read_matches()
        self.terms = self._read_terms()

    def header(self, name: str) -> Header:
        """Return what the file *name* (ontology, shapes or mappings) says of itself."""
        iri = BASE + name
        file = {"ontology": self._terms, "mappings": self._mappings}.get(name) or _File(f"{name}.ttl")
        return Header(
            file.text(iri, _DCTERMS + "title"),
            file.text(iri, _DCTERMS + "description"),
            file.text(iri, _OWL + "versionInfo"),
            next(iter(file.iris(iri, _OWL + "versionIRI")), iri),
            file.text(iri, _DCTERMS + "created")[:10],
            file.text(iri, _DCTERMS + "modified")[:10],
            tuple(map(named, file.iris(iri, _OWL + "priorVersion"))),
        )

    # Terms

    def _read_terms(self) -> dict[str, tuple[Term, ...]]:
        kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for iri in self._terms.nodes:
            if iri.startswith(AG):
                for kind in kinds:
                    if _OWL + kind in self._terms.iris(iri, _TYPE):
                        kinds[kind].append(iri)
        reverse = self._reverse()
        rules = self._rules_by_term()
        matches: dict[str, list[Match]] = {}
        for match in self.matches:
            matches.setdefault(match.subject.name, []).append(match)
        return {
            KINDS[kind]: tuple(
                self._term(iri, KINDS[kind], reverse, rules.get(iri, ()), tuple(matches.get(shorten(iri), ())))
                for iri in sorted(iris, key=str.casefold)
            )
            for kind, iris in kinds.items()
        }

    def _reverse(self) -> dict[str, dict[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = {}
        for iri in self._terms.nodes:
            for name in ("subClassOf", "subPropertyOf", "domain", "range", "inverseOf"):
                predicate = (_OWL if name == "inverseOf" else _RDFS) + name
                for value in self._terms.iris(iri, predicate):
                    found.setdefault(name, {}).setdefault(value, []).append(iri)
        return found

    def _term(
        self,
        iri: str,
        kind: str,
        reverse: Mapping[str, Mapping[str, Sequence[str]]],
        rules: Sequence[Rule],
        matches: tuple[Match, ...],
    ) -> Term:
        file = self._terms

        def forwards(predicate: str) -> list[str]:
            return file.iris(iri, predicate)

        def backwards(name: str) -> Sequence[str]:
            return reverse.get(name, {}).get(iri, ())

        facts = {
            "Kind of": [*forwards(_RDFS + "subClassOf"), *forwards(_RDFS + "subPropertyOf")],
            "Kinds of it": [*backwards("subClassOf"), *backwards("subPropertyOf")],
            "Things that have it": forwards(_RDFS + "domain"),
            "Its values": forwards(_RDFS + "range"),
            "Properties it has": backwards("domain"),
            "Properties that lead to it": backwards("range"),
            "Inverse": [*forwards(_OWL + "inverseOf"), *backwards("inverseOf")],
            "Never also": sorted({*forwards(_OWL + "disjointWith"), *self._disjoint(iri)}),
        }
        return Term(
            iri.removeprefix(AG),
            shorten(iri),
            kind,
            file.text(iri, _RDFS + "label"),
            file.text(iri, _SKOS + "definition"),
            tuple(sorted(one.value for one in file.of(iri, _SKOS + "scopeNote") if isinstance(one, ox.Literal))),
            tuple(sorted(one.value for one in file.of(iri, _SKOS + "example") if isinstance(one, ox.Literal))),
            tuple((heading, tuple(map(named, sorted(iris)))) for heading, iris in facts.items() if iris),
            tuple(tuple(map(named, file.items(head))) for head in file.of(iri, _OWL + "propertyChainAxiom")),
            tuple(text for name, text in _CHARACTERISTICS.items() if _OWL + name in forwards(_TYPE)),
            tuple(rules),
            matches,
            bool(file.of(iri, _OWL + "deprecated")),
            tuple(map(named, forwards(_DCTERMS + "isReplacedBy"))),
        )

    def _disjoint(self, iri: str) -> set[str]:
        found: set[str] = set()
        for key, values in self._terms.nodes.items():
            if ox.NamedNode(_OWL + "AllDisjointClasses") in values.get(_TYPE, ()):
                members = [each for head in self._terms.of(key, _OWL + "members") for each in self._terms.items(head)]
                if iri in members:
                    found |= {*members} - {iri}
        return found

    # Shapes

    def _read_groups(self) -> tuple[RuleGroup, ...]:
        nodes, rules = self._shapes.nodes, self._shapes.rules
        inside: set[str] = set()
        groups = []
        for node, values in nodes.items():
            if not isinstance(node, ox.NamedNode) or ox.NamedNode(SH + "NodeShape") not in values.get(_TYPE, ()):
                continue
            below = [_key(one) for one in values.get(SH + "property", ()) if _key(one) in rules]
            inside.update(below)
            targets = [
                value.value
                for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
                for value in values.get(SH + name, ())
                if isinstance(value, ox.NamedNode)
            ]
            own = [node.value] if node.value in rules else []
            label = [one.value for one in values.get(_RDFS + "label", ()) if isinstance(one, ox.Literal)]
            groups.append((node.value, min(label, default=shorten(node.value)), targets, [*own, *below]))
        rest = [iri for iri in rules if iri not in inside and iri not in {group[0] for group in groups}]
        for iri in rest:
            values = nodes[ox.NamedNode(iri)]
            targets = [
                value.value
                for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf")
                for value in values.get(SH + name, ())
                if isinstance(value, ox.NamedNode)
            ]
            groups.append((iri, rules[iri].name, targets, [iri]))
        return tuple(
            RuleGroup(iri.removeprefix(AGS), name, tuple(map(named, sorted(targets))), tuple(map(self._rule, members)))
            for iri, name, targets, members in sorted(groups, key=lambda group: (group[1].casefold(), group[0]))
        )

    def _rule(self, iri: str) -> Rule:
        rule = self._shapes.rules[iri]
        path = rule.path.text if rule.path is not None else ""
        severity = "" if rule.severity == "violation" else rule.severity
        return Rule(iri.removeprefix(AGS), rule.name, path, rule.message, severity)

    def _rules_by_term(self) -> dict[str, tuple[Rule, ...]]:
        found: dict[str, dict[str, Rule]] = {}
        for group in self.groups:
            classes = [target.link.partition("#")[2] for target in group.targets if target.name.startswith("ag:")]
            for rule in group.rules:
                path = self._shapes.rules[AGS + rule.id].path
                about = [start for start in path.starts if start.startswith(AG)] if path is not None else []
                for iri in about or [AG + name for name in classes]:
                    found.setdefault(iri, {})[rule.id] = rule
        return {iri: tuple(rules.values()) for iri, rules in found.items()}

    def deprecated_shapes(self) -> list[tuple[str, str, tuple[Named, ...]]]:
        """Return the shapes that hold no more: the id, the name, and what took the place of each."""
        found = []
        for node, values in self._shapes.nodes.items():
            if isinstance(node, ox.NamedNode) and _OWL + "deprecated" in values:
                others = [
                    one.value for one in values.get(_DCTERMS + "isReplacedBy", ()) if isinstance(one, ox.NamedNode)
                ]
                label = [one.value for one in values.get(_RDFS + "label", ()) if isinstance(one, ox.Literal)]
                found.append((node.value.removeprefix(AGS), min(label, default=""), tuple(map(named, others))))
        return sorted(found)

    # Mappings

    def _read_matches(self) -> tuple[Match, ...]:
        file = self._mappings
        found = []
        for key, values in file.nodes.items():
            if ox.NamedNode(_OWL + "Axiom") not in values.get(_TYPE, ()):
                continue
            source = next(iter(file.iris(key, _OWL + "annotatedSource")), "")
            target = next(iter(file.iris(key, _OWL + "annotatedTarget")), "")
            how = next(iter(file.iris(key, _OWL + "annotatedProperty")), "")
            meant = next(iter(file.iris(key, _SSSOM + "predicate_id")), how)
            if source and target:
                relation = _RELATIONS.get(meant) or shorten(meant).partition(":")[2]
                found.append(Match(_thing(source), relation, _thing(target), file.text(key, _RDFS + "comment")))
        return tuple(sorted(found, key=lambda one: (one.subject.name.casefold(), one.relation, one.other.name)))


def _thing(iri: str) -> Named:
    if iri.startswith(BASE) and not iri.startswith((AG, AGS)):
        return Named(shorten(iri), "/" + iri.removeprefix(BASE))
    return named(iri)


@cache
def vocabulary() -> Vocabulary:
    """Return the ontology, shapes and mappings, read once."""
    return Vocabulary()


def examples(backend: Backend, terms: Iterable[Term]) -> dict[str, Example]:
    """Return an example from the data for each of *terms* that has one, by the id of the term."""
    found: dict[str, Example] = {}
    for term in terms:
        iri = f"<{AG}{term.id}>"
        pattern, names = (f"?s a {iri}", "?s") if term.kind == "class" else (f"?s {iri} ?o", "?s ?o")
        one = rows(backend, f"SELECT {names} WHERE {{ {pattern} }} LIMIT 1")
        if one:
            number = rows(backend, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
            subject, *value = (str(each) for each in one[0])
            middle = [Named(shorten(AG + term.id), "")] if value else []
            parts = (_thing(subject), *middle, *map(_value, value))
            found[term.id] = Example(parts, int(number[0][0] or 0))
    return found


def _value(text: str) -> Named:
    if text.startswith(BASE):
        return _thing(text)
    return Named(text if len(text) <= 80 else text[:79] + "…", text if text.startswith("http") else "")
