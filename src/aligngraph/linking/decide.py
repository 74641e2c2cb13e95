"""Whether a record is of a thing that is wanted: one rule, with the evidence kept.

An identifier that both have decides where the titles agree; where they do not, one of the two records has a wrong
identifier, or the work was renamed. Else title, first author and years are weighed together, and the best must be
ahead of every record that is of another work. What stays in doubt is for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from aligngraph.bibliography.keys import title_key, words_of
from aligngraph.curation.comparison import (
    is_same_author,
    is_shared_title,
    likeness,
    numbers_of,
    speaks_of_another,
    title_keys,
)
from aligngraph.linking.records import Record, Wanted

Outcome = Literal["found", "review", "not found", "wrong identifier"]

BAR, AHEAD = 0.80, 0.04
"""How much a record has to score, and how far the best has to be ahead of records of other works."""
DOUBTFUL = 0.70
"""From here on a record is worth the look of a person."""
SAME_TITLE = 0.80
"""How alike the titles are of records that an identifier names."""
_AUTHOR, _YEAR, _NUMBERS, _ABOUT = 0.8, 0.8, 0.1, 0.3
_YEARS_APART = 3
_LONG = 25
"""A title of so many letters is enough where no author is given."""
_ONE_WORK = 0.95
BY_IDENTIFIER, BY_TITLE = 0.99, 0.90
"""Confidence in what was found."""


@dataclass(frozen=True)
class Features:
    """How a record compares: None is not known of both."""

    title: float
    author: bool | None
    years: int | None
    """How many years apart."""
    numbers: bool
    """Whether both titles have the same numbers."""
    about: bool
    """Whether one is an erratum, a reply or the like, and the other is not."""
    identifier: str | None
    """The scheme of an identifier that both have."""

    def __str__(self) -> str:
        said = {True: "same", False: "other", None: "not compared"}
        return "; ".join(
            [f"identifier {self.identifier}"] * (self.identifier is not None)
            + [f"title {self.title:.2f}", f"first author {said[self.author]}"]
            + [f"{self.years} years apart" if self.years is not None else "years not compared"]
            + ["other numbers in the title"] * (not self.numbers)
            + ["one is about another work"] * self.about
        )


@dataclass(frozen=True)
class Decision:
    """What was decided for one thing.

    *also* are further records of the same work, such as the preprint's; *wrong* are records with an identifier of the
    thing, and another title and author.
    """

    wanted: Wanted
    outcome: Outcome
    record: Record | None = None
    score: float = 0.0
    features: Features | None = None
    also: tuple[Record, ...] = ()
    wrong: tuple[Record, ...] = ()
    runner_up: Record | None = None
    runner_up_score: float = 0.0

    @property
    def confidence(self) -> float:
        """How sure the decision is; what a person has to look at is as sure as it scores."""
        if self.outcome == "found" and self.features is not None:
            return BY_IDENTIFIER if self.features.identifier else BY_TITLE
        return round(min(self.score, BY_TITLE), 2)


def decide(wanted: Wanted, candidates: Sequence[Record]) -> Decision:
    """Return which of *candidates* is of the thing *wanted*, if any, and how sure that is."""
    compared = [(score_of(features), record, features) for record, features in _compared(wanted, candidates)]
    wrong = tuple(record for _, record, features in compared if _names_another(features))
    scored = [one for one in compared if one[1] not in wrong]
    scored.sort(key=lambda one: (one[2].identifier is None, -one[0]))
    if not scored or (wrong and scored[0][0] < DOUBTFUL):
        if not wrong:
            return Decision(wanted, "not found")
        score, best, features = max((one for one in compared if one[1] in wrong), key=lambda one: one[0])
        return Decision(wanted, "wrong identifier", best, score, features, wrong=wrong)
    score, best, features = scored[0]
    also = [record for _, record, _ in scored[1:] if _is_one_work(best, record)]
    other, rival = next(((value, record) for value, record, _ in scored[1:] if record not in also), (0.0, None))
    outcome = _outcome(score, best, features, other if features.identifier is None else 0.0)
    return Decision(wanted, outcome, best, score, features, tuple(also), wrong, rival, other)


def _names_another(features: Features) -> bool:
    """Whether an identifier is equal, and title and author say that the record is of another work."""
    return features.identifier is not None and features.title < SAME_TITLE and not features.author


def _outcome(score: float, record: Record, features: Features, other: float) -> Outcome:
    if features.identifier is not None:
        alike = features.title >= SAME_TITLE and features.numbers and not features.about
        return "found" if alike else "review"
    if score < BAR:
        return "review" if score >= DOUBTFUL and features.author is not False else "not found"
    if score - other < AHEAD or is_shared_title(title_key(record.title)):
        return "review"
    enough = features.author or (len(title_key(record.title)) >= _LONG and features.years in (None, 0, 1))
    return "found" if enough and features.numbers and not features.about else "review"


def score_of(features: Features) -> float:
    """Return how much speaks for a record, from 0 to 1."""
    score = features.title
    score *= _AUTHOR if features.author is False else 1
    score *= _YEAR if features.years is not None and features.years > _YEARS_APART else 1
    score -= (0 if features.numbers else _NUMBERS) + (_ABOUT if features.about else 0)
    return max(0.0, score)


def _compared(wanted: Wanted, candidates: Iterable[Record]) -> Iterable[tuple[Record, Features]]:
    mine = wanted.pairs()
    titles = [title for title in (wanted.title, *wanted.other_titles) if title]
    for record in candidates:
        if record.title:
            yield record, compare(wanted, titles, mine, record)


def compare(wanted: Wanted, titles: Sequence[str], mine: set[tuple[str, str]], record: Record) -> Features:
    """Return how *record* compares to what is wanted, whose titles and identifiers are given."""
    alike, title = max(((title_likeness(one, record.title), one) for one in titles), default=(0.0, ""))
    author: bool | None = None
    if wanted.authors and record.authors:
        author = is_same_author(wanted.authors[0].text, record.authors[0].name.text)
    years: int | None = None
    if wanted.years and record.year is not None:
        years = min(abs(year - record.year) for year in wanted.years)
    return Features(
        title=alike,
        author=author,
        years=years,
        numbers=numbers_of(title) == numbers_of(record.title),
        about=speaks_of_another(title, record.title),
        identifier=min((scheme for scheme, _ in mine & record.pairs()), default=None),
    )


def title_likeness(one: str, other: str) -> float:
    """Return how alike two titles are, from 0 to 1, whatever the order of their words."""
    if set(title_keys(one)) & set(title_keys(other)):
        return 1.0
    mine, theirs = (" ".join(sorted(words_of(title))) for title in (one, other))
    return likeness(mine, theirs)


def _is_one_work(best: Record, record: Record) -> bool:
    """Whether two records are of one work: they share an identifier, or title and first author."""
    if best.pairs() & record.pairs():
        return True
    if not (best.authors and record.authors) or title_likeness(best.title, record.title) < _ONE_WORK:
        return False
    numbers = numbers_of(best.title) == numbers_of(record.title)
    return numbers and is_same_author(best.authors[0].name.text, record.authors[0].name.text)
