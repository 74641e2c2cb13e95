"""DOIs of any form and names in their parts: in by every way, through the data, validation and every export."""

from __future__ import annotations

import json
import re
from importlib import import_module
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from aligngraph.bibliography.identifiers import DOI
from aligngraph.bibliography.latex import to_text
from tests.conftest import Run
from tests.support.marks import slow_after

SICI = "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"
DOIS = [SICI, "10.1000/a#b?c", "10.1000/x[1]^{2}|y", "10.1000/ö%2"]
BIB = "@article{{a, title={{Counting Quiet Things}}, author={{Rivera, Ana}}, journal={{J}}, year=2031, "
FILES = {
    # Braces can't stand in a field of BibTeX but in per cent.
    "a.bib": BIB + "doi={{{bare}}}}}",
    "b.bib": BIB + "url={{{url}}}}}",
    "c.json": '[{{"id":"a","type":"article","title":"Counting Quiet Things","container-title":"J","DOI":"{doi}"}}]',
    "d.ris": "TY  - JOUR\nTI  - Counting Quiet Things\nAU  - Rivera, Ana\nJO  - J\nPY  - 2031\nDO  - {doi}\nER  - \n",
    "e.md": "# List\n\n- Counting Quiet Things. Ana Rivera. J 2031. [[Paper]({url})]\n",
}


def triples(folder: Path) -> list[ox.Triple]:
    return [quad.triple for path in folder.rglob("*.ttl") for quad in ox.parse(path=path)]


def values(folder: Path, name: str) -> list[str]:
    return [
        one.object.value
        for one in triples(folder)
        if one.predicate.value.endswith(name) and not isinstance(one.object, ox.Triple)
    ]


@pytest.mark.parametrize("name", slow_after(1, FILES))
def test_doi_of_any_form_comes_in_whole_and_its_address_is_an_iri(name: str, run: Run, tmp_path: Path) -> None:
    for number, doi in enumerate(DOIS):
        folder = tmp_path / f"data{number}"
        folder.mkdir()
        file = tmp_path / name
        file.write_text(
            FILES[name].format(doi=doi, url=DOI.address(doi), bare=re.sub("[{}]", lambda one: quote(one[0]), doi)),
            encoding="utf-8",
        )
        outcome = run("import", file, "--into", folder)
        assert outcome.code == 0, outcome.err
        assert values(folder, "#doi") == [doi]
        assert DOI.address(doi) in values(folder, "sameAs")
        if name == "a.bib":
            found = run("validate", folder).out
            assert not re.search("PublicationDoi|PublicationRecords|WrittenAddress", found)


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """A catalogue of one paper with such a DOI and a byline whose parts are known."""
    (tmp_path / "own").mkdir()
    text = (
        f"@article{{a, title={{Counting Quiet Things}}, journal={{J}}, year=2031, doi={{{SICI}}}, author={{King, Jr., "
        "Martin and Van den Broeck, Guy and {The Quiet Consortium} and {Al Nahian}, Md Sultan and van der Berg, Jo and "
        "Garc\\'ia de la Torre, Ana and Lab, Ai and Ana Rivera}}"
    )
    (tmp_path / "a.bib").write_text(text, encoding="utf-8")
    assert run("import", tmp_path / "a.bib", "--into", tmp_path / "own").code == 0
    return tmp_path / "own"


PERSONS = [
    ("Martin", "King", "Jr."),
    ("Guy", "Van den Broeck", ""),
    ("", "The Quiet Consortium", ""),
    ("Md Sultan", "Al Nahian", ""),
    ("Jo", "van der Berg", ""),
    ("Ana", "García de la Torre", ""),
    ("Ai", "Lab", ""),
    ("Ana", "Rivera", ""),
]


def test_parts_that_the_source_gives_stand_in_the_data(folder: Path) -> None:
    assert sorted(values(folder, "#familyName")) == sorted(
        ["King", "Broeck", "Al Nahian", "Berg", "García de la Torre", "Lab"]
    )
    # A name wholly in braces is an organisation's, and has no parts.
    (organization,) = (
        line
        for path in folder.rglob("*.ttl")
        for line in path.read_text("utf-8").splitlines()
        if "The Quiet" in line and "label" in line
    )
    assert '"The Quiet Consortium"' in organization
    assert sorted(values(folder, "#nameParticle")) == ["Van den", "van der"]
    assert values(folder, "#nameSuffix") == ["Jr."]
    # Of "Ana Rivera" the source does not say which part is which.
    assert "Rivera" not in values(folder, "#familyName")


def exported(run: Run, folder: Path, name: str) -> str:
    outcome = run("export", "-f", name, "--data", folder)
    assert outcome.code == 0, outcome.err
    return outcome.out


def test_pybtex_and_bibtexparser_read_the_same_persons_and_doi_out_of_bibtex(run: Run, folder: Path) -> None:
    text = exported(run, folder, "bibtex")
    (entry,) = import_module("pybtex.database").parse_string(text, "bibtex").entries.values()
    found = [
        tuple(
            to_text(" ".join(part))
            for part in (
                [*one.first_names, *one.middle_names],
                [*one.prelast_names, *one.last_names],
                one.lineage_names,
            )
        )
        for one in entry.persons["author"]
    ]
    assert found == PERSONS
    assert entry.fields["doi"] == SICI
    parser = import_module("bibtexparser")
    names = import_module("bibtexparser.middlewares.names")
    (other,) = parser.parse_string(text).entries
    split = [
        names.parse_single_name_into_parts(name, strict=False)
        for name in names.split_multiple_persons_names(other.fields_dict["author"].value)
    ]
    assert [
        tuple(to_text(" ".join(part)) for part in (one.first, [*one.von, *one.last], one.jr)) for one in split
    ] == PERSONS
    assert other.fields_dict["doi"].value == SICI


def test_csl_and_ris_have_the_same_persons_and_doi(run: Run, folder: Path) -> None:
    (item,) = json.loads(exported(run, folder, "csljson"))
    found = []
    for one in item["author"]:
        family = f"{one.get('non-dropping-particle', '')} {one.get('family') or one['literal']}".strip()
        found.append((one.get("given", ""), family, one.get("suffix", "")))
    assert (found, item["DOI"]) == (PERSONS, SICI)
    (record,) = import_module("rispy").load(StringIO(exported(run, folder, "ris")))
    parts = [(*name.split(", "), "", "")[:3] for name in record["authors"]]
    assert [(given, family, suffix) for family, given, suffix in parts] == PERSONS
    assert record["doi"] == SICI


def test_schema_org_and_n_quads_have_the_address_as_an_iri(run: Run, folder: Path) -> None:
    assert f"<{DOI.address(SICI)}>" in exported(run, folder, "nquads")
    data = json.loads(exported(run, folder, "schemaorg"))
    assert DOI.address(SICI) in json.dumps(data)
    parsed = import_module("rdflib").Dataset().parse(data=json.dumps(data), format="json-ld")
    lines = parsed.serialize(format="nquads")
    assert len(list(ox.parse(lines, format=ox.RdfFormat.N_QUADS))) > 10
