"""What changes in what is inferred where few statements change, without going through all of them.

Delete and rederive (Gupta, Mumick, Subrahmanian 1993, "Maintaining views incrementally"): what may follow from a
statement that is gone is taken out, what still follows otherwise is put back, and what follows from new statements is
added. The store is asked for what the rules need of it, which is what is near to the change.

This holds for stores that `can_follow` speaks for. A change that could do more than the rules of the ontology say
raises `TooFarError`, and everything has to be inferred anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from aligngraph.rdf.namespaces import INFERRED_GRAPH
from aligngraph.reasoning.rules import (
    OWL,
    PLAIN_ANNOTATIONS,
    RESERVED,
    TYPE,
    Facts,
    Rule,
    Shape,
    read_rules,
    schema_terms,
    worth_stating,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    from aligngraph.reasoning.closure import Inference

    Fact: TypeAlias = tuple[Any, Any, Any]

_INFERRED = ox.NamedNode(INFERRED_GRAPH)
_ONTOLOGY = ox.NamedNode(OWL + "Ontology")
_MOST = 20_000
"""How many facts may be touched: past that, to infer everything anew is hardly slower."""

_WITHOUT_RULES = frozenset(
    OWL + name
    for name in (
        "versionInfo priorVersion backwardCompatibleWith incompatibleWith deprecated imports Ontology differentFrom"
    ).split()
)
"""Terms of OWL that data may use, and from which no statement follows: remarks, and that two things are different."""


class TooFarError(Exception):
    """The change may do more than can be followed."""


def can_follow(result: Inference, inferred: int, ontology: Facts) -> bool:
    """Tell whether changes can be followed in a store with *result*, of which *inferred* statements are kept.

    All that follows has to be in the store, by no other axioms than those of the *ontology*, and without blank nodes.
    """
    facts = result.facts
    return (
        not result.beyond
        and not result.same
        and inferred == sum(map(len, result.derived.values()))
        and _count_of_axioms(facts) == _count_of_axioms(ontology)
        and _count_of_blank_nodes(facts) == _count_of_blank_nodes(ontology)
    )


def _count_of_axioms(facts: Facts) -> int:
    iri = facts.terms.iri
    return sum(
        len(found)
        for relation, found in facts.relations.items()
        if (_is_axiom(TYPE.value, iri(~relation)) if relation < 0 else _is_axiom(iri(relation), ""))
    )


def _count_of_blank_nodes(facts: Facts) -> int:
    return sum(isinstance(term, ox.BlankNode) for term in facts.terms.term)


def _is_axiom(predicate: str, class_: str) -> bool:
    """Tell whether a statement with *predicate*, and *class_* where it is rdf:type, may give or change a rule."""
    term = class_ if predicate == TYPE.value else predicate
    return term.startswith(RESERVED) and term not in PLAIN_ANNOTATIONS and term not in _WITHOUT_RULES


def follow(
    store: ox.Store, ontology: Facts, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]
) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """Return the inferred statements that *store* loses and gains where asserted ones are *removed* and *added*.

    *store* is as it was before, and *added* are in its form of literals. Raise TooFarError.
    """
    change = _Change(store, ontology, set(removed), set(added))
    change.delete()
    change.insert()
    return change.outcome()


class _View:
    """The facts of a store, less those that are *gone*, with *new* ones."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self.gone: set[Fact] = set()
        self.new: set[Fact] = set()
        self._objects: dict[tuple[Any, Any], set[Any]] = defaultdict(set)
        self._subjects: dict[tuple[Any, Any], set[Any]] = defaultdict(set)

    def add(self, fact: Fact) -> None:
        subject, predicate, object_ = fact
        self.gone.discard(fact)
        self.new.add(fact)
        self._objects[subject, predicate].add(object_)
        self._subjects[predicate, object_].add(subject)

    def has(self, fact: Fact) -> bool:
        return fact in self.new or (fact not in self.gone and any(True for _ in self._quads(*fact)))

    def objects(self, subject: Any, predicate: Any) -> set[Any]:
        found = {quad.object for quad in self._quads(subject, predicate, None)}
        kept = {one for one in found if (subject, predicate, one) not in self.gone}
        return kept | self._objects.get((subject, predicate), set())

    def subjects(self, predicate: Any, object_: Any) -> set[Any]:
        found = {quad.subject for quad in self._quads(None, predicate, object_)}
        kept = {one for one in found if (one, predicate, object_) not in self.gone}
        return kept | self._subjects.get((predicate, object_), set())

    def graphs(self, fact: Fact) -> Iterator[ox.Quad]:
        return self._quads(*fact)

    def _quads(self, subject: Any, predicate: Any, object_: Any) -> Iterator[ox.Quad]:
        if isinstance(subject, ox.Literal):
            return iter(())
        return self._store.quads_for_pattern(subject, predicate, object_, None)


class _Change:
    """A change of asserted statements on its way through the rules."""

    def __init__(self, store: ox.Store, ontology: Facts, removed: set[ox.Quad], added: set[ox.Quad]) -> None:
        self._removed, self._added = removed, {_fact(quad) for quad in added}
        self._view = _View(store)
        self._before = _View(store)
        self._over: set[Fact] = set()
        self._touched: set[Fact] = set()
        iri, term = ontology.terms.iri, ontology.terms.term
        self._schema = {term[number] for number in schema_terms(ontology)}
        self._schema |= {quad.subject for quad in store.quads_for_pattern(None, TYPE, _ONTOLOGY, None)}
        self._by_body: dict[Any, list[tuple[Rule, int]]] = defaultdict(list)
        self._by_head: dict[Any, list[Rule]] = defaultdict(list)
        self._term = term
        for rule in read_rules(ontology):
            self._by_head[rule.head].append(rule)
            for place, relation in enumerate(rule.body):
                self._by_body[relation].append((rule, place))
        self._number = ontology.terms.number
        self._single = {term[number] for number in ontology.members(OWL + "FunctionalProperty")}
        self._single_inverse = {term[number] for number in ontology.members(OWL + "InverseFunctionalProperty")}
        for subject, predicate, object_ in {*map(_fact, removed), *self._added}:
            class_ = getattr(object_, "value", "") if predicate == TYPE else ""
            declares = predicate == TYPE and class_.startswith(RESERVED)
            if declares or _is_axiom(predicate.value, class_) or not _is_plain(subject) or not _is_plain(object_):
                raise TooFarError
        assert all(iri(relation) for relation in self._by_body if relation >= 0)

    def delete(self) -> None:
        """Take out what was asserted and is no more, and all that was concluded from it."""
        todo = [fact for fact in map(_fact, self._removed) if not self._is_asserted(fact)]
        self._over.update(todo)
        while todo:
            for fact in self._conclusions(todo.pop(), self._before):
                if fact not in self._over and not self._is_asserted(fact):
                    self._over.add(fact)
                    self._check_size()
                    todo.append(fact)
        self._view.gone = set(self._over)

    def insert(self) -> None:
        """Put back what still follows, add what is newly asserted, and conclude from both."""
        todo = [fact for fact in self._over if self._follows(fact)]
        todo += [fact for fact in self._added if not self._view.has(fact)]
        while todo:
            fact = todo.pop()
            if self._view.has(fact):
                continue
            self._view.add(fact)
            self._check_sameness(fact)
            self._check_size()
            todo += [one for one in self._conclusions(fact, self._view) if not self._view.has(one)]

    def outcome(self) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Return the inferred statements that are lost, and those that are gained."""
        lost: list[ox.Quad] = []
        gained: list[ox.Quad] = []
        for fact in {*self._over, *self._view.new, *self._added, *map(_fact, self._removed)}:
            if not isinstance(fact[0], ox.NamedNode):
                raise TooFarError
            quad = ox.Quad(*fact, _INFERRED)
            was = any(one.graph_name == _INFERRED for one in self._view.graphs(fact))
            is_inferred = self._view.has(fact) and not self._is_asserted(fact)
            if is_inferred and not self._is_kept(fact):
                raise TooFarError
            if was != is_inferred:
                (gained if is_inferred else lost).append(quad)
        return lost, gained

    def _is_asserted(self, fact: Fact) -> bool:
        """Tell whether *fact* is asserted after the change."""
        return fact in self._added or any(
            quad.graph_name != _INFERRED and quad not in self._removed for quad in self._view.graphs(fact)
        )

    def _is_kept(self, fact: Fact) -> bool:
        """Tell whether an inferred *fact* is no noise (see `aligngraph.reasoning.closure`)."""
        subject, predicate, object_ = fact
        class_ = getattr(object_, "value", "") if predicate == TYPE else ""
        return (
            subject not in self._schema
            and not subject.value.startswith(RESERVED)
            and worth_stating(predicate.value, class_)
        )

    def _check_size(self) -> None:
        if len(self._over) + len(self._view.new) > _MOST:
            raise TooFarError

    def _check_sameness(self, fact: Fact) -> None:
        """Raise TooFarError where things would be the same because of *fact* (prp-fp, prp-ifp)."""
        subject, predicate, object_ = fact
        if predicate in self._single:
            values = self._view.objects(subject, predicate)
            if len(values) > 1 and not all(isinstance(value, ox.Literal) for value in values):
                raise TooFarError
        if predicate in self._single_inverse and len(self._view.subjects(predicate, object_)) > 1:
            raise TooFarError

    def _relation(self, fact: Fact) -> int | None:
        """Return the relation of *fact* as rules number it, None where no rule has it."""
        if fact[1] == TYPE:
            number = self._number.get(fact[2])
            return None if number is None else ~number
        return self._number.get(fact[1])

    def _named(self, relation: int) -> Any:
        return self._term[~relation if relation < 0 else relation]

    def _conclusions(self, fact: Fact, view: _View) -> Iterator[Fact]:
        """Yield what rules conclude from *fact* and any others of *view*."""
        subject, _, object_ = fact
        for rule, place in self._by_body.get(self._relation(fact), ()):
            head = self._named(rule.head)
            match rule.shape:
                case Shape.MEMBER | Shape.START:
                    yield subject, TYPE, head
                case Shape.COPY:
                    yield subject, head, object_
                case Shape.TURN:
                    yield object_, head, subject
                case Shape.END:
                    yield object_, TYPE, head
                case Shape.PATH:
                    starts, ends = {subject}, {object_}
                    for step in rule.body[place + 1 :]:
                        ends = {end for one in ends for end in view.objects(one, self._named(step))}
                    for step in reversed(rule.body[:place]):
                        starts = {start for one in starts for start in view.subjects(self._named(step), one)}
                    yield from ((start, head, end) for start in starts for end in ends)

    def _follows(self, fact: Fact) -> bool:
        """Tell whether a rule concludes *fact* from what there is now."""
        relation = self._relation(fact)
        return relation is not None and any(self._concludes(rule, fact) for rule in self._by_head.get(relation, ()))

    def _concludes(self, rule: Rule, fact: Fact) -> bool:
        subject, _, object_ = fact
        first = self._named(rule.body[0])
        match rule.shape:
            case Shape.MEMBER:
                return self._view.has((subject, TYPE, first))
            case Shape.COPY:
                return self._view.has((subject, first, object_))
            case Shape.TURN:
                return self._view.has((object_, first, subject))
            case Shape.START:
                return bool(self._view.objects(subject, first))
            case Shape.END:
                return bool(self._view.subjects(first, subject))
            case Shape.PATH:
                ends = {subject}
                for step in rule.body[:-1]:
                    ends = {end for one in ends for end in self._view.objects(one, self._named(step))}
                last = self._named(rule.body[-1])
                return any(self._view.has((one, last, object_)) for one in ends)


def _fact(quad: ox.Quad) -> Fact:
    return quad.subject, quad.predicate, quad.object


def _is_plain(term: object) -> bool:
    return isinstance(term, ox.NamedNode | ox.Literal)
