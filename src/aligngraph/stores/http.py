"""HTTP to one triplestore: queries, updates and graphs sent, sent again where that does no harm, and errors in words.

SPARQL 1.1 Protocol (sections 2.1 and 2.2) and Graph Store Protocol. Short queries go by GET, long ones by POST as a
form, since some stores hang on a POST of the query itself.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from time import sleep
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import requests
from urllib3.exceptions import HTTPError

from aligngraph._version import __version__
from aligngraph.errors import RemoteError
from aligngraph.stores.auth import TOKEN, Access, same_server
from aligngraph.stores.reply import BrokenOffError, Deadline, Reply, number_of, too_slow

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_LONGEST_ADDRESS = 2000
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
TRIES = 5
_BUSY = (429, 502, 503, 504)
_DONE = (200, 201, 202, 204)
_CONNECT_SECONDS = 15.0
# A server that waits for a line of text, as some that do not encrypt, never answers the beginning of TLS.
_SAFE_CONNECT_SECONDS = 8.0
_NOT_TLS = (
    "the server does not answer as one that encrypts. If it has no certificate, write http:// in place of https://"
)
_LONGEST_WAIT = 60.0
"""Seconds that a busy server may ask to wait for where there is no time limit."""
_MOST_OF_AN_ERROR = 8192
_FORM = "application/x-www-form-urlencoded"
WEB_PAGE = ("text/html", "application/xhtml+xml")
_ENDPOINTS = (
    "Stores have their endpoint at /query (Oxigraph), /NAME/sparql (Fuseki), /sparql (Virtuoso, Neptune) or "
    "/repositories/NAME (GraphDB)"
)

_STATUS = {
    400: "does not accept {what}",
    403: "does not allow this query: check your permissions",
    404: f"has nothing at this address: check it, and that the data set or repository exists. {_ENDPOINTS}",
    405: "accepts no queries at this address: check it",
    406: "can't answer in a format that aligngraph reads",
    409: "reports a conflict with another request: try again",
    411: "requires the length of the request, which was sent: a proxy may have removed it",
    413: "says that the query is too long: shorten it",
    414: "says that the query is too long: shorten it",
    415: "does not accept queries sent as a form: check that the address is that of a SPARQL 1.1 endpoint",
    429: "gets too many requests: wait a while",
    502: "can't be reached behind its gateway: try later",
    503: "is too busy: try later",
    504: "did not answer its gateway in time: request less, or try later",
    507: "has no space left: free some, and run this again",
}
_STATUS_OF_CHANGES = _STATUS | {
    403: "does not let you do this: ask its administrator for permission to write, name another user in the address "
    f"(http://NAME@…), or set {TOKEN} if it requires a token",
    404: "has nothing at this address: check it, and that the data set or repository exists; --product says which "
    "kind of store it is",
    405: "does not accept this at the address: check it, or say which kind of store it is with --product, or where it "
    "takes updates with --update-endpoint",
    413: "says that the request is too large: raise its limit on the size of a request (or that of the proxy before "
    "it), or split the file",
    415: "does not accept N-Triples or SPARQL Update here: check the address, or say which kind of store it is with "
    "--product",
    504: "did not answer its gateway in time: try later",
}
"""What a status says, in words that go on from 'it'; of requests that change something."""


class WrongAddressError(RemoteError):
    """There is no SPARQL endpoint at an address, though a server is."""


class Request(NamedTuple):
    """What is sent to a store."""

    method: str
    address: str
    body: bytes | None = None
    content_type: str | None = None
    accept: str = "*/*"
    repeatable: bool = True
    """Whether it does no harm to send it again after a drop, when the store may have done its work already."""
    changes: bool = False
    """Whether it changes the store."""
    what: str = "the query"


class Client:
    """Sends requests to the server of one address, and nowhere else."""

    def __init__(
        self,
        address: str,
        access: Access | None = None,
        *,
        seconds: float = 0,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        """Ask as *access* says; a request for which nothing else is said may take *seconds* (0: any).

        *on_wait* is called with why a request is about to be sent again, and when. Raise RemoteError where *address* is
        none.
        """
        self._parts = check_address(address)
        self.address = urlunsplit(self._parts._replace(fragment=""))
        self.name = shown(self.address)
        self._access = access or Access()
        self._seconds = seconds
        self._on_wait = on_wait
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"aligngraph/{__version__}"
        self._access.prepare(self._session, self.address)

    def query(
        self, sparql: str, accept: str, deadline: Deadline, more: Sequence[tuple[str, str]] = (), *, tries: int = TRIES
    ) -> Reply:
        """Send *sparql*, and parameters *more*, to the client's address, and return the answer, to be read.

        Raise RemoteError, at last after so many *tries*.
        """
        form = urlencode([("query", sparql), *more])
        address = f"{self.address}{'&' if self._parts.query else '?'}{form}"
        request = Request("GET", address, accept=accept)
        if len(address) > _LONGEST_ADDRESS:
            request = Request("POST", self.address, form.encode(), _FORM, accept)
        return self._send(request, deadline, (200,), None, tries)

    def update(self, address: str, sparql: str, *, repeatable: bool = True) -> None:
        """Send the update *sparql* to *address*. Raise RemoteError where the store does not say that it did it."""
        form = urlencode([("update", sparql)]).encode()
        accept = "application/json, text/plain;q=0.9, */*;q=0.1"
        self.send(Request("POST", address, form, _FORM, accept, repeatable, changes=True, what="the update"))

    def send(self, request: Request, *, allowed: Sequence[int] = _DONE, most: int = 1 << 20) -> Reply:
        """Send *request* and return the answer where its status is *allowed*, with *most* bytes of it read.

        Busy answers and dropped connections are tried again, after what Retry-After says (RFC 9110, section 10.2.3) or
        longer each time: after a drop only where that does no harm. Raise RemoteError.
        """
        reply = self._send(request, Deadline(self._seconds), allowed, most)
        if reply.status == 200 and reply.content and len(allowed) < 10 and _is_page(reply):
            raise RemoteError(
                f"{shown(request.address)} answered with a web page (HTML), so it did not accept what was sent: "
                "is this the address of the store itself? --product says which kind of store it is."
            )
        return reply

    def _send(
        self, request: Request, deadline: Deadline, allowed: Sequence[int], most: int | None, tries: int = TRIES
    ) -> Reply:
        name = shown(request.address)
        pause = 0.5
        for tried in range(1, tries + 1):
            wanted: float | None = None
            try:
                reply = self._follow(request, deadline)
                if most is not None and reply.status in allowed:
                    reply.read(most)
            except (requests.ConnectionError, BrokenOffError) as error:
                dropped = isinstance(error, BrokenOffError) or is_dropped(error)
                if not dropped or not request.repeatable or tried == tries:
                    raise broken(name, error, dropped, request, tried) from error
                reason = "dropped the connection"
            except RemoteError as error:
                error.nothing_done = error.nothing_done and tried == 1
                raise
            else:
                if reply.status in allowed:
                    return reply
                wanted, left = retry_after(reply.headers.get("Retry-After")), deadline.left()
                busy = reply.status in _BUSY and (request.repeatable or reply.status == 429)
                too_long = wanted is not None and wanted >= (_LONGEST_WAIT if left is None else left)
                if not busy or too_long or tried == tries:
                    raise self._refused(reply, request)
                reply.close()
                reason = f"answered {reply.status}"
            wait = wanted if wanted is not None else pause * random.uniform(0.8, 1.2)
            if self._on_wait is not None:
                self._on_wait(f"{name} {reason}: trying again in {wait:.1f} s")
            sleep(wait)
            if deadline.passed():
                raise too_slow(name, deadline)
            pause *= 2
        raise AssertionError

    def _follow(self, request: Request, deadline: Deadline) -> Reply:
        """Return the answer from where *request* is redirected to, which is the same server."""
        address = request.address
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._once(request, address, deadline)
            if response.status_code not in _REDIRECTS:
                return Reply(response, shown(request.address), deadline)
            address = _redirected(response, request, address)
        raise RemoteError(f"{shown(request.address)} redirects without end. Use the endpoint's own address.")

    def _once(self, request: Request, address: str, deadline: Deadline) -> requests.Response:
        name, left = shown(request.address), deadline.left()
        headers = {"Accept": request.accept}
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        connecting = _SAFE_CONNECT_SECONDS if urlsplit(address).scheme == "https" else _CONNECT_SECONDS
        connecting = connecting if left is None else min(left, connecting)
        try:
            return self._session.request(
                request.method,
                address,
                data=request.body,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(max(connecting, 0.001), None if left is None else max(left, 0.001)),
            )
        except requests.Timeout as error:
            if isinstance(error, requests.ConnectTimeout) and not deadline.passed():
                raise RemoteError(
                    f"{name} can't be reached: no answer. Check the address and the network.",
                    nothing_done=True,
                ) from error
            if not deadline.passed() and urlsplit(address).scheme == "https":
                # The time to connect ran out, while the two were to agree on how to encrypt.
                raise RemoteError(f"{name}: no safe connection (TLS): {_NOT_TLS}.", nothing_done=True) from error
            raise too_slow(name, deadline) from error
        except requests.ConnectionError:
            raise
        except (OSError, HTTPError, ValueError) as error:
            # A ValueError may be about an address that the answer sends on to.
            raise RemoteError(
                f"{name} can't be asked: {self._access.hidden(plain(str(error)))}.", nothing_done=True
            ) from error

    def _refused(self, reply: Reply, request: Request) -> RemoteError:
        """Return what to say of an answer with a status that is not a success."""
        status = reply.status
        reason = self._access.hidden(reason_of(reply))
        reply.close()
        said = f". It says: {reason}{'' if reason.endswith(('.', '!', '?', '…')) else '.'}" if reason else "."
        if status in _BUSY and (wait := reply.headers.get("Retry-After", "")).isdigit():
            said = f" (it asks to wait {wait} s){said}"
        words = _STATUS_OF_CHANGES if request.changes else _STATUS
        if status == 401 and not same_server(self.address, request.address):
            what = f"asks for a user name or token, which is only sent to {self.name}: use that address alone"
        elif status == 401:
            what = self._access.refused(reply.headers.get("WWW-Authenticate", ""))
        elif status in words:
            what = words[status].replace("{what}", request.what)
        elif status >= 500:
            what = f"failed at {request.what}: {'' if request.changes else 'ask for less, or '}see its log"
        else:
            what = f"gave no answer to {request.what}"
        # RFC 9110, section 15.5; but a time-out may come in the midst of the work.
        nothing_done = 400 <= status < 500 and status != 408
        kind = WrongAddressError if status in (404, 405, 406, 415) else RemoteError
        return kind(f"{shown(request.address)} answered {status}, it {what}{said}", nothing_done=nothing_done)


def _redirected(response: requests.Response, request: Request, address: str) -> str:
    """Return where *response*, from *address*, sends on to. Raise RemoteError where *request* must not go there."""
    location = response.headers.get("Location", "")
    response.close()
    try:
        target = urljoin(address, location)
    except ValueError:
        target = location
    if not same_server(address, target):
        raise RemoteError(
            f"{shown(address)} redirects to another address, {shown(target)}, which you did not name: nothing was sent "
            "there. If you trust it, use that address.",
            nothing_done=True,
        )
    if request.changes and response.status_code not in (307, 308):
        raise RemoteError(
            f"{shown(address)} answered {response.status_code}, and redirects to {shown(target)} in a way that loses "
            f"the data: a log-in page, or a wrong address. Use the store's own address."
        )
    there, here = urlsplit(target), urlsplit(address)
    keys = [{key for key, _ in parse_qsl(parts.query)} for parts in (here, there)]
    if "query" in keys[0] - keys[1]:
        there = there._replace(query="&".join(part for part in (there.query, here.query) if part))
    return urlunsplit(there)


def check_address(address: str) -> SplitResult:
    """Return the parts of *address*. Raise RemoteError where it is not one of a server, or holds a password."""
    try:
        parts = urlsplit(address.strip())
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or re.search(r"[\s<>\"{}|\\^`]", address.strip()):
        raise RemoteError(
            f"{plain(address)!r} is not the address of an endpoint: write for example http://localhost:7878/query."
        )
    if parts.username is not None or parts.password is not None:
        raise RemoteError(
            "the address holds a user name or password. Only the address of the catalogue may hold a user name "
            "(http://NAME@…), and none a password, which others could see in the list of processes."
        )
    return parts


def shown(address: str) -> str:
    """Return *address* for people: on one line, and without its query, which may hold a key."""
    return plain(re.split(r"[?#]", address)[0])


def web_page(name: str) -> WrongAddressError:
    """Return what to say where *name* answers a query with a web page."""
    return WrongAddressError(
        f"{name} answered with a web page instead of results: is this the address of the endpoint itself? {_ENDPOINTS}."
    )


def _is_page(reply: Reply) -> bool:
    # Virtuoso, Blazegraph and others say in HTML that they did it.
    done = re.search(rb"\b(done|success|modified|mutationCount|COMMIT|committed)\b", reply.content, re.IGNORECASE)
    return reply.content_type in WEB_PAGE and done is None


def is_dropped(error: Exception) -> bool:
    """Tell whether the other side hung up, so that it may be worth asking again."""
    text = str(error)
    return "RemoteDisconnected" in text or "ConnectionResetError" in text or "BrokenPipeError" in text


def broken(name: str, error: Exception, dropped: bool, request: Request, tried: int) -> RemoteError:
    """Return what to say where no whole answer came over the connection."""
    if dropped and not request.repeatable:
        return RemoteError(
            f"{name} dropped the connection, and it is unknown whether it carried out the request. It was not "
            f"repeated, because that might add everything twice: check with --verify-only."
        )
    text = str(error)
    if isinstance(error, BrokenOffError):
        said = f"{name} drops the connection before its answer is complete. See its log."
    elif isinstance(error, requests.exceptions.SSLError) and re.search("WRONG_VERSION_NUMBER|RECORD_LAYER", text):
        said = f"{name}: no safe connection (TLS): {_NOT_TLS}."
    elif isinstance(error, requests.exceptions.SSLError):
        found = re.search(r"certificate verify failed: ([^(]+)", text)
        reason = found[1].strip() if found else "the two sides don't agree on how to encrypt"
        said = (
            f"{name}: no safe connection (TLS): {plain(reason)}. Check the address, and the server's certificate. "
            "Set ALIGNGRAPH_CA_FILE=FILE to trust the certificates (PEM) of another authority."
        )
    elif isinstance(error, requests.exceptions.ProxyError):
        said = f"{name} can't be reached through the proxy that HTTP_PROXY or HTTPS_PROXY names. Check these."
    elif re.search(r"NameResolutionError|getaddrinfo|Name or service not known|nodename nor servname", text):
        said = f"{name}: no host of this name is known. Check the address."
    elif "refused" in text:
        said = f"{name} refuses the connection: is the store running, and this its port?"
    elif dropped:
        said = f"{name} drops the connection without an answer. See its log."
    else:
        said = f"{name} can't be reached. Check the address and the network."
    return RemoteError(said, nothing_done=not dropped and tried == 1)


def reason_of(reply: Reply) -> str:
    """Return the beginning of what the server says of an error, as plain text on one line; of a page, the title."""
    try:
        content = reply.body.read(_MOST_OF_AN_ERROR)
    except RemoteError:
        return ""
    text = content.decode("utf-8", "replace")
    if "<html" in text.lower():
        found = re.search(r"<title[^>]*>(.*?)</title>", text, re.DOTALL | re.IGNORECASE)
        text = found[1] if found else ""
    return plain(text)


def plain(text: str) -> str:
    """Return *text*, from a server or the user, on one line and without signs that do something."""
    from aligngraph.text.terminal import clean

    words = " ".join(clean(" ".join(text.split())).split())
    return words if len(words) <= 300 else words[:299] + "…"


def retry_after(text: str | None) -> float | None:
    """Return the seconds that a Retry-After header (RFC 9110, section 10.2.3) asks for."""
    if text is None:
        return None
    seconds = number_of(text)
    if seconds is not None:
        return float(seconds)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    from datetime import UTC, datetime

    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
