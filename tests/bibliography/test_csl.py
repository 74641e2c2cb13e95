"""CSL-JSON, as Zotero, Pandoc, Crossref and people write it and as they break it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from aligngraph.bibliography.csl import parse_csl
from aligngraph.bibliography.entries import Entry, forms_of


def only(item: dict[str, Any]) -> Entry:
    found = parse_csl(json.dumps([item]), "a.json")
    assert found.problems == ()
    (entry,) = found.entries
    return entry


def test_item_has_what_its_variables_say() -> None:
    entry = only(
        {
            "id": "http://zotero.org/users/1/items/X",
            "type": "paper-conference",
            "title": "Quiet <i>Rewards</i>: 1 < 2",
            "author": [
                {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
                {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
                {"family": "Humboldt", "given": "Alexander", "dropping-particle": "von"},
                {"literal": "DeepMind Team, Inc."},
            ],
            "container-title": "Conference on Quiet",
            "issued": {"date-parts": [["2031", 3, 1]]},
            "page": "1–9",
            "volume": 3,
            "DOI": "https://doi.org/10.1000/aB",
            "URL": "https://arxiv.org/abs/2305.18290",
            "unknown-field": "kept",
        }
    )
    assert (entry.key, entry.kind) == ("http://zotero.org/users/1/items/X", "Paper")
    assert entry.title == "Quiet Rewards: 1 < 2"
    assert entry.authors == (
        "Ludwig van Beethoven",
        "Martin Luther King Jr.",
        "Alexander von Humboldt",
        "DeepMind Team, Inc.",
    )
    published, preprint = forms_of(entry)
    assert (published.kind, published.venue, published.year) == ("ConferencePaper", "Conference on Quiet", 2031)
    assert (published.pages, published.volume, published.doi) == ("1-9", "3", "10.1000/aB")
    assert (preprint.kind, preprint.arxiv, preprint.year) == ("Preprint", "2305.18290", 2023)
    assert entry.fields["unknown-field"] == "kept"


@pytest.mark.parametrize(
    "item",
    [
        {"type": "article", "publisher": "arXiv", "number": "arXiv:2305.18290"},
        {"type": "article", "archive": "arXiv", "archive_location": "2305.18290"},
        {"type": "article-journal", "container-title": "arXiv preprint arXiv:2305.18290"},
        {"type": "article", "DOI": "10.48550/arXiv.2305.18290"},
        {"type": "manuscript", "URL": "http://arxiv.org/abs/2305.18290v2"},
        {"type": "webpage", "URL": "http://arxiv.org/abs/2305.18290v2", "container-title": "arXiv.org"},
    ],
)
def test_preprint_is_recognised_in_every_form(item: dict[str, Any]) -> None:
    (form,) = forms_of(only({"id": "a", "title": "T", "issued": {"raw": "2023-05-29"}, **item}))
    assert (form.kind, form.arxiv, form.year) == ("Preprint", "2305.18290", 2023)


@pytest.mark.parametrize(
    ("issued", "year"),
    [
        ({"date-parts": [[2031]]}, 2031),
        ({"date-parts": [["2031", "1"], ["2032"]]}, 2031),
        ({"literal": "circa 1984"}, 1984),
        ({"raw": "May 2031"}, 2031),
        ("2031-02-01", 2031),
        ({"date-parts": []}, None),
        ({"date-parts": [[None]]}, None),
        ([], None),
    ],
)
def test_year_is_read_in_every_way_a_date_is_written(issued: object, year: int | None) -> None:
    assert only({"id": 1, "type": "book", "title": "T", "issued": issued}).year == year


def test_one_item_alone_is_a_list_of_one() -> None:
    found = parse_csl('\ufeff{"id": 7, "type": "book", "title": "T"}', "a.json")
    assert [(entry.key, entry.kind) for entry in found.entries] == [("7", "Book")]


GOOD = """  {
    "id": "good%d",
    "type": "book",
    "title": "Good",
    "author": [{"family": "A"}, {"family": "B"}]
  }"""


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (
            '  {\n    "id": "bad", "title": "no comma" "author": [{"family": "A"}, {"family": "B"}]\n  }',
            "is not JSON at line 9",
        ),
        ('  {\n    "id": "bad",\n    "title": "not closed,\n  }', "is not JSON at line 10"),
        ('  {\n    "id": "bad",\n    "author": [{"family": "A"},, {"family": "B"}]\n  }', "is not JSON at line 10"),
        ('  "text"', "is not an item"),
        ('  {"id": "bad"}', "has no title"),
        ('  {"id": "good1", "title": "Again"}', "already that of the entry at line 2"),
    ],
)
def test_broken_item_is_named_with_its_line_and_takes_no_other_with_it(broken: str, reason: str) -> None:
    found = parse_csl(f"[\n{GOOD % 1},\n{broken},\n{GOOD % 2}\n]\n", "a.json")
    (problem,) = found.problems
    assert reason in problem.reason
    assert (problem.file, problem.line) == ("a.json", 8)
    assert {"good1", "good2"} <= {entry.key for entry in found.entries}


def test_broken_item_on_one_line_takes_no_other_with_it() -> None:
    found = parse_csl('[{"id":"a","title":"A"},{"id":"b","title":},{"id":"c","title":"C"}]', "a.json")
    assert ([entry.key for entry in found.entries], len(found.problems)) == (["a", "c"], 1)


@pytest.mark.parametrize(
    "text",
    ["", "x", '"x"', "[", "[" * 200_000, '[{"id":' * 100_000, '[{"id":"a","title":"b" ' * 50_000, "[" + "," * 200_000],
    ids=lambda text: text[:8],
)
def test_what_is_no_list_of_items_is_a_problem_soon(text: str) -> None:
    start = time.process_time()
    found = parse_csl(text, "a.json")
    assert (found.entries, bool(found.problems)) == ((), True)
    assert time.process_time() - start < 10


@pytest.mark.parametrize("value", [None, True, 7, "x", [], {}, [[]], [{}], [None], {"a": []}])
@pytest.mark.parametrize(
    "name", ["id", "type", "title", "author", "issued", "custom", "DOI", "URL", "page", "publisher"]
)
def test_values_of_the_wrong_kind_are_passed_over(name: str, value: object) -> None:
    found = parse_csl(json.dumps([{"id": "a", "type": "book", "title": "T", name: value}]), "a.json")
    assert len(found.entries) == 1


def test_only_http_and_https_addresses_are_kept() -> None:
    found = parse_csl('[{"id": "a", "title": "T", "type": "webpage", "URL": "javascript:alert(1)"}]', "a.json")
    assert ([problem.text for problem in found.refused_links], found.entries[0].links) == (["javascript:alert(1)"], ())


def test_dots_in_place_of_a_name_say_that_more_follow() -> None:
    entry = only({"id": "a", "title": "T", "author": [{"family": "Rivera"}, {"literal": "..."}]})
    assert (entry.authors, entry.et_al) == (("Rivera",), True)


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "a", "title": "A"}\n{"id": "b", "title": "B"}\n',
        '{"id": "a", "title": "A"}\n\n{"id": "b", "title": ["B"]}',
        '{"items": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]}',
        '{"status": "ok", "message": {"query": {}, "items": [{"id":"a","title":["A"]},{"id":"b","title":["B"]}]}}',
        '{"references": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]}',
    ],
)  # fmt: skip
def test_items_are_read_one_after_another_and_out_of_an_answer(text: str) -> None:
    found = parse_csl(text, "a.json")
    assert ([(entry.key, entry.title) for entry in found.entries], found.problems) == ([("a", "A"), ("b", "B")], ())


def test_of_items_one_after_another_a_broken_one_takes_no_other_with_it() -> None:
    found = parse_csl('{"id": "a", "title": "A"}\n{"id": "b", "title": }\n{"id": "c", "title": "C"}\nrest', "a.json")
    assert [entry.key for entry in found.entries] == ["a", "c"]
    assert [problem.line for problem in found.problems] == [2, 4]


def test_crossref_names_organisations_and_lists_titles() -> None:
    entry = only(
        {
            "id": "a",
            "type": "journal-article",
            "title": ["Quiet Rewards"],
            "container-title": ["Journal of Quiet"],
            "author": [{"name": "The Quiet Consortium"}, {"family": "Rivera", "given": "Ana"}],
        }
    )
    assert (entry.title, entry.venue_printed) == ("Quiet Rewards", "Journal of Quiet")
    assert entry.authors == ("The Quiet Consortium", "Ana Rivera")


@pytest.mark.parametrize(
    "text",
    [
        '{"status": "ok", "message": {"type": "journal-article", "title": ["Quiet Rewards"], "DOI": "10.1000/a"}}',
        '{"message": {"type": "book", "title": ["Quiet Rewards"], "DOI": "10.1000/A"}, "status": "ok"}\n',
        '{"message": {"title": "Quiet Rewards", "DOI": "https://doi.org/10.1000/a"}}',
    ],
)
def test_an_answer_about_one_work_is_read(text: str) -> None:
    found = parse_csl(f"{text}\n{text.replace('Quiet', 'Loud')}", "a.json")
    assert [entry.title for entry in found.entries] == ["Quiet Rewards", "Loud Rewards"]
    assert all((entry.identifiers.doi or "").lower() == "10.1000/a" for entry in found.entries)
    assert found.problems == ()


def test_title_that_is_no_text_is_named() -> None:
    (problem,) = parse_csl('[{"id": "a", "title": {"en": "T"}}]', "a.json").problems
    assert problem.reason == "has a title that is not text"


def test_a_thesis_that_becomes_a_report_is_named() -> None:
    (notice,) = parse_csl('[{"id": "a", "type": "thesis", "title": "On Reeds"}]', "a.json").problems
    assert (notice.line, notice.text, notice.minor) == (1, "On Reeds", True)
    assert notice.reason.startswith("is a thesis: kept as a report")


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "Infinity"])
def test_what_is_no_number_in_json_breaks_its_item_alone(number: str) -> None:
    found = parse_csl(f'[{{"title": "A"}},\n{{"title": "B", "volume": {number}}},\n{{"title": "C"}}]', "a.json")
    assert [entry.title for entry in found.entries] == ["A", "C"]
    assert [(problem.line, problem.reason) for problem in found.problems] == [
        (2, f"is not JSON: {number} is not a number")
    ]


@pytest.mark.parametrize("number", ["1.50", "12.10", "1e3", "9" * 5000])
def test_numbers_stay_as_they_are_written(number: str) -> None:
    text = f'[{{"title": "A", "type": "article-journal", "container-title": "J", "volume": {number}}}]'
    (entry,) = parse_csl(text, "a.json").entries
    assert forms_of(entry)[0].volume == number


@pytest.mark.parametrize("year", ["1e999", "9" * 5000, "2031.0"])
def test_a_year_that_is_no_whole_number_stops_nothing(year: str) -> None:
    (entry,) = parse_csl(f'[{{"title": "A", "issued": {{"date-parts": [[{year}]]}}}}]', "a.json").entries
    assert entry.year == (2031 if year == "2031.0" else None)
