"""Names at one place of two bylines, labelled: `labelled/names.tsv`.

Those of one person stand at the same place in two records of one work. Those of two stand in one byline, with one
family name and one initial, or at the same place in records that order the authors differently.
"""

from __future__ import annotations

import csv

from aligngraph.linking.names import in_common, is_one_person
from tests.linking.measure import LABELLED


def labelled() -> list[tuple[str, str, bool]]:
    with (LABELLED / "names.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["one"], row["other"], row["same"] == "yes") for row in rows]


def test_no_two_people_are_joined() -> None:
    pairs = labelled()
    assert len(pairs) >= 200
    joined = [(one, other) for one, other, same in pairs if not same and is_one_person(one, other)]
    assert joined == []


def test_most_prints_of_one_person_are_joined() -> None:
    there = [(one, other) for one, other, same in labelled() if same]
    missed = [pair for pair in there if not is_one_person(*pair)]
    print(f"{len(there)} pairs of one person, {len(missed)} missed: {missed}")
    assert len(missed) <= 0.15 * len(there)


def test_the_order_of_two_names_does_not_matter() -> None:
    assert all(is_one_person(one, other) == is_one_person(other, one) for one, other, _ in labelled())


def test_bylines_are_compared_name_by_name() -> None:
    assert in_common(["Shai Ben-David", "Dávid Pál"], ["D. Pál", "S. Ben-David", "H. Simon"]) == (2, 2)
    assert in_common(["Liu"], ["Hao Liu", "Pieter Abbeel"]) == (1, 1)
    assert in_common(["Anonymous"], ["Hao Liu"]) is None
    assert in_common(["György Turán"], ["Gyrgy Turn"]) == (1, 1)
