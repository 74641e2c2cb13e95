"""Canonical Turtle: one layout for what a file says, so that a diff shows only what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.catalogue import BadTurtleError, parse_rdf
from aligngraph.turtle_reading import Aside, Remarks, Statement, read_statements
from aligngraph.turtle_writing import STEP, CannotFormatError, Names, TurtleWriter, natural_key, parts_of

if TYPE_CHECKING:
    from typing import TypeAlias

    from aligngraph.turtle_writing import Object, Subject

    GraphName: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

_BOM = "\ufeff"


@dataclass
class _About:
    """The comments on one subject."""

    head: Remarks = field(default_factory=Remarks)
    verbs: dict[str, Remarks] = field(default_factory=dict)
    end: Remarks = field(default_factory=Remarks)

    def __bool__(self) -> bool:
        return bool(self.head or self.verbs or self.end)


@dataclass
class _Section:
    """Free-standing comments and the subjects below them."""

    asides: list[Aside] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)


def decode_turtle(content: bytes, name: str) -> str:
    """Return *content* as text, less a byte order mark; raise BadTurtleError where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"not UTF-8 (byte 0x{content[error.start]:02x}). Save the file as UTF-8."
        raise BadTurtleError(name, line, None, reason) from error


def format_turtle(text: str, name: str) -> str:
    """Return the Turtle *text* in canonical form: same statements, same comments, one layout.

    Subjects are sorted within the sections that free-standing comments make. Line ends become ``\\n``. Raise
    BadTurtleError where *text* is not Turtle, CannotFormatError where a comment would be lost or the result would not
    say the same. *name* is what errors call the text.
    """
    text = text.removeprefix(_BOM).replace("\r\n", "\n")
    before = _parse(text, name)
    layout = _Layout(text, name)
    result, lasting = layout.render()
    if _signature(before, lasting, name) != _signature(_parse(result, name), lasting, name):
        raise CannotFormatError(f"{name}: can't be laid out anew without changing what it says; left as it is.")
    return result


def write_turtle(triples: Iterable[ox.Triple], name: str = "the graph") -> str:
    """Return *triples* as canonical Turtle with the project's prefixes; blank nodes keep their labels where needed.

    Raise CannotFormatError where a triple quotes another.
    """
    writer = TurtleWriter(triples, {}, None, name)
    return _join([*_prefixes(writer.names), *_blocks(writer)])


def write_graphs(graphs: Mapping[GraphName, Iterable[ox.Triple]], name: str = "the graphs") -> Iterator[str]:
    """Yield *graphs* as TriG, each graph in canonical Turtle; a blank node of several graphs keeps its label.

    Raise CannotFormatError where a triple quotes another.
    """
    found = {graph: list(triples) for graph, triples in graphs.items()}
    iris = [iri for triples in found.values() for iri in TurtleWriter(triples, {}, None, name).iris()]
    names = Names({}, [*iris, *(graph.value for graph in found if isinstance(graph, ox.NamedNode))])
    counts = Counter(
        term
        for triples in found.values()
        for term in {term for t in triples for term in (t.subject, t.object) if isinstance(term, ox.BlankNode)}
    )
    shared = frozenset(term for term, count in counts.items() if count > 1)
    yield "".join(line + "\n" for line in _prefixes(names))
    for graph in sorted(found, key=lambda graph: natural_key(str(graph))):
        blocks = _blocks(TurtleWriter(found[graph], {}, None, name, names=names, shared=shared))
        if isinstance(graph, ox.DefaultGraph):
            head = ""
        else:
            head = names.iri(graph.value) if isinstance(graph, ox.NamedNode) else f"_:{graph.value}"
            head += " "
        yield f"\n{head}{{\n\n{_join(blocks)}\n}}\n"


def _blocks(writer: TurtleWriter) -> Iterator[str]:
    for subject in writer.subjects():
        yield "\n".join(_block(writer, subject, _About()))


def _parse(text: str, name: str) -> list[ox.Triple]:
    return [quad.triple for quad in parse_rdf(text.encode(), name)]


def _prefixes(names: Names) -> list[str]:
    lines = [f"@prefix {prefix}: <{space}> ." for prefix, space in names.prefixes.items()]
    return ["\n".join(lines)] if lines else []


def _join(parts: Iterable[str]) -> str:
    return "".join(part + "\n\n" for part in parts).removesuffix("\n")


def _block(writer: TurtleWriter, subject: Subject, about: _About) -> Iterator[str]:
    yield from about.head.lines("", writer.head(subject))
    for predicate, text in writer.block(subject):
        remarks = about.verbs.pop(predicate.value, None)
        if remarks is None:
            yield text
        else:
            yield from remarks.lines(STEP, text)
    yield from about.end.lines(STEP, ".")


class _Layout:
    """A file taken apart: its head, its sections, and the comments on each subject and predicate."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.head: list[Aside] = []
        self.sections: list[_Section] = [_Section()]
        self.about: dict[Subject, _About] = {}
        self.labels: set[str] = set()
        self.prefixes: dict[str, str] = {}
        self.triples: list[ox.Triple] = []
        self._preamble = ""
        for part in read_statements(text, name):
            if isinstance(part, Aside):
                self._take_aside(part)
            elif part.is_directive:
                self._take_directive(part)
            else:
                self._take_block(part)

    def _take_aside(self, aside: Aside) -> None:
        if self.sections[-1].subjects:
            self.sections.append(_Section())
        self.sections[-1].asides.append(aside)

    def _take_directive(self, statement: Statement) -> None:
        self._preamble += statement.text + "\n"
        parser = ox.parse(self._preamble, ox.RdfFormat.TURTLE)
        list(parser)
        for prefix, space in parser.prefixes.items():
            self.prefixes.setdefault(prefix, space)
        asides = self.sections[-1].asides
        if not self.about:
            # All that stands above and between the first prefixes is the head of the file.
            self.head += asides
            asides.clear()
        if statement.head.above:
            aside = Aside(tuple(statement.head.above))
            if self.about:
                self._take_aside(aside)
            else:
                self.head.append(aside)

    def _take_block(self, statement: Statement) -> None:
        triples = [quad.triple for quad in ox.parse(self._preamble + statement.text, ox.RdfFormat.TURTLE)]
        self.triples += triples
        self.labels |= statement.labels
        subject = self._root(triples, statement)
        about = self.about.get(subject)
        if about is None:
            about = self.about[subject] = _About()
            self.sections[-1].subjects.append(subject)
        about.head.add(statement.head)
        about.end.add(statement.end)
        for verb, remarks in statement.verbs:
            if remarks:
                about.verbs.setdefault(self._predicate(verb), Remarks()).add(remarks)

    def _root(self, triples: list[ox.Triple], statement: Statement) -> Subject:
        objects = {triple.object for triple in triples}
        for triple in triples:
            subject, _, _ = parts_of(triple, self.name)
            if isinstance(subject, ox.NamedNode) or subject.value in self.labels:
                return subject
            if statement.nameless and subject not in objects:
                return subject
        raise CannotFormatError(f"{self.name}: can't tell what this is about: {statement.text[:60]}")

    def _predicate(self, verb: str) -> str:
        (quad,) = ox.parse(f"{self._preamble}<x:s> {verb} <x:o> .", ox.RdfFormat.TURTLE)
        iri: str = quad.predicate.value
        return iri

    def render(self) -> tuple[str, frozenset[str]]:
        """Return the canonical text, and the labels of the blank nodes that keep theirs."""
        writer = TurtleWriter(self.triples, self.prefixes, frozenset(self.labels), self.name)
        parts = [*_asides(self.head), *_prefixes(writer.names)]
        for section in self.sections:
            parts += _asides(section.asides)
            for subject in sorted(section.subjects, key=writer.order):
                # A labelled node used once is written where it is used, and takes no block of its own.
                if subject not in writer.nested:
                    parts.append("\n".join(_block(writer, subject, self.about[subject])))
                elif self.about[subject]:
                    raise CannotFormatError(
                        f"{self.name}: a comment stands at blank node _:{subject.value}, which would be written inside "
                        "what refers to it. Give it an IRI, or move the comment."
                    )
        return _join(parts), writer.lasting


def _asides(asides: Iterable[Aside]) -> list[str]:
    return ["\n".join(aside.comments) for aside in asides]


def _signature(triples: Iterable[ox.Triple], lasting: frozenset[str], name: str) -> Counter[tuple[str, str, str]]:
    """Return what a graph says, equal for two graphs that differ in the names of nameless blank nodes only.

    A blank node in *lasting* counts by its label. The others hang in trees, so a digest of what is below each one
    tells them apart.
    """
    described: dict[ox.BlankNode, list[tuple[str, Object]]] = {}
    distinct = [parts_of(triple, name) for triple in dict.fromkeys(triples)]
    for subject, predicate, object_ in distinct:
        if isinstance(subject, ox.BlankNode):
            described.setdefault(subject, []).append((str(predicate), object_))
    digests: dict[ox.BlankNode, str] = {}

    def say(term: Subject | Object) -> str:
        return digests[term] if isinstance(term, ox.BlankNode) else str(term)

    def settle(start: ox.BlankNode) -> None:
        # Depth first without recursion: lists may be long.
        stack = [start]
        while stack:
            node = stack[-1]
            if node in digests:
                stack.pop()
            elif node.value in lasting:
                digests[node] = str(node)
            else:
                below = [o for _, o in described.get(node, ()) if isinstance(o, ox.BlankNode) and o not in digests]
                if below:
                    stack += below
                else:
                    said = sorted(f"{predicate} {say(object_)}" for predicate, object_ in described.get(node, ()))
                    digests[node] = blake2b("\n".join(said).encode(), digest_size=16).hexdigest()

    for subject, _, object_ in distinct:
        for term in (subject, object_):
            if isinstance(term, ox.BlankNode):
                settle(term)
    return Counter((say(subject), str(predicate), say(object_)) for subject, predicate, object_ in distinct)
