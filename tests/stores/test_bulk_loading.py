"""What docs/clusters.md says of loading by a store's own means, where the store can be had: all comes to be in it.

A store that has loaded the export answers every stored query, sent as its file has it, with the golden result.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
import requests

from aligngraph.queries.stored import StoredQuery, list_queries
from aligngraph.stores.compare import normal
from aligngraph.stores.endpoint import Remote
from tests.conftest import ROOT, Run
from tests.support.programs import find_program
from tests.support.servers import PROGRAM, serving
from tests.support.triplestores import Jena, virtuoso_server
from tests.update_goldens import golden_path, is_graph

QUERIES = [query for query in list_queries() if query.service is None]
TEXT = (ROOT / "docs" / "clusters.md").read_text(encoding="utf-8")
WORKS = "SELECT (COUNT(*) AS ?works) WHERE { ?work a ag:Work }"


@pytest.fixture(scope="module")
def catalogue(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("catalogue") / "catalogue.nq"
    assert run("export", "-o", file).code == 0
    return file


def command_of(store: str, words: str) -> str:
    """Return the command that the row of *store* gives, which begins with *words*."""
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {store}"))
    codes: list[str] = re.findall(r"`([^`]+)`", row)
    return next(code for code in codes if code.startswith(words))


def works_at(endpoint: str, *, union: bool = True) -> str:
    return next(str(getattr(row[0], "value", "")) for row in Remote(endpoint, union=union).select(WORKS))


def rows(query: StoredQuery, answer: bytes) -> list[tuple[str, ...]]:
    """Return the rows of *answer*, SPARQL results in JSON, in order; or the triples, which are N-Triples."""

    def text(term: object) -> str:
        return str(normal(term)[0]) if isinstance(term, ox.Literal) else str(term)

    if is_graph(query):
        found = {quad.triple for quad in ox.parse(answer, ox.RdfFormat.N_TRIPLES)}
        return sorted((text(triple.subject), text(triple.predicate), text(triple.object)) for triple in found)
    solutions = ox.parse_query_results(answer, ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple(map(text, solution)) for solution in solutions]


def other_than_golden(answers: dict[str, bytes], asked: Sequence[StoredQuery] = QUERIES) -> list[str]:
    """Return the queries that *answers*, by name, answer in another way than the goldens do."""
    assert len(answers) == len(asked) > 15
    return [
        query.name
        for query in asked
        if rows(query, answers[query.name]) != rows(query, golden_path(query).read_bytes())
    ]


def answers_at(endpoint: str) -> dict[str, bytes]:
    """Ask each stored query by HTTP, as it stands in its file."""
    answers = {}
    for query in QUERIES:
        form = "application/n-triples" if is_graph(query) else "application/sparql-results+json"
        answer = requests.get(endpoint, {"query": query.text}, headers={"Accept": form}, timeout=60)
        assert answer.status_code == 200, (query.name, answer.text)
        answers[query.name] = answer.content
    return answers


@pytest.mark.slow
def test_oxigraph(catalogue: Path, tmp_path: Path) -> None:
    load = command_of("Oxigraph", "oxigraph load").replace("DIR", str(tmp_path / "store")).split()
    subprocess.run([str(PROGRAM), *load[1:]], check=True, capture_output=True, cwd=catalogue.parent)
    serve = command_of("Oxigraph", "oxigraph serve").replace("DIR", str(tmp_path / "store")).split()
    with serving(serve[1:]) as server:
        assert works_at(server.endpoint) == "124"
        assert other_than_golden(answers_at(server.endpoint)) == []
    with serving(serve[1:-1]) as server:
        assert works_at(server.endpoint, union=False) == "0"
        assert works_at(f"{server.endpoint}?union-default-graph", union=False) == "124"
        assert works_at(server.endpoint) == "124"


@pytest.mark.slow
def test_virtuoso(catalogue: Path, tmp_path: Path) -> None:
    isql = find_program(["isql-vt"], "isql comes with Virtuoso (Debian: virtuoso-opensource-7-bin)")
    with virtuoso_server(tmp_path / "virtuoso", rows=10_000) as server:
        shutil.copy(catalogue, server.folder)
        load = command_of("Virtuoso", "ld_dir").replace("/data", str(server.folder))
        login = [f"127.0.0.1:{server.sql_port}", "dba", server.account["ALIGNGRAPH_PASSWORD"]]
        subprocess.run([isql, *login, f"exec={load}"], check=True, capture_output=True, timeout=120)
        assert works_at(server.endpoint) == "124"
        assert other_than_golden(answers_at(server.endpoint)) == []


@pytest.mark.slow
def test_jenas_tdb2(catalogue: Path, jena: Jena, tmp_path: Path) -> None:
    load = command_of("Apache Jena Fuseki", "tdb2.tdbloader").split()
    files = {"DIR": tmp_path / "store", "catalogue.nq": catalogue}
    done = jena(load[0], *(files.get(word, word) for word in load[1:]))
    assert done.returncode == 0, done.stderr
    setting = command_of("Apache Jena Fuseki", "tdb2:union")
    description = tmp_path / "dataset.ttl"
    query = WORKS.replace("ag:Work", "<https://w3id.org/aligngraph/ontology#Work>")
    counts = []
    for settings in (setting, "a tdb2:DatasetTDB2"):
        description.write_text(
            "PREFIX tdb2: <http://jena.apache.org/2016/tdb#>\n"
            f'<#data> a tdb2:DatasetTDB2 ; tdb2:location "{tmp_path / "store"}" ; {settings} .'
        )
        counts.append(jena("tdb2.tdbquery", "--desc", description, "--results", "CSV", query).stdout.split()[1])
    assert counts == ["124", "0"]
    # Each takes Jena half a second; test_stores_agree.py asks it all of them.
    asked = QUERIES[::3]
    texts = [tmp_path / query.name for query in asked]
    for text, stored in zip(texts, asked, strict=True):
        text.write_text(stored.text, encoding="utf-8")
    answers = jena.do([("query", tmp_path / "store", text) for text in texts])
    found = {stored.name: answer for stored, answer in zip(asked, answers, strict=True)}
    assert other_than_golden(found, asked) == []
