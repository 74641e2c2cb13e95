"""The facts that may count for or against a statement, fetched from a store as they turn out to be wanted.

The question goes backwards through the rules: what a fact could follow from is wanted next, with those of its ends that
are known (Bancilhon, Maier, Sagiv and Ullman 1986, "Magic sets and other strange ways to implement logic programs").
Along a path, what one step is found to lead to is where the next begins. So a question costs what there is around the
things it is about, however large the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import pyoxigraph as ox

from aligngraph.reasoning.asserted import Asserted
from aligngraph.reasoning.closure import Inference, Work
from aligngraph.reasoning.rules import BITS, LOW, OWL, SAME_AS, Facts, Rule, Shape, rules_of_use

Wanted: TypeAlias = tuple[int, int | None, int | None]
"""A relation, and the start and end of the facts wanted, None for any."""


class _NamelessError(Exception):
    """A path leads through a blank node, which can't be asked about."""


def relevant(
    facts: Facts,
    rules: list[Rule],
    asserted: Asserted,
    wanted: Sequence[tuple[object, object, object]],
    *,
    sameness: bool,
) -> Inference:
    """Return what is inferred about the statements *wanted*, from all that counts for them.

    *facts* are the axioms in the store *asserted*, which give *rules*; what is fetched is added to them. *sameness* is
    what `may_have_sameness` tells of the store.
    """
    if sameness:
        return _of_everything(facts, rules, asserted)
    relations = [facts.relation(predicate, object_) for _, predicate, object_ in wanted]
    search = _Search(facts, rules_of_use(rules, {*relations}, all_of_them=False), asserted)
    try:
        for relation, (subject, _, object_) in zip(relations, wanted, strict=True):
            search.want((relation, facts.terms(subject), None if relation < 0 else facts.terms(object_)))
    except _NamelessError:
        return _of_everything(facts, rules, asserted)
    return Inference(facts, rules, search.derived)


def may_have_sameness(facts: Facts, rules: list[Rule], asserted: Asserted, *, closed: bool = False) -> bool:
    """Tell whether two things in the store are said to be the same, or that may follow.

    With *closed*, the store has all that follows.
    """
    return asserted.has_sameness() or (
        not (closed or asserted.has_inferred_graph()) and _may_equate(facts, rules, asserted)
    )


def _of_everything(facts: Facts, rules: list[Rule], asserted: Asserted) -> Inference:
    facts.add(asserted.everything())
    work = Work(facts, rules)
    work.run()
    return Inference(facts, rules, work.derived, work.beyond, work.same)


class _Search(Work):
    """Fetches what is wanted, infers from it, and finds what is wanted then."""

    def __init__(self, facts: Facts, rules: list[Rule], asserted: Asserted) -> None:
        super().__init__(facts, rules)
        self._asserted = asserted
        self._by_head: dict[int, list[Rule]] = defaultdict(list)
        self._steps: dict[int, list[tuple[Rule, int]]] = defaultdict(list)
        for rule in rules:
            self._by_head[rule.head].append(rule)
            if rule.shape is Shape.PATH:
                for place, relation in enumerate(rule.body):
                    self._steps[relation].append((rule, place))
        # What each step of a path is known to lead to, and from.
        self._onwards: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._backwards: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._asked: set[Wanted] = set()
        self._waiting: list[Wanted] = []
        self._reached: set[tuple[Rule, int, int, bool]] = set()
        self._todo_reach: list[tuple[Rule, int, int, bool]] = []
        self._fresh: list[tuple[int, set[int]]] = []
        self.to_fixpoint()

    def want(self, wanted: Wanted) -> None:
        """Fetch all that counts for the facts *wanted*."""
        self._ask(wanted)
        self._go_on()
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            self._fetch(waiting)
            self.to_fixpoint()
            fresh, self._fresh = self._fresh, []
            for relation, found in fresh:
                self._step(relation, found)
            self._go_on()

    def on_derived(self, relation: int, found: set[int]) -> None:
        """Keep *found* until the paths that go through them are looked at."""
        self._fresh.append((relation, found))

    def _ask(self, wanted: Wanted) -> None:
        stack = [wanted]
        while stack:
            relation, start, end = stack.pop()
            general = {(relation, start, None), (relation, None, end)} - {(relation, None, None)}
            if self._asked & {(relation, start, end), *general}:
                continue
            self._asked.add((relation, start, end))
            self._waiting.append((relation, start, end))
            for rule in self._by_head.get(relation, ()):
                match rule.shape:
                    case Shape.MEMBER | Shape.COPY:
                        stack.append((rule.body[0], start, end))
                    case Shape.TURN:
                        stack.append((rule.body[0], end, start))
                    case Shape.START:
                        stack.append((rule.body[0], start, None))
                    case Shape.END:
                        stack.append((rule.body[0], None, start))
                    case Shape.PATH:
                        if start is not None:
                            self._todo_reach.append((rule, 0, start, True))
                        elif end is not None:
                            self._todo_reach.append((rule, len(rule.body) - 1, end, False))

    def _go_on(self) -> None:
        """Ask for the next step wherever a path has come to."""
        while self._todo_reach:
            reached = self._todo_reach.pop()
            rule, place, node, forwards = reached
            if reached in self._reached or not 0 <= place < len(rule.body):
                continue
            self._reached.add(reached)
            term = self.facts.terms.term[node]
            if isinstance(term, ox.BlankNode):
                raise _NamelessError
            relation = rule.body[place]
            self._ask((relation, node, None) if forwards else (relation, None, node))
            known = self._onwards if forwards else self._backwards
            step = 1 if forwards else -1
            self._todo_reach += [(rule, place + step, far, forwards) for far in known[relation][node]]

    def _step(self, relation: int, found: Iterable[int]) -> None:
        """Follow the paths that have come to one end of the facts *found* to the other."""
        steps = self._steps.get(relation, ())
        if not steps:
            return
        for fact in found:
            start, end = fact >> BITS, fact & LOW
            self._onwards[relation][start].append(end)
            self._backwards[relation][end].append(start)
            for rule, place in steps:
                if (rule, place, start, True) in self._reached:
                    self._todo_reach.append((rule, place + 1, end, True))
                if (rule, place, end, False) in self._reached:
                    self._todo_reach.append((rule, place - 1, start, False))

    def _fetch(self, waiting: list[Wanted]) -> None:
        starts: dict[int, list[int]] = defaultdict(list)
        ends: dict[int, list[int]] = defaultdict(list)
        for relation, start, end in waiting:
            if start is not None:
                starts[relation].append(start)
            elif end is not None:
                ends[relation].append(end)
        terms = self.facts.terms
        for relation in dict.fromkeys((*starts, *ends)):
            # Nothing is asserted of a literal, but it may follow.
            chosen = [
                term for number in starts.get(relation, ()) if not isinstance(term := self._askable(number), ox.Literal)
            ]
            iri = terms.iri(~relation if relation < 0 else relation)
            if not iri:
                raise _NamelessError
            if relation < 0:
                found = {terms(term) for term in self._asserted.members(iri, chosen)}
            else:
                others = [self._askable(number) for number in ends.get(relation, ())]
                found = {terms(s) << BITS | terms(o) for s, o in self._asserted.pairs(iri, chosen, others)}
            self._fresh.append((relation, self.add(relation, found)))

    def _askable(self, number: int) -> object:
        term = self.facts.terms.term[number]
        if isinstance(term, ox.BlankNode):
            raise _NamelessError
        return term


def _may_equate(facts: Facts, rules: list[Rule], asserted: Asserted) -> bool:
    """Tell whether it may follow of things in the store that they are the same."""
    by_head: dict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_head[rule.head].append(rule)
    if by_head.get(facts.terms(ox.NamedNode(SAME_AS))):
        return True
    for kind, turned in (("FunctionalProperty", False), ("InverseFunctionalProperty", True)):
        for property_ in facts.members(OWL + kind):
            readings = _readings(property_, by_head)
            if readings is None:
                return True
            iris = [(facts.terms.iri(relation), back != turned) for relation, back in readings]
            if not all(iri for iri, _ in iris) or asserted.leads_to_several(iris):
                return True
    return False


def _readings(property_: int, by_head: dict[int, list[Rule]]) -> list[tuple[int, bool]] | None:
    """Return the relations that *property_* can be read off, and whether backwards; None where paths lead to it."""
    found = {(property_, False): None}
    todo = [(property_, False)]
    while todo:
        relation, back = todo.pop()
        for rule in by_head.get(relation, ()):
            if rule.shape not in (Shape.COPY, Shape.TURN):
                return None
            reading = (rule.body[0], back != (rule.shape is Shape.TURN))
            if reading not in found:
                found[reading] = None
                todo.append(reading)
    return list(found)
