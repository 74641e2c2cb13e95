"""A proof rests on asserted statements only, each step is a rule's, and it is a shortest one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aligngraph.catalogue.sources import find_sources
from aligngraph.errors import ReasoningError
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES
from aligngraph.reasoning.asserted import Asserted
from aligngraph.reasoning.closure import closure, infer
from aligngraph.reasoning.magic_sets import may_have_sameness, relevant
from aligngraph.reasoning.proofs import Proof, Statement, find_fact, prove
from aligngraph.reasoning.rules import WORDS, Facts, read_rules
from aligngraph.sparql.backend import Embedded, Solutions
from aligngraph.stores.open import open_catalogue
from aligngraph.views.explain import asserted_in, explain
from aligngraph.views.explanation import in_words
from tests.conftest import Run
from tests.reasoning.test_closure import CLASSES, HEAD, PROPERTIES, quads, statements
from tests.support.grown import grow
from tests.support.marks import examples, slow_after
from tests.support.servers import OxigraphServer, oxigraph_server
from tests.support.shipped import shipped

SHIPPED = list(shipped())
INFERENCE = infer(SHIPPED)


def statements_of(proof: Proof) -> Iterator[Proof]:
    return (part for part, _ in proof.parts())


def proof_of(turtle: str, s: str, p: str, o: str) -> Proof:
    inference = infer(quads(turtle))
    (triple,) = quads(f"{s} {p} {o} .")
    known = find_fact(inference, (triple.subject, triple.predicate, triple.object))
    assert known is not None
    return prove(inference, [known])[known]


def wanted(s: str, p: str, o: str) -> Statement:
    return ox.NamedNode(BASE + s), ox.NamedNode(AG + p), ox.NamedNode(BASE + o)


@pytest.mark.slow
def test_every_statement_that_follows_has_a_proof_from_asserted_ones() -> None:
    derived = [(relation, fact) for relation, facts in INFERENCE.derived.items() for fact in facts]
    asserted = {(quad.subject, quad.predicate, quad.object) for quad in SHIPPED}
    proofs = prove(INFERENCE, derived)
    assert len(proofs) == len(derived) > 5000
    for proof in proofs.values():
        assert proof.rule in WORDS
        assert set(asserted_in(proof)) <= asserted


def test_each_step_of_a_proof_is_what_the_rules_derive_from_its_premises_and_axiom() -> None:
    known = find_fact(INFERENCE, wanted("work/rafailov2023-dpo", "evaluatesGoal", "goal/human-preferences"))
    assert known is not None
    proof = prove(INFERENCE, [known])[known]
    ontology = [quad for quad in SHIPPED if str(quad.graph_name).endswith("/ontology/aligngraph>")]
    steps = [one for one in statements_of(proof) if one.rule]
    assert len(steps) >= 4
    for step in steps:
        premises = quads("".join(f"{' '.join(map(str, premise.statement))} .\n" for premise in step.premises))
        derived = {str(triple) for triple in closure([*ontology, *premises])}
        assert " ".join(map(str, step.statement)) in derived


def test_a_proof_goes_down_to_the_listing_on_the_page() -> None:
    known = find_fact(INFERENCE, wanted("work/rafailov2023-dpo", "evaluatesGoal", "goal/human-preferences"))
    assert known is not None
    leaves = [" ".join(map(str, leaf)) for leaf in asserted_in(prove(INFERENCE, [known])[known])]
    assert any("/listing/value-alignment-" in leaf and "#lists>" in leaf for leaf in leaves)
    assert any("#inSection>" in leaf for leaf in leaves)


def test_the_proof_is_a_shortest_one() -> None:
    detour = "x:a rdfs:subClassOf x:b . x:b rdfs:subClassOf x:c . x:c rdfs:subClassOf x:d . x:i a x:a . "
    assert proof_of(detour, "x:i", "a", "x:d").size() == 4
    assert proof_of(detour + "x:a rdfs:subClassOf x:d .", "x:i", "a", "x:d").size() == 2
    assert proof_of(detour + "x:p rdfs:domain x:d . x:i x:p 1 .", "x:i", "a", "x:d").size() == 2


def test_the_same_proof_comes_each_time() -> None:
    text = "x:p a owl:TransitiveProperty . " + "".join(f"x:i{n} x:p x:i{n + 1} . " for n in range(9))
    proofs = {str(proof_of(text, "x:i0", "x:p", "x:i9")) for _ in range(3)}
    assert len(proofs) == 1


@pytest.mark.parametrize(
    ("turtle", "s", "p", "o", "rule", "says"),
    [
        ("x:A rdfs:subClassOf x:B . x:i a x:A .", "x:i", "a", "x:B", "cax-sco", "every"),
        ("x:A owl:equivalentClass x:B . x:i a x:B .", "x:i", "a", "x:A", "cax-eqc2", "every"),
        ("x:p rdfs:subPropertyOf x:q . x:i x:p 1 .", "x:i", "x:q", "1", "prp-spo1", "is a kind of"),
        ("x:p owl:equivalentProperty x:q . x:i x:p 1 .", "x:i", "x:q", "1", "prp-eqp1", "is the same as"),
        ("x:p rdfs:domain x:A . x:i x:p 1 .", "x:i", "a", "x:A", "prp-dom", "what has"),
        ("x:p rdfs:range x:A . x:i x:p x:j .", "x:j", "a", "x:A", "prp-rng", "leads to"),
        ("x:p owl:inverseOf x:q . x:i x:p x:j .", "x:j", "x:q", "x:i", "prp-inv1", "inverse"),
        ("x:p a owl:SymmetricProperty . x:i x:p x:j .", "x:j", "x:p", "x:i", "prp-symp", "is symmetric"),
        ("x:p a owl:TransitiveProperty . x:i x:p x:j . x:j x:p x:k .", "x:i", "x:p", "x:k", "prp-trp", "then"),
        ("x:p owl:propertyChainAxiom ( x:q x:r x:q ) . x:i x:q x:j . x:j x:r x:k . x:k x:q x:l .",
         "x:i", "x:p", "x:l", "prp-spo2", "x.example/q>, then <http://x.example/r>, then"),
        ("x:p a owl:FunctionalProperty . x:i x:p x:j , x:k .", "x:j", "owl:sameAs", "x:k", "prp-fp", "one value"),
        ("x:p a owl:InverseFunctionalProperty . x:i x:p x:j . x:k x:p x:j .",
         "x:i", "owl:sameAs", "x:k", "prp-ifp", "each value at most once"),
        ("x:i owl:sameAs x:j .", "x:j", "owl:sameAs", "x:i", "eq-sym", "symmetric"),
        ("x:i owl:sameAs x:j . x:j owl:sameAs x:k .", "x:i", "owl:sameAs", "x:k", "eq-trans", "transitive"),
        ("x:i owl:sameAs x:j . x:k owl:sameAs x:j .", "x:i", "owl:sameAs", "x:k", "eq-trans", "transitive"),
        ("x:i owl:sameAs x:j . x:i x:p 1 .", "x:j", "x:p", "1", "eq-rep-s", "holds for the other"),
        ("x:i owl:sameAs x:j . x:k x:p x:i .", "x:k", "x:p", "x:j", "eq-rep-o", "holds for the other"),
        ("x:i owl:sameAs x:j . x:i a x:A .", "x:j", "a", "x:A", "eq-rep-s", "holds for the other"),
    ],
)  # fmt: skip
def test_each_rule_is_named_and_put_in_words(turtle: str, s: str, p: str, o: str, rule: str, says: str) -> None:
    proof = proof_of(turtle, s, p, o)
    assert proof.rule == rule
    assert says in in_words(proof)
    assert in_words(proof).startswith(f"{rule} ({WORDS[rule]})")


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(statements, min_size=4, max_size=20))
def test_on_random_graphs_all_that_follows_can_be_explained(lines: list[tuple[str, str, str]]) -> None:
    declared = "".join(f"{name} a owl:ObjectProperty . " for name in PROPERTIES)
    declared += "".join(f"{name} a owl:Class . " for name in CLASSES)
    inference = infer(quads(declared + "".join(f"{s} {p} {o} .\n" for s, p, o in lines)))
    known = [find_fact(inference, (t.subject, t.predicate, t.object)) for t in inference]
    proofs = prove(inference, [one for one in known if one is not None])
    assert None not in known
    assert len(proofs) == len(known)


def test_explain_prints_the_tree_with_the_files(run: Run) -> None:
    done = run("explain", "dpo", "evaluatesGoal", "goal:human-preferences")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("work:rafailov2023-dpo ag:evaluatesGoal goal:human-preferences\n")
    assert "prp-spo2 (property chain): ag:hasPlacing, then ag:placingEvaluates gives ag:evaluatesGoal" in done.out
    assert "asserted in data/surveys/value-alignment/listings/" in done.out
    assert "[ontology/aligngraph.ttl]" in done.out
    assert done.out.endswith("\n")


def test_explain_as_json_has_the_same_tree(run: Run) -> None:
    done = run("explain", "work:rafailov2023-dpo", "evaluates goal", "human preferences", "--format", "json")
    assert done.code == 0
    data = json.loads(done.out)
    assert data["verdict"] == "inferred"
    assert data["proof"]["rule"] == "prp-spo2"
    assert data["proof"]["axiom"]["asserted_in"] == ["ontology/aligngraph.ttl"]
    (placed, _) = data["proof"]["because"]
    (as_listed,) = placed["because"][0]["because"]
    assert as_listed["asserted_in"] == ["data/surveys/value-alignment/listings/human-preferences.ttl"]


def test_an_asserted_statement_says_where_it_stands(run: Run) -> None:
    done = run("explain", "work:rafailov2023-dpo", "a", "Paper")
    assert (done.code, done.err) == (0, "")
    assert done.out == "work:rafailov2023-dpo a ag:Paper\n  asserted in data/works/rafailov2023-dpo.ttl\n"


def test_what_does_not_follow_says_so_with_what_holds_instead(run: Run) -> None:
    done = run("explain", "dpo", "ag:usesMethod", "method:rl-based")
    assert (done.code, done.err) == (1, "")
    assert "is neither asserted nor inferred." in done.out
    assert "  work:rafailov2023-dpo ag:usesMethod method:sft-based\n" in done.out
    as_json = json.loads(run("explain", "dpo", "usesMethod", "method:rl-based", "--format", "json").out)
    assert as_json["verdict"] == "not entailed"
    assert as_json["near"]


def test_a_thing_that_is_nowhere_is_said_to_be_unknown(run: Run) -> None:
    done = run("explain", "work:nope", "a", "Paper")
    assert done.code == 1
    assert "The catalogue has no statement about work:nope." in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    slow_after(
        4,
        [
            (("dpo", "useMethod", "goal:hhh"), "did you mean 'usesMethod'?"),
            (("no such thing at all", "a", "Paper"), "nothing in the catalogue is called"),
            (("human", "a", "Goal"), "may mean"),
            (('"text"', "a", "Paper"), "can't be a text or number"),
            (("_:b0", "a", "Paper"), "blank node"),
            (("<not an iri>", "a", "Paper"), "not a valid IRI"),
            (("work:a> <b", "a", "Paper"), "not a valid IRI"),
            (("dpo", "usesMethod", '"unclosed'), "is not a literal"),
            (("dpo", "usesMethod", '"a" . <urn:s> <urn:p> "b"'), "nothing in the catalogue is called|is not a literal"),
            (("", "a", "Paper"), "nothing to look for"),
        ],
    ),
)
def test_words_that_mean_nothing_are_an_error_in_one_line(run: Run, words: tuple[str, str, str], message: str) -> None:
    done = run("explain", *words)
    assert (done.code, done.out) == (2, "")
    assert re.search(message, done.err), done.err
    assert done.err.startswith("Error: ")


def test_explain_reads_the_data_it_is_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text(
        HEAD + 'x:i x:p "a\\u001b[31m" . x:p rdfs:subPropertyOf x:q . x:j ag:ordinal 7 .', encoding="utf-8"
    )
    done = run(
        "explain", "http://x.example/i", "<http://x.example/q>", '"a\\u001b[31m"', "--data", tmp_path, cwd=tmp_path
    )
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "asserted in mine.ttl" in done.out
    assert "[mine.ttl]" in done.out
    assert run("explain", "http://x.example/j", "ordinal", "7", "--data", tmp_path).code == 0


@pytest.mark.slow
def test_what_only_owlrl_knows_is_said_to_follow_without_reasons(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(HEAD + "x:A owl:unionOf ( x:B x:C ) . x:i a x:B . x:B rdfs:subClassOf x:D .", encoding="utf-8")
    backend, files = open_catalogue([path]), find_sources([path])
    one = "http://x.example/i"
    by_owlrl = explain((one, "a", "http://x.example/A"), backend, files, closed=True)
    assert (by_owlrl.holds, by_owlrl.proof) == (True, None)
    assert by_owlrl.beyond == (PREFIXES["owl"] + "unionOf",)
    assert not explain((one, "a", "http://x.example/C"), backend, files, closed=True).holds
    assert explain((one, "a", "http://x.example/B"), backend, files, closed=True).files


def test_a_store_without_what_follows_says_that_owlrl_is_needed() -> None:
    backend = held("x:A owl:unionOf ( x:B x:C ) . x:i a x:B .")
    with pytest.raises(ReasoningError, match=r"owl:unionOf.*no graph of inferred statements"):
        explain(("http://x.example/i", "a", "http://x.example/A"), backend)


@pytest.mark.slow
def test_a_very_deep_proof_is_shown_as_text_and_refused_as_json(run: Run, tmp_path: Path) -> None:
    deep = 1500
    chain = "".join(f"goal:g{n} skos:broader goal:g{n + 1} . " for n in range(deep))
    (tmp_path / "deep.ttl").write_text(HEAD + "artifact:a ag:evaluatesGoal goal:g0 . " + chain, encoding="utf-8")
    question = ("explain", "artifact:a", "evaluatesGoal", f"goal:g{deep}", "--data", tmp_path)
    done = run(*question)
    assert (done.code, done.err) == (0, "")
    assert done.out.count("asserted in ") == deep + 1
    as_json = run(*question, "--format", "json")
    assert (as_json.code, as_json.out) == (2, "")
    assert "too deep for JSON" in as_json.err


# Asked of a store, piece by piece


def held(turtle: str | list[ox.Quad]) -> Embedded:
    """Return a store that holds *turtle* and nothing else, in a graph."""
    store = ox.Store()
    graph = ox.NamedNode("http://x.example/graph")
    found = quads(turtle) if isinstance(turtle, str) else turtle
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in found)
    return Embedded(store)


def lines_of(proof: Proof | None) -> list[str]:
    """Return *proof* as text; nodes without a name are all the same."""
    if proof is None:
        return []
    parts = ((depth, *part.statement, part.rule, *(part.axiom or ()), *part.steps) for part, depth in proof.parts())
    return [" ".join("_:" if isinstance(one, ox.BlankNode) else str(one) for one in part) for part in parts]


def proved_by_asking(backend: Embedded, statement: Statement) -> list[str]:
    stated = Asserted(backend)
    facts = Facts(stated.axioms())
    rules = read_rules(facts)
    sameness = may_have_sameness(facts, rules, stated)
    inference = relevant(facts, rules, stated, [statement], sameness=sameness)
    known = find_fact(inference, statement)
    return lines_of(prove(inference, [known]).get(known)) if known is not None else []


@pytest.mark.slow
def test_what_is_asked_of_the_shipped_catalogue_is_proved_as_by_reading_it_all() -> None:
    backend = held(SHIPPED)
    known = [(relation, fact) for relation, facts in sorted(INFERENCE.derived.items()) for fact in sorted(facts)]
    chosen = Random(7).sample(known, 60)
    proofs = prove(INFERENCE, chosen)
    assert len({relation for relation, _ in chosen}) > 10
    for one in chosen:
        assert proved_by_asking(backend, proofs[one].statement) == lines_of(proofs[one])


@pytest.mark.slow
@settings(max_examples=examples(80), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(statements, min_size=4, max_size=20), st.randoms(use_true_random=False))
def test_on_random_graphs_asking_proves_what_reading_does(lines: list[tuple[str, str, str]], random: Random) -> None:
    declared = "".join(f"{name} a owl:ObjectProperty . " for name in PROPERTIES)
    declared += "".join(f"{name} a owl:Class . " for name in CLASSES)
    found = list(held(declared + "".join(f"{s} {p} {o} .\n" for s, p, o in lines)).store)
    inference, backend = infer(found), held(found)
    if inference.beyond:
        return
    follow = [(t.subject, t.predicate, t.object) for t in inference]
    others = [(s, p, o) for s, _, o in follow for _, p, _ in follow[:4] if (s, p, o) not in follow]
    for statement in random.sample(follow, min(len(follow), 12)) + others[:4]:
        known = find_fact(inference, statement)
        wanted = lines_of(prove(inference, [known]).get(known)) if known is not None else []
        assert proved_by_asking(backend, statement) == wanted


@pytest.mark.parametrize(
    "turtle",
    [
        "x:p a owl:TransitiveProperty . x:i x:p _:b . _:b x:p x:k .",
        "x:q owl:propertyChainAxiom ( x:p x:p ) . x:i x:p [ x:p x:k ] .",
        "x:i owl:sameAs x:k . x:k x:p x:k .",
        "x:r a owl:FunctionalProperty . x:s owl:inverseOf x:r . x:i x:s x:a . x:k x:s x:a . x:k x:p x:k .",
        "x:r a owl:InverseFunctionalProperty . x:i x:r x:a . x:k x:r x:a . x:k x:p x:k .",
    ],
)
def test_nodes_without_a_name_and_things_that_are_the_same_are_reckoned_with(turtle: str) -> None:
    predicate = "q" if "x:q" in turtle else "p"
    explanation = explain(("http://x.example/i", f"http://x.example/{predicate}", "http://x.example/k"), held(turtle))
    assert explanation.holds
    assert explanation.proof is not None
    assert explanation.proof.rule is not None


class Counting(Embedded):
    """Counts what it is asked, and how many rows come."""

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store)
        self.questions = self.rows = 0

    def select(self, sparql: str) -> Solutions:
        found = super().select(sparql)
        rows = list(found)
        self.questions += 1
        self.rows += len(rows)
        return Solutions(found.variables, iter(rows))


@pytest.mark.slow
def test_a_question_costs_the_same_in_a_catalogue_ten_times_as_large() -> None:
    counts = []
    for times in (1, 10):
        store = ox.Store()
        store.bulk_extend(grow(SHIPPED, times))
        backend = Counting(store)
        explanation = explain(("work:rafailov2023-dpo", "usesMethod", "method:sft-based"), backend, closed=True)
        assert explanation.proof is not None
        counts.append((backend.questions, backend.rows))
    assert counts[0] == counts[1]


@pytest.mark.slow
def test_an_endpoint_and_a_store_on_disk_explain_as_the_files_do(
    run: Run, catalogue_server: OxigraphServer, tmp_path: Path
) -> None:
    words = ["dpo", "evaluatesGoal", "goal:human-preferences"]
    here = re.sub(r" *asserted in .*| \[.*\]", "", run("explain", *words).out)
    assert run("load", tmp_path / "store").code == 0
    for options in (["--data", catalogue_server.endpoint], ["--data", tmp_path / "store"]):
        there = run("explain", *words, *options)
        assert there.code == 0, there
        assert "asserted in graph surveys/value-alignment/survey" in there.out
        assert "[graph ontology/aligngraph]" in there.out
        assert re.sub(r" *asserted in .*| \[.*\]", "", there.out) == here
        not_so = run("explain", "dpo", "usesMethod", "method:rl-based", *options)
        assert (not_so.code, not_so.out) == (1, run("explain", "dpo", "usesMethod", "method:rl-based").out)


def test_a_store_without_the_terms_counts_on_those_that_came_with_the_tool(run: Run) -> None:
    with oxigraph_server(union=False) as server:
        data = [quad for quad in SHIPPED if "/ontology/" not in str(quad.graph_name)]
        server.load(data)
        found = run("explain", "work:rafailov2023-dpo", "usesMethod", "method:sft-based", "--data", server.endpoint)
    assert found.code == 0
    assert "[ontology/aligngraph.ttl]" in found.out
