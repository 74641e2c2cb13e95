"""What the tests of several formats share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from aligngraph.export import export
from tests.conftest import Run
from tests.support.shared import made_once

Catalogue = Callable[[str], tuple[Path]]


@cache
def written(name: str) -> str:
    """Return the export of the shipped catalogue, made once."""
    return "".join(export(name))


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Return what makes a catalogue of one file with the given Turtle."""

    def make(text: str) -> tuple[Path]:
        folder = tmp_path / "catalogue"
        folder.mkdir(exist_ok=True)
        (folder / "odd.ttl").write_text(text, encoding="utf-8")
        return (folder,)

    return make


@pytest.fixture(scope="session")
def package(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with every format of the shipped catalogue, written by the command; for reading only."""

    def make(folder: Path) -> None:
        outcome = run("export", "-f", "all", "-o", folder, env={"PYTHONHASHSEED": "0"})
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "")

    return made_once(tmp_path_factory, "package", make)
