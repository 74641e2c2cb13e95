"""Names in a query without an answer that the catalogue does not have are told."""

from __future__ import annotations

import pytest

from aligngraph.queries.unknown_names import unknown_names
from aligngraph.rdf.namespaces import AG, BASE
from aligngraph.stores.open import open_catalogue
from tests.conftest import Run


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT * { ?x a ag:Benchmrk }", ["ag:Benchmrk (did you mean 'ag:Benchmark'"]),
        (f"SELECT * {{ ?x a <{AG}Benchmrk> }}", ["ag:Benchmrk (did you mean"]),
        (f"PREFIX a: <{AG}> SELECT * {{ ?x a a:Papr ; a:hasLink ?y }}", ["ag:Papr (did you mean 'ag:Paper'"]),
        ("SELECT * { ?x ag:evaluateGoal goal:human-valus }", ["ag:evaluateGoal (did", "goal:human-valus (did"]),
        ("SELECT * { work:zzzzqqqq ?p ?o }", ["work:zzzzqqqq ('aligngraph query terms' lists"]),
        # Others' names, texts and comments are none; nor is a prefix of ours that means something else here.
        ('SELECT * { ?x a ag:Paper ; rdfs:label "ag:Nope" ; foaf:nope 1 } # ag:Nope', []),
        ("PREFIX ag: <urn:x:> SELECT * { ?x a ag:Nope }", []),
        # What is only a property, an object or a graph is there.
        ("SELECT * { ?x ag:hasLink 1 ; a ag:Paper FILTER (false) }", []),
        (f"SELECT * {{ GRAPH <{BASE}graph/placings/works> {{ ?s ?p 'none' }} }}", []),
    ],
)
def test_names_that_are_nowhere_are_told(query: str, names: list[str]) -> None:
    found = unknown_names(query, open_catalogue())
    assert len(found) == len(names)
    assert all(one.startswith(name) for one, name in zip(found, names, strict=True)), found


def test_the_command_says_so_where_there_are_no_rows(run: Run) -> None:
    outcome = run("sparql", "SELECT ?x { ?x a ag:Benchmrk }")
    assert outcome.code == 0
    assert outcome.err.startswith("0 rows; not in the catalogue: ag:Benchmrk (did you mean 'ag:Benchmark'")
    assert run("sparql", "SELECT ?x { ?x a ag:Paper FILTER (false) }").err == "0 rows\n"
    assert "not in the catalogue" not in run("sparql", "SELECT (1 AS ?x) { OPTIONAL { ?y a ag:Benchmrk } }").err
