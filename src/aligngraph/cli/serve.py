"""``aligngraph serve``: the catalogue as pages, data, an HTTP API and a SPARQL endpoint."""

from __future__ import annotations

import logging

import click

from aligngraph.cli.options import data_option, hand_on_access, no_inferred_option, service_limits
from aligngraph.errors import ArgumentError
from aligngraph.stores.location import Location

_MOST_PROCESSES = 8
"""SPARQL queries that run at once, however many processors there are: each may take its limit of memory."""


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on; 0.0.0.0 for all."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    metavar="PORT",
    help="Port; 0 for a free one.  [default: 8000]",
)
@click.option("--base-url", "base", metavar="URL", help="Public address of this server.  [default: http://HOST:PORT/]")
@service_limits("a query")
@no_inferred_option
@data_option
def command(
    host: str,
    port: int,
    base: str | None,
    timeout: float,
    max_memory: int,
    no_inferred: bool,
    data: Location,
) -> None:
    """Serve the catalogue: pages for browsers, data for programs, and a SPARQL endpoint at /sparql.

    The server only reads, and sends no requests of its own. It listens on this machine alone unless --host says
    otherwise. What it serves is the state of the data when it started. Ctrl-C stops it.

    \b
    Examples:
      aligngraph serve
      aligngraph serve --data catalogue.store --port 8080
    """
    import os
    import socket

    import uvicorn

    from aligngraph.stores.open import open_catalogue
    from aligngraph.web.app import Settings, application
    from aligngraph.web.connection import MOST, Connection, allow_connections
    from aligngraph.web.log import brief
    from aligngraph.web.version import version_of

    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ArgumentError(f"{host}, port {port}: can't listen there: {reason}. Name another with --port.") from error
    with listener:
        # What can't be opened is said here, and what has to be prepared is prepared once.
        open_catalogue(data, inferred=not no_inferred)
        hand_on_access(data)
        port = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        address = (base or f"http://{shown}:{port}").rstrip("/") + "/"
        processes = min(max(2, (os.cpu_count() or 2) // 2), _MOST_PROCESSES)
        settings = Settings(
            data.texts, not no_inferred, address, timeout, max_memory, processes, version=version_of(data),
            ad_hoc=data.endpoint is None,
        )  # fmt: skip
        allow_connections()
        log = logging.getLogger("uvicorn.error")
        log.setLevel(logging.WARNING)
        log.addFilter(brief)
        ready = f"Serving {data} at {address} (Ctrl-C stops it)"
        server = uvicorn.Server(
            uvicorn.Config(
                application(settings, on_ready=lambda: click.echo(ready, err=True)),
                log_level="warning",
                http=Connection,
                ws="none",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=5,
                limit_concurrency=MOST,
                h11_max_incomplete_event_size=64 << 10,
            )
        )
        server.run([listener])
