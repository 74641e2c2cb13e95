"""Authors as lists print them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from aligngraph.readinglists.lexicon import ACRONYMS, BODIES, FAMILIES, NOT_NAMES, PARTICLES, SUFFIXES, VENUE_WORDS

ET_AL = re.compile(
    r"(?:[,;&]|[,;]?\s+and)?\s*(?:(?<![^\W\d_])|(?<=[a-z]))et[. ]{1,2}al\b\.?"
    r"|[,;]?\s+(?:and|&)\s+(?:\d+\s+)?others\b\.?"
    r"|[,;]?\s+etc\b\.?|[,;]\s*(?:\.{3}|…)|\s*等人?$",
    re.IGNORECASE,
)
LAST_NAME = re.compile(r"\s*([^\W\d_][\w'’-]+, (?:[A-Z]\.[\s-]?)+)(?=\s*\(|[\s.]*$)")
"""The last of a long list that leaves some out: "Rivera, A., Berg, N., … Roy, J. (2031)"."""
# Where somebody works, behind the name: "Ana Rivera, Lakeside University".
_SCHOOL = re.compile(
    r"(?<=\w),\s*(?:[^\W\d_a-z][\w.’'-]*\s+){0,4}(?:Universit\w+|Univ\.|Polytechnic|College|Institute of Technology)"
    r"(?!\s+Press)(?:\s+(?:of|at|de|di|zu)\s+[\w.’'-]+(?:\s+[^\W\d_a-z][\w’'-]+)?"
    r"(?:,\s*(?:Berkeley|Davis|Irvine|Los Angeles|San Diego|Santa Barbara|Santa Cruz|Austin|Madison|Chapel Hill))?)?"
    r"(?=\s*(?:[,;.]|$|\(|\band\b|&))"
)
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_MARKS = re.compile(r"[*†‡§¶∗♠♣♦♥⋆◇○●✉#^0-9⁰¹²³⁴-⁹₀-₉]+$")
_SPLIT = re.compile(r"\s*(?:[,，、·]\s*(?:and|&)\s+|[,，、·]|\s(?:and|&|und|AND)\s)\s*")
_INITIALS = re.compile(r"(?:[A-Z]\.?(?:[\s-]?)){1,4}\.?")
# A capital, a letter without case, or the small word that some family names begin with.
_BEGINS = re.compile(r"[\W\d_]*(?:[^\W\d_a-z]|(?:[a-zß-ÿ]\S{0,4}\s+){1,3}[^\W\d_a-z]|d['’])")
_HANDLE = re.compile(r"([a-z][\w-]{3,30}) et\.? al\.?")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LAST_PAIR = re.compile(r"\s(?:and|&)\s+[^,&]+,\s*[^,&]+$")
_LAST_TURNED = re.compile(r"\s(?:and|&)\s+[^,&\s]+,\s*[^\W\d_][\w'’-]+(?:\s+[A-Z]\.)+$")
# "Leandro Rivera. Some Blog"
_SENTENCE = re.compile(r"(?<!\bProf)(?<=[^\W\d_A-Z]{3})\.\s")
_VANCOUVER = re.compile(r"([^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+){0,3}) ([A-Z]{1,3})\.?")
# Two capitals that are rather a short family name, a body or a number than initials: "Wei LU", "Meta AI", "Henry VI".
_NO_INITIALS = frozenset("AI ML UK US EU UN GU HE HU LE LI LIU LU QI SU SUN WU X XU YE YU ZHU II III IV VI".split())
_GIVEN = re.compile(
    r"[^\W\d_]\S{2,}(?:\s+(?:[A-Z]\.?-?)+)+|(?:[A-Z]\.\s*)+[^\W\d_]{3,}"
    r"|[^\W\d_]\S{2,}(?:\s+[A-Z]\.)?(?:\s+(?:v[ao]n|de[nr]?|di|da|del|la|ten|ter))+"
)
_FAMILY = re.compile(r"(?:[a-z]{1,4}['’ ]){0,3}[^\W\d_a-z][\w'’´‐-]+(?:[ -][^\W\d_a-z][\w'’-]+)?")
_WORD = re.compile(r"[^\W\d_][\w'’´`¨.\-‐‑]*(?:/[^\W\d_]\w*)?")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK_NAME = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{2,5}|[\u30a0-\u30ff·・ ]{2,12}")


@dataclass(frozen=True)
class Authors:
    """The names in order; *et_al* when the list is cut short; *strong* when it can be little else than authors."""

    names: tuple[str, ...]
    et_al: bool
    strong: bool
    printed: str


@lru_cache(maxsize=8192)
def read_authors(text: str, *, expected: bool = False) -> Authors | None:
    """Return the authors that *text* is a list of; None when it reads as something else.

    *expected* is for text that is known to be authors, such as a table's column of them: only the form is read.
    """
    printed = text.strip(" \t\n,;:|·–—-")
    printed = re.sub(r"^(?:by|authors?\s*:|authored by)\s+", "", printed, flags=re.IGNORECASE).strip()
    if not printed or len(printed) > 12_000:
        return None
    if not expected and not _BEGINS.match(printed) and printed.count(",") < 3:
        # A name by which somebody goes on the net.
        handle = _HANDLE.fullmatch(printed)
        return Authors((handle[1],), True, True, printed) if handle else None
    ended = _without_end(printed)
    if ended is None:
        return None
    head, printed, et_al = ended
    head, given = _SCHOOL.sub("", head), head
    if not expected and _YEARS.search(head):
        return None
    parts = _split(_BRACKETS.sub("", head), more=et_al)
    names = tuple(filter(None, map(_bare_name, parts)))
    if not names:
        return None
    names = _initials_first(names)
    if expected:
        return Authors(names, et_al, True, printed)
    if len(names) <= 12 and any(_SENTENCE.search(name) for name in names):
        return None
    if et_al:
        named = all(_is_name(name, alone=False) or _is_body(name) for name in names)
        return Authors(names, True, True, printed) if named and len(names[0].split()) <= 6 else None
    good = [_is_name(name, alone=len(names) == 1) for name in names]
    strong = _are_names(names, good, head)
    return None if strong is None else Authors(names, False, strong or head != given, printed)


def _without_end(printed: str) -> tuple[str, str, bool] | None:
    """Return the names, the text without a stop behind it, and whether it means more; None where other text follows."""
    if cut := ET_AL.search(printed):
        after = printed[cut.end() :]
        if (last := LAST_NAME.fullmatch(after.rstrip())) is not None:
            return f"{printed[: cut.start()]}, {last[1].strip()}", printed, True
        if _BRACKETS.sub("", after).strip(" .,;*"):
            return None
        return printed[: cut.start()], printed[: cut.end()] + "." * after.startswith("."), True
    if printed.endswith(".") and not re.search(r"(?:\b[A-Z]|\b[JS]r)\.$", printed):
        printed = printed[:-1].rstrip()
    return printed, printed, False


def _are_names(names: Sequence[str], good: Sequence[bool], head: str) -> bool | None:
    """Return whether parts of *head*, some of them *good*, can be little else than names; None where they are none."""
    bodies = sum(_is_body(name) for name in names)
    odd = [name for kind, name in zip(good, names, strict=True) if not kind and not _is_body(name)]
    # One odd name among several does not make a list of names something else.
    if odd and (
        len(odd) > 1 + len(names) // 12
        or len(names) < 3
        # Semicolons divide little else than names.
        or not all(_may_be_name(name, among=99 if ";" in head else len(names)) for name in odd)
    ):
        return None
    if len(names) == 1:
        return False if bodies or (good[0] and 2 <= len(names[0].split()) <= 4) else None
    long = sum(len(name.split()) >= 2 or bool(_CJK.search(name)) for name in names)
    if len(names) == 2 and long == 0 and not bodies and re.search(r"\S\s+(?:and|&)\s+\S", head):
        # "Liu and Shah": family names only.
        return False
    return True if long + bodies >= 0.6 * len(names) else None


def _bare_name(name: str) -> str:
    """Return a name without footnote marks, its initials' full stops kept."""
    bare = _MARKS.sub("", name).strip(" *_,;")
    return bare if re.search(r"\b[A-Z]\.$|\b[JS]r\.$", bare) else bare.rstrip(".")


@lru_cache(maxsize=1024)
def read_families(text: str) -> Authors | None:
    """Return the authors that *text* names by family names alone, with commas between: "Berg, van der Meer, Roy".

    Only where lists are known to name authors so: a row of capital words may be anything.
    """
    printed = text.strip(" \t\n,;:|·–—-.")
    cut = ET_AL.search(printed)
    names = re.split(r",\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+", printed[: cut.start()] if cut else printed)
    if not names or not all(_FAMILY.fullmatch(name) and _is_name(name, alone=False) for name in names):
        return None
    return Authors(tuple(names), cut is not None, True, printed)


def _initials_first(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names with the initials in front where nearly all have them behind: "Newport C, van der Sluis SM"."""
    found = [_VANCOUVER.fullmatch(name) for name in names]
    turned = [match for match in found if match is not None and _is_initials(match[2], len(names))]
    if len(turned) < max(1, 0.8 * len(names)):
        return names
    return tuple(
        f"{match[2]} {match[1]}" if match in turned and match is not None else name
        for name, match in zip(names, found, strict=True)
    )


def _is_initials(text: str, among: int) -> bool:
    return text not in _NO_INITIALS or (len(text) == 1 and among > 1)


def _split(text: str, *, more: bool = False) -> list[str]:
    if ";" in text or "；" in text:
        return [_forward(part) for part in re.split(r"\s*[;；]\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+", text)]
    lasts = re.split(r"\s+and\s+", text)
    if len(lasts) > 1 and all(re.fullmatch(r"[^,]+,\s[^,]+", part.strip()) and _is_family(part) for part in lasts):
        return [_forward(part) for part in lasts]
    parts = [part.strip() for part in _SPLIT.split(text)]
    turned = _turned(parts, text)
    if turned:
        return turned
    listed = more or re.search(r",\s*(?:and|&)\s", text) is not None
    if len(parts) > 2 and _first_turned(parts, listed=listed):
        parts = [f"{parts[1]} {parts[0]}", *parts[2:]]
    joined: list[str] = []
    for part in parts:
        if (
            joined
            and part
            and (
                part.lower() in SUFFIXES
                or (
                    (_INITIALS.fullmatch(part) and " " not in joined[-1].strip())
                    or (_INITIALS.fullmatch(part) and "." in part)
                )
                # "Ana Rivera, Jo Berg and Roy, Bo C."
                or (part == parts[-1] and _LAST_TURNED.search(text) and " " not in joined[-1].strip())
            )
        ):
            joined[-1] = f"{part} {joined[-1]}" if part.lower() not in SUFFIXES else f"{joined[-1]} {part}"
        elif part:
            joined.append(part)
    if (
        len(parts) == 2
        and "," in text
        and " " not in parts[0]
        and _is_given(parts[1])
        and len(text) < 40
        and not _CJK.search(text)
    ):
        return [_forward(text)]
    return joined


def _turned(parts: Sequence[str], text: str) -> list[str]:
    """Return the names of "Ouyang, Long, Wu, Jeff and Jiang, Xu", turned round; nothing for other lists.

    Where all names are single words, only an "and" before the last two tells this from a list of family names.
    """
    filled = [part for part in parts if part]
    if len(filled) < 4 or len(filled) % 2 or any(len(part.split()) > 3 or part.lower() in SUFFIXES for part in filled):
        return []
    single = sum(len(part.split()) == 1 for part in filled)
    if single == len(filled) and not _LAST_PAIR.search(text):
        return []
    pairs = list(zip(filled[::2], filled[1::2], strict=True))
    # Of full names in their usual order, few are one word.
    paired = all(" " not in given or " " not in family for family, given in pairs)
    if single < (0.5 if paired else 0.75) * len(filled) or any(
        _INITIALS.fullmatch(family) and len(family) <= 2 for family, _ in pairs
    ):
        return []
    return [f"{given} {family}" for family, given in pairs]


def _first_turned(parts: Sequence[str], *, listed: bool) -> bool:
    """Whether only the first name is turned round: "Khashabi, Daniel, Sewon Min, and Hannaneh Hajishirzi".

    In a list that is *listed* as such references are, its given names may be two: "Koh, Pang Wei, Sewon Min, and …".
    """
    return (
        len(parts[0].split()) == 1
        and all(part[:1].isupper() and len(part) > 1 and not part.isupper() for part in parts[:2])
        and (_is_given(parts[1]) or (listed and len(parts[1].split()) == 2 and _may_be_family(parts[0])))
        and all(len(part.split()) > 1 for part in parts[2:])
        and not any(_CJK.search(part) for part in parts)
    )


def _may_be_family(word: str) -> bool:
    return word.lower() not in BODIES | ACRONYMS | NOT_NAMES and not any(letter.isupper() for letter in word[1:3])


def _is_given(part: str) -> bool:
    """Whether a part is a given name: one word, or one and its initials."""
    return len(part.split()) == 1 or _GIVEN.fullmatch(part) is not None


def _is_family(part: str) -> bool:
    """Whether "A, B" is one name turned round rather than two names: a family name is one word, or has a particle."""
    words = part.split(",")[0].split()
    return len(words) == 1 or any(word.lower() in PARTICLES for word in words)


def _forward(name: str) -> str:
    family, comma, given = name.partition(",")
    if comma and given.strip() and "," not in given:
        return f"{given.strip()} {family.strip()}"
    return name.strip()


def _is_body(name: str) -> bool:
    words = name.split()
    return (
        1 <= len(words) <= 6
        and ":" not in name
        and not any(word.lower() in ACRONYMS for word in words)
        and any(word.lower().strip(".,") in BODIES for word in words)
        and words[0][0].isupper()
        and not any(
            word.lower() in ("for", "via", "with", "using", "from", "a", "towards", "on", "in") for word in words
        )
    )


def _may_be_name(name: str, *, among: int) -> bool:
    """Whether a name that breaks the rules, *among* others, still begins and ends like one: "You Wu"."""
    words = name.split()
    return (
        2 <= len(words) <= 6
        and not re.search(r"[\d:?!]", name)
        and (words[0][0].isupper() or (len(words) == 2 and among > 3))
        and (words[-1][0].isupper() or (len(words) == 2 and among > 3))
        and sum(word.lower().strip(".,") in NOT_NAMES for word in words) <= (among >= 6 and len(words) <= 3)
    )


def _is_name(name: str, *, alone: bool) -> bool:
    words = name.split()
    if not 1 <= len(words) <= 6 or len(name) > 60:
        return False
    if _CJK.search(name):
        return bool(_CJK_NAME.fullmatch(name))
    if _VANCOUVER.fullmatch(name) and not any(word.lower() in NOT_NAMES for word in words[:-1]):
        # "IEEE TMI" is a journal.
        return not (name.isupper() and len(words[-1]) > 2)
    capital = False
    for word in words:
        low = word.lower()
        if low in PARTICLES or low in SUFFIXES:
            capital = capital or (word[0].isupper() and low not in SUFFIXES)
            continue
        if not _WORD.fullmatch(word) and not _INITIALS.fullmatch(word):
            return False
        # Given names are written small by some: "danah boyd"; but not whole lists of words.
        if not (word[0].isupper() or (word[0] in "ʻ‘'’" and word[1:2].isupper())):
            return False
        if low.rstrip(".") in NOT_NAMES and len(low) > 2 and (alone or word is not words[-1] or low not in FAMILIES):
            return False
        # "Knowl. Based Syst." is a journal.
        if alone and re.fullmatch(r"[A-Z][a-z]{2,}\.", word):
            return False
        if alone and (low in ACRONYMS or low in VENUE_WORDS):
            return False
        capital = True
    # "BERT", "GPT" and the like are not names, "JD Kaplan" is one.
    if all(word.isupper() and len(word) > 2 for word in words) and alone:
        return False
    return capital and not (len(words) == 1 and words[0].lower() in ACRONYMS)
