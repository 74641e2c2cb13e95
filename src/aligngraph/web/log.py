"""What the server's log says of requests that end early: a line at most, whoever sends them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from starlette.requests import ClientDisconnect

from aligngraph.web.protocol import HttpError


def brief(record: logging.LogRecord) -> bool:
    """Filter *record*: of an answer that was broken off keep the reason without the traceback.

    Breaking the connection is how a client is told, and an exception how the server is. That a client left is no news.
    """
    error = record.exc_info[1] if record.exc_info else None
    for one in _chain(error):
        if isinstance(one, ClientDisconnect):
            return False
        if isinstance(one, HttpError):
            record.msg, record.args, record.exc_info = "An answer was broken off: %s", (str(one),), None
            return True
    return True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield *error*, what it was raised from, and what stands in its groups."""
    waiting = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
