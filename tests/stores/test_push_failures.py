"""Stores that misbehave while they are written to: each failure has its own message, next step, and exit code 2."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from aligngraph.rdf.namespaces import GRAPH
from tests.conftest import Outcome, Run
from tests.support.gateway import SECRET, TOKEN, Authority, basic, bearer, digest
from tests.support.marks import slow_after
from tests.support.misbehaving import JSON, Handler, Server, running
from tests.support.servers import as_user, free_port


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three graphs: a, b and c, of one triple each."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.ttl").write_text(f"<x:{name}> <x:p> <x:o> .")
    return folder


class Memory:
    """A store that keeps graphs as they are sent, by Graph Store Protocol, and counts them as Oxigraph would."""

    def __init__(self, fail: Callable[[Handler, str], bool] = lambda _, __: False) -> None:
        self.graphs: dict[str, bytes] = {}
        self.fail = fail
        self.writes = 0

    def __call__(self, handler: Handler) -> None:
        graph = unquote(parse_qs(urlsplit(handler.path).query).get("graph", [""])[0])
        if handler.command in ("PUT", "POST") and graph:
            self.writes += 1
        if self.fail(handler, graph):
            return
        if handler.command == "PUT":
            self.graphs[graph] = handler.body
            handler.reply(204)
        elif handler.command == "POST" and graph:
            lines = set(self.graphs.get(graph, b"").splitlines()) | set(handler.body.splitlines())
            self.graphs[graph] = b"\n".join(sorted(lines)) + b"\n"
            handler.reply(204)
        elif graph:
            handler.reply(200, self.graphs[graph], "application/n-triples")
        else:
            integer = {"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
            bindings = [
                {"g": {"type": "uri", "value": name}, "n": {**integer, "value": str(len(content.splitlines()))}}
                for name, content in sorted(self.graphs.items())
            ]
            handler.reply(200, json.dumps({"head": {"vars": ["g", "n"]}, "results": {"bindings": bindings}}).encode())


def push(run: Run, address: str, data: Path, *options: str | Path, flavour: str = "oxigraph", **env: str) -> Outcome:
    environment = {"NETRC": os.devnull, "ALIGNGRAPH_PASSWORD": "", "ALIGNGRAPH_TOKEN": "", **env}
    only = ("--no-ontology", "--no-inferred")
    told = run("push", address, "--product", flavour, "--data", data, *only, *options, env=environment)
    assert SECRET not in told.out + told.err
    assert TOKEN not in told.out + told.err
    return told


def base(server: Server, scheme: str = "http") -> str:
    return f"{scheme}://localhost:{server.server_port}"


def test_a_store_that_works_is_verified(run: Run, data: Path) -> None:
    with running(Memory()) as server:
        told = push(run, base(server), data)
    assert told.code == 0
    assert "Verified: all 3 triples of 3 graphs are in the store." in told.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "message"),
    slow_after(
        3,
        [
            (400, "does not accept what was sent. It says: why not"),
            (401, "asks for a user name: write it into the address (http://NAME@…)"),
            (403, "does not let you do this: ask its administrator"),
            (404, "has nothing at this address: check it, and that the data set or repository exists"),
            (405, "does not accept this at the address"),
            (413, "says that the request is too large: raise its limit"),
            (415, "does not accept N-Triples or SPARQL Update here"),
            (500, "failed at what was sent: see its log"),
            (507, "has no space left"),
        ],
    ),
)
def test_a_status_midway_is_explained_and_what_is_written_is_said(
    run: Run, data: Path, status: int, message: str
) -> None:
    def fail(handler: Handler, graph: str) -> bool:
        if graph.endswith("/b") and handler.command == "PUT":
            handler.reply(status, f"why not {SECRET}".encode()[:7], "text/plain")
            return True
        return False

    with running(memory := Memory(fail)) as server:
        told = push(run, base(server), data)
        assert told.code == 2
        assert f"answered {status}, it {message}" in told.err
        left = (
            "the other 2 are as before"
            if status < 500
            else f"<{GRAPH}b> is completely old or completely new; the other one is"
        )
        assert f"1 of 3 graphs were written; {left}" in told.err
        assert set(memory.graphs) == {f"{GRAPH}a"}
        memory.fail = lambda _, __: False
        assert push(run, base(server), data).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_store_is_asked_again_after_the_time_it_wants(run: Run, data: Path, status: int) -> None:
    times: list[float] = []

    def fail(handler: Handler, graph: str) -> bool:
        if graph.endswith("/b") and handler.command == "PUT" and len(times) < 3:
            times.append(time.monotonic())
            handler.reply(status, Retry_After="1" if len(times) < 3 else "0")
            return True
        return False

    with running(Memory(fail)) as server:
        told = push(run, base(server), data)
    assert told.code == 0
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))
    assert f"answered {status}: trying again in 1.0 s" in told.err


def test_a_store_that_wants_a_very_long_wait_is_given_up(run: Run, data: Path) -> None:
    def fail(handler: Handler, _: str) -> bool:
        handler.reply(503, Retry_After="7200")
        return True

    with running(Memory(fail)) as server:
        told = push(run, base(server), data)
    assert told.code == 2
    assert "answered 503, it is too busy: try later (it asks to wait 7200 s)" in told.err
    assert len(server.requests) == 1


def _drop(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def test_a_dropped_put_is_repeated(run: Run, data: Path) -> None:
    drops: list[str] = []

    def fail(handler: Handler, graph: str) -> bool:
        if graph.endswith("/b") and handler.command == "PUT" and len(drops) < 2:
            drops.append(graph)
            _drop(handler)
            return True
        return False

    with running(Memory(fail)) as server:
        told = push(run, base(server), data)
    assert (told.code, len(drops)) == (0, 2)
    assert "dropped the connection: trying again" in told.err


def test_a_dropped_post_is_repeated_only_where_that_adds_nothing_twice(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    for turtle, code, tries in (("<x:a> <x:b> 1 .", 0, 2), ("<x:a> <x:b> [ <x:c> 1 ] .", 2, 1)):
        file.write_text(turtle)
        drops: list[str] = []

        def fail(handler: Handler, graph: str, drops: list[str] = drops) -> bool:
            if graph and handler.command == "POST" and not drops:
                drops.append(graph)
                _drop(handler)
                return True
            return False

        with running(memory := Memory(fail)) as server:
            told = push(run, base(server), file, "--add")
        assert (told.code, memory.writes) == (code, tries), told
        if code:
            assert "might add everything twice: check with --verify-only" in told.err


def test_a_refused_connection_is_reported(run: Run, data: Path) -> None:
    told = push(run, f"http://127.0.0.1:{free_port()}", data)
    assert told.code == 2
    assert "refuses the connection: is the store running, and this its port?" in told.err


def test_an_unknown_host_is_reported(run: Run, data: Path) -> None:
    told = push(run, "http://no-such-host.invalid", data)
    assert told.code == 2
    assert "no host of this name is known" in told.err


def test_a_web_page_is_no_store(run: Run, data: Path) -> None:
    page = b"<html><head><title>Welcome</title></head><body>Hello</body></html>"
    with running(lambda handler: handler.reply(200, page, "text/html")) as server:
        told = push(run, base(server), data)
        assert told.code == 2
        assert "answered with a web page (HTML)" in told.err
        assert run("pull", base(server), "--product", "oxigraph", "-o", data / "x").code == 2


@pytest.mark.slow
def test_an_answer_without_end_is_not_waited_for(run: Run, data: Path) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/n-triples" if "store" in handler.path else JSON)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        block = b"<x:a> <x:b> <x:c> .\n" * 10_000
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))

    counted = Memory()
    counted.graphs = {f"{GRAPH}a": b"<x:a> <x:p> <x:o> .\n"}

    def endless_graphs(handler: Handler) -> None:
        (answer if handler.command == "GET" and "/store" in handler.path else counted)(handler)

    with running(answer) as server:
        told = push(run, base(server), data, "--timeout", "3")
        assert told.code == 2
        assert "the answer is broken" in told.err
    with running(endless_graphs) as server:
        pulled = run("pull", base(server), "--product", "oxigraph", "-o", data / "pulled", env={"NETRC": os.devnull})
    assert pulled.code == 2
    assert "has no end" in pulled.err


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--update-endpoint", "--graph-store"])
def test_the_other_addresses_of_a_store_hold_no_password_and_are_addresses(run: Run, data: Path, option: str) -> None:
    for address, message in (
        (f"http://dba:{SECRET}@localhost/update", "holds a user name or password"),
        ("nonsense", "is not the address"),
    ):
        told = push(run, "http://localhost:1", data, option, address)
        assert told.code == 2
        assert message in told.err


def test_a_key_in_an_address_is_not_shown(run: Run, data: Path) -> None:
    for options in ([], ["--dry-run"]):
        told = push(run, f"http://127.0.0.1:{free_port()}/?key={SECRET}", data, *options)
        assert told.code == 2


def test_a_count_that_is_none_is_reported(run: Run, data: Path) -> None:
    graph = {"g": {"type": "uri", "value": f"{GRAPH}a"}, "n": {"type": "literal", "value": "many"}}
    body = json.dumps({"head": {"vars": ["g", "n"]}, "results": {"bindings": [graph]}}).encode()
    with running(lambda handler: handler.reply(200, body)) as server:
        told = push(run, base(server), data, "--verify-only")
    assert told.code == 2
    assert "does not say how many triples there are" in told.err


def test_redirects_without_end_are_reported(run: Run, data: Path) -> None:
    with running(lambda handler: handler.reply(307, Location=handler.path)) as server:
        told = push(run, base(server), data)
    assert told.code == 2
    assert "redirects without end" in told.err


def test_a_redirect_that_drops_what_is_written_is_reported(run: Run, data: Path) -> None:
    with running(lambda handler: handler.reply(302, Location="/login")) as server:
        told = push(run, base(server), data)
    assert told.code == 2
    assert "in a way that loses" in told.err


@pytest.mark.parametrize("status", slow_after(1, [307, 301, 302, 303, 308]))
@pytest.mark.parametrize("who", ["user", "token"])
def test_a_redirect_to_another_host_gets_neither_data_nor_password(run: Run, data: Path, status: int, who: str) -> None:
    with running(lambda handler: handler.reply(200)) as other:
        elsewhere = f"http://127.0.0.1:{other.server_port}/store"

        def answer(handler: Handler) -> None:
            if "Authorization" in handler.headers:
                handler.reply(status, Location=elsewhere)
            else:
                handler.reply(401, WWW_Authenticate="Basic realm=x")

        with running(answer) as server:
            address = as_user(base(server)) if who == "user" else base(server)
            env = {"ALIGNGRAPH_PASSWORD": SECRET} if who == "user" else {"ALIGNGRAPH_TOKEN": TOKEN}
            told = push(run, address, data, **env)
            told_again = run(
                "pull",
                address,
                "--product",
                "oxigraph",
                "-o",
                data / "x",
                env={"NETRC": os.devnull, **env},
            )
    assert (told.code, told_again.code) == (2, 2)
    assert "which you did not name" in told.err
    assert other.requests == []


# Who asks


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [basic, digest])
def test_the_password_of_the_environment_is_used(run: Run, data: Path, scheme: Callable[[Handler], bool]) -> None:
    with running(Memory(lambda handler, _: scheme(handler))) as server:
        told = push(run, as_user(base(server)), data, ALIGNGRAPH_PASSWORD=SECRET)
        assert told.code == 0, told
        wrong = push(run, as_user(base(server)), data, ALIGNGRAPH_PASSWORD="another")
        assert wrong.code == 2
        assert "does not accept the user name 'dba' with this password" in wrong.err
        assert "another" not in wrong.err
        assert base64.b64encode(b"dba:another").decode() not in wrong.err
        if scheme is basic:
            assert "no, not dba:[hidden] Basic [hidden]" in wrong.err


def test_the_password_of_netrc_is_used_for_its_host_only(run: Run, data: Path, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine localhost login dba password {SECRET}\n")
    netrc.chmod(0o600)
    with running(Memory(lambda handler, _: basic(handler))) as server:
        for address in (base(server), as_user(base(server))):
            assert push(run, address, data, NETRC=str(netrc)).code == 0
        other = base(server).replace("localhost", "127.0.0.1")
        told = push(run, other, data, NETRC=str(netrc))
        assert told.code == 2
        assert "write it into the address (http://NAME@…)" in told.err
    assert all("Authorization" not in headers for _, _, headers, _ in server.requests if "127" in headers["Host"])


def test_a_token_is_sent_and_a_wrong_one_explained(run: Run, data: Path) -> None:
    with running(Memory(lambda handler, _: bearer(handler))) as server:
        assert push(run, base(server), data, ALIGNGRAPH_TOKEN=TOKEN).code == 0
        wrong = push(run, base(server), data, ALIGNGRAPH_TOKEN="other")
        assert "does not accept the token in ALIGNGRAPH_TOKEN" in wrong.err
        none = push(run, base(server), data)
        assert "requires a token: set ALIGNGRAPH_TOKEN" in none.err


def test_without_a_password_or_a_terminal_nothing_is_sent(run: Run, data: Path) -> None:
    store = Memory(lambda handler, _: basic(handler))
    with running(store) as server:
        told = push(run, as_user(base(server)), data)
    assert told.code == 2
    assert "no password for dba: set ALIGNGRAPH_PASSWORD" in told.err
    assert "Traceback" not in told.err
    assert store.graphs == {}


def test_a_password_on_the_command_line_is_refused(run: Run, data: Path) -> None:
    told = push(run, f"http://dba:{SECRET}@localhost", data)
    assert told.code == 2
    assert "holds a password" in told.err
    assert "word@" not in told.err


# TLS


def test_a_certificate_is_checked_and_can_be_named(run: Run, data: Path, authority: Authority) -> None:
    with running(Memory(), authority.context()) as server:
        told = push(run, base(server, "https"), data)
        assert told.code == 2
        assert "no safe connection (TLS)" in told.err
        assert "ALIGNGRAPH_CA_FILE" in told.err
        assert server.requests == []
        told = push(run, base(server, "https"), data, ALIGNGRAPH_CA_FILE=str(authority.certificate))
        assert told.code == 0, told
        other_name = base(server, "https").replace("localhost", "127.0.0.1")
        told = push(run, other_name, data, ALIGNGRAPH_CA_FILE=str(authority.certificate))
        assert "no safe connection (TLS)" in told.err
