"""Adding, merging, starting a catalogue, finding duplicates; and the walk-through of docs/own-reading-list.md."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import data_folder, find_sources, read_quads
from aligngraph.curation.duplicates import duplicates_among, find_duplicates
from aligngraph.curation.holdings import read_holdings
from aligngraph.rdf.namespaces import BASE
from aligngraph.stores.open import open_catalogue
from tests.conftest import ROOT, Run
from tests.support.marks import slow_after

PAGE = ROOT / "docs" / "own-reading-list.md"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_folder(), tmp_path / "data"))


def test_the_walk_through_works_as_written(run: Run, tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, listing in zip(
        ("list.md", "attacks.md"), re.findall(r"```markdown\n(.*?)```", text, re.DOTALL), strict=True
    ):
        (tmp_path / name).write_text(listing, encoding="utf-8")
    (library,) = re.findall(r"```bibtex\n(.*?)```", text, re.DOTALL)
    (tmp_path / "library.bib").write_text(library, encoding="utf-8")
    (table,) = re.findall(r"```tsv\n(.*?)```", text, re.DOTALL)
    commands = [
        line[2:] for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    assert len(commands) > 8
    outcomes: dict[str, str] = {}
    checks = []
    for line in commands:
        words = shlex.split(line)
        if words[0] == "echo":
            (tmp_path / words[-1]).write_text(words[1] + "\n", encoding="utf-8")
            continue
        stdin = b""
        if "<" in words:
            stdin = (tmp_path / words[-1]).read_bytes()
            words = words[: words.index("<")]
        if words[0] == "cp":
            shutil.copytree(tmp_path / words[2], tmp_path / words[3])
            continue
        assert words[0] == "aligngraph"
        written = words[words.index(">") + 1] if ">" in words else None
        words = words[: words.index(">")] if written else words
        outcome = run(*words[1:], stdin=stdin, cwd=tmp_path)
        assert outcome.code == (words[1] == "diff"), (line, outcome.out, outcome.err)
        if written:
            # What the page says to write in place of the suggestion; but the suggestion has these headings.
            assert [row.split("\t")[:2] for row in outcome.out.splitlines()] == [
                row.split("\t")[:2] for row in table.splitlines()
            ]
            (tmp_path / written).write_text(table, encoding="utf-8")
        outcomes.setdefault(line, outcome.out)
        if line == "aligngraph validate my-list":
            checks.append(outcome.out)
    by_method = outcomes["aligngraph query works-by-method -p method=rl-based --data my-list"]
    assert "Quiet Rewards" in by_method
    by_goal = outcomes["aligngraph query works-by-goal -p goal=human-values --data my-list"]
    assert "Kindness" in by_goal
    assert "Fair Scores" in by_goal
    assert "Louder" not in by_goal
    assert "Delta Attack" in by_goal
    by_method = outcomes["aligngraph query works-by-method -p method=preference-optimization --data my-list"]
    assert "Alpha Rewards" in by_method
    assert "Beta Rewards" in by_method
    review = outcomes["aligngraph diff before my-list --format markdown"]
    assert review.startswith("**1 new work; 1 new placing**")
    assert (tmp_path / "my-list/surveys/attacks-defences/headings.tsv").read_text(encoding="utf-8") == table
    gaps = outcomes["aligngraph query incomplete-records --data my-list"]
    assert re.findall(r"(\w+ \w+) +([\w-]+) ", gaps) == [
        ("Delta Attack", "authors"),
        ("Gamma Probe", "further-authors"),
    ]
    assert "Info agsh:IncompleteKnown" in checks[0]
    assert "Violation" not in checks[0]
    assert "all conform" in checks[-1]


@pytest.mark.slow
def test_every_command_that_reads_works_on_an_empty_catalogue(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    assert run("new-catalogue", folder, "--title", "Ours").code == 0
    for args in (
        ["query", "works-by-year"],
        ["sparql", "ASK {}"],
        ["tree"],
        ["show", "human-values"],
        ["export", "--format", "turtle"],
        ["export", "--format", "bibtex"],
        ["export", "--format", "markdown"],
        ["describe"],
        ["infer"],
    ):
        outcome = run(*args, "--data", folder)
        assert outcome.code == 0, (args, outcome.err)
    assert run("validate", folder, "--fail-on", "warning").code == 0
    assert run("fmt", "--check", folder).code == 0
    refused = run("new-catalogue", folder)
    assert (refused.code, "Name a new or empty folder." in refused.err) == (2, True), refused.err


@pytest.mark.slow
def test_catalogues_read_together_keep_the_source_of_each_statement(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("new-catalogue", tmp_path / name, "--title", name).code == 0
        assert run("add", "-", "--goal", "human-values", "--into", tmp_path / name, stdin=_bib(name)).code == 0
    folders = [tmp_path / "one", tmp_path / "two"]
    backend = open_catalogue(folders)
    graphs = {
        str(row[1]): str(row[0])
        for row in backend.select("SELECT ?g ?t { GRAPH ?g { ?w a ag:Paper ; dcterms:title ?t } } ORDER BY ?t")
    }
    assert len(graphs) == 2
    assert len(set(graphs.values())) == 2
    sources = {source.graph.value for source in find_sources(folders)}
    assert {graph.strip("<>") for graph in graphs.values()} <= sources
    outcome = run("query", "works-by-goal", "-p", "goal=human-values", "--data", folders[0], "--data", folders[1])
    assert "2 rows" in outcome.err


def _bib(name: str) -> str:
    return (
        f"@inproceedings{{x, title={{Thoughts of {name}}}, author={{Rivera, Ana}}, booktitle={{ICLR}}, year={{2024}}}}"
    )


@pytest.mark.parametrize(
    ("paper", "wanted"),
    slow_after(
        2,
        [
            ("2405.54321v2", 'ag:arxivId "2405.54321"'),
            ("arXiv:2405.54321", "ag:firstPublicYear 2024"),
            ("https://doi.org/10.1234/AbC.5", 'ag:doi "10.1234/AbC.5"'),
            ("2023.findings-emnlp.9999", "ag:venue venue:emnlp"),
            ("https://example.org/report", "schema:sameAs <https://example.org/report>"),
        ],
    ),
)
def test_a_paper_is_added_from_what_names_it(run: Run, paper: str, wanted: str) -> None:
    outcome = run("add", paper, "--title", "A Thing of Beauty", "--author", "Ada Byron", "--goal", "human-values")
    assert outcome.code == 0
    assert wanted in outcome.out
    assert "ag:placingGoal goal:human-values" in outcome.out
    assert "byron" in outcome.out


@pytest.mark.slow
def test_nothing_is_made_up(run: Run, data: Path) -> None:
    outcome = run("add", "2405.54321", "--into", data)
    assert outcome.code == 0
    assert "title, authors" in outcome.err
    record = data / "works" / "arxiv-2405-54321.ttl"
    assert "ag:lacks dcterms:title , ag:hasAuthorship , ag:hasPlacing ;" in record.read_text(encoding="utf-8")
    validation = run("validate", record, "--within", data)
    assert validation.code == 0
    assert "Violation" not in validation.out
    for name in ("dcterms:title", "ag:hasAuthorship", "ag:hasPlacing"):
        assert f"found: ag:lacks {name}" in validation.out
    # Without the word, each is an error.
    record.write_text(re.sub(r"\n    ag:lacks.*", "", record.read_text(encoding="utf-8")), encoding="utf-8")
    validation = run("validate", record, "--within", data)
    assert validation.code == 1
    for rule in ("WorkTitleKnown", "AuthoredWorkByline", "WorkPlace"):
        assert f"Violation agsh:{rule}:" in validation.out


def test_a_known_paper_is_reported_and_only_its_place_added(run: Run, data: Path) -> None:
    outcome = run("add", "2305.18290", "--goal", "human-values", "--approach", "benchmark", "--into", data, "--dry-run")
    assert "work:rafailov2023-dpo is here already" in outcome.err
    added = [
        line[1:].strip() for line in outcome.out.splitlines() if line.startswith("+") and not line.startswith("+++")
    ]
    assert [line for line in added if line.startswith("placing:")] == ["placing:rafailov2023-dpo-2"]
    assert "ag:placingEvaluates goal:human-values ;" in added
    assert "ag:placingApproach approach:benchmark ;" in added
    assert not any(line.startswith("work:") for line in added)


@pytest.mark.slow
def test_a_goal_keeps_its_approach_and_the_same_placing_is_not_added_twice(run: Run, data: Path) -> None:
    place = ("add", "2305.18290", "--goal", "human-values", "--approach", "benchmark", "--into", data)
    written = data / "placings" / "works.ttl"
    before = written.read_text(encoding="utf-8").count("ag:CuratedPlacing")
    for _ in range(2):
        assert run(*place).code == 0
        assert written.read_text(encoding="utf-8").count("ag:CuratedPlacing") == before + 1
    assert run(*place, "--method", "rl-based").code == 0
    assert written.read_text(encoding="utf-8").count("ag:CuratedPlacing") == before + 2
    assert run("validate", data).code == 0


def test_several_goals_and_approaches_at_once_are_refused(run: Run) -> None:
    named = "--goal hhh --goal human-values --approach benchmark --approach chatbot-arena".split()
    outcome = run("add", "2305.18290", *named)
    assert outcome.code == 2
    assert "which go together? Add the paper once for each goal" in outcome.err


def test_a_wrong_paper_or_concept_is_refused_with_the_legal_ones(run: Run) -> None:
    assert "is not an arXiv id, DOI or web address" in run("add", "javascript:alert(1)").err
    outcome = run("add", "2405.54321", "--goal", "human-valus")
    assert outcome.code == 2
    assert "did you mean 'human-values'" in outcome.err
    assert run("add", "-", stdin="nothing").code == 2


@pytest.mark.slow
def test_merging_persons_keeps_both_iris(run: Run, data: Path) -> None:
    outcome = run("merge", "fan-yang-2", "fan-yang", "--into", data)
    assert outcome.code == 0, outcome.err
    old = ox.NamedNode(f"{BASE}person/fan-yang-2")
    kept = ox.NamedNode(f"{BASE}person/fan-yang")
    # What is generated (data/labels.ttl) follows the next time it is.
    sources = [source for source in find_sources([data], ontology=False) if source.path.name != "labels.ttl"]
    triples = {quad.triple for quad in read_quads(sources)}
    assert {(t.predicate.value.rpartition("/")[2], t.object) for t in triples if t.subject == old} == {
        ("isReplacedBy", kept),
        ("owl#deprecated", ox.Literal(True)),
    }
    assert [t for t in triples if t.object == old] == []
    assert len([t for t in triples if t.object == kept]) == 3
    assert run("fmt", "--check", data).code == 0
    assert run("validate", data).code == 0
    assert run("merge", "fan-yang-2", "fan-yang", "--into", data).code == 2
    for name in ("fan-yang-2", "person:fan-yang-2", f"<{old.value}>"):
        assert "person:fan-yang\n" in run("show", name, "--data", data).out
    # The name is taken for good.
    assert f"{BASE}person/fan-yang-2" in read_holdings([data]).taken


@pytest.mark.slow
def test_merging_works_takes_over_what_the_kept_one_lacks(run: Run, data: Path) -> None:
    stdin = (
        "@inproceedings{x, title={Direct Preference Optimization, Retitled},"
        " author={Rafailov, Rafael and Sharma, Archit}, booktitle={ICML}, year={2024}, doi={10.1234/xyz}}"
    )
    assert run("add", "-", "--goal", "human-values", "--into", data, "--match", "new", stdin=stdin).code == 0
    (new,) = [path.stem for path in (data / "works").iterdir() if not (data_folder() / "works" / path.name).exists()]
    assert run("merge", new, "rafailov2023-dpo", "--into", data).code == 0
    held = read_holdings([data])
    work = f"{BASE}work/rafailov2023-dpo"
    assert f"{BASE}publication/{new}-icml" in held.texts(work, "https://w3id.org/aligngraph/ontology#hasPublication")
    assert held.where[f"{BASE}publication/{new}-icml"] == held.where[work]
    assert "Direct Preference Optimization, Retitled" in held.texts(
        work, "http://www.w3.org/2004/02/skos/core#altLabel"
    )
    assert run("validate", data).code == 0
    # What it was called leads to it now.
    again = run("add", "-", "--into", data, "--dry-run", stdin=stdin)
    assert "work:rafailov2023-dpo is here already" in again.err
    assert again.out == ""


@pytest.mark.slow
def test_authors_of_one_work_are_two_persons(run: Run, data: Path) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*.ttl")}
    for pair in (("rafael-rafailov", "archit-sharma"), ("archit-sharma", "rafael-rafailov")):
        outcome = run("merge", *pair, "--into", data)
        assert outcome.code == 2
        assert "they are two persons" in outcome.err
    assert run("merge", "rafael-rafailov", "neurips", "--into", data).code == 2
    assert run("merge", "rafael-rafailov", "rafael-rafailov", "--into", data).code == 2
    assert {path: path.read_bytes() for path in data.rglob("*.ttl")} == before


def test_the_shipped_catalogue_has_no_likely_duplicates() -> None:
    assert find_duplicates(read_holdings([data_folder()])) == []


def test_duplicates_are_found_with_the_evidence() -> None:
    turtle = """
    @prefix ag: <https://w3id.org/aligngraph/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix : <urn:x:> .
    :w1 a ag:Paper ; dcterms:title "Quiet Rewards for Loud Models"@en ; ag:firstPublicYear 2023 ;
      ag:hasAuthorship :a1 , :b1 .
    :w2 a ag:Paper ; dcterms:title "Quiet rewards for loud model"@en ; ag:firstPublicYear 2023 ;
      ag:hasAuthorship :a2 , :b2 .
    :w3 a ag:Paper ; dcterms:title "Quiet Rewards for Loud Models"@en ; ag:firstPublicYear 1999 ; ag:hasAuthorship :a3 .
    :a1 ag:ordinal 1 ; ag:nameAsPrinted "Ana Rivera" ; ag:person :ana . :b1 ag:ordinal 2 ; ag:person :jo .
    :a2 ag:ordinal 1 ; ag:nameAsPrinted "A. Rivera" ; ag:person :a . :b2 ag:ordinal 2 ; ag:person :jo .
    :a3 ag:ordinal 1 ; ag:nameAsPrinted "Mara Okafor" ; ag:person :mara .
    :ana a ag:Person ; rdfs:label "Ana Rivera" . :a a ag:Person ; rdfs:label "A. Rivera" .
    :jo a ag:Person ; rdfs:label "Jo Lindqvist" . :mara a ag:Person ; rdfs:label "Mara Okafor" .
    :mara2 a ag:Person ; rdfs:label "Mára Okafor" .
    :mara3 a ag:Person ; rdfs:label "M. Okafor" ; owl:differentFrom :mara .
    :v1 a ag:ConferenceSeries ; rdfs:label "Conference on Quiet"@en .
    :v2 a ag:ConferenceSeries ; rdfs:label "ACM Conference on Quiet Things"@en .
    :v3 a ag:ConferenceSeries ; rdfs:label "International Conference on Quiet Things"@en .
    """
    quads = list(ox.parse(turtle, ox.RdfFormat.TURTLE))
    found = {(one.one[6:], one.other[6:]): one.evidence for one in duplicates_among(quads)}
    assert set(found) == {("w1", "w2"), ("a", "ana"), ("mara", "mara2"), ("v2", "v3")}
    assert "nearly equal, same first author" in found["w1", "w2"]
    assert "1 co-authors in common" in found["a", "ana"]
