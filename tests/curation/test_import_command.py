"""``aligngraph import``: the page again, what is new, what a person must see; all of a folder changes or nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.files.transactions import locked
from tests.conftest import Outcome, Run
from tests.support.marks import slow_after

LIST = """# A list of ours

## RL-based Alignment

1. **Quiet Rewards: Tuning Without Shouting.** Ana Rivera, Jo Lindqvist. NeruIPS 2023. [[Paper](https://arxiv.org/abs/2305.99991)]
1. **Louder Rewards?** Jo Lindqvist, Wei Wang. Journal of Odd Things 2024. [[Paper](javascript:alert(1))] [[Code](https://github.com/example/louder)]

## Goals 🎯

### Alignment Goal Evaluation

7. **Direct Preference Optimization: Your Language Model is Secretly a Reward Model.** Rafailov et al. arXiv 2023. [[Paper](https://arxiv.org/pdf/2305.18290v2)]
3. **Quiet rewards: tuning without shouting.** Rivera et al. arXiv 2023. [[Paper](https://arxiv.org/pdf/2305.99991v3.pdf)]
"""


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_folder(), tmp_path / "data"))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "list.md"
    path.write_text(LIST, encoding="utf-8")
    return path


def report_of(outcome: Outcome) -> dict[str, object]:
    said = json.loads(outcome.out)
    assert isinstance(said, dict)
    return said


@pytest.mark.slow
def test_the_page_we_export_brings_nothing_new(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert run("export", "--format", "markdown", "-o", page).code == 0
    outcome = run("import", page, "--dry-run")
    assert (outcome.code, outcome.out) == (0, "")
    assert "179 entries read" in outcome.err
    assert "179 listings of survey:value-alignment: 179 known, 0 new" in outcome.err
    assert "124 works: 124 matched, 0 new; 0 uncertain" in outcome.err
    said = report_of(run("import", page, "--dry-run", "--report", "json"))
    assert (said["listings_known"], said["works_matched"], said["works_uncertain"], said["diff"]) == (179, 124, 0, "")


def test_an_import_merges_and_a_second_adds_nothing(run: Run, data: Path, page: Path) -> None:
    before = files_of(data)
    first = run("import", page, "--into", data, "--report", "json")
    said = report_of(first)
    assert first.code == 0
    assert (said["entries"], said["listings_new"], said["works_matched"], said["works_new"]) == (4, 4, 1, 2)
    assert (said["links_kept"], said["links_refused_count"]) == (4, 1)
    after = files_of(data)
    assert after != before
    assert {name for name in before if after[name] != before[name]} <= {
        "persons/a.ttl",
        "persons/j.ttl",
        "persons/w.ttl",
    }
    assert run("fmt", "--check", data).code == 0
    second = run("import", page, "--into", data, "--report", "json")
    assert (second.code, report_of(second)["listings_new"], files_of(data)) == (0, 0, after)


@pytest.mark.slow
def test_a_dry_run_prints_the_diff_that_git_applies(run: Run, data: Path, page: Path) -> None:
    before = files_of(data)
    outcome = run("import", page, "--into", data, "--dry-run")
    assert outcome.code == 0
    assert "+++ b/data/surveys/list-ours/survey.ttl" in outcome.out
    assert files_of(data) == before
    subprocess.run(["git", "apply", "-"], input=outcome.out.encode(), cwd=data.parent, check=True)
    patched = files_of(data)
    shutil.rmtree(data)
    shutil.copytree(data_folder(), data)
    assert run("import", page, "--into", data).code == 0
    assert files_of(data) == patched


def test_what_is_printed_without_into_says_the_same(run: Run, page: Path) -> None:
    outcome = run("import", page)
    assert outcome.code == 0
    for wanted in (
        "work:rivera2023-quiet\n    a ag:Paper ;",
        "ag:lists work:rafailov2023-dpo ;",
        'ag:venueAsPrinted "NeruIPS" ;',
        "ag:venue venue:neurips ;",
        "ag:sectionMethod method:rl-based ;",
        "ag:sectionApproach approach:evaluation ;",
        "person:wei-wang ;",
    ):
        assert wanted in outcome.out
    assert "person:wei-wang\n" not in outcome.out  # she is there already
    assert outcome.out.count("ag:lists work:rivera2023-quiet") == 2
    assert "'Journal of Odd Things', line 6" in outcome.err
    assert "list.md, line 8: Goals 🎯" in outcome.err
    assert "javascript" in outcome.err


@pytest.mark.slow
def test_what_is_uncertain_is_left_to_a_person_who_settles_it(run: Run, data: Path, tmp_path: Path) -> None:
    page = tmp_path / "odd.md"
    page.write_text(
        "# Odd\n\n## Papers\n\n"
        "1. LIMA: Less Is More for Alignment. Somebody Else. 2023.\n"
        "2. A Sure Thing of Its Own. Ana Rivera. 2023.\n"
    )
    first = run("import", page, "--into", data, "--report", "json")
    said = report_of(first)
    assert first.code == 1
    assert (said["works_uncertain"], said["listings_new"]) == (1, 1)
    assert b"zhou2023-lima" not in b"".join(
        v for k, v in files_of(data).items() if k.startswith("surveys/odd/") and k.endswith(".ttl")
    )
    second = run("import", page, "--into", data, "--match", "5=zhou2023-lima")
    assert second.code == 0
    listings = (data / "surveys/odd/listings/papers.ttl").read_text()
    # The listing numbered later stands first on the page.
    assert listings.index("ag:position 2") < listings.index("ag:position 1")
    assert "work:zhou2023-lima" in listings
    assert run("validate", data / "surveys", "--within", data).code == 0
    again = files_of(data)
    assert run("import", page, "--into", data).code == 0
    assert files_of(data) == again


@pytest.mark.slow
def test_a_wrong_decision_is_refused(run: Run, page: Path) -> None:
    assert run("import", page, "--match", "5=nothing-such").code == 2
    assert run("import", page, "--match", "2=new").code == 2
    assert run("import", page, "--match", "new").code == 2


@pytest.mark.slow
def test_an_entry_may_be_settled_as_the_work_of_an_earlier_line(run: Run, data: Path, tmp_path: Path) -> None:
    page = tmp_path / "twice.md"
    page.write_text("# Twice\n\n## Tools\n\n- [Otterly](https://o.org/1)\n\n## Again\n\n- [Otterly](https://o.org/2)\n")
    first = run("import", page, "--dry-run")
    assert first.code == 1
    assert "same title; first author not compared; year not compared; new here, from line 5" in first.err
    assert "candidates: work:otterly-otterly" in first.err
    second = run("import", page, "--into", data, "--match", "9=otterly-otterly")
    assert second.code == 0
    assert "1 work: 0 matched, 1 new; 0 uncertain" in second.err


@pytest.mark.slow
def test_what_rules_decide_is_named_and_needs_no_person(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "news.md"
    page.write_text(
        "# A page\n\n## News\n\n- [A talk](https://a.org/1) on rewards.\n\n"
        "## Papers\n\n- **A Sure Thing of Its Own.** Ana Rivera, Jo Lindqvist. arXiv 2031. [paper](https://a.org/2)\n"
    )
    outcome = run("import", page, "--dry-run")
    assert outcome.code == 0
    assert "0 lines not understood" in outcome.err
    assert "line 5: A talk on rewards. (1 list item and 1 link under 'News', not read as entries)" in outcome.err
    said = report_of(run("import", page, "--dry-run", "--report", "json"))
    assert (said["needs_a_person"], said["not_understood"]) == (False, [])
    assert isinstance(said["noticed"], list)
    assert [problem["line"] for problem in said["noticed"]] == [5]


def test_many_of_one_kind_are_reported_in_few_lines_and_none_is_left_out(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "notes.md"
    items = [f"- **A Sure Thing, Part {n}.** Ana Rivera, Jo Lindqvist. 2031. [note](notes/{n}.md)" for n in range(12)]
    items[7] += " [x](javascript:alert(1))"
    page.write_text("# Notes\n\n## Papers\n\n" + "\n".join(items) + "\n")
    outcome = run("import", page, "--dry-run")
    assert "line 5: [note](notes/0.md) (a relative address; only http and https are kept)" in outcome.err
    assert "line 12: [x](javascript:alert(1)) (javascript: only http and https are kept)" in outcome.err
    assert "… and 7 more like these (a relative address; only http and https are kept), lines 10-16" in outcome.err


def test_papers_of_one_volume_share_its_isbn(run: Run, tmp_path: Path) -> None:
    bibliography = tmp_path / "volume.bib"
    entry = (
        "@inproceedings{{{key}, title={{{title}}}, author={{Rivera, {key}}}, booktitle={{ICML}}, year=2031,"
        " isbn={{978-1-4503-8309-7}}}}\n"
    )
    titles = {"Ana": "Rewards That Nobody Sees", "Jo": "A Garden of Rules"}
    bibliography.write_text("".join(entry.format(key=key, title=title) for key, title in titles.items()))
    outcome = run("import", bibliography, "--dry-run")
    assert outcome.code == 0
    assert "2 works: 0 matched, 2 new; 0 uncertain" in outcome.err


def test_isbn_of_a_volume_is_noted_and_not_written_on_its_papers(run: Run, tmp_path: Path) -> None:
    bibliography = tmp_path / "volume.bib"
    entries = (
        "@inproceedings{a, title={Rewards That Nobody Sees}, author={Rivera, Ana}, booktitle={ICML}, year=2031,"
        " isbn={978-1-4503-8309-7}}\n"
        "@book{b, title={A Garden of Rules}, author={Rivera, Jo}, publisher={Press}, year=2031, isbn={0-306-40615-2}}\n"
    )
    bibliography.write_text(entries)
    made = run("import", bibliography)
    assert made.code == 0, made.err
    assert re.findall(r'ag:isbn (".*?")', made.out) == ['"0-306-40615-2"']
    assert "978-1-4503-8309-7, the ISBN of the volume it is in" in made.out


@pytest.mark.slow
def test_a_page_that_grew_brings_only_what_is_new(run: Run, data: Path, page: Path) -> None:
    assert run("import", page, "--into", data).code == 0
    before = files_of(data)
    new = "1. **Softer Rewards.** Mara Okafor. ICLR'24. [[Paper](https://arxiv.org/abs/2401.99993)]\n1. **Louder"
    page.write_text(LIST.replace("1. **Louder", new), encoding="utf-8")
    said = report_of(run("import", page, "--into", data, "--report", "json"))
    assert (said["listings_known"], said["listings_new"], said["works_new"]) == (4, 1, 1)
    after = files_of(data)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {
        "surveys/list-ours/listings/rl-based-alignment.ttl",
        "works/okafor2024-softer.ttl",
        "persons/m.ttl",
    }
    listings = after["surveys/list-ours/listings/rl-based-alignment.ttl"].decode()
    places = {block.split("\n")[0]: block for block in listings.split("\n\n")}
    assert "ag:position 2 ;" in places["listing:list-ours-005"]
    assert "ag:position 3 ;" in places["listing:list-ours-002"]


@pytest.mark.slow
def test_comments_in_a_file_that_changes_stay(run: Run, data: Path, page: Path) -> None:
    assert run("import", page, "--into", data).code == 0
    path = data / "surveys/list-ours/listings/rl-based-alignment.ttl"
    path.write_text(path.read_text().replace("listing:list-ours-002\n", "# Keep me.\nlisting:list-ours-002\n"))
    new = "1. **Softer Rewards.** Mara Okafor. ICLR'24.\n1. **Louder"
    page.write_text(LIST.replace("1. **Louder", new), encoding="utf-8")
    assert run("import", page, "--into", data).code == 0
    assert "# Keep me.\n" in path.read_text()


@pytest.mark.slow
def test_a_bibliography_gives_works_and_no_listings(run: Run, data: Path, tmp_path: Path) -> None:
    bibliography = tmp_path / "x.bib"
    bibliography.write_text(
        "@inproceedings{okafor2024-softer, title={Softer {R}ewards}, author={Okafor, Mara and Wang, Wei},"
        " booktitle={Proc. of ICML}, year={2024}, doi={10.1234/5678}}\n@broken{ title=\n"
        "@article{y, title={Harder Rewards}, author={Okafor, Mara}, journal={Nat. Mach. Intell.}, year=2025}\n"
    )
    outcome = run("import", bibliography, "--into", data, "--report", "json")
    said = report_of(outcome)
    assert (said["survey"], said["listings_new"], said["links_kept"]) == (None, 0, 0)
    assert said["works_new"] == 2
    assert outcome.code == 1
    assert said["not_understood"]
    record = (data / "works/okafor2024-softer.ttl").read_text()
    assert 'ag:doi "10.1234/5678"' in record
    assert "ag:person person:wei-wang" in record
    after = files_of(data)
    run("import", bibliography, "--into", data)
    assert files_of(data) == after


@pytest.mark.slow
def test_windows_text_with_marks_is_read(run: Run, tmp_path: Path) -> None:
    """Line ends of two characters, a byte order mark, Windows-1252, marks of direction."""
    text = "# Liste\r\n\r\n## Papers\r\n\r\n1. \u200fA Café of Its Own – Part. Jörg Weiß. 2023.\r\n"
    variants = [text.encode("utf-8-sig"), text.encode("utf-16"), text.replace("\u200f", "").encode("cp1252")]
    results = []
    for number, content in enumerate(variants):
        page = tmp_path / f"{number}" / "liste.md"
        page.parent.mkdir()
        page.write_bytes(content)
        outcome = run("import", page)
        assert outcome.code == 0
        assert "\u200f" not in outcome.out
        results.append([line for line in outcome.out.splitlines() if "entryAsPrinted" not in line])
    assert results[0] == results[1] == results[2]
    assert any("Café" in line for line in results[0])


def test_an_entry_without_title_is_reported_not_dropped(run: Run, tmp_path: Path) -> None:
    bibliography = tmp_path / "x.bib"
    bibliography.write_text("@misc{z, author={Ana Rivera}, year={2020}, doi={10.1234/abcd}}\n")
    outcome = run("import", bibliography)
    assert outcome.code == 1
    assert "x.bib, line 1" in outcome.err


def test_what_is_no_file_or_folder_is_refused(run: Run, tmp_path: Path, page: Path) -> None:
    calls: list[list[str | Path]] = [
        [tmp_path / "none.md"],
        [tmp_path],
        [page, "--into", tmp_path / "none"],
    ]
    for args in calls:
        outcome = run("import", *args)
        assert (outcome.code, outcome.out) == (2, "")


def test_an_import_waits_for_another_one(run: Run, data: Path, page: Path) -> None:
    ended = threading.Event()

    def hold() -> None:
        with locked(data):
            held.set()
            time.sleep(3)
            ended.set()

    held = threading.Event()
    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    assert run("import", page, "--into", data).code == 0
    assert ended.is_set()
    other.join()


@pytest.mark.parametrize(
    ("name", "text", "left"),
    slow_after(
        1,
        [
            (
                "a.bib",
                "@article{a, title={T and so on}, journal={J}, abstract={X}, keywords={k}, url={https://a.b/c}}",
                "abstract (1), keywords (1)",
            ),
            (
                "a.json",
                '[{"id":"a","title":"T and so on","type":"book",'
                '"publisher":"P","abstract":"X","editor":[{"family":"E"}]}]',
                "abstract (1), editor (1)",
            ),
            ("a.ris", "TY  - JOUR\nTI  - T and so on\nJO  - J\nAB  - X\nKW  - k\nKW  - l\nER  - ", "AB (1), KW (1)"),
        ],
    ),
)
def test_fields_of_a_bibliography_that_have_no_place_are_named(
    run: Run, tmp_path: Path, name: str, text: str, left: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    outcome = run("import", tmp_path / name, "--dry-run")
    assert f"fields that the catalogue has no place for were left out: {left}" in outcome.err


def test_second_entry_of_a_work_is_named(run: Run, tmp_path: Path) -> None:
    text = "@article{a, title={A Quiet Thing of Its Own}, author={Rivera, Ana}, year=2031, doi={10.1000/a}}"
    (tmp_path / "a.bib").write_text(f"{text}\n{text.replace('{a,', '{b,')}\n", encoding="utf-8")
    outcome = run("import", tmp_path / "a.bib", "--dry-run")
    assert "a.bib, line 2: the same work as in line 1" in outcome.err


@pytest.mark.parametrize(
    ("name", "kind"), [("list.org", "Org"), ("list.rst", "reStructuredText"), ("list.tex", "LaTeX")]
)
def test_a_format_that_is_not_read_is_named(run: Run, tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text("* [[https://example.org/a][Quiet Rewards]]\n", encoding="utf-8")
    outcome = run("import", path)
    assert outcome.code == 2
    assert f"is {kind}, which is not supported. Convert it first" in outcome.err


def test_an_unknown_venue_is_asked_about_and_stays_as_printed(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "list.md"
    page.write_text(
        "# L\n\n## A\n\n- **Herons Wait Slowly.** Ana Rivera, Jo Berg. ICLM 2031. [[Paper](https://example.org/a)]\n"
        "- **Herons Wait Fast.** Ana Rivera, Jo Berg. *Journal of Odd Reeds* 2031. [[Paper](https://example.org/b)]\n"
    )
    outcome = run("import", str(page))
    assert 'ag:venueAsPrinted "ICLM"' in outcome.out
    assert "venue:icml" not in outcome.out
    (line,) = [line for line in outcome.err.splitlines() if "ICLM" in line]
    assert "perhaps" in line
    assert "venue:icml" in line
    (other,) = [line for line in outcome.err.splitlines() if "Odd Reeds" in line]
    assert "perhaps" not in other


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "kept"),
    slow_after(
        1,
        [
            (
                "a.bib",
                "@techreport{{k, title={{{0}}}, author={{Berg, Ana}}, institution={{Marsh Lab}}, year=2031}}",
                "@techreport{",
            ),
            ("a.ris", "TY  - RPRT\nTI  - {0}\nAU  - Berg, Ana\nPB  - Marsh Lab\nPY  - 2031\nER  - \n", "TY  - RPRT"),
            (
                "a.json",
                '[{{"id": "k", "type": "report", "title": "{0}", "author": [{{"family": "Berg", "given": "Ana"}}],'
                ' "publisher": "Marsh Lab", "issued": {{"date-parts": [[2031]]}}}}]',
                '"type": "report"',
            ),
        ],
    ),
)
def test_a_report_stays_one_through_import_and_export(run: Run, data: Path, name: str, text: str, kept: str) -> None:
    path = data.parent / name
    path.write_text(text.format("On Measuring Mud Alone"))
    assert run("import", str(path), "--into", str(data)).code == 0
    (work,) = [one for one in (data / "works").glob("*.ttl") if "On Measuring Mud Alone" in one.read_text()]
    assert "a ag:Report ;" in work.read_text()
    assert "a ag:ReportDocument ;" in work.read_text()
    format_ = {".bib": "bibtex", ".ris": "ris", ".json": "csljson"}[path.suffix]
    out = run("export", "--format", format_, "--data", str(data)).out
    at = out.index("On Measuring Mud Alone")
    assert kept in out[max(0, at - 400) : at + 400]
    assert "Marsh Lab" in out[max(0, at - 400) : at + 600]
