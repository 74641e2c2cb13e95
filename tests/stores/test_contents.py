"""A store that holds only a part of what is inferred, or whose files are damaged, says so or answers the same."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.rdf.namespaces import INFERRED_GRAPH
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.contents import Contents, question, question_of_inferred
from aligngraph.stores.open import open_catalogue
from tests.conftest import Run

EVERYTHING = "SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def parts() -> tuple[list[ox.Quad], list[ox.Quad]]:
    """The asserted and the inferred statements of the shipped catalogue, the latter as a dump sorts them."""
    backend = open_catalogue()
    assert isinstance(backend, Embedded)
    quads = sorted(backend.store, key=str)
    inferred = [quad for quad in quads if getattr(quad.graph_name, "value", "") == INFERRED_GRAPH]
    assert len(inferred) > 10_000
    return [quad for quad in quads if getattr(quad.graph_name, "value", "") != INFERRED_GRAPH], inferred


@pytest.mark.parametrize(
    ("begin", "end", "is_told"),
    [(0, 1, False), (0, 0, True), (0, 0.9, True), (0.1, 1, True), (0, 0.6, True), (0.5, 1, True)],
)
def test_inferred_statements_that_are_cut_are_missed(
    parts: tuple[list[ox.Quad], list[ox.Quad]], begin: float, end: float, is_told: bool
) -> None:
    asserted, inferred = parts
    kept = inferred[int(begin * len(inferred)) : int(end * len(inferred))]
    assert ("lacks inferred statements" in told_of([*asserted, *kept])) is is_told


@pytest.mark.slow
@pytest.mark.parametrize("tenth", range(10))
def test_a_tenth_of_the_inferred_statements_is_missed_wherever_it_stood(
    parts: tuple[list[ox.Quad], list[ox.Quad]], tenth: int
) -> None:
    asserted, inferred = parts
    begin, end = tenth * len(inferred) // 10, (tenth + 1) * len(inferred) // 10
    assert "lacks inferred statements" in told_of([*asserted, *inferred[:begin], *inferred[end:]])
    scattered = [quad for number, quad in enumerate(inferred) if number % 10 != tenth]
    assert "lacks inferred statements" in told_of([*asserted, *scattered])


def told_of(quads: list[ox.Quad]) -> str:
    """Return what is said that a store with *quads* lacks."""
    store = ox.Store()
    store.bulk_extend(quads)
    backend = Embedded(store)
    rows = [*backend.select(question()), *backend.select(question_of_inferred())]
    contents = Contents(frozenset((str(getattr(a, "value", "")), str(getattr(b, "value", ""))) for a, b in rows))
    return contents.lacks("http://here", union=True)


@pytest.mark.slow
def test_a_damaged_store_answers_the_same_or_says_so(run: Run, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    assert run("load", whole).code == 0
    ask = ["sparql", EVERYTHING, "--format", "csv", "--timeout", "300", "--data"]
    right = run(*ask, whole)
    assert right.code == 0
    rows = sorted(right.out.splitlines())
    chance = random.Random(5)
    told = 0
    files = sorted(path for path in whole.iterdir() if path.suffix == ".sst" or path.name.startswith("MANIFEST"))
    for number, file in enumerate(files):
        damaged = tmp_path / "damaged"
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(whole, damaged)
        content = bytearray(file.read_bytes())
        at = chance.randrange(len(content))
        if number % 3 == 0:
            content = content[:at]
        else:
            content[at] ^= 0x20
        (damaged / file.name).write_bytes(content)
        outcome = run(*ask, damaged)
        assert "Traceback" not in outcome.err
        if outcome.code == 0:
            assert sorted(outcome.out.splitlines()) == rows, file.name
        else:
            assert outcome.code == 2
            assert outcome.err.startswith("Error: ")
            told += 1
    assert told > 3
