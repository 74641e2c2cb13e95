"""Every IRI of the catalogue, from the redirects of w3id.org to the file of the site, in a real Apache."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from aligngraph.rdf.namespaces import BASE, shorten
from aligngraph.stores.open import open_files
from aligngraph.web.static_site import write_site
from tests.conftest import ROOT
from tests.support.apache import Apache, running

SMALL = ROOT / "tests" / "shapes" / "base.ttl"
HTML = "text/html"
SYNTAXES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}
FORMATS = (HTML, *SYNTAXES)
FILES = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "svg": "image/svg+xml",
    "tsv": "text/tab-separated-values",
}


AT_ONCE = 50
"""Requests that are sent before their answers are read: so few that they fit into the buffers between the two."""


class Reply(NamedTuple):
    """What was at the end of the redirects."""

    address: str
    status: int
    media: str
    content: bytes
    """Of data, its statements as N-Triples."""

    def names(self, iri: str) -> bool:
        """Tell whether a statement, or the text of a page, names *iri*."""
        if self.media == HTML:
            return iri.encode() in self.content or shorten(iri).encode() in self.content
        return f"<{iri}>".encode() in self.content


class Client:
    """Follows redirects over one connection; what was asked for before is not asked for again."""

    def __init__(self, apache: Apache) -> None:
        parts = urlsplit(apache.address)
        assert parts.hostname is not None
        assert parts.port is not None
        self._path = parts.path
        self._host = parts.hostname
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=60)
        self._stream = self._socket.makefile("rb")
        self._answers: dict[tuple[str, str], Reply | str] = {}
        """By address and what is accepted: what is there, or where that leads to."""

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def get(self, path: str, accept: str) -> Reply:
        """Return what *path* leads to who accepts *accept*."""
        self.ask([(path, accept)])
        found: Reply | str = f"{self._path}/{path}"
        while isinstance(found, str):
            found = self._answers[self._request(found, accept)]
        return found

    def ask(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Follow all of *wanted*, paths with what is accepted, side by side."""
        todo = [(f"{self._path}/{path}", accept) for path, accept in wanted]
        for _ in range(4):
            requests = [self._request(*one) for one in todo]
            self._exchange([one for one in dict.fromkeys(requests) if one not in self._answers])
            found = [self._answers[request] for request in requests]
            todo = [(one, accept) for one, (_, accept) in zip(found, todo, strict=True) if isinstance(one, str)]
        assert todo == [], "it leads round and round"

    def _request(self, address: str, accept: str) -> tuple[str, str]:
        # A file is the same, whatever is accepted.
        return address, accept if address.startswith(f"{self._path}/") else "*/*"

    def _exchange(self, requests: Sequence[tuple[str, str]]) -> None:
        for start in range(0, len(requests), AT_ONCE):
            some = requests[start : start + AT_ONCE]
            texts = (
                f"GET {address} HTTP/1.1\r\nHost: {self._host}\r\nAccept: {accept}\r\n\r\n" for address, accept in some
            )
            self._socket.sendall("".join(texts).encode())
            for address, accept in some:
                self._answers[address, accept] = self._read(address)

    def _read(self, address: str) -> Reply | str:
        status = int(self._stream.readline().split()[1])
        headers: dict[str, str] = {}
        while line := self._stream.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        content = self._stream.read(int(headers["content-length"]))
        if status in (301, 302, 303, 307):
            return urlsplit(headers["location"]).path
        media = headers.get("content-type", "").partition(";")[0]
        if media in SYNTAXES:
            content = ox.serialize(ox.parse(content, format=SYNTAXES[media]), format=ox.RdfFormat.N_TRIPLES) or b""
        return Reply(address, status, media, content)


def iris_of(data: Iterable[Path]) -> list[str]:
    return sorted(
        {
            term.value
            for quad in open_files(tuple(data)).store
            for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)
        }
    )


def is_file(path: str) -> bool:
    """Tell whether *path* names a file, which is its own document."""
    return path.startswith("dump/") or path.endswith((".ttl", ".svg"))


def wrong(client: Client, iri: str) -> Iterator[str]:
    """Yield what is wrong with what *iri* leads to in each format."""
    path = iri.removeprefix(BASE).partition("#")[0]
    ending = path.rpartition(".")[2]
    if is_file(path):
        # What it is, the catalogue says.
        reply = client.get(path, "*/*")
        if reply.status != 200 or not reply.content or reply.media != FILES.get(ending, reply.media):
            yield f"{iri}: {reply.status} {reply.media} at {reply.address}"
        if path.startswith("dump/") and not client.get("catalogue", "text/turtle").names(iri):
            yield f"{iri}: the catalogue has no statement about it"
        return
    for media in FORMATS:
        reply = client.get(path, media)
        if (reply.status, reply.media) != (200, media):
            yield f"{iri} as {media}: {reply.status} {reply.media} at {reply.address}"
        elif not reply.names(iri):
            yield f"{iri} as {media}: {reply.address} says nothing of it"


def check(data: tuple[Path, ...], folder: Path, at_least: int) -> None:
    write_site(folder, data, base="https://example.org/site/")
    iris = iris_of(data)
    assert len(iris) > at_least
    with running(folder) as apache:
        client = Client(apache)
        paths = dict.fromkeys(iri.removeprefix(BASE).partition("#")[0] for iri in iris)
        client.ask((path, media) for path in paths if not is_file(path) for media in FORMATS)
        found = [text for iri in iris for text in wrong(client, iri)]
        assert found == [], f"{len(found)} of {len(iris)}"
        missing = client.get("work/nobody2031-nothing", HTML)
        assert (missing.status, missing.media) == (404, HTML)
        assert "There is nothing at this address" in missing.content.decode()
        client.close()


@pytest.mark.slow
def test_every_iri_of_a_small_catalogue_leads_to_pages_and_data_about_it(tmp_path: Path) -> None:
    check((SMALL,), tmp_path / "site", 150)


@pytest.mark.slow
def test_every_iri_of_the_catalogue_leads_to_pages_and_data_about_it(tmp_path: Path) -> None:
    check((), tmp_path / "site", 5000)
