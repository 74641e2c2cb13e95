"""Inconsistencies are found by the rules of the W3C's tables, and consistent data has none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.errors import ReasoningError
from aligngraph.rdf.datatypes import is_well_formed
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.reasoning.closure import infer
from aligngraph.reasoning.consistency import Inconsistency, find_inconsistencies
from aligngraph.reasoning.owlrl import run_owlrl
from aligngraph.reasoning.rules import statement
from tests.conftest import Run

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()) + "@prefix x: <http://x.example/> .\n"
DISJOINT = "[] a owl:AllDisjointClasses ; owl:members ( x:A x:B x:C ) . "


def quads(turtle: str) -> list[ox.Quad]:
    return list(ox.parse(HEAD + turtle, ox.RdfFormat.TURTLE))


def inconsistencies(turtle: str) -> list[Inconsistency]:
    return list(find_inconsistencies(infer(quads(turtle))))


CONTRADICTIONS: Sequence[tuple[str, str]] = [
    ("cls-nothing2", "x:i a owl:Nothing ."),
    ("cls-nothing2", "x:A rdfs:subClassOf owl:Nothing . x:i a x:A ."),
    ("cax-dw", "x:A owl:disjointWith x:B . x:i a x:A , x:B ."),
    ("cax-dw", "x:A owl:disjointWith x:B . x:p rdfs:domain x:A ; rdfs:range x:B . x:i x:p x:i ."),
    ("cax-adc", DISJOINT + "x:i a x:A , x:C ."),
    ("cax-adc", DISJOINT + "x:D rdfs:subClassOf x:B . x:i a x:A , x:D ."),
    ("prp-irp", "x:p a owl:IrreflexiveProperty . x:i x:p x:i ."),
    ("prp-asyp", "x:p a owl:AsymmetricProperty . x:i x:p x:j . x:j x:p x:i ."),
    ("prp-asyp", "x:p a owl:AsymmetricProperty ; owl:inverseOf x:q . x:i x:p x:j ; x:q x:j ."),
    ("prp-pdw", "x:p owl:propertyDisjointWith x:q . x:i x:p x:j ; x:q x:j ."),
    ("prp-adp", "[] a owl:AllDisjointProperties ; owl:members ( x:o x:p x:q ) . x:i x:o x:j ; x:q x:j ."),
    ("eq-diff1", "x:i owl:sameAs x:j ; owl:differentFrom x:j ."),
    ("eq-diff1", "x:p a owl:FunctionalProperty . x:i x:p x:j , x:k . x:j owl:differentFrom x:k ."),
    ("eq-diff2", "[] a owl:AllDifferent ; owl:members ( x:i x:j x:k ) . x:k owl:sameAs x:i ."),
    ("eq-diff3", "[] a owl:AllDifferent ; owl:distinctMembers ( x:i x:j ) . x:i owl:sameAs x:j ."),
]
BY_VALUES: Sequence[tuple[str, str]] = [
    ("prp-fp", 'x:p a owl:FunctionalProperty . x:i x:p "a" , "b" .'),
    ("prp-fp", "x:p a owl:FunctionalProperty . x:i x:p 1 , 2 ."),
    ("prp-fp", 'x:p a owl:FunctionalProperty . x:i x:p "a"@en , "a"@de .'),
    ("prp-fp", "x:p a owl:FunctionalProperty . x:q rdfs:subPropertyOf x:p . x:i x:p true ; x:q false ."),
    ("dt-not-type", 'x:p rdfs:range xsd:integer . x:i x:p "many" .'),
    ("dt-not-type", "x:p rdfs:range xsd:integer . x:i x:p 1.5 ."),
    ("dt-not-type", 'x:p rdfs:range xsd:integer . x:i x:p "many"^^xsd:integer .'),
    ("dt-not-type", "x:p rdfs:range xsd:string . x:i x:p 1 ."),
    ("dt-not-type", 'x:p rdfs:range xsd:boolean . x:i x:p "yes"^^xsd:boolean .'),
    ("dt-not-type", 'x:p rdfs:range xsd:dateTime . x:i x:p "2026-13-01T00:00:00Z"^^xsd:dateTime .'),
    ("dt-not-type", 'x:p rdfs:range xsd:dateTime . x:i x:p "2026-11-23"^^xsd:date .'),
    ("dt-not-type", "x:p rdfs:range xsd:byte . x:i x:p 128 ."),
    ("dt-not-type", 'x:p rdfs:range xsd:dateTimeStamp . x:i x:p "2026-11-23T00:00:00"^^xsd:dateTime .'),
    ("dt-not-type", 'x:p rdfs:range xsd:NCName . x:i x:p "a:b" .'),
    ("dt-not-type", 'x:p rdfs:subPropertyOf x:q . x:i x:p "300"^^xsd:byte .'),
]


@pytest.mark.parametrize(("rule", "turtle"), [*CONTRADICTIONS, *BY_VALUES])
def test_each_inconsistency_is_found_once_by_its_rule_and_says_what_to_fix(rule: str, turtle: str) -> None:
    found = inconsistencies(turtle)
    assert [inconsistency.rule for inconsistency in found] == [rule]
    assert "<http://x.example/" in found[0].message
    assert found[0].message.endswith(".")
    assert found[0].correction.endswith(".")
    assert found[0].facts


# owlrl 7.6.2 never looks at the last item of a list of disjoint properties or of different things.
SEEN_BY_OWLRL = [
    turtle.replace("x:o x:p x:q )", "x:o x:q x:p )")
    .replace("( x:i x:j x:k )", "( x:i x:k x:j )")
    .replace("( x:i x:j )", "( x:i x:j x:k )")
    for _, turtle in CONTRADICTIONS
]


@pytest.mark.parametrize("turtle", SEEN_BY_OWLRL)
def test_owlrl_sees_the_same_contradictions(turtle: str) -> None:
    assert run_owlrl(quads(turtle))[1]


@pytest.mark.parametrize(
    "turtle",
    [
        DISJOINT + "x:i a x:A . x:j a x:B .",
        "x:p a owl:FunctionalProperty . x:i x:p x:j , x:k .",
        'x:p a owl:FunctionalProperty . x:i x:p 1 , 1.0 , "01"^^xsd:integer .',
        "x:p a owl:FunctionalProperty . x:i x:p true , '1'^^xsd:boolean .",
        "x:p a owl:AsymmetricProperty , owl:IrreflexiveProperty . x:i x:p x:j .",
        "x:p rdfs:range xsd:integer . x:i x:p 1 , '2'^^xsd:nonNegativeInteger , 3.0 .",
        'x:p rdfs:range xsd:string . x:i x:p "a" , "b"^^xsd:token .',
        "x:p rdfs:range xsd:decimal . x:i x:p 1 .",
        "x:p rdfs:range x:Own . x:i x:p 1 .",
        "x:i owl:differentFrom x:j . x:i owl:sameAs x:k .",
        "x:p owl:propertyDisjointWith x:q . x:i x:p x:j ; x:q x:k .",
    ],
)
def test_what_is_no_contradiction_is_not_reported(turtle: str) -> None:
    assert inconsistencies(turtle) == []


# Datatype, texts that are ill-typed, texts that are not.
LITERALS = {
    "integer": (["", "1.0", "one", "1e3", "--1"], ["0", "-0", "+1", "007", "12345678901234567890"]),
    "nonNegativeInteger": (["-1", "-007"], ["0", "-0", "9"]),
    "positiveInteger": (["0", "-1"], ["1"]),
    "nonPositiveInteger": (["1"], ["0", "-1"]),
    "negativeInteger": (["0", "1"], ["-1"]),
    "long": (["9223372036854775808"], ["9223372036854775807", "-9223372036854775808"]),
    "int": (["2147483648", "-2147483649"], ["2147483647", "-2147483648"]),
    "short": (["32768", "-32769"], ["32767", "-32768"]),
    "byte": (["300", "128", "-129"], ["127", "-128"]),
    "unsignedLong": (["18446744073709551616", "-1"], ["18446744073709551615"]),
    "unsignedInt": (["4294967296"], ["4294967295"]),
    "unsignedShort": (["65536"], ["65535"]),
    "unsignedByte": (["256", "-1"], ["255", "0"]),
    "decimal": (["1e3", ".", "", "1,5"], ["1", "1.", ".5", "-0.50", "+1.5"]),
    "double": (["abc", "1e", "e3", "inf", ""], ["1", "1e3", "-1.5E-3", "INF", "-INF", "NaN", ".5"]),
    "float": (["abc", "1.5f", "Infinity"], ["1.5", "INF"]),
    "boolean": (["yes", "True", "TRUE", ""], ["true", "false", "0", "1"]),
    "dateTime": (
        [
            "2018-02-30T12:00:00",
            "2019-02-29T00:00:00",
            "1900-02-29T00:00:00Z",
            "2018-13-01T12:00:00",
            "2018-04-31T12:00:00",
            "2018-02-03",
            "2018-02-03T25:00:00",
            "2018-02-03T24:00:01",
            "2018-02-03T12:60:00",
            "2018-02-03T12:00:00+15:00",
            "18-02-03T12:00:00",
        ],
        [
            "2020-02-29T12:00:00",
            "2000-02-29T00:00:00Z",
            "2018-02-03T24:00:00",
            "-0044-03-15T12:00:00",
            "2018-02-03T12:00:00.5-14:00",
        ],
    ),
    "dateTimeStamp": (["2018-02-03T12:00:00", "2018-02-30T12:00:00Z"], ["2018-02-03T12:00:00Z"]),
    "hexBinary": (["0", "0g"], ["", "0aFF"]),
    "base64Binary": (["a", "abc", "ab==="], ["", "YWI=", "YQ==", "YWJj"]),
    "normalizedString": (["a\\tb", "a\\nb"], ["a  b", " a"]),
    "token": ([" a", "a  b", "a "], ["a b", ""]),
    "language": (["", "en_GB", "123456789"], ["en", "en-GB", "x-klingon"]),
    "Name": (["", "1a", "a b"], ["a:b", "_1"]),
    "NCName": (["a:b", "-a"], ["a-b", "é"]),
    "NMTOKEN": (["", "a b"], ["1a:b", "-"]),
}  # fmt: skip
# owlrl is stricter than XML Schema here.
OWLRL_REFUSES = {
    "double": {"INF", "-INF", "NaN"},
    "float": {"INF"},
    "dateTime": {"2018-02-03T24:00:00", "-0044-03-15T12:00:00"},
    "hexBinary": {""},
    "base64Binary": {""},
}


@pytest.mark.parametrize("datatype", LITERALS)
def test_every_ill_typed_literal_of_a_datatype_is_found_and_no_other(datatype: str) -> None:
    ill_typed, right = LITERALS[datatype]
    for text in ill_typed:
        (inconsistency,) = inconsistencies(f'x:i x:p "{text}"^^xsd:{datatype} .')
        assert (inconsistency.rule, len(inconsistency.facts)) == ("dt-not-type", 1)
        assert f"which is no xsd:{datatype}." in inconsistency.message
    for text in right:
        assert inconsistencies(f'x:i x:p "{text}"^^xsd:{datatype} .') == []


@pytest.mark.parametrize("datatype", LITERALS)
def test_what_owlrl_finds_ill_typed_is_ill_typed_here(datatype: str) -> None:
    from owlrl.DatatypeHandling import AltXSDToPYTHON
    from rdflib import URIRef

    read = AltXSDToPYTHON[URIRef(PREFIXES["xsd"] + datatype)]
    found = []
    ill_typed, right = LITERALS[datatype]
    for text in [text.replace("\\t", "\t").replace("\\n", "\n") for text in (*ill_typed, *right)]:
        try:
            read(text)
        except Exception:
            found.append(text)
    for text in found:
        literal = ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + datatype))
        assert not is_well_formed(literal) or text in OWLRL_REFUSES.get(datatype, set()), text


@pytest.mark.parametrize(
    ("text", "right"), [("<b>a</b> c", True), ("", True), ("<b>", False), ("a & b", False), ("&e;", False)]
)
def test_xml_literal_is_well_balanced(text: str, right: bool) -> None:
    found = inconsistencies(f'x:i x:p "{text}"^^rdf:XMLLiteral .')
    assert [inconsistency.rule for inconsistency in found] == ([] if right else ["dt-not-type"])


def test_the_shipped_catalogue_has_none() -> None:
    inference = infer(read_quads(find_sources()))
    assert len(inference) > 5000
    assert list(find_inconsistencies(inference)) == []


def test_a_thing_goes_by_its_label_in_the_message() -> None:
    (inconsistency,) = inconsistencies(
        'x:A owl:disjointWith x:B . work:a a x:A , x:B ; dcterms:title "Two\\n \\u0007things"@en .'
    )
    assert "'Two \\x07things' (work:a)" in inconsistency.message


def test_the_statements_of_an_inconsistency_are_those_that_cause_it() -> None:
    inference = infer(quads(DISJOINT + "x:D rdfs:subClassOf x:B . x:i a x:A , x:D ."))
    (inconsistency,) = find_inconsistencies(inference)
    term = inference.facts.terms.term
    said = {tuple(str(term[n]) for n in statement(inference.facts, *fact)) for fact in inconsistency.facts}
    assert {one[2] for one in said} == {"<http://x.example/A>", "<http://x.example/B>"}
    assert {one[0] for one in said} == {"<http://x.example/i>"}


def test_a_broken_list_of_disjoint_classes_is_an_error() -> None:
    with pytest.raises(ReasoningError, match="list of disjoint classes"):
        inconsistencies("x:all a owl:AllDisjointClasses ; owl:members x:list . x:list rdf:first x:A . x:i a x:A .")


def write(folder: Path, turtle: str, name: str = "mine.ttl") -> Path:
    path = folder / name
    path.write_text(HEAD + turtle, encoding="utf-8")
    return path


def test_infer_reports_a_contradiction_with_the_files_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    data = write(
        tmp_path,
        """listing:a ag:lists person:ana . person:ana a ag:Person ; rdfs:label "Ana Rivera" .""",
    )
    done = run("infer", "--data", data, "-o", tmp_path / "out.ttl", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert not (tmp_path / "out.ttl").exists()
    assert "'Ana Rivera' (person:ana) would be both ag:Contribution and ag:Person" in done.err
    assert "listing:a ag:lists person:ana" in done.err
    assert "asserted in mine.ttl" in done.err
    assert "prp-rng" in done.err
    assert "cax-adc" in done.err
    assert "1 inconsistency found. Nothing was written." in done.err


def test_check_puts_the_report_on_the_standard_output(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "section:a ag:parentSection section:a .")
    done = run("infer", "--check", "--data", data)
    assert done.code == 1
    assert "section:a has itself as ag:parentSection" in done.out
    assert "[prp-irp, irreflexive property]" in done.out
    assert "2 inconsistencies found." in done.err  # and prp-asyp


def test_many_contradictions_are_cut_and_counted(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "".join(f"listing:a{n} ag:position 1 , 2 . " for n in range(80)))
    done = run("infer", "--check", "--data", data)
    assert done.code == 1
    assert done.out.count("[prp-fp") == 50
    assert "and 30 more." in done.out
    assert "80 inconsistencies found." in done.err


@pytest.mark.slow
def test_a_contradiction_that_owlrl_finds_is_reported(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "x:A owl:complementOf x:B . x:i a x:A , x:B .")
    done = run("infer", "--data", data)
    assert (done.code, done.out) == (1, "")
    assert "owl:complementOf" in done.err
    assert "owlrl infers" in done.err
    assert "Violation of complementarity" in done.err


def test_check_of_a_consistent_catalogue_says_what_it_looked_at(run: Run) -> None:
    done = run("infer", "--check")
    assert done.code == 0
    assert done.out.startswith("No inconsistency in ")
    assert " statements in " in done.out
