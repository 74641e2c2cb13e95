"""The script that compares live services with those of the tests, run against these."""

from __future__ import annotations

import pytest

from tests.live.compare import main
from tests.support.catalogues import service as faults
from tests.support.catalogues.running import Services


def test_services_that_are_as_the_tests_have_them_are_said_so(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--mailto", "me@x.example", *services.at()]) == 0
    out = capsys.readouterr().out
    assert out.count("missing: nothing") == 15, "by identifier and by title; people by name alone"
    assert "crossref 10.18653/v1/2022.acl-long.26: GLM: General Language Model Pretraining" in out


def test_what_is_missing_or_gone_is_said(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    services["crossref"].faults = [
        faults.status(200, b'{"message": {"items": [{"DOI": "10.1/x", "Title": "renamed"}]}}', "application/json"),
        faults.status(404, b"gone", "text/plain"),
    ]
    assert main(["crossref", "--mailto", "me@x.example", "--at", f"crossref={services['crossref'].address}"]) == 1
    out = capsys.readouterr().out
    assert "message.items[].title[]" in out.partition("missing: ")[2].partition("\n")[0]
    assert "also there: message.items[].Title" in out
    assert "no answer: crossref answered 404 (gone)" in out
