"""What several tests need: the command line as a process of its own, and a cache that is no one else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.marks import examples
from tests.support.programs import REQUIRE_ALL

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

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what the tests prepare apart from the user's cache, and the terminal's traits out of the tests."""
    os.environ["ALIGNGRAPH_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ.pop("COLUMNS", None)
    os.environ["NO_COLOR"] = "1"


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


class Run:
    """Runs ``aligngraph`` as people do: a process of its own."""

    def __call__(
        self,
        *args: str | Path,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        prefix: Sequence[str] = (),
    ) -> Outcome:
        done = subprocess.run(
            [*prefix, sys.executable, "-m", "aligngraph", *map(str, args)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
            cwd=cwd,
            timeout=120,
            check=False,
        )
        outcome = Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
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
def run() -> Run:
    """Return what runs ``aligngraph`` with the given arguments and returns its exit code and outputs."""
    return Run()
