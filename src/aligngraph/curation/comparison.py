"""Compares what is known of works and what entries give: authors, years, identifiers and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from aligngraph.bibliography.entries import Entry, forms_of
from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.bibliography.keys import STOP_WORDS, family_key, loose_key, name_key, one_letter, title_key, words_of

_ALIKE = 0.5
# Servers give each version, or each copy, of a preprint or file a DOI of its own.
_OF_COPIES = re.compile(
    r"10\.(?:48550/arxiv|1101/|2139/ssrn|31234/|31219/|31235/|5281/zenodo|21203/rs|20944/preprints|36227/techrxiv|6084/)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\s*\(([A-Z][A-Za-z-]*[A-Z][A-Za-z-]*)\)\s*[.]?$")
_PAGE = re.compile(r"[A-Za-z]*\d+")
_ROMAN = re.compile(r"x{0,2}(?:ix|iv|v?i{1,3}|v|x)")
_ORDINALS = {
    word: str(at) for at, words in enumerate(("one first", "two second", "three third"), 1) for word in words.split()
}
# Words by which a title speaks of another work, and titles that many works have.
_ABOUT = frozenset(
    "addendum comment comments commentary companion corrigendum corrigenda correction corrections discussion errata "
    "erratum rejoinder reply replies response responses retraction retracted review supplement supplemental "
    "supplementary".split()
)
_NOTICE = re.compile(r"(?:publisher|editor)\W?s\W+note\b|expression of concern\b", re.IGNORECASE)
"""How the title of what a journal prints about one of its papers begins."""
_SHARED = frozenset(
    "abstracts acknowledgements acknowledgments afterword announcement bookreview bookreviews callforpapers conclusion "
    "conclusions contents correction corrigendum editorial editorsnote epilogue errata erratum foreword fromtheeditor "
    "frontmatter guesteditorial guesteditorsintroduction inmemoriam index inthisissue introduction obituary overview "
    "introductiontothespecialissue preface proceedings prologue reply response tableofcontents authorindex "
    "authorandsubjectindex subjectindex lettertotheeditor letterstotheeditor".split()
)


@dataclass
class Facts:
    """What is known of a work, or what an entry tells of one."""

    titles: dict[str, str] = field(default_factory=dict)
    """Key to title as written."""
    years: set[int] = field(default_factory=set)
    first_authors: set[str] = field(default_factory=set)
    """The first author's names, as written."""
    identifiers: set[tuple[str, str]] = field(default_factory=set)
    pages: set[tuple[str, str]] = field(default_factory=set)
    """Volume and first page of each form; either may be empty."""


@dataclass(frozen=True)
class Comparison:
    """How two compare: True agrees, False differs, None is not known of both."""

    author: bool | None
    year: bool | None
    pages: bool | None
    other_identifier: str | None

    @property
    def differs(self) -> bool:
        """Whether something tells them apart."""
        return False in (self.author, self.year, self.pages) or self.other_identifier is not None

    def reasons(self) -> list[str]:
        """Return what speaks for and against, in words."""
        said = {True: "same {}", False: "other {}", None: "{} not compared"}
        reasons = [said[self.author].format("first author"), said[self.year].format("year")]
        reasons += [said[self.pages].format("volume and pages")] if self.pages is not None else []
        return reasons + ([f"other {self.other_identifier} identifier"] if self.other_identifier else [])


def facts_of(entry: Entry) -> Facts:
    """Return what *entry* gives, each form of a bibliography's entry included."""
    facts = Facts(first_authors=set(entry.authors[:1]), identifiers=set(entry.identifiers.pairs()))
    years = [entry.year]
    for form in forms_of(entry):
        said = Identifiers(doi=form.doi, arxiv=form.arxiv, acl=form.acl, openreview=form.openreview)
        facts.identifiers |= {*said.pairs(), *([("dblp", form.dblp)] if form.dblp else [])}
        facts.pages |= set(pages_of(form.volume, form.pages))
        years.append(form.year)
    facts.years = {year for year in years if year is not None}
    return facts


def pages_of(volume: str | None, pages: str | None) -> Iterator[tuple[str, str]]:
    """Yield the volume and the first page of a form, where one is known."""
    first = _PAGE.search(pages or "")
    if volume or first:
        yield (volume or "").strip().casefold(), first[0].casefold() if first else ""


def compare(one: Facts, other: Facts) -> Comparison:
    """Return how two with like titles compare."""
    author: bool | None = None
    if one.first_authors and other.first_authors:
        author = any(is_same_author(mine, theirs) for mine in one.first_authors for theirs in other.first_authors)
    year: bool | None = None
    if one.years and other.years:
        # A preprint and its conference are a year apart; a work knows both years at best.
        year = min(abs(mine - theirs) for mine in one.years for theirs in other.years) <= 1 or (
            min(other.years) <= min(one.years) and max(one.years) <= max(other.years)
        )
    pages: bool | None = None
    if one.pages and other.pages:
        known = [_agree(mine, theirs) for mine in one.pages for theirs in other.pages]
        pages = True if True in known else False if False in known else None
    return Comparison(author, year, pages, _other_identifier(one, other))


def _agree(one: tuple[str, str], other: tuple[str, str]) -> bool | None:
    pairs = [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine and theirs]
    return all(mine == theirs for mine, theirs in pairs) if pairs else None


def _other_identifier(one: Facts, other: Facts) -> str | None:
    """Return the scheme of which both have identifiers, and none in common."""
    for scheme in ("arxiv", "acl", "doi", "openreview", "isbn"):
        mine, theirs = (
            {value for kind, value in facts.identifiers if kind == scheme and not _OF_COPIES.match(value)}
            for facts in (one, other)
        )
        if mine and theirs and mine.isdisjoint(theirs):
            return scheme
    return None


def author_words(name: str) -> set[str]:
    """Return the words of a name by which it is compared."""
    words = {one_letter(word) for word in name_key(name).split() if len(word) > 1}
    return words | {family_key(name)} - {""}


def is_same_author(one: str, other: str) -> bool:
    """Whether two prints of names may be of one person: one family, and given names that agree where both have some."""
    mine, theirs = name_key(one).split(), name_key(other).split()
    if sorted(mine) == sorted(theirs):
        return True
    short, long = sorted((author_words(one), author_words(other)), key=len)
    if len(short) == 1 or not long:
        return bool(short & long)
    family = family_key(one)
    if family != family_key(other):
        return len(short & long) > 1
    initials = [{word[0] for word in words if one_letter(word) != family} for words in (mine, theirs)]
    return not (initials[0] and initials[1]) or not initials[0].isdisjoint(initials[1])


# Titles


def title_keys(title: str) -> list[str]:
    """Return the keys by which a title is looked up: its own, and that without its short name in brackets behind it."""
    bare = title
    if (found := _SHORT.search(title)) is not None and not _ROMAN.fullmatch(found[1].lower()):
        bare = title[: found.start()]
    return [key for key in dict.fromkeys((title_key(title), title_key(bare))) if key]


def is_shared_title(key: str) -> bool:
    """Whether many works have the title with this key: "Editorial"."""
    return key in _SHARED


@lru_cache(maxsize=1 << 16)
def numbers_of(title: str) -> tuple[str, ...]:
    """Return the numbers in a title, which tell "Llama 2" from "Llama 3" and "Part I" from "Part II"."""
    found = []
    for word in words_of(title):
        if word.isdecimal() or word in _ORDINALS:
            found.append(_ORDINALS.get(word, word))
        elif _ROMAN.fullmatch(word) and word != "x":
            found.append(str(_roman(word)))
        else:
            found += re.findall(r"\d+", word)
    return tuple(found)


def _roman(word: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in word]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def speaks_of_another(one: str, other: str) -> bool:
    """Whether one of two titles is that of an erratum, a reply or the like to a work, and the other is not."""
    return _about(one) != _about(other)


@lru_cache(maxsize=1 << 16)
def _about(title: str) -> frozenset[str]:
    words = _ABOUT.intersection(words_of(title))
    return words | {"notice"} if _NOTICE.match(title.lstrip(" \"'“‘[(")) else words


def likeness(one: str, other: str, least: float = _ALIKE) -> float:
    """Return how alike two keys of titles are, from 0 to 1; 0 where a glance shows that it is less than *least*."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def words_in_common(one: str, other: str, *, plain: frozenset[str]) -> float:
    """Return which share of the shorter title's telling words both have; those in *plain* alone tell nothing."""
    mine, theirs = (set(loose_key(title).split()) - STOP_WORDS for title in (one, other))
    common = mine & theirs
    if not common - plain:
        return 0.0
    return len(common) / max(1, min(len(mine), len(theirs)))
