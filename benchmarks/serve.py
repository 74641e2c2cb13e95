"""What a request to `aligngraph serve` costs, beside `oxigraph serve-read-only` over the same store in the same run.

    python benchmarks/serve.py                  # processor time of each request, start-up, memory
    python benchmarks/serve.py --soak 100000    # mixed requests, with the memory of the server on the way

Processor time is that of the server's whole tree of processes, as the system counts it, so other work on the machine
shows little. Each request of SPARQL differs by a comment, since the server keeps finished answers.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import http.client
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

from aligngraph.queries.binding import bind
from aligngraph.queries.stored import find_query
from aligngraph.stores.open import open_files

HERE = Path(__file__).resolve().parent
TOOLS = Path(sys.executable).parent
TICKS = os.sysconf("SC_CLK_TCK")
JSON = "application/sparql-results+json"
ROUNDS = 7
WHOLE = "SELECT ?s ?p ?o { ?s ?p ?o }"


class Server(NamedTuple):
    """A running server."""

    name: str
    process: subprocess.Popen[str]
    port: int
    started: float
    """Seconds from the start of the process to its first answer."""

    def tree(self) -> list[int]:
        """Return the process identifiers of the server and what it started."""
        found = [self.process.pid]
        for pid in found:
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    found += map(int, (task / "children").read_text().split())
        return found

    def cpu(self) -> float:
        """Return the seconds of processor time that the tree has taken; of ended processes what their parents know."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += sum(map(int, fields[11:15]))
        return total / TICKS

    def memory(self) -> int:
        """Return the bytes of memory of the tree, what is shared counted once."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
                total += int(found[1]) * 1024 if found else 0
        return total


class Request(NamedTuple):
    """A kind of request, and what makes the path and headers of the one of a number."""

    name: str
    path: Callable[[int], str]
    accept: str
    at_oxigraph: bool = True


def _sparql(text: str, endpoint: str) -> Callable[[int], str]:
    return lambda number: f"/{endpoint}?{urlencode({'query': f'{text} # {number}'})}"


def requests_of(endpoint: str) -> list[Request]:
    """Return the kinds of requests, at the path *endpoint* for SPARQL."""
    stored = bind(find_query("works-by-goal"), {"goal": ["human-values"]}, open_files())
    goals = ("human-instructions", "human-preferences", "human-values", "basic-values")
    return [
        Request("ASK {}", _sparql("ASK {}", endpoint), JSON),
        Request("a stored query, as SPARQL", _sparql(stored, endpoint), JSON),
        Request("the whole catalogue as JSON", _sparql(WHOLE, endpoint), JSON),
        Request("a stored query, again", lambda _: f"/api/works-by-goal.json?goal={goals[2]}", "*/*", False),
        Request("the page of a work", lambda number: f"/work/rafailov2023-dpo.html?{number}", "text/html", False),
        Request("the data of a work", lambda number: f"/work/rafailov2023-dpo.ttl?{number}", "text/turtle", False),
    ]


@contextlib.contextmanager
def running(name: str, argv: Sequence[str], port: int) -> Iterator[Server]:
    """Run a server until the end of the block."""
    began = time.perf_counter()
    process = subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, preexec_fn=_end_with_parent
    )
    try:
        while True:
            try:
                ask(http.client.HTTPConnection("127.0.0.1", port, timeout=10), "/", "*/*")
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - began > 120:
                    raise
                time.sleep(0.01)
        server = Server(name, process, port, time.perf_counter() - began)
        settle(server)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _end_with_parent() -> None:
    """Let this process be asked to end when its parent does, however that comes about (Linux; see prctl(2))."""
    set_death_signal = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def settle(server: Server) -> None:
    """Wait until *server* does nothing any more: ours makes pages ready in the seconds after its start."""
    before = -1.0
    while server.cpu() > before:
        before = server.cpu()
        time.sleep(1)


def ask(connection: http.client.HTTPConnection, path: str, accept: str) -> tuple[int, int]:
    """Return the status of a GET and the bytes of its answer."""
    connection.request("GET", path, headers={"Accept": accept})
    reply = connection.getresponse()
    length = 0
    while block := reply.read(1 << 16):
        length += len(block)
    return reply.status, length


def costs(pairs: Sequence[tuple[Server, Request]], count: int) -> list[list[float]]:
    """Return the milliseconds of processor time of one request, for each of *pairs*, in ROUNDS rounds of *count*.

    The servers take turns, so that what else the machine does is as bad for one as for the other.
    """
    connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=120) for server, _ in pairs]
    rounds: list[list[float]] = [[] for _ in pairs]
    number = 0
    for _ in range(ROUNDS + 1):
        for place, (server, request) in enumerate(pairs):
            before = server.cpu()
            for _ in range(count):
                number += 1
                status, length = ask(connections[place], request.path(number), request.accept)
                assert status == 200, (server.name, request.name, status)
                assert length
            rounds[place].append(1000 * (server.cpu() - before) / count)
    return [one[1:] for one in rounds]  # the first warms up


def soak(server: Server, requests: Sequence[Request], count: int) -> None:
    """Send *count* mixed requests, and print the memory of the server after each tenth of them."""
    draw = random.Random(11)
    kinds = [request for request in requests if "whole" not in request.name]
    odd = ("/sparql?query=SELECT", "/nothing/here", "/work/no-such.ttl", "/api/none.csv", "/search?q=" + quote("价值"))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    failed = 0
    for number in range(1, count + 1):
        path, accept = (draw.choice(odd), "*/*") if draw.random() < 0.1 else ("", "*/*")
        if not path:
            kind = draw.choice(kinds)
            path, accept = kind.path(draw.randrange(2000)), kind.accept
        status, _ = ask(connection, path, accept)
        failed += status >= 500
        if number % max(count // 10, 1) == 0:
            print(f"{number:>8,} requests  {server.memory() / 1e6:6.0f} MB  {failed} with status 5xx", flush=True)


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soak", type=int, default=0, metavar="COUNT", help="send COUNT mixed requests")
    arguments = parser.parse_args()
    # Whoever ends the benchmark ends its servers, and their store is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    port, other = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "store")
        subprocess.run([str(TOOLS / "aligngraph"), "load", store], check=True, capture_output=True)
        ours = [str(TOOLS / "aligngraph"), "serve", "--data", store, "--port", str(port), "--timeout", "120"]
        theirs = [str(TOOLS / "oxigraph"), "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{other}",
                  "--union-default-graph"]  # fmt: skip
        with running("aligngraph serve", ours, port) as first:
            requests = requests_of("sparql")
            if arguments.soak:
                soak(first, requests, arguments.soak)
                return
            with running("oxigraph serve-read-only", theirs, other) as second:
                compare(first, second, requests)


def compare(first: Server, second: Server, requests: Sequence[Request]) -> None:
    """Print what each request costs at both servers, and their start-up and memory."""
    print("| processor time of a request | aligngraph serve | oxigraph serve-read-only | ratio |\n|---|---:|---:|---:|")
    others = {request.name: request for request in requests_of("query")}
    for request in requests:
        count = 2 if "whole" in request.name else 60 if "stored" in request.name else 200
        if not request.at_oxigraph:
            (found,) = costs([(first, request)], count)
            print(f"| {request.name} | {statistics.median(found):.2f} ms | | |", flush=True)
            continue
        mine, theirs = costs([(first, request), (second, others[request.name])], count)
        ratio = statistics.median(one / other for one, other in zip(mine, theirs, strict=True) if other)
        one, other = statistics.median(mine), statistics.median(theirs)
        print(f"| {request.name} | {one:.2f} ms | {other:.2f} ms | {ratio:.2f} |", flush=True)
    print(f"| start to first answer | {first.started:.2f} s | {second.started:.2f} s | |")
    print(f"| memory afterwards | {first.memory() / 1e6:.0f} MB | {second.memory() / 1e6:.0f} MB | |")


if __name__ == "__main__":
    main()
