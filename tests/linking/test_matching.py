"""The decision which record is of a work, on records labelled by reading, and on names of authors."""

from __future__ import annotations

import pytest

from tests.linking.measure import (
    BLIND,
    FIFTH,
    FINAL,
    FIRST_RUNS,
    HELD_OUT,
    PRECISION,
    RECALL,
    SETS,
    SIXTH,
    Case,
    by_crossref,
    by_title,
    cases,
    measure,
    tables,
    tables_shown,
)


def both() -> list[Case]:
    return [case for name in SETS for case in cases(name)]


def test_the_cases_are_many_and_no_title_is_in_both_files() -> None:
    assert len(both()) >= 600
    assert len(cases(HELD_OUT)) >= 300
    assert len(cases(FINAL)) >= 350
    assert min(map(len, map(cases, (BLIND, FIFTH, SIXTH)))) >= 600
    titles = [{case.wanted.title.lower() for case in cases(name)} for name in SETS]
    assert sum(map(len, titles)) == len(set.union(*titles))


def test_right_records_are_among_the_candidates() -> None:
    assert sum(len(case.candidates) >= 5 for case in both()) > 0.85 * len(both())
    for case in both():
        assert case.right <= {record.where for record in case.candidates}, case.wanted.title


@pytest.mark.parametrize("name", SETS)
def test_no_link_is_wrong_in_a_sample(name: str) -> None:
    score = measure(cases(name)[::30])
    assert (score.wrong, score.false) == (0, 0)
    assert score.right > 4


@pytest.mark.slow
def test_the_goals_are_met_on_cases_that_were_held_out() -> None:
    score = measure(cases(HELD_OUT))
    assert score.precision >= PRECISION
    assert score.recall >= RECALL
    assert score.false == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_no_record_is_linked_where_the_counterpart_is_absent(name: str) -> None:
    score = measure(cases(name))
    assert (score.wrong, score.false) == (0, 0)


def test_the_first_runs_are_shown() -> None:
    assert all(line in tables_shown() for line in FIRST_RUNS)


@pytest.mark.slow
def test_simpler_rules_link_wrongly() -> None:
    for rule in (by_crossref, by_title):
        assert measure(cases(SIXTH), rule).false > 10


@pytest.mark.slow
def test_the_page_shows_the_tables() -> None:
    assert tables_shown() == tables(), "python -m tests.linking.measure --write"
