"""Local servers in place of the services, and a guard: no test of this folder reaches another machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import guard
from tests.support.catalogues.running import Services, running_services
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


@pytest.fixture(scope="session")
def running() -> Iterator[Services]:
    """Return a running server for each service."""
    with running_services() as services:
        yield services


@pytest.fixture
def services(running: Services) -> Services:
    """Return a running server for each service, each as new."""
    for one in running.values():
        one.reset()
    return running
