"""What a page of `aligngraph serve` costs and weighs, over the shipped catalogue.

    python benchmarks/pages.py

Processor time is that of making the page in a query process that is warm, without the front: one that has made ready,
as it does in the seconds after its start, what is read once and the pages that are long or the same for everybody. The
first line says what that costs. The front keeps finished pages, so until the data change, only the first visitor of a
page pays.
"""

from __future__ import annotations

import gc
import gzip
import io
import statistics
import time
from collections.abc import Mapping

from aligngraph.web.site import Site

TIMES = 5
PAGES: Mapping[str, Mapping[str, object]] = {
    "home": {"page": "home"},
    "works": {"page": "works"},
    "works, narrowed": {"page": "works", "parameters": [["goal", "human-values"], ["year", "2023"]]},
    "taxonomy": {"page": "taxonomy"},
    "questions": {"page": "queries"},
    "question, answered": {"page": "query", "path": "works-by-goal", "parameters": [["goal", "human-values"]]},
    "question with a picture": {"page": "query", "path": "coverage-by-goal-and-approach"},
    "search": {"page": "search", "parameters": [["q", "preference"]]},
    "editor": {"page": "sparql"},
    "ontology": {"page": "document", "path": "ontology/ontology"},
    "properties": {"page": "properties"},
    "shapes": {"page": "document", "path": "shapes/shapes"},
    "mappings": {"page": "document", "path": "mappings/mappings"},
    "a document": {"page": "doc", "path": "model"},
    "work": {"page": "document", "path": "work/rafailov2023-dpo"},
    "work of 450 authors": {"page": "document", "path": "work/srivastava2022-big-bench"},
    "work of 18 authors": {"page": "document", "path": "work/nakano2021-webgpt"},
    "why": {"page": "why", "path": "rafailov2023-dpo"},
    "why, of the most places": {"page": "why", "path": "ouyang2022-instructgpt"},
    "person": {"page": "document", "path": "person/rafael-rafailov"},
    "venue": {"page": "document", "path": "venue/icml"},
    "artifact": {"page": "document", "path": "artifact/dpo"},
    "concept": {"page": "document", "path": "goal/human-values"},
    "section": {"page": "document", "path": "section/value-alignment-sft-based-alignment"},
    "survey": {"page": "document", "path": "survey/value-alignment"},
}


def main() -> None:
    """Print a table of the pages: milliseconds of processor time, first and later, and bytes."""
    site = Site({"locations": [], "inferred": True, "base": "http://127.0.0.1:8000/"})
    began = time.process_time()
    for step in site.preparations():
        step()
    between = time.process_time()
    for step in site.ahead():
        step()
    ended = time.process_time()
    gc.collect()
    gc.freeze()
    print(f"Making ready takes {between - began:.1f} s, and {ended - between:.1f} s more in the first process.\n")
    print("| page | first, ms | later, ms | bytes | compressed |\n| --- | ---: | ---: | ---: | ---: |")
    for name, task in PAGES.items():
        taken, body = [], b""
        for _ in range(TIMES + 1):
            output = io.BytesIO()
            before = time.process_time()
            site.answer({"kind": "page", "path": "", "parameters": [], **task}).write(output)
            taken.append((time.process_time() - before) * 1000)
            body = output.getvalue()
        later = statistics.median(taken[1:])
        print(f"| {name} | {taken[0]:.1f} | {later:.1f} | {len(body):,} | {len(gzip.compress(body, 5)):,} |")


if __name__ == "__main__":
    main()
