"""What follows is what owlrl says, on the shipped catalogue and on small graphs with every kind of axiom."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from aligngraph.catalogue import find_sources, read_quads
from aligngraph.namespaces import AG, PREFIXES
from aligngraph.reasoning import ReasoningError, closure, closure_by_owlrl, uncovered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()) + "@prefix x: <http://x.example/> .\n"


def quads(turtle: str) -> list[ox.Quad]:
    return list(ox.parse(HEAD + turtle, ox.RdfFormat.TURTLE))


def facts(turtle: str) -> set[str]:
    return {str(triple).replace("http://x.example/", "") for triple in closure(quads(turtle))}


SHIPPED = list(read_quads(find_sources()))


def test_on_the_shipped_catalogue_the_closure_is_that_of_owlrl() -> None:
    # owlrl takes a second for each thousand triples. The largest works bring authors only, in the shape of the others.
    large = ("srivastava2022-big-bench", "graph/persons/")
    some = [quad for quad in SHIPPED if not any(name in str(quad.graph_name) for name in large)]
    assert len(some) > 10_000
    derived = closure(some)
    assert len(derived) > 5_000
    assert derived == closure_by_owlrl(some)


def test_the_rules_cover_every_axiom_of_the_shipped_ontology() -> None:
    assert SHIPPED
    assert uncovered(SHIPPED) == []


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
    ],
)
def test_each_axiom_kind_gives_what_its_rule_says(axioms: str, follows: set[str]) -> None:
    def short(fact: str) -> str:
        s, p, o = fact.split(" ", 2)
        o = "1" if o.startswith('"1"') else o.strip("<>")
        return f"{s.strip('<>')} {'a' if p.endswith('#type>') else p.strip('<>')} {o}"

    assert {short(fact) for fact in facts(axioms)} == follows


def test_nothing_follows_about_blank_nodes_literals_or_the_schema() -> None:
    assert facts("x:p rdfs:domain x:A . [] x:p 1 . x:A rdfs:subClassOf x:B . x:q rdfs:subPropertyOf x:p .") == set()


def test_an_axiom_without_a_rule_here_goes_to_owlrl() -> None:
    text = "x:i owl:sameAs x:j . x:j x:p x:k ."
    assert uncovered(quads(text)) == [PREFIXES["owl"] + "sameAs"]
    assert "<i> <p> <k>" in facts(text)


def test_two_values_of_a_functional_property_make_their_values_the_same_by_way_of_owlrl() -> None:
    assert "<j> <q> <l>" in facts("x:p a owl:FunctionalProperty . x:i x:p x:j , x:k . x:k x:q x:l .")


def test_a_broken_chain_is_an_error_that_names_the_property() -> None:
    with pytest.raises(ReasoningError, match=r"property chain of <http://x\.example/p>"):
        closure(quads("x:p owl:propertyChainAxiom x:list . x:list rdf:first x:q . x:i x:q x:j ."))


PROPERTIES = [f"x:p{n}" for n in range(4)]
CLASSES = [f"x:C{n}" for n in range(3)]
THINGS = [f"x:i{n}" for n in range(4)]
properties, classes, things = st.sampled_from(PROPERTIES), st.sampled_from(CLASSES), st.sampled_from(THINGS)
statements = st.one_of(
    st.tuples(classes, st.sampled_from(["rdfs:subClassOf", "owl:equivalentClass"]), classes),
    st.tuples(
        properties, st.sampled_from(["rdfs:subPropertyOf", "owl:inverseOf", "owl:equivalentProperty"]), properties
    ),
    st.tuples(properties, st.sampled_from(["rdfs:domain", "rdfs:range"]), classes),
    st.tuples(properties, st.just("a"), st.sampled_from(["owl:SymmetricProperty", "owl:TransitiveProperty"])),
    st.tuples(
        properties,
        st.just("owl:propertyChainAxiom"),
        st.lists(properties, min_size=2, max_size=3).map(lambda steps: f"( {' '.join(steps)} )"),
    ),
    st.tuples(things, properties, things | st.just('"text"')),
    st.tuples(things, st.just("a"), classes),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(statements, min_size=4, max_size=24))
def test_on_random_graphs_the_closure_is_that_of_owlrl(lines: list[tuple[str, str, str]]) -> None:
    # Properties are declared, as OWL 2 DL wants, so that both sides know schema from individuals.
    declared = "".join(f"{name} a owl:ObjectProperty . " for name in PROPERTIES)
    declared += "".join(f"{name} a owl:Class . " for name in CLASSES)
    graph = quads(declared + "".join(f"{s} {p} {o} .\n" for s, p, o in lines))
    assert closure(graph) == closure_by_owlrl(graph)
