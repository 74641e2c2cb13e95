"""Entries that are references as programs print them, pasted into a list."""

from __future__ import annotations

import pytest

from aligngraph.bibliography.entries import Entry
from aligngraph.readinglists.page import parse_markdown


def read(line: str) -> Entry:
    (entry,) = parse_markdown(f"# A list\n\n- {line} [[pdf]](https://example.org/a)\n", "p.md").entries
    return entry


@pytest.mark.parametrize(
    "title",
    [
        '"**Quiet rewards for loud raters**."',
        '"**Quiet rewards for loud raters.**"',
        "“**Quiet rewards for loud raters**”.",
    ],
    ids=["stop behind the bold", "stop in the bold", "curly quotes"],
)
@pytest.mark.parametrize(
    ("ending", "venue", "year"),
    [
        ("Nature 521.7553 (2031): 436-444.", "Nature", 2031),
        ("Neural tides 18.7 (2031): 1527-1554.", "Neural tides", 2031),
        ("arXiv preprint arXiv:3108.05343 (2031).", "arXiv preprint arXiv:3108.05343", 2031),
        (
            "Advances in neural information processing systems. 2031.",
            "Advances in neural information processing systems",
            2031,
        ),
        ("In ICML, 2031.", "ICML", 2031),
    ],
    ids=["journal", "small letters", "preprint", "proceedings", "in"],
)
def test_title_in_bold_and_quotes(title: str, ending: str, venue: str, year: int) -> None:
    entry = read(f"Rivera, Ana, et al. {title} {ending}")
    assert entry.title == "Quiet rewards for loud raters"
    assert (entry.authors, entry.et_al) == (("Ana Rivera",), True)
    assert (entry.venue_printed, entry.year) == (venue, year)


@pytest.mark.parametrize(
    ("printed", "names", "et_al"),
    [
        ("Rivera, Ana M., Jo Lindqvist, and Mei Okafor.", ("Ana M. Rivera", "Jo Lindqvist", "Mei Okafor"), False),
        ("Rivera, Ana M., and Jo Lindqvist.", ("Ana M. Rivera", "Jo Lindqvist"), False),
        ("Rivera, Ana M., et al.", ("Ana M. Rivera",), True),
        ("Rivera, Ana M.", ("Ana M. Rivera",), False),
        ("Wu, Mei, Xin Okafor, and Jo Lindqvist.", ("Mei Wu", "Xin Okafor", "Jo Lindqvist"), False),
    ],
)
def test_only_the_first_name_is_turned_round(printed: str, names: tuple[str, ...], et_al: bool) -> None:
    entry = read(f'{printed} "Quiet Rewards for Loud Raters." ACL. 2031.')
    assert entry.title == "Quiet Rewards for Loud Raters"
    assert (entry.authors, entry.et_al) == (names, et_al)


@pytest.mark.parametrize(
    ("cell", "authors", "venue", "year"),
    [
        (
            'Rivera, Ana, Jo Lindqvist, and Mei Okafor. "Quiet Rewards." arXiv preprint arXiv:3105.04518 (2031).',
            ("Ana Rivera", "Jo Lindqvist", "Mei Okafor"),
            "arXiv preprint arXiv:3105.04518",
            2031,
        ),
        ('Rivera, Ana, and Jo Lindqvist. "Quiet Rewards." ICML 2031.', ("Ana Rivera", "Jo Lindqvist"), "ICML", 2031),
    ],
)
@pytest.mark.parametrize("form", ["- {}", "| Name | Paper |\n|---|---|\n| Otter | {} |"], ids=["item", "row"])
def test_a_link_around_the_whole_reference(
    form: str, cell: str, authors: tuple[str, ...], venue: str, year: int
) -> None:
    page = "# A list\n\n" + form.format(f"[{cell}](https://example.org/a)") + "\n"
    (entry,) = parse_markdown(page, "p.md").entries
    assert (entry.title, entry.authors) == ("Quiet Rewards", authors)
    assert (entry.venue_printed, entry.year) == (venue, year)
    assert [link.url for link in entry.links] == ["https://example.org/a"]


def test_a_quotation_within_a_quoted_title_stays() -> None:
    entry = read('Rivera, Ana. "**“Why not?”: A study of refusals**." ACL, 2031.')
    assert (entry.title, entry.authors) == ("“Why not?”: A study of refusals", ("Ana Rivera",))


@pytest.mark.parametrize(
    "title", ['"Why not?" A study of refusals', 'Saying "no" to raters', 'Ana Rivera: "On rewards"']
)
def test_a_linked_title_may_quote(title: str) -> None:
    (entry,) = parse_markdown(
        f"- [{title}](https://example.org/a). Ana Rivera, Jo Lindqvist. ACL 2031\n", "p.md"
    ).entries
    assert entry.title == title


def test_in_before_a_venue_is_not_of_the_title() -> None:
    entry = read("Quiet Rewards for Loud Raters, in *ACL* 2031.")
    assert (entry.title, entry.venue_printed, entry.year) == ("Quiet Rewards for Loud Raters", "ACL", 2031)


def test_wide_brackets_hold_a_venue() -> None:
    (entry,) = parse_markdown("- [Quiet Rewards for Loud Raters （ACL 2031）](https://example.org/a)\n", "p.md").entries
    assert (entry.title, entry.venue_printed, entry.year) == ("Quiet Rewards for Loud Raters", "ACL", 2031)


@pytest.mark.parametrize("venue", ["Front. Neurosci", "Empir. Softw. Eng", "IEEE Trans. Instrum. Meas"])
def test_a_journal_abbreviated_is_one_name(venue: str) -> None:
    entry = read(f"**Quiet Rewards for Loud Raters**. *Ana Rivera, Jo Lindqvist*. {venue}., 2031.")
    assert ((entry.venue_printed or "").rstrip("."), entry.year) == (venue, 2031)


@pytest.mark.parametrize(
    "line",
    [
        '"Quiet Rewards for Loud Raters", ACL, 2031. [[paper](https://example.org/p)] [**`tag`**]',
        "Quiet Rewards for Loud Raters (**oral**). ACL 2031. [[paper](https://example.org/p)]",
    ],
    ids=["bold behind a quotation", "bold behind a bare title"],
)
def test_words_in_brackets_behind_a_title_are_none(line: str) -> None:
    entry = read(line)
    assert (entry.title or "").removesuffix(" (oral)") == "Quiet Rewards for Loud Raters"
    assert (entry.venue_printed, entry.year) == ("ACL", 2031)


def test_a_link_in_brackets_behind_a_title_is_none() -> None:
    entry = read("Quiet Rewards for Loud Raters [[Some College of Letters]](https://example.org/p)")
    assert entry.title == "Quiet Rewards for Loud Raters"
    assert entry.links[0].label == "Some College of Letters"


@pytest.mark.parametrize(
    ("number", "authors"),
    [
        ("[3]", "Ana Rivera, Jo Berg and Roy, Bo C."),
        ("3.", "Ana Rivera, Jo Berg, Bo C. Roy."),
        ("[12].", "Rivera A, Berg J, Roy BC."),
    ],
)
@pytest.mark.parametrize("title", ["Hypernets", "Meta Nets", "Nets for All"])
def test_a_number_in_bold_is_no_title(number: str, authors: str, title: str) -> None:
    (entry,) = parse_markdown(f"# Nets\n\n- **{number}** {authors} **{title}**. In ICLR 2031.\n", "list.md").entries
    assert (entry.title, entry.venue_printed, entry.year) == (title, "ICLR", 2031)
    assert [name.split()[-1] for name in entry.authors] == ["Rivera", "Berg", "Roy"]


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("Artificial", "Tide Review", "18(2):77–95, 2031."),
        ("Advances in", "neural information processing systems", "pp. 657–664, 2031."),
        ("Proceedings of the", "Annual Conference of the Marsh Society", "2031."),
        ("Tides", "and Shores", "2(4):26–30, 2031."),
        ("IEEE transactions on tide analysis", "and machine intelligence", "28(4):594–611, 2031."),
    ],
)
def test_a_venue_that_runs_over_the_end_of_a_line_is_whole(first: str, second: str, after: str) -> None:
    work = "**[6]** Ana Rivera and Jo Berg. **A perspective view and survey of nets that mend**."
    for gap in ("\n", " "):
        (entry,) = parse_markdown(f"# Nets\n\n{work} {first}{gap}{second}, {after}\n", "list.md").entries
        assert (entry.venue_printed, entry.year) == (f"{first} {second}", 2031)
        assert entry.authors == ("Ana Rivera", "Jo Berg")


@pytest.mark.parametrize("said", ["Oral", "Robotics", "🔥"])
def test_a_field_on_a_line_of_its_own_is_no_part_of_the_venue_below(said: str) -> None:
    page = f"# Nets\n\n- **A Perspective View and a Survey of Nets That Mend Themselves at Sea**. {said}\nICLR 2031\n"
    (entry,) = parse_markdown(page, "list.md").entries
    assert (entry.venue_printed, entry.year) == ("ICLR", 2031)
