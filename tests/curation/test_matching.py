"""An entry is matched by identifier, or by whole title with year and author; what is unclear is left to a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aligngraph.bibliography.entries import Entry
from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.comparison import author_words
from aligngraph.curation.holdings import read_holdings
from aligngraph.curation.matching import WorkIndex, index_works, match
from aligngraph.rdf.namespaces import BASE

DPO = Entry(
    file="list.md",
    line=1,
    title="Direct Preference Optimization: Your Language Model is Secretly a Reward Model",
    authors=("Rafael Rafailov",),
    year=2023,
)
IRI = f"{BASE}work/rafailov2023-dpo"


@pytest.fixture(scope="module")
def index() -> WorkIndex:
    return index_works(read_holdings([data_folder()]))


@pytest.mark.parametrize(
    "identifiers",
    [
        Identifiers(arxiv="2305.18290"),
        Identifiers(doi="10.52202/075280-2338"),
        Identifiers(doi="10.48550/arxiv.2305.18290"),
        Identifiers(openreview="HPuSIXJaa9"),
    ],
)
def test_an_identifier_with_the_title_is_the_same_work(index: WorkIndex, identifiers: Identifiers) -> None:
    found = match(replace(DPO, identifiers=identifiers, authors=(), year=None), index)
    assert (found.work, found.certainty) == (IRI, "same")


@pytest.mark.parametrize(
    "title",
    [
        "direct preference optimization: your language model is secretly a reward model",
        "Direct Preference Optimization – Your Language Model Is Secretly a Reward Model?",
        "{D}irect {P}reference {O}ptimization: Your Language Model is \\emph{Secretly} a Reward Model",
        "Direct Preference Optimi­zation: Your Language Model is Secretly a Reward Model",
        "Direct‑Preference Optimization: Your Language‑Model is Secretly a Reward Model",
        "Dìrect Preference Optimization:\u200f Your Language Model is Secretly a Reward Model.",
    ],
)
def test_typography_case_latex_accents_and_hyphens_make_no_other_title(index: WorkIndex, title: str) -> None:
    assert match(replace(DPO, title=title), index).work == IRI


def test_a_known_retitling_is_the_same_work(index: WorkIndex) -> None:
    """The page of the survey has the preprint's title of what came out as 'Human Preference Score'."""
    entry = replace(
        DPO, title="Better Aligning Text-to-Image Models with Human Preference", authors=("Wu",), et_al=True, year=2023
    )
    assert match(entry, index).work == f"{BASE}work/wu2023-hps"


@pytest.mark.parametrize("author", ["Rafailov", "Rafailov, Rafael", "R. Rafailov", "RAFAEL RAFAILOV"])
def test_every_print_of_the_first_author_agrees(index: WorkIndex, author: str) -> None:
    assert match(replace(DPO, authors=(author,), et_al=True), index).work == IRI


def test_the_same_title_with_another_first_author_is_uncertain(index: WorkIndex) -> None:
    found = match(replace(DPO, authors=("Somebody Else",), identifiers=Identifiers(arxiv="2401.00001")), index)
    assert (found.work, found.certainty, found.candidates) == (None, "uncertain", (IRI,))
    assert "other first author" in found.evidence


def test_the_same_title_years_later_is_uncertain(index: WorkIndex) -> None:
    assert match(replace(DPO, year=2029), index).certainty == "uncertain"
    assert match(replace(DPO, year=2024), index).certainty == "same"


def test_the_same_title_with_another_arxiv_number_is_uncertain(index: WorkIndex) -> None:
    assert match(replace(DPO, identifiers=Identifiers(arxiv="2401.00001")), index).certainty == "uncertain"


def test_a_nearly_equal_title_is_uncertain(index: WorkIndex) -> None:
    title = "Direct Preference Optimisation: Your Language Models are Secretly a Reward Model"
    found = match(replace(DPO, title=title), index)
    assert (found.certainty, found.candidates) == ("uncertain", (IRI,))


def test_the_beginning_of_a_title_is_no_match(index: WorkIndex) -> None:
    for title in ("Direct Preference Optimization", "Direct Preference Optimization: Your Language Model"):
        assert match(replace(DPO, title=title), index).certainty == "new"


def test_numbers_tell_titles_apart(index: WorkIndex) -> None:
    llama = next(title for known in [index.known[f"{BASE}work/touvron2023-llama2"]] for title in known.titles.values())
    assert "2" in llama
    entry = replace(DPO, title=llama.replace("2", "3"), authors=("Hugo Touvron",))
    assert match(entry, index).certainty == "new"


def test_an_identifier_of_one_work_with_the_title_of_another_is_uncertain(index: WorkIndex) -> None:
    found = match(replace(DPO, identifiers=Identifiers(arxiv="2305.11206")), index)
    assert found.certainty == "uncertain"
    assert set(found.candidates) == {IRI, f"{BASE}work/zhou2023-lima"}


def test_an_identifier_with_an_unlike_title_is_uncertain(index: WorkIndex) -> None:
    entry = replace(DPO, title="A Cookbook of Northern Soups", identifiers=Identifiers(arxiv="2305.18290"))
    assert match(entry, index).certainty == "uncertain"


def test_two_identifiers_of_two_works_are_uncertain(index: WorkIndex) -> None:
    entry = replace(DPO, identifiers=Identifiers(arxiv="2305.18290", openreview="KBMOKmX2he"))
    assert match(entry, index).certainty == "uncertain"


def test_an_unknown_title_is_new(index: WorkIndex) -> None:
    assert match(replace(DPO, title="A Cookbook of Northern Soups"), index).certainty == "new"


def test_a_short_title_alone_is_not_enough() -> None:
    index = WorkIndex()
    index.add_entry("urn:x:otter", replace(DPO, title="Otter", authors=(), year=None))
    assert match(replace(DPO, title="Otter", authors=(), year=None), index).certainty == "uncertain"


@pytest.mark.slow
def test_matching_takes_no_more_comparisons_as_the_catalogue_grows() -> None:
    """Counted, not timed: titles that begin alike are not compared each with each."""

    def work(size: int) -> int:
        index = WorkIndex()
        for number in range(size):
            title = f"A Study of Large Language Models for {_word(number)} in the {_word(number * 7 + 3)}"
            entry = replace(DPO, title=title, identifiers=Identifiers(arxiv=f"2301.{number:05d}"))
            found = match(entry, index)
            assert found.certainty == "new", found
            index.add_entry(f"urn:x:{number}", entry)
        return index.compared

    small, large = work(200), work(2000)
    assert large <= 14 * max(small, 50)


def _word(number: int) -> str:
    letters = "bcdfghklmnprstvz"
    return "".join(letters[number // 16**place % 16] + "aeiou"[(number + place) % 5] for place in range(4))


def test_the_catalogue_finds_each_of_its_works_again(index: WorkIndex) -> None:
    """Each by its title, year and first author alone."""
    holdings = read_holdings([data_folder()])
    assert len(index.known) > 100
    for work, known in index.known.items():
        title = next(iter(known.titles.values()))
        authors = tuple(sorted(word for name in known.first_authors for word in author_words(name))[:1])
        found = match(Entry("x", 1, title=title, authors=authors, year=max(known.years)), index)
        assert found.work == work, (holdings.label(work), found)
