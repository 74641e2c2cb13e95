"""Styles of public lists that once lost fields in silence: one test a kind, several members each."""

from __future__ import annotations

import pytest

from aligngraph.bibliography.entries import Entry
from aligngraph.readinglists.page import parse_markdown


def entries(body: str) -> list[Entry]:
    return list(parse_markdown(f"# A list\n\n## Papers\n\n{body}\n", "p.md").entries)


def said(entry: Entry) -> tuple[str | None, tuple[str, ...], bool, str | None, int | None]:
    return entry.title, entry.authors, entry.et_al, entry.venue_printed, entry.year


HEAD = (
    '<tr><th rowspan="2">Kind</th><th rowspan="2">Paper</th><th colspan="2">Out</th></tr>\n'
    "<tr><th>Venue</th><th>Year</th></tr>"
)


@pytest.mark.parametrize(
    "rows",
    [
        '<tr><td rowspan="2">Talk</td><td>Herons Asked Twice</td><td>ACL</td><td>2030</td></tr>\n'
        "<tr><td>Storks That Refuse</td><td>ICML</td><td>2031</td></tr>",
        '<tr><td rowspan="2">Talk</td><td>Herons Asked Twice</td><td>ACL</td><td>2030</td></tr>\n'
        "<tr><td>Storks That Refuse</td><td>ICML</td><td>2031</td></tr>\n"
        '<tr><td colspan="4">More to come</td></tr>',
        '<tr><td colspan="4"><b>Talk</b></td></tr>\n'
        "<tr><td>a</td><td>Herons Asked Twice</td><td>ACL</td><td>2030</td></tr>\n"
        "<tr><td>b</td><td>Storks That Refuse</td><td>ICML</td><td>2031</td></tr>",
    ],
    ids=["a category over rows", "a last row over columns", "a first row over columns"],
)
def test_each_row_of_a_table_with_spans_is_an_entry(rows: str) -> None:
    assert [said(entry) for entry in entries(f"<table>\n{HEAD}\n{rows}\n</table>")] == [
        ("Herons Asked Twice", (), False, "ACL", 2030),
        ("Storks That Refuse", (), False, "ICML", 2031),
    ]


def test_a_cell_over_two_columns_loses_no_row() -> None:
    page = (
        "<table><tr><th>Title</th><th>Venue</th><th>Note</th></tr>\n"
        '<tr><td>Herons Asked Twice</td><td colspan="2">ACL 2030</td></tr></table>'
    )
    assert [said(entry) for entry in entries(page)] == [("Herons Asked Twice", (), False, "ACL", 2030)]


def test_a_table_without_a_header_keeps_its_first_row() -> None:
    row = '<tr><td><a href="https://example.org/{0}">{1}</a></td><td>ACL 2030</td></tr>'
    found = entries(f"<table>{row.format(1, 'Herons Asked Twice')}\n{row.format(2, 'Storks That Refuse')}</table>")
    assert [entry.title for entry in found] == ["Herons Asked Twice", "Storks That Refuse"]


def test_tables_of_one_block_stand_under_their_own_headings() -> None:
    table = "<table><tr><th>Title</th><th>Venue</th></tr><tr><td>{0}</td><td>ACL 2030</td></tr></table>"
    page = f"<h3>Birds</h3>{table.format('Herons Asked Twice')}<h3>Beasts</h3>{table.format('Otters Asked Once')}"
    assert [(entry.title, entry.headings[-1].text) for entry in entries(page)] == [
        ("Herons Asked Twice", "Birds"),
        ("Otters Asked Once", "Beasts"),
    ]


@pytest.mark.parametrize(
    ("line", "authors", "et_al"),
    [
        ("**Rivera, et al. (2031)** *Herons Asked Twice*", ("Rivera",), True),
        ("**Rivera & Okafor (2031)** *Herons Asked Twice*", ("Rivera", "Okafor"), False),
        ("**Rivera (2031)** *Herons Asked Twice*", ("Rivera",), False),
        ("**Rivera et al., 2031.** [Herons Asked Twice](https://example.org/a)", ("Rivera",), True),
        ("**[Rivera et al. 2031]** [Herons Asked Twice](https://example.org/a)", ("Rivera",), True),
        ("Herons Asked Twice ([Rivera et al., 2031](https://example.org/a))", ("Rivera",), True),
        ("Herons Asked Twice [[Rivera & Okafor, 2031](https://example.org/a)]", ("Rivera", "Okafor"), False),
        ("Herons Asked Twice ([van den Berg, 2031](https://example.org/a))", ("van den Berg",), False),
    ],
)
def test_a_citation_is_authors_and_year_wherever_it_stands(line: str, authors: tuple[str, ...], et_al: bool) -> None:
    (entry,) = entries(f"- {line}")
    assert said(entry) == ("Herons Asked Twice", authors, et_al, None, 2031)


@pytest.mark.parametrize(
    ("cited", "authors", "venue"),
    [
        ("Okafor & Berg, Letters on Judgement 2031", ("Okafor", "Berg"), "Letters on Judgement"),
        ("Rivera et al., Shore Discovery and Tide Mining 2031", ("Rivera",), "Shore Discovery and Tide Mining"),
        ("Okafor & Berg, Political Analysis 2031", ("Okafor", "Berg"), "Political Analysis"),
    ],
)
def test_authors_in_brackets_are_no_part_of_the_venue(cited: str, authors: tuple[str, ...], venue: str) -> None:
    (entry,) = entries(f"- [Herons Asked Twice](https://example.org/a) ({cited})")
    assert (entry.authors, entry.venue_printed, entry.year) == (authors, venue, 2031)


def test_one_name_in_brackets_is_an_author_where_the_page_cites_so() -> None:
    line = "- [Herons Asked {}](https://example.org/{}) ({})"
    cited = ("Rivera et al., 2031", "Okafor & Berg, 2030", "Luss et al., 2029", "Haddad, Tides 2028")
    found = entries("\n".join(line.format(word, word, text) for word, text in zip("abcd", cited, strict=True)))
    assert (found[-1].authors, found[-1].venue_printed, found[-1].year) == (("Haddad",), "Tides", 2028)


@pytest.mark.parametrize("venue", ["EuroVis 2017", "IEEE TMI, 2025", "Findings of ACL, 2024"])
def test_a_venue_in_brackets_is_no_author(venue: str) -> None:
    (entry,) = entries(f"- [Herons Asked Twice](https://example.org/a) ({venue})")
    assert entry.authors == ()
    assert entry.venue_printed


@pytest.mark.parametrize(
    ("names", "authors"),
    [
        ("Chen, Wei Ming, Rivera, Ana, **and** Okafor, Mei", ("Wei Ming Chen", "Ana Rivera", "Mei Okafor")),
        (
            "García López, Maria, Berg, Noah, **and** Lei, Chun Tong",
            ("Maria García López", "Noah Berg", "Chun Tong Lei"),
        ),
        ("van den Berg, Jan, Okafor, Mei, and Rivera, Ana", ("Jan van den Berg", "Mei Okafor", "Ana Rivera")),
    ],
)
@pytest.mark.parametrize("title", ["Herons Asked Twice", "Pairs, Triples and Other Comparisons"])
def test_every_name_may_be_turned_round(names: str, authors: tuple[str, ...], title: str) -> None:
    (entry,) = entries(f"- {names}. *{title}*. ACL, 2031.")
    assert said(entry) == (title, authors, False, "ACL", 2031)


@pytest.mark.parametrize(
    "title",
    [
        "Herons Decide: More Fish, More Counts",
        "Herons Decide: Shallow Pools, Deep Problems",
        "GroupHeron: Patient and Accurate Group Visual State Space Model",
        "Slow Water -- Notes on Patience",
        "Slow Water – A Sequel in Two Parts",
        "Direct Wading Preference (DWP)",
    ],
)
@pytest.mark.parametrize("rest", ["", ". ACL 2031"])
def test_a_title_is_whole(title: str, rest: str) -> None:
    (entry,) = entries(f"- {title}{rest} [[paper](https://example.org/a)]")
    assert (entry.title, entry.authors) == (title, ())


@pytest.mark.parametrize(
    ("cell", "authors"),
    [
        ("Ana Rivera<br>Jo Ray", ("Ana Rivera", "Jo Ray")),
        ("Ana Rivera,<br>Jo Ray,<br>Mei Okafor", ("Ana Rivera", "Jo Ray", "Mei Okafor")),
        ("Ana Rivera, Jo Ray<br>Mei Okafor, Noah Berg", ("Ana Rivera", "Jo Ray", "Mei Okafor", "Noah Berg")),
        ("Ana Rivera, Jo<br>Ray, Mei Okafor", ("Ana Rivera", "Jo Ray", "Mei Okafor")),
    ],
)
def test_names_on_lines_of_a_cell_are_several(cell: str, authors: tuple[str, ...]) -> None:
    (entry,) = entries(f"| Title | Authors |\n|---|---|\n| Herons Asked Twice | {cell} |")
    assert entry.authors == authors


@pytest.mark.parametrize(
    ("heading", "venue", "year"),
    [
        ("2031", None, 2031),
        ("Year 2031", None, 2031),
        ("2031 (12 papers)", None, 2031),
        ("Papers of 2031", None, 2031),
        ("ICML 2031", "ICML", 2031),
        ("[NeurIPS-2031](#contents)", "NeurIPS", 2031),
        ("2031-10-26", None, None),
        ("Before 2031", None, None),
        ("The 2031 debate", None, None),
    ],
)
def test_a_heading_that_is_a_year_dates_what_has_none(heading: str, venue: str | None, year: int | None) -> None:
    page = f"# A list\n\n### {heading}\n\n- [Herons Asked Twice](https://example.org/a), Ana Rivera, Jo Ray\n"
    (entry,) = parse_markdown(page, "p.md").entries
    assert (entry.venue_printed, entry.year) == (venue, year)


def test_an_entry_keeps_its_own_year_and_venue_under_others() -> None:
    page = "## ICML 2031\n\n- [Herons Asked](https://example.org/a), Ana Rivera, Jo Ray, ACL 2029\n- **Otters**, ACL\n"
    first, second = parse_markdown(page, "p.md").entries
    assert (first.venue_printed, first.year) == ("ACL", 2029)
    assert (second.venue_printed, second.year) == ("ACL", None)


@pytest.mark.parametrize("summary", ["Notes", "My notes", "Summary and criticism", "<b>TL;DR</b>", "BibTeX"])
@pytest.mark.parametrize("indent", ["", "  "])
def test_folded_notes_are_notes_and_said_so(summary: str, indent: str) -> None:
    notes = "\n".join(
        indent + line if line else line
        for line in [
            "<details>",
            f"<summary>{summary}</summary>",
            "",
            "Chen et al. find the reverse: [their reply](https://example.org/x).",
            "",
            "- [A slide show that nobody saw](https://example.org/y)",
            "",
            "</details>",
        ]
    )
    page = (
        "- [Herons Asked Twice](https://example.org/a), Ana Rivera, Jo Ray, ACL 2031\n"
        f"{notes}\n\n- [Storks That Refuse](https://example.org/b), Mei Okafor, Noah Berg, ICML 2030\n"
    )
    reading = parse_markdown(page, "p.md")
    assert [said(entry) for entry in reading.entries] == [
        ("Herons Asked Twice", ("Ana Rivera", "Jo Ray"), False, "ACL", 2031),
        ("Storks That Refuse", ("Mei Okafor", "Noah Berg"), False, "ICML", 2030),
    ]
    assert [len(entry.links) for entry in reading.entries] == [1, 1]
    (problem,) = reading.problems
    assert (problem.line, problem.minor) == (3, True)
    assert problem.reason == "notes folded away, not read: 2 lines, 2 links"


def test_entries_folded_under_a_heading_are_entries() -> None:
    page = "## Papers\n\n<details>\n<summary>Notes on birds</summary>\n\n- [Herons Asked Twice](https://example.org/a)\n\n</details>\n"
    assert [entry.title for entry in parse_markdown(page, "p.md").entries] == ["Herons Asked Twice"]


@pytest.mark.parametrize(
    "below",
    [
        "https://example.org/{0}",
        "<https://example.org/{0}>",
        "Link: https://example.org/{0}",
        "Paper: <https://example.org/{0}>",
    ],
)
@pytest.mark.parametrize("notes", ["", "\n\nTwo experiments; the second fails.\n\n- asks who rates the raters"])
def test_a_heading_over_its_address_is_an_entry(below: str, notes: str) -> None:
    works = f"### Herons Asked Twice\n\n{below.format(1)}{notes}\n\n### Who Asked?\n\n{below.format(2)}\n"
    reading = parse_markdown(f"# Notes\n\n## Birds\n\n{works}", "p.md")
    assert [(entry.title, entry.headings[-1].text, entry.links[0].url) for entry in reading.entries] == [
        ("Herons Asked Twice", "Birds", "https://example.org/1"),
        ("Who Asked?", "Birds", "https://example.org/2"),
    ]
    assert [problem.reason for problem in reading.problems] == ["notes on an entry, not read"] * (2 if notes else 0)


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("[[Herons Asked Twice]]", "Herons Asked Twice"),
        ("[[rivera2031|Herons Asked Twice]]", "Herons Asked Twice"),
        ("[[notes/rivera 2031#Summary|Herons Asked Twice]]", "Herons Asked Twice"),
        ("[[papers/Herons Asked Twice.md#Summary]]", "Herons Asked Twice"),
    ],
)
def test_a_link_between_notes_is_a_title_and_no_address(link: str, title: str) -> None:
    reading = parse_markdown(f"- {link} (Rivera et al., 2031) #to-read\n", "p.md")
    (entry,) = reading.entries
    assert said(entry) == (title, ("Rivera",), True, None, 2031)
    assert entry.links == ()
    assert len(reading.refused_links) == 1


@pytest.mark.parametrize(
    "heading", ["Want to contribute?", "🙏 Thanks", "How to contribute", "Latest News", "Contributing to this list"]
)
def test_news_and_contributions_are_no_works(heading: str) -> None:
    reading = parse_markdown(
        f"# A list\n\n## {heading}\n\n- [Herons asked the keepers](https://example.org/a)\n", "p.md"
    )
    assert reading.entries == ()
    assert len(reading.problems) == 1


def test_lines_of_fields_below_a_title_are_not_of_it() -> None:
    lines = "Tasks: a long line of what they do\nData: 60 birds, 1990 - 2024"
    (entry,) = entries(f"1. Ana Rivera, Jo Ray (2031) - Herons Asked Twice\n{lines}")
    assert said(entry) == ("Herons Asked Twice", ("Ana Rivera", "Jo Ray"), False, None, 2031)


def test_a_list_of_works_that_leads_to_notes_on_them_is_read() -> None:
    reading = parse_markdown("- [Herons Asked Twice (2031)](./a.md)\n- [Storks That Refuse (2030)](./b.md)\n", "p.md")
    assert [(entry.title, entry.year) for entry in reading.entries] == [
        ("Herons Asked Twice", 2031),
        ("Storks That Refuse", 2030),
    ]
    assert len(reading.refused_links) == 2


@pytest.mark.parametrize(
    ("cited", "authors"),
    [
        ("Brin, Page (1998)", ("Brin", "Page")),
        ("Page, Brin, Motwani (1998)", ("Page", "Brin", "Motwani")),
        ("Van Emden, Kowalski (1976)", ("Van Emden", "Kowalski")),
        ("Dijkstra (1968)", ("Dijkstra",)),
    ],
)
def test_family_names_with_commas_are_several_where_the_page_cites_so(cited: str, authors: tuple[str, ...]) -> None:
    line = "- Herons Asked {0}. [{1}](https://example.org/{0})"
    others = ("Turing (1950)", "Codd (1970)", "Lamport (1978)", "Mnih et al (2013)")
    found = entries("\n".join(line.format(number, text) for number, text in enumerate((*others, cited))))
    assert [entry.title for entry in found] == [f"Herons Asked {number}" for number in range(5)]
    assert found[-1].authors == authors
    assert [entry.links[0].label for entry in found] == ["Paper"] * 5


def test_a_name_turned_round_before_a_year_stays_one() -> None:
    (entry,) = entries("- **Herons Asked Twice**. Rivera, Ana (2031). *Tides*. [[p](https://example.org/a)]")
    assert (entry.authors, entry.year) == (("Ana Rivera",), 2031)


def test_an_unknown_venue_is_read_where_venues_stand_before_titles() -> None:
    line = "- {} - Herons Asked {}. [[Paper]](https://example.org/{})"
    places = ("2013-NIPS", "2016-AAAI", "2017-CVPR", "2018-ECCV", "2020-IEEEAccess", "2019-ICLR_W")
    found = entries("\n".join(line.format(place, at, at) for at, place in enumerate(places)))
    assert [(entry.venue_printed, entry.title) for entry in found[-2:]] == [
        ("IEEEAccess", "Herons Asked 4"),
        ("ICLR_W", "Herons Asked 5"),
    ]


@pytest.mark.parametrize(
    ("printed", "venue", "year"),
    [
        (
            "IEEE Transactions on Herons, vol. 23, pp. 268-280, 2031, doi: 10.5555/th.7",
            "IEEE Transactions on Herons",
            2031,
        ),
        ("Proceedings of the Heron Conference, pp. 247-8, 2015", "Proceedings of the Heron Conference", 2015),
        ("(Annu. Rev. Control Robot. Auton. Syst. 2019)", "Annu. Rev. Control Robot. Auton. Syst.", 2019),
    ],
)
def test_a_venue_ends_before_volume_and_pages(printed: str, venue: str, year: int) -> None:
    (entry,) = entries(f'- "Herons Asked Twice," {printed} [[p](https://example.org/a)]')
    assert (entry.title, entry.venue_printed, entry.year) == ("Herons Asked Twice", venue, year)


@pytest.mark.parametrize(
    "venue",
    ["Transactions of the ACL", "ICML Workshop on Gulls", "Journal of Heron Studies", "European Chapter of the ACL"],
)
@pytest.mark.parametrize("names", [("Mei Okafor", "Noah Berg"), ("Ana Rivera", "Jo Ray", "Mei Okafor")])
def test_names_with_commas_before_a_venue_are_no_part_of_it(venue: str, names: tuple[str, ...]) -> None:
    (entry,) = entries(f"- [Herons Asked Twice](https://example.org/a), {', '.join(names)}, {venue} 2031")
    assert said(entry) == ("Herons Asked Twice", names, False, venue, 2031)


@pytest.mark.parametrize(
    "venue", ["Journal of Tides, Shores and Fog", "Proceedings of the Natural Sciences, Arts and Letters"]
)
def test_a_venue_with_commas_in_its_name_is_whole(venue: str) -> None:
    (entry,) = entries(f"- [Herons Asked Twice](https://example.org/a), {venue} 2031")
    assert said(entry) == ("Herons Asked Twice", (), False, venue, 2031)


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("```", "a block of code"),
        ("~~~~ text", "a block of code"),
        ("<!-- to do", "a comment"),
        ("<!--", "a comment"),
    ],
)
def test_what_is_opened_and_never_closed_is_said_with_its_line(opening: str, name: str) -> None:
    body = (
        "- [Herons Asked Twice](https://example.org/a)\n\n{}\n\n- [Storks That Refuse](https://example.org/b)\n\nEnd.\n"
    )
    reading = parse_markdown(body.format(opening), "p.md")
    assert [entry.title for entry in reading.entries] == ["Herons Asked Twice"]
    (problem,) = [problem for problem in reading.problems if "never closed" in problem.reason]
    assert (problem.line, problem.minor) == (3, False)
    assert problem.reason == f"{name} that is never closed, so 2 lines not read"


@pytest.mark.parametrize(
    "closed", ["```\nx\n```", "<!-- x\n-->", "<!-- x -->", "````\n```\n````", "Text with <!-- in it"]
)
def test_what_is_closed_takes_no_entry_away(closed: str) -> None:
    reading = parse_markdown(f"{closed}\n\n- [Herons Asked Twice](https://example.org/a)\n", "p.md")
    assert [entry.title for entry in reading.entries] == ["Herons Asked Twice"]
    assert not [problem for problem in reading.problems if "never closed" in problem.reason]


def test_initials_before_a_given_name_turn_round_too() -> None:
    (entry,) = entries('- Rivera, M. Saquib, et al. "Herons Asked Twice." ACL 2031. [[p](https://example.org/a)]')
    assert (entry.authors, entry.et_al) == (("M. Saquib Rivera",), True)


def test_a_year_behind_a_word_is_a_heading_of_that_year() -> None:
    page = "# A list\n\n## Year-2025\n\n- **Herons Asked Twice**, Ana Rivera, Jo Ray [[p](https://e.org/a)]\n"
    (entry,) = parse_markdown(page, "p.md").entries
    assert entry.year == 2025


@pytest.mark.parametrize("year", ["*2031*", "_2031_", "**2031**"])
def test_a_year_in_italics_above_a_list_is_its_heading(year: str) -> None:
    page = f"# Papers\n\n{year}\n* [Herons Asked Twice](https://example.org/a)\n* [Storks That Refuse](https://example.org/b)\n"
    assert [entry.year for entry in parse_markdown(page, "p.md").entries] == [2031, 2031]


@pytest.mark.parametrize("tail", ["", " arXiv, 2031.", " ICML 2031.", " 2031."])
def test_authors_that_stand_in_an_item_of_their_own_are_those_of_the_work_before(tail: str) -> None:
    page = (
        "# Papers\n\n- [Herons Asked Twice](https://example.org/a)\n"
        f"- Ana Rivera, Jo Ray, Bo Berg.{tail}\n- [Storks That Refuse](https://example.org/b)\n  - Jo Ray.\n"
    )
    first, second = parse_markdown(page, "p.md").entries
    assert (first.title, first.authors) == ("Herons Asked Twice", ("Ana Rivera", "Jo Ray", "Bo Berg"))
    assert (first.year, second.title) == (2031 if tail else None, "Storks That Refuse")


@pytest.mark.parametrize("mark", ["[//]: # ({})", '[//]: # "{}"', "[comment]: <> ({})"])
def test_a_comment_that_is_written_as_a_definition_is_named(mark: str) -> None:
    hidden = mark.format("- [Storks That Refuse] at https://example.org/b")
    reading = parse_markdown(f"- [Herons Asked Twice](https://example.org/a)\n\n{hidden}\n\n{hidden}\n", "p.md")
    assert [entry.title for entry in reading.entries] == ["Herons Asked Twice"]
    said = [(problem.line, problem.reason) for problem in reading.problems]
    assert said == [(3, "a comment, not read: 1 line, 1 link"), (5, "a comment, not read: 1 line, 1 link")]
