"""Query processes in lanes: bounded queues, limits of time, and a warm spare for each that had to be killed.

What a process sends is taken as it arrives, by callbacks, so that a short answer wakes its request once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any, cast

from aligngraph.web.frames import ASK, DATA, END, FAILED, HEAD, HEADER, READY, pack
from aligngraph.web.protocol import HttpError

HELD = 1 << 20
"""Bytes of an answer that are awaited before its status is sent: a failure till then has its status."""
_IN_MEMORY = 1 << 20
_MOST_SPOOLED = 64 << 20
"""Bytes that are spooled for a client who reads more slowly than the engine answers."""
_BLOCK = 1 << 16
_READY_WITHIN = 60.0
_AGAIN_AFTER = 5.0
"""Seconds from when a process did not start to the next try."""
_TASKS_OF_ONE = 2_000
"""Tasks after which a process makes way for a new one, so that no leak grows for ever."""


class Process(asyncio.Protocol):
    """One query process, as the front sees it."""

    def __init__(self) -> None:
        self.tasks = 0
        self.is_first = False
        """Whether it is the first of its lane, which makes more ready than the others."""
        self.job: Job | None = None
        self.on_free: Callable[[Process, bool], None] = lambda _process, _again: None
        """Called with whether it may do another task, when one ended and when the process ended."""
        self._held = b""
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    async def start(cls, settings: Mapping[str, object]) -> Process:
        """Start a process and wait until it has the catalogue open. Raise HttpError where it does not come up."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "aligngraph.web.worker", str(theirs.fileno()), json.dumps(settings),
                pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        _, found = await asyncio.get_running_loop().create_connection(cls, sock=ours)
        found._process = process
        try:
            await asyncio.wait_for(found._ready, _READY_WITHIN)
        except (TimeoutError, ConnectionError) as error:
            await found.kill()
            raise HttpError(503, "a query process did not start: see the server's log.", Retry_After="5") from error
        return found

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the process has ended."""
        if not self._ready.done():
            self._ready.set_exception(ConnectionResetError())
            self._ready.exception()  # who started it may have given up
        job, self.job = self.job, None
        if job is not None:
            message = "the query was stopped: it took more memory than this server allows, or is nested too deeply."
            job.fail(HttpError(503, message))
        self.on_free(self, False)

    def data_received(self, data: bytes) -> None:
        """Take what the process sends: messages, or pieces of them."""
        if self._held:
            data = self._held + data
        place = 0
        while len(data) - place >= HEADER.size:
            kind, length = HEADER.unpack_from(data, place)
            end = place + HEADER.size + length
            if end > len(data):
                break
            self._take(kind, data[place + HEADER.size : end])
            place = end
        self._held = data[place:]

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == READY:
            if not self._ready.done():
                self._ready.set_result(None)
        elif self.job is not None:
            self.job.take(kind, payload)
            if self.job.done:
                self.job = None
                self.on_free(self, True)

    def ask(self, job: Job) -> None:
        """Let the process do *job*."""
        assert self._transport is not None
        self.tasks += 1
        self.job = job
        self._transport.write(pack(ASK, job.task))

    def flow(self, *, on: bool) -> None:
        """Take what the process sends, or let it wait until it may send more."""
        assert self._transport is not None
        if not self._transport.is_closing():
            (self._transport.resume_reading if on else self._transport.pause_reading)()

    async def kill(self) -> None:
        """End the process now."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._transport is not None:
            self._transport.abort()
        await self._process.wait()


class Job:
    """One task at work: its answer is read into a spool as it comes, whether or not the client is ready for it."""

    def __init__(self, lane: Lane, task: bytes) -> None:
        self.head: dict[str, Any] | None = None
        self.failure: HttpError | None = None
        self.done = False
        self.task = task
        self.process: Process | None = None
        self._lane = lane
        self._late: asyncio.TimerHandle | None = None
        self._paused = False
        self._spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by `close`
        self._written = self._read = 0
        self._waiter: asyncio.Future[bool] | None = None

    def start(self, process: Process, seconds: float) -> None:
        """Let *process* do it within *seconds* (0: any time)."""
        self.process = process
        process.ask(self)
        if seconds:
            message = f"stopped after {seconds:g} s, the time limit of this server. Ask for less."
            late = HttpError(503, message, Retry_After="10")
            self._late = asyncio.get_running_loop().call_later(seconds, self._stop, late)

    def _stop(self, failure: HttpError | None = None) -> None:
        """End it before its time, and with it the process, which can't be interrupted."""
        process, self.process = self.process, None
        if self.done:
            return
        self.fail(failure)
        if process is not None:
            process.job = None
            process.on_free(process, False)

    def take(self, kind: bytes, payload: bytes) -> None:
        """Take a message of the process that works at it."""
        if kind == DATA:
            self._spool.seek(self._written)
            self._spool.write(payload)
            self._written += len(payload)
            if self._written - self._read >= _MOST_SPOOLED and not self._paused and self.process is not None:
                # Reading stops where far more is spooled than was taken; the time limit goes on.
                self._paused = True
                self.process.flow(on=False)
            if self._written > HELD:
                self._wake()
        elif kind == HEAD:
            self.head = json.loads(payload)
        elif kind == END:
            self._end()
        elif kind == FAILED:
            said = json.loads(payload)
            headers = {name.replace("-", "_"): value for name, value in said["headers"].items()}
            self.fail(HttpError(said["status"], said["message"], **headers))

    def fail(self, failure: HttpError | None) -> None:
        """End it without an answer."""
        self.failure = failure
        self._end()

    def _end(self) -> None:
        self.done = True
        if self._late is not None:
            self._late.cancel()
            self._late = None
        process, self.process = self.process, None
        if self._paused and process is not None:
            process.flow(on=True)
        self._wake()

    def _wake(self, news: bool = True) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(news)

    async def _news(self, within: float | None) -> bool:
        """Wait for something new; return whether it came *within* so many seconds."""
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(within, self._wake, False) if within else None
        try:
            return await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    async def begun(self, within: float | None = None) -> bool:
        """Wait until all of the answer is there, or so much that it must begin; return whether it is *within* seconds.

        Raise HttpError where it failed.
        """
        while not self.done and self._written <= HELD:
            if not await self._news(within):
                return False
        if self.failure is not None:
            raise self.failure
        return True

    @property
    def whole(self) -> bytes | None:
        """The body, where all of it is there and it is small; else None."""
        if not self.done or self.failure is not None or self._written > HELD:
            return None
        self._spool.seek(0)
        return self._spool.read()

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes. Raise HttpError where it breaks off, which has to break the connection."""
        while True:
            while self._read == self._written and not self.done:
                await self._news(None)
            if self._read == self._written:
                if self.failure is not None:
                    raise self.failure
                return
            self._spool.seek(self._read)
            block = self._spool.read(min(_BLOCK, self._written - self._read))
            self._read += len(block)
            if self._paused and self._written - self._read < _MOST_SPOOLED // 2 and self.process is not None:
                self._paused = False
                self.process.flow(on=True)
            yield block
            await asyncio.sleep(0)  # a connection that was cut is noticed, and others are answered

    def close(self) -> None:
        """Give it up, where it is not done, and its spool."""
        self._lane.forget(self)
        self._stop()
        self._spool.close()


class Lane:
    """Processes for one kind of task, and the queue before them."""

    def __init__(
        self, name: str, settings: Mapping[str, object], *, processes: int, queue: int, seconds: float
    ) -> None:
        """Let *processes* work at once and *queue* tasks wait; each may take *seconds* (0: any time)."""
        self.name = name
        self._settings = settings
        # What the first process makes before it is asked for, the front keeps once somebody asked: others need not.
        self._later_settings = {**settings, "ahead": False}
        self._count = processes
        self._most_waiting = queue
        self._seconds = seconds
        # The one that worked last works next: what it has just read is still in the caches of the processor.
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._waiting: deque[Job] = deque()
        self._background: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the processes, and a spare."""
        await asyncio.gather(self._add(), *(self._add(self._later_settings) for _ in range(self._count)))
        self._idle.sort(key=lambda process: process.is_first)  # the last one works next

    async def _add(self, settings: Mapping[str, object] | None = None) -> None:
        process = await Process.start(settings or self._settings)
        process.is_first = settings is None
        process.on_free = self._freed
        self._idle.append(process)
        self._next()

    async def _replace(self) -> None:
        while not self._closed:
            try:
                await self._add(self._later_settings)
                break
            except HttpError:  # the log has the reason
                await asyncio.sleep(_AGAIN_AFTER)

    def submit(self, task: bytes) -> Job:
        """Return *task*, which is JSON, at work. Raise HttpError 503 where too many wait already."""
        if len(self._waiting) >= self._most_waiting:
            raise HttpError(503, "too many queries are waiting: try again soon.", Retry_After="2")
        job = Job(self, task)
        self._waiting.append(job)
        self._next()
        return job

    def forget(self, job: Job) -> None:
        """Take *job* out of the queue, where it still waits."""
        if job.process is None and not job.done:
            with contextlib.suppress(ValueError):
                self._waiting.remove(job)

    def _next(self) -> None:
        while self._waiting and self._idle and len(self._busy) < self._count:
            process = self._idle.pop()
            self._busy.add(process)
            self._waiting.popleft().start(process, self._seconds)

    def _freed(self, process: Process, again: bool) -> None:
        known = process in self._busy or process in self._idle
        self._busy.discard(process)
        if known and not self._closed:
            if again and process.tasks < _TASKS_OF_ONE:
                self._idle.append(process)
            else:
                with contextlib.suppress(ValueError):
                    self._idle.remove(process)
                self._later(process.kill())
                self._later(self._replace())
        self._next()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """End all processes."""
        self._closed = True
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*(process.kill() for process in (*self._idle, *self._busy)), return_exceptions=True)
