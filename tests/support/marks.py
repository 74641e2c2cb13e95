"""How much of a test runs at once, and how much only in ``.ci/run``, where all runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.support.programs import REQUIRE_ALL


def slow_after(quick: int, cases: Iterable[Any]) -> list[Any]:
    """Return *cases* with all but the first *quick* marked as slow: they show the same of more commands or formats."""
    slow = pytest.mark.slow
    return [
        case if number < quick else pytest.param(*(case if type(case) is tuple else (case,)), marks=slow)
        for number, case in enumerate(cases)
    ]


def examples(full: int) -> int:
    """Return how many random cases to try: *full* in ``.ci/run``, elsewhere a quarter, which are others each time."""
    return full if REQUIRE_ALL else full // 4
