"""A catalogue as one object: wherever it is, the same calls give the same answers."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import aligngraph
from aligngraph.api.table import Row, Table, value_of
from aligngraph.catalogue.sources import data_folder, find_sources, read_quads
from aligngraph.errors import ArgumentError, ExportError, QueryError
from aligngraph.reasoning.closure import closure
from aligngraph.stores.disk import load as load_store
from tests.support.servers import OxigraphServer

DPO = "https://w3id.org/aligngraph/work/rafailov2023-dpo"
WORK = "PREFIX ag: <https://w3id.org/aligngraph/ontology#>\n<https://example.org/w> a ag:Paper .\n"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def shipped() -> aligngraph.Catalogue:
    return aligngraph.open()


# The root


def test_everything_public_is_exported_from_the_root() -> None:
    assert set(aligngraph.__all__) == {name for name in dir(aligngraph) if not name.startswith("_")} | {"__version__"}
    for name in aligngraph.__all__:
        found = getattr(aligngraph, name)
        assert found is not None
        assert name in ("Value", "__version__") or found.__doc__, name


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        aligngraph.nothing  # noqa: B018


def test_importing_the_root_imports_nothing_else() -> None:
    code = "import sys, aligngraph; print([n for n in sys.modules if n.split('.')[0] in "
    code += (
        "('rdflib', 'pyoxigraph', 'requests', 'click', 'pandas')], len([n for n in sys.modules if 'aligngraph' in n]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "2"]


# Where it is


@pytest.mark.slow
def test_the_same_answers_from_files_store_graph_and_endpoint(
    shipped: aligngraph.Catalogue, tmp_path: Path, catalogue_server: OxigraphServer
) -> None:
    load_store(tmp_path / "store", find_sources())
    address = catalogue_server.endpoint
    wanted = shipped.query("benchmarks-by-goal", goal="human-values")
    assert wanted
    for place in ("data", tmp_path / "store", address):
        with aligngraph.open(place) as catalogue:
            assert catalogue.query("benchmarks-by-goal", goal="human-values") == wanted, place
    given = aligngraph.open(aligngraph.load(inferred=False))
    assert given.query("benchmarks-by-goal", goal="human-values") == wanted


@pytest.mark.slow
def test_a_dataset_keeps_its_graphs(shipped: aligngraph.Catalogue) -> None:
    select = "SELECT ?g { GRAPH ?g { work:rafailov2023-dpo dcterms:title ?t } }"
    dataset = shipped.to_dataset()
    assert [str(row[0]) for row in dataset.query(select)] == shipped.sparql(select).column("g")  # type: ignore[index]
    assert aligngraph.open(dataset).sparql(select) == shipped.sparql(select)


@pytest.mark.parametrize("given", [7, object(), None, b"data"])
def test_what_is_no_location_is_named(given: object) -> None:
    with pytest.raises(aligngraph.AligngraphError, match="is not a location"):
        aligngraph.open(given)  # type: ignore[arg-type]


def test_a_graph_is_not_mixed_with_files() -> None:
    with pytest.raises(aligngraph.AligngraphError, match="give no other location"):
        aligngraph.open(rdflib.Graph(), "data")


def test_what_is_opened_is_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(WORK)
    catalogue = aligngraph.open(path)
    path.unlink()
    assert catalogue.sparql("ASK { <https://example.org/w> a ag:Work }")


def test_without_inferred_only_what_is_asserted_holds(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(WORK)
    assert not aligngraph.open(path, inferred=False).sparql("ASK { <https://example.org/w> a ag:Work }")


def test_a_closed_catalogue_says_so() -> None:
    with aligngraph.open() as catalogue:
        pass
    with pytest.raises(ArgumentError, match=r"closed\): open it again"):
        catalogue.query("terms")


@pytest.mark.parametrize("remote", [False, True])
def test_threads_get_the_answers_of_one(remote: bool, catalogue_server: OxigraphServer) -> None:
    catalogue = aligngraph.open(*([catalogue_server.endpoint] if remote else []))
    wanted = catalogue.query("works-by-method", method="ranking-based")
    found: list[Table] = []

    def ask() -> None:
        for _ in range(3):
            found.append(catalogue.query("works-by-method", method="ranking-based"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 18
    assert all(table == wanted for table in found)


# Asking


def test_several_values_of_a_parameter_are_a_list(shipped: aligngraph.Catalogue) -> None:
    one, other = (set(shipped.query("works-by-goal", goal=goal).column("work")) for goal in ("hhh", "basic-values"))
    assert one
    assert set(shipped.query("works-by-goal", goal=["hhh", "basic-values"]).column("work")) == one | other
    assert set(shipped.query("works-by-goal", {"goal": ("hhh", "basic-values")}).column("work")) == one | other


@pytest.mark.parametrize("value", [None, True, 1.5, {"a": 1}, [None], b"hhh"])
def test_a_value_of_no_use_is_an_error_that_names_it(shipped: aligngraph.Catalogue, value: object) -> None:
    with pytest.raises(ArgumentError, match="works-by-goal: the parameter 'goal' can't be"):
        shipped.query("works-by-goal", goal=value)  # type: ignore[arg-type]


def test_updates_and_requests_are_refused(shipped: aligngraph.Catalogue) -> None:
    with pytest.raises(aligngraph.AligngraphError, match="would change data"):
        shipped.sparql("DELETE WHERE { ?s ?p ?o }")
    with pytest.raises(aligngraph.AligngraphError, match="SERVICE would send requests"):
        shipped.sparql("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_works_come_with_their_authors_in_order(shipped: aligngraph.Catalogue) -> None:
    works = list(shipped.works())
    assert len(works) == 124  # as the page has
    dpo = next(work for work in works if work.iri == DPO)
    assert dpo.year == 2023
    assert dpo.authors == (
        *("Rafael Rafailov", "Archit Sharma", "Eric Mitchell", "Christopher D. Manning", "Stefano Ermon"),
        "Chelsea Finn",
    )
    assert len(shipped.works().__next__()) == 4


def test_concepts_come_by_scheme(shipped: aligngraph.Catalogue) -> None:
    methods = {concept.label: concept for concept in shipped.concepts("method")}
    assert {concept.scheme for concept in methods.values()} == {"method"}
    sft = methods["SFT-based alignment"]
    assert sft.iri in methods["ranking-based alignment"].broader
    assert {concept.scheme for concept in shipped.concepts()} >= {"goal", "approach", "method"}


def test_errors_of_finding_are_public(shipped: aligngraph.Catalogue) -> None:
    with pytest.raises(aligngraph.NothingFoundError, match="did you mean"):
        shipped.show("direct prefrence optimisation algorithm")
    with pytest.raises(aligngraph.AmbiguousError) as caught:
        shipped.show("alignment")
    assert len(caught.value.candidates) > 1


# Tables


def table() -> Table:
    number = ox.Literal("7", datatype=ox.NamedNode(XSD + "integer"))
    rows = [(ox.NamedNode("https://example.org/a"), ox.Literal("<One>", language="en"), number), (None, None, None)]
    return Table(("thing", "label", "count"), rows)


def test_rows_are_mappings_with_attributes() -> None:
    row = table()[0]
    assert isinstance(row, Row)
    assert dict(row) == {"thing": "https://example.org/a", "label": "<One>", "count": 7}
    assert (row.count, row["label"]) == (7, "<One>")
    with pytest.raises(AttributeError, match="no column 'title': there are thing, label, count"):
        row.title  # noqa: B018


def test_an_empty_answer_keeps_its_columns(shipped: aligngraph.Catalogue) -> None:
    found = shipped.sparql("SELECT ?a ?b { ?a ag:nothing ?b }")
    assert found.columns == ("a", "b")
    assert found.to_dicts() == []
    assert list(found.to_pandas().columns) == ["a", "b"]
    assert found.to_polars().columns == ["a", "b"]


def test_data_frames_hold_the_same_values() -> None:
    import pandas
    import polars

    frame = table().to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["label"][0] == "<One>"
    assert frame["count"].dropna().tolist() == [7]
    assert frame.isna().all(axis=1).tolist() == [False, True]
    other = table().to_polars()
    assert isinstance(other, polars.DataFrame)
    assert other.to_dicts() == table().to_dicts()


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ExportError, match="polars is not installed: pip install polars"):
        table().to_polars()


def test_a_notebook_shows_a_table_without_running_what_is_in_it() -> None:
    html = table()._repr_html_()
    assert '<a href="https://example.org/a">' in html
    assert "&lt;One&gt;" in html
    assert "<One>" not in html


def test_a_notebook_says_how_many_rows_there_are() -> None:
    many = Table(("n",), [(ox.Literal(number),) for number in range(1234)])
    assert "1,234 rows; the first 60 are shown." in many._repr_html_()


def test_an_ask_is_as_true_as_its_answer(shipped: aligngraph.Catalogue) -> None:
    yes, no = shipped.sparql("ASK { ?s ?p ?o }"), shipped.sparql("ASK { ?s ag:nothing ?o }")
    assert (bool(yes), bool(no), len(no)) == (True, False, 1)
    assert no.text("json") == shipped.sparql("ASK { ?s ag:nothing ?o }").text("json")


def test_a_graph_is_handed_over_as_rdflib_has_it(shipped: aligngraph.Catalogue) -> None:
    found = shipped.sparql(
        f"CONSTRUCT {{ ?s dcterms:title ?o }} WHERE {{ VALUES ?s {{ <{DPO}> }} ?s dcterms:title ?o }}"
    )
    graph = found.to_graph()
    assert [str(subject) for subject in graph.subjects()] == [DPO]
    assert rdflib.Graph().parse(data=found.text("turtle"), format="turtle").isomorphic(graph)
    with pytest.raises(QueryError, match="is not a graph"):
        shipped.query("terms").to_graph()


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("07", "integer", 7),
        ("1.50", "decimal", 1.5),
        ("two", "integer", "two"),
        ("1", "boolean", True),
        ("yes", "boolean", "yes"),
        ("2023-01-01T00:00:00Z", "dateTime", "2023-01-01T00:00:00Z"),
        ("12", "unsignedByte", 12),
    ],
)
def test_values_are_pythons_own(text: str, kind: str, wanted: object) -> None:
    found = value_of(ox.Literal(text, datatype=ox.NamedNode(XSD + kind)))
    assert (found, type(found)) == (wanted, type(wanted))


# Handing over


@pytest.mark.slow
@pytest.mark.parametrize("inferred", [True, False])
def test_load_gives_what_rdflib_itself_reads(inferred: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)  # else it writes dates another way
    quads = list(read_quads(find_sources()))
    triples = [quad.triple for quad in quads] + (closure(quads) if inferred else [])
    wanted = rdflib.Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    found = aligngraph.load(inferred=inferred)
    plain = {triple for triple in found if not any(isinstance(term, rdflib.BNode) for term in triple)}
    assert plain == {triple for triple in wanted if not any(isinstance(term, rdflib.BNode) for term in triple)}
    assert len(found) == len(wanted) > 10_000


def test_load_keeps_literals_as_written(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text('<https://example.org/w> <https://example.org/p> 1.50 , "007"^^<' + XSD + "integer> .\n")
    assert {str(value) for value in aligngraph.load(path).objects(rdflib.URIRef("https://example.org/w"))} == {
        "1.50",
        "007",
    }


@pytest.mark.slow
def test_export_gives_text_or_writes_a_file(shipped: aligngraph.Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "out.bib"
    text = shipped.export("bibtex")
    assert shipped.export("bibtex", path) == ""
    assert path.read_text(encoding="utf-8") == text
    with pytest.raises(aligngraph.AligngraphError, match="exists"):
        shipped.export("bibtex", path)
    shipped.export("bibtex", path, force=True)


def test_tables_need_a_place(tmp_path: Path) -> None:
    small = aligngraph.open(data_folder() / "works" / "rafailov2023-dpo.ttl")
    with pytest.raises(aligngraph.AligngraphError, match=r"csv makes several files: name a folder"):
        small.export("csv")
    small.export("csv", tmp_path / "tables")
    assert "2305.18290" in (tmp_path / "tables" / "Preprint.csv").read_text(encoding="utf-8")


def test_a_contradiction_is_found(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(WORK + "<https://example.org/w> a ag:Person .\n")
    found = aligngraph.open(path).infer()
    assert not found.is_consistent
    assert "example.org/w" in found.inconsistencies[0].message
    assert any(row.subject == "https://example.org/w" for row in found.statements)


def test_validation_names_the_finding(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(WORK)
    report = aligngraph.open(path).validate()
    assert not report.conforms
    assert "WorkTitle" in str(report)


def test_an_explanation_reads_as_text(shipped: aligngraph.Catalogue) -> None:
    text = str(shipped.explain("dpo", "usesMethod", "method:sft-based"))
    assert text.startswith("work:rafailov2023-dpo ag:usesMethod method:sft-based")
    assert "asserted in data/" in text
