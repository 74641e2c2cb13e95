"""Names: BibTeX's and BibLaTeX's grammar with accents anywhere, compared with other readers; and every "and others"."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligngraph.bibliography.bibtex import parse_bibtex
from aligngraph.bibliography.latex import to_text
from aligngraph.bibliography.person_names import Name, bibtex_names, name_of, parts_of, sorted_name, split_name
from tests.bibliography import counts
from tests.bibliography.name_cases import Case, cases
from tests.support.marks import examples

CASES = list(cases())


def parts(name: Name) -> tuple[str, str, str, str]:
    known = parts_of(name)
    return known.given, known.particle, known.family, known.suffix


@pytest.mark.slow
def test_every_accent_is_read_in_every_place_of_every_form_of_name() -> None:
    wrong = []
    for case in CASES:
        byline = bibtex_names(case.tex)
        names = byline.names
        if len(names) != 2 or parts(names[case.place]) != case[2:] or names[case.place].text != case.printed:
            wrong.append(case.tex)
        assert names[1 - case.place].text == "Ana Roy", case.tex
        assert (byline.more, byline.doubts) == (False, ())
    counts.told["names with an accent"] = f"{len(CASES)} read, {len(wrong)} wrong"
    assert len(CASES) > 5000
    assert wrong == []


def pybtex_parts(tex: str) -> list[tuple[str, str, str, str]]:
    found = []
    for name in import_module("pybtex.bibtex.utils").split_name_list(tex):
        person = import_module("pybtex.database").Person(name)
        first = [*person.first_names, *person.middle_names]
        groups = (first, person.prelast_names, person.last_names, person.lineage_names)
        given_names, particle, family, suffix = (to_text(" ".join(group)) for group in groups)
        found.append((given_names, particle, family, suffix))
    return found


def test_pybtex_reads_the_same_names_but_takes_accents_for_particles_and_control_words_apart() -> None:
    same = other = 0
    for case in CASES:
        found = pybtex_parts(case.tex)
        if len(found) == 2 and found[case.place] == case[2:]:
            same += 1
            continue
        other += 1
        # Where it differs, by BibTeX's letter rule: a command's name counts as the word's, and a blank divides.
        assert "\\" in case.tex
    counts.told["of these, pybtex"] = f"{same} the same, {other} not"
    assert same > 0.7 * len(CASES)


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
def test_pandoc_reads_the_same_names() -> None:
    entries = "".join(
        f"@misc{{k{number}, title = {{T}}, author = {{{case.tex}}}}}\n" for number, case in enumerate(CASES)
    )
    done = subprocess.run(
        ["pandoc", "-f", "bibtex", "-t", "csljson"], input=entries, capture_output=True, text=True, check=True
    )
    items: dict[str, Any] = {item["id"]: item for item in json.loads(done.stdout)}
    same = 0
    for number, case in enumerate(CASES):
        people = items[f"k{number}"]["author"]
        person = people[case.place] if len(people) == 2 else {}
        particle = person.get("dropping-particle") or person.get("non-dropping-particle") or ""
        found = (person.get("given", ""), particle, person.get("family", ""), person.get("suffix", ""))
        same += found == case[2:]
    counts.told["of these, pandoc"] = f"{same} the same, {len(CASES) - same} not"
    assert same > 0.7 * len(CASES)


@pytest.mark.parametrize(
    ("tex", "names"),
    [
        ("Last, First", ["First||Last|"]),
        ("First von Last", ["First|von|Last|"]),
        ("von Last, Jr, First", ["First|von|Last|Jr"]),
        ("{DeepMind Team}", ["||DeepMind Team|"]),
        ("{{Simon and Schuster, Inc.}}", ["||Simon and Schuster, Inc.|"]),
        ("{Barnes and Noble} and Ana Roy", ["||Barnes and Noble|", "Ana||Roy|"]),
        (r"M{\"u}ller, J{\"o}rg and Kamil{\.e} Luko{\v s}i{\=u}t{\.e}", ["Jörg||Müller|", "Kamilė||Lukošiūtė|"]),
        (r"Ana Rivera and \O{}ystein Berg and \v{C}apek, Karel", ["Ana||Rivera|", "Øystein||Berg|", "Karel||Čapek|"]),
        (r"Mu\~noz, Jose", ["Jose||Muñoz|"]),
        (r"Wo\'zniak, Micha\l", ["Michał||Woźniak|"]),
        (r"Micha\l Wo\'zniak and Lech Wa\l esa", ["Michał||Woźniak|", "Lech||Wałesa|"]),
        ("Mu&ntilde;oz, Jose and J&#246;rg Roy", ["Jose||Muñoz|", "Jörg||Roy|"]),
        ("Donald~E. Knuth\n   and  Ana Rivera", ["Donald E.||Knuth|", "Ana||Rivera|"]),
        ("Ana Rivera AND Jo Lindqvist", ["Ana||Rivera|", "Jo||Lindqvist|"]),
        ("OpenAI,", ["||OpenAI|"]),
        ("岸田 文", ["||岸田 文|"]),
        ("", []),
        ("Van den Broeck, Guy and Guy Van den Broeck", ["Guy|Van den|Broeck|", "Guy|Van den|Broeck|"]),
        ("de la Vall{\\'e}e Poussin, Charles", ["Charles|de la|Vallée Poussin|"]),
        (r"Garc\'ia de la Torre, Juan", ["Juan||García de la Torre|"]),
        (r"Garc\'ia M\'arquez, Gabriel", ["Gabriel||García Márquez|"]),
        ("Jos{\\'e} Ortega y Gasset", ["José||Ortega y Gasset|"]),
        ("Guy {Van den Broeck}", ["Guy||Van den Broeck|"]),
        ("King, Martin Luther, Jr. and King, Jr., Martin", ["Martin Luther||King|Jr.", "Martin||King|Jr."]),
        ("Martin Luther King, Jr. and Hal Daum{\\'e} III", ["Martin Luther||King|Jr.", "Hal||Daumé|III"]),
        ("Md Sultan Al Nahian and Ronan Le Bras", ["Md Sultan||Al Nahian|", "Ronan||Le Bras|"]),
        ("Thanh Van Nguyen", ["Thanh Van||Nguyen|"]),
        ("family=Berg, given=Ana and family=Roy, given=Jo", ["Ana||Berg|", "Jo||Roy|"]),
        (
            "given={Jos\\'e}, prefix=von, family={Ortega y Gasset}, suffix=Jr., given-i=J, useprefix=true",
            ["José|von|Ortega y Gasset|Jr."],
        ),
        ("family = {The Quiet Consortium}", ["||The Quiet Consortium|"]),
    ],
)
def test_names_are_read_in_every_way_they_are_written(tex: str, names: list[str]) -> None:
    byline = bibtex_names(tex)
    assert ["|".join(parts(name)) for name in byline.names] == names
    assert (byline.more, byline.doubts) == (False, ())


@pytest.mark.parametrize(
    ("tex", "names", "doubts"),
    [
        ("Ana Rivera, Jo Lindqvist, Li Wei", ["Ana Rivera", "Jo Lindqvist", "Li Wei"], 1),
        ("Ana Rivera, Jo Lindqvist", ["Jo Lindqvist Ana Rivera"], 1),
        ("Ana Rivera, Jo Lindqvist and Max Berg", ["Ana Rivera", "Jo Lindqvist", "Max Berg"], 1),
        ("Rivera, A., Lindqvist, J., & Berg, M.", ["A. Rivera", "J. Lindqvist", "M. Berg"], 1),
        ("Rivera, Ana; Lindqvist, Jo", ["Ana Rivera", "Jo Lindqvist"], 0),
        (r"Ana Rivera \& Jo Lindqvist", ["Ana Rivera", "Jo Lindqvist"], 0),
        ("Johnson & Johnson", ["Johnson & Johnson"], 0),
        (r"{AT\&T} and Ana Roy", ["AT&T", "Ana Roy"], 0),
        ("Rivera, Ana, Maria, Lucia, Jo", ["Rivera, Ana, Maria, Lucia, Jo"], 1),
    ],
)
def test_lists_without_and_are_read_and_what_was_guessed_is_said(tex: str, names: list[str], doubts: int) -> None:
    byline = bibtex_names(tex)
    assert ([name.text for name in byline.names], len(byline.doubts)) == (names, doubts)


OTHERS = [
    "and others", "and others.", "and Others", "and et al.", "and et al", "and et. al.", "and et~al.", r"and et\ al.",
    r"and \emph{et al.}", "and {et al.}", "and {others}", "and et alii", "and ...", r"and \ldots", r"and \dots{}",
    "and …", "and 12 others", "and many others", "and 3 more", "and more", "and colleagues", "and other authors",
    ", et al.", ", et al", " et al.", " et~al.", r" \textit{et al.}", " (et al.)", ", others", ", and others",
    r", \& others", "; et al.", " and u.a.", ", ...",
]  # fmt: skip


@pytest.mark.parametrize("rest", OTHERS)
@pytest.mark.parametrize("name", ["Ana Berg", "Berg, Ana", "Berg, A."])
def test_every_way_to_write_and_others_means_that_more_follow(name: str, rest: str) -> None:
    byline = bibtex_names(f"{name}{rest if rest[0] in ' ,;' else f' {rest}'}")
    assert [one.text for one in byline.names] == ["A. Berg" if name.endswith(".") else "Ana Berg"]
    assert (byline.more, byline.doubts) == (True, ())
    counts.told["ways to write 'and others'"] = str(len(OTHERS) * 3)


def test_a_person_called_more_or_a_body_with_others_in_braces_is_a_name() -> None:
    byline = bibtex_names("Thomas More and {Others United}")
    assert ([name.text for name in byline.names], byline.more) == (["Thomas More", "Others United"], False)


def test_what_was_guessed_of_names_stands_in_the_report_with_its_line() -> None:
    found = parse_bibtex("@misc{a,\n title={T},\n author={Ana Rivera, Jo Lindqvist}\n}", "a.bib")
    assert [(problem.line, problem.minor) for problem in found.problems] == [(3, False)]
    assert "is read as one name" in found.problems[0].reason


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rivera, Ana", "Ana||Rivera|"),
        ("van der Berg, Ana", "Ana|van der|Berg|"),
        ("Van den Broeck, Guy", "Guy|Van den|Broeck|"),
        ("King, Martin Luther, Jr.", "Martin Luther||King|Jr."),
        ("King, Jr., Martin Luther", "Martin Luther||King|Jr."),
        ("Ana Rivera", "Ana||Rivera|"),
        ("The Quiet Consortium", "||The Quiet Consortium|"),
        ("Rivera,", "||Rivera|"),
    ],
)
def test_names_of_ris_are_read_family_name_first(text: str, name: str) -> None:
    assert "|".join(parts(sorted_name(text))) == name


@pytest.mark.parametrize(
    "name",
    [
        "Jo Lam", "Ai Lab", "The Lam", "Al Gore", "Md Sultan Al Nahian", "Xiao For", "Jo Research", "Hal Daumé III",
    ],
)  # fmt: skip
def test_names_of_persons_are_taken_for_no_organisations(name: str) -> None:
    assert split_name(name).given


WORD = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=8).map(str.title).filter(str.istitle)


@settings(max_examples=examples(200), deadline=None)
@given(WORD, WORD, st.sampled_from(["", "von", "van der", "de la"]), st.sampled_from(["", "Jr.", "III"]))
def test_parts_written_family_name_first_come_back(given_name: str, family: str, particle: str, suffix: str) -> None:
    name = name_of(family, given_name, particle, suffix)
    assert sorted_name(name.sorted) == name
    tex = ", ".join(filter(None, (f"{particle} {family}".strip(), suffix, given_name)))
    assert bibtex_names(tex).names == (name,)


def test_cases_are_what_they_say() -> None:
    """One of each kind, written out by hand."""
    made = {case.tex: case[2:] for case in CASES}
    assert made[r"Ana Roy and van der Ost\~{n}bak, Jo"] == ("Jo", "van der", "Ostñbak", "")
    assert made[r"Berg, Jr., Ostbak\l and Ana Roy"] == ("Ostbakł", "", "Berg", "Jr.")
    assert made[r"\v Cstbak Berg and Ana Roy"] == ("Čstbak", "", "Berg", "")
    assert isinstance(CASES[0], Case)
