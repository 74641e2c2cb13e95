"""The engines that check a graph against shapes: the Rust package `shacl`, and pySHACL, which is the definition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from aligngraph.catalogue.sources import read_bytes
from aligngraph.errors import AligngraphError
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.rdf.terms import Node
from aligngraph.text.logging import quiet
from aligngraph.validation.shapes import SH, Shapes, by_node, iri_of, of_engine

if TYPE_CHECKING:
    from rdflib import Graph

_STRING = PREFIXES["xsd"] + "string"
_BLANK = re.compile(r"(?:^|(?<=> ))_:([^ ]+)", re.MULTILINE)
"""A blank node in a line of N-Triples."""
_PLACE = re.compile(r"\\\{\\?[?$]\w+\\\}")
"""A place in the message of a query (SHACL 5.3.2) that a value is filled in at, in a message escaped for a pattern."""
_RELABELLED = re.compile(r"_:(0_b[0-9]+)")
ENGINES = ("shacl", "pyshacl")


class EngineError(AligngraphError):
    """An engine is missing, or gave up."""


@dataclass(frozen=True)
class Result:
    """One validation result (SHACL 3.6), as an engine gives it."""

    focus: Node
    shape: Node
    component: str
    severity: str
    """Its IRI."""
    path: str | None
    """The property, where the path is a single one."""
    value: Node | None
    messages: tuple[ox.Literal, ...]
    """What the shapes file says of it, values filled in; empty where it leaves that to the engine."""


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
        return list(run(shapes, triples))
    except EngineError:
        raise
    except Exception as error:  # of any kind: what is asked for stands in a file of the user's
        raise EngineError(f"{shapes.path}: the SHACL engine {engine!r} gave up: {error}") from error


def _run_shacl(shapes: Shapes, triples: Sequence[ox.Triple]) -> Iterator[Result]:
    engine, start = _shacl(as_text(shapes.engine_triples, ox.RdfFormat.N_TRIPLES))
    data = as_text(triples, ox.RdfFormat.N_TRIPLES)
    report = engine.validate_text(data, "ntriples").serialize("ntriples")
    # It numbers blank nodes anew: those of the shapes first, those of the data after them, in order of first mention.
    labels = {f"0_b{number}": label for number, label in enumerate(dict.fromkeys(_BLANK.findall(data)), start)}

    def own(term: Node) -> Node:
        if isinstance(term, ox.BlankNode) and term.value in labels:
            return ox.BlankNode(labels[term.value])
        if labels and isinstance(term, ox.Literal) and _RELABELLED.search(term.value):
            value = _RELABELLED.sub(lambda match: labels.get(match[1], match[0]), term.value)
            return ox.Literal(value, language=term.language) if term.language else ox.Literal(value)
        return term

    quads = ox.parse(report, ox.RdfFormat.N_TRIPLES)
    yield from _results(((quad.subject, quad.predicate.value, own(quad.object)) for quad in quads), shapes)


@lru_cache(maxsize=1)
def _shacl(text: str) -> tuple[Any, int]:
    """Return the engine for the shapes in *text*, and how many blank nodes they have."""
    import shacl

    return shacl.Shapes.from_text(text, "ntriples"), len(dict.fromkeys(_BLANK.findall(text)))


def _results(report: Iterable[tuple[Node, str, Node]], shapes: Shapes) -> Iterator[Result]:
    """Yield the results in *report*, the statements of a validation report."""
    said = by_node(report)
    # Results may have others inside them, as detail.
    for result in [node for values in said.values() for node in values.get(SH + "result", ())]:
        values = said[result]
        one = {predicate.removeprefix(SH): found[0] for predicate, found in values.items()}
        component, path = iri_of(one["sourceConstraintComponent"]), one.get("resultPath")
        shape = of_engine(one["sourceShape"])
        yield Result(
            one["focusNode"],
            shape,
            component,
            iri_of(one["resultSeverity"]),
            path.value if isinstance(path, ox.NamedNode) else None,
            one.get("value"),
            _given(
                [message.value for message in values.get(SH + "resultMessage", ()) if isinstance(message, ox.Literal)],
                [*map(of_engine, values.get(SH + "sourceConstraint", ())), *_validators(component, shapes)],
                shape,
                shapes,
            ),
        )


def _given(texts: Sequence[str], inside: Sequence[Node], shape: Node, shapes: Shapes) -> tuple[ox.Literal, ...]:
    """Return those of *texts* that the shapes file gives, with its languages: *inside* a constraint, else of *shape*.

    Engines have texts of their own where the file has none, and pySHACL loses the language where values are filled in.
    """
    for nodes in (inside, [shape]):
        found = []
        templates = [text for node in nodes for text in shapes.nodes.get(node, {}).get(SH + "message", ())]
        for template in templates:
            if isinstance(template, ox.Literal):
                pattern = re.compile(_PLACE.sub(".*", re.escape(template.value)), re.DOTALL)
                matches = (text for text in texts if pattern.fullmatch(text))
                found += [ox.Literal(text, language=template.language) for text in matches]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _validators(component: str, shapes: Shapes) -> list[Node]:
    """Return where a constraint component of the shapes file may have its message (SHACL 6.2)."""
    said = shapes.nodes.get(ox.NamedNode(component), {})
    return [node for name in ("validator", "nodeValidator", "propertyValidator") for node in said.get(SH + name, ())]


def as_text(triples: Iterable[ox.Triple], rdf_format: ox.RdfFormat, prefixes: Mapping[str, str] | None = None) -> str:
    """Return *triples* in *rdf_format*, literals as written."""
    written = ox.serialize(triples, format=rdf_format, prefixes=dict(prefixes) if prefixes else None)
    return (written or b"").decode("utf-8")


@lru_cache(maxsize=4096)
def term_of(text: str) -> Node:
    """Return the term that *text* is in N-Triples."""
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    term: Node = next(iter(ox.parse(f"<x:s> <x:p> {text} .", ox.RdfFormat.N_TRIPLES))).object
    return term


def _run_pyshacl(shapes: Shapes, triples: Sequence[ox.Triple]) -> Iterator[Result]:
    import pyshacl
    from rdflib import Graph

    # What can't be read as a number is found by the shapes.
    with quiet("rdflib.term"):
        rules, data = _graph(shapes.engine_triples), _graph(triples)
        # It takes prefixes that a query has but the shapes don't declare (SHACL 5.2.1) from the files.
        parser = ox.parse(read_bytes(shapes.path), ox.RdfFormat.TURTLE, base_iri=shapes.path.resolve().as_uri())
        list(parser)
        for prefix, space in {**parser.prefixes, **_declared(shapes)}.items():
            data.bind(prefix, space)
        _, report, text = pyshacl.validate(data, shacl_graph=rules, inference="none", advanced=False)
    if not isinstance(report, Graph):
        raise EngineError(f"{shapes.path}: the SHACL engine 'pyshacl' gave up: {text}")
    yield from _results(((_from_rdflib(s), str(p), _from_rdflib(o)) for s, p, o in report), shapes)


def _declared(shapes: Shapes) -> dict[str, str]:
    """Return the prefixes that the shapes file declares: pySHACL passes over those of what a declaration imports."""
    found = {}
    for values in shapes.nodes.values():
        for prefix, space in zip(values.get(SH + "prefix", ()), values.get(SH + "namespace", ()), strict=False):
            if isinstance(prefix, ox.Literal) and isinstance(space, ox.Literal):
                found[prefix.value] = space.value
    return found


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
        literal = Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
        if literal.ill_typed:
            return IllTyped(term.value, datatype=literal.datatype, normalize=False)
        return literal

    class IllTyped(Literal):
        """A number that is none, or the like: it can't be compared, so it is no less than others (SHACL 4.5.4)."""

        __slots__ = ()

        def _is_not(self, other: object) -> bool:
            return False

        __lt__ = __le__ = __gt__ = __ge__ = _is_not

    class Prepared(Graph):
        """Parses a query once: pySHACL asks the same one of every focus node."""

        def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(query_object, str):
                spaces = ((prefix, str(space)) for prefix, space in self.namespaces())
                query_object = _prepared(query_object, frozenset(spaces))
            return super().query(query_object, *args, **kwargs)

    graph = Prepared(bind_namespaces="none")
    for triple in triples:
        graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph


@lru_cache(maxsize=256)
def _prepared(query: str, namespaces: frozenset[tuple[str, str]]) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    return prepareQuery(query, initNs=dict(namespaces))


def _from_rdflib(term: Any) -> Node:
    from rdflib import BNode, Literal

    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or _STRING)))
    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))
