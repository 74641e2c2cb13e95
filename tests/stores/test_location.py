"""Where a catalogue is: one text says it, on every command and in Python."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.errors import ArgumentError, CatalogueError
from aligngraph.sparql.backend import Embedded
from aligngraph.stores.endpoint import Remote
from aligngraph.stores.location import Location, locate
from aligngraph.stores.open import open_catalogue

ROOT = Path(__file__).resolve().parents[2]
ASK = "ASK { <https://example.org/s> ?p ?o }"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return the folder of a store with one statement."""
    path = tmp_path / "store"
    node = ox.NamedNode("https://example.org/s")
    ox.Store(str(path)).add(ox.Quad(node, node, node))
    return path


def test_nothing_named_is_the_shipped_catalogue() -> None:
    assert locate() == Location()
    assert locate().is_shipped
    assert str(locate()) == "the shipped catalogue"


def test_what_came_with_the_tool_has_names() -> None:
    assert locate(["aligngraph:page"]) == Location()
    everything = locate(["aligngraph:all"])
    assert everything == Location((ROOT / "data", ROOT / "lists"))
    assert not everything.is_shipped
    assert locate(["aligngraph:page", "own.ttl"]) == Location((ROOT / "data", Path("own.ttl")))
    with pytest.raises(ArgumentError, match=r"^aligngraph:lists: .* There are aligngraph:page and aligngraph:all\.$"):
        locate(["aligngraph:lists"])


def test_files_and_folders_are_read_together(tmp_path: Path) -> None:
    location = locate([str(tmp_path), tmp_path / "a.ttl"])
    assert location == Location((tmp_path, tmp_path / "a.ttl"))
    assert location.is_files
    assert not location.is_shipped


def test_a_folder_with_a_store_is_that_store(store: Path) -> None:
    assert locate([store]) == Location(store=store)
    backend = open_catalogue([str(store)])
    assert isinstance(backend, Embedded)
    assert backend.ask(ASK)


@pytest.mark.parametrize("address", ["http://127.0.0.1:7878/query", "HTTPS://example.org/sparql"])
def test_an_address_is_an_endpoint(address: str) -> None:
    assert locate([address]) == Location(endpoint=address)
    assert isinstance(open_catalogue([address]), Remote)


def test_a_path_object_is_never_an_address() -> None:
    assert locate([Path("http:/x")]) == Location((Path("http:/x"),))


@pytest.mark.parametrize("text", ["ftp://example.org/a.ttl", "file:///a.ttl", "sparql+http://example.org/"])
def test_addresses_of_other_kinds_are_refused_by_name(text: str) -> None:
    with pytest.raises(ArgumentError, match=r"Endpoints are http or https\.") as caught:
        locate([text])
    assert text in str(caught.value)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_location_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="an empty location"):
        locate([text])


def test_different_catalogues_are_not_mixed(store: Path, tmp_path: Path) -> None:
    address = "http://127.0.0.1/"
    mixed: list[list[str | Path]] = [[store, tmp_path], [store, address], [tmp_path, address], [store, store]]
    for given in mixed:
        with pytest.raises(ArgumentError, match="different catalogues"):
            locate(given)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"nowhere: no such file or folder"):
        open_catalogue([tmp_path / "nowhere"])


def test_inferred_statements_of_an_endpoint_can_not_be_left_out() -> None:
    with pytest.raises(ArgumentError, match="an endpoint answers from everything it has"):
        open_catalogue(["http://127.0.0.1/"], inferred=False)
