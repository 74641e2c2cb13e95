"""VoID, the service description and the queries in RDF say what is so; the queries' headers are what grlc reads."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from rdflib.plugins.sparql import prepareQuery

from aligngraph.export import export
from aligngraph.export.descriptions import SD, SERVICE, SPEX
from aligngraph.export.graph import load_quads
from aligngraph.queries.stored import StoredQuery, list_queries
from aligngraph.rdf.namespaces import BASE, PREFIXES
from tests.conftest import ROOT
from tests.support.exports import written
from tests.support.marks import slow_after

QUERIES = list_queries(federated=True)
EACH = pytest.mark.parametrize("query", QUERIES, ids=lambda query: str(query.name))
PROLOGUE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in (PREFIXES | {"sd": SD, "spex": SPEX}).items())


@cache
def store(name: str) -> ox.Store:
    found = ox.Store()
    found.load(written(name).encode(), format=ox.RdfFormat.TURTLE)
    assert len(found) > 100
    return found


def rows(where: ox.Store, select: str) -> list[tuple[str, ...]]:
    found = where.query(PROLOGUE + select, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(getattr(term, "value", "") for term in row) for row in found]


@cache
def dump() -> ox.Store:
    found = ox.Store()
    for quad in ox.parse(written("nquads"), format=ox.RdfFormat.N_QUADS):
        found.add(quad)
    return found


@pytest.mark.parametrize("name", ["void", "service", "queries"])
def test_nothing_in_it_is_a_blank_node(name: str) -> None:
    assert not [q for q in store(name) if ox.BlankNode in (type(q.subject), type(q.object))]


# VoID


def test_void_is_the_description_with_the_counts() -> None:
    files = ("catalogue", "statistics")
    said = {
        quad.triple
        for name in files
        for quad in ox.parse(path=str(ROOT / "data" / f"{name}.ttl"), format=ox.RdfFormat.TURTLE)
    }
    assert {quad.triple for quad in store("void")} == said


@pytest.mark.slow
def test_void_with_what_follows_counts_the_same_data() -> None:
    assert "".join(export("void", inferred=True)) == "".join(export("void"))


# The service


def test_service_says_what_it_understands_and_names_no_endpoint_that_does_not_answer() -> None:
    select = "SELECT ?s ?l { ?s a sd:Service ; sd:supportedLanguage ?l ; sd:feature ?f }"
    assert rows(store("service"), select) == [(SERVICE, SD + "SPARQL11Query")]
    for name in ("service", "queries", "void"):
        text = written(name)
        assert "sd:endpoint" not in text
        assert "void:sparqlEndpoint" not in text
        assert f"{BASE}sparql" not in text


def test_service_counts_the_graphs_of_the_dump() -> None:
    stated = rows(
        store("service"),
        "SELECT ?name ?n { ?d a sd:Dataset ; sd:namedGraph ?g . ?g a sd:NamedGraph ; sd:name ?name ; sd:graph ?in . "
        "?in a sd:Graph ; void:triples ?n }",
    )
    counted = rows(dump(), "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert len(stated) > 150
    assert sorted(stated) == sorted(counted)


def test_service_counts_the_default_graph_as_the_union() -> None:
    stated = rows(store("service"), "SELECT ?n { ?d sd:defaultGraph ?g . ?g a sd:Graph ; void:triples ?n }")
    assert stated == [(str(len({quad.triple for quad in load_quads()})),)]


# Stored queries in RDF


def test_every_query_is_an_executable() -> None:
    found = rows(store("queries"), "SELECT ?name { ?q a sh:SPARQLExecutable ; dcterms:identifier ?name }")
    assert sorted(name for (name,) in found) == sorted(query.name for query in QUERIES)


@pytest.mark.parametrize("query", slow_after(20, QUERIES), ids=lambda query: str(query.name))
def test_it_says_what_the_file_says(query: StoredQuery) -> None:
    node = f"<{BASE}query/{query.name}>"
    ((label, comment, kind, text),) = rows(
        store("queries"),
        f"""SELECT ?label ?comment ?kind ?text {{ {node} rdfs:label ?label ; rdfs:comment ?comment ; a ?kind ;
        sh:select|sh:construct|sh:ask ?text FILTER (?kind != sh:SPARQLExecutable) }}""",
    )
    assert (label, comment, text) == (query.summary, query.description, query.text)
    form = "Construct" if "\nCONSTRUCT" in query.text else "Select"
    assert kind == PREFIXES["sh"] + f"SPARQL{form}Executable"
    prepareQuery(text)
    keywords = rows(store("queries"), f"SELECT ?k {{ {node} schema:keywords ?k }}")
    assert {keyword for (keyword,) in keywords} == set(query.tags)
    others = rows(store("queries"), f"SELECT ?s {{ {node} spex:federatesWith ?s }}")
    assert [service for (service,) in others] == ([query.service] if query.service else [])


@EACH
def test_its_parameters_are_there_in_order_with_their_defaults(query: StoredQuery) -> None:
    found = rows(
        store("queries"),
        f"""SELECT ?name ?text ?default {{ <{BASE}query/{query.name}> sh:parameter ?p .
        ?p a sh:Parameter ; sh:name ?name ; sh:description ?text ; sh:order ?order ; sh:optional true ; sh:path ?path .
        OPTIONAL {{ ?p sh:defaultValue ?default }} FILTER (STRENDS(STR(?path), CONCAT("#", ?name))) }}
        ORDER BY ?order""",
    )
    assert [(name, text) for name, text, _ in found] == [(each.name, each.text) for each in query.parameters]
    assert [bool(default) for *_, default in found] == [each.default != "UNDEF" for each in query.parameters]


def test_a_parameter_says_what_it_takes() -> None:
    found = rows(
        store("queries"),
        f"SELECT ?class ?kind {{ <{BASE}query/works-by-goal/goal> sh:class ?class ; sh:nodeKind ?kind }}",
    )
    assert found == [(PREFIXES["ag"] + "Goal", PREFIXES["sh"] + "IRI")]
    found = rows(store("queries"), f"SELECT ?t {{ <{BASE}query/works-by-year/since> sh:datatype ?t }}")
    assert found == [(PREFIXES["xsd"] + "integer",)]


# grlc: lines that begin with '#+' are YAML once '#+' is gone (https://github.com/CLARIAH/grlc/wiki/Query-decorators)


def decorators(query: StoredQuery) -> dict[str, Any]:
    lines = [line.lstrip("#+") for line in query.text.split("\n") if line.startswith("#+")]
    found = yaml.safe_load("\n".join(lines))
    assert isinstance(found, dict)
    return found


@EACH
def test_the_header_is_yaml_that_says_the_same(query: StoredQuery) -> None:
    found = decorators(query)
    assert found["summary"] == query.summary
    assert found["description"] == query.description
    assert found["tags"] == list(query.tags)
    assert [key for key in found if key.startswith("param ")] == [f"param {each.name}" for each in query.parameters]
    assert all(isinstance(value, str) for key, value in found.items() if key != "tags")


@EACH
def test_the_header_sends_grlc_to_no_other_endpoint(query: StoredQuery) -> None:
    """What grlc calls an endpoint is where it sends the query, which has to be one that serves the catalogue."""
    assert "endpoint" not in decorators(query)
    assert not re.search(r"\?_\w", query.text), "grlc would take this variable for a parameter"
