"""The push, or the server, killed at many moments: no graph is left half-written unsaid, and a second run mends all."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aligngraph.namespaces import GRAPH
from aligngraph.remote import Remote
from aligngraph.verifying import STAGING
from conftest import Run
from servers import PROGRAM, free_port
from triplestores import VirtuosoServer, environment, virtuoso_server

MOMENTS = 10
GRAPHS = 12
TRIPLES = 500


class Server:
    """An Oxigraph with its data on disk, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.endpoint = f"{self.address}/query"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(PROGRAM), "serve", "--bind", f"127.0.0.1:{self.port}", "--location", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError("the server did not answer")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@pytest.fixture
def oxigraph(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "store")
    server.start()
    yield server
    server.kill()


def write_version(folder: Path, version: str) -> Path:
    """Write graphs that say which version they are of, in every triple."""
    data = folder / version
    data.mkdir()
    for graph in range(GRAPHS):
        lines = [f"<x:{graph}-{n}> <x:version> '{version}' .\n" for n in range(TRIPLES)]
        (data / f"g{graph:02}.ttl").write_text("".join(lines))
    return data


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    return write_version(tmp_path, "old"), write_version(tmp_path, "new")


def state(endpoint: str) -> dict[str, dict[str, int]]:
    """Return, for each graph, how many triples it has of each version."""
    found: dict[str, dict[str, int]] = {}
    rows = Remote(endpoint).select(
        "SELECT ?g ?v (COUNT(*) AS ?n) { GRAPH ?g { ?s <x:version> ?v } } GROUP BY ?g ?v ORDER BY ?g ?v"
    )
    for graph, version, count in rows:
        name = str(getattr(graph, "value", ""))
        found.setdefault(name, {})[str(getattr(version, "value", ""))] = int(getattr(count, "value", "0"))
    return {name: counts for name, counts in found.items() if not name.startswith(STAGING)}


WHOLE = ({"old": TRIPLES}, {"new": TRIPLES})


def begin(address: str, data: Path, *options: str, **env: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "aligngraph", "push", address, "--data", str(data), *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(**env))


def seconds_of(address: str, data: Path, *options: str, **env: str) -> tuple[float, float]:
    """Return when a push begins to write and when it ends to, from its start."""
    began = time.monotonic()
    process = begin(address, data, *options, **env)
    assert process.stderr is not None
    sent = process.stderr.readline()
    assert "were sent" in sent
    writing = time.monotonic() - began
    assert process.wait() == 0
    return 0.25, writing


def moments(first: float, last: float, count: int = MOMENTS) -> list[float]:
    return [first + (last - first) * place / (count - 1) for place in range(count)]


@pytest.mark.parametrize(
    ("options", "how"),
    [((), signal.SIGKILL), ((), signal.SIGTERM), (("--updates",), signal.SIGKILL)],
    ids=["protocol", "protocol, told to end", "updates"],
)
def test_a_push_killed_leaves_each_graph_old_or_new(
    oxigraph: Server, versions: tuple[Path, Path], options: tuple[str, ...], how: signal.Signals
) -> None:
    old, new = versions
    began, ended = seconds_of(oxigraph.address, old, *options)
    counts: set[int] = set()
    data = new
    for moment in moments(began, ended):
        process = begin(oxigraph.address, data, *options)
        time.sleep(moment)
        process.send_signal(how)
        _, said = process.communicate()
        found = state(oxigraph.endpoint)
        assert len(found) == GRAPHS
        assert all(counts_ in WHOLE for counts_ in found.values()), (moment, found)
        changed = sum(version == {data.name: TRIPLES} for version in found.values())
        counts.add(changed)
        if how != signal.SIGKILL and 0 < changed < GRAPHS and process.returncode != 0:
            assert process.returncode == 130
            assert f"of {GRAPHS} graphs were written" in said or "No other graph was written" in said
            assert "Running the same command again puts all right." in said
        again = begin(oxigraph.address, data, *options, "--prune")
        _, said = again.communicate()
        assert again.returncode == 0, said
        assert all(version == {data.name: TRIPLES} for version in state(oxigraph.endpoint).values())
        data = old if data is new else new
    assert counts - {0, GRAPHS}, "no kill came midway"


@pytest.mark.parametrize("options", [(), ("--updates",)], ids=["protocol", "updates"])
def test_a_server_killed_leaves_each_graph_old_or_new(
    oxigraph: Server, versions: tuple[Path, Path], options: tuple[str, ...]
) -> None:
    old, new = versions
    began, ended = seconds_of(oxigraph.address, old, *options)
    ended *= 0.9
    midway = 0
    data = new
    for moment in moments(began, ended):
        process = begin(oxigraph.address, data, *options)
        time.sleep(moment)
        oxigraph.kill()
        _, said = process.communicate()
        oxigraph.start()
        found = state(oxigraph.endpoint)
        assert all(version in WHOLE for version in found.values()), (moment, found)
        if process.returncode == 0:
            assert all(version == {data.name: TRIPLES} for version in found.values()), "done, and then lost"
        else:
            assert process.returncode == 2, said
        if f"of {GRAPHS} graphs were written" in said:
            midway += 1
            assert "is old or new as a whole" in said
        again = begin(oxigraph.address, data, *options, "--prune")
        _, said = again.communicate()
        assert again.returncode == 0, said
        assert all(version == {data.name: TRIPLES} for version in state(oxigraph.endpoint).values())
        data = old if data is new else new
    assert midway, "no kill came midway"


@pytest.fixture
def virtuoso(tmp_path: Path) -> Iterator[VirtuosoServer]:
    with virtuoso_server(tmp_path / "virtuoso", rows=1_000_000) as server:
        yield server


def test_a_virtuoso_killed_never_leaves_a_graph_half_written_unsaid(
    virtuoso: VirtuosoServer, versions: tuple[Path, Path], run: Run
) -> None:
    old, new = versions
    login = environment(**virtuoso.account)
    began, ended = seconds_of(virtuoso.address, old, "--user", "dba", **virtuoso.account)
    data = new
    for moment in moments(began + 0.3, ended, 10):
        process = begin(virtuoso.address, data, "--user", "dba", **virtuoso.account)
        time.sleep(moment)
        virtuoso.stop(kill=True)
        _, said = process.communicate()
        virtuoso.start()
        found = state(virtuoso.endpoint)
        broken = [name for name, version in found.items() if version not in WHOLE]
        if process.returncode == 0:
            assert all(version == {data.name: TRIPLES} for version in found.values()), "done, and then lost"
        else:
            assert process.returncode == 2, said
        # Only the graph that was being written may be in pieces, and it is named.
        assert all(f"<{name}> may be incomplete" in said for name in broken), (broken, said)
        if broken or len({str(version) for version in found.values()}) > 1:
            told = run("push", virtuoso.address, "--user", "dba", "--data", data, "--verify-only", env=login)
            assert told.code == 1
        again = run("push", virtuoso.address, "--user", "dba", "--data", data, env=login)
        assert again.code == 0, again
        assert all(version == {data.name: TRIPLES} for version in state(virtuoso.endpoint).values())
        data = old if data is new else new
    assert len(state(virtuoso.endpoint)) == GRAPHS
    assert GRAPH in next(iter(state(virtuoso.endpoint)))
