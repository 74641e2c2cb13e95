"""Differences between versions, told by work and field, and as a patch that mends one into the other."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligngraph.catalogue.diff import Diff, compare, compare_files, write_patch, write_text
from aligngraph.catalogue.sources import find_sources
from aligngraph.rdf.namespaces import PREFIXES
from tests.conftest import ROOT, Run

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


def triples(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(HEAD + turtle, ox.RdfFormat.TURTLE)]


def text(diff: Diff) -> list[str]:
    return "".join(write_text(diff)).splitlines()


OLD = """
work:a a ag:Paper ; dcterms:title "One"@en ; ag:firstPublicYear 2022 ; ag:hasPublication publication:a-x .
publication:a-x a ag:Preprint ; ag:publicationYear 2022 .
work:b a ag:Paper .
"""


def test_the_same_statements_in_another_order_are_no_difference() -> None:
    diff = compare(triples(OLD), reversed(triples(OLD)))
    assert not diff
    assert text(diff) == []


def test_a_changed_field_stands_below_its_work() -> None:
    new = OLD.replace("firstPublicYear 2022", "firstPublicYear 2023").replace(
        "publicationYear 2022", "publicationYear 2021"
    )
    assert text(compare(triples(OLD), triples(new))) == [
        "changed work:a  One",
        "  - publication:a-x ag:publicationYear 2022",
        "  + publication:a-x ag:publicationYear 2021",
        "  - ag:firstPublicYear 2022",
        "  + ag:firstPublicYear 2023",
    ]


def test_things_that_came_and_went_are_distinguished() -> None:
    diff = compare(triples(OLD), triples(OLD.replace("work:b", "work:c")))
    assert [(thing.how, thing.iri.rpartition("/")[2]) for thing in diff.things] == [("removed", "b"), ("added", "c")]


def test_blank_nodes_of_equal_shape_are_no_difference() -> None:
    shape = "work:a skos:related [ rdfs:label '1' ; skos:related [ rdfs:label '2' ] ] ."
    assert not compare(triples(shape), triples(shape))
    assert compare(triples(shape), triples(shape.replace("'2'", "'3'")))


terms = st.sampled_from([f"http://x.example/{n}" for n in range(4)]).map(ox.NamedNode)
graphs = st.sets(st.builds(ox.Triple, terms, terms, terms | st.text(max_size=3).map(ox.Literal)), max_size=12)


own = st.sampled_from([*("urn:x:a", "urn:x:b"), *map(PREFIXES["ag"].__add__, ("hasAuthorship", "hasLink"))]).map(
    ox.NamedNode
)
named = st.sets(
    st.builds(
        ox.Triple, terms, own | st.just(ox.NamedNode(PREFIXES["rdfs"] + "label")), terms | st.just(ox.Literal("x"))
    ),
    max_size=6,
)


@given(named, named, named)
def test_what_both_have_may_be_given_apart(old: set[ox.Triple], new: set[ox.Triple], both: set[ox.Triple]) -> None:
    whole, apart = compare(old | both, new | both), compare(old, new, [ox.Quad(*triple) for triple in both])
    assert (apart.removed, apart.added) == (whole.removed, whole.added)
    parts = [triple.object for triple in both | old | new if "#has" in triple.predicate.value]
    if len(parts) == len(set(parts)):  # a part of two things is shown below either
        assert apart.things == whole.things


def test_folders_differ_by_what_their_files_say_not_by_which_file_says_it(tmp_path: Path) -> None:
    files = {
        "old/one.ttl": "work:a a ag:Paper . work:b rdfs:label 'B' ; ag:hasLink link:b-1 .",
        "old/two.ttl": "work:a a ag:Paper ; ag:firstPublicYear 2022 . link:b-1 ag:linkLabel 'Paper' .",
        "old/blank.ttl": "work:c skos:related [ rdfs:label '1' ], _:x .",
        "old/gone.ttl": "work:d a ag:Paper .",
        "new/renamed.ttl": "work:a a ag:Paper . work:b rdfs:label 'B' ; ag:hasLink link:b-1 .",
        "new/two.ttl": "work:a ag:firstPublicYear 2023 . link:b-1 ag:linkLabel 'Text' .",
        "new/blank.ttl": "work:c skos:related [ rdfs:label '1' ], _:x .",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + content, encoding="utf-8")
    old, new = (find_sources([tmp_path / name], ontology=False) for name in ("old", "new"))
    found = compare_files(old, new)
    assert text(found) == [
        "changed work:a",
        "  - ag:firstPublicYear 2022",
        "  + ag:firstPublicYear 2023",
        "changed work:b  B",
        '  - link:b-1 ag:linkLabel "Paper"',
        '  + link:b-1 ag:linkLabel "Text"',
        "removed work:d",
        "  - rdf:type ag:Paper",
    ]
    assert not compare_files(old, old)


@given(graphs, graphs)
def test_the_patch_turns_the_one_into_the_other(old: set[ox.Triple], new: set[ox.Triple]) -> None:
    rows = "".join(write_patch(compare(old, new))).removesuffix("\n").split("\n")
    assert (rows[0], rows[-1]) == ("TX .", "TC .")
    changed = set(old)
    for row in rows[1:-1]:
        (quad,) = ox.parse(row[2:], ox.RdfFormat.N_TRIPLES)
        if row[0] == "D":
            changed.remove(quad.triple)
        else:
            assert quad.triple not in changed
            changed.add(quad.triple)
    assert changed == new


@pytest.mark.parametrize("format_", ["text", "patch", "json"])
def test_the_command_tells_a_folder_from_a_changed_copy(run: Run, tmp_path: Path, format_: str) -> None:
    copy = tmp_path / "venues.ttl"
    original = ROOT / "data" / "venues.ttl"
    copy.write_text(original.read_text(encoding="utf-8").replace('"NeurIPS"', '"NIPS"'), encoding="utf-8")
    same = run("diff", original, original, "--format", format_)
    assert same.code == 0
    outcome = run("diff", original, copy, "--format", format_)
    assert outcome.code == 1
    assert "NeurIPS" in outcome.out
    if format_ == "json":
        assert json.loads(same.out) == []
        assert json.loads(outcome.out)[0]["how"] == "changed"


def test_the_shipped_data_does_not_differ_from_itself(run: Run) -> None:
    outcome = run("diff", "-", ROOT / "data")
    assert (outcome.code, outcome.out) == (0, "")
