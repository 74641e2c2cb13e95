"""Every export carries the same statements, the same bytes each time, and can be read by others."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from aligngraph.catalogue.sources import data_folder, find_sources, read_quads
from aligngraph.errors import AligngraphError, BadTurtleError, ExportError
from aligngraph.export import ENDINGS, SEVERAL_FILES, export
from aligngraph.export.graph import load_quads
from aligngraph.export.jsonld import compact, read_context
from aligngraph.rdf.namespaces import AG, INFERRED_GRAPH
from aligngraph.reasoning.closure import closure
from aligngraph.turtle.formatter import format_turtle
from aligngraph.turtle.grouping import as_lines
from tests.conftest import ROOT, Run
from tests.support.exports import Catalogue, written
from tests.support.marks import slow_after

RDF_FORMATS = {
    "turtle": ("turtle", ox.RdfFormat.TURTLE),
    "ntriples": ("nt", ox.RdfFormat.N_TRIPLES),
    "nquads": ("nquads", ox.RdfFormat.N_QUADS),
    "trig": ("trig", ox.RdfFormat.TRIG),
    "jsonld": ("json-ld", ox.RdfFormat.JSON_LD),
    "rdfxml": ("xml", ox.RdfFormat.RDF_XML),
}
PREFIXES = """
@prefix ag: <https://w3id.org/aligngraph/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/> .
@prefix person: <https://w3id.org/aligngraph/person/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix work: <https://w3id.org/aligngraph/work/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ODD = (
    PREFIXES
    + r"""
ex:s ex:p "01"^^xsd:integer , 1 , "1.50"^^xsd:decimal , "TRUE"^^xsd:boolean , true , "x"@en-gb , "x" , "x"@en ,
    "a\r\nb\t<&>\"'\\ é 😀" , "" , "12345678901234567890"^^xsd:integer , "x"^^ex:own , <urn:x:y?a=b&c=d> ,
    ( 1 [ ex:q ex:s ] ) , _:shared , "2031-01-01T00:00:00Z"^^xsd:dateTime ;
  ex:q _:shared ; <https://example.org/a/b.c> 1 ; <urn:y:z> ex:o ; a ex:C , _:class .
_:shared ex:p _:shared . _:class ex:p 2 .
"""
)


def canonical(text: str, rdf_format: ox.RdfFormat, *, merged: bool = True) -> ox.Dataset:
    quads = ox.parse(text, rdf_format)
    dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) if merged else q for q in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.slow
@pytest.mark.parametrize("name", slow_after(3, RDF_FORMATS))
def test_rdf_format_says_what_the_files_say(name: str) -> None:
    source = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in read_quads(find_sources()))
    source.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert len(source) > 10_000
    assert canonical(written(name), RDF_FORMATS[name][1]) == source


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nquads", "trig"])
def test_formats_with_graphs_keep_them(name: str) -> None:
    source = ox.Dataset(read_quads(find_sources()))
    source.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert canonical(written(name), RDF_FORMATS[name][1], merged=False) == source


@pytest.mark.slow
def test_another_reader_finds_isomorphic_graphs_in_all_rdf_formats(catalogue: Catalogue) -> None:
    data = catalogue(ODD)
    graphs = []
    for name, (plugin, _) in RDF_FORMATS.items():
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data="".join(export(name, data)), format=plugin)
        merged = rdflib.Graph()
        for subject, predicate, object_ in dataset.triples((None, None, None)):
            merged.add((subject, predicate, object_))
        graphs.append(merged)
    assert len(graphs) == len(RDF_FORMATS)
    assert all(isomorphic(graphs[0], graph) for graph in graphs[1:])


@pytest.mark.slow
@pytest.mark.parametrize("name", RDF_FORMATS)
def test_rdflib_reads_the_shipped_catalogue_in_full(name: str) -> None:
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=written(name), format=RDF_FORMATS[name][0])
    statements = {quad.triple for quad in load_quads()}
    assert len(set(dataset.triples((None, None, None)))) == len(statements)


@pytest.mark.parametrize("name", RDF_FORMATS)
def test_literals_keep_their_written_form(name: str, catalogue: Catalogue) -> None:
    data = catalogue(ODD)
    found = canonical("".join(export(name, data)), RDF_FORMATS[name][1])
    source = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in read_quads(find_sources(data)))
    source.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert found == source


@pytest.mark.slow
@pytest.mark.parametrize("name", RDF_FORMATS)
def test_inferred_statements_are_added_on_request(name: str) -> None:
    derived = {f"{triple}" for triple in closure(load_quads())}
    quads = list(ox.parse("".join(export(name, inferred=True)), RDF_FORMATS[name][1]))
    assert derived <= {f"{quad.triple}" for quad in quads}
    if name in ("nquads", "trig"):
        graph = ox.NamedNode(INFERRED_GRAPH)
        assert {f"{quad.triple}" for quad in quads if quad.graph_name == graph} == derived
        assert f" <{INFERRED_GRAPH}> .\n" not in written("nquads")


DIGESTS = """
import hashlib
from aligngraph.export import export
for name in ("trig", "jsonld"):
    print(name, hashlib.sha256("".join(export(name, inferred=True)).encode()).hexdigest())
"""


@pytest.mark.slow
def test_two_runs_under_different_hash_seeds_give_the_same_bytes_of_what_follows() -> None:
    """Of what is stated a package of every format shows it (see test_package)."""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", DIGESTS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4242")
    )
    assert first == second
    assert f"trig {hashlib.sha256(''.join(export('trig', inferred=True)).encode()).hexdigest()}" in first


@pytest.mark.slow
@pytest.mark.parametrize("name", RDF_FORMATS)
def test_order_of_statements_does_not_show(name: str, tmp_path: Path) -> None:
    lines = [f"{quad} .\n" for quad in load_quads() if not any(isinstance(t, ox.BlankNode) for t in quad.triple)][:2000]
    path = tmp_path / "a.nq"
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    ordered = "".join(export(name, (path,)))
    Random(1).shuffle(lines)
    path.write_text("".join(lines[:1000] + lines), encoding="utf-8", newline="\n")
    assert "".join(export(name, (path,))) == ordered


@pytest.mark.parametrize("name", RDF_FORMATS)
@pytest.mark.parametrize("ending", ["ttl", "ttl.gz", "nt", "nq"])
def test_every_kind_of_file_is_read(name: str, ending: str, tmp_path: Path) -> None:
    text = '<urn:x:s> <urn:x:p> "é" , _:b . _:b <urn:x:p> 1 .\n'
    if ending.startswith("n"):
        text = "".join(f"{quad.triple} .\n" for quad in ox.parse(text, ox.RdfFormat.TURTLE))
    content = b"\xef\xbb\xbf" + text.encode()
    path = tmp_path / f"a.{ending}"
    path.write_bytes(gzip.compress(content) if ending.endswith("gz") else content)
    source = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in read_quads(find_sources((path,))))
    source.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert canonical("".join(export(name, (path,))), RDF_FORMATS[name][1]) == source


@pytest.mark.parametrize("name", RDF_FORMATS)
@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ('ex:s ex:p "x"@en--ltr .', "odd.ttl: text with a base direction"),
        ("ex:s ex:p <<( ex:s ex:p ex:o )>> .", "odd.ttl: quotes a triple"),
        ('ex:s ex:p "--" , "<<(" , "_:a" , <https://example.org/--_:a> .', ""),
    ],
)
def test_what_only_rdf_12_can_say_is_refused_with_the_file(
    name: str, turtle: str, message: str, catalogue: Catalogue
) -> None:
    data = catalogue(PREFIXES + turtle)
    if not message:
        assert "".join(export(name, data))
        return
    with pytest.raises(AligngraphError, match=message):
        next(export(name, data))


@pytest.mark.parametrize("name", RDF_FORMATS)
def test_file_that_is_not_utf8_is_named_with_its_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_bytes(b'<urn:x:s> <urn:x:p> "x" .\n<urn:x:s> <urn:x:p> "caf\xe9" .\n')
    with pytest.raises(BadTurtleError, match=r"a\.nt, line 2: not UTF-8"):
        next(export(name, (path,)))


@pytest.mark.slow
def test_turtle_is_what_fmt_would_make_of_it() -> None:
    assert format_turtle(written("turtle"), "export") == written("turtle")


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ttl").write_text(f'_:x <https://example.org/{name}> "{name}" .')
    subjects = {quad.subject for quad in load_quads((tmp_path,)) if str(quad.predicate).startswith("<https://example")}
    assert len(subjects) == 2


def test_blank_node_in_two_graphs_is_one_in_trig(tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text(
        "<urn:x:s> <urn:x:p> _:n <urn:x:g1> .\n_:n <urn:x:q> <urn:x:o> <urn:x:g2> .\n"
        "_:n <urn:x:r> _:m <urn:x:g2> .\n_:m <urn:x:r> <urn:x:o> <urn:x:g2> .\n"
    )
    data = (tmp_path / "a.nq",)
    assert canonical("".join(export("trig", data)), ox.RdfFormat.TRIG, merged=False) == canonical(
        "".join(export("nquads", data)), ox.RdfFormat.N_QUADS, merged=False
    )


# JSON-LD


def test_jsonld_has_the_project_context_inside_and_uses_its_names() -> None:
    document = json.loads(written("jsonld"))
    context = json.loads((ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    assert document["@context"] == context
    works = [node for node in document["@graph"] if node.get("id") == "work:rafailov2023-dpo"]
    assert len(works) == 1
    assert works[0]["type"] == "Paper"


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"@vocab": AG},
        {"@vocab": "https://example.org/", "@language": "en"},
        {"ex": "https://example.org/", "id": "@id", "type": "@type"},
        {"p": {"@id": "https://example.org/p", "@type": "@id"}},
        {"p": {"@id": "https://example.org/p", "@container": "@language"}},
        {"p": {"@id": "https://example.org/p", "@container": "@set"}},
        {"p": {"@id": "https://example.org/p", "@container": "@list"}},
        {"p": {"@id": "https://example.org/p", "@language": "en"}},
        {"@language": "en", "p": {"@id": "https://example.org/p", "@language": None}},
        {"xsd": "http://www.w3.org/2001/XMLSchema#", "p": {"@id": "https://example.org/p", "@type": "xsd:integer"}},
        {"xsd": "http://www.w3.org/2001/XMLSchema#", "p": {"@id": "https://example.org/p", "@type": "xsd:boolean"}},
        {"p": {"@reverse": "https://example.org/p"}},
    ],
    ids=lambda context: json.dumps(context)[:60],
)
def test_jsonld_says_the_same_in_any_context(context: dict[str, Any], catalogue: Catalogue) -> None:
    triples = [quad.triple for quad in load_quads(catalogue(ODD))]
    text = "".join(compact(as_lines(triples), context))
    assert json.loads(text)["@context"] == context
    assert {quad.triple for quad in ox.parse(text, ox.RdfFormat.JSON_LD)} == set(triples)


@pytest.mark.parametrize(
    "turtle",
    [
        "ex:z ex:p <urn:x:y> .",
        "ex:z <urn:x:y> 1 .",
        "<urn:x:y> ex:p 1 .",
        'ex:z ex:p "x"^^<urn:x:y> .',
        "ex:z a <urn:x:y> .",
        "ex:z ex:p 1 , <urn:x:y> .",
    ],
)
def test_context_that_changes_what_is_said_is_refused_wherever_that_shows(turtle: str) -> None:
    context = {"urn": "https://example.org/"}
    many = "".join(f'ex:a{number} a ex:C ; ex:p {number} , "{number}" , ex:a .\n' for number in range(50))
    for said in (many, many + turtle):
        triples = [quad.triple for quad in ox.parse(PREFIXES + said, ox.RdfFormat.TURTLE)]
        document = compact(as_lines(triples), context)
        if said == many:
            assert {quad.triple for quad in ox.parse("".join(document), ox.RdfFormat.JSON_LD)} == set(triples)
        else:
            with pytest.raises(ExportError, match="can't represent every statement"):
                next(document)


def test_context_that_can_not_be_read_is_said_so() -> None:
    triples = [ox.Triple(ox.NamedNode("urn:x:s"), ox.NamedNode("urn:x:p"), ox.Literal("x"))]
    with pytest.raises(ExportError, match="context can't be read"):
        next(compact(as_lines(triples), {"p": {"@id": "urn:x:p", "@type": "@none of these"}}))


def test_context_that_is_none_is_refused() -> None:
    for content in (b"{", b"[]", b"{}", b'{"@context": "https://example.org/context"}'):
        with pytest.raises(Exception, match=r"c\.jsonld: not a JSON-LD context"):
            read_context(content, "c.jsonld")


# RDF/XML


def test_rdfxml_refuses_what_xml_cannot_hold(catalogue: Catalogue) -> None:
    with pytest.raises(ExportError, match=r"U\+0001"):
        "".join(export("rdfxml", catalogue(PREFIXES + r'ex:s ex:p "\u0001" .')))
    with pytest.raises(ExportError, match="an IRI that RDF/XML can't write"):
        "".join(export("rdfxml", catalogue(PREFIXES + "ex:s <https://example.org/1> 1 .")))
    li = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#li>"
    with pytest.raises(ExportError, match="an IRI that RDF/XML can't write"):
        "".join(export("rdfxml", catalogue(PREFIXES + f"ex:s {li} 1 .")))


# The command


@pytest.mark.slow
def test_each_format_is_recognised_by_the_ending(run: Run, tmp_path: Path) -> None:
    data = data_folder() / "taxonomy"
    for ending, name in ENDINGS.items():
        path = tmp_path / f"out{ending}"
        extra = ["--class", "Goal"] if ending == ".csv" else []
        told = run("export", "-o", path, "--data", data, *extra)
        assert told.code == 0, told
        if name not in SEVERAL_FILES:
            assert path.read_text(encoding="utf-8") == "".join(export(name, [data], inferred=True))


@pytest.mark.slow
def test_export_to_stdout_is_what_the_library_gives(run: Run) -> None:
    outcome = run("export", "--format", "bibtex", env={"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"})
    assert (outcome.code, outcome.out) == (0, written("bibtex"))


@pytest.mark.slow
def test_csv_goes_to_a_folder_or_an_archive(run: Run, tmp_path: Path) -> None:
    assert run("export", "-f", "csv", "-o", tmp_path / "tables").code == 0
    assert run("export", "-f", "csv", "-o", tmp_path / "tables.zip").code == 0
    with zipfile.ZipFile(tmp_path / "tables.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}
    assert len(inside) > 20


def test_existing_file_is_kept_without_force(run: Run, tmp_path: Path, catalogue: Catalogue) -> None:
    data = catalogue(f"{PREFIXES} <x:w> a ag:Paper ; dcterms:title 'Quiet'@en ; ag:firstPublicYear 2031 .")
    path = tmp_path / "works.bib"
    path.write_text("mine")
    outcome = run("export", "-o", path, "--data", *data)
    assert (outcome.code, path.read_text()) == (2, "mine")
    assert "Pass --force to replace it." in outcome.err
    assert run("export", "-o", path, "--force", "--data", *data).code == 0
    assert "Quiet" in path.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "".join(export("bibtex", data))


@pytest.mark.parametrize(
    ("arguments", "message"),
    slow_after(
        4,
        [
            (("-f", "turtle", "-o", "/dev/full"), "no space left on device"),
            (("-f", "turtle", "-o", "/"), "is a folder"),
            (("-f", "turtle", "-o", "/none/x.ttl"), "there is no folder"),
            (("-f", "csv"), "a table for each class"),
            (("-o", "works.csv"), "or one class with --class"),
            (("-f", "csv", "--class", "Wrok"), "did you mean 'Work'"),
            (("-f", "bibtex", "--class", "Work"), "--class goes with --format csv"),
            (("-f", "word"), "'word' is not one of"),
            ((), "which format?"),
            (("-o", "x.docx"), "which format?"),
            (("-f", "turtle", "--data", "/none"), "no such file or folder"),
        ],
    ),
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_message_and_exit_2(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    outcome = run("export", *arguments, cwd=tmp_path)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_bad_turtle_is_named_and_nothing_is_written(run: Run, tmp_path: Path, catalogue: Catalogue) -> None:
    (data,) = catalogue("@prefix ex: <https://example.org/> .\nex:a ex:b 'x .\n")
    with pytest.raises(BadTurtleError):
        "".join(export("turtle", (data,)))
    outcome = run("export", "--data", data, "-o", tmp_path / "x.ttl")
    assert outcome.code == 2
    assert "odd.ttl, line 2, column 11" in outcome.err
    assert not (tmp_path / "x.ttl").exists()


def test_closed_pipe_is_left_quietly() -> None:
    command = f"{sys.executable} -m aligngraph export -f nquads | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
