"""Canonical Turtle, the writing half: terms, nested blank nodes and the lines of one subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.errors import AligngraphError
from aligngraph.namespaces import BASE, PREFIXES, shorten

if TYPE_CHECKING:
    from typing import TypeAlias

    Subject: TypeAlias = ox.NamedNode | ox.BlankNode
    Object: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
    NaturalKey: TypeAlias = tuple[list[str | int], str]

WIDTH = 110
"""Columns a line of several objects may take before they go on a line each."""
STEP = "    "
MAX_DEPTH = 100

RDF = PREFIXES["rdf"]
RDF_TYPE = ox.NamedNode(RDF + "type")
RDF_FIRST = ox.NamedNode(RDF + "first")
RDF_REST = ox.NamedNode(RDF + "rest")
RDF_NIL = ox.NamedNode(RDF + "nil")
XSD = PREFIXES["xsd"]

_FIRST = (
    "rdf:type skos:prefLabel rdfs:label skos:altLabel skos:hiddenLabel dcterms:title dcterms:alternative foaf:name"
    " schema:name skos:notation skos:definition skos:example dcterms:description dcterms:abstract rdfs:comment"
    " skos:scopeNote skos:note skos:editorialNote skos:historyNote skos:changeNote"
    " sh:targetClass sh:targetNode sh:targetSubjectsOf sh:targetObjectsOf sh:path sh:name sh:description"
    " sh:class sh:datatype sh:nodeKind sh:in sh:hasValue sh:minCount sh:maxCount sh:minInclusive sh:maxInclusive"
    " sh:minExclusive sh:maxExclusive sh:minLength sh:maxLength sh:pattern sh:flags sh:languageIn sh:uniqueLang"
    " rdfs:subClassOf owl:equivalentClass owl:disjointWith rdfs:subPropertyOf owl:equivalentProperty"
    " rdfs:domain rdfs:range owl:inverseOf owl:propertyChainAxiom"
).split()
_LAST = "sh:severity sh:message owl:deprecated dcterms:isReplacedBy rdfs:isDefinedBy".split()
_RANK = {name: rank for rank, name in enumerate(_FIRST)} | {name: 1001 + rank for rank, name in enumerate(_LAST)}
_MIDDLE = 1000

# A work reads before its forms and its authors; a listing's links stand below it.
_KIND_RANK = {
    kind: rank
    for rank, kinds in enumerate(
        ("survey", "section", "listing link", "correction", "work", "publication", "authorship", "artifact")
    )
    for kind in kinds.split()
}
_AFTER_KINDS = len(_KIND_RANK)

_BASE_CHARS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
    "\uf900-\ufdcf\ufdf0-\ufffd"
)
_CHARS = _BASE_CHARS + "_0-9\u00b7\u0300-\u036f\u203f\u2040\\-"
_LOCAL = re.compile(f"[{_BASE_CHARS}_0-9](?:[{_CHARS}.]*[{_CHARS}])?")
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
# Control characters, line separators, marks of byte order and of writing direction: invisible or worse when raw.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_BAD_IN_IRI = re.compile('[\x00-\x20<>"{}|^`\\\\\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]')
_SHORT_ESCAPES = {"\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
_DIGITS = re.compile(r"([0-9]+)")


class CannotFormatError(AligngraphError):
    """A file is good RDF, but can't be laid out anew without losing something."""


def parts_of(triple: ox.Triple, name: str) -> tuple[Subject, ox.NamedNode, Object]:
    """Return subject, predicate and object; raise CannotFormatError, about *name*, where one is itself a triple."""
    subject, object_ = triple.subject, triple.object
    if isinstance(subject, ox.Triple) or isinstance(object_, ox.Triple):
        raise CannotFormatError(f"{name}: quotes a triple (RDF 1.2), which can't be laid out here.")
    return subject, triple.predicate, object_


def natural_key(text: str) -> NaturalKey:
    """Return a key that sorts *text* with its numbers by value: ``x-9`` before ``x-10``."""
    parts: list[str | int] = list(_DIGITS.split(text.lower()))
    parts[1::2] = [int(part) for part in parts[1::2]]
    return parts, text


def subject_key(iri: str) -> tuple[int, NaturalKey, str]:
    """Return where a subject stands among others: by kind for the catalogue's own things, then in natural order."""
    if iri.startswith(BASE):
        kind, slash, local = iri[len(BASE) :].partition("/")
        if slash and kind in _KIND_RANK:
            return _KIND_RANK[kind], natural_key(local), iri
    return _AFTER_KINDS, natural_key(iri), iri


def predicate_key(iri: str) -> tuple[int, NaturalKey]:
    """Return where a predicate stands in a block: type, label, definition, notes, the rest, source of the term."""
    name = shorten(iri)
    return _RANK.get(name, _MIDDLE), natural_key(name)


class Names:
    """Short names for IRIs, by the file's own prefixes first and the project's where they fit."""

    def __init__(self, own: Mapping[str, str], iris: Iterable[str]) -> None:
        """Choose the prefixes that *iris* need; those left over in `prefixes` are all used."""
        wanted = sorted(set(iris))
        own = dict(own)
        while True:
            # A prefix of the file that names nothing must not keep the project's from its name.
            project = {name: space for name, space in PREFIXES.items() if name not in own}
            # Longest namespace first, the file's own before the project's.
            self._table = [
                (space, name)
                for space, _, name in sorted(
                    [(space, 0, name) for name, space in own.items()]
                    + [(space, 1, name) for name, space in project.items()],
                    key=lambda row: (-len(row[0]), row[1], row[2]),
                )
                if space
            ]
            self._short: dict[str, str] = {}
            used: dict[str, str] = {}
            for iri in wanted:
                found = self._find(iri)
                if found:
                    space, name = found
                    used[name] = space
                    self._short[iri] = f"{name}:{iri[len(space) :]}"
            kept = {name: space for name, space in own.items() if name in used}
            if kept == own:
                break
            own = kept
        self.prefixes = dict(sorted(used.items()))

    def _find(self, iri: str) -> tuple[str, str] | None:
        for space, name in self._table:
            if iri.startswith(space) and _LOCAL.fullmatch(iri, len(space)):
                return space, name
        return None

    def iri(self, iri: str) -> str:
        """Return *iri* as Turtle."""
        return self._short.get(iri) or f"<{_BAD_IN_IRI.sub(_code_point, iri)}>"

    def literal(self, literal: ox.Literal) -> str:
        """Return *literal* as Turtle, its lexical form untouched."""
        value, datatype = literal.value, literal.datatype.value
        if literal.language:
            direction = f"--{literal.direction.value}" if literal.direction else ""
            return f"{quote(value)}@{literal.language}{direction}"
        if _shows_datatype(literal):
            return f"{quote(value)}^^{self.iri(datatype)}"
        return value if _is_bare(literal) else quote(value)


def quote(value: str) -> str:
    """Return *value* as a Turtle string: long quotes where it has lines, and no escapes but needed ones."""
    text = value.replace("\\", "\\\\")
    if "\n" in value:
        text = re.sub(r'"(?="|\Z)', r"\"", text)
        return f'"""{_UNSAFE.sub(_escape, text)}"""'
    text = text.replace('"', '\\"').replace("\t", "\\t")
    return f'"{_UNSAFE.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    return _SHORT_ESCAPES.get(match[0]) or _code_point(match)


def _code_point(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}"


def _is_bare(literal: ox.Literal) -> bool:
    value, datatype = literal.value, literal.datatype.value
    if datatype == XSD + "boolean":
        return value in ("true", "false")
    return datatype == XSD + "integer" and _INTEGER.fullmatch(value) is not None


def _shows_datatype(literal: ox.Literal) -> bool:
    return not literal.language and literal.datatype.value != XSD + "string" and not _is_bare(literal)


class TurtleWriter:
    """Lays out the statements of one graph, subject by subject."""

    def __init__(
        self,
        triples: Iterable[ox.Triple],
        prefixes: Mapping[str, str],
        labels: frozenset[str] | None,
        name: str,
        *,
        names: Names | None = None,
        shared: frozenset[ox.BlankNode] = frozenset(),
    ) -> None:
        """Take the graph in; *prefixes* are the file's own, *name* is for errors.

        *labels* are the blank nodes whose label lasts, all where it is None; those *shared* with other graphs always
        keep theirs. *names* stands in for prefixes chosen here. Raise CannotFormatError where the graph quotes triples.
        """
        self.name = name
        self._described: dict[Subject, dict[ox.NamedNode, list[Object]]] = {}
        parents: dict[ox.BlankNode, list[Subject]] = {}
        for triple in dict.fromkeys(triples):
            subject, predicate, object_ = parts_of(triple, name)
            self._described.setdefault(subject, {}).setdefault(predicate, []).append(object_)
            if isinstance(object_, ox.BlankNode):
                parents.setdefault(object_, []).append(subject)
        self._referred = frozenset(parents) | shared
        self.nested = _find_nested(parents, labels) - shared
        self.lasting = frozenset(node.value for node in self._referred - self.nested)
        self._parents = {node: parents[node][0] for node in self.nested}
        self._cells = self._find_cells()
        self._inline: dict[ox.BlankNode, str] = {}
        self.names = names or Names(prefixes, self.iris())

    def subjects(self) -> list[Subject]:
        """Return the subjects that have a block of their own, in canonical order."""
        return sorted((s for s in self._described if s not in self.nested), key=self.order)

    def order(self, subject: Subject) -> tuple[int, tuple[int, NaturalKey, str]]:
        """Return the sort key of a subject: IRIs, then labelled blank nodes, then nameless ones by what they say."""
        if isinstance(subject, ox.NamedNode):
            return 0, subject_key(subject.value)
        if subject in self._referred:
            return 1, subject_key(subject.value)
        return 2, subject_key(self._bracket(subject, 0))

    def head(self, subject: Subject) -> str:
        """Return the line that opens the block of *subject*."""
        if isinstance(subject, ox.NamedNode):
            return self.names.iri(subject.value)
        return f"_:{subject.value}" if subject in self._referred else "[]"

    def block(self, subject: Subject) -> Iterator[tuple[ox.NamedNode, str]]:
        """Yield the predicates of *subject* in order, each with its indented text and closing ``;``."""
        for predicate, objects in self._ordered(subject):
            yield predicate, self._statement(predicate, objects, STEP)

    def _ordered(self, subject: Subject) -> list[tuple[ox.NamedNode, list[Object]]]:
        return sorted(self._described.get(subject, {}).items(), key=lambda item: predicate_key(item[0].value))

    def _find_cells(self) -> frozenset[ox.BlankNode]:
        # From each end of a list upwards, so that only lists that end are written as lists.
        def is_cell(node: Subject) -> bool:
            found = self._described.get(node, {})
            return (
                node in self.nested
                and found.keys() == {RDF_FIRST, RDF_REST}
                and all(len(objects) == 1 for objects in found.values())
            )

        cells: set[ox.BlankNode] = set()
        for node in self.nested:
            if is_cell(node) and self._described[node][RDF_REST][0] == RDF_NIL:
                cell: Subject = node
                while isinstance(cell, ox.BlankNode) and cell not in cells:
                    cells.add(cell)
                    parent = self._parents[cell]
                    if not is_cell(parent) or self._described[parent][RDF_REST][0] != cell:
                        break
                    cell = parent
        return frozenset(cells)

    def iris(self) -> Iterator[str]:
        """Yield the IRIs that the text will show."""
        for subject, statements in self._described.items():
            if isinstance(subject, ox.NamedNode):
                yield subject.value
            for predicate, objects in statements.items():
                if subject not in self._cells and predicate != RDF_TYPE:
                    yield predicate.value
                for term in objects:
                    if isinstance(term, ox.NamedNode) and term != RDF_NIL:
                        yield term.value
                    elif isinstance(term, ox.Literal) and _shows_datatype(term):
                        yield term.datatype.value

    def _statement(self, predicate: ox.NamedNode, objects: list[Object], indent: str) -> str:
        verb = "a" if predicate == RDF_TYPE else self.names.iri(predicate.value)
        ordered = sorted(objects, key=self._object_key)
        line = f"{indent}{verb} {' , '.join(self._flat(term, 0) for term in ordered)} ;"
        if _fits(line):
            return line
        if len(ordered) == 1:
            return f"{indent}{verb} {self._full(ordered[0], indent)} ;"
        inner = indent + STEP
        return f"{indent}{verb}\n" + " ,\n".join(inner + self._full(term, inner) for term in ordered) + " ;"

    def _object_key(self, term: Object) -> tuple[int, NaturalKey, str]:
        if isinstance(term, ox.NamedNode):
            return 0, natural_key(term.value), ""
        if isinstance(term, ox.Literal):
            return 1, natural_key(term.value), self.names.literal(term)
        return 2, natural_key(self._flat(term, 0)), ""

    def _flat(self, term: Object, depth: int) -> str:
        """Return *term* on one line, but for line breaks in its strings."""
        if depth > MAX_DEPTH:
            raise CannotFormatError(f"{self.name}: blank nodes stand more than {MAX_DEPTH} deep in each other.")
        if isinstance(term, ox.NamedNode):
            return "()" if term == RDF_NIL else self.names.iri(term.value)
        if isinstance(term, ox.Literal):
            return self.names.literal(term)
        if term not in self.nested:
            return f"_:{term.value}"
        if term not in self._inline:
            if term in self._cells:
                self._inline[term] = f"( {' '.join(self._flat(item, depth + 1) for item in self._items(term))} )"
            else:
                self._inline[term] = self._bracket(term, depth)
        return self._inline[term]

    def _bracket(self, node: ox.BlankNode, depth: int) -> str:
        parts = []
        for predicate, objects in self._ordered(node):
            verb = "a" if predicate == RDF_TYPE else self.names.iri(predicate.value)
            for term in objects:
                self._flat(term, depth + 1)  # refuses what is too deep before the sort goes there
            ordered = sorted(objects, key=self._object_key)
            parts.append(f"{verb} {' , '.join(self._flat(term, depth + 1) for term in ordered)}")
        return f"[ {' ; '.join(parts)} ]" if parts else "[]"

    def _full(self, term: Object, indent: str) -> str:
        """Return *term* at *indent*: nested nodes in lines of their own where one line is too short."""
        flat = self._flat(term, 0)
        if not isinstance(term, ox.BlankNode) or term not in self.nested or _fits(f"{indent}{STEP}{flat} ;"):
            return flat
        inner = indent + STEP
        if term in self._cells:
            lines = [inner + self._full(item, inner) for item in self._items(term)]
            return "\n".join(["(", *lines, f"{indent})"])
        lines = [self._statement(predicate, objects, inner) for predicate, objects in self._ordered(term)]
        return "\n".join(["[", *lines, f"{indent}]"])

    def _items(self, cell: Object) -> Iterator[Object]:
        while isinstance(cell, ox.BlankNode):
            statements = self._described[cell]
            yield statements[RDF_FIRST][0]
            cell = statements[RDF_REST][0]


def _fits(line: str) -> bool:
    return len(line) <= WIDTH and "\n" not in line


def _find_nested(
    parents: Mapping[ox.BlankNode, list[Subject]], labels: frozenset[str] | None
) -> frozenset[ox.BlankNode]:
    """Return the blank nodes that can be written where they are used: used once, and not inside themselves.

    A ring of nodes is cut at those that have a label, which every ring in a file has.
    """
    single = {node: found[0] for node, found in parents.items() if len(found) == 1}
    in_ring: set[Subject] = set()
    done: set[Subject] = set()
    for start in single:
        path: dict[Subject, None] = {}
        node: Subject = start
        while isinstance(node, ox.BlankNode) and node in single and node not in done and node not in path:
            path[node] = None
            node = single[node]
        if node in path:
            members = list(path)
            in_ring.update(members[members.index(node) :])
        done.update(path)
    return frozenset(
        node for node in single if node not in in_ring or (labels is not None and node.value not in labels)
    )
