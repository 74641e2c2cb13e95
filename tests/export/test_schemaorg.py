"""What schema.org is told: each property belongs to its type there, authors keep their order, nothing is made up."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from aligngraph.export import export
from aligngraph.export.graph import RDF_TYPE, Graph, ag, load_quads, merge
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES
from tests.conftest import ROOT, Run

SCHEMA = "https://schema.org/"
RDFS = PREFIXES["rdfs"]
# From schema.org 30.0: what a CreativeWork may have that is used here, then what its kinds add, then the other types.
THING = {"name", "alternateName", "description", "identifier", "sameAs", "url"}
CREATIVE = THING | {
    "about", "author", "citation", "creator", "dateModified", "datePublished", "isPartOf", "keywords", "license",
    "publisher", "version", "workExample",
}  # fmt: skip
ALLOWED = {
    "Book": CREATIVE | {"isbn"},
    "BookSeries": CREATIVE,
    "Chapter": CREATIVE | {"pagination"},
    "CreativeWork": CREATIVE,
    "CreativeWorkSeries": CREATIVE,
    "DataDownload": CREATIVE | {"contentUrl", "encodingFormat", "url"},
    "Dataset": CREATIVE | {"distribution"},
    "DefinedTerm": THING | {"inDefinedTermSet", "termCode"},
    "Organization": THING,
    "Periodical": CREATIVE,
    "Person": THING,
    "PropertyValue": THING | {"propertyID", "value"},
    "PublicationIssue": CREATIVE | {"issueNumber"},
    "PublicationVolume": CREATIVE | {"volumeNumber"},
    "Report": CREATIVE,
    "ScholarlyArticle": CREATIVE | {"pagination"},
    "SoftwareSourceCode": CREATIVE | {"codeRepository"},
    "WebPage": CREATIVE,
    "WebSite": CREATIVE,
}
# Types that the values of a property may have there; a bare string may be a text or an address.
VALUES = {
    "about": {"DefinedTerm"},
    "author": {"Person"},
    "citation": {"Book", "CreativeWork", "Report", "ScholarlyArticle", "WebPage"},
    "creator": {"Organization", "Person"},
    "distribution": {"DataDownload"},
    "identifier": {"PropertyValue"},
    "isPartOf": {"BookSeries", "CreativeWorkSeries", "Periodical", "PublicationIssue", "PublicationVolume", "WebSite"},
    "publisher": {"Organization"},
    "workExample": {"Book", "Chapter", "Dataset", "Report", "ScholarlyArticle", "WebPage"},
}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(export("schemaorg")))
    return found


@cache
def asserted() -> Graph:
    return Graph(merge(load_quads()))


def node(path: str) -> dict[str, Any]:
    (found,) = [each for each in document()["@graph"] if each["@id"] == BASE + path]
    return dict(found)


def nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("kind", ALLOWED)
def test_a_type_has_only_properties_of_its_own(kind: str) -> None:
    found = [each for each in nodes(document()["@graph"]) if each["@type"] == kind]
    assert found
    assert {key for each in found for key in each} - {"@id", "@type"} <= ALLOWED[kind]


def test_no_other_type_is_used() -> None:
    assert {each["@type"] for each in nodes(document()["@graph"])} == set(ALLOWED)


@pytest.mark.parametrize("name", VALUES)
def test_a_property_has_values_of_its_types(name: str) -> None:
    values = [value for each in nodes(document()["@graph"]) if name in each for value in listed(each[name])]
    found = {value["@type"] for value in values if isinstance(value, dict)}
    assert found
    assert found <= VALUES[name]


MORE_SPECIAL = {
    "CreativeWork": {
        "Book", "BookSeries", "Chapter", "CreativeWorkSeries", "Dataset", "Periodical", "Report", "ScholarlyArticle",
        "SoftwareSourceCode", "WebPage", "WebSite",
    },
    "CreativeWorkSeries": {"BookSeries", "Periodical"},
}  # fmt: skip


@pytest.mark.slow
def test_a_type_is_one_that_the_mappings_name_or_a_more_special_one() -> None:
    """The mappings of the terms and this format decide alike what schema.org would call a thing."""
    named: dict[str, set[str]] = defaultdict(set)
    relations = {RDFS + "subClassOf", RDFS + "seeAlso"}
    for quad in ox.parse(path=str(ROOT / "ontology" / "mappings.ttl"), format=ox.RdfFormat.TURTLE):
        target = getattr(quad.object, "value", "")
        if quad.predicate.value in relations and target.startswith(SCHEMA) and isinstance(quad.subject, ox.NamedNode):
            named[quad.subject.value].add(target.removeprefix(SCHEMA))
    allowed = {name: names.union(*(MORE_SPECIAL.get(one, set()) for one in names)) for name, names in named.items()}
    graph = Graph(merge(load_quads(inferred=True)))
    checked = set()
    for each in nodes(document()["@graph"]):
        types = {one.value for one in graph.objects(ox.NamedNode(each.get("@id", BASE)), RDF_TYPE)} & allowed.keys()
        if types:
            checked |= {(name.removeprefix(AG), each["@type"]) for name in types}
            assert any(each["@type"] in allowed[name] for name in types), each["@id"]
    assert {
        ("ConferenceSeries", "CreativeWorkSeries"), ("WorkshopSeries", "CreativeWorkSeries"), ("Benchmark", "Dataset"),
        ("Journal", "Periodical"), ("PreprintServer", "WebSite"), ("Software", "SoftwareSourceCode"),
    } <= checked  # fmt: skip


def test_no_two_things_are_the_same_record() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for each in nodes(document()["@graph"]):
        for record in listed(each.get("sameAs", [])):
            seen[record].add(each["@id"])
    assert len(seen) > 300
    assert {record: things for record, things in seen.items() if len(things) > 1} == {}


def test_content_is_a_file_and_a_page_a_url() -> None:
    files = [each["contentUrl"] for each in nodes(document()["@graph"]) if "contentUrl" in each]
    assert files
    assert [file for file in files if not file.startswith(BASE + "dump/")] == []
    places = [each for each in nodes(document()["@graph"]) if each["@type"] == "DataDownload" and "url" in each]
    assert len(places) > 30


def test_nothing_is_empty() -> None:
    assert not [each for each in nodes(document()["@graph"]) for value in each.values() if value in ("", [], {}, None)]


def test_every_work_and_artifact_is_there_once() -> None:
    graph = asserted()
    things = {thing.value for thing in graph.instances(ag("Work"), ag("Artifact"))}
    assert len(things) > 200
    assert sorted(each["@id"] for each in document()["@graph"]) == sorted([*things, BASE + "catalogue"])


def test_a_paper_is_a_scholarly_article() -> None:
    paper = node("work/rafailov2023-dpo")
    assert paper["@type"] == "ScholarlyArticle"
    assert paper["datePublished"] == "2023"
    assert [author["name"] for author in paper["author"]] == [
        "Rafael Rafailov", "Archit Sharma", "Eric Mitchell", "Christopher D. Manning", "Stefano Ermon", "Chelsea Finn",
    ]  # fmt: skip
    assert paper["isPartOf"]["volumeNumber"] == "36"
    assert paper["isPartOf"]["isPartOf"]["alternateName"] == "NeurIPS"
    assert {each["value"] for each in paper["identifier"]} >= {"10.52202/075280-2338", "2305.18290", "HPuSIXJaa9"}
    # The record of a published form is that form's, not the work's.
    assert "sameAs" not in paper
    assert "https://doi.org/10.52202/075280-2338" in paper["workExample"][0]["sameAs"]
    assert {term["name"] for term in paper["about"]} >= {"human preferences", "reward model"}
    assert [form["@id"].rpartition("-")[2] for form in paper["workExample"]] == ["neurips", "arxiv"]


def test_authors_stand_in_the_order_of_the_byline() -> None:
    graph = asserted()
    for work in graph.instances(ag("Work")):
        byline = {
            graph.number(each, ag("ordinal")): graph.text(each, ag("nameAsPrinted"))
            for each in graph.objects(work, ag("hasAuthorship"))
        }
        names = [author["name"] for author in node(work.value.removeprefix(BASE)).get("author", [])]
        assert names == [byline[number] for number in sorted(byline, key=lambda number: number or 0)]


def test_data_is_a_dataset_with_its_files() -> None:
    data = node("artifact/webgpt-comparisons")
    address = "https://huggingface.co/datasets/openai/webgpt_comparisons"
    assert data["@type"] == "Dataset"
    assert data["distribution"] == {"@type": "DataDownload", "url": address}
    assert data["identifier"]["value"] == "datasets/openai/webgpt_comparisons"
    assert data["citation"]["@id"].startswith(BASE + "work/")
    assert len(data["description"]) > 50
    assert data["creator"]


def test_the_catalogue_is_a_dataset_with_licence_and_dumps() -> None:
    whole = node("catalogue")
    assert whole["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert BASE + "dump/aligngraph.ttl" in [each["contentUrl"] for each in whole["distribution"]]


@pytest.mark.slow
def test_two_readers_find_the_same_statements() -> None:
    text = "".join(export("schemaorg"))
    theirs = rdflib.Graph().parse(data=text, format="json-ld")
    ours = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)}
    assert len(theirs) == len(ours) > 10_000
    assert all(str(predicate).startswith((SCHEMA, str(rdflib.RDF))) for predicate in set(theirs.predicates()))


def test_the_command_writes_it(run: Run) -> None:
    outcome = run("export", "--format", "schemaorg")
    assert outcome.code == 0
    assert json.loads(outcome.out) == document()
