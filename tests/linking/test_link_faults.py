"""`aligngraph link` while every source misbehaves: it says so, writes nothing wrong, and a later run makes up for it.

Each round gives each source another of the faults with its first requests; after a run without faults the catalogue is
the same, byte for byte, as one that was linked without any.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from aligngraph.catalogue.sources import data_folder
from tests.conftest import Run
from tests.support.catalogues import service as faults
from tests.support.catalogues.running import Services
from tests.support.catalogues.service import Answer, Fault, Handler

KNOWN = ("du2022-glm", "hoover2020-mftc", "glaese2022-sparrow")
UNKNOWN = "firdaus2022-polise"
KEYS = {"OPENALEX_API_KEY": "an-openalex-key", "S2_API_KEY": "a-scholar-key"}


def merged(handler: Handler, answer: Answer) -> None:
    """Send on to where the record is now, at the same host."""
    del answer
    more = "&" if "?" in handler.path else "?"
    handler.send(Answer(301, headers=(("Location", f"{handler.path}{more}merged=1"),)))


def with_more_fields(handler: Handler, answer: Answer) -> None:
    """Send what nobody documented beside what was due."""

    def more(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: more(one) for name, one in value.items()} | {"x-new": {"deep": [None, 1, "\u202e"]}}
        return [more(one) for one in value] if isinstance(value, list) else value

    if answer.status == 200 and answer.media == "application/json":
        answer = answer._replace(body=json.dumps(more(json.loads(answer.body))).encode())
    handler.send(answer)


def in_small_pieces(handler: Handler, answer: Answer) -> None:
    """Send the whole answer, slowly."""
    handler.send_response_only(answer.status)
    handler.send_header("Content-Type", answer.media)
    handler.send_header("Content-Length", str(len(answer.body)))
    handler.end_headers()
    size = len(answer.body) // 8 + 1
    for start in range(0, len(answer.body), size):
        handler.wfile.write(answer.body[start : start + size])
        handler.wfile.flush()
        time.sleep(0.05)


HARMFUL: tuple[Fault, ...] = (
    faults.status(429, b"Too Many Requests", Retry_After="1"),
    faults.cut,
    faults.page(200),
    faults.page(503),
    faults.dropped,
    faults.in_latin,
    faults.empty,
    faults.moved("https://elsewhere.example/record"),
    faults.status(200, b"[" * 100_000, "application/json"),
)
HARMLESS: tuple[Fault, ...] = (merged, with_more_fields, in_small_pieces, faults.said_to_be_latin)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "works").mkdir(parents=True)
    shutil.copytree(data_folder() / "persons", folder / "persons")
    for name in ("venues.ttl", *(f"works/{one}.ttl" for one in (*KNOWN, UNKNOWN))):
        shutil.copy(data_folder() / name, folder / name)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.ttl"))}


def link(run: Run, services: Services, folder: Path, cache: Path) -> str:
    """Link in *folder*, and return what the command says."""
    done = run(
        "link", *KNOWN, UNKNOWN, "--to", "all", *services.at(), "--into", folder, "--mailto", "me@example.org",
        env=KEYS | {"ALIGNGRAPH_CACHE": str(cache)},
    )  # fmt: skip
    assert done.code in (0, 1), done.err
    assert "Traceback" not in done.err
    assert all(character.isprintable() or character in "\n\t" for character in done.err)
    return done.err


CLEAN: dict[str, bytes] = {}
"""The catalogue linked without any fault; once for all rounds."""


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(len(HARMFUL) + len(HARMLESS)))
def test_a_later_run_makes_up_for_what_went_wrong(
    turn: int, run: Run, services: Services, data: Path, tmp_path: Path
) -> None:
    if not CLEAN:
        clean = Path(shutil.copytree(data, tmp_path / "clean"))
        link(run, services, clean, tmp_path / "clean-cache")
        assert all(one.refused == 0 for one in services.values()), "the limits of each are held to"
        assert services["dblp"].most_at_once == services["wikidata"].most_at_once == 1
        assert all("gzip" in one.asked[0].headers["accept-encoding"] for one in services.values() if one.asked)
        assert contents(clean) != contents(data)
        CLEAN.update(contents(clean))

    every = HARMFUL + HARMLESS
    for place, one in enumerate(services.values()):
        one.reset()
        one.faults = [every[(place + turn) % len(every)]]
    cache = tmp_path / "cache"
    link(run, services, data, cache)
    assert all(not one.faults for one in services.values() if one.asked)
    assert not any("elsewhere.example" in text.decode() for text in contents(data).values())
    link(run, services, data, cache)
    said = link(run, services, data, cache)
    assert re.search(r"^openalex: 0 requests sent", said, re.M)
    assert _without_dates(contents(data)) == _without_dates(CLEAN)
    assert run("fmt", "--check", data).code == 0


def _without_dates(files: dict[str, bytes]) -> dict[str, bytes]:
    """Take out the day, should it have changed meanwhile."""
    return {name: re.sub(rb"20\d\d-\d\d-\d\d", b"", content) for name, content in files.items()}
