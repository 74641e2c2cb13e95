"""Pages, data and stored queries over HTTP."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
import rdflib
import requests

import aligngraph
from aligngraph.queries.stored import list_queries
from tests.conftest import Run
from tests.support.marks import slow_after
from tests.web.conftest import Served

BASE = "https://w3id.org/aligngraph/"
HTML = {"Accept": "text/html"}
PAGES = (
    *(
        "",
        "works",
        "works?goal=human-values&year=2023&q=model",
        "taxonomy",
        "query",
        "sparql",
        "search?q=dpo",
        "search?q=alignment",
        "search",
        "nothing/here",
    ),
    *("work/rafailov2023-dpo.html", "person/rafael-rafailov.html", "venue/icml.html", "artifact/dpo.html"),
    *("goal/human-values.html", "method/sft-based.html", "section/value-alignment-sft-based-alignment.html"),
    *("survey/value-alignment.html", "listing/value-alignment-019.html", "publication/rafailov2023-dpo-arxiv.html"),
    *("query/works-by-goal?goal=human-values", "query/works-by-goal?goal=nonsense", "query/concepts"),
    *("ontology/ontology", "ontology/properties", "shapes/shapes", "mappings/mappings", "docs", "docs/model"),
)


class Reader(HTMLParser):
    """Holds a page to what every page must be: a title, one h1, labelled fields, tags closed, no request elsewhere."""

    VOID = frozenset(("link", "meta", "input", "br", "img"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.resources: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert "style" not in given
        assert not any(name.startswith("on") for name in given)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(given["href"] or "")
        runs = tag == "script" and given.get("type") != "application/ld+json"
        if runs or tag in ("img", "iframe") or (tag == "link" and given.get("rel") == "stylesheet"):
            self.resources.append(given.get("src") or given.get("href") or "")
        if tag == "label":
            self.labels.add(given["for"] or "")
        if tag in ("input", "select", "textarea"):
            self.fields.append(given)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_labelled_and_asks_nothing_of_others(served: Served, path: str) -> None:
    reply = requests.get(served / path, headers=HTML, timeout=60)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(reply.content) < 100_000
    page = read(reply.text)
    assert page.headings.count("h1") == 1
    assert page.headings[0] == "h1"
    assert all(one.startswith("/static/") for one in page.resources)
    assert all(field.get("aria-label") or field.get("id") in page.labels for field in page.fields)
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("most", slow_after(1, [20, 150]))
def test_links_of_pages_lead_to_pages(served: Served, most: int) -> None:
    pages = [requests.get(served / path, headers=HTML, timeout=60).text for path in PAGES]
    on = Counter(link.partition("#")[0] for page in pages for link in set(read(page).links) if link.startswith("/"))
    assert len(on) > 100
    everywhere = [link for link, count in on.items() if count >= len(pages)]
    assert len(everywhere) > 5
    own = sorted(set(on) - set(everywhere))
    some = everywhere + own[:: max(len(own) // most, 1)]
    assert [link for link in some if not requests.get(served / link[1:], timeout=60).ok] == []


def test_a_page_says_what_show_prints(served: Served, run: Run) -> None:
    html = requests.get(served / "work/rafailov2023-dpo.html", timeout=60).text
    for text in ("Rafael Rafailov", "Chelsea Finn", "NeurIPS 2023", "10.52202/075280-2338", "Ranking-based"):
        assert text in html
        assert text in run("show", "dpo").out


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", ".html"),
        ("text/turtle", ".ttl"),
        ("application/ld+json", ".jsonld"),
        ("application/rdf+xml", ".rdf"),
        ("application/n-triples", ".nt"),
        ("*/*", ".ttl"),
    ],
)
def test_a_thing_leads_to_the_document_that_is_wanted(served: Served, accept: str, ending: str) -> None:
    reply = requests.get(served / "venue/icml", headers={"Accept": accept}, allow_redirects=False, timeout=60)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/venue/icml{ending}")
    assert "Accept" in reply.headers["Vary"]


def test_the_data_of_a_thing_is_the_same_in_every_syntax(served: Served) -> None:
    graphs = [
        rdflib.Graph().parse(data=requests.get(served / f"artifact/dpo{ending}", timeout=60).text, format=name)
        for ending, name in ((".ttl", "turtle"), (".jsonld", "json-ld"), (".rdf", "xml"), (".nt", "nt"))
    ]
    assert all(graph.isomorphic(graphs[0]) for graph in graphs)
    thing = rdflib.URIRef(BASE + "artifact/dpo")
    assert (thing, rdflib.RDFS.label, None) in graphs[0]
    # A label for whatever is named: the work that it comes from has its title.
    assert (rdflib.URIRef(BASE + "work/rafailov2023-dpo"), rdflib.DCTERMS.title, None) in graphs[0]


@pytest.mark.parametrize(
    "kind", ["authorship/rafailov2023-dpo-001", "listing/value-alignment-001", "goal/hhh", "method/dpo-x"]
)
def test_things_of_every_kind_have_data(served: Served, kind: str) -> None:
    reply = requests.get(served / f"{kind}.nt", timeout=60)
    query = f"ASK {{ <{BASE}{kind}> ?p ?o }}"
    known = requests.get(served / "sparql", params={"query": query}, timeout=60).json()["boolean"]
    assert reply.status_code == (200 if known else 404)
    assert f"{BASE}{kind}" in reply.text


# Stored queries


def test_every_stored_query_is_answered_as_from_python(served: Served) -> None:
    queries = [query for query in list_queries() if not query.is_federated]
    assert len(queries) > 30
    catalogue = aligngraph.open()
    for query in queries:
        if query.parameters and any(p.default == "UNDEF" for p in query.parameters):
            continue
        reply = requests.get(served / f"api/{query.name}.tsv", timeout=60)
        if reply.status_code == 406:  # a graph
            reply = requests.get(served / f"api/{query.name}.nt", timeout=60)
            assert reply.status_code == 200, query.name
            continue
        assert reply.text == catalogue.query(query.name).text("tsv"), query.name


@pytest.mark.parametrize(
    ("ending", "media"),
    [
        ("json", "application/sparql-results+json"),
        ("csv", "text/csv; charset=utf-8"),
        ("md", "text/markdown; charset=utf-8"),
    ],
)
def test_a_stored_query_comes_in_the_form_of_its_ending(served: Served, ending: str, media: str) -> None:
    reply = requests.get(served / f"api/works-by-method.{ending}?method=ranking-based", timeout=60)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, media)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("api/works-by-gaol.csv", 404, "did you mean 'works-by-goal'"),
        ("api/works-by-goal.csv?goal=human-valves", 400, "human-values"),
        ("api/works-by-goal.csv?gaol=x", 400, "it takes goal"),
        ("api/works-by-goal.png", 404, ".csv"),
        ("api/works-by-goal.csv?page=0", 400, "page must be a number from 1"),
        ("api/works-by-goal.csv?page=999", 404, "there is no page 999"),
    ],
)
def test_an_error_says_what_is_right(served: Served, path: str, status: int, says: str) -> None:
    reply = requests.get(served / path, timeout=60)
    assert (reply.status_code, says in reply.text) == (status, True), reply.text


def test_pages_of_an_answer_make_the_whole(served: Served) -> None:
    whole = requests.get(served / "api/works-by-goal.tsv?goal=human-preferences", timeout=60)
    rows: list[str] = []
    address: str | None = served / "api/works-by-goal?goal=human-preferences&page_size=4"
    while address is not None:
        reply = requests.get(address, headers={"Accept": "text/tab-separated-values"}, timeout=60)
        assert reply.headers["X-Total-Count"] == whole.headers["X-Total-Count"]
        rows += reply.text.splitlines()[1:]
        address = reply.links.get("next", {}).get("url")
    assert rows == whole.text.splitlines()[1:]
    assert len(rows) > 8


def test_the_api_describes_itself(served: Served) -> None:
    described = requests.get(served / "openapi.json", timeout=60).json()
    assert described["openapi"] == "3.1.0"
    assert {f"/api/{query.name}.{{format}}" for query in list_queries()} == set(described["paths"])
    goal = described["paths"]["/api/works-by-goal.{format}"]["get"]["parameters"]
    assert "goal" in {parameter["name"] for parameter in goal}


@pytest.mark.slow
def test_the_description_of_the_api_conforms_to_openapi(served: Served) -> None:
    import openapi_spec_validator

    openapi_spec_validator.validate(requests.get(served / "openapi.json", timeout=60).json())


# Starting


def test_a_catalogue_that_can_not_be_opened_is_named(run: Run) -> None:
    outcome = run("serve", "--port", "0", "--data", "nowhere")
    assert outcome.code == 2
    assert "nowhere: no such file or folder" in outcome.err


def test_a_port_that_is_taken_is_named(served: Served, run: Run) -> None:
    port = served.address.rstrip("/").rpartition(":")[2]
    outcome = run("serve", "--port", port)
    assert outcome.code == 2
    assert f"port {port}: can't listen there" in outcome.err
