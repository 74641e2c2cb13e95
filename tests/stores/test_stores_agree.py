"""The same answers everywhere: each stored query in each store, the limits of stores, and other people's clients."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import requests

from aligngraph.errors import ArgumentError, RemoteError
from aligngraph.queries.binding import bind
from aligngraph.queries.parameters import legal_values, some_values
from aligngraph.queries.search import find_one
from aligngraph.queries.stored import StoredQuery, find_query, list_queries
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.sparql.backend import Backend
from aligngraph.stores.compare import normal
from aligngraph.stores.endpoint import Remote
from aligngraph.stores.open import open_files
from aligngraph.text.terminal import Terminal
from aligngraph.views.explain import explain
from aligngraph.views.explanation import render
from aligngraph.views.show import describe
from aligngraph.views.tree import read_tree
from tests.conftest import Run
from tests.support.marks import slow_after
from tests.support.servers import OxigraphServer, as_user
from tests.support.triplestores import TABLE, Jena, VirtuosoServer, environment
from tests.update_goldens import is_graph

QUERIES = list_queries()
GIVEN = [{p.name: [p.example] for p in query.parameters if p.example is not None} for query in QUERIES]
"""For each query, values of the parameters that have no default."""
BINDINGS: list[tuple[StoredQuery, dict[str, list[str]]]] = [(query, {}) for query in QUERIES]
BINDINGS += [(query, values) for query, values in zip(QUERIES, GIVEN, strict=True) if values]
# Statements about any thing hold blank nodes, which each store names in its own way; the others have too many rows.
UNBOUNDED = ("statements-about", "co-authors", "work-record")
BINDINGS += [
    (query, {p.name: ["any"] for p in query.parameters})
    for query in QUERIES
    if query.parameters and query.name not in UNBOUNDED
]
DATA_ONLY = ["--no-ontology", "--no-inferred"]


@pytest.fixture(scope="module")
def embedded() -> Backend:
    return open_files()


@pytest.fixture(scope="module")
def filled_virtuoso(run: Run, stock_virtuoso: VirtuosoServer) -> VirtuosoServer:
    """A Virtuoso as it comes, with the catalogue."""
    told = run("push", as_user(stock_virtuoso.address), env=environment(**stock_virtuoso.account))
    assert told.code == 0, told
    return stock_virtuoso


def value_of(term: object) -> str:
    return str(normal(term)[0]) if isinstance(term, ox.Literal) else str(term)


def answer(backend: Backend, query: StoredQuery, sparql: str) -> list[tuple[str, ...]]:
    """Return the rows, in order, or the triples."""
    if is_graph(query):
        return sorted(
            (value_of(t.subject), value_of(t.predicate), value_of(t.object)) for t in backend.construct(sparql)
        )
    return [tuple(map(value_of, row)) for row in backend.select(sparql)]


def compare(store: str, query: StoredQuery, mine: list[tuple[str, ...]], theirs: list[tuple[str, ...]]) -> None:
    TABLE[query.name][store] = "equal" if mine == theirs and TABLE[query.name][store] in ("", "equal") else "DIFFERENT"
    TABLE[query.name]["rows"] = str(max(len(mine), int(TABLE[query.name]["rows"] or 0)))
    assert theirs == mine


def name_of(value: object) -> str:
    return value.name if isinstance(value, StoredQuery) else "-".join(value) if isinstance(value, dict) else "default"


@pytest.mark.slow
@pytest.mark.parametrize(("query", "values"), BINDINGS, ids=name_of)
def test_oxigraph_answers_as_embedded(
    query: StoredQuery, values: dict[str, list[str]], embedded: Backend, oxigraph: OxigraphServer
) -> None:
    sparql = bind(query, values, embedded)
    compare("oxigraph", query, answer(embedded, query, sparql), answer(Remote(oxigraph.endpoint), query, sparql))


@pytest.mark.slow
@pytest.mark.parametrize(("query", "values"), BINDINGS, ids=name_of)
def test_virtuoso_answers_as_embedded(
    query: StoredQuery, values: dict[str, list[str]], embedded: Backend, filled_virtuoso: VirtuosoServer
) -> None:
    sparql = bind(query, values, embedded)
    there = Remote(filled_virtuoso.endpoint)
    compare("virtuoso", query, answer(embedded, query, sparql), answer(there, query, sparql))


@pytest.fixture(scope="module")
def answers_of_jena(jena: Jena, embedded: Backend, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What Jena answers to each stored query, by its text."""
    folder = tmp_path_factory.mktemp("tdb2")
    data = folder / "all.nq"
    data.write_bytes(ox.serialize(list(open_files().store), format=ox.RdfFormat.N_QUADS) or b"")
    texts = {bind(query, values, embedded): folder / str(number) for number, (query, values) in enumerate(BINDINGS)}
    for text, file in texts.items():
        file.write_text(text, encoding="utf-8")
    answers = jena.do([("query", data, file) for file in texts.values()])
    return dict(zip(texts, answers, strict=True))


def read_answer(query: StoredQuery, answer: bytes) -> list[tuple[str, ...]]:
    if is_graph(query):
        triples = {quad.triple for quad in ox.parse(answer, ox.RdfFormat.N_TRIPLES)}
        return sorted((value_of(t.subject), value_of(t.predicate), value_of(t.object)) for t in triples)
    solutions = ox.parse_query_results(answer, ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    width = range(len(solutions.variables))
    return [tuple(value_of(solution[place]) for place in width) for solution in solutions]


@pytest.mark.slow
@pytest.mark.parametrize(("query", "values"), BINDINGS, ids=name_of)
def test_jena_answers_as_embedded(
    query: StoredQuery, values: dict[str, list[str]], embedded: Backend, answers_of_jena: dict[str, bytes]
) -> None:
    sparql = bind(query, values, embedded)
    compare("jena", query, answer(embedded, query, sparql), read_answer(query, answers_of_jena[sparql]))


# What is not a stored query

THINGS = (
    "dpo", "2305.18290", "10.18653/v1/2022.acl-long.26", "goal:hhh", "method:sft-based", "neurips", "Yejin Choi",
    "artifact:bbq", "survey:value-alignment", "section:value-alignment-algorithms", "listing:value-alignment-019",
    "ag:Paper", "ag:lists", "moral stories",
)  # fmt: skip


@pytest.fixture(params=slow_after(1, ["oxigraph", "virtuoso"]))
def other(request: pytest.FixtureRequest) -> Backend:
    """Each store, with the catalogue."""
    if request.param == "oxigraph":
        return Remote(request.getfixturevalue("oxigraph").endpoint)
    return Remote(request.getfixturevalue("filled_virtuoso").endpoint)


@pytest.mark.slow
def test_the_same_pages_and_trees_are_shown(embedded: Backend, other: Backend) -> None:
    for words in THINGS:
        mine, theirs = (describe(backend, find_one(backend, words).iri).as_data() for backend in (embedded, other))
        assert theirs == mine, words
    assert [node.as_data() for node in read_tree(other)] == [node.as_data() for node in read_tree(embedded)]
    assert read_tree(other, "human values") == read_tree(embedded, "human values")


@pytest.mark.slow
def test_the_same_values_are_known_for_parameters(embedded: Backend, other: Backend) -> None:
    for query in QUERIES:
        for parameter in query.parameters:
            if parameter.of is not None and parameter.type != "string":
                assert legal_values(parameter, other) == legal_values(parameter, embedded), (query.name, parameter.name)
                count, some = some_values(parameter, other, 500)
                assert count == some_values(parameter, embedded, 500)[0], (query.name, parameter.name)
                assert count > 500 or some == some_values(parameter, embedded, 500)[1], (query.name, parameter.name)
    for name, values in (
        ("works-by-goal", {"goal": ["human values"]}),
        ("works-by-venue", {"venue": ["NeurIPS"]}),
        ("artifacts-by-kind", {"kind": ["Benchmark"]}),
        ("work-record", {"work": ["rafailov2023-dpo"]}),
        ("work-record", {"work": ["RRHF: rank responses to align Language Models with human feedback"]}),
    ):
        assert bind(find_query(name), values, other) == bind(find_query(name), values, embedded)
    for name, values in (
        ("works-by-goal", {"goal": ["human-valeus"]}),
        ("works-by-venue", {"venue": ["Neuripps"]}),
        ("works-by-author", {"author": ["Amanda Askul"]}),
        ("works-by-author", {"author": ["zqz"]}),
    ):
        said = []
        for backend in (embedded, other):
            with pytest.raises(ArgumentError) as error:
                bind(find_query(name), values, backend)
            said.append(str(error.value))
        assert said[0] == said[1]


@pytest.mark.parametrize(
    "words",
    [
        ("dpo", "usesMethod", "method:sft-based"),
        ("dpo", "usesMethod", "method:rl-based"),
        ("work:rafailov2023-dpo", "a", "Contribution"),
        ("method:sft-based", "a", "Contribution"),
        ("work:nope", "a", "Paper"),
    ],
    ids=" ".join,
)
def test_the_same_is_explained(embedded: Backend, other: Backend, words: tuple[str, str, str]) -> None:
    mine, theirs = (list(render(explain(words, backend), Terminal(width=80))) for backend in (embedded, other))
    assert theirs == mine


@pytest.mark.slow
def test_what_a_store_that_cuts_answers_holds_is_exported_and_derived_whole(
    run: Run, filled_virtuoso: VirtuosoServer
) -> None:
    there = ["--data", filled_virtuoso.endpoint]
    assert run("export", "-f", "nquads", *there).out == run("export", "-f", "nquads").out
    login = environment(**filled_virtuoso.account)
    derived = run("infer", "--into", as_user(filled_virtuoso.address), env=login)
    assert derived.code == 0, derived
    same = run("push", as_user(filled_virtuoso.address), "--verify-only", env=login)
    assert same.code == 0, same
    at_auth = as_user(f"{filled_virtuoso.address}/sparql-auth")
    assert run("query", "venues", "--data", at_auth, env=login).out == run("query", "venues").out
    assert run("diff", "-", as_user(filled_virtuoso.address), env=login).code == 0


# Truncation

ALL = "SELECT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def twelve_thousand(run: Run, stock_virtuoso: VirtuosoServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 12,000 triples, one thing with many, in the Virtuoso that cuts at 10,000."""
    file = tmp_path_factory.mktemp("many") / "twelve-thousand.ttl"
    lines = [f"<http://x.example/{n % 3000:05}> <http://x.example/p{n // 3000}> {n} .\n" for n in range(12_000)]
    file.write_text("".join(lines))
    told = run(
        "push",
        as_user(stock_virtuoso.address),
        "--data",
        file,
        *DATA_ONLY,
        env=environment(**stock_virtuoso.account),
    )
    assert told.code == 0, told
    assert "Verified: all 12,000 triples" in told.err
    return file


@pytest.mark.slow
def test_the_stock_limit_cuts_rows_and_graphs_at_10_000_with_status_200(
    stock_virtuoso: VirtuosoServer, twelve_thousand: Path
) -> None:
    graph = f"{GRAPH}{twelve_thousand.stem}"
    rows = requests.get(
        stock_virtuoso.endpoint,
        {"query": f"SELECT ?s WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"},
        headers={"Accept": "text/csv"},
        timeout=60,
    )
    assert (rows.status_code, len(rows.text.splitlines()) - 1) == (200, 10_000)
    triples = requests.get(
        f"{stock_virtuoso.address}/sparql-graph-crud?graph-uri={graph}",
        headers={"Accept": "application/n-triples"},
        timeout=60,
    )
    assert triples.status_code == 200
    assert len(triples.text.splitlines()) < 12_000


@pytest.mark.slow
def test_a_cut_answer_fails_loudly_without_an_order_and_is_whole_with_one(
    run: Run, stock_virtuoso: VirtuosoServer, twelve_thousand: Path
) -> None:
    pattern = f"GRAPH <{GRAPH}{twelve_thousand.stem}> {{ ?s ?p ?o }}"
    with pytest.raises(RemoteError, match="cut the answer at 10,000 rows"):
        list(Remote(stock_virtuoso.endpoint).select(f"SELECT ?s ?p ?o WHERE {{ {pattern} }}"))
    told = run("sparql", f"SELECT ?s ?p ?o WHERE {{ {pattern} }}", "--data", stock_virtuoso.endpoint)
    assert told.code == 2
    assert "cut the answer at 10,000 rows" in told.err
    ordered = f"SELECT ?s ?p ?o WHERE {{ {pattern} }} ORDER BY ?s ?p ?o"
    found = list(Remote(stock_virtuoso.endpoint).select(ordered))
    assert len(found) == len(set(found)) == 12_000


@pytest.mark.slow
@pytest.mark.parametrize("template", ["?s ?p ?o", "?s ?p ?o ; a <http://x.example/Thing> ; ?p 0"])
def test_a_cut_graph_fails_loudly(stock_virtuoso: VirtuosoServer, twelve_thousand: Path, template: str) -> None:
    pattern = f"GRAPH <{GRAPH}{twelve_thousand.stem}> {{ ?s ?p ?o }}"
    with pytest.raises(RemoteError, match="sent 10,001 triples"):
        list(Remote(stock_virtuoso.endpoint).construct(f"CONSTRUCT {{ {template} }} WHERE {{ {pattern} }}"))
    part = f"CONSTRUCT {{ {template} }} WHERE {{ {pattern} }} LIMIT 2000"
    assert len(set(Remote(stock_virtuoso.endpoint).construct(part))) >= 2000


@pytest.mark.slow
def test_pull_and_verify_are_not_fooled_by_the_limit(
    run: Run, stock_virtuoso: VirtuosoServer, twelve_thousand: Path, tmp_path: Path
) -> None:
    login = environment(**stock_virtuoso.account)
    told = run("pull", as_user(stock_virtuoso.address), "-o", tmp_path / "pulled", env=login)
    assert told.code == 0, told
    assert run("diff", twelve_thousand, tmp_path / "pulled" / twelve_thousand.name).code == 0
    lost = f"DELETE WHERE {{ GRAPH <{GRAPH}{twelve_thousand.stem}> {{ <http://x.example/02999> ?p ?o }} }}"
    auth = requests.auth.HTTPDigestAuth("dba", stock_virtuoso.account["ALIGNGRAPH_PASSWORD"])
    requests.post(f"{stock_virtuoso.address}/sparql-auth", {"update": lost}, auth=auth, timeout=60).raise_for_status()
    options: list[str | Path] = ["--data", twelve_thousand, *DATA_ONLY]
    told = run("push", as_user(stock_virtuoso.address), *options, "--verify-only", env=login)
    assert told.code == 1
    assert "has 11,996 triples, should have 12,000" in told.out
    assert run("push", as_user(stock_virtuoso.address), *options, env=login).code == 0
