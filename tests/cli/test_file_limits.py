"""``--timeout`` and ``--max-memory`` hold for every command that reads files, from the first byte of them."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run
from tests.support.marks import slow_after

DEEP = 400_000
"""So many brackets within each other take the parsers minutes: each closing one is moved through all of the rest."""
LONG = 400_000
READING = {
    "validate": ["validate", "FILE"],
    "describe": ["describe", "--data", "FILE"],
    "export": ["export", "-f", "csv", "--data", "FILE", "-o", "tables"],
    "infer": ["infer", "--data", "FILE", "-o", "out.ttl"],
    "load": ["load", "store", "--data", "FILE"],
    "diff": ["diff", "FILE", "FILE"],
    "sparql": ["sparql", "ASK {}", "--data", "FILE"],
    "query": ["query", "works-by-year", "--data", "FILE"],
    "query --help": ["query", "works-by-method", "--help", "--data", "FILE"],
    "query in SPARQL": ["query", "works-by-method", "--format", "sparql", "--data", "FILE"],
    "show": ["show", "dpo", "--data", "FILE"],
    "tree": ["tree", "--data", "FILE"],
    "explain": ["explain", "dpo", "usesMethod", "method:sft-based", "--data", "FILE"],
    "fmt": ["fmt", "FILE"],
    "import": ["import", "list.md", "--data", "FILE"],
    "import into": ["import", "list.md", "--into", "."],
    "add": ["add", "2305.18290", "--title", "Quiet", "--data", "FILE"],
    "merge": ["merge", "work:a", "work:b", "--into", "."],
}
QUICK = ("sparql",)
LAST = re.compile(r"Error: the (command|query) was stopped (.*), its (time limit|limit), while (.*?)\. ")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    depth = 3 * DEEP  # so that no machine is through in the time of the tests
    nested = "[ <x:p> " * depth + "<x:b>" + " ]" * depth
    (tmp_path / "deep.ttl").write_text(f"<x:a> <x:p> {nested} .\n", encoding="utf-8")
    (tmp_path / "list.md").write_text("# A list\n", encoding="utf-8")
    return tmp_path


def stopped(outcome: Outcome) -> tuple[str, str]:
    """Return at which limit a command was stopped, and doing what."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    found = LAST.match(outcome.err)
    assert found is not None, outcome.err
    assert outcome.err.count("\n") == 1
    return found[2], found[4]


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in READING]
)
def test_a_file_that_never_finishes_parsing_is_stopped_on_time(run: Run, here: Path, name: str) -> None:
    began = time.monotonic()
    args = ["deep.ttl" if arg == "FILE" else arg for arg in READING[name]]
    limit, doing = stopped(run(*args, "--timeout", "2", cwd=here))
    assert time.monotonic() - began < 30
    assert limit == "after 2 s"
    assert doing.split()[0] in ("reading", "formatting")
    assert sorted(path.name for path in here.iterdir()) == ["deep.ttl", "list.md"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in READING if name not in ("import into", "merge", "fmt")])
def test_a_large_file_is_stopped_at_the_memory_limit(run: Run, tmp_path: Path, name: str) -> None:
    with (tmp_path / "long.ttl").open("w", encoding="utf-8") as stream:
        for number in range(LONG):
            stream.write(f'<http://example.org/{number}> <x:p> "value {number} of many" .\n')
    (tmp_path / "list.md").write_text("# A list\n", encoding="utf-8")
    args = ["long.ttl" if arg == "FILE" else arg for arg in READING[name]]
    limit, doing = stopped(run(*args, "--max-memory", "60M", cwd=tmp_path))
    assert limit == "at 60 MiB of memory"
    assert doing.endswith("long.ttl") or doing == "inferring"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.md", "long.ttl"]


HOSTILE = {
    "lists.ttl": "<x:a> <x:p> " + "( " * DEEP + " )" * DEEP + " .\n",
    "nested.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/">'
    + "<rdf:Description><x:p>" * DEEP
    + "</x:p></rdf:Description>" * DEEP
    + "</rdf:RDF>",
    "same.ttl": "".join(f"<x:{n}> <http://www.w3.org/2002/07/owl#sameAs> <x:{n + 1}> .\n" for n in range(8000)),
}
DOUBLED = (
    '@string{a0 = "xxxxxxxxxx"}\n'
    + "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(40))
    + "@article{k, title = a40, author = {A B}, year = 2020}\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_never_finishes_is_stopped(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(HOSTILE[name], encoding="utf-8")
    limit, doing = stopped(run("load", "store", "--data", name, "--timeout", "2", "--max-memory", "1G", cwd=tmp_path))
    assert limit in ("after 2 s", "at 1 GiB of memory")
    assert doing.split()[0] in ("reading", "inferring")
    assert [path.name for path in tmp_path.iterdir()] == [name]


WITHIN = {
    "nested.jsonld": ('{"@id": "x:a", "x:p": ' * DEEP + "1" + "}" * DEEP, "validate", "stack size"),
    "long.ttl": ('<x:a> <x:p> "' + "a" * (20 << 20) + '" .\n', "validate", "a text of more than 16 MiB"),
    "nested.csl.json": ("[" * DEEP + "]" * DEEP, "import", "nested too deep"),
    "braces.bib": ("@article{k, title = " + "{" * DEEP + "x" + "}" * DEEP + "}\n", "import", "work:x-x"),
    "doubled.bib": (DOUBLED, "import", "with each @string in place"),
    "links.md": ("# A\n\n- " + "[" * DEEP + "\n", "import", "too many brackets"),
}


@pytest.mark.parametrize("name", slow_after(2, WITHIN))
def test_other_hostile_files_are_reported_within_a_limit(run: Run, tmp_path: Path, name: str) -> None:
    text, command, said = WITHIN[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    outcome = run(command, name, "--timeout", "60", "--max-memory", "1G", cwd=tmp_path)
    assert outcome.code in (0, 1, 2)
    assert said in outcome.err
    assert "Traceback" not in outcome.err
    assert "was stopped" not in outcome.err


def test_what_a_stopped_command_left_is_removed(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "long.ttl").open("w", encoding="utf-8") as stream:
        for number in range(LONG):
            stream.write(f'<http://example.org/{number}> <x:p> "value {number} of many" .\n')
    (tmp_path / "store").mkdir()
    assert run("load", "store", "--data", "long.ttl", "--max-memory", "60M", cwd=tmp_path).code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long.ttl", "store"]
    assert list((tmp_path / "store").iterdir()) == []


@pytest.mark.slow
def test_an_interrupted_command_says_so_once(tmp_path: Path) -> None:
    import signal
    import subprocess
    import sys

    nested = "[ <x:p> " * DEEP + "<x:b>" + " ]" * DEEP
    (tmp_path / "deep.ttl").write_text(f"<x:a> <x:p> {nested} .\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "aligngraph", "fmt", "deep.ttl"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.decode().strip() == "Interrupted: nothing more was done."
