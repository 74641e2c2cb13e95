"""Datatypes: which texts are literals of them, which values they share, and how their values are compared.

The datatypes are those of OWL 2 RL (OWL 2 Profiles, section 4.2); what they hold is said in XML Schema 1.1, part 2, and
in RDF 1.1 Concepts, section 5. White space around a value is not part of it, so a literal that has some is ill-typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from math import inf, isnan, nan
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.rdf.namespaces import PREFIXES

if TYPE_CHECKING:
    from decimal import Decimal

XSD, RDF = PREFIXES["xsd"], PREFIXES["rdf"]

# Least and greatest value; None where there is none.
_INTEGERS: Mapping[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    **{
        name: (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        for name, bits in (("long", 64), ("int", 32), ("short", 16), ("byte", 8))
    },
    **{f"unsigned{name}": (0, 2**bits - 1) for name, bits in (("Long", 64), ("Int", 32), ("Short", 16), ("Byte", 8))},
}
INTEGERS = frozenset(XSD + name for name in _INTEGERS)
NUMBERS = INTEGERS | {XSD + name for name in ("decimal", "float", "double")}
"""What is shown as a number."""
_STRINGS = frozenset(XSD + name for name in "string normalizedString token language Name NCName NMTOKEN".split())
KINDS = (
    INTEGERS | {XSD + "decimal"},
    _STRINGS | {RDF + "PlainLiteral", RDF + "langString"},
    *(frozenset([XSD + name]) for name in "boolean float double anyURI hexBinary base64Binary".split()),
    frozenset([XSD + "dateTime", XSD + "dateTimeStamp"]),
    frozenset([RDF + "XMLLiteral"]),
)
"""Datatypes in groups, of which no two have a value in common (OWL 2 Structural Specification, section 4)."""

_START = (
    r":A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_INNER = _START + r"\-.0-9\xB7\u0300-\u036F\u203F\u2040"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_DATE_TIME = rf"(-?(?:[1-9][0-9]{{3,}}|0[0-9]{{3}}))-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T{_TIME}"
_REAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_FLOAT = rf"{_REAL}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_TOKEN = r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?"
_B64 = "[A-Za-z0-9+/] ?"
_FORMS = {
    **dict.fromkeys(_INTEGERS, "[+-]?[0-9]+"),
    "decimal": _REAL,
    "float": _FLOAT,
    "double": _FLOAT,
    "boolean": "true|false|0|1",
    "dateTime": rf"{_DATE_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_DATE_TIME}{_ZONE}",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": (
        f"(?:(?:{_B64}){{4}})*(?:(?:{_B64}){{3}}[A-Za-z0-9+/]|(?:{_B64}){{2}}[AEIMQUYcgkosw048] ?=|{_B64}[AQgw] ?= ?=)?"
    ),
    "normalizedString": r"[^\t\n\r]*",
    "token": _TOKEN,
    "language": "[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "Name": f"[{_START}][{_INNER}]*",
    "NCName": f"[{_START[1:]}][{_INNER[1:]}]*",
    "NMTOKEN": f"[{_INNER}]+",
}


@cache
def _form(datatype: str) -> re.Pattern[str] | None:
    form = _FORMS.get(datatype.removeprefix(XSD)) if datatype.startswith(XSD) else None
    return None if form is None else re.compile(form)


def is_well_formed(literal: ox.Literal) -> bool:
    """Tell whether *literal* has a value; a datatype that is none of OWL 2 RL is not looked into."""
    datatype = literal.datatype.value
    if datatype == RDF + "XMLLiteral":
        return _is_xml(literal.value)
    form = _form(datatype)
    if form is None:
        return True
    match = form.fullmatch(literal.value)
    if match is None:
        return False
    if datatype in INTEGERS:
        return _is_within(int(literal.value), datatype)
    if datatype in KINDS[-2]:
        from calendar import monthrange

        year, month, day = (int(part) for part in match.groups()[:3])
        # The calendar goes back before the year 1, and is the same every 400 years.
        return day <= monthrange(year % 400 + 400, month)[1]
    return True


def _is_within(number: int, datatype: str) -> bool:
    least, greatest = _INTEGERS[datatype.removeprefix(XSD)]
    return (least is None or number >= least) and (greatest is None or number <= greatest)


def _is_xml(text: str) -> bool:
    from xml.parsers.expat import ExpatError, ParserCreate

    parser = ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(f"<x>{text}</x>".encode(), True)
    except (ExpatError, UnicodeEncodeError):
        return False
    return True


def may_be(literal: ox.Literal, datatype: str) -> bool:
    """Tell whether the value of *literal*, which is well-formed, can be one of *datatype*."""
    own = literal.datatype.value
    if datatype in INTEGERS and own in KINDS[0]:
        number = _decimal(literal.value)
        return number == number.to_integral_value() and _is_within(int(number), datatype)
    if datatype in _STRINGS:
        form = _form(datatype)
        return own in _STRINGS and (form is None or form.fullmatch(literal.value) is not None)
    if datatype == XSD + "dateTimeStamp" and own in KINDS[-2]:
        return is_well_formed(ox.Literal(literal.value, datatype=ox.NamedNode(datatype)))
    return own == datatype or any(own in kind and datatype in kind for kind in KINDS)


def value_of(literal: ox.Literal) -> tuple[str, object]:
    """Return what *literal* means: equal for two written forms of one value."""
    own, text = literal.datatype.value, literal.value
    if not is_well_formed(literal):
        return own, text
    for kind, read in _VALUES.items():
        if own in kind:
            return "number" if kind is KINDS[0] else own, read(text)
    return f"{own} {literal.language or ''}", text


def _decimal(text: str) -> Decimal:
    from decimal import Decimal

    return Decimal(text)


def _float(text: str) -> object:
    number = {"INF": inf, "+INF": inf, "-INF": -inf, "NaN": nan}.get(text)
    number = float(text) if number is None else number
    return "NaN" if isnan(number) else number


_VALUES: Mapping[frozenset[str], Callable[[str], object]] = {
    KINDS[0]: _decimal,
    frozenset([XSD + "boolean"]): lambda text: text in ("true", "1"),
    frozenset([XSD + "float", XSD + "double"]): _float,
    frozenset([XSD + "hexBinary"]): str.upper,
    frozenset([XSD + "base64Binary"]): lambda text: text.replace(" ", ""),
}
