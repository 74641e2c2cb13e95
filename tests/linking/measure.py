"""Precision and recall of the decision which record is of a work, on public records that were labelled by reading.

`labelled/works.tsv`, `held_out.tsv`, `final.tsv`, `blind.tsv`, `fifth.tsv` and `sixth.tsv` have the cases: what is
wanted, the records that a search by words brought, and which of these are of the work, if any. `labelled/records.tsv`
has the records; a case names them by their place there. The third to the sixth were drawn from records that none of the
earlier ones came from, labelled, and measured once before anything was changed: `FIRST_RUNS` is what came out.

Each case with a counterpart counts twice: as it is, and with the counterparts taken away, when no link is right. Run
as a script to print the tables; `--shown` prints those in docs/linking.md, `--write` puts them there, `--wrong` names
the wrong answers in the cases that the rule was made on.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.bibliography.keys import words_of
from aligngraph.bibliography.person_names import Name
from aligngraph.curation.comparison import is_same_author
from aligngraph.linking.decide import decide
from aligngraph.linking.records import Author, Record, Wanted

LABELLED = Path(__file__).parent / "labelled"
DOCS = Path(__file__).parents[2] / "docs" / "linking.md"
PRECISION, RECALL = 0.998, 0.98
"""The goals; a false link where there is no counterpart is one too many."""
MADE_ON, HELD_OUT, FINAL, BLIND = "works.tsv", "held_out.tsv", "final.tsv", "blind.tsv"
FIFTH, SIXTH = "fifth.tsv", "sixth.tsv"
SETS = (MADE_ON, HELD_OUT, FINAL, BLIND, FIFTH, SIXTH)
FIRST_RUNS = (
    "| aligngraph, first run | third | 159 | 0.9873 | 0.9811 | 2 of 538 | 1.3 % |",
    "| aligngraph, first run | fourth | 290 | 0.9964 | 0.9552 | 1 of 658 | 3.8 % |",
    "| aligngraph, first run | fifth | 343 | 1.0000 | 0.9738 | 0 of 660 | 1.5 % |",
    "| aligngraph, first run | sixth | 407 | 0.9719 | 0.9361 | 11 of 744 | 5.7 % |",
)
"""What the rule answered to cases when it saw them first; kept, since the rule was mended then."""
_MORE = "…"
_ENOUGH = 0.87
"""The score from which the simpler rules link."""


@dataclass(frozen=True, eq=False)
class Case:
    """What is wanted, the records that a search brings, and which of them are right."""

    group: str
    kind: str
    wanted: Wanted
    candidates: tuple[Record, ...]
    right: frozenset[str]
    """The `where` of the right records."""

    def without(self) -> tuple[Record, ...]:
        """Return the candidates without the right ones."""
        return tuple(record for record in self.candidates if record.where not in self.right)


@dataclass(frozen=True)
class Answer:
    """What a rule says: the record that it links to, or whether it asks a person."""

    linked: Record | None
    review: bool = False


Rule = Callable[[Wanted, Sequence[Record]], Answer]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (LABELLED / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _names(text: str) -> tuple[tuple[Name, ...], bool]:
    found = [name for name in text.split("; ") if name]
    return tuple(Name(name) for name in found if name != _MORE), _MORE in found


def _identifiers(text: str) -> Identifiers:
    return Identifiers(**dict(one.split(":", 1) for one in text.split()))


def _record(row: dict[str, str], place: int) -> Record:
    authors, more = _names(row["authors"])
    return Record(
        "public",
        None,
        str(place),
        row["title"],
        tuple(map(Author, authors)),
        more,
        int(row["year"]) if row["year"] else None,
        identifiers=_identifiers(row["identifiers"]),
    )


@cache
def _records() -> tuple[Record, ...]:
    return tuple(_record(row, place) for place, row in enumerate(_rows("records.tsv")))


@cache
def cases(name: str) -> tuple[Case, ...]:
    """Return the labelled cases of a file."""
    records = _records()
    return tuple(
        Case(
            row["group"],
            row["kind"],
            Wanted(
                "",
                "works",
                row["title"],
                (),
                _names(row["authors"])[0],
                frozenset(map(int, row["years"].split())),
                identifiers=_identifiers(row["identifiers"]),
            ),
            tuple(records[int(place)] for place in row["candidates"].split()),
            frozenset(row["right"].split()),
        )
        for row in _rows(name)
    )


# Rules


def ours(wanted: Wanted, candidates: Sequence[Record]) -> Answer:
    """Answer as `link` does."""
    found = decide(wanted, candidates)
    return Answer(found.record if found.outcome == "found" else None, found.outcome == "review")


def by_title(wanted: Wanted, candidates: Sequence[Record]) -> Answer:
    """Link to the record with the likest title, from 0.87 on."""
    scored = ((_words_likeness(wanted.title, one.title, _ENOUGH), one) for one in candidates)
    score, best = max(scored, key=lambda two: two[0])
    return Answer(best if score >= _ENOUGH else None)


def by_crossref(wanted: Wanted, candidates: Sequence[Record]) -> Answer:
    """Answer as Crossref describes its matching of preprints: the mean of title, first author and year.

    The title counts by the likeness of sets of words, and two thirds of it where only one is a correction or reply;
    0.87 or more, and within 0.04 of the best.
    """
    scored = [(_crossref_score(wanted, record), record) for record in candidates]
    best = max(scored, key=lambda two: two[0])
    return Answer(best[1] if best[0] >= _ENOUGH else None)


def _crossref_score(wanted: Wanted, record: Record) -> float:
    """Return the score, or less than is enough where it is not enough."""
    others = []
    if wanted.years and record.year is not None:
        others.append(float(any(-1 <= record.year - year <= 3 for year in wanted.years)))
    if wanted.authors and record.authors:
        others.append(float(is_same_author(wanted.authors[0].text, record.authors[0].name.text)))
    weight = 1.0 if _is_reply(wanted.title) == _is_reply(record.title) else 1 / 1.5
    needed = (_ENOUGH * (len(others) + 1) - sum(others)) / weight
    title = _words_likeness(wanted.title, record.title, needed - 1e-9) * weight
    return (title + sum(others)) / (len(others) + 1)


def _is_reply(title: str) -> bool:
    return re.match(r"\W*(?:correction|response|reply|appendix|erratum|corrigendum)\b", title.lower()) is not None


def _words_likeness(one: str, other: str, least: float) -> float:
    """Return how alike two titles are as sets of words: that of a title in another is 1. What is below *least* is 0.

    Most titles have so little in common that the letters they share say that.
    """
    mine, theirs = set(words_of(one)), set(words_of(other))
    common = " ".join(sorted(mine & theirs))
    ends = [f"{common} {' '.join(sorted(words - (mine & theirs)))}".strip() for words in (mine, theirs)]
    pairs = [pair for pair in ((common, ends[0]), (common, ends[1]), (ends[0], ends[1])) if pair[0]]
    found = 0.0
    for matcher in (SequenceMatcher(None, *pair, autojunk=False) for pair in pairs):
        if matcher.real_quick_ratio() >= max(found, least) and matcher.quick_ratio() >= max(found, least):
            found = max(found, matcher.ratio())
    return found if found >= least else 0.0


# Counting


@dataclass
class Score:
    """What a rule answered to cases."""

    there: int = 0
    """Cases with a counterpart."""
    right: int = 0
    wrong: int = 0
    review: int = 0
    absent: int = 0
    """Cases without one, those included from which it was taken away."""
    false: int = 0
    review_of_absent: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong + self.false) if self.right else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0


def measure(found: Iterable[Case], rule: Rule = ours, wrong: list[str] | None = None) -> Score:
    """Return the score of *rule*; what it answers wrongly is added to *wrong*."""
    score = Score()
    for case in found:
        if case.right:
            answer = _answer(rule, case, True)
            score.there += 1
            score.review += answer.review
            is_right = answer.linked is not None and answer.linked.where in case.right
            score.right += is_right
            score.wrong += answer.linked is not None and not is_right
            if wrong is not None and not is_right:
                wrong.append(_shown("missed" if answer.linked is None else "WRONG", case, case.candidates))
        score.absent += 1
        answer = _answer(rule, case, False)
        score.false += answer.linked is not None
        score.review_of_absent += answer.review
        if wrong is not None and answer.linked is not None:
            wrong.append(_shown("FALSE", case, case.without()))
    return score


@cache
def _answer(rule: Rule, case: Case, there: bool) -> Answer:
    candidates = case.candidates if there else case.without()
    return rule(case.wanted, candidates) if candidates else Answer(None)


def _shown(what: str, case: Case, candidates: Sequence[Record]) -> str:
    found = decide(case.wanted, candidates)
    names = ", ".join(name.text for name in case.wanted.authors[:4])
    record = found.record
    theirs = ", ".join(author.name.text for author in record.authors[:4]) if record else ""
    return (
        f"{what} ({case.kind})\n  {case.wanted.title} | {names} | {sorted(case.wanted.years)}\n  "
        f"{record.title if record else ''} | {theirs} | {record.year if record else ''}\n  {found.outcome} "
        f"{found.score:.2f} {found.features}; next {found.runner_up_score:.2f} "
        f"{found.runner_up.title if found.runner_up else ''}"
    )


def tables() -> str:
    """Return the tables of rules and of kinds."""
    sets = dict(zip(("first", "second", "third", "fourth", "fifth", "sixth"), map(cases, SETS), strict=True))
    rules = {"aligngraph": ours, "Crossref's, as described": by_crossref, "the title alone": by_title}
    lines = [
        "| rule | cases | with counterpart | precision | recall | links where it is absent | to review |",
        "|---|---|---:|---:|---:|---:|---:|",
        *FIRST_RUNS,
    ]
    for name, rule in rules.items():
        # The simpler rules are slow, and say the same of every set.
        for place, chosen in sets.items() if rule is ours else [("sixth", sets["sixth"])]:
            score = measure(chosen, rule)
            lines.append(
                f"| {name} | {place} | {score.there} | {score.precision:.4f} | {score.recall:.4f} | "
                f"{score.false} of {score.absent} | {_share(score.review, score.there)} |"
            )
    lines += [
        "",
        "| sixth, by kind, now | with counterpart | found | wrong | to review | absent | links | to review |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in Counter(case.kind for case in sets["sixth"]):
        score = measure(case for case in sets["sixth"] if case.kind == kind)
        lines.append(
            f"| {kind} | {score.there} | {score.right} | {score.wrong} | {score.review} | {score.absent} | "
            f"{score.false} | {score.review_of_absent} |"
        )
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


_TABLES = re.compile(r"(?<=<!-- matching -->\n).*?(?=<!-- /matching -->)", re.DOTALL)


def tables_shown() -> str:
    """Return the tables that docs/linking.md shows."""
    found = _TABLES.search(DOCS.read_text(encoding="utf-8"))
    return found[0] if found else ""


def main(arguments: Sequence[str]) -> None:
    """Print the tables, those that the page shows, or the wrong answers; or write the tables."""
    if "--write" in arguments:
        text = DOCS.read_text(encoding="utf-8")
        DOCS.write_text(_TABLES.sub(lambda _: tables(), text), encoding="utf-8")
        return
    if "--wrong" in arguments:
        wrong: list[str] = []
        measure(cases(MADE_ON), ours, wrong)
        print(*wrong, sep="\n")
        return
    print(tables_shown() if "--shown" in arguments else tables(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
