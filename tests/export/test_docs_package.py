"""The commands and the program that the pages on joining and on the package show do run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.export import FILE_ENDINGS
from aligngraph.export.package import CHECKSUMS
from tests.conftest import ROOT, Run
from tests.support.marks import slow_after

PAGES = [ROOT / "docs" / name for name in ("joining.md", "package.md")]
COMMANDS = [
    command
    for page in PAGES
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for command in re.findall(r"^\$ aligngraph (.*)$", block, re.MULTILINE)
    # Those that ask a server are run in tests/linking/test_docs_joining.py.
    if "--allow-service" not in command
]


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.slow
def test_the_package_is_written_by_one_of_them(package: Path) -> None:
    """The fixture ran it."""
    assert "export -f all -o package" in COMMANDS
    assert package.name == "package"
    assert len(list(package.iterdir())) == len(FILE_ENDINGS) + 1


@pytest.mark.parametrize(
    "command", slow_after(1, [command for command in COMMANDS if command != "export -f all -o package"])
)
def test_a_command_runs(command: str, run: Run, tmp_path: Path) -> None:
    outcome = run(*shlex.split(command), cwd=tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out or list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_program_for_frames_prints_a_work_and_its_authors() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGES[1].read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Direct Preference Optimization")
    assert "'Rafael Rafailov', 'Archit Sharma'" in done.stdout


@pytest.mark.slow
def test_identifiers_stay_whole_where_tables_are_read_as_the_page_says(run: Run, tmp_path: Path) -> None:
    assert run("export", "-f", "csv", "-o", "tables", cwd=tmp_path).code == 0
    (line,) = re.findall(r"^>>> papers = (.*)$", PAGES[1].read_text(encoding="utf-8"), re.MULTILINE)
    pandas = import_module("pandas")
    path = tmp_path / "tables" / "Preprint.csv"
    read = eval(line.replace("tables/Preprint.csv", str(path)), {"pandas": pandas})
    (name,) = [column for column in read.columns if "arxivId" in column]
    said = {value for value in read[name] if value}
    holds = set(re.findall(r'ag:arxivId "([^"]+)"', "".join(one.read_text() for one in data_folder().rglob("*.ttl"))))
    assert said == holds
    # What is warned of: a program that guesses.
    guessed = pandas.read_csv(path)[name].dropna()
    assert set(map(str, guessed)) != holds


def test_the_page_names_every_file_of_a_package() -> None:
    text = PAGES[1].read_text(encoding="utf-8")
    assert [end for end in (*FILE_ENDINGS.values(), CHECKSUMS) if f"{end}`" not in text] == []
