"""The command line meets bad input: one clear message, the right exit code, nothing half-written."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from aligngraph.cli.main import COMMANDS, GROUPS, RENAMED, RENAMED_IN, Cli, cli
from aligngraph.cli.options import FURTHER
from aligngraph.curation.reading import FORMATS as IMPORTED
from aligngraph.export import FILE_ENDINGS
from aligngraph.sparql.formats import GRAPH_FORMATS, SOLUTION_FORMATS
from tests.conftest import Run
from tests.support.marks import slow_after

COUNT = "SELECT (COUNT(*) AS ?n) { ?x a ag:Work }"


def one_error(err: str) -> str:
    """Return the message, which is all that stderr holds but for what else to try."""
    lines = [line for line in err.strip().splitlines() if line != f"{FURTHER}."]
    assert len(lines) == 1, err
    assert lines[0].startswith("Error: ")
    return lines[0].removeprefix("Error: ")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_of_each_command_stand_on_lines_of_their_own(name: str) -> None:
    command = Cli().get_command(click.Context(Cli()), name)
    assert command is not None
    lines = command.get_help(click.Context(command, info_name=name, terminal_width=80)).splitlines()
    place = next(number for number, line in enumerate(lines) if line.strip() in ("Example:", "Examples:"))
    assert re.match(rf"    (echo .*\| )?aligngraph {name}\b", lines[place + 1])
    assert "\\b" not in "".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_starts_in_a_new_process(name: str) -> None:
    """Others fork one that has imported the modules, so what a module lacks might not show."""
    outcome = Run()(name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Usage: aligngraph {name} ")


def test_without_arguments_it_shows_the_commands_in_groups(run: Run) -> None:
    outcome = run()
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome == run("--help")
    commands, _, common = outcome.out.partition("\nAsk:\n")[2].partition("\nCatalogues that --data can name:\n")
    assert "--timeout SECONDS" in common
    shown = [line.split()[0] for line in commands.splitlines() if line]
    assert shown == [name for group, names in GROUPS.items() for name in (f"{group}:", *names)][1:]
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["show", "dpo", "--endpoint", "http://localhost/query"], "--endpoint is now --data URL."),
        (["query", "terms", "--store=somewhere"], "--store is now --data DIR."),
        (["infer", "--endpoint", "http://localhost/"], "--endpoint is now --into URL."),
        (["validate", "--store", "somewhere"], "--store is now the argument: aligngraph validate DIR."),
        (["push", "http://localhost/", "--flavour", "virtuoso"], "--flavour is now --product."),
        (["export", "-f", "turtle", "--inferred"], "--inferred is now the default"),
        (["query", "--tag", "federated"], "'aligngraph query' lists the queries in groups"),
        (["pull", "http://localhost/", "-o", "x", "--ca-file", "x.pem"], "ALIGNGRAPH_CA_FILE"),
        (
            ["push", "http://localhost/", "--user", "dba"],
            "--user is now part of the address, as in http://NAME@localhost:8890.",
        ),
        (["query", "terms", "--text"], "--text is now --format sparql."),
        (["sparql", "-f", "query.rq"], "-f is now the argument: aligngraph sparql FILE."),
        (["export", "--all", "package"], "--all is now --format all -o DIR."),
        (["push", "http://localhost/", "--updates"], "--updates is now --graph-store none."),
        (["import", "list.md", "-o", "new.ttl"], "-o is gone: write 'aligngraph import … > FILE'"),
        (["validate", "--output", "report.xml"], "write 'aligngraph validate … > FILE'"),
        (["load", "catalogue.store", "--force"], "delete a store that another program made"),
        (["--data", "data", "tree"], "--data stands behind the command, as in 'aligngraph tree --data …'."),
        (["query", "terms", "-f", "csv"], "query has no option -f: write --format."),
        (["query", "works-by-goal", "goal=hhh"], "write '-p' before each parameter, as in '-p goal=hhh'."),
        (["export", "works.bib"], "name the format with -f and the file with -o"),
    ],
)
def test_an_option_of_an_earlier_version_is_answered_with_what_took_its_place(args: list[str], message: str) -> None:
    outcome = CliRunner().invoke(cli, args)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert message in one_error(outcome.stderr)


def test_no_option_that_was_renamed_is_still_there() -> None:
    for name in COMMANDS:
        command = Cli().get_command(click.Context(Cli()), name)
        assert command is not None
        options = {text for parameter in command.params for text in parameter.opts}
        assert {option for (of, option) in RENAMED_IN if of == name}.isdisjoint(options)
        # The rest of them says the same for every command.
        assert set(RENAMED).isdisjoint(options)


def test_each_option_has_one_meaning_and_one_help_everywhere() -> None:
    shared = ("--data", "--no-inferred", "--output", "--force", "--product", "--update-endpoint", "--into")
    helps: dict[str, set[str | None]] = {}
    for name in COMMANDS:
        command = Cli().get_command(click.Context(Cli()), name)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.opts[-1] in shared:
                helps.setdefault(parameter.opts[-1], set()).add(parameter.help)
    assert set(helps) == set(shared)
    # pull writes a folder; link and merge have a default, and infer writes to a triplestore.
    own = {"--output": 2, "--into": 4}
    assert {option: len(texts) for option, texts in helps.items()} == {option: own.get(option, 1) for option in shared}


def test_version_is_that_of_the_package(run: Run) -> None:
    import aligngraph

    assert run("--version").out == f"aligngraph {aligngraph.__version__}\n"


def test_query_with_no_name_lists_all(run: Run) -> None:
    out = run("query").out
    assert "benchmarks-by-goal" in out
    assert out.count("\n") > 35


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["query", "benchmark-by-goals"], "did you mean 'benchmarks-by-goal'"),
        (["query", "../pyproject"], "no stored query named '../pyproject'"),
        (["query", "works-by-goal", "-p", "gaol=x"], "did you mean 'goal'"),
        (["query", "works-by-goal", "-p", "goal=human-valeus"], "did you mean 'human-values'"),
        (["query", "works-by-goal", "-p", 'goal=x" } UNION { ?s ?p ?o } #'], "matches no concept"),
        (["query", "works-by-goal", "-p", "goal=q\nz"], "matches no concept"),
        (["query", "works-by-goal", "-p", "goal"], "has no '=': write -p goal=… or "),
        (["query", "terms", "-p", "goal"], "has no '=': terms has no parameters"),
        (["query", "terms", "--data", "nowhere"], "nowhere: no such file or folder"),
        (["query", "terms", "--format", "turtle"], "rows can't be written as 'turtle'"),
        (["sparql", "DROP ALL"], "DROP would change data"),
        (["sparql", "SELECT * { ?s a foo:Bar }"], "undeclared prefix 'foo:'"),
        (["sparql", "SELECT * { ?s ?p"], "is not a whole triple pattern"),
        (["sparql", "SELECT * { ?s ?p ?o } ODER BY ?s"], "line 1"),
        (["sparql", "nowhere.rq"], "nowhere.rq: can't be read"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_exit_2(run: Run, args: list[str], message: str) -> None:
    outcome = run(*args)
    assert outcome.code == 2
    assert outcome.out == ""
    assert message in one_error(outcome.err)


def test_an_unknown_command_is_answered_with_the_nearest(run: Run) -> None:
    outcome = run("exprot")
    assert outcome.code == 2
    assert "Did you mean 'export'?" in outcome.err


def test_rows_of_a_check_are_a_problem_and_exit_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(
        "@prefix ag: <https://w3id.org/aligngraph/ontology#> .\n<https://w3id.org/aligngraph/work/a> a ag:Paper .\n"
    )
    outcome = run("query", "check-missing-labels", "--data", tmp_path)
    assert outcome.code == 1
    assert "work:a" in outcome.out
    assert "Problem: " in outcome.err
    assert "Solution: " in outcome.err
    assert run("query", "check-missing-labels").code == 0


def test_sparql_reads_text_file_and_standard_input_alike(run: Run, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("\ufeff" + COUNT, encoding="utf-8")
    (tmp_path / "my query").write_text(COUNT, encoding="utf-8")
    outcomes = [run("sparql", COUNT), run("sparql", tmp_path / "q.rq"), run("sparql", "-", stdin=COUNT)]
    outcomes.append(run("sparql", "my query", cwd=tmp_path))
    assert {(o.code, o.out) for o in outcomes} == {(0, outcomes[0].out)}
    assert "124" in outcomes[0].out


def test_formats_follow_the_option_or_the_ending_of_the_file(run: Run, tmp_path: Path) -> None:
    out = run("sparql", COUNT, "--format", "json").out
    assert json.loads(out)["results"]["bindings"][0]["n"]["value"] == "124"
    assert run("sparql", COUNT, "-o", tmp_path / "n.csv").code == 0
    assert (tmp_path / "n.csv").read_bytes() == b"n\r\n124\r\n"
    graph = run("sparql", "CONSTRUCT WHERE { work:rafailov2023-dpo a ?kind }").out
    assert "work:rafailov2023-dpo" in graph


def test_an_existing_file_is_replaced_only_with_force(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("mine")
    outcome = run("sparql", COUNT, "-o", path)
    assert outcome.code == 2
    assert "--force" in one_error(outcome.err)
    assert path.read_text() == "mine"
    assert run("sparql", COUNT, "-o", path, "--force").code == 0
    assert "124" in path.read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["n.csv"]


@pytest.mark.parametrize("target", ["folder", "missing/n.csv"])
def test_a_file_that_cannot_be_written_is_named(run: Run, tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    outcome = run("sparql", COUNT, "-o", tmp_path / target, "--format", "csv")
    assert outcome.code == 2
    assert str(tmp_path / target) in one_error(outcome.err)


def test_a_full_disk_is_one_message(run: Run) -> None:
    outcome = run("sparql", COUNT, "-o", "/dev/full", "--format", "csv")
    assert outcome.code == 2
    assert "no space left" in one_error(outcome.err).lower()
    done = subprocess.run(
        f"{sys.executable} -m aligngraph query terms --format csv > /dev/full",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("args", ["--help", "query --help", "query terms", "show dpo", "--version"])
def test_a_full_disk_is_one_message_for_every_kind_of_output(args: str) -> None:
    done = subprocess.run(
        f"{sys.executable} -m aligngraph {args} > /dev/full", shell=True, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert one_error(done.stderr) == "can't write to the standard output: No space left on device."


@pytest.mark.parametrize(
    ("command", "code"), [("show dpo >&-", 0), ("query terms >&-", 0), ("sparql - <&-", 2), ("show nothing 2>&-", 2)]
)
def test_a_standard_stream_may_be_closed(command: str, code: int) -> None:
    done = subprocess.run(
        f"{sys.executable} -m aligngraph {command}", shell=True, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_columns_can_be_chosen(run: Run) -> None:
    args = ["query", "works-by-method", "-p", "method=ranking-based", "--format", "csv", "--columns"]
    assert run(*args, "year, title").out.splitlines()[:2] == [
        "year,title",
        run(*args, "year,title").out.split("\r\n")[1],
    ]
    outcome = run(*args, "colour")
    assert outcome.code == 2
    assert "no column named 'colour'" in one_error(outcome.err)


def test_a_table_tells_once_what_a_parameter_fixes(run: Run) -> None:
    outcome = run("query", "works-by-venue", "-p", "venue=ICML")
    assert outcome.out.splitlines()[0].split() == ["title", "year", "track", "work"]
    assert outcome.err == "2 rows for venue=ICML\n"
    several = run("query", "works-by-venue", "-p", "venue=ICML", "-p", "venue=ICCV", env={"COLUMNS": "150"})
    assert several.out.splitlines()[0].split() == ["title", "year", "track", "venueLabel", "work", "venue"]
    assert several.err == "3 rows\n"
    machine = run("query", "works-by-venue", "-p", "venue=ICML", "--format", "csv")
    assert machine.out.splitlines()[0] == "title,year,track,venueLabel,work,venue"
    assert machine.err == ""


def test_a_table_says_which_iris_it_has_no_room_for(run: Run) -> None:
    outcome = run("query", "coverage-by-goal")
    assert "goal" not in outcome.out.splitlines()[0].split()
    assert outcome.err.startswith("19 rows for source=listed; no room for goal (--columns")
    chosen = run("query", "coverage-by-goal", "--columns", "goal")
    assert (chosen.out.splitlines()[0], chosen.err) == ("goal", "19 rows\n")


def test_a_closed_pipe_is_no_error() -> None:
    script = f"set -o pipefail; {sys.executable} -m aligngraph sparql 'SELECT * {{?s ?p ?o}}' --format csv | head -n 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_ctrl_c_ends_it_without_a_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "aligngraph", "sparql", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write("SELECT")
    process.stdin.flush()
    # It waits for the rest of its input: interrupt it there, once it has come that far.
    for _ in range(200):
        if Path(f"/proc/{process.pid}/wchan").exists() and "pipe" in Path(f"/proc/{process.pid}/wchan").read_text():
            break
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted" in err
    assert "Traceback" not in err


def test_a_terminal_without_utf8_still_gets_its_answer(run: Run) -> None:
    outcome = run("query", "works-by-goal", "-p", "goal=basic-values", env={"PYTHONIOENCODING": "ascii"})
    assert outcome.code == 0
    assert outcome.out.isascii()
    assert "Schwartz" in outcome.out


@pytest.mark.parametrize(
    ("content", "where"),
    slow_after(
        1,
        [
            (b"<http://x.example/a> <http://x.example/b> ", "line 1"),
            (b"# caf\xe9\n", "line 1"),
            (b"x:a x:b x:c .", "line 1, column"),
        ],
    ),
    ids=["truncated", "not UTF-8", "undeclared prefix"],
)
def test_bad_turtle_is_named_with_its_place_by_every_reading_command(
    run: Run, tmp_path: Path, content: bytes, where: str
) -> None:
    path = tmp_path / "bad.ttl"
    path.write_bytes(content)
    commands: list[list[str | Path]] = [
        ["query", "terms", "--data", path],
        ["sparql", COUNT, "--data", path],
        ["show", "dpo", "--data", path],
        ["tree", "--data", path],
        ["export", "--format", "turtle", "--data", path],
        ["validate", path],
        ["fmt", "--check", path],
    ]
    for args in commands:
        outcome = run(*args)
        assert outcome.code == 2, args
        message = one_error(outcome.err)
        assert str(path) in message, args
        assert where in message, args


def test_the_everyday_command_imports_nothing_it_does_not_need() -> None:
    # The command leaves without the interpreter's last rites, so its modules are told as they are imported.
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "aligngraph", "query", "terms", "--format", "csv"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pyoxigraph" in modules
    assert not modules & {"rdflib", "requests", "owlrl", "pyshacl", "shacl", "urllib3", "asyncio", "multiprocessing"}


def test_garbage_is_collected_again_once_a_command_runs() -> None:
    code = "import sys; sys.argv = ['aligngraph', 'query']; from aligngraph.__main__ import main; main()"
    told = "import atexit, gc; atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 0)); "
    done = subprocess.run([sys.executable, "-c", told + code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True True"


def test_the_helps_have_every_format_in_a_table() -> None:
    for name, ending in FILE_ENDINGS.items():
        (row,) = re.findall(rf"^    {name} +(\S+) +\S", help_of("export"), re.MULTILINE)
        assert ending.endswith(row)
    for name in IMPORTED:
        assert re.search(rf"^    {name} +\.\w+ +\S", help_of("import"), re.MULTILINE)
    for command in ("query", "sparql"):
        rows = dict(re.findall(r"^    (rows|graphs) +(.*)$", help_of(command), re.MULTILINE))
        assert rows == {"rows": ", ".join(SOLUTION_FORMATS), "graphs": ", ".join(GRAPH_FORMATS)}


def help_of(name: str) -> str:
    command = Cli().get_command(click.Context(Cli()), name)
    assert command is not None
    return command.get_help(click.Context(command, info_name=name, terminal_width=80))
