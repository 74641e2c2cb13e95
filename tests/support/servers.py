"""Real SPARQL servers for tests: Oxigraph's, from the PyPI package ``oxigraph``, on a free port of this machine."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
import requests

from aligngraph.sparql.backend import Embedded
from aligngraph.stores.open import open_files

PROGRAM = Path(sysconfig.get_path("scripts")) / ("oxigraph.exe" if sys.platform == "win32" else "oxigraph")
_READY_WITHIN = 120.0


class OxigraphServer:
    """A running server; its default graph is the union of all graphs unless started otherwise."""

    def __init__(self, address: str, process: subprocess.Popen[bytes]) -> None:
        self.address = address
        self.process = process

    @property
    def endpoint(self) -> str:
        """The address of its SPARQL endpoint."""
        return f"{self.address}/query"

    def load(self, quads: Sequence[ox.Quad]) -> None:
        """Add *quads*, each to its graph."""
        content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
        response = requests.post(
            f"{self.address}/store", data=content, headers={"Content-Type": "application/n-quads"}, timeout=60
        )
        response.raise_for_status()

    def count(self) -> int:
        """Return how many triples it holds."""
        response = requests.get(
            self.endpoint,
            params={"query": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"},
            headers={"Accept": "text/csv"},
            timeout=60,
        )
        response.raise_for_status()
        return int(response.text.split()[1])


def as_user(address: str, name: str | None = "dba") -> str:
    """Return *address* with the user *name* in it."""
    return address if name is None else address.replace("://", f"://{name}@", 1)


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def oxigraph_server(*options: str, union: bool = True) -> Iterator[OxigraphServer]:
    """Start an empty server, give it when it answers, and stop it in the end."""
    with serving(["serve", *options, *(["--union-default-graph"] if union else [])]) as server:
        yield server


@contextlib.contextmanager
def serving(words: Sequence[str], port: int | None = None, host: str = "127.0.0.1") -> Iterator[OxigraphServer]:
    """Run Oxigraph's command line with *words* as a server, at *port* or a free one, and stop it in the end."""
    assert PROGRAM.is_file(), f"{PROGRAM} is missing: pip install oxigraph (it is in the extra 'test')"
    port = port or free_port()
    command = [str(PROGRAM), *words, "--bind", f"{host}:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(host, port, process)
        yield OxigraphServer(f"http://{host}:{port}", process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(host: str, port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _READY_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended at once"
        with contextlib.suppress(OSError), socket.create_connection((host.strip("[]"), port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"the server did not answer within {_READY_WITHIN} s")


@pytest.fixture(scope="session")
def whole_catalogue() -> Embedded:
    """The shipped catalogue with what follows, embedded."""
    return open_files()


@pytest.fixture(scope="session")
def catalogue_server(whole_catalogue: Embedded) -> Iterator[OxigraphServer]:
    """A real server that holds the shipped catalogue with what follows; for reading only."""
    with oxigraph_server() as server:
        server.load(list(whole_catalogue.store))
        yield server
