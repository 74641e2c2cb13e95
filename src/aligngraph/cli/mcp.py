"""``aligngraph mcp``: the catalogue for assistants that speak the Model Context Protocol."""

from __future__ import annotations

import click

from aligngraph.cli.options import data_option, hand_on_access, no_inferred_option, service_limits
from aligngraph.errors import ArgumentError
from aligngraph.stores.location import Location


@click.command()
@service_limits("an answer")
@no_inferred_option
@data_option
def command(timeout: float, max_memory: int, no_inferred: bool, data: Location) -> None:
    """Answer an assistant over the Model Context Protocol, on standard input and output.

    The stored queries are its tools, each with typed parameters, beside find, show and read-only SPARQL. Assistants
    start this command themselves: docs/mcp.md says how to tell them. It needs the extra "mcp" of the package.

    \b
    Example:
      aligngraph mcp --data catalogue.store
    """
    import asyncio

    try:
        from aligngraph.web.tools import run
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "mcp_types"):
            raise
        raise ArgumentError("the package 'mcp' is not installed: pip install 'aligngraph[mcp]'.") from error
    from aligngraph.stores.open import open_catalogue

    open_catalogue(data, inferred=not no_inferred)
    hand_on_access(data)
    settings = {
        "locations": list(data.texts),
        "inferred": not no_inferred,
        "base": "https://w3id.org/aligngraph/",
        "memory": max_memory,
    }
    ready = f"Ready to answer about {data} on standard input and output."
    asyncio.run(run(settings, timeout, on_ready=lambda: click.echo(ready, err=True)))
