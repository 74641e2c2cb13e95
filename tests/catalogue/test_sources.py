"""Reading a catalogue: the shipped one whole, and files with every fault."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

import aligngraph
from aligngraph.catalogue.sources import find_sources, read_bytes, read_quads
from aligngraph.errors import BadTurtleError, CatalogueError
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.stores import cache as prepared
from aligngraph.stores import prepare, seen
from aligngraph.stores.open import open_catalogue

WORK = "@prefix ag: <https://w3id.org/aligngraph/ontology#> .\n<https://w3id.org/aligngraph/work/a> a ag:Paper .\n"


def count(pattern: str) -> int:
    rows = list(open_catalogue().select(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}"))
    assert isinstance(rows[0][0], ox.Literal)
    return int(rows[0][0].value)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("?listing ag:inSection ?x", 25),
        ("?x a ag:Section ; ag:recovered true", 5),
        ("?x a ag:Listing", 179),
        ("?x a ag:Work", 124),
        ("?x a ag:Link ; ag:target ?url", 326),
        ("?x a ag:Artifact", 153),
        ("work:srivastava2022-big-bench ag:hasAuthor ?x", 450),
        ("?l ag:lists ?x ; ag:inSection/ag:parentSection* section:value-alignment-goals", 85),
    ],
)
def test_the_shipped_catalogue_holds_the_whole_page(pattern: str, number: int) -> None:
    assert count(pattern) == number


def test_each_file_is_a_graph_named_after_it() -> None:
    graphs = {source.graph.value.removeprefix(GRAPH) for source in find_sources()}
    assert {"ontology/aligngraph", "venues", "works/rafailov2023-dpo", "taxonomy/goals"} <= graphs
    assert len(graphs) == len(find_sources())


def test_the_data_has_no_blank_nodes_and_lower_case_language_tags() -> None:
    quads = list(read_quads(find_sources(ontology=False)))
    assert len(quads) > 10_000
    assert not [q for q in quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
    tags = {q.object.language for q in quads if isinstance(q.object, ox.Literal) and q.object.language}
    assert tags == {"en"}


def test_two_folders_with_files_of_one_name_keep_their_graphs_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "works.ttl").write_text(WORK)
    sources = find_sources([tmp_path / "one", tmp_path / "two"], ontology=False)
    assert [source.graph.value.removeprefix(GRAPH) for source in sources] == ["works", "works-2"]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (WORK.encode()[:-4], 2, ""),
        (b"<http://x.example/a> x:b 1 .", 1, "x:"),
        (b"@prefix x: <http://x.example/> .\nx:a x:b <http://x.example/a b> .", 2, "IRI"),
        (WORK.encode() + b"# caf\xe9\n", 3, "UTF-8"),
        (WORK.encode("utf-16"), 1, "UTF-8"),
    ],
    ids=["truncated", "undeclared prefix", "bad IRI", "Latin-1", "UTF-16"],
)
def test_a_broken_file_is_named_with_line_and_reason(tmp_path: Path, content: bytes, line: int, reason: str) -> None:
    path = tmp_path / "bad.ttl"
    path.write_bytes(content)
    with pytest.raises(BadTurtleError) as error:
        open_catalogue([path])
    assert error.value.name == str(path)
    assert error.value.line == line
    assert reason.lower() in error.value.reason.lower()
    assert str(error.value).startswith(f"{path}, line {line}")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "bom.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + WORK.encode())
    assert open_catalogue([path]).ask("ASK { work:a a ag:Work }")


def test_missing_empty_and_unnamed_sources_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no such file or folder"):
        find_sources([tmp_path / "nothing"])
    with pytest.raises(CatalogueError, match="no Turtle file"):
        find_sources([tmp_path])
    (tmp_path / "data.xyz").write_text("")
    with pytest.raises(CatalogueError, match="its name does not show its syntax"):
        find_sources([tmp_path / "data.xyz"])
    (tmp_path / "folder.ttl").mkdir()
    with pytest.raises(CatalogueError, match="no Turtle file"):
        find_sources([tmp_path / "folder.ttl"])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("ALIGNGRAPH_CACHE", str(folder))
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.ttl"
    path.write_text(WORK)
    return path


def kept(cache: Path) -> list[Path]:
    """Return the prepared catalogues in *cache*."""
    return [path for path in cache.iterdir() if path.name != "seen"]


def test_a_prepared_catalogue_is_used_until_its_content_changes(cache: Path, own: Path) -> None:
    assert open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")
    assert len(kept(cache)) == 1
    assert open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")
    assert len(kept(cache)) == 1
    own.write_text(WORK.replace("work/a", "work/b"))
    assert open_catalogue([own]).ask("ASK { work:b a ag:Contribution }")
    assert not open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")
    assert len(kept(cache)) == 2


def test_files_that_have_not_changed_are_not_read_again(
    cache: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time.sleep(0.1)
    open_catalogue([own])
    with monkeypatch.context() as patch:
        patch.setattr(prepare, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
        assert open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")
    times = own.stat()
    own.write_text(WORK.replace("work/a", "work/b"))
    # The same size, and the old time put back, as some tools do.
    os.utime(own, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert open_catalogue([own]).ask("ASK { work:b a ag:Contribution }")
    assert len(kept(cache)) == 2


def test_a_file_changed_a_moment_ago_is_read_again(cache: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_CLOCK_STEP", 10**18)
    read: list[Path] = []
    open_catalogue([own])

    def read_and_note(path: Path) -> bytes:
        read.append(path)
        return read_bytes(path)

    monkeypatch.setattr(prepare, "read_bytes", read_and_note)
    assert open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")
    assert own in read
    assert len(kept(cache)) == 1


def test_without_inference_only_what_is_asserted_is_there(cache: Path, own: Path) -> None:
    assert not open_catalogue([own], inferred=False).ask("ASK { work:a a ag:Contribution }")
    assert not open_catalogue([own], inferred=False).ask("ASK { work:a a ag:Contribution }")
    assert cache.is_dir()


def test_a_damaged_or_deleted_cache_is_rebuilt(cache: Path, own: Path) -> None:
    open_catalogue([own])
    (store,) = kept(cache)
    for path in store.iterdir():
        path.write_bytes(b"damaged")
    assert open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")
    shutil.rmtree(cache)
    assert open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("ALIGNGRAPH_CACHE", str(in_the_way / "cache"))
    assert open_catalogue([own]).ask("ASK { work:a a ag:Contribution }")


def test_many_at_once_prepare_the_same_catalogue(cache: Path, own: Path) -> None:
    answers: list[bool] = []

    def ask() -> None:
        answers.append(open_catalogue([own]).ask("ASK { work:a a ag:Contribution }"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8
    assert [path.name for path in cache.iterdir() if path.name.startswith("new-")] == []


@pytest.mark.slow
def test_the_cache_keeps_a_bounded_number_of_catalogues(cache: Path, own: Path) -> None:
    for number in range(prepared._KEPT + 3):
        own.write_text(WORK + f"# {number}\n")
        open_catalogue([own])
    assert len(kept(cache)) == prepared._KEPT


@pytest.mark.slow
def test_load_gives_an_rdflib_graph_with_what_follows() -> None:
    graph = aligngraph.load()
    plain = aligngraph.load(inferred=False)
    assert len(graph) > len(plain) > 10_000
    assert ("work", "https://w3id.org/aligngraph/work/") in {(p, str(n)) for p, n in graph.namespaces()}


def test_load_reads_other_files(own: Path) -> None:
    assert "https://w3id.org/aligngraph/work/a" in {str(subject) for subject in aligngraph.load(own).subjects()}
    assert "https://w3id.org/aligngraph/work/a" in {str(s) for s in aligngraph.load(os.fspath(own)).subjects()}
