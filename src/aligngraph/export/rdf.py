"""The RDF syntaxes, sorted, with literals as written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from aligngraph.export.graph import ExportError, merge
from aligngraph.namespaces import PREFIXES
from aligngraph.turtle_blocks import read_runs
from aligngraph.turtle_order import predicate_key, subject_key
from aligngraph.turtle_terms import Names, parts_of
from aligngraph.turtle_writing import lay_out_graphs, write_turtle

if TYPE_CHECKING:
    from aligngraph.export.graph import Statement
    from aligngraph.turtle_terms import Subject

_NCNAME = re.compile(r"[^\W\d][\w.-]*\Z")
_SPLIT = re.compile(r"(.*[^\w.-])?(?:[\d.-]*)([^\W\d][\w.-]*)\Z", re.DOTALL)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RDF = PREFIXES["rdf"]
_XSD_STRING = PREFIXES["xsd"] + "string"
# RDF/XML gives these names a meaning of their own (RDF 1.1 XML Syntax, section 5.1).
_TAKEN = frozenset(
    _RDF + name for name in "RDF ID about parseType resource nodeID datatype Description li bagID".split()
)


def turtle(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield canonical Turtle, all graphs as one."""
    yield write_turtle(merge(quads), "the catalogue")


def ntriples(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield N-Triples, all graphs as one, a sorted line a statement."""
    yield from sorted(f"{triple} .\n" for triple in merge(quads))


def nquads(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield N-Quads, a sorted line a statement."""
    yield from sorted({f"{quad} .\n" for quad in quads})


def trig(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield TriG: the graphs in order of their names, each in canonical Turtle."""
    names = Names("the catalogue")
    yield from lay_out_graphs(read_runs(quads, names), names)


def rdfxml(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield RDF/XML, all graphs as one.

    Raise ExportError where XML can't hold a character, or the name of a property.
    """
    statements = [parts_of(triple, "the catalogue") for triple in merge(quads)]
    spaces = _namespaces(predicate.value for _, predicate, _ in statements)
    names = {space: prefix for prefix, space in spaces.items()}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    for prefix, space in spaces.items():
        yield f"\n    xmlns:{prefix}={quoteattr(space)}"
    yield ">\n"
    described: dict[Subject, list[Statement]] = {}
    for statement in statements:
        described.setdefault(statement[0], []).append(statement)
    for subject in sorted(described, key=lambda node: (isinstance(node, ox.BlankNode), subject_key(node.value))):
        place = "nodeID" if isinstance(subject, ox.BlankNode) else "about"
        yield f"  <rdf:Description rdf:{place}={quoteattr(subject.value)}>\n"
        lines = [(predicate_key(part[1].value), _property(part, names)) for part in described[subject]]
        yield from (line for _, line in sorted(lines))
        yield "  </rdf:Description>\n"
    yield "</rdf:RDF>\n"


def _split(iri: str) -> tuple[str, str]:
    for space in PREFIXES.values() if iri not in _TAKEN else ():
        if iri.startswith(space) and _NCNAME.match(iri, len(space)):
            return space, iri[len(space) :]
    found = _SPLIT.match(iri)
    if found is None or iri in _TAKEN:
        raise ExportError(f"the property <{iri}> has no name that RDF/XML could use. Choose another format.")
    return iri[: found.start(2)], found[2]


def _namespaces(predicates: Iterable[str]) -> dict[str, str]:
    known = {space: prefix for prefix, space in PREFIXES.items()}
    used = sorted({_split(predicate)[0] for predicate in predicates} | {_RDF})
    others = [space for space in used if space not in known]
    found = {known[space]: space for space in used if space in known}
    return dict(sorted((found | {f"ns{number}": space for number, space in enumerate(others, 1)}).items()))


def _property(statement: Statement, names: dict[str, str]) -> str:
    subject, predicate, value = statement
    space, local = _split(predicate.value)
    name = f"{names[space]}:{local}"
    if isinstance(value, ox.NamedNode):
        return f"    <{name} rdf:resource={quoteattr(value.value)}/>\n"
    if isinstance(value, ox.BlankNode):
        return f"    <{name} rdf:nodeID={quoteattr(value.value)}/>\n"
    about = ""
    if value.language:
        about = f" xml:lang={quoteattr(value.language)}"
    elif value.datatype.value != _XSD_STRING:
        about = f" rdf:datatype={quoteattr(value.datatype.value)}"
    bad = _NOT_XML.search(value.value)
    if bad:
        raise ExportError(
            f"{subject} {predicate}: XML can't hold the character U+{ord(bad[0]):04X} in its text. "
            "Take it out, or choose another format."
        )
    # A reader would turn a raw carriage return into a line feed.
    return f"    <{name}{about}>{escape(value.value, {chr(13): '&#13;'})}</{name}>\n"
