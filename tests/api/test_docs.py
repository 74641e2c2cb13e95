"""The examples of docs/python.md and of the public docstrings run, exactly as printed."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import aligngraph
import aligngraph.api.catalogue
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "python.md"


@pytest.mark.slow
def test_the_page_runs_as_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.attempted > 20
    assert result.failed == 0


def test_every_python_example_of_the_page_is_run() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```pycon") == text.count("\n\n```\n"), "an example needs an empty line before its end"
    assert "```python" not in text


@pytest.mark.parametrize("module", [aligngraph, aligngraph.api.catalogue], ids=lambda module: module.__name__)
def test_docstrings_run(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


def test_the_page_is_where_the_readme_says() -> None:
    assert "docs/python.md" in (Path(ROOT) / "README.md").read_text(encoding="utf-8")
