"""What an import leaves to a person is asked once, in a table, and the answers hold for every later version."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run

KNOWN = """# Ours

## RLHF

- **Alpha Rewards.** Ana Rivera. NeurIPS 2023. [[Paper](https://arxiv.org/abs/2305.99991)]
- **Beta Rewards.** Jo Lindqvist. ICML 2024. [[Paper](https://arxiv.org/abs/2402.99992)]
"""
# The identifiers are those of works above, the titles are not.
DOUBTFUL = """# Theirs

## RLHF

- **A Yardstick for Kindness.** Mara Okafor. NeurIPS 2023. [[Paper](https://arxiv.org/abs/2305.99991)]
- **On Louder Horses.** Wei Chen. ICML 2024. [[Paper](https://arxiv.org/abs/2402.99992)]
"""


@pytest.fixture
def own(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    assert run("new-catalogue", folder, "--title", "Ours").code == 0
    (tmp_path / "known.md").write_text(KNOWN, encoding="utf-8")
    (tmp_path / "doubtful.md").write_text(DOUBTFUL, encoding="utf-8")
    assert run("import", tmp_path / "known.md", "--into", folder).code == 0
    return folder


def test_questions_are_answered_once(run: Run, own: Path) -> None:
    page = own.parent / "doubtful.md"
    table = own / "surveys" / "theirs" / "questions.tsv"
    asked = run("import", page, "--into", own)
    assert asked.code == 1
    assert "column 'answer' of own/surveys/theirs/questions.tsv, and import again" in asked.err
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["answer", "entry", "candidates", "evidence"]
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("", "work:rivera2023-alpha"),
        ("", "work:lindqvist2024-beta"),
    ]
    assert rows[1][1].startswith("A Yardstick for Kindness. Mara Okafor.")
    # Asked again, the table stays as it is.
    assert run("import", page, "--into", own).code == 1
    assert [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()] == rows

    rows[1][0], rows[2][0] = "yes", "no"
    table.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    answered = run("import", page, "--into", own)
    assert answered.code == 0
    assert "2 works: 1 matched, 1 new; 0 uncertain" in answered.err
    assert (own / "works" / "chen2024-louder.ttl").exists()
    # The answer leads to the work that came of it from now on, so that no second one comes.
    assert table.read_text(encoding="utf-8").splitlines()[2].startswith("work:chen2024-louder\t")
    before = sorted(own.glob("works/*.ttl"))
    page.write_text(
        DOUBTFUL.replace(
            "# Theirs",
            "# Theirs\n\n## PPO\n\n- **On Louder Horses.** Wei Chen. ICML 2024. "
            "[[Paper](https://arxiv.org/abs/2402.99992)]",
        ),
        encoding="utf-8",
    )
    again = run("import", page, "--into", own)
    assert again.code == 0
    assert "0 uncertain" in again.err
    assert sorted(own.glob("works/*.ttl")) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("nobody2024-nothing", "questions.tsv, line 2: no work 'work:nobody2024-nothing' in this catalogue."),
        ("perhaps", "questions.tsv, line 2: no work 'work:perhaps' in this catalogue."),
    ],
)
def test_an_answer_that_leads_nowhere_is_refused_with_its_line(run: Run, own: Path, answer: str, message: str) -> None:
    page = own.parent / "doubtful.md"
    table = own / "surveys" / "theirs" / "questions.tsv"
    assert run("import", page, "--into", own).code == 1
    text = table.read_text(encoding="utf-8").split("\n")
    text[1] = answer + text[1]
    table.write_text("\n".join(text), encoding="utf-8")
    outcome = run("import", page, "--into", own)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())
    table.write_text("answer\tentry\n", encoding="utf-8")
    assert "line 1: the columns, with a tab between them, are answer, entry" in run("import", page, "--into", own).err


def test_a_bibliography_is_asked_about_in_the_same_way(run: Run, own: Path) -> None:
    path = own.parent / "mine.bib"
    path.write_text(
        "@misc{x, title={On Louder Horses}, author={Chen, Wei}, year={2024}, eprint={2402.99992}, "
        "archiveprefix={arXiv}}",
        encoding="utf-8",
    )
    assert run("import", path, "--into", own).code == 1
    table = own / "placings" / "mine-questions.tsv"
    text = table.read_text(encoding="utf-8").split("\n")
    assert text[1].startswith("\tWei Chen. On Louder Horses. arXiv, 2024\twork:lindqvist2024-beta\t")
    text[1] = "lindqvist2024-beta" + text[1]
    table.write_text("\n".join(text), encoding="utf-8")
    outcome = run("import", path, "--into", own)
    assert outcome.code == 0
    assert "1 work: 1 matched, 0 new; 0 uncertain" in outcome.err
