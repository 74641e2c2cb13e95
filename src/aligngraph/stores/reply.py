"""One answer of a store over HTTP: its status and headers, and its body, which must come whole and in time."""

from __future__ import annotations

import io
from time import monotonic
from typing import IO, TYPE_CHECKING

import requests
from urllib3.exceptions import HTTPError

from aligngraph.errors import RemoteError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER = 1 << 16
_TAIL = 1 << 12

_UNIONS = (
    ("oxigraph", ("union-default-graph", "")),
    ("fuseki", ("default-graph-uri", "urn:x-arq:UnionGraph")),
)
"""Stores whose default graph is not a union unless asked for: how they are recognised, what a request adds."""


class BrokenOffError(RemoteError):
    """An answer ended too early."""


class Deadline:
    """The moment up to which a store may take its time; none where *seconds* is 0."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = monotonic() + seconds if seconds else None

    def left(self) -> float | None:
        """Return the seconds still left, or None for any number."""
        return None if self._ends is None else self._ends - monotonic()

    def passed(self) -> bool:
        """Tell whether the time is up."""
        left = self.left()
        return left is not None and left <= 0


class Reply:
    """An answer that has begun: its status and headers, and its body to read."""

    def __init__(self, response: requests.Response, name: str, deadline: Deadline) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = response.headers
        self.content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self.most_rows = number_of(response.headers.get("X-SPARQL-MaxRows"))
        server = response.headers.get("Server", "").lower()
        self.from_virtuoso = "virtuoso" in server
        if "Fuseki-Request-Id" in response.headers:
            server = "fuseki"
        self.union = next((field for shown, field in _UNIONS if shown in server), None)
        """What a request tells this store so that its default graph is the union of all; None for others."""
        self.says_its_length = "Content-Length" in response.headers or bool(getattr(response.raw, "chunked", False))
        self._raw = _Body(response, name, deadline)
        self.body: IO[bytes] = io.BufferedReader(self._raw, _BUFFER)
        self.content = b""
        """What `read` has read."""

    def read(self, most: int) -> None:
        """Read the body into `content`: all, or a little more than *most* bytes. Raise RemoteError."""
        pieces, size = [], 0
        while size <= most and (piece := self.body.read(_BUFFER)):
            pieces.append(piece)
            size += len(piece)
        self.content = b"".join(pieces)
        if size > most:
            self.close()

    def finish(self) -> None:
        """Read what is left, to be sure that nothing is missing. Raise RemoteError where something is."""
        while self.body.read(_BUFFER):
            pass

    @property
    def tail(self) -> bytes:
        """The last of what has come, some thousand bytes."""
        return self._raw.tail

    def close(self) -> None:
        """Give the connection back."""
        self._response.close()


class _Body(io.RawIOBase):
    """The bytes of an answer; reading raises RemoteError where they stop too early."""

    def __init__(self, response: requests.Response, name: str, deadline: Deadline) -> None:
        super().__init__()
        self._raw = response.raw
        # What comes first, and not only when a whole buffer has come.
        self._read = getattr(self._raw, "read1", self._raw.read)
        self._length = number_of(response.headers.get("Content-Length"))
        self._name = name
        self._deadline = deadline
        self.tail = b""

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the beginning of *buffer*; return how much."""
        room = memoryview(buffer).cast("B")
        if self._deadline.passed():
            raise too_slow(self._name, self._deadline)
        try:
            block: bytes = self._read(len(room), decode_content=True)
        except (HTTPError, OSError, requests.RequestException) as error:
            if self._deadline.passed() or "timed out" in str(error).lower():
                raise too_slow(self._name, self._deadline) from error
            raise BrokenOffError(
                f"{self._name}: the answer broke off, so it is incomplete. Try again, or request less."
            ) from error
        if not block and self._length is not None and self._raw.tell() < self._length:
            raise BrokenOffError(
                f"{self._name}: the answer broke off after {self._raw.tell()} of {self._length} bytes. Try again, or "
                f"request less."
            )
        room[: len(block)] = block
        self.tail = (self.tail + block[-_TAIL:])[-_TAIL:]
        return len(block)


def too_slow(name: str, deadline: Deadline) -> RemoteError:
    """Return what to say where *name* has not answered by *deadline*."""
    return RemoteError(
        f"{name} did not answer in full within {deadline.seconds:g} s, the time limit. Ask for less, or allow more "
        "with --timeout SECONDS (0: no limit)."
    )


def number_of(text: str | None) -> int | None:
    """Return the whole number that a header says, None where it says none."""
    return int(text) if text is not None and text.strip().isascii() and text.strip().isdigit() else None
