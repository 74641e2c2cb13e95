"""The command `aligngraph show`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aligngraph.cli.options import FURTHER
from aligngraph.text.terminal import width_of
from tests.conftest import Run


def test_show_prints_one_page(run: Run) -> None:
    outcome = run("show", "dpo")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Direct Preference Optimization: Your Language Model is Secretly a Reward Model\n")
    assert "artifact:dpo" in outcome.out


def test_words_need_no_quotes(run: Run) -> None:
    assert run("show", "moral", "stories").out == run("show", "moral stories").out != ""


def test_show_json_is_the_whole_page(run: Run) -> None:
    page = json.loads(run("show", "big-bench", "--format", "json").out)
    assert page["curie"] == "work:srivastava2022-big-bench"
    authors = next(block for block in page["blocks"] if block["heading"] == "Authors")
    assert len(authors["items"]) == 450


def test_where_the_page_has_nothing_the_further_lists_are_named(run: Run, tmp_path: Path) -> None:
    for command in (("show", "grpo"), ("tree", "grpo"), ("query", "works-by-method", "-p", "method=grpo")):
        outcome = run(*command)
        assert outcome.code == 2
        assert outcome.err.splitlines()[1:] == [f"{FURTHER}."]
    outcome = run("query", "works-by-year", "-p", "since=2025", "--columns", "title")
    assert (outcome.code, outcome.err) == (0, f"0 rows; {FURTHER}\n")
    for table in (run("query", "works-by-year", "-p", "since=2023"), run("query", "check-author-order")):
        assert FURTHER not in table.err
    (tmp_path / "a.ttl").write_text("<urn:s> <urn:p> <urn:o> .", encoding="utf-8")
    assert FURTHER not in run("show", "grpo", "--data", str(tmp_path)).err
    assert "may mean 3 things" in run("show", "grpo", "--data", "aligngraph:all").err


def test_ambiguous_words_list_the_candidates_and_exit_2(run: Run) -> None:
    outcome = run("show", "chatbot", "arena")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("Error: 'chatbot arena' may mean 2 things")
    _, *candidates = outcome.err.splitlines()
    assert len(candidates) == 2
    assert any(re.match(r"  artifact:chatbot-arena +software +Chatbot Arena", line) for line in candidates)
    assert any(re.match(r"  approach:chatbot-arena +approach +automatic chatbot arena", line) for line in candidates)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("aplaca", "did you mean 'Alpaca'?"),
        ("zzzzqqq", "try a word of its title, an arXiv id or a DOI."),
        ("", "name a thing, for example 'aligngraph show dpo'."),
        ("http://example.org/x", "nothing in the catalogue is called 'http://example.org/x'"),
    ],
)
def test_unknown_words_exit_2_with_a_next_step(run: Run, words: str, message: str) -> None:
    outcome = run("show", words)
    assert (outcome.code, outcome.out) == (2, "")
    said, *more = outcome.err.splitlines()
    assert message in said
    assert more == ([f"{FURTHER}."] if words else [])


def test_show_reads_another_catalogue(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(
        "<https://w3id.org/aligngraph/work/x> a <https://w3id.org/aligngraph/ontology#Paper> ;"
        ' <http://purl.org/dc/terms/title> "Quiet rewards"@en .',
        encoding="utf-8",
    )
    assert run("show", "--data", tmp_path, "quiet").out.startswith("Quiet rewards\npaper · work:x\n")
    assert run("show", "--data", tmp_path, "dpo").code == 2


def test_show_on_an_ascii_terminal_sends_ascii(run: Run) -> None:
    outcome = run("show", "kopf2023-openassistant", env={"PYTHONIOENCODING": "ascii"})
    assert outcome.code == 0
    assert outcome.out.isascii()
    assert "K\\xf6pf" in outcome.out


@pytest.mark.parametrize("width", ["20", "45", "200"])
def test_show_keeps_to_the_width(run: Run, width: str) -> None:
    out = run("show", "moral stories", env={"COLUMNS": width}).out
    long = [line for line in out.splitlines() if width_of(line) > int(width)]
    assert out
    assert all(":" in line for line in long), long  # only addresses, which are kept in one piece


def test_examples_of_the_help_run(run: Run) -> None:
    check_examples(run, "show")


def check_examples(run: Run, name: str) -> None:
    """Run each example that ``--help`` of the command *name* gives."""
    import shlex

    lines = [line.strip() for line in run(name, "--help").out.splitlines()]
    examples = [shlex.split(line)[1:] for line in lines if line.startswith("aligngraph ")]
    assert len(examples) >= 3
    for example in examples:
        assert run(*example).code == 0, example
