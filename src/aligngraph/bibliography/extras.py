"""What the standard fields of a format can't hold of a work, as plain names with plain values.

The standard fields hold the best form and, with an arXiv identifier, the preprint. Each format keeps extras where other
tools leave them alone; `extras_of` writes them, `with_extras` reads them back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from aligngraph.bibliography.person_names import Name, organization_name
from aligngraph.bibliography.plain_text import year_of
from aligngraph.bibliography.works import Form, Work

_FORM_FIELD = re.compile(r"([1-9]\d{0,2})-([a-z-]+)")
_OF_WORK = {"kind": "kind", "title": "title", "evidence": "evidence", "confidence": "confidence", "note": "note"}
_NAME_PARTS = ("family", "given", "particle", "suffix")
_FORM_NAMES = {part.name.replace("_", "-"): part.name for part in fields(Form)}


def extras_of(wanted: Work, given: Work) -> dict[str, str]:
    """Return the fields that are needed besides the standard ones, which give *given*, so that *wanted* is read back.

    An empty value takes something back.
    """
    extras = {}
    for name, attribute in _OF_WORK.items():
        if getattr(wanted, attribute) != getattr(given, attribute):
            extras[name] = getattr(wanted, attribute) or ""
    if wanted.first_year != given.first_year:
        extras["first-public-year"] = _number(wanted.first_year)
    if wanted.et_al != given.et_al:
        extras["et-al"] = "yes" if wanted.et_al else ""
    if len(wanted.authors) != len(given.authors):
        extras["authors"] = str(len(wanted.authors))
    for place, author in enumerate(wanted.authors):
        other = given.authors[place] if place < len(given.authors) else Name("")
        if other.text != author.text:
            extras[f"author-{place + 1}"] = author.text
        if author.organization != other.organization:
            extras[f"author-{place + 1}-organization"] = "yes" if author.organization else ""
        # A person in place of an organisation has no part of its name.
        if not author.organization and author.family and (other.organization or _parts(author) != _parts(other)):
            extras |= {f"author-{place + 1}-{part}": getattr(author, part) for part in _NAME_PARTS}
    if len(wanted.forms) != len(given.forms):
        extras["publications"] = str(len(wanted.forms))
    for place, form in enumerate(wanted.forms):
        same = given.forms[place] if place < len(given.forms) else Form()
        for name, attribute in _FORM_NAMES.items():
            value = getattr(form, attribute)
            if value != getattr(same, attribute):
                extras[f"{place + 1}-{name}"] = _number(value) if name == "year" else value or ""
    return extras


def with_extras(work: Work, extras: Mapping[str, str]) -> Work:
    """Return *work* with what *extras* say of it; what they do not name, or name wrongly, stays as it is."""
    if not extras:
        return work
    changes: dict[str, Any] = {
        attribute: extras[name] or None for name, attribute in _OF_WORK.items() if name in extras
    }
    if "first-public-year" in extras:
        changes["first_year"] = year_of(extras["first-public-year"])
    if "et-al" in extras:
        changes["et_al"] = bool(extras["et-al"])
    changes["authors"] = _authors(work.authors, extras)
    forms = list(work.forms)
    count = extras.get("publications", "")
    if count.isascii() and count.isdecimal() and len(count) < 4:
        forms = (forms + [Form()] * int(count))[: int(count)]
    for name, value in extras.items():
        found = _FORM_FIELD.fullmatch(name)
        if found and found[2] in _FORM_NAMES and int(found[1]) <= len(forms):
            place = int(found[1]) - 1
            forms[place] = _with(forms[place], _FORM_NAMES[found[2]], value)
    changes["forms"] = tuple(forms)
    return replace(work, **changes)


def _authors(given: tuple[Name, ...], extras: Mapping[str, str]) -> tuple[Name, ...]:
    count = extras.get("authors", "")
    number = int(count) if count.isascii() and count.isdecimal() and len(count) < 6 else len(given)
    names = [*given[:number], *[Name("")] * (number - len(given))]
    for place, name in enumerate(names):
        key = f"author-{place + 1}"
        if key in extras:
            name = Name(extras[key])
        if f"{key}-organization" in extras:
            name = organization_name(name.text) if extras[f"{key}-organization"] else Name(name.text)
        if f"{key}-family" in extras:
            own = {part: extras.get(f"{key}-{part}", "") for part in _NAME_PARTS}
            name = Name(name.text, own["family"], own["given"], own["particle"], own["suffix"])
        names[place] = name
    return tuple(name for name in names if name.text)


def _parts(name: Name) -> tuple[str, ...]:
    return tuple(getattr(name, part) for part in _NAME_PARTS)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _with(form: Form, attribute: str, value: str) -> Form:
    changes: dict[str, Any] = {attribute: year_of(value) if attribute == "year" else value or None}
    return replace(form, **changes)
