"""A table of what headings mean, and the next version of a list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.marks import slow_after

FIRST = """# Preference reading

## 1. Preference optimization

- **Alpha Rewards.** Ana Rivera. NeurIPS 2023. [[Paper](https://arxiv.org/abs/2305.99991)]
- **Beta Rewards.** Jo Lindqvist. ICML 2024. [[Paper](https://arxiv.org/abs/2402.99992)]
- **Gamma Rewards.** Wei Chen. ICML 2024. [[Paper](https://arxiv.org/abs/2402.99993)]

## 2. Jailbreak benchmarks

- **Delta Attack.** Wei Chen. ICLR 2024. [[Paper](https://arxiv.org/abs/2402.99994)]
- **Epsilon Attack.** Mara Okafor. ICLR 2024. [[Paper](https://arxiv.org/abs/2402.99995)]

## Tutorials

- **Zeta Course.** Mara Okafor. NeurIPS 2024. [[Web](https://example.org/zeta)]
"""
SUGGESTED = """heading\tentries\tgoal\trole\tapproach\tmethod\tnote
1. Preference optimization\t3\t\t\t\tpreference-optimization\t
2. Jailbreak benchmarks\t2\t?robustness-to-jailbreaks\t?evaluates\t?benchmark\t\thas the words of 'jailbreak'; \
has the words of 'benchmark'
Tutorials\t1\t\t\t\t\t
"""
DECIDED = SUGGESTED.replace("?", "").replace("Tutorials\t1\t", "Tutorials\t1\tnothing")
# A heading has another name, one entry moved and one is gone, one title changed, one is new.
SECOND = """# Preference reading

## 1. Preference learning after DPO

- **Beta Rewards, Revised.** Jo Lindqvist. ICML 2024. [[Paper](https://arxiv.org/abs/2402.99992)]
- **Alpha Rewards.** Ana Rivera. NeurIPS 2023. [[Paper](https://arxiv.org/abs/2305.99991)]
- **Gamma Rewards.** Wei Chen. ICML 2024. [[Paper](https://arxiv.org/abs/2402.99993)]
- **Eta Rewards.** Wei Chen. ICML 2025. [[Paper](https://arxiv.org/abs/2502.99993)]

## 2. Jailbreak benchmarks

- **Epsilon Attack.** Mara Okafor. ICLR 2024. [[Paper](https://arxiv.org/abs/2402.99995)]

## RLHF in practice

- **Delta Attack.** Wei Chen. ICLR 2024. [[Paper](https://arxiv.org/abs/2402.99994)]
"""


@pytest.fixture
def own(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    assert run("new-catalogue", folder, "--title", "Ours").code == 0
    (tmp_path / "list.md").write_text(FIRST, encoding="utf-8")
    (tmp_path / "map.tsv").write_text(DECIDED, encoding="utf-8")
    return folder


def test_a_table_is_suggested_and_what_is_guessed_is_marked(run: Run, own: Path) -> None:
    page = own.parent / "list.md"
    outcome = run("import", page, "--suggest-map", "--into", own)
    assert (outcome.code, outcome.out) == (0, SUGGESTED)
    assert not list(own.glob("surveys/*"))
    # As suggested, the guesses do not count, and that is said.
    (own.parent / "map.tsv").write_text(SUGGESTED, encoding="utf-8")
    outcome = run("import", page, "--map", own.parent / "map.tsv", "--into", own)
    assert "1 suggestion of the table of headings does not count until the '?' is removed: 2. Jailbreak" in outcome.err
    assert "preference-reading-2-jailbreak-benchmarks" in (text := _sections(own))
    assert "sectionEvaluates" not in text
    assert "ag:sectionMethod method:preference-optimization" in text


@pytest.mark.slow
def test_works_are_found_by_what_the_table_says_of_their_headings(run: Run, own: Path) -> None:
    outcome = run("import", own.parent / "list.md", "--map", own.parent / "map.tsv", "--into", own)
    assert outcome.code == 0
    assert "Headings that name no concept" not in outcome.err
    by_method = run("query", "works-by-method", "-p", "method=dpo", "--data", own)
    assert "0 rows" in by_method.err
    by_method = run(
        "query", "works-by-method", "-p", "method=preference-optimization", "--data", own, "--format", "csv"
    )
    assert [line.split(",")[0] for line in by_method.out.splitlines()[1:]] == [
        "Beta Rewards",
        "Gamma Rewards",
        "Alpha Rewards",
    ]
    by_goal = run("query", "works-by-goal", "-p", "goal=human-values", "--data", own, "--format", "csv")
    assert sorted(line.split(",")[0] for line in by_goal.out.splitlines()[1:]) == ["Delta Attack", "Epsilon Attack"]
    assert run("validate", own).code == 0
    assert run("fmt", "--check", own).code == 0
    kept = own / "surveys" / "preference-reading" / "headings.tsv"
    assert kept.read_text(encoding="utf-8") == DECIDED
    again = run("import", own.parent / "list.md", "--into", own)
    assert "0 files" in again.err


@pytest.mark.slow
def test_the_next_version_says_what_is_new_changed_moved_and_gone(run: Run, own: Path) -> None:
    page = own.parent / "list.md"
    assert run("import", page, "--map", own.parent / "map.tsv", "--into", own).code == 0
    page.write_text(SECOND, encoding="utf-8")
    suggested = run("import", page, "--suggest-map", "--into", own).out.splitlines()
    assert suggested[2] == DECIDED.splitlines()[2].replace("\t2\t", "\t1\t")
    assert suggested[3] == "RLHF in practice\t1\t\t\t\t?rlhf\thas the words of 'rlhf'"
    assert suggested[4:] == [
        "1. Preference optimization\t0\t\t\t\tpreference-optimization\t",
        "Tutorials\t0\tnothing\t\t\t\t",
    ]
    said = json.loads(run("import", page, "--into", own, "--report", "json").out)
    assert (said["listings_known"], said["listings_new"]) == (5, 1)
    assert said["listings_changed"] == [
        "section:preference-reading-1-preference-optimization: the heading '1. Preference learning after DPO', "
        "not '1. Preference optimization'",
        "listing:preference-reading-002 'Beta Rewards': title 'Beta Rewards, Revised', not 'Beta Rewards'",
    ]
    assert said["listings_moved"] == [
        "listing:preference-reading-004 'Delta Attack': from '2. Jailbreak benchmarks' to 'RLHF in practice'"
    ]
    assert said["listings_gone"] == ["listing:preference-reading-006 'Zeta Course': under 'Tutorials'"]
    assert [problem["text"] for problem in said["headings_without_concept"]] == ["RLHF in practice"]
    assert "listing:preference-reading-007" in _listings(own)
    assert "listing:preference-reading-008" not in _listings(own)
    assert run("validate", own).code == 0
    # The section that was renamed means what it meant.
    by_method = run("query", "works-by-method", "-p", "method=preference-optimization", "--data", own)
    assert "4 rows" in by_method.err
    again = run("import", page, "--into", own)
    assert "6 known, 0 new, 1 no longer on the page" in again.err
    assert "0 files" in again.err


@pytest.mark.slow
def test_a_corrected_table_corrects_the_sections(run: Run, own: Path) -> None:
    page, table = own.parent / "list.md", own.parent / "map.tsv"
    assert run("import", page, "--map", table, "--into", own).code == 0
    table.write_text(DECIDED.replace("preference-optimization\t", "rlhf\t"), encoding="utf-8")
    outcome = run("import", page, "--map", table, "--into", own)
    assert "'1. Preference optimization' means what the table of headings says now" in outcome.err
    assert "sectionMethod method:rlhf" in _sections(own)
    assert "preference-optimization ;" not in _sections(own)


def test_patterns_settle_many_headings_and_a_path_counts_first(run: Run, own: Path) -> None:
    table = own.parent / "map.tsv"
    table.write_text(
        "heading\tgoal\trole\tmethod\n*\tnothing\n2. Jailbreak benchmarks\tprivacy\tevaluates\n1*\t\t\tdpo\n",
        encoding="utf-8",
    )
    assert run("import", own.parent / "list.md", "--map", table, "--into", own).code == 0
    text = _sections(own)
    assert "ag:sectionEvaluates goal:privacy" in text
    assert "ag:sectionMethod" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "message"),
    slow_after(
        2,
        [
            ("", "map.tsv, line 1: the first line has no column 'heading'"),
            ("heading\tgaol\n", "map.tsv, line 1: no column is called 'gaol'"),
            ("heading\tmethod\nX\tRLFH\n", "map.tsv, line 2: no method is called 'RLFH'. Did you mean rlhf"),
            ("heading\tgoal\nX\tprivacy\n", "map.tsv, line 2: a goal without its role"),
            ("heading\tgoal\trole\nX\tprivacy\tmeasures\n", "map.tsv, line 2: role 'measures'"),
            ("heading\tgoal\tmethod\nX\tnothing\tdpo\n", "map.tsv, line 2: 'nothing' beside a concept"),
            ("heading\tmethod\nX\tdpo\n\nx.\trlhf\n", "map.tsv, line 4: 'x.' stands in line 2 already"),
            ("heading\tmethod\nX\tdpo\tmore\n", "map.tsv, line 2: 3 columns, but the first line has 2"),
            ("heading\tmethod\n\tdpo\n", "map.tsv, line 2: no heading"),
            ("heading\tmethod\nX\t\xff\n".encode("latin-1"), "map.tsv: not in UTF-8, at byte 17"),
        ],
    ),
)
def test_a_wrong_table_is_refused_with_its_line(run: Run, own: Path, table: str | bytes, message: str) -> None:
    path = own.parent / "map.tsv"
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    outcome = run("import", own.parent / "list.md", "--map", path, "--into", own)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())
    assert not list(own.glob("surveys/*"))


@pytest.mark.slow
@pytest.mark.parametrize("form", slow_after(1, ["bib", "json", "ris"]))
def test_keywords_of_a_bibliography_place_its_works(run: Run, own: Path, form: str) -> None:
    journal = "Nature Machine Intelligence"
    texts = {
        "bib": "@article{x, title={Fair Scores}, author={Chen, Wei}, journal={NMI}, year={2024}, "
        "keywords={RLHF, reward models}, groups={To read}}",
        "json": '[{"type": "article-journal", "title": "Fair Scores", "container-title": "NMI", '
        '"author": [{"family": "Chen", "given": "Wei"}], "issued": {"date-parts": [[2024]]}, '
        '"keyword": "RLHF, reward models"}]',
        "ris": "TY  - JOUR\nTI  - Fair Scores\nAU  - Chen, Wei\nJO  - NMI\nPY  - 2024\n"
        "KW  - RLHF\nKW  - reward models\nER  - \n",
    }
    path = own.parent / f"mine.{form}"
    path.write_text(texts[form].replace("NMI", journal), encoding="utf-8")
    table = run("import", path, "--suggest-map", "--into", own).out
    assert "keywords > RLHF\t1\t\t\t\trlhf\t\n" in table
    assert "keywords > reward models\t1\t\t\treward-model\t\t\n" in table
    (own.parent / "map.tsv").write_text(table, encoding="utf-8")
    outcome = run("import", path, "--map", own.parent / "map.tsv", "--into", own)
    assert "left out: keyword" not in outcome.err
    assert "KW" not in outcome.err
    placings = (own / "placings" / "works.ttl").read_text(encoding="utf-8")
    assert placings.count("a ag:CuratedPlacing") == 2
    assert "ag:placingMethod method:rlhf" in placings
    assert "ag:placingApproach approach:reward-model" in placings
    assert f"the keyword 'RLHF' of the entry in mine.{form}" in placings
    assert (own / "placings" / "mine-headings.tsv").read_text(encoding="utf-8") == table
    assert "0 files" in run("import", path, "--into", own).err
    assert run("validate", own).code == 0


def _sections(folder: Path) -> str:
    return (folder / "surveys" / "preference-reading" / "survey.ttl").read_text(encoding="utf-8")


def _listings(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in folder.glob("surveys/*/listings/*.ttl"))
