"""The links as SSSOM: they are those of the catalogue, each says why, and the project's own tool accepts them."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import subprocess
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from aligngraph._version import __version__
from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.export import export
from aligngraph.export.sssom import mappings
from aligngraph.rdf.namespaces import BASE, PREFIXES
from tests.conftest import ROOT, Run
from tests.support.programs import find_sssom

SSSOM = "https://w3id.org/sssom/"
DCTERMS = PREFIXES["dcterms"]


@cache
def table() -> str:
    return "".join(export("sssom"))


@cache
def rows() -> list[dict[str, str]]:
    body = "".join(line for line in table().splitlines(keepends=True) if not line.startswith("#"))
    return list(csv.DictReader(io.StringIO(body), delimiter="\t"))


@cache
def prefixes() -> dict[str, str]:
    return dict(re.findall(r'^#  ([\w.-]+): "([^"]+)"$', table(), re.MULTILINE))


def expand(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return prefixes()[prefix] + local


def links() -> set[tuple[str, str, str]]:
    return {(expand(r["subject_id"]), expand(r["predicate_id"]), expand(r["object_id"])) for r in rows()}


def sssom_py(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(find_sssom()), *map(str, args)], capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_every_external_record_of_the_data_is_a_row() -> None:
    same_as = PREFIXES["schema"] + "sameAs"
    wanted = {
        (q.subject.value, same_as, q.object.value)
        for q in read_quads(find_sources(ontology=False))
        if q.predicate.value == same_as and isinstance(q.subject, ox.NamedNode) and isinstance(q.object, ox.NamedNode)
    }
    assert len(wanted) > 300
    assert {link for link in links() if link[1] == same_as} == wanted


def test_every_mapping_of_a_term_is_a_row() -> None:
    relations = re.compile(r"(core#\w+Match|rdf-schema#sub\w+Of)$")
    parts: dict[object, dict[str, object]] = {}
    for q in ox.parse(path=str(ROOT / "ontology" / "mappings.ttl"), format=ox.RdfFormat.TURTLE):
        parts.setdefault(q.subject, {})[q.predicate.value.rpartition("#")[2].rpartition("/")[2]] = q.object
    stated = {
        (
            getattr(axiom["annotatedSource"], "value", ""),
            getattr(axiom.get("predicate_id", axiom["annotatedProperty"]), "value", ""),
            getattr(axiom["annotatedTarget"], "value", ""),
        )
        for axiom in parts.values()
        if isinstance(axiom.get("annotatedTarget"), ox.NamedNode)
    }
    assert len(stated) > 90
    held = {
        (row.subject_id, row.predicate_id, row.object_id)
        for row in mappings(read_quads(find_sources()))
        if row.subject_source.endswith("catalogue/data") and re.search("/(goal|approach|method)/", row.subject_id)
    }
    assert len(held) > 12
    assert {link for link in links() if relations.search(link[1])} == stated | held


def test_a_link_is_one_row() -> None:
    assert len(links()) == len(rows()) == len({row["record_id"] for row in rows()})


@pytest.mark.parametrize(
    ("column", "pattern"),
    [
        ("record_id", r"aligngraph:mapping/[0-9a-f]{16}"),
        ("subject_label", r".+"),
        ("mapping_justification", r"semapv:(ManualMappingCuration|LogicalReasoning|LexicalMatching|CompositeMatching)"),
        ("author_id", r"(aligngraph:team)?"),
        ("author_label", r"the aligngraph team|aligngraph [0-9.]+"),
        ("subject_source", r"aligngraph:(catalogue/data|ontology)"),
        ("object_source", r"[\w.-]+:.*"),
        ("mapping_date", r"\d{4}-\d\d-\d\d"),
        ("confidence", r"0\.\d+"),
    ],
)
def test_every_row_says(column: str, pattern: str) -> None:
    assert rows()
    assert [row[column] for row in rows() if not re.fullmatch(pattern, row[column])] == []


def test_a_row_says_what_the_data_says() -> None:
    (row,) = [row for row in rows() if row["object_id"] == "doi:10.52202/075280-2338"]
    assert row["subject_id"] == "publication:rafailov2023-dpo-neurips"
    assert row["subject_label"] == (
        "Direct Preference Optimization: Your Language Model is Secretly a Reward Model (NeurIPS 2023)"
    )
    assert row["object_label"] == "doi:10.52202/075280-2338"
    assert expand(row["object_source"]) == "https://doi.org/"
    assert row["confidence"] == "0.95"
    assert row["comment"].startswith("ML Anthology (mlanthology.org)")


def test_the_source_of_an_object_is_where_it_comes_from() -> None:
    """And no address of ours made for it."""
    sources = {(expand(row["object_id"]), expand(row["object_source"])) for row in rows()}
    assert [pair for pair in sources if not pair[0].startswith(pair[1])] == []
    assert [source for _, source in sources if source.startswith(BASE)] == []
    assert len({source for _, source in sources}) > 20


@pytest.mark.slow
def test_the_table_and_the_rdf_say_which_version_of_sssom_and_of_the_links_they_are() -> None:
    head = [line for line in table().splitlines() if line.startswith("#")]
    assert '#sssom_version: "1.1"' in head
    assert f'#mapping_set_version: "{__version__}"' in head
    said = rdflib.Graph().parse(data="".join(export("sssom-rdf")), format="turtle")
    whole = rdflib.URIRef(BASE + "mapping-set")
    assert said.value(whole, rdflib.OWL.versionInfo) == rdflib.Literal(__version__)
    assert said.value(whole, rdflib.URIRef(SSSOM + "sssom_version")) == rdflib.URIRef(SSSOM + "version1.1")


def test_the_dblp_key_of_an_arxiv_preprint_is_said_to_follow_from_its_number() -> None:
    (row,) = [row for row in rows() if row["object_id"] == "dblp.rec:journals/corr/abs-2305-18290"]
    assert row["mapping_justification"] == "semapv:LogicalReasoning"


def test_no_person_is_named_as_author() -> None:
    authors = {(row["author_id"], row["author_label"]) for row in rows()}
    assert ("aligngraph:team", "the aligngraph team") in authors
    assert all(who or label.startswith("aligngraph ") for who, label in authors)
    assert not any("orcid" in who + label for who, label in authors)


def test_the_name_of_a_link_follows_from_what_it_says() -> None:
    row = rows()[0]
    parts = (expand(row[name]) for name in ("subject_id", "predicate_id", "object_id"))
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    assert row["record_id"] == f"aligngraph:mapping/{digest}"


def test_rdf_has_no_blank_node() -> None:
    quads = list(ox.parse("".join(export("sssom-rdf")), format=ox.RdfFormat.TURTLE))
    assert len(quads) > 12 * len(rows())
    assert not [q for q in quads if ox.BlankNode in (type(q.subject), type(q.object))]


@pytest.mark.slow
def test_sssom_py_validates_the_table(tmp_path: Path) -> None:
    (tmp_path / "links.sssom.tsv").write_text(table(), encoding="utf-8")
    done = sssom_py("validate", tmp_path / "links.sssom.tsv")
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr.lower()


@pytest.mark.slow
def test_sssom_py_refuses_a_table_without_its_justification(tmp_path: Path) -> None:
    """Else the test above would pass on anything."""
    broken = table().replace("semapv:ManualMappingCuration", "no such prefix")
    (tmp_path / "links.sssom.tsv").write_text(broken, encoding="utf-8")
    done = sssom_py("validate", tmp_path / "links.sssom.tsv")
    assert done.returncode != 0 or "error" in done.stderr.lower()


@pytest.mark.slow
def test_sssom_py_makes_the_same_rdf_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "links.sssom.tsv").write_text(table(), encoding="utf-8")
    done = sssom_py("convert", tmp_path / "links.sssom.tsv", "-o", tmp_path / "links.ttl", "--output-format", "rdf")
    assert done.returncode == 0, done.stderr
    theirs = set(rdflib.Graph().parse(tmp_path / "links.ttl"))
    ours = set(rdflib.Graph().parse(data="".join(export("sssom-rdf")), format="turtle"))
    # It says of each node its own name, and the date that all rows share once, of the whole set.
    created = rdflib.URIRef(DCTERMS + "created")
    theirs = {triple for triple in theirs if triple[1] != rdflib.URIRef(SSSOM + "record_id")}
    dates = {triple[2] for triple in ours if triple[1] == created}
    assert {triple for triple in theirs if triple[1] == created} == {
        (rdflib.URIRef(BASE + "mapping-set"), created, date) for date in dates
    }
    assert {t for t in theirs if t[1] != created} == {t for t in ours if t[1] != created}
    assert len(theirs) > 10 * len(rows())


def test_the_command_tells_the_format_by_the_ending(run: Run, tmp_path: Path) -> None:
    assert run("export", "-o", tmp_path / "links.sssom.tsv").code == 0
    assert (tmp_path / "links.sssom.tsv").read_text(encoding="utf-8") == table()
