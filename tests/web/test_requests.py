"""Requests of odd but valid forms: HEAD, OPTIONS, conditions, ranges, refusals by Accept, and what is very long."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
import requests

from tests.web.conftest import Served

HTML = {"Accept": "text/html"}
WORK = "work/rafailov2023-dpo"
ROUTES = (
    *("", "sparql", "sparql?query=ASK%7B%7D", "query", "query/works-by-goal", "search?q=dpo", "works", "taxonomy"),
    *(
        "docs",
        "docs/model",
        "docs/benchmarks.svg",
        "ontology/properties",
        f"why/{WORK[5:]}",
        "names.json",
        "terms.json",
    ),
    *("api/venues", "api/venues.csv", "openapi.json", "reconcile", "reconcile/suggest/entity?prefix=dpo", "feed.atom"),
    *("static/style.css", WORK, f"{WORK}.html", f"{WORK}.ttl", "nothing"),
)


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
