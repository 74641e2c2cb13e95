"""A triplestore over HTTP: its graphs read, written and deleted, by Graph Store Protocol or SPARQL 1.1 Update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from aligngraph.errors import RemoteError
from aligngraph.rdf.formats import TRIPLES
from aligngraph.stores.auth import Access
from aligngraph.stores.endpoint import Remote
from aligngraph.stores.graphs import Graphs
from aligngraph.stores.http import Client, Request, shown
from aligngraph.stores.products import Addresses, find_store

_LONGEST_TRIPLE = 1 << 16
"""Bytes that a triple has on average, at the most; more makes a graph endless."""


class Triplestore(Graphs):
    """A store at *addresses*, asked and changed by *client*, and asked by *remote*."""

    def __init__(self, addresses: Addresses, client: Client, remote: Remote) -> None:
        super().__init__(remote, shown(addresses.query))
        self.addresses = addresses
        self.product = addresses.product
        self.cap = addresses.product.cap
        self._client = client

    def read(self, counts: dict[str, int]) -> Iterator[tuple[str, set[ox.Triple]]]:
        """Yield the graphs that *counts* names, each with as many triples. Raise RemoteError where some don't come."""
        if self.addresses.graphs is None:
            yield from super().read(counts)
        else:
            yield from ((graph, self.graph(graph, count)) for graph, count in counts.items())

    def _whole(self, graph: str, count: int) -> set[ox.Triple]:
        if self.addresses.graphs is None:
            return super()._whole(graph, count)
        address = self.addresses.graph(graph)
        name, most = shown(address), (count + 100) * _LONGEST_TRIPLE
        # N-Triples, since the Turtle of some stores changes datatypes.
        request = Request("GET", address, accept="application/n-triples", what="the graph")
        reply = self._client.send(request, allowed=(200, 404), most=most)
        if len(reply.content) > most:
            raise RemoteError(f"{name}: <{graph}> has no end: is this the store itself?")
        if reply.status == 404:
            return set()
        if reply.content_type not in TRIPLES:
            raise RemoteError(f"{name} gives graphs as {reply.content_type or 'nothing'!r}, not as N-Triples.")
        try:
            return {quad.triple for quad in ox.parse(reply.content, TRIPLES[reply.content_type])}
        except SyntaxError as error:
            raise RemoteError(f"{name}: <{graph}> can't be read: {error.msg}.") from error

    def write(self, graph: str, triples: Iterable[ox.Triple], *, add: bool, repeatable: bool = True) -> None:
        """Put *triples* in place of *graph*, or *add* them to it, by Graph Store Protocol. Raise RemoteError."""
        content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
        self._send_graph("POST" if add else "PUT", graph, content, repeatable=repeatable)

    def delete(self, graph: str) -> None:
        """Delete *graph*, by Graph Store Protocol. Raise RemoteError."""
        self._send_graph("DELETE", graph, None)

    def _send_graph(self, method: str, graph: str, content: bytes | None, *, repeatable: bool = True) -> None:
        kind = None if content is None else "application/n-triples"
        address = self.addresses.graph(graph)
        request = Request(method, address, content, kind, repeatable=repeatable, changes=True, what="what was sent")
        self._client.send(request, allowed=(200, 201, 202, 204, *([404] if method == "DELETE" else [])))

    def update(self, sparql: str, *, repeatable: bool = True) -> None:
        """Carry out *sparql*, again where the connection drops if it is *repeatable*. Raise RemoteError."""
        self._client.update(self.addresses.update, sparql, repeatable=repeatable)


def connect(
    address: str,
    *,
    access: Access | None = None,
    seconds: float = 0,
    product: str | None = None,
    update: str | None = None,
    graphs: str | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> Triplestore:
    """Return the store at *address*: of the kind *product*, or of that which it shows itself to be.

    *update* and *graphs* are where it takes updates and graphs, where that differs; a request may take *seconds* (0:
    any). Raise RemoteError where it can't be reached, or an address is none.
    """
    client = Client(address, access, seconds=seconds, on_wait=on_wait)
    addresses = find_store(client, product, update=update, graphs=graphs)
    return Triplestore(addresses, client, Remote(addresses.query, seconds=seconds, access=access, union=False))
