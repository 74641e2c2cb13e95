"""Kinds of triplestores: where each takes queries, updates and graphs, and what must be known of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from aligngraph.errors import RemoteError
from aligngraph.stores.http import Client, Request, check_address


@dataclass(frozen=True)
class Product:
    """What is known of one kind of store. Paths are relative to its base address; None where it has no such thing."""

    name: str
    title: str
    base: str
    """How its base address is written, for people."""
    query: str
    update: str
    graphs: str | None
    """Path of the SPARQL 1.1 Graph Store Protocol."""
    parameter: str = "graph"
    """How that names a graph (``graph`` in section 4.2)."""
    batch: int = 5_000
    """How many triples one update may hold."""
    cap: int | None = None
    """At how many rows or triples the store cuts its answers without a word, as it comes."""
    blank_nodes: bool = True
    """Whether an update may hold blank nodes."""
    suffixes: tuple[str, ...] = ()
    """Ends of addresses that people have from its manual; less these, they are the base."""
    whole: bool = True
    """Whether a graph that is being replaced is completely old or completely new, also when the store itself ends "
    "meanwhile."""


NO_GRAPH_STORE = "none"
"""What is written in place of the address of a Graph Store Protocol that is not to be used."""
_RDF4J = ("/statements", "/rdf-graphs/service", "/rdf-graphs")
PRODUCTS = {
    product.name: product
    for product in (
        Product("oxigraph", "Oxigraph", "http://localhost:7878", "/query", "/update", "/store",
                suffixes=("/query", "/update", "/store")),
        Product("fuseki", "Apache Jena Fuseki", "http://localhost:3030/DATASET", "/query", "/update", "/data",
                suffixes=("/query", "/sparql", "/update", "/data", "/get")),
        Product("virtuoso", "Virtuoso", "http://localhost:8890", "/sparql", "/sparql-auth", "/sparql-graph-crud-auth",
                parameter="graph-uri", batch=800, cap=10_000, blank_nodes=False, whole=False,
                suffixes=("/sparql", "/sparql-auth", "/sparql-graph-crud-auth", "/sparql-graph-crud")),
        Product("graphdb", "GraphDB", "http://localhost:7200/repositories/NAME", "", "/statements",
                "/rdf-graphs/service", suffixes=_RDF4J),
        Product("rdf4j", "RDF4J Server", "http://localhost:8080/rdf4j-server/repositories/NAME", "", "/statements",
                "/rdf-graphs/service", suffixes=_RDF4J),
        Product("stardog", "Stardog", "http://localhost:5820/DATABASE", "/query", "/update", "",
                suffixes=("/query", "/update")),
        Product("neptune", "Amazon Neptune", "https://CLUSTER:8182", "/sparql", "/sparql", "/sparql/gsp/",
                suffixes=("/sparql/gsp", "/sparql")),
        Product("blazegraph", "Blazegraph", "http://localhost:9999/blazegraph/namespace/kb/sparql", "", "", None),
        Product("qlever", "QLever", "http://localhost:7001", "", "", ""),
        Product("generic", "SPARQL 1.1", "the address of its endpoint", "", "", None, batch=500),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Addresses:
    """The addresses of a store: where it is asked, changed, and where its graphs are."""

    product: Product
    base: str
    query: str
    update: str
    graphs: str | None

    def graph(self, iri: str) -> str:
        """Return the address of the graph *iri* (Graph Store Protocol, section 4.2)."""
        assert self.graphs is not None
        parts = urlsplit(self.graphs)
        named = urlencode([(self.product.parameter, iri)], quote_via=quote, safe="")
        return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, named) if part)))


def addresses_of(address: str, product: Product, *, update: str | None = None, graphs: str | None = None) -> Addresses:
    """Return the addresses of a store of kind *product* at *address*, its base or any address of its parts.

    *update* and *graphs*, where given, are where it takes updates and graphs. Raise RemoteError where the address
    lacks the name of a data set.
    """
    parts = urlsplit(address.strip())
    path = parts.path.rstrip("/")
    for suffix in sorted(product.suffixes, key=len, reverse=True):
        if path.endswith(suffix):
            path = path.removesuffix(suffix)
            break
    if (product.name in ("fuseki", "stardog") and not path) or (
        product.name in ("graphdb", "rdf4j") and not re.search(r"/repositories/[^/]+$", path)
    ):
        raise RemoteError(f"{address}: {product.title} has several data sets: write which one, as in {product.base}.")
    base = urlunsplit(parts._replace(path=path, fragment=""))

    def below(end: str) -> str:
        return urlunsplit(parts._replace(path=path + end or "/", fragment=""))

    query, own_update = product.query, product.update
    if product.name == "generic" and (named := re.fullmatch(r"(.*)/(query|update)", path)):
        # Many stores name the two like this.
        path, query, own_update = named[1], "/query", "/update"
    own = None if product.graphs is None else below(product.graphs)
    return Addresses(product, base, below(query), update or below(own_update), graphs or own)


_HEADERS = (
    (r"oxigraph", "oxigraph"),
    (r"virtuoso", "virtuoso"),
    (r"fuseki", "fuseki"),
    (r"graphdb", "graphdb"),
    (r"stardog", "stardog"),
    (r"qlever", "qlever"),
    (r"blazegraph", "blazegraph"),
)
_PATHS = (
    (r"/(blazegraph|bigdata)(/|$)", "blazegraph"),
    (r"/rdf4j-(server|workbench)/", "rdf4j"),
    (r"/sparql-graph-crud|/sparql-auth$", "virtuoso"),
)
_PROBES = (
    ("/ping", r"QLever", "qlever"),
    ("/rest/info/version", r"\"productVersion\"", "graphdb"),
    ("/$/ping", r"^\d{4}-\d\d-\d\dT", "fuseki"),
    ("/status", r"dbEngineVersion", "neptune"),
    ("/protocol", r"^\d+\s*$", "rdf4j"),
    ("/admin/alive", r"^\s*$", "stardog"),
)


def detect(client: Client) -> Product:
    """Return the kind of the store that *client* asks, by its address, its Server header and what it has where.

    Only reads. A store that is none of those known is ``generic``. Raise RemoteError where it can't be reached.
    """
    parts = urlsplit(client.address)
    for pattern, name in _PATHS:
        if re.search(pattern, parts.path):
            return PRODUCTS[name]
    if re.search(r"\.neptune\.amazonaws\.com(\.cn)?$", parts.hostname or ""):
        return PRODUCTS["neptune"]
    anything = range(200, 600)
    # A small question: without one, some stores would send all they have.
    asking = urlunsplit(parts._replace(query="&".join(part for part in (parts.query, "query=ASK%7B%7D") if part)))
    reply = client.send(Request("GET", asking), allowed=anything)
    if "Fuseki-Request-Id" in reply.headers:
        return PRODUCTS["fuseki"]
    said = " ".join(reply.headers.get(name, "") for name in ("Server", "X-Powered-By", "WWW-Authenticate"))
    for pattern, name in _HEADERS:
        if re.search(pattern, said, re.IGNORECASE):
            return PRODUCTS[name]
    for path, pattern, name in _PROBES:
        there = urlunsplit(parts._replace(path=path, query="", fragment=""))
        found = client.send(Request("GET", there), allowed=anything)
        if found.status == 200 and "html" not in found.content_type:
            if re.search(pattern, found.content[:4096].decode("utf-8", "replace"), re.IGNORECASE):
                return PRODUCTS[name]
            # It has an answer to everything: that it has one here tells nothing.
            break
    if re.search(r"/repositories/[^/]+", parts.path):
        return PRODUCTS["rdf4j"]
    return PRODUCTS["generic"]


def find_store(
    client: Client, name: str | None = None, *, update: str | None = None, graphs: str | None = None
) -> Addresses:
    """Return the addresses of the store that *client* asks: of the kind *name*, or of that which it shows itself to be.

    Raise RemoteError where it can't be reached, or the address lacks something.
    """
    for given in (update, graphs):
        if given is not None and given != NO_GRAPH_STORE:
            check_address(given)
    product = PRODUCTS[name] if name is not None else detect(client)
    if graphs == NO_GRAPH_STORE:
        return addresses_of(client.address, replace(product, graphs=None), update=update)
    if graphs is not None and product.parameter != "graph" and "/sparql-graph-crud" not in graphs:
        product = replace(product, parameter="graph")
    return addresses_of(client.address, product, update=update, graphs=graphs)
