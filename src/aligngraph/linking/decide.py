"""Whether a record is of a thing that is wanted: one rule, with the evidence kept.

Compared are the title (letters of the sorted words, from 0 to 1, so that neither order nor punctuation counts), the
authors (which share of the shorter byline both have), the years, the numbers in the titles ("v2", "Part II"), whether
one is an erratum of the other, and identifiers.

- An identifier that both have decides where the titles agree, or where the authors do and the title was only reworded.
  Else one of the two records has a wrong identifier, or a person has to say that the work was
  renamed.
- Without one, a link needs a title alike by `BAR` and authors that agree. Papers by the same authors in one year have
  titles as near as 0.87 ("Kernel Neural Optimal Transport"), so a renamed work below the bar is for a person.
- A title that is the same but for the name before its colon, or but for its subtitle, counts as alike where the
  authors agree too; the second only where both bylines have the same three or more names, none more and none less: of
  pairs of preprints by the same authors, those whose bylines differ are mostly a paper and its sequel.
- Elsewhere a word that only one title has ("Scalable MCMC Sampling …") is what the next paper by the same authors is
  about. Such a record is for a person, unless six or more authors are the very same and one word was put in or changed.
- A plus sign after a name ("FADNet++") is a number as "v2" is. Two arXiv numbers, or two of the ACL Anthology, are of
  two papers.
- Where no authors can be compared, the same title is enough if it is long and nothing else speaks against it. The same
  title by other authors is a namesake: never a link.
- The best has to be ahead of every record that is of another work, unless title and authors are the very same.

The numbers were chosen on tests/linking/labelled/works.tsv; docs/linking.md has what they give on cases held out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from typing import Literal

from aligngraph.bibliography.identifiers import ACL, ARXIV
from aligngraph.bibliography.keys import STOP_WORDS, title_key, words_of
from aligngraph.bibliography.latex import to_text
from aligngraph.curation.comparison import (
    is_shared_title,
    likeness,
    numbers_of,
    speaks_of_another,
    title_keys,
)
from aligngraph.linking.names import in_common
from aligngraph.linking.records import Record, Wanted

Outcome = Literal["found", "review", "not found", "wrong identifier"]

BAR, AHEAD = 0.90, 0.04
"""How much a record has to score, and how far the best has to be ahead of records of other works."""
DOUBTFUL = 0.60
"""From here on a record is worth the look of a person."""
SAME_TITLE, REWORDED = 0.80, 0.60
"""How alike the titles are of records that an identifier names, and of those whose authors agree as well."""
FEW = 3
"""So many names that agree in full are a strong sign."""
_AUTHOR, _YEAR, _NUMBERS, _ABOUT = 0.8, 0.8, 0.1, 0.3
_YEARS_APART, _YEARS_OF_VERSIONS = 3, 2
_ALMOST, _NEARLY = 0.95, 0.99
"""For how alike titles count that are the same but for a name in front or a subtitle."""
_MANY = 6
"""So many authors who are all the same write one paper, not two, where one word was put into a title."""
_NAME, _NAME_IN_FRONT = 2, 3
"""A beginning of so many words is the name of something; and so many, where all that comes after is the other title."""
_SHORT, _LONG = 20, 25
"""A title of so many letters is enough where no author is given: in the same year, and where no year is either."""
_ONE_WORK = 0.95
_CITATION = re.compile(r"(?<=\S)\s*\[[^\[\]]*\([12][0-9]{3}\)[^\[\]]*\]$")
_OF_VERSION = re.compile(
    r"(?<=\S)(?:\s*[(\[]|:\s+)(?:(?:extended|full|long|short|journal|conference|arxiv|preprint|preliminary)\s+)?"
    r"(?:version|paper|technical report|extended abstract)[)\]]?$",
    re.IGNORECASE,
)
"""What says at the end of a title which version of the work it is."""
_GLUED = re.compile(r"\\(?:emph|text(?:tt|bf|it|sc|rm)|math(?:cal|bf|bb|rm|it)|(?:wide)?tilde|sqrt)(?=\w)")
"""A command of LaTeX whose braces a catalogue took away: "\\textttSPIN"."""
_PLUS = re.compile(r"(?<=[^\W\d_])(?:\$?\^?\{?)(\+{1,2})(?!\w)")
_ONE_EACH = (ARXIV.name, ACL.name)
"""A paper has one identifier of each of these: two are of two papers."""
_ABBREVIATIONS = {
    "ai": "artificial intelligence",
    "llm": "large language model",
    "llms": "large language models",
    "lm": "language model",
    "lms": "language models",
    "ml": "machine learning",
    "nlp": "natural language processing",
    "rl": "reinforcement learning",
}
_PRAISE = frozenset("effective effectively like novel simple".split())
"""Words that come and go between the versions of a title."""
_IGNORED = _PRAISE | frozenset("a an and the".split())
_TELLS_NOTHING = STOP_WORDS | _IGNORED | frozenset("approach framework large method methods".split())
_TELLING = 4
"""So many telling words make a subtitle one that no other paper has; "Methods and Results" is that of a series."""
_STEM, _SPELLING = 4, 0.85
"""How many letters at the beginning, or which share of all, two forms of a word have in common."""
_HEADS = frozenset(
    "blogpost challenge comment commentary correction demo discussion erratum extendedabstract livedemonstration "
    "openproblem overview position positionpaper poster reply reproducibilitystudy review survey tutorial".split()
)
"""What stands before the colon in titles of many works."""
_SEQUELS = ("beyond", "extended", "extension", "followup", "revisited")
"""What marks the title of a sequel, or begins its subtitle."""
BY_IDENTIFIER, BY_TITLE = 0.99, 0.90
"""Confidence in what was found."""
_PLACES = 10
"""So many authors are compared: enough to tell, and a byline may have hundreds."""


@dataclass(frozen=True)
class Features:
    """How a record compares: None is not known of both."""

    title: float
    authors: tuple[int, int] | None
    """How many names both bylines have, and how many the shorter has."""
    years: int | None
    """How many years apart."""
    numbers: bool
    """Whether both titles have the same numbers."""
    about: bool
    """Whether one is an erratum, a reply or the like, and the other is not."""
    identifier: str | None
    """The scheme of an identifier that both have."""
    words: bool = True
    """Whether the titles tell of the same: where they differ, it is by spelling, or by a name or a subtitle."""
    whole: bool = False
    """Whether both bylines have the same names, none more and none less; of seven or more, one may differ."""
    other: str | None = None
    """The scheme of which each has an identifier, and not the same one."""

    @property
    def author(self) -> bool | None:
        """Whether the authors agree: more than half; half in one year; any where titles and years are the same."""
        if self.authors is None:
            return None
        common, names = self.authors
        return 2 * common > names or (self.years == 0 and (2 * common >= names or (self.title == 1 and common > 0)))

    @property
    def is_same_title_by_the_same(self) -> bool:
        """Whether title and two or more authors are the same: a journal prints a paper years after a conference."""
        return self.title == 1 and self.authors is not None and self.authors[0] == self.authors[1] > 1

    @property
    def in_full(self) -> bool:
        """Whether some authors are known, and all of them agree; of seven or more, all but one."""
        return self.authors is not None and self.authors[0] >= max(FEW, 0.85 * self.authors[1])

    def __str__(self) -> str:
        shown = "not compared" if self.authors is None else f"{self.authors[0]} of {self.authors[1]} the same"
        return "; ".join(
            [f"identifier {self.identifier}"] * (self.identifier is not None)
            + [f"title {self.title:.2f}", f"authors {shown}"]
            + [f"{self.years} years apart" if self.years is not None else "years not compared"]
            + ["other numbers in the title"] * (not self.numbers)
            + ["other words in the title"] * (not self.words)
            + ["one is about another work"] * self.about
            + [f"other {self.other} identifier"] * (self.other is not None)
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
    scored.sort(key=lambda one: (one[2].identifier is None, -one[0], one[2].years or 0))
    if not scored or (wrong and scored[0][0] < DOUBTFUL):
        if not wrong:
            return Decision(wanted, "not found")
        score, best, features = max((one for one in compared if one[1] in wrong), key=lambda one: one[0])
        return Decision(wanted, "wrong identifier", best, score, features, wrong=wrong)
    score, best, features = scored[0]
    also = [record for _, record, _ in scored[1:] if _is_one_work(best, record)]
    other, rival = next(((value, record) for value, record, _ in scored[1:] if record not in also), (0.0, None))
    outcome = _outcome(score, best, features, other)
    return Decision(wanted, outcome, best, score, features, tuple(also), wrong, rival, other)


def _names_another(features: Features) -> bool:
    """Whether an identifier is equal, and title and authors say that the record is of another work."""
    return features.identifier is not None and features.title < REWORDED and not features.author


def _outcome(score: float, record: Record, features: Features, other: float) -> Outcome:
    agrees = features.numbers and not features.about
    if features.identifier is not None:
        bar = BAR if features.author is False else SAME_TITLE
        alike = features.title >= bar or (features.title >= REWORDED and bool(features.author))
        return "found" if agrees and alike else "review"
    if score < BAR:
        worth = agrees and score >= DOUBTFUL and (features.author or features.title == 1)
        return "review" if worth else "not found"
    speaks = agrees and features.words and not features.other and not is_shared_title(title_key(record.title))
    if not speaks or (score - other < AHEAD and not (features.title == 1 and features.author)):
        return "review"
    if features.author is None:
        letters = len(title_key(record.title)) if features.title == 1 else 0
        return "found" if letters >= (_SHORT if features.years == 0 else _LONG) and not features.years else "review"
    near = _YEARS_APART if features.title >= _NEARLY and features.in_full else _YEARS_OF_VERSIONS
    return "found" if features.title == 1 or (features.years or 0) <= near else "review"


def score_of(features: Features) -> float:
    """Return how much speaks for a record, from 0 to 1."""
    score = features.title
    score *= _AUTHOR if features.author is False else 1
    late = features.years is not None and features.years > _YEARS_APART
    score *= _YEAR if late and not features.is_same_title_by_the_same else 1
    score -= (0 if features.numbers else _NUMBERS) + (_ABOUT if features.about else 0)
    return max(0.0, score)


def _compared(wanted: Wanted, candidates: Iterable[Record]) -> Iterable[tuple[Record, Features]]:
    mine = wanted.pairs()
    titles = [to_plain(title) for title in (wanted.title, *wanted.other_titles) if title]
    for record in candidates:
        if record.title:
            # Where no title is known here, an identifier has to do.
            same = not titles and bool(mine & record.pairs())
            yield record, compare(wanted, [to_plain(record.title)] if same else titles, mine, record)


def to_plain(title: str) -> str:
    """Return *title* without what other catalogues keep in it: LaTeX, and the citation of what an erratum corrects."""
    if "\\" in title or "$" in title:
        title = _GLUED.sub("", title)
        title = to_text(title).replace("$", "")
    return _CITATION.sub("", title) if title.endswith("]") else title


def compare(wanted: Wanted, titles: Sequence[str], mine: set[tuple[str, str]], record: Record) -> Features:
    """Return how *record* compares to what is wanted, whose titles and identifiers are given."""
    theirs = to_plain(record.title)
    alike, title = max(((title_likeness(one, theirs), one) for one in titles), default=(0.0, ""))
    years: int | None = None
    if wanted.years and record.year is not None:
        years = min(abs(year - record.year) for year in wanted.years)
    pairs = record.pairs()
    features = Features(
        title=alike,
        authors=None,
        years=years,
        numbers=numbers_of(title) == numbers_of(theirs) and _pluses(title) == _pluses(theirs),
        about=speaks_of_another(title, theirs),
        identifier=min((scheme for scheme, _ in mine & pairs), default=None),
        other=_other(mine, pairs),
    )
    if alike < DOUBTFUL and features.identifier is None and not any(_may_share_an_end(one, theirs) for one in titles):
        return features
    bylines = _bylines((name.text for name in wanted.authors), (one.name.text for one in record.authors))
    authors = in_common(*bylines, anywhere=alike == 1)
    features = replace(features, authors=authors)
    alone = authors is not None and authors[0] == authors[1]
    features = replace(features, whole=len(bylines[0]) == len(bylines[1]) and (alone or features.in_full))
    if alike == 1:
        return features
    if title_key(_OF_VERSION.sub("", title)) == title_key(_OF_VERSION.sub("", theirs)):
        return replace(features, title=_NEARLY)
    if features.author and any(_is_all_but_an_end(one, theirs, features) for one in titles):
        return replace(features, title=max(alike, _ALMOST))
    return replace(features, words=_tells_the_same(title, theirs, features))


def _may_share_an_end(one: str, other: str) -> bool:
    """Whether two titles begin or end with the same letters."""
    keys = title_key(one), title_key(other)
    return keys[0][:_STEM] == keys[1][:_STEM] or keys[0][-_STEM:] == keys[1][-_STEM:]


def _bylines(*bylines: Iterable[str]) -> list[list[str]]:
    """Return the first names of each byline, every name once: some catalogues print all authors twice."""
    return [list(dict.fromkeys(names))[:_PLACES] for names in bylines]


def _pluses(title: str) -> list[str]:
    """Return the signs by which the name of a later version ends: those of "FADNet++", "DiffTune$^+$"."""
    return _PLUS.findall(title)


def _other(mine: set[tuple[str, str]], theirs: set[tuple[str, str]]) -> str | None:
    """Return the scheme of which both have identifiers, and none in common: one of those that a paper has one of."""
    for kind in _ONE_EACH:
        ours, others = ({value for scheme, value in pairs if scheme == kind} for pairs in (mine, theirs))
        if ours and others and ours.isdisjoint(others):
            return kind
    return None


def _tells_the_same(one: str, other: str, features: Features) -> bool:
    """Whether neither title has a telling word that the other lacks, but at its end; one word where many agree."""
    keys = title_key(one), title_key(other)
    common, names = features.authors or (0, 0)
    if features.years == 0 and common == names and min(map(len, keys)) >= _LONG and _begins(*keys):
        return True
    mine, theirs = (_telling(title) for title in (one, other))
    only = [
        [word for word in words if word not in others and not any(_is_a_form(word, known) for known in others)]
        for words, others in ((mine, theirs), (theirs, mine))
    ]
    more = [word for words, key in zip(only, keys[::-1], strict=True) for word in words if word not in key]
    if not more:
        return sorted(mine) == sorted(theirs) or common == names
    return max(map(len, only)) == 1 and common == names >= _MANY and not any(word in _SEQUELS for word in more)


def _begins(one: str, other: str) -> bool:
    """Whether one key of a title begins with the other, and what comes then is not that of a sequel."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and not long[len(short) :].startswith(_SEQUELS)


def _telling(title: str) -> list[str]:
    words = chain.from_iterable(_ABBREVIATIONS.get(word, word).split() for word in words_of(title))
    return [word for word in dict.fromkeys(words) if word not in _TELLS_NOTHING]


def _is_a_form(one: str, other: str) -> bool:
    """Whether two words begin alike ("molecular", "molecule"), or one is a misprint of the other."""
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    short, long = sorted((len(one), len(other)))
    if start >= max(_STEM, short // 2):
        return True
    return 2 * short >= _SPELLING * (short + long) and likeness(one, other) >= _SPELLING


def _is_all_but_an_end(one: str, other: str, features: Features) -> bool:
    """Whether one title is the other with a name in front ("GigaGAN: …"), with a subtitle, or with another at one end.

    The more differs, the better the authors have to agree.
    """
    (head, _, rest), (other_head, _, other_rest) = (
        [title_key(part) for part in title.partition(":")] for title in (one, other)
    )
    keys = title_key(one), title_key(other)
    in_front = next(
        (mine for mine, end, title in ((one, rest, keys[1]), (other, other_rest, keys[0])) if end == title), ""
    )
    if in_front and title_key(before := in_front.partition(":")[0]) not in _HEADS and features.numbers:
        is_name = len(words_of(before)) <= _NAME_IN_FRONT
        return min(map(len, keys)) >= _LONG and (is_name or (features.whole and features.in_full))
    if not (features.whole and features.in_full and features.numbers):
        return False
    if features.years == 0 and min(map(len, keys)) >= _LONG and _begins(*keys):
        return True
    if head == keys[1] or other_head == keys[0]:
        return (features.years or 0) <= _YEARS_OF_VERSIONS and _begins(*keys)
    if not (rest and other_rest):
        return False
    many = features.authors is not None and features.authors[0] > FEW
    if head == other_head:
        return head not in _HEADS and _is_one_subject(one, other) and features.years in ((0, 1) if many else (0,))
    are_names = all(len(words_of(title.partition(":")[0])) == 1 for title in (one, other))
    telling = len(_telling(one.partition(":")[2])) >= _TELLING
    return rest == other_rest and telling and features.years == 0 and (many or are_names)


def _is_one_subject(one: str, other: str) -> bool:
    """Whether two titles with one beginning are of one work: it is a name, or the ends share half of their words.

    "Computational Design of Linkages: …" is what papers of a series begin with.
    """
    heads, ends = zip(*(map(words_of, title.split(":", 1)) for title in (one, other)), strict=True)
    common = set(ends[0]) & set(ends[1]) - _IGNORED
    return len(heads[0]) <= _NAME or 2 * len(common) >= min(map(len, ends))


def title_likeness(one: str, other: str) -> float:
    """Return how alike two titles are, from 0 to 1, whatever the order of their words."""
    if set(title_keys(one)) & set(title_keys(other)):
        return 1.0
    mine, theirs = (
        " ".join(sorted(_ABBREVIATIONS.get(word, word) for word in words_of(title) if word not in _IGNORED))
        for title in (one, other)
    )
    # Words in another order ("Man Bites Dog") are not the very same title.
    return min(_NEARLY, likeness(mine, theirs))


def _is_one_work(best: Record, record: Record) -> bool:
    """Whether two records are of one work: like titles, and an identifier or the authors the same."""
    alike = title_likeness(best.title, record.title)
    if alike >= REWORDED and best.pairs() & record.pairs():
        return True
    common = in_common(*([one.name.text for one in each.authors[:_PLACES]] for each in (best, record)))
    if common is None or alike < _ONE_WORK or 2 * common[0] <= common[1]:
        return False
    return numbers_of(best.title) == numbers_of(record.title)
