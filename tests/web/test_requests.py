"""Requests of odd forms: HEAD, OPTIONS, conditions, ranges, Accept headers, percent-encoding, and what is very long."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
import requests

from tests.web.conftest import Served
from tests.web.test_attacks import is_answered, raw

HTML = {"Accept": "text/html"}
WORK = "work/rafailov2023-dpo"
ROUTES = (
    "", "sparql", "sparql?query=ASK%7B%7D", "query", "query/works-by-goal", "search?q=dpo", "works", "taxonomy", "docs",
    "docs/model", "docs/benchmarks.svg", "ontology/properties", f"why/{WORK[5:]}", "names.json", "terms.json",
    "api/venues", "api/venues.csv", "openapi.json", "reconcile", "reconcile/suggest/entity?prefix=dpo", "feed.atom",
    "static/style.css", WORK, f"{WORK}.html", f"{WORK}.ttl", "nothing",
)  # fmt: skip


@pytest.mark.parametrize("path", ROUTES)
def test_head_says_what_get_says_and_options_what_may_be_asked(served: Served, path: str) -> None:
    got, head = (
        requests.request(method, served / path, allow_redirects=False, timeout=60) for method in ("GET", "HEAD")
    )
    assert head.content == b""
    assert head.status_code == got.status_code
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}
    options = requests.options(served / path, timeout=60)
    assert options.status_code == 204
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))


def _status(served: Served, path: str, *headers: tuple[str, str]) -> int:
    """Return the status of a GET with *headers*, which may have one name several times."""
    parts = urlsplit(served.address)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    client.putrequest("GET", f"/{path}")
    for name, value in headers:
        client.putheader(name, value)
    client.endheaders()
    return client.getresponse().status


def test_who_has_it_already_is_told_so(served: Served) -> None:
    tag = requests.get(served / f"{WORK}.ttl", timeout=60).headers["ETag"]
    name = "If-None-Match"
    for given in ([tag], [f"W/{tag}"], [f'"x", {tag}'], ['"x"', tag], [tag, '"x"'], ["*"]):
        assert _status(served, f"{WORK}.ttl", *((name, value) for value in given)) == 304, given
    for given in (['"x"'], ['W/"x"'], [tag.strip('"')], [""]):
        assert _status(served, f"{WORK}.ttl", *((name, value) for value in given)) == 200, given
    assert _status(served, f"{WORK}.jsonld", (name, tag)) == 200
    assert _status(served, "work/none.ttl", (name, "*")) == 404


@pytest.mark.parametrize("range_", ["bytes=0-9", "bytes=9-0", "bytes=-5", "bytes=0-1," * 2000, "lines=1-2"])
def test_a_range_is_answered_with_the_whole(served: Served, range_: str) -> None:
    whole = requests.get(served / f"{WORK}.ttl", timeout=60)
    reply = requests.get(served / f"{WORK}.ttl", headers={"Range": range_}, timeout=60)
    assert (reply.status_code, reply.content) == (200, whole.content)


@pytest.mark.parametrize("path", ["sparql", WORK, "query/venues"])
def test_what_depends_on_accept_says_so(served: Served, path: str) -> None:
    reply = requests.get(served / path, headers={"Accept": "text/turtle"}, allow_redirects=False, timeout=60)
    assert "Accept" in reply.headers["Vary"]
    refused = requests.get(served / path, headers={"Accept": "*/*;q=0"}, allow_redirects=False, timeout=60)
    assert refused.status_code == 406


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("search?q=" + "a%20" * 10_000, 400),
        ("search?q=" + "a" * 50_000, 400),
        ("search?q=" + "a%20" * 200, 200),
        ("works?q=" + "a%20" * 10_000, 200),
        ("work/" + "a" * 50_000, 404),
        ("work/" + "a" * 50_000 + ".html", 404),
        ("graph/" + "a/" * 10_000 + "a.ttl", 404),
        ("a/" * 10_000, 404),
        ("works?" + "year=2023&" * 3_000, 200),
    ],
    ids=lambda value: str(value)[:16],
)
def test_what_is_very_long_takes_little(served: Served, path: str, status: int) -> None:
    reply = requests.get(served / path, headers=HTML, timeout=9)
    assert reply.status_code == status
    assert len(reply.content) < 100_000


ACCEPTS = (
    b"", b"*", b"*/*;q=0", b"text/html;q=abc", b"text/html;q=1e999", b";;;,,,", b"/", b"text/", b"a" * 20_000,
    b"text/*," * 3_000, b"\xff\xfe", b'text/turtle;profile="', b"application/ld+json;profile=\"<script>\"", b"q=1",
)  # fmt: skip


@pytest.mark.parametrize("accept", ACCEPTS, ids=lambda accept: repr(accept[:20]))
def test_odd_accept_headers_get_an_answer_or_status_406(strict: Served, accept: bytes) -> None:
    for path in (b"/sparql?query=ASK%7B%7D", b"/sparql", b"/work/rafailov2023-dpo", b"/api/venues", b"/nothing"):
        status, answer = raw(strict, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nAccept: " + accept + b"\r\n\r\n")
        assert status in (200, 303, 404, 406), (path, answer[:200])
        assert b"<script>" not in answer
    assert is_answered(strict)


@pytest.mark.parametrize(
    "path",
    ["%", "%zz", "%f", "%ff%fe", "%ED%A0%80", "%F0%28%8C%BC", "%00", "%u0041", "%25%32%35", "\xff", "%0d%0aX:%20y"],
)
def test_bad_percent_encoding_is_an_answer_that_says_so_or_plain_text(strict: Served, path: str) -> None:
    for before in ("/", "/work/", "/search?q=", "/sparql?query=", "/sparql?query=ASK%7B%7D&default-graph-uri=",
                   "/api/works-by-goal?goal=", "/api/", "/docs/", "/static/", "/reconcile?queries="):  # fmt: skip
        status, answer = raw(strict, f"GET {before}{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"))
        assert 200 <= status < 500, (before, answer[:200])
        assert b"Traceback" not in answer
        assert b"\r\nX: y" not in answer.partition(b"\r\n\r\n")[0]
    assert is_answered(strict)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "post", "X" * 500])
def test_methods_that_write_or_are_none_are_refused(strict: Served, method: str) -> None:
    for path in ("/", "/sparql", "/sparql?query=ASK%7B%7D", "/work/rafailov2023-dpo.ttl", "/api/venues", "/reconcile"):
        status, _ = raw(strict, f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
        assert status in (400, 405, 501), (path, status)
    assert requests.post(strict / "work/rafailov2023-dpo.ttl", data="x", timeout=60).status_code == 405
    assert is_answered(strict)
