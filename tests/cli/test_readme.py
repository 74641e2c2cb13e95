"""What the README says is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme import COUNTS, README, ROOT, Shown, counts, counts_shown, output_of, shown

TEXT = README.read_text(encoding="utf-8")
SHOWN = shown(TEXT)


def test_it_shows_commands_with_their_output() -> None:
    assert len(SHOWN) >= 5
    assert all(one.output for one in SHOWN)


# What reads every list has 1,758 works more to infer from.
@pytest.mark.parametrize(
    "one",
    [pytest.param(one, marks=pytest.mark.slow) if "aligngraph:all" in one.command else one for one in SHOWN],
    ids=lambda one: one.command,
)
def test_a_command_prints_what_is_shown(one: Shown) -> None:
    assert output_of(one.command) == one.output


def test_the_counts_are_those_of_the_catalogue() -> None:
    assert counts_shown(TEXT) == counts()
    assert len(COUNTS) == counts_shown(TEXT).count("\n") - 2


def test_the_checks_run_the_commands_it_names() -> None:
    commands = [line for line in TEXT.splitlines() if line.startswith("python3 -m venv .venv && ")]
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


@pytest.mark.slow
def test_the_python_it_shows_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code + "\nassert len(graph) > 0 and rows"], check=False)
    assert done.returncode == 0


@pytest.mark.slow
def test_the_exports_it_shows_run(tmp_path: Path) -> None:
    lines = re.findall(r"^aligngraph (export .*? -o (\S+)) *(?:#.*)?$", TEXT, re.MULTILINE)
    assert len(lines) >= 5
    for line, target in lines:
        subprocess.run([sys.executable, "-m", "aligngraph", *line.split()], cwd=tmp_path, check=True)
        assert (tmp_path / target).exists()


def test_every_file_it_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
