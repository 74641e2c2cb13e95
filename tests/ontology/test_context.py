"""The JSON-LD context gives each term one readable key, and loses nothing of the data."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from aligngraph.rdf.namespaces import AG, PREFIXES, expand

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "ontology" / "context.jsonld"
ONTOLOGY = ROOT / "ontology" / "aligngraph.ttl"
DATA = sorted((ROOT / "data").rglob("*.ttl"))
SAMPLE = [
    "catalogue",
    "venues",
    "artifacts/benchmarks",
    "persons/k",
    "surveys/value-alignment/corrections",
    "surveys/value-alignment/listings/rl-based-alignment",
    "surveys/value-alignment/survey",
    "taxonomy/goals",
    "works/rafailov2023-dpo",
]
LANG_STRING = PREFIXES["rdf"] + "langString"
STRING = PREFIXES["xsd"] + "string"
TYPE = PREFIXES["rdf"] + "type"

WORK = {
    "id": "work:rivera2031-quiet",
    "type": "Paper",
    "title": "Quiet Rewards",
    "firstPublicYear": 2031,
    "confidence": "high",
    "authors": ["person:ana-rivera"],
    "authorships": [
        {
            "id": "authorship:rivera2031-quiet-001",
            "type": "Authorship",
            "ordinal": 1,
            "nameAsPrinted": "Ana Rivera",
            "hasPerson": "person:ana-rivera",
        }
    ],
    "publications": [{"id": "publication:rivera2031-quiet-iclr", "type": "ConferencePaper", "hasVenue": "venue:iclr"}],
}
WORK_IN_TURTLE = """
work:rivera2031-quiet a ag:Paper ;
    dcterms:title "Quiet Rewards"@en ;
    ag:confidence "high" ;
    ag:firstPublicYear 2031 ;
    ag:hasAuthor person:ana-rivera ;
    ag:hasAuthorship authorship:rivera2031-quiet-001 ;
    ag:hasPublication publication:rivera2031-quiet-iclr .
authorship:rivera2031-quiet-001 a ag:Authorship ;
    ag:nameAsPrinted "Ana Rivera" ;
    ag:ordinal 1 ;
    ag:person person:ana-rivera .
publication:rivera2031-quiet-iclr a ag:ConferencePaper ;
    ag:venue venue:iclr .
"""


@cache
def context() -> dict[str, Any]:
    (key,) = document = json.loads(FILE.read_text(encoding="utf-8"))
    assert key == "@context"
    found: dict[str, Any] = document[key]
    return found


def definitions() -> dict[str, dict[str, Any]]:
    """The keys that stand for properties."""
    return {key: value for key, value in context().items() if isinstance(value, dict)}


def key_for(triple: ox.Triple) -> list[str]:
    """The keys under which the triple's value can be written as a bare string, number or boolean."""
    fitting = []
    for key, definition in definitions().items():
        if expand(definition["@id"]) != triple.predicate.value:
            continue
        if isinstance(triple.object, ox.NamedNode):
            fits = definition.get("@type") == "@id"
        elif isinstance(triple.object, ox.Literal) and triple.object.datatype.value in (LANG_STRING, STRING):
            fits = "@type" not in definition and definition["@language"] == triple.object.language
        else:
            assert isinstance(triple.object, ox.Literal)
            fits = expand(definition.get("@type", ":")) == triple.object.datatype.value
        if fits:
            fitting.append(key)
    return fitting


def graph_of(document: dict[str, Any]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=json.dumps({"@context": context(), **document}), format="json-ld")


def turtle(text: str) -> rdflib.Graph:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return rdflib.Graph().parse(data=prefixes + text, format="turtle")


def test_a_work_written_with_the_keys_means_the_same_as_in_turtle() -> None:
    assert isomorphic(graph_of(WORK), turtle(WORK_IN_TURTLE))


def test_oxigraph_reads_the_same_from_it() -> None:
    text = json.dumps({"@context": context(), **WORK})
    read = {str(quad.triple) for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)}
    assert read == {str(q.triple) for q in ox.parse(turtle(WORK_IN_TURTLE).serialize(), format=ox.RdfFormat.TURTLE)}


def test_an_unknown_key_says_nothing() -> None:
    assert isomorphic(graph_of({**WORK, "favouriteColour": "green"}), turtle(WORK_IN_TURTLE))


def test_every_prefix_is_in_the_context() -> None:
    assert {name: context().get(name) for name in PREFIXES} == PREFIXES


def test_every_own_class_is_a_key() -> None:
    triples = list(ox.parse(path=ONTOLOGY, format=ox.RdfFormat.TURTLE))
    classes = {
        str(quad.subject.value).removeprefix(AG)
        for quad in triples
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(AG)
        and quad.object == ox.NamedNode(PREFIXES["owl"] + "Class")
    }
    assert classes
    assert {name: context().get(name) for name in classes} == {name: f"ag:{name}" for name in classes}


def test_every_own_property_has_one_key() -> None:
    kinds = {PREFIXES["owl"] + f"{kind}Property" for kind in ("Object", "Datatype", "Annotation")}
    properties = [
        quad.subject.value
        for quad in ox.parse(path=ONTOLOGY, format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(AG)
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value in kinds
    ]
    keyed = [expand(definition["@id"]) for definition in definitions().values()]
    assert properties
    assert sorted(iri for iri in keyed if iri is not None and iri.startswith(AG)) == sorted(properties)


@pytest.mark.slow
def test_every_statement_of_the_data_has_one_key_that_keeps_it() -> None:
    triples = {quad.triple for path in DATA for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)}
    kept = [triple for triple in triples if triple.predicate.value != TYPE]
    assert kept
    lost = {f"{t.predicate} {t.object}" for t in kept if len(key_for(t)) != 1}
    assert sorted(lost)[:5] == []


@pytest.mark.parametrize("name", SAMPLE)
def test_a_file_compacted_with_the_context_comes_back_whole(name: str) -> None:
    graph = rdflib.Graph().parse(ROOT / "data" / f"{name}.ttl", format="turtle")
    text = graph.serialize(format="json-ld", context=context())
    assert isomorphic(rdflib.Graph().parse(data=text, format="json-ld"), graph)
