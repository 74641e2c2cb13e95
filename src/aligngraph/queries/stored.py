"""Stored queries: find one by name, read what it says of itself, and bind its parameters.

A parameter is one line ``VALUES ?name { … }`` of the query. Binding writes terms there, serialised by the engine's own
term types, and never text as given; so no value can change what the query does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from aligngraph.catalogue.sources import queries_folder
from aligngraph.errors import ArgumentError, NothingFoundError, QueryError

TYPES = ("choice", "concept", "iri", "kind", "string", "integer", "year")
GROUPS = (
    "works",
    "authors",
    "venues",
    "artifacts",
    "taxonomy",
    "coverage and gaps",
    "the page",
    "joins",
    "checks",
)
"""What stored queries are about, in the order in which they are listed."""
ANY = "any"
"""The value that frees a parameter: every value will do."""

# Nothing that ends an IRI in SPARQL, or may not stand in one.
_ADDRESS = re.compile(r"""https?://[^\s<>"{}|\\^`\x00-\x20/?#@]+(?:[/?#][^\s<>"{}|\\^`\x00-\x20]*)?""")
_PARAM = re.compile(r"(?P<name>\w+): (?P<type>\w+)(?: of (?P<of>[\w|-]+))?, (?P<text>.+)")


_VALUES = re.compile(r"^[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{(?P<terms>[^{}\n]*)\}[ \t]*$", re.MULTILINE)


# Named tuples: every command makes these classes when it starts, and a dataclass takes five times as long to make.
class Parameter(NamedTuple):
    """One parameter of a stored query."""

    name: str
    type: str
    of: str | None
    """For a concept its scheme, for an IRI or kind its class, for a string the property that has it (local names).

    For a choice its words, with bars between them; so too for an IRI of one of several classes.
    """
    text: str
    default: str
    """What stands between the braces of its VALUES line: UNDEF, or terms."""
    example: str | None = None
    """A value as people give it, where there is no default to show."""

    @property
    def choices(self) -> list[str]:
        """What `of` names, one by one."""
        return self.of.split("|") if self.of is not None else []


class StoredQuery(NamedTuple):
    """A stored query and what it says of itself."""

    name: str
    text: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    problem: str | None
    solution: str | None
    service: str | None = None
    """The address of the other endpoint that it also asks, where it does."""
    group: str = ""
    """What it is about, as the list of queries groups them: one of `GROUPS`."""
    needs: str | None = None
    """What has to be in a store beside the data, so that it answers in full there."""

    @property
    def is_federated(self) -> bool:
        """Whether it sends requests to another endpoint, and so runs only where that is allowed."""
        return "federated" in self.tags

    @property
    def may_reach_out(self) -> bool:
        """Whether the word that sends requests stands in it, or an escape that could spell that word."""
        return "SERVICE" in self.text.upper() or "\\" in self.text

    @property
    def is_check(self) -> bool:
        """Whether rows are offenders, so that no rows is a pass."""
        return self.name.startswith("check-")


def list_queries(folder: Path | None = None, *, federated: bool = False) -> list[StoredQuery]:
    """Return the stored queries of *folder* (the shipped ones if None), by name; those that ask others if *federated*.

    Raise QueryError where a file breaks the format.
    """
    found = [read_query(path) for path in sorted((folder or queries_folder()).glob("*.rq"))]
    return [query for query in found if federated or not query.is_federated]


def find_query(name: str, folder: Path | None = None) -> StoredQuery:
    """Return the stored query called *name*. Raise NothingFoundError, with the nearest name, when there is none."""
    # Looked up in a listing, so that a name like '../x' finds nothing.
    folder = folder or queries_folder()
    known = [entry.removesuffix(".rq") for entry in os.listdir(folder) if entry.endswith(".rq")]  # noqa: PTH208 (faster)
    if name not in known:
        hint = did_you_mean(name, known, "'aligngraph query' lists them.")
        raise NothingFoundError(f"no stored query named {quote(name)}: {hint}")
    return read_query(folder / f"{name}.rq")


def read_query(path: Path) -> StoredQuery:
    """Return the stored query in *path*. Raise QueryError where it breaks the format."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{path}: can't be read: {error}") from error
    fields: dict[str, str] = {}
    declared: list[re.Match[str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#+"):
            continue
        key, colon, value = line.removeprefix("#+").strip().partition(" " if line.startswith("#+ param ") else ":")
        if key == "param":
            match = _PARAM.fullmatch(value.strip())
            if match is None or match["type"] not in TYPES:
                raise QueryError(
                    f"{path}, line {number}: a parameter reads '#+ param name: type of class, text', "
                    f"with a type of {', '.join(TYPES)}."
                )
            declared.append(match)
        elif colon:
            fields[key] = _plain(value.strip())
    if "summary" not in fields:
        raise QueryError(f"{path}: add a first line '#+ summary: …'.")
    examples = dict(pair.split("=", 1) for pair in fields.get("example", "").split() if "=" in pair)
    return StoredQuery(
        name=path.stem,
        text=text,
        summary=fields["summary"],
        description=fields.get("description", ""),
        tags=tuple(tag.strip() for tag in fields.get("tags", "").strip("[]").split(",") if tag.strip()),
        parameters=tuple(
            Parameter(
                match["name"],
                match["type"],
                match["of"],
                match["text"],
                _default(match["name"], text, path),
                examples.get(match["name"]),
            )
            for match in declared
        ),
        problem=fields.get("problem"),
        solution=fields.get("solution"),
        service=fields.get("service"),
        group=fields.get("group", ""),
        needs=fields.get("needs"),
    )


def _plain(value: str) -> str:
    """Return what a scalar of the header means: the header is YAML, where text with ': ' in it stands in quotes."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def asking(query: StoredQuery, service: str) -> StoredQuery:
    """Return a federated query that asks the endpoint *service* in place of the one that it names.

    Raise ArgumentError where the query asks no other endpoint, or *service* is no address.
    """
    if query.service is None:
        raise ArgumentError(f"{query.name} asks no other endpoint, so there is none to replace by {quote(service)}.")
    if not _ADDRESS.fullmatch(service):
        raise ArgumentError(f"{quote(service)} is no address of an endpoint: write it whole, with http:// or https://.")
    text = re.sub(rf"(SERVICE (?:SILENT )?)<{re.escape(query.service)}>", rf"\g<1><{service}>", query.text)
    return query._replace(text=text, service=service)


def values_lines(name: str, text: str) -> list[re.Match[str]]:
    """Return the lines of the query *text* that bind the parameter *name*."""
    return [line for line in _VALUES.finditer(text) if line["name"] == name]


def _default(name: str, text: str, path: Path) -> str:
    lines = values_lines(name, text)
    if len(lines) != 1:
        raise QueryError(f"{path}: the parameter {name} needs exactly one line 'VALUES ?{name} {{ UNDEF }}'.")
    return lines[0]["terms"].strip()


def quote(value: str) -> str:
    """Return *value* as an error shows it: in quotes, and not longer than a line."""
    shown = value if len(value) <= 60 else value[:57] + "…"
    return repr(shown)


def did_you_mean(wanted: str, known: Iterable[str], otherwise: str) -> str:
    """Return a question whether one of *known*, the most like *wanted*, is meant; *otherwise* where none is like it."""
    from aligngraph.text.suggestions import nearest

    near = nearest(wanted.casefold()[:200], ((name.casefold(), name) for name in known))
    if not near:
        return otherwise
    *others, last = [repr(name) for name in near]
    return f"did you mean {', '.join(others) + ' or ' if others else ''}{last}?"
