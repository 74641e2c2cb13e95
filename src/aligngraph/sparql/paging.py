"""What the text of a query says: its form, columns and order; and the same query with prefixes, or a page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from urllib.parse import urljoin

from aligngraph.sparql.read_only import TOKEN, unescape

_NUMBER = re.compile(r"(?:\s|#[^\n\r]*)*([0-9]+)")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


class Token:
    """A piece of a query: its kind, text, place, and how many brackets it stands in."""

    __slots__ = ("braces", "kind", "parentheses", "start", "text")

    def __init__(self, kind: str, text: str, start: int, braces: int, parentheses: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.braces = braces
        self.parentheses = parentheses

    @property
    def word(self) -> str:
        """The keyword in upper case where this is one outside of all brackets, else ''."""
        return self.text.upper() if self.kind == "word" and not self.braces and not self.parentheses else ""


def tokens(sparql: str) -> Iterator[Token]:
    """Yield the pieces of *sparql* that are not brackets, comments or signs."""
    braces = parentheses = place = 0
    for match in TOKEN.finditer(sparql):
        gap = sparql[place : match.start()]
        braces += gap.count("{") - gap.count("}")
        parentheses += gap.count("(") - gap.count(")")
        place = match.end()
        if match.lastgroup is not None and match.lastgroup != "comment":
            yield Token(match.lastgroup, match[0], match.start(), braces, parentheses)


def form_of(sparql: str) -> str:
    """Return SELECT, ASK, CONSTRUCT or DESCRIBE; '' where *sparql* is none of these."""
    return next((token.word for token in tokens(sparql) if token.word in _FORMS), "")


def names_graphs(sparql: str) -> bool:
    """Tell whether *sparql* has GRAPH."""
    return any(token.kind == "word" and token.text.upper() == "GRAPH" for token in tokens(sparql))


def dataset_of(sparql: str, prefixes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the graphs that *sparql* names with FROM and FROM NAMED, as parameters of SPARQL 1.1 Protocol (2.1.4).

    Each is ``default-graph-uri`` or ``named-graph-uri``, with the graph's IRI: *prefixes* are those that need not be
    declared.
    """
    found = list(tokens(unescape(sparql)))
    names = dict(prefixes)
    base = ""
    parameters = []
    for token, after, last in zip(found, found[1:], [*found[2:], None], strict=False):
        if token.word == "BASE" and after.kind == "iri":
            base = after.text[1:-1]
        elif token.word == "PREFIX" and after.kind == "name" and last is not None:
            names[after.text.partition(":")[0]] = urljoin(base, last.text[1:-1])
        elif token.word == "FROM":
            named = after.word == "NAMED" and last is not None
            graph = last if named and last is not None else after
            prefix, _, local = graph.text.partition(":")
            local = re.sub(r"\\(.)", r"\1", local)
            iri = urljoin(base, graph.text[1:-1]) if graph.kind == "iri" else names.get(prefix, "") + local
            parameters.append(("named-graph-uri" if named else "default-graph-uri", iri))
    return tuple(parameters)


def most_triples(sparql: str) -> int:
    """Return a number that no solution of the CONSTRUCT *sparql* gives more triples than."""
    begins = next(token.start for token in tokens(sparql) if token.word == "CONSTRUCT")
    bare = TOKEN.sub(lambda match: "" if match.lastgroup == "comment" else "x", sparql[begins:])
    template = bare.partition("{")[2].partition("}")[0].rstrip("\t\n\r .;")
    in_lists = 2 * len(template.split()) if "(" in template else 0
    return 1 + len(re.findall(r"[.;,\[]", template)) + in_lists


def with_prefixes(sparql: str, prefixes: Mapping[str, str]) -> str:
    """Return *sparql* with those of *prefixes* declared that it uses and does not declare, before its first line."""
    found = list(tokens(sparql))
    declared = {
        after.text.partition(":")[0]
        for token, after in pairwise(found)
        if token.word == "PREFIX" and after.kind == "name"
    }
    used = {token.text.partition(":")[0] for token in found if token.kind == "name"}
    missing = [name for name in sorted(used - declared) if name in prefixes]
    return "".join(f"PREFIX {name}: <{prefixes[name]}> " for name in missing) + sparql


class Paging:
    """A SELECT whose answer a server may cut: what limit it has itself, and how to ask for the next rows.

    ``sparql`` is the query to begin with. Where the query has an order, it also orders by every column, which
    decides between rows that the query's own order leaves equal; so that pages fit together.
    """

    def __init__(self, sparql: str) -> None:
        found = list(tokens(sparql))
        numbers = {name: _number_after(sparql, token) for token in found if (name := token.word) in ("LIMIT", "OFFSET")}
        self.limit = numbers.get("LIMIT")
        self._offset = numbers.get("OFFSET") or 0
        self.columns = _columns(found)
        self.ordered = any(token.word == "ORDER" for token in found) and bool(self.columns)
        # A code point escape may stand for a keyword or bracket, which is then not seen here.
        self.possible = "\\u" not in sparql.lower()
        self._head, self._tail = _split(sparql, found)
        self._begins = next((token.start for token in found if token.word == "SELECT"), 0)
        self._names_graphs = any(token.word == "FROM" for token in found)
        if self.ordered and self.possible:
            # Not one that the order has already: Virtuoso then gives rows twice, and leaves others out.
            by_itself = _ordered_by(sparql, found)
            self._head += "\n" + " ".join(f"?{name}" for name in self.columns if name not in by_itself)
            self._head = self._head.rstrip()
            self.sparql = self.page(0, None)
        else:
            self.sparql = sparql

    def page(self, start: int, count: int | None) -> str:
        """Return the query for *count* rows (or as many as there are) from row *start* on."""
        left = None if self.limit is None else max(self.limit - start, 0)
        limits = [number for number in (left, count) if number is not None]
        offset = self._offset + start
        parts = [self._head]
        parts += [f"LIMIT {min(limits)}"] if limits else []
        parts += [f"OFFSET {offset}"] if offset else []
        return "\n".join([*parts, self._tail] if self._tail else parts)

    def scrolled(self, start: int, count: int) -> str | None:
        """Return the same as `page`, with the order in a query inside; None where it can't be put there.

        Virtuoso sorts no more rows than it gives, OFFSET included, but goes through such an inner query row by row.
        """
        if not (self.ordered and self.possible) or self._names_graphs:
            return None
        left = count if self.limit is None else min(count, max(self.limit - start, 0))
        columns = " ".join(f"?{name}" for name in self.columns)
        inside = f"{self._head[self._begins :]}\n{self._tail}"
        return (
            f"{self._head[: self._begins]}SELECT {columns} WHERE {{ {{ {inside} }} }}\n"
            f"LIMIT {left}\nOFFSET {self._offset + start}"
        )


def _number_after(sparql: str, token: Token) -> int | None:
    match = _NUMBER.match(sparql, token.start + len(token.text))
    return int(match[1]) if match else None


def _columns(found: list[Token]) -> tuple[str, ...]:
    """Return the names of the columns, or nothing for ``SELECT *``, which does not say."""
    names: list[str] = []
    begun = renamed = False
    for token in found:
        if token.word == "SELECT":
            begun = True
        elif begun and (token.braces or token.word in ("WHERE", "FROM")):
            break
        elif begun and token.kind == "word" and token.text.upper() == "AS" and token.parentheses == 1:
            renamed = True
        elif begun and token.kind == "variable" and (token.parentheses == 0 or (renamed and token.parentheses == 1)):
            names.append(token.text[1:])
            renamed = False
    return tuple(names)


def _ordered_by(sparql: str, found: list[Token]) -> set[str]:
    """Return the names of the variables by which alone the query orders, up or down."""
    names: set[str] = set()
    begun = False
    for before, token in pairwise(found):
        begun = begun or before.word == "ORDER"
        if not begun or token.kind != "variable" or token.braces:
            continue
        gap = sparql[before.start + len(before.text) : token.start].split()
        after = sparql[token.start + len(token.text) :].lstrip()
        turned = before.word in ("ASC", "DESC") and gap == ["("] and after.startswith(")")
        if token.parentheses == 0 or turned:
            names.add(token.text[1:])
    return names


def _split(sparql: str, found: list[Token]) -> tuple[str, str]:
    """Return *sparql* without its outer LIMIT and OFFSET, cut in two where they would stand."""
    tail = next((token.start for token in found if token.word == "VALUES"), len(sparql))
    limits = [token.start for token in found if token.word in ("LIMIT", "OFFSET")]
    head = sparql[: min([tail, *limits])]
    return head.rstrip(), sparql[tail:].rstrip()
