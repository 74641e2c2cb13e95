"""The decision whether a record is of a work, on real titles."""

from __future__ import annotations

from aligngraph.bibliography.identifiers import Identifiers
from aligngraph.bibliography.person_names import Name
from aligngraph.bibliography.works import Form
from aligngraph.linking.decide import decide
from aligngraph.linking.records import Author, Publication, Record, Wanted

DPO = "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"


def wanted(title: str, author: str | None, year: int, *forms: Form) -> Wanted:
    publications = tuple(Publication(f"https://example.org/{place}", form) for place, form in enumerate(forms))
    authors = (Name(author),) if author else ()
    return Wanted("https://example.org/w", "works", title, (), authors, frozenset({year}), publications)


def record(title: str, author: str | None = None, year: int | None = None, **named: str) -> Record:
    authors = (Author(Name(author)),) if author else ()
    return Record("test", None, title, title, authors, year=year, identifiers=Identifiers(**named))


def test_an_equal_identifier_with_an_equal_title_is_found_for_certain() -> None:
    arxiv = Form("Preprint", arxiv="2305.18290")
    found = decide(wanted(DPO, "Rafael Rafailov", 2023, arxiv), [record(DPO.upper(), doi="10.48550/arXiv.2305.18290")])
    assert (found.outcome, found.confidence) == ("found", 0.99)


def test_an_equal_identifier_with_a_far_title_is_a_wrong_identifier() -> None:
    arxiv = Form("Preprint", arxiv="2305.18290")
    other = record("Visual Instruction Tuning", "Haotian Liu", 2023, arxiv="2305.18290")
    assert decide(wanted(DPO, "Rafael Rafailov", 2023, arxiv), [other]).outcome == "wrong identifier"


def test_a_renamed_work_with_an_equal_identifier_is_for_a_person() -> None:
    acl = Form("ConferencePaper", acl="2023.acl-long.1")
    work = wanted("On the Machine Learning of Ethical Judgments", "Zeerak Talat", 2022, acl)
    other = record("A Word on Machine Ethics: A Response to Jiang et al.", "Zeerak Talat", 2021, acl="2023.acl-long.1")
    assert decide(work, [other]).outcome == "review"


def test_title_author_and_year_together_are_found() -> None:
    found = decide(
        wanted(DPO, "Rafael Rafailov", 2023), [record(DPO, "Rafailov, Rafael", 2023), record("Other things")]
    )
    assert (found.outcome, found.confidence) == ("found", 0.9)


def test_part_of_a_title_is_not_found() -> None:
    polite = wanted("Visual Instruction Tuning with Polite Flamingo", "Delong Chen", 2023)
    assert decide(polite, [record("Visual Instruction Tuning", "Haotian Liu", 2023)]).outcome == "not found"


def test_a_second_version_is_never_found_by_title() -> None:
    hps = wanted(
        "Human Preference Score: Better Aligning Text-to-Image Models with Human Preference", "Xiaoshi Wu", 2023
    )
    second = record(
        "Human Preference Score 2: Better Aligning Text-to-Image Models with Human Preference", "X. Wu", 2023
    )
    assert decide(hps, [second]).outcome != "found"


def test_preprint_and_paper_of_one_work_do_not_compete() -> None:
    found = decide(
        wanted(DPO, "Rafael Rafailov", 2023),
        [
            record(DPO, "R. Rafailov", 2023, arxiv="2305.18290"),
            record(DPO, "R. Rafailov", 2024, openreview="HPuSIXJaa9"),
        ],
    )
    assert found.outcome == "found"
    assert len(found.also) == 1


def test_namesakes_of_two_authors_compete() -> None:
    work = wanted("The Problem of Trusting Machines in Society", None, 2020)
    rivals = [record(work.title, "Ann Lee", 2020), record(work.title, "Bo Chen", 2020)]
    assert decide(work, rivals).outcome == "review"


def test_a_title_that_many_works_have_is_never_found_by_title() -> None:
    assert decide(wanted("Editorial", "Ann Lee", 2020), [record("Editorial", "Ann Lee", 2020)]).outcome == "review"


def test_a_correction_is_not_the_work() -> None:
    assert (
        decide(wanted(DPO, "R. Rafailov", 2023), [record(f"Correction: {DPO}", "R. Rafailov", 2023)]).outcome
        == "not found"
    )


def test_a_note_of_the_publisher_is_not_the_paper() -> None:
    title = "Unified Model for the Free-Electron Avalanche in Laser-Irradiated Dielectrics"
    note = f"Publisher's Note: {title} [Phys. Rev. Lett. 92, 187401 (2004)]"
    assert decide(wanted(title, "B. Rethfeld", 2004), [record(note, "B. Rethfeld", 2004)]).outcome != "found"
    assert decide(wanted(note, "B. Rethfeld", 2004), [record(title, "B. Rethfeld", 2004)]).outcome != "found"


def test_nothing_is_found_among_no_candidates() -> None:
    assert decide(wanted(DPO, "R. Rafailov", 2023), []).outcome == "not found"


def by(title: str, names: list[str], year: int) -> tuple[Wanted, Record]:
    found = tuple(Name(name) for name in names)
    return (
        Wanted("https://example.org/w", "works", title, (), found, frozenset({year})),
        Record("test", None, title, title, tuple(Author(name) for name in found), year=year),
    )


def test_a_telling_word_that_one_title_lacks_is_for_a_person() -> None:
    names = ["Insu Han", "Mike Gartrell", "Elvis Dohmatob", "Amin Karbasi"]
    work, _ = by("Scalable Sampling for Nonsymmetric Determinantal Point Processes", names, 2022)
    _, other = by("Scalable MCMC Sampling for Nonsymmetric Determinantal Point Processes", names, 2022)
    found = decide(work, [other])
    assert found.outcome == "review"
    assert "other words in the title" in str(found.features)


def test_another_form_of_a_word_is_no_other_word() -> None:
    names = ["Wengong Jin", "Kevin Yang", "Regina Barzilay", "Tommi Jaakkola"]
    work, _ = by("Learning Multimodal Graph-to-Graph Translation for Molecular Optimization", names, 2019)
    _, other = by("Learning Multimodal Graph-to-Graph Translation for Molecule Optimization", names, 2019)
    assert decide(work, [other]).outcome == "found"


def test_reports_of_one_series_are_not_found() -> None:
    names = ["Qianhui Sun", "Qingyu Yang", "Chongyi Li", "Shangchen Zhou", "Ruicheng Feng", "Yuekun Dai"]
    work, _ = by("MIPI 2023 Challenge on RGBW Remosaic: Methods and Results", names, 2023)
    _, other = by("MIPI 2023 Challenge on RGBW Fusion: Methods and Results", names, 2023)
    assert decide(work, [other]).outcome == "review"


def test_a_sequel_is_not_found_though_many_authors_are_the_same() -> None:
    names = ["Benjamin Biggs", "Daniel J. Stilwell", "James McMahon"] * 2
    work, _ = by("Extended Performance Guarantees for Receding Horizon Search with Terminal Cost", names, 2020)
    _, other = by("Performance Guarantees for Receding Horizon Search with Terminal Cost", names, 2019)
    assert decide(work, [other]).outcome == "review"


def test_a_title_that_goes_on_is_another_one_where_authors_differ() -> None:
    work, _ = by(
        "CCW/Rotator Synchronous Motion Limit Switch Characterization", ["Austin Roberts", "Andrew Heyer"], 2021
    )
    names = ["Austin Roberts", "Holger Drass", "Brian Stalder"]
    _, other = by("CCW/Rotator Synchronous Motion Limit Switch Characterization with ComCam", names, 2021)
    assert decide(work, [other]).outcome == "review"


def test_an_extended_abstract_is_a_version() -> None:
    names = ["Mark d'Inverno", "Michael Luck", "Pablo Noriega", "Juan A. Rodríguez-Aguilar"]
    work, _ = by("Communicating Open Systems: Extended Abstract", names, 2013)
    _, other = by("Communicating Open Systems", names, 2012)
    assert decide(work, [other]).outcome == "found"


def test_the_same_title_and_authors_are_found_in_a_journal_years_later() -> None:
    work, _ = by("Risk-Sensitive Reinforcement Learning", ["Ralph Neuneier", "Oliver Mihatsch"], 1998)
    _, other = by("Risk-Sensitive Reinforcement Learning", ["Oliver Mihatsch", "Ralph Neuneier"], 2002)
    assert decide(work, [other]).outcome == "found"


def test_one_name_of_the_byline_is_enough_under_the_same_title() -> None:
    work, _ = by("MINIMA: Modality Invariant Image Matching", ["Xingyu Jiang"], 2024)
    _, other = by("MINIMA: Modality Invariant Image Matching", ["Jiangwei Ren", "Xingyu Jiang", "Zizhuo Li"], 2025)
    assert decide(work, [other]).outcome == "found"
