"""Questions about several surveys, asked of other engines: with one survey, most of them have no rows."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.queries.binding import bind
from aligngraph.queries.stored import find_query
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.endpoint import Remote
from aligngraph.stores.open import open_files
from tests.conftest import Run
from tests.queries.test_several_surveys import LIST
from tests.stores.test_stores_agree import answer, read_answer
from tests.support.servers import as_user
from tests.support.triplestores import Jena, VirtuosoServer, environment

ASKED: list[tuple[str, dict[str, list[str]], int]] = [
    ("surveys-that-differ", {}, 2),
    ("surveys-that-differ", {"kind": ["method"], "work": ["work:rafailov2023-dpo"]}, 2),
    ("works-by-survey", {"lists": ["several"]}, 8),
    ("works-by-survey", {"survey": ["small"], "lists": ["one"]}, 1),
]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    path = tmp_path_factory.mktemp("lists") / "small.ttl"
    path.write_text(LIST, encoding="utf-8")
    return [data_folder(), path]


@pytest.fixture(scope="module")
def both(places: list[Path]) -> Embedded:
    return open_files(places)


@pytest.mark.slow
def test_virtuoso_answers_the_same(both: Embedded, places: list[Path], run: Run, virtuoso: VirtuosoServer) -> None:
    given = [word for place in places for word in ("--data", str(place))]
    done = run("push", as_user(virtuoso.address), *given, env=environment(**virtuoso.account))
    assert done.code == 0, done
    for name, values, rows in ASKED:
        query = find_query(name)
        sparql = bind(query, values, both)
        mine = answer(both, query, sparql)
        assert len(mine) == rows
        assert answer(Remote(virtuoso.endpoint), query, sparql) == mine, (name, values)


@pytest.mark.slow
def test_jena_answers_the_same(both: Embedded, jena: Jena, tmp_path: Path) -> None:
    data = tmp_path / "all.nq"
    data.write_bytes(ox.serialize(list(both.store), format=ox.RdfFormat.N_QUADS) or b"")
    files = [tmp_path / str(number) for number in range(len(ASKED))]
    for file, (name, values, _) in zip(files, ASKED, strict=True):
        file.write_text(bind(find_query(name), values, both), encoding="utf-8")
    answers = jena.do([("query", data, file) for file in files])
    for got, (name, values, _) in zip(answers, ASKED, strict=True):
        query = find_query(name)
        assert read_answer(query, got) == answer(both, query, bind(query, values, both)), (name, values)
