"""Everything in the catalogue has a label, and standard terms beside ours, made from what its records say."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.labels import GRAPH_OF_LABELS, label
from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.rdf.namespaces import BASE, PREFIXES, expand
from aligngraph.reasoning.closure import closure
from tests.conftest import ROOT, Run

LABELS = {PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel", PREFIXES["dcterms"] + "title"}


@cache
def data() -> tuple[ox.Quad, ...]:
    return tuple(read_quads(find_sources()))


@cache
def everything() -> frozenset[ox.Triple]:
    return frozenset(quad.triple for quad in data()) | frozenset(closure(data()))


def said(thing: str, property_: str) -> set[str]:
    subject, predicate = expand(thing) or "", expand(property_)
    return {
        getattr(triple.object, "value", "")
        for triple in everything()
        if triple.subject == ox.NamedNode(subject) and triple.predicate.value == predicate
    }


def test_every_thing_in_a_dump_has_a_label() -> None:
    things = {
        term.value
        for triple in everything()
        for term in (triple.subject, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)
    }
    subjects = {triple.subject.value for triple in everything() if isinstance(triple.subject, ox.NamedNode)}
    named = {
        triple.subject.value
        for triple in everything()
        if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value in LABELS
    }
    assert len(things & subjects) > 4_000
    assert sorted(things & subjects - named) == []


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        ("publication:rafailov2023-dpo-neurips", "Direct Preference Optimization: Your Language Model is Secretly a "
         "Reward Model (NeurIPS 2023)"),
        ("authorship:rafailov2023-dpo-001", "Rafael Rafailov, author 1 of Direct Preference Optimization: Your "
         "Language Model is Secretly a Reward Model"),
        ("listing:value-alignment-005", "RL-based Alignment, no. 5: Improving alignment of dialogue agents via "
         "targeted human judgements"),
        ("link:value-alignment-005-2", "Data link: Improving alignment of dialogue agents via targeted human "
         "judgements"),
        ("placing:askell2021-laboratory-1", "A General Language Assistant as a Laboratory for Alignment: evaluates "
         "helpful, honest and harmless by alignment goal evaluation"),
        ("correction:value-alignment-014-authors", "correction of authors: Chain of hindsight aligns language models "
         "with feedback"),
        ("section:value-alignment-basic-values", "Taxonomy about Alignment Goals › Basic Values"),
    ],
)  # fmt: skip
def test_a_part_is_named_by_what_it_is_part_of(thing: str, text: str) -> None:
    assert said(thing, "rdfs:label") == {text}


@pytest.mark.parametrize(
    ("thing", "property_", "value"),
    [
        ("person:rafael-rafailov", "foaf:name", "Rafael Rafailov"),
        ("work:rafailov2023-dpo", "dcterms:title", "Direct Preference Optimization: Your Language Model is Secretly a "
         "Reward Model"),
        ("work:rafailov2023-dpo", "dcterms:creator", "https://w3id.org/aligngraph/person/rafael-rafailov"),
        ("work:rafailov2023-dpo", "dcterms:issued", "2023-05"),
        ("publication:rafailov2023-dpo-neurips", "dcterms:issued", "2023"),
        ("publication:rafailov2023-dpo-neurips", "schema:datePublished", "2023"),
        ("publication:rafailov2023-dpo-neurips", "dcterms:isPartOf", "https://w3id.org/aligngraph/venue/neurips"),
        ("publication:rafailov2023-dpo-neurips", "rdf:type", "http://purl.org/spar/fabio/ConferencePaper"),
        ("publication:rafailov2023-dpo-arxiv", "rdf:type", "http://purl.org/spar/fabio/Preprint"),
        ("work:rafailov2023-dpo", "rdf:type", "http://purl.org/spar/fabio/ScholarlyWork"),
    ],
)  # fmt: skip
def test_who_knows_standard_terms_alone_reads_it(thing: str, property_: str, value: str) -> None:
    assert value in said(thing, property_)


def test_a_book_is_no_part_of_its_publisher() -> None:
    publishers = {q.subject for q in data() if getattr(q.object, "value", "").endswith("#Publisher")}
    parts = {t.object for t in everything() if t.predicate.value == PREFIXES["dcterms"] + "isPartOf"}
    assert publishers
    assert parts
    assert publishers & parts == set()


def test_what_is_made_is_in_the_data_and_made_of_the_rest_alone() -> None:
    written = {quad.triple for quad in data() if quad.graph_name == GRAPH_OF_LABELS}
    assert set(label(data())) == written
    assert set(label(quad for quad in data() if quad.graph_name != GRAPH_OF_LABELS)) == written


def test_a_stale_file_of_labels_is_named(run: Run) -> None:
    path = ROOT / "data" / "venues.ttl"
    told = run("describe", "--labels", "--check", str(path))
    assert told.code == 1
    assert f"'aligngraph describe --labels -o {path} --force' updates it" in told.err
    assert run("describe", "--labels", "--check", str(ROOT / "data" / "labels.ttl")).code == 0
