"""``aligngraph mcp`` in a session with the protocol's own client."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from aligngraph.queries.stored import list_queries
from tests.conftest import ROOT, Run

# Only a process that has a session takes the time to import these.
if TYPE_CHECKING:
    from mcp.client.client import Client
    from mcp_types import CallToolResult

T = TypeVar("T")


def session(work: Callable[[Client], Awaitable[T]], *options: str) -> T:
    """Do *work* in a session with a server that was started with *options*."""
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def run() -> T:
        command = StdioServerParameters(command=sys.executable, args=["-m", "aligngraph", "mcp", *options])
        async with Client(stdio_client(command)) as client:
            return await work(client)

    return asyncio.run(run())


def said(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


def test_tools_are_the_stored_queries_with_typed_parameters() -> None:
    async def work(client: Client) -> Any:
        assert client.server_info is not None
        assert client.server_info.name == "aligngraph"
        return (await client.list_tools()).tools

    found = {tool.name: tool for tool in session(work)}
    queries = {query.name for query in list_queries() if not query.name.startswith("check-")}
    assert set(found) == queries | {"find", "show", "sparql"}
    schema = found["works-by-goal"].input_schema
    assert schema["additionalProperties"] is False
    assert "goal" in schema["properties"]
    assert all(tool.annotations is not None and tool.annotations.read_only_hint for tool in found.values())
    assert all(tool.title and tool.description for tool in found.values())


def test_an_assistant_asks() -> None:
    async def work(client: Client) -> list[CallToolResult]:
        calls: list[tuple[str, dict[str, Any]]] = [
            ("benchmarks-by-goal", {"goal": "human-values", "source": "listed"}),
            ("works-by-goal", {"goal": ["human values", "basic-values"], "page": 2}),
            ("show", {"words": "2305.18290"}),
            ("find", {"words": "rafailov"}),
            ("sparql", {"query": "SELECT (COUNT(*) AS ?n) { ?x a ag:Listing }"}),
            ("sparql", {"query": "ASK { ?x a ag:Listing }"}),
            (
                "sparql",
                {"query": "CONSTRUCT WHERE { <https://w3id.org/aligngraph/goal/human-values> skos:notation ?n }"},
            ),
        ]
        return [await client.call_tool(name, given) for name, given in calls]

    found = session(work, "--timeout", "60")
    assert not any(one.is_error for one in found)
    benchmarks, page, shown, names, count, truth, graph = map(said, found)
    assert "Rows in all: 12." in benchmarks
    assert "| " in benchmarks
    assert "page=3" in page or "More" not in page
    assert "Direct Preference Optimization" in shown
    assert "person:rafael-rafailov" in names
    assert count.split() == ["n", "179"]
    assert "true" in truth
    assert "notation" in graph


@pytest.mark.slow
def test_what_is_wrong_is_an_answer_and_the_session_goes_on() -> None:
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("works-by-goal", {"goal": "human valus"}, "human-values"),
        ("works-by-goal", {"gaol": "x"}, "no parameter 'gaol'"),
        ("show", {"words": "nothing of that name"}, "nothing in the catalogue"),
        ("show", {}, "takes 'words'"),
        ("sparql", {"query": "SELECT * { ?s ?p "}, "is not a whole triple pattern"),
        ("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}, "DELETE"),
        ("sparql", {"query": "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }"}, "SERVICE"),
        ("sparql", {"query": "SELECT * { ?s ?p ?o . ?t ?q ?r }"}, "longer than 1 MiB"),
        ("sparql", {"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"}, "stopped after 3 s"),
    ]

    async def work(client: Client) -> None:
        for name, given, words in wrong:
            result = await client.call_tool(name, given)
            assert result.is_error, (name, given)
            assert words in said(result), (name, given)
        result = await client.call_tool("sparql", {"query": "ASK {}"})
        assert "true" in said(result)

    session(work, "--timeout", "3")


@pytest.mark.slow
def test_the_file_of_servers_in_the_docs_starts_it() -> None:
    (block,) = re.findall(r"^```json\n(.*?)^```", (ROOT / "docs" / "mcp.md").read_text("utf-8"), re.M | re.S)
    (server,) = json.loads(block)["mcpServers"].values()
    program = Path(sys.executable).with_name("aligngraph")
    assert server["command"] == "/path/to/.venv/bin/aligngraph"

    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def work() -> list[str]:
        command = StdioServerParameters(command=str(program), args=server["args"])
        async with Client(stdio_client(command)) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert "works-by-goal" in asyncio.run(work())


@pytest.mark.slow
def test_a_name_of_several_things_lists_them() -> None:
    async def work(client: Client) -> CallToolResult:
        return await client.call_tool("show", {"words": "wang"})

    result = session(work)
    assert "may mean" in said(result)
    assert "person:" in said(result)


@pytest.mark.parametrize("option", [("--data", "nowhere"), ("--timeout", "soon")])
def test_what_can_not_start_says_why(run: Run, option: tuple[str, str]) -> None:
    outcome = run("mcp", *option)
    assert outcome.code == 2
    assert option[1] in outcome.err
