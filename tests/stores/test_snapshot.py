"""Commands that work on files work on stores too: on disk, and behind an endpoint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.support.servers import OxigraphServer


@pytest.fixture(scope="module")
def store(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "store"
    assert run("load", path, "--data", ROOT / "data").code == 0
    return path


@pytest.mark.slow
def test_a_store_on_disk_is_validated(run: Run, store: Path) -> None:
    outcome = run("validate", store)
    assert outcome.code == 0, outcome.out
    assert "all conform" in " ".join(outcome.out.split())


@pytest.mark.slow
def test_a_store_on_disk_is_exported_as_the_files_are(run: Run, store: Path) -> None:
    for name in ("nquads", "bibtex", "markdown"):
        assert run("export", "--format", name, "--data", store).out == run("export", "--format", name).out


@pytest.mark.slow
def test_an_endpoint_is_exported_as_the_files_are(run: Run, catalogue_server: OxigraphServer) -> None:
    endpoint = catalogue_server.endpoint
    assert run("export", "-f", "bibtex", "--data", endpoint).out == run("export", "-f", "bibtex").out
    assert run("validate", endpoint).code == 0
    assert run("describe", "--data", endpoint).out == run("describe").out


def test_a_fault_in_a_store_is_found(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "bad.ttl"
    data.write_text(
        "@prefix ag: <https://w3id.org/aligngraph/ontology#> .\n<https://w3id.org/aligngraph/work/a> a ag:Paper .\n"
    )
    assert run("load", tmp_path / "store", "--data", data).code == 0
    outcome = run("validate", tmp_path / "store", "--format", "json")
    assert outcome.code == 1
    assert "work/a" in outcome.out
    found = {one["file"] for one in json.loads(outcome.out)["findings"]}
    assert found == {"bad.ttl"}


@pytest.mark.slow
def test_a_store_on_disk_is_inferred_and_contradictions_are_reported_by_graph(
    run: Run, store: Path, tmp_path: Path
) -> None:
    assert run("infer", "--data", store, "--format", "ntriples").out == run("infer", "--format", "ntriples").out
    data = tmp_path / "odd.ttl"
    data.write_text("<x:a> a <http://www.w3.org/2002/07/owl#Nothing> .")
    assert run("load", tmp_path / "store", "--data", data).code == 0
    outcome = run("infer", "--check", "--data", tmp_path / "store")
    assert outcome.code == 1
    assert "asserted in graph odd\n" in outcome.out


@pytest.mark.parametrize("command", [["validate"], ["export", "-f", "turtle", "--data"]])
def test_a_store_without_data_is_one_message(run: Run, tmp_path: Path, command: list[str]) -> None:
    outcome = run(*command, tmp_path / "nothing")
    assert outcome.code == 2
    assert "nothing" in outcome.err


def test_a_store_and_files_exclude_each_other(run: Run, store: Path) -> None:
    outcome = run("validate", ROOT / "data", store)
    assert outcome.code == 2
    assert "different catalogues" in outcome.err
