"""The shell completes commands, queries, parameters, concepts and files, by click's protocol and in Bash itself."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run


def completed(run: Run, *words: str, shell: str = "zsh", env: dict[str, str] | None = None) -> list[str]:
    """Return what the last of *words* may be, as the script of *shell* asks for it."""
    outcome = run(
        env={
            "_ALIGNGRAPH_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": shlex.join(["aligngraph", *words]) if shell != "bash" else f"aligngraph {' '.join(words)}",
            "COMP_CWORD": str(len(words)),
            **(env or {}),
        }
    )
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    if shell == "zsh":
        return lines[1::3]
    assert all(line.startswith(("plain,", "file,")) for line in lines)
    return [line.partition(",")[2] for line in lines]


def test_commands_and_queries_are_completed_by_their_beginning(run: Run) -> None:
    assert completed(run, "ex") == ["explain", "export"]
    assert completed(run, "query", "works-by-g") == ["works-by-goal"]
    assert len(completed(run, "query", "")) > 30


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["query", "works-by-method", "-p", "me"], {"method=ranking-based", "method=rl-based"}),
        (["query", "works-by-method", "-p", "method=ra"], {"method=ranking-based"}),
        (["query", "works-by-venue", "-p", "venue=ic"], {"venue=icml", "venue=iclr"}),
        (["tree", "human-v"], {"human-values"}),
        (["tree", "in-con"], {"in-context"}),
        (["add", "2305.18290", "--goal", "human-"], {"human-values", "human-preferences"}),
        (["query", "venues", "--data", "align"], {"aligngraph:page", "aligngraph:all"}),
        (["show", "rafailov2023"], {"rafailov2023-dpo"}),
    ],
)
def test_parameters_their_values_concepts_and_things_are_completed(
    run: Run, words: list[str], expected: set[str]
) -> None:
    found = completed(run, *words)
    assert expected <= set(found)
    assert all(one.startswith(words[-1]) for one in found)


def test_a_concept_of_another_scheme_is_not_offered(run: Run) -> None:
    assert completed(run, "add", "2305.18290", "--method", "human-") == []
    assert completed(run, "query", "works-by-goal", "-p", "goal=ranking") == []


def test_values_come_from_the_catalogue_that_data_names(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "<https://w3id.org/aligngraph/goal/kindness> a <https://w3id.org/aligngraph/ontology#Goal> ;\n"
        '  skos:prefLabel "kindness"@en ; skos:inScheme <https://w3id.org/aligngraph/goal> .\n'
    )
    data = ["--data", str(tmp_path / "own.ttl")]
    assert completed(run, "query", "works-by-goal", *data, "-p", "goal=") == ["goal=kindness"]
    assert completed(run, "tree", *data, "") == ["kindness"]


def test_completion_sends_no_request_and_prints_no_error(run: Run) -> None:
    # Nothing listens at this address: to ask there would be an error.
    there = ["--data", "http://127.0.0.1:1/query"]
    assert completed(run, "query", "works-by-goal", *there, "-p", "goal=h") == []
    assert completed(run, "query", "no-such-query", "-p", "goal=h") == []
    assert completed(run, "tree", "--data", "/nowhere", "h") == []


def test_bash_which_breaks_words_at_equals_signs_gets_what_comes_after_them(run: Run) -> None:
    words = ["query", "works-by-method", "-p", "method"]
    assert completed(run, *words, "=", "ra", shell="bash") == ["ranking-based"]
    assert "ranking-based" in completed(run, *words, "=", shell="bash")
    assert "method=ranking-based" in completed(run, *words, shell="bash")


def test_in_bash_itself(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    # As people install it: the script that the tool prints is sourced, and Bash calls its function.
    command = tmp_path / "aligngraph"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m aligngraph "$@"\n')
    command.chmod(0o755)
    script = """
    eval "$(_ALIGNGRAPH_COMPLETE=bash_source aligngraph)"
    complete -p aligngraph
    COMP_WORDS=(aligngraph query works-by-method -p method = rank) COMP_CWORD=6
    _aligngraph_completion aligngraph rank =
    echo "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        [bash, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )
    assert "_aligngraph_completion" in done.stdout
    assert done.stdout.splitlines()[-1] == "ranking-based"
