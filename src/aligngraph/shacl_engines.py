"""The engines that check a graph against shapes: the Rust package `shacl`, and pySHACL, which is the definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from aligngraph.errors import AligngraphError
from aligngraph.shapes import SH, Node, Shapes

if TYPE_CHECKING:
    from rdflib import Graph

ENGINES = ("shacl", "pyshacl")


class EngineError(AligngraphError):
    """An engine is missing, or gave up."""


@dataclass(frozen=True)
class Result:
    """One validation result (SHACL 3.6), as an engine gives it."""

    focus: Node
    shape: str
    component: str
    severity: str
    path: str | None
    """The property, where the path is a single one."""
    value: Node | None


def choose_engine(wanted: str | None = None) -> str:
    """Return the engine to use: *wanted*, else `shacl` where it is installed, else `pyshacl`.

    Raise EngineError where *wanted* is unknown or not installed.
    """
    if wanted is None:
        return "shacl" if find_spec("shacl") else "pyshacl"
    if wanted not in ENGINES:
        raise EngineError(f"no SHACL engine named {wanted!r}: there are {' and '.join(ENGINES)}.")
    if not find_spec(wanted):
        raise EngineError(f"the SHACL engine {wanted!r} is not installed: pip install {wanted}.")
    return wanted


def run_engine(engine: str, shapes: Shapes, triples: Sequence[ox.Triple]) -> list[Result]:
    """Return what *engine* finds in *triples*; raise EngineError where it gives up."""
    run = _run_shacl if engine == "shacl" else _run_pyshacl
    try:
        results = list(run(shapes, triples))
    except (ValueError, RuntimeError) as error:
        raise EngineError(f"{shapes.path}: the SHACL engine {engine!r} gave up: {error}") from error
    # A constraint of an unnamed shape would be reported under no name that means anything.
    return [result for result in results if result.shape in shapes.rules]


def _run_shacl(shapes: Shapes, triples: Sequence[ox.Triple]) -> Iterator[Result]:
    import shacl

    compiled = shacl.Shapes.from_turtle(shapes.text.decode("utf-8"))
    report = compiled.validate_text(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES).decode("utf-8"), "ntriples")
    for found in report.results:
        path = found.path
        yield Result(
            _term(found.focus_node),
            _bare(found.source_shape) or _bare(found.root_shape) or "",
            found.component_iri.strip("<>"),
            found.severity.lower(),
            _bare(path),
            None if found.value is None else _term(found.value),
        )


def _bare(iri: str | None) -> str | None:
    simple = iri is not None and iri.startswith("<") and iri.endswith(">") and iri.find(">") == len(iri) - 1
    return iri[1:-1] if iri is not None and simple else None


@lru_cache(maxsize=4096)
def _term(text: str) -> Node:
    if text.startswith("_:"):
        return ox.BlankNode(text[2:].replace(":", "_"))
    quad = next(iter(ox.parse(f"<x:s> <x:p> {text} .", ox.RdfFormat.N_TRIPLES)))
    return quad.object


def _run_pyshacl(shapes: Shapes, triples: Sequence[ox.Triple]) -> Iterator[Result]:
    import pyshacl
    from rdflib import RDF, Namespace

    sh = Namespace(SH)
    rules = _graph(quad.triple for quad in ox.parse(shapes.text, ox.RdfFormat.TURTLE))
    _, report, text = pyshacl.validate(_graph(triples), shacl_graph=rules, inference="none", advanced=False)
    if not hasattr(report, "value"):
        raise EngineError(f"{shapes.path}: the SHACL engine 'pyshacl' gave up: {text}")
    for result in report.subjects(RDF.type, sh.ValidationResult):
        path, value = report.value(result, sh.resultPath), report.value(result, sh.value)
        yield Result(
            _from_rdflib(report.value(result, sh.focusNode)),
            str(report.value(result, sh.sourceShape)),
            str(report.value(result, sh.sourceConstraintComponent)),
            str(report.value(result, sh.resultSeverity)).removeprefix(SH).lower(),
            str(path) if type(path).__name__ == "URIRef" else None,
            None if value is None else _from_rdflib(value),
        )


def _graph(triples: Iterable[ox.Triple]) -> Graph:
    """Return *triples* as an rdflib graph, literals as written: rdflib's own parsers would rewrite numbers."""
    from rdflib import BNode, Graph, Literal, URIRef

    def convert(term: Node) -> Any:
        if isinstance(term, ox.NamedNode):
            return URIRef(term.value)
        if isinstance(term, ox.BlankNode):
            return BNode(term.value)
        if isinstance(term, ox.Triple):
            raise EngineError("a statement about a statement (RDF 1.2) can't be checked with pyshacl.")
        if term.language:
            return Literal(term.value, lang=term.language)
        if term.datatype.value == _STRING:
            return Literal(term.value)
        return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)

    graph = Graph(bind_namespaces="none")
    for triple in triples:
        graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph


_STRING = "http://www.w3.org/2001/XMLSchema#string"


def _from_rdflib(term: Any) -> Node:
    from rdflib import BNode, Literal

    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or _STRING)))
    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))
