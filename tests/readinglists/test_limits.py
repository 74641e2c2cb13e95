"""Work and memory grow with a page and no faster, and text without end is a problem with its line."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable

import pytest

from aligngraph.bibliography.entries import ReadingList
from aligngraph.readinglists.page import parse_markdown


def _calls(page: str) -> int:
    return _counted(page)[0]


def _counted(page: str) -> tuple[int, ReadingList]:
    """Return how many calls it takes to read *page*, and what is read."""
    count = 0

    def counted(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counted)
    try:
        reading = parse_markdown(page, "p.md")
    finally:
        sys.setprofile(None)
    return count, reading


ENTRY = "1. Paper number {0} on models. Ouyang et al. NeurIPS 2022. [[Paper](https://a.org/{0})][[Code](https://b.org/{0})]\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "write",
    [
        lambda size: "".join(ENTRY.format(number) for number in range(size)),
        lambda size: (
            "|Title|Year|\n|-|-|\n" + "".join(f"|[Paper {n} on a](https://a.org/{n})|2020|\n" for n in range(size))
        ),
        lambda size: "".join(f"**Paper number {n} on models**\n\n*Ann Lee, Bo Wu*. ACL 2020.\n\n" for n in range(size)),
        lambda size: "[\n" * size,
        lambda size: "- [[x]\n" * size,
        lambda size: "".join(f"{' ' * (2 * (n % 12))}- a [p](https://a.org) x\n" for n in range(size)),
        lambda size: "[a]: https://a.org\n" * size,
    ],
    ids=["list", "table", "paragraphs", "brackets", "items of brackets", "nested", "references"],
)
def test_work_grows_with_the_page_and_no_faster(write: Callable[[int], str]) -> None:
    small, large = _calls(write(250)), _calls(write(1000))
    assert small > 250
    assert large < 4.4 * small


@pytest.mark.slow
@pytest.mark.parametrize(
    "write",
    [
        lambda size: "- A Title. " + "In *X 2018*. " * size,
        lambda size: "- A Title. " + "*X* y. " * size,
        lambda size: "- **" + "【a】" * size + "Title of Work** (2031)",
        lambda size: "- **A Title" + " (ACL 2023)" * size + "** (2031)",
        lambda size: "- **Otter** " + "(a) " * size + ': "A title of some words" [2031]',
        lambda size: "- **" + "Rivera, J., " * size + "et al. (2031).** A Title of a Work Here",
        lambda size: "- by " + "Jo Rivera, " * size + "ROBIO 2018",
        lambda size: "- one two three four five " + "[x y](http://a.b) " * size,
        lambda size: "- [A Title](http://a.b)\n" + " - Jo Rivera, Ben Okafor\n" * size,
    ],
    ids=["venues", "slanted", "tags", "brackets", "named", "byline", "authors", "links", "authors below"],
)
def test_work_grows_with_the_item_and_not_much_faster(write: Callable[[int], str]) -> None:
    small, large = _calls(write(200)), _calls(write(800))
    assert large < 6 * small


@pytest.mark.slow
def test_memory_grows_with_the_page_and_no_faster() -> None:
    def peak(size: int) -> int:
        page = "".join(ENTRY.format(number) for number in range(size))
        tracemalloc.start()
        parse_markdown(page, "p.md")
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(1000) < 4.4 * peak(250)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "[" * 200_000,
        "- " + "[" * 200_000,
        "[\n" * 200_000,
        "[a](" * 200_000,
        "![" * 200_000,
        "<p>" + "<b " * 200_000,
        "> " * 200_000,
        "- " * 200_000,
        "*a_ " * 200_000,
        "- a" + " " * 200_000 + "b",
        "|" * 200_000 + "\n" + "|-" * 200_000,
    ],
    ids=[
        "brackets",
        "in an item",
        "on lines",
        "links",
        "pictures",
        "tags",
        "quotes",
        "items",
        "stars",
        "spaces",
        "cells",
    ],
)
def test_two_hundred_thousand_unclosed_marks_cost_no_more_than_their_length(page: str) -> None:
    calls, reading = _counted(page)
    assert calls < 80 * 200_000
    assert len(reading.entries) <= 1


def test_tangled_text_is_a_problem_with_its_line() -> None:
    page = (
        "# Page\n\n## Section\n\n- [A paper on a](https://a.org)\n\n"
        + "[" * 200_000
        + "\n\n- [A paper on b](https://b.org)\n"
    )
    reading = parse_markdown(page, "page.md")
    assert [entry.title for entry in reading.entries] == ["A paper on a", "A paper on b"]
    assert [(problem.line, problem.reason) for problem in reading.problems] == [
        (7, "too long, or too many brackets, to be an entry")
    ]


@pytest.mark.parametrize("opening", ["  ", "> - "], ids=["lists", "quotations"])
@pytest.mark.parametrize("depth", [3, 12, 25, 45])
def test_each_entry_below_another_is_read_or_it_is_said_that_it_is_too_deep(opening: str, depth: int) -> None:
    one = "[Herons number {0}](https://example.org/{0})"
    nested = "".join(
        f"{opening * n}{'- ' if opening.isspace() else ''}{one.format(n)}\n\n" for n in range(1, depth + 1)
    )
    page = f"# A list\n\n- {one.format(0)}\n{nested}\n## More\n\n- [Storks](https://example.org/s)\n"
    reading = parse_markdown(page, "p.md")
    read = {link.url.rpartition("/")[2] for entry in reading.entries for link in entry.links}
    deep = [problem for problem in reading.problems if "too many lists" in problem.reason and not problem.minor]
    assert {str(n) for n in range(min(depth, 25) + 1)} <= read
    if depth <= 25:
        assert "s" in read
        assert not deep
    else:
        assert str(depth) not in read
        assert deep[0].line > 40


def test_an_entry_three_lists_deep_is_an_entry() -> None:
    titles = ["Herons Asked Twice", "Storks That Refuse", "What Otters Say"]
    page = "# L\n\n" + "".join(f"{'  ' * deep}- [{title}](https://e.org/{deep})\n" for deep, title in enumerate(titles))
    assert [entry.title for entry in parse_markdown(page, "p.md").entries] == titles
