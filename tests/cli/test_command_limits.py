"""``--timeout`` and ``--max-memory`` end a whole command that talks with a store, whatever it waits for."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.rdf.namespaces import GRAPH
from tests.conftest import Run
from tests.support.misbehaving import JSON, Handler, running

WORK = data_folder() / "works" / "rafailov2023-dpo.ttl"
COMMANDS = {
    "push": ["push", "{store}", "--product", "oxigraph", "--data", str(WORK)],
    "pull": ["pull", "{store}", "--product", "oxigraph", "-o", "{folder}"],
    "diff": ["diff", str(WORK), "{store}"],
    "infer": ["infer", "--into", "{store}", "--product", "oxigraph"],
    "validate": ["validate", "{store}"],
    "export": ["export", "--format", "nquads", "--data", "{store}"],
}


def drip(handler: Handler) -> None:
    """Send an answer so slowly that none of it ever takes long, and all of it takes hours: its headers, too."""
    with contextlib.suppress(OSError):
        handler.send_response(200)
        handler.flush_headers()
        for _ in range(600):
            handler.wfile.write(b"X-Drop: 1\r\n")
            handler.wfile.flush()
            time.sleep(0.1)


def swell(handler: Handler) -> None:
    """Send rows without end."""
    with contextlib.suppress(OSError):
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.end_headers()
        handler.wfile.write(b'{"head": {"vars": ["g", "n"]}, "results": {"bindings": [')
        row = b'{"g": {"type": "uri", "value": "%s%d"}, "n": {"type": "literal", "value": "1", "datatype": "%s"}},'
        integer = b"http://www.w3.org/2001/XMLSchema#integer"
        number = 0
        while True:
            rows = (row % (GRAPH.encode(), n, integer) for n in range(number, number + 1000))
            handler.wfile.write(b"".join(rows))
            number += 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_store_that_drips_ends_no_command_later_than_its_time_limit(run: Run, tmp_path: Path, name: str) -> None:
    with running(drip) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        words = [word.format(store=address, folder=tmp_path / "pulled") for word in COMMANDS[name]]
        began = time.monotonic()
        told = run(*words, "--timeout", "1")
    # The answer would take a minute.
    assert time.monotonic() - began < 40
    assert (told.code, told.out) == (2, "")
    assert "after 1 s, its time limit" in told.err or "within 1 s, the time limit" in told.err
    assert told.err.count("\n") == 1
    assert not (tmp_path / "pulled").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["push", "pull", "diff", "validate"])
def test_a_store_whose_answer_has_no_end_ends_a_command_at_its_memory_limit(
    run: Run, tmp_path: Path, name: str
) -> None:
    with running(swell) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        words = [word.format(store=address, folder=tmp_path / "pulled") for word in COMMANDS[name]]
        told = run(*words, "--max-memory", "90M", "--timeout", "300")
    assert (told.code, told.out) == (2, "")
    assert "stopped at 90 MiB of memory, its limit" in told.err


def test_a_push_that_is_ended_says_what_is_written(run: Run, tmp_path: Path) -> None:
    # The answer would take a minute; what comes before it, a second, or a few on a busy machine.
    with running(drip) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        (tmp_path / "own.ttl").write_text("<x:a> <x:b> <x:c> .")
        only: list[str | Path] = ["--no-ontology", "--no-inferred", "--data", tmp_path / "own.ttl"]
        told = run("push", address, "--product", "oxigraph", *only, "--timeout", "8")
    assert told.code == 2
    assert f"<{GRAPH}own> is completely old or completely new" in told.err
