"""A progress bar."""

from __future__ import annotations

import sys
from time import monotonic

import click

_BAR = 30
_QUIET = 1.0
_EVERY = 0.1


class Bar:
    """A progress bar on stderr: only on a terminal, and only for what takes longer than a second."""

    def __init__(self) -> None:
        self._shown = False
        self._next = monotonic() + _QUIET
        self._on_terminal = sys.stderr.isatty()
        self._doing = ""

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Show what is being done, and how much of it."""
        now = monotonic()
        if not self._on_terminal or (now < self._next and not (self._shown and doing != self._doing)):
            return
        self._next, self._shown, self._doing = now + _EVERY, True, doing
        part = done / total if total else 0.0
        bar = f"[{'#' * int(part * _BAR):<{_BAR}}] {part:4.0%}" if total else "…"
        click.echo(f"\r\x1b[K{doing} {bar}", nl=False, err=True)

    def end(self) -> None:
        """Wipe it away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
