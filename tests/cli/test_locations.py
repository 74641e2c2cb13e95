"""Every command that reads takes every kind of location, in one way, and does the same with each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from aligngraph.catalogue.sources import data_folder, find_sources
from aligngraph.cli.main import COMMANDS, Cli
from aligngraph.stores.disk import load
from aligngraph.stores.open import open_files
from tests.conftest import Run
from tests.support.marks import slow_after
from tests.support.servers import OxigraphServer, oxigraph_server
from tests.support.shape_examples import BASE

LIST = b"# Papers\n\n- **Louder Tests.** Rivera et al. NeurIPS 2023. [[Paper](https://arxiv.org/abs/2305.99991)]\n"
READING: dict[str, list[str]] = {
    "query": ["query", "venues", "--format", "csv"],
    "sparql": ["sparql", "SELECT ?w { ?w ag:evaluatesGoal goal:care } ORDER BY ?w", "--format", "csv"],
    "show": ["show", "Quiet Rewards"],
    "tree": ["tree", "methods"],
    "validate": ["validate", "--format", "json"],
    "infer": ["infer", "--format", "ntriples"],
    "describe": ["describe"],
    "export": ["export", "--format", "csljson"],
    "import": ["import", "-", "--format", "markdown"],
    "add": ["add", "2305.99991", "--title", "Louder Tests"],
    "diff": ["diff", str(BASE)],
}
AS_ARGUMENT = ("validate", "diff")
"""These take the location as an argument; the others as --data."""
IN_OTHER_TESTS = {"explain", "load", "mcp", "push", "serve", "site"}
"""What these say or write differs with the location, or takes long."""
NO_CATALOGUE = {"fmt", "link", "merge", "new-catalogue", "pull"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("locations") / "store"
    load(path, find_sources([BASE]))
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[OxigraphServer]:
    """A server that holds the same as the store."""
    with oxigraph_server() as server:
        server.load(list(open_files([BASE]).store))
        yield server


def test_no_command_that_reads_is_left_out() -> None:
    assert READING.keys() | IN_OTHER_TESTS | NO_CATALOGUE == COMMANDS.keys()
    for name in COMMANDS.keys() - NO_CATALOGUE - set(AS_ARGUMENT):
        command = Cli().get_command(click.Context(Cli()), name)
        assert command is not None
        assert "--data" in {text for parameter in command.params for text in parameter.opts}


@pytest.mark.slow
@pytest.mark.parametrize("name", slow_after(3, READING))
def test_a_store_and_an_endpoint_give_what_the_files_give(
    run: Run, store: Path, server: OxigraphServer, name: str
) -> None:
    words = READING[name]
    outputs = []
    for place in (BASE, store, server.endpoint):
        there = [place] if name in AS_ARGUMENT else ["--data", place]
        outcome = run(*words, *there, stdin=LIST)
        assert outcome.code == 0, outcome
        outputs.append(outcome.out)
    assert outputs[0] == outputs[1] == outputs[2]
    assert outputs[0] or name == "diff"


@pytest.mark.slow
def test_a_store_is_loaded_and_pushed_from_an_endpoint(run: Run, server: OxigraphServer, tmp_path: Path) -> None:
    assert run("load", tmp_path / "store", "--data", server.endpoint).code == 0
    assert run("diff", tmp_path / "store", BASE).code == 0
    checked = run("push", server.address, "--data", tmp_path / "store", "--verify-only", "--no-inferred")
    assert checked.code == 0, checked


@pytest.mark.parametrize(
    ("words", "forks"),
    [
        (["query", "venues"], False),
        (["query", "venues", "--timeout", "5"], True),
        (["query", "venues", "--max-memory", "1G"], True),
        (["query", "venues", "--data", str(data_folder())], True),
        (["sparql", "ASK {}"], True),
    ],
)
def test_only_what_may_run_away_gets_a_process_of_its_own(words: list[str], forks: bool) -> None:
    code = (
        "import sys; sys.addaudithook(lambda event, _: event == 'os.fork' and sys.stderr.write('forked')); "
        "sys.argv = ['aligngraph', *sys.argv[1:]]; from aligngraph.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert ("forked" in done.stderr) == forks
