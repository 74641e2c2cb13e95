"""The site of files that ``aligngraph site`` writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import pyoxigraph as ox
import pytest

from aligngraph.errors import OutputError
from aligngraph.rdf.namespaces import BASE
from aligngraph.web.addresses import document_of, file_of, page_of, static_links
from aligngraph.web.static_site import MARK, write_site
from tests.conftest import ROOT, Run
from tests.support.links import dead_links

SMALL = ROOT / "tests" / "shapes" / "base.ttl"
"""A catalogue that conforms, with a few records of each kind."""
SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".nt": ox.RdfFormat.N_TRIPLES,
}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write the site of a small catalogue."""
    folder = tmp_path_factory.mktemp("made") / "site"
    write_site(folder, [SMALL], base="https://example.org/catalogue/")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_every_link_leads_somewhere(made: Path) -> None:
    count, dead = dead_links(made, "/catalogue/")
    assert dead == []
    assert count > 1000


@pytest.mark.slow
def test_data_of_a_thing_is_the_same_in_every_syntax_and_says_something_of_it(made: Path) -> None:
    pages = [page for page in made.rglob("*.html") if (page.with_suffix(".ttl")).exists()]
    assert len(pages) > 100
    for page in pages:
        path = page.relative_to(made).with_suffix("")
        said = [
            {
                (str(t.subject), str(t.predicate), str(t.object))
                for t in ox.parse(page.with_suffix(ending).read_bytes(), format=syntax)
                if not any(isinstance(term, ox.BlankNode) for term in (t.subject, t.object))
            }
            for ending, syntax in SYNTAXES.items()
        ]
        assert said[0], path
        assert all(one == said[0] for one in said), path
        if document_of(f"{BASE}{path}") == str(path) and str(path) != "query-parameter":
            assert any(f"<{BASE}{path}>" in triple for triple in said[0]), path
            assert f"{BASE}{path}" in page.read_text(encoding="utf-8"), path


@pytest.mark.slow
def test_another_run_gives_the_same_bytes_and_rewrites_nothing(made: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*") if path.is_file()}
    # A process of its own, whose sets have another order.
    options = ["-o", made, "--data", SMALL, "--base-url", "https://example.org/catalogue"]
    command = [sys.executable, "-m", "aligngraph", "site", *map(str, options)]
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    assert "none of them changed" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_what_changed_is_rewritten_and_what_is_gone_removed(made: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(made, folder)
    (folder / "CNAME").write_text("example.org", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("x", encoding="utf-8")
    listed = (folder / MARK).read_text(encoding="utf-8")
    (folder / MARK).write_text(listed + "../outside.txt\n", encoding="utf-8")
    (folder / "dump" / "0.0.1").mkdir()
    (folder / "dump" / "0.0.1" / "aligngraph.ttl").write_text("# an earlier version", encoding="utf-8")
    data = tmp_path / "data.ttl"
    # And a work that was merged into another: it has a page, and nothing that only works have.
    merged = "work:old owl:deprecated true ; dcterms:isReplacedBy work:rivera2021-quiet .\n"
    small = SMALL.read_text(encoding="utf-8").replace("placing/", "placing/new-")
    data.write_text("@prefix owl: <http://www.w3.org/2002/07/owl#> .\n" + small + merged, encoding="utf-8")
    before = contents(folder)
    assert run("site", "-o", folder, "--data", data, "--base-url", "https://example.org/catalogue/").code == 0
    after = contents(folder)
    assert {name for name in before if name.startswith("placing/")}.isdisjoint(after)
    assert any(name.startswith("placing/new-") for name in after)
    for name in ("CNAME", "dump/0.0.1/aligngraph.ttl", "query/venues.html", "venue/icml.rdf"):
        assert after.get(name) == before.get(name), name
    assert {name for name in after if "work/old." in name or name == "why/old.html"} == {
        f"work/old{ending}" for ending in (".html", *SYNTAXES)
    }
    assert b"why/old" not in after["work/old.html"]
    assert "CNAME" not in after[MARK].decode()
    assert (tmp_path / "outside.txt").exists()


@pytest.mark.slow
def test_a_file_of_others_in_the_way_is_named_and_kept(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(made, folder)
    listed = (folder / MARK).read_text(encoding="utf-8")
    (folder / MARK).write_text(listed.replace("index.html\n", ""), encoding="utf-8")
    (folder / "index.html").write_text("a page of ours", encoding="utf-8")
    before = contents(folder)
    with pytest.raises(OutputError, match=r"index\.html: is there, and 'aligngraph site' did not write it"):
        write_site(folder, [SMALL], base="https://example.org/catalogue/")
    assert contents(folder) == before


def test_a_folder_of_something_else_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x", encoding="utf-8")
    outcome = run("site", "-o", tmp_path)
    assert outcome.code == 2
    assert "is not a site that aligngraph wrote (it has thesis.tex" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org/", "https://example.org/?x=1"])
def test_an_address_that_is_none_is_named(run: Run, tmp_path: Path, url: str) -> None:
    outcome = run("site", "-o", tmp_path / "site", "--base-url", url)
    assert outcome.code == 2
    assert url in outcome.err


@pytest.mark.slow
def test_the_sitemap_and_the_feed_name_pages(made: Path) -> None:
    base = "https://example.org/catalogue/"
    pages = [element.text or "" for element in Xml.parse(made / "sitemap.xml").iter() if element.tag.endswith("}loc")]
    assert len(pages) > 50
    assert base in pages
    assert all(page == base or (made / page.removeprefix(base)).is_file() for page in pages)
    feed = Xml.parse(made / "feed.atom").getroot()
    atom = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.findall("a:entry", atom)
    assert entries
    for entry in entries:
        assert (entry.findtext("a:id", namespaces=atom) or "").startswith(f"{BASE}work/")
        link = entry.find("a:link", atom)
        assert link is not None
        assert (made / link.attrib["href"].removeprefix(base)).is_file()


@pytest.mark.parametrize(
    ("iri", "document", "page"),
    [
        ("work/x", "work/x", "/work/x"),
        ("graph/surveys/a/b", "graph/surveys/a/b", "/graph/surveys/a/b"),
        ("goal", "goal", "/goal"),
        ("ontology", "ontology/ontology", "/ontology/ontology"),
        ("ontology#Work", "ontology/ontology", "/ontology/ontology#Work"),
        ("ontology/0.1.0", "ontology/0.1.0/ontology", "/ontology/0.1.0/ontology"),
        ("shapes#WorkTitle", "shapes/shapes", "/shapes/shapes#WorkTitle"),
        ("query/works-by-goal/goal", "query/works-by-goal", "/query/works-by-goal"),
        ("query-parameter#goal", "query-parameter", "/query-parameter"),
        ("catalogue/data/class/ag-Paper", "catalogue", "/catalogue"),
        ("dump/aligngraph.ttl", "catalogue", None),
        ("work/A_B", None, None),
        ("nothing", None, None),
    ],
)
def test_each_iri_has_its_document(iri: str, document: str | None, page: str | None) -> None:
    assert document_of(BASE + iri) == document
    assert page_of(BASE + iri) == page


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/query", "query.html"),
        ("/query/x?goal=a.b", "query/x.html?goal=a.b"),
        ("/work/x.ttl", "work/x.ttl"),
        ("/ontology/ontology#Work", "ontology/ontology.html#Work"),
    ],
)
def test_each_address_has_its_file(address: str, file: str) -> None:
    assert file_of(address) == file
    assert static_links(f'<a href="{address}">', "../") == f'<a href="../{file}">'
