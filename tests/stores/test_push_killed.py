"""The push, or the server, killed at many moments: no graph is left half-written unsaid, and a second run mends all.

Requests go through a hand between the two, which lets so many writes pass and then strikes: before the next one is
passed on, when half of it is, when all of it is, or when it is answered and the answer is not.
"""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.errors import RemoteError
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.stores.auth import Access
from aligngraph.stores.graphs import STAGING
from aligngraph.stores.products import PRODUCTS
from aligngraph.stores.push import Graph, Pusher, gather
from aligngraph.stores.triplestore import Triplestore, connect
from tests.conftest import Run
from tests.support.misbehaving import Handler, Server, running
from tests.support.servers import OxigraphServer, as_user, free_port, serving
from tests.support.triplestores import VirtuosoServer, environment, virtuoso_server

STAGES = ("before", "half", "sent", "answered")
NAMES = ("old", "new")
Moment = tuple[int, str]
"""How many writes pass, and at which stage of the next one the hand strikes; or so many ms after it was sent."""


def moments(writes: Sequence[int], stages: Sequence[str] = STAGES) -> list[Moment]:
    return [(number, stage) for number in writes for stage in stages]


@dataclass
class Hand:
    """Passes requests on to the store at *address*, and strikes in time."""

    address: str
    moment: Moment
    strike: Callable[[], None]
    writes: int = 0
    struck: threading.Event = field(default_factory=threading.Event)

    def __call__(self, handler: Handler) -> None:
        """Pass a request on, and its answer back."""
        if self.struck.is_set():
            hang_up(handler)
            return
        # Writes with a password come twice: at first the store only asks who it is.
        known = "Authorization" in handler.headers or not urlsplit(handler.path).path.endswith("-auth")
        is_write = handler.command != "GET" and not handler.query and known
        number, stage = self.moment
        strikes = is_write and self.writes == number
        self.writes += is_write
        if strikes and stage == "before":
            self._strike(handler)
            return
        there = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=240)
        there.putrequest(handler.command, handler.path, skip_host=True, skip_accept_encoding=True)
        for header, given in handler.headers.items():
            there.putheader(header, given)
        half = len(handler.body) // 2
        there.endheaders(handler.body[:half] or None)
        if strikes and stage == "half":
            self._strike(handler)
            there.close()
            return
        if handler.body[half:]:
            there.send(handler.body[half:])
        if strikes and (stage == "sent" or stage.endswith("ms")):
            if stage.endswith("ms"):
                time.sleep(int(stage.removesuffix(" ms")) / 1000)
            self._strike(handler)
            there.close()
            return
        answer = there.getresponse()
        body = answer.read()
        if strikes:
            self._strike(handler)
        else:
            headers = {name: value for name in ("WWW-Authenticate", "Server") if (value := answer.headers.get(name))}
            handler.reply(answer.status, body, answer.headers.get("Content-Type", ""), **headers)
        there.close()

    def _strike(self, handler: Handler) -> None:
        self.struck.set()
        self.strike()
        hang_up(handler)


def hang_up(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


class Versions:
    """Two versions of a catalogue, none of whose graphs is the same."""

    def __init__(self, folder: Path, files: dict[str, tuple[str, str]]) -> None:
        self.folders = (folder / "old", folder / "new")
        for number, path in enumerate(self.folders):
            for name, texts in files.items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_text(texts[number], encoding="utf-8")
        self.graphs = tuple(gather([path]) for path in self.folders)
        self.triples = tuple({graph.iri: set(graph.triples) for graph in graphs} for graphs in self.graphs)


def made(folder: Path, graphs: int, size: int) -> Versions:
    """Return *graphs* of *size* triples, each of which says which version it is of."""

    def text(graph: int, version: str) -> str:
        return "".join(f"<x:{graph}-{n}> <x:version> '{version}' .\n" for n in range(size))

    return Versions(folder, {f"g{graph:02}.ttl": (text(graph, "old"), text(graph, "new")) for graph in range(graphs)})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    return made(tmp_path_factory.mktemp("small"), 12, 200)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """Graphs that take a store some time to write."""
    return made(tmp_path_factory.mktemp("large"), 3, 4000)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """The works of the shipped catalogue, and the same with one more statement about everything."""
    files = {}
    for path in sorted((data_folder() / "works").rglob("*.ttl")):
        old = path.read_text(encoding="utf-8")
        new = "".join(
            f"{line} <x:new> true ;\n" if line.rstrip().endswith(";") else line for line in old.splitlines(True)
        )
        files[str(path.relative_to(data_folder()))] = (old, new)
    return Versions(tmp_path_factory.mktemp("shipped"), files)


class Store:
    """A real store that can be killed and started again."""

    flavour = ""
    user: str | None = None
    access = Access()
    address = ""

    def start(self) -> None:
        raise NotImplementedError

    def kill(self) -> None:
        raise NotImplementedError

    def means(self) -> tuple[Pusher, Triplestore]:
        """Return what writes to it and reads from it."""
        store = connect(self.address, access=self.access, seconds=60, product=self.flavour)
        return Pusher(store), store

    def put(self, graphs: Sequence[Graph]) -> None:
        """Write *graphs*, undisturbed, and delete what a push by updates left aside."""
        pusher, there = self.means()
        pusher.push(graphs)
        for name in there.counts():
            if name.startswith(STAGING):
                pusher.delete(name)

    def state(self, versions: Versions) -> list[str]:
        """Return which version each graph is of; where it is of none, '?' and its name."""
        _, there = self.means()
        counts = there.counts()
        found = []
        for name in versions.triples[0]:
            held = there.graph(name, counts.get(str(name), 0))
            whole = [version for version, triples in zip(NAMES, versions.triples, strict=True)
                     if held == triples[name]]  # fmt: skip
            found.append(whole[0] if whole else f"?{name}")
        return found


class Oxigraph(Store):
    flavour = "oxigraph"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._stack = ExitStack()
        self._server: OxigraphServer | None = None

    def start(self) -> None:
        self._server = self._stack.enter_context(serving(["serve", "--location", str(self.folder)], self.port))

    def kill(self) -> None:
        assert self._server is not None
        self._server.process.kill()
        self._stack.close()


class Virtuoso(Store):
    flavour = "virtuoso"
    user = "dba"

    def __init__(self, server: VirtuosoServer) -> None:
        self.server = server
        self.address = server.address
        self.access = Access("dba", server.account["ALIGNGRAPH_PASSWORD"])

    def start(self) -> None:
        self.server.start()

    def kill(self) -> None:
        self.server.stop(kill=True)


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Oxigraph(tmp_path_factory.mktemp("oxigraph"))
    store.start()
    yield store
    store.kill()


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with virtuoso_server(tmp_path_factory.mktemp("virtuoso") / "db", rows=10_000) as server:
        yield Virtuoso(server)


@pytest.fixture(params=["oxigraph", "virtuoso"])
def store(request: pytest.FixtureRequest) -> Store:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Store)
    return found


def disturbed(
    store: Store,
    data: Path,
    moment: Moment,
    options: Sequence[str],
    strike: Callable[[subprocess.Popen[str], Server], None],
) -> tuple[int, str]:
    """Push *data* through a hand that strikes at *moment*; return the exit code of the push, and what it said."""
    started: list[tuple[subprocess.Popen[str], Server]] = []
    hand = Hand(store.address, moment, lambda: strike(*started[0]))
    with running(hand) as server:
        address = as_user(f"http://127.0.0.1:{server.server_port}", store.user)
        command = [sys.executable, "-m", "aligngraph", "push", address, "--product", store.flavour, "--data", str(data)]
        command += ["--no-ontology", "--no-inferred"]
        env = environment(ALIGNGRAPH_PASSWORD=store.access.password or "")
        process = subprocess.Popen(
            [*command, *options], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=env
        )
        started.append((process, server))
        said = process.communicate(timeout=240)[1]
        assert hand.struck.wait(60), f"the push ended before: {said}"
    return process.returncode, said


@dataclass(frozen=True)
class Struck:
    """What a push that was disturbed left: how many graphs are written, of how many; and what it said."""

    written: int
    of: int
    code: int
    said: str


def strike_at(
    moments: Sequence[Moment],
    store: Store,
    versions: Versions,
    strike: Callable[[subprocess.Popen[str], Server], None],
    *options: str,
    restart: bool = False,
) -> Iterator[tuple[Moment, Struck]]:
    """Disturb pushes of one version over the other at *moments*: each graph is old or new; a second run mends it."""
    store.put(versions.graphs[1])
    for number, moment in enumerate(moments):
        version = number % 2
        code, said = disturbed(store, versions.folders[version], moment, options, strike)
        if restart:
            store.start()
        # Only the graph that was being written, in a store that says that it can't help it.
        said_so = {f"?{name}" for name in versions.triples[0] if f"<{name}> may be incomplete" in said}
        found = settled(store, versions, said_so)
        assert set(found) <= {*NAMES, *said_so}, (moment, found, said)
        yield moment, Struck(found.count(NAMES[version]), len(found), code, said)
        store.put(versions.graphs[version])
        assert set(store.state(versions)) == {NAMES[version]}


def settled(store: Store, versions: Versions, said_so: set[str]) -> list[str]:
    """Return the state of *store* once it is at rest.

    One that lives may still be at work on what it was sent last, and show a part of it, or change between the count
    and the reading of a graph, which the tool then says.
    """
    until = time.monotonic() + 120
    while True:
        try:
            found = store.state(versions)
        except RemoteError as error:
            if "It was changed meanwhile" not in str(error) or time.monotonic() > until:
                raise
        else:
            if set(found) <= {*NAMES, *said_so} or time.monotonic() > until:
                return found
        time.sleep(0.2)


def killed_push(store: Store, versions: Versions, moments: Sequence[Moment], *options: str) -> set[int]:
    """Kill the push at *moments*; return how many graphs were written each time."""
    struck = strike_at(moments, store, versions, lambda process, _: process.kill(), *options)
    return {left.written for _, left in struck}


def killed_store(store: Store, versions: Versions, moments: Sequence[Moment], *options: str) -> set[int]:
    """Kill *store* at *moments*; return how many graphs were written each time."""

    written = set()
    for (passed, _), left in strike_at(moments, store, versions, killer(store), *options, restart=True):
        assert left.code == 2, left
        assert (
            "is completely old or completely new" if PRODUCTS[store.flavour].whole else "may be incomplete"
        ) in left.said
        assert "Run the same command again to write all of them." in left.said
        if not options:
            assert left.written in (passed, passed + 1)
            assert f"{passed:,} of {left.of} graphs were written" in left.said or passed == 0
        written.add(left.written)
    return written


def killer(store: Store) -> Callable[[object, Server], None]:
    """Return what kills *store*."""

    def strike(_: object, server: Server) -> None:
        store.kill()
        # The hand goes, too: nobody is there any more, as when no hand is between.
        server.shutdown()
        server.socket.close()

    return strike


@pytest.mark.slow
def test_a_push_killed_leaves_each_graph_old_or_new(store: Store, small: Versions) -> None:
    assert killed_push(store, small, moments((0, 5, 11))) >= {0, 5, 11}


@pytest.mark.slow
def test_a_terminated_push_says_what_is_written(oxigraph: Store, small: Versions) -> None:
    def strike(process: subprocess.Popen[str], _: object) -> None:
        process.terminate()

    for (passed, _), left in strike_at(moments((4,)), oxigraph, small, strike):
        assert left.code == 130
        assert left.written in (passed, passed + 1)
        assert (
            f"{passed} of {left.of} graphs were written; <{GRAPH}g04> is completely old or completely new;" in left.said
        )
        assert "Run the same command again to write all of them." in left.said


@pytest.mark.slow
def test_a_push_by_updates_killed_leaves_each_graph_old_or_new(oxigraph: Store, small: Versions) -> None:
    # Four updates a graph: empty what is aside, fill it, put it in its place, empty it.
    assert killed_push(oxigraph, small, moments((20, 21, 22, 23), ("half", "sent")), "--graph-store", "none") <= {5, 6}


@pytest.mark.slow
def test_a_store_killed_leaves_each_graph_old_or_new(store: Store, small: Versions) -> None:
    chosen = moments((0, 11), ("sent",)) + moments((5,), ("half", "sent", "answered"))
    assert len(killed_store(store, small, chosen)) > 2


@pytest.mark.slow
def test_a_store_killed_amid_a_large_graph_leaves_it_old_or_new(oxigraph: Store, large: Versions) -> None:
    killed_store(oxigraph, large, [(1, f"{after} ms") for after in (10, 25, 40, 70)])


@pytest.mark.slow
@pytest.mark.parametrize("after", [10, 40])
def test_what_virtuoso_loses_when_it_is_killed_amid_a_large_graph_is_named_and_restored(
    run: Run, virtuoso: Store, large: Versions, after: int
) -> None:
    # It may lose what it was writing, and what it had said to be written: nobody can know which while it is away.
    virtuoso.put(large.graphs[0])
    code, said = disturbed(virtuoso, large.folders[1], (1, f"{after} ms"), [], killer(virtuoso))
    assert (code, "may be incomplete" in said) == (2, True), said
    assert "Run the same command again to write all of them." in said
    virtuoso.start()
    names = [str(name) for name in large.triples[1]]
    wrong = {name for name, found in zip(names, virtuoso.state(large), strict=True) if found != "new"}
    push = ["push", as_user(virtuoso.address, virtuoso.user), "--data", str(large.folders[1]), "--product", "virtuoso"]
    push += ["--no-ontology", "--no-inferred"]
    env = environment(ALIGNGRAPH_PASSWORD=virtuoso.access.password or "")
    told = run(*push, "--verify-only", env=env)
    assert told.code == (1 if wrong else 0), told
    assert {name for name in names if f"<{name}>" in told.out + told.err} == wrong
    assert not wrong or "Run the command again without --verify-only" in told.err
    assert run(*push, env=env).code == 0
    assert set(virtuoso.state(large)) == {"new"}


@pytest.mark.slow
def test_a_store_killed_during_updates_leaves_each_graph_old_or_new(oxigraph: Store, small: Versions) -> None:
    assert killed_store(oxigraph, small, moments((21, 22), ("half", "sent")), "--graph-store", "none") <= {5, 6}


@pytest.mark.slow
def test_with_the_shipped_works_it_is_the_same(store: Store, shipped: Versions) -> None:
    graphs = len(shipped.graphs[0])
    assert graphs > 120
    assert killed_push(store, shipped, [(graphs // 2, "sent")])
    assert killed_store(store, shipped, [(graphs - 2, "half")])
