"""Finding the thing that people mean, and the page about it."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.query import ResultRow

from aligngraph.catalogue.sources import data_folder
from aligngraph.errors import NothingFoundError
from aligngraph.queries.search import AmbiguousError, find, find_one, fold, nearest
from aligngraph.rdf.namespaces import BASE
from aligngraph.sparql.backend import Embedded, FormsMixin, Solutions, Triples
from aligngraph.stores.open import open_files
from aligngraph.text.terminal import Terminal, width_of
from aligngraph.views.page import LIMIT, Page, render
from aligngraph.views.show import describe
from aligngraph.views.tree import read_tree


@pytest.fixture(scope="module")
def backend() -> Embedded:
    return open_files()


def small(turtle: str) -> Embedded:
    store = ox.Store()
    prefixes = "".join(
        f"@prefix {name}: <https://w3id.org/aligngraph/{name}/> .\n"
        for name in "work artifact person authorship goal publication venue survey section listing".split()
    )
    names = """@prefix ag: <https://w3id.org/aligngraph/ontology#> .
      @prefix dcterms: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
      @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix ex: <http://example.org/> ."""
    store.load((prefixes + names + turtle).encode(), ox.RdfFormat.TURTLE)
    return Embedded(store)


def found(backend: Embedded, words: str) -> list[str]:
    return [candidate.curie for candidate in find(backend, words)]


def headings(page: Page) -> list[str]:
    return [block.heading for block in page.blocks]


def items(page: Page, heading: str) -> list[str]:
    return [item.text for block in page.blocks if block.heading == heading for item in block.items]


@pytest.mark.parametrize(
    "words",
    [
        "dpo",
        "DPO",
        " dpo ",
        "2305.18290",
        "arXiv:2305.18290",
        "arxiv:2305.18290v2",
        "https://arxiv.org/abs/2305.18290",
        "http://arxiv.org/pdf/2305.18290v3.pdf",
        "10.52202/075280-2338",
        "doi:10.52202/075280-2338",
        "https://doi.org/10.52202/075280-2338",
        "10.48550/arXiv.2305.18290",
        "https://doi.org/10.48550/ARXIV.2305.18290",
        "HPuSIXJaa9",
        "https://openreview.net/forum?id=HPuSIXJaa9",
        "work:rafailov2023-dpo",
        "https://w3id.org/aligngraph/work/rafailov2023-dpo",
        "<https://w3id.org/aligngraph/work/rafailov2023-dpo>",
        "rafailov2023-dpo",
        "direct preference optimization: your language model is secretly a reward model",
        "secretly a reward",
        "https://dblp.org/rec/journals/corr/abs-2305-18290",
    ],
)
def test_a_paper_is_found_by_any_of_its_identifiers_and_names(backend: Embedded, words: str) -> None:
    assert found(backend, words) == ["work:rafailov2023-dpo"]


@pytest.mark.parametrize(
    ("words", "thing"),
    [
        ("moral stories", "work:emelin2020-moral-stories"),
        ("2021.emnlp-main.54", "work:emelin2020-moral-stories"),
        ("https://aclanthology.org/2021.emnlp-main.54.pdf", "work:emelin2020-moral-stories"),
        ("10.18653/V1/2021.EMNLP-MAIN.54", "work:emelin2020-moral-stories"),
        ("n18-2002", "work:rudinger2018-winogender"),
        ("https://github.com/demelin/moral_stories", "work:emelin2020-moral-stories"),
        ("artifact:dpo", "artifact:dpo"),
        ("neurips", "venue:neurips"),
        ("NIPS", "venue:neurips"),
        ("human values", "goal:human-values"),
        ("Human-Values", "goal:human-values"),
        ("G3.1", "goal:hhh"),
        ("rlhf", "method:rlhf"),
        ("Yejin Choi", "person:yejin-choi"),
        ("yejin cho", "person:yejin-choi"),
        ("kopf", "person:andreas-kopf"),
        ("KÖPF", "person:andreas-kopf"),
        ("ag:evaluatesGoal", "ag:evaluatesGoal"),
        ("evaluates goal", "ag:evaluatesGoal"),
        ("evaluatesGoal", "ag:evaluatesGoal"),
        ("European Values Study", "work:evs-european-values-study"),
    ],
)
def test_everything_with_a_name_is_found_by_it(backend: Embedded, words: str, thing: str) -> None:
    assert found(backend, words) == [thing]


@pytest.mark.parametrize(
    ("words", "works"),
    [
        ("Ouyang et al. 2022", ["ouyang2022-instructgpt"]),
        ("(Ouyang et al., 2022)", ["ouyang2022-instructgpt"]),
        ("Christiano et al.", ["christiano2017-rlhf"]),
        ("Hofstede 1984", ["hofstede1984-cultures-consequences"]),
        ("Al Nahian et al.", ["nahian2020-learning-norms"]),
        ("kopf 2023", ["kopf2023-openassistant"]),
        ("Wang & Lim (2023)", ["wang2023-nir"]),
        ("Bai et al., 2022a", ["bai2022-constitutional-ai", "bai2022-hh-rlhf"]),
        ("Ouyang 1999", []),
    ],
)
def test_a_citation_means_the_works_of_that_first_author(backend: Embedded, words: str, works: list[str]) -> None:
    assert [candidate.curie for candidate in find(backend, words)] == [f"work:{work}" for work in works]


@pytest.mark.parametrize("words", ["arxiv 2023", "neurips 2023", "no. 5", "direct preference neurips 2023"])
def test_words_of_the_label_of_a_form_or_listing_mean_works(backend: Embedded, words: str) -> None:
    assert {candidate.family for candidate in find(backend, words)} == {"work"}


@pytest.mark.parametrize(
    "words",
    ["author 1", "reward model evaluates", "correction of", "paper link improving", "jailbreaks adversarial attack"],
)
def test_words_of_a_label_that_was_made_of_the_whole_mean_no_part_of_it(backend: Embedded, words: str) -> None:
    parts = {"authorship", "correction", "link", "mapping", "thing"}
    assert {candidate.family for candidate in find(backend, words)} & parts == set()


def test_a_title_as_the_page_prints_it_means_the_work(backend: Embedded) -> None:
    printed = list(backend.select("SELECT ?title ?work { ?l ag:titleAsPrinted ?title ; ag:lists ?work }"))
    assert len(printed) == 179
    for title, work in printed:
        assert isinstance(title, ox.Literal)
        assert [candidate.iri for candidate in find(backend, title.value)] == [getattr(work, "value", None)]


def test_our_addresses_are_found_as_browsers_write_them(backend: Embedded) -> None:
    for words in ("http://w3id.org/aligngraph/work/rafailov2023-dpo", "https://w3id.org/aligngraph/goal/hhh/"):
        (candidate,) = find(backend, words)
        assert candidate.iri == words.replace("http:", "https:").rstrip("/")


def test_artifact_that_is_not_named_like_its_work_is_shown_itself(backend: Embedded) -> None:
    assert found(backend, "openassistant models") == ["artifact:openassistant-models"]


@pytest.mark.parametrize(
    "words", ["", "  ", "zzzzqqq", "http://example.org/nothing", "work:nothing", "0000.00000", "'", "%"]
)
def test_what_is_not_there_is_not_found(backend: Embedded, words: str) -> None:
    assert found(backend, words) == []


@pytest.mark.parametrize(
    "words", ['x" } UNION { ?thing ?p ?o } #', "\\u0022", "http://x/> } #", "zq\nqz", "'''", "{}", "zq\x00", "x" * 5000]
)
def test_nothing_typed_becomes_part_of_a_query(backend: Embedded, words: str) -> None:
    assert found(backend, words) == []
    with pytest.raises(NothingFoundError, match="nothing in the catalogue is called"):
        find_one(backend, words)


def test_identifiers_need_no_scan_of_labels(backend: Embedded) -> None:
    class Watched(Embedded):
        def __init__(self, store: ox.Store) -> None:
            super().__init__(store)
            self.asked: list[str] = []

        def run(self, sparql: str) -> Solutions | bool | Triples:
            self.asked.append(sparql)
            return super().run(sparql)

    watched = Watched(backend.store)
    for words in ("2305.18290", "dpo", "work:rafailov2023-dpo", "HPuSIXJaa9"):
        assert found(watched, words)
    assert watched.asked
    assert not any("REGEX" in sparql for sparql in watched.asked)


def test_several_meanings_are_an_error_that_carries_them(backend: Embedded) -> None:
    with pytest.raises(AmbiguousError, match="'chatbot arena' may mean 2 things") as caught:
        find_one(backend, "chatbot arena")
    assert {one.curie for one in caught.value.candidates} == {"artifact:chatbot-arena", "approach:chatbot-arena"}


@pytest.mark.parametrize(
    ("words", "near"), [("aplaca", "Alpaca"), ("truthfulq", "TruthfulQA"), ("Yejn Choi", "Yejin Choi")]
)
def test_unknown_words_are_answered_with_near_names(backend: Embedded, words: str, near: str) -> None:
    assert near in nearest(backend, words)


def test_nearest_of_a_short_name_is_a_short_name(backend: Embedded) -> None:
    with pytest.raises(NothingFoundError, match="did you mean 'work:rafailov2023-dpo'"):
        find_one(backend, "work:rafailov2023-dpx")


def test_words_match_whatever_accents_either_has() -> None:
    backend = small(
        'person:a a ag:Person ; rdfs:label "Zoë Łukasz" . person:b a ag:Person ; rdfs:label "Zoe\u0301 Duran" .'
    )
    assert found(backend, "lukasz") == ["person:a"]
    assert found(backend, "Dúran") == ["person:b"]
    assert sorted(found(backend, "zoe")) == ["person:a", "person:b"]
    assert fold("Ærø ŁÓDŹ") == "ærø lodz".replace("ø", "o")


def test_whole_words_beat_beginnings_of_words() -> None:
    backend = small(
        'person:a a ag:Person ; rdfs:label "Anna Li" . person:b a ag:Person ; rdfs:label "Anna Lindqvist" .'
    )
    assert found(backend, "li") == ["person:a"]
    assert found(backend, "lin") == ["person:b"]


def test_page_of_a_work_says_all_there_is(backend: Embedded) -> None:
    page = describe(backend, find_one(backend, "dpo").iri)
    assert page.title == "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"
    assert (page.kind, page.facts) == ("paper", ("2023",))
    assert headings(page)[:5] == ["Authors", "Published", "Goals", "Approaches", "Methods"]
    assert items(page, "Authors")[0] == "Rafael Rafailov"
    assert items(page, "Published") == ["arXiv 2023, preprint", "NeurIPS 2023, conference paper"]
    assert items(page, "Goals") == ["represents human preferences", "evaluates human preferences"]
    assert items(page, "Methods") == [
        "SFT-based alignment › ranking-based alignment › preference optimization › direct preference optimization"
    ]
    assert items(page, "Added by us") == [
        "represents human preferences by human feedback with direct preference optimization"
    ]
    assert items(page, "Introduces") == ["Direct Preference Optimization, algorithm"]
    assert "Taxonomy about Alignment Algorithms › SFT-based Alignment › Ranking-based, no.\u00a02" in items(
        page, "Listed"
    )
    assert items(page, "Links") == ["Paper: https://arxiv.org/pdf/2305.18290.pdf"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("artifact:dpo", ["For", "Introduced by", "Methods", "Added by us"]),
        ("yejin choi", ["Works", "Co-authors"]),
        ("neurips", ["Also", "Works", "Records"]),
        ("human-values", ["Means", "Note", "Narrower", "Related", "Works", "Newest"]),
        ("ranking-based", ["Broader"]),
        ("section:value-alignment-human-values", ["Path", "Sub-sections"]),
        ("section:value-alignment-sft-based-alignment-ranking-based", ["Means", "Entries"]),
        ("listing:value-alignment-001", ["Stands in", "Work", "Links"]),
        ("publication:rafailov2023-dpo-arxiv", ["Work", "Published", "Records"]),
        ("survey:value-alignment", ["About", "Sections"]),
        ("ag:evaluatesGoal", ["Means", "From", "To"]),
        ("ag:Benchmark", ["Means", "Kind of"]),
        ("link:value-alignment-001-1", ["has target", "link of"]),
        ("authorship:rafailov2023-dpo-001", ["has person"]),
        ("https://w3id.org/aligngraph/goal", ["description"]),
        ("https://w3id.org/aligngraph/ontology", ["version info"]),
    ],
)
def test_every_kind_of_thing_has_a_page(backend: Embedded, words: str, wanted: list[str]) -> None:
    page = describe(backend, find_one(backend, words).iri)
    assert set(wanted) <= set(headings(page)), headings(page)
    assert page.title
    assert all(block.items for block in page.blocks)


def test_places_in_lists_name_the_survey_where_there_are_several() -> None:
    survey = """survey:{0} a ag:Survey ; dcterms:title "List {0}"@en .
    section:{0}-papers a ag:Section ; ag:sectionOf survey:{0} ; ag:heading "Papers" .
    section:{0}-new a ag:Section ; ag:sectionOf survey:{0} ; ag:parentSection section:{0}-papers ; ag:heading "New" .
    listing:{0}-1 a ag:Listing ; ag:inSection section:{0}-new ; ag:position 1 ; ag:lists work:one .
    """
    work = 'work:one a ag:Paper ; dcterms:title "One"@en .\n'
    alone = small(work + survey.format("a"))
    assert items(describe(alone, BASE + "work/one"), "Listed") == ["Papers › New, no.\u00a01"]
    both = small(work + survey.format("a") + survey.format("b"))
    assert sorted(items(describe(both, BASE + "work/one"), "Listed")) == [
        "List a › Papers › New, no.\u00a01",
        "List b › Papers › New, no.\u00a01",
    ]
    assert items(describe(both, BASE + "section/b-papers"), "Path") == ["List b › Papers"]
    assert items(describe(both, BASE + "listing/b-1"), "Stands in") == ["List b › Papers › New, no.\u00a01"]


def test_a_survey_says_what_it_was_read_from(tmp_path: Path) -> None:
    page = tmp_path / "list.ttl"
    page.write_text(
        """@prefix ag: <https://w3id.org/aligngraph/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        <https://w3id.org/aligngraph/survey/one> a ag:Survey ; dcterms:title "One" ;
            dcterms:source <https://example.org/one/README.md> ; dcterms:license <https://spdx.org/licenses/MIT> ;
            dcterms:modified "2026-02-03T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> ."""
    )
    blocks = describe(open_files([page]), "https://w3id.org/aligngraph/survey/one").blocks
    assert [(one.heading, [(item.text, item.notes) for item in one.items]) for one in blocks] == [
        ("Read from", [("https://example.org/one/README.md", ("of 2026-02-03",))]),
        ("Licence", [("https://spdx.org/licenses/MIT", ())]),
    ]


def test_numbers_on_pages_are_those_of_the_catalogue(backend: Embedded) -> None:
    survey = describe(backend, find_one(backend, "survey:value-alignment").iri)
    assert survey.facts == ("25 lists", "179 listings", "124 works")
    query = "SELECT (COUNT(DISTINCT ?w) AS ?n) { ?w ag:hasAuthorship/ag:person person:yejin-choi }"
    ((count,),) = backend.select(query)
    assert isinstance(count, ox.Literal)
    assert describe(backend, find_one(backend, "yejin choi").iri).facts == (f"{count.value} works",)


def test_every_thing_of_the_catalogue_has_a_page_that_fits(backend: Embedded) -> None:
    kinds = ("Work", "Artifact", "Venue", "Goal", "Approach", "Method", "Section", "Listing", "Publication")
    select = f"SELECT DISTINCT ?x {{ VALUES ?c {{ {' '.join(f'ag:{kind}' for kind in kinds)} }} ?x a ?c }} ORDER BY ?x"
    things = [row[0].value for row in backend.select(select) if isinstance(row[0], ox.NamedNode)]
    assert len(things) > 700
    for thing in things[::7]:
        page = describe(backend, thing)
        assert page.title
        assert page.blocks
        for line in render(page, Terminal(72)).splitlines():
            assert width_of(line) <= 72 or re.search(r"\S{50}", line), line


def test_long_lists_of_authors_are_cut_unless_all_are_asked_for(backend: Embedded) -> None:
    page = describe(backend, find_one(backend, "big-bench").iri)
    short = render(page, Terminal(80))
    assert "and 438 more (--all shows them)" in " ".join(short.split())
    assert len(short.splitlines()) < 60
    assert "Ziyi Wu" not in short
    whole = " ".join(render(page, Terminal(80), everything=True).split())
    assert "more (--all" not in whole
    assert all(name in whole for name in items(page, "Authors"))
    assert len(items(page, "Authors")) == 450 > LIMIT


def test_corrections_of_the_page_are_reported(backend: Embedded) -> None:
    page = describe(backend, "https://w3id.org/aligngraph/work/liu2023-chain-of-hindsight")
    assert items(page, "Corrections") == ["authors: printed “Hao et al.”, should be “Liu et al.”"]


def test_pages_need_no_inference() -> None:
    backend = small(
        """work:x a ag:Paper ; dcterms:title "A title"@en ; ag:firstPublicYear 2031 ; ag:hasAuthorship authorship:x-1 .
        authorship:x-1 ag:ordinal 1 ; ag:nameAsPrinted "A. Rivera" ; ag:person person:ana .
        person:ana a ag:Person ; rdfs:label "Ana Rivera" .
        artifact:thing a ag:Model ; rdfs:label "Thing" ; ag:introducedBy work:x ."""
    )
    assert items(describe(backend, find_one(backend, "A title").iri), "Authors") == ["A. Rivera"]
    assert items(describe(backend, find_one(backend, "ana rivera").iri), "Works") == ["2031  A title"]
    assert items(describe(backend, find_one(backend, "thing").iri), "Introduced by") == ["2031  A title"]


def test_data_in_a_page_can_not_give_the_terminal_orders() -> None:
    backend = small('work:x a ag:Paper ; dcterms:title "Evil \\u001b[2J\\u202e title"@en .')
    text = render(describe(backend, find_one(backend, "work:x").iri), Terminal(80))
    assert "Evil \\x1b[2J\\u202e title" in text
    assert "\x1b" not in text


def test_english_is_shown_where_there_are_several_languages() -> None:
    backend = small('goal:x a ag:Goal ; skos:prefLabel "Ziel"@de , "aim"@en ; skos:definition "Nur deutsch."@de .')
    page = describe(backend, find_one(backend, "goal:x").iri)
    assert page.title == "aim"
    assert items(page, "Means") == ["Nur deutsch."]


def test_ring_of_broader_concepts_ends() -> None:
    backend = small("goal:a a ag:Goal ; skos:broader goal:b . goal:b a ag:Goal ; skos:broader goal:a .")
    assert describe(backend, find_one(backend, "goal:a").iri).blocks


def test_thing_that_is_nowhere_has_no_page(backend: Embedded) -> None:
    for iri in ("http://example.org/x", "not an iri"):
        with pytest.raises(NothingFoundError, match="has no statement about"):
            describe(backend, iri)


class Rdflib(FormsMixin):
    """Another engine altogether, as a backend."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self.graph = graph

    def run(self, sparql: str) -> Solutions | bool | Triples:
        result = self.graph.query(sparql)
        rows = (tuple(self._term(term) for term in row) for row in result if isinstance(row, ResultRow))
        return Solutions(tuple(str(name) for name in result.vars or ()), rows)

    def _term(self, term: object) -> ox.NamedNode | ox.Literal | None:
        if isinstance(term, rdflib.URIRef):
            return ox.NamedNode(str(term))
        if isinstance(term, rdflib.Literal):
            kind = ox.NamedNode(str(term.datatype)) if term.datatype and not term.language else None
            return ox.Literal(str(term), language=term.language, datatype=kind)
        return None


@pytest.mark.slow
def test_another_engine_finds_and_shows_the_same() -> None:
    data = data_folder()
    paths = [data / "works" / "rafailov2023-dpo.ttl", data / "artifacts" / "algorithms.ttl", data / "venues.ttl"]
    survey = data / "surveys" / "value-alignment"
    paths += [survey / "survey.ttl", survey / "listings" / "human-preferences.ttl", data / "taxonomy"]
    embedded = open_files(paths)
    content = ox.serialize((quad.triple for quad in embedded.store), format=ox.RdfFormat.N_TRIPLES)
    assert content is not None
    other = Rdflib(rdflib.Graph().parse(data=content, format="nt"))
    for words in ("dpo", "2305.18290", "finetune reward zzz", "human-values", "listing:value-alignment-121", "neurips"):
        assert find(other, words) == find(embedded, words)
        for candidate in find(embedded, words):
            assert describe(other, candidate.iri) == describe(embedded, candidate.iri)
    assert read_tree(other) == read_tree(embedded)
