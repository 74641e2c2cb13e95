"""dblp: records by DOI, arXiv identifier, key or title, and venues by stream, ISSN or title, in SPARQL.

Signatures have names, ORCID iDs and persons. The vocabulary: https://dblp.org/rdf/docu/. One query answers for many
works, which its search pages do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from aligngraph.bibliography.identifiers import DBLP, DOI
from aligngraph.bibliography.person_names import split_name
from aligngraph.bibliography.works import ARXIV_VENUE, Form
from aligngraph.linking.known import ISSN, STREAM, WIKIDATA, addresses_of, pairs_of, values_of
from aligngraph.linking.records import Author, Record, Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import reading as read
from aligngraph.linking.sources import sparql

_MOST = 100
_PERSON = re.compile(r"https://dblp\.org/pid/([A-Za-z0-9]+/[A-Za-z0-9_-]+)")
_HOMONYM = re.compile(r" [0-9]{4}$")
_KINDS = {
    "Article": "JournalArticle",
    "Inproceedings": "ConferencePaper",
    "Incollection": "BookChapter",
    "Book": "BookEdition",
    "Proceedings": "BookEdition",
    "Phdthesis": "BookEdition",
}
_QUERY = """PREFIX dblp: <https://dblp.org/rdf/schema#>
SELECT DISTINCT ?record ?title ?year ?doi ?type ?venue ?volume ?issue ?pages ?ordinal ?name ?person ?orcid WHERE {
%s
  ?record dblp:title ?title .
  OPTIONAL { ?record dblp:yearOfPublication ?year }
  OPTIONAL { ?record dblp:doi ?doi }
  OPTIONAL { ?record dblp:bibtexType ?type }
  OPTIONAL { ?record dblp:publishedIn ?venue }
  OPTIONAL { ?record dblp:publishedInJournalVolume ?volume }
  OPTIONAL { ?record dblp:publishedInJournalVolumeIssue ?issue }
  OPTIONAL { ?record dblp:pagination ?pages }
  OPTIONAL {
    ?record dblp:hasSignature ?signature .
    ?signature a dblp:AuthorSignature ;
      dblp:signatureOrdinal ?ordinal ;
      dblp:signatureDblpName ?name .
    OPTIONAL { ?signature dblp:signatureCreator ?person }
    OPTIONAL { ?signature dblp:signatureOrcid ?orcid }
  }
}"""

_STREAMS = """PREFIX dblp: <https://dblp.org/rdf/schema#>
SELECT DISTINCT ?stream ?title ?issn ?wikidata WHERE {
%s
  ?stream dblp:primaryStreamTitle ?title .
  OPTIONAL { ?stream dblp:issn ?issn }
  OPTIONAL { ?stream dblp:wikidata ?wikidata }
}"""


class Dblp(Source):
    """The source "dblp"."""

    name = "dblp"
    base = "https://sparql.dblp.org"
    kinds = frozenset(("works", "venues"))

    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return a question for every hundred keys and DOIs. Since 2018 the key of a preprint has its arXiv number."""
        values: list[tuple[str, str]] = []
        for one in (one for one in wanted if one.kind == "works"):
            keys = [
                *one.values("dblp"),
                *(f"journals/corr/abs-{arxiv.replace('.', '-')}" for arxiv in one.values("arxiv")),
            ]
            values += [(DBLP.address(key), one.iri) for key in keys if DBLP.is_valid(key)]
            # A DOI is an IRI there, and has the letters that the publisher sent.
            values += [(DOI.address(way), one.iri) for doi in one.dois() for way in (doi, doi.lower(), doi.upper())]
        works = [self._batch(batch, things) for batch, things in read.in_batches(values, _MOST)]
        return works + [
            sparql.question(f"{self.base}/sparql", _STREAMS % _streams(batch), things, "batch of venues")
            for batch, things in read.in_batches(_values_of_venues(wanted), _MOST)
        ]

    def _batch(self, batch: Sequence[str], things: Sequence[str]) -> Question:
        records = sparql.iris(one for one in batch if one.startswith(DBLP.base))
        dois = sparql.iris(one for one in batch if not one.startswith(DBLP.base))
        known = f"  {{ VALUES ?record {{ {records} }} }} UNION {{ VALUES ?known {{ {dois} }} ?record dblp:doi ?known }}"
        return sparql.question(f"{self.base}/sparql", _QUERY % known, things, "batch of identifiers")

    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for records with the title, which ends in a stop there."""
        titles = sparql.printed([wanted.title, *wanted.other_titles])
        if wanted.kind == "venues":
            known = f"  VALUES ?named {{ {sparql.literals(titles)} }} ?stream dblp:streamTitle ?named ."
            return sparql.question(f"{self.base}/sparql", _STREAMS % known, (wanted.iri,), "venue by name")
        if wanted.kind != "works":
            return None
        ways = [title if title.endswith(("?", "!")) else f"{title.rstrip('.')}." for title in titles]
        known = f"  VALUES ?title {{ {sparql.literals(dict.fromkeys(ways))} }}"
        return sparql.question(f"{self.base}/sparql", _QUERY % known, (wanted.iri,), "search by title")

    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the records in *body*, which has a row for each author."""
        del question, media_type
        together: dict[str, list[sparql.Row]] = {}
        for row in sparql.rows(self.name, body):
            together.setdefault(row.get("record", ""), []).append(row)
        records = [record for rows in together.values() if (record := _record(rows))]
        return [*records, *_venues(row for row in together.get("", ()) if "stream" in row)]


def _values_of_venues(wanted: Sequence[Wanted]) -> list[tuple[str, str]]:
    return [
        (address, one.iri)
        for one in wanted
        if one.kind == "venues"
        for scheme in (STREAM, ISSN)
        for address in addresses_of((scheme, value) for value in values_of(one.known, scheme))
    ]


def _streams(batch: Sequence[str]) -> str:
    """Return the pattern for streams by their addresses, and by ISSNs, which are URNs or addresses of the portal."""
    streams = sparql.iris(one for one in batch if "/streams/" in one)
    issns = [one for one in batch if "/streams/" not in one]
    ways = sparql.iris([*issns, *(f"urn:issn:{one.rpartition('/')[2]}" for one in issns)])
    return f"  {{ VALUES ?stream {{ {streams} }} }} UNION {{ VALUES ?known {{ {ways} }} ?stream dblp:issn ?known }}"


def _venues(rows: Iterable[Mapping[str, str]]) -> list[Record]:
    """Return a record for each stream."""
    titles: dict[str, str] = {}
    known: dict[str, frozenset[tuple[str, str]]] = {}
    for row in rows:
        title = read.text(row.get("title"), 300)
        for key in values_of(pairs_of([row["stream"]]), STREAM) if title else ():
            said = pairs_of([row.get("issn", ""), row.get("wikidata", "")])
            said = frozenset(pair for pair in said if pair[0] == WIKIDATA or read.issns(pair[1]))
            titles.setdefault(key, title or "")
            known[key] = known.get(key, frozenset()) | said | {(STREAM, key)}
    return [
        Record("dblp", addresses_of([(STREAM, key)])[0], f"dblp {key}", title, known=known[key])
        for key, title in titles.items()
    ]


def _record(rows: Sequence[Mapping[str, str]]) -> Record | None:
    first = rows[0]
    key, title = DBLP.parse(first.get("record", "")), read.text(first.get("title"))
    if key is None or title is None:
        return None
    is_preprint = key.startswith("journals/corr/")
    arxiv = re.fullmatch(r"journals/corr/abs-([0-9]{4})-([0-9]{4,5})", key)
    identifiers = read.identifiers(first.get("doi"), f"{arxiv[1]}.{arxiv[2]}" if arxiv else None)
    year = read.year_of(first.get("year"))
    kind = "Preprint" if is_preprint else _KINDS.get(first.get("type", "").rpartition("#")[2])
    authors, et_al = _authors(rows)
    return Record(
        "dblp",
        DBLP.address(key),
        f"dblp {key}",
        title.removesuffix("."),
        authors,
        et_al,
        year,
        None,
        identifiers,
        Form(
            kind,
            venue=ARXIV_VENUE if is_preprint else read.text(first.get("venue"), 300),
            year=year,
            # Of a preprint it is the number.
            volume=None if is_preprint else read.text(first.get("volume"), 50),
            issue=read.text(first.get("issue"), 50),
            pages=read.pages(first.get("pages")),
            doi=identifiers.doi,
            arxiv=identifiers.arxiv,
            dblp=key,
        ),
    )


def _authors(rows: Sequence[Mapping[str, str]]) -> tuple[tuple[Author, ...], bool]:
    places: dict[int, Author | None] = {}
    for row in rows:
        if place := read.number(row.get("ordinal"), 1, read.MOST_AUTHORS):
            name = read.author_text(row.get("name"))
            person = _PERSON.fullmatch(row.get("person", ""))
            bare = split_name(_HOMONYM.sub("", name)) if name else None
            author = Author(bare, read.orcid(row.get("orcid")), person[1] if person else None) if bare else None
            places[place] = places.get(place) or author
    return read.byline(places.get(place) for place in range(1, max(places, default=0) + 1))
