"""What dblp and Wikidata share: SPARQL over HTTP, terms written safely, titles as they may be printed, rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

import pyoxigraph as ox

from aligngraph.bibliography.keys import STOP_WORDS, clean
from aligngraph.linking.source import AnswerError, Question
from aligngraph.linking.sources.reading import beginning

Row = dict[str, str]
_JSON = "application/sparql-results+json"
_MOST_ROWS = 100_000


def question(endpoint: str, query: str, things: Sequence[str], what: str) -> Question:
    """Return the question that asks *endpoint*, by POST: lists of identifiers are longer than addresses may be."""
    headers = (("Accept", _JSON), ("Content-Type", "application/x-www-form-urlencoded"))
    return Question("POST", endpoint, urlencode({"query": query}).encode(), headers, tuple(things), what=what)


def iris(addresses: Iterable[str]) -> str:
    """Return *addresses* as IRIs for VALUES. What can stand in no IRI is left out."""
    return " ".join(str(ox.NamedNode(one)) for one in addresses if not re.search(r"[\x00-\x20<>\"{}|\\^`]", one))


def literals(values: Iterable[str], language: str | None = None) -> str:
    """Return *values* as literals for VALUES."""
    return " ".join(str(ox.Literal(value, language=language)) for value in values)


def printed(titles: Iterable[str]) -> list[str]:
    """Return *titles* as a catalogue may have them: as they are, in sentence case, and with Capitals for Each Word."""
    found: dict[str, None] = {}
    for title in map(clean, titles):
        for way in (title, _sentence(title), _capitals(title)):
            found[way] = None
    return list(found)


def _sentence(title: str) -> str:
    """Return *title* with small letters but where a sentence begins, and in words that have others: GPT, ToxiGen."""
    words = [word if re.search(r"[A-Z].*[A-Z]|[0-9]", word) else word.lower() for word in title.split(" ")]
    text = " ".join(words)
    return re.sub(r"(?:^|(?<=[:?!] ))[a-z]", lambda found: found[0].upper(), text)


def _capitals(title: str) -> str:
    words = title.split(" ")
    return " ".join(
        word
        if place and word.lower() in STOP_WORDS
        else re.sub(r"(?:^|(?<=-))[a-z]", lambda found: found[0].upper(), word)
        for place, word in enumerate(words)
    )


def rows(source: str, body: bytes) -> list[Row]:
    """Return the rows of a result in SPARQL's JSON, each value as its text. Raise AnswerError where it is none."""
    try:
        results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if not isinstance(results, ox.QuerySolutions):
            raise AnswerError(f"{source}: the answer is not a table")
        names = [variable.value for variable in results.variables]
        found: list[Row] = []
        for solution in results:
            if len(found) == _MOST_ROWS:
                raise AnswerError(f"{source}: the answer has more than {_MOST_ROWS:,} rows")
            found.append({name: _text(term) for name in names if (term := solution[name]) is not None})
    except (SyntaxError, ValueError, OSError) as error:
        raise AnswerError(f"{source}: the answer is not a result in SPARQL's JSON{beginning(body)}") from error
    return found


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode) else ""
