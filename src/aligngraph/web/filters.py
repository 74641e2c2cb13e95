"""What templates do to texts of the catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

_INNER_WORD = re.compile(r"(?<=[a-z0-9])[A-Z](?=[a-z])")
_LISTING_COMMAND = re.compile(r"'aligngraph query ([\w-]+) -p ([\w-]+)=([\w-]+)' lists them")


def linked(text: str) -> Markup:
    """Return *text* of an item; where it says which command lists things, a link to the page that does."""
    from markupsafe import Markup, escape

    found = _LISTING_COMMAND.fullmatch(text)
    if found is None:
        return escape(text)
    return Markup('<a href="/query/{}?{}={}">All of them</a>').format(*found.groups())


def with_code(text: str) -> Markup:
    """Return *text*, from a query's description, with what stands in backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def heading(column: str) -> str:
    """Return what stands above the column *column* of an answer.

    >>> heading("goalLabel"), heading("firstYear"), heading("title")
    ('goal', 'first year', 'title')
    """
    return _INNER_WORD.sub(lambda found: " " + found[0].lower(), column.removesuffix("Label") or column)
