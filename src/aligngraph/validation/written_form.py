"""Rules about how files write their statements, which SHACL can't see: it is given what is meant, not what is written.

Each has a deactivated shape in the shapes file, which holds its message and severity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pyoxigraph as ox

from aligngraph.catalogue.labels import GRAPH_OF_LABELS
from aligngraph.rdf.namespaces import AG, AGS, BASE, KINDS, PREFIXES, shorten
from aligngraph.rdf.terms import Node
from aligngraph.validation.shapes import iri_of

# Other things, such as the catalogue itself, may be described in parts.
_KINDS = tuple(f"{BASE}{kind}/" for kind in KINDS)
_XSD = PREFIXES["xsd"]
_PLAIN = {
    _XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    _XSD + "boolean": re.compile(r"true|false"),
    _XSD + "decimal": re.compile(r"-?(?:0|[1-9][0-9]*)\.(?:0|[0-9]*[1-9])"),
    _XSD + "dateTime": re.compile(
        r"-?[0-9]{4,}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T[0-9]{2}:[0-9]{2}:[0-9]{2}"
        r"(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
    ),
}
_RDF, _RDFS, _OWL = (PREFIXES[name] for name in ("rdf", "rdfs", "owl"))
_TYPE = _RDF + "type"
# What a catalogue beside another may say of the other's concepts: that its own are narrower than these, or related.
_BESIDE = (PREFIXES["skos"] + "narrower", PREFIXES["skos"] + "related")
# What RDF, RDFS and OWL 2 have without being declared, as far as data needs it.
_BUILT_IN = frozenset(
    [_RDF + name for name in ("type", "first", "rest", "value", "Property", "List")]
    + [_RDFS + name for name in "label comment seeAlso isDefinedBy subClassOf subPropertyOf domain range Class".split()]
    + [
        _OWL + name
        for name in (
            "sameAs differentFrom deprecated versionInfo versionIRI priorVersion imports inverseOf disjointWith "
            "equivalentClass equivalentProperty propertyChainAxiom propertyDisjointWith hasKey members distinctMembers "
            "AllDifferent AllDisjointClasses Axiom annotatedSource annotatedProperty annotatedTarget Ontology Class "
            "ObjectProperty DatatypeProperty AnnotationProperty NamedIndividual Thing FunctionalProperty "
            "InverseFunctionalProperty TransitiveProperty SymmetricProperty AsymmetricProperty ReflexiveProperty "
            "IrreflexiveProperty"
        ).split()
    ]
)
_STRAY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd-\uffff]")
# What these lead to is a matter of the shapes.
_ADDRESSES_BY_SHAPE = frozenset(
    [AG + name for name in ("target", "homepage", "repository", "dataLocation")]
    + [PREFIXES["schema"] + "sameAs", PREFIXES["dcterms"] + "license"]
)


@dataclass(frozen=True)
class Fault:
    """One thing written against a rule: which, where, and what to add to the rule's message."""

    rule: str
    focus: Node
    source: int
    """The index of the file among those checked."""
    predicate: str | None = None
    value: Node | None = None
    hint: str = ""
    elsewhere: int | None = None
    """The index of another file that is part of the fault."""


def find_faults(
    files: Sequence[tuple[ox.NamedNode, Sequence[ox.Quad]]], terms: frozenset[str], described: dict[Node, int]
) -> Iterator[Fault]:
    """Yield what is written against the rules in *files*, each its graph and its statements as written.

    *terms* are the IRIs that the ontology describes. *described* has the subjects of files read for context only, with
    the index that stands for the file.
    """
    declared = {
        iri_of(quad.subject)
        for _, quads in files
        for quad in quads
        if quad.predicate.value == _TYPE and iri_of(quad.object).startswith((_OWL, _RDFS, _RDF))
    }
    known = terms | _BUILT_IN | declared
    first = dict(described)
    for index, (graph, quads) in enumerate(files):
        here: set[Node] = set()
        described_here: set[Node] = set()
        named: set[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = set()
        for quad in quads:
            if quad.graph_name != graph and quad.graph_name not in named:
                named.add(quad.graph_name)
                yield Fault(AGS + "WrittenGraph", graph, index, None, _node(quad.graph_name))
            subject = quad.subject
            if subject not in here:
                here.add(subject)
                if isinstance(subject, ox.BlankNode):
                    yield Fault(AGS + "WrittenBlankNode", subject, index)
            # Labels are made from what other files describe.
            if subject not in described_here and graph != GRAPH_OF_LABELS and quad.predicate.value not in _BESIDE:
                described_here.add(subject)
                if first.setdefault(subject, index) != index and iri_of(subject).startswith(_KINDS):
                    yield Fault(AGS + "WrittenOnce", subject, index, elsewhere=first[subject])
            for rule, value, hint in _faults_of(quad, terms, known):
                yield Fault(AGS + rule, subject, index, quad.predicate.value, value, hint)


def _node(term: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> Node | None:
    return None if isinstance(term, ox.DefaultGraph) else term


def _faults_of(quad: ox.Quad, terms: frozenset[str], known: frozenset[str]) -> Iterator[tuple[str, Node, str]]:
    predicate, obj = quad.predicate.value, quad.object
    if predicate.startswith(AG) and predicate not in terms:
        yield "WrittenTerm", quad.predicate, _nearest(predicate, terms)
    elif predicate not in known:
        yield "WrittenForeignTerm", quad.predicate, _nearest_of_its_vocabulary(predicate, known)
    if isinstance(obj, ox.NamedNode):
        iri = obj.value
        if predicate == _TYPE and iri not in known and not iri.startswith(AG):
            yield "WrittenForeignTerm", obj, _nearest_of_its_vocabulary(iri, known)
        if iri.startswith(AG) and iri != AG and iri not in terms:
            yield "WrittenTerm", obj, _nearest(iri, terms)
        if not iri.startswith(("https://", "http://")) and predicate not in _ADDRESSES_BY_SHAPE:
            yield "WrittenAddress", obj, ""
    elif isinstance(obj, ox.Literal):
        for rule, wrong in _LITERAL_RULES:
            if wrong(obj):
                yield rule, obj, ""


def _not_plain(literal: ox.Literal) -> bool:
    pattern = _PLAIN.get(literal.datatype.value)
    return pattern is not None and not pattern.fullmatch(literal.value)


def _has_stray_characters(literal: ox.Literal) -> bool:
    text = literal.value
    if text != text.strip():
        return True
    if text.isascii() and text.isprintable():
        return False
    return bool(_STRAY.search(text)) or not unicodedata.is_normalized("NFC", text)


_LITERAL_RULES: tuple[tuple[str, Callable[[ox.Literal], bool]], ...] = (
    ("WrittenNumber", _not_plain),
    ("WrittenText", _has_stray_characters),
)


def _nearest(iri: str, terms: frozenset[str]) -> str:
    names = {term.removeprefix(AG): term for term in sorted(terms)}
    near = get_close_matches(iri.removeprefix(AG), names, n=1, cutoff=0.5)
    return f"Did you mean {shorten(names[near[0]])}?" if near else "'aligngraph query terms' lists them."


def _nearest_of_its_vocabulary(iri: str, known: frozenset[str]) -> str:
    namespace = iri.rstrip("/#").replace("#", "/").rpartition("/")[0]
    names = {
        term[len(namespace) + 1 :]: term
        for term in sorted(known)
        if term.startswith(namespace) and term[len(namespace) :][:1] in ("/", "#")
    }
    near = get_close_matches(iri[len(namespace) + 1 :], names, n=1, cutoff=0.6)
    return f"Did you mean {shorten(names[near[0]])}?" if near else ""
