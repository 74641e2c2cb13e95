"""Query processes in lanes: bounded queues, limits of time, and a warm spare for each that had to be killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aligngraph.web.frames import ASK, DATA, END, FAILED, HEAD, HEADER, READY, pack_json
from aligngraph.web.protocol import HttpError

HELD = 1 << 20
"""Bytes of an answer that are awaited before its status is sent: a failure till then has its status."""
_IN_MEMORY = 1 << 20
_MOST_SPOOLED = 64 << 20
"""Bytes that are spooled for a client who reads more slowly than the engine answers."""
_BLOCK = 1 << 16
_READY_WITHIN = 60.0
_TASKS_OF_ONE = 2_000
"""Tasks after which a process makes way for a new one, so that no leak grows for ever."""


class Process:
    """One query process, as the front sees it."""

    def __init__(self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._process = process
        self._reader = reader
        self._writer = writer
        self.tasks = 0

    @classmethod
    async def start(cls, settings: Mapping[str, object]) -> Process:
        """Start a process and wait until it has the catalogue open. Raise HttpError where it does not come up."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "aligngraph.web.worker", str(theirs.fileno()), json.dumps(settings),
                pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        reader, writer = await asyncio.open_connection(sock=ours)
        found = cls(process, reader, writer)
        try:
            kind, _ = await asyncio.wait_for(found.receive(), _READY_WITHIN)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            await found.kill()
            raise HttpError(503, "a query process did not start: see the server's log.", Retry_After="5") from error
        assert kind == READY
        return found

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next message. Raise IncompleteReadError where the process has ended."""
        kind, length = HEADER.unpack(await self._reader.readexactly(HEADER.size))
        return kind, await self._reader.readexactly(length)

    async def ask(self, task: Mapping[str, object]) -> None:
        """Send *task*."""
        self.tasks += 1
        self._writer.write(pack_json(ASK, task))
        await self._writer.drain()

    async def kill(self) -> None:
        """End the process now."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._writer.close()
        await self._process.wait()


class Job:
    """One task at work: its answer is read into a spool as it comes, whether or not the client is ready for it."""

    def __init__(self, seconds: float) -> None:
        self.head: dict[str, Any] | None = None
        self.failure: HttpError | None = None
        self.done = False
        self._seconds = seconds
        self._spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by `close`
        self._written = self._read = 0
        self._changed = asyncio.Condition()

    async def run(self, process: Process, task: Mapping[str, object]) -> bool:
        """Let *process* do *task* within the time limit; return whether it may do another."""
        try:
            async with asyncio.timeout(self._seconds or None):
                await process.ask(task)
                while not self.done:
                    await self._take(*await process.receive())
        except TimeoutError:
            message = f"stopped after {self._seconds:g} s, the time limit of this server. Ask for less."
            await self._fail(HttpError(503, message, Retry_After="10"))
            return False
        except (asyncio.IncompleteReadError, ConnectionError):
            message = "the query was stopped: it took more memory than this server allows, or is nested too deeply."
            await self._fail(HttpError(503, message))
            return False
        return True

    async def _take(self, kind: bytes, payload: bytes) -> None:
        async with self._changed:
            if kind == HEAD:
                self.head = json.loads(payload)
            elif kind == DATA:
                # Reading stops where far more is spooled than was taken; the time limit goes on.
                await self._changed.wait_for(lambda: self._written - self._read < _MOST_SPOOLED)
                self._spool.seek(self._written)
                self._spool.write(payload)
                self._written += len(payload)
            elif kind == END:
                self.done = True
            elif kind == FAILED:
                said = json.loads(payload)
                headers = {name.replace("-", "_"): value for name, value in said["headers"].items()}
                self.failure = HttpError(said["status"], said["message"], **headers)
                self.done = True
            self._changed.notify_all()

    async def _fail(self, failure: HttpError) -> None:
        async with self._changed:
            self.failure, self.done = failure, True
            self._changed.notify_all()

    async def begun(self) -> None:
        """Wait until all of the answer is there, or so much that it must begin. Raise HttpError where it failed."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.done or self._written > HELD)
        if self.failure is not None:
            raise self.failure

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
            async with self._changed:
                await self._changed.wait_for(lambda: self.done or self._written > self._read)
                if self._read == self._written:
                    if self.failure is not None:
                        raise self.failure
                    return
                self._spool.seek(self._read)
                block = self._spool.read(min(_BLOCK, self._written - self._read))
                self._read += len(block)
                self._changed.notify_all()
            yield block

    def close(self) -> None:
        """Give up the spool."""
        self._spool.close()


class Lane:
    """Processes for one kind of task, and the queue before them."""

    def __init__(
        self, name: str, settings: Mapping[str, object], *, processes: int, queue: int, seconds: float
    ) -> None:
        """Let *processes* work at once and *queue* tasks wait; each may take *seconds* (0: any time)."""
        self.name = name
        self._settings = settings
        self._count = processes
        self._most_waiting = queue
        self._seconds = seconds
        # The one that worked last works next: what it has just read is still in the caches of the processor.
        self._idle: asyncio.LifoQueue[Process] = asyncio.LifoQueue()
        self._turns = asyncio.Semaphore(processes)
        self._waiting = 0
        self._processes: set[Process] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the processes, and a spare."""
        await asyncio.gather(*(self._add() for _ in range(self._count + 1)))

    async def _add(self) -> None:
        process = await Process.start(self._settings)
        self._processes.add(process)
        self._idle.put_nowait(process)

    async def submit(self, task: Mapping[str, object]) -> tuple[Job, asyncio.Task[None]]:
        """Return *task* at work, and what cancels it. Raise HttpError 503 where too many wait already."""
        if self._turns.locked() and self._waiting >= self._most_waiting:
            raise HttpError(503, "too many queries are waiting: try again soon.", Retry_After="2")
        job = Job(self._seconds)
        running = asyncio.create_task(self._run(job, task))
        self._background.add(running)
        running.add_done_callback(self._background.discard)
        return job, running

    async def _run(self, job: Job, task: Mapping[str, object]) -> None:
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        process = None
        again = False
        try:
            process = await self._idle.get()
            again = await job.run(process, task)
        finally:
            self._turns.release()
            if process is not None:
                self._release(process, again=again and process.tasks < _TASKS_OF_ONE)

    def _release(self, process: Process, *, again: bool) -> None:
        if again and not self._closed:
            self._idle.put_nowait(process)
            return
        self._processes.discard(process)
        for work in (process.kill(), *([] if self._closed else [self._add()])):
            task = asyncio.create_task(work)
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """End all processes."""
        self._closed = True
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*(process.kill() for process in self._processes), return_exceptions=True)
