"""What somebody who never saw the tool is told by a store: each answer is right, or one line says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from aligngraph.rdf.namespaces import GRAPH, INFERRED_GRAPH
from tests.conftest import Outcome, Run
from tests.support.servers import as_user, oxigraph_server
from tests.support.shape_examples import BASE
from tests.support.triplestores import Jena, VirtuosoServer, environment, jena_server

pytestmark = pytest.mark.slow
ONTOLOGY = f"{GRAPH}ontology/aligngraph"
BESIDE = "http://other.example/graph"
FOREIGN = "<http://other.example/a> <http://other.example/b> <http://other.example/c> .\n"
# What is in the store is a small catalogue: what is said of it does not depend on its size.
QUESTIONS = {
    "query": ["query", "works-by-goal", "-p", "goal=care", "--data"],
    "show": ["show", "Quiet rewards", "--data"],
    "tree": ["tree", "--data"],
    "validate": ["validate"],
}
EMPTY = dict.fromkeys(("query", "show", "tree"), "holds no catalogue: 'aligngraph push") | {
    "validate": "holds no graph of the catalogue: 'aligngraph push'"
}
# Each state, and what is then said of the answers to which questions; the others are right, and nothing is said.
STATES = {
    "nothing": EMPTY,
    "data only": dict.fromkeys(("query", "show", "tree"), "lacks the ontology and inferred statements"),
    "no ontology": dict.fromkeys(("query", "show", "tree"), "lacks the ontology"),
    "no inferred": dict.fromkeys(("query", "show", "tree"), "lacks inferred statements"),
    "all": {},
    "others beside": {},
    "others in the default graph": {},
}


@dataclass
class Store:
    """A store of one kind, with what it is told of who asks."""

    name: str
    address: str
    endpoint: str
    graphs: str
    user: str | None = None
    environment: dict[str, str] = field(default_factory=environment)
    auth: requests.auth.AuthBase | None = None
    kept: dict[str, str] = field(default_factory=dict)
    """The graphs that a state may lack, as they were when all was there."""

    def delete(self, graph: str) -> None:
        answer = requests.delete(f"{self.graphs}?{graph}", auth=self.auth, timeout=60)
        assert answer.status_code < 300 or answer.status_code == 404, answer.text

    def put(self, graph: str, content: str) -> None:
        headers = {"Content-Type": "application/n-triples"}
        data = content.encode()
        answer = requests.put(f"{self.graphs}?{graph}", data, headers=headers, auth=self.auth, timeout=60)
        answer.raise_for_status()

    def get(self, graph: str) -> str:
        headers = {"Accept": "application/n-triples"}
        answer = requests.get(f"{self.graphs}?{graph}", headers=headers, auth=self.auth, timeout=60)
        if answer.status_code == 404:
            return ""
        answer.raise_for_status()
        return answer.content.decode()


@pytest.fixture(scope="module", params=["oxigraph", "oxigraph-union", "jena", "virtuoso"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Each kind of store, empty."""
    if request.param.startswith("oxigraph"):
        with oxigraph_server(union=request.param.endswith("union")) as server:
            yield Store(request.param, server.address, server.endpoint, f"{server.address}/store")
    elif request.param == "jena":
        jena: Jena = request.getfixturevalue("jena")
        with jena_server(jena) as address:
            yield Store("jena", address, f"{address}/query", f"{address}/data")
    else:
        from tests.support.triplestores import virtuoso_server

        with virtuoso_server(tmp_path_factory.mktemp("newcomer"), rows=1_000_000) as own:
            yield virtuoso_store(own)


def virtuoso_store(server: VirtuosoServer) -> Store:
    auth = requests.auth.HTTPDigestAuth("dba", server.account["ALIGNGRAPH_PASSWORD"])
    graphs = f"{server.address}/sparql-graph-crud-auth"
    known = environment(**server.account)
    return Store("virtuoso", server.address, server.endpoint, graphs, "dba", known, auth)


def come_to(run: Run, store: Store, state: str) -> None:
    """Bring *store* to *state*: 'nothing' comes first."""
    if state == "nothing":
        return
    names = {name: f"{'graph-uri' if store.auth else 'graph'}={name}" for name in (ONTOLOGY, INFERRED_GRAPH, BESIDE)}
    if not store.kept:
        pushed = run("push", as_user(store.address, store.user), "--data", BASE, env=store.environment)
        assert pushed.code == 0, pushed
        store.kept = {name: store.get(names[name]) for name in (ONTOLOGY, INFERRED_GRAPH)}
    lacking = {"data only": [ONTOLOGY, INFERRED_GRAPH], "no ontology": [ONTOLOGY], "no inferred": [INFERRED_GRAPH]}
    for name, content in store.kept.items():
        if name in lacking.get(state, ()):
            store.delete(names[name])
        elif store.name != "virtuoso" or not store.get(names[name]).strip("# \n"):
            store.put(names[name], content)
    if state == "others beside":
        store.put(names[BESIDE], FOREIGN)
    if state == "others in the default graph":
        store.put("default", FOREIGN)


@pytest.fixture(scope="module")
def right(run: Run) -> dict[str, Outcome]:
    """What the catalogue answers from its file."""
    found = {name: run(*words, BASE) for name, words in QUESTIONS.items()}
    assert all(outcome.code == 0 and outcome.out.strip() for outcome in found.values()), found
    return found


@pytest.mark.parametrize("state", STATES)
def test_each_answer_is_right_or_it_is_said_what_is_missing(
    run: Run, store: Store, right: dict[str, Outcome], state: str
) -> None:
    if store.name == "virtuoso" and state == "others in the default graph":
        pytest.skip("Virtuoso has no default graph of its own")
    come_to(run, store, state)
    for name, words in QUESTIONS.items():
        told = run(*words, store.endpoint)
        said = STATES[state].get(name)
        if said is not None:
            assert sum(said in line for line in told.err.splitlines()) == 1, (name, told)
            assert "aligngraph push" in told.err
        elif name == "validate":
            assert (told.code, told.out.split(" against ")[-1]) == (0, right[name].out.split(" against ")[-1]), told
        else:
            assert (told.code, told.out) == (right[name].code, right[name].out), (name, told.err)
            assert "lacks" not in told.err


def test_a_catalogue_in_the_default_graph_answers_and_what_needs_a_graph_for_each_file_says_so(
    run: Run, right: dict[str, Outcome], tmp_path: Path
) -> None:
    with oxigraph_server(union=False) as server:
        dump = tmp_path / "base.nt"
        assert run("export", "--data", BASE, "-o", dump).code == 0
        headers = {"Content-Type": "application/n-triples"}
        requests.post(
            f"{server.address}/store?default", dump.read_bytes(), headers=headers, timeout=60
        ).raise_for_status()
        for name in ("query", "show", "tree"):
            assert run(*QUESTIONS[name], server.endpoint).out == right[name].out
        for words in (["validate", server.endpoint], ["diff", "-", server.address],
                      ["pull", server.address, "-o", f"{tmp_path}/pulled"]):  # fmt: skip
            told = run(*words)
            assert (told.code, told.out) == (2, "")
            assert "holds the catalogue in its default graph" in told.err
