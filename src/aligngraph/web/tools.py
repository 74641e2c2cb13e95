"""The catalogue for assistants: stored queries as typed tools of the Model Context Protocol, over stdio.

The official package ``mcp`` speaks the protocol. Answers come from query processes under the same limits as those of
`aligngraph serve`, so nothing that an assistant asks can end the session.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations

from aligngraph._version import __version__
from aligngraph.queries.stored import ANY, Parameter, StoredQuery, list_queries
from aligngraph.web.pool import Lane
from aligngraph.web.protocol import HttpError, check_query

ROWS = 50
"""Rows of an answer that a tool gives at a time."""
_INSTRUCTIONS = """A catalogue of research on aligning language models: works, people, venues, artifacts (benchmarks,
datasets, models, algorithms), and a taxonomy of goals, approaches and methods, as one survey page lists them with what
the catalogue adds. Use find to learn what something is called, show for all that is known of one thing, and the tool
whose description fits for lists and counts; sparql for anything else. An empty answer says that the catalogue has no
such work, not that there is none."""
_READS_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_PAGE = {"type": "integer", "minimum": 1, "description": f"Which {ROWS} rows of the answer; the first without it."}
_SPARQL_FORMS = "SELECT, ASK, CONSTRUCT or DESCRIBE"


def _tool(name: str, title: str, description: str, properties: Mapping[str, Any], required: Sequence[str] = ()) -> Tool:
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
    return Tool(name=name, title=title, description=description, input_schema=schema, annotations=_READS_ONLY)


def offered() -> dict[str, StoredQuery]:
    """Return the stored queries that are tools: not checks, which are for curators, and not federated ones."""
    return {
        query.name: query for query in list_queries() if not query.is_federated and not query.name.startswith("check-")
    }


def tools() -> list[Tool]:
    """Return every tool."""
    words = {"type": "string", "description": "A name, identifier, IRI, or words of a title: 'dpo', '2305.18290'."}
    text = {"type": "string", "description": f"One query, {_SPARQL_FORMS}; the catalogue's prefixes are declared."}
    return [
        _tool(
            "find", "Find a thing", "What words may mean: things with their short names.", {"words": words}, ["words"]
        ),
        _tool("show", "Show a thing", "All that the catalogue knows of one thing.", {"words": words}, ["words"]),
        _tool(
            "sparql",
            "Ask SPARQL",
            "Any read-only SPARQL query over the catalogue. `terms` and `statements-about` tell what can be asked.",
            {"query": text},
            ["query"],
        ),
        *map(_of_query, offered().values()),
    ]


def _of_query(query: StoredQuery) -> Tool:
    properties = {parameter.name: _schema(parameter) for parameter in query.parameters} | {"page": _PAGE}
    return _tool(query.name, query.summary, query.description or query.summary, properties)


def _schema(parameter: Parameter) -> dict[str, Any]:
    if parameter.type in ("integer", "year"):
        item: dict[str, Any] = {"type": ["integer", "string"]}
    else:
        item = {"type": "string"}
    if parameter.type == "choice":
        item["enum"] = [*parameter.choices, ANY]
    shown = f" For example {parameter.example!r}." if parameter.example else ""
    default = "" if parameter.default == "UNDEF" else f" Without it {parameter.default}."
    return {
        "anyOf": [item, {"type": "array", "items": item}],
        "description": f"{parameter.text}. Several values: any of them.{shown}{default}",
    }


def task_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a query process has to do for the tool *name*. Raise HttpError where the arguments do not fit."""
    if name in ("find", "show"):
        words = given.get("words")
        if not isinstance(words, str) or set(given) != {"words"}:
            raise HttpError(400, f"{name} takes 'words', a text.")
        return {"kind": "text", "operation": name, "words": words}
    if name == "sparql":
        query = given.get("query")
        if not isinstance(query, str) or set(given) != {"query"}:
            raise HttpError(400, "sparql takes 'query', a text.")
        check_query(query)
        return {"kind": "sparql", "query": query, "default": (), "named": (), "accept": "text/csv, text/turtle"}
    if name not in offered():
        raise HttpError(404, f"there is no tool {name[:60]!r}.")
    pairs: list[tuple[str, str]] = []
    for key, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str | int) or isinstance(one, bool):
                raise HttpError(400, f"{name}: {key} takes texts or numbers.")
            pairs.append((key, str(one)))
    pages = [] if "page" in given else [("page", "1")]
    parameters = [*pairs, *pages, ("page_size", str(ROWS))]
    return {"kind": "api", "name": name, "media": "text/markdown", "accept": None, "parameters": parameters}


async def answer(lane: Lane, name: str, given: Mapping[str, Any]) -> str:
    """Return what the tool *name* says, as Markdown or CSV. Raise HttpError with what is wrong and what to do."""
    job = lane.submit(json.dumps(task_of(name, given)).encode())
    try:
        await job.begun()
        body = job.whole
        if body is None:
            raise HttpError(413, "the answer is longer than 1 MiB: ask for less, with LIMIT or fewer columns.")
        head = job.head
        assert head is not None
        return body.decode("utf-8") + _rest(head["headers"])
    finally:
        job.close()


def _rest(headers: Mapping[str, str]) -> str:
    total = headers.get("X-Total-Count")
    if total is None:
        return ""
    following = re.search(r"[?&]page=(\d+)[^>]*>; rel=\"next\"", headers.get("Link", ""))
    more = f" More with page={following[1]}." if following else ""
    return f"\nRows in all: {total}.{more}\n"


async def run(settings: Mapping[str, object], seconds: float, on_ready: Callable[[], None]) -> None:
    """Speak the protocol on standard input and output until the client ends it; *seconds* limits one call."""
    lane = Lane("tools", {**settings, "nice": 0}, processes=1, queue=32, seconds=seconds)

    async def list_tools(_context: Any, _parameters: Any) -> ListToolsResult:
        return ListToolsResult(tools=tools())

    async def call_tool(_context: Any, parameters: CallToolRequestParams) -> CallToolResult:
        try:
            text, failed = await answer(lane, parameters.name, parameters.arguments or {}), False
        except HttpError as error:
            text, failed = str(error), True
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=failed)

    server: Server[Any] = Server(
        "aligngraph",
        version=__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    await lane.start()
    try:
        async with stdio_server() as (reader, writer):
            on_ready()
            await server.run(reader, writer, server.create_initialization_options())
    finally:
        await lane.close()
