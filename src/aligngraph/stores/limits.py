"""Limits that hold: what takes too long or too much memory is stopped, wherever it is.

Parsers, engines and regular expressions are native code that neither Python nor a signal can interrupt. So the work is
done in a forked process, and this one watches the clock and the other's memory: of a query (`start`), or of a whole
command (`limit_command`). What makes the working process crash is explained too. Where processes can't be forked
(Windows), a thread watches the clock in the same process, and memory is not limited.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import IO, NamedTuple, NoReturn

from aligngraph.errors import AligngraphError, LimitError
from aligngraph.files import activity

DEFAULT_SECONDS = 60.0
_MOST_BY_DEFAULT = 4 << 30
_CONTAINER = Path("/sys/fs/cgroup/memory.max")
_LOOK_EVERY = 0.02
"""Seconds between two looks at the memory. A process fills about a gigabyte a second."""
_BLOCK = 1 << 16
# What the working process tells the watching one, a line each, beside what `activity` says.
_BEGUN, _WRITING, _WROTE, _WHOLE, _TOO_BIG = "begun", "writing", "wrote", "whole", "too-big"
_PATIENCE = 5.0
"""Seconds that the working process has to end by itself when it is interrupted."""


class _FailedError(Exception):
    """The working process gave up, and has said why."""


def default_memory() -> int:
    """Return the bytes a query may use by default: half of the machine's memory, 4 GiB at most."""
    whole = _machine_memory()
    return min(_MOST_BY_DEFAULT, whole // 2) if whole else _MOST_BY_DEFAULT


def command_memory() -> int:
    """Return the bytes a whole command may use by default: three quarters of the machine's; 0 if unknown."""
    return _machine_memory() // 4 * 3


def _machine_memory() -> int:
    """Return the bytes of memory of the machine, or of the container this runs in; 0 where that is unknown."""
    try:
        whole = max(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), 0)
    except (AttributeError, ValueError, OSError):
        return 0
    with contextlib.suppress(OSError, ValueError):
        whole = min(whole, int(_CONTAINER.read_bytes()))
    return whole


class Limits:
    """How long something may take, and how much memory; 0 for no limit.

    What sees to its time itself has *grace* seconds more to say so.
    """

    def __init__(self, seconds: float = DEFAULT_SECONDS, memory: int | None = None, grace: float = 0) -> None:
        self.seconds = seconds
        self.allowed = seconds and seconds + grace
        self.memory = default_memory() if memory is None else memory

    def time_message(self, what: str = "the query", doing: str = "") -> str:
        """Return what to say where *what* took too long, *doing* something."""
        return (
            f"{what} was stopped after {self.seconds:g} s, its time limit{_while(doing)}. Ask for less, or allow more "
            "with --timeout SECONDS (0: no limit)."
        )

    def memory_message(self, what: str = "the query", doing: str = "") -> str:
        """Return what to say where *what* took too much memory, *doing* something."""
        return (
            f"{what} was stopped at {_size(self.memory)} of memory, its limit{_while(doing)}. Ask for less, or allow "
            "more with --max-memory SIZE (0: no limit)."
        )


def _while(doing: str) -> str:
    return f", while {doing}" if doing else ""


def _size(count: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"


class Worker:
    """What the working process holds: where its answer goes, and a line to the process that watches it."""

    def __init__(self, output: Path | None, tell: Callable[[str], None], *, apart: bool) -> None:
        self.output = output
        self._tell = tell
        self._apart = apart

    def begin(self) -> None:
        """Start the clock: the catalogue is open, and what comes now is the query. Memory is limited before, too."""
        self._tell(_BEGUN)

    def write(self, stream: IO[bytes], block: bytes) -> None:
        """Write *block* to *stream*; a reader who takes time, as in a pager, does not use up the query's."""
        self._tell(_WRITING)
        stream.write(block)
        stream.flush()
        self._tell(_WROTE)

    def whole(self) -> None:
        """Note that all of the answer is written: without this word an output file is not kept."""
        self._tell(_WHOLE)

    def end(self) -> None:
        """Leave with success, at once where this is a process of its own: nothing is left to tidy up."""
        if self._apart:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)


def start(limits: Limits, write_output: Callable[[Path, Iterator[bytes]], None], output: Path | None) -> Worker:
    """Return in a process whose query is held to *limits*; the calling process ends with it, and with its exit code.

    The returned worker's ``output`` takes the place of *output*: what is written there is given to *write_output* in
    the watching process, which so leaves no half-written file when the worker is stopped. Raise LimitError in the
    watching process.
    """
    if not limits.seconds and not limits.memory:
        return Worker(output, lambda _: None, apart=_owns_process())
    if not _owns_process():
        return Worker(output, lambda _: None, apart=False)
    if not hasattr(os, "fork"):
        return Worker(output, _thread_watch(limits), apart=False)
    data, answer = os.pipe() if output is not None else (-1, -1)
    apart, status = _fork(limits)
    if apart is None:
        _close(answer)
        _watch(_Watch(status.child, limits, status.descriptor, data, output), write_output)
    _close(data)
    # Inside the engine only the default action, which needs no Python, ends the process.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return Worker(Path(f"/dev/fd/{answer}") if output is not None else None, apart, apart=True)


def limit_command(limits: Limits) -> None:
    """Return in a process that is held to *limits* from now on; the calling one ends with it, and with its exit code.

    Where that process is stopped, the message says what `aligngraph.files.activity` was given last. Where the calling
    process is not the command's own, nothing is limited. Raise LimitError in the watching process.
    """
    if not _owns_process() or not (limits.seconds or limits.memory):
        return
    if not hasattr(os, "fork"):
        _thread_watch(limits, "the command")(_BEGUN)
        return
    tell, status = _fork(limits)
    if tell is None:
        watch = _Watch(status.child, limits, status.descriptor, -1, None, "the command")
        watch.hear(_BEGUN)
        watch.pass_signals_on()
        _watch(watch, lambda _, __: None)


class _Status(NamedTuple):
    """The watching process's end of the line: who works, and where it is heard."""

    child: int
    descriptor: int


def _fork(limits: Limits) -> tuple[Callable[[str], None] | None, _Status]:
    """Return, in the working process, what tells the watching one a line; in the watching process None."""
    sys.stdout.flush()
    sys.stderr.flush()
    status, notices = os.pipe()
    lifeline, alive = os.pipe()
    child = os.fork()
    if child:
        _close(notices)
        _close(lifeline)
        return None, _Status(child, status)
    _close(status)
    _close(alive)
    _die_with(lifeline)
    if sys.platform != "linux" and limits.memory:
        _watch_own_memory(limits.memory, notices)

    def tell(line: str) -> None:
        _say(notices, line)

    activity.tell_to(tell)
    return tell, _Status(0, -1)


def _owns_process() -> bool:
    # Whoever calls a command from within their own process has put something else there, and must not come to be two.
    return sys.stdout is sys.__stdout__


def _close(descriptor: int) -> None:
    if descriptor >= 0:
        os.close(descriptor)


def _say(descriptor: int, line: str) -> None:
    with contextlib.suppress(OSError):
        os.write(descriptor, line.encode("utf-8", "surrogateescape") + b"\n")


def _die_with(lifeline: int) -> None:
    import _thread

    def wait() -> None:
        os.read(lifeline, 1)  # ends when the watching process does, however it does
        os._exit(2)

    _thread.start_new_thread(wait, ())


def _watch_own_memory(limit: int, notices: int) -> None:
    import _thread
    import resource
    from time import sleep

    unit = 1 if sys.platform == "darwin" else 1024

    def look() -> None:
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit < limit:
            sleep(_LOOK_EVERY)
        _say(notices, _TOO_BIG)
        os._exit(2)

    _thread.start_new_thread(look, ())


def _thread_watch(limits: Limits, what: str = "the query") -> Callable[[str], None]:
    def tell(line: str) -> None:
        if line == _BEGUN and limits.seconds:
            import threading

            timer = threading.Timer(limits.allowed, stop)
            timer.daemon = True
            timer.start()

    def stop() -> NoReturn:
        sys.stderr.write(f"Error: {limits.time_message(what)}\n")
        sys.stderr.flush()
        os._exit(2)

    return tell


class _Watch:
    """The watching process's view of the working one."""

    def __init__(
        self, child: int, limits: Limits, status: int, data: int, output: Path | None, what: str = "the query"
    ) -> None:
        self.child = child
        self.limits = limits
        self.status = status
        self.data = data
        self.output = output
        self.what = what
        self.doing = ""
        self.state = ""
        self.folders: set[Path] = set()
        self.ends: float | None = None
        self.left = limits.allowed
        self.written = False
        self.whole = False
        self.code = 0
        self._rest = b""

    def chunks(self) -> Iterator[bytes]:
        """Yield what the worker answers, until it is done; raise LimitError or _FailedError where it is not."""
        from select import select

        open_ends = [descriptor for descriptor in (self.status, self.data) if descriptor >= 0]
        while open_ends:
            for descriptor in select(open_ends, [], [], self._wait())[0]:
                block = os.read(descriptor, _BLOCK)
                if not block:
                    open_ends.remove(descriptor)
                elif descriptor == self.data:
                    yield block
                else:
                    *lines, self._rest = (self._rest + block).split(b"\n")
                    for line in lines:
                        self.hear(line.decode("utf-8", "surrogateescape"))
            if open_ends:
                self._check()
        self.code = self._exit_code()
        if not self.whole:
            raise _FailedError

    def _wait(self) -> float | None:
        left = None if self.ends is None else max(self.ends - monotonic(), 0)
        if not self.limits.memory:
            return left
        return _LOOK_EVERY if left is None else min(left, _LOOK_EVERY)

    def hear(self, line: str) -> None:
        """Take note of what the worker says. Raise LimitError where it has found itself to be too big."""
        kind, _, text = line.partition(" ")
        if kind == activity.DOING:
            self.doing = text
        elif kind == activity.STATE:
            self.state = text
        elif kind == activity.FOLDER:
            self.folders.add(Path(text))
        elif kind == _TOO_BIG:
            raise self._stopped(self.limits.memory_message(self.what, self.doing))
        elif kind in (_WRITING, activity.PAUSED):
            self.written = self.written or kind == _WRITING
            self.left = self.ends - monotonic() if self.ends is not None else 0
            self.ends = None
        elif kind == _WHOLE:
            self.whole = True
        else:
            self.ends = monotonic() + self.left if self.limits.seconds else None

    def _check(self) -> None:
        if self.ends is not None and monotonic() >= self.ends:
            raise self._stopped(self.limits.time_message(self.what, self.doing))
        if self.limits.memory and _memory_of(self.child) > self.limits.memory:
            raise self._stopped(self.limits.memory_message(self.what, self.doing))

    def _stopped(self, message: str) -> LimitError:
        self.stop()
        if self.folders:
            from aligngraph.files.transactions import recover

            for folder in self.folders:
                with contextlib.suppress(OSError, AligngraphError):
                    recover(folder)
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")  # of a progress bar
        if self.state:
            return LimitError(f"{message} {self.state}")
        if self.output is not None:
            return LimitError(f"{message} {self.output} was not written.")
        if self.written:
            return LimitError(f"{message} The answer on the standard output is incomplete.")
        return LimitError(message)

    def pass_signals_on(self) -> None:
        """Let the worker say what it has done when this process is terminated."""

        def forward(number: int, _: object) -> None:
            if self.child:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.child, number)

        for number in (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, forward)

    def let_end(self) -> NoReturn:
        """Give the worker, which is interrupted, the time to end by itself; end as it does."""
        import time

        interrupted, end = False, monotonic() + _PATIENCE
        while monotonic() < end:
            process, status = os.waitpid(self.child, os.WNOHANG)
            if process:
                self.child = 0
                os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 130)
            if not interrupted and monotonic() > end - _PATIENCE + _PATIENCE / 5:
                # On a terminal the signal went to it as well.
                os.kill(self.child, signal.SIGINT)
                interrupted = True
            time.sleep(_LOOK_EVERY)
        self.stop()
        raise KeyboardInterrupt

    def stop(self) -> None:
        """End the worker now."""
        if self.child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            self.child = 0

    def _exit_code(self) -> int:
        _, status = os.waitpid(self.child, 0)
        self.child = 0
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status)
        number = os.WTERMSIG(status)
        if number in (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", None)):
            # As this process would have ended, had it done the work.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        if number == signal.SIGKILL:
            raise self._stopped(
                f"{self.what} was stopped from outside{_while(self.doing)}, most likely because the machine ran out "
                "of memory: with --max-memory SIZE it stops at that limit instead."
            )
        crash = f"crashed ({signal.Signals(number).name})"
        if self.what != "the query":
            raise self._stopped(
                f"{self.what} {crash}{_while(self.doing)}: that is nested too deeply, or needs more memory than "
                f"there is. Write it more simply."
            )
        raise self._stopped(
            f"the query engine {crash}: the query is nested too deeply, or needs more memory than there is. Write "
            "it more simply."
        )


def _memory_of(process: int) -> int:
    """Return the bytes of memory of *process*, without files that are mapped into it; 0 where that is unknown."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{process}/statm").read_bytes().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def _watch(watch: _Watch, write_output: Callable[[Path, Iterator[bytes]], None]) -> NoReturn:
    try:
        if watch.output is not None:
            write_output(watch.output, watch.chunks())
        else:
            for _ in watch.chunks():
                pass
    except _FailedError:
        pass  # said already
    except KeyboardInterrupt:
        if watch.what == "the query":
            raise
        watch.let_end()
    except OSError as error:
        if error.errno == errno.ECHILD:
            raise LimitError("the process of the query is gone, with its answer. Run the command again.") from error
        raise
    finally:
        watch.stop()
    # The worker has flushed all there was to say, and this process has nothing to tidy up.
    os._exit(watch.code)
