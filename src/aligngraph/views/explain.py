"""Why a statement holds: whether it is asserted or entailed, its proof, and the files that rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, catalogue_root, find_sources, read_quads
from aligngraph.errors import ReasoningError
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.reasoning.asserted import Asserted
from aligngraph.reasoning.magic_sets import may_have_sameness, relevant
from aligngraph.reasoning.proofs import Proof, Statement, Term, find_fact, prove
from aligngraph.reasoning.rules import Facts, read_rules, uncovered
from aligngraph.views.explanation import Explanation, listed
from aligngraph.views.typed_terms import TermReader

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_MOST_NEAR = 8


def explain(
    words: tuple[str, str, str], backend: Backend, files: Sequence[Source] = (), *, closed: bool = False
) -> Explanation:
    """Return why the statement that *words* mean is entailed by what *backend* holds.

    *files* are what that was read from, if it was; with *closed*, it has all inferred statements, too. Raise
    ArgumentError where a word means nothing, AligngraphError where it means several things, ReasoningError where
    entailment can't be decided, QueryError where the backend does not answer.
    """
    asserted = Asserted(backend)
    facts = Facts([*asserted.axioms(), *(() if files else read_quads(find_sources()[:1]))])
    rules = read_rules(facts)
    wanted = TermReader(facts, backend).read(words)
    if asserted.graphs(wanted):
        return Explanation(wanted, True, Proof(wanted), places_in(asserted, files, [wanted]))
    beyond = tuple(uncovered(facts, rules))
    if beyond:
        return _by_owlrl(asserted, wanted, beyond, closed=closed)
    sameness = may_have_sameness(facts, rules, asserted, closed=closed)
    inference = relevant(facts, rules, asserted, [wanted], sameness=sameness)
    known = find_fact(inference, wanted)
    proofs = prove(inference, [known] if known else [])
    if known is not None and known in proofs:
        proof = proofs[known]
        return Explanation(wanted, True, proof, places_in(asserted, files, asserted_in(proof)))
    return _denied(asserted, wanted)


def _by_owlrl(asserted: Asserted, wanted: Statement, beyond: tuple[str, ...], *, closed: bool) -> Explanation:
    """Return whether *wanted* is among what owlrl inferred."""
    if not closed and not asserted.has_inferred_graph():
        raise ReasoningError(
            f"the store has axioms for which there is no rule ({listed(beyond)}), and it has no graph of "
            "inferred statements: infer them with 'aligngraph infer', and load the result."
        )
    if asserted.has_inferred(wanted):
        return Explanation(wanted, True, beyond=beyond)
    return _denied(asserted, wanted, beyond)


def _denied(asserted: Asserted, wanted: Statement, beyond: tuple[str, ...] = ()) -> Explanation:
    unknown = tuple(term for term in wanted if not asserted.mentions(term))
    return Explanation(wanted, False, near=tuple(asserted.near(wanted, _MOST_NEAR)), beyond=beyond, unknown=unknown)


def places_in(
    asserted: Asserted, files: Sequence[Source], wanted: Iterable[Statement]
) -> dict[Statement, tuple[str, ...]]:
    """Return in which of *files*, or graphs of the store, each of the asserted statements *wanted* stands."""
    sources = {source.graph.value: (place, source.path) for place, source in enumerate(files)}
    found: dict[Statement, tuple[str, ...]] = {}
    left = []
    for statement in dict.fromkeys(wanted):
        graphs = asserted.graphs(statement)
        if graphs and (not files or sources.keys() >= set(graphs)):
            graphs.sort(key=lambda graph: sources[graph][0] if graph in sources else 0)
            found[statement] = tuple(
                _path(sources[graph][1]) if graph in sources else _graph_name(graph) for graph in graphs
            )
        else:
            left.append(statement)
    # What is left stands in files that name graphs of their own, or in the terms that came with the tool.
    return found | (places(files or find_sources()[:1], left) if left else {})


def _graph_name(graph: str | None) -> str:
    if graph is None:
        return "the default graph"
    return f"graph {graph.removeprefix(GRAPH)}" if graph.startswith(GRAPH) else f"<{graph}>"


def places(sources: Iterable[Source], wanted: Iterable[Statement]) -> dict[Statement, tuple[str, ...]]:
    """Return in which of *sources* each of the asserted statements *wanted* stands, as paths people can open."""
    # Each reading gives blank nodes other names: an axiom's list is known by what it belongs to.
    missing = {_key(statement): statement for statement in wanted}
    found: dict[Statement, dict[str, None]] = {}
    for source in sources:
        name = _path(source.path)
        for quad in read_quads([source]):
            statement = missing.get(_key((quad.subject, quad.predicate, quad.object)))
            if statement is not None:
                found.setdefault(statement, {})[name] = None
    return {statement: tuple(names) for statement, names in found.items()}


def _key(statement: Statement) -> tuple[Term | None, Term, Term | None]:
    subject, predicate, object_ = statement
    return (
        None if isinstance(subject, ox.BlankNode) else subject,
        predicate,
        None if isinstance(object_, ox.BlankNode) else object_,
    )


def _path(path: Path) -> str:
    whole = path.resolve()
    for root in (catalogue_root(), Path.cwd()):
        if whole.is_relative_to(root):
            return str(whole.relative_to(root))
    return str(path)


def asserted_in(proof: Proof) -> Iterator[Statement]:
    """Yield the asserted statements that *proof* rests on, axioms among them."""
    for part, _ in proof.parts():
        if part.rule is None:
            yield part.statement
        if part.axiom is not None:
            yield part.axiom
