"""Values out of answers that nobody vouches for: of the right type and a sensible length, without control characters.

What is not as documented is left out, value by value; an answer that is no answer at all raises AnswerError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aligngraph.bibliography.identifiers import ARXIV, DOI, ORCID, Identifiers, Scheme, identifiers_of_doi
from aligngraph.bibliography.keys import clean
from aligngraph.bibliography.person_names import Name, name_of
from aligngraph.bibliography.plain_text import plain
from aligngraph.linking.records import Author
from aligngraph.linking.source import AnswerError

LONGEST_TITLE = 1000
LONGEST_NAME = 200
MOST_AUTHORS = 6000
"""The longest bylines that exist have some 5,000 names."""
MOST_RECORDS = 1000
_SURROGATE = re.compile("[\ud800-\udfff]")
_ISSN = re.compile(r"([0-9]{4})-?([0-9]{3}[0-9Xx])")
_OPENALEX = re.compile(r"(?:https://openalex\.org/)?([WASI][0-9]{1,12})", re.IGNORECASE)


def json_of(source: str, body: bytes) -> Any:
    """Return the JSON value that *body* is. Raise AnswerError, which names the *source*, where it is none.

    JSON on the web is UTF-8 (RFC 8259, section 8.1), whatever the header says of its charset.
    """
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise AnswerError(f"{source}: the answer is not in UTF-8, as JSON has to be") from error
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"{source}: the answer is not JSON{beginning(body)}") from error


def _no_number(text: str) -> Any:
    raise ValueError(text)


def beginning(body: bytes) -> str:
    """Return how *body* begins, in words that go on from what was expected."""
    if not body.strip():
        return ", but empty"
    shown = clean(_SURROGATE.sub("\ufffd", body[:200].decode("utf-8", "replace")))[:60]
    page = ", but a web page" if shown.lower().startswith(("<!doctype html", "<html")) else ""
    return f"{page}; it begins with: {shown}"


def members(source: str, value: Any, *path: str) -> list[Mapping[str, Any]]:
    """Return the objects in the list at *path* in *value*. Raise AnswerError where no list or null stands there."""
    for step in path:
        if not isinstance(value, dict) or step not in value:
            raise AnswerError(f"{source}: the answer has no '{'.'.join(path)}'")
        value = value[step]
    if value is None and path:
        return []
    if not isinstance(value, list):
        raise AnswerError(f"{source}: '{'.'.join(path) or 'the answer'}' is not a list")
    return objects(value)[:MOST_RECORDS]


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in a list; nothing where *value* is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def people(value: Any) -> list[Mapping[str, Any]]:
    """Return the entries of a byline, an empty one for each that is no object, so that places stay right."""
    return [one if isinstance(one, dict) else {} for one in value] if isinstance(value, list) else []


def part(value: Any, *path: str) -> Any:
    """Return what stands at *path* in nested objects, None where nothing does."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text(value: Any, most: int = LONGEST_TITLE) -> str | None:
    """Return a string as plain text on one line; None where it is none, is empty, or longer than *most*."""
    if not isinstance(value, str) or len(value) > 4 * most:
        return None
    found = plain(clean(_SURROGATE.sub("", value)))
    return found if found and len(found) <= most else None


def first_text(value: Any, most: int = LONGEST_TITLE) -> str | None:
    """Return the first text of a list of strings, or the string itself."""
    for one in value if isinstance(value, list) else [value]:
        if found := text(one, most):
            return found
    return None


def number(value: Any, low: int, high: int) -> int | None:
    """Return a whole number from *low* to *high*, written as a number or in digits."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value.strip()):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if low <= value <= high else None


def date(value: Any) -> tuple[int | None, int | None]:
    """Return the year and the month of "2023", "2023-05" or "2023-05-29T…".

    A first of January tells the year alone: OpenAlex and Wikidata write so where they know no more.
    """
    found = re.match(r"([0-9]{4})(?:-([0-9]{2}))?(?![0-9])", value) if isinstance(value, str) else None
    if found is None or (year := number(found[1], 1500, 2099)) is None:
        return None, None
    return year, None if value[4:10] == "-01-01" else number(found[2], 1, 12)


def year_of(value: Any) -> int | None:
    """Return a year from 1500 to 2099."""
    return number(value, 1500, 2099)


def identifier(scheme: Scheme, value: Any) -> str | None:
    """Return the identifier of *scheme* that a string is, in normal form."""
    return scheme.parse(value) if isinstance(value, str) and len(value) < 500 else None


def identifiers(doi: Any = None, arxiv: Any = None) -> Identifiers:
    """Return what a DOI and an arXiv identifier name, with what the DOI contains."""
    bare = identifier(DOI, doi)
    found = identifiers_of_doi(bare) if bare else Identifiers()
    return found | Identifiers(arxiv=identifier(ARXIV, arxiv))


def orcid(value: Any) -> str | None:
    """Return an ORCID iD without its address."""
    return identifier(ORCID, value)


def openalex_id(value: Any, letter: str) -> str | None:
    """Return an OpenAlex id whose kind is *letter*, such as "W2741809807", without its address."""
    found = _OPENALEX.fullmatch(value) if isinstance(value, str) else None
    return found[1].upper() if found and found[1][0].upper() == letter else None


def issns(*values: Any) -> tuple[str, ...]:
    """Return the ISSNs in strings and lists of strings, each once, with the hyphen; check digits count."""
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    found = (_ISSN.fullmatch(one.strip()) for one in flat if isinstance(one, str))
    written = (f"{match[1]}-{match[2].upper()}" for match in found if match)
    return tuple(dict.fromkeys(one for one in written if _issn_fits(one)))


def _issn_fits(issn: str) -> bool:
    digits = [10 if digit == "X" else int(digit) for digit in issn.replace("-", "")]
    return sum((8 - place) * digit for place, digit in enumerate(digits)) % 11 == 0


def pages(first: Any, last: Any = None) -> str | None:
    """Return "1-12" for pages that are kept apart, as they stand where they are kept together."""
    start, end = text(first, 50), text(last, 50)
    return f"{start}-{end}" if start and end and start != end else start


def byline(authors: Iterable[Author | None]) -> tuple[tuple[Author, ...], bool]:
    """Return the authors up to the first that can't be read, and whether more follow, so that places stay right."""
    found: list[Author] = []
    for author in authors:
        if author is None or not author.name.text or len(found) == MOST_AUTHORS:
            return tuple(found), True
        found.append(author)
    return tuple(found), False


def author_text(value: Any) -> str | None:
    """Return a name of a person or an organisation."""
    return text(value, LONGEST_NAME)


def name_in_parts(family: Any, given: Any = None, suffix: Any = None) -> Name | None:
    """Return the name whose parts the source keeps apart; None without a family name."""
    last = author_text(family)
    return name_of(last, author_text(given) or "", "", author_text(suffix) or "") if last else None


def words(title: str, most: int = 40) -> str:
    """Return the words of *title* without signs, and words in capitals, that search engines take for operators."""
    found = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", clean(title))[:most]
    return " ".join(word.lower() if word in ("AND", "OR", "NOT") else word for word in found)


def in_batches(
    values: Sequence[tuple[str, str]], most: int, longest: int = 1_000_000
) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Yield values, each once, and the things they are of: at most *most* a batch, and *longest* letters together."""
    things: dict[str, list[str]] = {}
    for value, thing in values:
        things.setdefault(value, []).append(thing)
    batch: list[str] = []
    for value in things:
        if batch and (len(batch) == most or sum(len(one) + 3 for one in batch) + len(value) > longest):
            yield batch, _things(batch, things)
            batch = []
        batch.append(value)
    if batch:
        yield batch, _things(batch, things)


def _things(batch: Iterable[str], things: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(thing for value in batch for thing in things[value]))
