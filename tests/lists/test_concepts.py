"""Concepts that came with the further lists: works stand under each, and what people type leads to them."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

import aligngraph
from aligngraph.bibliography.keys import clean, fold
from aligngraph.curation.concepts import Meanings
from aligngraph.curation.headings import read_heading_map
from aligngraph.curation.holdings import CONCEPT_KINDS, Holdings, ag, read_holdings
from aligngraph.rdf.namespaces import BASE, PREFIXES

ROOT = Path(__file__).parents[2]
SKOS = PREFIXES["skos"]
SSSOM = PREFIXES["sssom"]
MEANINGS = ("sectionRepresents", "sectionEvaluates", "sectionApproach", "sectionMethod")
TYPED = {
    "red teaming": "approach/red-teaming",
    "jailbreak attacks": "approach/red-teaming",
    "LLM-as-a-judge": "approach/model-judge",
    "LLM judges": "approach/model-judge",
    "guardrails": "approach/guardrail",
    "PRM": "approach/process-reward-model",
    "process supervision": "approach/process-reward-model",
    "AI governance": "approach/regulation",
    "uncertainty": "goal/self-knowledge",
    "agent safety": "goal/agent-safety",
    "test-time alignment": "method/decoding-time",
    "RLVR": "method/verifiable-rewards",
    "persona": "method/role-playing",
}


@pytest.fixture(scope="module")
def concepts() -> Holdings:
    return read_holdings([ROOT / "lists" / "concepts.ttl"])


@pytest.fixture(scope="module")
def taxonomy() -> Holdings:
    return read_holdings([ROOT / "data" / "taxonomy"])


@pytest.fixture(scope="module")
def surveys() -> Holdings:
    return read_holdings([ROOT / "lists" / "surveys"])


def added(concepts: Holdings) -> list[str]:
    return [concept for kind in CONCEPT_KINDS for concept in concepts.things(kind)]


def test_at_least_ten_works_stand_under_each_concept(concepts: Holdings, surveys: Holdings) -> None:
    works: dict[str, set[str]] = {concept: set() for concept in added(concepts)}
    for listing in surveys.things("Listing"):
        section = surveys.text(listing, ag("inSection"))
        while section:
            for concept in (one for name in MEANINGS for one in surveys.texts(section, ag(name))):
                if concept in works:
                    works[concept] |= set(surveys.texts(listing, ag("lists")))
            section = surveys.text(section, ag("parentSection"))
    assert len(works) == 10
    assert {concept: len(some) for concept, some in works.items() if len(some) < 10} == {}


def test_each_concept_is_defined_and_has_its_place(concepts: Holdings, taxonomy: Holdings) -> None:
    for concept in added(concepts):
        for name in ("prefLabel", "altLabel", "notation", "definition", "example"):
            assert concepts.texts(concept, SKOS + name), (concept, name)
        scheme = concept.rpartition("/")[0]
        assert concepts.texts(concept, f"{SKOS}inScheme") == [scheme]
        (broader,) = concepts.texts(concept, f"{SKOS}broader")
        above = taxonomy.text(broader, f"{SKOS}notation") or ""
        own = concepts.text(concept, f"{SKOS}notation") or ""
        assert own.startswith(above), concept
        assert own.removeprefix(above).lstrip(".").isdigit(), concept
        for related in concepts.texts(concept, f"{SKOS}related"):
            assert related in taxonomy.described, (concept, related)


def test_notations_are_used_once_and_only_one_label_is_shared(concepts: Holdings, taxonomy: Holdings) -> None:
    meanings = Meanings([taxonomy, concepts])
    new = set(added(concepts))
    shared = {
        name for kind in CONCEPT_KINDS for name, named in meanings.names(kind).items() if len(named) > 1 and named & new
    }
    # An automatic arena has such a judge. It has the label as a hidden one only, so that this concept comes first.
    assert shared == {fold(clean("LLM-as-a-judge"))}


def test_every_match_says_why(concepts: Holdings) -> None:
    reasons = {
        (concepts.text(one, f"{SSSOM}subject_id"), concepts.text(one, f"{SSSOM}object_id"))
        for one in concepts.described
        if f"{SSSOM}Mapping" in concepts.texts(one, PREFIXES["rdf"] + "type")
    }
    matches = {
        (concept, match) for concept in added(concepts) for match in concepts.texts(concept, f"{SKOS}relatedMatch")
    }
    assert matches
    assert matches == reasons


def test_sections_mean_what_the_tables_say(concepts: Holdings, taxonomy: Holdings) -> None:
    meanings = Meanings([taxonomy, concepts])
    for folder in sorted((ROOT / "lists" / "surveys").iterdir()):
        survey = read_holdings([folder / "survey.ttl"])
        table = read_heading_map((folder / "headings.tsv").read_bytes(), "headings.tsv", meanings)
        for section in survey.things("Section"):
            path: list[str] = []
            above: str | None = section
            while above:
                path.insert(0, survey.text(above, ag("heading")) or "")
                above = survey.text(above, ag("parentSection"))
            said = table.meaning(path)
            if said is not None:
                has = [(ag(name), one) for name in MEANINGS for one in survey.texts(section, ag(name))]
                assert sorted(has) == sorted(said), (folder.name, path)


@pytest.mark.slow
def test_what_people_type_leads_to_the_concept_and_its_works() -> None:
    with aligngraph.open("aligngraph:all") as catalogue:
        for name, concept in TYPED.items():
            assert str(catalogue.show(name).iri) == BASE + concept, name
        rows = catalogue.query("works-by-approach", approach="red teaming")
        assert len(rows) >= 300
        assert len(catalogue.query("works-by-method", method="RLVR")) >= 10


def test_the_catalogue_of_the_page_has_none_of_them(concepts: Holdings) -> None:
    iris = set(added(concepts))
    for path in (ROOT / "data").rglob("*.ttl"):
        for quad in ox.parse(path=path):
            assert quad.subject.value not in iris, path
            assert not (isinstance(quad.object, ox.NamedNode) and quad.object.value in iris), path
