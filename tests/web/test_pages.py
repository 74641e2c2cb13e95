"""What pages say: terms, rules, documents, pictures, records, reasons."""

from __future__ import annotations

import json
import re
from html import unescape
from xml.etree import ElementTree as Xml

import pytest
import rdflib
import requests
from rdflib.namespace import OWL, RDF, SKOS

import aligngraph
from aligngraph.export import export
from aligngraph.validation.shapes import read_shapes
from tests.conftest import ROOT
from tests.web.conftest import Served

AG = "https://w3id.org/aligngraph/ontology#"
HTML = {"Accept": "text/html"}


def page(served: Served, path: str) -> str:
    reply = requests.get(served / path, headers=HTML, timeout=60)
    assert reply.ok, (path, reply.status_code)
    return reply.text


def test_the_ontology_has_each_term_at_its_place_with_its_definition(served: Served) -> None:
    html = page(served, "ontology/ontology.html")
    graph = rdflib.Graph().parse(ROOT / "ontology" / "aligngraph.ttl")
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {term for kind in kinds for term in graph.subjects(RDF.type, kind) if str(term).startswith(AG)}
    assert len(terms) > 100
    properties = page(served, "ontology/properties")
    assert page(served, "ontology/properties.html") == properties
    for term in terms:
        name = str(term).removeprefix(AG)
        # Every IRI leads to the first page; what binds a property is on the second.
        for html_ in (html, properties) if f'<section class="term" id="{name}">' not in html else (html,):
            assert f'id="{name}"' in html_, term
            assert str(graph.value(term, SKOS.definition)) in unescape(html_), term
    for one, address in ((html, "/ontology/ontology"), (properties, "/ontology/properties")):
        assert len(one.encode()) < 100_000
        assert f'href="{address}#' not in one
        places = set(re.findall(r'id="([^"]+)"', one))
        assert {place for place in re.findall(r'href="#([^"]+)"', one) if place != "main"} <= places
    assert set(re.findall(r'href="/ontology/properties#([^"]+)"', html)) <= set(re.findall(r'id="([^"]+)"', properties))
    assert set(re.findall(r'href="/ontology/ontology#([^"]+)"', properties)) <= set(re.findall(r'id="([^"]+)"', html))
    # A chain in words, and a property from the other end.
    assert re.search(r"Inferred from</dt><dd><a [^>]*>ag:hasPlacing</a>, then <a", properties)
    assert re.search(r"Properties that lead to it</dt><dd>.*?ag:placingGoal", html)


def test_the_shapes_page_has_the_message_of_every_rule(served: Served) -> None:
    text = unescape(page(served, "shapes/shapes.html"))
    rules = read_shapes(ROOT / "ontology" / "shapes.ttl").rules
    assert len(rules) > 200
    assert [iri for iri, rule in rules.items() if rule.message not in text] == []


def test_mappings_are_named_by_what_they_relate(served: Served) -> None:
    html = page(served, "mapping-set.html")
    assert len(html.encode()) < 100_000
    found = re.findall(r'<a href="/(mapping/[^"]+)">([^<]+)</a>', html)
    assert len(found) > 100
    assert all(" → " in name for _, name in found)
    path, name = found[0]
    assert f"<h1>{name}</h1>" in page(served, f"{path}.html")


def test_documents_lead_to_each_other_and_to_places_that_there_are(served: Served) -> None:
    names = {path.stem for path in (ROOT / "docs").glob("*.md")}
    index = page(served, "docs")
    pages = {name: page(served, f"docs/{name}") for name in names}
    assert set(re.findall(r'href="/docs/([^"]+)"', index)) == names
    for name, html in pages.items():
        assert "<h1" in html
        assert 'href=""' not in html
        for target, mark in re.findall(r'href="/docs/([a-z-]+)(?:#([^"]+))?"', html):
            assert target in names, (name, target)
            assert not mark or f'id="{mark}"' in pages[target], (name, target, mark)
    assert requests.get(served / "docs/benchmarks.svg", timeout=60).headers["Content-Type"] == "image/svg+xml"
    assert requests.get(served / "docs/nothing", timeout=60).status_code == 404


def test_pictures_are_well_formed_and_lead_to_what_they_count(served: Served) -> None:
    for path, kind in (("", "grid"), ("query/timeline?run=1", "timeline"), ("query/venues?run=1", "bars")):
        found = re.findall(r"<svg.*?</svg>", page(served, path), re.DOTALL)
        pictures = [Xml.fromstring(unescape(one).replace("&", "&amp;")) for one in found]
        assert any(f"chart {kind}" == one.get("class") for one in pictures), path
        links = [link.get("href") or "" for one in pictures for link in one.iter("a")]
        assert links
        assert requests.get(served / links[0].lstrip("/"), headers=HTML, timeout=60).ok
    # Rows that share a label are no picture.
    assert "<svg" not in page(served, "query/works-by-goal?goal=human-values")


@pytest.mark.slow
def test_a_work_has_records_that_are_those_of_the_export(served: Served) -> None:
    for name, ending in (("bibtex", "bib"), ("ris", "ris")):
        record = requests.get(served / f"work/rafailov2023-dpo.{ending}", timeout=60).text
        assert record.strip()
        assert record.strip() in "".join(export(name))
    items = json.loads("".join(export("csljson")))
    said = requests.get(served / "work/rafailov2023-dpo.csljson", timeout=60).json()
    assert said == [item for item in items if item["id"] == "rafailov2023-dpo"]
    assert requests.get(served / "work/nothing.bib", timeout=60).status_code == 404


def test_the_head_of_a_work_tells_search_engines_what_it_is(served: Served) -> None:
    html = page(served, "work/rafailov2023-dpo.html")
    tags = [
        (name, unescape(value)) for name, value in re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', html)
    ]
    assert ("citation_author", "Rafailov, Rafael") in tags
    assert ("citation_doi", "10.52202/075280-2338") in tags
    assert ("citation_arxiv_id", "2305.18290") in tags
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert data
    node = json.loads(data[1])
    whole = json.loads("".join(export("schemaorg", inferred=True)))["@graph"]
    (expected,) = [one for one in whole if one["@id"] == node["@id"]]
    assert {name: value for name, value in node.items() if name != "@context"} == expected


def test_why_says_of_each_place_what_it_rests_on(served: Served) -> None:
    text = unescape(re.sub(r"<[^>]+>", " ", page(served, "why/yuan2023-rrhf")))
    proof = str(aligngraph.open().explain("work:yuan2023-rrhf", "usesMethod", "ranking-based"))
    files = set(re.findall(r"data/[\w/.-]+", proof))
    assert files
    assert all(file in text for file in files)
    assert "prp-spo2 (property chain)" in text
    assert requests.get(served / "why/nothing", timeout=60).status_code == 404


def test_a_long_list_is_cut_and_leads_to_all_of_it(served: Served) -> None:
    html = page(served, "work/srivastava2022-big-bench.html")
    assert len(html.encode()) < 100_000
    said = re.search(r"100 of (\d+) are shown\. <a href=\"(/query/authors-of-work\?[^\"]+)\"", html)
    assert said
    answer = page(served, unescape(said[2]).lstrip("/"))
    assert f"{said[1]} rows, page 1 of" in answer


def test_a_browser_sees_an_answer_and_a_program_gets_it(served: Served) -> None:
    query = {"query": "SELECT ?v { ?v a ag:Venue }"}
    shown = requests.get(served / "sparql", params=query, headers=HTML, timeout=60)
    assert shown.headers["Content-Type"].startswith("text/html")
    assert "35 rows" in shown.text
    assert requests.get(served / "sparql", params=query, timeout=60).json()["head"]["vars"] == ["v"]
    chosen = requests.get(served / "sparql", params={**query, "format": "text/csv"}, headers=HTML, timeout=60)
    assert chosen.headers["Content-Type"] == "text/csv"
    wrong = requests.get(served / "sparql", params={"query": "SELECT ?v {\n ?v a"}, headers=HTML, timeout=60)
    assert wrong.status_code == 400
    assert 'data-line="2"' in wrong.text
    refused = requests.get(served / "sparql", params={"query": "DROP ALL"}, headers=HTML, timeout=60)
    assert refused.status_code == 400
    assert "DROP ALL</textarea>" in refused.text


def test_an_answer_is_sorted_by_any_column(served: Served) -> None:
    html = page(served, "query/venues?run=1&sort=-works")
    numbers = [int(one) for one in re.findall(r'<td class="number">(\d+)</td>', html)]
    assert numbers == sorted(numbers, reverse=True)
    assert 'aria-sort="descending"' in html


def test_the_taxonomy_tells_added_works_from_listed_ones_and_a_concept_leads_to_its_works(served: Served) -> None:
    taxonomy = requests.get(served / "taxonomy", headers={"Accept": "text/html"}, timeout=60).text
    # As `aligngraph tree` has it: no page lists a work on toxicity, and the catalogue places some there.
    assert re.search(r">toxicity</a>\s*<span class=\"dim\">0( \+[1-9]\d*)? represent, 0 \+[1-9]\d* evaluate", taxonomy)
    goal = requests.get(served / "goal/human-values.html", timeout=60).text
    assert '<a href="/query/works-by-goal?goal=human-values">All of them</a>' in goal
    assert "aligngraph query" not in goal
