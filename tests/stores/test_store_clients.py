"""Other people's programs against a store that was pushed to, and Jena as an independent reader of each export."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from aligngraph.queries.stored import find_query
from aligngraph.rdf.namespaces import PREFIXES as PREFIXES_OF
from aligngraph.stores.open import open_catalogue
from tests.conftest import ROOT, Run
from tests.support.servers import OxigraphServer, as_user, oxigraph_server
from tests.support.triplestores import Jena, VirtuosoServer, environment, find_comunica, jena_server

PAPERS = "SELECT ?work ?title { ?work a ag:Paper ; dcterms:title ?title } ORDER BY ?work"
PREFIXES = "PREFIX ag: <https://w3id.org/aligngraph/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "


@pytest.fixture(scope="module")
def endpoints(run: Run, oxigraph: OxigraphServer, virtuoso: VirtuosoServer) -> list[str]:
    login = environment(**virtuoso.account)
    told = run("push", as_user(virtuoso.address), env=login)
    assert told.code == 0, told
    return [oxigraph.endpoint, virtuoso.endpoint]


@pytest.fixture(scope="module")
def papers() -> list[tuple[str, str]]:
    rows = open_catalogue().select(PREFIXES + PAPERS)
    found = [(str(getattr(work, "value", "")), str(getattr(title, "value", ""))) for work, title in rows]
    assert len(found) > 50
    return found


@pytest.mark.slow
def test_sparqlwrapper_gets_the_same(endpoints: list[str], papers: list[tuple[str, str]]) -> None:
    wrapper = import_module("SPARQLWrapper")
    for endpoint in endpoints:
        client = wrapper.SPARQLWrapper(endpoint, returnFormat=wrapper.JSON)
        client.setQuery(PREFIXES + PAPERS)
        rows = client.queryAndConvert()["results"]["bindings"]
        assert [(row["work"]["value"], row["title"]["value"]) for row in rows] == papers


@pytest.mark.slow
def test_rdflibs_store_gets_the_same(endpoints: list[str], papers: list[tuple[str, str]]) -> None:
    from rdflib import Graph
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    for endpoint in endpoints:
        graph = Graph(SPARQLStore(endpoint, returnFormat="json"))
        rows = list(graph.query(PREFIXES + PAPERS))
        assert [tuple(map(str, tuple(row))) for row in rows if not isinstance(row, bool)] == papers


@pytest.mark.slow
def test_comunica_gets_the_same(oxigraph: OxigraphServer, papers: list[tuple[str, str]]) -> None:
    command = [find_comunica(), f"sparql@{oxigraph.endpoint}", PREFIXES + PAPERS, "-t", "application/json"]
    done = subprocess.run(list(map(str, command)), capture_output=True, check=True, timeout=120)
    rows = json.loads(done.stdout)
    assert [(row["work"], json.loads(re.sub(r'("(?:[^"\\]|\\.)*").*', r"\1", row["title"]))) for row in rows] == papers


@pytest.mark.slow
def test_the_curl_lines_of_the_docs_do_what_they_say(oxigraph: OxigraphServer, run: Run) -> None:
    text = (ROOT / "docs" / "triplestores.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh curl\n(.*?)```", text, re.DOTALL)
    lines = block.splitlines()
    assert len(lines) == 3
    outputs = [
        subprocess.run(
            ["sh", "-ec", line],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env=environment(STORE=oxigraph.address),
            text=True,
            timeout=60,
        ).stdout
        for line in lines
    ]
    assert outputs[0] == ""
    assert "<https://w3id.org/aligngraph/venue/neurips>" in outputs[1]
    assert list(csv.reader(outputs[2].splitlines()))[1:]
    assert find_query("venues").name == "venues"
    assert run("push", oxigraph.address, "--verify-only").code == 0


@pytest.fixture(scope="module", params=["oxigraph", "jena", "virtuoso"])
def pushed_plainly(request: pytest.FixtureRequest, run: Run) -> Iterator[str]:
    """The address for clients of each store as it comes, after nothing but ``aligngraph push``."""
    if request.param == "oxigraph":
        with oxigraph_server(union=False) as server:
            assert run("push", server.address).code == 0
            yield f"{server.endpoint}?union-default-graph"
    elif request.param == "jena":
        with jena_server(request.getfixturevalue("jena")) as address:
            assert run("push", address).code == 0
            yield f"{address}/query?default-graph-uri=urn:x-arq:UnionGraph"
    else:
        virtuoso: VirtuosoServer = request.getfixturevalue("virtuoso")
        assert run("push", as_user(virtuoso.address), env=environment(**virtuoso.account)).code == 0
        yield virtuoso.endpoint


@pytest.mark.slow
def test_the_recipes_for_clients_give_all_the_catalogue_has(pushed_plainly: str) -> None:
    text = (ROOT / "docs" / "triplestores.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh clients\n(.*?)```", text, re.DOTALL)
    (script,) = re.findall(r"```python clients\n(.*?)```", text, re.DOTALL)
    venues = len(list(open_catalogue().select(find_query("venues").text)))
    all_venues = len(list(open_catalogue().select("SELECT DISTINCT ?venue { ?venue a ag:Venue }")))
    assert all_venues >= venues > 30
    programs = f"{find_comunica().parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    known = environment(ENDPOINT=pushed_plainly, PATH=programs)
    lines = block.splitlines()
    assert len(lines) == 3
    if pushed_plainly.endswith("/sparql"):
        # As the page says: Virtuoso leaves such a query without an answer.
        lines = [line for line in lines if "SERVICE" not in line]
    for words in (
        *(["sh", "-ec", line] for line in lines),
        [sys.executable, "-c", f"{script}\nprint('row\\n' * len(rows))"],
    ):
        done = subprocess.run(words, capture_output=True, check=False, cwd=ROOT, env=known, text=True, timeout=120)
        assert done.returncode == 0, (words[-1], done.stderr)
        rows = [line for line in done.stdout.splitlines() if line]
        assert len(rows) - (words[0] == "sh") == (all_venues if "SERVICE" in words[-1] else venues), (
            words[-1],
            done.stdout[:500],
        )


@pytest.mark.slow
def test_jena_reads_every_export_with_no_warning(package: Path, jena: Jena) -> None:
    files = sorted(
        path for path in package.iterdir()
        if path.suffix in (".ttl", ".nt", ".rdf", ".jsonld", ".nq", ".trig")
    )  # fmt: skip
    assert len(files) == 11
    done = jena("riotcmd.riot", "--check", "--count", *files)
    assert done.returncode == 0
    counted = re.compile(r"file:.*/([\w.]+) : (?:Triples|Quads) = ([\d,]+)")
    assert [line for line in done.stderr.splitlines() if not counted.match(line) and "Total" not in line] == []
    counts = dict(counted.findall(done.stderr))
    assert counts.keys() == {path.name for path in files}
    formats = {counts[f"aligngraph.{ending}"] for ending in ("ttl", "nt", "rdf", "jsonld", "nq", "trig")}
    assert len(formats) == 1
    assert int(formats.pop().replace(",", "")) > 30_000


@pytest.mark.slow
def test_jena_would_warn(jena: Jena, tmp_path: Path) -> None:
    file = tmp_path / "odd.ttl"
    file.write_text(f'<http://x.example:80/> <x:p> "2024-13-01"^^<{PREFIXES_OF["xsd"]}date>, <http://x.example/%zz> .')
    said = jena("riotcmd.riot", "--check", "--count", file).stderr
    for word in ("Not advised IRI", "Bad IRI", "not valid for datatype"):
        assert word in said
