"""RIS, as publishers and reference managers write it and as it gets broken."""

from __future__ import annotations

import time

import pytest

from aligngraph.bibliography.entries import Entry, forms_of
from aligngraph.bibliography.ris import parse_ris
from aligngraph.curation.reading import format_of


def only(text: str) -> Entry:
    found = parse_ris(text, "a.ris")
    assert found.problems == ()
    (entry,) = found.entries
    return entry


RECORD = """
TY  - CPAPER
AU  - Rafailov, Rafael
AU  - von Rütte, Dimitri
A1  - King, Martin Luther, Jr.
AU  - DeepMind Team
TI  - Direct Preference Optimization:
      Your Language Model is Secretly
a Reward Model
T2  - Advances in Neural Information Processing Systems
PY  - 2023/12/10
VL  - 36
IS  - 2
SP  - 53728
EP  - 53741
DO  - 10.52202/075280-2338
UR  - https://openreview.net/forum?id=HPuSIXJaa9
UR  - https://arxiv.org/abs/2305.18290
N1  - A note.
KW  - alignment
ER  -
"""


def test_record_has_what_its_tags_say() -> None:
    entry = only(RECORD)
    assert (entry.line, entry.kind, entry.year, entry.year_printed) == (2, "Paper", 2023, "2023/12/10")
    assert entry.authors == ("Rafael Rafailov", "Dimitri von Rütte", "DeepMind Team", "Martin Luther King Jr.")
    assert entry.title == "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"
    published, preprint = forms_of(entry)
    assert (published.kind, published.volume, published.issue) == ("ConferencePaper", "36", "2")
    assert (published.pages, published.openreview) == ("53728-53741", "HPuSIXJaa9")
    assert (preprint.kind, preprint.arxiv) == ("Preprint", "2305.18290")
    assert [link.label for link in entry.links] == ["Paper", "Paper"]
    assert entry.fields["note"] == "A note."


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_end_of_line_and_byte_order_mark_reads_the_same(newline: str) -> None:
    assert only("\ufeff" + RECORD.replace("\n", newline)) == only(RECORD)


@pytest.mark.parametrize(
    ("tags", "work", "form"),
    [
        ("TY  - JOUR\nJO  - J. Quiet\nJF  - Journal of Quiet", "Paper", "JournalArticle"),
        ("TY  - JOUR\nT2  - arXiv preprint arXiv:2305.18290", "Paper", "Preprint"),
        ("TY  - CONF\nT2  - Workshop on Quiet", "Paper", "WorkshopPaper"),
        ("TY  - BOOK\nPB  - Sage", "Book", "BookEdition"),
        ("TY  - CHAP\nT2  - Handbook", "Paper", "BookChapter"),
        ("TY  - RPRT\nPB  - X", "Report", "ReportDocument"),
        ("TY  - ELEC\nUR  - https://a.b/c", "WebPage", "WebPublication"),
        ("TY  - DATA\nPB  - Zenodo", "WebPage", "DatasetRelease"),
        ("TY  - UNPB\nUR  - https://arxiv.org/abs/2305.18290", "Paper", "Preprint"),
        ("TY  - ODD\nT2  - Conference on Quiet", "Paper", "ConferencePaper"),
    ],
)
def test_types_are_classes_of_works_and_publications(tags: str, work: str, form: str) -> None:
    (entry,) = parse_ris(f"{tags}\nTI  - T\nPY  - 2031\nER  -", "a.ris").entries
    assert (entry.kind, [found.kind for found in forms_of(entry)]) == (work, [form])


def test_isbn_is_distinguished_from_issn() -> None:
    assert only("TY  - BOOK\nTI  - T\nSN  - 978-1-4503-8309-7\nER  - ").identifiers.isbn == "978-1-4503-8309-7"
    assert only("TY  - JOUR\nTI  - T\nSN  - 1234-5678\nER  - ").identifiers.isbn is None


GOOD = "TY  - BOOK\nTI  - Good %d\nER  - \n"


@pytest.mark.parametrize(
    ("broken", "line", "reason"),
    [
        ("TY  - BOOK\nTI  - Not ended\n", 4, "does not end with ER"),
        ("TI  - No type\nAU  - A\nER  - \n", 4, "not part of a record"),
        ("TY  - BOOK\nER  - \n", 4, "has no title"),
        ("stray words\nand more\n", 4, "not part of a record"),
    ],
)
def test_broken_record_is_named_with_its_line_and_takes_no_other_with_it(broken: str, line: int, reason: str) -> None:
    found = parse_ris(GOOD % 1 + broken + GOOD % 2, "a.ris")
    (problem,) = found.problems
    assert (problem.file, problem.line, reason in problem.reason) == ("a.ris", line, True)
    assert {"Good 1", "Good 2"} <= {entry.title for entry in found.entries}


def test_record_that_is_not_ended_is_read_all_the_same() -> None:
    found = parse_ris("TY  - BOOK\nTI  - One\nTY  - BOOK\nTI  - Two\n", "a.ris")
    assert [entry.title for entry in found.entries] == ["One", "Two"]
    assert [problem.line for problem in found.problems] == [1, 3]


def test_only_http_and_https_addresses_are_kept() -> None:
    found = parse_ris("TY  - ELEC\nTI  - T\nUR  - javascript:alert(1)\nER  - \n", "a.ris")
    assert ([problem.text for problem in found.refused_links], found.entries[0].links) == (["javascript:alert(1)"], ())


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["TY  - JOUR\n" * 20_000, "TY  - JOUR\nTI  - a\n" + "x\n" * 200_000, "TY  - JOUR\n" + "AU  - a, b\n" * 100_000],
    ids=["types", "continued", "authors"],
)
def test_hostile_files_take_time_in_proportion(text: str) -> None:
    start = time.process_time()
    assert parse_ris(text, "a.ris").entries
    assert time.process_time() - start < 10


def test_authors_in_one_tag_are_distinguished() -> None:
    head, tail = "TY  - JOUR\nTI  - T\nAU  - ", "\nER  - "
    assert only(f"{head}Rivera, Jo; O'Kiely, Ben;Lindqvist, E. M.{tail}").authors == (
        "Jo Rivera",
        "Ben O'Kiely",
        "E. M. Lindqvist",
    )
    assert only(f"{head}J Rivera, B Okafor, E Lindqvist{tail}").authors == ("J Rivera", "B Okafor", "E Lindqvist")


def test_dots_in_place_of_a_name_say_that_more_follow() -> None:
    entry = only("TY  - JOUR\nTI  - T\nAU  - Rivera, J\nAU  - ...\nER  - ")
    assert (entry.authors, entry.et_al) == (("J Rivera",), True)


def test_a_tag_that_the_format_does_not_have_is_a_note() -> None:
    entry = only("TY  - JOUR\nTI  - T\nUR  - https://example.org/a\nNOTE - PDF: a.pdf\nFILE - b.pdf\nER  - ")
    assert [link.url for link in entry.links] == ["https://example.org/a"]
    assert entry.fields["note"] == "PDF: a.pdf; FILE - b.pdf"


def test_an_abstract_goes_on_with_capitals_and_a_dash() -> None:
    entry = only("TY  - JOUR\nTI  - T\nAB  - We look at\nDNA - and at more.\nN1  - A note.\nER  - ")
    assert entry.fields["note"] == "A note."


def test_what_programs_write_for_nothing_is_nothing() -> None:
    entry = only(
        "TY  - NA\nTI  - T\nJF  - NA\nT2  - Some Journal\nPY  - NA\nVL  - NA\nSP  - 7\nEP  - NA\nDO  - NA\nER  - "
    )
    assert (entry.venue_printed, entry.year, entry.year_printed) == ("Some Journal", None, None)
    (form,) = forms_of(entry)
    assert (form.volume, form.pages, entry.identifiers.doi) == (None, "7", None)


def test_entities_and_markup_are_taken_for_what_they_mean() -> None:
    entry = only("TY  - JOUR\nTI  - Where <i>A</i> &lt; B\nJO  - Science &amp; Values\nER  - ")
    assert (entry.title, entry.venue_printed) == ("Where A < B", "Science & Values")


def test_a_report_may_name_a_journal() -> None:
    entry = only("TY  - RPRT\nTI  - T\nJO  - Letters on Values\nUR  - https://example.org/a\nER  - ")
    assert entry.venue_printed == "Letters on Values"


@pytest.mark.parametrize(
    "tag",
    ["M3  - https://doi.org/10.1234/jab.2577", "M3  - 10.1234/jab.2577", "N1  - DOI: 10.1234/jab.2577.",
     "DI  - 10.1234/jab.2577"],
)  # fmt: skip
def test_doi_is_read_wherever_programs_write_it(tag: str) -> None:
    assert only(f"TY  - JOUR\nTI  - T\nJO  - J\n{tag}\nER  - ").identifiers.doi == "10.1234/jab.2577"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("%0 Journal Article\n%T Quiet Rewards\n%A Rivera, Ana\n", "EndNote"),
        ("FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Rivera, A\nTI Quiet\nER\n\nEF\n", "Web of Science"),
        ("PT J\nAU Rivera, A\nTI Quiet\nER\n", "Web of Science"),
        ("PMID- 123456\nTI  - Quiet Rewards\n", "PubMed"),
    ],
)  # fmt: skip
def test_other_tagged_formats_are_named_as_what_they_are(text: str, name: str) -> None:
    (problem,) = parse_ris(text, "a.ris").problems
    assert name in problem.reason
    assert format_of("a.txt", text) == "ris"


def test_a_value_over_very_many_lines_takes_time_in_proportion_to_them() -> None:
    def seconds(lines: int) -> float:
        text = "TY  - JOUR\nTI  - A\nAB  - x\n" + "and so on\n" * lines + "ER  - \n"
        begun = time.process_time()
        entry = only(text)
        taken = time.process_time() - begun
        assert entry.fields["AB"] == " ".join(["x", *["and so on"] * lines])
        return taken

    # Sixteen times as long where each line copies those before it.
    assert seconds(160_000) < 10 * max(seconds(40_000), seconds(40_000))


def test_a_thesis_that_becomes_a_report_is_named() -> None:
    (notice,) = parse_ris("TY  - THES\nTI  - On Reeds\nAU  - Fen, E\nPY  - 2031\nER  - \n", "a.ris").problems
    assert (notice.line, notice.text, notice.minor) == (1, "On Reeds", True)
    assert notice.reason.startswith("is a thesis: kept as a report")


@pytest.mark.parametrize(
    "body",
    [
        "Unit of Tides (UT), Department of Marsh Sciences, University of Lakeside (UK).",
        "Centre for Nets, Lakeside Hospital, Hill Trust Foundation",
    ],
)
def test_a_body_with_commas_in_its_name_is_one_author(body: str) -> None:
    entry = only(f"TY  - RPRT\nTI  - On Reeds\nA1  - {body}\nPY  - 2031\nER  - ")
    assert entry.authors == (body.rstrip("."),)
    several = only("TY  - JOUR\nTI  - On Reeds\nA1  - Edda Fen, Jo van der Marsh, Mei Roy\nPY  - 2031\nER  - ")
    assert several.authors == ("Edda Fen", "Jo van der Marsh", "Mei Roy")
