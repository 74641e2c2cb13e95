"""Answers as tables for pages: what names a thing leads to it, in place of a column of IRIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pyoxigraph as ox

from aligngraph.api.table import Table, value_of
from aligngraph.queries.lookup import curie

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Term


LinkOf: TypeAlias = Callable[[str | None], str | None]
"""What gives the address that an IRI leads to, None where it has none."""


_LONG = 30
"""Letters of a text that needs a wide column."""


class Cell(NamedTuple):
    """One cell of a table: its text, and where it leads."""

    text: str
    link: str | None
    kind: str
    """What it is as a class of the stylesheet: a number, a longer text, or '' for what is neither."""

    @property
    def number(self) -> bool:
        """Whether it is a number."""
        return self.kind == "number"


class Shown(NamedTuple):
    """The columns that are shown, and their cells."""

    columns: list[str]
    rows: list[list[Cell]]


def shown(table: Table, link_of: LinkOf) -> Shown:
    """Return the columns of *table* to show and their cells, with links as *link_of* gives them."""
    places = {name: place for place, name in enumerate(table.columns)}
    named = {
        label: name
        for name in places
        for label in (f"{name}Label", f"{name}Title", "title")
        if _names(label, name, places)
    }
    columns = [name for name in table.columns if name not in named.values()]
    rows = [
        [
            _cell(row.terms[places[name]], row.terms[places[named[name]]] if name in named else None, link_of)
            for name in columns
        ]
        for row in table
    ]
    return Shown(columns, rows)


def ordered(table: Table, column: str, *, descending: bool) -> Table:
    """Return *table* with its rows in the order of *column*; what is empty comes last."""
    place = table.columns.index(column)
    filled = [row for row in table if row.terms[place] is not None]
    rows = sorted(filled, key=lambda row: _order(row.terms[place]), reverse=descending)
    rest = [row for row in table if row.terms[place] is None]
    return Table(table.columns, [row.terms for row in (*rows, *rest)], table.form)


def _order(term: Term | None) -> tuple[int, float, str]:
    value = value_of(term)
    if isinstance(value, int | float):
        return 0, float(value), ""
    return 1, 0.0, str(value).casefold()


def _names(label: str, name: str, places: Mapping[str, int]) -> bool:
    """Tell whether the column *label* has the names of the IRIs in the column *name*."""
    return label in places and (label != "title" or name == "work")


def _cell(term: Term | None, thing: Term | None, link_of: LinkOf) -> Cell:
    value = value_of(term)
    iri = next((one.value for one in (term, thing) if isinstance(one, ox.NamedNode)), None)
    text = "" if value is None else curie(term.value) if isinstance(term, ox.NamedNode) else str(value)
    if iri is None and text.startswith(("https://", "http://")):
        iri = text
    if not text and iri is not None:
        text = curie(iri)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(text, link_of(iri), "number" if is_number else "text" if len(text) > _LONG else "")
