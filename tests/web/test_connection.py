"""A connection is given up where its client takes nothing, and kept where it is only slow."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from aligngraph.web import connection

SIZE = 32 << 20


async def _long(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % SIZE)]})
    for _ in range(SIZE >> 16):
        await send({"type": "http.response.body", "body": bytes(1 << 16), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@contextlib.contextmanager
def _served() -> Iterator[int]:
    """Serve an answer of SIZE bytes, and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(_long, http=connection.Connection, ws="none", lifespan="off", log_level="error")
        )
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)


def _read(client: socket.socket) -> int:
    found = 0
    with contextlib.suppress(ConnectionError):
        while block := client.recv(1 << 16):
            found += len(block)
    return found


def test_who_takes_nothing_loses_the_connection_and_who_is_slow_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TAKEN_WITHIN", 1.0)
    ask = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with _served() as port, socket.create_connection(("127.0.0.1", port), timeout=30) as idle:
        idle.sendall(ask)
        with socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
            slow.sendall(ask)
            taken = 0
            for _ in range(20):  # three times as long as who takes nothing may be there
                time.sleep(0.15)
                taken += len(slow.recv(1 << 20, socket.MSG_WAITALL))
            assert taken + _read(slow) > SIZE
        assert _read(idle) < SIZE
