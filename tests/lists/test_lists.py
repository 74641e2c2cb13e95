"""The further lists beside the survey page: all their entries are here, placed, and no work is there twice."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from aligngraph.bibliography.keys import title_key, words_of
from aligngraph.rdf.namespaces import AG, BASE, PREFIXES

ROOT = Path(__file__).parents[2]
TITLE = PREFIXES["dcterms"] + "title"
TYPE = PREFIXES["rdf"] + "type"
ENTRIES = {
    # What each list prints, counted with grep on its page, and how many of these a question is open about.
    "awesome-jailbreak": (415, 17),
    "awesome-rlaif": (24, 0),
    "awesome-rlhf": (124, 1),
    "cultural-llm": (127, 5),
    "hallucination-detection": (163, 3),
    "learning-rewards": (280, 2),
    "llm-honesty": (158, 2),
    "llm-social-science": (157, 2),
    "llm-uncertainty": (118, 5),
    "llms-judges": (308, 14),
    "open-red-teaming": (318, 2),
    "responsible-ai": (31, 1),
    "role-playing": (162, 3),
}

Things = dict[str, dict[str, list[str]]]


def read(folder: Path) -> Things:
    things: Things = defaultdict(lambda: defaultdict(list))
    for path in folder.rglob("*.ttl"):
        for quad in ox.parse(path=path):
            things[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return things


@pytest.fixture(scope="module")
def lists() -> Things:
    return read(ROOT / "lists")


@pytest.fixture(scope="module")
def data() -> Things:
    return read(ROOT / "data")


def of_kind(things: Things, kind: str) -> list[str]:
    return [iri for iri, about in things.items() if AG + kind in about.get(TYPE, ())]


def survey_of(things: Things, listing: str) -> str:
    section = things[listing][f"{AG}inSection"][0]
    return things[section][f"{AG}sectionOf"][0].rpartition("/")[2]


def test_every_entry_of_a_list_is_a_listing_or_an_open_question(lists: Things) -> None:
    counts = Counter(survey_of(lists, listing) for listing in of_kind(lists, "Listing"))
    assert counts == {name: printed - unsettled for name, (printed, unsettled) in ENTRIES.items()}


def test_open_questions_are_kept_beside_their_list() -> None:
    for name, (_, unsettled) in ENTRIES.items():
        path = ROOT / "lists" / "surveys" / name / "questions.tsv"
        assert path.is_file() == bool(unsettled), name


def test_lists_say_where_they_are_from_and_under_which_licence(lists: Things) -> None:
    surveys = of_kind(lists, "Survey")
    makers = set()
    for survey in surveys:
        (source,) = lists[survey][PREFIXES["dcterms"] + "source"]
        (licence,) = lists[survey][PREFIXES["dcterms"] + "license"]
        assert lists[survey][PREFIXES["dcterms"] + "modified"]
        assert licence.startswith("https://spdx.org/licenses/")
        makers.add(source.split("/")[3])
    assert len(surveys) == len(ENTRIES) >= 8
    assert len(makers) >= 6


def test_every_listing_is_placed_or_its_heading_is_said_to_mean_nothing(lists: Things) -> None:
    meanings = ("sectionRepresents", "sectionEvaluates", "sectionApproach", "sectionMethod")
    nothing = set()
    for path in (ROOT / "lists" / "surveys").glob("*/headings.tsv"):
        for row in csv.DictReader(path.open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["goal"] == "nothing":
                nothing.add((path.parent.name, " ".join(words_of(row["heading"].rpartition(" > ")[2]))))
    unplaced = []
    for listing in of_kind(lists, "Listing"):
        above = lists[listing][f"{AG}inSection"]
        said = False
        while above:
            section = lists[above[0]]
            heading = survey_of(lists, listing), " ".join(words_of(section[f"{AG}heading"][0]))
            said = said or any(f"{AG}{name}" in section for name in meanings) or heading in nothing
            above = section.get(f"{AG}parentSection", [])
        if not said:
            unplaced.append(listing)
    assert unplaced == []


def test_no_work_is_there_twice(lists: Things, data: Things) -> None:
    titles: dict[str, set[str]] = defaultdict(set)
    identifiers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for things in (lists, data):
        for work in (one for one in things if one.startswith(f"{BASE}work/") and TITLE in things[one]):
            titles[title_key(things[work][TITLE][0])].add(work)
            for publication in things[work].get(f"{AG}hasPublication", ()):
                for scheme in ("arxivId", "aclAnthologyId", "openReviewId"):
                    for value in things[publication].get(AG + scheme, ()):
                        identifiers[scheme, value].add(work)
    assert [works for works in titles.values() if len(works) > 1] == []
    assert [works for works in identifiers.values() if len(works) > 1] == []
    assert sum(len(works) for works in titles.values()) > 1_800


def test_the_counts_of_the_documentation_are_those_of_the_lists(lists: Things) -> None:
    works = [one for one in of_kind_of_work(lists) if f"{PREFIXES['dcterms']}isReplacedBy" not in lists[one]]
    forms = {work: [lists[form] for form in lists[work].get(f"{AG}hasPublication", ())] for work in works}
    lacking = Counter(what.rpartition("#")[2] for work in works for what in lists[work].get(f"{AG}lacks", ()))
    identifiers = [f"{AG}{name}" for name in ("doi", "arxivId", "aclAnthologyId", "openReviewId")]
    complete = sum(
        all(f"{AG}{name}" in lists[work] for name in ("hasAuthorship", "firstPublicYear"))
        and f"{AG}lacks" not in lists[work]
        and any(f"{AG}venue" in form for form in forms[work])
        and any(name in form for form in forms[work] for name in identifiers)
        for work in works
    )
    recent = sum(int(lists[work].get(f"{AG}firstPublicYear", ["0"])[0]) >= 2024 for work in works)
    text = " ".join((ROOT / "docs" / "quality.md").read_text(encoding="utf-8").split())
    assert f"- {len(works):,} works are new beside the 124 of the page; {recent:,} of them are of 2024 to 2026." in text
    assert f"- {complete:,} of the {len(works):,} ({complete / len(works):.0%}".replace("%", " %") in text
    lacks = [lacking[name] for name in ("hasAuthorship", "hasAuthor", "hasPublication", "firstPublicYear")]
    assert "{} the authors, {} further authors, {} any publication, {} the year".format(*lacks) in text


def of_kind_of_work(things: Things) -> list[str]:
    return [one for one in things if one.startswith(f"{BASE}work/") and TITLE in things[one]]


def test_lists_say_nothing_new_of_what_the_page_has(lists: Things, data: Things) -> None:
    # But that concepts which came with the lists are narrower than those of the page, or related to them.
    beside = {f"{PREFIXES['skos']}narrower", f"{PREFIXES['skos']}related"}
    assert sorted(one for one in lists.keys() & data.keys() if lists[one].keys() - beside) == []


def test_works_of_lists_are_listed_and_persons_wrote_something(lists: Things) -> None:
    listed = {work for listing in of_kind(lists, "Listing") for work in lists[listing][f"{AG}lists"]}
    retired = f"{PREFIXES['dcterms']}isReplacedBy"
    works = {one for one in lists if one.startswith(f"{BASE}work/") and retired not in lists[one]}
    assert works <= listed
    writers = {person for about in lists.values() for person in about.get(f"{AG}person", ())}
    persons = {one for one in lists if one.startswith(f"{BASE}person/") and retired not in lists[one]}
    assert persons <= writers


def test_lists_keep_facts_and_no_prose(lists: Things) -> None:
    facts = [f"{AG}{name}AsPrinted" for name in ("title", "authors", "venue")]
    for listing in of_kind(lists, "Listing"):
        about = lists[listing]
        known = sum(len(text) for name in facts for text in about.get(name, ()))
        for text in about.get(f"{AG}entryAsPrinted", ()):
            assert len(text) <= known + 60, listing


def test_survey_page_is_as_it_was(data: Things) -> None:
    page = [one for one in of_kind(data, "Listing") if survey_of(data, one) == "value-alignment"]
    links = [link for listing in page for link in data[listing].get(f"{AG}hasLink", ())]
    sections = {data[one][f"{AG}inSection"][0] for one in page}
    works = {work for one in page for work in data[one][f"{AG}lists"]}
    assert (len(sections), len(page), len(works), len(links)) == (25, 179, 124, 326)
