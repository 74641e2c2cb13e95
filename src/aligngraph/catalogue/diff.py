"""What changed between two versions of a catalogue, in terms of things and their fields.

Authorships and publications are shown under their work and links under their listing, as people think of them. The
same change is given to machines as an RDF Patch (https://afs.github.io/rdf-patch/): rows ``D`` for what goes and ``A``
for what comes, in N-Triples terms, which Apache Jena and others apply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from aligngraph.rdf.blank_nodes import named_alike
from aligngraph.rdf.labels import labels_of
from aligngraph.rdf.namespaces import AG, PREFIXES, shorten
from aligngraph.rdf.terms import Node

_OWNING = (AG + "hasPublication", AG + "hasAuthorship", AG + "hasLink")


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


def compare(old: Iterable[ox.Triple], new: Iterable[ox.Triple]) -> Diff:
    """Return how *new* differs from *old*; blank nodes count as the same where the graphs are isomorphic.

    Raise CatalogueError where one of them has more blank nodes than can be named in reasonable time.
    """
    before, after = named_alike(old), named_alike(new)
    removed = tuple(sorted(before - after, key=str))
    added = tuple(sorted(after - before, key=str))
    return Diff(removed, added, tuple(_things(before, after, removed, added)))


def _things(
    before: set[ox.Triple], after: set[ox.Triple], removed: Iterable[ox.Triple], added: Iterable[ox.Triple]
) -> Iterator[ThingChange]:
    owners = {t.object: t.subject for t in (*before, *after) if t.predicate.value in _OWNING}
    labels = labels_of((*before, *after))
    subjects_before = {triple.subject for triple in before}
    subjects_after = {triple.subject for triple in after}
    # Thing → subject and predicate → the values that went, and came.
    changes: dict[Node, dict[tuple[str, str], tuple[list[str], list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: ([], []))
    )
    for side, triples in enumerate((removed, added)):
        for triple in triples:
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
