"""Compare the live services with the servers that stand for them in the tests. Needs a network; CI never runs it.

``python -m tests.live.compare --mailto me@example.org [SOURCE…]`` sends two requests to each source, about one work,
and says which fields of the tests' answers are missing there, what limits are told, and what is read of the work.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from aligngraph.bibliography.person_names import split_name
from aligngraph.errors import AligngraphError
from aligngraph.linking.fetch import Fetcher
from aligngraph.linking.records import Wanted
from aligngraph.linking.source import Question, Source
from aligngraph.linking.sources import SOURCES, source
from tests.linking.test_sources import wanted
from tests.support.catalogues.running import running_services
from tests.support.catalogues.works import work

WORK = wanted(work("du2022-glm"))
PERSON = Wanted(
    "https://x.example/p", "people", "Jie Tang", (), (split_name("Jie Tang"),), publications=WORK.publications
)


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield where in *value* something stands, such as ``results[].doi``; of null nothing does."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from paths(one, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for one in value:
            yield from paths(one, f"{path}[]")
    elif value is not None:
        yield path


def questions(asked: Source) -> list[Question]:
    """Return one question by identifier and one by title or name."""
    thing = PERSON if "people" in asked.kinds else WORK
    return [*asked.by_identifier([thing])[:1], *filter(None, [asked.search(thing)])]


def compare(name: str, live: Source, local: Source, contact: str) -> bool:
    """Print how the two differ; return whether the live one is as the tests have it."""
    as_expected = True
    for here, there in zip(questions(local), questions(live), strict=True):
        print(f"{name}: {there.what}")
        keys = {"OPENALEX_API_KEY": "an-openalex-key"}
        expected = Fetcher(local, key=keys.get(local.key_variable or ""), contact=contact).fetch(here)
        try:
            fetcher = Fetcher(live, key=os.environ.get(live.key_variable or ""), contact=contact)
            answer = fetcher.fetch(there)
        except AligngraphError as error:
            print(f"  no answer: {error}")
            as_expected = False
            continue
        mine, theirs = (set(paths(json.loads(one.body or b"null"))) for one in (expected, answer))
        missing = sorted(one for one in mine - theirs if "a_new_field" not in one)
        print(f"  missing: {', '.join(missing) or 'nothing'}")
        print(f"  also there: {', '.join(sorted(theirs - mine)[:20]) or 'nothing'}")
        print(f"  pace: {fetcher.pace}")
        for record in live.read(there, answer.body, answer.media)[:3] if answer.body else ():
            names = ", ".join(author.name.text for author in record.authors[:3])
            print(f"  {record.where}: {record.title} ({names}; {record.year}) {dict(record.identifiers.pairs())}")
        as_expected &= not missing
    return as_expected


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the sources named, or all; return 0 where all are as the tests have them."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.compare", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help=", ".join(SOURCES))
    parser.add_argument("--mailto", required=True, help="e-mail address for the services to write to")
    parser.add_argument("--at", action="append", default=[], metavar="NAME=URL", help="another address for a source")
    given = parser.parse_args(arguments)
    at = dict(one.split("=", 1) for one in given.at)
    with running_services() as local:
        same = [
            compare(name, source(name, at.get(name)), source(name, local[name].address), given.mailto)
            for name in given.sources or SOURCES
        ]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
