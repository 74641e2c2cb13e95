"""Facts of works and artifacts that were wrong or missing once, each as the source has it."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.rdf.namespaces import PREFIXES, expand
from aligngraph.reasoning.closure import infer
from aligngraph.reasoning.consistency import find_inconsistencies
from aligngraph.sparql.backend import Backend
from aligngraph.stores.open import open_catalogue
from tests.support.marks import slow_after

PROLOGUE = """
PREFIX ag: <https://w3id.org/aligngraph/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


@pytest.fixture(scope="module")
def backend() -> Backend:
    return open_catalogue()


FACTS: dict[str, dict[str, set[str]]] = {
    "work:hoover2020-mftc": {"ag:firstPublicYear": {"2019"}, "ag:firstPublicMonth": {"4"}},
    "publication:hoover2020-mftc-psyarxiv": {"ag:doi": {"10.31234/osf.io/w4f72"}, "ag:publicationYear": {"2019"}},
    "publication:jiang2021-delphi-nature-machine-intelligence": {
        "ag:doi": {"10.1038/s42256-024-00969-6"},
        "ag:volume": {"7"},
        "ag:pages": {"145-160"},
    },
    "publication:jin2022-moralexceptqa-neurips": {"ag:doi": {"10.52202/068431-2063"}},
    "publication:ouyang2022-instructgpt-neurips": {"ag:doi": {"10.52202/068431-2011"}},
    "publication:rafailov2023-dpo-neurips": {"ag:doi": {"10.52202/075280-2338"}},
    "publication:zhou2023-lima-neurips": {"ag:doi": {"10.52202/075280-2400"}},
    "publication:wvs2022-wave7-world-values-survey": {"ag:doi": {"10.14281/18241.24"}},
    "artifact:moral-foundations-theory": {
        "ag:introducedBy": set(),
        "ag:describedBy": {"work:graham2013-mft"},
        "dcterms:source": {"https://doi.org/10.1162/0011526042365555"},
    },
    "artifact:polite-flamingo": {"ag:githubRepository": {"ChenDelong1999/polite-flamingo"}},
    "publication:lin2022-truthfulqa-acl": {"ag:pages": {"3214-3252"}},
    "publication:azar2023-ipo-aistats": {"ag:pages": {"4447-4455"}, "ag:volume": {"238"}},
    "publication:dhamala2021-bold-facct": {"ag:isbn": set(), "ag:pages": {"862-872"}},
    "publication:qiu2022-valuenet-aaai": {"ag:pages": {"11183-11191"}},
    "publication:wang2022-self-instruct-acl": {"ag:pages": {"13484-13508"}},
    "work:sanh2021-t0": {"ag:reportsOn": {"artifact:big-bench", "artifact:crows-pairs", "artifact:winogender"}},
    "work:gou2023-critic": {"ag:reportsOn": set()},
    "artifact:second-thoughts": {"ag:trainedOn": set()},
    "artifact:p3": {
        "ag:dataLocation": {"https://huggingface.co/datasets/bigscience/P3"},
        "ag:huggingFaceId": {"datasets/bigscience/P3"},
        "ag:repository": set(),
    },
    "artifact:t0": {"ag:huggingFaceId": {"bigscience/T0"}, "ag:trainedOn": {"artifact:p3"}},
    "artifact:openbookqa": {"ag:homepage": {"https://allenai.org/data/open-book-qa"}},
    "artifact:clever-flamingo": {"ag:githubRepository": {"ChenDelong1999/polite-flamingo"}},
    "artifact:life-values-inventory": {"ag:homepage": {"https://www.lifevaluesinventory.org/"}},
    "artifact:pew-gas": {"ag:homepage": {"https://www.pewresearch.org/global/datasets/"}},
    "artifact:recursive-book-summaries": {"ag:dataLocation": set()},
    "artifact:summarize-from-feedback": {"ag:dataLocation": {"https://github.com/openai/summarize-from-feedback"}},
    "artifact:schwartz-basic-values": {
        "ag:introducedBy": set(),
        "ag:describedBy": {"work:schwartz2012-basic-values"},
        "dcterms:source": {"https://doi.org/10.1016/S0065-2601(08)60281-6"},
    },
    "artifact:alpaca": {"ag:baseModel": {"artifact:llama"}, "ag:trainedOn": {"artifact:alpaca-data"}},
    "artifact:llama-2-chat": {"ag:baseModel": {"artifact:llama-2"}},
    "artifact:bbq": {
        "dcterms:license": {"https://creativecommons.org/licenses/by/4.0/"},
        "dcterms:language": {"http://id.loc.gov/vocabulary/iso639-1/en"},
    },
    "artifact:truthfulqa": {"dcterms:license": {"https://www.apache.org/licenses/LICENSE-2.0"}},
    "artifact:sbic": {"dcterms:license": {"https://creativecommons.org/licenses/by/4.0/"}},
    "artifact:safety-assessment-chinese-llm": {"dcterms:language": {"http://id.loc.gov/vocabulary/iso639-1/zh"}},
    "artifact:commonsense-norm-bank": {"dcterms:license": {"https://creativecommons.org/licenses/by-nc-sa/4.0/"}},
    "artifact:ethics": {"dcterms:license": {"https://opensource.org/license/mit"}},
    "artifact:super-naturalinstructions": {"dcterms:license": {"https://www.apache.org/licenses/LICENSE-2.0"}},
    "artifact:mimic-it": {"dcterms:license": set()},
    "artifact:c-eval": {"dcterms:license": {"https://creativecommons.org/licenses/by-nc-sa/4.0/"}},
    "work:rafailov2023-dpo": {"ag:firstPublicMonth": {"5"}},
    "work:ouyang2022-instructgpt": {
        "ag:reportsOn": {
            "artifact:realtoxicityprompts", "artifact:truthfulqa",
        },
    },
}  # fmt: skip


@pytest.mark.parametrize(("thing", "name"), [(thing, name) for thing, facts in FACTS.items() for name in facts])
def test_fact_is_as_its_source_has_it(thing: str, name: str, backend: Backend) -> None:
    found = {value_of(term) for (term,) in rows(backend, f"SELECT ?x {{ <{expand(thing)}> {name} ?x }}")}
    assert found == {expand(value) or value for value in FACTS[thing][name]}


def test_helpful_honest_and_harmless_are_principles_and_no_theory(backend: Backend) -> None:
    kinds = {value_of(kind) for (kind,) in rows(backend, f"SELECT ?kind {{ <{expand('artifact:hhh')}> a ?kind }}")}
    assert expand("ag:PrincipleSet") in kinds
    assert expand("ag:ValueTheory") not in kinds


def test_doi_of_the_world_values_survey_is_that_of_version_6(backend: Backend) -> None:
    select = f"SELECT ?note {{ ?x ?p ?note FILTER (STRSTARTS(STR(?x), STR(<{expand('publication:wvs2022-wave7')}>))) }}"
    notes = [value_of(note) for (note,) in rows(backend, select) if "18241.20" in value_of(note)]
    assert len(notes) == 1
    assert "DOI is that of version 6.0" in notes[0]


def rows(backend: Backend, select: str) -> list[tuple[object, ...]]:
    found = backend.select(f"{PROLOGUE} {select}")
    return [tuple(row) for row in found]


def value_of(term: object) -> str:
    return str(getattr(term, "value", ""))


def test_month_is_that_of_the_arxiv_number_where_the_preprint_is_of_the_first_year(backend: Backend) -> None:
    select = """SELECT ?work ?year ?month ?number {
      ?work ag:firstPublicYear ?year ; ag:firstPublicMonth ?month ; ag:hasPublication/ag:arxivId ?number }"""
    checked = 0
    for work, year, month, number in rows(backend, select):
        match = re.match(r"(\d\d)(\d\d)\.", value_of(number))
        if match and 2000 + int(match[1]) == int(value_of(year)):
            assert int(value_of(month)) == int(match[2]), work
            checked += 1
    assert checked == 110


def test_what_a_licence_or_language_is_called_is_said(backend: Backend) -> None:
    select = f"""{PROLOGUE} SELECT DISTINCT ?value {{ ?artifact a ag:Artifact ; dcterms:license|dcterms:language ?value
      MINUS {{ ?value rdfs:label ?label }} }}"""
    assert list(backend.select(select)) == []


def test_artifacts_have_an_address_where_a_public_source_states_one(backend: Backend) -> None:
    select = f"""{PROLOGUE} SELECT (COUNT(DISTINCT ?artifact) AS ?number) {{ ?artifact a ag:Artifact
      MINUS {{ ?artifact ag:homepage|ag:repository|ag:dataLocation ?page }} }}"""
    ((number,),) = backend.select(select)
    assert isinstance(number, ox.Literal)
    assert int(number.value) == 24


@pytest.mark.parametrize(
    "statement",
    slow_after(
        2,
        [
            'artifact:bbq ag:doi "10.1234/bbq" .',
            "artifact:bbq a ag:Dataset , ag:Benchmark .",
            "venue:neurips ag:homepage <https://neurips.cc/> .",
            'publication:a-neurips ag:homepage <https://x.org/a> ; a ag:ConferencePaper ; ag:evidence "its page" .',
            'work:a a ag:Paper ; ag:repository <https://github.com/a/a> ; ag:githubRepository "a/a" .',
        ],
    ),
)
def test_what_people_may_well_say_is_consistent(statement: str) -> None:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    said = ox.parse(f"{prefixes}{statement}", format=ox.RdfFormat.TURTLE)
    inference = infer([*read_quads(find_sources()), *said])
    assert list(find_inconsistencies(inference)) == []


def test_every_match_with_another_vocabulary_is_asserted_and_has_its_reason(backend: Backend) -> None:
    prologue = f"{PROLOGUE} PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX sssom: <https://w3id.org/sssom/>"
    stated = backend.select(
        f"""{prologue} SELECT DISTINCT ?x ?p ?y {{
          VALUES ?p {{ skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch skos:relatedMatch }}
          ?x ?p ?y FILTER (!STRSTARTS(STR(?y), "https://w3id.org/aligngraph/")) }}"""
    )
    argued = backend.select(
        f"""{prologue} SELECT DISTINCT ?x ?p ?y {{ ?m sssom:subject_id ?x ; sssom:predicate_id ?p ; sssom:object_id ?y ;
          sssom:confidence ?c ; sssom:mapping_justification ?j ; rdfs:comment ?why
          FILTER (STRSTARTS(STR(?p), STR(skos:))) }}"""
    )
    links = {tuple(map(value_of, row)) for row in argued}
    assert {tuple(map(value_of, row)) for row in stated} == links
    assert len({subject for subject, _, _ in links}) >= 14


def test_benchmarks_that_another_catalogue_has_lead_to_it(backend: Backend) -> None:
    select = """SELECT DISTINCT ?label {
      { ?x <https://schema.org/sameAs> ?y }
      UNION { ?m <https://w3id.org/sssom/subject_id> ?x ; <https://w3id.org/sssom/object_id> ?y }
      ?x a ag:Artifact ; rdfs:label ?label FILTER (STRSTARTS(STR(?y), "https://w3id.org/ai-atlas-nexus/")) }"""
    assert {value_of(label) for (label,) in rows(backend, select)} == {
        "AGIEval", "AlpacaEval", "BBQ", "BIG-bench", "BOLD", "CrowS-Pairs", "MT-Bench", "ToxiGen", "TruthfulQA",
    }  # fmt: skip
