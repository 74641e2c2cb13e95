"""The shapes as the tool reads them: each rule with its message and path, and the nodes that the shapes target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from aligngraph.catalogue.sources import parse_rdf, read_bytes
from aligngraph.errors import CatalogueError
from aligngraph.rdf.namespaces import PREFIXES, shorten
from aligngraph.rdf.terms import TYPE, Node
from aligngraph.sparql.read_only import without_texts

SH = PREFIXES["sh"]
SEVERITIES = ("violation", "warning", "info")
"""The worst first."""
UNNAMED = SH + "Shape"
"""Stands for a shape without an IRI, which has none above it either."""
_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_CLASS = PREFIXES["rdfs"] + "Class"
_FIRST = PREFIXES["rdf"] + "first"
_REST = PREFIXES["rdf"] + "rest"
_NIL = PREFIXES["rdf"] + "nil"
_DEEPEST = 100
"""How deep the parts of a property path may be nested."""
_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_MARKS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_OF_PATHS = {SH + name for name in (*_MARKS, "inversePath", "alternativePath")} | {_FIRST}
_OF_SHAPES = tuple(SH + name for name in ("node", "property", "not", "qualifiedValueShape"))
_OF_LISTS_OF_SHAPES = tuple(SH + name for name in ("and", "or", "xone"))
_IRI = re.compile("<[^>]*>")
_NO_PARAMETERS = {SH + name for name in "name description order group defaultValue message severity declare".split()}

Nodes: TypeAlias = Mapping[Node, Mapping[str, Sequence[Node]]]
"""What a file says of each node, by predicate."""


@dataclass(frozen=True)
class PropertyPath:
    """A property path (SHACL 2.3.1) as people read it, and where in a record an author would look for it."""

    text: str
    starts: tuple[str, ...]
    """The predicates it follows first, as far as these stand on the node itself."""
    shared: str | None = None
    """The predicate p of a path ``p/^p``, which leads to the things that share a value."""


@dataclass(frozen=True)
class Rule:
    """A shape as reports name it. Deactivated ones with a message are checked by the tool itself."""

    iri: str
    """Of the shape, or of the nearest one around it that has an IRI."""
    name: str
    message: str
    severity: str
    """``violation``, ``warning``, ``info``, or the IRI of another severity."""
    path: PropertyPath | None = None
    node: Node | None = field(default=None, compare=False, repr=False)
    """The shape in its file, where blank nodes have other labels at each reading."""


@dataclass(frozen=True)
class Shapes:
    """A shapes file: what it says, and its rules by IRI, which are its named shapes with a message."""

    path: Path
    rules: Mapping[str, Rule]
    nodes: Nodes = field(repr=False)

    @cached_property
    def targets(self) -> Mapping[str, frozenset[Node]]:
        """For each of targetClass, targetNode, targetObjectsOf and targetSubjectsOf the terms named.

        A shape that is a class targets its members (SHACL 2.1.3.3).
        """
        return self._find_targets(active=True)

    @property
    def is_active(self) -> bool:
        """Whether a shape that has a target is not deactivated."""
        return any(self.targets.values())

    @property
    def count(self) -> int:
        """How many rules there are: those with a message of their own; where there are none, the property shapes."""
        return len(self.rules) or sum(SH + "path" in values for values in self.nodes.values())

    @property
    def has_targets(self) -> bool:
        """Whether a shape has a target, be it deactivated."""
        return self.is_active or any(self._find_targets(active=False).values())

    def _find_targets(self, *, active: bool) -> dict[str, frozenset[Node]]:
        found: dict[str, set[Node]] = {name: set() for name in _TARGETS}
        for node, values in self.nodes.items():
            if not active or ox.Literal(True) not in values.get(SH + "deactivated", ()):
                for name in _TARGETS:
                    found[name].update(values.get(SH + name, ()))
                if self._is_class_and_shape(node):
                    found["targetClass"].add(node)
        return {name: frozenset(terms) for name, terms in found.items()}

    def _is_class_and_shape(self, node: Node) -> bool:
        values = self.nodes[node]
        types = values.get(TYPE, ())
        is_shape = any(type_ in types for type_ in (_sh("NodeShape"), _sh("PropertyShape"))) or any(
            predicate.startswith(SH) and predicate not in _NO_PARAMETERS for predicate in values
        )
        return is_shape and any(_CLASS in _upwards(iri_of(type_), self._superclasses) for type_ in types)

    @cached_property
    def _superclasses(self) -> Mapping[str, set[str]]:
        found = {PREFIXES["owl"] + "Class": {_CLASS}}  # as OWL has it
        for node, values in self.nodes.items():
            if _SUBCLASS in values:
                found.setdefault(iri_of(node), set()).update(map(iri_of, values[_SUBCLASS]))
        return found

    def focus_nodes(self, triples: Iterable[ox.Triple]) -> set[Node]:
        """Return the nodes that the shapes target where the data are *triples* (SHACL 2.1.3)."""
        subjects_of, objects_of, classes = (
            {iri_of(term) for term in self.targets[name]}
            for name in ("targetSubjectsOf", "targetObjectsOf", "targetClass")
        )
        found: set[Node] = set(self.targets["targetNode"])
        above: dict[str, set[str]] = {}
        members: dict[str, list[Node]] = {}
        for triple in triples:
            predicate = triple.predicate.value
            if predicate == TYPE:
                members.setdefault(iri_of(triple.object), []).append(triple.subject)
            elif predicate == _SUBCLASS:
                above.setdefault(iri_of(triple.subject), set()).add(iri_of(triple.object))
            if predicate in subjects_of:
                found.add(triple.subject)
            if predicate in objects_of:
                found.add(triple.object)
        for kind, things in members.items():
            if not classes.isdisjoint(_upwards(kind, above)):
                found.update(things)
        return found

    def rule_of(self, node: Node) -> Rule:
        """Return the rule that the shape *node* is, named or not."""
        rule = self.rules.get(iri_of(node))
        return rule if rule is not None else _rule(node, self.nodes, self._name_of(node))

    def named(self, node: Node) -> str:
        """Return how people call *node*, or the nearest node around it that has a name."""
        return shorten(self._name_of(node))

    def _name_of(self, node: Node) -> str:
        """Return the IRI of *node*, or of the nearest node around it that has one."""
        seen: set[Node] = set()
        while not isinstance(node, ox.NamedNode):
            if node in seen or node not in self._around:
                return UNNAMED
            seen.add(node)
            node = self._around[node]
        return node.value

    @cached_property
    def _around(self) -> dict[Node, Node]:
        return {
            value: node
            for node, values in self.nodes.items()
            for found in values.values()
            for value in found
            if isinstance(value, ox.BlankNode)
        }

    @cached_property
    def engine_triples(self) -> Sequence[ox.Triple]:
        """Return what an engine is given: shapes without an IRI have one there, and each target is said."""
        name = {node: _named(node, values) for node, values in self.nodes.items()}
        triples = [
            ox.Triple(_subject(name[node]), ox.NamedNode(predicate), name.get(value, value))
            for node, values in self.nodes.items()
            for predicate, found in values.items()
            for value in found
        ]
        for node in self.targets["targetClass"] & self.nodes.keys():
            if self._is_class_and_shape(node):
                triples.append(ox.Triple(_subject(node), _sh("targetClass"), node))
        return list(dict.fromkeys(triples))


_MADE_UP = "urn:aligngraph:shape:"


def _named(node: Node, values: Mapping[str, Sequence[Node]]) -> Node:
    """Return the IRI by which engines know *node*; paths and lists, which have to be blank nodes, stay."""
    if isinstance(node, ox.BlankNode) and not _OF_PATHS & values.keys() and any(p.startswith(SH) for p in values):
        return ox.NamedNode(_MADE_UP + node.value)
    return node


def of_engine(node: Node) -> Node:
    """Return what `Shapes.engine_triples` calls *node*."""
    made_up = isinstance(node, ox.NamedNode) and node.value.startswith(_MADE_UP)
    return ox.BlankNode(iri_of(node).removeprefix(_MADE_UP)) if made_up else node


def _subject(node: Node) -> ox.NamedNode | ox.BlankNode:
    assert isinstance(node, ox.NamedNode | ox.BlankNode)
    return node


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)


def iri_of(term: Node) -> str:
    """Return the IRI of *term*, or what it is written as where it has none."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def term_text(term: str) -> str:
    """Return *term*, written as in N-Triples, shorter: an IRI as a CURIE, a number without its datatype."""
    if term.startswith("<"):
        return shorten(term[1:-1])
    for datatype in ("integer", "boolean"):
        ending = f'"^^<{PREFIXES["xsd"]}{datatype}>'
        if term.endswith(ending):
            return term.removesuffix(ending)[1:]
    quoted, mark, datatype = term.rpartition("^^")
    return f"{quoted}^^{shorten(datatype[1:-1])}" if mark and datatype.startswith("<") else term


def _upwards(start: str, above: Mapping[str, set[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        new = above.get(todo.pop(), set()) - seen
        seen |= new
        todo += new
    return seen


def by_node(statements: Iterable[tuple[Node, str, Node]]) -> Nodes:
    """Return what *statements* say of each node, by predicate, in their order."""
    nodes: dict[Node, dict[str, list[Node]]] = {}
    for subject, predicate, value in statements:
        nodes.setdefault(subject, {}).setdefault(predicate, []).append(value)
    return nodes


_SUBQUERY = re.compile(r"\{\s*SELECT\b([^{}]*?)(?:\bWHERE\b|\{)", re.IGNORECASE)


def _unsupported_sparql(nodes: Nodes) -> str:
    """Return what a query in the shapes has that leaves ``$this`` without its value; '' where there is nothing."""
    kinds = ("sparql", "validator", "nodeValidator", "propertyValidator")
    asking = {node for values in nodes.values() for kind in kinds for node in values.get(SH + kind, ())}
    for values in (nodes.get(node, {}) for node in asking):
        for query in (*values.get(SH + "select", ()), *values.get(SH + "ask", ())):
            body = without_texts(query.value) if isinstance(query, ox.Literal) else ""
            for word in ("MINUS", "SERVICE", "VALUES"):
                if re.search(rf"(?<![?$:\w]){word}\b", body, re.IGNORECASE):
                    return f"a query has {word}"
            for columns in _SUBQUERY.findall(body):
                if "*" not in columns and not re.search(r"[?$]this\b", columns):
                    return "a query has a nested SELECT without $this"
    return ""


def read_shapes(path: Path) -> Shapes:
    """Return the rules of the shapes file *path*, in the order of the file.

    Raise CatalogueError where it can't be read, is not Turtle (BadTurtleError), nothing in it is a target, shapes refer
    to each other without end, or a query in it is none that SHACL allows. What is relative in it is so to the file's
    own address.
    """
    return _parse_shapes(path, read_bytes(path))


@lru_cache(maxsize=1)
def _parse_shapes(path: Path, content: bytes) -> Shapes:
    quads = parse_rdf(content, str(path), base=path.resolve().as_uri())
    nodes = by_node((quad.subject, quad.predicate.value, quad.object) for quad in quads)
    rules = {
        node.value: _rule(node, nodes, node.value)
        for node, values in nodes.items()
        if isinstance(node, ox.NamedNode) and SH + "message" in values
    }
    shapes = Shapes(path, rules, nodes)
    if not shapes.has_targets:
        raise CatalogueError(f"{path}: no shape in this file has a target, so nothing would be checked.")
    if reason := _unsupported_sparql(nodes):
        raise CatalogueError(f"{path}: {reason}, which SHACL does not allow in a constraint (appendix A).")
    for node, predicate in _open_lists(nodes):
        raise CatalogueError(
            f"{path}: the list of {shorten(predicate)} of {shapes.named(node)} does not end with rdf:nil, as each list "
            "in SHACL does (section 1.2): write it as ( … )."
        )
    for node, values in nodes.items():
        for start in values.get(SH + "path", ()):
            try:
                _read_path(start, nodes)
            except CatalogueError as error:
                raise CatalogueError(f"{path}: {shapes.named(node)}: {error}") from None
    circle = _find_circle(nodes)
    if circle:
        names = [shorten(shapes.rule_of(node).iri) for node in [*circle, circle[0]]]
        named = " → ".join(name for place, name in enumerate(names) if place == 0 or name != names[place - 1])
        raise CatalogueError(
            f"{path}: shapes refer to each other without end, which has no meaning in SHACL (section 3.4.3): {named}."
        )
    return shapes


def _open_lists(nodes: Nodes) -> Iterator[tuple[Node, str]]:
    """Yield the things and properties of SHACL whose list goes round in a circle, or just ends."""
    for node, values in nodes.items():
        for predicate, heads in values.items():
            for head in heads if predicate.startswith(SH) else ():
                seen: set[Node] = set()
                while _FIRST in nodes.get(head, {}) and head not in seen:
                    seen.add(head)
                    head = nodes[head].get(_REST, (head,))[0]
                if seen and head != ox.NamedNode(_NIL):
                    yield node, predicate


def _find_circle(nodes: Nodes) -> Sequence[Node]:
    """Return shapes of which each refers to the next and the last to the first; none where there are no such."""
    done: set[Node] = set()
    for start in nodes:
        path: dict[Node, Iterator[Node]] = {start: iter(_references(start, nodes))} if start not in done else {}
        while path:
            node = next(reversed(path))
            following = next(path[node], None)
            if following is None:
                done.add(node)
                del path[node]
            elif following in path:
                members = list(path)
                return members[members.index(following) :]
            elif following not in done:
                path[following] = iter(_references(following, nodes))
    return ()


def _references(node: Node, nodes: Nodes) -> list[Node]:
    values = nodes.get(node, {})
    found = [value for name in _OF_SHAPES for value in values.get(name, ())]
    for name in _OF_LISTS_OF_SHAPES:
        found += [item for head in values.get(name, ()) for item in _items(head, nodes)]
    return found


def _rule(node: Node, nodes: Nodes, iri: str) -> Rule:
    values = nodes.get(node, {})

    def text(*predicates: str) -> str | None:
        found = [value for name in predicates for value in values.get(name, ()) if isinstance(value, ox.Literal)]
        return best_of(found).value if found else None

    path_node = values.get(SH + "path", (None,))[0]
    path = None if path_node is None else _read_path(path_node, nodes)
    unnamed = path.text if path is not None and not isinstance(node, ox.NamedNode) else shorten(iri)
    return Rule(
        iri,
        text(SH + "name", PREFIXES["rdfs"] + "label") or unnamed,
        text(SH + "message") or "",
        severity_name(iri_of(values.get(SH + "severity", (_sh("Violation"),))[0])),
        path,
        node,
    )


def severity_name(iri: str) -> str:
    """Return what reports call a severity: ``violation``, ``warning``, ``info``, or the IRI of another."""
    return iri.removeprefix(SH).lower() if iri.startswith(SH) else iri


def best_of(texts: Sequence[ox.Literal]) -> ox.Literal:
    """Return the one of *texts* to show: in English, else in no language, else the first by language."""
    return min(texts, key=lambda text: (text.language != "en", text.language or "", text.value))


def _read_path(node: Node, nodes: Nodes, within: tuple[Node, ...] = ()) -> PropertyPath:
    if isinstance(node, ox.NamedNode):
        return PropertyPath(shorten(node.value), (node.value,))
    if node in within or len(within) > _DEEPEST:
        how = "refers to itself" if node in within else f"is nested more than {_DEEPEST} deep"
        raise CatalogueError(f"a property path {how}, which SHACL does not allow (section 2.3.1).")
    within = (*within, node)
    values = nodes.get(node, {})
    if _FIRST in values:
        steps = [_read_path(item, nodes, within) for item in _items(node, nodes)]
        first = steps[0].starts
        mirrored = len(steps) == 2 and len(first) == 1 and steps[1].text == f"^{steps[0].text}"
        return PropertyPath("/".join(_inner(step) for step in steps), first, first[0] if mirrored else None)
    for name, (value, *_) in values.items():
        if name == SH + "inversePath":
            return PropertyPath(f"^{_inner(_read_path(value, nodes, within))}", ())
        if name == SH + "alternativePath":
            parts = [_read_path(item, nodes, within) for item in _items(value, nodes)]
            return PropertyPath("|".join(part.text for part in parts), tuple(p for part in parts for p in part.starts))
        mark = _MARKS.get(name.removeprefix(SH))
        if mark:
            inside = _read_path(value, nodes, within)
            return PropertyPath(_inner(inside) + mark, inside.starts)
    raise CatalogueError(f"{node}: not a property path of SHACL.")


def _inner(path: PropertyPath) -> str:
    marks = _IRI.sub("", path.text)
    return f"({path.text})" if "|" in marks or "/" in marks else path.text


def _items(node: Node, nodes: Nodes) -> Iterable[Node]:
    seen: set[Node] = set()
    while _FIRST in nodes.get(node, {}) and node not in seen:
        seen.add(node)
        yield nodes[node][_FIRST][0]
        node = nodes[node].get(_REST, (node,))[0]
