"""Credentials: a user name with a password, or a bearer token, sent to one host only and shown nowhere.

The password comes from the environment, a netrc file or a prompt, never from the command line, which other users can
read. It is sent only where the store asks for it (RFC 9110, section 11): as Digest (RFC 7616) where that is offered,
else as Basic (RFC 7617). A token (RFC 6750) goes with each request.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.auth import AuthBase, HTTPDigestAuth, _basic_auth_str

from aligngraph.errors import ArgumentError

if TYPE_CHECKING:
    import requests

PASSWORD = "ALIGNGRAPH_PASSWORD"
TOKEN = "ALIGNGRAPH_TOKEN"
CERTIFICATES = "ALIGNGRAPH_CA_FILE"
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")


@dataclass(frozen=True)
class Access:
    """How to get at a store: the credentials, and which certificates are trusted."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    ask: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    """Where nobody has told the password yet: what returns it, once a store wants it, or raises ArgumentError."""
    typed: list[str] = field(default_factory=list, repr=False, compare=False)
    """The password that was typed, to be asked for once."""

    @property
    def secret(self) -> str | None:
        """The password, as far as it is known."""
        return self.password or next(iter(self.typed), None)

    def wanted(self) -> str | None:
        """Return the password for a store that wants one, asking for it where nobody has told it yet."""
        if self.secret is None and self.ask is not None:
            self.typed.append(self.ask())
        return self.secret

    def prepare(self, session: requests.Session, address: str) -> None:
        """Let *session* send the credentials, to the host of *address* only, and check certificates by them."""
        session.auth = _Auth(self, address)
        if self.ca_file is not None:
            session.verify = str(self.ca_file)
            # Else REQUESTS_CA_BUNDLE would win; what it says of proxies is kept.
            session.proxies = _proxies(address)
            session.trust_env = False

    @property
    def known(self) -> bool:
        """Whether there is anything to tell."""
        return self.token is not None or self.secret is not None or self.ask is not None

    def in_the_clear(self, address: str) -> bool:
        """Tell whether others on the way to *address* could read the credentials."""
        parts = urlsplit(address)
        return self.known and parts.scheme == "http" and _LOOPBACK.fullmatch(parts.hostname or "") is None

    def refused(self, challenge: str) -> str:
        """Return what a store wants that answered 401 with *challenge* (WWW-Authenticate), in words after 'it'."""
        if self.token is not None:
            return f"does not accept the token in {TOKEN}: check that it is right and has not expired"
        if self.secret is not None:
            return f"does not accept the user name {self.user!r} with this password: check both"
        if "bearer" in challenge.lower():
            return f"requires a token: set {TOKEN}"
        return (
            f"asks for a user name: write it into the address (http://NAME@…), and set {PASSWORD} or type the password"
        )

    def hidden(self, text: str) -> str:
        """Return *text*, from a server, less what must not be shown."""
        basic = b64encode(f"{self.user}:{self.secret}".encode()).decode() if self.secret else None
        for secret in (basic, self.secret, self.token):
            if secret:
                text = text.replace(secret, "[hidden]")
        return text


def find_access(address: str, user: str | None = None, ask: Callable[[str], str] | None = None) -> Access:
    """Return the credentials for the store at *address*, by the user name given and the environment.

    With *user*, the password is that in ALIGNGRAPH_PASSWORD, else that of netrc, else what *ask* returns for a
    question, once the store wants it. Without, a token in ALIGNGRAPH_TOKEN is used, else what netrc has for the host.
    ALIGNGRAPH_CA_FILE names certificates (PEM) to trust in place of the usual ones. Raise ArgumentError where those
    certificates can't be read; where the store wants a password and there is none, the first answer raises it.
    """
    ca_file = Path(os.environ[CERTIFICATES]) if os.environ.get(CERTIFICATES) else None
    if ca_file is not None and not (ca_file.is_file() and os.access(ca_file, os.R_OK)):
        raise ArgumentError(f"{ca_file}: can't be read: {CERTIFICATES} names a file of certificates (PEM).")
    host = urlsplit(address).hostname or ""
    token = os.environ.get(TOKEN) or None
    if user is None:
        if token is not None:
            return Access(token=_plain(token, TOKEN), ca_file=ca_file)
        login, password = _from_netrc(host, None)
        return Access(login, password, None, ca_file)
    password = os.environ.get(PASSWORD) or _from_netrc(host, user)[1]
    if password:
        return Access(user, _plain(password, PASSWORD), None, ca_file)

    def asked() -> str:
        if ask is None:
            raise ArgumentError(
                f"no password for {user}: set {PASSWORD}, add a line for {host} to ~/.netrc, or run this on a terminal."
            )
        return _plain(ask(f"Password of {user} at {host}"), PASSWORD)

    return Access(user, ca_file=ca_file, ask=asked)


def _plain(secret: str, name: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in secret.strip()):
        raise ArgumentError(f"{name} holds a line break or another control character: give it on one line.")
    return secret.strip() if name == TOKEN else secret


def _from_netrc(host: str, user: str | None) -> tuple[str | None, str | None]:
    """Return the login and password that netrc has for *host* (and *user*), or None and None."""
    import netrc

    path = Path(os.environ.get("NETRC") or Path("~/.netrc").expanduser())
    try:
        found = netrc.netrc(str(path)).authenticators(host)
    except FileNotFoundError:
        return None, None
    except (netrc.NetrcParseError, OSError, UnicodeError) as error:
        if user is None:
            return None, None
        # The error itself may quote a line of the file, and so the password.
        raise ArgumentError(f"{path}: can't be read as netrc. Correct it, or set {PASSWORD}.") from error
    if found is None or (user is not None and found[0] != user):
        return None, None
    return found[0], found[2]


def _proxies(address: str) -> dict[str, str]:
    from requests.utils import get_environ_proxies

    return dict(get_environ_proxies(address))


def same_server(here: str, there: str) -> bool:
    """Tell whether what was meant for the server of the address *here* may be sent to that of *there*.

    It may go to the same host and port, and from http to https where both have their usual port.
    """
    try:
        a, b = urlsplit(here), urlsplit(there)
        ports = tuple(parts.port or _PORTS.get(parts.scheme) for parts in (a, b))
    except ValueError:
        return False
    upgraded = (a.scheme, b.scheme) == ("http", "https") and ports == (80, 443)
    return a.hostname == b.hostname and (upgraded or (a.scheme == b.scheme and ports[0] == ports[1]))


class _Auth(AuthBase):
    """Answers a store that asks who it is."""

    def __init__(self, access: Access, address: str) -> None:
        self._access = access
        self._address = address
        self._basic: str | None = None
        self._digest: HTTPDigestAuth | None = None
        if access.user is not None and access.secret is not None:
            self._digest = HTTPDigestAuth(access.user, access.secret)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return *request* with what the store has asked for so far."""
        if not same_server(self._address, request.url or ""):
            return request
        if self._access.token is not None:
            request.headers["Authorization"] = f"Bearer {self._access.token}"
        elif self._basic is not None:
            request.headers["Authorization"] = self._basic
        elif self._digest is not None:
            self._digest(request)
            request.hooks["response"].append(self._challenged)
        elif self._access.ask is not None:
            request.hooks["response"].append(self._unknown)
        return request

    def _unknown(self, response: requests.Response, **options: Any) -> requests.Response:
        """Return what the store says when told who asks, where it wants a password that is not known yet."""
        if response.status_code != 401 or self._access.user is None or not (password := self._access.wanted()):
            return response
        self._digest = HTTPDigestAuth(self._access.user, password)
        # As if it had been known when this was sent.
        self._digest(response.request)
        again: requests.Response = self._digest.handle_401(response, **options)  # type: ignore[no-untyped-call]
        return self._challenged(again, **options)

    def _challenged(self, response: requests.Response, **options: Any) -> requests.Response:
        """Return what the store answers to the credentials, where it wants Basic."""
        challenge = response.headers.get("WWW-Authenticate", "").lower()
        # Digest has seen to its own by now; what it could not, Basic must not try: that would show the password.
        if response.status_code != 401 or "basic" not in challenge or "digest" in challenge:
            return response
        assert self._access.user is not None
        assert self._access.secret is not None
        self._basic = _basic_auth_str(self._access.user.encode(), self._access.secret.encode())
        # The connection can be used again only when the answer is read.
        _ = response.content
        response.close()
        request = response.request.copy()
        request.headers["Authorization"] = self._basic
        adapter: Any = response.connection
        again: requests.Response = adapter.send(request, **options)
        again.history.append(response)
        again.request = request
        return again
