"""Whether two prints of names are of one person, and how far two bylines agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from aligngraph.bibliography.keys import family_key, one_letter, words_of
from aligngraph.curation.comparison import is_same_author

_NOBODY = frozenset(("anonymous", "anonymous authors", "unknown", "various", "various authors"))
"""What stands for names that a record does not tell."""


def known_names(names: Sequence[str]) -> list[str]:
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


def in_common(mine: Sequence[str], theirs: Sequence[str], *, anywhere: bool = False) -> tuple[int, int] | None:
    """Return how many names two bylines have in common, and how many the shorter has; None where one has none.

    A byline of one name, which may be the first of many, is compared with the first of the other; *anywhere*: with all.
    """
    mine, theirs = known_names(mine), known_names(theirs)
    if not mine or not theirs:
        return None
    short, long = sorted((mine, theirs), key=len)
    if len(short) == 1:
        return int(any(may_be_one(short[0], name) for name in (long if anywhere else long[:1]))), 1
    left = list(long)
    common = 0
    for name in short:
        found = next((other for other in left if may_be_one(name, other)), None)
        if found is not None:
            left.remove(found)
            common += 1
    return common, len(short)


_SHORT_FORMS = {
    "alex": "alexander alexandra alexandre aleksandr alexey alexei",
    "andy": "andrew",
    "ben": "benjamin",
    "chris": "christopher christian christine",
    "dan": "daniel",
    "greg": "gregory",
    "jeff": "jeffrey",
    "joe": "joseph",
    "josh": "joshua",
    "matt": "matthew",
    "mike": "michael",
    "nick": "nicholas",
    "rob": "robert",
    "sam": "samuel samantha",
    "tim": "timothy",
    "tom": "thomas",
    "will": "william",
}


def is_one_person(one: str, other: str) -> bool:
    """Whether two prints at one place of two bylines of a work are of one person.

    Stricter than `may_be_one`: given names that both spell out have one in common, or one is short for the other. So
    "Wei Wang" is neither "Wen Wang" nor "Weiwei Wang", and "W. Wang" may be any of them.
    """
    if _lost_letters(one, other) or _lost_letters(other, one):
        return True
    if not is_same_author(one, other):
        return False
    mine, theirs = words_of(one), words_of(other)
    if sorted(mine) == sorted(theirs) or "".join(mine) == "".join(theirs):
        return True
    family = family_key(one) if family_key(one) == family_key(other) else ""
    if not family:
        return True
    given = [_without_last(family, words) for words in (mine, theirs)]
    full = [{word for word in words if len(word) > 1} for words in given]
    if not (full[0] and full[1]):
        return True
    if full[0] & full[1] or "".join(given[0]) == "".join(given[1]):
        return True
    return any(_is_short_for(a, b) or _is_short_for(b, a) for a in full[0] for b in full[1])


def _without_last(family: str, words: list[str]) -> list[str]:
    place = max((place for place, word in enumerate(words) if one_letter(word) == family), default=len(words))
    return words[:place] + words[place + 1 :]


def _is_short_for(short: str, name: str) -> bool:
    return name in _SHORT_FORMS.get(short, "").split()
