"""The statements of a catalogue as its files write them, in the engine's syntaxes, with lasting blank node labels.

None is kept: each way to read them goes through the files anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from aligngraph.catalogue.sources import Source, find_sources, ontology_folder, parse_file, read_quads
from aligngraph.errors import ExportError
from aligngraph.export.graph import load_quads
from aligngraph.rdf.namespaces import GRAPH, INFERRED_GRAPH
from aligngraph.turtle.grouping import as_lines, in_graph
from aligngraph.turtle.terms import CannotFormatError

# Literals, quoted triples, IRIs and blank nodes, each whole, so that none is looked for inside another.
_TERM = re.compile(r'"(?:[^"\\]|\\.)*"(?:@\S*(?P<direction>--))?|(?P<quoted><<\()|<[^>\s]*>|(?P<blank>_:\S+)|[^\s"<]+')

_MAPPINGS = Source(ontology_folder() / "mappings.ttl", ox.NamedNode(GRAPH + "ontology/mappings"))

_SPECIAL = (b"_:", b"--", b"<<(")
"""What stands in every text with blank nodes, base directions or quoted triples, and in few others."""


class Statements:
    """What the files of a catalogue say."""

    def __init__(
        self,
        data: Sequence[Path] = (),
        *,
        inferred: bool = False,
        mappings: bool = False,
        derived: Iterable[ox.Triple] | None = None,
    ) -> None:
        """Take the catalogue in *data* (the shipped one where empty), and with *inferred* what is inferred from it.

        With *mappings* the mappings of the terms to other vocabularies are there, and what is inferred takes them in.
        *derived* is what is inferred, where that is known.

        Reading raises CatalogueError where a file can't be read, ExportError or CannotFormatError where it holds what
        only RDF 1.2 can say.
        """
        self._data = data
        self._inferred = inferred
        self._mappings = mappings
        self._derived = derived

    def ntriples(self) -> Iterator[bytes]:
        """Yield lines of N-Triples, many at a time."""
        for file in self._files():
            yield from map(file.settle, as_lines(quad.triple for quad in file.quads))

    def nquads(self) -> Iterator[bytes]:
        """Yield lines of N-Quads, many at a time."""
        for file in self._files():
            for content in as_lines(file.quads):
                yield file.settle(in_graph(content, str(file.graph)))

    def _files(self) -> Iterator[_File]:
        labels: dict[tuple[int, str], str] = {}
        more = [_MAPPINGS] if self._mappings else []
        for number, source in enumerate([*find_sources(self._data), *more]):
            yield _File(number, str(source.path), source.graph, parse_file(source.path), labels)
        if self._inferred:
            derived = self._infer() if self._derived is None else self._derived
            quads = (ox.Quad(triple.subject, triple.predicate, triple.object) for triple in derived)
            yield _File(-1, "inferred statements", ox.NamedNode(INFERRED_GRAPH), quads, labels)

    def _infer(self) -> list[ox.Triple]:
        from aligngraph.reasoning.closure import closure

        asserted = load_quads(self._data)
        if self._mappings:
            from aligngraph.stores.push import is_mapping

            asserted += [quad for quad in read_quads([_MAPPINGS]) if is_mapping(quad.triple)]
        return closure(asserted)


@dataclass(frozen=True)
class _File:
    """One file of a catalogue, being read."""

    number: int
    name: str
    graph: ox.NamedNode
    quads: Iterator[ox.Quad]
    labels: dict[tuple[int, str], str]
    """The labels of blank nodes, in this file and those before, and what is written for them."""

    def settle(self, lines: bytes) -> bytes:
        """Return *lines*, of this file's statements, with lasting labels for blank nodes.

        Raise ExportError or CannotFormatError where they say what only RDF 1.2 can say.
        """
        if not any(mark in lines for mark in _SPECIAL):
            return lines
        return b"\n".join(
            _TERM.sub(self._settled, line.decode()).encode() if any(mark in line for mark in _SPECIAL) else line
            for line in lines.split(b"\n")
        )

    def _settled(self, match: re.Match[str]) -> str:
        if match["direction"]:
            raise ExportError(f"{self.name}: text with a base direction (RDF 1.2) can't be exported.")
        if match["quoted"]:
            raise CannotFormatError(f"{self.name}: quotes a triple (RDF 1.2), which is not supported here.")
        if match["blank"]:
            return self.labels.setdefault((self.number, match[0]), f"_:b{len(self.labels) + 1}")
        return match[0]
