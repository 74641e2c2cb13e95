"""A dump with the mappings speaks to those who know other vocabularies."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from aligngraph.export import export
from aligngraph.rdf.namespaces import BASE, PREFIXES
from tests.conftest import Run


@pytest.mark.slow
def test_with_mappings_who_knows_other_vocabularies_finds_their_terms() -> None:
    plain = set("".join(export("ntriples", inferred=True)).splitlines())
    mapped = set("".join(export("ntriples", inferred=True, mappings=True)).splitlines())
    assert plain < mapped
    foaf, schema, type_ = PREFIXES["foaf"], PREFIXES["schema"], PREFIXES["rdf"] + "type"
    work, person = f"{BASE}work/rafailov2023-dpo", f"{BASE}person/rafael-rafailov"
    for subject, predicate, object_ in (
        (person, type_, f"{foaf}Person"),
        (work, type_, f"{schema}ScholarlyArticle"),
        (work, f"{schema}author", person),
        (f"{BASE}publication/rafailov2023-dpo-neurips", type_, "http://purl.org/spar/fabio/Expression"),
        (f"{BASE}artifact/hh-rlhf", type_, f"{PREFIXES['dcat']}Dataset"),
    ):
        assert f"<{subject}> <{predicate}> <{object_}> ." in mapped - plain


def test_mappings_go_with_rdf_alone(run: Run) -> None:
    told = run("export", "--format", "bibtex", "--mappings")
    assert told.code == 2
    assert "--mappings goes with the RDF formats" in told.err


def test_who_knows_skos_alone_finds_the_schemes_in_a_dump() -> None:
    store = ox.Store()
    store.load(input="".join(export("ntriples", inferred=True)).encode(), format=ox.RdfFormat.N_TRIPLES)
    head = f"PREFIX skos: <{PREFIXES['skos']}> PREFIX dcterms: <{PREFIXES['dcterms']}> "

    def count(pattern: str) -> int:
        solutions = store.query(f"{head} SELECT DISTINCT ?x WHERE {{ {pattern} }}")
        assert isinstance(solutions, ox.QuerySolutions)
        return len(list(solutions))

    concepts = count("?x a skos:Concept ; skos:prefLabel ?label ; skos:definition ?text ; skos:inScheme ?scheme")
    assert concepts == count("?x skos:inScheme ?scheme") > 50
    assert count("?x a skos:Concept ; skos:hiddenLabel ?label") > 10
    described = "dcterms:title ?t ; dcterms:creator ?c ; dcterms:license ?l ; dcterms:modified ?m"
    assert count(f"?x a skos:ConceptScheme ; skos:hasTopConcept ?top ; {described}") == 3
