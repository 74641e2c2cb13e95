"""A catalogue in a triplestore, asked over HTTP: any SPARQL 1.1 endpoint.

Rows are passed on as they come. An answer that is cut short is never passed off as whole: the end of the document must
be there, and where a store may have left out rows without a word (some stop at a round number and answer 200), the
rest is fetched page by page, or the query fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.errors import RemoteError
from aligngraph.rdf.formats import TRIPLES
from aligngraph.rdf.namespaces import PREFIXES
from aligngraph.sparql.backend import FormsMixin, QueryError, Solutions, Triples
from aligngraph.sparql.paging import Paging, dataset_of, form_of, most_triples, names_graphs, with_prefixes
from aligngraph.stores.contents import Contents, question, question_of_inferred
from aligngraph.stores.http import TRIES, WEB_PAGE, Client, WrongAddressError, web_page
from aligngraph.stores.limits import DEFAULT_SECONDS
from aligngraph.stores.reply import Deadline, Reply
from aligngraph.stores.virtuoso import readable, usual

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Row
    from aligngraph.stores.auth import Access

_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
_ACCEPT_RESULTS = "application/sparql-results+json, application/sparql-results+xml;q=0.9"
_ACCEPT_GRAPH = "application/n-triples, text/turtle;q=0.5"
_ROUND = frozenset(first * 10**zeros for first in (1, 2, 3, 4, 5) for zeros in range(3, 9)) | frozenset(
    1 << power for power in range(10, 28)
)
"""Numbers of rows at which servers are set to stop."""
_AFTER_THE_ROWS = "after the end of the bindings"
_SAID_OF_THEM = re.compile(rb'[\]}]\s*,\s*"meta(?:data)?"\s*:')
"""Comunica and QLever say something of the rows behind them, which the engine's parser takes for an error."""
_SORTS_TOO_FEW = "SR353"
"""Virtuoso's number for an error: it won't sort that many rows."""
_ALL_GRAPHS = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
_NO_GRAPH = ("named-graph-uri", "urn:x-aligngraph:none")
"""Without a named graph in the request, Virtuoso lets GRAPH find them all."""
_LOOKING = 10.0
"""Seconds for finding out what a store holds."""
_VIRTUOSOS_TRUTH = "__ASK_RETVAL"
"""What releases of Virtuoso up to 7.2.5 answer with: one row, or none."""


class Remote(FormsMixin):
    """A SPARQL 1.1 endpoint. What the default graph of a query is, is the store's to say; but it is not left empty."""

    def __init__(
        self,
        endpoint: str,
        *,
        seconds: float = DEFAULT_SECONDS,
        access: Access | None = None,
        union: bool = True,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        """Ask the store at the address *endpoint*, as *access* says, each time for *seconds* at most (0: any).

        Where that is the address of the store itself, its endpoint is asked.

        Where the default graph is empty or shows no catalogue while named graphs hold one, and the store can be asked
        to, the *union* of all graphs takes its place in queries without FROM. *tell*, where given, is told before the
        first query what parts of a catalogue the store lacks. Raise RemoteError where that is not an address.
        """
        self._client = Client(endpoint, access)
        self._access = access
        self._may_search = True
        """Whether its endpoint may be at another address of the store."""
        self._seconds = seconds
        self._tell = tell
        self._union: tuple[tuple[str, str], ...] | None = None if union else ()
        """What asks for the union; None where it isn't known yet whether that is needed."""
        self._graphs: tuple[tuple[str, str], ...] = ()
        """What names all graphs to a store that is asked for the union and else would take GRAPH to be on none."""

    def run(self, sparql: str) -> Solutions | bool | Triples:
        """Answer any query form.

        The catalogue's prefixes need not be declared. Raise QueryError for what is not a query, RemoteError where there
        is not an answer; both, too, while the rows are read.
        """
        form = form_of(sparql)
        if not form:
            raise QueryError("the query is not valid SPARQL 1.1: there is no SELECT, ASK, CONSTRUCT or DESCRIBE.")
        sparql = with_prefixes(sparql, PREFIXES)
        deadline = Deadline(self._seconds)
        if form in ("CONSTRUCT", "DESCRIBE"):
            reply = self._ask(sparql, _ACCEPT_GRAPH, deadline)
            if reply.content_type not in TRIPLES:
                raise self._unreadable(reply)
            return Triples(self._triples(sparql, reply, deadline))
        if form == "ASK":
            return self._truth(self._ask(sparql, _ACCEPT_RESULTS, deadline))
        paging = Paging(sparql)
        first = _Page(self, self._ask(paging.sparql, _ACCEPT_RESULTS, deadline))
        return Solutions(first.variables, self._rows(paging, first, deadline))

    def _ask(self, sparql: str, accept: str, deadline: Deadline) -> Reply:
        if self._tell is not None:
            self._look(deadline)
        if dataset := dataset_of(sparql, PREFIXES):
            # Said twice: a store that is set to show the union of all may not heed what stands in the query.
            return self._send(sparql, accept, deadline, (*dataset, _NO_GRAPH))
        reply = self._send(sparql, accept, deadline, (*(self._union or ()), *self._named(sparql, deadline)))
        if self._union is None and reply.union is not None:
            self._look(deadline)
            if self._union:
                reply.close()
                return self._ask(sparql, accept, deadline)
        return reply

    def _send(
        self,
        sparql: str,
        accept: str,
        deadline: Deadline,
        more: Sequence[tuple[str, str]] = (),
        *,
        tries: int = TRIES,
    ) -> Reply:
        """Return the answer to *sparql*; find the endpoint of the store, once, where there is none at its address."""
        given = self._client
        try:
            return self._reply(sparql, accept, deadline, more, tries)
        except WrongAddressError as error:
            if not self._may_search:
                raise
            self._may_search = False
            self._client = self._elsewhere() or given
            if self._client is given:
                raise
            try:
                return self._reply(sparql, accept, deadline, more, tries)
            except WrongAddressError:
                self._client = given
                raise error from None

    def _reply(
        self, sparql: str, accept: str, deadline: Deadline, more: Sequence[tuple[str, str]], tries: int
    ) -> Reply:
        reply = self._client.query(sparql, accept, deadline, more, tries=tries)
        if reply.content_type in WEB_PAGE:
            reply.close()
            raise web_page(self._client.name)
        return reply

    def _elsewhere(self) -> Client | None:
        """Return what asks the endpoint of the store, where that has another address."""
        from aligngraph.stores.products import find_store

        address = self._client.address
        try:
            found = find_store(Client(address, self._access, seconds=_LOOKING)).query
        except RemoteError:
            return None
        return None if found.rstrip("/") == address.rstrip("/") else Client(found, self._access)

    def _look(self, deadline: Deadline) -> None:
        """Find out what the store holds: ask it for the union from now on where that is needed; tell what it lacks."""
        tell, self._tell = self._tell, None
        try:
            found, union = self._found(question(), deadline)
            contents = Contents(found)
            if self._union is None:
                self._union = (union,) if contents.needs_union and union is not None else ()
            if tell is not None:
                contents = Contents(found | self._found(question_of_inferred(), deadline)[0])
        except RemoteError:
            # What is asked next will say what is wrong; and a store that can't answer this may answer that.
            self._union = self._union or ()
            return
        if tell is not None and (text := contents.lacks(self._client.name, union=bool(self._union))):
            tell(text)

    def _found(self, sparql: str, deadline: Deadline) -> tuple[frozenset[tuple[str, str]], tuple[str, str] | None]:
        """Return the pairs of texts that *sparql* asks for, and how the store is asked for the union of its graphs."""
        left = deadline.left()
        soon = Deadline(_LOOKING if left is None else min(left / 2, _LOOKING))
        reply = self._send(sparql, _ACCEPT_RESULTS, soon, self._union or (), tries=1)
        page = _Page(self, reply)
        return frozenset((_text(row[0]), _text(row[1])) for row in page if len(row) == 2), reply.union

    def _named(self, sparql: str, deadline: Deadline) -> Sequence[tuple[str, str]]:
        """Return what names all graphs, where *sparql* has GRAPH and the union is asked for as a graph by its name."""
        if not self._union or not self._union[0][1] or not names_graphs(sparql):
            return ()
        if not self._graphs:
            page = _Page(self, self._send(_ALL_GRAPHS, _ACCEPT_RESULTS, deadline))
            self._graphs = tuple(("named-graph-uri", _text(graph)) for (graph,) in page)
        return self._graphs

    def _rows(self, paging: Paging, page: _Page, deadline: Deadline) -> Iterator[Row]:
        yield from page
        total = page.count
        if not may_be_cut(total, page.reply) or (paging.limit is not None and total >= paging.limit):
            return
        if not paging.possible:
            raise self._cut(total, "Write it without code point escapes (\\u…), so that it can be read page by page.")
        size = total if paging.ordered else 1
        while True:
            page = self._next(paging, total, size, deadline)
            if not paging.ordered:
                if next(iter(page), None) is not None:
                    raise self._cut(
                        total, "Add an ORDER BY, and name the columns, so that it can be read page by page."
                    )
                return
            yield from page
            total += page.count
            if page.count < size or (paging.limit is not None and total >= paging.limit):
                return

    def _next(self, paging: Paging, start: int, size: int, deadline: Deadline) -> _Page:
        try:
            return _Page(self, self._ask(paging.page(start, size), _ACCEPT_RESULTS, deadline))
        except RemoteError as error:
            scrolled = paging.scrolled(start, size)
            if _SORTS_TOO_FEW not in str(error) or scrolled is None:
                raise
        return _Page(self, self._ask(scrolled, _ACCEPT_RESULTS, deadline))

    def _cut(self, count: int, hint: str) -> RemoteError:
        return RemoteError(
            f"{self._client.name} cut the answer at {count:,} rows: there are more. {hint} Or request less at a "
            f"time, or raise the store's own limit."
        )

    def _truth(self, reply: Reply) -> bool:
        result = self.parse(reply)
        if isinstance(result, ox.QueryBoolean):
            truth = bool(result)
        elif reply.from_virtuoso and [variable.value for variable in result.variables] == [_VIRTUOSOS_TRUTH]:
            truth = any(True for _ in result)
        else:
            raise RemoteError(f"{self._client.name} answered an ASK query with rows.")
        reply.finish()
        reply.close()
        return truth

    def parse(self, reply: Reply) -> ox.QuerySolutions | ox.QueryBoolean:
        """Return the answer in *reply*, to be read on. Raise RemoteError where it is none."""
        form = _RESULTS.get(reply.content_type)
        if form is None:
            raise self._unreadable(reply)
        body = readable(reply.body) if reply.from_virtuoso else reply.body
        try:
            return ox.parse_query_results(body, format=form)
        except (SyntaxError, ValueError) as error:
            raise self.broken(error) from error

    def _triples(self, sparql: str, reply: Reply, deadline: Deadline) -> Iterator[ox.Triple]:
        count = 0
        try:
            for quad in ox.parse(reply.body, TRIPLES[reply.content_type]):
                count += 1
                yield quad.triple
        except SyntaxError as error:
            raise self.broken(error) from error
        reply.finish()
        reply.close()
        if not reply.says_its_length:
            raise RemoteError(
                f"{self._client.name} does not say how long its answer is, so that nobody can tell whether these "
                f"{count:,} triples are all. Ask with SELECT instead."
            )
        # Virtuoso ends a graph with one triple more than its limit.
        if (may_be_cut(count, reply) or may_be_cut(count - 1, reply)) and not self._is_whole(sparql, count, deadline):
            raise RemoteError(
                f"{self._client.name} sent {count:,} triples, a number at which stores cut answers without a word. "
                "Ask with SELECT and ORDER BY instead, or for less at a time."
            )

    def _is_whole(self, sparql: str, count: int, deadline: Deadline) -> bool:
        """Tell whether a CONSTRUCT has no solutions beyond *count* triples; of a DESCRIBE that can't be known."""
        paging = Paging(sparql)
        if form_of(sparql) != "CONSTRUCT" or not paging.possible:
            return False
        solutions = count // most_triples(sparql)
        if paging.limit is not None and paging.limit <= solutions:
            return True
        reply = self._ask(paging.page(solutions, 1), _ACCEPT_GRAPH, deadline)
        try:
            return reply.content_type in TRIPLES and not any(ox.parse(reply.body, TRIPLES[reply.content_type]))
        except SyntaxError as error:
            raise self.broken(error) from error
        finally:
            reply.close()

    def _unreadable(self, reply: Reply) -> RemoteError:
        reply.close()
        what = repr(reply.content_type) if reply.content_type else "no type"
        return RemoteError(
            f"{self._client.name} answered in a format that was not requested ({what}): "
            "check that this is the address of a SPARQL 1.1 endpoint."
        )

    def broken(self, error: Exception) -> RemoteError:
        """Return what to say where an answer can't be parsed: most often it has no end."""
        reason = " ".join(str(getattr(error, "msg", error)).split())
        return RemoteError(
            f"{self._client.name}: the answer is broken or incomplete ({reason}). Try again, or request less."
        )


class _Page:
    """The rows of one answer, counted."""

    def __init__(self, remote: Remote, reply: Reply) -> None:
        self._remote = remote
        self.reply = reply
        result = remote.parse(reply)
        if isinstance(result, ox.QueryBoolean):
            raise RemoteError("the endpoint answered a SELECT query with true or false.")
        self._solutions: Iterator[ox.QuerySolution] = result
        self.variables = tuple(variable.value for variable in result.variables)
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows. Raise RemoteError where the answer does not come to its end."""
        width = range(len(self.variables))
        try:
            for solution in self._solutions:
                self.count += 1
                row = tuple(solution[index] for index in width)
                yield tuple(map(usual, row)) if self.reply.from_virtuoso else row
        except SyntaxError as error:
            if _AFTER_THE_ROWS not in str(error):
                raise self._remote.broken(error) from error
            self.reply.finish()
            if not _SAID_OF_THEM.search(self.reply.tail) or not self.reply.tail.rstrip().endswith(b"}"):
                raise self._remote.broken(error) from error
        finally:
            # The engine wants its objects gone in the thread that made them, and an error would keep this one.
            self._solutions = iter(())
        self.reply.finish()
        self.reply.close()


def _text(term: object) -> str:
    return str(getattr(term, "value", ""))


def may_be_cut(count: int, reply: Reply) -> bool:
    """Tell whether *count*, of rows or triples, is one at which the server that sent *reply* may have stopped."""
    most = reply.most_rows
    return count in _ROUND or (most is not None and count >= most > 0)
