"""The guard of this folder: a test that reaches another machine fails, in this process or in one that it starts."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
import requests

from tests.support.catalogues.running import Services
from tests.support.guard.sitecustomize import CODE

ELSEWHERE = "192.0.2.1"
"""An address that no machine has (RFC 5737)."""


@pytest.mark.parametrize("host", [ELSEWHERE, "example.org"])
def test_who_connects_elsewhere_fails(host: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=rf"a test (?:connected to|looked up) {host}"):
        socket.create_connection((host, 9), timeout=1)


def test_a_process_that_connects_elsewhere_is_ended() -> None:
    code = f"import socket; socket.socket().connect(('{ELSEWHERE}', 9))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == CODE
    assert done.stderr == f"This process connected to {ELSEWHERE}, which is not this machine.\n"


def test_this_machine_is_reached(services: Services) -> None:
    assert requests.get(f"{services['crossref'].address}/works/10.1/x", timeout=10).status_code == 404
