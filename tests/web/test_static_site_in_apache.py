"""Every IRI of the catalogue, from the redirects of w3id.org to the file of the site, in a real Apache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
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


class Reply:
    """What was at the end of the redirects."""

    def __init__(self, address: str, status: int, media: str, content: bytes) -> None:
        self.address = address
        self.status = status
        self.media = media
        self.content = content

    @cached_property
    def named(self) -> set[str]:
        """The IRIs in the statements that it holds."""
        return {
            term.value
            for quad in ox.parse(self.content, format=SYNTAXES[self.media])
            for term in (quad.subject, quad.predicate, quad.object)
            if isinstance(term, ox.NamedNode)
        }

    @cached_property
    def text(self) -> str:
        return self.content.decode("utf-8")


class Client:
    """Follows redirects over one connection; what was asked for before is not asked for again."""

    def __init__(self, apache: Apache) -> None:
        parts = urlsplit(apache.address)
        self._path = parts.path
        assert parts.hostname is not None
        self._connection = HTTPConnection(parts.hostname, parts.port, timeout=60)
        self._known: dict[str, Reply] = {}
        self._redirects: dict[tuple[str, str], str] = {}

    def get(self, path: str, accept: str) -> Reply:
        address = f"{self._path}/{path}"
        for _ in range(4):
            if address in self._known:
                return self._known[address]
            if (address, accept) in self._redirects:
                address = self._redirects[address, accept]
                continue
            self._connection.request("GET", address, headers={"Accept": accept})
            reply = self._connection.getresponse()
            content = reply.read()
            if reply.status not in (301, 302, 303, 307):
                break
            target = urlsplit(reply.headers["Location"]).path
            self._redirects[address, accept] = target
            address = target
        media = reply.headers.get("Content-Type", "").partition(";")[0]
        return self._known.setdefault(address, Reply(address, reply.status, media, content))


def iris_of(data: Iterable[Path]) -> list[str]:
    return sorted(
        {
            term.value
            for quad in open_files(tuple(data)).store
            for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)
        }
    )


def wrong(client: Client, iri: str) -> Iterator[str]:
    """Yield what is wrong with what *iri* leads to in each format."""
    path = iri.removeprefix(BASE).partition("#")[0]
    ending = path.rpartition(".")[2]
    if path.startswith("dump/") or ending in ("ttl", "svg"):
        # A file is its own document; what it is, the catalogue says.
        reply = client.get(path, "*/*")
        if reply.status != 200 or not reply.content or reply.media != FILES.get(ending, reply.media):
            yield f"{iri}: {reply.status} {reply.media} at {reply.address}"
        if path.startswith("dump/") and iri not in client.get("catalogue", "text/turtle").named:
            yield f"{iri}: the catalogue has no statement about it"
        return
    for media in (HTML, *SYNTAXES):
        reply = client.get(path, media)
        if (reply.status, reply.media) != (200, media):
            yield f"{iri} as {media}: {reply.status} {reply.media} at {reply.address}"
        elif media == HTML and iri not in reply.text and shorten(iri) not in reply.text:
            yield f"{iri}: {reply.address} does not name it"
        elif media != HTML and iri not in reply.named:
            yield f"{iri} as {media}: {reply.address} says nothing of it"


def check(data: tuple[Path, ...], folder: Path, at_least: int) -> None:
    write_site(folder, data, base="https://example.org/site/")
    iris = iris_of(data)
    assert len(iris) > at_least
    with running(folder) as apache:
        client = Client(apache)
        found = [text for iri in iris for text in wrong(client, iri)]
        assert found == [], f"{len(found)} of {len(iris)}"
        missing = client.get("work/nobody2031-nothing", HTML)
        assert (missing.status, missing.media) == (404, HTML)
        assert "There is nothing at this address" in missing.text


@pytest.mark.slow
def test_every_iri_of_a_small_catalogue_leads_to_pages_and_data_about_it(tmp_path: Path) -> None:
    check((SMALL,), tmp_path / "site", 150)


@pytest.mark.slow
def test_every_iri_of_the_catalogue_leads_to_pages_and_data_about_it(tmp_path: Path) -> None:
    check((), tmp_path / "site", 5000)
