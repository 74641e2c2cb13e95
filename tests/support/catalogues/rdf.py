"""dblp and Wikidata: real Oxigraph servers with excerpts in their shape, behind fronts that hold to their limits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pyoxigraph as ox
import requests

from aligngraph.bibliography.keys import slug
from tests.support.catalogues.rest import OTHER_TITLE, WRONG, authors_of
from tests.support.catalogues.service import Answer, Asked, Service
from tests.support.catalogues.works import Work, orcid, person, works
from tests.support.servers import OxigraphServer, oxigraph_server

_DBLP = "https://dblp.org/rdf/schema#"
_BIBTEX = "http://purl.org/net/nknouf/ns/bibtex#"
_WD = "http://www.wikidata.org"
_XSD = "http://www.w3.org/2001/XMLSchema#"

STREAMS = (
    ("journals/natmi", "Nature Machine Intelligence", "2522-5839", ""),
    ("conf/aaai", "AAAI Conference on Artificial Intelligence (AAAI)", "", "Q9002001"),
    ("journals/coling", "Some Other Periodical", "0891-2017", "Q9002004"),
)
"""Streams of dblp: key, title, ISSN, item of Wikidata. The last has an ISSN that is not its own."""
THINGS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Q9002001", "AAAI Conference on Artificial Intelligence", {"P8926": "conf/aaai", "P10283": "S9000999001"}),
    ("Q9002002", "Nature Machine Intelligence", {"P236": "2522-5839"}),
    ("Q9002003", "BBQ", {"P1324": "https://github.com/nyu-mll/BBQ"}),
    ("Q9002005", "privacy", {"P10283": "C9000999002"}),
)
"""Items of Wikidata that are no articles."""


def iri(text: str) -> ox.NamedNode:
    return ox.NamedNode(text)


class _Graph:
    def __init__(self) -> None:
        self.quads: list[ox.Quad] = []

    def add(
        self, subject: ox.NamedNode | ox.BlankNode, predicate: str, *values: ox.NamedNode | ox.BlankNode | str
    ) -> None:
        for value in values:
            term = ox.Literal(value) if isinstance(value, str) else value
            self.quads.append(ox.Quad(subject, iri(predicate), term))

    def typed(self, subject: ox.NamedNode, predicate: str, value: str, datatype: str) -> None:
        self.quads.append(ox.Quad(subject, iri(predicate), ox.Literal(value, datatype=iri(_XSD + datatype))))


def dblp_excerpt() -> list[ox.Quad]:
    """Return preprints and published records as dblp has them: titles end in a stop, DOIs and ORCID iDs are IRIs."""
    graph = _Graph()
    for one in works():
        if one.arxiv:
            # Records from before 2018 have other keys, and no DOI.
            key = next(iter(one.dblp), f"journals/corr/{one.authors[0][1]}{one.year % 100}")
            _dblp_record(
                graph, one, key, "Article", one.year, f"10.48550/arXiv.{one.arxiv}" if one.dblp else None, "CoRR"
            )
        if doi := one.published.get("doi"):
            kind = "Article" if one.published["kind"] == "JournalArticle" else "Inproceedings"
            area = "journals/x" if kind == "Article" else "conf/x"
            key = f"{area}/{slug(one.authors[0][1]).replace('-', '')}{one.number:02}"
            _dblp_record(graph, one, key, kind, one.published["year"], doi, one.published["venue"])
    for stream, title, issn, item in STREAMS:
        about = iri(f"https://dblp.org/streams/{stream}")
        graph.add(about, f"{_DBLP}primaryStreamTitle", title)
        graph.add(about, f"{_DBLP}streamTitle", title)
        if issn:
            graph.add(about, f"{_DBLP}issn", iri(f"urn:issn:{issn}"))
        if item:
            graph.add(about, f"{_DBLP}wikidata", iri(f"{_WD}/entity/{item}"))
    return graph.quads


def _dblp_record(graph: _Graph, one: Work, key: str, kind: str, year: int, doi: str | None, venue: str) -> None:
    record = iri(f"https://dblp.org/rec/{key}")
    title = OTHER_TITLE if doi == WRONG else one.title
    graph.add(record, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", iri(f"{_DBLP}Publication"))
    graph.add(record, f"{_DBLP}title", title if title.endswith("?") else f"{title}.")
    graph.typed(record, f"{_DBLP}yearOfPublication", str(year), "gYear")
    graph.add(record, f"{_DBLP}bibtexType", iri(_BIBTEX + kind))
    graph.add(record, f"{_DBLP}publishedIn", venue)
    if doi:
        graph.add(record, f"{_DBLP}doi", iri(f"https://doi.org/{doi}"))
    if venue == "CoRR":
        graph.add(record, f"{_DBLP}publishedInJournalVolume", f"abs/{one.arxiv}")
    else:
        for name, predicate in (("volume", "publishedInJournalVolume"), ("issue", "publishedInJournalVolumeIssue"),
                                ("pages", "pagination")):  # fmt: skip
            if value := one.published.get(name):
                graph.add(record, _DBLP + predicate, str(value))
    for place, author in enumerate(authors_of(one, doi), 1):
        signature = ox.BlankNode()
        graph.add(record, f"{_DBLP}hasSignature", signature)
        for type_ in ("Signature", "AuthorSignature"):
            graph.add(signature, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", iri(_DBLP + type_))
        number = person(author)
        # Namesakes are numbered.
        name = " ".join(author).strip() + (" 0002" if number % 10 == 1 else "")
        graph.quads.append(
            ox.Quad(signature, iri(f"{_DBLP}signatureOrdinal"), ox.Literal(str(place), datatype=iri(f"{_XSD}integer")))
        )
        graph.add(signature, f"{_DBLP}signatureDblpName", name)
        graph.add(signature, f"{_DBLP}signatureCreator", iri(f"https://dblp.org/pid/9{number % 100:02}/{number}"))
        if known := orcid(author):
            graph.add(signature, f"{_DBLP}signatureOrcid", iri(f"https://orcid.org/{known}"))


def wikidata_excerpt() -> list[ox.Quad]:
    """Return articles as Wikidata has them: DOIs in capitals, authors as statements with a place."""
    graph = _Graph()
    for one in works():
        item = iri(f"{_WD}/entity/Q9000{one.number:03}")
        doi = (one.dois or [""])[0]
        title = ox.Literal(OTHER_TITLE if doi == WRONG else one.title, language="en")
        graph.quads.append(ox.Quad(item, iri("http://www.w3.org/2000/01/rdf-schema#label"), title))
        graph.quads.append(ox.Quad(item, iri(f"{_WD}/prop/direct/P1476"), title))
        graph.typed(item, f"{_WD}/prop/direct/P577", f"{one.year}-{one.month:02}-01T00:00:00Z", "dateTime")
        if doi:
            graph.add(item, f"{_WD}/prop/direct/P356", doi.upper())
        if one.arxiv:
            graph.add(item, f"{_WD}/prop/direct/P818", one.arxiv)
        for name, number in (("volume", "P478"), ("issue", "P433"), ("pages", "P304")):
            if value := one.published.get(name):
                graph.add(item, f"{_WD}/prop/direct/{number}", str(value))
        for place, author in enumerate(authors_of(one, doi), 1):
            statement = iri(f"{_WD}/entity/statement/Q9000{one.number:03}-{place}")
            name = " ".join(author).strip()
            if place == 1:
                # Who has an item is named only where the statement says what the paper prints.
                graph.add(item, f"{_WD}/prop/P50", statement)
                graph.add(statement, f"{_WD}/prop/statement/P50", iri(f"{_WD}/entity/Q9001{person(author):04}"))
                graph.add(statement, f"{_WD}/prop/qualifier/P1932", name)
            else:
                graph.add(item, f"{_WD}/prop/P2093", statement)
                graph.add(statement, f"{_WD}/prop/statement/P2093", name)
            graph.add(statement, f"{_WD}/prop/qualifier/P1545", str(place))
    for number, label, said in THINGS:
        item = iri(f"{_WD}/entity/{number}")
        graph.quads.append(
            ox.Quad(item, iri("http://www.w3.org/2000/01/rdf-schema#label"), ox.Literal(label, language="en"))
        )
        for name, value in said.items():
            graph.add(item, f"{_WD}/prop/direct/{name}", iri(value) if name == "P1324" else value)
    return graph.quads


class Endpoint(Service):
    """Hands queries on to the real server behind it."""

    per_second = 5
    at_once = 1

    def __init__(self, behind: OxigraphServer) -> None:
        super().__init__()
        self.behind = behind

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/sparql":
            return Answer(404, b"<html><body>Not Found</body></html>", "text/html")
        headers = {name: value for name, value in asked.headers.items() if name in ("accept", "content-type")}
        reply = requests.request(
            asked.method, self.behind.endpoint, params=asked.query, data=asked.body, headers=headers, timeout=60
        )
        return Answer(reply.status_code, reply.content, reply.headers.get("Content-Type", "text/plain"))


class Dblp(Endpoint):
    """Refuses too many requests with a web page."""

    name = "dblp"

    def refusal(self) -> Answer:
        body = b"<!DOCTYPE html><html><head><title>429 Too Many Requests</title></head><body></body></html>"
        return Answer(429, body, "text/html", (("Retry-After", "1"),))


class Wikidata(Endpoint):
    """Refuses who does not say who asks."""

    name = "wikidata"

    def answer(self, asked: Asked) -> Answer:
        agent = asked.headers.get("user-agent", "")
        if not agent.startswith("aligngraph/") or "@" not in agent:
            return Answer(403, b"Please set a user-agent and respect our robot policy", "text/plain")
        return super().answer(asked)


@contextlib.contextmanager
def sparql_servers() -> Iterator[tuple[OxigraphServer, OxigraphServer]]:
    """Start the real servers with the excerpts of dblp and of Wikidata, and stop them in the end."""
    with oxigraph_server() as dblp, oxigraph_server() as wikidata:
        dblp.load(dblp_excerpt())
        wikidata.load(wikidata_excerpt())
        yield dblp, wikidata
