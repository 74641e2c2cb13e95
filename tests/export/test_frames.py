"""With a frame one thing's JSON-LD is ordinary nested JSON, and says nothing that the catalogue does not."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld

from aligngraph.export import export
from tests.conftest import ROOT
from tests.support.marks import slow_after

CONTEXT = "https://w3id.org/aligngraph/context.jsonld"
FRAMES = sorted((ROOT / "ontology" / "frames").glob("*.jsonld"))
EXAMPLES = {
    "artifact": "artifact:webgpt-comparisons",
    "concept": "goal:human-values",
    "person": "person:rafael-rafailov",
    "work": "work:rafailov2023-dpo",
}


@cache
def context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8"))
    return found


def load(url: str, _: object = None) -> dict[str, Any]:
    """Give the context for its own address, and nothing else: a frame needs no other document."""
    assert url == CONTEXT
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context()}


@cache
def catalogue() -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(export("jsonld", inferred=True)))
    return found


@cache
def framed(name: str) -> dict[str, Any]:
    frame = json.loads((ROOT / "ontology" / "frames" / f"{name}.jsonld").read_text(encoding="utf-8"))
    found: dict[str, Any] = jsonld.frame(
        catalogue(), {**frame, "id": EXAMPLES[name]}, {"omitGraph": True, "documentLoader": load}
    )
    return found


def keys(node: object) -> set[str]:
    if isinstance(node, list):
        return {key for each in node for key in keys(each)}
    if isinstance(node, dict):
        return set(node) | {key for value in node.values() for key in keys(value)}
    return set()


def test_there_is_an_example_of_each_frame() -> None:
    assert [path.stem for path in FRAMES] == list(EXAMPLES)


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: str(path.stem))
def test_a_frame_uses_the_context_and_its_names(path: Any) -> None:
    frame = json.loads(path.read_text(encoding="utf-8"))
    assert frame.pop("@context") == CONTEXT
    assert {key for key in keys(frame) if not key.startswith("@")} <= set(context()["@context"])


@pytest.mark.slow
@pytest.mark.parametrize("name", slow_after(1, EXAMPLES))
def test_what_comes_out_says_what_the_catalogue_says(name: str) -> None:
    document = {**framed(name), "@context": context()["@context"]}
    said = {quad.triple for quad in ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD)}
    known = {quad.triple for quad in ox.parse(json.dumps(catalogue()), format=ox.RdfFormat.JSON_LD)}
    assert len(said) > 8
    assert said <= known


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_its_keys_are_plain_names(name: str) -> None:
    body = {key: value for key, value in framed(name).items() if key != "@context"}
    assert {key for key in keys(body) if ":" in key or key.startswith("@")} == set()
    assert "null" not in json.dumps(body)


@pytest.mark.slow
def test_a_work_has_its_authors_and_publications_inside() -> None:
    work = framed("work")
    assert work["title"].startswith("Direct Preference Optimization")
    assert [(each["ordinal"], each["hasPerson"]["name"]) for each in work["authorships"]][:2] == [
        (1, "Rafael Rafailov"),
        (2, "Archit Sharma"),
    ]
    arxiv, neurips = work["publications"]
    assert arxiv["arxivId"] == "2305.18290"
    assert arxiv["dblpKey"] == "journals/corr/abs-2305-18290"
    assert neurips["hasVenue"]["acronym"] == "NeurIPS"
    assert [goal["prefLabel"] for goal in work["evaluatesGoal"]] == ["human preferences"]


@pytest.mark.slow
def test_an_artifact_has_its_identifier_and_its_work() -> None:
    artifact = framed("artifact")
    assert artifact["huggingFaceId"] == "datasets/openai/webgpt_comparisons"
    assert [work["firstPublicYear"] for work in artifact["introducedBy"]] == [2021]


@pytest.mark.slow
def test_all_works_can_be_framed_at_once() -> None:
    frame = json.loads((ROOT / "ontology" / "frames" / "work.jsonld").read_text(encoding="utf-8"))
    works = jsonld.frame(catalogue(), frame, {"documentLoader": load})["@graph"]
    assert len(works) > 100
    assert [work["id"] for work in works if not work["id"].startswith("work:")] == []
