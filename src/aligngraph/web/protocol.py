"""Requests of the SPARQL 1.1 Protocol, query operation (W3C, section 2.1), taken apart without running anything."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl

from aligngraph.errors import AligngraphError
from aligngraph.sparql.backend import QueryError
from aligngraph.sparql.read_only import check_read_only, keywords, unescape

LONGEST_QUERY = 1 << 20
"""Bytes of a query's text, and of the body that brings it."""
DEEPEST = 200
"""Brackets in one another. The engine's parser uses the stack, and a deeper query would end its process."""
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*")
_BRACKET = re.compile(
    r"#[^\n\r]*|<[^<>\"{}|^`\\\x00-\x20]*>|'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\""
    r"|'(?:[^'\\\n\r]|\\.)*'|\"(?:[^\"\\\n\r]|\\.)*\"|[(){}\[\]]",
    re.DOTALL,
)


class HttpError(AligngraphError):
    """A request that can't be answered, with the status that says why."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(message)


class Query(NamedTuple):
    """A query and the dataset that the request names for it; empty where that is the query's to say."""

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def read_query(method: str, query_string: str, content_type: str, body: bytes) -> Query:
    """Return the query that a request asks. Raise HttpError with the status that the protocol wants."""
    media, _, parameters = content_type.partition(";")
    media = media.strip().lower()
    pairs = _pairs(query_string)
    if method in ("GET", "HEAD"):
        text = None
    elif method != "POST":
        raise HttpError(
            405, f"{method} is not for a SPARQL endpoint: GET or POST a query.", Allow="GET, HEAD, POST, OPTIONS"
        )
    elif media == "application/x-www-form-urlencoded":
        pairs, text = [*pairs, *_pairs(_utf8(body, parameters))], None
    elif media == "application/sparql-query":
        text = _utf8(body, parameters)
    elif media == "application/sparql-update":
        raise HttpError(403, "this endpoint only reads: updates are not accepted.")
    else:
        raise HttpError(
            415,
            f"a POST must have the content type application/sparql-query or application/x-www-form-urlencoded, not "
            f"{media or 'nothing'!r}.",
        )
    given = [value for name, value in pairs if name == "query"]
    if any(name == "update" for name, _ in pairs):
        raise HttpError(403, "this endpoint only reads: updates are not accepted.")
    if any(name.startswith("using-") for name, _ in pairs):
        raise HttpError(400, "using-graph-uri is for updates, and this endpoint only reads.")
    if text is None:
        if len(given) != 1:
            raise HttpError(400, f"a request has one parameter 'query', and this one has {len(given)}.")
        text = given[0]
    elif given:
        raise HttpError(400, "the query is in the body already: leave out the parameter 'query'.")
    check_query(text)
    default = tuple(value for name, value in pairs if name == "default-graph-uri")
    named = tuple(value for name, value in pairs if name == "named-graph-uri")
    for iri in (*default, *named):
        if not _IRI.fullmatch(iri):
            raise HttpError(400, f"{iri[:100]!r} is not the IRI of a graph.")
    return Query(text, default, named)


def check_query(text: str) -> None:
    """Raise HttpError where *text* is too long, too deep, would change data or reach out; 400 or 403."""
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_QUERY:
        raise HttpError(413, f"the query is longer than {LONGEST_QUERY:,} bytes.")
    # Of few brackets none is deep, unless some are written as escapes.
    deepest = _deepest(text) if "\\" in text or sum(map(text.count, "({[")) > DEEPEST else 0
    if deepest > DEEPEST:
        raise HttpError(400, f"the query has brackets {deepest:,} deep; {DEEPEST} are allowed.")
    try:
        check_read_only(text)
    except QueryError as error:
        words = {word for word, _ in keywords(text)}
        forbidden = words & {"SERVICE", "INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"}
        message = "SERVICE is not allowed here: this endpoint sends no requests." if "SERVICE" in words else str(error)
        raise HttpError(403 if forbidden else 400, message) from error


def _deepest(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKET.finditer(unescape(text)):
        if match[0] in "({[":
            depth += 1
            deepest = max(deepest, depth)
        elif match[0] in ")}]":
            depth -= 1
    return deepest


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """Return the fields of a form that a POST brought. Raise HttpError where it brought anything else."""
    media, _, parameters = content_type.partition(";")
    if media.strip().lower() != "application/x-www-form-urlencoded":
        raise HttpError(
            415,
            f"a POST must have the content type application/x-www-form-urlencoded here, not "
            f"{media.strip() or 'nothing'!r}.",
        )
    return dict(_pairs(_utf8(body, parameters)))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=1000, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise HttpError(400, f"the parameters can't be read: {error}.") from error


def _utf8(body: bytes, parameters: str) -> str:
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters, re.IGNORECASE)
    if charset is not None and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HttpError(415, f"the body is in {charset[1]}: send UTF-8.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HttpError(400, f"the body is not UTF-8: {error.reason} at byte {error.start}.") from error
