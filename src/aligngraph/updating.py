"""SPARQL updates over HTTP (SPARQL 1.1 Protocol, section 2.2), and where a store takes them."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests

from aligngraph import __version__
from aligngraph.transport import RemoteError, Transport

_CONNECT_SECONDS = 15.0
_MOST_OF_AN_ERROR = 4096
_STATUS = {
    400: "does not accept the update",
    401: "wants a user name and a password, which aligngraph does not send",
    403: "does not let you change it",
    404: "has nothing at this address: check it, or pass --update-endpoint",
    405: "takes no updates at this address: pass --update-endpoint",
    413: "says that the update is too long",
    415: "does not take updates sent as a form: check that the address is that of a SPARQL 1.1 Update endpoint",
    503: "is too busy: try later",
}


def endpoints(address: str, update_address: str | None = None) -> tuple[str, str]:
    """Return where the store at *address* is asked, and where it takes updates.

    *address* may be either, or that of the server alone. Told by how stores name them: /query and /update (Oxigraph,
    Fuseki), /repositories/NAME and /repositories/NAME/statements (GraphDB, RDF4J), else one address for both. Raise
    RemoteError where one is no address.
    """
    for given in (address, update_address):
        if given is not None:
            Transport(given)
    parts = urlsplit(address.strip())
    path = parts.path.rstrip("/")
    query = update = path
    if not path:
        query, update = "/query", "/update"
    elif path.endswith("/update"):
        query = path.removesuffix("/update") + "/query"
    elif path.endswith("/query"):
        update = path.removesuffix("/query") + "/update"
    elif re.fullmatch(r".*/repositories/[^/]+/statements", path):
        query = path.removesuffix("/statements")
    elif re.fullmatch(r".*/repositories/[^/]+", path):
        update = path + "/statements"
    asked = urlunsplit(parts._replace(path=query, fragment=""))
    return asked, update_address or urlunsplit(parts._replace(path=update, fragment=""))


class HttpUpdater:
    """Sends updates to the store at an address, and nowhere else."""

    def __init__(self, address: str, *, seconds: float = 0) -> None:
        """Keep *address*; each update may take *seconds* (0: any). Raise RemoteError where it is no address."""
        self.name = Transport(address).name
        self._address = address
        self._seconds = seconds or None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"aligngraph/{__version__}"

    def update(self, sparql: str) -> None:
        """Carry out *sparql*. Raise RemoteError where the store does not say that it did."""
        try:
            response = self._session.post(
                self._address,
                data=urlencode([("update", sparql)]),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/sparql-results+json, text/plain;q=0.9, application/json;q=0.8, */*;q=0.1",
                },
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, self._seconds),
                stream=True,
            )
        except requests.Timeout as error:
            raise self._failed("did not answer in time. Allow more with --timeout SECONDS.") from error
        except requests.ConnectionError as error:
            reason = "refuses the connection: is the store running, and this its port?"
            if "refused" not in str(error):
                reason = "can't be reached, or dropped the connection. Check the address, the network and the store."
            raise self._failed(reason) from error
        except (requests.RequestException, UnicodeError) as error:
            raise self._failed(f"can't be asked: {_plain(str(error))}.") from error
        with response:
            self._check(response)

    def _check(self, response: requests.Response) -> None:
        status = response.status_code
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if status in (200, 201, 202, 204):
            if content_type in ("text/html", "application/xhtml+xml"):
                raise self._failed(
                    "answered with a web page: is this the address where the store takes updates? "
                    "Pass --update-endpoint."
                )
            return
        if 300 <= status < 400:
            target = _plain(response.headers.get("Location", "nowhere"))
            raise self._failed(f"sends on to {target}. If you trust that address, pass it as --update-endpoint.")
        reason = _reason(response, content_type)
        what = _STATUS.get(status, "failed at the update: see its log" if status >= 500 else "did not take the update")
        raise self._failed(f"answered {status}, it {what}." + (f" It says: {reason}" if reason else ""))

    def _failed(self, what: str) -> RemoteError:
        return RemoteError(f"{self.name} {what}")


def _reason(response: requests.Response, content_type: str) -> str:
    if content_type in ("text/html", "application/xhtml+xml"):
        return ""
    try:
        content = next(response.iter_content(_MOST_OF_AN_ERROR), b"")
    except requests.RequestException:
        return ""
    return _plain(content.decode("utf-8", "replace"))


def _plain(text: str) -> str:
    from aligngraph.terminal import clean

    words = " ".join(clean(" ".join(text.split())).split())
    return words if len(words) <= 300 else words[:299] + "…"
