"""Inferred statements, worked out inside a store: the rules as SPARQL 1.1 Update, run until nothing new follows.

The rules are those of `aligngraph.reasoning.rules`, with the properties and classes of the catalogue's ontology, and of
the store's own axioms, filled in. Only the graph of inferred statements is changed: it is emptied, filled, and cleared
of what is not worth having (see `aligngraph.reasoning.closure`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.errors import ReasoningError
from aligngraph.rdf.namespaces import INFERRED_GRAPH, shorten
from aligngraph.reasoning.asserted import Asserted, is_own
from aligngraph.reasoning.rules import (
    OWL,
    RESERVED,
    SAME_AS,
    TYPE,
    Facts,
    Rule,
    Shape,
    read_rules,
    schema_terms,
    uncovered,
)

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_INFERRED = f"<{INFERRED_GRAPH}>"
_COUNT = f"SELECT (COUNT(*) AS ?count) WHERE {{ GRAPH {_INFERRED} {{ ?s ?p ?o }} }}"
_MARK = f"GRAPH {_INFERRED} {{ {_INFERRED} {_INFERRED} {_INFERRED} }}"
_MOST_SCHEMA_TERMS = 500


class Updater(Protocol):
    """Anything that takes SPARQL updates."""

    def update(self, sparql: str) -> None:
        """Carry out *sparql*; raise an AligngraphError where that fails."""
        ...


@dataclass(frozen=True)
class Stage:
    """Updates to run one after the other: once, or *repeated* until they add nothing."""

    updates: tuple[str, ...]
    repeated: bool


@dataclass(frozen=True)
class Plan:
    """All the updates: *clear* first, then the stages in order, then *tidy*."""

    clear: str
    stages: tuple[Stage, ...]
    tidy: tuple[str, ...]

    def updates(self) -> Iterator[str]:
        """Yield every update once, in order."""
        yield self.clear
        for stage in self.stages:
            yield from stage.updates
        yield from self.tidy


def plan(backend: Backend) -> Plan:
    """Return the updates that infer statements in the store behind *backend*.

    Raise ReasoningError where its axioms, or that things are the same, need more than updates, or a property chain is
    broken. Graphs of others in the same store are left out of account.
    """
    own = Asserted(backend).is_shared()
    facts = Facts([*read_quads(find_sources()[:1]), *Asserted(backend).axioms(own=own)])
    rules = read_rules(facts)
    beyond = [shorten(iri) for iri in uncovered(facts, rules)]
    if any(not facts.terms.iri(relation if relation >= 0 else ~relation) for rule in rules for relation in rule.body):
        beyond.append("a property or class that is a blank node")
    if beyond:
        raise ReasoningError(
            f"the store has axioms that these updates can't handle ({', '.join(beyond)}). Infer with "
            "'aligngraph infer --data' on the same data, and load the result."
        )
    if backend.ask(f"ASK {{ {_pattern(f'?x <{SAME_AS}> ?y', own=own)} FILTER(?x != ?y) }}"):
        raise _no_sameness(f"the store asserts {shorten(SAME_AS)}")
    if literals := _through_literals(facts, rules, backend, own=own):
        raise ReasoningError(
            f"the store has texts or numbers for values of {literals}, and more is inferred through them than updates "
            "can derive. Correct the data, or infer with 'aligngraph infer --data', and load the result."
        )
    default = not own and backend.ask("ASK { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }")
    writer = _Writer(facts, default_graph=default, own=own)
    rules = [rule for rule in rules if facts.terms.iri(rule.head if rule.head >= 0 else ~rule.head)]
    stages = tuple(
        Stage(tuple(writer.update(rule) for rule in group), repeated) for group, repeated in _in_stages(rules)
    )
    return Plan(f"CLEAR SILENT GRAPH {_INFERRED}", stages, tuple(writer.tidy()))


def _through_literals(facts: Facts, rules: Sequence[Rule], backend: Backend, *, own: bool) -> str:
    """Return the properties with literals for values from whose inverses more follows; '' where there are none.

    That a literal is related to something can't be asserted, nor what is inferred from it.
    """
    by_body: dict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        for relation in set(rule.body):
            by_body[relation].append(rule)
    properties = sorted(relation for relation in by_body if relation >= 0)
    given = {one: _values_of(by_body, one) for one in properties}
    suspects = {
        source
        for one in properties
        if _says_more_of_values(by_body, one)
        for source in properties
        if one in given[source]
    }
    names = []
    for property_ in sorted(suspects):
        pattern = _pattern(f"?x {in_sparql(facts.terms.iri(property_))} ?y", own=own)
        if backend.ask(f"ASK {{ {pattern} FILTER(isLiteral(?y)) }}"):
            names.append(shorten(facts.terms.iri(property_)))
    return ", ".join(names)


def _says_more_of_values(by_body: Mapping[int, Sequence[Rule]], property_: int) -> bool:
    """Tell whether from inverses of *property_* follows what does not follow from itself."""
    copies = _copies(by_body, property_)
    turned = {
        further
        for one in copies
        for rule in by_body[one]
        if rule.shape is Shape.TURN
        for further in _copies(by_body, rule.head)
    }
    types = {rule.head for one in copies for rule in by_body[one] if rule.shape is Shape.START}
    return any(
        rule.shape is Shape.PATH
        or (rule.shape is Shape.TURN and rule.head not in copies)
        or (rule.shape is Shape.END and rule.head not in types)
        for one in turned
        for rule in by_body[one]
    )


def _copies(by_body: Mapping[int, Sequence[Rule]], relation: int) -> set[int]:
    """Return *relation* and those that every fact of it is one of, too."""
    return _heads(by_body, relation, lambda rule, _: rule.shape is Shape.COPY)


def _values_of(by_body: Mapping[int, Sequence[Rule]], relation: int) -> set[int]:
    """Return *relation* and those that get its values for theirs."""

    def passes_on(rule: Rule, one: int) -> bool:
        return rule.shape is Shape.COPY or (rule.shape is Shape.PATH and rule.body[-1] == one)

    return _heads(by_body, relation, passes_on)


def _heads(by_body: Mapping[int, Sequence[Rule]], relation: int, chosen: Callable[[Rule, int], bool]) -> set[int]:
    """Return *relation* and the heads that rules *chosen* lead to from it, in any number of steps."""
    found, todo = {relation}, [relation]
    while todo:
        one = todo.pop()
        for rule in by_body.get(one, ()):
            if chosen(rule, one) and rule.head not in found:
                found.add(rule.head)
                todo.append(rule.head)
    return found


def check_updates(backend: Backend, updater: Updater) -> None:
    """Raise ReasoningError where *backend* does not see what *updater* changes; leave all as it was.

    A mark in the graph of inferred statements shows it. Raise what *updater* raises, too.
    """
    updater.update(f"INSERT DATA {{ {_MARK} }}")
    try:
        if not backend.ask(f"ASK {{ {_MARK} }}"):
            raise ReasoningError(
                "the store accepted an update, but queries do not see its result. Does the address for updates "
                "belong to the same store? Pass --update-endpoint."
            )
    finally:
        updater.update(f"DELETE DATA {{ {_MARK} }}")


def materialise(
    backend: Backend, updater: Updater, updates: Plan, on_stage: Callable[[int, int], None] | None = None
) -> int:
    """Run *updates* through *updater*, and return how many statements then follow, by *backend* of the same store.

    *on_stage* is called after each stage with how many are done, of how many. Raise ReasoningError where the store
    does not do what it is asked, and what *updater* raises.
    """
    updater.update(updates.clear)
    if _count(backend) != 0:
        raise ReasoningError(
            f"the store accepted the request to empty {_INFERRED}, but statements are still in it. Empty it with the "
            f"store's own tools."
        )
    for place, stage in enumerate(updates.stages, 1):
        before = _count(backend) if stage.repeated else None
        while True:
            for update in stage.updates:
                updater.update(update)
            known = _count(backend) if stage.repeated else None
            if known == before:
                break
            before = known
        if on_stage is not None:
            on_stage(place, len(updates.stages))
    for update in updates.tidy:
        updater.update(update)
    return _count(backend)


def check_sameness(backend: Backend) -> None:
    """Raise ReasoningError where things in the store would be the same, by a property that says so."""
    own = Asserted(backend).is_shared()
    facts = Facts([*read_quads(find_sources()[:1]), *Asserted(backend).axioms(own=own)])
    for kind, one, pattern in (
        ("FunctionalProperty", "?y1", "?x {0} ?y1 . {sep} ?x {0} ?y2"),
        ("InverseFunctionalProperty", "?x1", "?x1 {0} ?y . {sep} ?x2 {0} ?y"),
    ):
        other = one.replace("1", "2")
        for number in facts.members(OWL + kind):
            property_ = in_sparql(facts.terms.iri(number))
            left, right = pattern.format(property_, sep="\0").split(" . \0 ")
            differ = f"FILTER({one} != {other} && !(isLiteral({one}) && isLiteral({other})))"
            sides = " ".join(_pattern(side, own=own) for side in (left, right))
            query = f"SELECT {one} {other} WHERE {{ {sides} {differ} }} LIMIT 1"
            for row in backend.select(query):
                names = " and ".join(
                    shorten(term.value) if isinstance(term, ox.NamedNode) else str(term) for term in row
                )
                raise _no_sameness(f"{shorten(facts.terms.iri(number))} would make {names} the same")


def in_sparql(iri: str) -> str:
    """Return *iri* as SPARQL writes it. Raise ReasoningError where that is not an IRI: stores let some pass."""
    try:
        return str(ox.NamedNode(iri))
    except ValueError as error:
        raise ReasoningError(f"the store has an axiom on {iri!r}, which is not an IRI: correct it there.") from error


def _no_sameness(reason: str) -> ReasoningError:
    return ReasoningError(
        f"{reason}, and the updates can't copy the statements about one to the other. Correct the data, or infer "
        f"with 'aligngraph infer --data' on the same data, and load the result."
    )


def _pattern(triple: str, *, own: bool) -> str:
    """Return the graph pattern for *triple* in any graph, or in the catalogue's *own*."""
    if own:
        return f"{{ GRAPH ?g_ {{ {triple} }} FILTER({is_own('?g_')}) }}"
    return f"{{ {{ {triple} }} UNION {{ GRAPH ?g_ {{ {triple} }} }} }}"


def _count(backend: Backend) -> int:
    for (count,) in backend.select(_COUNT):
        assert isinstance(count, ox.Literal)
        return int(count.value)
    raise ReasoningError("the store does not say how many statements are inferred.")


def _in_stages(rules: Sequence[Rule]) -> Iterator[tuple[list[Rule], bool]]:
    """Yield *rules* in groups, each after all it draws on, and whether a group's rules feed each other."""
    by_body: dict[int, list[int]] = defaultdict(list)
    for place, rule in enumerate(rules):
        for relation in set(rule.body):
            by_body[relation].append(place)
    feeds = [sorted(by_body[rule.head]) for rule in rules]
    for group in _strong_components(feeds):
        repeated = len(group) > 1 or group[0] in feeds[group[0]]
        yield [rules[place] for place in sorted(group)], repeated


def _strong_components(feeds: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the sets of nodes that lead to each other, each before those it leads to (Tarjan 1972)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    found: list[list[int]] = []
    for root in range(len(feeds)):
        stack = [] if root in order else [(root, 0)]
        while stack:
            node, place = stack.pop()
            if place == 0:
                order[node] = low[node] = len(order)
                open_.append(node)
            for position in range(place, len(feeds[node])):
                after = feeds[node][position]
                if after not in order:
                    stack += [(node, position + 1), (after, 0)]
                    break
                if after in open_:
                    low[node] = min(low[node], order[after])
            else:
                if low[node] == order[node]:
                    cut = open_.index(node)
                    found.append(open_[cut:])
                    del open_[cut:]
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[node])
    return found[::-1]


class _Writer:
    """Writes rules as updates."""

    def __init__(self, facts: Facts, *, default_graph: bool, own: bool) -> None:
        self._facts = facts
        self._own = own
        self._default = default_graph

    def _iri(self, number: int) -> str:
        return in_sparql(self._facts.terms.iri(number))

    def _atom(self, place: int, triple: str) -> str:
        named = f"GRAPH ?g{place} {{ {triple} }}" + (f" FILTER({is_own(f'?g{place}')})" if self._own else "")
        return f"{{ {{ {triple} }} UNION {{ {named} }} }}" if self._default else named

    def update(self, rule: Rule) -> str:
        """Return *rule* as an update, its name in a comment."""
        body = [self._iri(~relation if relation < 0 else relation) for relation in rule.body]
        head = self._iri(~rule.head if rule.head < 0 else rule.head)
        match rule.shape:
            case Shape.MEMBER:
                where, conclusion, subject = [f"?x {TYPE} {body[0]}"], f"?x {TYPE} {head}", "?x"
            case Shape.COPY:
                where, conclusion, subject = [f"?x {body[0]} ?y"], f"?x {head} ?y", "?x"
            case Shape.TURN:
                where, conclusion, subject = [f"?x {body[0]} ?y"], f"?y {head} ?x", "?y"
            case Shape.START:
                where, conclusion, subject = [f"?x {body[0]} ?y"], f"?x {TYPE} {head}", "?x"
            case Shape.END:
                where, conclusion, subject = [f"?x {body[0]} ?y"], f"?y {TYPE} {head}", "?y"
            case Shape.PATH:
                where = [f"?x{place} {step} ?x{place + 1}" for place, step in enumerate(body)]
                conclusion, subject = f"?x0 {head} ?x{len(body)}", "?x0"
        lines = [f"  {self._atom(place, triple)}" for place, triple in enumerate(where)]
        if subject == "?y":
            lines.append("  FILTER(!isLiteral(?y))")
        lines.append(f"  FILTER NOT EXISTS {{ {self._atom(len(where), conclusion)} }}")
        return "\n".join(
            [f"# {rule.name}", f"INSERT {{ GRAPH {_INFERRED} {{ {conclusion} }} }}", "WHERE {", *lines, "}"]
        )

    def tidy(self) -> Iterator[str]:
        """Yield what takes out statements that are not worth having: on blank nodes, and on terms of the ontology."""
        graph = f"GRAPH {_INFERRED} {{ ?s ?p ?o }}"
        reserved = " || ".join(f'STRSTARTS(STR(?s), "{space}")' for space in RESERVED)
        yield (
            "# not worth having\n"
            f"DELETE {{ {graph} }}\nWHERE {{\n  {graph}\n  FILTER(isBlank(?s) || isBlank(?o) || {reserved})\n}}"
        )
        terms = [self._iri(number) for number in sorted(schema_terms(self._facts)) if self._facts.terms.iri(number)]
        for start in range(0, len(terms), _MOST_SCHEMA_TERMS):
            values = " ".join(terms[start : start + _MOST_SCHEMA_TERMS])
            yield f"# about terms\nDELETE {{ {graph} }}\nWHERE {{\n  VALUES ?s {{ {values} }}\n  {graph}\n}}"


def as_text(updates: Iterable[str]) -> Iterator[str]:
    """Yield *updates* as one text of SPARQL Update, in order."""
    for place, update in enumerate(updates):
        yield (";\n\n" if place else "") + update
    yield "\n"
