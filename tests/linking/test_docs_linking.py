"""The examples of docs/linking.md, run as printed."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from aligngraph.catalogue.sources import data_folder
from tests.conftest import ROOT, Run

PAGE = ROOT / "docs" / "linking.md"


@pytest.mark.slow
def test_the_examples_work_as_printed(run: Run, tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (sample,) = re.findall(r"```bibtex\n(.*?)```", text, re.DOTALL)
    (tmp_path / "sample.bib").write_text(sample, encoding="utf-8")
    shutil.copytree(data_folder(), tmp_path / "copy")
    commands = [
        line[2:] for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    outcomes = [run(*shlex.split(line)[1:], cwd=tmp_path) for line in commands]
    assert [done.code for done in outcomes] == [0, 0, 0], outcomes
    record = "https://mlanthology.org/example/2023/rafailov2023example-direct/"
    assert f"+        <{record}> ," in outcomes[0].out
    assert record in (tmp_path / "copy" / "works" / "rafailov2023-dpo.ttl").read_text(encoding="utf-8")
