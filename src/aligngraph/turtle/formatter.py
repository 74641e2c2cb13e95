"""Canonical Turtle: one layout for what a file says, so that a diff shows only what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from aligngraph.files.activity import doing
from aligngraph.rdf.order import predicate_key
from aligngraph.turtle.grouping import as_lines, gather
from aligngraph.turtle.scanner import Aside, Remarks, Statement, has_comments, read_statements
from aligngraph.turtle.syntax_errors import bad_turtle
from aligngraph.turtle.terms import CannotFormatError, Names, parts_of
from aligngraph.turtle.writer import STEP, PlainLines, TurtleWriter, declare_prefixes, lay_out

if TYPE_CHECKING:
    from aligngraph.turtle.terms import Object, Subject

_BOM = "\ufeff"
T = TypeVar("T")


@dataclass
class _About:
    """The comments on one subject."""

    head: Remarks = field(default_factory=Remarks)
    verbs: dict[str, Remarks] = field(default_factory=dict)
    """By the keys of the predicates' places."""
    end: Remarks = field(default_factory=Remarks)

    def __bool__(self) -> bool:
        return bool(self.head or self.verbs or self.end)


@dataclass
class _Section:
    """Free-standing comments and the subjects below them."""

    asides: list[Aside] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)


def format_turtle(text: str, name: str) -> str:
    """Return the Turtle *text* in canonical form: same statements, same comments, one layout.

    Subjects are sorted within the sections that free-standing comments make. Line ends become ``\\n``, except in
    strings, whose value stays. Raise BadTurtleError where *text* is not Turtle, CannotFormatError where a comment
    would be lost or the result would not say the same. *name* is what errors call the text.
    """
    doing(f"formatting {name}")
    text = text.removeprefix(_BOM)
    before, prefixes = _parse(text, name)
    result, lasting = _lay_out_plain(text, before, prefixes, name), frozenset[str]()
    if result == text:
        return text
    if result is None:
        result, lasting = _Layout(text, name).render()
    if not _say_the_same(before, _parse(result, name)[0], lasting, name):
        raise CannotFormatError(f"{name}: can't be formatted without changing its meaning; left unchanged.")
    return result


def _lay_out_plain(text: str, triples: Sequence[ox.Triple], prefixes: Mapping[str, str], name: str) -> str | None:
    """Return the canonical form of *text*, None where it has comments, blank nodes or quoted triples."""
    if has_comments(text):
        return None

    def write(names: Names) -> str | None:
        things = gather(as_lines(triples))
        return None if things.near_blanks else "".join(lay_out(things, names))

    try:
        return _with_prefixes(prefixes, name, write)
    except CannotFormatError:
        return None


def _with_prefixes(own: Mapping[str, str], name: str, write: Callable[[Names], T]) -> T:
    """Return what *write* makes with those of a file's *own* prefixes that name something in it."""
    while True:
        names = Names(name, own)
        written = write(names)
        used = {prefix: space for prefix, space in own.items() if prefix in names.declared()}
        if used == own:
            return written
        # A prefix of the file that names nothing must not keep the project's from its name.
        own = used


def _parse(text: str, name: str) -> tuple[list[ox.Triple], dict[str, str]]:
    parser = ox.parse(text, ox.RdfFormat.TURTLE)
    try:
        return [quad.triple for quad in parser], parser.prefixes
    except (SyntaxError, MemoryError) as error:
        raise bad_turtle(name, error, text.encode()) from error


def _block(writer: TurtleWriter, subject: str, about: _About) -> Iterator[str]:
    yield from about.head.lines("", writer.head(subject))
    for key, text in writer.block(subject).items():
        remarks = about.verbs.get(key)
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
        self.about: dict[str, _About] = {}
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
        root = self._root(triples, statement)
        subject = str(root)
        about = self.about.get(subject)
        if about is None:
            about = self.about[subject] = _About()
            self.sections[-1].subjects.append(subject)
        about.head.add(statement.head)
        about.end.add(statement.end)
        for verb in statement.verbs:
            if verb.remarks:
                key = predicate_key(self._predicate(verb.token.text))
                about.verbs.setdefault(key, Remarks()).add(verb.remarks)

    def _root(self, triples: list[ox.Triple], statement: Statement) -> Subject:
        objects = {triple.object for triple in triples}
        for triple in triples:
            subject, _, _ = parts_of(triple, self.name)
            if isinstance(subject, ox.NamedNode) or subject.value in self.labels:
                return subject
            if statement.in_brackets and subject not in objects:
                return subject
        raise CannotFormatError(f"{self.name}: can't tell what this is about: {statement.text[:60]}")

    def _predicate(self, verb: str) -> str:
        (quad,) = ox.parse(f"{self._preamble}<x:s> {verb} <x:o> .", ox.RdfFormat.TURTLE)
        iri: str = quad.predicate.value
        return iri

    def render(self) -> tuple[str, frozenset[str]]:
        """Return the canonical text, and the labels of the blank nodes that keep theirs."""
        return _with_prefixes(self.prefixes, self.name, self._render)

    def _render(self, names: Names) -> tuple[str, frozenset[str]]:
        writer = TurtleWriter(gather(as_lines(self.triples)), PlainLines(names), labels=frozenset(self.labels))
        parts: list[str] = []
        for section in self.sections:
            parts += _asides(section.asides)
            for subject in sorted(section.subjects, key=writer.order):
                about = self.about[subject]
                # A labelled node used once is written where it is used, and takes no block of its own.
                if subject not in writer.nested:
                    parts.append("".join(f"{line}\n" for line in _block(writer, subject, about)))
                elif about:
                    raise CannotFormatError(
                        f"{self.name}: a comment stands at blank node {subject}, which would be written inside "
                        "what refers to it. Give it an IRI, or move the comment."
                    )
        prefixes = declare_prefixes(names)
        parts = [*_asides(self.head), *([prefixes] if prefixes else []), *parts]
        return "\n".join(parts), writer.lasting


def _asides(asides: Iterable[Aside]) -> list[str]:
    return ["".join(f"{comment}\n" for comment in aside.comments) for aside in asides]


def _say_the_same(before: Sequence[ox.Triple], after: Sequence[ox.Triple], lasting: frozenset[str], name: str) -> bool:
    """Tell whether two graphs differ only in labels of blank nodes that the text does not give; it gives *lasting*."""
    return _lines(before) == _lines(after) or _signature(before, lasting, name) == _signature(after, lasting, name)


def _lines(triples: Sequence[ox.Triple]) -> set[bytes]:
    content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert content is not None  # no file was given
    return set(content.splitlines())


def _signature(triples: Iterable[ox.Triple], lasting: frozenset[str], name: str) -> Counter[tuple[str, str, str]]:
    """Return what a graph says, equal for two graphs that differ only in the labels of blank nodes that have none in
    the text.

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
