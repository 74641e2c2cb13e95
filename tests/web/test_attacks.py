"""What a hostile client sends is stopped, and the next one is answered."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
import requests

from aligngraph.web.connection import REQUEST_WITHIN
from tests.support.marks import slow_after
from tests.web.conftest import Served

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


def is_answered(strict: Served) -> bool:
    """Tell whether another client gets its page and its query in less than a second, once where the machine is busy."""
    for _ in range(10):
        began = time.monotonic()
        page = requests.get(strict / "work/rafailov2023-dpo.html", timeout=60)
        query = {"query": f"ASK {{ <a:{time.monotonic_ns()}> ?p ?o }}"}
        asked = requests.get(strict / "sparql", params=query, timeout=60)
        if page.ok and asked.ok and time.monotonic() - began < 1:
            return True
    return False


def raw(strict: Served, sent: bytes, *, ends: bool = False) -> tuple[int, bytes]:
    """Send bytes, after which nothing more comes if it *ends*; return the status (0 for none) and all of the answer."""
    sent = sent.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    parts = urlsplit(strict.address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60) as client:
        client.sendall(sent)
        if ends:
            client.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while block := client.recv(1 << 16):
                answer += block
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0, answer


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
    if reply.status_code == 200:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            sum(map(len, reply.iter_content(1 << 16)))
        # The log has a line about it, not the traceback of a fault.
        assert _is_logged(strict, "An answer was broken off")
    else:  # so busy a machine that nothing was sent in that time
        assert reply.status_code == 503
        assert "stopped after 3 s" in reply.text
    assert is_answered(strict)
    assert not any("Traceback" in line for line in strict.log)


def _is_logged(served: Served, text: str) -> bool:
    """Whether the server has written *text* to its log, or does so in the next seconds."""
    end = time.monotonic() + 20
    while not (found := any(text in line for line in served.log)) and time.monotonic() < end:
        time.sleep(0.1)
    return found


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
    slow = [socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) for _ in range(300)]
    try:
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert is_answered(strict)
    finally:
        for client in slow:
            client.close()


@pytest.mark.slow
def test_connections_that_send_nothing_or_drop_by_drop_are_closed_in_time(strict: Served) -> None:
    resource = pytest.importorskip("resource")
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 3_000:
        pytest.skip("not so many connections are allowed here: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (3_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    parts = urlsplit(strict.address)
    body = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 90\r\n\r\n"
    first = [b"", b"GET / HTTP/1.1\r\nX-Slow: ", body, b"GET /static/icon.svg HTTP/1.1\r\nHost: x\r\n\r\n"]
    with contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30))
            for _ in range(1100)
        ]
        for number, client in enumerate(held[:40]):
            client.sendall(first[number % 4])
        # As many as there may be: who comes now is told so, until these have had their time.
        began = time.monotonic()
        while time.monotonic() - began < REQUEST_WITHIN + 10:
            for number, client in enumerate(held[:40]):
                if number % 4 in (1, 2):
                    with contextlib.suppress(OSError):
                        client.sendall(b"a")
            time.sleep(1)
        assert is_answered(strict)
        for client in held[:40]:
            with contextlib.suppress(ConnectionError):
                while client.recv(1 << 16):
                    pass


def test_many_requests_in_one_go_are_answered_in_their_order(strict: Served) -> None:
    queries = (
        f"GET /sparql?query={quote(f'SELECT ({n} AS ?n) {{}}')}&format=text/csv HTTP/1.1\r\nHost: x\r\n"
        for n in range(200)
    )
    sent = "\r\n".join([*queries, "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"]).encode()
    with socket.create_connection(
        (urlsplit(strict.address).hostname or "", urlsplit(strict.address).port or 0)
    ) as client:
        client.settimeout(60)
        client.sendall(sent)
        answer = b""
        while block := client.recv(1 << 16):
            answer += block
    assert [int(n) for n in re.findall(rb"\nn\r\n(\d+)\r\n", answer)] == list(range(200))
    assert b"HTTP/1.1 404" in answer
    assert is_answered(strict)


@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {}x",
        b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nASK\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"".join(b"X-%d: y\r\n" % number for number in range(100_000)) + b"\r\n",
    ],
    ids=["two lengths", "lengths that differ", "no chunk", "compressed chunks", "headers without end"],
)
def test_a_request_that_means_two_things_is_answered_once_and_refused(strict: Served, sent: bytes) -> None:
    status, answer = raw(
        strict, b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n" + sent
    )
    assert status in (0, 400, 431, 501)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert is_answered(strict)


def test_the_head_of_an_endless_answer_ends_at_once(strict: Served) -> None:
    for query in (ENDLESS, "SELECT * { ?s ?p ?o }"):
        began = time.monotonic()
        reply = requests.head(strict / "sparql", params={"query": query}, timeout=60)
        assert reply.status_code in (200, 503)
        assert reply.status_code == 503 or time.monotonic() - began < 3
    assert is_answered(strict)


DEEP = (
    "FILTER(" + "!" * 50_000 + "1)",
    "FILTER(1" + "||1" * 50_000 + ")",
    "{}" + "UNION{}" * 50_000,
    "FILTER(" + "\\u0028" * 20_000 + "1" + "\\u0029" * 20_000 + ")",
)


@pytest.mark.parametrize("text", slow_after(1, DEEP), ids=["not", "or", "union", "escaped brackets"])
def test_what_is_deep_without_brackets_ends_one_query_at_most(strict: Served, text: str) -> None:
    reply = requests.post(strict / "sparql", data={"query": f"ASK {{ {text} }}"}, timeout=60)
    assert reply.status_code in (400, 503)
    assert is_answered(strict)


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


MARKUP = (
    "search?q=X",
    "X",
    "X?X=X",
    *(f"query/works-by-goal?goal={value}" for value in ("X", "human-values&sort=X", "human-values&page=X", "&X=X")),
    "query/works-by-title?title=X&run=1",
    "query/X",
    "api/works-by-goal?goal=X",
    "api/works-by-goal?X=X",
    "api/X.csv",
    *(
        f"sparql?query={value}"
        for value in ("X", "ASK{}&page=X", "ASK{}&sort=X", "ASK{}&format=X", "SELECT(%22X%22AS%20?x){}")
    ),
    "sparql?example=X",
    "sparql?query=ASK{}&default-graph-uri=X",
    "docs/X",
    "why/X",
    "dump/aligngraphX",
    "static/X",
    "work/X.html",
    "graph/X.html",
    "ontology/X/ontology.html",
    "reconcile?queries=X",
    "reconcile?extend=X",
    "reconcile?queries=%7B%22q0%22:%7B%22query%22:%22X%22%7D%7D&callback=X",
    "reconcile/preview?id=X",
    "reconcile/view?id=X",
    "reconcile/suggest/entity?prefix=X",
    "reconcile/X?id=X",
)


def test_markup_in_parameters_stays_text(strict: Served) -> None:
    bad = '"><script>alert(1)</script>'
    for path in MARKUP:
        reply = requests.get(
            strict / path.replace("X", quote(bad, safe="")), headers={"Accept": "text/html"}, timeout=60
        )
        assert reply.status_code != 500, path
        if reply.headers["Content-Type"].startswith("text/html"):
            assert "<script>alert" not in reply.text, path
        assert "html" not in reply.headers["Content-Type"].removeprefix("text/html")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert is_answered(strict)


ODD = {
    "a body in pieces with headers behind it": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n"
        b"Trailer: Content-Length\r\n\r\n6\r\nASK {}\r\n0\r\nContent-Length: 99\r\nHost: evil.example\r\n\r\n"
    ),
    "a body that was announced": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nExpect: 100-continue\r\n"
        b"Content-Length: 6\r\n\r\nASK {}"
    ),
    "an expectation of nonsense": b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nExpect: the-impossible\r\n\r\n",
    "ten thousand ranges": (
        b"GET /work/rafailov2023-dpo.ttl HTTP/1.1\r\nHost: x\r\nRange: bytes=" + b"0-," * 10_000 + b"0-\r\n\r\n"
    ),
    "dates that there are not": (
        b"GET /work/rafailov2023-dpo.ttl HTTP/1.1\r\nHost: x\r\nIf-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT\r\n"
        b'If-Unmodified-Since: -1\r\nIf-Range: Mon\r\nIf-Match: "x"\r\n\r\n'
    ),
    "thousands of tags": (
        b"GET /work/rafailov2023-dpo.ttl HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + b'"x",' * 10_000 + b'"x"\r\n\r\n'
    ),
    "a huge cookie": b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nCookie: a=" + b"x" * 60_000 + b"\r\n\r\n",
    "another protocol": (
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: x\r\n\r\n"
    ),
}


def test_headers_that_ask_for_odd_things_change_nothing(strict: Served) -> None:
    for name, sent in ODD.items():
        status, answer = raw(strict, sent)
        assert status in (100, 200), (name, answer[:200])
        heads = re.findall(rb"HTTP/1\.1 (\d+)", answer)
        assert heads in ([b"200"], [b"100", b"200"]), (name, heads)
        assert b"evil.example" not in answer, name
    assert is_answered(strict)


def test_a_host_header_is_not_believed(strict: Served) -> None:
    for path in ("sparql", "openapi.json", "api/works-by-year?page_size=2"):
        reply = requests.get(strict / path, headers={"Host": "evil.example"}, timeout=60)
        assert "evil.example" not in reply.text + str(reply.headers), path


def test_from_a_file_is_refused(strict: Served) -> None:
    query = "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"
    reply = requests.get(strict / "sparql", params={"query": query}, timeout=60)
    assert reply.status_code == 400
    assert "file" in reply.text
    assert is_answered(strict)


@pytest.mark.parametrize(
    "pattern", ["(x+x+)+y", "((((a{1000}){1000}){1000}){1000})", "(.*)*(.*)*=.*", "[" * 10_000, "(?:" * 5_000]
)
def test_a_regular_expression_made_to_be_slow_is_not(strict: Served, pattern: str) -> None:
    query = f'SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o FILTER REGEX(STR(?o), "{pattern}") }}'
    reply = requests.post(strict / "sparql", data={"query": query}, timeout=60)
    assert reply.status_code in (200, 503)
    assert is_answered(strict)


def test_answers_that_are_cut_off_free_what_they_held(strict: Served) -> None:
    parts = urlsplit(strict.address)
    for number in range(6):
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as client:
            client.sendall(f"GET /sparql?query={quote(ENDLESS)}%23{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert client.recv(1 << 10).startswith((b"HTTP/1.1 200", b"HTTP/1.1 503"))  # 503: too busy a machine
    assert is_answered(strict)


def test_a_body_without_end_is_refused_before_it_is_read(strict: Served) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1 << 30:
            sent += 1 << 16
            yield b"x" * (1 << 16)

    headers = {"Content-Type": "application/sparql-query"}
    with contextlib.suppress(requests.exceptions.ConnectionError):  # closed while it was sent
        assert requests.post(strict / "sparql", data=endless(), headers=headers, timeout=60).status_code == 413
    assert sent < 1 << 26
    status, _ = raw(strict, b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nASK", ends=True)
    assert status in (0, 400, 413, 415)
    assert is_answered(strict)


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, gzip", "\xff"])
def test_a_compressed_body_is_refused(strict: Served, encoding: str) -> None:
    body = gzip.compress(b"ASK {} #" + b"x" * (64 << 20), 1)
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": encoding}
    assert requests.post(strict / "sparql", data=body, headers=headers, timeout=60).status_code == 415
    assert is_answered(strict)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET http://evil.example/sparql HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET /sparql HTTP/1.1\r\n\r\n",
        b"GET /sparql HTTP/1.0\r\n\r\n",
        b"GET /sparql HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n\r\n",
        b"GET /work/rafailov2023-dpo HTTP/1.1\r\nHost: evil.example/@\r\n\r\n",
        b"GET //evil.example/work/x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /sparql HTTP/1.1\r\nHost: " + b"x" * 60_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
    ids=range(11),
)
def test_requests_that_name_another_host_or_are_none_lead_nowhere_else(strict: Served, sent: bytes) -> None:
    status, answer = raw(strict, sent, ends=not sent.startswith(b"GET"))
    assert status < 500
    # A page says what was asked for; nothing leads there.
    assert not re.search(rb"(?i)location: (http|//)|(href|src)=.http://evil|<http://evil|\"http://evil", answer)
    assert is_answered(strict)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ \\u0053ERVICE <{}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ BIND (<{}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
        "SELECT * FROM <{}> {{ ?s ?p ?o }}",
        "ASK FROM NAMED <{}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ],
)
def test_nothing_is_fetched_from_elsewhere(strict: Served, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.5)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"
        reply = requests.get(strict / "sparql", params={"query": query.format(address)}, timeout=60)
        if "ERVICE" in query:
            assert reply.status_code == 403
        elif reply.ok:  # a graph that there is not
            assert reply.json().get("boolean") is False or reply.json()["results"]["bindings"] == []
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    assert is_answered(strict)


@pytest.mark.slow
@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:b> <a:b> 99 }",
        "DROP ALL",
        "LOAD <file:///etc/passwd>",
        "CLEAR DEFAULT",
        "DELETE WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused_and_change_nothing(strict: Served, update: str) -> None:
    count = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "text/csv"}
    before = requests.get(strict / "sparql", params=count, timeout=60).text
    asked = [
        requests.post(strict / "sparql", data={"update": update}, timeout=60),
        requests.post(strict / "sparql", data={"query": update}, timeout=60),
        requests.post(
            strict / "sparql", data=update, headers={"Content-Type": "application/sparql-update"}, timeout=60
        ),
        requests.get(strict / "sparql", params={"update": update}, timeout=60),
        requests.get(strict / "sparql", params={"query": update}, timeout=60),
    ]
    assert [reply.status_code for reply in asked if not 400 <= reply.status_code < 500] == []
    assert requests.get(strict / "sparql", params={**count, "default-graph-uri": ""}, timeout=60).status_code < 500
    assert requests.get(strict / "sparql", params=count, timeout=60).text == before
    assert is_answered(strict)
