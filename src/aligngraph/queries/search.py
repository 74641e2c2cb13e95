"""From what people type to the thing they mean: an identifier, a name, or words of a title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aligngraph.bibliography.identifiers import ACL, ARXIV, DOI, ISBN, arxiv_doi, read_identifiers
from aligngraph.errors import ArgumentError, NothingFoundError
from aligngraph.queries.lookup import (
    PROLOGUE,
    curie,
    family_of,
    full_rows,
    iris,
    is_one_of,
    literal,
    local_name,
    names_of,
    rows,
    types_of,
    ways_to_write,
)
from aligngraph.rdf.namespaces import BASE, KINDS, PREFIXES, expand

if TYPE_CHECKING:
    from typing import TypeAlias

    from aligngraph.sparql.backend import Backend

    Only: TypeAlias = Callable[[Iterable[str]], Collection[str]]

_CITATION = re.compile(
    r"\(?(?P<family>[^\W\d_][^\d,()&]*?)(?P<others> et al\.?,?| (?:and|&) (?P<second>[^\d,()]+?),?|,)?"
    r"(?: \(?(?P<year>(?:1[5-9]|20)\d\d)[a-z]?)?\)?\.?"
)
_IRI = re.compile(r"<?(?P<iri>[a-z][a-z0-9+.-]*://[^\s<>]+)>?", re.IGNORECASE)
_SINGLE_NAME = re.compile(r"[\w.-]{1,64}")
_WORD = re.compile(r"[^\W_]+")

_MAIN_NAMES = "skos:prefLabel rdfs:label dcterms:title skos:notation ag:acronym"
_OTHER_NAMES = "skos:altLabel skos:hiddenLabel ag:heading ag:titleAsPrinted"
_PARTS = "ag:Section ag:Authorship ag:CuratedPlacing ag:Link ag:Correction"
"""What nobody means by a name that they misspell."""
_NAMED_BY_WHOLE = f"^{BASE}(authorship|correction|link|mapping|placing)/"
"""What has a label made of what it is part of, which words of a name mean instead."""
MOST_WORDS = 12
"""Words that are looked for; others are left out."""
_MOST_FOUND = 5000
_GROUPS = {"work": 0, "artifact": 0, "person": 0, "organization": 0, "venue": 0, "concept": 0, "term": 2}
"""Which families are meant first when a name fits several; the others come between."""

# Letters with their accented forms, so that an endpoint can pick out labels whatever the accents.
_VARIANTS = {
    "a": "aàáâãäåāăąǎạảấầẩẫậ", "c": "cçćĉċč", "d": "dďđ", "e": "eèéêëēĕėęěẹẻẽếềểễệ", "g": "gĝğġģ", "h": "hĥħ",
    "i": "iìíîïĩīĭįıǐịỉ", "j": "jĵ", "k": "kķ", "l": "lĺļľł", "n": "nñńņňǹ", "o": "oòóôõöøōŏőǒọỏốồổỗộơ", "r": "rŕŗř",
    "s": "sśŝşšș", "t": "tţťŧț", "u": "uùúûüũūŭůűųǔụủưứừ", "w": "wŵ", "y": "yýÿŷ", "z": "zźżž",
}  # fmt: skip
_UNFOLDED = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t"})
_COMBINING = "[\u0300-\u036f]*"


@dataclass(frozen=True)
class Candidate:
    """A thing that what was typed may mean."""

    iri: str
    kind: str
    label: str
    family: str

    @property
    def curie(self) -> str:
        """Its short name, which means it alone."""
        return curie(self.iri)


def find(backend: Backend, words: str, only: Only | None = None) -> list[Candidate]:
    """Return what *words* may mean, best first: one thing where it is clear, several where not, none where unknown.

    With *only*, things whose IRI it returns of those that it is given.

    Tried in this order, each only if those before gave nothing: IRI or CURIE, or a retired one, which means what took
    its place; arXiv, DOI, ACL, OpenReview and ORCID
    identifiers and addresses of records and pages; exact names (identifier in the catalogue, label, acronym,
    notation); a citation by first author and year; words of names, by their beginnings, whatever the case and accents.
    An identifier or title of a publication or listing means its work.
    An artifact gives way to the work that brought it where both are meant by name.
    """
    return find_exactly(backend, words, only) or _by_words(backend, words, only)


def find_exactly(backend: Backend, words: str, only: Only | None = None) -> list[Candidate]:
    """Return what *words* mean, as `find` does, where they are more than words of names."""
    text = unicodedata.normalize("NFC", " ".join(words.split()))
    if not text:
        return []
    for found in (_by_iri, _by_replacement, _by_identifier, _by_name, _by_citation):
        candidates = found(backend, text)
        if only is not None and candidates:
            kept = only([one.iri for one in candidates])
            candidates = [one for one in candidates if one.iri in kept]
        if candidates:
            return candidates
    return []


def find_identified(backend: Backend, words: str) -> list[Candidate]:
    """Return what *words* identify, as `find` does, where they are an IRI, CURIE or identifier; no names."""
    text = words.strip()
    tried = (_by_iri, _by_replacement, _by_identifier)
    return next((candidates for found in tried if (candidates := found(backend, text))), [])


def nearest(backend: Backend, words: str, count: int = 3) -> list[str]:
    """Return the names in the catalogue that look most like *words*."""
    from aligngraph.text.suggestions import nearest as nearest_of

    if expand(words):
        words = words.partition(":")[2]
    return nearest_of(fold(words)[:100], _all_names(backend), count, cutoff=0.7)


def _all_names(backend: Backend) -> Iterator[tuple[str, str]]:
    """Yield what things go by, folded, and how to show it, as it is read: all of it may be much."""
    select = f"""{PROLOGUE} SELECT ?thing ?name WHERE {{
      VALUES ?property {{ {_MAIN_NAMES} {_OTHER_NAMES} }} ?thing ?property ?name
      MINUS {{ VALUES ?part {{ {_PARTS} }} ?thing a ?part }} }}"""
    for node, literal_ in backend.select(select):
        thing, name = getattr(node, "value", ""), getattr(literal_, "value", "")
        short = name.partition(":")[0]
        yield fold(name), name
        yield fold(short), short
        if thing.startswith(f"{BASE}person/"):
            yield fold(name.rpartition(" ")[2]), name
        if thing.startswith(BASE):
            yield local_name(thing), curie(thing)


def fold(text: str) -> str:
    """Return *text* without case and accents."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_UNFOLDED)


def _by_iri(backend: Backend, text: str) -> list[Candidate]:
    found = candidates_of(backend, _iris_of(text))
    # That a page elsewhere is a document says nothing of it; who links to it does.
    return [candidate for candidate in found if candidate.kind != "document"]


def _iris_of(text: str) -> list[str]:
    """Return the IRI that *text* is, in full or short; one of ours as it is minted, however a browser writes it."""
    match = _IRI.fullmatch(text)
    iri = match["iri"] if match else expand(text)
    if iri is None:
        return []
    ours = re.sub(r"^http:", "https:", iri).rstrip("/")
    return [ours] if ours.startswith(BASE) else [iri]


def _by_replacement(backend: Backend, text: str) -> list[Candidate]:
    choices = _iris_of(text)
    if not choices and _SINGLE_NAME.fullmatch(text):
        choices = [f"{BASE}{kind}/{text}" for kind in KINDS]
    if not choices:
        return []
    # Not with VALUES: Virtuoso wants to see where such a path begins.
    paths = " UNION ".join(f"{{ {iris([choice])} dcterms:isReplacedBy+ ?kept }}" for choice in choices)
    select = f"""SELECT DISTINCT ?kept WHERE {{
      {paths} FILTER NOT EXISTS {{ ?kept dcterms:isReplacedBy ?later }} }} ORDER BY ?kept"""
    kept = [one for (one,) in full_rows(backend, select)]
    return candidates_of(backend, kept) if kept else []


def _by_identifier(backend: Backend, text: str) -> list[Candidate]:
    # Not with VALUES: of one property and value, Virtuoso makes a query that it can't compile itself.
    ways = " UNION ".join(f"{{ ?found {name} {value} }}" for name, value in dict.fromkeys(_identifiers(text)))
    found = _identified(backend, ways) if ways else []
    if found:
        return found
    same = {DOI: "LCASE(STR(?value))", ACL: "LCASE(STR(?value))", ISBN: 'REPLACE(STR(?value), "-", "")'}
    for scheme, written in same.items():
        if value := scheme.parse(text):
            # These are the same in any case of letters, or with other hyphens.
            wanted = literal(value.replace("-", "") if scheme is ISBN else value.lower())
            if found := _identified(backend, f"?found ag:{scheme.term} ?value FILTER({written} = {wanted})"):
                return found
    return []


def _identified(backend: Backend, pattern: str) -> list[Candidate]:
    select = f"""SELECT DISTINCT ?found ?work ?listed WHERE {{
      {pattern}
      OPTIONAL {{ ?work ag:hasPublication ?found }}
      OPTIONAL {{ ?listing ag:hasLink ?found ; ag:lists ?listed }}
    }}"""
    meant = [work or listed or found for found, work, listed in rows(backend, select)]
    return _settle(backend, candidates_of(backend, [iri for iri in meant if iri]))


def _identifiers(text: str) -> Iterator[tuple[str, str]]:
    """Yield (property, value) in SPARQL for each way to read *text* as an identifier."""
    for scheme, value in read_identifiers(text):
        spellings = (value,) if scheme.cased else (value, value.lower(), value.upper())
        yield from ((f"ag:{scheme.term}", literal(spelling)) for spelling in spellings)
        if scheme is ARXIV:
            yield "ag:doi", literal(arxiv_doi(value))
    if match := _IRI.fullmatch(text):
        bare = match["iri"].rstrip("/").removesuffix(".pdf")
        rest = bare.partition("://")[2]
        for protocol in ("https", "http"):
            for ending in ("", "/", ".pdf"):
                for iri in iris([f"{protocol}://{rest}{ending}"]).split():
                    for name in ("schema:sameAs", "ag:target", "ag:homepage", "ag:repository", "ag:dataLocation"):
                        yield name, iri


def _by_name(backend: Backend, text: str) -> list[Candidate]:
    slug = "-".join(words_of(text))
    choices = [f"{BASE}{kind}/{name}" for kind in KINDS for name in {slug, text.lower()} if name]
    named = iris([*choices, PREFIXES["ag"] + text] if _SINGLE_NAME.fullmatch(text) else choices)
    by_label = f"VALUES ?name {{ {ways_to_write(text)} }} ?thing ?property ?name"
    select = f"""SELECT DISTINCT ?thing ?rank WHERE {{
      {{ VALUES ?thing {{ {named} }} ?thing a ?type BIND(0 AS ?rank) }}
      UNION {{ {by_label} {is_one_of("?property", _MAIN_NAMES)} BIND(0 AS ?rank) }}
      UNION {{ {by_label} {is_one_of("?property", _OTHER_NAMES)} BIND(1 AS ?rank) }}
    }}"""
    ranked = full_rows(backend, select)
    best = min((rank for _, rank in ranked), default="0")
    candidates = candidates_of(backend, _meant(backend, [thing for thing, rank in ranked if rank == best]))
    return _settle(backend, _with_works(backend, candidates, slug))


def _meant(backend: Backend, things: Iterable[str]) -> list[str]:
    """Return *things*, with a work in place of its publications and listings."""
    wanted = list(things)
    pattern = f"VALUES ?thing {{ {iris(wanted)} }} ?work ag:hasPublication|^ag:lists ?thing"
    found = full_rows(backend, f"SELECT DISTINCT ?thing ?work {{ {pattern} }}") if wanted else []
    works = {row[0]: row[1] for row in found}
    return [works.get(thing, thing) for thing in wanted]


def _by_citation(backend: Backend, text: str) -> list[Candidate]:
    match = _CITATION.fullmatch(text)
    if match is None or not (match["others"] or match["year"]):
        return []
    wanted = "".join(
        f"""?work ag:hasAuthorship ?a{place} . ?a{place} ag:ordinal {place} ; ag:nameAsPrinted ?name{place}
          FILTER(REGEX(?name{place}, {literal(_ending_in(family))}, "i")) """
        for place, family in ((1, match["family"]), (2, match["second"]))
        if family
    )
    if match["year"]:
        wanted += f"?work ag:firstPublicYear|ag:hasPublication/ag:publicationYear {match['year']} ."
    select = f"SELECT DISTINCT ?work {{ {wanted} }}"
    return candidates_of(backend, [work for (work,) in full_rows(backend, select)])


def _ending_in(family: str) -> str:
    words = words_of(family)
    return f"(^|[ -]){'[ -]+'.join(map(_pattern, words))}$"


def _with_works(backend: Backend, candidates: list[Candidate], slug: str) -> list[Candidate]:
    """Add the works that go by the name of an artifact of theirs, *slug*: as the last part of their identifier."""
    artifacts = [candidate.iri for candidate in candidates if candidate.family == "artifact"]
    if not artifacts:
        return candidates
    there = {candidate.iri for candidate in candidates}
    works = [work for _, work in _introductions(backend, artifacts) if local_name(work).partition("-")[2] == slug]
    return [*candidates, *candidates_of(backend, [work for work in works if work not in there])]


def _introductions(backend: Backend, artifacts: Iterable[str]) -> list[tuple[str, ...]]:
    return full_rows(
        backend,
        f"SELECT DISTINCT ?artifact ?work WHERE {{ VALUES ?artifact {{ {iris(artifacts)} }} "
        "?artifact ag:introducedBy|ag:describedBy ?work } ORDER BY ?artifact ?work",
    )


def names_with_owners(backend: Backend) -> list[tuple[str, str]]:
    """Return things that are meant by words of names, each with a name: works for their publications and listings."""
    named = full_rows(backend, _named_things(""))
    found = full_rows(backend, "SELECT ?part ?work { ?work ag:hasPublication|^ag:lists ?part }")
    works = {row[0]: row[1] for row in found}
    return [(works.get(thing, thing), name) for thing, name in named]


def _named_things(filters: str) -> str:
    filters += f" FILTER(!REGEX(STR(?thing), {literal(_NAMED_BY_WHOLE)}))"
    return f"""SELECT DISTINCT ?thing ?name WHERE {{
      VALUES ?property {{ {_MAIN_NAMES} {_OTHER_NAMES} }} ?thing ?property ?name . {filters} }}"""


def words_of(text: str) -> list[str]:
    """Return the words of *text*, without case and accents."""
    return _WORD.findall(fold(text))


def _by_words(backend: Backend, text: str, only: Only | None) -> list[Candidate]:
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return []
    longest = sorted(dict.fromkeys(words), key=lambda word: -len(word))[:4]
    filters = " ".join(f'FILTER(REGEX(STR(?name), {literal(_pattern(word))}, "i"))' for word in longest)
    ranked: dict[str, int] = {}
    for thing, name in full_rows(backend, f"{_named_things(filters)} LIMIT {_MOST_FOUND}"):
        own = words_of(name)
        if all(any(part.startswith(word) for part in own) for word in words):
            rank = rank_of(words, own, name)
            ranked[thing] = min(ranked.get(thing, rank), rank)
    kept = ranked.keys() if only is None else only(ranked)
    best = min((rank for thing, rank in ranked.items() if thing in kept), default=None)
    meant = _meant(backend, [thing for thing, rank in ranked.items() if rank == best and thing in kept])
    return _settle(backend, candidates_of(backend, meant))


def _pattern(word: str) -> str:
    return "".join(f"[{_VARIANTS[c]}]{_COMBINING}" if c in _VARIANTS else c for c in word)


def rank_of(words: Sequence[str], own: Sequence[str], name: str) -> int:
    """Return how well *words*, each of which begins one of *own*, the words of *name*, fit it, 0 best."""
    if own == words:
        return 0
    if own[: len(words)] == words and words_of(name.partition(":")[0]) == words:
        return 1
    starts = range(len(own) - len(words) + 1)
    if any(own[start : start + len(words)] == words for start in starts):
        return 2
    if set(words) <= set(own):
        return 3
    return 4


def candidates_of(backend: Backend, things: Iterable[str]) -> list[Candidate]:
    """Return those of *things* that the catalogue describes, sorted by kind and label."""
    types = types_of(backend, things)
    labels = names_of(backend, types)
    found = []
    for iri, kinds in types.items():
        family, kind = family_of(kinds)
        if family == "thing" and iri.startswith(PREFIXES["ag"]):
            family = "term"
        found.append(Candidate(iri, kind, labels[iri], family))
    return sorted(found, key=lambda one: (one.family, one.kind, one.label.casefold(), one.iri))


def _settle(backend: Backend, candidates: list[Candidate]) -> list[Candidate]:
    """Keep the families that are meant first, and a work in place of what it brought."""
    if not candidates:
        return []
    first = min(_GROUPS.get(candidate.family, 1) for candidate in candidates)
    kept = [candidate for candidate in candidates if _GROUPS.get(candidate.family, 1) == first]
    works = {candidate.iri for candidate in kept if candidate.family == "work"}
    artifacts = [candidate.iri for candidate in kept if candidate.family == "artifact"]
    if not works or not artifacts:
        return kept
    brought = {artifact for artifact, work in _introductions(backend, artifacts) if work in works}
    return [candidate for candidate in kept if candidate.iri not in brought]


class AmbiguousError(ArgumentError):
    """Several things go by what was typed; `candidates` are they."""

    def __init__(self, words: str, candidates: list[Candidate]) -> None:
        self.candidates = candidates
        super().__init__(f"{_quoted(words)} may mean {len(candidates):,} things; name one by its short name.")


def find_one(backend: Backend, words: str) -> Candidate:
    """Return the one thing that *words* mean.

    Raise NothingFoundError, with the nearest names, AmbiguousError, or ArgumentError where there are no words.
    """
    candidates = find(backend, words)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise AmbiguousError(words, candidates)
    if not words.strip():
        raise ArgumentError("nothing to look for: name a thing, for example 'aligngraph show dpo'.")
    near = [repr(name) for name in nearest(backend, words)]
    hint = f"did you mean {' or '.join(near)}?" if near else "try a word of its title, an arXiv id or a DOI."
    raise NothingFoundError(f"nothing in the catalogue is called {_quoted(words)}: {hint}")


def _quoted(words: str) -> str:
    return repr(words if len(words) <= 60 else words[:57] + "…")
