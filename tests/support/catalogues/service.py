"""A local server that stands for a service: it holds to that service's limits, and can be told to misbehave."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit


class Asked(NamedTuple):
    """A request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """By their names in small letters."""
    body: bytes
    at: float
    """Seconds of a clock that only goes forward."""


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes = b""
    media: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


Fault = Callable[["Handler", Answer], None]
"""Writes something else than the answer that was due."""


def said(value: Any, status: int = 200, *headers: tuple[str, str], media: str = "application/json") -> Answer:
    """Return the answer with *value* as JSON."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), media, headers)


class Handler(BaseHTTPRequestHandler):
    """Hands a request to its service."""

    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            self.command,
            unquote(parts.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
            time.monotonic(),
        )
        # Who asks may hang up.
        with contextlib.suppress(ConnectionError):
            self.server.serve(self, asked)

    def send(self, answer: Answer, *, length: int | None = None) -> None:
        """Send *answer*; *length* is what is said of its length where that is a lie."""
        body = answer.body
        packed = len(body) > 200 and "gzip" in self.headers.get("Accept-Encoding", "")
        coded = any(name == "Content-Encoding" for name, _ in answer.headers)
        if packed and not coded and length is None:
            body = gzip.compress(body, mtime=0)
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.media)
        if body is not answer.body:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Service(ThreadingHTTPServer):
    """A service; a class below says what it answers, and what it allows."""

    daemon_threads = True
    name: str
    per_second: int | None = None
    """Requests in any second; more get what `refusal` returns."""
    at_once: int | None = None
    """Requests under way at the same time, likewise."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self._under_way = 0
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Be as new."""
        self.asked: list[Asked] = []
        self.refused = 0
        self.most_at_once = 0
        self.faults: list[Fault] = []
        """What goes wrong with the next requests, one each."""
        self.always: Fault | None = None
        """What goes wrong with every other one."""
        self.seconds = 0.0
        """How long an answer takes."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, asked: Asked) -> Answer:
        """Return what the service answers."""
        raise NotImplementedError

    def limits(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        """Return the headers that tell the limits."""
        del asked
        return ()

    def allowance(self, asked: Asked) -> tuple[int | None, int | None]:
        """Return how many requests a second, and at once, who asks so may send."""
        del asked
        return self.per_second, self.at_once

    def refusal(self) -> Answer:
        """Return what is answered to too many requests."""
        return Answer(429, b"Too Many Requests", "text/plain", (("Retry-After", "1"),))

    def serve(self, handler: Handler, asked: Asked) -> None:
        per_second, at_once = self.allowance(asked)
        with self._lock:
            self.asked.append(asked)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            recent = sum(asked.at - one.at < 1 for one in self.asked)
            too_many = (per_second is not None and recent > per_second) or (
                at_once is not None and self._under_way > at_once
            )
            self.refused += too_many
            fault = self.faults.pop(0) if self.faults and not too_many else self.always
        try:
            if too_many:
                answer, fault = self.refusal(), None
            else:
                time.sleep(self.seconds)
                answer = self.answer(asked)
                answer = answer._replace(headers=(*answer.headers, *self.limits(asked)))
        finally:
            # Before it is sent: who has it whole may ask again at once.
            with self._lock:
                self._under_way -= 1
        if fault is None:
            handler.send(answer)
        else:
            fault(handler, answer)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients who hang up."""


@contextlib.contextmanager
def serving(*services: Service) -> Iterator[None]:
    """Serve in threads of their own, and stop in the end."""
    threads = [threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True) for one in services]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for service in services:
            service.shutdown()
            service.server_close()
        for thread in threads:
            thread.join()


# What goes wrong


def status(code: int, body: bytes = b"", media: str = "text/plain", **headers: str) -> Fault:
    """Answer with *code*; in the names of headers an underscore stands for a hyphen."""
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda handler, _: handler.send(Answer(code, body, media, sent))


def page(code: int = 200) -> Fault:
    """Answer with a web page."""
    body = b"<!DOCTYPE html>\n<html><head><title>Too many requests</title></head><body>Please wait.</body></html>"
    return status(code, body, "text/html; charset=utf-8")


def cut(handler: Handler, answer: Answer) -> None:
    """Send half of the answer and close the connection."""
    handler.send(answer._replace(body=answer.body[: len(answer.body) // 2]), length=len(answer.body))
    handler.close_connection = True


def dropped(handler: Handler, answer: Answer) -> None:
    """Close the connection without a word."""
    del answer
    handler.close_connection = True


def slow(seconds: float) -> Fault:
    """Send a byte now and then, so that no single wait is long, for *seconds* at most."""

    def dribble(handler: Handler, answer: Answer) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Type", answer.media)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        for place in range(int(seconds / 0.05)):
            handler.wfile.write(answer.body[place : place + 1])
            handler.wfile.flush()
            time.sleep(0.05)
        handler.close_connection = True

    return dribble


def in_latin(handler: Handler, answer: Answer) -> None:
    """Send the answer in Latin-1, and say so."""
    body = answer.body.decode().encode("latin-1", "replace")
    handler.send(answer._replace(body=body, media="application/json; charset=ISO-8859-1"))


def said_to_be_latin(handler: Handler, answer: Answer) -> None:
    """Send the answer in UTF-8, and say that it is Latin-1."""
    handler.send(answer._replace(media="application/json; charset=ISO-8859-1"))


def moved(address: str, code: int = 302) -> Fault:
    """Redirect to *address*."""
    return status(code, Location=address)


def huge(megabytes: int) -> Fault:
    """Send so much."""

    def pour(handler: Handler, answer: Answer) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Type", answer.media)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        block = b" " * (1 << 20)
        for _ in range(megabytes):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
        handler.wfile.write(b"0\r\n\r\n")

    return pour


def bomb(megabytes: int) -> Fault:
    """Send little that unpacks to so much."""
    packed = gzip.compress(b" " * (megabytes << 20), mtime=0)
    return lambda handler, answer: handler.send(
        Answer(200, packed, answer.media, (("Content-Encoding", "gzip"),)), length=len(packed)
    )


def empty(handler: Handler, answer: Answer) -> None:
    """Send nothing with status 200."""
    handler.send(answer._replace(body=b""))
