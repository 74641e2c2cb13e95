"""Statements grouped by subject, read off N-Quads, a form that the W3C defines: short to keep, and quick to get.

The statements about a thing are a list of parts, each a predicate and an object in N-Triples with a blank between. Half
of them are shared by many things, so what is written for a part is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import pyoxigraph as ox

from aligngraph.rdf.order import predicate_key
from aligngraph.turtle.terms import unescape

AT_ONCE = 8192
"""Statements that the engine is given at a time."""
_KEPT = 20_000
"""Parts for which the text written is kept."""
_STATEMENT = re.compile(
    r'[ \t]*([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+(<<\(.*\)>>|<[^>]*>|_:[^ \t\n]+|".*"[^ \t\n]*)'
    r"(?:[ \t]+(<[^>]*>|_:[^ \t\n]+))?[ \t]*\.[ \t]*\n"
)
"""A line of N-Quads (RDF 1.1 N-Quads, section 4): three terms, a graph or none, and a dot."""


class Things(NamedTuple):
    """What one or more graphs say."""

    said: dict[str, list[str]]
    """Subjects in the order of first mention, each with the parts of its statements."""
    near_blanks: dict[str, None]
    """The subjects that are blank nodes or may refer to some."""


def as_lines(statements: Iterable[ox.Quad] | Iterable[ox.Triple]) -> Iterator[bytes]:
    """Yield *statements* as lines of N-Quads, many at a time; those of the default graph are N-Triples, too."""
    source: Iterator[Any] = iter(statements)
    while content := ox.serialize(islice(source, AT_ONCE), format=ox.RdfFormat.N_QUADS):
        yield content


def in_graph(content: bytes, graph: str) -> bytes:
    """Return lines of N-Quads with those of the default graph put into *graph*, an IRI in N-Quads."""
    return _STATEMENT.sub(lambda m: m[0] if m[4] else f"{m[1]} {m[2]} {m[3]} {graph} .\n", content.decode()).encode()


def gather_graphs(contents: Iterable[bytes]) -> dict[str, Things]:
    """Return what lines of N-Quads say, by the names of the graphs; the default graph's is empty."""
    graphs: dict[str, Things] = {}
    known: dict[str, str] = {}
    for content in contents:
        found = _STATEMENT.findall(content.decode())
        assert len(found) == content.count(b"\n")  # each line is a statement
        current, said = None, {}
        for subject, predicate, object_, graph in found:
            if graph != current:
                current, said = graph, graphs.setdefault(graph, Things({}, {})).said
            part = f"{predicate} {object_}"
            part = known.setdefault(part, part)
            if subject in said:
                said[subject].append(part)
            else:
                said[subject] = [part]
        if b"_:" in content:
            for subject, _, object_, graph in found:
                if subject[0] == "_" or object_[0] == "_":
                    graphs[graph].near_blanks[subject] = None
        if len(known) > _KEPT:
            known.clear()
    return graphs


def gather(contents: Iterable[bytes]) -> Things:
    """Return what lines of N-Quads say, whatever the graph."""
    graphs = list(gather_graphs(contents).values())
    things = graphs[0] if graphs else Things({}, {})
    for other in graphs[1:]:
        things.near_blanks.update(other.near_blanks)
        for subject, parts in other.said.items():
            things.said.setdefault(subject, []).extend(parts)
    return things


def by_predicate(parts: Iterable[str]) -> dict[str, list[str]]:
    """Return the predicates in *parts*, each with its objects, all once."""
    found: dict[str, dict[str, None]] = {}
    for part in parts:
        predicate, _, object_ = part.partition(" ")
        found.setdefault(predicate, {})[object_] = None
    return {predicate: list(objects) for predicate, objects in found.items()}


class Layout(dict[str, tuple[str, str]]):
    """For each part the key of its predicate's place and what is written for it, found out when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._predicates: dict[str, tuple[str, str]] = {}

    def write_predicate(self, token: str) -> str:
        """Return what is written for a predicate."""
        raise NotImplementedError

    def write(self, predicate: str, objects: list[str]) -> str:
        """Return what is written for a predicate, itself as written, and its objects."""
        raise NotImplementedError

    def predicate(self, token: str) -> tuple[str, str]:
        """Return the key of a predicate's place, and what is written for it."""
        if token not in self._predicates:
            self._predicates[token] = predicate_key(unescape(token[1:-1])), self.write_predicate(token)
        return self._predicates[token]

    def __missing__(self, part: str) -> tuple[str, str]:
        """Write *part* and keep it."""
        predicate, _, object_ = part.partition(" ")
        key, verb = self.predicate(predicate)
        if len(self) >= _KEPT:
            self.clear()
        self[part] = written = key, self.write(verb, [object_])
        return written

    def in_order(self, parts: list[str]) -> dict[str, str]:
        """Return the text for each predicate in *parts*, the statements about a thing, by the keys, in their order."""
        found = dict(map(self.__getitem__, parts))
        if len(found) < len(parts):
            for predicate, objects in by_predicate(parts).items():
                if len(objects) > 1:
                    key, verb = self.predicate(predicate)
                    found[key] = self.write(verb, objects)
        return dict(sorted(found.items()))
