"""The command, as people run it, against local servers that behave as the services do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.holdings import read_holdings
from aligngraph.linking.links import MAPPING, SSSOM
from aligngraph.rdf.namespaces import PREFIXES
from tests.conftest import Run
from tests.support.catalogues.running import Services
from tests.support.catalogues.works import works
from tests.support.programs import find_sssom

QUICK = ("--to", "openalex", "--to", "datacite")
FEW = ("rafailov2023-dpo", "ouyang2022-instructgpt", "parrish2021-bbq", "hartvigsen2022-toxigen")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A catalogue of the works that the servers know, as shipped."""
    folder = tmp_path / "data"
    (folder / "works").mkdir(parents=True)
    shutil.copytree(data_folder() / "persons", folder / "persons")
    for name in ("venues.ttl", *(f"works/{one.id}.ttl" for one in works())):
        shutil.copy(data_folder() / name, folder / name)
    return folder


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"ALIGNGRAPH_CACHE": str(tmp_path / "cache"), "OPENALEX_API_KEY": "an-openalex-key"}


def options(services: Services, data: Path) -> list[str]:
    return [*services.at(), "--into", str(data), "--mailto", "me@example.org"]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.ttl"))}


def test_a_dry_run_says_how_many_requests_go_where_and_sends_none(
    run: Run, services: Services, data: Path, env: dict[str, str]
) -> None:
    before = contents(data)
    done = run("link", "--to", "all", *options(services, data), "--dry-run", env=env)
    assert (done.code, services.requests(), contents(data)) == (0, 0, before), done.err
    for name in services:
        assert re.search(
            rf"^{name}: \d+ requests? by identifier and up to \d+ search(?:es)? to 127\.0\.0\.1", done.err, re.M
        )


def test_links_are_written_and_a_second_run_sends_nothing(
    run: Run, services: Services, data: Path, env: dict[str, str]
) -> None:
    command = ["link", *QUICK, *options(services, data), "--complete"]
    done = run(*command, env=env)
    assert done.code in (0, 1), done.err
    holdings = read_holdings([data])
    dpo = holdings.texts(
        "https://w3id.org/aligngraph/publication/rafailov2023-dpo-neurips", PREFIXES["schema"] + "sameAs"
    )
    assert any(one.startswith("https://openalex.org/W") for one in dpo)
    links = [iri for iri in holdings.described if holdings.text(iri, PREFIXES["rdf"] + "type") == MAPPING]
    assert len(links) >= len(works())
    assert all(holdings.text(iri, SSSOM + "mapping_tool") == "aligngraph" for iri in links)
    listed = run("query", "external-records", "-p", "host=openalex.org", "--data", data, "--format", "csv", env=env)
    assert len(listed.out.splitlines()) > len(works()) - 2, listed.err
    sent, after = services.requests(), contents(data)
    again = run(*command, env=env)
    assert (services.requests(), contents(data)) == (sent, after)
    assert "openalex: 0 requests sent" in again.err


@pytest.mark.slow
def test_people_get_their_identifiers_from_the_works_they_wrote(
    run: Run, services: Services, data: Path, env: dict[str, str]
) -> None:
    done = run("link", "--to", "openalex", *FEW, "rafael-rafailov", *options(services, data), "--accept", env=env)
    assert done.code in (0, 1), done.err
    holdings = read_holdings([data])
    person = "https://w3id.org/aligngraph/person/rafael-rafailov"
    same = holdings.texts(person, PREFIXES["schema"] + "sameAs")
    assert any(one.startswith("https://openalex.org/A") for one in same)
    orcids = [
        iri for iri in holdings.things("Person") if holdings.text(iri, "https://w3id.org/aligngraph/ontology#orcid")
    ]
    assert orcids
    assert run("validate", data, env=env).out


@pytest.mark.slow
def test_what_was_answered_is_decided_about_again_without_network(
    run: Run, services: Services, data: Path, env: dict[str, str], tmp_path: Path
) -> None:
    other = Path(shutil.copytree(data, tmp_path / "other"))
    run("link", *QUICK, *FEW, *options(services, data), env=env)
    sent = services.requests()
    done = run("link", *QUICK, *FEW, *options(services, other), "--offline", env=env)
    assert done.code in (0, 1), done.err
    assert services.requests() == sent
    assert contents(other) == contents(data)


@pytest.mark.slow
def test_a_run_that_was_killed_writes_nothing_and_goes_on(
    run: Run, services: Services, data: Path, env: dict[str, str], tmp_path: Path
) -> None:
    whole = Path(shutil.copytree(data, tmp_path / "whole"))
    names = ("--to", "crossref", *QUICK)
    before = contents(data)
    words = [sys.executable, "-m", "aligngraph", "link", *names, *options(services, data)]
    with subprocess.Popen(
        words, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 60
        while services.requests() < 2 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert contents(data) == before
    assert run("link", *names, *options(services, data), env=env).code in (0, 1)
    fresh = env | {"ALIGNGRAPH_CACHE": str(tmp_path / "fresh")}
    assert run("link", *names, *options(services, whole), env=fresh).code in (0, 1)
    assert contents(data) == contents(whole)


def test_data_sets_get_the_licence_of_their_repository(
    run: Run, services: Services, env: dict[str, str], tmp_path: Path
) -> None:
    data = tmp_path / "artifacts"
    shutil.copytree(data_folder() / "artifacts", data / "artifacts")
    shutil.copy(data_folder() / "licences-and-languages.ttl", data)
    things = ("p3", "pf-1m", "moralexceptqa", "webgpt-comparisons", "bloomz")
    license_, source = (PREFIXES["dcterms"] + term for term in ("license", "source"))
    iris = {name: f"https://w3id.org/aligngraph/artifact/{name}" for name in things}
    before = read_holdings([data])
    done = run(
        "link", "--to", "huggingface", "--kind", "artifacts", *things, *options(services, data), "--complete", env=env
    )
    assert done.code == 0, done.err
    holdings = read_holdings([data])
    assert {name: holdings.text(iri, license_) for name, iri in iris.items()} == {
        **{name: before.text(iri, license_) for name, iri in iris.items()},
        "p3": "https://www.apache.org/licenses/LICENSE-2.0",
        "bloomz": "https://opensource.org/license/bsd-3-clause",
    }
    assert "https://huggingface.co/datasets/bigscience/P3" in holdings.texts(iris["p3"], source)
    assert holdings.texts(iris["p3"], PREFIXES["schema"] + "sameAs") == [
        "https://huggingface.co/datasets/bigscience/P3"
    ]
    assert "names the licence “unheard-of”, which this catalogue does not have" in done.err


@pytest.mark.slow
def test_the_review_table_is_valid_sssom(
    run: Run, services: Services, data: Path, env: dict[str, str], tmp_path: Path
) -> None:
    table = tmp_path / "review.sssom.tsv"
    done = run("link", "--to", "openalex", *FEW, *options(services, data), env=env)
    table.write_text(done.out, encoding="utf-8")
    assert len(done.out.splitlines()) > len(FEW)
    checked = subprocess.run([find_sssom(), "validate", table], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "openalex"), "give one with --mailto"),
        (("--to", "opnalex"), "no source of this name"),
        (("--to", "openalex", "--at", "openalex"), "write a source and its address"),
        (("--to", "openalex", "--at", "openalex=ftp://x", "--mailto", "a@b.example"), "is not an address for openalex"),
        (("--to", "openalex", "--mailto", "me\nX-Evil: 1"), "is not an e-mail address"),
        (("--to", "picture.png"), "picture.png, line 1: has no entry of BibTeX, CSL-JSON or RIS"),
    ],
)
def test_what_can_not_be_asked_is_said(
    run: Run, data: Path, env: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    (data.parent / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = run("link", *arguments, "--into", data, env=env, cwd=data.parent)
    assert done.code == 2
    assert said in done.err
