"""CONTRIBUTING's map of the rooms is the one that the contracts hold, and the places it names are there."""

from __future__ import annotations

import re
import tomllib

from tests.conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SOURCE = ROOT / "src" / "aligngraph"


def floors_of_the_contract() -> list[set[str]]:
    """Return the rooms of each floor, from the ground up."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [set(layer.split(" | ")) for layer in reversed(layers)]


def test_the_map_has_the_floors_of_the_contract() -> None:
    shown: dict[int, set[str]] = {}
    for floor, rooms in re.findall(r"^\| (\d+) \| ([^|]+) \|", TEXT, re.MULTILINE):
        shown.setdefault(int(floor), set()).update(re.findall(r"`(\w+)`", rooms))
    assert [shown[floor] for floor in sorted(shown)] == floors_of_the_contract()


def test_every_room_is_on_a_floor() -> None:
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")} | {"errors", "_version"}
    assert set().union(*floors_of_the_contract()) == rooms


def test_the_places_that_it_names_are_there() -> None:
    rooms = "|".join(sorted(path.name for path in SOURCE.iterdir() if path.is_dir()))
    inside = set(re.findall(rf"`((?:{rooms})/\w+\.\w+)`", TEXT))
    outside = set(re.findall(r"`((?:tests|data|docs|lists|ontology|queries|benchmarks)/[\w./-]*)`", TEXT))
    assert len(inside) > 8
    assert len(outside) > 10
    assert [name for name in inside if not (SOURCE / name).is_file()] == []
    assert [name for name in outside if not (ROOT / name).exists()] == []


def test_tests_stand_in_rooms_of_the_same_names() -> None:
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    tested = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert rooms <= tested
    assert tested - rooms == {"benchmarks", "lists", "ontology"}
