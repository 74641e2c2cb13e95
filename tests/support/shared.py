"""Files that take long to make, made once for all the processes that run tests, which only read them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all the processes have."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # A process of several has a folder of its own within that of all.
        root = root.parent
    folder = root / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the path *name*, which *make* has written in the first process that asked for it."""
    folder = shared_folder(factory) / name
    folder.mkdir(parents=True, exist_ok=True)
    path, done = folder / name, folder / "done"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(path)
            done.touch()
    return path
