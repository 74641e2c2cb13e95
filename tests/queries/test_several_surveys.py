"""Questions about what several surveys list, on the page's survey and a small one beside it."""

from __future__ import annotations

import pytest

from aligngraph import Catalogue, open
from aligngraph.catalogue.sources import data_folder

LIST = """
@prefix ag: <https://w3id.org/aligngraph/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix listing: <https://w3id.org/aligngraph/listing/> .
@prefix method: <https://w3id.org/aligngraph/method/> .
@prefix section: <https://w3id.org/aligngraph/section/> .
@prefix survey: <https://w3id.org/aligngraph/survey/> .
@prefix work: <https://w3id.org/aligngraph/work/> .

survey:small a ag:Survey ; dcterms:title "A small list"@en .
section:small-rl a ag:Section ; ag:heading "RL" ; ag:order 1 ; ag:sectionOf survey:small ;
    ag:sectionMethod method:rlhf .
section:small-sft a ag:Section ; ag:heading "SFT" ; ag:order 2 ; ag:sectionOf survey:small ;
    ag:sectionMethod method:sft-based .
section:small-rest a ag:Section ; ag:heading "More" ; ag:order 3 ; ag:sectionOf survey:small .
listing:small-001 a ag:Listing ; ag:inSection section:small-rl ; ag:lists work:rafailov2023-dpo .
listing:small-002 a ag:Listing ; ag:inSection section:small-sft ; ag:lists work:zhao2023-slic-hf .
listing:small-003 a ag:Listing ; ag:inSection section:small-rest ; ag:lists work:li2023-rain .
listing:small-004 a ag:Listing ; ag:inSection section:small-rl ; ag:lists work:ouyang2022-instructgpt .
listing:small-005 a ag:Listing ; ag:inSection section:small-rest ; ag:lists work:new2026-quiet .
work:new2026-quiet a ag:LanguageModelWork ; dcterms:title "Quiet Preferences"@en ; ag:firstPublicYear 2026 .
"""
PAGE = "Research Resources: Up-to-date Survey of LLM Value Alignment"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    path = tmp_path_factory.mktemp("lists") / "small.ttl"
    path.write_text(LIST, encoding="utf-8")
    return open(data_folder(), path)


def local(iri: object) -> str:
    return str(iri).rpartition("/")[2].rstrip(">")


def test_works_that_several_surveys_list(catalogue: Catalogue) -> None:
    rows = catalogue.query("works-by-survey", lists="several")
    assert {local(row.work) for row in rows} == {
        "rafailov2023-dpo", "zhao2023-slic-hf", "li2023-rain", "ouyang2022-instructgpt",
    }  # fmt: skip
    assert [row.surveyTitle for row in rows] == ["A small list", PAGE] * 4


def test_what_only_one_survey_lists_and_what_is_new_in_it(catalogue: Catalogue) -> None:
    (only,) = catalogue.query("works-by-survey", survey="small", lists="one")
    assert (only.title, only.year, only.surveys) == ("Quiet Preferences", 2026, 1)
    assert len(catalogue.query("works-by-survey", survey="small", since=2026)) == 1
    assert len(catalogue.query("works-by-survey", survey="value-alignment", lists="one")) == 124 - 4


def test_surveys_differ_where_neither_place_is_within_the_other(catalogue: Catalogue) -> None:
    # DPO: RL with human feedback here, ranking-based on the page. SLiC-HF is under SFT here and under a narrower method
    # there; InstructGPT is under a narrower method here; RAIN stands here under no method.
    rows = catalogue.query("surveys-that-differ")
    assert [(local(row.work), row.sort, row.surveyTitle, local(row.concept), row.otherTitle) for row in rows] == [
        ("rafailov2023-dpo", "method", "A small list", "rlhf", PAGE),
        ("rafailov2023-dpo", "method", PAGE, "ranking-based", "A small list"),
    ]
