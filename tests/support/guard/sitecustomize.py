"""Keeps a process on this machine: what connects elsewhere, or looks another machine up, ends it with a message.

Python imports a module of this name as it starts, from PYTHONPATH; so commands that tests start are held too.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

CODE = 97
"""The exit code of a process that reached outside."""


def is_here(host: object) -> bool:
    """Return whether *host* is this machine."""
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return host in ("localhost", "")


def install(refuse: Callable[[str], None]) -> Callable[[], None]:
    """Have *refuse* called with what was tried; return what takes the guard away."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connected(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not is_here(address[0]):
            refuse(f"connected to {address[0]}")
        connect(self, address)

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host is not None and not is_here(host.decode() if isinstance(host, bytes) else host):
            refuse(f"looked up {host}")
        return look_up(host, *rest, **more)

    def taken_away() -> None:
        socket.socket.connect, socket.getaddrinfo = connect, look_up  # type: ignore[method-assign]

    socket.socket.connect, socket.getaddrinfo = connected, looked_up  # type: ignore[method-assign, assignment]
    return taken_away


def _end(what: str) -> None:
    sys.stderr.write(f"This process {what}, which is not this machine.\n")
    sys.stderr.flush()
    os._exit(CODE)


if os.environ.get("ALIGNGRAPH_TESTS_STAY_HERE"):
    install(_end)
