"""What lists in the wild do, one fact a test."""

from __future__ import annotations

import pytest

from aligngraph.bibliography.entries import Entry, ReadingList
from aligngraph.readinglists.page import parse_markdown


def read(body: str) -> ReadingList:
    return parse_markdown(f"# Page\n\n## Section\n\n{body}\n", "page.md")


def one(body: str) -> Entry:
    reading = read(body)
    assert not reading.problems
    (entry,) = reading.entries
    return entry


def titles(body: str) -> list[str | None]:
    return [entry.title for entry in read(body).entries]


# Lists


def test_the_same_paper_twice_is_two_entries() -> None:
    line = "1. On X. Wu et al. ACL 2022. [Paper](https://a.org/1)\n"
    assert [entry.position for entry in read(line * 2).entries] == [1, 2]


def test_positions_follow_the_file_whatever_numbers_are_printed() -> None:
    reading = read("".join(f"{number}. [A paper on {number}](https://a.org/{number})\n" for number in (1, 1, 7, 3, 3)))
    assert [entry.position for entry in reading.entries] == [1, 2, 3, 4, 5]
    assert [entry.line for entry in reading.entries] == [5, 6, 7, 8, 9]


def test_two_papers_that_share_an_address_stay_two() -> None:
    assert titles("- [First paper here](https://a.org/1)\n- [Second paper here](https://a.org/1)") == [
        "First paper here",
        "Second paper here",
    ]


def test_entry_without_title_keeps_its_links_and_line() -> None:
    reading = read("- [A paper on one](https://a.org/1)\n- [[Paper](https://a.org/2)]")
    assert (reading.entries[1].title, reading.entries[1].line) == (None, 6)
    assert [link.url for link in reading.entries[1].links] == ["https://a.org/2"]


def test_title_alone_is_an_entry_among_entries() -> None:
    assert titles("- A paper on one. [Paper](https://a.org/1)\n- Only a title here") == [
        "A paper on one",
        "Only a title here",
    ]


def test_list_without_anything_of_an_entry_is_a_problem() -> None:
    reading = read("- Be kind.\n- Be brief.")
    assert reading.entries == ()
    assert [(problem.line, problem.text) for problem in reading.problems] == [(5, "Be kind."), (6, "Be brief.")]


@pytest.mark.parametrize(
    "title",
    [
        "Can models learn? A study of questions",
        "Why? How?: Two questions",
        "The 2020 election in models",
        "Multi\u2011step rewards",
        "What models don’t say",
        "Learning from (almost) nothing",
        "GPT-3.5 vs. people: who is right",
        "Is it X, Y, or Z",
        "A “quoted” word within",
    ],
)
@pytest.mark.parametrize("mark", ["{}", "**{}**", "[{}](https://a.org/t)", "*{}*"])
def test_title_is_kept_as_printed(title: str, mark: str) -> None:
    end = "" if title.endswith("?") else "."
    entry = one(f"1. {mark.format(title)}{end} Ouyang et al. NeurIPS 2022. [Code](https://a.org/c)")
    assert (entry.title, entry.authors, entry.venue_printed, entry.year) == (title, ("Ouyang",), "NeurIPS", 2022)


def test_star_in_a_title_is_kept() -> None:
    entry = one("- Search: A* and what follows. Ouyang et al. NeurIPS 2022. [Code](https://a.org/c)")
    assert entry.title == "Search: A* and what follows"


def test_year_in_a_title_is_not_the_year() -> None:
    entry = one("- **Values in 2020**. *Wu et al.* [[Paper](https://a.org)]")
    assert (entry.title, entry.year) == ("Values in 2020", None)


# Headings


def test_headings_of_every_kind_nest() -> None:
    page = (
        "Title\n=====\n\nOne\n---\n\n### 🔥 Two\n\n**Three:**\n\n- [A paper on a](https://a.org)\n\n"
        "__Four__\n\n- [A paper on b](https://b.org)\n\n## Five [🔝](#title)\n\n- Six\n  - [A paper on c](https://c.org)\n"
    )
    reading = parse_markdown(page, "page.md")
    assert reading.title == "Title"
    assert [[heading.text for heading in entry.headings] for entry in reading.entries] == [
        ["One", "🔥 Two", "Three"],
        ["One", "🔥 Two", "Four"],
        ["Five", "Six"],
    ]


def test_heading_put_back_is_marked() -> None:
    reading = parse_markdown("# P\n\n## Lost *(heading recovered)*\n\n- [A paper on a](https://a.org)\n", "p.md")
    assert [(heading.text, heading.recovered) for heading in reading.headings] == [("Lost", True)]


def test_page_with_one_heading_has_it_as_section() -> None:
    reading = parse_markdown("# Papers\n\n- [A paper on a](https://a.org)\n", "p.md")
    assert reading.title == "Papers"
    assert [heading.text for heading in reading.entries[0].headings] == ["Papers"]


# What is not an entry


@pytest.mark.parametrize(
    "body",
    [
        "- [Section](#section)\n  - [Other](#other)",
        "<!-- TOC -->",
        "```\nSome code\n```",
        "![A figure](https://a.org/x.png)",
        "[![Stars](https://img.shields.io/github/stars/a/b)](https://github.com/a/b)",
        "<details>\n<summary>More</summary>\n</details>",
    ],
    ids=["contents", "comment", "code", "picture", "badge", "details"],
)
def test_what_is_no_entry_is_passed_over(body: str) -> None:
    reading = read(body)
    assert (reading.entries, reading.problems, reading.refused_links) == ((), (), ())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!--\n- **A paper**. *Wu et al.* [[Paper](https://a.org)]\n-->", "a comment, not read: 1 line, 1 link"),
        ("- <!-- Wu, Li, Okafor and Berg -->", "a comment, not read: 1 line, 0 links"),
        ("```\n- **A paper**. [[Paper](https://a.org)]\n```", "a block of code, not read: 1 line, 1 link"),
        ("[^1]: Said below the page.", "a footnote, not read: 1 line, 0 links"),
        ("[a]: https://a.org", "an address that nothing refers to, not read: 1 line, 1 link"),
        ("**Stay tuned**", "a line in bold with no entries below"),
        (
            "[![arXiv](https://img.shields.io/badge/arXiv-3105.01234-red)](https://arxiv.org/abs/2105.01234)",
            "a picture that links to a work, not read as an entry",
        ),
        ("<p>Words in a\nblock</p>", "text in HTML, not read"),
        ("| A note |\n|---|", "a table of one row, not read as entries"),
        ("[English](en.md) | [中文](zh.md)", "a row of links, not read as an entry"),
        ("## Contributing\n\nWrite to us.", "a paragraph of text, not read"),
        ("### Our Survey of Ponds [[Paper](https://a.org)]", "a heading with 1 link, not read as an entry"),
    ],
)
def test_what_no_rule_reads_is_named(body: str, reason: str) -> None:
    reading = read(body)
    assert [(problem.reason, problem.minor) for problem in reading.problems] == [(reason, True)]
    assert reading.entries == ()


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("Some words on what follows.", True),
        # What names authors, or links to a page beside this one, may be a work.
        ("Some words on waiting. Ana Rivera, Jo Berg.", False),
        ("Herons wait, as [I wrote](notes/herons.md).", False),
    ],
)
def test_every_paragraph_that_is_no_entry_is_named(text: str, minor: bool) -> None:
    reading = read(text)
    assert reading.entries == ()
    assert [(problem.line, problem.minor) for problem in reading.problems] == [(5, minor)]


def test_front_matter_is_no_text_and_may_name_the_page() -> None:
    reading = parse_markdown(
        "---\ntitle: 'My list'\ntags: [a]\n---\n\n## S\n\n- [A paper on a](https://a.org)\n", "p.md"
    )
    assert reading.title == "My list"
    assert [(entry.title, entry.line) for entry in reading.entries] == [("A paper on a", 8)]


def test_list_of_news_is_left_out_and_said_so() -> None:
    reading = parse_markdown("# P\n\n## News\n\n- [We did a thing](https://a.org)\n", "p.md")
    assert reading.entries == ()
    assert [(problem.line, problem.reason) for problem in reading.problems] == [
        (5, "1 list item and 1 link under 'News', not read as entries")
    ]


def test_all_under_a_heading_of_news_is_one_problem() -> None:
    page = (
        "# P\n\n## News\n\nWe did [this](https://a.org/1).\n\n**Stay tuned!**\n\n"
        "- [A thing we did](https://a.org/2)\n- [Another thing we did](https://a.org/3)\n"
    )
    reading = parse_markdown(page, "p.md")
    assert reading.entries == ()
    assert [(problem.line, problem.reason) for problem in reading.problems] == [
        (5, "1 link under 'News', not read as entries"),
        (9, "2 list items and 2 links under 'Stay tuned!', not read as entries"),
    ]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("[Paper](https://a.org/1) | [Code](https://a.org/2) | [Demo](https://a.org/3)\n", "a row of links"),
        (
            "This page goes with our survey [Titles of Listed Works](https://a.org/1), which has more.\n",
            "a paragraph with links",
        ),
        (
            "| Goal | Benchmarks |\n|---|---|\n| **Bias** | [Otter](https://a.org/1), [Heron](https://a.org/2) |\n",
            "a table with no column of titles",
        ),
        (
            "<table><tr><td><a href='https://a.org'><img src='x.png'><b>Ana Rivera</b></a></td></tr></table>\n",
            "a table of one row",
        ),
    ],
    ids=["navigation", "mention", "groups", "portraits"],
)
def test_what_only_links_is_no_entry_and_said_so(page: str, reason: str) -> None:
    reading = parse_markdown(f"# P\n\n{page}", "p.md")
    assert reading.entries == ()
    assert [problem.reason.startswith(reason) for problem in reading.problems] == [True]


def test_numbered_references_and_ways_back_are_no_links_of_an_entry() -> None:
    page = "# P\n\n- [A Title of a Work](https://a.org/1) [[11](#ref11)] [⬆](#top)\n"
    reading = parse_markdown(page, "p.md")
    assert [[link.url for link in entry.links] for entry in reading.entries] == [["https://a.org/1"]]
    assert reading.refused_links == ()


def test_fields_of_a_list_do_not_speak_of_the_record() -> None:
    page = "# P\n\n- **A Title of a Work.** ACL 2031. [[paper](https://a.org/1)]\n  - **Confidence:** high\n"
    (entry,) = parse_markdown(page, "p.md").entries
    assert dict(entry.fields) == {"confidence as printed": "high"}


def test_table_without_titles_is_a_problem() -> None:
    reading = read("| Model | Score |\n|---|---|\n| A | 1 |\n| B | 2 |")
    assert reading.entries == ()
    assert [(problem.line, problem.text) for problem in reading.problems] == [(5, "Model | Score")]


def test_details_hold_entries() -> None:
    body = "<details>\n<summary>More</summary>\n\n- [A paper on a](https://a.org)\n\n</details>"
    assert titles(body) == ["A paper on a"]


# Links


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("javascript:alert(1)", "javascript: only http and https are kept"),
        ("JavaScript:alert(1)", "javascript: only http and https are kept"),
        ("java&#10;script:alert(1)", "javascript: only http and https are kept"),
        ("data:text/html;base64,AAAA", "data: only http and https are kept"),
        ("mailto:a@b.org", "mailto: only http and https are kept"),
        ("ftp://a.org/x", "ftp: only http and https are kept"),
        ("file:///etc/passwd", "file: only http and https are kept"),
        ("papers/x.pdf", "a relative address; only http and https are kept"),
        ("//a.org/x", "a relative address; only http and https are kept"),
        ("javascript%3Aalert(1)", "a relative address; only http and https are kept"),
        ("", "no address"),
        ("https://", "an address without a host"),
        ("https:a.org", "an address without a host"),
        ("https://[a", "not a well-formed address"),
    ],
)
def test_other_addresses_are_refused_with_the_reason(address: str, reason: str) -> None:
    reading = read(f"- **A paper on a**. Wu et al. 2023. [[Paper]({address})]")
    assert [(entry.title, entry.links) for entry in reading.entries] == [("A paper on a", ())]
    assert [(problem.line, problem.reason) for problem in reading.refused_links] == [(5, reason)]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://a.org/x_(y)", "https://a.org/x_(y)"),
        ("<https://a.org/x_(y>", "https://a.org/x_(y"),
        ("https://a.org/a b.pdf", "https://a.org/a%20b.pdf"),
        ("<https://a.org/a b.pdf>", "https://a.org/a%20b.pdf"),
        ("https://a.org/x[1]", "https://a.org/x%5B1%5D"),
        ("https://a.org/x%20y%zz", "https://a.org/x%20y%25zz"),
        ('https://a.org/x "A title"', "https://a.org/x"),
        ("HTTPS://a.org/x", "https://a.org/x"),
        ("https://a.org/é?q=ü#ß", "https://a.org/é?q=ü#ß"),
        ("https://a.org/x?a=1&amp;b=2", "https://a.org/x?a=1&b=2"),
    ],
)
def test_addresses_are_kept_in_a_form_that_can_be_an_iri(written: str, address: str) -> None:
    entry = one(f"- **A paper on a**. Wu et al. 2023. [[Paper]({written})]")
    assert [link.url for link in entry.links] == [address]


@pytest.mark.parametrize(
    ("written", "links"),
    [
        ("[[Paper](https://a.org)]", [("Paper", "https://a.org")]),
        ("[[Paper]](https://a.org)", [("Paper", "https://a.org")]),
        ("[pdf](https://a.org), [code](https://b.org)", [("pdf", "https://a.org"), ("code", "https://b.org")]),
        ("[[pdf](https://a.org), [code](https://b.org)]", [("pdf", "https://a.org"), ("code", "https://b.org")]),
        ("([pdf](https://a.org) | [code](https://b.org))", [("pdf", "https://a.org"), ("code", "https://b.org")]),
        ("Code: [official](https://a.org)", [("Code", "https://a.org")]),
        (
            "Code: [official](https://a.org), [other](https://b.org)",
            [("Code", "https://a.org"), ("Code", "https://b.org")],
        ),
        ("[Paper] (https://a.org)", [("Paper", "https://a.org")]),
        ("[📄 Paper](https://a.org)", [("Paper", "https://a.org")]),
        ("<https://arxiv.org/abs/2305.18290>", [("Paper", "https://arxiv.org/abs/2305.18290")]),
        ("https://github.com/a/b.", [("URL", "https://github.com/a/b")]),
        ("Paper: https://a.org/x", [("Paper", "https://a.org/x")]),
        ("[Paper][1]\n\n[1]: https://a.org/x", [("Paper", "https://a.org/x")]),
        ("[paper]\n\n[paper]: https://a.org/x", [("paper", "https://a.org/x")]),
        ('<a href="https://a.org">Paper</a>', [("Paper", "https://a.org")]),
        ("[![arXiv](https://img.shields.io/badge/arXiv-2305.18290-red)](https://a.org)", [("arXiv", "https://a.org")]),
        ("[![](https://img.shields.io/badge/Project_Page-blue)](https://a.org)", [("Project Page", "https://a.org")]),
    ],
)
def test_labels_of_every_form(written: str, links: list[tuple[str, str]]) -> None:
    entry = one(f"- **A paper on a**. *Wu et al.* ACL 2023. {written}")
    assert [(link.label, link.url) for link in entry.links] == links
    assert (entry.title, entry.authors, entry.venue_printed, entry.year) == ("A paper on a", ("Wu",), "ACL", 2023)


def test_link_keeps_its_own_line() -> None:
    entry = one("- **A paper on a**\n  *Wu et al.* ACL 2023\n  [[Paper](https://a.org)]")
    assert [(link.line, entry.line) for link in entry.links] == [(7, 5)]


# Places and dates


@pytest.mark.parametrize(
    ("written", "venue", "printed", "year"),
    [
        ("NeurIPS 2022", "NeurIPS", "2022", 2022),
        ("NIPS2022", "NIPS", "2022", 2022),
        ("NeurIPS'22", "NeurIPS", "'22", 2022),
        ("ICLR 24", "ICLR", "24", 2024),
        ("(ICML 2023)", "ICML", "2023", 2023),
        ("[ACL 2023]", "ACL", "2023", 2023),
        ("`EMNLP 2023`", "EMNLP", "2023", 2023),
        ("NAACL 2022 Findings", "NAACL 2022 Findings", "2022", 2022),
        ("Findings of ACL 2023", "Findings of ACL", "2023", 2023),
        ("arXiv preprint arXiv:2305.18290, 2023", "arXiv preprint arXiv:2305.18290", "2023", 2023),
        ("Nature Machine Intelligence, 2022", "Nature Machine Intelligence", "2022", 2022),
        (
            "Advances in experimental social psychology, 2013",
            "Advances in experimental social psychology",
            "2013",
            2013,
        ),
        ("2023", None, "2023", 2023),
        ("2023-06", None, "2023-06", 2023),
        ("2023/06/01", None, "2023/06/01", 2023),
        ("2023.6", None, "2023.6", 2023),
        ("23.07", None, "23.07", 2023),
        ("June 2023", None, "June 2023", 2023),
        ("Oct 23", None, "Oct 23", 2023),
        ("arXiv", "arXiv", None, None),
        ("![](https://img.shields.io/badge/ICLR-2024-blue)", "ICLR", "2024", 2024),
        ("![](https://img.shields.io/badge/NeurIPS_2023-blue.svg)", "NeurIPS", "2023", 2023),
        ("![](https://img.shields.io/static/v1?label=ACL&message=2023&color=red)", "ACL", "2023", 2023),
    ],
)
def test_venues_and_dates_of_every_form(written: str, venue: str | None, printed: str | None, year: int | None) -> None:
    entry = one(f"- **A paper on a**. *Long Ouyang, Jeff Wu*. {written}. [[Paper](https://a.org)]")
    assert (entry.venue_printed, entry.year_printed, entry.year) == (venue, printed, year)
    assert (entry.title, entry.authors) == ("A paper on a", ("Long Ouyang", "Jeff Wu"))


# Authors


@pytest.mark.parametrize(
    ("written", "authors", "et_al"),
    [
        ("Ouyang et al.", ("Ouyang",), True),
        ("Touvronet al.", ("Touvron",), True),
        ("Long Ouyang, et al", ("Long Ouyang",), True),
        ("Long Ouyang and others", ("Long Ouyang",), True),
        ("Long Ouyang, Jeff Wu, and Xu Jiang", ("Long Ouyang", "Jeff Wu", "Xu Jiang"), False),
        ("Long Ouyang; Jeff Wu & Xu Jiang", ("Long Ouyang", "Jeff Wu", "Xu Jiang"), False),
        ("L. Ouyang, J. Wu", ("L. Ouyang", "J. Wu"), False),
        ("Ouyang, L., Wu, J., & Jiang, X.", ("L. Ouyang", "J. Wu", "X. Jiang"), False),
        ("Ouyang, Long, Wu, Jeff, and Jiang, Xu", ("Long Ouyang", "Jeff Wu", "Xu Jiang"), False),
        ("Ouyang L, Wu J, Jiang X", ("L Ouyang", "J Wu", "X Jiang"), False),
        ("Jane van den Berg, Ana de la Cruz", ("Jane van den Berg", "Ana de la Cruz"), False),
        ("Long Ouyang*, Jeff Wu†", ("Long Ouyang", "Jeff Wu"), False),
        ("Long Ouyang (OpenAI), Jeff Wu (OpenAI)", ("Long Ouyang", "Jeff Wu"), False),
        ("Martin Luther King Jr., Jane Doe", ("Martin Luther King Jr.", "Jane Doe"), False),
        ("OpenAI", ("OpenAI",), False),
        ("Deep Ganguli", ("Deep Ganguli",), False),
        ("张伟, 王芳", ("张伟", "王芳"), False),
    ],
)
def test_authors_of_every_form(written: str, authors: tuple[str, ...], et_al: bool) -> None:
    entry = one(f"- **A paper on a**. _{written}_ ACL 2023. [[Paper](https://a.org)]")
    assert (entry.authors, entry.et_al) == (authors, et_al)
    assert (entry.venue_printed, entry.year) == ("ACL", 2023)


# Bytes and sizes


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    page = "# P\n\n## S\n\n- **A paper on a**\n  *Wu et al.* [[Paper](https://a.org)]\n"
    assert parse_markdown("\ufeff" + page.replace("\n", "\r\n"), "p.md") == parse_markdown(page, "p.md")


def test_invisible_characters_are_no_part_of_a_field() -> None:
    entry = one(
        "- \u200f**A\u200b paper\u00a0on a**\u200e. *Wu\u2060 et\u00a0al.* ACL\u00a02023. [[Paper](https://a.org/\u200b1)]"
    )
    assert (entry.title, entry.authors_printed, entry.year) == ("A paper on a", "Wu et al.", 2023)
    assert entry.links[0].url == "https://a.org/1"
