"""Why a statement follows: the rules and the asserted statements that it rests on.

The rules are those of `aligngraph.reasoning.rules`. The proof found is one with the fewest statements in its tree:
facts are settled in the order of the size of their smallest proof (Knuth 1977, "A generalization of Dijkstra's
algorithm").
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import pyoxigraph as ox

from aligngraph.reasoning.closure import Inference
from aligngraph.reasoning.rules import BITS, LOW, OWL, SAME_AS, Facts, Rule, Shape, rules_of_use, statement

Known: TypeAlias = tuple[int, int]
"""A relation and a fact of it, as in `aligngraph.reasoning.rules.Facts`."""
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Statement: TypeAlias = tuple[Term, Term, Term]
"""Subject, predicate and object. Rules may make statements that RDF has no syntax for, on the way."""


@dataclass(frozen=True, slots=True)
class _Reason:
    name: str
    axiom: tuple[int, int, int] | None
    premises: tuple[Known, ...]


@dataclass(frozen=True)
class Proof:
    """A statement and what it rests on: nothing where it is asserted, else a rule, its axiom and the premises' proofs.

    *steps* are the properties of a property chain.
    """

    statement: Statement
    rule: str | None = None
    axiom: Statement | None = None
    steps: tuple[Term, ...] = ()
    premises: tuple[Proof, ...] = ()

    def parts(self) -> Iterator[tuple[Proof, int]]:
        """Yield it and the proofs it rests on, as they come in the tree, each with how deep it stands."""
        stack = [(self, 0)]
        while stack:  # proofs may be deeper than Python can nest calls
            proof, depth = stack.pop()
            yield proof, depth
            stack += [(premise, depth + 1) for premise in reversed(proof.premises)]

    def size(self) -> int:
        """Return how many statements the tree has."""
        return sum(1 for _ in self.parts())


def find_fact(inference: Inference, wanted: Statement) -> Known | None:
    """Return *wanted* as a fact that is asserted or derived, None where it is neither."""
    numbers = [inference.facts.terms.number.get(term) for term in wanted]
    subject, predicate, object_ = numbers
    if subject is None or predicate is None or object_ is None:
        return None
    type_ = inference.facts.type
    relation, fact = (~object_, subject) if predicate == type_ else (predicate, subject << BITS | object_)
    known = (inference.facts.relations.get(relation, ()), inference.derived.get(relation, ()))
    return (relation, fact) if any(fact in facts for facts in known) else None


def prove(inference: Inference, wanted: Iterable[Known]) -> Mapping[Known, Proof]:
    """Return a smallest proof of each of the facts *wanted*; those the rules don't lead to are left out."""
    targets = dict.fromkeys(wanted)
    asserted = {target for target in targets if target[1] in inference.facts.relations.get(target[0], ())}
    search = _Search(inference, [target for target in targets if target not in asserted])
    search.run()
    return {target: search.proof(target) for target in targets if target in asserted or target in search.reasons}


class _Search:
    """The smallest proofs of facts, found smallest first, until all that is wanted is settled."""

    def __init__(self, inference: Inference, wanted: Iterable[Known]) -> None:
        self.facts: Facts = inference.facts
        self.reasons: dict[Known, _Reason] = {}
        self._wanted = set(wanted)
        self._rules = rules_of_use(
            inference.rules, {relation for relation, _ in self._wanted}, all_of_them=bool(inference.same)
        )
        self._by_body: dict[int, list[tuple[Rule, int]]] = defaultdict(list)
        for rule in self._rules:
            for place, relation in enumerate(dict.fromkeys(rule.body) if len(rule.body) == 1 else rule.body):
                self._by_body[relation].append((rule, place))
        in_paths = {relation for rule in self._rules if len(rule.body) > 1 for relation in rule.body}
        self._equal = _Sameness(inference.facts) if inference.same else None
        if self._equal:
            in_paths |= self._equal.indexed
        self._ends: dict[int, dict[int, list[int]]] = {relation: defaultdict(list) for relation in in_paths}
        self._starts: dict[int, dict[int, list[int]]] = {relation: defaultdict(list) for relation in in_paths}
        self._cost: dict[Known, int] = {}
        self._heap: list[tuple[int, tuple[str, ...], int, Known, _Reason]] = []
        self._pushed = 0
        self._texts: dict[Known, str] = {}

    def run(self) -> None:
        """Settle facts until each that is wanted is."""
        if not self._wanted:
            return
        relations = self.facts.relations
        of_use = relations if self._equal else [relation for relation in relations if relation in self._by_body]
        given = [(relation, fact) for relation in of_use for fact in sorted(relations[relation])]
        for known in given:
            self._settle(known, 1)
        for known in given:
            self._push_consequences(known)
        while self._heap and self._wanted:
            cost, _, _, known, reason = heapq.heappop(self._heap)
            if known in self._cost:
                continue
            self.reasons[known] = reason
            self._settle(known, cost)
            self._push_consequences(known)
            self._wanted.discard(known)

    def proof(self, known: Known) -> Proof:
        """Return the proof of a settled or asserted fact."""
        term = self.facts.terms.term
        made: dict[Known, Proof] = {}
        stack = [known]
        while stack:
            current = stack[-1]
            reason = self.reasons.get(current)
            left = [premise for premise in reason.premises if premise not in made] if reason else []
            if left:
                stack += left
                continue
            stack.pop()
            s, p, o = statement(self.facts, *current)
            shown: Statement = (term[s], term[p], term[o])
            if reason is None:
                made[current] = Proof(shown)
                continue
            axiom = steps = None
            if reason.axiom is not None:
                a, b, c = reason.axiom
                axiom = (term[a], term[b], term[c])
                steps = [rule.body for rule in self._rules if rule.axiom == reason.axiom and reason.name == "prp-spo2"]
            made[current] = Proof(
                shown,
                reason.name,
                axiom,
                tuple(term[step] for step in steps[0]) if steps else (),
                tuple(made[premise] for premise in reason.premises),
            )
        return made[known]

    def _settle(self, known: Known, cost: int) -> None:
        relation, fact = known
        self._cost[known] = cost
        if relation in self._ends:
            self._ends[relation][fact >> BITS].append(fact & LOW)
            self._starts[relation][fact & LOW].append(fact >> BITS)
        if self._equal:
            self._equal.note(known)

    def _push_consequences(self, known: Known) -> None:
        relation, fact = known
        for rule, place in self._by_body.get(relation, ()):
            for head, premises in self._conclusions(rule, place, relation, fact):
                self._push((rule.head, head), _Reason(rule.name, rule.axiom, premises))
        if self._equal:
            for conclusion, reason in self._equal.consequences(known, self._ends, self._starts):
                self._push(conclusion, reason)

    def _push(self, known: Known, reason: _Reason) -> None:
        if known not in self._cost:
            cost = 1 + (reason.axiom is not None) + sum(self._cost[premise] for premise in reason.premises)
            self._pushed += 1
            # Between proofs of one size the text decides, so that the order in which facts were read does not.
            text = (self._text(known), reason.name, *map(self._text, reason.premises))
            heapq.heappush(self._heap, (cost, text, self._pushed, known, reason))

    def _text(self, known: Known) -> str:
        text = self._texts.get(known)
        if text is None:
            terms = self.facts.terms
            # Blank nodes have another one in each reading.
            parts = (terms.term[number] for number in statement(self.facts, *known))
            text = self._texts[known] = " ".join("_:" if isinstance(t, ox.BlankNode) else str(t) for t in parts)
        return text

    def _conclusions(self, rule: Rule, place: int, relation: int, fact: int) -> Iterator[tuple[int, tuple[Known, ...]]]:
        """Yield what *rule* concludes from *fact* and settled facts, each with the premises in order."""
        alone = ((relation, fact),)
        start, end = fact >> BITS, fact & LOW
        match rule.shape:
            case Shape.MEMBER | Shape.COPY:
                yield fact, alone
            case Shape.TURN:
                yield end << BITS | start, alone
            case Shape.START:
                yield start, alone
            case Shape.END:
                yield end, alone
            case Shape.PATH:
                before, after = rule.body[:place], rule.body[place + 1 :]
                for last, later in self._forwards(end, after):
                    for first, earlier in self._backwards(start, before):
                        yield first << BITS | last, (*earlier, *alone, *later)

    def _forwards(self, start: int, steps: tuple[int, ...]) -> Iterator[tuple[int, tuple[Known, ...]]]:
        if not steps:
            yield start, ()
            return
        for end in self._ends[steps[0]].get(start, ()):
            for last, later in self._forwards(end, steps[1:]):
                yield last, ((steps[0], start << BITS | end), *later)

    def _backwards(self, end: int, steps: tuple[int, ...]) -> Iterator[tuple[int, tuple[Known, ...]]]:
        if not steps:
            yield end, ()
            return
        for start in self._starts[steps[-1]].get(end, ()):
            for first, earlier in self._backwards(start, steps[:-1]):
                yield first, (*earlier, (steps[-1], start << BITS | end))


class _Sameness:
    """The rules that copy statements between things that are the same (eq-*), and find these (prp-fp, prp-ifp)."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._same_as = facts.terms(ox.NamedNode(SAME_AS))
        self._functional = set(facts.members(OWL + "FunctionalProperty"))
        self._inverse = set(facts.members(OWL + "InverseFunctionalProperty"))
        self.indexed = {self._same_as} | self._functional | self._inverse
        self._about: dict[int, list[Known]] = defaultdict(list)

    def note(self, known: Known) -> None:
        """Keep *known* under the things it is about."""
        relation, fact = known
        if relation < 0:
            self._about[fact].append(known)
        elif relation != self._same_as:
            for thing in {fact >> BITS, fact & LOW}:
                self._about[thing].append(known)

    def consequences(
        self, known: Known, ends: Mapping[int, dict[int, list[int]]], starts: Mapping[int, dict[int, list[int]]]
    ) -> Iterator[tuple[Known, _Reason]]:
        """Yield what is inferred from *known* and settled facts."""
        relation, fact = known
        start, end = fact >> BITS, fact & LOW
        same_as, type_ = self._same_as, self._facts.type
        if relation == same_as:
            yield (same_as, end << BITS | start), _Reason("eq-sym", None, (known,))
            for further in ends[same_as].get(end, ()):
                if further != start:
                    premises = (known, (same_as, end << BITS | further))
                    yield (same_as, start << BITS | further), _Reason("eq-trans", None, premises)
            for earlier in starts[same_as].get(start, ()):
                if earlier != end:
                    premises = ((same_as, earlier << BITS | start), known)
                    yield (same_as, earlier << BITS | end), _Reason("eq-trans", None, premises)
            for about in list(self._about.get(start, ())):
                yield from self._said_of_other(about, start, end)
            return
        things = (fact,) if relation < 0 else tuple({start: None, end: None})
        for thing in things:
            for other in list(ends[same_as].get(thing, ())):
                yield from self._said_of_other(known, thing, other)
        if relation in self._functional and not self._literal(end):
            kind = self._facts.terms(ox.NamedNode(OWL + "FunctionalProperty"))
            for other in ends[relation].get(start, ()):
                if other != end:
                    premises = (known, (relation, start << BITS | other))
                    yield (
                        (same_as, end << BITS | other),
                        _Reason("prp-fp", (relation, type_, kind), premises),
                    )
        if relation in self._inverse:
            kind = self._facts.terms(ox.NamedNode(OWL + "InverseFunctionalProperty"))
            for other in starts[relation].get(end, ()):
                if other != start:
                    premises = (known, (relation, other << BITS | end))
                    yield (
                        (same_as, start << BITS | other),
                        _Reason("prp-ifp", (relation, type_, kind), premises),
                    )

    def _literal(self, number: int) -> bool:
        return isinstance(self._facts.terms.term[number], ox.Literal)

    def _said_of_other(self, known: Known, thing: int, other: int) -> Iterator[tuple[Known, _Reason]]:
        relation, fact = known
        premises = ((self._same_as, thing << BITS | other), known)
        if relation < 0:
            yield (relation, other), _Reason("eq-rep-s", None, premises)
            return
        if fact >> BITS == thing:
            yield (relation, other << BITS | fact & LOW), _Reason("eq-rep-s", None, premises)
        if fact & LOW == thing:
            yield (relation, (fact >> BITS) << BITS | other), _Reason("eq-rep-o", None, premises)
