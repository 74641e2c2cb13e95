"""Validation says what is wrong, where, and never that nothing conforms; both engines agree."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from aligngraph.catalogue.sources import data_folder, find_sources, ontology_folder, read_quads
from aligngraph.errors import BadTurtleError, CatalogueError
from aligngraph.rdf.namespaces import AG, AGS, BASE, PREFIXES
from aligngraph.reasoning.closure import closure
from aligngraph.validation.engines import EngineError, choose_engine
from aligngraph.validation.report import FORMATS
from aligngraph.validation.shapes import SH, Shapes, read_shapes
from aligngraph.validation.validate import Report, validate
from tests.support.shape_examples import BASE as SMALL
from tests.support.shape_examples import (
    FIRST,
    HEAD,
    files_of,
    lines_of,
    result_set,
    triples_of,
    with_records,
    write_example,
)

SHIPPED = data_folder()


@cache
def shapes() -> Shapes:
    return read_shapes(ontology_folder() / "shapes.ttl")


@cache
def shipped() -> Report:
    return validate([SHIPPED])


def broken(report: Report) -> set[str]:
    return {finding.rule.iri.removeprefix(AGS) for finding in report.findings}


# The shipped data


def test_the_shipped_data_conforms() -> None:
    report = shipped()
    assert report.findings == ()
    assert report.conforms
    assert report.passes("warning")


def test_the_report_says_what_was_checked() -> None:
    checked = shipped().checked
    assert checked.files == len(list(SHIPPED.rglob("*.ttl")))
    assert checked.triples > 19_000
    assert checked.rules == len(shapes().rules)
    assert checked.focus_nodes > 4_000
    assert checked.engine == "shacl"


@pytest.mark.slow
def test_what_follows_by_reasoning_changes_nothing() -> None:
    quads = list(read_quads(find_sources()))
    inferred = closure(quads)
    assert inferred
    assert result_set("shacl", shapes(), [quad.triple for quad in quads] + inferred) == set()


# Both engines


def _around(start: Path) -> list[ox.Triple]:
    """Return the shipped statements that can be reached from what the file *start* describes."""
    of: dict[object, list[ox.Triple]] = {}
    for triple in triples_of([SHIPPED]):
        of.setdefault(triple.subject, []).append(triple)
    todo: list[object] = [quad.subject for quad in ox.parse(path=start, format=ox.RdfFormat.TURTLE)]
    found: dict[object, list[ox.Triple]] = {}
    while todo:
        node = todo.pop()
        if node not in found:
            found[node] = of.get(node, [])
            todo += [triple.object for triple in found[node]]
    terms = [triple for triple in triples_of([SMALL]) if str(triple.subject).startswith(f"<{AG}")]
    return list(dict.fromkeys([triple for triples in found.values() for triple in triples] + terms))


@cache
def part() -> tuple[ox.Triple, ...]:
    return tuple(_around(SHIPPED / "surveys/value-alignment/listings/basic-values.ttl"))


XSD = PREFIXES["xsd"]
ODD_TERMS: Sequence[ox.NamedNode | ox.Literal] = [
    ox.Literal(""),
    ox.Literal(" x "),
    ox.Literal("x", language="en"),
    ox.Literal("x", language="de"),
    ox.Literal("Schwartz et al."),
    ox.Literal(0),
    ox.Literal(-1),
    ox.Literal(1),
    ox.Literal(2),
    ox.Literal(9998),
    ox.Literal("02", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("two", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("1.0", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal(True),
    ox.Literal("10.1000/182"),
    ox.Literal("2001-13-01T00:00:00Z", datatype=ox.NamedNode(XSD + "dateTime")),
    ox.NamedNode("mailto:a@example.org"),
    ox.NamedNode(BASE + "work/nothing"),
    ox.NamedNode(AG + "Paper"),
    ox.NamedNode(AG + "Person"),
]


def _mutate(triples: Sequence[ox.Triple], choose: random.Random, count: int) -> list[ox.Triple]:
    changed = [triple for triple in triples if not str(triple.subject).startswith(f"<{AG}")]
    terms = [triple for triple in triples if str(triple.subject).startswith(f"<{AG}")]
    for _ in range(count):
        index = choose.randrange(len(changed))
        triple, other = changed[index], choose.choice(changed)
        kind = choose.randrange(5)
        if kind == 0:
            del changed[index]
        elif kind == 1:
            changed[index] = ox.Triple(triple.subject, triple.predicate, choose.choice(ODD_TERMS))
        elif kind == 2:
            changed[index] = ox.Triple(triple.subject, triple.predicate, other.object)
        elif kind == 3:
            changed[index] = ox.Triple(triple.subject, other.predicate, triple.object)
        else:
            changed.append(ox.Triple(other.subject, triple.predicate, triple.object))
    return list(dict.fromkeys(changed + terms))


def test_the_part_to_change_is_big_enough() -> None:
    assert len(part()) > 500


@pytest.mark.slow
# To shrink would take minutes: pySHACL needs a second for each try.
@settings(
    max_examples=1, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 40))
# With numbers that are none, in a comparison.
@example(seed=7846, count=29)
@example(seed=370222, count=29)
def test_both_engines_find_the_same_in_changed_data(seed: int, count: int) -> None:
    triples = _mutate(part(), random.Random(seed), count)
    assert result_set("shacl", shapes(), triples) == result_set("pyshacl", shapes(), triples)


@pytest.mark.slow
def test_both_engines_find_the_same_in_most_of_the_data_with_100_changes() -> None:
    """All but the bylines of two works of three: pySHACL takes most of its time for these."""
    every = triples_of([SHIPPED])
    bylines = [triple for triple in every if triple.predicate.value == AG + "hasAuthorship"]
    works = sorted({str(triple.subject) for triple in bylines})
    kept = {work for work in works[::3] if "srivastava2022-big-bench" not in work}
    left_out = {triple.object for triple in bylines if str(triple.subject) not in kept}
    triples = [triple for triple in every if triple.subject not in left_out and triple.object not in left_out]
    assert len(left_out) < len(bylines)
    assert len(triples) > 12_000
    triples = _mutate(triples, random.Random(20260101), 100)
    found = result_set("shacl", shapes(), triples)
    assert len(found) > 50
    assert found == result_set("pyshacl", shapes(), triples)


def test_without_the_quick_engine_the_other_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_engine() == "shacl"
    monkeypatch.setattr("aligngraph.validation.engines.find_spec", lambda name: None if name == "shacl" else name)
    assert choose_engine() == "pyshacl"
    assert validate([SMALL]).checked.engine == "pyshacl"
    with pytest.raises(EngineError, match="not installed"):
        choose_engine("shacl")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(EngineError, match="there are shacl and pyshacl"):
        choose_engine("jena")


# What a finding says


def test_a_finding_names_node_rule_value_file_and_line(tmp_path: Path) -> None:
    with_records(tmp_path, 'venue:blog\n    a ag:Website ;\n    rdfs:label "Blog"@en ;\n    ag:acronym "B"@en ;\n.\n')
    report = validate([tmp_path])
    assert broken(report) == {"VenueAcronym", "VenuePublication"}
    finding = next(finding for finding in report.findings if finding.severity == "violation")
    assert (finding.focus, finding.label) == (f"<{BASE}venue/blog>", "Blog")
    assert finding.value == '"B"@en'
    assert finding.file == tmp_path / "more.ttl"
    assert finding.line == FIRST + 3
    assert finding.message.startswith("A venue has at most one acronym, as text: ag:acronym")


def test_a_missing_statement_is_reported_at_its_subject(tmp_path: Path) -> None:
    report = validate([with_records(tmp_path, "\nvenue:blog\n    a ag:Website ;\n.\n")])
    finding = next(finding for finding in report.findings if finding.rule.iri == AGS + "VenueLabel")
    assert finding.line == FIRST + 1


def test_who_shares_a_value_is_named_with_place(tmp_path: Path) -> None:
    first, second = validate(write_example(files_of("PublicationDoiUnique", "fail"), tmp_path)).findings
    assert [place.node for place in first.related] == [second.focus]
    assert [place.node for place in second.related] == [first.focus]
    assert first.related[0].file == second.file
    assert first.related[0].line == second.line


def test_a_thing_in_two_files_is_reported_with_both(tmp_path: Path) -> None:
    report = validate([with_records(tmp_path, 'person:ana-rivera rdfs:label "Ana Rivera" .\n')])
    (finding,) = report.findings
    assert finding.rule.iri == AGS + "WrittenOnce"
    assert finding.file is not None
    assert finding.related[0].file is not None
    assert {finding.file.name, finding.related[0].file.name} == {"base.ttl", "more.ttl"}


def test_another_file_may_say_which_of_its_concepts_are_narrower(tmp_path: Path) -> None:
    care = "<https://w3id.org/aligngraph/goal/care>"
    skos = f"@prefix skos: <{PREFIXES['skos']}> .\n"
    narrower = f"{skos}{care} skos:narrower <https://w3id.org/aligngraph/goal/first-aid> .\n"
    for more, found in (("", False), (f'{care} skos:altLabel "caring"@en .\n', True)):
        report = validate([with_records(tmp_path, narrower + more)])
        assert (AGS + "WrittenOnce" in {finding.rule.iri for finding in report.findings}) == found


def test_a_misspelt_term_is_answered_with_the_nearest(tmp_path: Path) -> None:
    report = validate([with_records(tmp_path, 'venue:press ag:acronnym "P" .\n')])
    messages = [finding.message for finding in report.findings if finding.rule.iri == AGS + "WrittenTerm"]
    assert messages == ["The ontology has no such term. Did you mean ag:acronym?"]


def test_a_misspelt_term_of_another_vocabulary_is_answered_with_the_nearest(tmp_path: Path) -> None:
    report = validate(write_example(files_of("WrittenForeignTerm", "fail"), tmp_path))
    (finding,) = report.findings
    assert finding.severity == "warning"
    assert finding.message.endswith("Did you mean skos:altLabel?")


def test_a_misspelt_term_comes_before_what_it_causes(tmp_path: Path) -> None:
    path = tmp_path / "base.ttl"
    path.write_text(SMALL.read_text(encoding="utf-8").replace("a ag:Paper ;", "a ag:Papr ;"), encoding="utf-8")
    report = validate([path])
    assert len(report.findings) > 3
    assert report.findings[0].message.endswith("Did you mean ag:Paper?")


def test_a_year_to_come_is_found_where_it_stands(tmp_path: Path) -> None:
    (finding,) = validate(write_example(files_of("YearNotInFuture", "fail"), tmp_path)).findings
    assert finding.value == '"9998"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert finding.file is not None
    assert finding.line is not None
    assert "9998" in finding.file.read_text(encoding="utf-8").splitlines()[finding.line - 1]


def test_findings_come_in_the_same_order_each_time(tmp_path: Path) -> None:
    records = "".join(f"person:P{n} a ag:Person .\n" for n in range(30))
    with_records(tmp_path, records)
    assert validate([tmp_path]).findings == validate([tmp_path]).findings
    lines = [finding.line for finding in validate([tmp_path]).findings if finding.rule.iri == AGS + "PersonIri"]
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert len(lines) == 30


def test_one_file_is_checked_within_its_catalogue(tmp_path: Path) -> None:
    (tmp_path / "base.ttl").write_bytes(SMALL.read_bytes())
    one = tmp_path / "one.ttl"
    one.write_text(
        HEAD + "person:kim a ag:Person ; rdfs:label 'Kim' .\n"
        "work:kim2020 a ag:WebPage ; dcterms:title 'Kim'@en ; ag:firstPublicYear 2020 ; ag:confidence 'low' ;\n"
        "  ag:evidence 'it' ; ag:hasAuthorship authorship:kim2020-001 .\n"
        "placing:kim2020-1 a ag:CuratedPlacing ; ag:places work:kim2020 ; ag:placingRepresents goal:care ;\n"
        "  ag:confidence 'low' ; ag:evidence 'it' .\n"
        "authorship:kim2020-001 a ag:Authorship ; ag:ordinal 1 ; ag:nameAsPrinted 'Kim' ; ag:person person:kim .",
        encoding="utf-8",
    )
    assert broken(validate([one])) == {"PlacingGoal"}
    assert validate([one], within=[tmp_path]).findings == ()


def test_a_shipped_file_is_checked_within_the_catalogue_whose_labels_name_its_things() -> None:
    assert (data_folder() / "labels.ttl").exists()
    one = data_folder() / "works" / "rafailov2023-dpo.ttl"
    assert validate([one], within=[data_folder()]).findings == ()


def test_what_is_wrong_elsewhere_is_not_reported_within(tmp_path: Path) -> None:
    with_records(tmp_path, "venue:Blog a ag:Website .\n")
    one = tmp_path / "one.ttl"
    one.write_text(HEAD + "person:kim a ag:Person ; rdfs:label 'Kim' .\n", encoding="utf-8")
    report = validate([one], within=[tmp_path])
    assert broken(report) == {"PersonAuthorship"}
    assert report.checked.files == 1


def test_a_warning_fails_only_when_asked(tmp_path: Path) -> None:
    report = validate([with_records(tmp_path, "venue:blog a ag:Website ; rdfs:label 'Blog'@en .\n")])
    assert broken(report) == {"VenuePublication"}
    assert not report.conforms
    assert report.passes()
    assert report.passes("violation")
    assert not report.passes("warning")


# Bad input


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no Turtle file"):
        validate([tmp_path])


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no such file"):
        validate([tmp_path / "nowhere"])


def test_a_folder_named_like_a_file_is_read_as_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data.ttl"
    folder.mkdir()
    with pytest.raises(CatalogueError, match="no Turtle file"):
        validate([folder])


@pytest.mark.parametrize("content", ["", "# Only a comment.\n", HEAD])
def test_files_without_statements_do_not_conform(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.ttl").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError, match="no statement in 1 file, so nothing was checked"):
        validate([tmp_path])


def test_statements_about_other_things_do_not_conform(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<https://example.org/a> <https://example.org/p> 1 .", encoding="utf-8")
    with pytest.raises(CatalogueError, match="nothing that the shapes are about"):
        validate([tmp_path])


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (HEAD.encode() + b"person:a a ag:Person ;\n  rdfs:label ", FIRST + 1, ""),
        (b"person:a a person:b .", 1, "prefix"),
        (b"<https://example.org/a b> a <https://example.org/c> .", 1, ""),
        (HEAD.encode() + b'person:a rdfs:label "\xff" .', FIRST, "UTF-8"),
        (b"\x00\x01\x02", 1, ""),
    ],
    ids=["truncated", "undeclared prefix", "bad IRI", "not UTF-8", "binary"],
)
def test_bad_turtle_is_reported_with_file_and_line(tmp_path: Path, content: bytes, line: int, reason: str) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(content)
    with pytest.raises(BadTurtleError) as raised:
        validate([path])
    assert raised.value.line in (line, line - 1, line + 1)
    assert str(path) in str(raised.value)
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("<x:a> <x:p> 1\n<x:q> 2 .", "Is a ';' missing at the end of the line above, or a '.'?"),
        ("<x:a> <x:p> 1 ;\n.\n<x:b> <x:p> <x:c> ,\n    a <x:D> .", "Is a '.' missing at the end of what stands above?"),
        ('<x:a> <x:p> "b .\n<x:c> <x:p> "1" .\n', "Is the closing quotation mark missing, or a curly one?"),
        ("<x:a> <x:p>", "Unexpected end. Is the file cut off, a quotation mark not closed, or the last '.' missing?"),
        ("work:a <x:p> 1 .", "Add a line @prefix work: <https://w3id.org/aligngraph/work/> ."),
        ("wrok:a <x:p> 1 .", "Add a line @prefix wrok: <…> ."),
    ],
)
def test_bad_turtle_is_reported_with_its_likely_cause(tmp_path: Path, content: str, cause: str) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadTurtleError) as raised:
        validate([path])
    assert str(raised.value).endswith(cause)


def test_all_bad_files_are_named_at_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ttl").write_text("x", encoding="utf-8")
    with pytest.raises(CatalogueError) as raised:
        validate([tmp_path])
    assert "a.ttl" in str(raised.value)
    (other,) = raised.value.__notes__
    assert "b.ttl" in other


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.read_bytes())
    assert validate([path]).findings == ()


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    with_records(tmp_path, "")
    report = validate([tmp_path, tmp_path / "base.ttl"])
    assert report.findings == ()
    assert report.checked.files == 2


def test_shapes_that_target_nothing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(f"@prefix sh: <{SH}> . <https://example.org/s> a sh:NodeShape .", encoding="utf-8")
    with pytest.raises(CatalogueError, match="target"):
        validate([SMALL], shapes=path)


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_shapes_of_others_need_no_names_and_messages(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        f"@prefix sh: <{SH}> . @prefix ag: <{AG}> .\n"
        "<https://example.org/s> a sh:NodeShape ; sh:targetClass ag:Person ;\n"
        "  sh:property [ sh:path ag:orcid ; sh:minCount 1 ] .",
        encoding="utf-8",
    )
    report = validate([SMALL], shapes=path, engine=engine)
    assert {finding.focus for finding in report.findings} == {
        f"<{BASE}person/ana-rivera>",
        f"<{BASE}person/jo-lindqvist>",
    }
    for name in FORMATS:
        assert lines_of(report, name)


def test_a_broken_shapes_file_is_reported_as_one(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text("oops", encoding="utf-8")
    with pytest.raises(BadTurtleError, match=r"shapes\.ttl"):
        validate([SMALL], shapes=path)


@pytest.mark.parametrize("module", ["aligngraph.validation.validate", "aligngraph.cli.validate"])
def test_no_heavy_package_is_imported_before_it_is_needed(module: str) -> None:
    script = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"rdflib", "pyshacl", "shacl", "requests", "owlrl"}
