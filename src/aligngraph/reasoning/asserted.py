"""What a store asserts, apart from what is inferred from it: asked for a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from aligngraph.rdf.namespaces import GRAPH, INFERRED_GRAPH
from aligngraph.reasoning.rules import AXIOM_PROPERTIES, OWL, OWL_CLASSES, OWL_PROPERTIES, RDF, RDFS, TYPE
from aligngraph.sparql.backend import Embedded

if TYPE_CHECKING:
    from typing import TypeAlias

    from aligngraph.sparql.backend import Backend

    Pair: TypeAlias = tuple[Any, Any]

_MOST_VALUES = 200
_INFERRED = ox.NamedNode(INFERRED_GRAPH)
_LABEL = f"<{RDFS}label>"
_DECLARING = [*OWL_CLASSES, *(RDFS + name for name in ("Class", "Datatype")), RDF + "Property"]


def pattern(subject: str, predicate: str, object_: str, values: str = "", *, own: bool = False) -> str:
    """Return the graph pattern of what is asserted in any graph, or in the catalogue's *own*, of these *values* only.

    Each side of it begins with the values, since engines look there first.
    """
    triple = f"{subject} {predicate} {object_}"
    if own:
        return f"{{ {values} GRAPH ?g {{ {triple} }} FILTER(?g != <{INFERRED_GRAPH}> && {is_own('?g')}) }}"
    return (
        f"{{ {values} GRAPH ?g {{ {triple} }} FILTER(?g != <{INFERRED_GRAPH}>) }} UNION "
        # In many stores the default graph has all that the others have, inferred statements among it.
        f"{{ {values} {triple} FILTER NOT EXISTS {{ GRAPH ?other {{ {triple} }} }} }}"
    )


def is_own(graph: str) -> str:
    """Return the condition that the variable *graph* is a graph of the catalogue."""
    return f'STRSTARTS(STR({graph}), "{GRAPH}")'


class Asserted:
    """The statements of a store, asked of *backend*."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._embedded = backend if isinstance(backend, Embedded) else None

    def is_shared(self) -> bool:
        """Tell whether the store has graphs of others beside the catalogue's."""
        other, ours = (f"ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({no}{is_own('?g')}) }}" for no in ("!", ""))
        return self.backend.ask(other) and self.backend.ask(ours)

    def axioms(self, *, own: bool = False) -> list[ox.Quad]:
        """Return the axioms, and what is declared with which name; *own*: in the catalogue's graphs only."""
        # In one query, so that the nodes of lists keep their names.
        properties = _values("?p", (*AXIOM_PROPERTIES, *OWL_PROPERTIES))
        found = [*self._statements(f"SELECT ?s ?p ?o WHERE {{ {pattern('?s', '?p', '?o', properties, own=own)} }}")]
        classes = _values("?o", _DECLARING)
        declared = pattern("?s", str(TYPE), "?o", classes, own=own)
        found += self._statements(f"SELECT ?s ({TYPE} AS ?p) ?o WHERE {{ {declared} }}")
        named = f"{{ {declared.replace('?o', '?kind')} }} ?s {_LABEL} ?o"
        found += self._statements(f"SELECT ?s (<{RDFS}label> AS ?p) ?o WHERE {{ {named} }}")
        return found

    def pairs(self, predicate: str, starts: Iterable[object] = (), ends: Iterable[object] = ()) -> Iterator[Pair]:
        """Yield what *predicate* relates, of *starts* or to *ends*."""
        if self._embedded is not None:
            relation = ox.NamedNode(predicate)
            for start in starts:
                yield from ((quad.subject, quad.object) for quad in self._quads(start, relation, None))
            for end in ends:
                yield from ((quad.subject, quad.object) for quad in self._quads(None, relation, end))
            return
        for variable, chosen in (("?s", starts), ("?o", ends)):
            for values in _batches(variable, chosen):
                found = pattern("?s", f"<{predicate}>", "?o", values)
                yield from ((s, o) for s, o in self.backend.select(f"SELECT ?s ?o WHERE {{ {found} }}"))

    def members(self, class_: str, chosen: Iterable[object]) -> Iterator[object]:
        """Yield those of *chosen* that are asserted to be of *class_*."""
        if self._embedded is not None:
            yield from (one for one in chosen if any(self._quads(one, TYPE, ox.NamedNode(class_))))
            return
        for values in _batches("?s", chosen):
            found = pattern("?s", str(TYPE), f"<{class_}>", values)
            yield from (term for (term,) in self.backend.select(f"SELECT ?s WHERE {{ {found} }}"))

    def _quads(self, *terms: object) -> Iterator[ox.Quad]:
        """Yield the asserted statements of an embedded store that match *terms*, None for any."""
        assert self._embedded is not None
        for quad in self._embedded.quads(*terms):
            if quad.graph_name == _INFERRED:
                continue
            if isinstance(quad.graph_name, ox.DefaultGraph):
                elsewhere = self._embedded.quads(quad.subject, quad.predicate, quad.object)
                if any(other.graph_name == _INFERRED for other in elsewhere):
                    continue
            yield quad

    def has_inferred_graph(self) -> bool:
        """Tell whether the store has a graph of inferred statements."""
        return self.backend.ask(f"ASK {{ GRAPH <{INFERRED_GRAPH}> {{ ?s ?p ?o }} }}")

    def has_inferred(self, statement: Sequence[object]) -> bool:
        """Tell whether that graph has *statement*."""
        return self.backend.ask(f"ASK {{ GRAPH <{INFERRED_GRAPH}> {{ {' '.join(map(str, statement))} }} }}")

    def has_sameness(self) -> bool:
        """Tell whether it is said, or follows, of two things that they are the same."""
        triple = f"?x <{OWL}sameAs> ?y"
        return self.backend.ask(f"ASK {{ {{ {triple} }} UNION {{ GRAPH ?g {{ {triple} }} }} FILTER(?x != ?y) }}")

    def leads_to_several(self, readings: Iterable[tuple[str, bool]]) -> bool:
        """Tell whether something is related by one of *readings* to several things that are not all literals.

        These are properties, read backwards where the second is true.
        """
        sides = (
            f"{{ {pattern('?y', f'<{iri}>', '?x') if back else pattern('?x', f'<{iri}>', '?y')} }}"
            for iri, back in readings
        )
        query = (
            f"SELECT ?x WHERE {{ {' UNION '.join(sides)} }} GROUP BY ?x "
            "HAVING(COUNT(DISTINCT ?y) > 1 && SUM(IF(isLiteral(?y), 0, 1)) > 0) LIMIT 1"
        )
        return any(True for _ in self.backend.select(query))

    def everything(self) -> list[ox.Quad]:
        """Return all that is asserted."""
        return [*self._statements(f"SELECT ?s ?p ?o WHERE {{ {pattern('?s', '?p', '?o')} }} ORDER BY ?s ?p ?o")]

    def graphs(self, statement: Sequence[object]) -> list[str | None]:
        """Return the names of the graphs that have *statement*, None among them for the default graph.

        A blank node stands for any.
        """
        if self._embedded is not None:
            nodes = (None if isinstance(term, ox.BlankNode) else term for term in statement)
            return sorted({_name(quad.graph_name) for quad in self._quads(*nodes)}, key=lambda name: name or "")
        terms = [f"?b{n}" if isinstance(term, ox.BlankNode) else str(term) for n, term in enumerate(statement)]
        rows = self.backend.select(
            f"SELECT DISTINCT ?g WHERE {{ {pattern(terms[0], terms[1], terms[2])} }} ORDER BY ?g"
        )
        return [_name(graph) for (graph,) in rows]

    def mentions(self, term: object) -> bool:
        """Tell whether *term* stands anywhere, in inferred statements, too."""
        places = (f"{term} ?p ?o", f"?s {term} ?o", f"?s ?p {term}")
        sides = [
            f"{{ {triple} }} UNION {{ GRAPH ?g {{ {triple} }} }}"
            for triple in places[2 if isinstance(term, ox.Literal) else 0 :]
        ]
        return self.backend.ask(f"ASK {{ {' UNION '.join(sides)} }}")

    def near(self, statement: Sequence[object], most: int) -> Iterator[tuple[Any, Any, Any]]:
        """Yield up to *most* statements that have two terms of *statement*: best its ends, then its beginning.

        Inferred statements are among them where the store has it.
        """
        subject, predicate, object_ = statement
        count = 0
        for variable, triple, place in (
            ("?p", f"{subject} ?p {object_}", 1),
            ("?o", f"{subject} {predicate} ?o", 2),
            ("?s", f"?s {predicate} {object_}", 0),
        ):
            query = (
                f"SELECT DISTINCT {variable} WHERE {{ {{ {triple} }} UNION {{ GRAPH ?g {{ {triple} }} }} }} "
                f"ORDER BY {variable} LIMIT {most - count}"
            )
            for (term,) in self.backend.select(query):
                count += 1
                found = list(statement)
                found[place] = term
                yield found[0], found[1], found[2]
            if count == most:
                return

    def _statements(self, sparql: str) -> Iterator[ox.Quad]:
        for s, p, o in self.backend.select(sparql):
            if isinstance(s, ox.NamedNode | ox.BlankNode) and isinstance(p, ox.NamedNode) and o is not None:
                yield ox.Quad(s, p, o)


def _name(graph: object) -> str | None:
    return graph.value if isinstance(graph, ox.NamedNode) else None


def _values(variable: str, iris: Iterable[str]) -> str:
    return f"VALUES {variable} {{ {' '.join(f'<{iri}>' for iri in dict.fromkeys(iris))} }}"


def _batches(variable: str, terms: Iterable[object]) -> Iterator[str]:
    listed = list(dict.fromkeys(map(str, terms)))
    for start in range(0, len(listed), _MOST_VALUES):
        yield f"VALUES {variable} {{ {' '.join(listed[start : start + _MOST_VALUES])} }}"
