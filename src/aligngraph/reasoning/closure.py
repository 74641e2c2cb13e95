"""What is inferred from a catalogue by OWL 2 RL.

The rules (see `aligngraph.reasoning.rules`) are run semi-naively, a set at a time: what is new in a relation goes,
once, through each rule that starts from it. Only what the catalogue's axioms need is here; where an axiom of another
kind turns up, owlrl does the work, which knows them all but takes a second for each few hundred triples (see
`aligngraph.reasoning.owlrl`).

Facts about individuals are kept. Left out as noise: reflexive and schema statements (what owlrl derives about classes,
properties, datatypes and literals), types from the RDF, RDFS, OWL and XSD vocabularies, anything on blank nodes, and
that two literals would be the same.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain

import pyoxigraph as ox

from aligngraph.errors import ReasoningError
from aligngraph.files.activity import doing
from aligngraph.rdf.namespaces import INFERRED_GRAPH
from aligngraph.reasoning.rules import (
    BITS,
    HIGH,
    LOW,
    OWL,
    RESERVED,
    SAME_AS,
    Facts,
    Rule,
    Shape,
    read_rules,
    schema_terms,
    several,
    statement,
    uncovered,
    worth_stating,
)

__all__ = ["Inference", "ReasoningError", "as_inferred", "closure", "infer", "inferred_quads"]

_NONE: frozenset[int] = frozenset()


@dataclass
class Inference:
    """What is inferred from some statements: iterating gives the triples that are new, sorted; their number is its
    length.

    *beyond* names the terms that made owlrl do the work, where it had to. *same* are the things that follow to be the
    same, each with the others.
    """

    facts: Facts
    rules: list[Rule]
    derived: dict[int, set[int]]
    beyond: list[str] = field(default_factory=list)
    same: dict[int, tuple[int, ...]] = field(default_factory=dict)
    by_owlrl: list[ox.Triple] | None = None
    owlrl_errors: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[ox.Triple]:
        if self.by_owlrl is not None:
            yield from self.by_owlrl
            return
        term = self.facts.terms.term
        for subject, predicate, object_ in _in_order(list(self._worth_having()), term):
            yield ox.Triple(term[subject], term[predicate], term[object_])

    def __len__(self) -> int:
        return len(self.by_owlrl) if self.by_owlrl is not None else sum(1 for _ in self._worth_having())

    def lines(self) -> Iterator[str]:
        """Yield the new triples as N-Triples without the dots, in no order: what a store takes in needs none."""
        if self.by_owlrl is not None:
            yield from map(str, self.by_owlrl)
            return
        text = [str(term) for term in self.facts.terms.term]
        for subject, predicate, object_ in self._worth_having():
            yield f"{text[subject]} {text[predicate]} {text[object_]}"

    def of(self, relation: int) -> Iterator[int]:
        """Yield all facts of *relation*, asserted and derived."""
        return chain(self.facts.relations.get(relation, ()), self.derived.get(relation, ()))

    def _worth_having(self) -> Iterator[tuple[int, int, int]]:
        """Yield the derived statements that are about individuals, and no noise (see the module's text)."""
        facts, terms = self.facts, self.facts.terms
        schema = schema_terms(facts)
        # By term: whether it can be a subject, and whether an object.
        subject_ok = bytearray(
            isinstance(term, ox.NamedNode) and number not in schema and not term.value.startswith(RESERVED)
            for number, term in enumerate(terms.term)
        )
        object_ok = bytearray(not isinstance(term, ox.BlankNode) for term in terms.term)
        for relation, found in self.derived.items():
            predicate, class_ = (facts.type, ~relation) if relation < 0 else (relation, -1)
            if not worth_stating(terms.iri(predicate), terms.iri(class_) if relation < 0 else ""):
                continue
            for fact in found:
                subject, _, object_ = statement(facts, relation, fact)
                if subject_ok[subject] and object_ok[object_]:
                    yield subject, predicate, object_


def _in_order(statements: list[tuple[int, int, int]], term: list[object]) -> list[tuple[int, int, int]]:
    """Return *statements* in the order of their N-Triples."""
    used = set(chain.from_iterable(statements))
    rank = {number: place for place, number in enumerate(sorted(used, key=lambda number: str(term[number])))}
    return sorted(statements, key=lambda one: rank[one[0]] << 2 * BITS | rank[one[1]] << BITS | rank[one[2]])


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python's garbage collector from walking, time and again, through millions of facts that hold no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def closure(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """Return what is inferred from *quads* and is not among them, sorted.

    The graph a statement is in plays no part. Axioms there is no rule for go to owlrl. Raise ReasoningError where a
    property chain's list is broken.
    """
    return list(infer(quads))


@_uncollected()
def inferred_quads(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Return the `closure` of *quads*, which is derived at once, in the graph of inferred statements."""
    return as_inferred(closure(quads))


def as_inferred(derived: Iterable[ox.Triple]) -> Iterator[ox.Quad]:
    """Yield *derived* in the graph of inferred statements."""
    graph = ox.NamedNode(INFERRED_GRAPH)
    return (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in derived)


@_uncollected()
def infer(quads: Iterable[ox.Quad] | Facts, on_fallback: Callable[[list[str]], None] | None = None) -> Inference:
    """Return what is inferred from *quads*, with what is needed to look for inconsistencies.

    *on_fallback* is called, before owlrl begins, with the IRIs of the terms there is no rule for. Raise ReasoningError
    where the list of an axiom is broken.
    """
    # owlrl wants the statements again.
    kept: list[ox.Quad] | None = quads if isinstance(quads, list) else None
    facts = quads if isinstance(quads, Facts) else Facts(quads)
    doing("inferring")
    rules = read_rules(facts)
    result = Inference(facts, rules, {}, uncovered(facts, rules))
    if not result.beyond:
        work = Work(facts, rules)
        work.run()
        result.derived, result.same = work.derived, work.same
        result.beyond = work.beyond
    if result.beyond:
        if on_fallback is not None:
            on_fallback(result.beyond)
        from aligngraph.reasoning.owlrl import run_owlrl

        result.by_owlrl, result.owlrl_errors = run_owlrl(kept if kept is not None else as_quads(facts))
    return result


def as_quads(facts: Facts) -> list[ox.Quad]:
    """Return *facts* as statements, in no graph."""
    term = facts.terms.term
    return [
        ox.Quad(term[s], term[p], term[o])
        for relation, found in facts.relations.items()
        for s, p, o in (statement(facts, relation, fact) for fact in found)
    ]


class Work:
    """The facts derived so far, what is still to be looked at, and indexes for the paths."""

    def __init__(self, facts: Facts, rules: list[Rule]) -> None:
        self.facts = facts
        self.asserted = facts.relations
        self.derived: dict[int, set[int]] = defaultdict(set)
        self.same: dict[int, tuple[int, ...]] = {}
        self.beyond: list[str] = []
        self._todo: dict[int, set[int]] = dict(facts.relations)
        self._rules: dict[int, list[tuple[Rule, int]]] = defaultdict(list)
        # Only where a path needs them: what a property leads to, and from where.
        self._ends: dict[int, dict[int, list[int]]] = {}
        self._starts: dict[int, dict[int, list[int]]] = {}
        for rule in rules:
            for place, relation in enumerate(rule.body):
                self._rules[relation].append((rule, place))
                if place > 0:
                    self._ends[relation] = defaultdict(list)
                if place < len(rule.body) - 1:
                    self._starts[relation] = defaultdict(list)
        for relation in {*self._ends, *self._starts}:
            self._index(relation, self.asserted.get(relation, set()))

    def run(self) -> None:
        """Derive all that follows."""
        self.to_fixpoint()
        while self._equate():
            self.to_fixpoint()

    def add(self, relation: int, facts: set[int]) -> set[int]:
        """Take *facts* that were found to be asserted; return those that were not known to be."""
        new = facts - self.asserted.get(relation, _NONE)
        if new:
            self.asserted[relation] |= new
            # What was derived before has been looked at; it is no longer only derived.
            unseen = new - self.derived[relation]
            self.derived[relation] -= new
            self._index(relation, unseen)
            self._todo[relation] = self._todo.get(relation, set()) | unseen
        return new

    def to_fixpoint(self) -> None:
        """Infer from what was added, sameness aside."""
        while self._todo:
            relation, new = self._todo.popitem()
            for rule, place in self._rules.get(relation, ()):
                self._add(rule.head, self._conclusions(rule, place, new))

    def _conclusions(self, rule: Rule, place: int, new: set[int]) -> set[int]:
        """Return what *rule* concludes from facts *new* in the relation at *place* of its body, and any others."""
        match rule.shape:
            case Shape.MEMBER:  # cax-sco, cax-eqc1, cax-eqc2
                return set(new)
            case Shape.COPY:  # prp-spo1, prp-eqp1, prp-eqp2
                return set(new)
            case Shape.TURN:  # prp-inv1, prp-inv2, prp-symp
                return {(pair & LOW) << BITS | pair >> BITS for pair in new}
            case Shape.START:  # prp-dom
                return {pair >> BITS for pair in new}
            case Shape.END:  # prp-rng
                return {pair & LOW for pair in new}
            case Shape.PATH:  # prp-spo2, prp-trp
                return self._paths(rule.body, place, new)

    def _paths(self, steps: tuple[int, ...], place: int, new: set[int]) -> set[int]:
        """Return the two ends of each path along *steps* whose step at *place* is one of *new*."""
        for step in steps[place + 1 :]:
            ends = self._ends[step]
            new = {pair & HIGH | end for pair in new if (pair & LOW) in ends for end in ends[pair & LOW]}
        for step in reversed(steps[:place]):
            starts = self._starts[step]
            new = {
                start << BITS | pair & LOW for pair in new if (pair >> BITS) in starts for start in starts[pair >> BITS]
            }
        return set(new)

    def _add(self, relation: int, found: set[int]) -> None:
        """Keep the facts *found* that are not known, and note that they are to be looked at."""
        # Not '-=', which would walk through all that is known, however little was found.
        found = found - self.asserted.get(relation, _NONE) - self.derived[relation]
        if found:
            self.derived[relation] |= found
            self._index(relation, found)
            self._todo[relation] = self._todo[relation] | found if relation in self._todo else found
            self.on_derived(relation, found)

    def on_derived(self, relation: int, found: set[int]) -> None:
        """Take note that *found* were derived."""

    def _index(self, relation: int, new: set[int]) -> None:
        if relation in self._ends:
            ends = self._ends[relation]
            for pair in new:
                ends[pair >> BITS].append(pair & LOW)
        if relation in self._starts:
            starts = self._starts[relation]
            for pair in new:
                starts[pair & LOW].append(pair >> BITS)

    def _all(self, relation: int) -> Iterator[int]:
        return chain(self.asserted.get(relation, ()), self.derived.get(relation, ()))

    def _equate(self) -> bool:
        """Copy statements between things that are the same; tell whether any was new (eq-*, prp-*fp)."""
        same = self._things_that_are_the_same()
        if same == self.same:
            return False
        terms = self.facts.terms
        schema = schema_terms(self.facts)
        for thing in same:
            if thing in schema or thing in self.asserted or ~thing in self.asserted:
                self.beyond = [SAME_AS]  # of a term of the ontology: eq-rep-p and the tables on schema terms
                return False
        self.same = same
        same_as = terms(ox.NamedNode(SAME_AS))
        self._add(same_as, {x << BITS | y for x, others in same.items() for y in others if x != y})
        for relation in {*self.asserted, *self.derived}:
            found: set[int] = set()
            if relation < 0:
                for thing in self._all(relation):
                    found.update(same.get(thing, ()))  # eq-rep-s on rdf:type
            elif relation != same_as:
                for pair in self._all(relation):
                    start, end = pair >> BITS, pair & LOW
                    if start in same or end in same:  # eq-rep-s, eq-rep-o
                        found.update(x << BITS | y for x in same.get(start, (start,)) for y in same.get(end, (end,)))
            self._add(relation, found)
        return True

    def _things_that_are_the_same(self) -> dict[int, tuple[int, ...]]:
        """Return each thing that is the same as another, with all of its kind, itself among them (eq-sym, eq-trans)."""
        term = self.facts.terms.term
        groups: dict[int, set[int]] = {}

        def join(x: int, y: int) -> None:
            one, other = groups.setdefault(x, {x}), groups.setdefault(y, {y})
            if one is not other:
                if len(one) < len(other):
                    one, other = other, one
                one |= other
                for thing in other:
                    groups[thing] = one

        same_as = self.facts.terms.find(SAME_AS)
        if same_as is not None:
            for pair in self._all(same_as):
                if pair >> BITS != pair & LOW:
                    join(pair >> BITS, pair & LOW)
        for property_ in self.facts.members(OWL + "FunctionalProperty"):
            for _, values in several(self._all(property_)):  # prp-fp
                # Two literals are not names of one thing: if their values differ, that is an inconsistency.
                if not all(isinstance(term[value], ox.Literal) for value in values):
                    for value in values[1:]:
                        join(values[0], value)
        for property_ in self.facts.members(OWL + "InverseFunctionalProperty"):
            for _, owners in several(self._all(property_), by_end=True):  # prp-ifp
                for owner in owners[1:]:
                    join(owners[0], owner)
        return {thing: tuple(sorted(group)) for thing, group in sorted(groups.items())}
