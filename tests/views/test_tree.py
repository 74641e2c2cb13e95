"""The taxonomy as a tree: its shape, its counts, and how it is drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.cli.options import FURTHER
from aligngraph.errors import NothingFoundError
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.open import open_files
from aligngraph.text.terminal import Terminal, width_of
from aligngraph.views.tree import Node, read_tree, render_tree
from tests.conftest import Run
from tests.views.test_show_command import check_examples

AG = "https://w3id.org/aligngraph/ontology#"


@pytest.fixture(scope="module")
def backend() -> Embedded:
    return open_files()


def small(turtle: str) -> Embedded:
    store = ox.Store()
    head = """@prefix ag: <https://w3id.org/aligngraph/ontology#> . @prefix ex: <http://example.org/> .
      @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix goal: <https://w3id.org/aligngraph/goal/> .
      ex:s a skos:ConceptScheme ; skos:prefLabel "scheme"@en . """
    store.load((head + turtle).encode(), ox.RdfFormat.TURTLE)
    return Embedded(store)


def drawn(nodes: list[Node], width: int = 80, encoding: str = "utf-8") -> list[str]:
    return list(render_tree(nodes, Terminal(width, encoding)))


def all_nodes(nodes: tuple[Node, ...] | list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from all_nodes(node.children)


def test_whole_tree_has_every_concept_once_under_its_scheme(backend: Embedded) -> None:
    trees = read_tree(backend)
    assert [tree.label for tree in trees] == ["Alignment goals", "Approaches to alignment goals", "Alignment methods"]
    concepts = [node.iri for tree in trees for node in all_nodes(tree.children)]
    rows = backend.select("SELECT DISTINCT ?c { ?c skos:inScheme ?s }")
    assert sorted(concepts) == sorted(row[0].value for row in rows if isinstance(row[0], ox.NamedNode))
    assert len(concepts) == 53


def test_counts_are_of_distinct_works(backend: Embedded) -> None:
    counted = {
        node.iri: {heading: count + dict(node.added)[heading] for heading, count in node.counts}
        for node in all_nodes(read_tree(backend))
    }
    columns = {"represent": "representsGoal", "evaluate": "evaluatesGoal"}
    checked = 0
    for iri, counts in counted.items():
        for heading, count in counts.items():
            name = columns.get(heading) or ("usesMethod" if "/method/" in iri else "usesApproach")
            query = f"SELECT DISTINCT ?w {{ ?w a <{AG}Work> ; <{AG}{name}> <{iri}> }}"
            assert count == len(list(backend.select(query))), (iri, heading)
            checked += 1
    assert checked == 19 * 2 + 17 + 17


def test_broader_concept_counts_the_works_of_narrower_ones(backend: Embedded) -> None:
    (sft,) = read_tree(backend, "method:sft-based")
    assert [child.notation for child in sft.children] == ["M2.1", "M2.2"]
    assert dict(sft.counts)["works"] >= max(dict(child.counts)["works"] for child in sft.children) > 0


@pytest.mark.parametrize(
    "words",
    [
        "human-values",
        "human values",
        "Human Values",
        "goal:human-values",
        "G3",
        "https://w3id.org/aligngraph/goal/human-values",
    ],
)
def test_concept_is_found_by_iri_short_name_notation_or_label(backend: Embedded, words: str) -> None:
    assert [node.iri for node in read_tree(backend, words)] == ["https://w3id.org/aligngraph/goal/human-values"]


@pytest.mark.parametrize("words", ["goals", "goal", "https://w3id.org/aligngraph/goal"])
def test_scheme_is_a_tree_too(backend: Embedded, words: str) -> None:
    assert [node.label for node in read_tree(backend, words)] == ["Alignment goals"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("human vlaues", "did you mean 'human values'"),
        ("zzzzqqq", "'aligngraph tree' shows them all"),
        ("toxigen", "is not a concept but a paper: try 'aligngraph show work:hartvigsen2022-toxigen'"),
        ("value", "may mean several concepts: "),
    ],
)
def test_wrong_concept_is_answered_with_a_next_step(backend: Embedded, words: str, message: str) -> None:
    with pytest.raises(NothingFoundError) as caught:
        read_tree(backend, words)
    assert message in str(caught.value)


def test_catalogue_without_concepts_is_said_to_have_none() -> None:
    with pytest.raises(NothingFoundError, match="no concept schemes"):
        read_tree(Embedded(ox.Store()))


TREE = """
  ex:a a ag:Goal ; skos:inScheme ex:s ; skos:prefLabel "apples"@en ; skos:notation "2" .
  ex:b a ag:Goal ; skos:inScheme ex:s ; skos:prefLabel "pears"@en ; skos:notation "10" .
  ex:c a ag:Goal ; skos:inScheme ex:s ; skos:prefLabel "green apples"@en ; skos:broader ex:a .
  ex:l1 a ag:Listing ; ag:places ex:w1 ; ag:placingRepresents ex:a , ex:c .
  ex:l2 a ag:Listing ; ag:places ex:w2 ; ag:placingRepresents ex:a .
  ex:p1 a ag:CuratedPlacing ; ag:places ex:m ; ag:placingRepresents ex:a . ex:m ag:introducedBy ex:w1 .
"""


def test_tree_is_drawn_with_branches_and_aligned_counts() -> None:
    assert drawn(read_tree(small(TREE))) == [
        "scheme              represent  evaluate",
        "├─ apples  2                2         0",
        "│  └─ green apples          1         0",
        "└─ pears  10                0         0",
    ]


def test_works_that_the_catalogue_adds_are_distinguished_from_listed_ones() -> None:
    more = """ex:p2 a ag:CuratedPlacing ; ag:places ex:w3 ; ag:placingRepresents ex:a .
      ex:p3 a ag:CuratedPlacing ; ag:places ex:w2 ; ag:placingRepresents ex:a ."""
    nodes = read_tree(small(TREE + more))
    assert drawn(nodes) == [
        "scheme              represent  evaluate",
        "├─ apples  2             2 +1         0",
        "│  └─ green apples          1         0",
        "└─ pears  10                0         0",
        "",
        "+n: works that no page lists there, which the catalogue places itself.",
    ]
    assert nodes[0].children[0].as_data()["added"] == {"represent": 1, "evaluate": 0}


def test_tree_on_an_ascii_terminal_is_ascii() -> None:
    assert drawn(read_tree(small(TREE)), encoding="ascii")[1:3] == [
        "|- apples  2                2         0",
        "|  `- green apples          1         0",
    ]


def test_one_concept_is_a_tree_with_headed_counts() -> None:
    assert drawn(read_tree(small(TREE), "apples")) == [
        "                 represent  evaluate",
        "apples  2                2         0",
        "└─ green apples          1         0",
    ]


@pytest.mark.parametrize("width", [30, 44, 60, 120])
def test_tree_keeps_to_the_width(backend: Embedded, width: int) -> None:
    lines = drawn(read_tree(backend), width)
    assert len(lines) > 34
    assert [line for line in lines if width_of(line) > max(width, 44)] == []


def test_ring_of_concepts_is_cut() -> None:
    ring = "ex:a skos:inScheme ex:s ; skos:broader ex:b . ex:b skos:inScheme ex:s ; skos:broader ex:a ."
    assert len(list(all_nodes(read_tree(small(ring))))) >= 3


@pytest.mark.parametrize(
    ("pairs", "lines"),
    [
        ("a<b b<a", ["A", "└─ B  (a cycle: this is also broader than A)"]),
        ("a<a b<a", ["A  (a cycle: this is also broader than itself)", "└─ B"]),
        ("a<b b<c c<a d<b", ["A", "└─ C", "   └─ B  (a cycle: this is also broader than A)", "      └─ D"]),
        (
            "a<b b<a c<d d<c c<a",
            [
                "A",
                "├─ B  (a cycle: this is also broader than A)",
                "└─ C",
                "   └─ D  (a cycle: this is also broader than C)",
            ],
        ),
        ("b<a c<b b<c", ["A", "└─ B", "   └─ C  (a cycle: this is also broader than B)"]),
    ],
)
@pytest.mark.parametrize("other", [True, False], ids=["beside others", "alone"])
def test_concepts_in_a_cycle_and_below_it_are_shown_and_marked(pairs: str, lines: list[str], other: bool) -> None:
    said = [pair.split("<") for pair in pairs.split()]
    turtle = "".join(f"ex:{narrow} skos:broader ex:{broad} . " for narrow, broad in said)
    names = sorted({name for pair in said for name in pair}) + (["z"] if other else [])
    turtle += "".join(f'ex:{name} skos:inScheme ex:s ; skos:prefLabel "{name.upper()}" . ' for name in names)
    (tree,) = read_tree(small(turtle))
    assert drawn([tree], 120)[1:] == _below(lines, last=not other) + (["└─ Z"] if other else [])
    assert "cycle" in json.dumps(tree.as_data())


def _below(lines: list[str], *, last: bool) -> list[str]:
    first, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
    return [first + lines[0], *(rest + line for line in lines[1:])]


def test_concept_with_two_broader_ones_stands_below_both() -> None:
    turtle = TREE + "ex:c skos:broader ex:b ."
    labels = [node.label for node in all_nodes(read_tree(small(turtle)))]
    assert labels.count("green apples") == 2


def test_narrower_alone_makes_a_tree() -> None:
    turtle = """ex:a skos:inScheme ex:s ; skos:prefLabel "a"@en ; skos:narrower ex:b .
      ex:b skos:inScheme ex:s ; skos:prefLabel "b"@en ."""
    assert drawn(read_tree(small(turtle))) == ["scheme", "└─ a", "   └─ b"]


def test_control_characters_in_labels_are_shown_not_sent() -> None:
    turtle = 'ex:a skos:inScheme ex:s ; skos:prefLabel "a\\u001b[31m"@en .'
    assert drawn(read_tree(small(turtle)))[1] == "└─ a\\x1b[31m"


# The command


def test_tree_prints_three_schemes(run: Run) -> None:
    outcome = run("tree")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Alignment goals ")
    assert "├─ human values  G3 " in outcome.out
    assert outcome.out.count("\n\n") == 3  # and a line on what the catalogue adds


def test_tree_json_nests(run: Run) -> None:
    (tree,) = json.loads(run("tree", "human", "values", "--format", "json").out)
    assert tree["curie"] == "goal:human-values"
    assert [child["curie"] for child in tree["narrower"]] == [
        "goal:hhh",
        "goal:social-norms-and-ethics",
        "goal:safety-and-risk",
        "goal:pluralism",
    ]
    assert set(tree["works"]) == {"represent", "evaluate"}


def test_unknown_concept_exits_2(run: Run) -> None:
    outcome = run("tree", "zzzzqqq")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"Error: no concept is called 'zzzzqqq': 'aligngraph tree' shows them all.\n{FURTHER}.\n"


def test_examples_of_the_help_run(run: Run) -> None:
    check_examples(run, "tree")


OTHERS = """<http://other.example/scheme> a skos:ConceptScheme ; skos:prefLabel "hazards"@en .
  <http://other.example/a> a skos:Concept ; skos:inScheme <http://other.example/scheme> ; skos:prefLabel "spill"@en ;
    skos:definition "A spill."@en . <http://other.example/a> <https://schema.org/sameAs> <https://dblp.org/rec/x> ."""
OURS = 'goal:a a ag:Goal, skos:Concept ; skos:inScheme ex:s ; skos:prefLabel "ours"@en ; skos:definition "It."@en .'


def test_schemes_of_others_beside_ours_are_named_and_left_out() -> None:
    said: list[str] = []
    trees = read_tree(small(OURS + OTHERS), tell=said.append)
    assert [node.label for node in trees] == ["scheme"]
    assert len(said) == 1
    assert "1 concept scheme with no goal, approach or method (<http://other.example/scheme>)" in said[0]
    # By its name, it is shown.
    assert [node.label for node in read_tree(small(OURS + OTHERS), "http://other.example/scheme")] == ["hazards"]


def test_schemes_of_others_alone_are_shown() -> None:
    said: list[str] = []
    assert [node.label for node in read_tree(small(OTHERS), tell=said.append)][-1:] == ["hazards"]
    assert said == []


@pytest.mark.slow
def test_the_command_tells_of_schemes_of_others(run: Run, tmp_path: Path) -> None:
    prefixes = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    (tmp_path / "others.ttl").write_text(prefixes + OTHERS, encoding="utf-8")
    both = ["--data", str(data_folder()), "--data", str(tmp_path / "others.ttl")]
    told = run("tree", *both)
    assert (told.code, told.out) == (0, run("tree").out)
    assert "<http://other.example/scheme>" in told.err
    for query in ("concepts", "external-records"):
        assert run("query", query, *both, "--format", "csv").out == run("query", query, "--format", "csv").out
