"""`aligngraph link` where files can't be written, or change while it runs: it says so, and writes nothing by halves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from tests.conftest import Run
from tests.support.catalogues.running import Services
from tests.support.catalogues.service import Answer, Handler

WORK = "rafailov2023-dpo"
ENTRY = """@inproceedings{rafailov2023direct,
  title = {Direct Preference Optimization: Your Language Model is Secretly a Reward Model},
  author = {Rafailov, Rafael and Sharma, Archit and Mitchell, Eric and Manning, Christopher D},
  year = {2023},
  doi = {10.52202/075280-2338},
  url = {https://mlanthology.org/example/2023/rafailov2023example-direct/}
}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "works").mkdir(parents=True)
    shutil.copytree(data_folder() / "persons", folder / "persons")
    for name in ("venues.ttl", f"works/{WORK}.ttl"):
        shutil.copy(data_folder() / name, folder / name)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def limited(blocks: int, *arguments: str | Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run the command where no file may grow beyond so many blocks of 512 or 1,024 bytes, as on a disk that is full."""
    script = f'ulimit -f {blocks}; exec "$@"'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "aligngraph", "link", *map(str, arguments)]
    env = {"ALIGNGRAPH_CACHE": str(cache), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def test_a_data_folder_on_a_full_disk_is_left_as_it_was(data: Path, tmp_path: Path) -> None:
    bib = tmp_path / "a.bib"
    bib.write_text(ENTRY)
    before = contents(data)
    done = limited(1, "--to", bib, "--into", data, cache=tmp_path / "cache")
    assert done.returncode == 2, done.stderr
    assert "can't be written: file too large" in done.stderr.lower()
    assert "Traceback" not in done.stderr
    assert contents(data) == before
    assert limited(10_000, "--to", bib, "--into", data, cache=tmp_path / "cache").returncode == 0
    assert contents(data) != before


@pytest.mark.parametrize("full", [True, False])
def test_a_cache_that_can_not_be_written_is_said(services: Services, data: Path, tmp_path: Path, full: bool) -> None:
    cache = tmp_path / "cache"
    if not full:
        cache.write_text("a file in its place")
    before = contents(data)
    done = limited(
        2 if full else 10_000, "--to", "openalex", *services.at(), "--into", data, "--mailto", "me@example.org",
        cache=cache,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "answers.sqlite, where answers are kept, can't be used" in done.stderr
    assert "set ALIGNGRAPH_CACHE to another folder" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(data) == before
    assert services.requests() == 0


def test_a_file_that_is_changed_while_answers_are_waited_for_is_left_as_it_is(
    run: Run, services: Services, data: Path, tmp_path: Path
) -> None:
    work = data / "works" / f"{WORK}.ttl"

    def changing(handler: Handler, answer: Answer) -> None:
        work.write_text(work.read_text(encoding="utf-8") + "# changed by another\n", encoding="utf-8")
        handler.send(answer)

    services["openalex"].faults = [changing]
    command: tuple[str | Path, ...] = (
        "link",
        "--to",
        "openalex",
        *services.at(),
        "--into",
        data,
        "--mailto",
        "me@example.org",
    )
    env = {"ALIGNGRAPH_CACHE": str(tmp_path / "cache"), "OPENALEX_API_KEY": "an-openalex-key"}
    before = contents(data)
    done = run(*command, env=env)
    assert done.code == 2, done.err
    assert "was changed while this ran; nothing was written. Run it again." in done.err
    after = contents(data)
    assert after.pop(f"works/{WORK}.ttl").endswith(b"# changed by another\n")
    assert after == {name: content for name, content in before.items() if name != f"works/{WORK}.ttl"}
    sent = services.requests()
    again = run(*command, env=env)
    assert again.code in (0, 1)
    assert "files changed" in again.err
    assert services.requests() == sent, "the answers were kept"
