"""The rules of OWL 2 RL that a catalogue's axioms set going, and the facts they work on.

The rules are those of the tables of the OWL 2 RL/RDF rules (W3C, OWL 2 Web Ontology Language Profiles, section 4.3) and
have the names they have there. A `Rule` is one of them with the classes and properties of one axiom filled in, such as
"what is an ag:Paper is an ag:Work" (cax-sco). The same list of rules is run in memory (`aligngraph.reasoning.closure`),
in a store (`aligngraph.reasoning.materialise`) and backwards (`aligngraph.reasoning.proofs`).

Terms are numbers here. A property and what it relates go under the property's number, each pair packed into one
integer; a class and its members go under the bitwise complement of the class's number (see `Facts`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pyoxigraph as ox

from aligngraph.errors import ReasoningError
from aligngraph.rdf.namespaces import PREFIXES

RDF, RDFS, OWL, XSD = (PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd"))
RESERVED = (RDF, RDFS, OWL, XSD)
TYPE = ox.NamedNode(RDF + "type")
SAME_AS = OWL + "sameAs"

BITS = 30
LOW = (1 << BITS) - 1
HIGH = LOW << BITS

# They constrain: what they find is an inconsistency (see `aligngraph.reasoning.consistency`), not a fact.
_CONSTRAINING = (
    "disjointWith AllDisjointClasses members propertyDisjointWith AllDisjointProperties AsymmetricProperty "
    "IrreflexiveProperty differentFrom AllDifferent distinctMembers Nothing"
).split()
# They make things the same (eq-*, prp-fp, prp-ifp).
_EQUATING = ["sameAs", "FunctionalProperty", "InverseFunctionalProperty"]
# They declare and annotate: nothing follows from them for individuals.
_DECLARING = (
    "Class ObjectProperty DatatypeProperty AnnotationProperty OntologyProperty Ontology NamedIndividual Thing "
    "versionIRI versionInfo priorVersion backwardCompatibleWith incompatibleWith imports deprecated DeprecatedClass "
    "DeprecatedProperty Axiom annotatedSource annotatedProperty annotatedTarget"
).split()
# Individuals may be declared with these: who has such a type is not a term of the ontology for that.
_OF_INDIVIDUALS = frozenset(
    [OWL + "NamedIndividual", OWL + "Thing", OWL + "Nothing", RDFS + "Resource"]
    + [RDF + name for name in ("List", "Bag", "Seq", "Alt")]
)
PLAIN_ANNOTATIONS = frozenset(RDFS + name for name in ("label", "comment", "seeAlso", "isDefinedBy"))


class Shape(Enum):
    """What a rule looks like: from which facts to which."""

    MEMBER = "x a C → x a D"
    COPY = "x p y → x q y"
    TURN = "x p y → y q x"
    START = "x p y → x a C"
    END = "x p y → y a C"
    PATH = "x p y, y q z, … → x r z"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the tables with an axiom's terms filled in; *body* and *head* are relations as in `Facts`."""

    name: str
    shape: Shape
    body: tuple[int, ...]
    head: int
    axiom: tuple[int, int, int]


# How the axioms of one statement read as rules: name, shape, and whether the axiom's object is the body.
_OF_STATEMENTS = {
    RDFS + "subClassOf": [("cax-sco", Shape.MEMBER, False)],
    OWL + "equivalentClass": [("cax-eqc1", Shape.MEMBER, False), ("cax-eqc2", Shape.MEMBER, True)],
    RDFS + "subPropertyOf": [("prp-spo1", Shape.COPY, False)],
    OWL + "equivalentProperty": [("prp-eqp1", Shape.COPY, False), ("prp-eqp2", Shape.COPY, True)],
    OWL + "inverseOf": [("prp-inv1", Shape.TURN, False), ("prp-inv2", Shape.TURN, True)],
    RDFS + "domain": [("prp-dom", Shape.START, False)],
    RDFS + "range": [("prp-rng", Shape.END, False)],
}
# How a property's own kind reads as a rule: name, shape, and how often the property stands in the body.
_OF_KINDS = {
    OWL + "SymmetricProperty": ("prp-symp", Shape.TURN, 1),
    OWL + "TransitiveProperty": ("prp-trp", Shape.PATH, 2),
}
_CHAIN = OWL + "propertyChainAxiom"

_COVERED = frozenset(
    [*_OF_STATEMENTS, *_OF_KINDS, _CHAIN, *(OWL + name for name in (*_CONSTRAINING, *_EQUATING, *_DECLARING))]
)

AXIOM_PROPERTIES = (*_OF_STATEMENTS, _CHAIN, RDF + "first", RDF + "rest")
"""The properties that axioms are asserted with, those of lists among them."""

OWL_PROPERTIES = tuple(
    OWL + name
    for name in (
        "allValuesFrom annotatedProperty annotatedSource annotatedTarget assertionProperty cardinality complementOf "
        "datatypeComplementOf differentFrom disjointUnionOf disjointWith distinctMembers equivalentClass "
        "equivalentProperty hasKey hasSelf hasValue intersectionOf inverseOf maxCardinality maxQualifiedCardinality "
        "members minCardinality minQualifiedCardinality onClass onDataRange onDatatype onProperties onProperty oneOf "
        "propertyChainAxiom propertyDisjointWith qualifiedCardinality sameAs someValuesFrom sourceIndividual "
        "targetIndividual targetValue unionOf withRestrictions"
    ).split()
)
"""The properties of OWL 2 from which something may follow."""
OWL_CLASSES = tuple(
    OWL + name
    for name in (
        "AllDifferent AllDisjointClasses AllDisjointProperties AnnotationProperty AsymmetricProperty Class DataRange "
        "DatatypeProperty DeprecatedClass DeprecatedProperty FunctionalProperty InverseFunctionalProperty "
        "IrreflexiveProperty NegativePropertyAssertion ObjectProperty Ontology OntologyProperty ReflexiveProperty "
        "Restriction SymmetricProperty TransitiveProperty"
    ).split()
)
"""The classes of OWL 2 that say what kind of term something is, or that it is an axiom."""

WORDS = {
    "cax-sco": "sub-class",
    "cax-eqc1": "equivalent classes",
    "cax-eqc2": "equivalent classes",
    "prp-spo1": "sub-property",
    "prp-eqp1": "equivalent properties",
    "prp-eqp2": "equivalent properties",
    "prp-inv1": "inverse",
    "prp-inv2": "inverse",
    "prp-symp": "symmetric property",
    "prp-trp": "transitive property",
    "prp-spo2": "property chain",
    "prp-dom": "domain",
    "prp-rng": "range",
    "prp-fp": "functional property",
    "prp-ifp": "inverse functional property",
    "eq-sym": "sameness is symmetric",
    "eq-trans": "sameness is transitive",
    "eq-rep-s": "what is asserted of one holds for the other",
    "eq-rep-o": "what is asserted of one holds for the other",
    "cls-nothing2": "owl:Nothing has no members",
    "cax-dw": "disjoint classes",
    "cax-adc": "disjoint classes",
    "prp-irp": "irreflexive property",
    "prp-asyp": "asymmetric property",
    "prp-pdw": "disjoint properties",
    "prp-adp": "disjoint properties",
    "eq-diff1": "different things that would be the same",
    "eq-diff2": "different things that would be the same",
    "eq-diff3": "different things that would be the same",
    "dt-not-type": "value outside its datatype",
}
"""Each rule in words."""


class Terms:
    """Numbers for terms, and back."""

    def __init__(self) -> None:
        self.number: dict[object, int] = {}
        self.term: list[Any] = []

    def __call__(self, term: object) -> int:
        """Return the number of *term*, a new one where it is new."""
        number = self.number.get(term)
        if number is None:
            number = self.number[term] = len(self.term)
            self.term.append(term)
        return number

    def find(self, iri: str) -> int | None:
        """Return the number of *iri*, None where no statement has it."""
        return self.number.get(ox.NamedNode(iri))

    def iri(self, number: int) -> str:
        """Return the IRI with that *number*, an empty text for a blank node or literal."""
        term = self.term[number]
        return term.value if isinstance(term, ox.NamedNode) else ""


class Facts:
    """Statements as numbers: pairs under their property p, members of a class c under ~c.

    A pair (x, y) is packed as ``x << BITS | y``.
    """

    def __init__(self, quads: Iterable[ox.Quad] = ()) -> None:
        self.terms = Terms()
        self.type = self.terms(TYPE)
        self.relations: dict[int, set[int]] = defaultdict(set)
        self.count = 0
        self.add(quads)

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Take *quads* in, too."""
        number, type_, relations = self.terms, self.type, self.relations
        for quad in quads:
            subject, predicate, object_ = number(quad.subject), number(quad.predicate), number(quad.object)
            self.count += 1
            if predicate == type_:
                relations[~object_].add(subject)
            else:
                relations[predicate].add(subject << BITS | object_)

    def copy(self) -> Facts:
        """Return the same facts, to which others can be added apart from these."""
        other = Facts()
        other.terms.number, other.terms.term = dict(self.terms.number), list(self.terms.term)
        other.relations.update((relation, set(found)) for relation, found in self.relations.items())
        other.count = self.count
        return other

    def relation(self, predicate: object, object_: object) -> int:
        """Return the relation that a statement with *predicate* and *object_* is a fact of."""
        return ~self.terms(object_) if predicate == TYPE else self.terms(predicate)

    def pairs(self, iri: str) -> Iterator[tuple[int, int]]:
        """Yield what the property *iri* relates."""
        number = self.terms.find(iri)
        if number is not None:
            yield from (unpack(pair) for pair in sorted(self.relations.get(number, ())))

    def members(self, iri: str) -> list[int]:
        """Return the members of the class *iri*, sorted."""
        number = self.terms.find(iri)
        return [] if number is None else sorted(self.relations.get(~number, ()))

    def objects(self, subject: int, iri: str) -> list[int]:
        """Return what the property *iri* relates *subject* to."""
        return [o for s, o in self.pairs(iri) if s == subject]

    def lists(self) -> Lists:
        """Return the RDF lists among the statements."""
        return Lists(self)


class Lists:
    """RDF lists."""

    def __init__(self, facts: Facts) -> None:
        self._terms = facts.terms
        self._first = dict(facts.pairs(RDF + "first"))
        self._rest = dict(facts.pairs(RDF + "rest"))
        self._nil = facts.terms(ox.NamedNode(RDF + "nil"))

    def items(self, head: int, owner: int, what: str) -> tuple[int, ...]:
        """Return the items of the list that begins at *head*.

        Raise ReasoningError, naming *owner* and *what* the list is for, where it is not a closed list.
        """
        items: list[int] = []
        while head != self._nil:
            if head not in self._first or head not in self._rest or len(items) > len(self._first):
                raise ReasoningError(f"the {what} of {self._terms.term[owner]} is not a closed list: correct it.")
            items.append(self._first[head])
            head = self._rest[head]
        return tuple(items)


def unpack(pair: int) -> tuple[int, int]:
    """Return the two ends of a packed pair."""
    return pair >> BITS, pair & LOW


def several(pairs: Iterable[int], *, by_end: bool = False) -> Iterator[tuple[int, list[int]]]:
    """Yield each start that *pairs* give several ends, with these; the other way round with *by_end*."""
    first: dict[int, int] = {}
    more: dict[int, list[int]] = {}
    for pair in pairs:
        key, value = (pair & LOW, pair >> BITS) if by_end else (pair >> BITS, pair & LOW)
        if first.setdefault(key, value) != value:
            more.setdefault(key, [first[key]]).append(value)
    return ((key, sorted(more[key])) for key in sorted(more))


def statement(facts: Facts, relation: int, fact: int) -> tuple[int, int, int]:
    """Return the subject, predicate and object of a *fact* of a *relation*."""
    return (fact, facts.type, ~relation) if relation < 0 else (fact >> BITS, relation, fact & LOW)


def read_rules(facts: Facts) -> list[Rule]:
    """Return the rules that the axioms among *facts* give, in a stable order.

    Raise ReasoningError where a property chain's list is broken.
    """
    rules: list[Rule] = []
    for iri, kinds in _OF_STATEMENTS.items():
        for left, right in facts.pairs(iri):
            axiom = (left, facts.terms(ox.NamedNode(iri)), right)
            for name, shape, backwards in kinds:
                body, head = (right, left) if backwards else (left, right)
                if body == head and shape is not Shape.TURN and shape not in (Shape.START, Shape.END):
                    continue  # it would say what it starts from
                rules.append(
                    Rule(
                        name,
                        shape,
                        (~body if shape is Shape.MEMBER else body,),
                        ~head if shape in (Shape.MEMBER, Shape.START, Shape.END) else head,
                        axiom,
                    )
                )
    for iri, (name, shape, length) in _OF_KINDS.items():
        for property_ in facts.members(iri):
            axiom = (property_, facts.type, facts.terms(ox.NamedNode(iri)))
            rules.append(Rule(name, shape, (property_,) * length, property_, axiom))
    lists = facts.lists()
    for conclusion, chain in facts.pairs(_CHAIN):
        steps = lists.items(chain, conclusion, "property chain")
        if steps:
            axiom = (conclusion, facts.terms(ox.NamedNode(_CHAIN)), chain)
            rules.append(Rule("prp-spo2", Shape.PATH, steps, conclusion, axiom))
    # That something is an xsd:string or an owl:Thing is noise, and `uncovered` sees to it that nothing follows from it.
    nothing = OWL + "Nothing"
    return [
        rule
        for rule in rules
        if rule.head >= 0
        or not facts.terms.iri(~rule.head).startswith(RESERVED)
        or facts.terms.iri(~rule.head) == nothing
        or _makes_schema(facts.terms.iri(~rule.head))
    ]


def rules_of_use(rules: Iterable[Rule], wanted: set[int], *, all_of_them: bool) -> list[Rule]:
    """Return those of *rules* from which facts of the relations *wanted* can come, in one step or more."""
    if all_of_them:
        return list(rules)
    rules = list(rules)
    by_head: dict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_head[rule.head].append(rule)
    seen, todo = set(wanted), list(wanted)
    while todo:
        for rule in by_head.get(todo.pop(), ()):
            todo += set(rule.body) - seen
            seen |= set(rule.body)
    return [rule for rule in rules if rule.head in seen]


def _makes_schema(class_: str) -> bool:
    """Tell whether being a *class_* would be an axiom, or declare a term."""
    return class_ in _OF_KINDS or (
        class_.startswith((OWL, RDF, RDFS)) and class_ not in _OF_INDIVIDUALS and class_ != RDFS + "Literal"
    )


def uncovered(facts: Facts, rules: Iterable[Rule]) -> list[str]:
    """Return the terms by which *facts* say more than there are rules for, as IRIs, sorted.

    These are OWL terms outside the lists of this module (class expressions among them), and terms of RDF, RDFS and OWL
    themselves that an axiom draws on or concludes with: statements about the schema would follow from the data.
    """
    terms = facts.terms
    found = set()
    for relation in facts.relations:
        iri = terms.iri(~relation if relation < 0 else relation)
        if iri.startswith(OWL) and iri not in _COVERED:
            found.add(iri)
    for rule in rules:
        for relation in rule.body:
            iri = terms.iri(~relation if relation < 0 else relation)
            if iri.startswith(RESERVED) and iri not in PLAIN_ANNOTATIONS:
                found.add(iri)
        iri = terms.iri(~rule.head if rule.head < 0 else rule.head)
        if rule.head < 0:
            if _makes_schema(iri):
                found.add(iri)
        elif iri.startswith(RESERVED) and iri not in PLAIN_ANNOTATIONS and iri != SAME_AS:
            found.add(iri)
    return sorted(found)


def schema_terms(facts: Facts) -> frozenset[int]:
    """Return the classes, properties and other terms that *facts* declare."""
    found: set[int] = set()
    for relation, members in facts.relations.items():
        if relation < 0:
            iri = facts.terms.iri(~relation)
            if iri.startswith((OWL, RDFS, RDF)) and iri not in _OF_INDIVIDUALS:
                found |= members
    return frozenset(found)


def worth_stating(predicate: str, class_: str) -> bool:
    """Tell whether a derived statement with this *predicate*, and *class_* where it is rdf:type, is not noise.

    Left out are the types and properties of RDF, RDFS, OWL and XSD themselves, but for owl:sameAs.
    """
    if predicate == TYPE.value:
        return bool(class_) and not class_.startswith(RESERVED)
    return bool(predicate) and (predicate == SAME_AS or not predicate.startswith((RDFS, OWL, RDF)))
