"""Names of authors: read from BibTeX, BibLaTeX, RIS and CSL, taken apart, and put together again.

The grammar is BibTeX's (O. Patashnik, BibTeXing, 1988, section 4; N. Markey, Tame the BeaST, 2009, section 11): names
between "and", each "First von Last", "von Last, First" or "von Last, Jr, First", and BibLaTeX's extended form
"family=…, given=…". It is read here, and not by a library, because each goes wrong where an accent meets the grammar.
Of 7,830 names made systematically in tests/bibliography/name_cases.py, bibtexparser 2.1 reads 1,033 wrong (a backslash
at the beginning of a later name, a tie in an accent, a control word at the end of a name), and pybtex 0.26 reads 570
otherwise: it takes the name of a command for the beginning of the word, so that ``\\v{C}apek`` is a particle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aligngraph.bibliography.latex import ACCENT_LETTERS, split_top, to_text
from aligngraph.bibliography.plain_text import collapse, without_entities

SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
PARTICLES = frozenset(
    "aan af al am auf bin d' da dal dalla das de degli dei del della den der des di do dos du el ibn la las le lo los "
    "op 't ten ter till und van vande vander ver vom von vor zu zum zur".split()
)
"""Words that stand before a family name, in small letters."""
_CAPITAL_PARTICLES = frozenset("Al Da De Del Della Den Der Di El La Le Ten Ter Van Von".split())
# These have such words as middle names: "Thanh Van Nguyen".
_VIETNAMESE = frozenset("bui dang do duong ho hoang le ly ngo nguyen pham phan tran vo vu".split())
_JOINING = frozenset("e i y".split())
# Words that no person's name has.
_BODY = re.compile(
    r"[,;:&/@\d\"{}<>]|\b(?:and|of|team|group|inc|ltd|llc|university|institute|centre|center|project|collaboration|"
    r"consortium|association|foundation|community|authors|contributors|others)\b",
    re.IGNORECASE,
)
# A word alone in a capital may be a family name.
_REST = (
    r"(?:\(?et\.?\s*al(?:ii|iae|ia|ios)?\b\.?\)?|(?:and\s+|&\s*)?(?-i:others)\b\.?"
    r"|\.\s?\.\s?\.|…|u\.\s?a\.|и\s+др\.?|等人?)"
)
_IS_REST = re.compile(
    rf"\s*(?:and\s+|&\s*)?(?:{_REST}|(?:(?:many|several|some|\d+)\s+)?(?:more|others?|co-?authors|colleagues|collaborators|"
    r"(?:other|more)\s+authors))\s*\.?\s*",
    re.IGNORECASE,
)
_ENDS_IN_REST = re.compile(rf"(?:^|[\s,;]+|(?<=\.)){_REST}\s*$", re.IGNORECASE)
_EXTENDED_KEYS = {"family": "family", "given": "given", "prefix": "particle", "suffix": "suffix"}
_EXTENDED = re.compile(
    r"\s*(?:family|given|prefix|suffix|useprefix|id|hash|nametemplates|sortingnamekeytemplatename|"
    r"uniquenametemplatename|labelalphanametemplatename)(?:-i)?\s*=",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\\(?P<word>[A-Za-z]+)(?P<gap>\s*)|\\(?P<accent>[`'^~\"=.])\s*|\\(?P<space>\s)|\\.|(?P<open>\{)|(?P<close>\})"
    r"|(?P<blank>[\s~]+)|(?P<mark>[,;])|[^\\{}\s~,;]+|\\",
    re.DOTALL,
)
# Commands that set a letter of their own.
_LETTERS = frozenset("o O l L ss aa AA ae AE oe OE i j dh DH dj DJ ng NG th TH SS".split())


@dataclass(frozen=True)
class Name:
    """A name in a byline: *text* as printed, given names first, and the parts where the source keeps them apart.

    A name with a family name alone is never taken apart. That of an *organization* is one.
    """

    text: str
    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""
    organization: bool = False

    @property
    def sorted(self) -> str:
        """The name family name first, "von Last, First, Jr", as RIS has it."""
        family = f"{self.particle} {self.family}".lstrip()
        return ", ".join(part for part in (family, self.given, self.suffix) if part)


@dataclass(frozen=True)
class Byline:
    """The names of a field, whether more are said to follow, and what was read by a guess: its text, and how."""

    names: tuple[Name, ...] = ()
    more: bool = False
    doubts: tuple[tuple[str, str], ...] = ()


def name_of(family: str, given: str = "", particle: str = "", suffix: str = "") -> Name:
    """Return the name with these parts."""
    parts = [collapse(part) for part in (given, particle, family, suffix)]
    return Name(" ".join(filter(None, parts)), parts[2], parts[0], parts[1], parts[3])


def organization_name(text: str) -> Name:
    """Return the name of an organisation."""
    return Name(text, text, organization=True)


def braced_name(text: str) -> Name:
    """Return the name that a source keeps whole, which BibTeX does with braces: as that of an organisation.

    Letters without case say nothing of the kind: many programs never take names such as 岸田 文雄 apart.
    """
    return Name(text, text) if text.lower() == text.upper() else organization_name(text)


def looks_like_organization(text: str) -> bool:
    """Return whether *text* has a word or a sign that no person's name has, such as "Team"."""
    return _BODY.search(text) is not None


def is_rest(text: str) -> bool:
    """Return whether what stands in the place of a name says that more names follow."""
    return _IS_REST.fullmatch(text) is not None


def without_rest(text: str) -> tuple[str, bool]:
    """Return *text* without an "et al." at its end, and whether one was there."""
    if is_rest(text):
        return "", True
    bare = _ENDS_IN_REST.sub("", text).strip(" ,;")
    return (bare, True) if bare != text.strip(" ,;") else (text, False)


def split_name(text: str) -> Name:
    """Return the name printed as *text* in its parts, where no source says them.

    The last word is the family name, with the particles before it; behind it may stand a suffix. What has a word or a
    sign of organisations in it, one word only, or letters without case, is a family name alone. The parts joined by
    blanks are *text* again.
    """
    words = text.split(" ")
    last = len(words) - (1 if len(words) < 3 or not is_suffix(words[-1]) else 2)
    # Names in letters without case, such as 岸田 文雄, may be printed family name first.
    if len(words) < 2 or _BODY.search(text) or text.lower() == text.upper() or not all(words):
        return Name(text, text)
    first = last
    while first > 1 and (words[first - 1] in PARTICLES | _JOINING or _is_capital_particle(words, first - 1, last)):
        first -= 1
    if words[first] in _JOINING and first > 1:
        # "José Ortega y Gasset" has one family name.
        return _with_parts(text, words, first - 1, first - 1, last)
    # A particle in capitals, when no other comes after it, is a part of the family name.
    small = first < last and any(word in PARTICLES for word in words[first:last])
    return _with_parts(text, words, first, last if small else first, last)


def _with_parts(text: str, words: list[str], particle: int, family: int, last: int) -> Name:
    parts = words[:particle], words[particle:family], words[family : last + 1], words[last + 1 :]
    given, von, name, suffix = map(" ".join, parts)
    return Name(text, name, given, von, suffix)


def _is_capital_particle(words: list[str], place: int, last: int) -> bool:
    return words[place] in _CAPITAL_PARTICLES and words[last].lower() not in _VIETNAMESE


def parts_of(name: Name) -> Name:
    """Return *name* with the parts that its source gives, else with those of `split_name`."""
    return name if name.family else split_name(name.text)


def sorted_name(text: str) -> Name:
    """Return the name that *text* writes as RIS does: "Family, Given" or "Family, Given, Suffix", or without commas.

    EndNote has a comma behind an organisation, and no name before the family name: "World Health Organization,".
    """
    parts = [part for part in (collapse(part) for part in text.split(",")) if part]
    if len(parts) < 2:
        whole = "".join(parts)
        return braced_name(whole) if text.rstrip().endswith(",") and " " in whole else Name(whole)
    family, given, *more = parts
    if is_suffix(given):
        if not more:
            return name_of_words(family.split(" "), given)
        given, more = more[0], [given, *more[1:]]
    words = family.split(" ")
    end = _end_of_particle(words, [is_small(word) for word in words])
    return name_of(" ".join(words[end:]), given, " ".join(words[:end]), " ".join(more))


def name_of_words(words: list[str], suffix: str) -> Name:
    """Return a name in the order of print, with the suffix that stands behind a comma ("Martin King, Jr.")."""
    name = split_name(" ".join(words))
    return name_of(name.family, name.given, name.particle, suffix)


def is_suffix(text: str) -> bool:
    """Return whether *text* stands behind names to tell generations apart. "III" does; "Ii" is a given name."""
    bare = text.strip(". ")
    return bare.lower() in SUFFIXES and (bare[0] not in "Ii" or bare in (bare.upper(), bare.lower()))


def _end_of_particle(words: list[str], small: list[bool]) -> int:
    """Return how many words of "von Last" are the particle: of "Van den Broeck" two, of "García de la Torre" none."""
    end = max((place for place, one in enumerate(small[:-1], 1) if one), default=0)
    if all(one or word.lower() in PARTICLES for word, one in zip(words[:end], small, strict=False)):
        return end
    return next((place for place, one in enumerate(small) if not one), 0)


def is_small(word: str) -> bool:
    """Return whether the first letter of *word* is a small one, which to BibTeX makes it a particle."""
    letter = next((character for character in word if character.isalpha()), "")
    return letter.islower()


# BibTeX


@dataclass(frozen=True)
class _Word:
    """A word of a field, between blanks outside of braces; a comma, semicolon or ampersand is a word of its own."""

    tex: str

    @property
    def text(self) -> str:
        return to_text(self.tex)

    @property
    def is_whole(self) -> bool:
        """Whether it is one group in braces that holds text, and no special character as in ``{\\'E}ric``."""
        if not self.tex.startswith("{") or self.tex.startswith("{\\"):
            return False
        depth = 0
        for place, character in enumerate(self.tex):
            depth += (character == "{") - (character == "}")
            if not depth:
                return place == len(self.tex) - 1
        return True

    @property
    def is_small(self) -> bool:
        """Whether BibTeX takes it for a particle: its first letter outside of braces is a small one."""
        return (not self.tex.startswith("{") or self.tex.startswith("{\\")) and is_small(self.text)


def bibtex_names(tex: str) -> Byline:
    """Return the names of a BibTeX or BibLaTeX author field, which *tex* writes."""
    people: list[list[_Word]] = [[]]
    for word in _words(without_entities(tex)):
        if word.tex.lower() == "and" or word.tex == ";":
            people.append([])
        else:
            people[-1].append(word)
    people = [part for person in people for part in _at_ampersands(person)]
    names: list[Name] = []
    doubts: list[tuple[str, str]] = []
    more = False
    # "A B, C D and E F" is a list as English writes one.
    listed = len(people) == 2 and len(people[1]) > 1 and not any(word.tex == "," for word in people[1])
    for person in people:
        person, rest = _without_rest(person)
        more |= rest
        if not person:
            continue
        found, doubt = _read(person, listed)
        names += found
        doubts += [(_print(person), doubt)] if doubt else []
    return Byline(tuple(name for name in names if name.text), more, tuple(doubts))


def _words(tex: str) -> Iterator[_Word]:
    """Yield the words of *tex*. A blank that only ends a control word or an accent does not divide."""
    depth = start = 0
    tokens = list(_TOKEN.finditer(tex))
    for token in tokens:
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif token["mark"] or token["blank"] or token["space"]:
            if start < token.start():
                yield _Word(tex[start : token.start()])
            if token["mark"]:
                yield _Word(token["mark"])
            start = token.end()
        elif token["gap"] and not _goes_on(token["word"], tex[token.end() : token.end() + 12]):
            yield _Word(tex[start : token.end()].rstrip())
            start = token.end()
    if start < len(tex):
        yield _Word(tex[start:])


def _goes_on(command: str, after: str) -> bool:
    """Return whether the word goes on behind the blank after *command*: "Wa\\l esa", but "Micha\\l Berg"."""
    if command in ACCENT_LETTERS:
        return True
    word = re.match(r"[^\W\d_]+", after)
    return command in _LETTERS and word is not None and word[0][0].islower() and word[0] not in {*PARTICLES, "and"}


def _at_ampersands(person: list[_Word]) -> Iterator[list[_Word]]:
    """Yield the names between ampersands, where each is a name by itself: "Johnson & Johnson" is one."""
    found: list[list[_Word]] = [[]]
    for word in person:
        if word.tex in ("&", r"\&"):
            found.append([])
        else:
            found[-1].append(word)
    if len(found) > 1 and all(len(one) > 1 or _is_rest_of(one) for one in found):
        yield from found
    else:
        yield person


def _is_rest_of(words: list[_Word]) -> bool:
    return is_rest(_print(words))


def _without_rest(person: list[_Word]) -> tuple[list[_Word], bool]:
    """Return the words without an "et al." at their end, however it is set; a name in braces stays whole."""
    for start in range(max(0, len(person) - 3), len(person)):
        tail = person[start:]
        if start and any(word.is_whole and " " in word.text for word in tail):
            continue
        text = _print(tail)
        if (is_rest(text) and start == 0) or re.fullmatch(rf"\s*{_REST}\s*", text, re.IGNORECASE):
            kept = person[:start]
            while kept and kept[-1].tex == ",":
                kept = kept[:-1]
            return kept, True
    return person, False


def _print(words: Iterable[_Word]) -> str:
    return collapse(re.sub(r" (?=[,;])", "", " ".join(word.text for word in words)))


def _read(person: list[_Word], listed: bool) -> tuple[list[Name], str]:
    """Return the name, or the names, that stand between two "and", and a notice on how they were read."""
    if _EXTENDED.match(_print(person[:2])) or _EXTENDED.match(_print(person[:1])):
        return _extended(person)
    parts: list[list[_Word]] = [[]]
    for word in person:
        if word.tex == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    parts = [part for part in parts if part]
    if not parts:
        return [], ""
    if len(parts) == 1:
        return [_plain(parts[0])], ""
    suffixes = [place for place, part in enumerate(parts) if place and is_suffix(_print(part))]
    if len(parts) == 2 and suffixes:
        return [name_of_words([word.text for word in parts[0]], _print(parts[1]))], ""
    if len(parts) == 3 and suffixes:
        jr = suffixes[0]
        return [_comma_form(parts[0], parts[3 - jr], _print(parts[jr]))], ""
    if len(parts) == 2:
        if not _is_pair_of_names(parts):
            return [_comma_form(parts[0], parts[1], "")], ""
        if listed:
            return [_plain(part) for part in parts], "is read as two names; put 'and' between names"
        return (
            [_comma_form(parts[0], parts[1], "")],
            "is read as one name, family name first; put 'and' between two names",
        )
    if all(len(part) > 1 for part in parts):
        return [_plain(part) for part in parts], "is read as a list of names; put 'and' between names"
    if len(parts) % 2 == 0:
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return [_comma_form(family, given, "") for family, given in pairs], (
            "is read as names with the family name first; put 'and' between names"
        )
    if len(parts) == 3:
        return [_comma_form(parts[0], parts[2], _print(parts[1]))], "is read as 'family name, suffix, given name'"
    return [Name(_print(person))], "has too many commas for a name, and was kept as it is"


def _is_pair_of_names(parts: list[list[_Word]]) -> bool:
    """Return whether "A B, C D" may well be two names: both have two words, and none is an initial or a particle."""
    words = [word for part in parts for word in part]
    full = all(len(part) > 1 and not part[0].is_whole for part in parts)
    return full and all(len(word.text.strip(".")) > 1 and not word.is_small for word in words)


def _plain(words: list[_Word]) -> Name:
    """Return a name without commas. Its parts are the source's only where braces keep a family name together."""
    text = _print(words)
    last = words[-1]
    if len(words) == 1 and last.is_whole:
        return braced_name(text)
    if last.is_whole and " " in last.text:
        return Name(text, last.text, _print(words[:-1]))
    return Name(text)


def _comma_form(family: list[_Word], given: list[_Word], suffix: str) -> Name:
    end = _end_of_particle([word.text for word in family], [word.is_small for word in family])
    return name_of(_print(family[end:]), _print(given), _print(family[:end]), suffix)


def _extended(person: list[_Word]) -> tuple[list[Name], str]:
    """Return a name in BibLaTeX's extended form (biber manual, section 3.4)."""
    found: dict[str, str] = {}
    unknown = []
    for part in split_top(" ".join(word.tex for word in person), ","):
        key, _, value = part.partition("=")
        key = to_text(key).strip().lower()
        if key in _EXTENDED_KEYS:
            found[_EXTENDED_KEYS[key]] = collapse(to_text(value.strip().strip('"')))
        elif not _EXTENDED.match(f"{key}="):
            unknown.append(key)
    doubt = f"has {', '.join(unknown)}, which names do not have" if unknown else ""
    if not found.get("family"):
        return [Name(found["given"])] if found.get("given") else [], doubt or "has no family name"
    return [name_of(found.pop("family"), **found)], doubt
