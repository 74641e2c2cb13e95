"""Answers as pictures: bars, a timeline or a grid, as SVG in the colours of the stylesheet.

In the browser, `web/src/charts.js` draws the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox

from aligngraph.api.table import Table
from aligngraph.rdf.namespaces import BASE
from aligngraph.web.addresses import page_of

if TYPE_CHECKING:
    from markupsafe import Markup

_MOST_BARS = 40
_MOST_CELLS = 1_000
_MOST_ROWS = 30_000
_SIDE = 24
"""Rows and columns of a grid that has more cells than it may have."""
_LEVELS = 5
_BAR, _ROW = 18, 26
_CELL, _LABELS, _HEAD = 34, 220, 150
_LONGEST = 30
_YEAR = "year"
_ORDINALS = (_YEAR, "place")
"""Columns that number rows rather than measure them."""
_WORKS = {
    frozenset(("goal", "approach")): "works-by-approach",
    frozenset(("goal", "method")): "works-by-method",
}
"""Stored queries that list the works of a cell, by what its row and column are."""


class Mark(NamedTuple):
    """One bar or cell: what it is of, how much, and where it leads."""

    label: str
    value: float
    link: str | None


def picture(table: Table, settings: Mapping[str, Sequence[str]] | None = None) -> Markup | None:
    """Return *table* as a picture, where its columns suit one; *settings* are the parameters of its query."""
    if table.form != "SELECT" or not 2 <= len(table) <= _MOST_ROWS:
        return None
    numbers = [name for name in table.columns if _is_number(table, name)]
    labels = [name for name in table.columns if name.endswith("Label")]
    few = len(table) <= _MOST_CELLS
    by_year = numbers[:1] == [_YEAR] == list(table.columns[:1])
    numbers = [name for name in numbers if name not in _ORDINALS]
    if few and by_year and numbers and len({row[_YEAR] for row in table}) == len(table):
        return _of_years(table, numbers[0])
    things = [label for label in labels if label.removesuffix("Label") in table.columns]
    apart = [label for label in things if len({row[label] for row in table}) == len(table)] if few else []
    if apart and numbers:
        return _of_things(table, apart[0], numbers[0])
    if len(things) == 2 and len(numbers) == 1:
        return _of_pairs(table, things, numbers[0], settings or {})
    return None


def _is_number(table: Table, name: str) -> bool:
    return all(isinstance(value := row[name], int | float) and not isinstance(value, bool) for row in table)


def _of_years(table: Table, column: str) -> Markup:
    marks = [Mark(str(row[_YEAR]), float(row[column]), year_link(int(row[_YEAR]))) for row in table]  # type: ignore[arg-type]
    return timeline(sorted(marks), f"{column} by year")


def _of_things(table: Table, label: str, column: str) -> Markup | None:
    thing = label.removesuffix("Label")
    marks = []
    for row in table:
        term = row.terms[table.columns.index(thing)] if thing in table.columns else None
        link = page_of(term.value) if isinstance(term, ox.NamedNode) else None
        marks.append(Mark(str(row[label]), float(row[column]), link))  # type: ignore[arg-type]
    marks = sorted(marks, key=lambda mark: -mark.value)[:_MOST_BARS]
    return bars(marks, f"{column} of each {thing}") if any(mark.value > 0 for mark in marks) else None


def _of_pairs(table: Table, labels: Sequence[str], column: str, settings: Mapping[str, Sequence[str]]) -> Markup | None:
    down, across = (label.removesuffix("Label") for label in labels)
    if down not in table.columns or across not in table.columns:
        return None
    places = {name: table.columns.index(name) for name in (down, across)}
    listing = _WORKS.get(frozenset((down, across)))
    rows: dict[str, str] = {}
    columns: dict[str, str] = {}
    cells: dict[tuple[str, str], Mark] = {}
    for row in table:
        one, other = (row.terms[places[name]] for name in (down, across))
        if not isinstance(one, ox.NamedNode) or not isinstance(other, ox.NamedNode):
            return None
        rows[one.value], columns[other.value] = str(row[labels[0]]), str(row[labels[1]])
        value, link = row[column], None
        if listing is not None and value:
            pairs = [(down, _short(one.value)), (across, _short(other.value))]
            pairs += [("source", value) for value in settings.get("source", ("listed",))]
            link = f"/query/{listing}?{urlencode(pairs)}"
        cells[one.value, other.value] = Mark(f"{row[labels[0]]} × {row[labels[1]]}", float(value), link)  # type: ignore[arg-type]
    note = ""
    if len(rows) * len(columns) > _MOST_CELLS:
        note = f"Of {len(rows):,} × {len(columns):,} rows and columns, those with most."
        rows, columns = _fullest(rows, cells, 0), _fullest(columns, cells, 1)
    return grid(rows, columns, cells, f"{column} by {down} and {across}", note)


def _fullest(labels: Mapping[str, str], cells: Mapping[tuple[str, str], Mark], side: int) -> dict[str, str]:
    """Return the *labels* of the rows (*side* 0) or columns (1) that have most in their *cells*, in their order."""
    total = dict.fromkeys(labels, 0.0)
    for place, mark in cells.items():
        total[place[side]] += mark.value
    kept = set(sorted(total, key=lambda one: -total[one])[:_SIDE])
    return {one: label for one, label in labels.items() if one in kept}


def _short(iri: str) -> str:
    return iri.removeprefix(BASE).rpartition("/")[2]


def year_link(year: int) -> str:
    """Return the address of the works of *year*."""
    return f"/query/works-by-year?since={year}&until={year}"


def timeline(marks: Sequence[Mark], title: str) -> Markup:
    """Return *marks*, one for each year in order, as columns side by side."""
    most = max((mark.value for mark in marks), default=1) or 1
    step = max(min(720 // max(len(marks), 1), 64), 14)
    height = 140
    parts = []
    for place, mark in enumerate(marks):
        x, tall = place * step, max(round(height * mark.value / most), 1 if mark.value else 0)
        sparse = step < 36
        body = (
            f'<rect class="bar" x="{x + 2}" y="{20 + height - tall}" width="{step - 4}" height="{tall}"/>'
            f'<text class="value" x="{x + step / 2:g}" y="{14 + height - tall}">{_number(mark.value)}</text>'
        )
        shown = f"’{mark.label[2:]}" if sparse else mark.label
        body += f'<text class="tick" x="{x + step / 2:g}" y="{height + 38}">{_safe(shown)}</text>'
        parts.append(_linked(mark, body))
    return _svg(max(len(marks), 1) * step, height + 46, title, parts, "timeline")


def bars(marks: Sequence[Mark], title: str) -> Markup:
    """Return *marks* as bars, one below the other."""
    most = max((mark.value for mark in marks), default=1) or 1
    parts = []
    for place, mark in enumerate(marks):
        y = place * _ROW
        wide = max(round(420 * mark.value / most), 1 if mark.value else 0)
        body = (
            f'<text class="row" x="{_LABELS - 8}" y="{y + 17}">{_safe(_cut(mark.label))}</text>'
            f'<rect class="bar" x="{_LABELS}" y="{y + 3}" width="{wide}" height="{_BAR}"/>'
            f'<text class="after" x="{_LABELS + wide + 6}" y="{y + 17}">{_number(mark.value)}</text>'
        )
        parts.append(_linked(mark, body))
    return _svg(_LABELS + 480, len(marks) * _ROW, title, parts, "bars")


def grid(
    rows: Mapping[str, str],
    columns: Mapping[str, str],
    cells: Mapping[tuple[str, str], Mark],
    title: str,
    note: str = "",
) -> Markup:
    """Return *cells*, by the keys of their row and column, as a heat map; *rows* and *columns* are the labels."""
    most = max((mark.value for mark in cells.values()), default=1) or 1
    width, height = _LABELS + len(columns) * _CELL + 90, _HEAD + len(rows) * _ROW + (_ROW if note else 0)
    parts = [
        f'<rect class="empty" x="{_LABELS}" y="{_HEAD}" width="{len(columns) * _CELL}" height="{len(rows) * _ROW}"/>'
    ]
    for place, label in enumerate(columns.values()):
        x = _LABELS + place * _CELL + _CELL // 2
        parts.append(
            f'<text class="column" transform="translate({x + 4} {_HEAD - 6}) rotate(-45)">{_safe(_cut(label))}</text>'
        )
    for place, label in enumerate(rows.values()):
        y = _HEAD + place * _ROW
        parts.append(f'<text class="row" x="{_LABELS - 8}" y="{y + 17}">{_safe(_cut(label))}</text>')
        parts.append(f'<path class="rule" d="M{_LABELS} {y}h{len(columns) * _CELL}"/>')
    for down, row in enumerate(rows):
        for across, column in enumerate(columns):
            mark = cells.get((row, column))
            if mark is None or not mark.value:
                continue
            x, y = _LABELS + across * _CELL, _HEAD + down * _ROW
            level = max(1, min(_LEVELS, round(_LEVELS * sqrt(mark.value / most))))
            body = (
                f'<rect class="level-{level}" x="{x + 1}" y="{y + 1}" width="{_CELL - 2}" height="{_ROW - 2}"/>'
                f'<text class="cell on-{level}" x="{x + _CELL // 2}" y="{y + 17}">{_number(mark.value)}</text>'
            )
            parts.append(_linked(mark, body))
    if note:
        parts.append(f'<text x="{_LABELS}" y="{height - 6}">{_safe(note)}</text>')
    return _svg(width, height, title, parts, "grid")


def _linked(mark: Mark, body: str) -> str:
    said = _safe(f"{mark.label}: {_number(mark.value)}")
    if mark.link is None:
        return f'<g role="img" aria-label="{said}">{body}</g>'
    return f'<a href="{_safe(mark.link)}"><title>{said}</title>{body}</a>'


def _svg(width: float, height: float, title: str, parts: Sequence[str], kind: str) -> Markup:
    from markupsafe import Markup

    return Markup(
        f'<svg class="chart {kind}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="group" aria-label="{_safe(title)}">{"".join(parts)}</svg>'
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _safe(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))
