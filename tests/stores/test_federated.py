"""Federated queries: refused unless allowed, and right against a second store that holds records as the source does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

import aligngraph
from aligngraph.errors import ArgumentError
from aligngraph.queries.binding import bind
from aligngraph.queries.stored import StoredQuery, list_queries
from aligngraph.rdf.namespaces import AG, PREFIXES
from aligngraph.sparql.backend import Embedded, QueryError
from aligngraph.stores.open import open_files
from tests.conftest import Run
from tests.support.servers import OxigraphServer, oxigraph_server

FEDERATED = [query for query in list_queries(federated=True) if query.is_federated]
QUERIES = pytest.mark.parametrize("query", FEDERATED, ids=lambda query: str(query.name))
WORK = "https://w3id.org/aligngraph/work/rafailov2023-dpo"
TITLE = "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"

# As each source writes them (looked up in its own data or documentation): Wikidata has DOIs in capitals as plain
# strings; dblp's years are xsd:gYear; SemOpenAlex has DOIs in lower case, as strings that begin with the resolver.
RECORDS = """
@prefix dblp: <https://dblp.org/rdf/schema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix soa: <https://semopenalex.org/ontology/> .
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix datacite: <http://purl.org/spar/datacite/> .

wd:Q1 wdt:P818 "2305.18290" ; wdt:P356 "10.48550/ARXIV.2305.18290" ;
    rdfs:label "Direct Preference Optimization"@en , "Direkte Präferenzoptimierung"@de .
wd:Q2 wdt:P818 "9999.00001" ; wdt:P356 "10.9999/NOT-OURS" ; rdfs:label "something else"@en .
<https://dblp.org/rec/journals/corr/abs-2305-18290> a dblp:Publication , dblp:Informal ;
    dblp:title "Direct Preference Optimization: Your Language Model is Secretly a Reward Model." ;
    dblp:yearOfPublication "2023"^^xsd:gYear ; dblp:numberOfCreators 6 .
<https://dblp.org/rec/journals/corr/abs-9999-00001> a dblp:Publication ; dblp:title "Something else." .
<https://semopenalex.org/work/W4378771755> a soa:Work ;
    datacite:doi "https://doi.org/10.48550/arxiv.2305.18290" ; soa:citedByCount 100 .
<https://semopenalex.org/work/W1> a soa:Work ; datacite:doi "https://doi.org/10.9999/not-ours" ; soa:citedByCount 1 .
"""

EXPECTED = {
    ("federated-wikidata-by-doi", "doi"): (
        "10.48550/arXiv.2305.18290",
        {"title": TITLE, "itemLabel": "Direct Preference Optimization", "item": "http://www.wikidata.org/entity/Q1"},
    ),
    ("federated-wikidata-by-arxiv", "arxiv"): (
        "2305.18290",
        {"title": TITLE, "itemLabel": "Direct Preference Optimization", "item": "http://www.wikidata.org/entity/Q1"},
    ),
    ("federated-dblp", "key"): (
        "journals/corr/abs-2305-18290",
        {"year": "2023", "dblpTitle": TITLE + ".", "dblpYear": "2023", "dblpAuthors": "6"},
    ),
    ("federated-semopenalex", "doi"): (
        "10.48550/arXiv.2305.18290",
        {"cited": "100", "openAlex": "https://openalex.org/W4378771755"},
    ),
}


@dataclass(frozen=True)
class Case:
    """A query, a value for one of its parameters, and what its only row says."""

    query: StoredQuery
    parameter: str
    value: str
    expected: dict[str, str]


CASES = pytest.mark.parametrize(
    "case",
    [Case(query, key[1], *EXPECTED[key]) for query in FEDERATED for key in EXPECTED if key[0] == query.name],
    ids=lambda case: case.query.name,
)


@pytest.fixture(scope="module")
def catalogue() -> Embedded:
    return open_files()


@pytest.fixture(scope="module")
def source() -> Iterator[OxigraphServer]:
    with oxigraph_server() as server:
        triples = [quad.triple for quad in ox.parse(RECORDS, format=ox.RdfFormat.TURTLE)]
        graph = ox.NamedNode("https://example.org/records")
        server.load([ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples])
        yield server


def there(sparql: str, query: StoredQuery, server: OxigraphServer) -> str:
    """Return *sparql* with the address of its source put off to *server*."""
    assert query.service is not None
    assert sparql.count(f"SERVICE <{query.service}>") == 1
    return sparql.replace(f"SERVICE <{query.service}>", f"SERVICE <{server.endpoint}>")


def rows(catalogue: Embedded, sparql: str) -> list[dict[str, str]]:
    found = catalogue.select(sparql)
    return [
        {name: str(getattr(term, "value", "")) for name, term in zip(found.variables, row, strict=True) if term}
        for row in found
    ]


def test_there_is_a_query_for_each_source() -> None:
    assert {name for name, _ in EXPECTED} == {query.name for query in FEDERATED}


@QUERIES
def test_header_names_the_address_asked(query: StoredQuery) -> None:
    assert query.name.startswith("federated-")
    assert re.findall(r"SERVICE (?:SILENT )?<([^>]+)>", query.text) == [query.service]
    assert query.text.startswith("#+ summary: ")
    assert query.description.endswith(".")


@QUERIES
def test_is_sparql_in_both_engines_and_declares_what_it_uses(query: StoredQuery) -> None:
    prepareQuery(query.text)
    declared = dict(re.findall(r"^PREFIX (\w+): <([^>]+)>$", query.text, re.MULTILINE))
    assert declared
    assert declared.items() <= PREFIXES.items()
    empty = ox.Store()
    empty.query(re.sub(r"SERVICE <[^>]+>", "GRAPH ?source", query.text))


@QUERIES
def test_each_parameter_has_values_in_the_catalogue(query: StoredQuery, catalogue: Embedded) -> None:
    for parameter in query.parameters:
        assert parameter.type == "string"
        (value,) = (row[0] for row in catalogue.select(f"SELECT ?v {{ VALUES ?v {{ {parameter.default} }} }}"))
        assert catalogue.ask(f"ASK {{ ?thing <{AG}{parameter.of}> {value} }}"), value


@QUERIES
def test_is_refused_without_the_flag(query: StoredQuery, run: Run) -> None:
    outcome = run("query", query.name)
    assert outcome.code == 2
    assert outcome.out == ""
    assert f"SERVICE would send requests to <{query.service}>" in outcome.err
    assert "--allow-service" in outcome.err


@QUERIES
def test_is_refused_in_python_too(query: StoredQuery) -> None:
    with pytest.raises(QueryError, match="SERVICE would send requests"):
        aligngraph.query(query.name)


def test_the_list_shows_them_and_their_help_needs_no_network(run: Run) -> None:
    listed = run("query")
    assert [line.split()[0] for line in listed.out.splitlines() if line.startswith("federated-")] == [
        query.name for query in FEDERATED
    ]
    assert run("query", "federated-dblp", "--help").code == 0


@CASES
def test_rows_join_the_catalogue_with_the_source(case: Case, catalogue: Embedded, source: OxigraphServer) -> None:
    sparql = bind(case.query, {case.parameter: [case.value]}, catalogue)
    (row,) = rows(catalogue, there(sparql, case.query, source))
    assert row["work"] == WORK
    assert case.expected.items() <= row.items()


@CASES
def test_any_sends_every_identifier_and_finds_what_both_have(
    case: Case, catalogue: Embedded, source: OxigraphServer
) -> None:
    sparql = bind(case.query, {case.parameter: ["any"]}, catalogue)
    assert "UNDEF" not in sparql
    assert f'"{case.value}"' in sparql
    (row,) = rows(catalogue, there(sparql, case.query, source))
    assert case.expected.items() <= row.items()


@CASES
def test_an_identifier_that_the_catalogue_has_not_is_not_sent(case: Case, catalogue: Embedded) -> None:
    others = {"doi": "10.9999/not-ours", "arxiv": "9999.00001", "key": "journals/corr/abs-9999-00001"}
    other = others[case.parameter]
    with pytest.raises(ArgumentError, match=f"{case.parameter}='{other}' matches no .* of the catalogue"):
        bind(case.query, {case.parameter: [other]}, catalogue)


def test_the_command_runs_one_that_is_allowed(
    run: Run, tmp_path: Path, catalogue: Embedded, source: OxigraphServer
) -> None:
    query = next(query for query in FEDERATED if query.name == "federated-dblp")
    (tmp_path / "q.rq").write_text(there(bind(query, {}, catalogue), query, source), encoding="utf-8")
    outcome = run("sparql", "--allow-service", "--format", "csv", tmp_path / "q.rq")
    assert outcome.code == 0
    assert TITLE in outcome.out


@pytest.mark.parametrize("name", sorted({query.name for query in FEDERATED}))
def test_another_endpoint_is_asked_in_place_of_the_one_named(run: Run, name: str, source: OxigraphServer) -> None:
    parameter, value = next((key[1], said[0]) for key, said in EXPECTED.items() if key[0] == name)
    given = {parameter: value}
    outcome = run("query", name, "-p", f"{parameter}={value}", "--service", source.endpoint, "--format", "csv")
    assert outcome.code == 0, outcome
    assert WORK in outcome.out
    assert aligngraph.open().query(name, given, service=source.endpoint).text("csv") == outcome.out


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/",
        "example.org/sparql",
        "http://a b/",
        "http://a/> { ?s ?p ?o } }#",
        "http://u:p@a/",
        "http://",
    ],
)
def test_what_is_no_address_of_an_endpoint_is_refused(run: Run, address: str) -> None:
    outcome = run("query", "federated-dblp", "--service", address)
    assert (outcome.code, outcome.out) == (2, "")
    assert "is no address of an endpoint" in outcome.err


def test_a_query_that_asks_no_other_endpoint_takes_no_service(run: Run) -> None:
    outcome = run("query", "works-by-year", "--service", "http://127.0.0.1:9/sparql")
    assert (outcome.code, "works-by-year asks no other endpoint" in outcome.err) == (2, True)
