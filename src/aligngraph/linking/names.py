"""Whether two prints of names are of one person, and how far two bylines agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from aligngraph.bibliography.keys import words_of
from aligngraph.curation.comparison import is_same_author

_NOBODY = frozenset(("anonymous", "anonymous authors", "unknown", "various", "various authors"))
"""What stands for names that a record does not tell."""


def told(names: Sequence[str]) -> list[str]:
    """Return the names that say who somebody is."""
    return [name for name in names if " ".join(words_of(name)) not in _NOBODY]


def may_be_one(one: str, other: str) -> bool:
    """Whether two prints may be of one person: as `is_same_author`, or one lost the letters that are not ASCII."""
    return is_same_author(one, other) or _lost_letters(one, other) or _lost_letters(other, one)


def _lost_letters(whole: str, rest: str) -> bool:
    whole = unicodedata.normalize("NFC", whole)
    return not whole.isascii() and rest.isascii() and _ascii_letters(whole) == _ascii_letters(rest) != ""


def _ascii_letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())


def in_common(mine: Sequence[str], theirs: Sequence[str]) -> tuple[int, int] | None:
    """Return how many names two bylines have in common, and how many the shorter has; None where one has none.

    A byline of one name, which may be the first of many, is compared with the first of the other.
    """
    mine, theirs = told(mine), told(theirs)
    if not mine or not theirs:
        return None
    short, long = sorted((mine, theirs), key=len)
    if len(short) == 1:
        return int(may_be_one(short[0], long[0])), 1
    left = list(long)
    common = 0
    for name in short:
        found = next((other for other in left if may_be_one(name, other)), None)
        if found is not None:
            left.remove(found)
            common += 1
    return common, len(short)
