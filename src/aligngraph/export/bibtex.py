"""A bibliography: one BibTeX entry a work, for the best form it was published in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from aligngraph.export.graph import RDF_TYPE, Graph, ag, merge, object_key
from aligngraph.namespaces import BASE, PREFIXES

if TYPE_CHECKING:
    from aligngraph.turtle_writing import Object

# Best form first, with the type of entry and the field that its venue goes to.
_FORMS = {
    "JournalArticle": ("article", "journal"),
    "ConferencePaper": ("inproceedings", "booktitle"),
    "BookEdition": ("book", "publisher"),
    "BookChapter": ("incollection", "booktitle"),
    "WorkshopPaper": ("inproceedings", "booktitle"),
    "WebPublication": ("misc", "howpublished"),
    "DatasetRelease": ("misc", "howpublished"),
    "Preprint": ("misc", ""),
}
_OTHER = ("misc", "howpublished")
_SAME_AS = ox.NamedNode(PREFIXES["schema"] + "sameAs")
_TITLE = ox.NamedNode(PREFIXES["dcterms"] + "title")
# TeX's own characters, as commands that every style understands; Unicode stays.
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "&%$#_"}
_SPECIAL_PATTERN = re.compile(r"[\\{}~^&%$#_]")
_KEY = re.compile(r"[^A-Za-z0-9.:/+-]")


def bibtex(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield an entry for each work, in natural order of their keys, which are the ids of the works."""
    graph = Graph(merge(quads))
    for number, work in enumerate(graph.instances(ag("Work"))):
        yield ("\n" if number else "") + _entry(graph, work)


def escape(text: str) -> str:
    """Return *text* with the characters that mean something to TeX written as commands."""
    return _SPECIAL_PATTERN.sub(lambda match: _SPECIAL[match[0]], " ".join(text.split()))


def _entry(graph: Graph, work: ox.NamedNode) -> str:
    forms = sorted(graph.objects(work, ag("hasPublication")), key=lambda form: _form_key(graph, form))
    best = forms[0] if forms else None
    kind, place = _FORMS.get(_form(graph, best), _OTHER) if best is not None else _OTHER
    if ag("Report") in graph.objects(work, RDF_TYPE):
        kind, place = "techreport", "institution"
    fields: dict[str, str] = {}
    # The second pair of braces keeps the capitals.
    title = (graph.text(best, _TITLE) if best is not None else "") or graph.label(work)
    if title:
        fields["title"] = f"{{{escape(title)}}}"
    fields["author"] = " and ".join(_names(graph, work))
    if best is not None:
        fields |= _publication(graph, best, place)
    year = graph.number(best, ag("publicationYear")) if best is not None else None
    year = graph.number(work, ag("firstPublicYear")) if year is None else year
    fields["year"] = "" if year is None else str(year)
    fields |= _identifiers(graph, work, best, forms)
    key = _KEY.sub("-", work.value.removeprefix(BASE + "work/"))
    width = max(len(name) for name in fields)
    lines = [f"  {name:<{width}} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"


def _form(graph: Graph, publication: Object) -> str:
    names = {term.value.removeprefix(ag("").value) for term in graph.objects(publication, RDF_TYPE)}
    return next((form for form in _FORMS if form in names), "")


def _form_key(graph: Graph, publication: Object) -> tuple[int, int, object]:
    order = [*_FORMS, ""]
    year = graph.number(publication, ag("publicationYear"))
    return order.index(_form(graph, publication)), 9999 if year is None else year, object_key(publication)


def _names(graph: Graph, work: ox.NamedNode) -> list[str]:
    def place(authorship: Object) -> tuple[int, object]:
        number = graph.number(authorship, ag("ordinal"))
        return 1_000_000 if number is None else number, object_key(authorship)

    names = []
    for authorship in sorted(graph.objects(work, ag("hasAuthorship")), key=place):
        people = graph.objects(authorship, ag("person"))
        name = graph.text(authorship, ag("nameAsPrinted")) or (graph.label(people[0]) if people else "")
        if name:
            # What BibTeX would take apart is a body's name.
            whole = re.search(r",|\band\b", name) is not None
            names.append(f"{{{escape(name)}}}" if whole else escape(name))
    return names


def _publication(graph: Graph, publication: Object, place: str) -> dict[str, str]:
    venues = graph.objects(publication, ag("venue"))
    pages = graph.text(publication, ag("pages"))
    return {
        place: escape(graph.label(venues[0])) if venues and place else "",
        "volume": escape(graph.text(publication, ag("volume"))),
        "number": escape(graph.text(publication, ag("issue"))),
        "pages": escape(re.sub(r"\s*[-–—]+\s*", "--", pages)),
        "isbn": " ".join(term.value for term in graph.objects(publication, ag("isbn"))),
    }


def _identifiers(graph: Graph, work: ox.NamedNode, best: Object | None, forms: list[Object]) -> dict[str, str]:
    arxiv = next((found for form in forms if (found := graph.text(form, ag("arxivId")))), "")
    doi = graph.text(best, ag("doi")) if best is not None else ""
    return {
        "doi": _verbatim(doi),
        "url": _verbatim(_address(graph, work, best, doi)),
        "eprint": _verbatim(arxiv),
        "archivePrefix": "arXiv" if arxiv else "",
    }


def _address(graph: Graph, work: ox.NamedNode, best: Object | None, doi: str) -> str:
    if best is not None:
        if doi:
            return f"https://doi.org/{doi}"
        for name, space in (
            ("aclAnthologyId", "https://aclanthology.org/"),
            ("openReviewId", "https://openreview.net/forum?id="),
            ("arxivId", "https://arxiv.org/abs/"),
        ):
            if found := graph.text(best, ag(name)):
                return space + found
        for record in graph.objects(best, _SAME_AS):
            return record.value
    return next((record.value for record in graph.objects(work, _SAME_AS)), "")


def _verbatim(text: str) -> str:
    # Addresses and identifiers are set as they are; only unbalanced braces would harm.
    return text.replace("{", "%7B").replace("}", "%7D")
