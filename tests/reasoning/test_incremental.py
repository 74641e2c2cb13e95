"""What follows is the same whether a change is followed or everything is inferred anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aligngraph.catalogue.sources import find_sources, read_quads, shipped_folders
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.reasoning.closure import infer, inferred_quads
from aligngraph.reasoning.incremental import TooFarError, can_follow, follow
from aligngraph.reasoning.rules import Facts

ONTOLOGY = ox.NamedNode("x:ontology")
TYPE, RDFS, OWL = PREFIXES["rdf"] + "type", PREFIXES["rdfs"], PREFIXES["owl"]
THINGS = [ox.NamedNode(f"x:{name}") for name in "abcdef"]
VALUES = [ox.Literal("1"), ox.Literal("01", datatype=ox.NamedNode(PREFIXES["xsd"] + "integer"))]
PROPERTIES = [ox.NamedNode(f"x:p{number}") for number in range(5)]
CLASSES = [ox.NamedNode(f"x:C{number}") for number in range(4)]
GRAPHS = [ox.NamedNode(f"x:g{number}") for number in range(3)]


def axiom(kind: str, left: object, right: object) -> str:
    return f"{left} <{kind}> {right} ."


properties, classes = st.sampled_from(PROPERTIES), st.sampled_from(CLASSES)
axioms = st.one_of(
    st.builds(axiom, st.just(RDFS + "subClassOf"), classes, classes),
    st.builds(axiom, st.sampled_from([RDFS + "subPropertyOf", OWL + "inverseOf"]), properties, properties),
    st.builds(axiom, st.sampled_from([RDFS + "domain", RDFS + "range"]), properties, classes),
    st.builds(
        axiom,
        st.just(TYPE),
        properties,
        st.sampled_from(
            [f"<{OWL}{name}Property>" for name in ("Transitive", "Symmetric", "Functional", "InverseFunctional")]
        ),
    ),
    st.builds(
        lambda head, steps: axiom(OWL + "propertyChainAxiom", head, f"({' '.join(map(str, steps))})"),
        properties,
        st.lists(properties, min_size=2, max_size=3),
    ),
)
subjects, graphs = st.sampled_from(THINGS), st.sampled_from(GRAPHS)
statements = st.one_of(
    st.builds(ox.Quad, subjects, properties, subjects, graphs),
    st.builds(ox.Quad, subjects, st.just(ox.NamedNode(TYPE)), classes, graphs),
    st.builds(ox.Quad, subjects, st.just(PROPERTIES[0]), st.sampled_from(VALUES), graphs),
    st.builds(ox.Quad, subjects, st.just(ox.NamedNode(OWL + "differentFrom")), subjects, graphs),
)


def in_store_form(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    store = ox.Store()
    store.extend(quads)
    return set(store)


def everything(asserted: set[ox.Quad], ontology: list[ox.Quad]) -> set[ox.Quad]:
    quads = [*ontology, *sorted(asserted, key=str)]
    return in_store_form([*quads, *inferred_quads(quads)])


OUTCOMES: Counter[str] = Counter()


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    st.lists(axioms, max_size=7),
    st.lists(statements, max_size=16, unique=True),
    st.lists(st.integers(0, 15), max_size=4),
    st.lists(statements, max_size=4, unique=True),
)
def follow_a_change(rules: list[str], asserted: list[ox.Quad], places: list[int], more: list[ox.Quad]) -> None:
    parsed = ox.parse("\n".join(rules), ox.RdfFormat.TURTLE)
    ontology = [ox.Quad(quad.subject, quad.predicate, quad.object, ONTOLOGY) for quad in parsed]
    terms, before = Facts(ontology), in_store_form(asserted)
    result = infer(Facts([*ontology, *before]))
    if not can_follow(result, len(result), terms):
        OUTCOMES["not in such a store"] += 1
        return
    store = ox.Store()
    store.extend(everything(before, ontology))
    lost = in_store_form(asserted[place] for place in places if place < len(asserted))
    after = before - lost | in_store_form(more)
    try:
        less, inferred = follow(store, terms, before - after, after - before)
    except TooFarError:
        OUTCOMES["too far"] += 1
        return
    OUTCOMES["followed"] += 1
    for quad in [*(before - after), *less]:
        store.remove(quad)
    store.extend([*(after - before), *inferred])
    assert set(store) == everything(after, ontology)


@pytest.mark.slow
def test_a_change_that_is_followed_gives_what_inference_of_everything_gives() -> None:
    OUTCOMES.clear()
    follow_a_change()
    print(OUTCOMES)
    assert OUTCOMES["followed"] > OUTCOMES.total() // 3


def follow_in(ontology: str, asserted: str, lost: str, gained: str) -> tuple[list[str], list[str]]:
    """Return what is no longer inferred, and what is new, where statements change; all in Turtle."""

    def read(text: str, graph: ox.NamedNode) -> list[ox.Quad]:
        prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("rdf", "rdfs", "owl")) + "PREFIX : <x:> "
        quads = ox.parse(prefixes + text, ox.RdfFormat.TURTLE)
        return [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads]

    terms = read(ontology, ONTOLOGY)
    store = ox.Store()
    store.extend(everything(set(read(asserted, GRAPHS[0])), terms))
    less, more = follow(store, Facts(terms), read(lost, GRAPHS[0]), read(gained, GRAPHS[0]))
    return sorted(str(quad.triple) for quad in less), sorted(str(quad.triple) for quad in more)


def test_that_two_things_are_different_changes_nothing_else() -> None:
    ontology, apart = ":p a owl:TransitiveProperty .", ":a owl:differentFrom :b ."
    assert follow_in(ontology, f":a :p :b . {apart}", apart, ":b :p :c .") == ([], ["<x:a> <x:p> <x:c>"])
    assert follow_in(ontology, ":a :p :b . :b :p :c .", ":b :p :c .", apart) == (["<x:a> <x:p> <x:c>"], [])


@pytest.mark.slow
def test_changes_of_the_shipped_catalogue_can_be_followed() -> None:
    sources = find_sources(shipped_folders("aligngraph:all"))
    result = infer(Facts(read_quads(sources)))
    assert can_follow(result, len(result), Facts(read_quads(sources[:1])))


def test_what_follows_otherwise_too_is_put_back() -> None:
    ontology = ":p a owl:TransitiveProperty ."
    asserted = ":a :p :b, :c . :b :p :c . :c :p :d ."
    assert follow_in(ontology, asserted, ":a :p :b .", "") == ([], [])
    assert follow_in(ontology, asserted, ":a :p :c .", "") == ([], ["<x:a> <x:p> <x:c>"])
    assert follow_in(ontology, asserted, ":a :p :b, :c .", "") == (["<x:a> <x:p> <x:d>"], [])


def test_facts_that_support_each_other_alone_are_lost() -> None:
    ontology = ":p owl:inverseOf :q ."
    assert follow_in(ontology, ":a :p :b .", ":a :p :b .", "") == (["<x:b> <x:q> <x:a>"], [])


@pytest.mark.parametrize(
    "gained",
    [
        ":p rdfs:subPropertyOf :q .",
        ":p a owl:TransitiveProperty .",
        ":a a owl:Ontology .",
        ":a owl:sameAs :b .",
        "[] :p :a .",
        ":b :one :a, :c .",
        ":d :key :v . :e :key :v .",
        ":a :label 'x' .",
    ],
)
def test_what_can_do_more_than_the_rules_say_is_not_followed(gained: str) -> None:
    ontology = (
        ":one a owl:FunctionalProperty . :key a owl:InverseFunctionalProperty . :label rdfs:subPropertyOf rdfs:label ."
    )
    with pytest.raises(TooFarError):
        follow_in(ontology, ":a :p :b .", "", gained)
