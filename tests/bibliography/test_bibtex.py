"""BibTeX and BibLaTeX, as people write it and as they break it."""

from __future__ import annotations

import time
from itertools import product

import pytest
from pybtex.database import parse_string

from aligngraph.bibliography.bibtex import parse_bibtex
from aligngraph.bibliography.entries import Entry, Link, forms_of
from aligngraph.bibliography.latex import to_text
from aligngraph.bibliography.plain_text import collapse
from aligngraph.bibliography.works import Form
from aligngraph.text.encoding import decode
from tests.bibliography import counts


def only(text: str) -> Entry:
    found = parse_bibtex(text, "a.bib")
    assert found.problems == ()
    (entry,) = found.entries
    return entry


def test_entry_has_what_its_fields_say() -> None:
    entry = only(
        r"""
@inproceedings{rafailov2023direct,
  title = {Direct {P}reference Optimization: Your {LM} is a Reward Model},
  author = {Rafailov, Rafael and Archit Sharma and others},
  booktitle = {Advances in Neural Information Processing Systems 36},
  year = {2023}, month = dec, pages = {53728--53741}, volume = 36, url = "https://openreview.net/forum?id=HPuSIXJaa9"
}"""
    )
    assert (entry.file, entry.line, entry.key, entry.kind) == ("a.bib", 2, "rafailov2023direct", "Paper")
    assert entry.title == "Direct Preference Optimization: Your LM is a Reward Model"
    assert (entry.authors, entry.et_al) == (("Rafael Rafailov", "Archit Sharma"), True)
    assert (entry.venue_printed, entry.year, entry.year_printed) == (
        "Advances in Neural Information Processing Systems 36",
        2023,
        "2023",
    )
    assert entry.identifiers.openreview == "HPuSIXJaa9"
    assert entry.links == (Link("Paper", "https://openreview.net/forum?id=HPuSIXJaa9", 6),)
    (form,) = forms_of(entry)
    assert (form.pages, form.volume, entry.fields["month"]) == ("53728-53741", "36", "12")
    assert entry.text == (
        "Rafael Rafailov, Archit Sharma, et al. Direct Preference Optimization: Your LM is a Reward Model."
        " Advances in Neural Information Processing Systems 36, 2023"
    )


def test_strings_are_joined_and_macros_replaced() -> None:
    entry = only(
        '@string{nips = "Advances in " # {Neural}}\n@STRING(pub = "x")\n'
        '@article{a, title = "A " # {B} # " \\& C", journal = NIPS # " Systems", month = 3 # "~" # jan, year = 2031}'
    )
    assert (entry.title, entry.venue_printed, entry.fields["month"]) == ("A B & C", "Advances in Neural Systems", "3 1")


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2305.18290v2}, archivePrefix = {arXiv}, primaryClass = {cs.LG}",
        "eprint = {2305.18290}, eprinttype = {arxiv}, eprintclass = {cs.LG}",
        "journal = {arXiv preprint arXiv:2305.18290}",
        "journal = {CoRR}, volume = {abs/2305.18290}",
        "journal = {ArXiv}, volume = {abs/2305.18290}",
        "howpublished = {arXiv:2305.18290 [cs.LG]}",
        "note = {arXiv:2305.18290}",
        "url = {http://arxiv.org/abs/2305.18290v1}",
        "doi = {10.48550/ARXIV.2305.18290}, publisher = {arXiv}",
    ],
)
@pytest.mark.parametrize("kind", ["article", "misc", "online", "unpublished"])
def test_preprint_is_recognised_in_every_form(kind: str, fields: str) -> None:
    (form,) = forms_of(only(f"@{kind}{{a, title = {{T}}, year = 2024, {fields}}}"))
    assert (form.kind, form.arxiv, form.venue, form.year) == ("Preprint", "2305.18290", "arXiv", 2024)
    assert (form.doi or "").lower() == "10.48550/arxiv.2305.18290"


def test_published_form_and_preprint_of_one_entry_are_both_kept() -> None:
    entry = only(
        "@inproceedings{a, title={T}, booktitle={ICLR}, year=2024, eprint={2305.18290}, archivePrefix={arXiv}}"
    )
    published, preprint = forms_of(entry)
    assert (published.kind, published.venue, published.year) == ("ConferencePaper", "ICLR", 2024)
    # The number tells the year in which it was given.
    assert preprint == Form("Preprint", venue="arXiv", year=2023, doi="10.48550/arXiv.2305.18290", arxiv="2305.18290")
    assert entry.work is not None
    assert entry.work.first_year == 2023


@pytest.mark.parametrize(
    ("head", "work", "form"),
    [
        ("@article{a, journal={TMLR}", "Paper", "JournalArticle"),
        ("@article{a, journal={Advances in neural information processing systems}", "Paper", "ConferencePaper"),
        ("@inproceedings{a, booktitle={Workshop on Trust}", "Paper", "WorkshopPaper"),
        ("@conference{a, booktitle={ICML}", "Paper", "ConferencePaper"),
        ("@incollection{a, booktitle={Handbook}", "Paper", "BookChapter"),
        ("@book{a, publisher={Sage}", "Book", "BookEdition"),
        ("@techreport{a, institution={X}", "Report", "ReportDocument"),
        ("@online{a, url={https://a.b/c}", "WebPage", "WebPublication"),
        (r"@misc{a, howpublished={\url{https://a.b/c}}", "WebPage", "WebPublication"),
        ("@dataset{a, publisher={Zenodo}", "WebPage", "DatasetRelease"),
        ("@unknown{a, booktitle={ICML}", "Paper", "ConferencePaper"),
        ("@unknown{a, journal={JMLR}", "Paper", "JournalArticle"),
    ],
)
def test_types_are_classes_of_works_and_publications(head: str, work: str, form: str) -> None:
    (entry,) = parse_bibtex(f"{head}, title={{T}}, year=2031}}", "a.bib").entries
    assert (entry.kind, [found.kind for found in forms_of(entry)]) == (work, [form])


@pytest.mark.parametrize(
    "doi", ["10.1/aB", "https://doi.org/10.1/aB", "http://dx.doi.org/10.1/aB", "{10.1/aB}", "doi: 10.1/aB"]
)
def test_doi_is_read_without_what_stands_before_it(doi: str) -> None:
    entry = only(f"@article{{a, title={{T}}, journal={{J}}, doi={{{doi.replace('10.1/', '10.1000/')}}}}}")
    assert (entry.identifiers.doi, forms_of(entry)[0].doi) == ("10.1000/aB", "10.1000/aB")


def test_date_counts_before_year_and_a_year_is_found_in_words() -> None:
    assert only("@online{a, title={T}, url={https://a.b}, date={2031-03-13}, year=1999}").year == 2031
    meeting = only("@inproceedings{a, title={T}, booktitle={B}, date={17--22 September}, year=2001}")
    assert (meeting.year, meeting.year_printed, meeting.fields["date"]) == (2001, "2001", "17–22 September")
    assert only("@book{a, title={T}, year={c. 1984, reprinted}}").year == 1984
    assert only("@book{a, title={T}, year={in press}}").year is None


def test_crossref_gives_what_the_volume_says_and_the_volume_is_no_entry() -> None:
    found = parse_bibtex(
        "@inproceedings{a, crossref={VOL}, title={In it}, author={A B}}\n"
        "@proceedings{vol, title={Proceedings of X}, year=2031, editor={E F}, doi={10.1000/vol}, publisher={P}}",
        "a.bib",
    )
    (entry,) = found.entries
    (form,) = forms_of(entry)
    assert (form.venue, form.year, form.doi, entry.authors) == ("Proceedings of X", 2031, None, ("A B",))
    (notice,) = found.problems
    assert (notice.line, notice.text, notice.minor) == (2, "Proceedings of X", True)


def test_editors_in_place_of_authors_are_named() -> None:
    found = parse_bibtex("@book{a, title={Reeds, Collected}, year=2031, editor={E F and G H}, publisher={P}}", "a.bib")
    assert found.entries[0].authors == ("E F", "G H")
    (notice,) = found.problems
    assert (notice.line, notice.text, notice.minor) == (1, "Reeds, Collected", True)
    assert "editors" in notice.reason


@pytest.mark.parametrize(
    ("type_", "name"), [("phdthesis", "thesis"), ("MastersThesis", "thesis"), ("manual", "manual")]
)
def test_what_becomes_a_report_is_named(type_: str, name: str) -> None:
    found = parse_bibtex(f"\n@{type_}{{a, title={{On Reeds}}, author={{E F}}, year=2031}}", "a.bib")
    (notice,) = found.problems
    assert (notice.line, notice.text, notice.minor) == (2, "On Reeds", True)
    assert notice.reason.startswith(f"is a {name}: kept as a report")


def test_fields_that_a_work_has_no_place_for_stay_with_the_entry() -> None:
    entry = only(
        "@misc{a, title={On Reeds}, author={A B}, year=2031, journal={Radar of Reeds}, volume={x7}, doi={not a doi}}"
    )
    told = {value for form in forms_of(entry) for value in (form.venue, form.volume, form.doi)}
    kept = {"journal": "Radar of Reeds", "volume": "x7", "doi": "not a doi"}
    assert all(entry.fields.get(name) == text or text in told for name, text in kept.items())
    assert entry.fields["doi"] == "not a doi"


def test_comments_and_preambles_are_no_entries() -> None:
    found = parse_bibtex(
        'Some words.\n@comment{jabref: @article{x, title={no}}}\n@preamble{"\\newcommand{\\x}{}"}\n% @ nothing\n',
        "a.bib",
    )
    assert (found.entries, found.problems) == ((), ())


# What is broken

GOOD = "@book{good%d, title={Good %d}, year=2031}\n"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("@article{bad, title={Never closed, year=2000\n}\n", "not closed before the next entry"),
        ('@article{bad, title="Never closed, year=2000\n}\n', "not closed before the next entry"),
        ("@article{bad title={No comma}}\n", "expected comma after entry key"),
        ("@article{bad, title {No equals}}\n", "expected a `=` after entry key"),
        ("@article{bad, title={One}}, year=2000}\n", "is not part of an entry"),
        ("@article{bad,}\n", "has no fields"),
        ("@article{bad, year=2000}\n", "has no title"),
        ("@article{good1, title={Again}}\n", "already that of the entry at line 1"),
        ("@article{bad, title={A}, title={B}}\n", "says title more than once"),
        ("@article{bad, title={A}, journal=undefinedmacro}\n", "no @string named 'undefinedmacro'"),
        ("@article{bad, title={A}, crossref={nowhere}}\n", "no entry has the key 'nowhere'"),
    ],
)
def test_broken_entry_is_named_with_its_line_and_takes_no_other_with_it(broken: str, reason: str) -> None:
    found = parse_bibtex(GOOD % (1, 1) + broken + GOOD % (2, 2), "a.bib")
    (problem,) = found.problems
    assert reason in problem.reason
    assert (problem.file, problem.line) == ("a.bib", 2)
    assert {"Good 1", "Good 2"} <= {entry.title for entry in found.entries}


FIELDS = {
    "title": "{One}", "author": "{Ana Rivera}", "year": "2031", "journal": '"J"', "doi": "{10.1234/five}",
    "url": "{https://example.org/five}", "month": "jan", "note": '"a" # {b}', "pages": "{1--9}",
}  # fmt: skip


@pytest.mark.parametrize("newline", [" ", "\n  "])
@pytest.mark.parametrize("first", FIELDS)
def test_missing_comma_between_any_two_fields_is_named_and_nothing_of_the_entry_kept(first: str, newline: str) -> None:
    for second in FIELDS:
        if second == first:
            continue
        rest = [f"{name} = {value}" for name, value in FIELDS.items() if name not in (first, second)]
        two = f"{first} = {FIELDS[first]}{newline}{second} = {FIELDS[second]}"
        found = parse_bibtex(GOOD % (1, 1) + f"@article{{bad, {', '.join([*rest, two])}}}\n" + GOOD % (2, 2), "a.bib")
        assert [entry.key for entry in found.entries] == ["good1", "good2"]
        ((line, reason),) = [(problem.line, problem.reason) for problem in found.problems]
        assert line == 2
        assert reason.startswith(f"expected a comma after the value of {first!r}")
        assert second in reason
        counts.told["missing commas"] = f"each of {len(FIELDS) * (len(FIELDS) - 1) * 2} named"


@pytest.mark.parametrize("length", range(len(GOOD % (2, 2)) - 1))
def test_file_cut_at_any_place_names_the_entry_that_is_cut(length: int) -> None:
    found = parse_bibtex(GOOD % (1, 1) + (GOOD % (2, 2))[:length], "a.bib")
    assert [entry.key for entry in found.entries] == (
        ["good1", "good2"] if length == len(GOOD % (2, 2)) - 1 else ["good1"]
    )
    assert [problem.line for problem in found.problems] == ([2] if length else [])


def test_closing_brace_too_many_and_lines_in_comments_are_no_fields() -> None:
    found = parse_bibtex("@misc{a, title={A},\n% year={1999},\n year={2031}}\n@misc(b, title={B})", "a.bib")
    assert ([(entry.key, entry.year) for entry in found.entries], found.problems) == ([("a", 2031), ("b", None)], ())


def test_last_entry_that_is_cut_off_is_named() -> None:
    found = parse_bibtex(GOOD % (1, 1) + "\n@book{cut, title={Cut", "a.bib")
    assert [(problem.line, "file ends" in problem.reason) for problem in found.problems] == [(3, True)]
    assert [entry.key for entry in found.entries] == ["good1"]


def test_entries_with_one_key_are_both_read() -> None:
    found = parse_bibtex("@book{a, title={One}}\n@book{A, title={Two}}", "a.bib")
    assert [entry.title for entry in found.entries] == ["One", "Two"]
    assert [problem.line for problem in found.problems] == [2]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp://a.b/c", "file:///etc/passwd"])
def test_only_http_and_https_addresses_are_kept(address: str) -> None:
    found = parse_bibtex(f"@misc{{a, title={{T}}, url={{{address}}}}}", "a.bib")
    assert [problem.text for problem in found.refused_links] == [address]
    (entry,) = found.entries
    assert (entry.links, [record for form in forms_of(entry) if (record := form.same_as)]) == ((), [])


def test_addresses_lose_what_tex_needs() -> None:
    assert only(r"@misc{a, title={T}, url={https://a.b/c\_d\%20e~f\#g}}").links[0].url == "https://a.b/c_d%20e~f#g"


def test_nothing_is_written_on_stderr(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    parse_bibtex("@article{a, title={x\n@article{b, title={y}}\n@article{b, title={y}}", "a.bib")
    assert (capfd.readouterr(), caplog.records) == (("", ""), [])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_encoding_and_end_of_line_reads_the_same(newline: str) -> None:
    text = "@book{a,\n title={Café – naïve\n résumé},\n year=2031}\n\n@book{b, title={B}}\n".replace("\n", newline)
    for content in (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("cp1252"), text.encode("utf-16")):
        found = parse_bibtex(decode(content, "a.bib"), "a.bib")
        assert [(entry.title, entry.line) for entry in found.entries] == [("Café – naïve résumé", 1), ("B", 6)]
        assert found.problems == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "@a{x, t={" + "{" * 200_000,
        "@a{x, title={" + "{" * 100_000 + "}" * 100_000 + "}}",
        "@a{x, title={" + "\\'{a" * 50_000 + "}" * 50_000 + "}}",
        "@a{x, title={" + "$ a" * 100_000 + "}}",
        '@a{x, title="' + '"' * 200_000,
        "@a{x, author={" + "a and " * 50_000 + "b}, title={T}}",
        "@a{x, title=" + "a#" * 50_000 + "b}",
        "@a{x, note={" + "\\url{" * 50_000 + "}" * 50_000 + "}, title={T}}",
    ],
    ids=lambda text: text[:14],
)
def test_hostile_files_take_time_in_proportion(text: str) -> None:
    start = time.process_time()
    found = parse_bibtex(text, "a.bib")
    assert time.process_time() - start < 10
    assert found.problems or found.entries


def test_lines_are_those_of_an_editor() -> None:
    text = "@misc{a,\n title={A}, annotation={one \\\\\ntwo \\\nthree\rthree}\n}\n@misc{b,\n title={B}\n}"
    assert [(entry.key, entry.line) for entry in parse_bibtex(text, "a.bib").entries] == [("a", 1), ("b", 6)]


@pytest.mark.parametrize(
    ("isbn", "read"),
    [
        ("978-1-4503-8309-7", "978-1-4503-8309-7"),
        ("978 1 4503 8309 7", "978-1-4503-8309-7"),
        ("0262527812, 9781450383097", "0262527812 9781450383097"),
        ("080442957X", "080442957X"),
        ("1748-9326", None),
        ("1932-6203 (Electronic)", None),
        ("9781450383098", None),
        ("FCCC/CP/2015/7", None),
    ],
)
def test_isbn_is_only_what_has_the_right_check_digit(isbn: str, read: str | None) -> None:
    entry = only(f"@book{{a, title={{T}}, publisher={{P}}, isbn={{{isbn}}}}}")
    (form,) = forms_of(entry)
    assert form.isbn == read
    assert entry.fields.get("isbn") == (None if read else isbn)


def test_address_in_place_of_the_journal_is_a_page_on_the_web() -> None:
    entry = only("@article{a, title={Otter}, author={Rivera}, year={2031}, journal={https://example.org/otter}}")
    assert (entry.kind, entry.venue_printed) == ("WebPage", None)
    assert [link.url for link in entry.links] == ["https://example.org/otter"]


@pytest.mark.parametrize(
    ("booktitle", "kind"),
    [
        ("Advances in Neural Information Processing Systems 32", "ConferencePaper"),
        ("Proceedings of the Meeting on Values", "ConferencePaper"),
        ("Handbook of Conference Interpreting", "BookChapter"),
    ],
)
def test_chapter_of_proceedings_is_a_paper(booktitle: str, kind: str) -> None:
    (form,) = forms_of(only(f"@incollection{{a, title={{T}}, booktitle={{{booktitle}}}, year={{2031}}}}"))
    assert form.kind == kind


def test_what_programs_write_for_nothing_is_nothing() -> None:
    entry = only("@article{a, title={T}, journal={undefined}, pages={n/a--n/a}, volume={NA}}")
    (form,) = forms_of(entry)
    assert (entry.venue_printed, form.pages, form.volume) == (None, None, None)


def test_entities_and_markup_are_taken_for_what_they_mean() -> None:
    entry = only(r"@article{a, title={On CO<sub>2</sub> and {<i>}more{</i>}}, journal={Science {\&}amp; Values}}")
    assert (entry.title, entry.venue_printed) == ("On CO2 and more", "Science & Values")


def test_address_with_blanks_is_written_so_that_it_can_stand_in_the_graph() -> None:
    entry = only("@misc{a, title={T}, url={https://example.org/a|b}}")
    assert [link.url for link in entry.links] == ["https://example.org/a%7Cb"]


def test_an_arxiv_number_that_several_works_claim_is_left_out() -> None:
    titles = ("Rewards", "Gardens", "Rules", "Rules")
    text = "\n".join(
        f"@article{{k{n}, title={{{title} and more}}, year={{201{n}}}, journal={{J}}, eprint={{1011.1669}}}}"
        for n, title in enumerate(titles)
    )
    found = parse_bibtex(text, "a.bib")
    assert [entry.identifiers.arxiv for entry in found.entries] == [None] * 4
    (problem,) = found.problems
    assert (problem.line, problem.minor) == (1, False)
    assert problem.reason == "3 works claim this arXiv number, so it was left out (lines 1, 2, 3, 4)"
    two = parse_bibtex("\n".join(text.split("\n")[2:]), "a.bib")
    assert [entry.identifiers.arxiv for entry in two.entries] == ["1011.1669"] * 2


def test_an_article_has_no_isbn() -> None:
    entry = only("@article{a, title={T}, journal={J}, isbn={978-1-4503-8309-7}}")
    assert (entry.identifiers.isbn, entry.fields["isbn"]) == (None, "978-1-4503-8309-7")


def test_address_beside_a_journal_or_an_institution_is_kept() -> None:
    for fields in ("@article{a, journal={J}", "@techreport{a, institution={I}", "@inproceedings{a, booktitle={B}"):
        (form,) = forms_of(only(f"{fields}, title={{T}}, url={{https://example.org/five}}}}"))
        assert form.same_as == "https://example.org/five"


@pytest.mark.parametrize(
    "eprint", ["cs.CL/0301009", "cs/0301009v1", "https://arxiv.org/abs/cs.CL/0301009", "arXiv:cs.CL/0301009"]
)
def test_old_arxiv_identifiers_lose_class_and_version_and_get_the_doi_that_arxiv_gives(eprint: str) -> None:
    entry = only(f"@misc{{a, title={{T}}, eprint={{{eprint}}}, archiveprefix={{arXiv}}}}")
    (form,) = forms_of(entry)
    assert "eprint" not in entry.fields, "it is kept, so it is not among what has no place"
    assert (form.arxiv, form.doi, form.year) == ("cs/0301009", "10.48550/arXiv.cs/0301009", 2003)


def test_preprints_as_ads_exports_them_have_an_identifier_and_no_pages() -> None:
    text = (
        "@ARTICLE{a, title={T}, journal={arXiv e-prints}, eid={arXiv:1909.08593}, pages={arXiv:1909.08593}, year=2019}"
    )
    (form,) = forms_of(only(text))
    assert (form.kind, form.arxiv, form.pages, form.venue) == ("Preprint", "1909.08593", None, "arXiv")


def test_macros_that_double_each_other_fill_no_memory() -> None:
    doubling = "".join(f"@string{{s{n + 1} = s{n} # s{n}}}\n" for n in range(64))
    found = parse_bibtex(
        f'@string{{s0 = "quiet "}}\n{doubling}@article{{a, title={{T}}, note=s64, year=2031}}\n', "a.bib"
    )
    assert [entry.title for entry in found.entries] == ["T"]
    said = [problem for problem in found.problems if "longer than 1,000,000 characters" in problem.reason]
    assert [problem.text for problem in said] == ["s18 = s17 # s17"]
    assert said[0].line == 19


DEFINED = (
    '@string{a = "Ana  Hutter"}\n@STRING(b = { Bo Berg})\n@string{and = " and "}\n@string{blank={ }}@string{none = ""}'
    '@string{n.1 = a # and # "Jo "}\n@string{x+y = {p}}\n@string{a = a # "{}"}\n'
)
PIECES = ("a", "B", "and", "blank", "none", '"x"', "{ y }", '" "', "{}", "{ z{ }}", '"{"}q "', "12", "n.1", "x+y")


@pytest.mark.parametrize("sign", ["#", " # ", "\n#\n  "])
def test_parts_are_joined_as_pybtex_joins_them(sign: str) -> None:
    parts = [*product(PIECES, repeat=1), *product(PIECES, repeat=2), *product(PIECES, ("and", "12", "{ y }"), PIECES)]
    body = "".join(f"@misc{{k{n}, title = {{T}}, note = {sign.join(each)}}}\n" for n, each in enumerate(parts))
    told = parse_string(DEFINED + body, "bibtex").entries
    found = parse_bibtex(DEFINED + body, "a.bib")
    assert (len(found.entries), found.problems) == (len(parts), ())
    for entry, each in zip(found.entries, parts, strict=True):
        assert entry.fields.get("note", "") == collapse(to_text(told[entry.key or ""].fields["note"])), each


def test_names_joined_of_macros_are_names_of_their_own() -> None:
    entry = only(
        '@string{and = " and "}\n@string{h = "Ana Hutter"}\n@misc{a, title={T}, author = h # and # {Jo Holger}}'
    )
    assert entry.authors == ("Ana Hutter", "Jo Holger")


@pytest.mark.parametrize("name", ["a&b", "a*b/c:d", "$x", "!x<y>z?[;]|`^", "été", "_x", "j.acm-2"])
def test_macros_have_the_names_that_bibtex_allows(name: str) -> None:
    assert only(f'@string{{{name} = "x"}}\n@misc{{k, title={{T}}, note = {name} # "y"}}').fields["note"] == "xy"


@pytest.mark.parametrize("value", ["x # ", '"b" #', "{b} # # {c}", '# "b"'])
def test_a_part_that_is_missing_is_named(value: str) -> None:
    found = parse_bibtex(f"@misc{{k, title={{T}}, note = {value}, year=2031}}", "a.bib")
    assert [problem.line for problem in found.problems] == [1]
    assert "expected a value" in found.problems[0].reason


@pytest.mark.parametrize("field", ["eprint", "pages", "volume", "eid"])
def test_an_address_in_which_the_venue_s_name_stands_is_not_taken_for_the_venue(field: str) -> None:
    address = "http://www.science.example/science/321/931.full.pdf"
    entry = only(f"@article{{a, title={{T}}, journal={{Science}}, {field}={{{address}}}, year=2008}}")
    (form,) = forms_of(entry)
    assert address in (entry.fields.get(field), form.pages, form.volume)


def test_a_thin_space_is_a_blank() -> None:
    entry = only(r"@misc{a, title={Of 7\,TeV, $\sqrt{s} = 8\,\mathrm{TeV}$}, author={Rivera, J.\,K.}}")
    assert (entry.title, entry.authors) == ("Of 7 TeV, √s = 8 TeV", ("J. K. Rivera",))
