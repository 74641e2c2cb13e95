"""The page, the network and the tables have what people and programs look for in them."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from aligngraph.errors import ExportError
from aligngraph.export import export
from aligngraph.export.graph import Graph
from aligngraph.export.tables import class_table, load_graph, write_tables
from aligngraph.rdf.namespaces import AG
from tests.conftest import ROOT, Run
from tests.support.exports import Catalogue, written

PREFIXES = """
@prefix ag: <https://w3id.org/aligngraph/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/> .
@prefix person: <https://w3id.org/aligngraph/person/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix work: <https://w3id.org/aligngraph/work/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

# The page


def page_lines() -> list[str]:
    return (ROOT / "tests" / "data" / "page-lines.txt").read_text(encoding="utf-8").splitlines()


def normalised(line: str) -> str:
    """Set aside link targets, letter case of labels, emphasis marks, and runs of dots and blanks."""
    line = re.sub(r"\[([^\]]*)\]\([^)]*\)", lambda match: f"[{match[1].lower()}]", line)
    return re.sub(r"[.\s]+", " ", line.replace("*", "")).strip()


def test_page_has_179_listings_and_38_headings_and_lost_5() -> None:
    lines = page_lines()
    lost = [line for line in lines if line.endswith("*(heading recovered)*")]
    assert (sum(line[0].isdigit() for line in lines), sum(line[0] == "#" for line in lines)) == (179, 43)
    assert len(lost) == 5


def test_markdown_gives_every_line_of_the_page_back_in_order() -> None:
    printed = [normalised(line) if line.startswith("  ") else line for line in written("markdown").splitlines() if line]
    assert printed == page_lines()


def test_markdown_marks_the_five_recovered_headings_and_gives_the_tree_its_depth() -> None:
    headings = [line for line in written("markdown").splitlines() if line.startswith("#")]
    recovered = [line.removesuffix(" *(heading recovered)*") for line in headings if line.endswith("*")]
    assert recovered == [
        "#### MLE-based",
        "#### Ranking-based",
        "##### Benchmarks",
        "##### Benchmarks",
        "##### Benchmarks",
    ]
    assert headings[0].startswith("# Research Resources")
    assert headings[1] == "## Taxonomy about Alignment Algorithms"
    assert "###### HHH (Helpful & Honest & Harmless)" in headings


def test_markdown_has_every_link_with_its_target() -> None:
    assert len(re.findall(r"\[[^\]]+\]\(https?://[^\s()]+\)", written("markdown"))) == 326


def test_listing_without_authors_venue_or_links_is_printed_with_what_it_has(catalogue: Catalogue) -> None:
    data = catalogue(
        PREFIXES
        + """ex:survey a ag:Survey ; dcterms:title "A page"@en .
        ex:section a ag:Section ; ag:sectionOf ex:survey ; ag:heading "A list" ; ag:order 1 ; ag:recovered true .
        ex:b a ag:Listing ; ag:inSection ex:section ; ag:position 10 ; ag:titleAsPrinted "Is it so?" ;
          ag:yearAsPrinted "2031" .
        ex:a a ag:Listing ; ag:inSection ex:section ; ag:position 9 ; ag:titleAsPrinted "Bare" ;
          ag:hasLink ex:l2 , ex:l1 .
        ex:l1 ag:linkLabel "Data" ; ag:linkOrder 2 ; ag:target <https://example.org/a(b)> .
        ex:l2 ag:linkLabel "Paper" ; ag:linkOrder 1 ."""
    )
    assert "".join(export("markdown", data)) == (
        "# A page\n\n## A list *(heading recovered)*\n\n"
        "  9. Bare. [Paper][Data](https://example.org/a%28b%29)\n  10. Is it so? 2031.\n"
    )


# GraphML


@pytest.fixture(scope="module")
def network() -> Any:
    return import_module("networkx").read_graphml(io.BytesIO(written("graphml").encode()))


@pytest.mark.slow
def test_graphml_has_works_people_venues_artifacts_and_concepts(network: Any) -> None:
    kinds = [values["kind"] for _, values in network.nodes(data=True)]
    assert (kinds.count("Work"), kinds.count("Artifact")) == (124, 153)
    assert min(kinds.count(kind) for kind in ("Person", "Venue", "Goal", "Approach", "Method")) > 5
    assert all(values["label"] and values["iri"] for _, values in network.nodes(data=True))


@pytest.mark.slow
def test_graphml_has_typed_edges_derived_ones_too(network: Any) -> None:
    edges = {
        (source, target): values["relation"]
        for source, target, values in network.edges(data=True)
        if source == "work:rafailov2023-dpo" and not target.startswith(("goal:", "approach:"))
    }
    assert edges["work:rafailov2023-dpo", "person:rafael-rafailov"] == "hasAuthor"
    assert edges["work:rafailov2023-dpo", "venue:neurips"] == "publishedIn"
    assert edges["work:rafailov2023-dpo", "method:ranking-based"] == "usesMethod"
    relations = {values["relation"] for _, _, values in network.edges(data=True)}
    assert {"introducedBy", "representsGoal", "evaluatesGoal", "usesApproach", "broader", "related"} <= relations


@pytest.mark.slow
def test_graphml_edges_to_authors_have_their_place(network: Any) -> None:
    places = sorted(
        values["ordinal"]
        for source, _, values in network.edges(data=True)
        if source == "work:rafailov2023-dpo" and values["relation"] == "hasAuthor"
    )
    assert places == [1, 2, 3, 4, 5, 6]


# CSV


@cache
def loaded() -> Graph:
    return load_graph()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_table_for_each_class_with_a_row_for_each_thing() -> None:
    tables = dict(write_tables(loaded()))
    assert {"Paper.csv", "Person.csv", "Listing.csv", "Benchmark.csv", "Goal.csv"} <= tables.keys()
    assert len(rows(tables["Listing.csv"])) == 179
    links = [row for name, text in tables.items() if name.endswith("Link.csv") for row in rows(text)]
    assert len(links) == 326


def test_csv_puts_labels_beside_iris_and_joins_values() -> None:
    (row,) = (row for row in rows(class_table(loaded(), "Paper")) if row["iri"].endswith("/rafailov2023-dpo"))
    assert row["label"] == row["dcterms:title@en"]
    assert row["hasAuthorship label"].split(" | ")[:2] == ["Rafael Rafailov", "Archit Sharma"]
    assert len(row["hasAuthorship"].split(" | ")) == 6
    assert row["firstPublicYear"] == "2023"


@pytest.mark.slow
def test_csv_of_a_class_has_the_classes_below_it() -> None:
    assert len(rows(class_table(loaded(), "Work"))) == 124
    assert len(rows(class_table(loaded(), "ag:Artifact"))) == 153
    assert len(rows(class_table(loaded(), AG + "Link"))) == 326


def test_csv_escapes_bars_and_backslashes_in_values(catalogue: Catalogue) -> None:
    data = catalogue(PREFIXES + r'ex:a a ex:C ; ex:p "a|b" , "c\\d" , "e\nf, \"g\"" ; ex:q "x"@en , "y"@fr .')
    (row,) = rows(class_table(load_graph(data), "https://example.org/C"))
    assert row["https://example.org/p"] == 'a\\|b | c\\\\d | e\nf, "g"'
    assert (row["https://example.org/q@en"], row["https://example.org/q@fr"]) == ("x", "y")


@pytest.mark.slow
def test_unknown_class_is_answered_with_the_nearest() -> None:
    graph = loaded()
    with pytest.raises(ExportError, match="did you mean 'Benchmark'"):
        class_table(graph, "Benchmrk")
    for name in ("", "a b:c", "<x:y>", "http://[", "x:%", 'x:"', "ag:", "::", "\n"):
        with pytest.raises(ExportError, match="there is nothing of the class"):
            class_table(graph, name)


@pytest.mark.parametrize("label", ["one\\r\\ntwo", "one\\rtwo", "tab\\there\\n", " \\r "])
def test_graphml_keeps_the_line_ends_of_a_label(label: str, tmp_path: Path) -> None:
    path = tmp_path / "label.ttl"
    path.write_text(f'{PREFIXES}work:a a ag:Paper ; dcterms:title "{label}" .', encoding="utf-8")
    data = ElementTree.fromstring("".join(export("graphml", [path]))).iter(
        "{http://graphml.graphdrawing.org/xmlns}data"
    )
    wanted = label.encode().decode("unicode_escape")
    assert [one.text for one in data if one.get("key") == "node-label"] == [wanted]


@pytest.mark.parametrize("value", ["=1+2", "+1", "@SUM(A1)", "-2+3", "\\t=1", "\\r@x"])
def test_cell_that_a_spreadsheet_would_run_is_kept_or_made_inert(value: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cells.ttl"
    numbers = "-1 , 2 , -0.5" if value == "=1+2" else "1"
    path.write_text(
        f'{PREFIXES}work:a a ag:Paper ; dcterms:title "{value}" ; ex:n {numbers} ; ex:x "a=b" .', encoding="utf-8"
    )
    wanted = value.encode().decode("unicode_escape")
    for options, title in (([], wanted), (["--no-formulas"], "'" + wanted)):
        done = run("export", "--data", path, "-f", "csv", "--class", "Paper", *options)
        (row,) = csv.DictReader(io.StringIO(done.out))
        assert (row["dcterms:title"], row["<https://example.org/x>".strip("<>")]) == (title, "a=b")
        assert not any(cell.startswith("'-0.5") or cell.startswith("'-1") for cell in row.values())


def test_no_formulas_goes_with_csv_alone(run: Run) -> None:
    done = run("export", "-f", "turtle", "--no-formulas")
    assert (done.code, done.out) == (2, "")
