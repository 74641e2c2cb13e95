"""A client's connection: it is closed where a request does not come to its end in time, or where nobody takes the
answer, so that none is held open."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 1_000
"""Connections at a time."""
REQUEST_WITHIN = 15.0
"""Seconds from the first byte of a request, or from when a connection is made, to the last byte of it."""
TAKEN_WITHIN = 30.0
"""Seconds in which a client takes what waits to be sent to it, or LEAST_TAKEN of it."""
LEAST_TAKEN = 16 << 10


class Connection(H11Protocol):
    """A connection with limits on the time that a request takes to arrive, and an answer to be taken."""

    _late: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that it is told of all that waits
        self._watch()

    def pause_writing(self) -> None:
        """Wait until the client has taken what is sent."""
        super().pause_writing()
        self._expect()

    def resume_writing(self) -> None:
        """Go on."""
        self._expect_nothing()
        super().resume_writing()

    def _expect(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._untaken = self.loop.call_later(TAKEN_WITHIN, self._look, left)

    def _expect_nothing(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _look(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < LEAST_TAKEN:
            self.transport.abort()
        else:
            self._expect()

    def data_received(self, data: bytes) -> None:
        """Take what comes."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._stop()
        self._expect_nothing()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop()
        elif self._late is None and not self.transport.is_closing():
            # What comes drop by drop does not put the end off.
            self._late = self.loop.call_later(REQUEST_WITHIN, self.transport.close)

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def allow_connections() -> None:
    """Let this process hold as many connections open as there may be, where the system's own limit is lower."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        wanted = 2 * MOST
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            least = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (least, hard))
