"""Wikidata, in SPARQL: articles by DOI, arXiv identifier or label, at the endpoint for scholarly articles; venues,
artifacts and concepts by what else names them, at the other.

Properties: P356 DOI (in capitals), P818 arXiv identifier, P1476 title, P577 date, P1433 published in, P478 volume, P433
issue, P304 pages; P50 author and P2093 author name, with P1545 for the place and P1932 for the name as printed. Of
others: P236 ISSN, P8926 dblp venue, P10283 OpenAlex, P1324 repository of source code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aligngraph.bibliography.person_names import split_name
from aligngraph.bibliography.works import Form
from aligngraph.linking.known import ISSN, OPENALEX, STREAM, WIKIDATA, addresses_of, pairs_of, values_of
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import reading as read
from aligngraph.linking.sources import sparql

_MOST = 100
_ITEM = re.compile(r"http://www\.wikidata\.org/entity/(Q[1-9][0-9]*)")
_QUERY = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX p: <http://www.wikidata.org/prop/>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
SELECT DISTINCT ?item ?title ?label ?date ?doi ?arxiv ?venue ?volume ?issue ?pages ?ordinal ?name ?stated WHERE {
%s
  OPTIONAL { ?item wdt:P1476 ?title }
  OPTIONAL { ?item rdfs:label ?label FILTER (LANG(?label) = "en") }
  OPTIONAL { ?item wdt:P577 ?date }
  OPTIONAL { ?item wdt:P356 ?doi }
  OPTIONAL { ?item wdt:P818 ?arxiv }
  OPTIONAL { ?item wdt:P1433 ?in . ?in rdfs:label ?venue FILTER (LANG(?venue) = "en") }
  OPTIONAL { ?item wdt:P478 ?volume }
  OPTIONAL { ?item wdt:P433 ?issue }
  OPTIONAL { ?item wdt:P304 ?pages }
  OPTIONAL {
    { ?item p:P2093 ?statement . ?statement ps:P2093 ?name }
    UNION
    { ?item p:P50 ?statement . ?statement ps:P50 ?person OPTIONAL { ?statement pq:P1932 ?stated } }
    ?statement pq:P1545 ?ordinal
  }
}"""

_THINGS = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
SELECT DISTINCT ?entity ?label ?issn ?stream ?openalex ?repository WHERE {
%s
  ?entity rdfs:label ?label FILTER (LANG(?label) = "en")
  OPTIONAL { ?entity wdt:P236 ?issn }
  OPTIONAL { ?entity wdt:P8926 ?stream }
  OPTIONAL { ?entity wdt:P10283 ?openalex }
  OPTIONAL { ?entity wdt:P1324 ?repository }
}"""


class Wikidata(Source):
    """The source "wikidata"."""

    name = "wikidata"
    base = "https://query-scholarly.wikidata.org"
    base_of_things = "https://query.wikidata.org"
    """Where all is but scholarly articles; another address of the source stands for both."""
    kinds = frozenset(("works", "venues", "artifacts", "concepts"))
    needs_contact = True

    def __init__(self, base: str | None = None) -> None:
        """Ask at *base* instead of the service's own addresses."""
        super().__init__(base)
        if base:
            self.base_of_things = self.base

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return a question for every hundred DOIs and arXiv identifiers, or names of other things."""
        values: list[tuple[str, str]] = []
        for one in (one for one in wanted if one.kind == "works"):
            values += [(doi.upper(), one.iri) for doi in one.dois()]
            values += [(arxiv, one.iri) for arxiv in one.values("arxiv")]
        works = [self._batch(batch, things) for batch, things in read.in_batches(values, _MOST)]
        named = [
            (f"{variable} {term}", one.iri)
            for one in wanted
            if one.kind != "works"
            for variable, terms in _terms_of(one)
            for term in terms
        ]
        return works + [self._things(batch, things) for batch, things in read.in_batches(named, _MOST)]

    def _things(self, batch: Sequence[str], things: Sequence[str]) -> Question:
        ways = []
        for variable, property_ in (*_PROPERTIES.items(), ("entity", "")):
            terms = " ".join(term for name, _, term in (one.partition(" ") for one in batch) if name == variable)
            known = f"?entity wdt:{property_} ?known" if property_ else ""
            if terms:
                ways.append(f"  {{ VALUES ?{'known' if known else 'entity'} {{ {terms} }} {known} }}")
        query = _THINGS % " UNION\n".join(ways)
        return sparql.question(f"{self.base_of_things}/sparql", query, things, "batch of identifiers")

    def _batch(self, batch: Sequence[str], things: Sequence[str]) -> Question:
        dois = sparql.literals(one for one in batch if one.startswith("10."))
        arxiv = sparql.literals(one for one in batch if not one.startswith("10."))
        known = (
            f"  {{ VALUES ?known {{ {dois} }} ?item wdt:P356 ?known }} "
            f"UNION {{ VALUES ?number {{ {arxiv} }} ?item wdt:P818 ?number }}"
        )
        return sparql.question(f"{self.base}/sparql", _QUERY % known, things, "batch of identifiers")

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for items that are labelled with the title; of other things too many share a name."""
        if wanted.kind != "works":
            return None
        titles = sparql.literals(sparql.printed([wanted.title, *wanted.other_titles]), "en")
        known = f"  VALUES ?named {{ {titles} }} ?item rdfs:label ?named . ?item wdt:P577 ?published ."
        return sparql.question(f"{self.base}/sparql", _QUERY % known, (wanted.iri,), "search by title")

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the items in *body*, which has a row for each author, or for each identifier of another thing."""
        del question, media_type
        together: dict[str, list[sparql.Row]] = {}
        for row in sparql.rows(self.name, body):
            together.setdefault(row.get("item") or row.get("entity", ""), []).append(row)
        return [
            record
            for item, rows in together.items()
            if (record := _record(item, rows) if "item" in rows[0] else _thing(item, rows))
        ]


_PROPERTIES = {"issn": "P236", "stream": "P8926", "openalex": "P10283", "repository": "P1324"}


def _terms_of(wanted: Wanted) -> Iterator[tuple[str, list[str]]]:
    """Yield the variable and the terms by which Wikidata may have what names a thing."""
    for variable, scheme in (("issn", ISSN), ("stream", STREAM), ("openalex", OPENALEX)):
        yield variable, [sparql.literals([value]) for value in values_of(wanted.known, scheme)]
    repositories = [address.rstrip("/").removesuffix(".git") for address in wanted.repositories]
    yield "repository", [sparql.iris([f"{one}{end}"]) for one in repositories for end in ("", "/", ".git")]
    yield "entity", [sparql.iris(addresses_of([(WIKIDATA, value)])) for value in values_of(wanted.known, WIKIDATA)]


def _thing(item: str, rows: Sequence[Mapping[str, str]]) -> Record | None:
    found, title = _ITEM.fullmatch(item), read.text(rows[0].get("label"), 300)
    if found is None or title is None:
        return None
    known = set(pairs_of([item]))
    for row in rows:
        known |= {(ISSN, value) for value in read.issns(row.get("issn"))}
        known |= pairs_of([f"https://dblp.org/streams/{row.get('stream')}", row.get("repository", "")])
        known |= pairs_of([f"https://openalex.org/{row.get('openalex')}"])
    return Record("wikidata", item, f"wikidata {found[1]}", title, known=frozenset(known))


def _record(item: str, rows: Sequence[Mapping[str, str]]) -> Record | None:
    found, first = _ITEM.fullmatch(item), rows[0]
    title = read.text(first.get("title")) or read.text(first.get("label"))
    if found is None or title is None:
        return None
    identifiers = read.identifiers(_doi(first.get("doi")), first.get("arxiv"))
    # Of several dates, that of a preprint among them, the first.
    year, month = min(
        (read.date(row.get("date")) for row in rows),
        key=lambda one: (one[0] or 9999, one[1] or 99),
        default=(None, None),
    )
    authors, et_al = _authors(rows)
    return Record(
        "wikidata",
        item,
        f"wikidata {found[1]}",
        title,
        authors,
        et_al,
        year,
        month,
        identifiers,
        Form(
            venue=read.text(first.get("venue"), 300),
            year=year,
            volume=read.text(first.get("volume"), 50),
            issue=read.text(first.get("issue"), 50),
            pages=read.pages(first.get("pages")),
            doi=identifiers.doi,
            arxiv=identifiers.arxiv,
        ),
    )


def _doi(value: str | None) -> str | None:
    """Return the DOI in small letters: what the capitals were is not told."""
    return value.lower() if value else None


def _authors(rows: Sequence[Mapping[str, str]]) -> tuple[tuple[Author, ...], bool]:
    places: dict[int, Author | None] = {}
    for row in rows:
        if place := read.number(row.get("ordinal"), 1, read.MOST_AUTHORS):
            name = read.author_text(row.get("name")) or read.author_text(row.get("stated"))
            places[place] = places.get(place) or (Author(split_name(name)) if name else None)
    return read.byline(places.get(place) for place in range(1, max(places, default=0) + 1))
