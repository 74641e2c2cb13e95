"""The SPARQL endpoint keeps to the SPARQL 1.1 Protocol and its Service Description."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
import rdflib
import requests
from SPARQLWrapper import JSON, SPARQLWrapper

from aligngraph.sparql.backend import Embedded
from tests.conftest import Run
from tests.web.conftest import Served

JSON_RESULTS = "application/sparql-results+json"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
ASK = "ASK { work:rafailov2023-dpo a ag:Work }"
VENUES = "https://w3id.org/aligngraph/graph/venues"
SD = "http://www.w3.org/ns/sparql-service-description#"


def get(served: Served, query: str, accept: str = JSON_RESULTS, **more: Any) -> requests.Response:
    return requests.get(served / "sparql", params={"query": query, **more}, headers={"Accept": accept}, timeout=60)


@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_the_three_ways_to_send_a_query_give_one_answer(served: Served, how: str) -> None:
    address, headers = served / "sparql", {"Accept": JSON_RESULTS}
    if how == "get":
        reply = get(served, ASK)
    elif how == "form":
        reply = requests.post(address, data={"query": ASK}, headers=headers, timeout=60)
    else:
        headers["Content-Type"] = QUERY
        reply = requests.post(address, data=ASK, headers=headers, timeout=60)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, JSON_RESULTS)
    assert reply.json()["boolean"] is True


@pytest.mark.parametrize(
    ("accept", "query", "media"),
    [
        ("text/csv", "SELECT ?s { ?s a ag:Venue }", "text/csv"),
        ("application/sparql-results+xml, */*;q=0.1", "SELECT ?s { ?s a ag:Venue }", "application/sparql-results+xml"),
        ("text/csv;q=0.2, text/tab-separated-values;q=0.8", "SELECT ?s {}", "text/tab-separated-values"),
        ("*/*", "SELECT ?s {}", JSON_RESULTS),
        ("*/*", "CONSTRUCT { ?s a ag:Venue } { ?s a ag:Venue }", "text/turtle"),
        ("application/n-triples", "DESCRIBE venue:icml", "application/n-triples"),
        ("text/html;q=0, application/rdf+xml", "DESCRIBE venue:icml", "application/rdf+xml"),
        ("nonsense", "ASK {}", JSON_RESULTS),
    ],
)
def test_the_answer_is_in_the_form_that_is_wanted_most(served: Served, accept: str, query: str, media: str) -> None:
    reply = get(served, query, accept)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, media)


def test_a_form_that_there_is_not_is_refused(served: Served) -> None:
    reply = get(served, "ASK {}", "image/png")
    assert reply.status_code == 406
    assert "text/csv" in reply.text


def test_the_dataset_of_the_request_comes_before_that_of_the_query(served: Served) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def counted(query: str, **dataset: str) -> int:
        return int(get(served, query, **dataset).json()["results"]["bindings"][0]["n"]["value"])

    inside = counted(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{VENUES}> {{ ?s ?p ?o }} }}")
    assert inside > 100
    assert counted(count, **{"default-graph-uri": VENUES}) == inside
    assert counted(f"SELECT (COUNT(*) AS ?n) FROM <{VENUES}> {{ ?s ?p ?o }}") == inside
    assert counted("SELECT (COUNT(*) AS ?n) FROM <http://nowhere.example/> { ?s ?p ?o }") == 0
    elsewhere = {"default-graph-uri": "http://nowhere.example/"}
    assert counted(f"SELECT (COUNT(*) AS ?n) FROM <{VENUES}> {{ ?s ?p ?o }}", **elsewhere) == 0
    named = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert counted(named, **{"named-graph-uri": VENUES}) == 1


@pytest.mark.parametrize(
    ("method", "headers", "body", "status", "says"),
    [
        ("PUT", {}, "", 405, "PUT"),
        ("DELETE", {}, "", 405, "DELETE"),
        ("POST", {}, "ASK {}", 415, QUERY),
        ("POST", {"Content-Type": "text/plain"}, "ASK {}", 415, "text/plain"),
        ("POST", {"Content-Type": "application/sparql-update"}, "CLEAR ALL", 403, "only reads"),
        ("POST", {"Content-Type": FORM}, "update=CLEAR+ALL", 403, "only reads"),
        (
            "POST",
            {"Content-Type": FORM},
            "query=ASK%7B%7D&query=ASK%7B%7D",
            400,
            "has 2",
        ),
        ("POST", {"Content-Type": QUERY}, b"ASK { ?s ?p '\xff' }", 400, "not UTF-8"),
        ("POST", {"Content-Type": "application/sparql-query; charset=utf-16"}, "ASK {}", 415, "utf-16"),
        ("POST", {"Content-Type": QUERY}, "INSERT DATA { <a:a> <a:a> <a:a> }", 403, "change data"),
        ("POST", {"Content-Type": QUERY}, "SELECT * { ?s ?p ", 400, "not valid SPARQL"),
        (
            "POST",
            {"Content-Type": QUERY, "Content-Encoding": "gzip"},
            b"\x1f\x8b",
            415,
            "uncompressed",
        ),
    ],
)
def test_what_is_no_query_has_the_status_that_says_so(
    served: Served, method: str, headers: dict[str, str], body: str | bytes, status: int, says: str
) -> None:
    data = body.encode() if isinstance(body, str) else body
    reply = requests.request(method, served / "sparql", headers=headers, data=data, timeout=60)
    assert reply.status_code == status
    assert says in reply.text
    assert reply.text.count("\n") == 1


def test_service_is_refused_and_nothing_is_sent(served: Served) -> None:
    reply = get(served, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    assert reply.status_code == 403
    assert "SERVICE" in reply.text


def test_the_service_describes_itself(served: Served) -> None:
    reply = requests.get(served / "sparql", headers={"Accept": "text/turtle"}, timeout=60)
    graph = rdflib.Graph().parse(data=reply.text, format="turtle")
    service = rdflib.URIRef(served / "sparql")
    assert (service, rdflib.RDF.type, rdflib.URIRef(SD + "Service")) in graph
    assert (service, rdflib.URIRef(SD + "endpoint"), service) in graph


def test_head_and_options_answer_without_a_body(served: Served) -> None:
    head = requests.head(served / "sparql", params={"query": "ASK {}"}, timeout=60)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get(served, "ASK {}").content))
    options = requests.options(served / "sparql", timeout=60)
    assert options.status_code == 204
    assert options.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in options.headers["Allow"]


def test_an_answer_that_is_known_is_not_sent_again(served: Served) -> None:
    first = get(served, "ASK {}")
    again = requests.get(
        served / "sparql",
        params={"query": "ASK {}"},
        headers={"Accept": JSON_RESULTS, "If-None-Match": first.headers["ETag"]},
        timeout=60,
    )
    assert (again.status_code, again.content) == (304, b"")
    assert get(served, "ASK { }").headers["ETag"] != first.headers["ETag"]


def test_long_answers_are_compressed_for_who_takes_that(served: Served) -> None:
    query = "SELECT ?s ?title { ?s dcterms:title ?title }"
    with requests.get(
        served / "sparql", params={"query": query}, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=60
    ) as reply:
        assert reply.headers["Content-Encoding"] == "gzip"
        raw = reply.raw.read(decode_content=False)
    plain = requests.get(
        served / "sparql", params={"query": query}, headers={"Accept-Encoding": "identity"}, timeout=60
    )
    assert gzip.decompress(raw) == plain.content


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity, gzip;q=0, *", "br", "*;q=0", "notgzip"])
def test_who_does_not_take_gzip_gets_none(served: Served, accepted: str) -> None:
    for path in ("work/rafailov2023-dpo.html", "static/editor.js"):
        with requests.get(served / path, headers={"Accept-Encoding": accepted}, stream=True, timeout=60) as reply:
            assert "Content-Encoding" not in reply.headers
        assert requests.get(served / path, timeout=60).headers["Content-Encoding"] == "gzip"


def test_the_whole_catalogue_comes_as_the_engine_has_it(served: Served, whole_catalogue: Embedded) -> None:
    reply = get(served, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert int(reply.json()["results"]["bindings"][0]["n"]["value"]) == len(whole_catalogue.store)
    rows = get(served, "SELECT * { GRAPH ?g { ?s ?p ?o } }", "text/csv").text.splitlines()
    assert len(rows) - 1 >= len(whole_catalogue.store)  # a text may have line breaks


def test_known_clients_get_their_answers(served: Served, run: Run) -> None:
    wrapper = SPARQLWrapper(served / "sparql")
    wrapper.setQuery(
        "SELECT ?t { <https://w3id.org/aligngraph/work/rafailov2023-dpo> <http://purl.org/dc/terms/title> ?t }"
    )
    wrapper.setReturnFormat(JSON)
    found: Any = wrapper.queryAndConvert()
    assert found["results"]["bindings"][0]["t"]["value"].startswith("Direct Preference Optimization")
    graph = rdflib.Graph("SPARQLStore")
    graph.open(served / "sparql")
    assert (
        len(list(graph.triples((None, rdflib.RDF.type, rdflib.URIRef("https://w3id.org/aligngraph/ontology#Survey")))))
        == 1
    )
    own = run("query", "works-by-method", "-p", "method=ranking-based", "--format", "csv", "--data", served / "sparql")
    assert own.out == run("query", "works-by-method", "-p", "method=ranking-based", "--format", "csv").out
