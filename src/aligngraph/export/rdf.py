"""The RDF syntaxes, sorted, with literals as written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aligngraph.errors import ExportError
from aligngraph.files.spooling import Held, sort_lines
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.text.xml import escape, illegal_character, quote
from aligngraph.turtle.grouping import Layout, gather
from aligngraph.turtle.terms import STRING, Names, Term, read_term, subject_place
from aligngraph.turtle.writer import lay_out, lay_out_graphs

if TYPE_CHECKING:
    from aligngraph.export.statements import Statements

_NCNAME = re.compile(r"[^\W\d][\w.-]*\Z")
_SPLIT = re.compile(r"(.*[^\w.-])?(?:[\d.-]*)([^\W\d][\w.-]*)\Z", re.DOTALL)
_RDF = PREFIXES["rdf"]
_CATALOGUE = "the catalogue"
# RDF/XML gives these names a meaning of their own (RDF 1.1 XML Syntax, section 5.1).
_TAKEN = frozenset(
    _RDF + name for name in "RDF ID about parseType resource nodeID datatype Description li bagID".split()
)


def turtle(statements: Statements) -> Iterator[str]:
    """Yield canonical Turtle, all graphs as one."""
    yield from lay_out(gather(statements.ntriples()), Names(_CATALOGUE))


def trig(statements: Statements) -> Iterator[str]:
    """Yield TriG: the graphs in order of their names, each in canonical Turtle."""
    yield from lay_out_graphs(statements.nquads(), Names(_CATALOGUE))


def ntriples(statements: Statements) -> Iterator[str]:
    """Yield N-Triples, all graphs as one, a sorted line a statement."""
    yield from sort_lines(statements.ntriples())


def nquads(statements: Statements) -> Iterator[str]:
    """Yield N-Quads, a sorted line a statement."""
    yield from sort_lines(statements.nquads())


def rdfxml(statements: Statements) -> Iterator[str]:
    """Yield RDF/XML, all graphs as one.

    Raise ExportError where XML can't hold a character, or the name of a property.
    """
    things = gather(statements.ntriples()).said
    order = sorted(things, key=subject_place)
    others: list[str] = []
    while True:
        properties = _Properties(others)
        texts = Held((_description(subject, things[subject], properties) for subject in order), "")
        if properties.others <= set(others):
            break
        # Namespaces without a prefix of ours are numbered in order, which is known when all are.
        others = sorted(properties.others)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    for prefix, space in sorted(properties.used.items()):
        yield f"\n    xmlns:{prefix}={quote(space)}"
    yield ">\n"
    yield from texts.pieces()
    yield "</rdf:RDF>\n"


def _description(subject: str, said: list[str], properties: _Properties) -> str:
    try:
        lines = "".join(properties.in_order(said).values())
    except _NotXmlError as error:
        raise ExportError(f"{subject} {error}") from None
    about = "nodeID" if subject.startswith("_:") else "about"
    name = quote(read_term(subject, _CATALOGUE).value)
    return f"  <rdf:Description rdf:{about}={name}>\n{lines}  </rdf:Description>\n"


class _NotXmlError(Exception):
    pass


class _Properties(Layout):
    """Property elements, a line a statement."""

    def __init__(self, others: Sequence[str]) -> None:
        """*others* are namespaces without a prefix of ours."""
        super().__init__()
        self.used = {"rdf": _RDF}
        """The prefixes of the elements, with their namespaces."""
        self.others: set[str] = set()
        self._prefixes = {space: f"ns{number}" for number, space in enumerate(others, 1)}
        self._prefixes |= {space: prefix for prefix, space in PREFIXES.items()}

    def write_predicate(self, token: str) -> str:
        """Return the name of a property's element."""
        space, local = _split(read_term(token, _CATALOGUE).value)
        prefix = self._prefixes.get(space, "")
        self.used[prefix] = space
        if space not in PREFIXES.values():
            self.others.add(space)
        return f"{prefix}:{local}"

    def write(self, predicate: str, objects: list[str]) -> str:
        """Return the elements of a property. Raise _NotXmlError."""
        elements = [self._property(predicate, read_term(token, _CATALOGUE)) for token in objects]
        return "".join(sorted(elements)) if len(elements) > 1 else elements[0]

    def _property(self, element: str, value: Term) -> str:
        if value.kind == "iri":
            return f"    <{element} rdf:resource={quote(value.value)}/>\n"
        if value.kind == "blank":
            return f"    <{element} rdf:nodeID={quote(value.value)}/>\n"
        about = ""
        if value.language:
            about = f' xml:lang="{value.language}"'
        elif value.datatype != STRING:
            about = f" rdf:datatype={quote(value.datatype)}"
        bad = illegal_character(value.value)
        if bad:
            prefix, _, local = element.partition(":")
            raise _NotXmlError(
                f"<{self.used[prefix]}{local}>: XML can't hold the character {bad} in its text. "
                "Remove it, or choose another format."
            )
        return f"    <{element}{about}>{escape(value.value)}</{element}>\n"


def _split(iri: str) -> tuple[str, str]:
    for space in PREFIXES.values() if iri not in _TAKEN else ():
        if iri.startswith(space) and _NCNAME.match(iri, len(space)):
            return space, iri[len(space) :]
    found = _SPLIT.match(iri)
    if found is None or iri in _TAKEN:
        raise ExportError(f"the property <{iri}> has an IRI that RDF/XML can't write. Choose another format.")
    return iri[: found.start(2)], found[2]
