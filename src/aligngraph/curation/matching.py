"""Whether an entry means a work that we hold: the same, a new one, or a question for a person.

Identifiers come first (DOI, arXiv, ACL Anthology, OpenReview, ISBN), then the whole title together with year and first
author. A match needs agreement on what both have: another first author, a year far off, or other identifiers, volumes
or pages forbid one by title, and an identifier whose work has an unlike title is a question. An address alone never
decides, nor does the beginning of a title. Where what is known points two ways, nothing is guessed: the answer is
"uncertain", with what speaks for and against.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aligngraph.bibliography.entries import Entry
from aligngraph.bibliography.identifiers import DBLP, Identifiers, identifiers_of_url, is_arxiv_doi
from aligngraph.bibliography.keys import loose_key, title_key
from aligngraph.bibliography.works import WITH_OWN_ISBN
from aligngraph.curation.comparison import (
    Comparison,
    Facts,
    compare,
    facts_of,
    is_shared_title,
    likeness,
    numbers_of,
    pages_of,
    speaks_of_another,
    title_keys,
    words_in_common,
)
from aligngraph.curation.holdings import ALT_LABEL, LABEL, SAME_AS, TITLE, WORK_KINDS, Holdings, ag
from aligngraph.curation.minting import COMMON_WORDS

Certainty = Literal["same", "new", "uncertain"]

_BAND = 12
"""How many letters at either end of two near-identical titles are equal."""
_CROWD = 40
"""More candidates than this begin or end alike by habit, and are not compared one by one."""
_LONG = 25
"""A title of so many letters is enough where nothing else is printed and nothing speaks against."""
_NEAR, _LIKE, _SHARE = 0.92, 0.7, 0.5
"""How alike titles are that may be one, those of works with one identifier, and which share of words these share."""
_NEAR_WITH_THE_SAME_WORDS = 0.6


@dataclass(frozen=True)
class Match:
    """What an entry means: *work* when certainty is "same"; *candidates* when "uncertain"."""

    work: str | None
    certainty: Certainty
    evidence: tuple[str, ...]
    candidates: tuple[str, ...] = ()


class WorkIndex:
    """Finds works by identifier and title. Each lookup costs no more as the catalogue grows."""

    def __init__(self) -> None:
        self.known: dict[str, Facts] = defaultdict(Facts)
        self.by_identifier: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.by_title: dict[str, dict[str, None]] = defaultdict(dict)
        self.by_likeness: dict[tuple[str, str], dict[tuple[str, str], None]] = defaultdict(dict)
        self.compared = 0
        """How many pairs of titles were compared letter by letter."""

    def add_title(self, work: str, title: str) -> None:
        """Let *work* be found by *title*."""
        key = title_key(title)
        if not key or key in self.known[work].titles:
            return
        self.known[work].titles[key] = title
        for name in title_keys(title):
            self.by_title[name][work] = None
        for band in _bands(title, key):
            self.by_likeness[band][work, key] = None

    def add_identifiers(self, work: str, identifiers: Iterable[tuple[str, str]]) -> None:
        """Let *work* be found by *identifiers*."""
        for pair in identifiers:
            self.known[work].identifiers.add(pair)
            self.by_identifier[pair][work] = None

    def add_entry(self, work: str, entry: Entry) -> None:
        """Let *work*, which *entry* means, be found by what the entry says."""
        if entry.title:
            self.add_title(work, entry.title)
        facts, known = facts_of(entry), self.known[work]
        self.add_identifiers(work, facts.identifiers)
        known.years |= facts.years
        known.first_authors |= facts.first_authors
        known.pages |= facts.pages

    def near(self, title: str, key: str) -> dict[str, float]:
        """Return the works with a title nearly equal to *title*, with the likeness."""
        candidates: dict[tuple[str, str], None] = {}
        for band in _bands(title, key):
            found = self.by_likeness.get(band, {})
            if len(found) <= _CROWD or band[0] == "words":
                candidates.update(dict.fromkeys(list(found)[:_CROWD]))
        near: dict[str, float] = {}
        loose, numbers = loose_key(title), numbers_of(title)
        for work, other in candidates:
            known = self.known[work].titles[other]
            if other == key or numbers_of(known) != numbers or speaks_of_another(title, known):
                continue
            self.compared += 1
            least = _NEAR_WITH_THE_SAME_WORDS if loose == loose_key(known) else _NEAR
            alike = likeness(key, other, least)
            if alike >= least:
                near[work] = max(alike, near.get(work, 0.0))
        return near


def _bands(title: str, key: str) -> list[tuple[str, str]]:
    loose = loose_key(title)
    bands = [("words", loose)] if " " in loose else []
    if len(key) >= _BAND:
        bands += [("head", key[:_BAND]), ("tail", key[-_BAND:])]
    return bands


def index_works(holdings: Holdings) -> WorkIndex:
    """Return an index of the works that *holdings* has, with what their publications and listings say of them."""
    index = WorkIndex()
    for work in holdings.things(*WORK_KINDS):
        known = index.known[work]
        for title in (*holdings.texts(work, TITLE), *holdings.texts(work, ALT_LABEL)):
            index.add_title(work, title)
        year = holdings.number(work, ag("firstPublicYear"))
        if year is not None:
            known.years.add(year)
        for publication in holdings.texts(work, ag("hasPublication")):
            _add_publication(index, holdings, work, publication)
        for authorship in holdings.texts(work, ag("hasAuthorship")):
            if holdings.number(authorship, ag("ordinal")) == 1:
                person = holdings.text(authorship, ag("person")) or holdings.text(authorship, ag("organization")) or ""
                known.first_authors.update(
                    *(holdings.texts(authorship, ag("nameAsPrinted")), holdings.texts(person, LABEL)),
                    holdings.texts(person, ALT_LABEL),
                )
    for listing in holdings.things("Listing"):
        listed = holdings.text(listing, ag("lists"))
        if listed is not None and listed in index.known:
            for title in holdings.texts(listing, ag("titleAsPrinted")):
                index.add_title(listed, title)
    return index


def _add_publication(index: WorkIndex, holdings: Holdings, work: str, publication: str) -> None:
    for title in holdings.texts(publication, TITLE):
        index.add_title(work, title)
    year = holdings.number(publication, ag("publicationYear"))
    if year is not None:
        index.known[work].years.add(year)
    volume, pages = (holdings.text(publication, ag(name)) for name in ("volume", "pages"))
    index.known[work].pages.update(pages_of(volume, pages))
    spelled = Identifiers(
        doi=holdings.text(publication, ag("doi")),
        arxiv=holdings.text(publication, ag("arxivId")),
        acl=holdings.text(publication, ag("aclAnthologyId")),
        openreview=holdings.text(publication, ag("openReviewId")),
    )
    index.add_identifiers(work, spelled.pairs())
    # A paper's ISBN is that of the volume, which others share.
    own = not set(holdings.kinds(publication)).isdisjoint(WITH_OWN_ISBN)
    for isbn in holdings.texts(publication, ag("isbn")) if own else ():
        index.add_identifiers(work, Identifiers(isbn=isbn).pairs())
    addresses = holdings.texts(publication, SAME_AS)
    for address in addresses:
        index.add_identifiers(work, identifiers_of_url(address).pairs())
    keys = [*holdings.texts(publication, ag("dblpKey")), *map(DBLP.parse_address, addresses)]
    index.add_identifiers(work, (("dblp", key) for key in keys if key))


def match(entry: Entry, index: WorkIndex) -> Match:
    """Return which work of *index* the entry means, with the evidence."""
    facts = facts_of(entry)
    named: dict[str, list[str]] = {}
    # arXiv's DOI only repeats its number.
    for kind, value in sorted(facts.identifiers, key=lambda pair: (is_arxiv_doi(pair[1]), pair)):
        for work in index.by_identifier.get((kind, value), ()):
            said = named.setdefault(work, [])
            said += [] if said and is_arxiv_doi(value) else [f"{kind} {value}"]
    keys = title_keys(entry.title) if entry.title else []
    titled = list(dict.fromkeys(work for key in keys for work in index.by_title.get(key, ())))
    if len(named) > 1:
        agreeing = [work for work in named if work in titled]
        if len(agreeing) != 1:
            return Match(None, "uncertain", (f"identifiers name {len(named)} works",), tuple(named))
        others = [work for work in named if work != agreeing[0]]
        return Match(
            None, "uncertain", (f"{'; '.join(named[others[0]])} names another work than the title",), tuple(named)
        )
    if named:
        ((work, evidence),) = named.items()
        return _by_identifier(entry, facts, titled, work, evidence, index)
    if titled:
        return _by_title(keys[0], facts, titled, index)
    return _by_likeness(entry, facts, index)


def _by_identifier(
    entry: Entry, facts: Facts, titled: list[str], work: str, evidence: list[str], index: WorkIndex
) -> Match:
    known = index.known[work]
    how = compare(facts, known)
    title = entry.title or ""
    if not title_key(title):
        return Match(work, "same", tuple(evidence))
    if titled and work not in titled:
        reason = f"{'; '.join(evidence)} names one work, the title another"
        return Match(None, "uncertain", (reason,), (work, *titled))
    if work in titled:
        # One of two may be misprinted; where both differ, the identifier may be.
        if not (how.author is False and how.year is False):
            return Match(work, "same", (*evidence, "same title"))
    else:
        other = next((other for other in known.titles.values() if _is_alike(title, other, how)), None)
        if other is not None and how.author is not False and how.year is not False:
            return Match(work, "same", (*evidence, f"title alike: {other!r}"))
    shown = next(iter(known.titles.values()), "")
    reasons = [reason for reason in how.reasons() if reason.startswith("other ")]
    return Match(None, "uncertain", (*evidence, *reasons, f"but the work's title is {shown!r}"), (work,))


def _is_alike(title: str, other: str, how: Comparison) -> bool:
    """Whether works with one identifier have titles of one work: a subtitle more, or a word changed."""
    if speaks_of_another(title, other) or numbers_of(title) != numbers_of(other):
        return False
    common = words_in_common(title, other, plain=COMMON_WORDS)
    return common >= (_SHARE if not how.author else 0.3) or likeness(title_key(title), title_key(other)) >= _LIKE


def _by_title(key: str, facts: Facts, titled: list[str], index: WorkIndex) -> Match:
    compared = {work: compare(facts, index.known[work]) for work in titled}
    # A short title ("Otter") says little by itself, and one that many works have nothing.
    fitting = [
        work
        for work, how in compared.items()
        if not how.differs and (how.pages if is_shared_title(key) else (how.author or how.year or len(key) >= _LONG))
    ]
    against = [work for work in titled if work not in fitting[:1] and compared[work].author is not False]
    if len(fitting) == 1 and not against:
        return Match(fitting[0], "same", ("same title", *compared[fitting[0]].reasons()))
    reasons = tuple(dict.fromkeys(reason for how in compared.values() for reason in how.reasons()))
    return Match(None, "uncertain", ("same title", *reasons), tuple(titled))


def _by_likeness(entry: Entry, facts: Facts, index: WorkIndex) -> Match:
    title = entry.title or ""
    near = {}
    for work in index.near(title, title_key(title)) if title_key(title) else ():
        how = compare(facts, index.known[work])
        # Two papers of other authors, or with identifiers or pages of their own, are two, however alike their titles.
        if how.author is not False and not how.other_identifier and how.pages is not False:
            near[work] = how
    if not near:
        return Match(None, "new", ("no identifier and no title of a work here",))
    first = next(iter(near))
    shown = next(iter(index.known[first].titles.values()))
    return Match(None, "uncertain", (f"title nearly that of {shown!r}", *near[first].reasons()), tuple(near))
