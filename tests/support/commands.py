"""Runs ``aligngraph`` as a process of its own, without starting Python and importing modules each time.

A process that has imported the modules waits for requests and forks a process for each. That gets the standard
streams, environment, folder and arguments of the request; from there all is as in ``python -m aligngraph``.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import pkgutil
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LATER = "rdflib rdflib.plugins.sparql pyshacl shacl owlrl requests".split()
"""What modules of aligngraph import only when they need it."""
SELDOM = ("aligngraph.__main__", "aligngraph.web", "aligngraph.cli.serve", "aligngraph.cli.site", "aligngraph.cli.mcp")
_LONGEST = 1 << 17
"""Bytes of the longest request: arguments and environment. A socket takes so much at once."""
_BLOCK = 1 << 16
_SET_PTRACER = 0x59616D61
"""PR_SET_PTRACER of prctl: where Yama is at work, only ancestors may follow a process that has not allowed others."""
_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_")
"""Beginnings of the names of variables that Python reads when it starts."""


class Done(NamedTuple):
    """What a command did: its exit code, negative where a signal ended it, and what it wrote."""

    code: int
    out: bytes
    err: bytes


class CommandServer:
    """The process that forks, and what sends it requests."""

    def __init__(self) -> None:
        self._environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
            )

    def close(self) -> None:
        """End the process."""
        self._socket.close()
        self._process.communicate(timeout=20)

    def can_run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
        """Return whether a forked process does the same as a new one: it is as large as this, and started as this."""
        fits = len(_request(arguments, environment, None)) < _LONGEST
        return fits and "--max-memory" not in arguments and _at_start(environment) == _at_start(self._environment)

    def run(
        self,
        arguments: Sequence[str],
        stdin: bytes,
        environment: Mapping[str, str],
        cwd: Path | None,
        timeout: float,
        tracer: Sequence[str | Path] = (),
    ) -> Done:
        """Run a command with *arguments*; kill it and raise `subprocess.TimeoutExpired` after *timeout* seconds.

        *tracer* is a command of strace, which follows it from before its first step.
        """
        request = _request(arguments, environment, cwd, bool(tracer))
        (their_in, own_in), (own_out, their_out), (own_err, their_err), (own_end, their_end) = (
            os.pipe() for _ in range(4)
        )
        theirs = (their_in, their_out, their_err, their_end)
        try:
            socket.send_fds(self._socket, [request], theirs)
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        process = os.read(own_end, _BLOCK) if tracer else b""
        with subprocess.Popen([*tracer, "-p", process]) if tracer else nullcontext():
            out, err, end = _exchange(own_in, stdin, (own_out, own_err, own_end), timeout)
        process, _, status = (process + end).partition(b" ")
        if not status:
            os.kill(int(process), 9)
            raise subprocess.TimeoutExpired(list(arguments), timeout, out, err)
        return Done(os.waitstatus_to_exitcode(int(status)), out, err)


def _request(arguments: Sequence[str], environment: Mapping[str, str], cwd: Path | None, traced: bool = False) -> bytes:
    return json.dumps([list(arguments), dict(environment), str(cwd or Path.cwd()), traced]).encode()


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}


def _exchange(target: int, text: bytes, sources: Sequence[int], timeout: float) -> list[bytes]:
    """Write *text* to *target* while reading each of *sources* to its end; close all, at once after *timeout*."""
    found: dict[int, list[bytes]] = {source: [] for source in sources}
    end = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for source in sources:
            selector.register(source, selectors.EVENT_READ)
        os.set_blocking(target, False)
        selector.register(target, selectors.EVENT_WRITE)
        while selector.get_map() and (left := end - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if key.fd == target:
                    try:
                        text = text[os.write(target, text) :] if text else b""
                    except BrokenPipeError:
                        text = b""
                    done = not text
                else:
                    block = os.read(key.fd, _BLOCK)
                    found[key.fd].append(block)
                    done = not block
                if done:
                    selector.unregister(key.fd)
                    os.close(key.fd)
        for descriptor in [key.fd for key in selector.get_map().values()]:
            os.close(descriptor)
    return [b"".join(blocks) for blocks in found.values()]


@contextmanager
def command_server() -> Iterator[CommandServer | None]:
    """Give a server, and end it; None where the system can't do what it takes."""
    if not hasattr(os, "pidfd_open"):
        yield None
        return
    server = CommandServer()
    try:
        yield server
    finally:
        server.close()


def _wait_for_request(requests: socket.socket) -> list[str]:
    """Return, in a process of its own, the arguments of a request; all else of it is in place. The server ends here."""
    running: dict[int, tuple[int, int]] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd in running:
                    process, end = running.pop(key.fd)
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    with suppress(BrokenPipeError):
                        os.write(end, b" %d" % os.waitpid(process, 0)[1])
                    os.close(end)
                    continue
                request, streams, _, _ = socket.recv_fds(requests, _LONGEST, 4)
                if not request:
                    sys.exit()
                process = os.fork()
                if not process:
                    break
                os.write(streams[3], b"%d" % process)
                for descriptor in streams[:3]:
                    os.close(descriptor)
                watched = os.pidfd_open(process)
                running[watched] = process, streams[3]
                selector.register(watched, selectors.EVENT_READ)
            else:
                continue
            break
    requests.close()
    for watched, (_, end) in running.items():
        os.close(watched)
        os.close(end)
    for number, descriptor in enumerate(streams[:3]):
        os.dup2(descriptor, number)
    for descriptor in streams:
        os.close(descriptor)
    arguments, environment, folder, traced = json.loads(request)
    if traced:
        _wait_for_tracer()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    return list(arguments)


def _wait_for_tracer() -> None:
    """Return when another process follows this one, which any may."""
    ctypes.CDLL(None).prctl(_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
    # Opened once: no call that a tracer counts may come after it has begun.
    with Path("/proc/self/status").open("rb", 0) as status:
        while b"\nTracerPid:\t0\n" in os.pread(status.fileno(), _BLOCK, 0):
            time.sleep(0.002)


def _own_modules() -> Iterator[str]:
    for module in pkgutil.walk_packages([str(ROOT / "src" / "aligngraph")], "aligngraph."):
        if not module.name.startswith(SELDOM):
            yield module.name


def _run() -> int:
    """Run the command line; return its exit code."""
    try:
        import_module("aligngraph.__main__").main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    for module in (*LATER, *_own_modules()):
        import_module(module)
    # What is there now stays, shared with the forked processes as long as nobody writes to it.
    gc.collect()
    gc.freeze()
    sys.argv[1:] = _wait_for_request(socket.socket(fileno=int(sys.argv[1])))
    sys.path[0] = ""  # as with -m, which is where a command stands
    code = _run()
    # As Python ends, but for taking all that was imported apart.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
