"""``aligngraph serve`` and ``mcp`` over another endpoint that asks who they are."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import Run
from tests.support.gateway import SECRET, Gateway, basic
from tests.support.misbehaving import Server, running
from tests.support.servers import OxigraphServer, as_user
from tests.web.conftest import serve


@pytest.fixture(scope="module")
def guarded(catalogue_server: OxigraphServer) -> Iterator[str]:
    """The address of an endpoint with the catalogue, for those who know the password."""
    with running(Gateway(catalogue_server.address, basic)) as server:
        yield as_user(f"{address_of(server)}/query")


def address_of(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "mcp"])
def test_without_the_password_nothing_starts_and_the_error_says_how_to_give_it(
    run: Run, guarded: str, command: str
) -> None:
    options = ["--port", "0"] if command == "serve" else []
    told = run(command, "--data", guarded, *options, env={"NETRC": os.devnull})
    assert told.code == 2
    assert "no password for dba: set ALIGNGRAPH_PASSWORD" in told.err
    assert "Traceback" not in told.err


@pytest.mark.slow
def test_pages_and_stored_queries_are_answered_and_the_password_is_shown_nowhere(
    guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGNGRAPH_PASSWORD", SECRET)
    with contextlib.contextmanager(serve)("--timeout", "60", "--data", guarded) as served:
        page = requests.get(served / "work/rafailov2023-dpo.html", timeout=60)
        assert page.status_code == 200
        assert "Direct Preference Optimization" in page.text
        table = requests.get(served / "api/works-by-venue.csv?venue=ICML", timeout=60)
        assert "Whose Opinions Do Language Models Reflect?" in table.text
        asked = requests.get(served / "sparql", params={"query": "ASK {}"}, timeout=60)
        assert asked.status_code == 403
        for reply in (page, table, asked):
            assert SECRET not in reply.text + str(reply.headers)
            assert "dba@" not in reply.text
        # The list of processes is open to everybody on a machine.
        commands = [path.read_text() for path in Path("/proc").glob("[0-9]*/cmdline") if path.is_file()]
        assert any(guarded in command for command in commands)
        assert not any(SECRET in command for command in commands)


@pytest.mark.slow
def test_an_assistant_asks_the_endpoint(guarded: str) -> None:
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def work() -> str:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "aligngraph", "mcp", "--timeout", "60", "--data", guarded],
            env={**os.environ, "ALIGNGRAPH_PASSWORD": SECRET},
        )
        async with Client(stdio_client(command)) as client:
            return str((await client.call_tool("works-by-venue", {"venue": "ICML"})).content)

    said = asyncio.run(work())
    assert "Whose Opinions Do Language Models Reflect?" in said
    assert SECRET not in said
