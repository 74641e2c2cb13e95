"""Web addresses as they may stand in the graph."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from aligngraph.bibliography.keys import INVISIBLE

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f<>\"{}|\\^`\[\]]|%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_url(url: str) -> tuple[str | None, str]:
    """Return the address in a form that can stand in the graph, or None and the reason it is refused."""
    bare = INVISIBLE.sub("", _CONTROL.sub("", url)).strip()
    if not bare:
        return None, "no address"
    if bare.startswith("#"):
        return None, "a place on the same page"
    scheme = _SCHEME.match(bare)
    if scheme is None:
        return None, "a relative address; only http and https are kept"
    name = scheme[1].lower()
    if name not in ("http", "https"):
        shown = name if len(name) <= 20 and "." not in name else "an address without http or https"
        return None, f"{shown}: only http and https are kept" if shown == name else shown
    try:
        parts = urlsplit(bare)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None, "not a well-formed address"
    if not host or not bare[scheme.end() :].startswith("//"):
        return None, "an address without a host"
    if re.search(r"[\s<>\"{}|\\^`%]", parts.netloc):
        return None, "not a well-formed address"
    start = scheme.end() + 2 + len(parts.netloc)
    rest = _UNSAFE.sub(lambda found: quote(found[0], safe=""), bare[start:])
    return f"{name}://{parts.netloc}{rest}", ""


def web_iri(url: str) -> str | None:
    """Return *url* as an IRI that leads to the same page; None where it is not a http or https address."""
    return check_url(url)[0]
