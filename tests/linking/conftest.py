"""Local servers in place of the services, and a guard: no test of this folder reaches another machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import guard
from tests.support.catalogues.rdf import Dblp, Wikidata, sparql_servers
from tests.support.catalogues.rest import Crossref, DataCite, HuggingFace, OpenAlex, Orcid, SemanticScholar
from tests.support.catalogues.service import Service, serving
from tests.support.guard.sitecustomize import install


@pytest.fixture(autouse=True)
def only_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that reaches another machine, in this process or in one that it starts."""
    paths = [str(Path(guard.__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("ALIGNGRAPH_TESTS_STAY_HERE", "1")
    taken_away = install(lambda what: pytest.fail(f"a test {what}"))
    try:
        yield
    finally:
        taken_away()


class Services(dict[str, Service]):
    """The services that run, by name."""

    def at(self) -> list[str]:
        """Return the options that make the command ask here."""
        return [word for name, one in self.items() for word in ("--at", f"{name}={one.address}")]

    def requests(self) -> int:
        """Return how many requests arrived at all of them."""
        return sum(len(one.asked) for one in self.values())


@pytest.fixture(scope="session")
def running() -> Iterator[Services]:
    """Return a running server for each service."""
    with sparql_servers() as (dblp, wikidata):
        started: list[Service] = [OpenAlex(), Crossref(), DataCite(), Dblp(dblp), Wikidata(wikidata)]
        started += [SemanticScholar(), Orcid(), HuggingFace()]
        with serving(*started):
            yield Services({one.name: one for one in started})


@pytest.fixture
def services(running: Services) -> Services:
    """Return a running server for each service, each as new."""
    for one in running.values():
        one.reset()
    return running
