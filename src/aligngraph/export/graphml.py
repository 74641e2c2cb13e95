"""The network of works, people, venues, artifacts and concepts, as GraphML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.export.graph import RDF_TYPE, Graph, ag, graph_of
from aligngraph.rdf.namespaces import AG, PREFIXES, shorten
from aligngraph.text.xml import escape, legal, quote

if TYPE_CHECKING:
    from aligngraph.turtle.terms import Object

_NODE_CLASSES = ("Work", "Person", "Organization", "Venue", "Artifact", "Goal", "Approach", "Method")
_SKOS = PREFIXES["skos"]
# The direct links, each in one direction; what they are derived from, and their inverses, would only repeat them.
_EDGES = (
    ag("hasAuthor"),
    ag("publishedIn"),
    ag("describedBy"),
    ag("introducedBy"),
    ag("representsGoal"),
    ag("evaluatesGoal"),
    ag("usesApproach"),
    ag("usesMethod"),
    ox.NamedNode(_SKOS + "broader"),
    ox.NamedNode(_SKOS + "related"),
)
_NODE_KEYS = (("label", "string"), ("kind", "string"), ("class", "string"), ("iri", "string"), ("year", "int"))
_EDGE_KEYS = (("relation", "string"), ("ordinal", "int"))


def graphml(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield GraphML: nodes with label, kind and IRI, directed edges with their relation.

    *quads* hold the derived statements too. An edge to an author has the author's place. Characters that XML can't
    hold become U+FFFD.
    """
    graph = graph_of(quads)
    kinds = {node: kind for kind in _NODE_CLASSES for node in graph.instances(ag(kind))}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for scope, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, kind in keys:
            yield f'  <key id="{scope}-{name}" for="{scope}" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '  <graph id="aligngraph" edgedefault="directed">\n'
    for node, kind in kinds.items():
        values = {
            "label": graph.label(node) or shorten(node.value),
            "kind": kind,
            "class": _class(graph, node, kind),
            "iri": node.value,
            "year": graph.number(node, ag("firstPublicYear")),
        }
        yield f"    <node id={quote(shorten(node.value))}>{_data('node', values)}</node>\n"
    count = 0
    for node in kinds:
        places = _places(graph, node)
        for predicate in _EDGES:
            for other in graph.objects(node, predicate):
                if other not in kinds or not isinstance(other, ox.NamedNode):
                    continue
                if predicate.value == _SKOS + "related" and other.value < node.value:
                    continue  # said in both directions
                count += 1
                values = {
                    "relation": predicate.value.removeprefix(AG).removeprefix(_SKOS),
                    "ordinal": places.get(other) if predicate == ag("hasAuthor") else None,
                }
                ends = f"source={quote(shorten(node.value))} target={quote(shorten(other.value))}"
                yield f'    <edge id="e{count}" {ends}>{_data("edge", values)}</edge>\n'
    yield "  </graph>\n</graphml>\n"


def _class(graph: Graph, node: ox.NamedNode, kind: str) -> str:
    """Return the most specific class of *node* that the project names."""
    below = {class_: len(graph.subclasses(class_)) for class_ in graph.subclasses(ag(kind))}
    classes = [term for term in graph.objects(node, RDF_TYPE) if term in below and isinstance(term, ox.NamedNode)]
    return min(classes, key=lambda term: (below[term], term.value)).value.removeprefix(AG)


def _places(graph: Graph, work: ox.NamedNode) -> dict[Object, int | None]:
    return {
        author: graph.number(authorship, ag("ordinal"))
        for authorship in graph.objects(work, ag("hasAuthorship"))
        for term in (ag("person"), ag("organization"))
        for author in graph.objects(authorship, term)
    }


def _data(scope: str, values: dict[str, str | int | None]) -> str:
    return "".join(
        f'<data key="{scope}-{name}">{escape(legal(str(value)))}</data>'
        for name, value in values.items()
        if value is not None
    )
