"""What follows."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox


def closure(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """Return the triples that follow from *quads* and are not among them."""
    return []
