"""Two files that both write _:x mean two things, in whatever way a catalogue is read.

RDF 1.1 Concepts, section 3.4: labels of blank nodes are local to a file.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib.query import ResultRow

import aligngraph
from aligngraph.catalogue.sources import find_sources
from aligngraph.stores.disk import load
from aligngraph.validation.validate import validate
from tests.conftest import Run
from tests.support.servers import oxigraph_server

QUERY = "PREFIX ex: <http://example.org/> SELECT ?s ?o { ?s ex:p ?x . ?x ex:q ?o } ORDER BY ?s ?o"
APART = [("http://example.org/a", "one"), ("http://example.org/b", "two")]
SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
ex:One a sh:PropertyShape ; sh:targetSubjectsOf ex:q ; sh:path ex:q ; sh:maxCount 1 .
"""
PREFIX = "@prefix ex: <http://example.org/> .\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "a.ttl").write_text(f'{PREFIX}ex:a ex:p _:x . _:x ex:q "one" .\n')
    (folder / "b.ttl").write_text(f'{PREFIX}ex:b ex:p _:x . _:x ex:q "two" .\n')
    return folder


def rows(catalogue: aligngraph.Catalogue) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in catalogue.sparql(QUERY)]


def rows_of(graph: rdflib.Graph) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in graph.query(QUERY) if isinstance(row, ResultRow)]


@pytest.mark.parametrize("inferred", [True, False])
def test_a_folder_keeps_them_apart(own: Path, inferred: bool) -> None:
    catalogue = aligngraph.open(own, inferred=inferred)
    assert rows(catalogue) == APART
    assert rows_of(catalogue.to_graph()) == APART


def test_a_store_keeps_them_apart(own: Path, tmp_path: Path) -> None:
    load(tmp_path / "a.store", find_sources([own]))
    assert rows(aligngraph.open(tmp_path / "a.store")) == APART


@pytest.mark.slow
def test_a_triplestore_keeps_them_apart(own: Path, run: Run) -> None:
    with oxigraph_server() as server:
        done = run("push", server.endpoint, "--data", str(own))
        assert done.code == 0, done.err
        assert rows(aligngraph.open(server.endpoint)) == APART


@pytest.mark.parametrize("name", ["ntriples", "turtle", "jsonld"])
def test_an_export_keeps_them_apart(own: Path, run: Run, name: str) -> None:
    text = run("export", "--format", name, "--data", str(own)).out
    graph = rdflib.Graph().parse(data=text, format={"ntriples": "nt", "jsonld": "json-ld"}.get(name, name))
    assert rows_of(graph) == APART


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_the_check_keeps_them_apart(own: Path, tmp_path: Path, engine: str) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    assert not validate([own], shapes=tmp_path / "shapes.ttl", engine=engine).findings
    (own / "b.ttl").write_text(f'{PREFIX}ex:b ex:p _:x . _:x ex:q "two", "three" .\n')
    (finding,) = validate([own], shapes=tmp_path / "shapes.ttl", engine=engine).findings
    assert finding.file == own / "b.ttl"


def test_one_file_has_one_of_them_however_often_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.trig").write_text(
        f'{PREFIX}ex:one {{ ex:a ex:p _:x }} ex:two {{ _:x ex:q "one" }} ex:a ex:p _:y . _:y ex:q "own" .\n'
    )
    assert rows(aligngraph.open(tmp_path)) == [("http://example.org/a", "one"), ("http://example.org/a", "own")]
