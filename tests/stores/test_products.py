"""Each kind of store by its documented protocol: push, verify, ask, pull, compare, and nothing else asked of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.rdf.namespaces import GRAPH
from aligngraph.stores.auth import Access
from aligngraph.stores.http import Client
from aligngraph.stores.products import PRODUCTS, find_store
from tests.conftest import Outcome, Run
from tests.support.gateway import SECRET, TOKEN
from tests.support.imitated import KINDS, Imitation, Kind, decoding_twice
from tests.support.misbehaving import Server, running
from tests.support.servers import OxigraphServer, as_user, oxigraph_server

WORKS = sorted((data_folder() / "works").glob("*.ttl"))[:3]


class Place:
    """An imitated store, and what is done with it."""

    def __init__(self, run: Run, name: str, imitation: Imitation, server: Server) -> None:
        self.run = run
        self.name = name
        self.kind: Kind = KINDS[name]
        self.imitation = imitation
        self.server = server

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __call__(self, command: str, *args: str | Path, path: str | None = None, **env: str) -> Outcome:
        there = as_user(self.address, self.kind.user) + (self.kind.base if path is None else path)
        known = {"NETRC": os.devnull, "ALIGNGRAPH_PASSWORD": "", "ALIGNGRAPH_TOKEN": "", **dict(self.kind.environment)}
        only = ("--no-ontology", "--no-inferred") if command == "push" else ()
        told = self.run(command, there, *only, *args, env={**known, **env})
        assert SECRET not in told.out + told.err
        assert TOKEN not in told.out + told.err
        return told

    def ask(self, *words: str) -> Outcome:
        env = {"NETRC": os.devnull, **dict(self.kind.environment)}
        return self.run(*words, "--data", as_user(self.address, self.kind.user) + self.kind.query, env=env)


@pytest.fixture(scope="module")
def oxigraph() -> Iterator[OxigraphServer]:
    with oxigraph_server(union=False) as server:
        yield server


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, run: Run, oxigraph: OxigraphServer) -> Iterator[Place]:
    imitation = Imitation(oxigraph, KINDS[request.param].answer)
    imitation.update("DROP ALL")
    with running(imitation) as server:
        yield Place(run, request.param, imitation, server)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for path in WORKS:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_every_kind_is_tested_on_a_real_store_or_by_its_protocol() -> None:
    assert KINDS.keys() | {"oxigraph", "virtuoso"} == PRODUCTS.keys()


@pytest.mark.slow
def test_a_catalogue_goes_in_answers_and_comes_out_the_same(place: Place, data: Path, tmp_path: Path) -> None:
    plan = place("push", "--dry-run", "--data", data)
    assert plan.err.startswith(f"{PRODUCTS[place.name].title} at ")
    probes = len(place.imitation.refused)
    chosen = ["--product", place.name]
    pushed = place("push", *chosen, "--data", data)
    assert (pushed.code, "Verified: all" in pushed.err) == (0, True), pushed
    methods = {method for method, *_ in place.server.requests}
    assert ("PUT" in methods) == place.kind.protocol
    assert place("push", *chosen, "--data", data, "--verify-only").code == 0
    found = place.ask("sparql", "SELECT ?work { ?work a ag:Paper } ORDER BY ?work", "--format", "csv")
    assert [line.rpartition("/")[2] for line in found.out.split()[1:]] == [path.stem for path in WORKS]
    pulled = place("pull", *chosen, "-o", tmp_path / "pulled")
    assert pulled.code == 0, pulled
    for path in WORKS:
        assert (tmp_path / "pulled" / path.name).read_bytes() == path.read_bytes()
    assert place.run("diff", data, tmp_path / "pulled").code == 0
    # Nothing was asked for that is not documented, but to find out what kind of store it is.
    assert place.imitation.refused[probes:] == [
        refused for refused in place.imitation.refused[probes:] if refused[2] == 401
    ]


@pytest.mark.slow
def test_graphs_are_added_to_reported_and_deleted(place: Place, data: Path) -> None:
    chosen = ["--product", place.name]
    assert place("push", *chosen, "--data", data).code == 0
    (data / WORKS[0].name).write_text("<x:a> <x:b> <x:c> .\n")
    for how in ([], ["--graph-store", "none"]) if place.kind.protocol else ([],):
        assert place("push", *chosen, *how, "--add", "--data", data / WORKS[0].name).code == 0
    changed = place("push", *chosen, "--verify-only", "--data", data)
    assert changed.code == 1
    assert f"<{GRAPH}{WORKS[0].stem}>" in changed.out
    pruned = place("push", *chosen, "--prune", "--data", data / WORKS[0].name)
    assert pruned.code == 0, pruned
    assert "2 graphs that the data no longer has were deleted" in pruned.err


def test_any_address_of_it_will_do(place: Place) -> None:
    access = Access("admin", SECRET) if place.name == "stardog" else None
    paths = (place.kind.base, place.kind.base + "/", *place.kind.also)
    found = [find_store(Client(place.address + path, access)) for path in paths]
    assert {store.product.name for store in found} == {place.name}
    assert {(store.query, store.update, store.graphs) for store in found} == {
        (found[0].query, found[0].update, found[0].graphs)
    }


@pytest.mark.slow
def test_a_wrong_address_is_reported(place: Place, data: Path) -> None:
    told = place("push", "--product", place.name, "--data", data, path=f"{place.kind.base}/x/nothing")
    if place.name == "qlever":
        # It takes requests at every address.
        assert told.code == 0
    else:
        assert told.code == 2
        assert "has nothing at this address: check it" in told.err or "write which one" in told.err


def test_a_store_that_does_not_know_who_asks_says_what_it_wants(run: Run, oxigraph: OxigraphServer, data: Path) -> None:
    for name, wanted in (("stardog", "(http://NAME@…)"), ("qlever", "ALIGNGRAPH_TOKEN")):
        with running(Imitation(oxigraph, KINDS[name].answer)) as server:
            place = Place(run, name, Imitation(oxigraph, KINDS[name].answer), server)
            told = run("push", place.address + place.kind.base, "--data", data, env={"NETRC": os.devnull})
            assert told.code == 2
            assert wanted in told.err
            wrong = place("push", "--data", data, ALIGNGRAPH_TOKEN="another") if name == "qlever" else told
            assert wrong.code == 2


@pytest.mark.slow
def test_a_store_that_cuts_its_answers_unknown_to_all_is_read_whole_all_the_same(
    run: Run, oxigraph: OxigraphServer, tmp_path: Path
) -> None:
    file = tmp_path / "many.ttl"
    file.write_text("".join(f"<http://x.example/{n % 700}> <http://x.example/p{n % 3}> {n} .\n" for n in range(2_500)))
    imitation = Imitation(oxigraph, KINDS["generic"].answer, most=1000)
    imitation.update("DROP ALL")
    with running(imitation) as server:
        place = Place(run, "generic", imitation, server)
        pushed = place("push", "--data", file)
        assert pushed.code == 0, pushed
        assert place("pull", "-o", tmp_path / "pulled").code == 0
    assert run("diff", file, tmp_path / "pulled" / "many.ttl").code == 0


@pytest.mark.slow
def test_an_iri_with_a_percent_sign_survives_a_store_that_decodes_forms_twice(
    run: Run, oxigraph: OxigraphServer, tmp_path: Path
) -> None:
    file = tmp_path / "own.ttl"
    file.write_text('<http://x.example/a%20b> <http://x.example/p> <http://x.example/100%25>, "text" .')
    imitation = Imitation(oxigraph, decoding_twice)
    imitation.update("DROP ALL")
    with running(imitation) as server:
        pushed = Place(run, "generic", imitation, server)("push", "--data", file)
        assert pushed.code == 0, pushed
    assert run("sparql", "ASK { <http://x.example/a%20b> ?p ?o }", "--data", oxigraph.endpoint).out == "true\n"
