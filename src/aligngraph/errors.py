"""What can go wrong in a way the user can put right."""

from __future__ import annotations


class AligngraphError(Exception):
    """Something the user can put right. Its text is shown as it stands."""
