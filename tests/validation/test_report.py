"""A report in each of its forms, and the command that gives it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.rdf.namespaces import AG, AGS, BASE, PREFIXES
from aligngraph.validation.report import FORMATS, SHOWN, render
from aligngraph.validation.shapes import SH, term_text
from aligngraph.validation.validate import Report, validate
from tests.conftest import Run
from tests.support.marks import slow_after
from tests.support.shape_examples import BASE as SMALL
from tests.support.shape_examples import FIRST, files_of, lines_of, with_records

XSD = PREFIXES["xsd"]


@pytest.fixture
def bad(tmp_path: Path) -> Report:
    turtle = (
        'venue:Blog a ag:Website ; rdfs:label "Bl\\u001bog"@en ; ag:acronym "a<b>&\\"\\u0001" , "c"@en .\n'
        'person:kim a ag:Person ; rdfs:label "Kim" .\n'
    )
    return validate([with_records(tmp_path, turtle)])


def test_the_table_names_rule_place_value_and_what_to_fix(bad: Report) -> None:
    text = "\n".join(lines_of(bad, "table", 200))
    assert "Violation agsh:VenueIri: IRI of a venue" in text
    assert "Name a venue by its acronym" in text
    assert f"more.ttl:{FIRST}: " in text
    assert 'found: ag:acronym "c"@en' in text
    assert "\x1b" not in text
    assert text.endswith(" violations and 1 warning.") or "warning" in text.splitlines()[-1]


@pytest.mark.slow
def test_the_table_groups_what_breaks_one_rule_many_times(tmp_path: Path) -> None:
    records = "".join(f'person:kim-{n} a ag:Person ; rdfs:label "Kim {n}" .\n' for n in range(3_000))
    report = validate([with_records(tmp_path, records)])
    assert len(report.findings) == 3_000
    lines = lines_of(report, "table")
    assert len(lines) < 3 * SHOWN + 12
    assert any("… and 2,990 more of this rule" in line for line in lines)
    assert "3,000 violations" in " ".join(lines[-2:])
    assert len(json.loads("".join(render(report, "json")))["findings"]) == 3_000


def test_the_table_fits_the_terminal(bad: Report) -> None:
    for width in (40, 60, 100):
        lines = [line for line in lines_of(bad, "table", width) if str(Path(bad.shapes.path.anchor)) not in line]
        assert max(map(len, lines)) <= width


@pytest.mark.slow
def test_a_report_without_findings_still_says_what_was_checked() -> None:
    text = " ".join(lines_of(validate(), "table"))
    assert text.startswith("Checked ")
    assert text.endswith("all conform.")


@pytest.mark.slow
def test_json_holds_every_finding(bad: Report) -> None:
    data = json.loads("".join(render(bad, "json")))
    assert data["conforms"] is False
    assert data["checked"]["files"] == 2
    assert data["counts"]["violation"] + data["counts"]["warning"] == len(data["findings"]) == len(bad.findings)
    one = next(found for found in data["findings"] if found["rule"] == AGS + "PersonAuthorship")
    assert one["focus"] == BASE + "person/kim"
    assert one["label"] == "Kim"
    assert one["line"] == FIRST + 1
    assert json.loads("".join(render(validate(), "json")))["findings"] == []


def test_turtle_is_a_validation_report_of_shacl(bad: Report) -> None:
    quads = list(ox.parse("".join(render(bad, "turtle")), ox.RdfFormat.TURTLE))
    results = {q.object for q in quads if q.predicate.value == SH + "result"}
    assert len(results) == len(bad.findings)
    for predicate in ("focusNode", "resultMessage", "resultSeverity", "sourceConstraintComponent", "sourceShape"):
        assert {q.subject for q in quads if q.predicate.value == SH + predicate} == results
    assert ox.Literal(False) in [q.object for q in quads if q.predicate.value == SH + "conforms"]
    inverse = [q.object for q in quads if q.predicate.value == SH + "inversePath"]
    assert ox.NamedNode(AG + "person") in inverse


def test_turtle_equals_the_report_of_the_reference() -> None:
    """The same graph but for messages and for what pySHACL adds."""
    files = files_of("PersonAuthorship", "fail")
    report = validate([SMALL, *files])
    (finding,) = report.findings
    quads = list(ox.parse("".join(render(report, "turtle")), ox.RdfFormat.TURTLE))
    (result,) = [q.object for q in quads if q.predicate.value == SH + "result"]
    ours = {(q.predicate.value, str(q.object)) for q in quads if q.subject == result}
    assert (SH + "focusNode", finding.focus) in ours
    assert (SH + "sourceConstraintComponent", f"<{SH}MinCountConstraintComponent>") in ours


def test_junit_has_a_case_for_every_rule(bad: Report) -> None:
    root = ElementTree.fromstring("".join(render(bad, "junit")))
    cases = root.findall(".//testcase")
    assert len(cases) == len(bad.shapes.rules)
    failed = {case.get("name") for case in cases if case.find("failure") is not None}
    assert failed == {
        f"agsh:{finding.rule.iri.removeprefix(AGS)}" for finding in bad.findings if finding.severity == "violation"
    }
    assert root.get("failures") == str(len(failed))
    warned = {case.get("name") for case in cases if case.find("system-out") is not None}
    assert warned == {"agsh:VenuePublication"}


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (f"<{BASE}work/a>", "work:a"),
        ("<https://example.org/a>", "<https://example.org/a>"),
        (f'"1"^^<{XSD}integer>', "1"),
        ('"x^^y"', '"x^^y"'),
        ('"x"@en', '"x"@en'),
        (f'"1"^^<{XSD}gYear>', '"1"^^xsd:gYear'),
    ],
)
def test_terms_are_shown_short(term: str, text: str) -> None:
    assert term_text(term) == text


# The command


@pytest.mark.slow
def test_command_says_that_the_shipped_data_conforms(run: Run) -> None:
    outcome = run("validate")
    assert (outcome.code, outcome.err) == (0, "")
    assert "all conform" in " ".join(outcome.out.split())


def test_command_exits_with_1_where_something_is_wrong(run: Run, tmp_path: Path) -> None:
    with_records(tmp_path, 'person:kim a ag:Person ; rdfs:label "Kim" .\n')
    outcome = run("validate", tmp_path)
    assert outcome.code == 1
    assert "agsh:PersonAuthorship" in outcome.out
    assert "person:kim (Kim)" in outcome.out


def test_command_fails_on_a_warning_only_when_asked(run: Run, tmp_path: Path) -> None:
    with_records(tmp_path, "venue:blog a ag:Website ; rdfs:label 'Blog'@en .\n")
    assert run("validate", tmp_path).code == 0
    assert run("validate", tmp_path, "--fail-on", "warning").code == 1


STARTS = {"table": "Checked 1 file", "json": "{", "turtle": "@prefix", "junit": "<?xml"}


@pytest.mark.parametrize("name", FORMATS)
def test_command_gives_every_format_and_the_summary_beside_it(run: Run, name: str) -> None:
    outcome = run("validate", SMALL, "--format", name)
    assert outcome.code == 0
    assert outcome.out.startswith(STARTS[name])
    assert ("all conform" in outcome.err) == (name != "table")


def test_command_checks_the_checkout_one_stands_in(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "data").mkdir()
    with_records(tmp_path / "data", 'person:kim a ag:Person ; rdfs:label "Kim" .\n')
    outcome = run("validate", cwd=tmp_path)
    assert outcome.code == 1
    assert f"{Path('data') / 'more.ttl'}:{FIRST}" in outcome.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["--engine", "jena"], "jena"),
        (["--shapes", "nowhere.ttl"], "nowhere.ttl"),
        (["--within", "nowhere"], "nowhere"),
    ],
)
def test_command_says_what_it_could_not_do(run: Run, args: list[str], message: str) -> None:
    outcome = run("validate", *args)
    assert outcome.code == 2
    assert outcome.out == ""
    assert message in outcome.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "said"), slow_after(1, [("own", "aligngraph validate data"), (".", "Checking the shipped catalogue.")])
)
def test_without_a_location_it_is_said_what_is_checked(run: Run, tmp_path: Path, folder: str, said: str) -> None:
    (tmp_path / "own" / "data").mkdir(parents=True)
    outcome = run("validate", cwd=tmp_path / folder)
    assert outcome.code == 0
    assert said in outcome.err.splitlines()[0]
    assert run("validate", "--format", "json", cwd=tmp_path / folder).err.startswith("Checking the shipped catalogue.")
