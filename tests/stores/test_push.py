"""Push → verify → query → pull → diff, on real stores."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from aligngraph.catalogue.sources import data_folder
from aligngraph.rdf.namespaces import GRAPH, INFERRED_GRAPH
from aligngraph.stores.endpoint import Remote
from aligngraph.stores.graphs import STAGING
from tests.conftest import Outcome, Run, shown_on
from tests.support.marks import slow_after
from tests.support.servers import OxigraphServer, as_user, oxigraph_server
from tests.support.triplestores import VirtuosoServer

WORK = data_folder() / "works" / "rafailov2023-dpo.ttl"
OTHERS = "http://other.example/graph"
BY_UPDATES = ("--graph-store", "none")
DATA_ONLY = ("--no-ontology", "--no-inferred")


@dataclass
class Place:
    """A store to push to, and how to get at it."""

    address: str
    endpoint: str
    graphs: str
    user: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    login: tuple[str, str] | None = None

    def put(self, graph: str, turtle: str) -> None:
        """Write a graph of somebody else's."""
        auth = requests.auth.HTTPDigestAuth(*self.login) if self.login else None
        headers = {"Content-Type": "text/turtle"}
        response = requests.put(f"{self.graphs}{graph}", turtle, headers=headers, auth=auth, timeout=60)
        assert response.status_code in (200, 201, 204), response.text

    def count(self, graph: str) -> int:
        rows = Remote(self.endpoint).select(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return next(int(str(getattr(row[0], "value", -1))) for row in rows)

    def counts(self) -> dict[str, int]:
        """Return how many triples each graph of ours has."""
        query = f"""SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }}
          FILTER(STRSTARTS(STR(?g), "{GRAPH}")) }} GROUP BY ?g ORDER BY ?g"""
        rows = Remote(self.endpoint).select(query)
        return {str(getattr(graph, "value", "")): int(getattr(count, "value", "-1")) for graph, count in rows}


def oxigraph_place(server: OxigraphServer) -> Place:
    return Place(server.address, server.endpoint, f"{server.address}/store?graph=")


def virtuoso_place(server: VirtuosoServer) -> Place:
    graphs = f"{server.address}/sparql-graph-crud-auth?graph-uri="
    login = ("dba", server.account["ALIGNGRAPH_PASSWORD"])
    return Place(server.address, server.endpoint, graphs, "dba", server.account, login)


@pytest.fixture(params=slow_after(1, ["oxigraph", "virtuoso"]))
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Each store in turn, with no graph of ours in it."""
    if request.param == "oxigraph":
        with oxigraph_server() as server:
            yield oxigraph_place(server)
    else:
        found = virtuoso_place(request.getfixturevalue("virtuoso"))
        yield found
        auth = requests.auth.HTTPDigestAuth(*(found.login or ("", "")))
        for graph in (*found.counts(), OTHERS):
            requests.delete(f"{found.graphs}{graph}", auth=auth, timeout=60)
        assert found.counts() == {}


class Aligngraph:
    """Runs commands against a place."""

    def __init__(self, run: Run, place: Place) -> None:
        self.run = run
        self.place = place

    def __call__(self, command: str, *args: str | Path) -> Outcome:
        environment = {"NETRC": os.devnull, **self.place.environment}
        if command == "push" and "--data" in args:
            args = (*args, *DATA_ONLY)
        return self.run(command, as_user(self.place.address, self.place.user), *args, env=environment)


@pytest.fixture
def aligngraph(run: Run, place: Place) -> Aligngraph:
    return Aligngraph(run, place)


@pytest.mark.slow
def test_the_catalogue_goes_in_is_verified_answers_and_comes_out_the_same(
    place: Place, aligngraph: Aligngraph, tmp_path: Path, run: Run
) -> None:
    pushed = aligngraph("push", "--with", "shapes", "--with", "mappings")
    assert pushed.code == 0, pushed
    assert "Verified: all" in pushed.err
    files = sum(1 for _ in data_folder().rglob("*.ttl"))
    assert len(place.counts()) == files + 4
    assert run("query", "benchmarks-by-goal", "--data", place.endpoint).out == run("query", "benchmarks-by-goal").out
    pulled = aligngraph("pull", "-o", tmp_path / "pulled")
    assert pulled.code == 0, pulled
    found = {path.relative_to(tmp_path / "pulled") for path in (tmp_path / "pulled").rglob("*") if path.is_file()}
    assert found == {path.relative_to(data_folder()) for path in data_folder().rglob("*.ttl")}
    assert run("diff", "-", tmp_path / "pulled").code == 0
    assert run("fmt", "--check", tmp_path / "pulled").code == 0
    assert aligngraph("push", "--verify-only", "--data", tmp_path / "pulled").code == 0


@pytest.mark.slow
def test_by_updates_all_comes_to_the_same_and_nothing_stays_aside(place: Place, aligngraph: Aligngraph) -> None:
    pushed = aligngraph("push", *BY_UPDATES, "--data", data_folder() / "persons")
    assert pushed.code == 0, pushed
    by_updates = place.counts()
    assert not any(name.startswith(STAGING) for name in by_updates)
    assert aligngraph("push", "--data", data_folder() / "persons").code == 0
    assert place.counts() == by_updates


def test_graphs_of_others_stay_as_they_are(place: Place, aligngraph: Aligngraph) -> None:
    place.put(OTHERS, "<x:a> <x:b> <x:c> .")
    for options in ([], [*BY_UPDATES], ["--add"], ["--prune"]):
        assert aligngraph("push", "--data", WORK, *options).code == 0
        assert place.count(OTHERS) == 1


@pytest.mark.slow
def test_a_graph_is_replaced_or_added_to(place: Place, aligngraph: Aligngraph, tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    for options, wanted in (((), 1), (("--add",), 2), (("--add", *BY_UPDATES), 3), (BY_UPDATES, 1), ((), 1)):
        file.write_text(f"<x:a> <x:b> <x:{'-'.join(options)}{wanted}> .")
        assert aligngraph("push", "--data", file, *options).code == 0
        assert place.count(f"{GRAPH}own") == wanted


@pytest.mark.slow
def test_graphs_gone_from_the_data_are_reported_and_deleted_when_asked(place: Place, aligngraph: Aligngraph) -> None:
    assert aligngraph("push", "--data", WORK).code == 0
    other = data_folder() / "works" / "bai2022-hh-rlhf.ttl"
    told = aligngraph("push", "--data", other)
    assert f"1 graph that the data does not have (<{GRAPH}rafailov2023-dpo>): --prune deletes" in told.err
    assert len(place.counts()) == 2
    place.put(f"{GRAPH}of-others", "<x:a> <x:b> <x:c> .")
    planned = aligngraph("push", "--data", other, "--prune", "--dry-run")
    assert f"delete <{GRAPH}rafailov2023-dpo>\n" in planned.out
    assert len(place.counts()) == 3
    pruned = aligngraph("push", "--data", other, "--prune")
    assert pruned.code == 0
    assert f"Deleted <{GRAPH}rafailov2023-dpo>." in pruned.err
    for told in (planned, pruned):
        assert f"<{GRAPH}of-others> has no statement in the catalogue's terms, so it was kept." in told.err
    assert sorted(place.counts()) == [f"{GRAPH}bai2022-hh-rlhf", f"{GRAPH}of-others"]


def test_a_dry_run_says_what_would_be_done_and_does_nothing(place: Place, aligngraph: Aligngraph) -> None:
    done = aligngraph("push", "--dry-run", "--data", WORK)
    assert done.code == 0
    assert done.out.startswith(f"replace <{GRAPH}rafailov2023-dpo> with ")
    assert "Nothing was changed." in done.err
    assert place.counts() == {}


def test_losses_are_reported_with_examples_and_exit_code_1(aligngraph: Aligngraph, tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    file.write_text("<x:a> <x:b> 1, 2, 3 .")
    assert aligngraph("push", "--data", file).code == 0
    file.write_text("<x:a> <x:b> 1, 2, 4 .")
    told = aligngraph("push", "--data", file, "--verify-only")
    assert told.code == 1
    assert '- <x:a> <x:b> "4"' in told.out
    assert '+ <x:a> <x:b> "3"' in told.out
    file.write_text("<x:a> <x:b> 1, 2, 3 .")
    assert aligngraph("push", "--data", file, "--verify-only").code == 0


def test_other_spellings_of_a_value_are_distinguished_from_losses(aligngraph: Aligngraph, tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    file.write_text(
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
        '<x:a> <x:n> "01"^^xsd:integer ; <x:d> "1.50"^^xsd:decimal ; <x:t> "colour"@en-GB ;'
        ' <x:w> "2024-01-01T00:00:00+00:00"^^xsd:dateTime ; <x:b> true .'
    )
    told = aligngraph("push", "--data", file)
    assert told.code == 0, told
    assert "The store writes numbers in canonical form (2 times): the values are the same." in told.err
    assert "The store writes times" in told.err


def test_files_that_name_graphs_of_others_are_refused(place: Place, aligngraph: Aligngraph, tmp_path: Path) -> None:
    file = tmp_path / "own.nq"
    file.write_text(f"<x:a> <x:b> <x:c> <{OTHERS}> .\n")
    told = aligngraph("push", "--data", file)
    assert told.code == 2
    assert "names a graph that is not the catalogue's" in told.err
    assert place.count(OTHERS) == 0


@pytest.mark.parametrize("end", slow_after(2, ["", "/query", "/", "/update", "/store"]))
def test_any_address_of_a_store_will_do(run: Run, end: str) -> None:
    with oxigraph_server() as server:
        assert run("push", server.address + end, "--data", WORK).code == 0


@pytest.mark.slow
def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    with oxigraph_server() as server:
        command = [sys.executable, "-m", "aligngraph", "push", server.address]
        quiet = subprocess.run(command, capture_output=True, check=True)
        assert b"\r" not in quiet.stderr
        leader, follower = pty.openpty()
        process = subprocess.Popen(command, stderr=follower, stdout=subprocess.DEVNULL)
        os.close(follower)
        shown = shown_on(leader)
        assert process.wait() == 0
        assert b"Verified" in shown
    del tmp_path


def test_pull_leaves_a_folder_as_it_was_unless_forced(place: Place, aligngraph: Aligngraph, tmp_path: Path) -> None:
    folder = tmp_path / "pulled"
    empty = aligngraph("pull", "-o", folder)
    assert empty.code == 2
    assert "holds no graph of the catalogue" in empty.err
    assert not folder.exists()
    assert aligngraph("push", "--data", WORK).code == 0
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    assert aligngraph("pull", "-o", folder).code == 2
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    (folder / "rafailov2023-dpo.ttl").symlink_to(outside)
    assert aligngraph("pull", "-o", folder, "--force").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["mine.txt", "rafailov2023-dpo.ttl"]
    assert outside.read_text() == "untouched"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert place.counts()


@pytest.mark.parametrize(
    "name", slow_after(3, ["../../etc/passwd", "/etc/x", "a%2e%2e/b", "a/../b", "a//b", "a/.hidden", "nul", "a."])
)
def test_a_graph_whose_name_leads_out_of_the_folder_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    with oxigraph_server() as server:
        update = f"INSERT DATA {{ GRAPH <{GRAPH}{name}> {{ <x:a> <x:b> <x:c> }} }}"
        answer = requests.post(f"{server.address}/update", {"update": update}, timeout=20)
        assert answer.status_code == 204
        inside = tmp_path / "a" / "b"
        inside.mkdir(parents=True)
        told = run("pull", server.address, "-o", inside / "pulled")
        assert told.code == 2
        assert "nothing was written" in told.err
        assert list(inside.iterdir()) == []


@pytest.mark.slow
def test_a_part_that_is_sent_alone_leaves_what_is_inferred_of_the_rest_as_it_was(run: Run, tmp_path: Path) -> None:
    listings = data_folder() / "surveys"
    counts = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{INFERRED_GRAPH}> {{ ?work ag:classifiedUnder ?section }} }}"
    with oxigraph_server(union=False) as server:

        def inferred() -> str:
            return run("sparql", counts, "--data", server.endpoint, "--format", "csv").out.split()[1]

        assert run("push", server.address, "--data", listings).code == 0
        before = inferred()
        assert int(before) > 100
        for options in ([], ["--add"]):
            file = tmp_path / "own.ttl"
            file.write_text("<https://w3id.org/aligngraph/work/x> a <https://w3id.org/aligngraph/ontology#Paper> .")
            assert run("push", server.address, "--data", file, *options).code == 0
            assert inferred() == before
            question = "ASK { work:x a ag:Work }"
            assert run("sparql", question, "--data", server.endpoint).out == "true\n"
        # What is pruned entails nothing any more.
        assert run("push", server.address, "--data", file, "--prune").code == 0
        assert inferred() == "0"


@pytest.mark.slow
def test_mapped_types_are_inferred_where_the_mappings_are_sent(run: Run) -> None:
    with oxigraph_server() as server:
        file = data_folder() / "artifacts" / "models.ttl"
        for options, found in (([], "false"), (["--with", "mappings"], "true"), ([], "true")):
            pushed = run("push", server.address, "--data", file, *options)
            assert (pushed.code, "mappings" in pushed.err) == (0, not options)
            for term in ("https://w3id.org/airo#AIModel", "http://www.w3.org/ns/mls#Model"):
                assert run("sparql", f"ASK {{ ?x a <{term}> }}", "--data", server.endpoint).out == f"{found}\n"


def test_an_iri_with_a_percent_sign_survives_updates(aligngraph: Aligngraph, tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    file.write_text('<http://x.example/a%20b> <x:b> <http://x.example/100%25>, "50 %20", "\\\\%" .')
    assert aligngraph("push", "--data", file, *BY_UPDATES).code == 0


def test_the_address_that_push_takes_is_one_to_read_from(run: Run, oxigraph: OxigraphServer) -> None:
    question = ("query", "benchmarks-by-goal", "-p", "goal=human-values", "--format", "csv", "--data")
    right = run(*question, oxigraph.endpoint)
    for address in (oxigraph.address, f"{oxigraph.address}/", f"{oxigraph.address}/store"):
        done = run(*question, address)
        assert (done.code, done.out) == (0, right.out), done.err
    wrong = run(*question, f"{oxigraph.address}/nothing")
    assert wrong.code == 2
    assert f"{oxigraph.address}/nothing answered 404, it has nothing at this address" in wrong.err
