"""The package for other catalogues: every format, checksums that hold, the same bytes each time; whole or not there."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.errors import ExportError, OutputError
from aligngraph.export import FILE_ENDINGS, FORMATS
from aligngraph.export.package import CHECKSUMS, check_package, write_package
from tests.conftest import Run
from tests.support.programs import find_program

NAMES = sorted([CHECKSUMS, *(f"aligngraph{ending}" for ending in FILE_ENDINGS.values())])
SMALL = """
@prefix ag: <https://w3id.org/aligngraph/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix work: <https://w3id.org/aligngraph/work/> .
work:rivera2031-quiet a ag:Paper ; dcterms:title "Quiet"@en .
"""


@pytest.fixture
def data(tmp_path: Path) -> tuple[Path]:
    path = tmp_path / "small.ttl"
    path.write_text(SMALL, encoding="utf-8")
    return (path,)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_format_is_in_it_under_a_name_of_its_own() -> None:
    assert set(FILE_ENDINGS) == set(FORMATS)
    assert len(NAMES) == len(FORMATS) + 1


@pytest.mark.slow
def test_two_runs_give_the_same_bytes_and_checksums_that_hold(run: Run, package: Path, tmp_path: Path) -> None:
    outcome = run("export", "-f", "all", "-o", tmp_path / "second", env={"PYTHONHASHSEED": "4242"})
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    first = content(package)
    assert sorted(first) == NAMES
    assert first == content(tmp_path / "second")
    for line in first[CHECKSUMS].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(first[name]).hexdigest() == digest
    assert len(first[CHECKSUMS].splitlines()) == len(FORMATS)
    assert all(first.values())


def test_sha256sum_checks_it(tmp_path: Path, data: tuple[Path]) -> None:
    write_package(tmp_path / "out", data)
    program = find_program(["sha256sum"], "to check checksums install GNU coreutils")
    command = [str(program), "--check", "--strict", CHECKSUMS]
    assert subprocess.run(command, cwd=tmp_path / "out", capture_output=True, check=False).returncode == 0
    (tmp_path / "out" / "aligngraph.ttl").write_text("# changed", encoding="utf-8")
    assert subprocess.run(command, cwd=tmp_path / "out", capture_output=True, check=False).returncode == 1


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path, data: tuple[Path]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    for force in (False, True):
        with pytest.raises(OutputError, match=r"is not empty|is not a package alone"):
            write_package(tmp_path / "out", data, force=force)
    assert content(tmp_path / "out") == {"mine.txt": b"mine"}


def test_a_package_makes_way_only_when_forced_and_as_a_whole(tmp_path: Path, data: tuple[Path]) -> None:
    write_package(tmp_path / "out", data)
    before = content(tmp_path / "out")
    with pytest.raises(OutputError, match="Pass --force"):
        write_package(tmp_path / "out", data)
    data[0].write_text(SMALL.replace("Quiet", "Loud"), encoding="utf-8")
    write_package(tmp_path / "out", data, force=True)
    after = content(tmp_path / "out")
    assert sorted(after) == sorted(before)
    assert b"Loud" in after["aligngraph.ttl"]
    assert b'Quiet"' not in after["aligngraph.ttl"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "small.ttl"]


def test_what_fails_midway_leaves_nothing(tmp_path: Path, data: tuple[Path]) -> None:
    # RDF/XML has no place for this character; Turtle, written before it, has.
    data[0].write_text(SMALL.replace("Quiet", "Qui\\u0001et"), encoding="utf-8")
    with pytest.raises(ExportError, match="XML can't hold"):
        write_package(tmp_path / "out", data)
    assert [path.name for path in tmp_path.iterdir()] == ["small.ttl"]


@pytest.mark.parametrize("seconds", [0.2, 0.6, 1.0, 1.5, 2.5])
def test_killed_at_any_moment_it_leaves_the_old_package_or_the_new(tmp_path: Path, seconds: float) -> None:
    out = tmp_path / "out"
    out.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "aligngraph", "export", "-f", "all", "-o", str(out)], env=os.environ
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    assert sorted(content(out)) in ([], NAMES)


@pytest.mark.parametrize("place", ["file", "missing/out"])
def test_a_place_that_is_none_is_refused_before_any_work(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        check_package(tmp_path / place)


def test_a_package_needs_a_folder_and_has_no_single_class(run: Run) -> None:
    for options, message in (([], "name a folder"), (["-o", "x", "--class", "Work"], "--class goes with --format csv")):
        outcome = run("export", "-f", "all", *options)
        assert (outcome.code, outcome.out) == (2, "")
        assert message in outcome.err


@pytest.mark.slow
def test_the_rdf_files_are_read_by_another_reader_as_what_they_are(package: Path) -> None:
    formats = {
        ".ttl": ox.RdfFormat.TURTLE,
        ".nt": ox.RdfFormat.N_TRIPLES,
        ".rdf": ox.RdfFormat.RDF_XML,
        ".jsonld": ox.RdfFormat.JSON_LD,
    }
    counts = {
        ending: len({quad.triple for quad in ox.parse(path=str(package / f"aligngraph{ending}"), format=form)})
        for ending, form in formats.items()
    }
    assert len(set(counts.values())) == 1
    for part in ("void", "service", "queries", "sssom"):
        assert list(ox.parse(path=str(package / f"aligngraph.{part}.ttl"), format=ox.RdfFormat.TURTLE))
