"""Entries of every type of each format are kept, as what they are or named, and go out again as what they were."""

from __future__ import annotations

import json

import pytest
from rispy.config import TYPE_OF_REFERENCE_MAPPING

from aligngraph.bibliography.bibtex import parse_bibtex
from aligngraph.bibliography.csl import parse_csl
from aligngraph.bibliography.entries import ReadingList, work_of
from aligngraph.bibliography.ris import parse_ris
from aligngraph.export.bibtex import entry
from aligngraph.export.csljson import item
from aligngraph.export.ris import record

# The types of BibTeX 0.99 and of the manual of BibLaTeX 3.20 (2.1), with what a type that has a class goes out as.
BIBTEX = {
    "article": "article", "suppperiodical": "article", "inproceedings": "inproceedings", "conference": "inproceedings",
    "book": "book", "inbook": "incollection", "incollection": "incollection", "bookinbook": "incollection",
    "suppbook": "incollection", "suppcollection": "incollection", "techreport": "techreport", "report": "techreport",
    "online": "misc", "electronic": "misc", "www": "misc", "dataset": "misc", "misc": "misc",
}  # fmt: skip
BIBTEX_NAMED = """booklet mvbook collection mvcollection proceedings mvproceedings reference mvreference inreference
    manual patent periodical phdthesis mastersthesis bathesis thesis unpublished software audio artwork image
    jurisdiction legislation legal letter movie music performance review standard video
    bibnote commentary customa customf""".split()
RIS = {
    "JOUR": "JOUR", "EJOUR": "JOUR", "INPR": "JOUR", "CPAPER": "CPAPER", "CONF": "CPAPER", "BOOK": "BOOK",
    "EBOOK": "BOOK", "EDBOOK": "BOOK", "CHAP": "CHAP", "ECHAP": "CHAP", "RPRT": "RPRT", "ELEC": "ELEC", "DATA": "DATA",
    "AGGR": "DATA", "DBASE": "DATA", "GEN": "ELEC",
}  # fmt: skip
# The types of CSL 1.0.2 (csl-data.json).
CSL = {
    "article": "document", "article-journal": "article-journal", "paper-conference": "paper-conference", "book": "book",
    "chapter": "chapter", "report": "report", "webpage": "webpage", "dataset": "dataset", "document": "webpage",
}  # fmt: skip
CSL_NAMED = """article-magazine article-newspaper bill broadcast classic collection entry entry-dictionary
    entry-encyclopedia event figure graphic hearing interview legal_case legislation manuscript map motion_picture
    musical_score pamphlet patent performance periodical personal_communication post post-weblog regulation review
    review-book software song speech standard thesis treaty""".split()


def bibtex(type_: str) -> ReadingList:
    """Return what a BibTeX file says whose second line begins an entry of this type."""
    fields = "title={On Reeds}, author={Fen, Edda}, year=2031, journaltitle={}, publisher={Marsh}, institution={Marsh}"
    address = ", url={https://example.org/reeds}" if type_ in ("online", "electronic", "www", "misc") else ""
    return parse_bibtex(f"\n@{type_}{{a, {fields}{address}}}\n", "a.bib")


def ris(type_: str) -> ReadingList:
    """Return what a RIS file says whose second line begins a record of this type."""
    tags = "TI  - On Reeds\nAU  - Fen, Edda\nPY  - 2031\nPB  - Marsh\nUR  - https://example.org/reeds"
    return parse_ris(f"\nTY  - {type_}\n{tags}\nER  - \n", "a.ris")


def csl(type_: str) -> ReadingList:
    """Return what a list of CSL says whose second line is an item of this type."""
    given = {"id": "a", "type": type_, "title": "On Reeds", "author": [{"family": "Fen", "given": "Edda"}]}
    rest = {"issued": {"date-parts": [[2031]]}, "publisher": "Marsh"}
    address = {"URL": "https://example.org/reeds"} if type_ in ("document", "webpage") else {}
    return parse_csl(f"[\n{json.dumps({**given, **rest, **address})}]", "a.json")


def is_kept(found: ReadingList) -> bool:
    """Tell whether the one entry of a file has all that it says."""
    (one,) = found.entries
    work = work_of(one)
    forms = [(form.year, form.venue) for form in work.forms]
    return (one.title, one.authors, one.year, forms) == ("On Reeds", ("Edda Fen",), 2031, [(2031, "Marsh")])


@pytest.mark.parametrize(("type_", "out"), BIBTEX.items())
def test_a_type_of_bibtex_that_has_a_class_goes_out_as_it(type_: str, out: str) -> None:
    found = bibtex(type_)
    assert found.problems == ()
    written = entry("a", work_of(found.entries[0]))
    assert written.startswith(f"@{out}{{")
    again = parse_bibtex(written, "b.bib")
    assert (again.problems, work_of(again.entries[0])) == ((), work_of(found.entries[0]))


@pytest.mark.parametrize("type_", BIBTEX_NAMED)
def test_every_other_type_of_bibtex_is_kept_and_named(type_: str) -> None:
    found = bibtex(type_)
    (notice,) = found.problems
    assert (notice.line, notice.text, notice.minor, "kept as a " in notice.reason) == (2, "On Reeds", True, True)
    assert (found.entries[0].title, found.entries[0].authors, found.entries[0].year) == (
        "On Reeds",
        ("Edda Fen",),
        2031,
    )
    again = parse_bibtex(entry("a", work_of(found.entries[0])), "b.bib")
    assert (again.problems, work_of(again.entries[0])) == ((), work_of(found.entries[0]))


@pytest.mark.parametrize("type_", sorted(TYPE_OF_REFERENCE_MAPPING))
def test_every_type_of_ris_is_kept_and_goes_out_as_it_was_or_is_named(type_: str) -> None:
    found = ris(type_)
    assert is_kept(found)
    work = work_of(found.entries[0])
    written = record("a", work)
    if type_ in RIS:
        assert (found.problems, written[6:10].strip()) == ((), RIS[type_][:4])
    else:
        (notice,) = found.problems
        assert (notice.line, notice.text, notice.minor, "kept as a " in notice.reason) == (2, "On Reeds", True, True)
    again = parse_ris(written, "b.ris")
    assert (again.problems, work_of(again.entries[0])) == ((), work)


@pytest.mark.parametrize("type_", [*CSL, *CSL_NAMED])
def test_every_type_of_csl_is_kept_and_goes_out_as_it_was_or_is_named(type_: str) -> None:
    found = csl(type_)
    assert found.entries[0].title == "On Reeds"
    work = work_of(found.entries[0])
    if type_ in CSL:
        assert (found.problems, item("a", work)["type"]) == ((), CSL[type_])
    else:
        (notice,) = found.problems
        assert (notice.line, notice.text, notice.minor, "kept as a " in notice.reason) == (2, "On Reeds", True, True)
    again = parse_csl(json.dumps([item("a", work)]), "b.json")
    assert (again.problems, work_of(again.entries[0])) == ((), work)


@pytest.mark.parametrize(
    ("crossref", "kind"),
    [
        ("journal-article", "JournalArticle"),
        ("proceedings-article", "ConferencePaper"),
        ("book-chapter", "BookChapter"),
        ("monograph", "BookEdition"),
        ("edited-book", "BookEdition"),
        ("dissertation", "ReportDocument"),
        ("report", "ReportDocument"),
        ("dataset", "DatasetRelease"),
    ],
)
def test_the_types_of_crossref_are_known(crossref: str, kind: str) -> None:
    given = {"type": crossref, "title": ["On Reeds"], "container-title": ["Reeds and Others"]}
    found = parse_csl(json.dumps({"message": {"items": [given]}}), "a.json")
    assert [form.kind for form in work_of(found.entries[0]).forms] == [kind]
    assert len(found.problems) == (crossref == "dissertation")


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("patent", "is a patent: kept as a report, "),
        ("video", "is a video or a film: kept as a web page, "),
        ("unpublished", "is an unpublished manuscript: kept as a paper, "),
        ("inreference", "is an entry of a work of reference: kept as a book chapter, "),
        ("mvbook", "is a work of several volumes: kept as a book, "),
        ("radarchart", "is of the type 'radarchart', which is not known: kept as a paper, "),
    ],
)
def test_it_is_said_what_an_entry_is_and_as_what_it_is_kept(type_: str, reason: str) -> None:
    (notice,) = bibtex(type_).problems
    assert notice.reason.startswith(reason)


@pytest.mark.parametrize("printed", ["300 BC", "1202", "n.d.", "circa", "in press"])
def test_a_year_that_is_none_of_ours_stays_with_the_entry(printed: str) -> None:
    given = "title={On Reeds}, author={Fen, Edda}, publisher={Marsh}"
    item = {"type": "book", "title": "On Reeds", "publisher": "Marsh", "issued": {"raw": printed}}
    found = [
        parse_bibtex(f"@book{{a, {given}, year={{{printed}}}}}", "a.bib"),
        parse_ris(f"TY  - BOOK\nTI  - On Reeds\nAU  - Fen, Edda\nPB  - Marsh\nPY  - {printed}\nER  - \n", "a.ris"),
        parse_csl(json.dumps([item]), "a.json"),
    ]
    for one in found:
        (entry,) = one.entries
        assert entry.year is None
        assert printed in entry.fields.get("year", entry.fields.get("issued", ""))
