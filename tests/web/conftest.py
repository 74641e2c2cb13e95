"""A real server, started as people start it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder


class Served:
    """A running ``aligngraph serve``."""

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        self.address = address
        self.process = process
        self.log: list[str] = []
        """The lines that it has written to standard error since it was ready."""

    def __truediv__(self, path: str) -> str:
        return self.address + path


def serve(*options: str | Path) -> Iterator[Served]:
    """Start a server with *options* at a free port, give it when it answers, and stop it."""
    command = [sys.executable, "-m", "aligngraph", "serve", "--port", "0", *map(str, options)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"at (http://127\.0\.0\.1:\d+/) ", line)
        assert found, line + process.stderr.read()
        served = Served(found[1], process)
        # A pipe that nobody reads would stop the server once it is full.
        reader = threading.Thread(target=lambda: served.log.extend(process.stderr or ()), daemon=True)
        reader.start()
        yield served
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """Serve the shipped catalogue, with time enough for a busy machine."""
    yield from serve("--timeout", "60")


@pytest.fixture(scope="module")
def strict() -> Iterator[Served]:
    """Serve a small catalogue so that a query may take 3 s and 600 MB."""
    data = data_folder() / "works" / "rafailov2023-dpo.ttl"
    yield from serve("--timeout", "3", "--max-memory", "600M", "--data", data)
