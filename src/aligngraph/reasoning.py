"""What follows from a catalogue by OWL 2 RL.

The rules are those of the tables of the OWL 2 RL/RDF rules (W3C, OWL 2 Web Ontology Language Profiles, section 4.3),
named as there, and run semi-naively: each new fact meets the facts known so far once. Only what the catalogue's
axioms need is here; where an axiom of another kind turns up, `closure` hands the work to owlrl, which knows them all
but takes a second for each thousand triples.

Facts about individuals are kept. Left out as noise: reflexive and schema statements (what owlrl derives about classes,
properties, datatypes and literals), types from the RDF, RDFS, OWL and XSD vocabularies, and anything on blank nodes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from aligngraph.errors import AligngraphError
from aligngraph.namespaces import PREFIXES

_RDF, _RDFS, _OWL, _XSD = (PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd"))
_TYPE = ox.NamedNode(_RDF + "type")

_RULED = (
    "inverseOf",
    "propertyChainAxiom",
    "SymmetricProperty",
    "TransitiveProperty",
    "equivalentClass",
    "equivalentProperty",
)
# They constrain. A clash is an inconsistency, not a fact; that individuals are the same is seen by `_needs_equality`.
_CONSTRAINING = (
    "FunctionalProperty",
    "InverseFunctionalProperty",
    "disjointWith",
    "AllDisjointClasses",
    "members",
    "propertyDisjointWith",
    "AllDisjointProperties",
    "AsymmetricProperty",
    "IrreflexiveProperty",
    "differentFrom",
    "AllDifferent",
    "distinctMembers",
)
# They declare and annotate: nothing follows from them for individuals.
_DECLARING = (
    "Class",
    "ObjectProperty",
    "DatatypeProperty",
    "AnnotationProperty",
    "OntologyProperty",
    "Ontology",
    "NamedIndividual",
    "Thing",
    "versionIRI",
    "versionInfo",
    "priorVersion",
    "backwardCompatibleWith",
    "incompatibleWith",
    "imports",
    "deprecated",
    "DeprecatedClass",
    "DeprecatedProperty",
    "Axiom",
    "annotatedSource",
    "annotatedProperty",
    "annotatedTarget",
)
_COVERED = frozenset(_OWL + name for name in (*_RULED, *_CONSTRAINING, *_DECLARING))
# A property below one of these would make statements about the schema itself.
_SCHEMA_MAKING = frozenset(
    [_RDF + "type", *(_RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range"))]
)

Fact = tuple[int, int, int]


class ReasoningError(AligngraphError):
    """What follows can't be worked out."""


@dataclass
class _Rules:
    """The axioms, by the predicate or class that sets each one off. Terms are numbers."""

    superclasses: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    superproperties: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    domains: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    ranges: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    inverses: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    symmetric: set[int] = field(default_factory=set)
    chains: dict[int, list[tuple[int, tuple[int, ...], int]]] = field(default_factory=lambda: defaultdict(list))
    functional: set[int] = field(default_factory=set)
    inverse_functional: set[int] = field(default_factory=set)

    def add_chain(self, steps: tuple[int, ...], conclusion: int) -> None:
        for place, step in enumerate(steps):
            self.chains[step].append((place, steps, conclusion))


class _Facts:
    """The facts known, found by predicate and either end."""

    def __init__(self) -> None:
        self.objects: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.subjects: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))

    def add(self, fact: Fact) -> bool:
        """Keep *fact*; tell whether it is new."""
        subject, predicate, object_ = fact
        known = self.objects[predicate][subject]
        if object_ in known:
            return False
        known.add(object_)
        self.subjects[predicate][object_].add(subject)
        return True

    def ends(self, starts: set[int], steps: Iterable[int]) -> set[int]:
        """Return where the path *steps* leads from *starts*."""
        for step in steps:
            objects = self.objects[step]
            starts = {end for start in starts if start in objects for end in objects[start]}
        return starts

    def starts(self, ends: set[int], steps: Iterable[int]) -> set[int]:
        """Return from where the path of *steps*, given last first, leads to *ends*."""
        for step in steps:
            subjects = self.subjects[step]
            ends = {start for end in ends if end in subjects for start in subjects[end]}
        return ends


class _Terms:
    """Numbers for terms, and back."""

    def __init__(self) -> None:
        self.number: dict[object, int] = {}
        self.term: list[Any] = []

    def __call__(self, term: object) -> int:
        number = self.number.get(term)
        if number is None:
            number = self.number[term] = len(self.term)
            self.term.append(term)
        return number


def closure(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """Return what follows from *quads* and is not among them, sorted.

    The graph a statement is in plays no part. Axioms this module has no rule for go to owlrl (see `uncovered`).
    Raise ReasoningError where a property chain's list is broken.
    """
    quads = list(quads)
    if uncovered(quads):
        return closure_by_owlrl(quads)
    terms = _Terms()
    facts = _Facts()
    asserted: list[Fact] = []
    for quad in quads:
        fact = (terms(quad.subject), terms(quad.predicate), terms(quad.object))
        if facts.add(fact):
            asserted.append(fact)
    rules = _read_rules(facts, terms)
    type_ = terms(_TYPE)
    derived: list[Fact] = []
    todo = asserted
    while todo:
        fresh: list[Fact] = []
        for fact in todo:
            fresh += [new for new in _consequences(fact, facts, rules, type_) if facts.add(new)]
        derived += fresh
        todo = fresh
    if _needs_equality(facts, rules, [isinstance(term, ox.Literal) for term in terms.term]):
        return closure_by_owlrl(quads)
    declared = _schema_terms(quads)
    triples = (
        ox.Triple(terms.term[s], terms.term[p], terms.term[o])
        for s, p, o in derived
        if not isinstance(terms.term[s], ox.Literal)  # the rules make such statements; RDF has no syntax for them
    )
    return sorted((triple for triple in triples if worth_having(triple, declared)), key=str)


def _consequences(fact: Fact, facts: _Facts, rules: _Rules, type_: int) -> Iterator[Fact]:
    """Yield what follows from *fact* with the facts known, in one step."""
    s, p, o = fact
    if p == type_:
        for superclass in rules.superclasses.get(o, ()):
            yield s, type_, superclass  # cax-sco, cax-eqc1, cax-eqc2
    for superproperty in rules.superproperties.get(p, ()):
        yield s, superproperty, o  # prp-spo1, prp-eqp1, prp-eqp2
    for domain in rules.domains.get(p, ()):
        yield s, type_, domain  # prp-dom
    for range_ in rules.ranges.get(p, ()):
        yield o, type_, range_  # prp-rng
    for inverse in rules.inverses.get(p, ()):
        yield o, inverse, s  # prp-inv1, prp-inv2
    if p in rules.symmetric:
        yield o, p, s  # prp-symp
    for place, steps, conclusion in rules.chains.get(p, ()):  # prp-spo2, prp-trp
        ends = facts.ends({o}, steps[place + 1 :])
        if ends:
            for start in facts.starts({s}, reversed(steps[:place])):
                for end in ends:
                    yield start, conclusion, end


def _read_rules(facts: _Facts, terms: _Terms) -> _Rules:
    rules = _Rules()

    def pairs(iri: str) -> Iterator[tuple[int, int]]:
        objects = facts.objects.get(terms.number.get(ox.NamedNode(iri), -1), {})
        return ((s, o) for s, found in objects.items() for o in found)

    def of_type(name: str) -> set[int]:
        subjects = facts.subjects.get(terms.number.get(_TYPE, -1), {})
        return set(subjects.get(terms.number.get(ox.NamedNode(_OWL + name), -1), ()))

    for iri, into in (
        (_RDFS + "subClassOf", rules.superclasses),
        (_RDFS + "subPropertyOf", rules.superproperties),
        (_RDFS + "domain", rules.domains),
        (_RDFS + "range", rules.ranges),
    ):
        for s, o in pairs(iri):
            if s != o:
                into[s].add(o)
    for name, into in (
        ("equivalentClass", rules.superclasses),
        ("equivalentProperty", rules.superproperties),
        ("inverseOf", rules.inverses),
    ):
        for s, o in pairs(_OWL + name):
            into[s].add(o)
            into[o].add(s)
    rules.symmetric = of_type("SymmetricProperty")
    rules.functional = of_type("FunctionalProperty")
    rules.inverse_functional = of_type("InverseFunctionalProperty")
    for transitive in of_type("TransitiveProperty"):
        rules.add_chain((transitive, transitive), transitive)
    first, rest = dict(pairs(_RDF + "first")), dict(pairs(_RDF + "rest"))
    nil = terms(ox.NamedNode(_RDF + "nil"))
    for conclusion, head in pairs(_OWL + "propertyChainAxiom"):
        steps: list[int] = []
        while head != nil:
            if head not in first or head not in rest or len(steps) > len(first):
                raise ReasoningError(f"the property chain of {terms.term[conclusion]} is not a closed list: mend it.")
            steps.append(first[head])
            head = rest[head]
        rules.add_chain(tuple(steps), conclusion)
    return rules


def _needs_equality(facts: _Facts, rules: _Rules, literal: list[bool]) -> bool:
    """Tell whether prp-fp or prp-ifp make two things the same."""
    for predicate in rules.functional:
        for objects in facts.objects.get(predicate, {}).values():
            if len(objects) > 1 and not any(literal[o] for o in objects):
                return True
    return any(
        len(subjects) > 1
        for predicate in rules.inverse_functional
        for subjects in facts.subjects.get(predicate, {}).values()
    )


def uncovered(quads: Iterable[ox.Quad]) -> list[str]:
    """Return the terms by which *quads* say more than this module has rules for, sorted.

    These are OWL terms outside the lists above (class expressions among them), and schema terms with a sub-property.
    """
    found = set()
    for quad in quads:
        if quad.predicate.value.startswith(_OWL) and quad.predicate.value not in _COVERED:
            found.add(quad.predicate.value)
        object_ = quad.object
        if (
            quad.predicate.value == _RDFS + "subPropertyOf"
            and isinstance(object_, ox.NamedNode)
            and object_.value in _SCHEMA_MAKING
        ):
            found.add(object_.value)
        if (
            quad.predicate == _TYPE
            and isinstance(object_, ox.NamedNode)
            and object_.value.startswith(_OWL)
            and object_.value not in _COVERED
        ):
            found.add(object_.value)
    return sorted(found)


def _schema_terms(quads: Iterable[ox.Quad]) -> frozenset[str]:
    """Return the IRIs of the classes and properties that *quads* declare."""
    return frozenset(
        quad.subject.value
        for quad in quads
        if quad.predicate == _TYPE
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value.startswith((_OWL, _RDFS, _RDF))
        and isinstance(quad.subject, ox.NamedNode)
    )


def worth_having(triple: ox.Triple, schema_terms: frozenset[str]) -> bool:
    """Tell whether a derived *triple* is about individuals, and no noise (see the module's text)."""
    s, p, o = triple.subject, triple.predicate, triple.object
    if not isinstance(s, ox.NamedNode) or isinstance(o, ox.BlankNode) or s.value in schema_terms:
        return False
    if s.value.startswith((_RDF, _RDFS, _OWL, _XSD)):
        return False
    if p == _TYPE:
        return isinstance(o, ox.NamedNode) and not o.value.startswith((_RDF, _RDFS, _OWL, _XSD))
    return not p.value.startswith((_RDFS, _OWL, _RDF))


def closure_by_owlrl(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """Return the same as `closure`, by owlrl: complete for OWL 2 RL and slow."""
    from owlrl import DeductiveClosure, OWLRL_Semantics
    from rdflib import Graph, Literal

    quads = list(quads)
    terms = _Terms()
    # Literals go in as names: rdflib would change how they are written, and owlrl derives much about each of them.
    name = re.compile(r"urn:aligngraph-literal:(\d+)")

    def stand_in(term: Any) -> Any:
        return ox.NamedNode(f"urn:aligngraph-literal:{terms(term)}") if isinstance(term, ox.Literal) else term

    asserted = {str(ox.Triple(quad.subject, quad.predicate, stand_in(quad.object))) for quad in quads}
    graph = Graph()
    graph.parse(data="".join(f"{line} .\n" for line in asserted), format="nt")
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    declared = _schema_terms(quads)
    lines = (f"{s.n3()} {p.n3()} {o.n3()}" for s, p, o in graph if not isinstance(s, Literal))
    new = "".join(f"{line} .\n" for line in lines if line not in asserted and not name.match(line, 1))
    derived = []
    for quad in ox.parse(new, ox.RdfFormat.N_TRIPLES):
        found = name.fullmatch(quad.object.value) if isinstance(quad.object, ox.NamedNode) else None
        object_ = terms.term[int(found[1])] if found else quad.object
        derived.append(ox.Triple(quad.subject, quad.predicate, object_))
    return sorted((triple for triple in derived if worth_having(triple, declared)), key=str)
