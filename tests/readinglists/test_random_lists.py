"""Random works, written in random styles, are read back."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aligngraph.readinglists.page import parse_markdown
from tests.support.marks import examples

GIVEN = ("Ana", "Li", "Noah A.", "Jean-Luc", "Søren", "Mei", "Paul F.", "Özlem", "T. J.", "Wei", "Renée", "Yejin")
FAMILY = ("Rivera", "O'Brien", "van den Berg", "Wu", "Müller", "Lindqvist", "Smith-Jones", "Al Nahian", "Kočiský", "Ng")
WORDS = (
    "models listen learning from people rewards preferences what they want feedback towards better safe dialogue human "
    "values in practice scaling oversight benchmark agents GPT-4 norms stories multi-task evaluation self-correction"
).split()
VENUES = ("NeurIPS", "ICLR", "ACL", "EMNLP", "arXiv", "FAccT", "ICML", "AAAI", "CHI", "TMLR")
LABELS = ("Paper", "Code", "Data", "Project", "pdf", "Blog", "Demo")


@dataclass(frozen=True)
class Work:
    title: str
    authors: tuple[str, ...]
    venue: str
    year: int
    links: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        return self.title if self.title.endswith("?") else f"{self.title}."

    @property
    def names(self) -> str:
        return ", ".join(self.authors)

    @property
    def short(self) -> str:
        return f"{self.authors[0].split()[-1]} et al."


def _title(words: list[str], colon: int, end: str, year: int | None) -> str:
    said = [*words, f"in {year}"] if year else words
    text = " ".join(said)
    if 0 < colon < len(said) - 1:
        text = " ".join(said[:colon]) + ": " + " ".join(said[colon:]).capitalize()
    return text[0].upper() + text[1:] + end


titles = st.builds(
    _title,
    st.lists(st.sampled_from(WORDS), min_size=4, max_size=10),
    st.integers(0, 5),
    st.sampled_from(("", "", "", "?")),
    st.none() | st.none() | st.integers(1990, 2030),
)
names = st.builds(lambda first, last: f"{first} {last}", st.sampled_from(GIVEN), st.sampled_from(FAMILY))
slugs = st.text(string.ascii_lowercase + string.digits, min_size=3, max_size=9)
links = st.lists(st.tuples(st.sampled_from(LABELS), slugs), min_size=1, max_size=4, unique_by=lambda link: link[0]).map(
    lambda found: tuple((label, f"https://example.org/{slug}/{number}") for number, (label, slug) in enumerate(found))
)
works = st.builds(
    Work,
    titles,
    st.lists(names, min_size=2, max_size=7, unique=True).map(tuple),
    st.sampled_from(VENUES),
    st.integers(1995, 2030),
    links,
)


def _double(work: Work) -> str:
    return " ".join(f"[[{label}]({url})]" for label, url in work.links)


def _outer(work: Work) -> str:
    return "".join(f"[[{label}]]({url})" for label, url in work.links)


def _plain(work: Work) -> str:
    return ", ".join(f"[{label}]({url})" for label, url in work.links)


LINKS: tuple[Callable[[Work], str], ...] = (_double, _outer, _plain)
PLACES: tuple[Callable[[Work], str], ...] = (
    lambda work: f"{work.venue} {work.year}",
    lambda work: f"{work.venue}, {work.year}",
    lambda work: f"{work.venue}'{work.year % 100:02}",
    lambda work: f"{work.venue} ({work.year})",
)
# (title, authors, place, links) → the entry's lines. *full* says whether all authors are printed.
STYLES: tuple[tuple[bool, Callable[[Work, str, str], str]], ...] = (
    (False, lambda work, place, links: f"{work.sentence} {work.short} {place}. {links}"),
    (True, lambda work, place, links: f"{work.sentence} {work.names}. {place}. {links}"),
    (False, lambda work, place, links: f"**{work.title}**. *{work.short}* {place}. {links}"),
    (True, lambda work, place, links: f"**{work.sentence}** *{work.names}.* {place} {links}"),
    (True, lambda work, place, links: f"**{work.title}**\n  *{work.names}*\n  {place}. {links}"),
    (True, lambda work, place, links: f"**{work.title}** <br>\n  {work.names} <br>\n  {place} <br> {links}"),
    (False, lambda work, place, links: f'"{work.title}", {work.short}, {place}. {links}'),
    (True, lambda work, place, links: f"“{work.title}”. {work.names}. {place}. {links}"),
    (True, lambda work, place, links: f"{work.names}. **{work.title}**. _{place}_. {links}"),
    (True, lambda work, place, links: f'{work.names}. "{work.title}." {place}. {links}'),
    (False, lambda work, place, links: f"{work.title} - {work.short} - {place} - {links}"),
    (False, lambda work, place, links: f"[{work.venue} {work.year}] **{work.title}**, {work.short} {links}"),
    (False, lambda work, place, links: f"**{work.title}** ({work.short}, {place}) {links}"),
    (True, lambda work, place, links: f"**{work.title}**\n  - {work.names}\n  - {place}\n  - {links}"),
    (True, lambda work, place, links: f"**{work.title}**\n  - Authors: {work.names}\n  - Venue: {place}\n  - {links}"),
)
SCRAPS = (
    *"[]()*_`<>!#|-+.:'&\\\n\t 1aA.é中\"",
    "http://a.b/",
    "**",
    "](",
    "| -",
    "\n- ",
    "\n\n",
    "<details>",
    "[x]: ",
    "https://[",
)
bullets = st.sampled_from(("- ", "* ", "1. ", "+ "))


@pytest.mark.slow
@settings(max_examples=examples(250), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    st.lists(works, min_size=1, max_size=5, unique_by=lambda work: work.title),
    st.sampled_from(STYLES),
    st.sampled_from(PLACES),
    st.sampled_from(LINKS),
    bullets,
    st.sampled_from(("\n", "\r\n")),
)
def test_works_in_any_style_are_read_back(
    found: list[Work],
    style: tuple[bool, Callable[[Work, str, str], str]],
    place: Callable[[Work], str],
    write_links: Callable[[Work], str],
    bullet: str,
    newline: str,
) -> None:
    full, write = style
    pad = " " * len(bullet)
    body = "".join(
        bullet + write(work, place(work), write_links(work)).replace("\n  ", f"\n{pad}") + "\n" for work in found
    )
    page = f"# A page\n\n## A section\n\n{body}".replace("\n", newline)
    reading = parse_markdown(page, "page.md")
    assert not reading.problems, page
    assert not reading.refused_links
    assert [
        (entry.title, entry.authors, entry.et_al, entry.venue_printed, entry.year, entry.headings[-1].text)
        for entry in reading.entries
    ] == [
        (
            work.title,
            work.authors if full else (work.authors[0].split()[-1],),
            not full,
            work.venue,
            work.year,
            "A section",
        )
        for work in found
    ], page
    assert [[(link.label, link.url) for link in entry.links] for entry in reading.entries] == [
        list(work.links) for work in found
    ], page


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(st.sampled_from(SCRAPS), max_size=120).map("".join))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    reading = parse_markdown(text, "page.md")
    lines = text.count("\n") + 1
    assert all(1 <= entry.line <= lines for entry in reading.entries)
    assert all(link.url.startswith(("http://", "https://")) for entry in reading.entries for link in entry.links)
    assert all(1 <= problem.line <= lines for problem in reading.problems)
