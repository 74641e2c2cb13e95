"""What is new goes to the right files; IRIs are never reused; work grows no faster than the list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aligngraph.bibliography.entries import Entry, Heading, Link, ReadingList
from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.catalogue.sources import data_folder
from aligngraph.curation.concepts import Meanings
from aligngraph.curation.files import changed_files
from aligngraph.curation.holdings import Holdings, read_holdings
from aligngraph.curation.minting import Mint
from aligngraph.curation.persons import People
from aligngraph.curation.plan import plan_import
from aligngraph.curation.reading import known_venues, read_list
from aligngraph.curation.venues import VenueTable
from aligngraph.rdf.namespaces import BASE
from aligngraph.readinglists.link_kinds import link_kind

NEURIPS, EMNLP, ACL, ARXIV = (f"{BASE}venue/{name}" for name in ("neurips", "emnlp", "acl", "arxiv"))


@pytest.fixture(scope="module")
def held() -> Holdings:
    return read_holdings([data_folder()])


def test_what_is_known_stays_in_the_file_of_its_record_and_not_in_that_of_labels(held: Holdings) -> None:
    things = {"publication/rafailov2023-dpo-arxiv": "works/rafailov2023-dpo.ttl", "person/percy-liang": "persons/p.ttl"}
    assert {local: str(held.where[BASE + local].relative_to(data_folder())) for local in things} == things


@pytest.mark.parametrize(
    ("text", "venue", "year", "track"),
    [
        ("Neurips", "neurips", None, None),
        ("NIPS2022", "neurips", 2022, None),
        ("NeruIPS", "neurips", None, None),
        ("NeurIPS '23", "neurips", 2023, None),
        ("NAACL 2022 Findings", "naacl", 2022, "Findings"),
        ("Findings of ACL: EMNLP 2023", "emnlp", 2023, "Findings"),
        ("Findings of the Association for Computational Linguistics: EMNLP 2023", "emnlp", 2023, "Findings"),
        ("ICLR'24", "iclr", 2024, None),
        ("ICLR 2024 Spotlight", "iclr", 2024, None),
        ("arXiv preprint", "arxiv", None, None),
        ("arXiv preprint arXiv:2305.18290", "arxiv", None, None),
        ("CoRR abs/2305.18290", "arxiv", None, None),
        ("AAAI-24", "aaai", 2024, None),
        ("Proc. of ACL", "acl", None, None),
        ("Proceedings of the 60th Annual Meeting of the Association for Computational Linguistics (Volume 1: Long"
         " Papers)", "acl", None, None),
        ("Advances in Neural Information Processing Systems 35", "neurips", None, None),
        ("Workshop on Socially Responsible Language Modelling Research at NeurIPS 2023", "neurips", 2023, "Workshop"),
        ("Nature Machine Intelligence, vol. 3", "nature-machine-intelligence", None, None),
        ("Nature", None, None, None),
        ("Journal of Odd Things 2021", None, 2021, None),
        ("See https://vicuna", None, None, None),
    ],
)  # fmt: skip
def test_names_of_venues_are_read_by_the_table(
    held: Holdings, text: str, venue: str | None, year: int | None, track: str | None
) -> None:
    found = VenueTable([held]).normalise(text)
    assert (found.venue, found.year, found.track) == (venue and f"{BASE}venue/{venue}", year, track)


@pytest.mark.parametrize(
    ("name", "venue"),
    [
        ("North American Chapter of the ACL", "naacl"),
        ("Annual Meeting of the ACL", "acl"),
        ("Proceedings of the 41st ICML", "icml"),
        ("European Chapter of the ACL", None),
        ("17th Conference of the European Chapter of the Association for Computational Linguistics", None),
        ("Transactions of the ACL", None),
        ("Journal of ICML", None),
        ("Transactions on NeurIPS", None),
        ("AAAI/ACM Conference on AIES", None),
    ],
)
def test_a_part_of_a_name_is_no_venue_by_itself(held: Holdings, name: str, venue: str | None) -> None:
    assert VenueTable([held]).normalise(name).venue == (venue and f"{BASE}venue/{venue}")


def test_every_name_of_every_venue_leads_to_it(held: Holdings) -> None:
    table = VenueTable([held])
    assert len(table.names) > 100
    for register in known_venues():
        for venue in register.things("ConferenceSeries", "Journal"):
            assert VenueTable([register]).normalise(register.label(venue)).venue == venue


@pytest.mark.parametrize(
    ("headings", "wanted"),
    [
        (["RL-Based Alignment"], {("sectionMethod", "rl-based")}),
        (["Human Values", "Alignment Goal Evaluation"], {("sectionApproach", "evaluation"),
                                                         ("sectionEvaluates", "human-values")}),
        (["Evaluation", "Human Values"], {("sectionEvaluates", "human-values")}),
        (["Human Values", "Alignment Goal Representation"], {("sectionApproach", "representation"),
                                                             ("sectionRepresents", "human-values")}),
        (["Human Values", "Evaluation", "Benchmarks"], {("sectionApproach", "benchmark")}),
        (["Human Values"], set()),
        (["RL-based Alignment of Robots"], set()),
        (["🔥"], set()),
    ],
)  # fmt: skip
def test_a_heading_means_a_concept_only_by_its_name(
    held: Holdings, headings: list[str], wanted: set[tuple[str, str]]
) -> None:
    found = Meanings([held]).statements(headings)
    assert {(one.rpartition("#")[2], two.rpartition("/")[2]) for one, two in found} == wanted


def test_labels_tell_kinds_of_links() -> None:
    labels = {"pdf": "PaperLink", "Official Code": "ProjectLink", "Dataset": "DataLink", "🤗 Models": "CheckpointLink",
              "Slides": "WebLink", "论文": "PaperLink", "project page": "ProjectLink", "Blog": "BlogLink"}  # fmt: skip
    assert {label: link_kind(label) for label in labels} == labels


def test_the_shipped_labels_have_the_kinds_they_have(held: Holdings) -> None:
    links = [iri for kind in held.by_kind if kind.endswith("Link") for iri in held.by_kind[kind]]
    assert len(links) > 300
    label = "https://w3id.org/aligngraph/ontology#linkLabel"
    assert [iri for iri in links if held.kinds(iri) != [link_kind(held.text(iri, label) or "")]] == []


def test_names_of_works_follow_the_rule_and_are_never_given_twice() -> None:
    mint = Mint({f"{BASE}work/rivera2023-quiet"})
    assert mint.work("Quiet Rewards: A Study", "Ana Rivera", 2023) == f"{BASE}work/rivera2023-quiet-rewards"
    assert mint.work("Otter: A Model of Rivers", "de la Cruz, María", 2024) == f"{BASE}work/delacruz2024-otter"
    assert mint.work("Otter: A Model of Rivers", "María de la Cruz", 2024) != f"{BASE}work/delacruz2024-otter"
    assert mint.work("文", None, None).startswith(f"{BASE}work/n")
    names = [mint.work("Learning", "Wei Wang", 2024) for _ in range(3)]
    assert len(set(names)) == 3


def test_the_same_name_is_the_same_person_and_a_shared_co_author_tells_homonyms_apart(held: Holdings) -> None:
    people = People(held, Mint(set(held.taken)))
    byline = list(people.byline(["Rafailov, Rafael", "Ana Rivera", "Rivera"], "x"))
    assert [one.author for one in byline] == [f"{BASE}person/rafael-rafailov", f"{BASE}person/ana-rivera", None]
    (twins,) = [sorted(found) for key, found in people.by_key.items() if key == "fan yang"]
    assert len(twins) == 2
    for twin in twins:
        companion = sorted(
            people.with_[twin] - {"fan yang"} - people.with_[next(other for other in twins if other != twin)]
        )[0]
        assert list(people.byline([companion.title(), "Fan Yang"], "x"))[1].author == twin
    third = next(one.author for one in people.byline(["Fan Yang", "Nobody Knows"], "list.md, line 9"))
    assert third == f"{BASE}person/fan-yang-3"
    assert people.notes[-1].startswith("list.md, line 9: 2 persons are called 'Fan Yang'")


def test_two_of_one_name_in_a_byline_are_two(held: Holdings) -> None:
    people = People(held, Mint(set(held.taken)))
    first, second = (one.author for one in people.byline(["Ana Rivera", "Ana Rivera"], "x"))
    assert first != second


def entry(number: int, **more: Any) -> Entry:
    made = Entry(
        file="big.md",
        line=number,
        headings=(Heading(f"Part {number // 50}", 2, 1),),
        title=f"{_word(number)} {_word(number * 31 + 7)} {_word(number * 17 + 3)}",
        authors=(f"{_word(number * 3)} {_word(number % 97)}", "Wei Wang"),
        year=2024,
        venue_printed="ICLR",
        identifiers=Identifiers(arxiv=f"2401.{number:05d}"),
        links=(Link("Paper", f"https://arxiv.org/abs/2401.{number:05d}", number),),
        text=f"Entry {number}",
    )
    return replace(made, **more)


def _word(number: int) -> str:
    letters = "bcdfghklmnprstvz"
    return "".join(letters[number // 16**place % 16] + "aeiou"[(number + place) % 5] for place in range(4)).title()


def test_the_same_new_work_twice_is_one_work_with_two_listings(held: Holdings) -> None:
    one = entry(1)
    other = replace(one, line=2, identifiers=Identifiers(), links=(), authors=(one.authors[0],), et_al=True)
    plan = plan_import(ReadingList("x.md", "X", (), (one, other)), held)
    assert (plan.report.listings_new, plan.report.works_new) == (2, 1)


def test_two_papers_with_one_address_are_two(held: Holdings) -> None:
    link = Link("Code", "https://github.com/example/both", 1)
    one, other = (entry(number, identifiers=Identifiers(), links=(link,)) for number in (1, 2))
    assert plan_import(ReadingList("x.md", "X", (), (one, other)), held).report.works_new == 2
    shared = entry(2, identifiers=entry(1).identifiers)
    report = plan_import(ReadingList("x.md", "X", (), (entry(1), shared)), held).report
    assert (report.works_new, len(report.uncertain)) == (1, 1)


def test_an_entry_without_venue_year_or_authors_is_kept_as_it_is(held: Holdings) -> None:
    bare = entry(1, venue_printed=None, year=None, authors=(), identifiers=Identifiers(), links=(), headings=())
    plan = plan_import(ReadingList("x.md", None, (), (bare,)), held)
    assert (plan.report.works_new, plan.report.listings_new) == (1, 1)
    said = {triple.predicate.value.rpartition("#")[2] for triple in plan.changes.added}
    assert said.isdisjoint({"venue", "firstPublicYear", "publicationYear", "hasAuthorship", "venueAsPrinted"})


def test_addresses_with_brackets_and_spaces_are_kept_and_others_refused(held: Holdings) -> None:
    urls = ["https://example.org/a (1)[2].pdf", "javascript:alert(1)", "data:text/html,x", "https://example.org/%zz|"]
    links = tuple(Link("Paper", url, 1) for url in urls)
    plan = plan_import(ReadingList("x.md", "X", (), (entry(1, links=links),)), held)
    targets = {str(t.object) for t in plan.changes.added if t.predicate.value.endswith("#target")}
    assert targets == {"<https://example.org/a%20(1)%5B2%5D.pdf>", "<https://example.org/%25zz%7C>"}
    assert [problem.text for problem in plan.report.links_refused] == urls[1:3]


def test_mis_numbered_lists_get_places_in_the_order_of_the_page(held: Holdings) -> None:
    numbers = zip((7, 7, 1), ("Alpha Beta Gamma", "Delta Epsilon Zeta", "Eta Theta Iota"), strict=True)
    entries = "".join(f"{number}. {title}. Ana Rivera. 2023.\n" for number, title in numbers)
    text = f"# Own numbers\n\n## Part\n\n{entries}"
    reading, _, _ = read_list(text.encode(), "x.md")
    plan = plan_import(reading, held)
    places = [str(t.object)[1:2] for t in plan.changes.added if t.predicate.value.endswith("#position")]
    assert sorted(places) == ["1", "2", "3"]


@pytest.mark.slow
def test_ten_times_the_entries_take_ten_times_the_statements_and_files(tmp_path: Path) -> None:
    counts = []
    for size in (100, 1000):
        reading = ReadingList("big.md", "Big", (), tuple(entry(number) for number in range(size)))
        plan = plan_import(reading, Holdings(), venues=known_venues())
        assert (plan.report.works_new, plan.report.uncertain) == (size, [])
        contents = changed_files(plan.changes, Holdings(), tmp_path)
        counts.append((len(plan.changes.added), sum(len(content or b"") for content in contents.values())))
    (triples, size_of), (more_triples, more_size) = counts
    assert more_triples <= 10.5 * triples
    assert more_size <= 10.5 * size_of
