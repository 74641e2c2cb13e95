"""Inside a real Oxigraph server the updates derive what the local closure has, and change nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.errors import ReasoningError
from aligngraph.rdf.namespaces import AG, GRAPH, INFERRED_GRAPH, PREFIXES
from aligngraph.reasoning.closure import closure
from aligngraph.reasoning.materialise import materialise, plan
from aligngraph.stores.endpoint import Remote
from aligngraph.stores.products import PRODUCTS, addresses_of
from aligngraph.stores.triplestore import connect
from tests.conftest import Run
from tests.reasoning.test_closure import CLASSES, HEAD, PROPERTIES, statements
from tests.support.grown import grow
from tests.support.marks import examples, slow_after
from tests.support.servers import OxigraphServer, free_port, oxigraph_server
from tests.support.shipped import sample, shipped

SHIPPED = list(shipped())
ONTOLOGY = list(read_quads(find_sources()[:1]))
INFERRED = ox.NamedNode(INFERRED_GRAPH)


@pytest.fixture(params=slow_after(1, [False, True]), ids=["no union", "union"])
def server(request: pytest.FixtureRequest) -> Iterator[OxigraphServer]:
    with oxigraph_server(union=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def one_server() -> Iterator[OxigraphServer]:
    with oxigraph_server(union=False) as running:
        yield running


def held(server: OxigraphServer) -> set[ox.Quad]:
    response = requests.get(f"{server.address}/store", headers={"Accept": "application/n-quads"}, timeout=60)
    response.raise_for_status()
    return set(ox.parse(response.content, ox.RdfFormat.N_QUADS))


def inferred(server: OxigraphServer) -> set[str]:
    return {str(quad.triple) for quad in held(server) if quad.graph_name == INFERRED}


def others(server: OxigraphServer) -> set[str]:
    return {str(quad) for quad in held(server) if quad.graph_name != INFERRED}


def stored(turtle: str) -> list[ox.Quad]:
    """Return the statements in a graph, as a store writes them."""
    store = ox.Store()
    store.load(HEAD + turtle, ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(GRAPH + "own"))
    return list(store)


@pytest.mark.slow
def test_the_store_then_holds_the_local_closure_and_all_else_as_before(server: OxigraphServer, run: Run) -> None:
    data = list(grow(sample(1, 1), 3))
    server.load(data)
    before = others(server)
    done = run("infer", "--into", server.endpoint)
    assert (done.code, done.out) == (0, "")
    expected = {str(triple) for triple in closure(list(held_as_asserted(server)))}
    assert inferred(server) == expected
    assert f"{len(expected):,} statements inferred" in done.err
    assert len(expected) > 2000
    assert others(server) == before
    # A second run, and one after an edit, come to the same as a first.
    again = run("infer", "--into", server.address)
    assert again.code == 0
    assert inferred(server) == expected


def held_as_asserted(server: OxigraphServer) -> Iterator[ox.Quad]:
    return (quad for quad in held(server) if quad.graph_name != INFERRED)


@pytest.mark.slow
def test_the_whole_shipped_catalogue_has_the_same_closure_there(one_server: OxigraphServer, run: Run) -> None:
    empty(one_server)
    one_server.load(SHIPPED)
    assert run("infer", "--into", one_server.endpoint).code == 0
    # The store writes numbers its own way, but no number follows.
    assert inferred(one_server) == {str(triple) for triple in closure(SHIPPED)}


THING, LABEL = ox.NamedNode("http://other.example/thing"), ox.NamedNode(PREFIXES["rdfs"] + "label")
OTHERS = """
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix o: <http://other.example/> . @prefix ag: <https://w3id.org/aligngraph/ontology#> .
o:Risk a owl:Class ; owl:intersectionOf ( o:Thing [ a owl:Restriction ; owl:onProperty o:p ; owl:hasValue o:v ] ) .
o:same owl:sameAs o:another . o:child rdfs:subClassOf ag:Work . o:x a o:child .
"""


@pytest.mark.slow
@pytest.mark.parametrize("graph", [ox.NamedNode("http://other.example/graph"), ox.DefaultGraph()], ids=str)
def test_axioms_of_others_in_the_same_store_are_left_out_of_account(
    one_server: OxigraphServer, run: Run, graph: ox.NamedNode | ox.DefaultGraph
) -> None:
    empty(one_server)
    ours = ox.NamedNode(f"{GRAPH}works")
    facts = [quad for quad in SHIPPED if str(quad.predicate) in (f"<{AG}lists>", f"<{AG}inSection>")]
    one_server.load([ox.Quad(quad.subject, quad.predicate, quad.object, ours) for quad in facts])
    one_server.load([ox.Quad(THING, LABEL, ox.Literal("beside"), ox.NamedNode("http://other.example/graph"))])
    foreign = [quad.triple for quad in ox.parse(OTHERS, ox.RdfFormat.TURTLE)]
    one_server.load([ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in foreign])
    done = run("infer", "--into", one_server.endpoint)
    assert done.code == 0, done
    assert inferred(one_server) == {str(triple) for triple in closure([*ONTOLOGY, *facts])}
    assert not any("other.example" in triple for triple in inferred(one_server))


def empty(server: OxigraphServer) -> None:
    connect(server.address).update("DROP ALL")


@pytest.mark.slow
def test_what_no_longer_follows_is_gone_after_the_next_run(one_server: OxigraphServer, run: Run) -> None:
    empty(one_server)
    one_server.load(stored("listing:a ag:lists work:a ."))
    assert run("infer", "--into", one_server.endpoint).code == 0
    first = inferred(one_server)
    assert any("hasListing" in triple for triple in first)
    connect(one_server.address).update("DROP GRAPH <https://w3id.org/aligngraph/graph/own>")
    assert run("infer", "--into", one_server.endpoint).code == 0
    assert inferred(one_server) == set()


@pytest.mark.slow
def test_statements_in_the_default_graph_count(one_server: OxigraphServer, run: Run) -> None:
    empty(one_server)
    default = [ox.Quad(quad.subject, quad.predicate, quad.object) for quad in stored("listing:a ag:lists work:a .")]
    one_server.load([*default, *stored("listing:a ag:inSection section:a .")])
    assert run("infer", "--into", one_server.endpoint).code == 0
    assert inferred(one_server) == {str(triple) for triple in closure([*ONTOLOGY, *held_as_asserted(one_server)])}
    assert any("classifiedUnder" in triple for triple in inferred(one_server))


@pytest.mark.slow
def test_the_store_needs_no_copy_of_the_ontology_and_may_have_axioms_of_its_own(
    one_server: OxigraphServer, run: Run
) -> None:
    empty(one_server)
    one_server.load(
        stored("x:p rdfs:subPropertyOf ag:lists . x:A a owl:Class . listing:a x:p work:a . x:A x:p _:b . _:b x:p x:i .")
    )
    assert run("infer", "--into", one_server.endpoint).code == 0
    assert inferred(one_server) == {str(triple) for triple in closure([*ONTOLOGY, *held_as_asserted(one_server)])}
    assert any("hasListing" in triple for triple in inferred(one_server))
    assert not any("_:" in triple for triple in inferred(one_server))


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(statements, min_size=4, max_size=20))
def test_on_random_graphs_the_store_derives_the_local_closure(
    one_server: OxigraphServer, lines: list[tuple[str, str, str]]
) -> None:
    same = ("FunctionalProperty", "owl:sameAs")
    lines = [line for line in lines if not any(word in " ".join(line) for word in same)]
    declared = "".join(f"{name} a owl:ObjectProperty . " for name in PROPERTIES)
    declared += "".join(f"{name} a owl:Class . " for name in CLASSES)
    empty(one_server)
    one_server.load(stored(declared + "".join(f"{s} {p} {o} .\n" for s, p, o in lines)))
    remote = Remote(one_server.endpoint)
    expected = {str(triple) for triple in closure([*ONTOLOGY, *held_as_asserted(one_server)])}
    try:
        updates = plan(remote)
    except ReasoningError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        # Only what the case below is about.
        assert "texts or numbers for values" in refused
        return
    count = materialise(remote, connect(one_server.address), updates)
    assert inferred(one_server) == expected
    assert count == len(expected)


def test_dry_run_prints_updates_that_parse_and_sends_none(one_server: OxigraphServer, run: Run) -> None:
    empty(one_server)
    one_server.load(stored("listing:a ag:lists work:a ."))
    done = run("infer", "--into", one_server.endpoint, "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert inferred(one_server) == set()
    assert done.out.startswith(f"CLEAR SILENT GRAPH <{INFERRED_GRAPH}>")
    for rule in ("# prp-spo2", "# prp-inv1", "# cax-sco", "# prp-dom", f"<{AG}classifiedUnder>"):
        assert rule in done.out
    assert done.out.count("INSERT {") > 100
    store = ox.Store()
    store.extend([*ONTOLOGY, *stored("listing:a ag:lists work:a .")])
    store.update(done.out)
    assert len(list(store.quads_for_pattern(None, None, None, INFERRED))) >= 3


@pytest.mark.parametrize(
    ("turtle", "message"),
    slow_after(
        3,
        [
            ("x:i owl:sameAs x:j .", "owl:sameAs"),
            ("listing:a ag:lists work:a , work:b .", "ag:lists would make work:"),
            ("x:p a owl:InverseFunctionalProperty . x:i x:p x:k . x:j x:p x:k .", "the same"),
            ("x:A owl:unionOf ( x:B x:C ) .", "owl:unionOf"),
            ("x:p rdfs:subPropertyOf rdfs:subClassOf .", "rdfs:subClassOf"),
            ("_:p owl:inverseOf x:q .", "blank node"),
            ("x:p a owl:SymmetricProperty ; owl:inverseOf x:q . x:i x:p 'text' .", "texts or numbers for values"),
            (
                "x:p owl:inverseOf x:q . x:r owl:propertyChainAxiom ( x:p x:q ) . x:i x:p 'text' . x:j x:p 'text' .",
                "texts",
            ),
            # By a chain, what other properties have the text for a value.
            (
                "x:p a owl:SymmetricProperty ; owl:inverseOf x:q ; owl:propertyChainAxiom ( x:r ) . x:i x:r 'text' .",
                "texts",
            ),
            (
                "x:p owl:propertyChainAxiom ( x:q x:r ) . x:s owl:inverseOf x:p , x:r . x:i x:q x:j . x:j x:r 'text' .",
                "texts",
            ),
        ],
    ),
)
def test_what_updates_can_not_derive_is_refused_before_anything_is_changed(
    one_server: OxigraphServer, run: Run, turtle: str, message: str
) -> None:
    empty(one_server)
    old = ox.Quad(ox.NamedNode("http://x.example/old"), ox.NamedNode("http://x.example/p"), ox.Literal("1"), INFERRED)
    one_server.load([old, *stored(turtle)])
    done = run("infer", "--into", one_server.endpoint)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert old in held(one_server)


@pytest.mark.slow
def test_that_things_come_to_be_the_same_by_what_follows_is_an_error(one_server: OxigraphServer, run: Run) -> None:
    empty(one_server)
    one_server.load(stored("x:p rdfs:subPropertyOf ag:lists . listing:a x:p work:a , work:b ."))
    done = run("infer", "--into", one_server.endpoint)
    assert done.code == 2
    assert "ag:lists would make work:" in done.err


COUNTED = (
    '{"head":{"vars":["count"]},"results":{"bindings":[{"count":{"type":"literal","value":"7",'
    '"datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}'
)


class Odd(BaseHTTPRequestHandler):
    """Answers queries as a store that keeps nothing but what it should empty, and updates with *odd*."""

    odd: tuple[int, dict[str, str], bytes] = (204, {}, b"")
    updates: Sequence[str] = ()

    def get(self) -> None:
        query = parse_qs(self.path.partition("?")[2]).get("query")
        if query is None:
            self.send(400, {}, b"no query")
        else:
            self.answer(query[0])

    def post(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if "query" in body:
            self.answer(body["query"][0])
        else:
            assert isinstance(self.updates, list)
            self.updates.append(body["update"][0])
            self.send(*self.odd)

    def answer(self, query: str) -> None:
        if "ASK" in query:
            truth = "true" if f"<{INFERRED_GRAPH}> <{INFERRED_GRAPH}>" in query else "false"
            body = f'{{"head":{{}},"boolean":{truth}}}'
        elif "COUNT" in query:
            body = COUNTED
        else:
            body = '{"head":{"vars":["s","p","o"]},"results":{"bindings":[]}}'
        self.send(200, {"Content-Type": "application/sparql-results+json"}, body.encode())

    def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def odd_server(status: int, headers: dict[str, str], body: bytes) -> Iterator[tuple[str, list[str]]]:
    updates: list[str] = []
    methods = {"do_GET": Odd.get, "do_POST": Odd.post}
    handler = type("Handler", (Odd,), {"odd": (status, headers, body), "updates": updates, **methods})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/query", updates
    finally:
        server.shutdown()
        server.server_close()


HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "headers", "body", "message"),
    slow_after(
        3,
        [
            (
                401,
                {},
                b"who are you?",
                "answered 401, it asks for a user name: write it into the address (http://NAME@…)",
            ),
            (403, {}, b"", "answered 403, it does not let you do this"),
            (404, HTML, b"<html><title>Not found</title></html>", "answered 404, it has nothing at this address"),
            (405, {}, b"", "--update-endpoint"),
            (
                400,
                {"Content-Type": "text/plain"},
                b"bad\x1b[31m syntax\n\nat 1:1",
                "It says: bad\\x1b[31m syntax at 1:1",
            ),
            (500, HTML, b"<html>oops</html>", "answered 500, it failed at the update: see its log"),
            (200, HTML, b"<html><body>Welcome</body></html>", "answered with a web page"),
            (
                302,
                {"Location": "http://127.0.0.1:9/update"},
                b"",
                "redirects to another address, http://127.0.0.1:9/update, which you did not name",
            ),
            (418, {}, b"", "answered 418"),
        ],
    ),
)
def test_what_a_server_refuses_is_one_clear_message(
    run: Run, status: int, headers: dict[str, str], body: bytes, message: str
) -> None:
    with odd_server(status, headers, body) as (endpoint, updates):
        done = run("infer", "--into", endpoint)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "\x1b" not in done.err
    assert len(updates) == 1


def test_a_store_that_only_pretends_to_empty_the_graph_is_found_out(run: Run) -> None:
    with odd_server(204, {}, b"") as (endpoint, updates):
        done = run("infer", "--into", endpoint)
    assert done.code == 2
    assert "statements are still in it" in done.err
    assert "run the command again" in done.err
    assert len(updates) == 3


def test_a_store_that_is_not_there_is_one_clear_message(run: Run) -> None:
    done = run("infer", "--into", f"http://127.0.0.1:{free_port()}/query")
    assert (done.code, done.out) == (2, "")
    assert "refuses the connection" in done.err


def test_an_update_endpoint_that_is_not_there_is_one_clear_message(one_server: OxigraphServer, run: Run) -> None:
    empty(one_server)
    gone = f"http://127.0.0.1:{free_port()}/update"
    done = run("infer", "--into", one_server.endpoint, "--update-endpoint", gone)
    assert done.code == 2
    assert f"{gone} refuses the connection" in done.err


def test_updates_that_go_to_another_store_are_found_out(one_server: OxigraphServer, run: Run) -> None:
    empty(one_server)
    one_server.load(SHIPPED[:2000])
    with oxigraph_server() as other:
        done = run("infer", "--into", one_server.endpoint, "--update-endpoint", f"{other.address}/update")
        assert other.count() == 0
    assert done.code == 2
    assert "queries do not see its result" in done.err


@pytest.mark.parametrize(
    ("given_", "asked", "updated"),
    [
        ("http://h/query", "http://h/query", "http://h/update"),
        ("http://h/ds/update", "http://h/ds/query", "http://h/ds/update"),
        ("http://h/sparql", "http://h/sparql", "http://h/sparql"),
        ("http://h/query?x=1#f", "http://h/query?x=1", "http://h/update?x=1"),
    ],
)
def test_the_update_address_of_an_unknown_store_follows_from_the_query_address(
    given_: str, asked: str, updated: str
) -> None:
    store = addresses_of(given_, PRODUCTS["generic"])
    assert (store.query, store.update) == (asked, updated)
    assert addresses_of(given_, PRODUCTS["generic"], update="http://other/u").update == "http://other/u"


@pytest.mark.slow
def test_an_axiom_kind_that_updates_can_not_do_is_named() -> None:
    store = ox.Store()
    store.extend(stored("x:A owl:oneOf ( x:i ) ."))
    from aligngraph.sparql.backend import Embedded

    with pytest.raises(ReasoningError, match=r"owl:oneOf") as error:
        plan(Embedded(store))
    assert PREFIXES["owl"] not in str(error.value)
