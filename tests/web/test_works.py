"""The list of works, narrowed by what they are about, where they appeared and when."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
import requests

from aligngraph.api.catalogue import Catalogue
from aligngraph.web import pages
from aligngraph.web.documents import Documents
from tests.web.conftest import Served

HTML = {"Accept": "text/html"}


def page_of(served: Served, **given: Any) -> str:
    reply = requests.get(served / "works", params=given, headers=HTML, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.text


def works_of(html: str) -> list[str]:
    return re.findall(r'<li><a href="/(work/[^"]+)">', html)


def total_of(html: str) -> int:
    found = re.search(r'role="status">([\d,]+) works?, newest first', html)
    assert found
    return int(found[1].replace(",", ""))


def asked(served: Served, pattern: str) -> set[str]:
    """Return the works of a pattern, as the endpoint says it."""
    query = f"SELECT DISTINCT ?work {{ ?work a ag:Work ; {pattern} }}"
    rows = requests.get(served / "sparql", params={"query": query, "format": "text/csv"}, timeout=60).text.split()[1:]
    return {row.removeprefix("https://w3id.org/aligngraph/") for row in rows}


@pytest.mark.parametrize(
    ("given", "pattern"),
    [
        ({"goal": "human-values", "year": 2023}, "ag:addressesGoal goal:human-values ; ag:firstPublicYear 2023"),
        ({"method": "rl-based"}, "ag:usesMethod method:rl-based"),
        ({"venue": "neurips", "approach": "benchmark"},
         "ag:hasPublication/ag:venue venue:neurips ; ag:usesApproach approach:benchmark"),
        ({"goal": ["toxicity", "privacy"]}, "ag:addressesGoal ?goal . VALUES ?goal { goal:toxicity goal:privacy }"),
    ],
    ids=str,
)  # fmt: skip
def test_it_has_the_works_that_all_choices_leave(served: Served, given: dict[str, object], pattern: str) -> None:
    html = page_of(served, **given)
    expected = asked(served, pattern)
    assert 0 < len(expected) < 100
    assert set(works_of(html)) == expected
    assert total_of(html) == len(expected)


def test_a_survey_leads_to_its_works(served: Served) -> None:
    html = requests.get(served / "survey/value-alignment.html", timeout=60).text
    (link,) = re.findall(r'href="/(works\?[^"]+)"', html)
    listed = asked(served, "^ag:lists ?listing . ?listing ag:inSection/ag:sectionOf survey:value-alignment")
    assert total_of(requests.get(served / unescape(link), timeout=60).text) == len(listed) > 100


def test_files_have_all_works_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_WORKS_OF_FILE", 50)
    catalogue = Catalogue(())
    made = dict(pages.Pages(catalogue, Documents(catalogue), live=False).files_of_works())
    works = [work for html in made.values() for work in works_of(html)]
    assert len(set(works)) == len(works) > 100
    assert list(made)[:2] == ["/works", "/works-2"]
    links = [re.findall(r'rel="(prev|next)" href="([^"]+)"', html) for html in made.values()]
    assert links[:2] == [[("next", "/works-2")], [("prev", "/works"), ("next", "/works-3")]]
    assert links[-1] == [("prev", f"/works-{len(made) - 1}")]


def test_words_of_titles_narrow_it_and_all_of_it_comes_in_pages(served: Served) -> None:
    both = [page_of(served, page=number) for number in (1, 2)]
    every = [work for html in both for work in works_of(html)]
    assert len(every) == len(set(every)) == total_of(both[0])
    assert set(every) == asked(served, "dcterms:title ?title")
    assert 'rel="next"' in both[0]
    assert 'rel="next"' not in both[1]
    found = page_of(served, q="PREFERENCE optimization", year=2023)
    assert "work/rafailov2023-dpo" in works_of(found)
    assert total_of(found) < 10


def test_each_choice_leaves_as_many_works_as_it_says(served: Served) -> None:
    html = page_of(served, year=2022)
    facets = dict(re.findall(r'<select id="facet-(\w+)".*?>(.*?)</select>', html, re.DOTALL))
    assert set(facets) == {"year", "goal", "approach", "method", "venue", "survey"}
    for name, options in facets.items():
        value, count = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)</option>', options)[0]
        left = page_of(served, **{"year": 2022, name: unescape(value)})
        assert total_of(left) == int(count), name


def test_what_no_work_has_is_said_with_what_is_like_it(served: Served) -> None:
    for path, said in (
        ("works?goal=human-value", "human-values"),
        ("works?colour=red", "goal"),
        ("works?page=x", "number"),
    ):
        reply = requests.get(served / path, timeout=60)
        assert reply.status_code in (400, 404)
        assert said in reply.text
