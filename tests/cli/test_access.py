"""Who asks: every command that asks a store over the network says it, to that store alone, and shows it to nobody."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run, shown_on
from tests.support.gateway import SECRET, TOKEN, Authority, Gateway, Scheme, basic, bearer, digest
from tests.support.marks import slow_after
from tests.support.misbehaving import Handler, Server, running
from tests.support.servers import OxigraphServer, as_user, oxigraph_server
from tests.support.shape_examples import BASE

AT = ["--data", "{query}"]
READING: dict[str, list[str]] = {
    "query": ["query", "venues", *AT],
    "query --help": ["query", "works-by-goal", "--help", *AT],
    "sparql": ["sparql", "SELECT * { ?work a ag:Paper }", *AT],
    "show": ["show", "Quiet Rewards", *AT],
    "tree": ["tree", "methods", *AT],
    "export": ["export", "-f", "turtle", *AT],
    "validate": ["validate", "--format", "json", "{query}"],
    "explain": ["explain", "rivera2021-quiet", "usesMethod", "method:tuning", *AT],
    "infer": ["infer", "--format", "ntriples", *AT],
    "infer --into": ["infer", "--dry-run", "--into", "{query}"],
    "diff": ["diff", str(BASE), "{store}"],
    "pull": ["pull", "{store}", "-o", "{folder}"],
    "push": ["push", "{store}", "--data", str(BASE), "--verify-only"],
}
"""Every command that asks a store, and reads only."""


@pytest.fixture(scope="module")
def store(run: Run) -> Iterator[OxigraphServer]:
    """A store with a small catalogue."""
    with oxigraph_server() as server:
        assert run("push", server.address, "--data", BASE).code == 0
        yield server


class Asking:
    """Runs a reading command against a store, with an environment that has no secret unless given."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder

    def __call__(self, command: str, address: str, *options: str | Path, **env: str) -> Outcome:
        places = {"query": f"{address}/query", "store": address, "folder": str(self.folder / "pulled")}
        words = [word.format(**places) if word.startswith("{") else word for word in READING[command]]
        environment = {"NETRC": os.devnull, "ALIGNGRAPH_PASSWORD": "", "ALIGNGRAPH_TOKEN": "", **env}
        told = self.run(*words, *options, env=environment)
        assert SECRET not in told.out + told.err
        assert TOKEN not in told.out + told.err
        return told


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Asking:
    return Asking(run, tmp_path)


def at(server: Server, scheme: str = "http") -> str:
    return f"{scheme}://localhost:{server.server_port}"


@pytest.mark.slow
@pytest.mark.parametrize("command", READING)
def test_every_command_says_who_asks_over_a_connection_it_has_checked(
    ask: Asking, store: OxigraphServer, authority: Authority, command: str
) -> None:
    with running(Gateway(store.address, basic), authority.context()) as server:
        address = at(server, "https")
        unknown = ask(command, as_user(address), ALIGNGRAPH_PASSWORD=SECRET)
        assert (unknown.code, server.requests) == (2, [])
        assert "no safe connection (TLS)" in unknown.err
        assert "Set ALIGNGRAPH_CA_FILE=FILE" in unknown.err
        trusted = {"ALIGNGRAPH_CA_FILE": str(authority.certificate)}
        nobody = ask(command, address, **trusted)
        assert nobody.code == 2
        assert "answered 401, it asks for a user name: write it into the address (http://NAME@…)" in nobody.err
        known = ask(command, as_user(address), ALIGNGRAPH_PASSWORD=SECRET, **trusted)
        assert known.code == 0, known
    if command != "pull":
        open_ = ask(command, store.address)
        assert (open_.code, open_.out) == (0, known.out)


@pytest.mark.slow
@pytest.mark.parametrize("command", slow_after(1, ["query", "sparql", "diff"]))
@pytest.mark.parametrize("scheme", [basic, digest, bearer])
def test_each_way_to_say_who_asks_works_for_reading(
    ask: Asking, store: OxigraphServer, scheme: Scheme, command: str
) -> None:
    with running(Gateway(store.address, scheme)) as server:
        address = at(server) if scheme is bearer else as_user(at(server))
        right = {"ALIGNGRAPH_TOKEN": TOKEN} if scheme is bearer else {"ALIGNGRAPH_PASSWORD": SECRET}
        assert ask(command, address, **right).code == 0
        wrong = ask(command, address, **dict.fromkeys(right, "another"))
        assert wrong.code == 2
        assert "does not accept the " in wrong.err
        assert "another" not in wrong.err


def test_a_long_query_is_asked_again_with_its_body(store: OxigraphServer, run: Run) -> None:
    with running(Gateway(store.address, digest)) as server:
        query = f"ASK {{ ?s a ag:Paper }} # {'x' * 3000}"
        environment = {"NETRC": os.devnull, "ALIGNGRAPH_PASSWORD": SECRET}
        told = run("sparql", query, "--data", f"{as_user(at(server))}/query", env=environment)
    assert (told.code, told.out.strip()) == (0, "true")
    assert [method for method, *_ in server.requests if method == "POST"] == ["POST", "POST"]


def test_netrc_is_read_for_its_host_only(ask: Asking, store: OxigraphServer, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine localhost login dba password {SECRET}\n")
    netrc.chmod(0o600)
    with running(Gateway(store.address, basic)) as server:
        assert ask("query", at(server), NETRC=str(netrc)).code == 0
        other = ask("query", at(server).replace("localhost", "127.0.0.1"), NETRC=str(netrc))
        assert other.code == 2
        assert "(http://NAME@…)" in other.err


@pytest.mark.parametrize("command", slow_after(1, ["query", "export", "diff"]))
@pytest.mark.parametrize("status", [302, 307])
def test_what_is_read_is_requested_from_nowhere_else(ask: Asking, command: str, status: int) -> None:
    with running(lambda handler: handler.reply(200)) as other:

        def answer(handler: Handler) -> None:
            if not basic(handler):
                handler.reply(status, Location=f"http://127.0.0.1:{other.server_port}/query")

        with running(answer) as server:
            told = ask(command, as_user(at(server)), ALIGNGRAPH_PASSWORD=SECRET)
    assert told.code == 2
    assert "which you did not name" in told.err
    assert other.requests == []


@pytest.mark.parametrize("command", ["query", "export", "diff", "pull"])
@pytest.mark.parametrize("address", ["http://dba:{}@localhost:1", "http://:{}@localhost:1"])
def test_a_password_in_an_address_is_refused_and_not_repeated(ask: Asking, command: str, address: str) -> None:
    told = ask(command, address.format(SECRET))
    assert told.code == 2
    assert "holds a password" in told.err


def test_one_password_is_not_for_two_stores(run: Run, store: OxigraphServer) -> None:
    with running(Gateway(store.address, basic)) as server:
        both = (store.address, at(server))
        for addresses, env in (
            (map(as_user, both), {"ALIGNGRAPH_PASSWORD": SECRET}),
            (both, {"ALIGNGRAPH_TOKEN": TOKEN}),
        ):
            told = run("diff", *addresses, env={"NETRC": os.devnull, **env})
            assert told.code == 2
            assert "are for one server, and these are two" in told.err
    assert server.requests == []


def on_terminal(words: list[str]) -> tuple[subprocess.Popen[bytes], int]:
    """Start *words* on a terminal of its own, with no secret in its environment."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "NETRC": os.devnull, "ALIGNGRAPH_PASSWORD": "", "ALIGNGRAPH_TOKEN": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "aligngraph", *words],
        stdin=follower, stdout=subprocess.DEVNULL, stderr=follower, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    return process, leader


@pytest.mark.parametrize(("command", "scheme"), [("query", basic), ("pull", basic), ("pull", digest)])
def test_on_a_terminal_the_password_is_asked_for_once_and_not_shown(
    store: OxigraphServer, tmp_path: Path, command: str, scheme: Scheme
) -> None:
    with running(Gateway(store.address, scheme)) as server:
        address = as_user(at(server))
        places = {"query": f"{address}/query", "store": address, "folder": str(tmp_path / "pulled")}
        process, leader = on_terminal([word.format(**places) if word[0] == "{" else word for word in READING[command]])
        shown = b""
        while b"Password of dba at localhost: " not in shown:
            shown += os.read(leader, 4096)
        os.write(leader, f"{SECRET}\n".encode())
        shown += shown_on(leader)
        assert process.wait(60) == 0, shown
    assert shown.count(b"Password of dba") == 1
    assert SECRET.encode() not in shown


@pytest.mark.parametrize("command", ["query", "pull", "diff", "push"])
def test_where_reading_is_open_no_password_is_asked_for(store: OxigraphServer, tmp_path: Path, command: str) -> None:
    address = as_user(store.address)
    places = {"query": f"{address}/query", "store": address, "folder": str(tmp_path / "pulled")}
    process, leader = on_terminal([word.format(**places) if word[0] == "{" else word for word in READING[command]])
    shown = shown_on(leader)
    assert process.wait(60) == 0, shown
    assert b"Password" not in shown


@pytest.mark.parametrize("command", ["query", "pull", "diff", "push"])
def test_without_a_terminal_open_reading_needs_no_password_and_closed_reading_says_how_to_give_it(
    store: OxigraphServer, tmp_path: Path, run: Run, command: str
) -> None:
    ask = Asking(run, tmp_path)
    assert ask(command, as_user(store.address)).code == 0
    with running(Gateway(store.address, basic)) as server:
        told = ask(command, as_user(at(server)), *(["--force"] if command == "pull" else []))
    assert told.code == 2
    assert "no password for dba: set ALIGNGRAPH_PASSWORD, add a line for localhost to ~/.netrc" in told.err
    assert "Traceback" not in told.err


def silent() -> socket.socket:
    """Listen, and never answer, as Oxigraph does to the beginning of TLS."""
    return socket.create_server(("127.0.0.1", 0))


@pytest.mark.parametrize("command", slow_after(1, ["query", "pull", "diff", "push"]))
@pytest.mark.parametrize("kind", slow_after(1, ["answers in plain text", "never answers"]))
def test_https_at_a_port_without_encryption_is_said(
    store: OxigraphServer, tmp_path: Path, run: Run, command: str, kind: str
) -> None:
    with contextlib.ExitStack() as stack:
        if kind == "never answers":
            port = stack.enter_context(silent()).getsockname()[1]
        else:
            port = stack.enter_context(running(Gateway(store.address, basic))).server_port
        told = Asking(run, tmp_path)(command, f"https://127.0.0.1:{port}", "--timeout", "60")
    assert told.code == 2
    assert f"https://127.0.0.1:{port}" in told.err
    assert "no safe connection (TLS): the server does not answer as one that encrypts." in told.err
    assert "write http:// in place of https://" in told.err
