"""Questions sent to one source, politely: at its pace, again after a while where it is busy, and nowhere else.

The pace begins at what the source is known to allow, and gets slower where its answers say so. After five failures in
a row the source is left for this run.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlencode, urljoin

import requests
from urllib3.exceptions import HTTPError

from aligngraph._version import __version__
from aligngraph.errors import AligngraphError, RemoteError
from aligngraph.linking.source import AnswerError, Question, Source
from aligngraph.linking.state import Kept
from aligngraph.rdf.namespaces import BASE
from aligngraph.stores.auth import same_server
from aligngraph.stores.http import Request, broken, is_dropped, reason_of, retry_after, shown
from aligngraph.stores.reply import BrokenOffError, Deadline, Reply, number_of

_BUSY = (408, 429, 500, 502, 503, 504)
_CLOSED = (401, 402, 403, 409)
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_FAILURES = 5
_CONNECT_SECONDS = 15.0
_SLOWEST = 0.02
"""Requests a second: what no answer can make slower."""


class LeftError(AligngraphError):
    """A source is left for this run. The text says why, and what to do."""


class RefusedError(AligngraphError):
    """One question got no answer; others may."""


@dataclass(frozen=True)
class Limits:
    """What an answer may take: *seconds*, and *most* bytes. *longest_wait*: seconds that a source may ask to wait.

    *back_off* is the first pause in seconds after a failure; later ones are up to twice as long each.
    """

    seconds: float = 60.0
    most: int = 32 << 20
    longest_wait: float = 120.0
    back_off: float = 1.0


class Pace:
    """Lets requests go at a rate, and so many at a time."""

    def __init__(self, rate: float, at_once: int, stop: threading.Event) -> None:
        self.rate = rate
        self.at_once = at_once
        self._stop = stop
        self._next = 0.0
        self._under_way = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        """Wait for a turn. Raise LeftError where the run ends meanwhile."""
        with self._changed:
            while self._under_way >= self.at_once and not self._stop.is_set():
                self._changed.wait(0.5)
            self._under_way += 1
        try:
            while (pause := self._take()) > 0:
                self.sleep(pause)
        except LeftError:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        """Give the turn to the next."""
        with self._changed:
            self._under_way -= 1
            self._changed.notify()

    def _take(self) -> float:
        """Take the next moment if it has come, else return how far it is."""
        with self._changed:
            left = self._next - monotonic()
            if left <= 0:
                self._next = monotonic() + 1 / self.rate
            return left

    def __str__(self) -> str:
        """Say the pace in words."""
        return f"{self.rate:g} requests a second, {self.at_once} at a time"

    def sleep(self, seconds: float) -> None:
        """Wait. Raise LeftError where the run ends meanwhile."""
        if self._stop.wait(seconds):
            raise LeftError("stopped")

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""
        with self._changed:
            self._next = max(self._next, monotonic() + seconds)

    def learn(self, headers: Mapping[str, str]) -> float | None:
        """Slow down as *headers* say. Return for how many seconds the allowance is used up, None where it is not."""
        limit, interval = number_of(headers.get("x-rate-limit-limit")), headers.get("x-rate-limit-interval", "")
        if limit and (seconds := re.fullmatch(r"([0-9]{1,6})s?", interval.strip())) and int(seconds[1]):
            self.rate = max(min(self.rate, limit / int(seconds[1])), _SLOWEST)
        if at_once := number_of(headers.get("x-concurrency-limit")):
            self.at_once = max(min(self.at_once, at_once), 1)
        # draft-ietf-httpapi-ratelimit-headers-09: "api";r=0;t=55
        if found := re.search(r";\s*r\s*=\s*0\s*;\s*t\s*=\s*([0-9]{1,7})", headers.get("ratelimit", "")):
            return float(found[1])
        left, reset = headers.get("x-ratelimit-remaining", ""), number_of(headers.get("x-ratelimit-reset"))
        if re.fullmatch(r"0+(?:\.0+)?", left.strip()) and reset is not None:
            return float(reset)
        return None


class Fetcher:
    """Sends questions to one source."""

    def __init__(
        self,
        source: Source,
        *,
        key: str | None = None,
        contact: str | None = None,
        limits: Limits | None = None,
        stop: threading.Event | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        """Ask *source* with its *key*, saying who asks by *contact*; *on_wait* is told of pauses."""
        self.source = source
        self.sent = 0
        """Requests, those sent again included."""
        self._limits = limits or Limits()
        self._key, self._contact = key, contact
        self.pace = Pace(source.rate, source.concurrency, stop or threading.Event())
        self._failures = 0
        self._left: LeftError | None = None
        self._on_wait = on_wait or (lambda _: None)
        self._session = requests.Session()
        self._session.trust_env = True
        who = f"{BASE}; mailto:{contact}" if contact else BASE
        self._session.headers["User-Agent"] = f"aligngraph/{__version__} ({who})"
        self._session.headers["Accept"] = "application/json"
        self._session.headers.update(source.headers(key, contact))

    def fetch(self, question: Question) -> Kept:
        """Return the answer to *question*, read once to see that it is one; of status 404 nothing is in it.

        Raise RefusedError where this question gets none, LeftError where the source is left.
        """
        tried = 0
        while True:
            tried += 1
            wait: float | None = None
            with self.pace:
                if self._left is not None:
                    raise self._left
                self.sent += 1
                try:
                    reply, kept = self._once(question)
                except (requests.RequestException, HTTPError, OSError, RemoteError) as error:
                    problem = self._broken(question, error, tried)
                else:
                    used_up = self.pace.learn(reply.headers)
                    if kept is not None:
                        self._failures = 0
                        self._wait_for_allowance(used_up)
                        return kept
                    problem, wait = self._problem(reply, used_up)
            self._failed(problem)
            pause = wait if wait is not None else self._limits.back_off * 2 ** (tried - 1) * random.uniform(0.0, 1.0)
            self._on_wait(f"{problem}: trying again in {pause:.1f} s")
            self.pace.pause(pause)

    def _once(self, question: Question) -> tuple[Reply, Kept | None]:
        """Send *question*, follow redirects within the same server, and return the reply and what it brought."""
        deadline = Deadline(self._limits.seconds)
        more = urlencode(self.source.parameters(self._key, self._contact))
        address = question.url + (("&" if "?" in question.url else "?") + more if more else "")
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._request(question, address)
            if response.status_code not in _REDIRECTS:
                break
            address = self._redirected(response, address)
        else:
            raise self._refused("redirects without end")
        reply = Reply(response, self.source.name, deadline)
        if reply.status == 404 and question.may_be_missing:
            reply.close()
            return reply, Kept(question, 404, "", b"")
        if reply.status != 200:
            return reply, None
        reply.read(self._limits.most)
        if len(reply.content) > self._limits.most:
            raise self._refused(f"sends more than {self._limits.most >> 20} MB in one answer, which was not read")
        try:
            self.source.read(question, reply.content, reply.content_type)
        except AnswerError as error:
            raise self._refused(str(error).removeprefix(f"{self.source.name}: ")) from error
        return reply, Kept(question, 200, reply.content_type, reply.content)

    def _request(self, question: Question, address: str) -> requests.Response:
        try:
            return self._session.request(
                question.method,
                address,
                data=question.body,
                headers=dict(question.headers),
                stream=True,
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, self._limits.seconds),
            )
        except requests.RequestException:
            raise
        except ValueError as error:
            # The library looks at where an answer sends on to, even if it is not to go there.
            raise self._refused("redirects to something that is not an address") from error

    def _redirected(self, response: requests.Response, address: str) -> str:
        """Return where *response*, from *address*, sends on to. Raise RefusedError for another server."""
        location = response.headers.get("Location", "")
        response.close()
        target = urljoin(address, location)
        if not same_server(address, target):
            raise self._refused(f"redirects to {shown(target)}, another host: nothing was sent there")
        return target

    def _problem(self, reply: Reply, used_up: float | None) -> tuple[str, float | None]:
        """Return what is wrong, and for how long to wait at least. Raise where asking again is of no use."""
        status, wait = reply.status, retry_after(reply.headers.get("Retry-After"))
        reason = self._hidden(reason_of(reply))
        reply.close()
        said = f" ({reason})" if reason else ""
        if status in _CLOSED:
            raise self._leave(f"does not let us in{said}, status {status}. {self._advice()}")
        if status not in _BUSY:
            raise self._refused(f"answered {status}{said}")
        wait = max((one for one in (wait, used_up) if one is not None), default=None)
        if wait is not None and wait > self._limits.longest_wait:
            raise self._leave(f"is not to be asked for {wait:,.0f} s{said}. Run this again later. {self._advice()}")
        return f"{self.source.name} answered {status}{said}", wait

    def _wait_for_allowance(self, used_up: float | None) -> None:
        if used_up is None:
            return
        if used_up <= self._limits.longest_wait:
            self.pace.pause(used_up)
        else:
            # What came is kept; the next question finds the source left.
            self._leave(f"has no allowance left for {used_up:,.0f} s. Run this again later. {self._advice()}")

    def _broken(self, question: Question, error: Exception, tried: int) -> str:
        """Return what to say of an answer that did not come, or not whole. Raise RefusedError as it is."""
        name = self.source.name
        if isinstance(error, BrokenOffError):
            return f"{name}: the answer broke off"
        if isinstance(error, requests.Timeout | RemoteError) or "timed out" in str(error):
            return f"{name} did not answer in full within {self._limits.seconds:g} s"
        request = Request(question.method, question.url)
        return str(broken(name, error, is_dropped(error), request, tried)).rstrip(".")

    def _failed(self, problem: str) -> None:
        self._failures += 1
        if self._failures >= _FAILURES:
            raise self._leave(f"failed {_FAILURES} times in a row, at last so: {problem}. Run this again later")

    def _refused(self, what: str) -> AligngraphError:
        self._failures += 1
        if self._failures >= _FAILURES:
            return self._leave(f"failed {_FAILURES} times in a row, at last so: it {what}")
        return RefusedError(f"{self.source.name} {what}")

    def _leave(self, what: str) -> LeftError:
        if self._left is None:
            self._left = LeftError(f"{self.source.name} {what.rstrip('. ')}. It was left; the others were asked.")
        return self._left

    def _advice(self) -> str:
        variable = self.source.key_variable
        if variable is None:
            return ""
        return f"Check the key in ${variable}" if self._key else f"${variable} may hold a key, which allows more"

    def _hidden(self, text: str) -> str:
        """Return *text* without the key, which a server may have sent back."""
        return text.replace(self._key, "…") if self._key else text
