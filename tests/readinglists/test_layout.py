"""Unclear entries are read by where the clear entries of their page keep their fields."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aligngraph.bibliography.entries import Entry
from aligngraph.readinglists.page import parse_markdown

NAMES = ("Ana Rivera, Jo Lindqvist", "Mei Okafor, Ravi Sandoval", "Lena Brandt, Tomas Vale", "Ada Moreau, Sam Whitlock")
TITLES = ("Quiet Rewards for Raters", "Debates That Converge", "Listening Before Judging", "Maps of Small Models")
VENUES = ("NeurIPS 2031", "ICLR 2032", "ACL 2030", "ICML 2031")


def read(lines: Sequence[str]) -> list[Entry]:
    return list(parse_markdown("# A list\n\n" + "\n".join(lines) + "\n", "p.md").entries)


def last(lines: Sequence[str], odd: str) -> Entry:
    return read([*lines, odd])[-1]


def rows(form: str, count: int = 4) -> list[str]:
    """Return clear entries, each written as *form* says."""
    return [
        form.format(title=TITLES[at], names=NAMES[at], venue=VENUES[at], url=f"https://example.org/{at}")
        for at in range(count)
    ]


ITALIC = "- **{title}.** *{names}.* [[Paper]({url})]"
BRACKETED = "- [{title}]({url}) ({venue})"
LINKED = "- [{title}]({url}) - {names}, {venue}"
BARE = "- {title} ({venue}) [[paper]({url})]"


def test_a_handle_in_the_place_of_authors_is_one() -> None:
    odd = "- **Ferries at Night.** *Lanternfish.* [[Paper](https://example.org/n)]"
    assert read([odd])[0].authors == ()
    assert last(rows(ITALIC), odd).authors == ("Lanternfish",)


def test_authors_and_a_venue_that_run_together_give_the_authors() -> None:
    page = rows("- [2031/05] **{title}.** *{names}.* [[paper]({url})]")
    odd = "- [2031/05] **Ferries at Night.** *Mei Okafor (Some College) et al. Wavelets.* [[paper](https://example.org/n)]"
    entry = last(page, odd)
    assert (entry.authors, entry.et_al) == (("Mei Okafor",), True)


@pytest.mark.parametrize("venue", ["Signal Processing", "Ropes and Nets", "Wave Lines"])
def test_what_looks_like_a_name_is_a_venue_in_the_place_of_venues(venue: str) -> None:
    entry = last(rows(BRACKETED), f"- [Ferries at Night](https://example.org/n) ({venue} 2031)")
    assert (entry.venue_printed, entry.year, entry.authors) == (venue, 2031, ())


def test_an_unknown_journal_is_the_venue_where_venues_stand() -> None:
    form = "- **{names} (2031).** {title}: how far it goes. *Journal of Quiet Systems*, 4(1), 5-9. [[link]({url})]"
    venue = "Ropes, Wavelets, Tides and Other Slow Things at Sea"
    odd = (
        f"- **Rivera, A. (2031).** Ferries at night: how far they go. *{venue}*, 12(3). [[link](https://example.org/n)]"
    )
    assert last([], odd).venue_printed is None
    assert last(rows(form), odd).venue_printed == venue


def test_a_link_that_is_called_like_a_label_is_the_title_where_titles_are_links() -> None:
    odd = "- [Keras](https://example.org/keras) - A library for reading very long lists of works"
    assert last(rows(LINKED), odd).title == "Keras"


# What the layout must leave alone


def test_three_entries_are_too_few_to_learn_from() -> None:
    odd = "- **Ferries at Night.** *Lanternfish.* [[Paper](https://example.org/n)]"
    assert last(rows(ITALIC, 2), odd).authors == ()


def test_two_styles_on_one_page_settle_nothing() -> None:
    tools = [
        f"- **The {name} Reading Tool.** *Small and quick.* [[Code](https://example.org/{name})]" for name in "ABCD"
    ]
    page = [*rows(ITALIC), "", "## Tools", "", *tools]
    odd = "- **Ferries at Night.** *Lanternfish.* [[Paper](https://example.org/n)]"
    entries = read([*page, odd])
    assert [entry.authors for entry in entries[4:]] == [()] * 5
    assert [entry.authors for entry in entries[:4]] == [tuple(names.split(", ")) for names in NAMES]


def test_two_styles_with_places_of_their_own_are_both_learnt() -> None:
    odd = [
        "- **Ferries at Night.** *Lanternfish.* [[Paper](https://example.org/n)]",
        "- [Ropes at Sea](https://example.org/r) (Signal Letters 2031)",
    ]
    first, second = read([*rows(ITALIC), *rows(BRACKETED), *odd])[-2:]
    assert (first.authors, first.venue_printed) == (("Lanternfish",), None)
    assert (second.authors, second.venue_printed) == ((), "Signal Letters")


@pytest.mark.parametrize(
    ("odd", "authors", "venue", "year"),
    [
        ("*ICLR 2031.*", (), "ICLR", 2031),
        ("*Lanternfish.* Mei Okafor, Ravi Sandoval. ACL 2031.", ("Mei Okafor", "Ravi Sandoval"), "ACL", 2031),
        ("*Okafor and Sandoval, 2031.*", ("Okafor", "Sandoval"), None, 2031),
        ("*a short note on boats.*", (), None, None),
        ("*Boats: How Many Are There?*", (), None, None),
    ],
    ids=["a venue", "other authors", "authors with a year", "a remark", "a question"],
)
def test_what_an_entry_says_clearly_stays(
    odd: str, authors: tuple[str, ...], venue: str | None, year: int | None
) -> None:
    entry = last(rows(ITALIC), f"- **Ferries at Night.** {odd} [[Paper](https://example.org/n)]")
    assert (entry.title, entry.authors) == ("Ferries at Night", authors)
    assert (entry.venue_printed, entry.year) == (venue, year)


@pytest.mark.parametrize(
    "odd",
    [
        "- **Ferries That Sail at Night** [[Paper](https://example.org/n)]",
        "- [Paper](https://example.org/n) **Ferries That Sail at Night**",
        "- [Otter](https://example.org/o): [Ferries That Sail at Night](https://example.org/n)",
        "- [ACL 2031](https://example.org/v) **Ferries That Sail at Night**",
        "- [Paper](https://example.org/n) Ferries That Sail at Night. Mei Okafor, Ravi Sandoval. ACL 2031",
    ],
    ids=["bold", "a label first", "a name first", "a venue first", "a label and nothing set off"],
)
def test_a_title_set_off_otherwise_stays_where_titles_are_links(odd: str) -> None:
    assert last(rows(LINKED), odd).title == "Ferries That Sail at Night"


@pytest.mark.parametrize(
    "odd",
    [
        "- [Ferries That Sail at Night](https://example.org/n) (ACL 2031)",
        "- Rivera et al. [Ferries That Sail at Night](https://example.org/n) (ACL 2031)",
        "- **Ferries That Sail at Night** (ACL 2031) [[paper](https://example.org/n)]",
        "- Rivera et al. **Ferries That Sail at Night**. ACL 2031 [[paper](https://example.org/n)]",
    ],
    ids=["a link", "a link behind names", "bold", "bold behind names"],
)
def test_a_title_set_off_stays_where_titles_are_bare(odd: str) -> None:
    entry = last(rows(BARE), odd)
    assert (entry.title, entry.venue_printed, entry.year) == ("Ferries That Sail at Night", "ACL", 2031)


def test_a_label_in_the_place_of_venues_is_none() -> None:
    form = "- **{title}**. *{names}*. {venue}. [[pdf]({url})]"
    odd = "- **Ferries at Night**. *Lanternfish*. Supplementary materials. [[pdf](https://example.org/n)]"
    entry = last(rows(form), odd)
    assert (entry.authors, entry.venue_printed) == (("Lanternfish",), None)


def test_rows_of_a_table_go_by_their_columns() -> None:
    table = ["", "| Paper | Authors | Venue |", "|---|---|---|", "| Ferries at Night (Tide) | Mei Okafor | Wavelets |"]
    entry = read([*rows(BRACKETED), *table])[-1]
    assert (entry.title, entry.authors, entry.venue_printed) == ("Ferries at Night (Tide)", ("Mei Okafor",), "Wavelets")


def test_the_order_of_the_entries_does_not_matter() -> None:
    odd = "- **Ferries at Night.** *Lanternfish.* [[Paper](https://example.org/n)]"
    assert read([odd, *rows(ITALIC)])[0].authors == ("Lanternfish",)
