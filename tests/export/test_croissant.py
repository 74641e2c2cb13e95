"""Croissant: the checker of those who made it finds no error, and nothing is said that the catalogue does not know."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from aligngraph.export import export_files
from aligngraph.export.croissant import CONFORMS_TO, REQUIRED, left_out
from aligngraph.export.graph import load_quads
from aligngraph.stores.open import open_catalogue
from tests.conftest import Run
from tests.support.programs import find_croissant

CHECK = """
import json, sys
import mlcroissant
found = {}
for path in sys.argv[1:]:
    issues = mlcroissant.Dataset(path).metadata.ctx.issues
    found[path] = [sorted(issues.errors), sorted(issues.warnings)]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("croissant")
    for name, text in export_files("croissant"):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_each_dataset_and_benchmark_has_a_document_or_is_said_to_lack_a_fact(folder: Path) -> None:
    asked = "SELECT DISTINCT ?a { VALUES ?kind { ag:Dataset ag:Benchmark } ?a a ?kind }"
    every = len(list(open_catalogue().select(asked)))
    lacking = {label for labels in left_out(load_quads(inferred=True)).values() for label in labels}
    assert len(list(folder.iterdir())) + len(lacking) == every
    assert len(list(folder.iterdir())) > 30


def test_a_document_says_what_the_record_says(folder: Path) -> None:
    node = json.loads((folder / "bbq.json").read_text(encoding="utf-8"))
    assert node["conformsTo"] == CONFORMS_TO
    assert all(node[name] for name in REQUIRED)
    assert node["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert node["url"] == "https://github.com/nyu-mll/BBQ"
    assert (node["datePublished"], node["inLanguage"]) == ("2021-10", ["en"])
    assert node["creator"][0]["name"] == "Alicia Parrish"
    assert "{{BBQ: A Hand-Built Bias Benchmark for Question Answering}}" in node["citeAs"]
    assert "aligngraph-" not in node["citeAs"]
    assert "distribution" not in node


@pytest.mark.slow
def test_mlcroissant_finds_no_error_and_misses_the_version_alone(folder: Path, tmp_path: Path) -> None:
    nameless = tmp_path / "nameless.json"
    node = json.loads((folder / "bbq.json").read_text(encoding="utf-8"))
    del node["citeAs"]
    nameless.write_text(json.dumps(node), encoding="utf-8")
    files = [*sorted(folder.iterdir()), nameless]
    done = subprocess.run([find_croissant(), "-c", CHECK, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    missed = found.pop(str(nameless))[1]
    assert any("citeAs" in warning for warning in missed)
    for path, (errors, warnings) in found.items():
        assert errors == [], path
        assert all("schema.org/version" in warning for warning in warnings), (path, warnings)


@pytest.mark.slow
def test_the_command_writes_a_folder_or_an_archive_and_says_what_it_left_out(run: Run, tmp_path: Path) -> None:
    for name in ("datasets", "datasets.croissant.zip"):
        told = run("export", "--format", "croissant", "-o", tmp_path / name)
        assert (told.code, told.out) == (0, "")
        assert "datasets and benchmarks that lack what Croissant requires: license (" in told.err
    assert (tmp_path / "datasets" / "bbq.json").is_file()
    told = run("export", "--format", "croissant")
    assert told.code == 2
    assert "name a folder or .zip file with -o" in told.err
