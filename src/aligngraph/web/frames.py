"""Messages between the front and a query process: a kind, a length, and the payload."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

HEADER = struct.Struct(">cI")
_BLOCK = 1 << 16
READY, ASK, HEAD, DATA, END, FAILED = b"R", b"Q", b"H", b"D", b"E", b"X"
"""Ready for a task; a task; status and headers of its answer; a piece of the body; its end; why there is no answer."""


def pack(kind: bytes, payload: bytes = b"") -> bytes:
    """Return one message."""
    return HEADER.pack(kind, len(payload)) + payload


def pack_json(kind: bytes, payload: object) -> bytes:
    """Return one message whose payload is *payload* as JSON."""
    return pack(kind, json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


class Channel:
    """The query process's end of the line."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._held = b""

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send a message; blocks while the front takes nothing.

        What does not end an answer may wait for what comes next, so that a short answer is sent at once.
        """
        self._send(kind, pack(kind, payload))

    def send_json(self, kind: bytes, payload: object) -> None:
        """Send a message with a JSON payload."""
        self._send(kind, pack_json(kind, payload))

    def _send(self, kind: bytes, message: bytes) -> None:
        self._held += message
        if kind not in (HEAD, DATA) or len(self._held) >= _BLOCK:
            message, self._held = self._held, b""
            self._connection.sendall(message)

    def receive(self) -> dict[str, Any] | None:
        """Return the next task, or None where the front is gone."""
        head = self._stream.read(HEADER.size)
        if len(head) < HEADER.size:
            return None
        _, length = HEADER.unpack(head)
        task: dict[str, Any] = json.loads(self._stream.read(length))
        return task
