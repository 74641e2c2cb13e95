"""FROM and FROM NAMED mean what SPARQL 1.1 (section 13.2) says, in the process and at every store."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest
import requests

from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.sparql.backend import Backend, Embedded, QueryError
from aligngraph.sparql.paging import dataset_of
from aligngraph.stores.endpoint import Remote
from tests.support.marks import slow_after
from tests.support.servers import oxigraph_server
from tests.support.triplestores import Jena, VirtuosoServer, jena_server

SAYS = "http://from.example/says"
GRAPHS = {name: f"http://from.example/graph/{name}" for name in "ab"}
ONE, TWO, NONE = (f"<http://from.example/graph/{name}>" for name in "abz")
# What is said of the data set, and who then speaks in the default graph and in named graphs.
CASES = {
    "": ("ab", "ab"),
    f"FROM {ONE}": ("a", ""),
    f"FROM NAMED {ONE}": ("", "a"),
    f"FROM {ONE} FROM NAMED {TWO}": ("a", "b"),
    f"FROM {ONE} FROM {TWO}": ("ab", ""),
    f"FROM {NONE}": ("", ""),
}
STORES = slow_after(3, ["embedded", "oxigraph", "oxigraph-union", "jena", "jena-union", "virtuoso"])


@pytest.fixture(scope="module", params=STORES)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each store, with a statement in each of two graphs and none in the default graph."""
    statements = {GRAPHS[name]: f"<http://from.example/{name}> <{SAYS}> <http://from.example/it> .\n" for name in "ab"}
    if request.param == "embedded":
        store = ox.Store()
        for graph, turtle in statements.items():
            store.load(turtle.encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
        yield Embedded(store)
    elif request.param.startswith("oxigraph"):
        with oxigraph_server(union=request.param.endswith("union")) as server:
            put(f"{server.address}/store?graph=", statements)
            yield Remote(server.endpoint)
    elif request.param.startswith("jena"):
        jena: Jena = request.getfixturevalue("jena")
        with jena_server(jena, union=request.param.endswith("union")) as address:
            put(f"{address}/data?graph=", statements)
            yield Remote(f"{address}/query")
    else:
        virtuoso: VirtuosoServer = request.getfixturevalue("virtuoso")
        auth = requests.auth.HTTPDigestAuth("dba", virtuoso.account["ALIGNGRAPH_PASSWORD"])
        put(f"{virtuoso.address}/sparql-graph-crud-auth?graph-uri=", statements, auth)
        yield Remote(virtuoso.endpoint)
        for graph in statements:
            requests.delete(f"{virtuoso.address}/sparql-graph-crud-auth?graph-uri={graph}", auth=auth, timeout=60)


def put(graphs: str, statements: dict[str, str], auth: requests.auth.AuthBase | None = None) -> None:
    for graph, turtle in statements.items():
        headers = {"Content-Type": "text/turtle"}
        requests.put(graphs + graph, turtle, headers=headers, auth=auth, timeout=60).raise_for_status()


def speakers(backend: Backend, dataset: str, pattern: str) -> str:
    rows = backend.select(f"SELECT DISTINCT ?who {dataset} WHERE {{ {pattern} }} ORDER BY ?who")
    return "".join(str(getattr(who, "value", ""))[-1] for (who,) in rows)


@pytest.mark.parametrize("dataset", CASES)
def test_a_query_sees_the_graphs_that_it_names_and_no_others(backend: Backend, dataset: str) -> None:
    triple = f"?who <{SAYS}> ?what"
    here, there = CASES[dataset]
    assert speakers(backend, dataset, triple) == here
    assert speakers(backend, dataset, f"GRAPH ?g {{ {triple} }}") == there
    if not dataset:
        # The union and its parts, in one query.
        assert speakers(backend, dataset, f"{triple} . GRAPH ?g {{ {triple} }}") == "ab"


def test_a_graph_that_is_left_out_is_not_seen_by_its_name_either() -> None:
    store = ox.Store()
    for name, graph in GRAPHS.items():
        store.add(ox.Quad(ox.NamedNode(f"http://x/{name}"), ox.NamedNode(SAYS), ox.Literal(1), ox.NamedNode(graph)))
    backend = Embedded(store, without=GRAPHS["b"])
    for dataset in ("", f"FROM {ONE} FROM {TWO}"):
        assert speakers(backend, dataset, f"?who <{SAYS}> ?what") == "a"
    assert speakers(backend, f"FROM NAMED {TWO}", f"GRAPH ?g {{ ?who <{SAYS}> ?what }}") == ""


def test_a_graph_that_is_no_iri_is_refused() -> None:
    with pytest.raises(QueryError, match="not an absolute IRI"):
        Embedded(ox.Store()).run("SELECT * FROM <a b> FROM <relative> { ?s ?p ?o }")


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        ("BASE <http://x/> SELECT * FROM <y> { ?s ?p ?o }", ["http://x/y"]),
        ("PREFIX a: <http://x/> SELECT * FROM a:b { ?s ?p ?o }", ["http://x/b"]),
        ("SELECT * FROM ag:b { ?s ?p ?o }", [PREFIXES["ag"] + "b"]),
        ("SELECT * FR\\u004FM <http://x/> { ?s ?p ?o }", ["http://x/"]),
        ("SELECT ?FROM { ?FROM <x:FROM> 'FROM <http://x/>' } # FROM <http://x/>", []),
    ],
)
def test_graphs_are_found_however_they_are_written(text: str, graphs: list[str]) -> None:
    assert [iri for _, iri in dataset_of(text, PREFIXES)] == graphs
