"""What the engine writes in N-Quads is taken apart without losing or adding anything."""

from __future__ import annotations

from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligngraph.turtle import grouping
from aligngraph.turtle.grouping import as_lines, by_predicate, gather, gather_graphs, in_graph
from aligngraph.turtle.terms import Names, Term, read_term
from aligngraph.turtle.writer import write_turtle
from tests.support.marks import examples
from tests.turtle.test_formatter import BLANKS, IRIS, LITERALS, TRIPLES, canonical

GRAPHS = st.one_of(st.just(ox.DefaultGraph()), IRIS, BLANKS)
QUADS = st.builds(
    lambda triple, graph: ox.Quad(triple.subject, triple.predicate, triple.object, graph), TRIPLES, GRAPHS
)
Statement = tuple[str, object, object, object]


def term(found: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if found.kind == "iri":
        return ox.NamedNode(found.value)
    if found.kind == "blank":
        return ox.BlankNode(found.value)
    if found.language:
        return ox.Literal(found.value, language=found.language)
    return ox.Literal(found.value, datatype=ox.NamedNode(found.datatype))


def statements(contents: list[bytes]) -> set[Statement]:
    return {
        (graph, term(read_term(subject, "test")), term(read_term(predicate, "test")), term(read_term(token, "test")))
        for graph, things in gather_graphs(contents).items()
        for subject, parts in things.said.items()
        for predicate, objects in by_predicate(parts).items()
        for token in objects
    }


def written(quad: ox.Quad, default: str = "") -> Statement:
    return (default if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name), *quad.triple)


@pytest.mark.slow
@settings(max_examples=examples(300), deadline=None)
@given(st.lists(QUADS, max_size=12), st.integers(1, 5))
def test_every_statement_is_read_back_from_the_lines(quads: list[ox.Quad], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "AT_ONCE", at_once)
        contents = list(as_lines(quads))
    assert statements(contents) == set(map(written, quads))


@pytest.mark.parametrize("blank", ["  ", "\t", " \t "])
@given(st.lists(QUADS, min_size=1, max_size=6))
def test_lines_with_other_blanks_between_their_terms_say_the_same(blank: str, quads: list[ox.Quad]) -> None:
    lines = [
        blank.join(("", *map(str, quad.triple), *([] if written(quad)[0] == "" else [written(quad)[0]]), ".", "\n"))
        for quad in quads
    ]
    assert statements(["".join(lines).encode()]) == set(map(written, quads))


@given(st.lists(QUADS, max_size=6))
def test_statements_of_the_default_graph_are_put_into_a_graph(quads: list[ox.Quad]) -> None:
    contents = [in_graph(content, "<urn:g>") for content in as_lines(quads)]
    assert statements(contents) == {written(quad, "<urn:g>") for quad in quads}


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(TRIPLES, max_size=20), st.randoms(), st.integers(1, 3))
def test_text_does_not_depend_on_order_batches_or_what_is_kept(
    triples: list[ox.Triple], random: Random, at_once: int
) -> None:
    whole = write_turtle(triples)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "AT_ONCE", at_once)
        patch.setattr(grouping, "_KEPT", 2)
        scattered = triples * 2
        random.shuffle(scattered)
        assert write_turtle(scattered) == whole


@given(st.one_of(IRIS, LITERALS))
def test_term_is_read_from_n_triples(value: ox.NamedNode | ox.Literal) -> None:
    assert term(read_term(str(value), "test")) == value


@pytest.mark.parametrize(
    ("own", "iri", "name"),
    [
        ({"x": "urn:a:", "y": "urn:a:b/"}, "urn:a:b/c", "y:c"),
        ({"x": "urn:a/", "y": "urn:a/b"}, "urn:a/bc", "y:c"),
        ({"x": "urn:a/", "y": "urn:a/b"}, "urn:a/b", "x:b"),
        ({"x": "urn:a"}, "urn:ab/c", "<urn:ab/c>"),
        ({"x": "urn:a/"}, "urn:a/b.", "<urn:a/b.>"),
    ],
)
def test_longest_namespace_that_leaves_a_local_name_is_taken(own: dict[str, str], iri: str, name: str) -> None:
    assert Names("test", own).iri(iri) == name


def test_things_near_blank_nodes_are_known() -> None:
    things = gather([b'<urn:a> <urn:p> _:b .\n_:b <urn:p> "_:c" .\n<urn:c> <urn:p> "_:b" .\n'])
    assert list(things.near_blanks) == ["<urn:a>", "_:b"]


def test_list_inside_and_outside_of_lists() -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    text = f"@prefix r: <{rdf}> . r:nil r:nil r:nil , ( r:nil () ) . r:a r:b r:nil . r:a r:c r:d ."
    triples = [quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE)]
    assert canonical(write_turtle(triples)) == canonical(text)
    assert "rdf:nil\n    rdf:nil () , ( () () ) ;" in write_turtle(triples)
