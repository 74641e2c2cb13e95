"""Stores on disk: made whole or not at all, from files of every syntax, and read by many at once."""

from __future__ import annotations

import gzip
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import Source, find_sources
from aligngraph.errors import BadTurtleError, CatalogueError, OutputError
from aligngraph.files import atomic
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.stores import disk as stores
from aligngraph.stores.cache import open_store
from aligngraph.stores.disk import MARK, load
from aligngraph.stores.open import open_files
from tests.conftest import Run, shown_on

AG = "https://w3id.org/aligngraph/ontology#"
WORK = f"<https://w3id.org/aligngraph/work/a> a <{AG}Paper> .\n"
ASKS = "ASK { work:a a ag:Contribution }"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.ttl"
    path.write_text(WORK)
    return path


def is_named(quad: ox.Quad) -> bool:
    return not isinstance(quad.subject, ox.BlankNode) and not isinstance(quad.object, ox.BlankNode)


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_a_store_holds_what_the_catalogue_does(tmp_path: Path) -> None:
    count = load(tmp_path / "store", find_sources())
    loaded, embedded = open_store(tmp_path / "store").store, open_files().store
    assert count == len(loaded) == len(embedded) > 20_000
    # The ontology's blank nodes have new names each time.
    assert {quad for quad in loaded if is_named(quad)} == {quad for quad in embedded if is_named(quad)}
    assert left_over(tmp_path) == []


def test_without_inference_only_what_is_asserted_is_loaded(tmp_path: Path, own: Path) -> None:
    load(tmp_path / "store", find_sources([own]), inferred=False)
    assert not open_store(tmp_path / "store").ask(ASKS)
    load(tmp_path / "store", find_sources([own]))
    assert open_store(tmp_path / "store").ask(ASKS)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("ending", [".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld"])
def test_every_syntax_is_loaded_large_or_small_packed_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, large: bool, packed: bool
) -> None:
    monkeypatch.setattr(stores, "_LARGE", 0 if large else 1 << 30)
    triple = next(ox.parse(WORK, ox.RdfFormat.TURTLE)).triple
    rdf_format = ox.RdfFormat.from_extension(ending[1:])
    assert rdf_format is not None
    content = ox.serialize([triple], format=rdf_format) or b""
    if ending in (".ttl", ".nt"):
        content = b"\xef\xbb\xbf" + content
    path = tmp_path / f"own{ending}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(content) if packed else content)
    load(tmp_path / "store", find_sources([path], ontology=False), inferred=False)
    expected = ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(f"{GRAPH}own"))
    assert list(open_store(tmp_path / "store").store) == [expected]
    assert list(open_files([path], inferred=False).store.quads_for_pattern(triple.subject, None, None))


def test_a_file_that_names_graphs_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_LARGE", 0)
    (tmp_path / "a.nq").write_text("<x:a> <x:b> <x:c> <x:graph> .\n<x:a> <x:b> <x:d> .\n")
    load(tmp_path / "store", find_sources([tmp_path / "a.nq"], ontology=False), inferred=False)
    graphs = {graph.value for graph in open_store(tmp_path / "store").store.named_graphs()}
    assert graphs == {"x:graph", f"{GRAPH}a"}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("bad.ttl", WORK.encode() + b"<x:a> <x:b> ", "line 2"),
        ("bad.nt", b"<x:a> <x:b> <x:c> .\n<x:a> x .\n", "line 2"),
        ("bad.nq", b"<x:a> <x:b> <x:c> .\n<x:a> x .\n", "line 2"),
        ("bad.nt.gz", gzip.compress(WORK.encode() * 99)[:-20], "can't be "),
        ("bad.nt.gz", b"not packed", ""),
        ("bad.ttl", b"# caf\xe9\n<x:a> <x:b> 'caf\xe9' .", "line"),
    ],
    ids=["Turtle", "N-Triples", "N-Quads", "gzip cut short", "no gzip", "not UTF-8"],
)
def test_a_broken_file_leaves_the_old_store(
    tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, where: str, large: bool
) -> None:
    load(tmp_path / "store", find_sources([own]))
    monkeypatch.setattr(stores, "_LARGE", 0 if large else 1 << 30)
    (tmp_path / name).write_bytes(content)
    with pytest.raises((BadTurtleError, CatalogueError)) as error:
        load(tmp_path / "store", find_sources([tmp_path / name]))
    assert str(tmp_path / name) in str(error.value)
    assert where in str(error.value)
    assert open_store(tmp_path / "store").ask(ASKS)
    assert left_over(tmp_path) == []


def test_a_store_in_use_is_replaced_and_its_reader_goes_on(tmp_path: Path, own: Path) -> None:
    load(tmp_path / "store", find_sources([own]))
    reader = open_store(tmp_path / "store")
    own.write_text(WORK.replace("work/a", "work/b"))
    load(tmp_path / "store", find_sources([own]))
    assert reader.ask(ASKS)
    assert not open_store(tmp_path / "store").ask(ASKS)


def test_only_a_store_is_ever_replaced(tmp_path: Path, own: Path) -> None:
    sources = find_sources([own], ontology=False)
    (tmp_path / "empty").mkdir()
    load(tmp_path / "empty", sources)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").write_text("years of work")
    with pytest.raises(OutputError, match="holds other files than a store"):
        load(tmp_path / "home", sources)
    assert (tmp_path / "home" / "thesis.tex").read_text() == "years of work"
    with pytest.raises(OutputError, match="is not a folder"):
        load(own, sources)
    ox.Store(str(tmp_path / "foreign")).flush()
    with pytest.raises(OutputError, match="that aligngraph did not make"):
        load(tmp_path / "foreign", sources)
    assert not (tmp_path / "foreign" / MARK).exists()


@pytest.mark.parametrize("name", ["notes.md", "000012.txt", "LOG.md", ".hidden", "CURRENT.bak"])
def test_a_file_of_somebody_elses_in_a_store_is_never_deleted(run: Run, tmp_path: Path, own: Path, name: str) -> None:
    load(tmp_path / "store", find_sources([own], ontology=False))
    (tmp_path / "store" / name).write_text("years of work")
    outcome = run("load", tmp_path / "store", "--data", own)
    assert outcome.code == 2
    assert f"holds other files than a store ({name})" in outcome.err
    assert (tmp_path / "store" / name).read_text() == "years of work"


def test_a_store_being_loaded_is_said_to_be(run: Run, tmp_path: Path) -> None:
    with atomic.folder_in_place_of(tmp_path / "store", lambda _: True):
        outcome = run("tree", "--data", tmp_path / "store")
        assert outcome.code == 2
        assert "is being made by another aligngraph command" in outcome.err


def test_a_link_to_a_store_stays_a_link(tmp_path: Path, own: Path) -> None:
    load(tmp_path / "one", find_sources([own]))
    (tmp_path / "current").symlink_to(tmp_path / "one")
    load(tmp_path / "current", find_sources([own]))
    assert (tmp_path / "current").is_symlink()
    assert open_store(tmp_path / "current").ask(ASKS)


def test_where_folders_cannot_change_places_a_store_is_replaced_all_the_same(
    tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    for _ in range(2):
        load(tmp_path / "store", find_sources([own]))
        assert open_store(tmp_path / "store").ask(ASKS)
    assert left_over(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_load_leaves_the_old_store(tmp_path: Path, own: Path, number: signal.Signals) -> None:
    load(tmp_path / "store", find_sources([own]))
    lines = "".join(f'<x:{n}> <x:p> "{n}" .\n' for n in range(60_000))
    (tmp_path / "large.nt").write_text(lines)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "aligngraph",
        "load",
        tmp_path / "store",
        "--data",
        tmp_path / "large.nt",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while not list(tmp_path.glob(".aligngraph-*/new/CURRENT")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b"Traceback" not in err
    assert open_store(tmp_path / "store").ask(ASKS)
    if number == signal.SIGINT:
        assert left_over(tmp_path) == []
    load(tmp_path / "store", find_sources([own]))
    assert left_over(tmp_path) == []


def test_a_folder_that_is_no_store_is_said_to_be_none(run: Run, tmp_path: Path, own: Path) -> None:
    outcome = run("tree", "--data", tmp_path / "nothing")
    assert (outcome.code, outcome.out) == (2, "")
    assert "nothing: no such file or folder" in outcome.err
    (tmp_path / "empty").mkdir()
    assert "no Turtle file (*.ttl) in this folder" in run("tree", "--data", tmp_path / "empty").err
    load(tmp_path / "store", find_sources([own]))
    for path in (tmp_path / "store").glob("*"):
        path.write_bytes(b"damaged")
    outcome = run("tree", "--data", tmp_path / "store")
    assert outcome.code == 2
    assert "can't be opened" in outcome.err


def test_the_command_counts_and_needs_no_terminal(run: Run, tmp_path: Path, own: Path) -> None:
    outcome = run("load", tmp_path / "store", "--data", own, "--no-inferred")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.endswith(f"triples in {tmp_path / 'store'}\n")
    assert outcome.err.count("\n") == 1
    assert run("query", "terms", "--data", tmp_path / "store", "--format", "csv").out.count("\n") > 50


@pytest.mark.slow
@pytest.mark.parametrize("call", [("load", "store"), ("sparql", "ASK { ?s ?p 'none' }")])
def test_progress_shows_on_a_terminal_once_it_takes_longer_than_a_second(
    tmp_path: Path, call: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGNGRAPH_CACHE", str(tmp_path / "cache"))

    def told(lines: int) -> bytes:
        (tmp_path / "data.nt").write_text("".join(f'<x:{n}> <x:p> "{n}" .\n' for n in range(lines)))
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "aligngraph", *call, "--no-inferred", "--data", "data.nt"]
        done = subprocess.run(command, stderr=theirs, stdout=subprocess.DEVNULL, cwd=tmp_path, check=True)
        assert done.returncode == 0
        os.close(theirs)
        return shown_on(ours)

    assert b"\r\x1b[K" not in told(10)
    assert b"\r\x1b[K" in told(500_000)


@pytest.mark.slow
def test_many_processes_read_one_store(tmp_path: Path, own: Path) -> None:
    load(tmp_path / "store", find_sources([own]))
    command: list[str | Path] = [sys.executable, "-m", "aligngraph", "sparql", ASKS, "--data", tmp_path / "store"]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(6)]
    assert [reader.communicate(timeout=60)[0] for reader in readers] == [b"true\n"] * 6


def test_a_missing_file_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    missing = Source(tmp_path / "missing.ttl", ox.NamedNode("x:g"))
    with pytest.raises(CatalogueError, match=r"missing\.ttl: can't be read"):
        load(tmp_path / "store", [missing])
    assert list(tmp_path.iterdir()) == []


def test_literals_that_the_store_writes_in_another_way_are_named(run: Run, tmp_path: Path) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    (tmp_path / "written.ttl").write_text(
        f'<x:a> <x:p> "007"^^<{xsd}integer>, 1.50, "1"^^<{xsd}boolean>, 8, "007", "abc"^^<{xsd}integer> .',
        encoding="utf-8",
    )
    (tmp_path / "usual.ttl").write_text("<x:b> <x:p> 7, 1.5, true, 'x'@en .", encoding="utf-8")
    outcome = run("load", "store", "--data", "written.ttl", "--data", "usual.ttl", cwd=tmp_path)
    assert outcome.code == 0
    (told,) = [line for line in outcome.err.splitlines() if "another form" in line]
    assert told.startswith("written.ttl: the store writes 3 literals in another form of the same value: ")
    assert '"007"^^xsd:integer as "7"^^xsd:integer' in told
    assert '"1"^^xsd:boolean as "true"^^xsd:boolean' in told
    assert '"1.50"^^xsd:decimal as "1.5"^^xsd:decimal' in told


@pytest.mark.slow
def test_of_a_large_file_it_is_said_that_its_literals_were_not_looked_at(run: Run, tmp_path: Path) -> None:
    lines = (f'<http://example.org/{number}> <x:p> "00{number}" .\n' for number in range(120_000))
    (tmp_path / "large.ttl").write_text("".join(lines), encoding="utf-8")
    outcome = run("load", "store", "--data", "large.ttl", "--no-inferred", cwd=tmp_path)
    assert outcome.code == 0
    assert "large.ttl: large, so it is not said which numbers" in outcome.err
