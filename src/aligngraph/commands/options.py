"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from aligngraph.backend import Embedded

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PATH",
    help="Turtle file or folder to read in place of the shipped catalogue; may be repeated.",
)


def catalogue_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--data``, ``--no-inferred`` and ``--no-cache``; *function* gets ``open_backend``, which opens it all."""

    @data_option
    @click.option("--no-inferred", is_flag=True, help="Leave out what only follows by reasoning.")
    @click.option("--no-cache", is_flag=True, help="Read the files anew, and keep nothing for the next time.")
    @functools.wraps(function)
    def wrapper(data: Sequence[Path], no_inferred: bool, no_cache: bool, **rest: Any) -> Any:
        def backend() -> Embedded:
            from aligngraph.catalogue import open_catalogue

            return open_catalogue(data, inferred=not no_inferred, use_cache=not no_cache)

        return function(open_backend=backend, **rest)

    return wrapper
