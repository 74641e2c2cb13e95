"""Tables: one a class, a row a thing, a column a property."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.errors import ExportError
from aligngraph.export.graph import RDF_TYPE, Graph, load_quads
from aligngraph.rdf.namespaces import AG, PREFIXES, expand, shorten
from aligngraph.rdf.order import predicate_key

if TYPE_CHECKING:
    from aligngraph.turtle.terms import Object

SEPARATOR = " | "
_OWL_CLASS = ox.NamedNode(PREFIXES["owl"] + "Class")
# A negative number is none; a tab or carriage return before it is passed over.
_FORMULA = re.compile(r"[\t\r]*(?!-?[0-9.]+\Z)[=+@-]|[\t\r]")


def load_graph(data: Sequence[Path] = (), *, inferred: bool = False) -> Graph:
    """Return the catalogue in *data* for making tables; raise CatalogueError or ExportError."""
    return load_quads(data, inferred=inferred).graph


def write_tables(graph: Graph, *, inert: bool = False) -> Iterator[tuple[str, str]]:
    """Yield a file name and the CSV of each class that something is said to be of, *inert* as `table` says."""
    taken: set[str] = set()
    for class_ in graph.classes():
        name = _file_name(class_.value)
        while name.lower() in taken:  # not every file system tells capitals apart
            name += "-2"
        taken.add(name.lower())
        yield f"{name}.csv", table(graph, graph.subjects(RDF_TYPE, class_), inert=inert)


def class_table(graph: Graph, name: str, *, inert: bool = False) -> str:
    """Return the CSV of the things of the class *name* and of the classes below it.

    *name* is a name of the project's (``Work``), a CURIE or an IRI. Raise ExportError, with the nearest names, where
    nothing is of it.
    """
    for wanted in (expand(name) or name, name) if ":" in name else (AG + name,):
        try:
            things = graph.instances(ox.NamedNode(wanted))
        except ValueError:  # not an IRI
            continue
        if things:
            return table(graph, things, inert=inert)
    from difflib import get_close_matches

    terms = [class_ for class_ in graph.instances(_OWL_CLASS) if graph.instances(class_)]
    known = sorted({_plain_name(class_.value) for class_ in (*graph.classes(), *terms)})
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
    raise ExportError(f"there is nothing of the class {name!r}: {hint}")


def table(graph: Graph, things: Iterable[Object], *, inert: bool = False) -> str:
    """Return CSV (RFC 4180) of *things*: IRI, label, then a column for each property and language.

    A property of things has two columns: their IRIs, and their labels in the same order. Several values stand in one
    cell, ``|`` between them; a bar or backslash in a value has a backslash before it. Spreadsheets run a cell that
    begins with ``=``, ``+``, ``-`` or ``@`` as a formula: with *inert* an apostrophe stands before it.
    """
    rows = [thing for thing in things if not isinstance(thing, ox.Literal)]
    found: set[_Column] = set()
    labelled: set[_Column] = set()
    for thing in rows:
        for predicate, values in graph.statements(thing).items():
            for value in values:
                column = _Column(predicate, _language(value))
                found.add(column)
                if not isinstance(value, ox.Literal) and graph.label(value):
                    labelled.add(column)
    columns = sorted(found, key=lambda column: (predicate_key(column.predicate.value), column.language))
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    head = ["iri", "label"]
    for column in columns:
        head += [column.name, f"{column.name} label"] if column in labelled else [column.name]
    writer.writerow(head)
    for thing in rows:
        row = [_name(thing), graph.label(thing)]
        for column in columns:
            cell = [term for term in graph.objects(thing, column.predicate) if _language(term) == column.language]
            row.append(_join(term.value if isinstance(term, ox.Literal) else _name(term) for term in cell))
            if column in labelled:
                row.append(_join(graph.label(term) for term in cell))
        writer.writerow([f"'{cell}" if inert and _FORMULA.match(cell) else cell for cell in row])
    return buffer.getvalue()


@dataclass(frozen=True)
class _Column:
    predicate: ox.NamedNode
    language: str

    @property
    def name(self) -> str:
        return _plain_name(self.predicate.value) + (f"@{self.language}" if self.language else "")


def _language(term: Object) -> str:
    return term.language or "" if isinstance(term, ox.Literal) else ""


def _join(values: Iterable[str]) -> str:
    return SEPARATOR.join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def _name(node: ox.NamedNode | ox.BlankNode) -> str:
    return node.value if isinstance(node, ox.NamedNode) else f"_:{node.value}"


def _plain_name(iri: str) -> str:
    """Return the project's own name of a term without a prefix, another's as a CURIE."""
    return iri[len(AG) :] if iri.startswith(AG) else shorten(iri).strip("<>")


def _file_name(iri: str) -> str:
    name = _plain_name(iri)
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
