"""A store whose default graph is empty is asked for the union of all graphs; another is asked as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from aligngraph.rdf.namespaces import AG, GRAPH
from aligngraph.sparql.paging import names_graphs
from aligngraph.stores.endpoint import Remote
from tests.conftest import Run
from tests.support.misbehaving import Handler, rows, running
from tests.support.servers import OxigraphServer, oxigraph_server

THING, SAYS = ox.NamedNode("http://x.example/thing"), ox.NamedNode("http://x.example/says")
GRAPHS = {text: ox.NamedNode(f"http://x.example/graph/{text}") for text in ("one", "two")}
PATTERN = f"{{ ?thing {SAYS} ?text }}"


@pytest.fixture
def server() -> Iterator[OxigraphServer]:
    """A server as it starts without options, with a statement in each of two graphs and none in the default graph."""
    with oxigraph_server(union=False) as running_server:
        running_server.load([ox.Quad(THING, SAYS, ox.Literal(text), graph) for text, graph in GRAPHS.items()])
        yield running_server


def texts(remote: Remote, more: str = "") -> list[str]:
    query = f"SELECT ?text {more} WHERE {PATTERN} ORDER BY ?text"
    return [term.value for (term,) in remote.select(query) if isinstance(term, ox.Literal)]


@pytest.mark.parametrize("padding", ["", "#" + "x" * 3000])
def test_what_is_in_named_graphs_is_found_by_every_form_of_query(server: OxigraphServer, padding: str) -> None:
    remote = Remote(server.endpoint)
    assert texts(remote, padding + "\n") == ["one", "two"]
    assert remote.ask(f"ASK {PATTERN} {padding}")
    assert len(list(remote.construct(f"CONSTRUCT WHERE {PATTERN} {padding}"))) == 2
    assert len(list(remote.construct(f"DESCRIBE {THING} {padding}"))) == 2
    # As the first question, too, and where a row comes in any case.
    assert Remote(server.endpoint).ask(f"ASK {PATTERN}")
    counted = Remote(server.endpoint).select(f"SELECT (COUNT(*) AS ?n) WHERE {PATTERN}")
    assert [count.value for (count,) in counted if isinstance(count, ox.Literal)] == ["2"]


def test_a_query_that_names_graphs_is_sent_as_it_is(server: OxigraphServer) -> None:
    remote = Remote(server.endpoint)
    assert texts(remote, f"FROM {GRAPHS['one']}") == ["one"]
    assert len(list(remote.select(f"SELECT ?text WHERE {{ GRAPH {GRAPHS['two']} {PATTERN} }}"))) == 1


def test_a_foreign_statement_in_the_default_graph_does_not_hide_a_catalogue(server: OxigraphServer) -> None:
    server.load([ox.Quad(THING, SAYS, ox.Literal("default"))])
    authorship = ox.NamedNode(AG + "hasAuthorship")
    server.load([ox.Quad(THING, authorship, THING, ox.NamedNode(f"{GRAPH}works/thing"))])
    assert texts(Remote(server.endpoint)) == ["default", "one", "two"]


def test_a_default_graph_that_holds_something_is_left_alone(server: OxigraphServer) -> None:
    server.load([ox.Quad(THING, SAYS, ox.Literal("default"))])
    assert texts(Remote(server.endpoint)) == ["default"]


def test_the_default_graph_alone_is_seen_where_that_is_wanted(server: OxigraphServer) -> None:
    assert texts(Remote(server.endpoint, union=False)) == []


def test_an_empty_store_has_no_answers() -> None:
    with oxigraph_server(union=False) as server:
        assert texts(Remote(server.endpoint)) == []


@pytest.mark.parametrize("header", ["GraphDB/10.8.3 RDF4J/4.3.15", "Virtuoso/07.20.3229", "nginx"])
def test_other_stores_are_asked_once(header: str) -> None:
    def answer(handler: Handler) -> None:
        handler.reply(200, rows(range(1)), Server=header)

    with running(answer) as server:
        list(Remote(server.endpoint).select("SELECT ?x WHERE { ?x ?y ?z }"))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT * { graph ?g { ?s ?p ?o } }", True),
        ("SELECT ?graph { ?s <x:GRAPH> 'FROM' } # GRAPH", False),
    ],
)
def test_queries_with_graph_are_recognised(query: str, names: bool) -> None:
    assert names_graphs(query) is names


@pytest.mark.slow
def test_a_catalogue_just_pushed_answers(run: Run) -> None:
    with oxigraph_server(union=False) as server:
        assert run("push", server.address).code == 0
        for words in (
            ["query", "coverage-by-goal"],
            ["query", "work-record"],
            ["tree", "human-values"],
            ["show", "dpo"],
            ["sparql", "SELECT (COUNT(*) AS ?n) { ?s a ag:Work }"],
        ):
            assert run(*words, "--data", server.endpoint).out == run(*words).out
