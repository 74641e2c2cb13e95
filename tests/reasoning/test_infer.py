"""``aligngraph infer`` writes what follows, whole or not at all, and says what it did."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.rdf.namespaces import INFERRED_GRAPH
from aligngraph.reasoning.closure import closure
from aligngraph.reasoning.rules import Facts
from tests.conftest import Run
from tests.reasoning.test_closure import HEAD
from tests.support.marks import slow_after
from tests.support.shipped import shipped

FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}
SHIPPED = list(shipped())
FOLLOWS = set(map(str, closure(SHIPPED)))


def write(folder: Path, turtle: str) -> Path:
    path = folder / "mine.ttl"
    path.write_text(HEAD + turtle, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", slow_after(1, FORMATS))
def test_each_format_holds_what_is_inferred_and_nothing_asserted(run: Run, name: str) -> None:
    done = run("infer", "--format", name)
    assert done.code == 0
    found = list(ox.parse(done.out, FORMATS[name]))
    assert {str(quad.triple) for quad in found} == FOLLOWS
    assert len(found) == len(FOLLOWS) > 5000
    graph = ox.NamedNode(INFERRED_GRAPH) if name in ("nquads", "trig") else ox.DefaultGraph()
    assert {quad.graph_name for quad in found} == {graph}
    assert not FOLLOWS & {str(quad.triple) for quad in SHIPPED}
    assert f"{len(FOLLOWS):,} statements inferred from {Facts(SHIPPED).count:,} statements in " in done.err


@pytest.mark.parametrize("ending", slow_after(2, ["nt", "trig", "ttl", "nq"]))
def test_the_ending_of_the_file_chooses_the_format(run: Run, tmp_path: Path, ending: str) -> None:
    done = run("infer", "-o", tmp_path / f"out.{ending}")
    assert (done.code, done.out) == (0, "")
    names = {"ttl": "turtle", "nt": "ntriples", "nq": "nquads", "trig": "trig"}
    quads = ox.parse((tmp_path / f"out.{ending}").read_bytes(), FORMATS[names[ending]])
    assert {str(quad.triple) for quad in quads} == FOLLOWS


@pytest.mark.slow
def test_two_runs_write_the_same_bytes(run: Run) -> None:
    outputs = {run("infer", "-f", "nquads", env={"PYTHONHASHSEED": seed}).out for seed in "12"}
    assert len(outputs) == 1


def test_the_data_given_is_reasoned_over(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "listing:a ag:lists work:a .")
    done = run("infer", "--data", data)
    assert done.code == 0
    assert "ag:hasListing\n        listing:a" in done.out or "ag:hasListing listing:a" in done.out
    assert "statements in 2 files." in done.err


@pytest.mark.slow
def test_an_axiom_without_a_fast_rule_goes_to_owlrl_and_that_is_said(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "x:A owl:unionOf ( x:B x:C ) . x:i a x:B .")
    done = run("infer", "--data", data, "-f", "ntriples")
    assert done.code == 0
    assert "Some axioms (owl:unionOf) have no fast rule: owlrl infers the statements" in done.err
    assert "<http://x.example/i> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://x.example/A> ." in done.out


def test_that_things_follow_to_be_the_same_is_said(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "listing:a ag:lists work:a , work:b . work:b ag:firstPublicYear 2020 .")
    done = run("infer", "--data", data, "-f", "ntriples")
    assert done.code == 0
    assert "2 things are inferred to be the same as another (owl:sameAs), first work:a and work:b." in done.err
    assert "work/a> <https://w3id.org/aligngraph/ontology#firstPublicYear>" in done.out


def test_an_existing_file_is_kept_unless_forced(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.ttl"
    out.write_text("mine", encoding="utf-8")
    done = run("infer", "-o", out)
    assert done.code == 2
    assert "--force" in done.err
    assert out.read_text(encoding="utf-8") == "mine"
    assert run("infer", "-o", out, "--force").code == 0
    assert out.read_text(encoding="utf-8").startswith("@prefix")


@pytest.mark.parametrize(
    ("options", "message"),
    slow_after(
        4,
        [
            (["-o", "out.xyz"], "which format?"),
            (["--check", "-o", "out.ttl"], "--check writes nothing"),
            (["--dry-run"], "go with --into"),
            (["--update-endpoint", "http://localhost/"], "go with --into"),
            (["--into", "http://localhost/", "-o", "out.ttl"], "--into works inside the store"),
            (["--into", "http://localhost/", "--data", "."], "--into works inside the store"),
            (["--into", "not an address"], "is not the address"),
            (["--into", "file:///etc/passwd"], "is not the address"),
            (["--into", "http://user:secret@localhost/"], "leave it out"),
            (["--data", "nowhere"], "nowhere"),
            (["-o", "no/such/folder/out.ttl"], "no folder"),
            (["--timeout", "soon", "--into", "http://localhost/"], "not a number of seconds"),
        ],
    ),
)
def test_what_can_not_be_done_is_one_message_and_leaves_nothing(
    run: Run, tmp_path: Path, options: list[str], message: str
) -> None:
    done = run("infer", *options, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ("x:i x:p", "mine.ttl, line "),
        ("y:i x:p 1 .", "mine.ttl, line "),
        ("x:p owl:propertyChainAxiom x:list . x:list rdf:first x:q .", "property chain of <http://x.example/p>"),
    ],
)
def test_broken_data_is_one_message(run: Run, tmp_path: Path, turtle: str, message: str) -> None:
    done = run("infer", "--data", write(tmp_path, turtle))
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_data_without_statements_leaves_what_the_ontology_gives(run: Run, tmp_path: Path) -> None:
    done = run("infer", "--data", write(tmp_path, ""))
    assert done.code == 0
    assert done.err.endswith("statements in 2 files.\n")
    assert "0 statements inferred" in done.err or done.out
