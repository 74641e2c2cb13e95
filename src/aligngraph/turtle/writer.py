"""Canonical Turtle, the writing half: nested blank nodes, the lines of one subject, and whole graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from aligngraph.files.spooling import Held
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.rdf.order import natural_key, subject_key
from aligngraph.turtle.grouping import Layout, Things, as_lines, by_predicate, gather, gather_graphs
from aligngraph.turtle.terms import NIL, TYPE, CannotFormatError, Names, object_place, subject_place

WIDTH = 110
"""Columns a line of several objects may take before they go on a line each."""
STEP = "    "
MAX_DEPTH = 100
_FIRST, _REST = (f"<{PREFIXES['rdf']}{end}>" for end in ("first", "rest"))


def write_turtle(triples: Iterable[ox.Triple], name: str = "the graph") -> str:
    """Return *triples* as canonical Turtle with the project's prefixes; blank nodes keep their labels where needed.

    Raise CannotFormatError where a triple quotes another.
    """
    return "".join(lay_out(gather(as_lines(triples)), Names(name)))


def lay_out(things: Things, names: Names) -> Iterator[str]:
    """Yield canonical Turtle for *things*, in pieces; they are used up."""
    # Which prefixes are used is known when all is laid out.
    blocks = Held(TurtleWriter(things, PlainLines(names)).blocks(), "\n")
    prefixes = declare_prefixes(names)
    yield prefixes
    if blocks and prefixes:
        yield "\n"
    yield from blocks.pieces()


def lay_out_graphs(contents: Iterable[bytes], names: Names) -> Iterator[str]:
    """Yield the graphs in *contents*, lines of N-Quads, as TriG, each in canonical Turtle.

    A blank node of several graphs keeps its label.
    """
    texts = Held(_graphs(gather_graphs(contents), names), "")
    yield declare_prefixes(names)
    yield from texts.pieces()


def _graphs(graphs: dict[str, Things], names: Names) -> Iterator[str]:
    counts = Counter(node for things in graphs.values() for node in _blank_nodes(things))
    shared = frozenset(node for node, count in counts.items() if count > 1) | graphs.keys()
    lines = PlainLines(names)
    for graph in sorted(graphs, key=lambda graph: natural_key(graph or str(ox.DefaultGraph()))):
        blocks = TurtleWriter(graphs.pop(graph), lines, shared=shared).blocks()
        name = names.write(graph) if graph.startswith("<") else graph
        yield "\n".join(["", f"{name} {{" if name else "{", "", *blocks, "}\n"])


def _blank_nodes(things: Things) -> set[str]:
    objects = (part.partition(" ")[2] for subject in things.near_blanks for part in things.said[subject])
    return {token for token in (*things.near_blanks, *objects) if token.startswith("_:")}


def declare_prefixes(names: Names) -> str:
    """Return the lines that declare the prefixes used so far."""
    return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in names.declared().items())


class PlainLines(Layout):
    """The lines of parts without blank nodes."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self.names = names

    def write_predicate(self, token: str) -> str:
        """Return a predicate in canonical form."""
        return "a" if token == TYPE else self.names.write(token)

    def write(self, predicate: str, objects: list[str]) -> str:
        """Return the lines of a predicate."""
        if len(objects) == 1:
            return f"{STEP}{predicate} {self.names.object(objects[0])} ;"
        texts = [self.names.object(token) for token in sorted(objects, key=self.object_key)]
        line = f"{STEP}{predicate} {' , '.join(texts)} ;"
        return line if _fits(line) else _one_a_line(predicate, texts, STEP)

    def object_key(self, token: str) -> tuple[int, str, str]:
        """Return where an object, no blank node, stands among others: IRIs first, each in natural order."""
        kind, value = object_place(token, self.names.about)
        return kind, value, self.names.object(token) if kind else ""


class TurtleWriter:
    """Lays out the statements about the things of one graph."""

    def __init__(
        self,
        things: Things,
        lines: PlainLines,
        *,
        labels: frozenset[str] | None = None,
        shared: frozenset[str] = frozenset(),
    ) -> None:
        """Take in what a graph says.

        *labels* are the blank nodes whose label lasts, all where it is None; those *shared* with other graphs always
        keep theirs.
        """
        self.names = lines.names
        self._things = things
        self._lines = lines
        self._described: dict[str, dict[str, list[str]]] = {}
        """Blank nodes, each with its predicates and their objects."""
        parents: dict[str, list[str]] = {}
        for subject in things.near_blanks:
            found = by_predicate(things.said[subject])
            if subject.startswith("_:"):
                self._described[subject] = found
            for objects in found.values():
                for token in objects:
                    if token.startswith("_:"):
                        parents.setdefault(token, []).append(subject)
        self._referred = frozenset(parents) | shared
        self.nested = _find_nested(parents, labels) - shared
        self.lasting = frozenset(node[2:] for node in self._referred - self.nested)
        self._parents = {node: parents[node][0] for node in self.nested}
        self._cells = self._find_cells()
        self._inline: dict[str, str] = {}

    def blocks(self) -> Iterator[str]:
        """Yield the text of each subject that has a block of its own, in canonical order; what is said is used up."""
        subjects = [subject for subject in self._things.said if subject not in self.nested]
        subjects.sort(key=self.order if self._described else subject_place)
        for subject in subjects:
            yield "\n".join([self.head(subject), *self.block(subject).values(), ".\n"])

    def order(self, subject: str) -> str:
        """Return the sort key of a subject: IRIs, labelled blank nodes, then others by their statements."""
        if subject.startswith("_:") and subject not in self._referred:
            return f"2{subject_key(self._bracket(subject, 0))}"
        return subject_place(subject)

    def head(self, subject: str) -> str:
        """Return the line that opens the block of *subject*."""
        if not subject.startswith("_:"):
            return self.names.write(subject)
        return subject if subject in self._referred else "[]"

    def block(self, subject: str) -> dict[str, str]:
        """Return the indented text of each predicate of *subject*, with its closing ``;``, by the key of its place.

        The statements about *subject* are used up.
        """
        said = self._things.said.pop(subject)
        if subject not in self._things.near_blanks:
            return self._lines.in_order(said)
        return dict(sorted(self._statement(*part, STEP) for part in by_predicate(said).items()))

    def _find_cells(self) -> frozenset[str]:
        # From each end of a list upwards, so that only lists that end are written as lists.
        def is_cell(node: str) -> bool:
            found = self._described.get(node, {})
            return (
                node in self.nested
                and found.keys() == {_FIRST, _REST}
                and all(len(objects) == 1 for objects in found.values())
            )

        cells: set[str] = set()
        for node in self.nested:
            if is_cell(node) and self._described[node][_REST][0] == NIL:
                cell = node
                while cell not in cells:
                    cells.add(cell)
                    parent = self._parents[cell]
                    if not is_cell(parent) or self._described[parent][_REST][0] != cell:
                        break
                    cell = parent
        return frozenset(cells)

    def _statement(self, predicate: str, objects: list[str], indent: str) -> tuple[str, str]:
        key, verb = self._lines.predicate(predicate)
        ordered = sorted(objects, key=self._object_key)
        line = f"{indent}{verb} {' , '.join(self._flat(term, 0) for term in ordered)} ;"
        if _fits(line):
            return key, line
        if len(ordered) == 1:
            return key, f"{indent}{verb} {self._full(ordered[0], indent)} ;"
        return key, _one_a_line(verb, [self._full(term, indent + STEP) for term in ordered], indent)

    def _object_key(self, token: str) -> tuple[int, str, str]:
        if token.startswith("_:"):
            return 2, natural_key(self._flat(token, 0)), ""
        return self._lines.object_key(token)

    def _flat(self, token: str, depth: int) -> str:
        """Return *token* on one line, but for line breaks in its strings."""
        if depth > MAX_DEPTH:
            raise CannotFormatError(f"{self.names.about}: blank nodes are nested more than {MAX_DEPTH} deep.")
        if not token.startswith("_:"):
            return self.names.object(token)
        if token not in self.nested:
            return token
        if token not in self._inline:
            if token in self._cells:
                self._inline[token] = f"( {' '.join(self._flat(item, depth + 1) for item in self._items(token))} )"
            else:
                self._inline[token] = self._bracket(token, depth)
        return self._inline[token]

    def _bracket(self, node: str, depth: int) -> str:
        lines = []
        for predicate, objects in self._described.get(node, {}).items():
            key, verb = self._lines.predicate(predicate)
            for token in objects:
                self._flat(token, depth + 1)  # refuses what is too deep before the sort goes there
            ordered = sorted(objects, key=self._object_key)
            lines.append((key, f"{verb} {' , '.join(self._flat(token, depth + 1) for token in ordered)}"))
        return f"[ {' ; '.join(line for _, line in sorted(lines))} ]" if lines else "[]"

    def _full(self, token: str, indent: str) -> str:
        """Return *token* at *indent*: nested nodes in lines of their own where one line is too short."""
        flat = self._flat(token, 0)
        if token not in self.nested or _fits(f"{indent}{STEP}{flat} ;"):
            return flat
        inner = indent + STEP
        if token in self._cells:
            lines = [inner + self._full(item, inner) for item in self._items(token)]
            return "\n".join(["(", *lines, f"{indent})"])
        described = sorted(self._statement(*part, inner) for part in self._described.get(token, {}).items())
        return "\n".join(["[", *(line for _, line in described), f"{indent}]"])

    def _items(self, cell: str) -> Iterator[str]:
        while cell != NIL:
            yield self._described[cell][_FIRST][0]
            cell = self._described[cell][_REST][0]


def _one_a_line(verb: str, texts: Iterable[str], indent: str) -> str:
    return f"{indent}{verb}\n" + " ,\n".join(f"{indent}{STEP}{text}" for text in texts) + " ;"


def _fits(line: str) -> bool:
    return len(line) <= WIDTH and "\n" not in line


def _find_nested(parents: Mapping[str, list[str]], labels: frozenset[str] | None) -> frozenset[str]:
    """Return the blank nodes that can be written where they are used: used once, and not inside themselves.

    A ring of nodes is cut at those that have a label, which every ring in a file has.
    """
    single = {node: found[0] for node, found in parents.items() if len(found) == 1}
    in_ring: set[str] = set()
    done: set[str] = set()
    for start in single:
        path: dict[str, None] = {}
        node = start
        while node in single and node not in done and node not in path:
            path[node] = None
            node = single[node]
        if node in path:
            members = list(path)
            in_ring.update(members[members.index(node) :])
        done.update(path)
    return frozenset(node for node in single if node not in in_ring or (labels is not None and node[2:] not in labels))
