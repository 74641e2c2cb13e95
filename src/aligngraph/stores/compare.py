"""What a graph in a store holds, compared with what it should hold, by value.

Stores write some values their own way (``01`` becomes ``1``, ``+00:00`` becomes ``Z``): that is distinguished from what
they lose. (Language tags are in lower case on both sides, since the parser writes them so.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from aligngraph.rdf.blank_nodes import named_alike
from aligngraph.rdf.namespaces import PREFIXES

_XSD = PREFIXES["xsd"]
NUMBERS = "numbers in canonical form"
TIMES = "times with Z for +00:00, or in another zone"
BOOLEANS = "booleans as true and false, or 1 and 0"
_INTEGERS = frozenset(
    _XSD + name
    for name in (
        "integer nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger long int short byte "
        "unsignedLong unsignedInt unsignedShort unsignedByte"
    ).split()
)
_FLOATS = frozenset((_XSD + "double", _XSD + "float"))


@dataclass(frozen=True)
class Comparison:
    """How a graph in a store differs from what it should be."""

    graph: str
    expected: int
    found: int
    missing: tuple[ox.Triple, ...]
    extra: tuple[ox.Triple, ...]
    normalised: tuple[tuple[str, int], ...]
    """In how many triples the store wrote a value its own way, by the way."""

    @property
    def right(self) -> bool:
        """Whether the graph says what it should, and no more."""
        return not self.missing and not self.extra


def compare_graph(
    graph: str, expected: Iterable[ox.Triple], found: Iterable[ox.Triple], *, more: bool = False
) -> Comparison:
    """Return how *found* differs from *expected* in value; with *more*, it may say more.

    Raise CatalogueError where there are too many blank nodes to compare.
    """
    wanted, given = set(expected), set(found)
    missing, extra = wanted - given, given - wanted
    changes: Counter[str] = Counter()
    if missing or extra:
        old, new = (named_alike(map(_as_usual, triples), f"<{graph}>: ") for triples in (wanted, given))
        gone = old - new
        come = new - old
        changes.update(
            kind
            for triple in missing
            if isinstance(triple.object, ox.Literal)
            for kind in [normal(triple.object)[1]]
            if kind and _as_usual(triple) not in gone
        )
        if not changes and not gone and not come:
            changes.update(_others(missing, extra))
        missing, extra = gone, come
    shown = () if more else tuple(sorted(extra, key=str))
    return Comparison(
        graph, len(wanted), len(given), tuple(sorted(missing, key=str)), shown, tuple(sorted(changes.items()))
    )


def _others(missing: Iterable[ox.Triple], extra: Iterable[ox.Triple]) -> Iterator[str]:
    """Yield the ways in which a store wrote values that were canonical here, and are not there."""
    del missing
    for triple in extra:
        if isinstance(triple.object, ox.Literal):
            kind = normal(triple.object)[1]
            if kind:
                yield kind


def _as_usual(triple: ox.Triple) -> ox.Triple:
    object_ = triple.object
    return ox.Triple(
        triple.subject, triple.predicate, normal(object_)[0] if isinstance(object_, ox.Literal) else object_
    )


def normal(literal: ox.Literal) -> tuple[ox.Literal, str]:
    """Return *literal* in canonical form (XML Schema 1.1, part 2), and what was changed for it, or ''.

    One that is not valid is returned as it is.
    """
    datatype = literal.datatype.value
    if not datatype.startswith(_XSD):
        return literal, ""
    try:
        text, kind = _canonical_text(literal.value.strip(" \t\r\n"), datatype)
    except (ValueError, InvalidOperation, OverflowError):
        return literal, ""
    return (literal, "") if text == literal.value else (ox.Literal(text, datatype=literal.datatype), kind)


def _canonical_text(text: str, datatype: str) -> tuple[str, str]:
    if datatype in _INTEGERS:
        return str(int(text)), NUMBERS
    if datatype == _XSD + "decimal":
        number = format(Decimal(text), "f")
        if "." in number:
            number = number.rstrip("0").removesuffix(".")
        return {"": "0", "-": "0", "-0": "0"}.get(number, number), NUMBERS
    if datatype in _FLOATS:
        return repr(float(text.replace("INF", "inf"))), NUMBERS
    if datatype == _XSD + "boolean":
        return {"1": "true", "0": "false"}.get(text, text), BOOLEANS
    if datatype == _XSD + "dateTime":
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
            return moment.isoformat() + "Z", TIMES
        return moment.isoformat(), TIMES
    if datatype in (_XSD + "date", _XSD + "time", _XSD + "gYear", _XSD + "gYearMonth"):
        return (text[:-6] + "Z" if text.endswith(("+00:00", "-00:00")) else text), TIMES
    raise ValueError(datatype)
