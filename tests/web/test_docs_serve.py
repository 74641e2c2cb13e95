"""docs/serve.md as printed, against a server at the port it names: its commands, its program; and what README shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT
from tests.web.conftest import Served

TEXT = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")


README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    return found


def at(served: Served, text: str) -> str:
    """Return *text* with the free port of this test in place of the one that a server has by default."""
    assert "http://127.0.0.1:8000/" in text
    return text.replace("http://127.0.0.1:8000/", served.address)


def test_each_curl_command_answers(served: Served) -> None:
    commands = [one for block in blocks("sh") for one in block.splitlines() if one.startswith("curl ")]
    assert commands
    for command in commands:
        done = subprocess.run(["bash", "-c", at(served, command)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) > 3


def test_the_readme_starts_it_and_says_where_what_the_picture_shows_is_seen(served: Served) -> None:
    shown = re.search(r"open <(\S+)>:\n\n```sh\n\.venv/bin/aligngraph (.*)\n```\n\n!\[([^]]*)\]\((\S+)\)", README)
    assert shown
    address, command, text, picture = shown.groups()
    usage = [sys.executable, "-m", "aligngraph", *command.split(), "--help"]
    help_text = subprocess.run(usage, capture_output=True, text=True, check=True).stdout
    assert f"default: {address.rstrip('/').rpartition(':')[2]}" in help_text
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")
    assert text.startswith("The page of a work: title, authors, where it was published, goals, methods")
    page = requests.get(f"{at(served, address)}work/rafailov2023-dpo.html", timeout=60).text
    for heading in ("Authors", "Published", "Goals", "Methods", "Listed"):
        assert f"<h2>{heading}</h2>" in page


@pytest.mark.slow
def test_the_program_matches_what_it_says(served: Served, tmp_path: Path) -> None:
    (block,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", at(served, block)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[1].split() == ["work/ouyang2022-instructgpt", "True", "100.0"]
