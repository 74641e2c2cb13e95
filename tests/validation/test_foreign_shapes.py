"""Shapes of any file give what pySHACL gives, finding by finding, on both engines, whether they have names or not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from rdflib import RDF, BNode, Graph, Namespace
from rdflib.collection import Collection

from aligngraph.errors import CatalogueError
from aligngraph.validation.report import FORMATS, render
from aligngraph.validation.shapes import read_shapes
from aligngraph.validation.validate import Report, validate
from tests.conftest import Outcome, Run
from tests.support.shape_examples import lines_of

SH = Namespace("http://www.w3.org/ns/shacl#")
HEAD = """
@prefix ex: <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = """
ex:heron a ex:Bird ; ex:name "Heron"@en , "Reiher"@de , "Grey heron"@en ; ex:eats ex:fish , "frogs" ; ex:legs 2 .
ex:wren a ex:Bird , ex:Small ; ex:legs "two" , 1.50 ; ex:nests [ ex:in ex:hedge ] .
ex:Small rdfs:subClassOf ex:Bird .
ex:fish ex:swims true ; ex:eats ex:fish .
_:owl a ex:Bird ; ex:name "Owl"@en ; ex:eats _:mouse ; ex:legs 2 .
_:mouse ex:legs 4 .
"""
FOREIGN = {
    "properties without names": """
        ex:Shape sh:targetClass ex:Bird ;
          sh:property [ sh:path ex:name ; sh:minCount 1 ] , [ sh:path ex:name ; sh:maxCount 1 ] ,
            [ sh:path ex:name ; sh:uniqueLang true ] ,
            [ sh:path ex:legs ; sh:datatype xsd:integer ; sh:maxInclusive 1 ] .
        """,
    "messages of their own, in two languages": """
        ex:Shape sh:targetClass ex:Bird ; sh:message "About the bird."@en ;
          sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:message "Name it."@en , "Benenne ihn."@de ] ,
            [ sh:path ex:eats ; sh:nodeKind sh:IRI ; sh:message "Eats things." ; sh:severity sh:Warning ] .
        """,
    "paths of every kind": """
        ex:Shape sh:targetClass ex:Bird ;
          sh:property [ sh:path [ sh:inversePath ex:eats ] ; sh:minCount 1 ] ,
            [ sh:path ( ex:eats ex:legs ) ; sh:minCount 1 ] ,
            [ sh:path [ sh:alternativePath ( ex:name ex:nests ) ] ; sh:maxCount 0 ] ,
            [ sh:path [ sh:zeroOrMorePath ex:eats ] ; sh:nodeKind sh:IRI ] ,
            [ sh:path [ sh:oneOrMorePath ex:eats ] ; sh:minCount 1 ] ,
            [ sh:path [ sh:zeroOrOnePath ( ex:nests ex:in ) ] ; sh:class ex:Bird ] .
        """,
    "shapes within shapes": """
        ex:Shape sh:targetClass ex:Bird ;
          sh:property [ sh:path ex:eats ; sh:node [ sh:property [ sh:path ex:swims ; sh:minCount 1 ] ] ;
            sh:property [ sh:path ex:swims ; sh:minCount 1 ; sh:message "It swims." ] ] ;
          sh:not [ sh:class ex:Small ] ; sh:or ( [ sh:class ex:Small ] [ sh:property ex:Two ] ) ;
          sh:xone ( [ sh:class ex:Small ] [ sh:class ex:Bird ] ) ; sh:and ( ex:Two [ sh:nodeKind sh:IRI ] ) .
        ex:Two sh:path ex:legs ; sh:hasValue 2 .
        """,
    "counts of what has a shape": """
        ex:Shape sh:targetClass ex:Bird ; sh:property [ sh:path ex:eats ;
          sh:qualifiedValueShape [ sh:nodeKind sh:Literal ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ] .
        """,
    "closed shapes": """
        ex:Shape sh:targetClass ex:Small ; sh:closed true ;
          sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) ;
          sh:property [ sh:path ex:legs ] .
        """,
    "a query, its message inside": """
        ex:Shape sh:targetClass ex:Bird ; sh:message "Of the shape." ;
          sh:sparql [ sh:message "{$this} has {?value} legs."@en ;
          sh:select "SELECT $this ?value WHERE { $this <https://example.org/legs> ?value FILTER (?value != 2) }" ] .
        """,
    "a query that names a property": """
        ex:Shape sh:targetClass ex:Bird ; sh:sparql [ sh:message "Legs."@en , "Beine."@de ; sh:select '''
          SELECT $this ?path ?value WHERE { $this ?path ?value FILTER (?path = <https://example.org/legs>) }''' ] .
        """,
    "a component of its own": """
        ex:Component a sh:ConstraintComponent ; sh:parameter [ sh:path ex:most ] ;
          sh:validator [ a sh:SPARQLAskValidator ; sh:message "More than {$most}." ;
            sh:ask "ASK { FILTER ($value <= $most) }" ] .
        ex:Shape sh:targetObjectsOf ex:legs ; ex:most 1 .
        """,
    "severities of every kind": """
        ex:Shape sh:targetClass ex:Bird ; sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:severity sh:Info ] ,
          [ sh:path ex:legs ; sh:datatype xsd:integer ; sh:severity ex:Grave ] , [ sh:path ex:nests ; sh:maxCount 0 ] .
        """,
    "a class that is a shape": "ex:Bird a rdfs:Class , sh:NodeShape ; sh:nodeKind sh:IRI .",
    "an OWL class that is a shape": "ex:Bird a owl:Class ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .",
    "a class of classes that is a shape": """
        ex:Kind rdfs:subClassOf rdfs:Class .
        ex:Bird a ex:Kind , sh:NodeShape ; sh:property [ sh:path ex:nests ; sh:maxCount 0 ] .
        """,
    "a shape without a name": "[] sh:targetClass ex:Bird ; sh:property [ sh:path ex:name ; sh:maxCount 2 ] .",
    "targets that are values": """
        ex:One sh:targetNode 1 , "x"@en , ex:nowhere ; sh:datatype xsd:integer .
        ex:Two sh:targetObjectsOf ex:legs ; sh:maxInclusive 2 .
        ex:Three sh:targetSubjectsOf ex:legs ; sh:nodeKind sh:IRI .
        """,
    "two of one kind": """
        ex:Shape sh:targetClass ex:Bird ; sh:class ex:Small , ex:Large ; sh:property ex:One , ex:Two .
        ex:One sh:path ex:legs ; sh:pattern "^x" , "^y" . ex:Two sh:path ex:legs ; sh:datatype xsd:string .
        """,
    "part of it deactivated": """
        ex:Shape sh:targetClass ex:Bird ; sh:property [ sh:path ex:name ; sh:minCount 9 ; sh:deactivated true ] ,
          [ sh:path ex:name ; sh:maxCount 0 ] .
        ex:Off sh:targetClass ex:Bird ; sh:deactivated true ; sh:nodeKind sh:Literal .
        """,
}

Found = tuple[str, str, str, str, str, frozenset[str] | None]


def path_text(graph: Graph, node: Any) -> str:
    if not isinstance(node, BNode):
        return str(node)
    if (node, RDF.first, None) in graph:
        return f"({' '.join(path_text(graph, item) for item in Collection(graph, node))})"
    ((kind, inside),) = [(p, o) for p, o in graph.predicate_objects(node) if str(p).startswith(str(SH))]
    return f"[{kind} {path_text(graph, inside)}]"


def results(graph: Graph, given: set[str]) -> Counter[Found]:
    """Return the results of a report; messages, where the shapes file gives any for them."""

    def text(term: Any) -> str:
        return "_:" if isinstance(term, BNode) else term.n3() if term is not None else ""

    report = graph.value(None, RDF.type, SH.ValidationReport)
    found: Counter[Found] = Counter()
    for result in graph.objects(report, SH.result):
        # pySHACL loses the languages of messages that values are filled in, and gives the shape's beside the query's.
        messages = {str(message) for message in graph.objects(result, SH.resultMessage)} - {"Of the shape."}
        path = graph.value(result, SH.resultPath)
        found[
            text(graph.value(result, SH.focusNode)),
            "" if path is None else path_text(graph, path),
            text(graph.value(result, SH.value)),
            text(graph.value(result, SH.sourceConstraintComponent)),
            text(graph.value(result, SH.resultSeverity)),
            frozenset(messages) if messages <= given else None,
        ] += 1
    return found


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def messages_of(shapes: Path) -> set[str]:
    """Return the messages in a shapes file, with what the queries here fill in."""
    given = {str(term) for term in Graph().parse(shapes).objects(None, SH.message)}
    return given | {f"https://example.org/wren has {legs} legs." for legs in ("two", "1.50")} | {"More than 1."}


def ours(report: Report, given: set[str]) -> Counter[Found]:
    return results(Graph().parse(data="".join(render(report, "turtle")), format="turtle"), given)


def reference(data: Path, shapes: Path, given: set[str]) -> Counter[Found]:
    # Numbers as written: rdflib would turn 1.50 into 1.5.
    import rdflib

    was, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        _, graph, _ = pyshacl.validate(Graph().parse(data), shacl_graph=Graph().parse(shapes), inference="none")
    finally:
        rdflib.NORMALIZE_LITERALS = was
    assert isinstance(graph, Graph)
    return results(graph, given)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize("name", FOREIGN)
def test_shapes_of_others_give_what_pyshacl_gives(name: str, engine: str, tmp_path: Path) -> None:
    data, shapes = write(tmp_path, "data.ttl", DATA), write(tmp_path, "shapes.ttl", FOREIGN[name])
    given = messages_of(shapes)
    report = validate([data], shapes=shapes, engine=engine)
    wanted = reference(data, shapes, given)
    assert wanted
    assert ours(report, given) == wanted
    for format_ in FORMATS:
        assert lines_of(report, format_)


@pytest.mark.parametrize("name", FOREIGN)
def test_both_engines_give_the_same_findings(name: str, tmp_path: Path) -> None:
    data, shapes = write(tmp_path, "data.ttl", DATA), write(tmp_path, "shapes.ttl", FOREIGN[name])
    both = [validate([data], shapes=shapes, engine=engine) for engine in ("shacl", "pyshacl")]
    told = [
        [
            (f.rule.iri, f.rule.name, f.message, f.severity, f.component, f.path and f.path.text, f.line)
            for f in report.findings
        ]
        for report in both
    ]
    assert told[0] == told[1]
    assert all(message for _, _, message, *_ in told[0])


def test_each_finding_has_its_own_path_message_and_severity(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "data.ttl", "ex:a a ex:Bird ; ex:legs 1 , 2 ; ex:eats 3 .")
    shapes = write(
        tmp_path,
        "shapes.ttl",
        """ex:Shape sh:targetClass ex:Bird ; sh:property [ sh:path ex:name ; sh:minCount 1 ] ,
             [ sh:path ex:legs ; sh:maxCount 1 ; sh:message "Two legs at most." ] ,
             [ sh:path [ sh:inversePath ex:eats ] ; sh:minCount 1 ; sh:severity sh:Info ] ,
             [ sh:path ex:eats ; sh:nodeKind sh:IRI ; sh:severity sh:Warning ] .""",
    )
    for engine in ("shacl", "pyshacl"):
        done = run("validate", str(data), "--shapes", str(shapes), "--engine", engine, "--format", "json")
        assert done.code == 1
        found = [
            (one["path"], one["message"], one["severity"], one["value"]) for one in json.loads(done.out)["findings"]
        ]
        number = "http://www.w3.org/2001/XMLSchema#integer"
        assert sorted(found, key=str) == sorted(
            [
                ("<https://example.org/name>", "Breaks sh:minCount 1.", "violation", None),
                ("<https://example.org/legs>", "Two legs at most.", "violation", None),
                ("^<https://example.org/eats>", "Breaks sh:minCount 1.", "info", None),
                ("<https://example.org/eats>", "Breaks sh:nodeKind sh:IRI.", "warning", f'"3"^^<{number}>'),
            ],
            key=str,
        )


def test_messages_keep_their_languages_and_english_is_shown(tmp_path: Path) -> None:
    data = write(tmp_path, "data.ttl", DATA)
    for name in ("messages of their own, in two languages", "a query that names a property"):
        shapes = write(tmp_path, "shapes.ttl", FOREIGN[name])
        for engine in ("shacl", "pyshacl"):
            findings = validate([data], shapes=shapes, engine=engine).findings
            languages = {tuple(sorted(text.language or "" for text in finding.messages)) for finding in findings}
            assert ("de", "en") in languages
            assert {finding.message for finding in findings} <= {"Name it.", "Eats things.", "Legs."}


def test_finding_on_a_blank_node_has_its_line(tmp_path: Path) -> None:
    data = write(tmp_path, "data.ttl", "ex:a a ex:Bird .\n\n_:b a ex:Bird ; ex:eats _:c .\n_:c a ex:Fish .")
    shapes = write(tmp_path, "shapes.ttl", "ex:Shape sh:targetClass ex:Bird ; sh:nodeKind sh:IRI .")
    for engine in ("shacl", "pyshacl"):
        (finding,) = validate([data], shapes=shapes, engine=engine).findings
        assert (finding.file, finding.line) == (data, HEAD.count("\n") + 3)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ex:A sh:targetClass ex:Bird ; sh:node ex:B . ex:B sh:node ex:A .", ("/A>", "/B>")),
        ("ex:A sh:targetClass ex:Bird ; sh:property [ sh:path ex:eats ; sh:node ex:A ] .", ("/A>",)),
        ("ex:A sh:targetClass ex:Bird ; sh:or ( [ sh:not ex:B ] ex:C ) . ex:B sh:and ( ex:A ) .", ("/A>", "/B>")),
        (
            "ex:A sh:targetClass ex:Bird ; sh:property ex:P . ex:P sh:path ex:eats ; sh:qualifiedMinCount 1 ; "
            "sh:qualifiedValueShape ex:A .",
            ("/A>", "/P>"),
        ),
    ],
)
def test_shapes_that_refer_to_each_other_without_end_are_refused(
    text: str, named: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(CatalogueError, match="refer to each other without end") as caught:
        read_shapes(write(tmp_path, "shapes.ttl", text))
    assert all(name in str(caught.value) for name in named)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("$this ?x ?any . MINUS { $this ?x 'a' }", "MINUS"),
        ("VALUES ?any { true }", "VALUES"),
        ("SERVICE <http://x/> { ?a ?b ?c }", "SERVICE"),
        ("$this ?x ?any . { SELECT ?o ?b WHERE { ?o ?b ?c } }", "a nested SELECT without $this"),
        ("{ SELECT DISTINCT ?o { ?o ?b $this } }", "a nested SELECT without $this"),
    ],
)
def test_queries_that_shacl_does_not_allow_are_refused(pattern: str, said: str, tmp_path: Path) -> None:
    text = f'ex:A sh:targetClass ex:Bird ; sh:sparql [ sh:select "SELECT $this WHERE {{ {pattern} }}" ] .'
    with pytest.raises(CatalogueError, match="which SHACL does not allow in a constraint") as caught:
        read_shapes(write(tmp_path, "shapes.ttl", text))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "pattern",
    ["?values ex:minus $this . ex:service ex:values 'MINUS' . # VALUES", "{ SELECT $this { ?o ?b $this } }",
     "{ SELECT * { ?o ?b $this } }"],
)  # fmt: skip
def test_queries_that_shacl_allows_are_none_of_these(pattern: str, tmp_path: Path) -> None:
    text = f'ex:A sh:targetClass ex:Bird ; sh:sparql [ sh:select """SELECT $this WHERE {{ {pattern}\n}}""" ] .'
    assert read_shapes(write(tmp_path, "shapes.ttl", text)).is_active


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_prefixes_that_a_declaration_imports_are_known(engine: str, tmp_path: Path) -> None:
    text = (
        'ex:far sh:declare [ sh:prefix "far" ; sh:namespace "http://far.example/"^^xsd:anyURI ] .\n'
        "ex:near <http://www.w3.org/2002/07/owl#imports> ex:far .\n"
        "ex:A sh:targetClass ex:Bird ; sh:sparql "
        '[ sh:prefixes ex:near ; sh:select "SELECT $this { $this a far:Bad }" ] .'
    )
    data = write(tmp_path, "data.ttl", "ex:b a ex:Bird , <http://far.example/Bad> . ex:c a ex:Bird .")
    report = validate([data], shapes=write(tmp_path, "shapes.ttl", text), engine=engine)
    assert [finding.focus for finding in report.findings] == ["<https://example.org/b>"]


def test_shapes_without_names_are_counted(tmp_path: Path) -> None:
    one = "[ sh:path ex:{} ; sh:minCount 1 ]"
    text = f"ex:A sh:targetClass ex:Bird ; sh:property {one.format('p')} , {one.format('q')} ."
    data = write(tmp_path, "data.ttl", "ex:b a ex:Bird ; ex:p 1 .")
    report = validate([data], shapes=write(tmp_path, "shapes.ttl", text))
    assert (report.checked.rules, len(report.findings)) == (2, 1)


def test_shape_that_two_others_share_is_no_circle(tmp_path: Path) -> None:
    text = (
        "ex:A sh:targetClass ex:Bird ; sh:node ex:B , ex:C . ex:B sh:node ex:D . ex:C sh:node ex:D . ex:D sh:class 1 ."
    )
    assert read_shapes(write(tmp_path, "shapes.ttl", text)).is_active


def test_shapes_that_are_all_deactivated_check_nothing_and_say_so(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "data.ttl", DATA)
    shapes = write(tmp_path, "shapes.ttl", "ex:A sh:targetClass ex:Bird ; sh:class ex:X ; sh:deactivated true .")
    done = run("validate", str(data), "--shapes", str(shapes))
    assert done.code == 0
    assert "0 things" in done.out


def test_what_the_ontology_describes_is_no_finding(tmp_path: Path) -> None:
    shapes = write(
        tmp_path, "shapes.ttl", "ex:A sh:targetClass owl:Class ; sh:property [ sh:path ex:x ; sh:minCount 1 ] ."
    )
    with pytest.raises(CatalogueError, match="nothing that the shapes are about"):
        validate([write(tmp_path, "data.ttl", DATA)], shapes=shapes)
    own = write(tmp_path, "own.ttl", "ex:Mine a owl:Class .")
    assert [finding.focus for finding in validate([own], shapes=shapes).findings] == ["<https://example.org/Mine>"]


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_query_that_is_none_is_an_error_of_one_line(engine: str, run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "data.ttl", DATA)
    text = 'ex:A sh:targetClass ex:Bird ; sh:sparql [ sh:select "SELECT $this WHERE { $this no:prefix ?value }" ] .'
    done = run("validate", str(data), "--shapes", str(write(tmp_path, "shapes.ttl", text)), "--engine", engine)
    assert done.code == 2
    assert "shapes.ttl" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_what_is_relative_in_foreign_files_is_so_to_the_file(run: Run, tmp_path: Path, engine: str) -> None:
    """As SHACL's own test suite has it: data and shapes in one file that refers to itself as ``<>``."""
    path = tmp_path / "of others.ttl"
    path.write_text(
        HEAD + "<> a owl:Ontology . <#heron> a ex:Bird . <#Shape> sh:targetClass ex:Bird ; sh:property <#Name> .\n"
        "<#Name> sh:path ex:name ; sh:minCount 1 .\n"
    )
    outcome = run("validate", path, "--shapes", path, "--engine", engine, "--format", "turtle")
    assert outcome.code == 1, outcome.err
    report = Graph().parse(data=outcome.out, format="turtle")
    assert [str(node) for node in report.objects(None, SH.focusNode)] == [f"{path.as_uri()}#heron"]
    assert [str(node) for node in report.objects(None, SH.sourceShape)] == [f"{path.as_uri()}#Name"]


def test_what_is_relative_in_a_catalogue_is_an_error(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "works.ttl"
    path.write_text(HEAD + "<#heron> a ex:Bird .\n")
    outcome = run("validate", path)
    assert outcome.code == 2
    assert "<#heron> is a relative IRI" in outcome.err


PATHS_WITHOUT_END = {
    "itself, inverted": "sh:path _:p . _:p sh:inversePath _:p .",
    "itself, repeated": "sh:path [ sh:zeroOrMorePath _:p ] . _:p sh:zeroOrMorePath _:p .",
    "one another": "sh:path _:p . _:p sh:inversePath _:q . _:q sh:oneOrMorePath _:p .",
    "itself, as a step": "sh:path _:p . _:p rdf:first ex:name ; rdf:rest ( _:p ) .",
    "itself, as a choice": "sh:path _:p . _:p sh:alternativePath ( ex:name _:p ) .",
}


@pytest.mark.parametrize("path", PATHS_WITHOUT_END.values(), ids=PATHS_WITHOUT_END)
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_a_path_without_end_is_refused(run: Run, tmp_path: Path, path: str, engine: str) -> None:
    told = checked(
        run, tmp_path, f"ex:Shape sh:targetClass ex:Bird ; sh:property ex:P . ex:P sh:minCount 1 ; {path}", engine
    )
    assert (told.code, told.out) == (2, "")
    assert "shapes.ttl: <https://example.org/P>: a property path refers to itself" in told.err


@pytest.mark.parametrize("name", ["in", "and", "or", "xone", "languageIn", "ignoredProperties"])
@pytest.mark.parametrize("end", ["rdf:rest _:l", "rdf:rest [ rdf:first ex:b ]", "rdf:value 1"])
def test_a_list_that_does_not_end_is_refused(run: Run, tmp_path: Path, name: str, end: str) -> None:
    told = checked(
        run, tmp_path, f"ex:Shape sh:targetClass ex:Bird ; sh:{name} _:l . _:l rdf:first ex:a ; {end} .", "shacl"
    )
    assert (told.code, told.out) == (2, "")
    assert f"the list of sh:{name} of <https://example.org/Shape> does not end with rdf:nil" in told.err


def checked(run: Run, folder: Path, shapes: str, engine: str) -> Outcome:
    (folder / "data.ttl").write_text(HEAD + DATA)
    (folder / "shapes.ttl").write_text(
        f"{HEAD}@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n{shapes}", encoding="utf-8"
    )
    return run("validate", folder / "data.ttl", "--shapes", folder / "shapes.ttl", "--engine", engine)
