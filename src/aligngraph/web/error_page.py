"""The page that says why there is no other."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from aligngraph._version import __version__


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader

    return Environment(loader=PackageLoader("aligngraph.web"), autoescape=True).get_template("error.html")


def error_page(status: int, message: str, *, live: bool = True) -> str:
    """Return the page for *status*, which says *message*; *live* where a server answers, and not files alone."""
    title = HTTPStatus(status).phrase
    text: str = _template().render(title=title, message=message, version=__version__, live=live)
    return text
