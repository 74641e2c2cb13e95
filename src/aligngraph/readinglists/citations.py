"""Citations as running text prints them: "Rivera et al. (2031)", "Okafor & Berg, ACL 2030"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from aligngraph.readinglists.authors import Authors, read_authors
from aligngraph.readinglists.lexicon import ACRONYMS, BODIES, NOT_NAMES, VENUE_WORDS, WHOLE_VENUES
from aligngraph.readinglists.venues import Place, is_undated, read_date, read_place

_FAMILY = r"(?:(?:(?:V[ao]n|D[eiu]|L[ae]|[AE]l|[a-z]{2,4})[ ])|[dl]['’]){0,3}[^\W\d_a-z](?:[^\W\d_]|['’‐-](?=\w))+"
_AND_OTHERS = rf"(?:(?:,\s*|\s+)(?:(?:and|&)\s+({_FAMILY})|(et\.? al\b\.?|and others)))"
_LISTED = re.compile(rf"({_FAMILY}(?:,\s*{_FAMILY})*){_AND_OTHERS}(?=[\s,.(])")
_COMMAS = re.compile(rf"({_FAMILY}(?:[ ]{_FAMILY})?(?:,\s*{_FAMILY}(?:[ ]{_FAMILY})?)+)()()(?=\s*\()")
_FAMILIES = re.compile(rf"{_FAMILY}(?:,\s*{_FAMILY})+")
_ALONE = re.compile(rf"({_FAMILY})()()(?=[\s,.(])")
_CITED = re.compile(r"(\w.*?)[\s,.]*(?:\(([^()]{4,60})\)|[,\s]\s*((?:19|20)\d\d[a-z]?))")
_EDGES = " \t\n.,:;*"
_WORDS = NOT_NAMES | ACRONYMS | VENUE_WORDS | WHOLE_VENUES | BODIES


class Citation(NamedTuple):
    """Whom a citation names, and where and when."""

    authors: Authors
    place: Place


@lru_cache(maxsize=256)
def read_citation(text: str, *, expected: bool = False) -> Citation | None:
    """Return what *text* cites when it is names and a year, perhaps with a venue between, and nothing else.

    One family name alone could be a venue; it is read where citations are *expected*, or its year is set off.
    """
    bare = text.strip(_EDGES)
    if len(bare) > 1 and bare[0] in "([" and bare[-1] in ")]" and not re.search(r"[()\[\]]", bare[1:-1]):
        bare = bare[1:-1].strip(_EDGES)
    if len(bare) > 200 or not re.search(r"\d{4}|n\.\s?d", bare):
        return None
    return _by_families(bare, expected=expected) or _by_full_names(bare)


def _by_families(bare: str, *, expected: bool) -> Citation | None:
    several = _LISTED.match(bare) or _COMMAS.match(bare)
    if several is not None and several.re is _COMMAS and several[1].count(",") == 1 and not expected:
        # "Rivera, Ana (2031)" is one name turned round, "Brin, Page (1998)" two.
        several = None
    if several is not None and several.re is _COMMAS and not _FAMILIES.fullmatch(several[1]):
        # "Berg, Ortega Ruiz, Chen (1962)": two words are one family name among others, where names are cited so.
        several = several if expected and several[1].count(",") > 1 else None
    found = several or _ALONE.match(bare)
    if found is None:
        return None
    names = (*re.split(r",\s*", found[1]), *filter(None, (found[2],)))
    rest = bare[found.end() :]
    place = read_place(rest.strip(_EDGES + "()"), expected=True)
    words = _WORDS - NOT_NAMES if expected else _WORDS
    if place is None or place.year is None or any(name.lower() in words or name.isupper() for name in names):
        return None
    # "Haddad 2031" may be a venue, and "Ropes and Nets 2031" too.
    set_off = re.match(r"\s*[(,]", rest) is not None
    sure = (set_off or "&" in found[0] or found[3]) if several else (set_off and place.venue is None)
    if not (sure or expected):
        return None
    if place.venue is not None and not (re.match(r"\s*[(,.]\s*(?!and\b|&|et\b)", rest) and _may_be_venue(place.venue)):
        return None
    return Citation(Authors(names, bool(found[3]), True, found[0]), place)


def _by_full_names(bare: str) -> Citation | None:
    found = _CITED.fullmatch(bare)
    if found is None:
        return None
    names, said = found[1], found[2] or found[3]
    place = read_place(said) if is_undated(said) or read_date(said) else None
    before, _, after = bare.rpartition(", ")
    publication = read_place(after)
    if publication is not None and publication.sure and publication.year is not None:
        names, place = before, publication
    authors = read_authors(names)
    if authors is None or place is None:
        return None
    # "IEEE TMI, 2031", "Signal Processing 2031"
    words = [word for word in names.split() if len(word) > 2]
    venue = any(word.lower() in _WORDS or word.isupper() for word in words) or not re.search(r"[(,]", bare)
    return None if venue and not authors.strong else Citation(authors, place)


def _may_be_venue(text: str) -> bool:
    return len(text.split()) <= 16 and not re.search(r"[\"“”?!]|[.:]\s", text)
