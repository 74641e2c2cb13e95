"""A query process: it holds the catalogue open and answers one task after the other until it is stopped.

The engine can't be interrupted, and a query can end its process. So each runs in a process of its own, apart from the
one that talks to clients, which kills it where a limit is reached (see `aligngraph.web.pool`).
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import socket
import sys
import threading
import traceback
from itertools import chain
from typing import TYPE_CHECKING, Any

from aligngraph.errors import AligngraphError
from aligngraph.web.frames import DATA, END, FAILED, HEAD, READY, Channel
from aligngraph.web.protocol import HttpError

if TYPE_CHECKING:
    from aligngraph.web.site import Site

_BLOCK = 1 << 16


class Output(io.RawIOBase):
    """Where an answer's body is written: it goes to the front in pieces."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._held = bytearray()

    def writable(self) -> bool:
        """Tell that this can be written to."""
        return True

    def write(self, block: object) -> int:
        """Take *block*, bytes; send what makes a piece."""
        data = bytes(block)  # type: ignore[call-overload]
        self._held += data
        if len(self._held) >= _BLOCK:
            self.send()
        return len(data)

    def send(self) -> None:
        """Send what is held."""
        if self._held:
            self._channel.send(DATA, bytes(self._held))
            self._held.clear()


def run(channel: Channel, settings: dict[str, object]) -> None:
    """Open the catalogue that *settings* name, and answer tasks until the front is gone."""
    from aligngraph.web.site import Site

    site = Site(settings)
    gc.freeze()  # what is loaded by now stays
    channel.send(READY)
    if settings.get("prepare"):
        # Beside the tasks, so that who asks meanwhile is answered at once.
        threading.Thread(target=_prepare, args=[site, bool(settings.get("ahead"))], daemon=True).start()
    while (task := channel.receive()) is not None:
        _answer(site, channel, task)


def _prepare(site: Site, ahead: bool) -> None:
    """Make ready what pages need before anybody asks for one; with *ahead* the pages that take long, too."""
    for step in chain(site.preparations(), site.ahead() if ahead else ()):
        with contextlib.suppress(Exception):  # who asks for it is told
            step()
    # What is ready stays, so the collector need not go through it time and again.
    gc.collect()
    gc.freeze()


def _answer(site: Site, channel: Channel, task: dict[str, Any]) -> None:
    output = Output(channel)
    try:
        answer = site.answer(task)
        channel.send_json(HEAD, {"status": answer.status, "headers": answer.headers})
        answer.write(output)
        output.send()
        channel.send(END)
    except HttpError as error:
        channel.send_json(FAILED, {"status": error.status, "message": str(error), "headers": error.headers})
    except AligngraphError as error:
        channel.send_json(FAILED, {"status": 400, "message": str(error), "headers": {}})
    except MemoryError:
        raise  # a process at its limit is replaced
    except Exception:
        # A fault of the program, not of the question: whoever runs the server finds it in the log.
        traceback.print_exc()
        message = "something went wrong in this server, and its log says what. Please report it."
        channel.send_json(FAILED, {"status": 500, "message": message, "headers": {}})


def main() -> None:
    """Run as a process of its own: the number of an open socket, and the settings as JSON, are the arguments."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the front's to handle
    settings = json.loads(sys.argv[2])
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if settings["memory"]:
            resource.setrlimit(resource.RLIMIT_DATA, (settings["memory"], settings["memory"]))
    os.nice(settings["nice"])
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        run(channel, settings)


if __name__ == "__main__":
    main()
