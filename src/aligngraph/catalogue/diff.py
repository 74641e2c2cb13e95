"""What changed between two versions of a catalogue, in terms of things and their fields.

Authorships and publications are shown under their work and links under their listing, as people think of them. The
same change is given to machines as an RDF Patch (https://afs.github.io/rdf-patch/): rows ``D`` for what goes and ``A``
for what comes, in N-Triples terms, which Apache Jena and others apply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, format_of, parse_rdf, read_bytes, read_quads
from aligngraph.rdf.blank_nodes import named_alike
from aligngraph.rdf.labels import LABELS, labels_of
from aligngraph.rdf.namespaces import AG, PREFIXES, shorten
from aligngraph.rdf.terms import Node

_OWNING = (AG + "hasPublication", AG + "hasAuthorship", AG + "hasLink")
_TELLING = frozenset((*_OWNING, *LABELS))
"""The properties by which unchanged statements say something of what has changed: whose part it is, and its name."""


@dataclass(frozen=True)
class FieldChange:
    """One predicate of one thing, with the values that went and those that came."""

    subject: str
    predicate: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True)
class ThingChange:
    """All that changed about one thing, and the parts it owns."""

    iri: str
    label: str
    how: str
    """added, removed or changed"""
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Diff:
    """What it takes to get from one version to the other."""

    removed: tuple[ox.Triple, ...]
    added: tuple[ox.Triple, ...]
    things: tuple[ThingChange, ...]

    def __bool__(self) -> bool:
        """Whether the versions differ."""
        return bool(self.removed or self.added)


def compare_files(old: Sequence[Source], new: Sequence[Source]) -> Diff:
    """Return how *new* differs from *old*, as `compare`; a file with the same content in both is parsed once.

    Raise CatalogueError or BadTurtleError where a file can't be read.
    """
    contents = [{source: _content_of(source) for source in side} for side in (old, new)]
    both = {*contents[0].values()} & {*contents[1].values()}
    before, after = (
        (quad.triple for quad in read_quads([source for source, content in side.items() if content not in both]))
        for side in contents
    )
    paths = {content: source.path for source, content in contents[1].items() if content in both}.values()
    shared = (quad for path in paths for quad in parse_rdf(read_bytes(path), str(path), format_of(path), rename=True))
    return compare(before, after, shared)


def _content_of(source: Source) -> tuple[str, bytes]:
    """Return what is the same for files of the same statements, if not for all such files."""
    return str(format_of(source.path)), blake2b(read_bytes(source.path)).digest()


def compare(old: Iterable[ox.Triple], new: Iterable[ox.Triple], shared: Iterable[ox.Quad] = ()) -> Diff:
    """Return how *new* differs from *old*; blank nodes count as the same where the graphs are isomorphic.

    Both have *shared* too, whose blank nodes are none of theirs, and of which little is kept. Raise CatalogueError
    where one of them has more blank nodes than can be named in reasonable time.
    """
    before, after = named_alike(old), named_alike(new)
    changed = before ^ after
    about = {triple.subject for triple in changed}
    described: set[Node] = set()
    telling: list[ox.Triple] = []
    for quad in shared:
        subject = quad.subject
        described.add(subject)
        if subject in about:
            changed.discard(quad.triple)
        if quad.predicate.value in _TELLING:
            telling.append(quad.triple)
    removed = tuple(sorted(before & changed, key=str))
    added = tuple(sorted(after & changed, key=str))
    old_subjects, new_subjects = (described | {triple.subject for triple in triples} for triples in (before, after))
    return Diff(removed, added, tuple(_things([*before, *after, *telling], old_subjects, new_subjects, removed, added)))


def _things(
    triples: Sequence[ox.Triple],
    subjects_before: set[Node],
    subjects_after: set[Node],
    removed: Iterable[ox.Triple],
    added: Iterable[ox.Triple],
) -> Iterator[ThingChange]:
    owners = {t.object: t.subject for t in triples if t.predicate.value in _OWNING}
    labels = labels_of(triples)
    # Thing → subject and predicate → the values that went, and came.
    changes: dict[Node, dict[tuple[str, str], tuple[list[str], list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: ([], []))
    )
    for side, changed in enumerate((removed, added)):
        for triple in changed:
            owner: Node = owners.get(triple.subject, triple.subject)
            changes[owner][_name(triple.subject), shorten(triple.predicate.value)][side].append(_value(triple.object))
    for thing in sorted(changes, key=str):
        how = "changed"
        if thing not in subjects_before:
            how = "added"
        elif thing not in subjects_after:
            how = "removed"
        fields = tuple(
            FieldChange(subject, predicate, tuple(gone), tuple(come))
            for (subject, predicate), (gone, come) in sorted(changes[thing].items())
        )
        yield ThingChange(str(getattr(thing, "value", thing)), labels.get(thing, ""), how, fields)


def _name(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return shorten(term.value) if isinstance(term, ox.NamedNode) else str(term)


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    if isinstance(term, ox.Literal) and term.datatype.value == PREFIXES["xsd"] + "integer":
        return term.value
    return str(term)


def write_patch(diff: Diff) -> Iterator[str]:
    """Return *diff* as an RDF Patch, in pieces."""
    yield "TX .\n"
    for triple in diff.removed:
        yield f"D {triple} .\n"
    for triple in diff.added:
        yield f"A {triple} .\n"
    yield "TC .\n"


def write_text(diff: Diff) -> Iterator[str]:
    """Return *diff* for people: each thing, and what went (-) and came (+) in each field."""
    for thing in diff.things:
        yield f"{thing.how} {shorten(thing.iri)}" + (f"  {thing.label}" if thing.label else "") + "\n"
        for one in thing.fields:
            part = "" if one.subject == shorten(thing.iri) else f"{one.subject} "
            yield from (f"  - {part}{one.predicate} {value}\n" for value in one.removed)
            yield from (f"  + {part}{one.predicate} {value}\n" for value in one.added)
