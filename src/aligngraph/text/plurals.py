"""How numbers are said."""

from __future__ import annotations


def count_of(number: int, one: str, many: str | None = None) -> str:
    """Return *number* with its noun, as in "1 file" and "1,200 files"; *many* is its plural where that is not "s"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
