"""What is inferred is what owlrl says: on parts of the shipped catalogue, and on small graphs of each kind of axiom."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aligngraph.errors import ReasoningError
from aligngraph.rdf.namespaces import AG, PREFIXES
from aligngraph.reasoning.closure import closure, infer
from aligngraph.reasoning.owlrl import run_owlrl
from aligngraph.reasoning.rules import Facts, read_rules, uncovered
from tests.support.grown import grow
from tests.support.marks import examples
from tests.support.shipped import sample, shipped

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()) + "@prefix x: <http://x.example/> .\n"
SHIPPED = list(shipped())


def quads(turtle: str) -> list[ox.Quad]:
    return list(ox.parse(HEAD + turtle, ox.RdfFormat.TURTLE))


def facts(turtle: str) -> set[str]:
    return {str(triple).replace("http://x.example/", "") for triple in closure(quads(turtle))}


def beyond(some: list[ox.Quad]) -> list[str]:
    found = Facts(some)
    return uncovered(found, read_rules(found))


def relations_with_news(some: list[ox.Quad]) -> set[tuple[str, str]]:
    """Return what kinds of statements follow: predicates, with the class for rdf:type."""
    return {(t.predicate.value, str(t.object) if t.predicate.value.endswith("#type") else "") for t in closure(some)}


@pytest.mark.slow
def test_the_closure_is_that_of_owlrl_on_a_part_of_the_catalogue_that_was_grown() -> None:
    # owlrl takes a second for each few hundred triples: hence a part, with each kind of statement that is inferred.
    graph = list(grow(sample(1, 1), 2))
    news = relations_with_news(SHIPPED)
    assert len(news) > 20
    assert relations_with_news(graph) >= news
    by_rules, by_owlrl = ({str(triple) for triple in found} for found in (closure(graph), run_owlrl(graph)[0]))
    assert len(by_rules) > 3000
    assert (by_rules - by_owlrl, by_owlrl - by_rules) == (set(), set())


def test_a_grown_catalogue_is_larger_and_deeper() -> None:
    small = sample(1, 1)
    grown = list(grow(small, 9))
    assert len(grown) > 2 * len(small)
    deepest = "goal/grown-8"
    goals = {str(t.object) for t in closure(grown) if t.predicate.value == AG + "evaluatesGoal" and "deep-8" in str(t)}
    assert {goal.rpartition("/")[2].rstrip(">") for goal in goals} == {
        deepest.rpartition("/")[2], "grown-2", "hhh", "human-values",
    }  # fmt: skip


def test_the_rules_cover_every_axiom_of_the_shipped_ontology() -> None:
    assert len(read_rules(Facts(SHIPPED))) > 100
    assert beyond(SHIPPED) == []


def test_a_listing_in_a_section_says_what_the_work_is_about() -> None:
    ontology = [quad for quad in SHIPPED if str(quad.graph_name).endswith("/ontology/aligngraph>")]
    data = quads(
        """
        listing:a ag:lists work:a ; ag:inSection section:b .
        section:b ag:parentSection section:a .
        section:a ag:sectionEvaluates goal:hhh .
        goal:hhh skos:broader goal:human-values .
        """
    )
    derived = {
        str(triple.object).rpartition("/")[2].rstrip(">")
        for triple in closure([*ontology, *data])
        if triple.predicate.value == AG + "addressesGoal"
    }
    assert derived == {"hhh", "human-values"}


def short(fact: str) -> str:
    s, p, o = fact.split(" ", 2)
    o = "1" if o.startswith('"1"') else o.strip("<>")
    name = {"#type": "a", "#sameAs": "="}.get("#" + p.strip("<>").rpartition("#")[2], p.strip("<>"))
    return f"{s.strip('<>')} {name} {o}"


@pytest.mark.parametrize(
    ("axioms", "follows"),
    [
        ("x:A rdfs:subClassOf x:B . x:B rdfs:subClassOf x:C . x:i a x:A .", {"i a B", "i a C"}),
        ("x:A owl:equivalentClass x:B . x:i a x:B .", {"i a A"}),
        ("x:p rdfs:subPropertyOf x:q . x:i x:p x:j .", {"i q j"}),
        ("x:p owl:equivalentProperty x:q . x:i x:q 1 .", {"i p 1"}),
        ("x:p rdfs:domain x:A ; rdfs:range x:B . x:i x:p x:j .", {"i a A", "j a B"}),
        ("x:p owl:inverseOf x:q . x:i x:p x:j . x:k x:q x:l .", {"j q i", "l p k"}),
        ("x:p a owl:SymmetricProperty . x:i x:p x:j .", {"j p i"}),
        ("x:p a owl:TransitiveProperty . x:i x:p x:j . x:j x:p x:k . x:k x:p x:l .", {"i p k", "i p l", "j p l"}),
        ("x:p owl:propertyChainAxiom ( x:q x:r x:s ) . x:i x:q x:j . x:j x:r x:k . x:k x:s x:l .", {"i p l"}),
        ("x:p owl:propertyChainAxiom ( x:p x:q ) . x:i x:p x:j . x:j x:q x:k . x:k x:q x:l .", {"i p k", "i p l"}),
        ("x:p owl:propertyChainAxiom ( x:q ) . x:i x:q x:j .", {"i p j"}),
        ("x:i owl:sameAs x:j . x:j x:p 1 ; a x:A .", {"i p 1", "i a A", "j = i"}),
        ("x:i owl:sameAs x:j . x:l x:p x:j .", {"l p i", "j = i"}),
        ("x:i owl:sameAs x:j . x:j owl:sameAs x:k .", {"j = i", "k = j", "i = k", "k = i"}),
        ("x:p a owl:FunctionalProperty . x:i x:p x:j , x:k . x:k x:q 1 .", {"j = k", "k = j", "j q 1"}),
        ("x:p a owl:InverseFunctionalProperty . x:i x:p x:j . x:k x:p x:j ; a x:A .", {"i = k", "k = i", "i a A"}),
    ],
)  # fmt: skip
def test_each_axiom_kind_gives_what_its_rule_says(axioms: str, follows: set[str]) -> None:
    assert beyond(quads(axioms)) == []
    assert {short(fact) for fact in facts(axioms)} == follows
    assert closure(quads(axioms)) == run_owlrl(quads(axioms))[0]


@pytest.mark.parametrize(
    "axioms",
    [
        "x:A owl:intersectionOf ( x:B x:C ) . x:i a x:B , x:C .",
        "x:A owl:unionOf ( x:B x:C ) . x:i a x:B .",
        "x:A owl:oneOf ( x:i x:j ) .",
        "x:A owl:hasValue x:j ; owl:onProperty x:p . x:i a x:A .",
        "x:A owl:someValuesFrom x:B ; owl:onProperty x:p . x:i x:p x:j . x:j a x:B .",
        "x:A owl:allValuesFrom x:B ; owl:onProperty x:p . x:i a x:A ; x:p x:j .",
        "x:A owl:maxCardinality 1 ; owl:onProperty x:p . x:i a x:A ; x:p x:j , x:k .",
        "x:p rdfs:subPropertyOf rdfs:subClassOf . x:A x:p x:B . x:i a x:A .",
        "x:p owl:equivalentProperty rdfs:subClassOf . x:A x:p x:B . x:i a x:A .",
        "x:p rdfs:subPropertyOf rdf:type . x:i x:p x:A .",
        "rdf:type rdfs:subPropertyOf x:kind . x:i a x:A .",
        "rdf:type rdfs:domain x:Typed . x:i a x:A .",
        "x:p rdfs:range owl:TransitiveProperty . x:i x:p x:q . x:j x:q x:k . x:k x:q x:l .",
        "owl:Thing rdfs:subClassOf x:Any . x:A a owl:Class . x:i a x:A .",
        "x:p owl:sameAs x:q . x:i x:p x:j .",
        "x:A a owl:Class ; owl:sameAs x:B . x:i a x:A .",
    ],
)
def test_an_axiom_without_a_rule_here_goes_to_owlrl(axioms: str) -> None:
    inference = infer(quads(axioms))
    assert inference.beyond
    assert all(iri.startswith("http://www.w3.org/") for iri in inference.beyond)
    assert list(inference) == run_owlrl(quads(axioms))[0]
    assert len(inference) == len(list(inference)) > 0


@pytest.mark.slow
def test_an_ontology_that_gains_an_axiom_kind_loses_no_inference() -> None:
    ontology = [quad for quad in SHIPPED if str(quad.graph_name).endswith("/ontology/aligngraph>")]
    added = quads(
        "x:Famous owl:equivalentClass [ owl:hasValue venue:a ; owl:onProperty ag:venue ] . x:p ag:venue venue:a ."
    )
    assert beyond(ontology) == []
    assert beyond([*ontology, *added]) == [PREFIXES["owl"] + "hasValue", PREFIXES["owl"] + "onProperty"]
    assert "<http://x.example/p> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://x.example/Famous>" in {
        str(triple) for triple in closure([*ontology, *added])
    }


def test_nothing_follows_about_blank_nodes_literals_or_the_schema() -> None:
    assert facts("x:p rdfs:domain x:A . [] x:p 1 . x:A rdfs:subClassOf x:B . x:q rdfs:subPropertyOf x:p .") == set()


def test_what_goes_through_a_blank_node_is_not_lost() -> None:
    assert facts("x:p owl:propertyChainAxiom ( x:q x:q ) . x:i x:q [ x:q x:j ] .") == {"<i> <p> <j>"}


def test_a_property_without_a_name_gives_no_statement() -> None:
    text = "_:b owl:inverseOf x:p . x:q owl:propertyChainAxiom ( _:b x:p ) . x:i x:p x:j , x:k ."
    assert facts(text) == {"<j> <q> <j>", "<j> <q> <k>", "<k> <q> <j>", "<k> <q> <k>"}


def test_a_declared_individual_is_no_schema() -> None:
    assert facts("x:A rdfs:subClassOf x:B . x:i a x:A , owl:NamedIndividual .") == {
        "<i> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <B>"
    }


def test_two_literals_of_a_functional_property_are_not_taken_for_one() -> None:
    text = "x:p a owl:FunctionalProperty . x:i x:p 1 , 2 . x:j x:p 1 ."
    assert facts(text) == set()
    assert run_owlrl(quads(text))[0] == []


def test_what_is_asserted_twice_follows_once_or_not_at_all() -> None:
    axiom = "x:p rdfs:subPropertyOf x:q . "
    assert facts(axiom + "x:i x:p x:j . x:i x:p x:j . x:k x:p x:l ; x:q x:l .") == {"<i> <q> <j>"}
    assert closure([]) == []


def test_a_literal_keeps_its_written_form() -> None:
    text = 'x:p rdfs:subPropertyOf x:q . x:i x:p "01"^^xsd:integer , "a\\"\\n"@en .'
    assert {triple.object for triple in closure(quads(text))} == {
        ox.Literal("01", datatype=ox.NamedNode(PREFIXES["xsd"] + "integer")),
        ox.Literal('a"\n', language="en"),
    }


@pytest.mark.parametrize(
    "chain", ["x:list . x:list rdf:first x:q", "x:list . x:list rdf:first x:q ; rdf:rest x:list", '"no list"']
)
def test_a_broken_chain_is_an_error_that_names_the_property(chain: str) -> None:
    with pytest.raises(ReasoningError, match=r"property chain of <http://x\.example/p>"):
        closure(quads(f"x:p owl:propertyChainAxiom {chain} . x:i x:q x:j ."))


@pytest.mark.parametrize("name", ["intersectionOf", "unionOf", "oneOf", "hasKey"])
@pytest.mark.parametrize("rest", ["; rdf:rest _:l", ""], ids=["circle", "no end"])
def test_a_list_that_does_not_end_is_an_error_that_names_the_class(name: str, rest: str) -> None:
    with pytest.raises(ReasoningError, match=r"of <http://x\.example/C> is not a closed list"):
        infer(quads(f"x:C owl:{name} _:l . _:l rdf:first x:D {rest} . x:a a x:C ."))


def test_a_long_path_is_followed_to_its_end() -> None:
    length = 120
    steps = "".join(f"x:i{n} x:p x:i{n + 1} . " for n in range(length))
    assert len(closure(quads("x:p a owl:TransitiveProperty . " + steps))) == length * (length - 1) // 2


PROPERTIES = [f"x:p{n}" for n in range(4)]
CLASSES = [f"x:C{n}" for n in range(3)]
THINGS = [f"x:i{n}" for n in range(4)]
properties, classes, things = st.sampled_from(PROPERTIES), st.sampled_from(CLASSES), st.sampled_from(THINGS)
KINDS = [
    f"owl:{name}Property"
    for name in "Symmetric Transitive Functional InverseFunctional Asymmetric Irreflexive Object".split()
]
statements = st.one_of(
    st.tuples(classes, st.sampled_from(["rdfs:subClassOf", "owl:equivalentClass", "owl:disjointWith"]), classes),
    st.tuples(
        properties,
        st.sampled_from(["rdfs:subPropertyOf", "owl:inverseOf", "owl:equivalentProperty", "owl:propertyDisjointWith"]),
        properties,
    ),
    st.tuples(properties, st.sampled_from(["rdfs:domain", "rdfs:range"]), classes),
    st.tuples(properties, st.just("a"), st.sampled_from(KINDS)),
    st.tuples(
        properties,
        st.just("owl:propertyChainAxiom"),
        st.lists(properties, min_size=1, max_size=3).map(lambda steps: f"( {' '.join(steps)} )"),
    ),
    st.tuples(things, properties, things | st.just('"text"') | st.just("_:b")),
    st.tuples(st.just("_:b"), properties, things),
    st.tuples(things, st.just("a"), classes),
    st.tuples(things, st.sampled_from(["owl:sameAs", "owl:differentFrom"]), things),
)


@pytest.mark.slow
@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(statements, min_size=4, max_size=24))
def test_on_random_graphs_the_closure_is_that_of_owlrl(lines: list[tuple[str, str, str]]) -> None:
    # Properties are declared, as OWL 2 DL wants, so that both sides know schema from individuals.
    declared = "".join(f"{name} a owl:ObjectProperty . " for name in PROPERTIES)
    declared += "".join(f"{name} a owl:Class . " for name in CLASSES)
    graph = quads(declared + "".join(f"{s} {p} {o} .\n" for s, p, o in lines))
    inference = infer(graph)
    assert inference.beyond == []
    assert list(inference) == run_owlrl(graph)[0]
