"""What a hostile client sends is stopped, and the next one is answered."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from urllib.parse import quote, urlsplit

import pytest
import requests

from tests.support.marks import slow_after
from tests.web.conftest import Served

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


def is_answered(strict: Served) -> bool:
    """Tell whether another client gets its page and its query now."""
    page = requests.get(strict / "work/rafailov2023-dpo.html", timeout=30)
    query = requests.get(strict / "sparql", params={"query": f"ASK {{ <a:{time.monotonic_ns()}> ?p ?o }}"}, timeout=30)
    return page.ok and query.ok


@pytest.mark.parametrize("query", slow_after(1, [CROSS, SORTED]), ids=["cross product", "sorted cross product"])
def test_a_query_without_end_is_stopped_and_says_so(strict: Served, query: str) -> None:
    reply = requests.get(strict / "sparql", params={"query": query}, timeout=60)
    assert reply.status_code == 503
    assert "stopped" in reply.text
    assert "Retry-After" in reply.headers or "memory" in reply.text
    assert is_answered(strict)


@pytest.mark.parametrize(
    "query",
    ["SELECT * { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }", "SELECT * " + "{" * 50_000 + "}" * 50_000],
    ids=["brackets", "groups"],
)
def test_a_query_too_deep_for_the_engine_is_refused(strict: Served, query: str) -> None:
    reply = requests.post(strict / "sparql", data={"query": query}, timeout=60)
    assert reply.status_code == 400
    assert "deep" in reply.text
    assert is_answered(strict)


def test_an_endless_answer_breaks_off_and_never_looks_whole(strict: Served) -> None:
    reply = requests.get(strict / "sparql", params={"query": ENDLESS}, timeout=60, stream=True)
    assert reply.status_code == 200
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        sum(map(len, reply.iter_content(1 << 16)))
    assert is_answered(strict)


def test_who_leaves_frees_the_process(strict: Served) -> None:
    parts = urlsplit(strict.address)
    for _ in range(4):
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as client:
            client.sendall(f"GET /sparql?query={quote(CROSS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(0.1)
    assert is_answered(strict)


@pytest.mark.slow
def test_hogs_do_not_starve_the_pages(strict: Served) -> None:
    replies: list[int] = []

    def hog() -> None:
        replies.append(
            requests.get(strict / "sparql", params={"query": CROSS + f"# {id(threading)}"}, timeout=120).status_code
        )

    hogs = [threading.Thread(target=hog) for _ in range(6)]
    for thread in hogs:
        thread.start()
    time.sleep(0.5)
    for number in range(3):
        page = requests.get(strict / f"search?q=preference+{number}", timeout=30)
        assert page.status_code == 200
        assert any(thread.is_alive() for thread in hogs)
    for thread in hogs:
        thread.join()
    assert set(replies) == {503}
    assert is_answered(strict)


def test_a_query_that_is_too_long_is_refused(strict: Served) -> None:
    text = "ASK {} #" + "x" * (1 << 20)
    reply = requests.post(
        strict / "sparql", data=text, headers={"Content-Type": "application/sparql-query"}, timeout=60
    )
    assert reply.status_code == 413
    assert is_answered(strict)


def test_slow_connections_do_not_keep_others_out(strict: Served) -> None:
    parts = urlsplit(strict.address)
    slow = [socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) for _ in range(200)]
    try:
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert is_answered(strict)
    finally:
        for client in slow:
            client.close()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e%2fapp.py",
        "/work/..%2f..%2fetc%2fpasswd.ttl",
        "/work/%00.html",
        "/work/%ff.ttl",
        "/api/..%2fdata.csv",
        "/query/%2e%2e",
        "//work//x",
        "/work/a%0d%0aX-Bad:%20yes",
    ],
)
def test_tricks_with_paths_lead_nowhere(strict: Served, path: str) -> None:
    parts = urlsplit(strict.address)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    client.request("GET", path)
    reply = client.getresponse()
    body = reply.read().decode()
    assert reply.status in (400, 404, 303)
    assert "X-Bad" not in reply.headers
    assert "Traceback" not in body
    if reply.status == 303:
        location = reply.headers["Location"]
        assert location.startswith("/")
        assert not location.startswith("//")
    assert is_answered(strict)


def test_markup_in_parameters_stays_text(strict: Served) -> None:
    bad = '"><script>alert(1)</script>'
    for path in (f"search?q={quote(bad)}", f"query/works-by-goal?goal={quote(bad)}", f"query/{quote(bad, safe='')}"):
        reply = requests.get(strict / path, headers={"Accept": "text/html"}, timeout=60)
        assert "<script>alert" not in reply.text, path
        assert reply.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_a_host_header_is_not_believed(strict: Served) -> None:
    for path in ("sparql", "openapi.json", "api/works-by-year?page_size=2"):
        reply = requests.get(strict / path, headers={"Host": "evil.example"}, timeout=60)
        assert "evil.example" not in reply.text + str(reply.headers), path


def test_from_a_file_is_refused(strict: Served) -> None:
    query = "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"
    reply = requests.get(strict / "sparql", params={"query": query}, timeout=60)
    assert reply.status_code == 400
    assert "file" in reply.text
