"""Where SPARQL is answered: a backend takes a query and gives back rows, a truth value or triples."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from aligngraph.errors import QueryError as QueryError
from aligngraph.rdf.namespaces import PREFIXES

if TYPE_CHECKING:
    from typing import TypeAlias

    Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
    Row: TypeAlias = tuple[Term | None, ...]


class Solutions:
    """The rows of a SELECT: variable names, and an iterator over the rows."""

    def __init__(self, variables: tuple[str, ...], rows: Iterator[Row]) -> None:
        self.variables = variables
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        """Return the rows still to come, each as long as `variables`, None where unbound."""
        return self._rows


class Triples:
    """The triples of a CONSTRUCT or DESCRIBE."""

    def __init__(self, triples: Iterator[ox.Triple]) -> None:
        self._triples = triples

    def __iter__(self) -> Iterator[ox.Triple]:
        """Return the triples still to come."""
        return self._triples


class Backend(Protocol):
    """Anything that answers SPARQL over a catalogue, in the process or far away."""

    def run(self, sparql: str) -> Solutions | bool | Triples:
        """Answer any query form; raise QueryError where it is not SPARQL."""
        ...

    def select(self, sparql: str) -> Solutions:
        """Answer a SELECT; raise QueryError for another form."""
        ...

    def ask(self, sparql: str) -> bool:
        """Answer an ASK; raise QueryError for another form."""
        ...

    def construct(self, sparql: str) -> Iterator[ox.Triple]:
        """Answer a CONSTRUCT or DESCRIBE; raise QueryError for another form."""
        ...


class FormsMixin(ABC):
    """The three query forms by way of `run`."""

    @abstractmethod
    def run(self, sparql: str) -> Solutions | bool | Triples:
        """Answer any query form."""

    def select(self, sparql: str) -> Solutions:
        """Answer a SELECT; raise QueryError for another form."""
        result = self.run(sparql)
        if not isinstance(result, Solutions):
            raise QueryError("this needs a SELECT query.")
        return result

    def ask(self, sparql: str) -> bool:
        """Answer an ASK; raise QueryError for another form."""
        result = self.run(sparql)
        if not isinstance(result, bool):
            raise QueryError("this needs an ASK query.")
        return result

    def construct(self, sparql: str) -> Iterator[ox.Triple]:
        """Answer a CONSTRUCT or DESCRIBE; raise QueryError for another form."""
        result = self.run(sparql)
        if not isinstance(result, Triples):
            raise QueryError("this needs a CONSTRUCT or DESCRIBE query.")
        return iter(result)


class Embedded(FormsMixin):
    """Oxigraph in this process. The default graph of a query is the union of all graphs."""

    def __init__(self, store: ox.Store, *, without: str | None = None) -> None:
        """Answer over *store*; *without* is the IRI of a graph to leave out."""
        self.store = store
        self._graphs: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None = None
        if without is not None:
            named = [graph for graph in store.named_graphs() if getattr(graph, "value", None) != without]
            self._graphs = [ox.DefaultGraph(), *named]

    def quads(self, subject: Any = None, predicate: Any = None, object: Any = None) -> Iterator[ox.Quad]:
        """Yield the statements that match, None for any term, by the store's indexes: far quicker than a query."""
        found = self.store.quads_for_pattern(subject, predicate, object)
        return found if self._graphs is None else (quad for quad in found if quad.graph_name in self._graphs)

    def run(self, sparql: str) -> Solutions | bool | Triples:
        """Answer any query form.

        The catalogue's prefixes need not be declared. Raise QueryError where the text is not SPARQL, or where the
        engine stops on the way.
        """
        try:
            result = self.raw(sparql)
        except SyntaxError as error:
            raise QueryError(explain_syntax_error(error, sparql)) from error
        except (OSError, RuntimeError) as error:
            raise _stopped(error, sparql) from error
        if isinstance(result, ox.QuerySolutions):
            variables = [variable.value for variable in result.variables]
            order = _written_order(variables, sparql)
            return Solutions(tuple(variables[place] for place in order), _rows(result, order, sparql))
        if isinstance(result, ox.QueryTriples):
            return Triples(_triples(result, sparql))
        return bool(result)

    def raw(self, sparql: str, base: str | None = None) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Return the engine's own answer, with relative IRIs read from *base*. Raise SyntaxError, QueryError."""
        if re.search(r"\bfrom\b|\\u", sparql, re.IGNORECASE):
            from aligngraph.sparql.paging import dataset_of

            if dataset := dataset_of(sparql, PREFIXES):
                return self._query_of(sparql, dataset, base)
        if self._graphs is None:
            return self.store.query(sparql, prefixes=PREFIXES, base_iri=base, use_default_graph_as_union=True)
        named = [graph for graph in self._graphs if not isinstance(graph, ox.DefaultGraph)]
        return self.store.query(
            sparql, prefixes=PREFIXES, base_iri=base, default_graph=self._graphs, named_graphs=named
        )

    def _query_of(
        self, sparql: str, dataset: Sequence[tuple[str, str]], base: str | None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Answer over the graphs that *sparql* names with FROM and FROM NAMED, and no others (SPARQL 1.1, 13.2)."""
        graphs: dict[str, list[Any]] = {"default-graph-uri": [], "named-graph-uri": []}
        for kind, iri in dataset:
            try:
                graph = ox.NamedNode(iri)
            except ValueError as error:
                raise QueryError(f"FROM {iri}: this is not an absolute IRI.") from error
            if self._graphs is None or graph in self._graphs:
                graphs[kind].append(graph)
        default, named = graphs.values()
        return self.store.query(sparql, prefixes=PREFIXES, base_iri=base, default_graph=default, named_graphs=named)


def _written_order(variables: Sequence[str], sparql: str) -> Sequence[int]:
    """Return *variables*, as places, in the order of columns: that of SELECT *, which the engine sorts, as written."""
    if "*" not in sparql:
        return range(len(variables))
    from aligngraph.sparql.read_only import without_texts

    body = without_texts(sparql)
    select = re.search(r"\bSELECT\s*(?:(?:DISTINCT|REDUCED)\s*)?(?P<star>\*)?", body, re.IGNORECASE)
    if select is None or not select["star"]:
        return range(len(variables))
    written = {name: place for place, name in enumerate(dict.fromkeys(re.findall(r"[?$](\w+)", body)))}
    return sorted(range(len(variables)), key=lambda place: written.get(variables[place], len(written)))


def _rows(solutions: ox.QuerySolutions, order: Sequence[int], sparql: str) -> Iterator[Row]:
    try:
        for solution in solutions:
            yield tuple(solution[place] for place in order)
    except (OSError, RuntimeError) as error:
        raise _stopped(error, sparql) from error


def asked_services(sparql: str) -> str:
    """Return, in words, whom SERVICE in *sparql* asks; '' where there is none."""
    if "service" not in sparql.lower() and "\\u" not in sparql:
        return ""
    from aligngraph.sparql.read_only import services

    named = services(sparql)
    return f"asking {' and '.join(named)} by SERVICE" if named else ""


def _stopped(error: Exception, sparql: str) -> QueryError:
    # A RuntimeError is how RocksDB says that a file of the store is damaged.
    hint = " Its store may be damaged: build it again." if isinstance(error, RuntimeError) else ""
    asking = f" while {asked}" if isinstance(error, OSError) and (asked := asked_services(sparql)) else ""
    return QueryError(f"the query engine stopped{asking}: {error}.{hint}")


def _triples(triples: ox.QueryTriples, sparql: str) -> Iterator[ox.Triple]:
    try:
        yield from triples
    except (OSError, RuntimeError) as error:
        raise _stopped(error, sparql) from error


_TERM = r"(?:[?$]\w+|<[^<>\s]*>|[A-Za-z][\w-]*:[\w.%-]*|a\b)"
_SHORT_PATTERN = re.compile(rf"[{{.}}]\s*([?$]\w+(?:\s+{_TERM})?)\s*(?:[}}]|\.\s|$)")
_LONGEST_EXPECTED = 120


def explain_syntax_error(error: SyntaxError, sparql: str) -> str:
    """Return what is wrong with *sparql* and where, better said than the engine's 'expected OPTIONAL'."""
    from aligngraph.sparql.read_only import TOKEN, without_texts

    body = without_texts(sparql)
    declared = {name.lower() for name in re.findall(r"\bPREFIX\s+([\w.-]*)\s*:", body, re.IGNORECASE)}
    for prefix in re.findall(r"(?<![\w:?$])([A-Za-z][\w-]*):(?=[\w%\\])", body):
        if prefix not in PREFIXES and prefix.lower() not in declared:
            return f"undeclared prefix {prefix + ':'!r} in the query: add a line PREFIX {prefix}: <…>."
    place = re.match(r"error at (\d+):(\d+): (.*)", " ".join(str(error.msg).split()))
    invalid = f"the query is not valid SPARQL 1.1{f' at line {place[1]}, column {place[2]}' if place else ''}"
    shown = TOKEN.sub(
        lambda one: {"string": '""', "iri": "<…>", "comment": " "}.get(one.lastgroup or "", one[0]), sparql
    )
    if short := _SHORT_PATTERN.search(shown):
        return (
            f"{invalid}: '{' '.join(short[1].split())}' is not a whole triple pattern: that has a subject, a property "
            "and a value."
        )
    if (unclosed := body.count("{") - body.count("}")) > 0:
        return f"{invalid}: {unclosed} '{{' not closed by '}}'."
    if place is None:
        return f"{invalid}: {error.msg}"
    line, column = int(place[1]), int(place[2])
    rest = "".join(sparql.splitlines(keepends=True)[line - 1 : line])[column - 1 :].strip()
    found = f"found {rest[:20]!r}" if rest else "the text ends"
    expected = place[3].replace(", [_]", "").replace("[_]", "more")
    # What the engine's grammar could go on with, a class of characters after another, helps nobody.
    told = f", {expected}" if len(expected) < _LONGEST_EXPECTED else ""
    return f"{invalid}: {found}{told}."
