"""Endpoints that misbehave: each failure has its own message and next step."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.errors import RemoteError
from aligngraph.sparql.backend import QueryError
from aligngraph.sparql.paging import form_of, with_prefixes
from aligngraph.stores.endpoint import Remote
from tests.conftest import Run
from tests.support.gateway import Authority
from tests.support.misbehaving import JSON, ROWS, Handler, failure, rows, running
from tests.support.servers import free_port, serving

WORK = data_folder() / "works" / "rafailov2023-dpo.ttl"

# What is sent


def test_a_query_goes_by_get_when_short_and_as_a_form_when_long() -> None:
    with running(lambda handler: handler.reply(200, rows(range(1)))) as server:
        remote = Remote(server.endpoint + "?union-default-graph")
        list(remote.select(ROWS))
        long = f"{ROWS} # {'x' * 3000}"
        list(remote.select(long))
    (short_method, short_path, headers, short), (long_method, long_path, long_headers, sent) = server.requests
    assert (short_method, long_method) == ("GET", "POST")
    assert (short, sent) == (ROWS, long)
    assert short_path.startswith("/sparql?union-default-graph&query=")
    assert long_path == "/sparql?union-default-graph"
    assert headers["Accept"].startswith("application/sparql-results+json")
    assert headers["User-Agent"].startswith("aligngraph/")
    assert long_headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_the_catalogues_prefixes_are_declared_where_they_are_used_and_not_otherwise() -> None:
    prefixes = {"ag": "http://a.example/", "skos": "http://s.example/", "work": "http://w.example/"}
    query = (
        "PREFIX work: <http://own.example/>\nSELECT * { ?x a ag:Work ; ?p work:a . FILTER(?y = 'skos:x') # skos:y\n}"
    )
    assert with_prefixes(query, prefixes) == f"PREFIX ag: <http://a.example/> {query}"
    assert with_prefixes("ASK { <urn:a> ?p ?o }", prefixes) == "ASK { <urn:a> ?p ?o }"


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("PREFIX a: <b:SELECT> # SELECT\nask {}", "ASK"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE <x:y>", "DESCRIBE"),
        ("SELECT * { { SELECT * {} } }", "SELECT"),
        ("DROP ALL", ""),
    ],
)
def test_the_form_of_a_query_is_its_first_keyword(query: str, form: str) -> None:
    assert form_of(query) == form


def test_a_graph_is_asked_for_as_a_graph() -> None:
    triple = b'<http://x.example/a> <http://x.example/b> "c" .\n'
    with running(lambda handler: handler.reply(200, triple, "application/n-triples; charset=utf-8")) as server:
        assert len(list(Remote(server.endpoint).construct("CONSTRUCT WHERE { ?s ?p ?o }"))) == 1
    assert server.requests[0][2]["Accept"].startswith("application/n-triples")


def test_what_is_no_query_is_not_sent() -> None:
    with running(lambda handler: handler.reply(200, rows(range(1)))) as server, pytest.raises(QueryError):
        Remote(server.endpoint).run("DROP ALL")
    assert server.requests == []


@pytest.mark.parametrize("body", [rows(range(3)), gzip.compress(rows(range(3)))], ids=["plain", "gzip"])
def test_results_are_read_in_json_plain_or_packed(body: bytes) -> None:
    packed = {"Content_Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    with running(lambda handler: handler.reply(200, body, **packed)) as server:
        assert list(Remote(server.endpoint).select(ROWS)) == [(ox.Literal(str(n)),) for n in range(3)]


def test_results_are_read_in_xml() -> None:
    body = (
        b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head>'
        b'<results><result><binding name="x"><uri>http://x.example/</uri></binding></result></results></sparql>'
    )
    with running(lambda handler: handler.reply(200, body, "application/sparql-results+xml")) as server:
        assert list(Remote(server.endpoint).select(ROWS)) == [(ox.NamedNode("http://x.example/"),)]


# What the server refuses


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "answered 400, it does not accept the query. It says: no such thing"),
        (401, "answered 401, it asks for a user name: write it into the address (http://NAME@…)"),
        (403, "answered 403, it does not allow this query"),
        (404, "answered 404, it has nothing at this address: check it"),
        (413, "answered 413, it says that the query is too long"),
        (415, "answered 415, it does not accept queries sent as a form"),
        (418, "answered 418, it gave no answer to the query"),
        (500, "answered 500, it failed at the query"),
    ],
)
def test_a_status_is_explained_with_the_servers_reason(status: int, message: str) -> None:
    said = failure(lambda handler: handler.reply(status, b"no  such\nthing\x1b[2J", "text/plain"))
    assert message in said
    assert said.endswith("It says: no such thing\\x1b[2J.")


def test_an_error_page_is_reduced_to_its_title() -> None:
    page = b"<html><head><title>Out of order</title></head><body>long</body></html>"
    assert failure(lambda handler: handler.reply(500, page, "text/html")).endswith("It says: Out of order.")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_after_the_time_it_wants(status: int) -> None:
    def answer(handler: Handler) -> None:
        if len(handler.server.requests) < 3:
            handler.reply(status, Retry_After="0")
        else:
            handler.reply(200, rows(range(2)))

    with running(answer) as server:
        assert len(list(Remote(server.endpoint).select(ROWS))) == 2
    assert len(server.requests) == 3


def test_a_server_that_stays_busy_is_given_up() -> None:
    said = failure(lambda handler: handler.reply(503, b"later", "text/plain", Retry_After="0"))
    assert "answered 503, it is too busy: try later" in said


def test_a_wait_longer_than_the_time_limit_is_not_begun() -> None:
    began = time.monotonic()
    said = failure(lambda handler: handler.reply(429, Retry_After="3600"), seconds=5)
    assert time.monotonic() - began < 2
    assert "answered 429, it gets too many requests" in said
    assert "wait 3600 s" in said


def test_a_dropped_connection_is_tried_again_and_then_reported() -> None:
    def answer(handler: Handler) -> None:
        if len(handler.server.requests) < 3:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        else:
            handler.reply(200, rows(range(1)))

    with running(answer) as server:
        assert len(list(Remote(server.endpoint).select(ROWS))) == 1


# What is no answer


def test_a_web_page_is_no_result() -> None:
    said = failure(lambda handler: handler.reply(200, b"<html>Welcome", "text/html; charset=utf-8"))
    assert "answered with a web page instead of results: is this the address of the endpoint itself?" in said
    assert "web page" in failure(lambda h: h.reply(200, b"<html>", "text/html"), "CONSTRUCT WHERE { ?s ?p ?o }")


@pytest.mark.parametrize("content_type", ["", "application/octet-stream", "text/csv"])
def test_another_format_is_named(content_type: str) -> None:
    assert "a format that was not requested" in failure(lambda handler: handler.reply(200, b"x\r\n1\r\n", content_type))


@pytest.mark.parametrize("count", [0, 1])
def test_a_row_is_virtuosos_word_for_true_and_none_for_false(count: int) -> None:
    body = rows(range(count)).replace(b'"x"', b'"__ASK_RETVAL"')
    with running(lambda handler: handler.reply(200, body, Server="Virtuoso/07.20.3229 (Linux)")) as server:
        assert Remote(server.endpoint).ask("ASK { ?s ?p ?o }") == bool(count)


def test_virtuosos_names_of_nodes_and_truth_values_are_made_usual() -> None:
    nodes = [{"x": {"type": "bnode", "value": f"nodeID://b{n}"}} for n in range(3000)]
    true = {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": "1"}
    text = {"type": "literal", "value": '"bnode", "value": "nodeID://b1"'}
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [*nodes, {"x": true}, {"x": text}]}}).encode()
    with running(lambda handler: handler.reply(200, body, Server="Virtuoso/07.20.3229 (Linux)")) as server:
        found = [row[0] for row in Remote(server.endpoint).select(ROWS)]
    assert found[:3000] == [ox.BlankNode(f"b{n}") for n in range(3000)]
    assert found[3000:] == [ox.Literal(True), ox.Literal(text["value"])]


def test_rows_for_a_question_of_true_or_false_are_no_answer() -> None:
    assert "with rows" in failure(lambda handler: handler.reply(200, rows(range(1))), "ASK { ?s ?p ?o }")


@pytest.mark.parametrize("cut", [1, 2, 3, 20, 60])
def test_a_document_without_its_end_is_no_whole_answer(cut: int) -> None:
    assert "broken or incomplete" in failure(lambda handler: handler.reply(200, rows(range(100))[:-cut]))


def cut_off(body: bytes, *, header: str | None, content_type: str = JSON) -> Callable[[Handler], None]:
    """Return what sends a part of what the *header* promises, and hangs up."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        if header == "length":
            handler.send_header("Content-Length", str(len(body) + 100))
        elif header == "chunked":
            handler.send_header("Transfer-Encoding", "chunked")
            body_sent = b"%x\r\n%s\r\n" % (len(body), body)
        handler.end_headers()
        handler.wfile.write(body_sent if header == "chunked" else body)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    return answer


@pytest.mark.parametrize("header", ["length", "chunked"])
def test_a_body_shorter_than_promised_is_no_whole_answer_even_if_it_parses(header: str) -> None:
    assert "broke off" in failure(cut_off(rows(range(100)), header=header))
    triples = b"".join(b'<http://x.example/a> <http://x.example/b> "%d" .\n' % n for n in range(100))
    said = failure(
        cut_off(triples, header=header, content_type="application/n-triples"), "CONSTRUCT WHERE { ?s ?p ?o }"
    )
    assert "broke off" in said


def test_a_graph_without_a_length_is_not_taken_as_complete() -> None:
    triples = b'<http://x.example/a> <http://x.example/b> "c" .\n'
    answer = cut_off(triples, header=None, content_type="application/n-triples")
    assert "does not say how long its answer is" in failure(answer, "CONSTRUCT WHERE { ?s ?p ?o }")


def test_a_slow_server_is_given_up_on_time() -> None:
    began = time.monotonic()
    assert "within 0.5 s, the time limit" in failure(lambda _: time.sleep(2), seconds=0.5)
    assert time.monotonic() - began < 4


def test_a_server_that_sends_drop_by_drop_is_given_up_on_time() -> None:
    def answer(handler: Handler) -> None:
        body = rows(range(1000))
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        for place in range(40):
            handler.wfile.write(body[place : place + 1])
            handler.wfile.flush()
            time.sleep(0.1)

    began = time.monotonic()
    assert "within 1 s, the time limit" in failure(answer, seconds=1)
    assert time.monotonic() - began < 3


# Where there is no server


def test_a_refused_connection_an_unknown_host_and_a_bad_address_are_distinguished() -> None:
    refused = f"http://127.0.0.1:{free_port()}/query"
    with pytest.raises(RemoteError, match="refuses the connection: is the store running"):
        list(Remote(refused).select(ROWS))
    with pytest.raises(RemoteError, match="no host of this name is known"):
        list(Remote("http://nowhere.invalid/query").select(ROWS))
    for address in (
        "localhost:7878/query",
        "ftp://x.example/",
        "http://",
        "http://x.example:99999/",
        "http://a b/",
        "",
    ):
        with pytest.raises(RemoteError, match="is not the address of an endpoint"):
            Remote(address)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(RemoteError, match="holds a user name or password") as error:
        Remote("http://ann:s3cret@x.example/query")
    assert "s3cret" not in str(error.value)


def test_a_certificate_that_cannot_be_checked_is_explained(authority: Authority) -> None:
    with running(lambda handler: handler.reply(200, rows(range(1))), authority.context()) as server:
        address = server.endpoint.replace("http:", "https:")
        with pytest.raises(RemoteError, match=r"no safe connection \(TLS\): unable to get local issuer certificate"):
            list(Remote(address).select(ROWS))
    with running(lambda handler: handler.reply(200, rows(range(1)))) as server:
        plain = Remote(server.endpoint.replace("http:", "https:"))
        with pytest.raises(RemoteError, match=r"no safe connection \(TLS\)"):
            list(plain.select(ROWS))


# Redirects


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_server_is_followed_with_the_query(status: int, long: bool) -> None:
    def answer(handler: Handler) -> None:
        if urlsplit(handler.path).path == "/sparql":
            handler.reply(status, Location="/new/sparql")
        else:
            handler.reply(200, rows(range(1)) if handler.query == query else b"")

    query = f"{ROWS} # {'x' * 3000}" if long else ROWS
    with running(answer) as server:
        assert len(list(Remote(server.endpoint).select(query))) == 1


def test_a_redirect_to_another_server_is_not_followed() -> None:
    with running(lambda handler: handler.reply(200, rows(range(1)))) as other:
        said = failure(lambda handler: handler.reply(307, Location=other.endpoint))
    assert f"redirects to another address, {other.endpoint}, which you did not name" in said
    assert other.requests == []


def test_redirects_without_end_are_given_up() -> None:
    said = failure(lambda handler: handler.reply(302, Location=f"/sparql?{len(handler.server.requests)}"))
    assert "without end" in said


@pytest.mark.parametrize(
    "location", ["http://[::1", "http://h:99999/x", "ftp://x/", "http://127.0.0.1:1@evil.example/"]
)
def test_a_redirect_to_an_invalid_address_is_reported(location: str) -> None:
    said = failure(lambda handler: handler.reply(302, Location=location))
    assert "redirects to another address" in said or "can't be asked" in said


def test_a_very_long_wait_is_not_begun_even_without_a_time_limit() -> None:
    assert "wait 3600 s" in failure(lambda handler: handler.reply(503, Retry_After="3600"), seconds=0)


def test_certificates_that_cannot_be_read_are_reported(run: Run, tmp_path: Path, authority: Authority) -> None:
    with running(lambda handler: handler.reply(200, rows(range(1))), authority.context()) as server:
        address = server.endpoint.replace("http://127.0.0.1", "https://localhost")
        words = ["sparql", "ASK {}", "--data", address]
        missing = run(*words, env={"REQUESTS_CA_BUNDLE": str(tmp_path / "missing")})
        assert missing.code == 2
        assert "missing" in missing.err
        (tmp_path / "notes").write_text("no certificates")
        for name in ("notes", "missing"):
            wrong = run(*words, env={"ALIGNGRAPH_CA_FILE": str(tmp_path / name)})
            assert wrong.code == 2
            assert "ALIGNGRAPH_CA_FILE" in wrong.err


def test_an_ipv6_address_is_asked(run: Run) -> None:
    with serving(["serve", "--union-default-graph"], host="[::1]") as server:
        pushed = run("push", server.address, "--data", WORK)
        assert pushed.code == 0, pushed
        assert run("sparql", "ASK { ?work a ag:Paper }", "--data", server.endpoint).out == "true\n"


@pytest.mark.parametrize("host", ["a..b", "a" * 300])
def test_an_invalid_host_name_is_reported(run: Run, host: str) -> None:
    outcome = run("sparql", "ASK {}", "--data", f"http://{host}/query")
    assert outcome.code == 2
    assert "can't be asked" in outcome.err


# The command line


@pytest.mark.parametrize("args", [["query", "terms"], ["sparql", "ASK {}"], ["show", "dpo"], ["tree"]], ids=" ".join)
def test_every_reading_command_says_in_one_line_why_an_endpoint_does_not_answer(run: Run, args: list[str]) -> None:
    outcome = run(*args, "--data", f"http://127.0.0.1:{free_port()}/query")
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert "refuses the connection" in outcome.err


def test_the_time_limit_holds_for_an_endpoint(run: Run) -> None:
    with running(lambda _: time.sleep(3)) as server:
        outcome = run("sparql", "ASK {}", "--data", server.endpoint, "--timeout", "0.5")
    assert outcome.code == 2
    assert "within 0.5 s" in outcome.err
