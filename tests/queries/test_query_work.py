"""How much work a stored query or a lookup is, counted: what the steps of Oxigraph's plan yield, at two sizes.

A count is the same on any machine. It tells a plan that reads everything for every row from one that follows an index;
a clock tells that only where nothing else runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aligngraph.catalogue.sources import find_sources
from aligngraph.errors import ArgumentError, NothingFoundError
from aligngraph.queries.binding import bind
from aligngraph.queries.search import find_one
from aligngraph.queries.stored import ANY, Parameter, StoredQuery, find_query, list_queries
from aligngraph.sparql.backend import Backend, Embedded, Solutions, Triples
from aligngraph.stores.cache import open_store
from aligngraph.stores.disk import load
from aligngraph.stores.open import open_files
from aligngraph.views.show import describe
from aligngraph.views.tree import read_tree
from tests.conftest import TIMEOUT
from tests.queries.test_stored_queries import PARAMETERS, TOO_MUCH_FOR_ANY, key_of
from tests.support.servers import PROGRAM
from tests.update_goldens import is_graph

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import grow

TIMES = 3
MARGIN = 2.0
"""How much steeper the work may grow than the catalogue, or the answer if that grows more: the taxonomy gets deeper."""

# Asked about one thing, these read what is said of it and no more.
OF_ONE_THING: list[tuple[str, dict[str, list[str]]]] = [
    ("authors-of-work", {}),
    ("classification-of-work", {}),
    ("corrections", {"work": ["chiang2023-vicuna"]}),
    ("differences-between-listings", {"work": ["bai2022-hh-rlhf"]}),
    ("identifiers", {"work": ["rafailov2023-dpo"]}),
    ("listings-of-section", {}),
    ("statements-about", {}),
    ("terms", {}),
    ("work-bibtex-fields", {}),
    ("work-record", {}),
    ("builds-on", {"on": ["schwartz-basic-values"]}),
]


@dataclass(frozen=True)
class Size:
    """A store of the catalogue at some size."""

    path: Path
    triples: int


@dataclass(frozen=True)
class Work:
    """What a query took, and gave."""

    steps: int
    rows: int


@pytest.fixture(scope="module")
def catalogue() -> Embedded:
    return open_files()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Size:
    path = tmp_path_factory.mktemp("shipped") / "store"
    return Size(path, load(path, find_sources()))


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Size:
    folder = tmp_path_factory.mktemp("grown")
    grow.write_nquads(folder / "grown.nq", TIMES)
    return Size(folder / "store", load(folder / "store", find_sources([folder / "grown.nq"])))


@cache
def work_of(size: Size, sparql: str, results: str = "csv") -> Work:
    plan = size.path.parent / "plan.json"
    asked = (PROGRAM, "query", "--location", size.path, "--union-default-graph", "--results-format", results)
    command = [*map(str, asked), "--query", sparql, "--stats", "--explain-file", str(plan)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=TIMEOUT)
    top = json.loads(plan.read_text(encoding="utf-8"))["plan"]
    return Work(_steps(top), top["number of results"])


def _steps(node: dict[str, Any]) -> int:
    parts = node.get("children", [])
    steps = int(node["number of results"]) + sum(map(_steps, parts))
    if node["name"].startswith("Join(") and node["name"].endswith("keys = )"):
        # Without a key each row of one side is held against each of the other.
        steps += parts[0]["number of results"] * parts[1]["number of results"]
    return steps


def works_of(query: StoredQuery, sparql: str, shipped: Size, grown: Size) -> tuple[Work, Work]:
    results = "nt" if is_graph(query) else "csv"
    return work_of(shipped, sparql, results), work_of(grown, sparql, results)


def name_of(value: object) -> str:
    return value.name if isinstance(value, StoredQuery | Parameter) else str(value)


def too_steep(before: Work, after: Work, shipped: Size, grown: Size) -> bool:
    wanted = max(grown.triples / shipped.triples, after.rows / max(before.rows, 1))
    return after.steps > MARGIN * wanted * before.steps


@pytest.mark.slow
def test_the_count_detects_a_plan_that_reads_everything_for_each_row(shipped: Size, grown: Size) -> None:
    pattern = "?work ag:hasPublication ?form . ?form a ag:Preprint ."
    prefix, work = "PREFIX ag: <https://w3id.org/aligngraph/ontology#>", "?work a ag:WebPage ."
    bad = f"{prefix} SELECT * {{ {work} FILTER NOT EXISTS {{ {pattern} }} }}"
    good = f"{prefix} SELECT * {{ {work} MINUS {{ {pattern} }} }}"
    assert too_steep(work_of(shipped, bad), work_of(grown, bad), shipped, grown)
    assert not too_steep(work_of(shipped, good), work_of(grown, good), shipped, grown)
    assert work_of(grown, good).rows == work_of(grown, bad).rows > 0


@pytest.mark.slow
@pytest.mark.parametrize("query", list_queries(), ids=name_of)
def test_work_grows_no_faster_than_the_catalogue_or_the_answer(query: StoredQuery, shipped: Size, grown: Size) -> None:
    before, after = works_of(query, query.text, shipped, grown)
    assert not too_steep(before, after, shipped, grown), (before, after)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "parameter"), [pair for pair in PARAMETERS if key_of(*pair) not in TOO_MUCH_FOR_ANY], ids=name_of
)
def test_work_grows_no_faster_with_a_parameter_set_or_freed(
    query: StoredQuery, parameter: Parameter, catalogue: Embedded, shipped: Size, grown: Size
) -> None:
    given = parameter.example or ANY
    before, after = works_of(query, bind(query, {parameter.name: [given]}, catalogue), shipped, grown)
    assert not too_steep(before, after, shipped, grown), (before, after)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "values"), OF_ONE_THING, ids=name_of)
def test_a_question_about_one_thing_is_as_much_work_in_a_larger_catalogue(
    name: str, values: dict[str, list[str]], catalogue: Embedded, shipped: Size, grown: Size
) -> None:
    query = find_query(name)
    before, after = works_of(query, bind(query, values, catalogue), shipped, grown)
    assert 0 < before.rows == after.rows
    # The taxonomy and the tree of sections are a little larger.
    assert after.steps < 1.2 * before.steps, (before, after)


# Lookups


class Recording(Embedded):
    """Keeps what it is asked."""

    def __init__(self, size: Size) -> None:
        super().__init__(open_store(size.path).store)
        self.asked: list[str] = []

    def run(self, sparql: str) -> Solutions | bool | Triples:
        self.asked.append(sparql)
        return super().run(sparql)


def steps_of(size: Size, task: Callable[[Backend], object]) -> int:
    """Return the steps of all that *task* asks."""
    backend = Recording(size)
    task(backend)
    assert backend.asked
    return sum(work_of(size, sparql).steps for sparql in backend.asked)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", ["dpo", "2305.18290", "10.18653/v1/2021.emnlp-main.54", "Moral Stories", "ranking-based"]
)
def test_a_thing_is_found_by_a_name_or_identifier_with_as_much_work_in_a_larger_catalogue(
    words: str, shipped: Size, grown: Size
) -> None:
    def find(backend: Backend) -> None:
        find_one(backend, words)

    assert steps_of(grown, find) < 1.2 * steps_of(shipped, find)


@pytest.mark.slow
@pytest.mark.parametrize("words", ["dpo", "artifact:dpo", "publication:rafailov2023-dpo-arxiv"])
def test_a_page_is_as_much_work_in_a_larger_catalogue(words: str, shipped: Size, grown: Size) -> None:
    def show(backend: Backend) -> None:
        describe(backend, find_one(backend, words).iri)

    assert steps_of(grown, show) < 1.2 * steps_of(shipped, show)


@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    [
        "bai2022-constitutional-ai",
        "work:bai2022-constitutional-ai",
        "Constitutional AI: Harmlessness from AI Feedback",
    ],
)
def test_a_value_is_looked_up_with_as_much_work_in_a_larger_catalogue(value: str, shipped: Size, grown: Size) -> None:
    def look_up(backend: Backend) -> None:
        assert "<https://w3id.org/aligngraph/work/bai2022-constitutional-ai>" in bind(
            find_query("authors-of-work"), {"work": [value]}, backend
        )

    assert steps_of(grown, look_up) < 1.2 * steps_of(shipped, look_up)


def other_capitals(backend: Backend) -> None:
    bind(find_query("authors-of-work"), {"work": ["CONSTITUTIONAL AI: HARMLESSNESS FROM AI FEEDBACK"]}, backend)


def unknown_value(backend: Backend) -> None:
    with pytest.raises(ArgumentError):
        bind(find_query("authors-of-work"), {"work": ["bai2022-constitutional-aii"]}, backend)


def unknown_words(backend: Backend) -> None:
    with pytest.raises(NothingFoundError):
        find_one(backend, "zzzz")


@pytest.mark.slow
@pytest.mark.parametrize(
    "task",
    [other_capitals, unknown_value, unknown_words, read_tree, lambda backend: read_tree(backend, "human-values")],
    ids=["other capitals", "unknown value", "unknown words", "tree", "tree of one concept"],
)
def test_what_goes_through_all_names_or_works_does_so_once(
    task: Callable[[Backend], object], shipped: Size, grown: Size
) -> None:
    work, more = Work(steps_of(shipped, task), 1), Work(steps_of(grown, task), 1)
    assert not too_steep(work, more, shipped, grown), (work, more)
    assert work.steps < shipped.triples, work
