"""Why a thing stands where it does: what is inferred of its place in the taxonomy, each statement with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source
from aligngraph.queries.lookup import full_rows, iris
from aligngraph.rdf.namespaces import AG
from aligngraph.reasoning.asserted import Asserted
from aligngraph.reasoning.magic_sets import may_have_sameness, relevant
from aligngraph.reasoning.proofs import Proof, Statement, find_fact, prove
from aligngraph.reasoning.rules import Facts, Rule, read_rules, uncovered
from aligngraph.views.explain import asserted_in, places_in
from aligngraph.views.explanation import Explanation

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_PLACES = ("representsGoal", "evaluatesGoal", "usesApproach", "usesMethod")


class Reasons:
    """Explains the places of things in one catalogue, which does not change meanwhile."""

    def __init__(self, backend: Backend, files: Sequence[Source] = (), *, closed: bool = False) -> None:
        """Take what is asked; see `aligngraph.views.explanation.explain`."""
        self._backend = backend
        self._files = files
        self._closed = closed
        self._asserted = Asserted(backend)

    @cached_property
    def _rules(self) -> tuple[Facts, list[Rule]]:
        facts = Facts(self._asserted.axioms())
        return facts, read_rules(facts)

    @cached_property
    def _unknown_axioms(self) -> bool:
        """Whether the axioms say more than there are rules for."""
        return bool(uncovered(*self._rules))

    @cached_property
    def _sameness(self) -> bool:
        return may_have_sameness(*self._rules, self._asserted, closed=self._closed)

    def prepare(self) -> None:
        """Read the axioms now, and not when the first reason is asked for."""
        self._unknown_axioms or self._sameness  # noqa: B018  # both are kept

    def of(self, iri: str) -> list[Explanation]:
        """Return what is inferred of the place of *iri*: by property, then by concept.

        Nothing where the axioms say more than there are rules for, which give no reasons.
        """
        if self._unknown_axioms:
            return []
        axioms, rules = self._rules
        facts = axioms.copy()
        properties = " ".join(f"ag:{name}" for name in _PLACES)
        select = f"SELECT DISTINCT ?p ?o WHERE {{ VALUES ?p {{ {properties} }} {iris([iri])} ?p ?o }} ORDER BY ?p ?o"
        every: list[Statement] = [
            (ox.NamedNode(iri), ox.NamedNode(name), ox.NamedNode(value))
            for name, value in sorted(full_rows(self._backend, select), key=lambda row: (_rank(row[0]), row[1]))
        ]
        inference = relevant(facts, rules, self._asserted, every, sameness=self._sameness)
        known = {wanted: find_fact(inference, wanted) for wanted in every}
        proofs = prove(inference, [fact for fact in known.values() if fact is not None])
        found: dict[Statement, Proof] = {
            wanted: proofs[fact] for wanted, fact in known.items() if fact is not None and fact in proofs
        }
        rested = dict.fromkeys(statement for proof in found.values() for statement in asserted_in(proof))
        files = places_in(self._asserted, self._files, rested)
        return [Explanation(wanted, True, proof, files) for wanted, proof in found.items()]


def _rank(iri: str) -> int:
    return _PLACES.index(iri.removeprefix(AG))
