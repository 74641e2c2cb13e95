"""Lines to the reader are no works, schools are no venues, and cells beyond the columns are read or named."""

from __future__ import annotations

import pytest

from aligngraph.bibliography.entries import Entry, ReadingList
from aligngraph.readinglists.page import parse_markdown

WORK = "- **Nets That Mend Themselves** Ana Rivera. ICLR 2031. [[pdf](https://example.org/1)]\n"


def read(text: str) -> ReadingList:
    """Return what a page of this text lists."""
    return parse_markdown(text, "list.md")


def only(text: str) -> Entry:
    """Return the one entry of a page."""
    (entry,) = read(text).entries
    return entry


@pytest.mark.parametrize(
    "line",
    [
        "If you only read 3 papers, read [Nets That Mend](https://example.org/2) and [Ropes](https://example.org/3).",
        "If you are new to this, start with [Nets That Mend](https://example.org/2).",
        "How to contribute? See [CONTRIBUTING](https://example.org/4)",
        "Legend: 🔥 = popular, [star](https://example.org/4)",
        "See also [Awesome Ropes](https://example.org/4)",
        "Please cite [our paper](https://example.org/4) if you find this useful.",
        "For more papers, visit [the site](https://example.org/4).",
        "PRs welcome: [here](https://example.org/4)",
        "Start with the survey of Rivera et al. (2031)",
        "Then read [Ropes](https://example.org/3)",
        "[Share on Lakebook](https://example.org/4)",
    ],
)
def test_a_line_to_the_reader_is_named_and_no_work(line: str) -> None:
    found = read(f"# Nets\n\n{WORK}- {line}\n{WORK.replace('Mend', 'Tear')}")
    assert [entry.line for entry in found.entries] == [3, 5]
    (problem,) = found.problems
    assert (problem.line, problem.reason, problem.minor) == (4, "a line to the reader, not read as an entry", False)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("[Please Stop Mending Nets](https://example.org/2)", "Please Stop Mending Nets"),
        ("**See Also Under Nets** Jo Berg. ACL 2031.", "See Also Under Nets"),
        ("[If You Only Have Nets, All Is Fish](https://example.org/2)", "If You Only Have Nets, All Is Fish"),
        ("Read the Tide. Jo Berg, Ana Rivera. ACL 2031. [[pdf](https://example.org/2)]", "Read the Tide"),
    ],
)  # fmt: skip
def test_a_title_that_speaks_to_the_reader_is_a_title(line: str, title: str) -> None:
    assert [entry.title for entry in read(f"# Nets\n\n{WORK}- {line}\n").entries][1:] == [title]


@pytest.mark.parametrize(
    "school",
    [
        "New York University",
        "Lakeside College",
        "University of Marshland",
        "University of California, Berkeley",
        "Massachusetts Institute of Technology",
        "Université de Marais",
    ],
)
@pytest.mark.parametrize("title", ["**Nets That Mend Themselves**.", "Nets that mend themselves."])
def test_a_school_behind_an_author_is_no_venue(school: str, title: str) -> None:
    one = only(f"# Nets\n\n- {title} Samuel Berg, {school}. [[pdf](https://example.org/1)]\n")
    assert (one.title or "").lower() == "nets that mend themselves"
    assert (one.authors, one.venue_printed, one.authors_printed) == (("Samuel Berg",), None, f"Samuel Berg, {school}")
    two = only(
        f"# Nets\n\n- {title} Samuel Berg, {school}, Jo Roy, Hill College. ACL 2031. [[pdf](https://example.org/1)]\n"
    )
    assert (two.authors, two.venue_printed, two.year) == (("Samuel Berg", "Jo Roy"), "ACL", 2031)


@pytest.mark.parametrize(
    "school", ["UC Marshland", "MIT", "Lakeside University", "Hill Research", "Lake Institute of Nets"]
)
def test_a_school_in_brackets_says_that_a_name_is_an_author(school: str) -> None:
    found = only(f"# Nets\n\n- [Nets in Pictures](https://example.org/1) - Rob Okafor ({school})\n")
    assert (found.authors, found.venue_printed) == (("Rob Okafor",), None)


def test_a_press_is_no_school() -> None:
    found = only("# Nets\n\n- **Causes of Nets**. Jo Berg, Ana Roy. Lakeside University Press, 2031.\n")
    assert (found.title, found.authors, found.year) == ("Causes of Nets", ("Jo Berg", "Ana Roy"), 2031)


@pytest.mark.parametrize("count", [1, 20, 21, 60])
def test_cells_past_the_columns_are_read_or_named_with_their_line(count: int) -> None:
    cells = "".join(f" [Part {number}](https://example.org/p{number}) |" for number in range(count))
    found = read(
        f"# Nets\n\n| Title | Year |\n|---|---|\n| Ropes and nets | 2030 |\n| Nets that mend | 2031 |{cells}\n"
    )
    assert [entry.title for entry in found.entries] == ["Ropes and nets", "Nets that mend"]
    kept = {link.url for link in found.entries[1].links}
    assert kept == {f"https://example.org/p{number}" for number in range(min(count, 20))}
    said = [(problem.line, problem.reason) for problem in found.problems]
    left = count - 20
    name = f"{left} cell{'' if left == 1 else 's'}"
    assert said == ([(6, f"{name} far past the columns of the table, not read")] if left > 0 else [])


def test_a_year_in_a_column_of_dates_is_read_in_any_language() -> None:
    found = read(
        "# N\n\n|Title|Date|Paper|\n|---|---|---|\n|Nets that mend|_24 okt 2016_|[pdf](https://example.org/1)|\n"
    )
    assert [entry.year for entry in found.entries] == [2016]


def test_a_month_above_entries_is_no_year_and_no_venue_of_theirs() -> None:
    found = only(
        "# N\n\n#### 2016-11 (ICLR Edition)\n\n- Nets That Mend Themselves [[OpenReview](https://openreview.net/forum?id=B16dGcqlx)]\n"
    )
    assert (found.venue_printed, found.year, found.identifiers.openreview) == (None, None, "B16dGcqlx")
