"""The page that says what words may mean."""

from __future__ import annotations

import re

import pytest
import requests

from tests.web.conftest import Served

HTML = {"Accept": "text/html"}


def found_on(served: Served, words: str, number: int) -> tuple[list[str], int]:
    """Return the things on the page *number* of what was found, and how many there are in all."""
    reply = requests.get(served / "search", params={"q": words, "page": str(number)}, headers=HTML, timeout=60)
    assert reply.status_code == 200
    total = re.search(r'role="status">([\d,]+) found', reply.text)
    assert total
    return re.findall(r'<li><a href="/([^"]+)">', reply.text), int(total[1].replace(",", ""))


def all_found(served: Served, words: str) -> list[str]:
    first, total = found_on(served, words, 1)
    pages = [first, *(found_on(served, words, number)[0] for number in range(2, -(-total // len(first)) + 1))]
    found = [thing for page in pages for thing in page]
    assert len(found) == total
    return found


def test_it_has_every_work_with_the_word_in_its_title(served: Served) -> None:
    query = (
        r"""SELECT ?work { ?work a ag:Work ; dcterms:title ?title FILTER(REGEX(?title, "(^|[^a-z0-9])model", "i")) }"""
    )
    rows = requests.get(served / "sparql", params={"query": query, "format": "text/csv"}, timeout=60).text.split()[1:]
    works = {row.removeprefix("https://w3id.org/aligngraph/") for row in rows}
    assert len(works) > 30
    assert works <= set(all_found(served, "Model"))


@pytest.mark.parametrize(
    ("words", "thing"),
    [("dpo", "work/rafailov2023-dpo"), ("human values", "goal/human-values"), ("2305.18290", "work/rafailov2023-dpo")],
)
def test_what_the_words_mean_exactly_comes_first(served: Served, words: str, thing: str) -> None:
    assert found_on(served, words, 1)[0][0] == thing


def test_a_page_that_there_is_none_of_is_named(served: Served) -> None:
    reply = requests.get(served / "search", params={"q": "dpo", "page": "99"}, headers=HTML, timeout=60)
    assert reply.status_code == 404
    assert "no page 99" in reply.text
