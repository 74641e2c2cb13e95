"""`aligngraph link` on the shipped catalogue, over real sockets, against servers that stand for the services."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.linking.sources import SOURCES
from tests.conftest import Outcome, Run
from tests.support.catalogues import service as faults
from tests.support.catalogues.rest import WRONG
from tests.support.catalogues.running import Services
from tests.support.catalogues.works import orcid, person, work

KEYS = {"OPENALEX_API_KEY": "an-openalex-key", "S2_API_KEY": "a-scholar-key"}
FEW = ("du2022-glm", "hoover2020-mftc", "glaese2022-sparrow", "zheng2023-augesc")


class Linking:
    """Runs the command on a copy of the data, with a cache of its own."""

    def __init__(self, run: Run, services: Services, folder: Path) -> None:
        self.run, self.services, self.folder = run, services, folder
        self.data = folder / "data"
        self.env = {**KEYS, "ALIGNGRAPH_CACHE": str(folder / "cache")}
        shutil.copytree(data_folder(), self.data)

    def arguments(self, sources: Sequence[str], *more: str) -> list[str]:
        to = [word for name in sources for word in ("--to", name)]
        return ["link", *more, *to, *self.services.at(), "--into", str(self.data), "--mailto", "me@x.example"]

    def __call__(self, sources: Sequence[str], *more: str) -> Outcome:
        return self.run(*self.arguments(sources, *more), env=self.env)

    def text(self, name: str) -> str:
        return (self.data / "works" / f"{name}.ttl").read_text("utf-8")


@pytest.fixture
def linking(run: Run, services: Services, tmp_path: Path) -> Linking:
    return Linking(run, services, tmp_path)


@pytest.mark.slow
def test_a_dry_run_sends_nothing_a_run_links_and_a_second_sends_nothing(linking: Linking) -> None:
    services = linking.services
    dry = linking(("openalex", "crossref"), "--dry-run")
    assert dry.code == 0, dry.err
    assert services.requests() == 0
    found = re.findall(
        r"^(openalex|crossref): ([0-9]+) requests? by identifier and up to ([0-9]+) search(?:es)?", dry.err, re.M
    )
    planned = {name: int(batches) + int(searches) for name, batches, searches in found}
    assert planned["openalex"] >= 124
    assert dry.out == ""

    first = linking(("openalex", "crossref"))
    assert first.code == 1, "there is something to review, and a wrong identifier"
    sent = services.requests()
    assert 0 < len(services["openalex"].asked) <= planned["openalex"]
    assert 0 < len(services["crossref"].asked) <= planned["crossref"]
    assert services["crossref"].refused == 0
    assert services["crossref"].most_at_once == 1
    glm = linking.text("du2022-glm")
    assert f"<https://openalex.org/W9{work('du2022-glm').number:09}>" in glm
    assert "subject_id" in first.out, "the review is a table of SSSOM"
    # A work without an identifier that others know is found by title: not without a person.
    assert "firdaus2022-polise" in first.out
    assert "firdaus2022-polise" not in (linking.data / "mappings.ttl").read_text("utf-8")
    # The DOI that leads to another work is told, and nothing of that record is written.
    assert WRONG in first.err
    assert "openalex.org" not in linking.text("zheng2023-augesc")
    people = "".join(path.read_text("utf-8") for path in (linking.data / "persons").glob("*.ttl"))
    author = next(one for one in work("du2022-glm").authors if orcid(one))
    assert f'"{orcid(author)}"' in people
    assert f"\topenalex:A9{person(author):09}\t" in first.out, "a place in one byline is looked at by a person"

    second = linking(("openalex", "crossref"))
    assert services.requests() == sent, "a second run sends nothing"
    assert "0 files changed" in second.err
    assert linking.run("validate", linking.data).code == 0
    assert not any("example.org" in str(one.headers) for one in services["openalex"].asked)


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_where_it_was(linking: Linking) -> None:
    crossref = linking.services["crossref"]
    command = [sys.executable, "-m", "aligngraph", *linking.arguments(["crossref"])]
    before = {path: path.read_bytes() for path in linking.data.rglob("*.ttl")}
    process = subprocess.Popen(
        command, env={**os.environ, **linking.env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while len(crossref.asked) < 12 and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    sent = len(crossref.asked)
    assert sent >= 12
    assert {path: path.read_bytes() for path in linking.data.rglob("*.ttl")} == before, "nothing is half-written"
    linking(["crossref"])
    asked = [str((one.path, sorted(one.query.items()))) for one in crossref.asked]
    assert len(asked) - len(set(asked)) <= 1, "at most what was under way is asked again"
    assert len(asked) > sent
    assert "https://doi.org/" in linking.text("hoover2020-mftc")


@pytest.mark.slow
def test_all_sources_are_asked_about_a_few_things(linking: Linking) -> None:
    done = linking(["all"], *FEW)
    assert "Traceback" not in done.err
    for name in SOURCES:
        if name != "orcid":
            assert re.search(
                rf"^{name}: [1-9][0-9]* requests? sent, [1-9] of [45] things found there$", done.err, re.M
            ), done.err
    assert all(one.refused == 0 for one in linking.services.values())
    glm = linking.text("du2022-glm")
    number = work("du2022-glm").number
    for address in (
        f"https://openalex.org/W9{number:09}",
        f"https://www.semanticscholar.org/paper/{number:040x}",
        f"http://www.wikidata.org/entity/Q9000{number:03}",
        "https://huggingface.co/papers/2103.10360",
    ):
        assert f"<{address}>" in glm
    sent = linking.services.requests()
    linking(["all"], *FEW)
    assert linking.services.requests() == sent
    linking(["all"], *FEW, "--offline")
    assert linking.services.requests() == sent
    assert linking.run("validate", linking.data).code == 0


@pytest.mark.slow
def test_a_source_that_fails_is_said_and_the_others_are_written(linking: Linking) -> None:
    linking.services["crossref"].always = faults.status(403, b"blocked", "text/plain")
    done = linking(["crossref", "openalex"], FEW[0])
    assert "crossref does not let us in (blocked), status 403" in done.err
    assert "<https://openalex.org/W9" in linking.text(FEW[0])


def test_a_contact_address_is_asked_for(linking: Linking) -> None:
    arguments = [one for one in linking.arguments(["openalex"]) if one not in ("--mailto", "me@x.example")]
    done = linking.run(*arguments, env=linking.env)
    assert done.code == 2
    assert "openalex" in done.err
    assert "--mailto" in done.err
    assert linking.services.requests() == 0


@pytest.mark.slow
def test_keys_are_in_no_output_and_no_file(linking: Linking) -> None:
    done = linking(["openalex"], FEW[0])
    assert linking.services["openalex"].asked[0].query["api_key"] == "an-openalex-key"
    assert "an-openalex-key" not in done.out + done.err
    for path in linking.folder.rglob("*"):
        assert not path.is_file() or b"an-openalex-key" not in path.read_bytes()


@pytest.mark.slow
def test_a_command_that_would_ask_another_machine_is_ended_by_the_guard(linking: Linking) -> None:
    done = linking.run("link", FEW[0], "--to", "dblp", "--into", linking.data, env=linking.env)
    assert done.code == 97
    assert "looked up sparql.dblp.org, which is not this machine" in done.err
