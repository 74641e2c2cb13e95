"""Runaway queries stop on time and within memory, and nothing partial passes for an answer."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run
from tests.support.marks import slow_after
from tests.support.misbehaving import Handler, running

MIB = 1 << 20


def doubled(times: int, text: str = "ab") -> str:
    """Return SPARQL that binds ?x to *text* doubled so many times."""
    steps = "".join(f" BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(times))
    return f'BIND("{text}" AS ?x0){steps} BIND(?x{times} AS ?x)'


PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
RUNAWAYS = {
    "Cartesian product counted": f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}",
    "Cartesian product asked": f"ASK {{ {PRODUCT} FILTER(STRLEN(CONCAT(STR(?a), STR(?f), STR(?i))) < 0) }}",
    "Cartesian product constructed": f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {PRODUCT} }}",
    "catastrophic regular expression": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f "
    'FILTER REGEX(CONCAT(STR(?c), STR(?f)), "^(([a-z ])+.)+[A-Z]([a-z ])+$") }',
    "regular expression on a long text": f"SELECT (COUNT(*) AS ?n) {{ {doubled(26)} ?a ?b ?c "
    'FILTER REGEX(?x, "(a|b|ab)*[^b]$") }',
    "string doubled": f"SELECT (STRLEN(?x) AS ?n) {{ {doubled(60)} }}",
    "nested property paths": "SELECT (COUNT(*) AS ?n) { ?a ((((!<x:>)*)*)*)* ?b . ?b (!<x:>|^!<x:>)* ?c }",
}
GREEDY = {
    "string doubled": f"SELECT (STRLEN(?x) AS ?n) {{ {doubled(60)} }}",
    "string replaced": f'SELECT (STRLEN(?y) AS ?n) {{ {doubled(20)} BIND(REPLACE(?x, "a", ?x) AS ?y) }}',
    "Cartesian product sorted": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
}


def one_error(outcome: Outcome) -> str:
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    return lines[0].removeprefix("Error: ")


@pytest.mark.parametrize("name", slow_after(2, RUNAWAYS))
def test_a_runaway_query_stops_on_time(run: Run, name: str) -> None:
    began = time.monotonic()
    outcome = run("sparql", RUNAWAYS[name], "--timeout", "1", "--max-memory", "0")
    assert time.monotonic() - began < 30
    assert outcome.code == 2
    assert outcome.out == ""
    assert "stopped after 1 s, its time limit" in one_error(outcome)
    assert "--timeout" in outcome.err


@pytest.mark.parametrize("name", slow_after(1, GREEDY))
def test_a_greedy_query_stops_within_its_memory(name: str) -> None:
    code, err, peak = peak_memory(["sparql", GREEDY[name], "--max-memory", "300M"])
    assert code == 2
    assert "stopped at 300 MiB of memory, its limit" in err
    # Between two looks at it, a process grows a little more; its program is not counted.
    assert peak < 600 * MIB


def peak_memory(args: Sequence[str], stdout: int = subprocess.DEVNULL) -> tuple[int, str, int]:
    """Return the exit code and errors of a command, and the most memory that it or the process it started took."""
    measure = (
        "import resource, subprocess, sys;"
        "done = subprocess.run([sys.executable, '-m', 'aligngraph', *sys.argv[1:]], stderr=subprocess.PIPE, text=True);"
        "print(done.stderr, end='', file=sys.stderr);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr);"
        "sys.exit(done.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measure, *args], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
    *err, peak = done.stderr.strip().splitlines()
    return done.returncode, "\n".join(err), int(peak) * (1 if sys.platform == "darwin" else 1024)


def test_a_query_too_deep_for_the_engine_is_explained(run: Run, tmp_path: Path) -> None:
    depth = 50_000
    (tmp_path / "deep.rq").write_text(f"SELECT * {{ FILTER({'(' * depth}1{')' * depth}) }}")
    outcome = run("sparql", tmp_path / "deep.rq")
    assert outcome.code == 2
    assert "the query engine crashed" in one_error(outcome)


def test_a_stored_query_is_limited_too(run: Run) -> None:
    outcome = run("query", "works-by-goal", "--timeout", "0.001")
    assert outcome.code == 2
    assert "its time limit" in one_error(outcome)


def test_a_stopped_query_writes_no_file_and_keeps_the_old_one(run: Run, tmp_path: Path) -> None:
    endless = f"SELECT * {{ {PRODUCT} }}"
    outcome = run("sparql", endless, "--timeout", "0.5", "-o", tmp_path / "rows.csv")
    assert outcome.code == 2
    assert f"{tmp_path / 'rows.csv'} was not written" in one_error(outcome)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "rows.csv").write_text("mine")
    outcome = run("sparql", endless, "--timeout", "0.5", "-o", tmp_path / "rows.csv", "--force")
    assert outcome.code == 2
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["csv", "tsv", "json", "xml", "table", "markdown"])
def test_rows_cut_off_on_the_standard_output_are_said_to_be_so(run: Run, name: str) -> None:
    outcome = run("sparql", f"SELECT * {{ {PRODUCT} }}", "--timeout", "3", "--format", name)
    assert outcome.code == 2
    assert outcome.out.count("\n") > 100
    assert "on the standard output is incomplete" in one_error(outcome)


@pytest.mark.parametrize(
    "limits", [[], ["--timeout", "0"], ["--max-memory", "0"], ["--timeout", "0", "--max-memory", "0"]]
)
def test_an_answer_within_its_limits_is_the_same_with_and_without(run: Run, tmp_path: Path, limits: list[str]) -> None:
    query = "SELECT ?name { ?a a ag:Benchmark ; rdfs:label ?name } ORDER BY ?name"
    expected = run("sparql", query, "--format", "csv").out
    assert expected.count("\n") > 20
    assert run("sparql", query, "--format", "csv", *limits).out == expected
    assert run("sparql", query, "-o", tmp_path / "rows.csv", *limits).code == 0
    assert (tmp_path / "rows.csv").read_bytes().decode() == expected


@pytest.mark.parametrize("value", ["-1", "abc", "nan", "inf", ""])
def test_a_limit_that_is_no_number_is_refused(run: Run, value: str) -> None:
    assert run("sparql", "ASK {}", f"--timeout={value}").code == 2
    assert run("sparql", "ASK {}", f"--max-memory={value}").code == 2


def start(*args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "aligngraph", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for_worker(process: subprocess.Popen[bytes]) -> int:
    """Return the process that *process* has started, once it works."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(500):
        found = children.read_text().split()
        if found and int(Path(f"/proc/{found[0]}/stat").read_text().rpartition(")")[2].split()[11]) > 10:
            return int(found[0])
        time.sleep(0.02)
    raise AssertionError("no process was started")


def is_running(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_query_does_not_outlive_its_command(number: signal.Signals) -> None:
    process = start("sparql", RUNAWAYS["Cartesian product counted"])
    worker = wait_for_worker(process)
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    for _ in range(200):
        if not is_running(worker):
            break
        time.sleep(0.02)
    assert not is_running(worker)
    assert b"Traceback" not in err
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert b"Interrupted" in err


def test_a_worker_killed_from_outside_is_no_answer(tmp_path: Path) -> None:
    process = start("sparql", RUNAWAYS["Cartesian product counted"], "-o", str(tmp_path / "n.csv"))
    os.kill(wait_for_worker(process), signal.SIGKILL)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 2
    assert b"stopped from outside" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_slow_reader_does_not_use_up_the_time() -> None:
    values = " ".join(f"{n}" for n in range(1000))
    query = f"SELECT ?a ?b {{ VALUES ?a {{ {values} }} VALUES ?b {{ {values} }} FILTER(?b < 100) }}"
    process = start("sparql", query, "--format", "csv", "--timeout", "10")
    assert process.stdout is not None
    first = os.read(process.stdout.fileno(), 100)
    time.sleep(12)
    rest, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert (first + rest).count(b"\n") == 100_001


@pytest.mark.slow
def test_a_million_rows_go_to_csv_in_constant_memory(tmp_path: Path) -> None:
    def rows(count: int) -> tuple[int, int]:
        values = " ".join(str(n) for n in range(1000))
        few = " ".join(str(n) for n in range(count // 1000))
        query = f"SELECT * {{ VALUES ?a {{ {values} }} VALUES ?b {{ {few} }} ?s a ag:Survey }}"
        with (tmp_path / "rows.csv").open("wb") as stream:
            code, err, peak = peak_memory(["sparql", query, "--format", "csv"], stdout=stream.fileno())
        assert code == 0, err
        return sum(1 for _ in (tmp_path / "rows.csv").open("rb")) - 1, peak

    few, small = rows(1000)
    many, large = rows(1_000_000)
    assert (few, many) == (1000, 1_000_000)
    assert large < small + 16 * MIB


def hang(_: Handler) -> None:
    """Take the question, and never answer, as Virtuoso 7.2.5 does where a query is the body of a POST."""
    time.sleep(20)


@pytest.mark.parametrize("form", ["SELECT *", "ASK", "SELECT (COUNT(*) AS ?n)"])
def test_a_service_that_does_not_answer_is_named(run: Run, form: str) -> None:
    with running(hang) as server:
        service = f"http://127.0.0.1:{server.server_port}/sparql"
        asked = f"{form} {{ SERVICE <{service}> {{ ?s ?p ?o }} }}"
        outcome = run("sparql", asked, "--allow-service", "--timeout", "2")
    assert outcome.code == 2
    assert f"after 2 s, its time limit, while asking <{service}> by SERVICE." in one_error(outcome)


@pytest.mark.parametrize("form", ["SELECT *", "ASK", "CONSTRUCT { ?s ?p ?o }", "SELECT (COUNT(*) AS ?n)"])
@pytest.mark.parametrize("service", ["http://no-host.invalid/sparql", "http://127.0.0.1:9/sparql"])
def test_a_service_that_can_not_be_reached_is_named(run: Run, form: str, service: str) -> None:
    outcome = run("sparql", f"{form} WHERE {{ SERVICE <{service}> {{ ?s ?p ?o }} }}", "--allow-service")
    assert outcome.code == 2
    assert f"while asking <{service}> by SERVICE: " in one_error(outcome)
