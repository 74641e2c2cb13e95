"""A folder of many files that is prepared again after a change answers as one that never was prepared."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import catalogue_root, data_folder, find_sources, read_bytes
from aligngraph.errors import CatalogueError
from aligngraph.stores import prepare, seen
from aligngraph.stores.build import build_store
from aligngraph.stores.cache import open_prepared
from aligngraph.stores.open import open_catalogue


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("ALIGNGRAPH_CACHE", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped catalogue's works, people and taxonomy, a file each."""
    path = tmp_path / "data"
    for part in ("taxonomy", "persons", "placings", "surveys"):
        shutil.copytree(data_folder() / part, path / part)
    (path / "works").mkdir()
    for file in sorted((data_folder() / "works").iterdir())[:60]:
        shutil.copy(file, path / "works")
    return path


def named(store: ox.Store) -> set[ox.Quad]:
    """Return the statements of *store*, without those on blank nodes, which have other names each time."""
    return {
        quad
        for quad in store
        if not isinstance(quad.subject, ox.BlankNode) and not isinstance(quad.object, ox.BlankNode)
    }


def anew(folder: Path) -> set[ox.Quad]:
    sources = find_sources([folder])
    return named(build_store(sources, [read_bytes(source.path) for source in sources], True, ox.Store()))


def check(folder: Path) -> None:
    assert named(open_prepared([folder], True)) == anew(folder)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each preparation went on from an earlier one."""
    outcomes: list[bool] = []
    follow = prepare.Preparation._follow

    def note(self: prepare.Preparation, path: Path) -> bool:
        outcomes.append(follow(self, path))
        return outcomes[-1]

    monkeypatch.setattr(prepare.Preparation, "_follow", note)
    return outcomes


@pytest.mark.slow
@pytest.mark.usefixtures("cache")
def test_any_edits_of_files_lead_to_what_inference_of_everything_leads_to(folder: Path, followed: list[bool]) -> None:
    chance = random.Random(1)
    check(folder)
    for _ in range(15):
        for _ in range(chance.choice((1, 1, 1, 3))):
            files = sorted(folder.rglob("*.ttl"))
            file = chance.choice(files)
            lines = file.read_text(encoding="utf-8").split("\n\n")
            match chance.randrange(5):
                case 0 if len(lines) > 2:  # a thing less
                    del lines[chance.randrange(1, len(lines))]
                case 1:  # a thing in two files
                    other = chance.choice(files).read_text(encoding="utf-8").split("\n\n")
                    if other[0].startswith("@prefix"):
                        lines = [other[0] + "\n" + lines[0], *lines[1:], *other[-1:]]
                case 2:  # a file more
                    shutil.copy(file, file.with_name(f"copy-{chance.randrange(1000)}.ttl"))
                case 3:
                    file.rename(file.with_name(f"moved-{file.name}"))
                    continue
                case _ if "works" in str(file):
                    file.unlink()
                    continue
            file.write_text("\n\n".join(lines), encoding="utf-8")
        check(folder)
    assert followed.count(True) > 8, followed


@pytest.mark.slow
@pytest.mark.usefixtures("cache")
def test_a_change_of_the_ontology_s_rules_is_inferred_anew(folder: Path, followed: list[bool]) -> None:
    check(folder)
    (folder / "own.ttl").write_text("<x:p> <http://www.w3.org/2000/01/rdf-schema#domain> <x:C> . <x:a> <x:p> <x:b> .")
    check(folder)
    assert open_catalogue([folder]).ask("ASK { <x:a> a <x:C> }")
    (folder / "own.ttl").unlink()
    check(folder)
    assert not open_catalogue([folder]).ask("ASK { <x:a> a <x:C> }")
    assert followed == [False, False]  # the third was there before


@pytest.mark.slow
def test_only_the_changed_file_is_read_again(
    folder: Path, cache: Path, followed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = 1_000_000_000_000_000_000
    open_prepared([folder], True)
    read: list[str] = []
    monkeypatch.setattr(seen, "_CLOCK_STEP", -long_ago)  # nothing counts as changed a moment ago
    monkeypatch.setattr(prepare, "read_bytes", lambda path: read.append(path.name) or read_bytes(path))  # type: ignore[func-returns-value]
    file = sorted((folder / "works").iterdir())[5]
    file.write_text(file.read_text(encoding="utf-8") + "<x:a> <x:p> <x:b> .", encoding="utf-8")
    assert open_catalogue([folder]).ask("ASK { <x:a> <x:p> <x:b> }")
    assert set(read) == {file.name, "aligngraph.ttl"}
    assert followed == [False, True]
    # The files that have not changed are in both, once.
    first, second = (path for path in cache.iterdir() if (path / "CURRENT").exists())
    inodes = [{file.stat().st_ino for file in path.glob("*.sst")} for path in (first, second)]
    assert inodes[0] & inodes[1]


@pytest.mark.usefixtures("cache")
def test_a_file_replaced_within_a_tick_of_the_clock_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    for number in range(20):
        file.write_text(f"<x:{number:02}> <x:p> <x:b> .")
        assert open_catalogue([file]).ask(f"ASK {{ <x:{number:02}> <x:p> <x:b> }}")


@pytest.mark.usefixtures("cache")
def test_a_clock_that_jumps_hides_no_change(tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    for number, when in enumerate((4_000_000_000, 1_000_000_000, 4_000_000_000, 1_000_000_000)):
        file.write_text(f"<x:{number}> <x:p> <x:b> .")
        os.utime(file, (when, when))
        assert open_catalogue([file]).ask(f"ASK {{ <x:{number}> <x:p> <x:b> }}")


@pytest.mark.usefixtures("cache")
def test_a_file_that_can_no_longer_be_read_is_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.ttl").write_text(f"<x:{name}> <x:p> <x:b> .")
    assert open_catalogue([tmp_path]).ask("ASK { <x:two> <x:p> <x:b> }")
    (tmp_path / "two.ttl").unlink()
    (tmp_path / "two.ttl").symlink_to("nowhere")
    with pytest.raises(CatalogueError, match=r"two\.ttl: can't be read"):
        open_catalogue([tmp_path])


def test_what_an_earlier_version_kept_is_passed_over(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "one.ttl"
    file.write_text("<x:a> <x:p> <x:b> .")
    for content in (b"", b"a 1", b"nothing 0 0\n{}", b"name 3 9\nabc[1, 2]", b"\xff\xfe \n"):
        state = seen.state_of([file], f"{ox.__version__} True")
        assert state is not None
        path = seen._path(cache, state)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        assert open_catalogue([file]).ask("ASK { <x:a> <x:p> <x:b> }")
        shutil.rmtree(cache)


@pytest.mark.slow
def test_many_at_once_follow_one_change(folder: Path, cache: Path) -> None:
    open_prepared([folder], True)
    (folder / "more.ttl").write_text("<x:a> <x:p> <x:b> .")
    answers: list[bool] = []

    def ask() -> None:
        answers.append(open_catalogue([folder]).ask("ASK { <x:a> <x:p> <x:b> }"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 6
    assert len([path for path in cache.iterdir() if (path / "CURRENT").exists()]) == 2


@pytest.mark.slow
def test_what_is_installed_with_the_lists_is_found_without_a_look_at_its_files(folder: Path, cache: Path) -> None:
    package = folder.parent / "site" / "aligngraph"
    shutil.copytree(Path(prepare.__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__"))
    files = package / "catalogue_files"
    for name in ("ontology", "queries"):
        shutil.copytree(catalogue_root() / name, files / name)
    folder.rename(files / "data")
    (files / "lists").mkdir()
    (files / "lists" / "more.ttl").write_text("<x:a> <x:p> <x:b> .")

    def run(*args: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(package.parent)}
        return subprocess.run(
            [sys.executable, *args], env=environment, capture_output=True, text=True, check=True
        ).stdout

    def asked() -> str:
        return run(
            "-m", "aligngraph", "sparql", "SELECT * { <x:a> <x:p> ?b }", "--format", "csv", "--data", "aligngraph:all"
        )

    digest = run(
        "-c",
        "from aligngraph.catalogue.sources import find_sources, shipped_folders;"
        "from aligngraph.stores.prepare import Preparation; from pathlib import Path;"
        "print(Preparation(Path(), find_sources(shipped_folders('aligngraph:all')), True, None).content, end='')",
    )
    (files / "all.digest").write_text(digest)
    assert asked().split() == ["b", "x:b"]
    assert len([*cache.iterdir()]) == 1  # a store, and no note of files
    shutil.rmtree(files / "lists")
    (files / "lists").mkdir()
    assert asked().split() == ["b", "x:b"]  # not looked at
    (files / "lists" / "more.ttl").write_text("<x:a> <x:p> <x:c> .")
    (files / "all.digest").unlink()
    assert asked().split() == ["b", "x:c"]
    assert (cache / "seen").exists()
