"""Every stored query answers the same in the process, from a store on disk, from a remote server, and from two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder, find_sources
from aligngraph.errors import QueryError
from aligngraph.queries.binding import bind
from aligngraph.queries.stored import StoredQuery, list_queries
from aligngraph.rdf.namespaces import GRAPH, INFERRED_GRAPH
from aligngraph.sparql.backend import Backend, Embedded
from aligngraph.stores.cache import open_store
from aligngraph.stores.disk import load
from aligngraph.stores.endpoint import Remote
from tests.conftest import Run
from tests.support.marks import slow_after
from tests.support.servers import OxigraphServer, oxigraph_server
from tests.update_goldens import golden_path, golden_text, is_graph

QUERIES = list_queries()


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "catalogue"
    assert load(path, find_sources()) > 20_000
    return path


@pytest.mark.parametrize(
    ("sparql", "columns"),
    [
        ("SELECT * { ?s ?p ?o } LIMIT 1", ("s", "p", "o")),
        ("# SELECT ?x\nselect distinct* { ?z a ag:Work . { SELECT ?b { ?z ?b ?a } } FILTER(?a != '?c') }", ("z", "b")),
        ("SELECT ?o ?s { { SELECT * { ?s ?p ?o } } } LIMIT 1", ("o", "s")),
        ("PREFIX : <http://x/select*> SELECT ?p ?a { ?a ?p 1 }", ("p", "a")),
    ],
)
def test_columns_stand_in_the_order_in_which_they_are_written(
    whole_catalogue: Embedded, sparql: str, columns: tuple[str, ...]
) -> None:
    found = whole_catalogue.select(sparql)
    assert found.variables == columns
    if "p" in columns:
        predicates = {row[columns.index("p")] for row in found}
        assert predicates <= {row[0] for row in whole_catalogue.select("SELECT DISTINCT ?p { ?s ?p ?o }")}


@pytest.fixture(scope="module")
def backends(whole_catalogue: Embedded, on_disk: Path, catalogue_server: OxigraphServer) -> dict[str, Backend]:
    return {
        "embedded": whole_catalogue,
        "on disk": open_store(on_disk),
        "remote": Remote(catalogue_server.endpoint),
    }


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_stored_query_gives_its_golden_result(whole_catalogue: Embedded, query: StoredQuery) -> None:
    compare_with_golden(whole_catalogue, query)


@pytest.mark.parametrize("query", slow_after(25, QUERIES), ids=lambda query: query.name)
@pytest.mark.parametrize("name", ["on disk", "remote"])
def test_elsewhere_a_stored_query_gives_the_same(backends: dict[str, Backend], query: StoredQuery, name: str) -> None:
    compare_with_golden(backends[name], query)


def compare_with_golden(backend: Backend, query: StoredQuery) -> None:
    golden = golden_path(query).read_text(encoding="utf-8")
    found = golden_text(query, backend)
    if is_graph(query):
        assert found
        assert sorted(found.splitlines()) == sorted(golden.splitlines())
    else:
        assert json.loads(found) == json.loads(golden)


def test_there_are_stored_queries() -> None:
    assert len(QUERIES) >= 40


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("works-by-goal", {"goal": ["HHH"]}),
        ("works-by-venue", {"venue": ["NeurIPS"]}),
        ("works-by-author", {"author": ["Yejin Choi"]}),
        ("artifacts-by-goal", {"kind": ["Dataset"], "goal": ["any"]}),
    ],
)
def test_parameters_are_bound_the_same_everywhere(
    backends: dict[str, Backend], query: str, values: dict[str, list[str]]
) -> None:
    (stored,) = [one for one in QUERIES if one.name == query]
    texts = {bind(stored, values, backend) for backend in backends.values()}
    assert len(texts) == 1
    answers = [list(backend.select(next(iter(texts)))) for backend in backends.values()]
    assert answers[0]
    assert answers == [answers[0]] * 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "args",
    slow_after(
        3,
        [
            ["query", "benchmarks-by-goal", "-p", "goal=human-values", "--format", "csv"],
            ["query", "works-by-method", "--help"],
            ["query", "check-missing-labels", "--format", "csv"],
            ["sparql", "ASK { goal:hhh skos:broader goal:human-values }"],
            ["sparql", "SELECT ?w { ?w ag:representsGoal goal:hhh } ORDER BY ?w", "--format", "json"],
            ["sparql", "DESCRIBE work:rafailov2023-dpo", "--format", "ntriples"],
            ["show", "dpo"],
            ["show", "2305.18290", "--format", "json"],
            ["tree"],
        ],
    ),
    ids=" ".join,
)
def test_a_command_prints_the_same_from_a_store_and_an_endpoint(
    run: Run, on_disk: Path, catalogue_server: OxigraphServer, args: list[str]
) -> None:
    here = run(*args)
    assert here.code == 0
    assert here.out
    assert run(*args, "--data", on_disk) == here
    assert run(*args, "--data", catalogue_server.endpoint) == here


@pytest.mark.slow
def test_no_inferred_leaves_out_what_follows_in_a_store(run: Run, on_disk: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?w ag:representsGoal ?goal }"
    graphs = f"ASK {{ GRAPH <{INFERRED_GRAPH}> {{ ?s ?p ?o }} }}"
    assert run("sparql", query, "--format", "csv", "--data", on_disk).out != "n\r\n0\r\n"
    for source in (["--data", str(on_disk)], []):
        assert run("sparql", query, "--format", "csv", "--no-inferred", *source).out == "n\r\n0\r\n"
        assert run("sparql", graphs, "--no-inferred", *source).out == "false\n"


def test_sources_exclude_each_other(run: Run, on_disk: Path) -> None:
    outcome = run("tree", "--data", on_disk, "--data", "http://localhost:1/query")
    assert outcome.code == 2
    assert "different catalogues" in outcome.err
    outcome = run("query", "terms", "--data", on_disk, "--data", data_folder())
    assert outcome.code == 2
    assert "different catalogues" in outcome.err
    outcome = run("tree", "--no-inferred", "--data", "http://localhost:1/query")
    assert outcome.code == 2
    assert "an endpoint answers from everything it has" in outcome.err


def test_a_long_query_reaches_the_server_whole(catalogue_server: OxigraphServer) -> None:
    remote = Remote(catalogue_server.endpoint)
    values = " ".join(f"<http://x.example/{'x' * 100}{n}>" for n in range(1000))
    rows = list(remote.select(f"SELECT (COUNT(?x) AS ?n) {{ VALUES ?x {{ {values} }} }}"))
    assert rows == [(ox.Literal(1000),)]


def test_ten_thousand_rows_from_a_store_that_cuts_nothing_are_all(catalogue_server: OxigraphServer) -> None:
    remote = Remote(catalogue_server.endpoint)
    assert len(list(remote.select("SELECT * { ?s ?p ?o } LIMIT 10000"))) == 10_000
    digits = "VALUES ?a { 0 1 2 3 4 5 6 7 8 9 } VALUES ?b { 0 1 2 3 4 5 6 7 8 9 } VALUES ?c { 0 1 2 3 4 5 6 7 8 9 }"
    assert len(list(remote.select(f"SELECT * {{ {digits} VALUES ?d {{ 0 1 2 3 4 5 6 7 8 9 }} }}"))) == 10_000
    assert len(list(remote.select(f"SELECT ?a ?b ?c {{ {digits} }} ORDER BY ?a"))) == 1000
    assert len(list(remote.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 10000"))) <= 10_000


# Two servers, each with a part of the data, and a query that goes to both.

FEDERATED = """
SELECT ?goal ?work ?title ?venue WHERE {
  SERVICE <%(page)s> { ?listing ag:lists ?work . ?work ag:representsGoal ?goal . }
  SERVICE <%(works)s> { ?work dcterms:title ?title ; ag:hasPublication/ag:venue/ag:acronym ?venue . }
} ORDER BY ?goal ?work ?title ?venue ?listing
"""
TOGETHER = FEDERATED.replace("SERVICE <%(page)s>", "").replace("SERVICE <%(works)s>", "")


@pytest.fixture(scope="module")
def parts(whole_catalogue: Embedded) -> Iterator[tuple[OxigraphServer, OxigraphServer]]:
    """Two servers: one holds the survey page and what follows, the other the works, venues and people."""

    def is_of_the_page(quad: ox.Quad) -> bool:
        graph = getattr(quad.graph_name, "value", "")
        return graph.startswith((f"{GRAPH}surveys/", f"{GRAPH}taxonomy/", INFERRED_GRAPH))

    quads = list(whole_catalogue.store)
    page = [quad for quad in quads if is_of_the_page(quad)]
    works = [quad for quad in quads if not is_of_the_page(quad)]
    assert len(page) > 5000
    assert len(works) > 5000
    with oxigraph_server() as one, oxigraph_server() as other:
        one.load(page)
        other.load(works)
        yield one, other


@pytest.mark.slow
def test_a_query_over_two_servers_answers_like_the_whole(
    run: Run, parts: tuple[OxigraphServer, OxigraphServer]
) -> None:
    one, other = parts
    whole = run("sparql", TOGETHER, "--format", "csv").out
    assert whole.count("\n") > 50
    for part in parts:
        assert not list(Remote(part.endpoint).select(TOGETHER))
    federated = FEDERATED % {"page": one.endpoint, "works": other.endpoint}
    refused = run("sparql", federated, "--format", "csv")
    assert refused.code == 2
    assert "--allow-service" in refused.err
    asked = run("sparql", federated, "--format", "csv", "--allow-service")
    assert asked.err == ""
    assert asked.out == whole


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?s ?p }", "'?s ?p' is not a whole triple pattern"),
        ("SELECT * { ?s", "'?s' is not a whole triple pattern"),
        ("SELECT * { ?s <http://x/p> . ?a ?b ?c }", "'?s <…>' is not a whole triple pattern"),
        ("SELECT ?x { VALUES ?x { ag:a ag:b } ?x ?p }", "'?x ?p' is not a whole triple pattern"),
        ("SELECT * { ?s ?p ?o", "1 '{' not closed by '}'"),
        ("SELECT * { { ?s ?p ?o } UNION { ?s ?p ?o", "2 '{' not closed by '}'"),
        ("SELECT * { ?s ?p <http://x/q> . FILTER ( }", "line 1, column 43"),
        ("SELECT ?a ?b WHER { ?a ?b ?c }", "expected WHERE"),
    ],
)
def test_a_syntax_error_says_what_is_wrong_in_few_words(whole_catalogue: Embedded, query: str, said: str) -> None:
    with pytest.raises(QueryError) as error:
        list(whole_catalogue.select(query))
    assert said in str(error.value)
    assert len(str(error.value)) < 250
