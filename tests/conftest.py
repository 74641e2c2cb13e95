"""What several tests need: the command line as a process of its own, and a cache that is no one else's."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.commands import CommandServer, command_server
from tests.support.marks import examples
from tests.support.programs import REQUIRE_ALL
from tests.support.shared import shared_folder

# A slow machine is no fault of the code. In CI nothing is left to chance; elsewhere each run tries new cases.
settings.register_profile("aligngraph", deadline=None, derandomize=REQUIRE_ALL, max_examples=examples(100))
settings.load_profile("aligngraph")

# What runs in the background of a script is deaf to Ctrl-C, and so are the commands that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = [
    "tests.support.exports",
    "tests.support.gateway",
    "tests.support.servers",
    "tests.support.triplestores",
]

LONGEST = [
    f"tests/{name}.py"
    for name in (
        "files/test_killed stores/test_push_killed queries/test_query_work web/test_static_site_in_apache "
        "stores/test_stores_agree linking/test_link_faults stores/test_store_clients web/test_browser "
        "web/test_without_server linking/test_link_sources export/test_rdf_formats queries/test_stored_queries "
        "ontology/test_owl_profiles readinglists/test_limits cli/test_file_limits cli/test_command_limits "
        "cli/test_package stores/test_push linking/test_matching validation/test_validate"
    ).split()
]
"""Files of tests that take a minute or more, longest first."""
ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 600


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without looking for garbage time and again: the tests that are found stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one process run the tests of a file, and all of tests/web, which share a server that takes long to start.

    With the tests that take long, the longest files of tests/web go for themselves.
    """
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    alone = frozenset(() if config.getoption("markexpr") == "not slow" else LONGEST)

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return "tests/web" if file.startswith("tests/web/") and file not in alone else file

    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process works alone in the end."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.location[0], len(place)))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what the tests prepare apart from the user's cache, and the terminal's traits out of the tests."""
    os.environ["ALIGNGRAPH_CACHE"] = str(shared_folder(tmp_path_factory) / "cache")
    os.environ.pop("COLUMNS", None)
    os.environ["NO_COLOR"] = "1"


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


class Run:
    """Runs ``aligngraph`` as people do: a process of its own. *server* forks it where a new one would do the same."""

    def __init__(self, server: CommandServer | None = None) -> None:
        self.server = server

    def __call__(
        self,
        *args: str | Path,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        prefix: Sequence[str] = (),
    ) -> Outcome:
        arguments = list(map(str, args))
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})}
        text = stdin.encode() if isinstance(stdin, str) else stdin
        if self.server is not None and not prefix and self.server.can_run(arguments, environment):
            code, out, err = self.server.run(arguments, text, environment, cwd, TIMEOUT)
        else:
            command = [*prefix, sys.executable, "-m", "aligngraph", *arguments]
            done = subprocess.run(
                command, input=text, capture_output=True, env=environment, cwd=cwd, timeout=TIMEOUT, check=False
            )
            code, out, err = done.returncode, done.stdout, done.stderr
        outcome = Outcome(code, out.decode("utf-8"), err.decode("utf-8"))
        assert "Traceback" not in outcome.err, outcome.err
        return outcome


def shown_on(terminal: int) -> bytes:
    """Return all that is shown on *terminal*, the leader of a pair, until who writes to it ends; close it."""
    shown = b""
    while True:
        try:
            block = os.read(terminal, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    os.close(terminal)
    return shown


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """Give what runs ``aligngraph`` with the given arguments and returns its exit code and outputs."""
    with command_server() as server:
        yield Run(server)
