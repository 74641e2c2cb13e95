"""The OWL 2 RL closure by owlrl, the reference of what is inferred: complete, and slow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from aligngraph.reasoning.rules import OWL, RESERVED, SAME_AS, TYPE, Facts, Terms, schema_terms, several, worth_stating

_NAME = re.compile(r"urn:aligngraph-literal:(\d+)(?::\d+)?")
# What owlrl follows to the end of a list, which it has to have.
_LISTS = ("intersectionOf", "unionOf", "oneOf", "hasKey", "propertyChainAxiom", "members", "distinctMembers")


def run_owlrl(quads: Iterable[ox.Quad]) -> tuple[list[ox.Triple], list[str]]:
    """Return what is inferred from *quads* by owlrl less the noise, sorted, and what it says of inconsistencies.

    Raise ReasoningError where the list of an axiom does not end.
    """
    from owlrl import OWLRL_Semantics
    from rdflib import Graph, Literal

    quads = list(quads)
    terms = Terms()
    facts = Facts(quads)
    lists = facts.lists()
    for name in _LISTS:
        for owner, head in facts.pairs(OWL + name):
            lists.items(head, owner, f"list of owl:{name}")
    repeated = {
        (facts.terms.term[number], facts.terms.term[owner])
        for number in facts.members(OWL + "FunctionalProperty")
        for owner, values in several(facts.relations.get(number, ()))
        if all(isinstance(facts.terms.term[value], ox.Literal) for value in values)
    }

    def stand_in(quad: ox.Quad) -> Any:
        # Literals go in as names: rdflib would change how they are written, and owlrl derives much about each of them.
        # Two literals of one functional property are an inconsistency, not the same: each is a name of its own there.
        # The number of a cardinality stays a number.
        if not isinstance(quad.object, ox.Literal) or quad.predicate.value.startswith(OWL):
            return quad.object
        owner = f":{terms(quad.subject)}" if (quad.predicate, quad.subject) in repeated else ""
        return ox.NamedNode(f"urn:aligngraph-literal:{terms(quad.object)}{owner}")

    asserted = {str(ox.Triple(quad.subject, quad.predicate, stand_in(quad))) for quad in quads}
    graph = Graph()
    graph.parse(data="".join(f"{line} .\n" for line in asserted), format="nt")
    work = OWLRL_Semantics(graph, False, False)
    work.closure()
    lines = (f"{s.n3()} {p.n3()} {o.n3()}" for s, p, o in graph if not isinstance(s, Literal))
    new = "".join(f"{line} .\n" for line in lines if line not in asserted and not _NAME.match(line, 1))
    known = {quad.triple for quad in quads}
    schema = {facts.terms.term[number] for number in schema_terms(facts)}
    derived: set[ox.Triple] = set()
    for quad in ox.parse(new, ox.RdfFormat.N_TRIPLES):
        found = _NAME.fullmatch(quad.object.value) if isinstance(quad.object, ox.NamedNode) else None
        triple = ox.Triple(quad.subject, quad.predicate, terms.term[int(found[1])] if found else quad.object)
        if triple not in known and quad.subject not in schema and _worth_having(triple):
            derived.add(triple)
    return sorted(derived, key=str), sorted(work.error_messages)


def _worth_having(triple: ox.Triple) -> bool:
    subject, predicate, object_ = triple.subject, triple.predicate, triple.object
    if not isinstance(subject, ox.NamedNode) or isinstance(object_, ox.BlankNode):
        return False
    if subject.value.startswith(RESERVED) or (predicate.value == SAME_AS and subject == object_):
        return False
    class_ = object_.value if predicate == TYPE and isinstance(object_, ox.NamedNode) else ""
    return worth_stating(predicate.value, class_)
