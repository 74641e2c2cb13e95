"""Each cell of a grid leads to as many works as it counts, whoever places them there."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

import aligngraph
from aligngraph.api.table import Table
from aligngraph.web.charts import picture

GRIDS = {"coverage-by-goal-and-approach": "works-by-approach", "coverage-by-method-and-goal": "works-by-method"}


@pytest.fixture(scope="module")
def catalogue() -> aligngraph.Catalogue:
    return aligngraph.open()


@pytest.mark.slow
@pytest.mark.parametrize("source", ["listed", "added", "any"])
@pytest.mark.parametrize("grid", GRIDS)
def test_every_cell_of_a_grid_leads_to_the_works_it_counts(
    catalogue: aligngraph.Catalogue, grid: str, source: str
) -> None:
    table = catalogue.query(grid, source=source)
    drawn = str(picture(table, {"source": [source]}))
    cells = re.findall(r'<a href="/query/([^"]+)"><title>[^<]*: (\d+)</title>', drawn)
    assert len(cells) == sum(row["works"] != 0 for row in table) > 10
    wrong = {}
    for link, count in cells:
        address = urlsplit(unescape(link))
        asked: dict[str, Any] = {name: value for name, (value,) in parse_qs(address.query).items()}
        assert (address.path, asked["source"]) == (GRIDS[grid], source)
        if len(found := catalogue.query(address.path, **asked)) != int(count):
            wrong[link] = (len(found), count)
    assert wrong == {}


def test_a_grid_that_is_too_large_shows_what_has_most_and_says_so() -> None:
    def thing(kind: str, number: int) -> list[Any]:
        name = f"{kind}-{number}"
        return [ox.NamedNode(f"https://w3id.org/aligngraph/{kind}/{name}"), ox.Literal(name)]

    numbers = {(down, across): 1 + down * across for down in range(60) for across in range(50)}
    rows = [(*thing("goal", one), *thing("method", two), ox.Literal(n)) for (one, two), n in numbers.items()]
    drawn = str(picture(Table(("goal", "goalLabel", "method", "methodLabel", "works"), rows, "SELECT")))
    kept = {tuple(map(int, pair)) for pair in re.findall(r"<title>goal-(\d+) × method-(\d+): ", drawn)}
    assert kept == {(one, two) for one in range(36, 60) for two in range(26, 50)}
    assert "60 × 50" in drawn
    assert len(drawn) < 200_000
