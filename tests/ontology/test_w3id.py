"""The redirects of w3id.org, in a real Apache: each address leads to what the client asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from aligngraph.catalogue.sources import find_sources, read_quads
from aligngraph.export import FILE_ENDINGS
from aligngraph.export.package import CHECKSUMS
from aligngraph.rdf.namespaces import BASE
from tests.support.apache import HTACCESS, SITE, Apache, running

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
OWL_API = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"


@pytest.fixture(scope="module")
def apache() -> Iterator[Apache]:
    with running() as server:
        yield server


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("text/html", "html"),
        ("application/xhtml+xml", "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/json", "jsonld"),
        ("application/rdf+xml", "rdf"),
        ("application/n-triples", "nt"),
        ("application/n-triples;q=0.3, image/png", "nt"),
        ("Text/Turtle;charset=utf-8", "ttl"),
        (BROWSER, "html"),
        (JENA, "ttl"),
        (OWL_API, "rdf"),
        ("text/html;q=0.5, text/turtle", "ttl"),
        ("text/html;q=0.5, application/ld+json;q=0.9", "jsonld"),
        ("text/html;q=0.5", "html"),
        ("text/turtle;q=0, application/rdf+xml;q=0.2", "rdf"),
        ("text/html;q=0", "ttl"),
        ("text/html;q=0.0, application/ld+json", "jsonld"),
        ("text/turtle;q=1.0, text/html;q=0.9", "ttl"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ("*/*", "ttl"),
        ("image/png", "ttl"),
        (None, "ttl"),
    ],
)
def test_the_ontology_comes_in_the_syntax_asked_for(apache: Apache, accept: str | None, ending: str) -> None:
    assert apache.lead("ontology", accept) == (303, f"/ontology/ontology.{ending}")


@pytest.mark.parametrize("name", ["ontology", "shapes", "mappings"])
def test_versions_are_negotiated_too(apache: Apache, name: str) -> None:
    assert apache.lead(f"{name}/0.2.0", "text/turtle") == (303, f"/{name}/0.2.0/{name}.ttl")
    assert apache.lead(f"{name}/0.2.0", BROWSER) == (303, f"/{name}/0.2.0/{name}.html")
    assert apache.lead(f"{name}.rdf", BROWSER) == (302, f"/{name}/{name}.rdf")


@pytest.mark.parametrize(
    ("path", "accept", "status", "target"),
    [
        ("", BROWSER, 303, "/"),
        ("work/rafailov2023-dpo", BROWSER, 303, "/work/rafailov2023-dpo.html"),
        ("work/rafailov2023-dpo", "text/turtle", 303, "/work/rafailov2023-dpo.ttl"),
        ("work/rafailov2023-dpo.jsonld", BROWSER, 302, "/work/rafailov2023-dpo.jsonld"),
        ("work/rafailov2023-dpo.nt", None, 302, "/work/rafailov2023-dpo.nt"),
        ("goal", "application/rdf+xml", 303, "/goal.rdf"),
        ("graph/surveys/value-alignment/listings/personalized-alignment", None, 303,
         "/graph/surveys/value-alignment/listings/personalized-alignment.ttl"),
        ("query/works-by-method", "text/turtle", 303, "/query/works-by-method.ttl"),
        ("query/works-by-method/method", "text/turtle", 303, "/query/works-by-method.ttl"),
        ("catalogue/data/class/ag-Paper", BROWSER, 303, "/catalogue.html"),
        ("context.jsonld", BROWSER, 302, "/ontology/context.jsonld"),
        ("frames/work.jsonld", None, 302, "/ontology/frames/work.jsonld"),
        ("ontology/logo.svg", BROWSER, 302, "/ontology/logo.svg"),
        ("dump/aligngraph.ttl", BROWSER, 302, "/dump/aligngraph.ttl"),
        ("dump/0.2.0/aligngraph.sssom.tsv", BROWSER, 302, "/dump/0.2.0/aligngraph.sssom.tsv"),
        ("dump/SHA256SUMS", None, 302, "/dump/SHA256SUMS"),
    ],
)  # fmt: skip
def test_an_address_leads_where_it_should(
    apache: Apache, path: str, accept: str | None, status: int, target: str
) -> None:
    assert apache.lead(path, accept) == (status, target)


@pytest.mark.slow
def test_every_thing_of_the_catalogue_leads_to_its_data(apache: Apache) -> None:
    things: dict[str, str] = {}
    for quad in read_quads(find_sources()):
        for term in (quad.subject, quad.graph_name, quad.object):
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE) and "#" not in term.value:
                path = term.value.removeprefix(BASE)
                # One of each kind and each form of name is enough: the rules are by kind.
                things.setdefault(
                    re.sub(r"[a-z]+", "a", re.sub(r"\d+", "0", path.partition("/")[2]))[:12] + path[:6], path
                )
    assert len(things) > 60
    lost = {path: found for path in things.values() if not (found := apache.lead(path, "text/turtle"))[1]}
    assert lost == {}


def test_every_file_of_a_package_has_an_address(apache: Apache) -> None:
    names = [CHECKSUMS, *(f"aligngraph{ending}" for ending in FILE_ENDINGS.values())]
    assert len(names) > 15
    assert {name: apache.lead(f"dump/{name}") for name in names} == {name: (302, f"/dump/{name}") for name in names}


@pytest.mark.parametrize("path", ["nothing", "work/", "work/../../etc/passwd", "work/a/b", "dump/secret.txt"])
def test_what_is_not_there_is_no_redirect(apache: Apache, path: str) -> None:
    status, location, _ = apache.ask(path)
    assert status in (403, 404)
    assert location == ""


def test_a_query_leads_browsers_to_the_page_that_answers_and_programs_nowhere(apache: Apache) -> None:
    query = "sparql?query=ASK%20%7B%7D"
    assert apache.lead(query, BROWSER) == (303, "/sparql.html?query=ASK%20%7B%7D")
    assert apache.lead(query, "application/sparql-results+json") == (404, "")
    assert apache.ask(query, f"Accept: {BROWSER}", method="POST")[:2] == (404, "")


def test_caches_and_scripts_are_reported(apache: Apache) -> None:
    _, _, head = apache.ask("ontology", "Accept: text/turtle")
    assert re.search(r"^vary:.*\baccept\b", head, re.IGNORECASE | re.MULTILINE)
    assert re.search(r"^access-control-allow-origin: \*", head, re.IGNORECASE | re.MULTILINE)


def test_where_the_site_is_stands_in_one_line() -> None:
    lines = [line for line in HTACCESS.read_text(encoding="utf-8").splitlines() if "github.io" in line]
    assert lines == [f"RewriteRule ^ - [E=SITE:{SITE}]"]
