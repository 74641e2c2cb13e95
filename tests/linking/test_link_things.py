"""Venues, artifacts and concepts: found by identifier they are written, by name a person is asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.holdings import SAME_AS, read_holdings
from aligngraph.linking.known import addresses_of, pairs_of
from aligngraph.rdf.namespaces import BASE, PREFIXES
from tests.conftest import Run
from tests.support.catalogues.running import Services

QID = "http://www.wikidata.org/entity/"
CLOSE = PREFIXES["skos"] + "closeMatch"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The shipped venues, artifacts and concepts; a concept has an item of Wikidata."""
    folder = tmp_path / "data"
    for name in ("taxonomy", "artifacts"):
        shutil.copytree(data_folder() / name, folder / name)
    for name in ("venues.ttl", "licences-and-languages.ttl"):
        shutil.copy(data_folder() / name, folder)
    goals = folder / "taxonomy" / "goals.ttl"
    text = goals.read_text("utf-8")
    goals.write_text(f"{text}\n<{BASE}goal/privacy> <{CLOSE}> <{QID}Q9002005> .\n", encoding="utf-8")
    return folder


def test_what_an_identifier_finds_is_written_and_asked_once(
    run: Run, services: Services, data: Path, tmp_path: Path
) -> None:
    kinds = [word for kind in ("venues", "artifacts", "concepts") for word in ("--kind", kind)]
    sources = [word for name in ("openalex", "crossref", "dblp", "wikidata") for word in ("--to", name)]
    things = ("nature-machine-intelligence", "aaai", "computational-linguistics", "bbq", "agieval", "privacy")
    command = ["link", *kinds, *sources, *things, *services.at(), "--into", str(data), "--mailto", "me@example.org"]
    env = {"ALIGNGRAPH_CACHE": str(tmp_path / "cache")}
    done = run(*command, env=env)
    assert done.code == 1, done.err
    holdings = read_holdings([data])

    def links(name: str, predicate: str = SAME_AS) -> set[str]:
        return set(holdings.texts(BASE + name, predicate))

    # By ISSN, at OpenAlex and Wikidata; by its stream, AAAI at Wikidata, which names its record at OpenAlex.
    assert {f"{QID}Q9002002"} < links("venue/nature-machine-intelligence")
    assert any(one.startswith("https://openalex.org/S9") for one in links("venue/nature-machine-intelligence"))
    assert f"{QID}Q9002001" in links("venue/aaai")
    # Another name under the ISSN is likely a wrong identifier: told, and not written.
    assert "Some Other Periodical" in done.err
    assert not any("Q9002004" in one for one in links("venue/computational-linguistics"))
    # By its repository.
    assert f"{QID}Q9002003" in links("artifact/bbq")
    assert not any(QID in one for one in links("artifact/agieval"))
    # By its item; what is linked closely stays linked closely.
    assert links("goal/privacy", CLOSE) == {f"{QID}Q9002005", "https://openalex.org/C9000999002"}
    # What Wikidata says of AAAI is asked for at OpenAlex, and then nothing is new.
    assert run(*command, env=env).code in (0, 1)
    sent = services.requests()
    assert run(*command, env=env).code in (0, 1)
    assert services.requests() == sent
    assert run("fmt", "--check", data).code == 0


@pytest.mark.parametrize(
    ("address", "pair"),
    [
        ("https://portal.issn.org/resource/issn/2522-583X", ("issn", "2522-583X")),
        ("urn:issn:2522-5839", ("issn", "2522-5839")),
        ("https://dblp.org/streams/conf/aaai", ("dblp stream", "conf/aaai")),
        ("https://www.wikidata.org/wiki/Q42", ("wikidata", "Q42")),
        ("https://openalex.org/S1", ("openalex", "S1")),
        ("https://github.com/nyu-mll/BBQ.git", ("github", "nyu-mll/bbq")),
        ("https://github.com/x/y/tree/main/part", None),
        ("https://openalex.org/W1", None),
        ("javascript:alert(1)", None),
        ("https://dblp.org/streams/conf/aaai> <x", None),
    ],
)
def test_an_address_is_read_as_what_it_names(address: str, pair: tuple[str, str] | None) -> None:
    found = pairs_of([address])
    assert found == ({pair} if pair else set())
    assert pairs_of(addresses_of(found)) == {one for one in found if one[0] != "github"}
