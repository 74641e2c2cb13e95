"""The taxonomy: the names people type lead to its concepts, and the page's own concepts can be told from ours."""

from __future__ import annotations

import pytest

from aligngraph.queries.parameters import resolve
from aligngraph.queries.search import find
from aligngraph.queries.stored import Parameter
from aligngraph.rdf.namespaces import expand
from aligngraph.sparql.backend import Backend
from aligngraph.stores.open import open_catalogue
from aligngraph.views.tree import read_tree
from tests.support.marks import slow_after

NAMES = {
    "method:direct-preference-optimization": ["DPO", "direct preference optimization"],
    "method:in-context-learning": ["in-context learning", "ICL", "few-shot prompting"],
    "method:instruction-tuning": ["instruction tuning", "visual instruction tuning"],
    "method:ppo": ["PPO", "proximal policy optimization"],
    "method:preference-optimization": ["preference optimization", "preference optimisation"],
    "method:recommendation": ["recommendation", "recommender systems"],
    "method:rejection-sampling": ["rejection sampling", "best-of-n"],
    "method:rlaif": ["RLAIF", "reinforcement learning from AI feedback"],
    "method:rlhf": ["RLHF", "reinforcement learning from human feedback"],
    "method:self-correction": ["self-correction", "self-critique"],
    "method:sft-based": ["SFT", "supervised fine-tuning"],
    "goal:cultural-values": ["culture", "cultural values"],
    "goal:fairness-and-bias": ["bias", "fairness", "stereotypes"],
    "goal:hhh": ["HHH", "3H", "helpful, honest and harmless"],
    "goal:moral-foundations": ["moral foundations"],
    "goal:pluralism": ["pluralism", "value pluralism"],
    "goal:privacy": ["privacy"],
    "goal:robustness-to-jailbreaks": ["red teaming", "jailbreak", "jailbreaks"],
    "goal:schwartz-values": ["Schwartz"],
    "goal:toxicity": ["toxicity", "hate speech"],
    "goal:truthfulness": ["truthfulness", "hallucination", "factuality"],
    "approach:chatbot-arena": ["leaderboard", "LLM-as-a-judge"],
    "approach:reward-model": ["reward modeling", "RM"],
    "approach:value-classifier": ["value classifier", "Value Classifer"],
    "approach:values-principles-as-target": ["constitution"],
}
TYPED = [(name, concept) for concept, names in NAMES.items() for name in names]

ALSO_MEANT = {
    "DPO": {"work:rafailov2023-dpo"},
    "HHH": {"artifact:hhh", "goal:hhh"},
    "direct preference optimization": {"artifact:dpo", "method:direct-preference-optimization"},
    "visual instruction tuning": {"work:liu2023-llava"},
}
"""What 'show' takes a name for, where a work or artifact goes by it as well: one thing, or several that it lists."""


@pytest.fixture(scope="module")
def backend() -> Backend:
    return open_catalogue()


@pytest.mark.parametrize(("name", "concept"), TYPED)
def test_name_is_a_value_of_a_parameter(name: str, concept: str, backend: Backend) -> None:
    kind = concept.partition(":")[0]
    parameter = Parameter(name=kind, type="concept", of=kind, text="", default="UNDEF")
    assert resolve(parameter, name, backend).value == expand(concept)


@pytest.mark.parametrize(("name", "concept"), slow_after(15, TYPED))
def test_name_leads_to_a_concept_of_the_tree(name: str, concept: str, backend: Backend) -> None:
    assert [node.iri for node in read_tree(backend, name)] == [expand(concept)]


@pytest.mark.parametrize(("name", "concept"), TYPED)
def test_name_shows_what_it_may_mean(name: str, concept: str, backend: Backend) -> None:
    found = {candidate.curie for candidate in find(backend, name)}
    assert found == ALSO_MEANT.get(name, {concept})


def test_abbreviation_of_a_method_is_not_taken_for_a_family_name(backend: Backend) -> None:
    assert [candidate.curie for candidate in find(backend, "CAI")] == ["artifact:constitutional-ai"]


def test_no_two_concepts_share_a_name(backend: Backend) -> None:
    select = """SELECT ?name ?a ?b WHERE {
      ?a a skos:Concept ; skos:prefLabel|skos:altLabel|skos:hiddenLabel ?x ; skos:inScheme ?scheme .
      ?b a skos:Concept ; skos:prefLabel|skos:altLabel|skos:hiddenLabel ?y ; skos:inScheme ?scheme .
      BIND (LCASE(STR(?x)) AS ?name) FILTER (STR(?a) < STR(?b) && ?name = LCASE(STR(?y)))
    }"""
    prologue = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    assert list(backend.select(f"{prologue} {select}")) == []


@pytest.mark.parametrize("scheme", ["goals", "approaches", "methods"])
def test_collection_holds_what_headings_of_the_page_name(scheme: str, backend: Backend) -> None:
    prologue = """PREFIX ag: <https://w3id.org/aligngraph/ontology#>
      PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"""
    members = f"""SELECT DISTINCT ?concept WHERE {{
      <https://w3id.org/aligngraph/collection/value-alignment-{scheme}> skos:member ?concept }}"""
    kind = {"goals": "Goal", "approaches": "Approach", "methods": "Method"}[scheme]
    headings = f"""SELECT DISTINCT ?concept WHERE {{
      ?section ag:sectionRepresents|ag:sectionEvaluates|ag:sectionApproach|ag:sectionMethod ?named .
      ?named skos:broader* ?concept . ?concept a ag:{kind} }}"""
    found = {term for (term,) in backend.select(f"{prologue} {members}")}
    assert found == {term for (term,) in backend.select(f"{prologue} {headings}")}
    assert len(found) == {"goals": 7, "approaches": 17, "methods": 7}[scheme]


_GOALLESS = """SELECT DISTINCT ?work WHERE {
  ?work a ag:Work MINUS { ?work ag:addressesGoal ?goal }
}"""
_WITHOUT_GOAL = {
    "bao2023-tallrec", "chen2023-psychiatrist-chatbots", "du2022-glm", "firdaus2022-polise",
    "park2022-social-simulacra", "park2023-generative-agents", "peng2022-glhg", "salemi2023-lamp", "tu2022-misc",
    "wang2023-nir", "xie2021-icl-bayesian", "yang2023-palr", "zheng2023-augesc", "zhu2023-minigpt4",
    "ziems2023-llm-css",
}  # fmt: skip
"""Works that say of no goal that they pursue or test it: recommendation, emotional support, simulation, pretraining."""


def test_works_without_a_goal_are_those_that_state_none(backend: Backend) -> None:
    prologue = "PREFIX ag: <https://w3id.org/aligngraph/ontology#>"
    found = {str(term).rpartition("/")[2].rstrip(">") for (term,) in backend.select(f"{prologue} {_GOALLESS}")}
    assert found == _WITHOUT_GOAL


def test_concepts_that_are_not_on_the_page_have_works(backend: Backend) -> None:
    select = """SELECT ?concept WHERE {
      ?concept skos:inScheme ?scheme
      MINUS { ?collection skos:member ?concept }
      MINUS { ?work a ag:Work ; ag:addressesGoal|ag:usesMethod|ag:usesApproach ?concept }
    }"""
    prologue = """PREFIX ag: <https://w3id.org/aligngraph/ontology#>
      PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"""
    assert list(backend.select(f"{prologue} {select}")) == []
