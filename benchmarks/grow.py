"""The shipped catalogue grown any number of times, for measuring at size.

Each copy brings all the kinds of things the shipped data has, in the same proportions: works with publications and
authorships, listings with links and corrections, and artifacts, all with identifiers of their own. Three things grow
otherwise, as they do in life:

- Persons. An authorship goes to somebody new with a fixed chance, else to the person of an earlier authorship drawn at
  random, so that who has written much writes more (Simon 1955, "On a class of skew distribution functions").
- The taxonomy. Copies 1–3 are listed under new sub-sections and narrower concepts of generation 1, copies 4–8 under
  generation 2, and so on; generation g hangs below generation g // 2. So the count of concepts grows as the square root
  of the size, and their depth as its logarithm.
- Venues. Each generation founds a conference, which takes some of its papers.

The same seed gives the same bytes. Memory does not grow with the size: text is written copy by copy, and earlier
authorships are drawn from a uniform sample of bounded size.

    python benchmarks/grow.py 10 --nquads grown.nq
    python benchmarks/grow.py 10 --turtle folder
"""

from __future__ import annotations

import argparse
import re
import shutil
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from math import isqrt
from pathlib import Path
from random import Random
from typing import Literal

import pyoxigraph as ox

from aligngraph.catalogue.sources import data_folder, find_sources, read_quads
from aligngraph.rdf.namespaces import AG, BASE, GRAPH, PREFIXES
from aligngraph.turtle.writer import write_turtle

Syntax = Literal["nquads", "turtle"]

SEED = 20261123
NEW_PERSON = 0.4
"""Chance that an authorship is somebody's first. It is 0.74 in the small shipped data, and falls as catalogues grow."""
OWN_VENUE = 0.3
"""Chance that a conference paper is in the conference that its generation founded."""
SAMPLE = 1 << 16
"""How many earlier authorships are kept to draw from."""

_RDF_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_LABEL = ox.NamedNode(PREFIXES["rdfs"] + "label")
_TITLE = ox.NamedNode(PREFIXES["dcterms"] + "title")
_ALT = ox.NamedNode(PREFIXES["skos"] + "altLabel")
_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")
_BOOLEAN = ox.NamedNode(PREFIXES["xsd"] + "boolean")
_TOKEN = re.compile(r"Qz([a-z][0-9]*)zQ")
_TURTLE_INTEGER = re.compile(r'"(Qz[a-z][0-9]*zQ)"\^\^xsd:integer')
_SYLLABLES = [consonant + vowel for consonant in "bdfgjklmnprstvyz" for vowel in "aeio"]
_MEANINGS = ("sectionRepresents", "sectionEvaluates", "sectionApproach", "sectionMethod")
_COPIED = {
    **dict.fromkeys(("work", "publication", "authorship"), "works"),
    **dict.fromkeys(("listing", "link", "correction"), "listings"),
    "artifact": "artifacts",
    "placing": "placings",
}
"""Kinds of things that each copy has anew, and the graph that they go to."""


@dataclass(frozen=True)
class Part:
    """Statements for one named graph, which is a file in Turtle; the shipped data may have some for it already."""

    name: str
    text: str


def _ag(name: str) -> ox.NamedNode:
    return ox.NamedNode(AG + name)


def _thing(kind: str, local: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}{kind}/{local}")


def _kind(iri: str) -> str:
    kind, slash, _ = iri.removeprefix(BASE).partition("/")
    return kind if iri.startswith(BASE) and slash else ""


def _local(iri: str) -> str:
    return iri.removeprefix(BASE).partition("/")[2]


def _token(letter: str, number: int | None = None) -> str:
    return f"Qz{letter}{'' if number is None else number}zQ"


def _write(triples: list[ox.Triple], name: str, syntax: Syntax) -> str:
    if syntax == "turtle":
        return _TURTLE_INTEGER.sub(r"\1", write_turtle(triples, name))
    graph = ox.NamedNode(GRAPH + name)
    quads = (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert text is not None
    return text.decode()


class _Shipped:
    """The shipped data, looked up by subject."""

    def __init__(self) -> None:
        self.quads = list(read_quads(find_sources(ontology=False)))
        self.about: dict[str, list[tuple[str, ox.NamedNode | ox.Literal]]] = defaultdict(list)
        self.graph_of: dict[str, str] = {}
        for quad in self.quads:
            subject, object_ = quad.subject, quad.object
            assert isinstance(subject, ox.NamedNode)
            assert isinstance(object_, ox.NamedNode | ox.Literal)
            self.about[subject.value].append((quad.predicate.value, object_))
            self.graph_of[subject.value] = str(quad.graph_name).strip("<>").removeprefix(GRAPH)

    def values(self, subject: str, predicate: ox.NamedNode) -> list[str]:
        return [object_.value for found, object_ in self.about[subject] if found == predicate.value]

    def value(self, subject: str, predicate: ox.NamedNode) -> str:
        (value,) = self.values(subject, predicate)
        return value

    def things(self, kind: str) -> list[str]:
        return sorted(iri for iri in self.about if _kind(iri) == kind)


class _Template:
    """What each copy says, with tokens in place of all that differs from copy to copy."""

    def __init__(self, shipped: _Shipped) -> None:
        self.shipped = shipped
        self.listings = shipped.things("listing")
        self.section_of = {listing: shipped.value(listing, _ag("inSection")) for listing in self.listings}
        self.in_section = Counter(self.section_of.values())
        self.sections = sorted(self.in_section)
        self.below = Counter(
            above for section in shipped.things("section") for above in shipped.values(section, _ag("parentSection"))
        )
        self.authorships = shipped.things("authorship")
        self._place = {iri: place for things in (self.listings, self.authorships) for place, iri in enumerate(things)}
        self._works = sorted((_local(work) for work in shipped.things("work")), key=len, reverse=True)
        self.person_of = {one: shipped.value(one, _ag("person")) for one in self.authorships}
        self.work_of = {
            authorship: work
            for work in shipped.things("work")
            for authorship in shipped.values(work, _ag("hasAuthorship"))
        }
        self.conference_papers: list[tuple[int, str]] = []
        self.identifiers: dict[str, tuple[str, int, str]] = {}
        """Token → what it stands for: its kind, its number, the value in the shipped data."""
        self._numbers: Counter[str] = Counter()
        self._titles = {title for work in shipped.things("work") for title in shipped.values(work, _TITLE)}
        self._titles |= {shipped.value(listing, _ag("titleAsPrinted")) for listing in self.listings}
        self.triples: dict[str, list[ox.Triple]] = {graph: [] for graph in dict.fromkeys(_COPIED.values())}
        for iri in sorted(shipped.about):
            if _kind(iri) in _COPIED:
                self.triples[_COPIED[_kind(iri)]] += self._copy(iri)

    def text(self, graph: str, syntax: Syntax) -> str:
        """Return the graph as a format string."""
        name = f"grown/{graph}-{_token('f')}"
        text = _write(self.triples[graph], name, syntax)
        return _TOKEN.sub(r"{\1}", text.replace("{", "{{").replace("}", "}}"))

    def _copy(self, iri: str) -> Iterator[ox.Triple]:
        subject = self._node(ox.NamedNode(iri), iri)
        replacements = self._replacements(iri) if _kind(iri) == "publication" else []
        for predicate, object_ in self.shipped.about[iri]:
            new: ox.NamedNode | ox.Literal
            if isinstance(object_, ox.NamedNode):
                new = self._node(object_, iri, predicate, replacements)
            else:
                new = self._literal(object_, iri, predicate, replacements)
            yield ox.Triple(subject, ox.NamedNode(predicate), new)

    def _node(
        self, node: ox.NamedNode, about: str, predicate: str = "", replacements: Iterable[tuple[str, str]] = ()
    ) -> ox.NamedNode:
        kind, local = _kind(node.value), _local(node.value)
        if kind in ("listing", "link", "correction"):
            return _thing(kind, re.sub(r"\d{3}", lambda number: _token("l", int(number[0])), local, count=1))
        if kind in ("publication", "authorship"):
            work = next(one for one in self._works if local.startswith(one + "-"))
            return _thing(kind, f"{work}-{_token('x')}{local.removeprefix(work)}")
        if kind == "placing":
            thing, _, number = local.rpartition("-")
            return _thing(kind, f"{thing}-{_token('x')}-{number}")
        if kind in _COPIED:
            return _thing(kind, f"{local}-{_token('x')}")
        if kind == "person":
            return _thing(kind, _token("u", self._place[about]))
        if kind == "section" and node.value in self.in_section:
            return _thing(kind, f"{local}-{_token('g')}")
        if kind == "venue" and (_RDF_TYPE.value, _ag("ConferencePaper")) in self.shipped.about[about]:
            self.conference_papers.append((len(self.conference_papers), local))
            return _thing(kind, _token("w", len(self.conference_papers) - 1))
        if kind or node.value.startswith(AG):
            return node
        for old, new in replacements:
            if old in node.value:
                return ox.NamedNode(node.value.replace(old, new))
        url, hash_, fragment = node.value.partition("#")
        return ox.NamedNode(f"{url}{'&' if '?' in url else '?'}copy={_token('n')}{hash_}{fragment}")

    def _literal(
        self, literal: ox.Literal, about: str, predicate: str, replacements: Iterable[tuple[str, str]]
    ) -> ox.Literal:
        value = literal.value
        if predicate == _ag("position").value:
            return ox.Literal(_token("p", self._place[about]), datatype=_INTEGER)
        if predicate == _ag("nameAsPrinted").value:
            return ox.Literal(_token("v", self._place[about]))
        if value in self._titles or (_kind(about) == "artifact" and predicate in (_LABEL.value, _ALT.value)):
            value += f" ({_token('n')})"
        for old, new in replacements:
            value = value.replace(old, new)
        if literal.language:
            return ox.Literal(value, language=literal.language)
        return ox.Literal(value, datatype=literal.datatype)

    def _replacements(self, publication: str) -> list[tuple[str, str]]:
        """Return what to replace in the texts of *publication* so that its identifiers are its own in each copy."""
        found: list[tuple[str, str]] = []
        for name, letter in (("arxivId", "a"), ("aclAnthologyId", "c"), ("openReviewId", "o"), ("isbn", "b")):
            for value in self.shipped.values(publication, _ag(name)):
                token = self._identifier(letter, value)
                found.append((value, token))
                if name == "arxivId":
                    found.append((value.replace(".", "-"), self._identifier("d", value, same=True)))
        for value in self.shipped.values(publication, _ag("doi")):
            if not any(old in value for old, _ in found):
                found.append((value, f"{value}.{_token('x')}"))
        return found

    def _identifier(self, letter: str, value: str, *, same: bool = False) -> str:
        # The form of an arXiv identifier that dblp uses goes by the number of the identifier itself.
        counted = "a" if same else letter
        number = self._numbers[counted] - 1 if same else self._numbers[counted]
        self._numbers[counted] += not same
        self.identifiers[f"{letter}{number}"] = (letter, number, value)
        return _token(letter, number)

    def identify(self, copy: int) -> dict[str, str]:
        """Return the identifiers of one copy by their tokens."""
        return {token: self._made(copy, *kind) for token, kind in self.identifiers.items()}

    def _made(self, copy: int, letter: str, number: int, value: str) -> str:
        if letter in ("a", "d"):
            # Of the year of the original, and higher than any that arXiv gave out in a month.
            month, rest = divmod(copy * self._numbers["a"] + number, 50_000)
            return f"{value[:2]}{month + 1:02d}{'.' if letter == 'a' else '-'}{50_000 + rest}"
        if letter == "c":
            volume = value.rpartition(".")[0] if "." in value else f"20{value[1:3]}.grown-main"
            return f"{volume}.{10_000 + copy * self._numbers['c'] + number}"
        if letter == "b":
            digits = f"979{copy * self._numbers['b'] + number:09d}"
            weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
            return f"{digits}{-weighted % 10}"
        # OpenReview's own look: letters and digits.
        return blake2b(f"{copy} {number}".encode(), digest_size=5).hexdigest()


class _Persons:
    """Who wrote what: new persons, and earlier ones drawn as often as they wrote."""

    def __init__(self, template: _Template, random: Random) -> None:
        self._random = random
        labels = [template.shipped.value(person, _LABEL) for person in template.shipped.things("person")]
        parts = [label.split() for label in labels]
        self._given = [words[0] for words in parts if len(words) > 1 and "." not in words[0]]
        self._family = [words[-1] for words in parts if len(words) > 1]
        label_of = {person: template.shipped.value(person, _LABEL) for person in set(template.person_of.values())}
        self._sample = [(_local(person), label_of[person]) for person in template.person_of.values()]
        self._seen = len(self._sample)
        self._count = 0

    def new(self) -> tuple[str, str]:
        """Return the local name and the name of somebody new."""
        number = self._count
        self._count += 1
        # Nobody else has the second half of the family name, so no two are likely to be the same person.
        made = "".join(_SYLLABLES[number // 64**place % 64] for place in range(4))
        family = self._family[number * 7 % len(self._family)]
        name = f"{self._given[number % len(self._given)]} {family}-{made.capitalize()}"
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "-", f"{plain} {number + 1}").strip("-"), name

    def draw(self, taken: set[str]) -> tuple[tuple[str, str], bool]:
        """Return an author who is not among *taken*, and whether they are new."""
        person, is_new = self._draw(taken)
        taken.add(person[0])
        self._seen += 1
        if len(self._sample) < SAMPLE:
            self._sample.append(person)
        elif (place := self._random.randrange(self._seen)) < SAMPLE:
            self._sample[place] = person
        return person, is_new

    def _draw(self, taken: set[str]) -> tuple[tuple[str, str], bool]:
        if self._random.random() >= NEW_PERSON:
            for _ in range(20):
                person = self._sample[self._random.randrange(len(self._sample))]
                if person[0] not in taken:
                    return person, False
        return self.new(), True


def _taxonomy(template: _Template, generation: int) -> dict[str, list[ox.Triple]]:
    """Return the sections, concepts and conference of one *generation*, by the graphs that they go to."""
    graphs: dict[str, list[ox.Triple]] = defaultdict(list)
    graph = "grown/sections"
    shipped = template.shipped
    suffix, above = f"-g{generation}", f"-g{generation // 2}" if generation > 1 else ""

    def say(subject: ox.NamedNode, predicate: ox.NamedNode, object_: ox.NamedNode | ox.Literal) -> None:
        graphs[graph].append(ox.Triple(subject, predicate, object_))

    def skos(name: str) -> ox.NamedNode:
        return ox.NamedNode(PREFIXES["skos"] + name)

    concepts: set[str] = set()
    for iri in template.sections:
        section = ox.NamedNode(iri + suffix)
        say(section, _RDF_TYPE, _ag("Section"))
        say(section, _ag("heading"), ox.Literal(f"{shipped.value(iri, _ag('heading'))}, part {generation}"))
        before = generation % 2 if generation > 1 else template.below[iri]
        say(section, _ag("order"), ox.Literal(str(before + 1), datatype=_INTEGER))
        say(section, _ag("recovered"), ox.Literal("false", datatype=_BOOLEAN))
        say(section, _ag("parentSection"), ox.NamedNode(iri + above))
        say(section, _ag("sectionOf"), ox.NamedNode(shipped.value(iri, _ag("sectionOf"))))
        for name in _MEANINGS:
            for meant in shipped.values(iri, _ag(name)):
                concepts.add(meant)
                say(section, _ag(name), ox.NamedNode(meant + suffix))
    for iri in sorted(concepts):
        # A concept's file holds its narrower ones too: each thing is described in one file.
        graph = shipped.graph_of[iri]
        concept, broader = ox.NamedNode(iri + suffix), ox.NamedNode(iri + above)
        label, notation = shipped.value(iri, skos("prefLabel")), shipped.value(iri, skos("notation"))
        path = [generation]
        while path[-1] > 1:
            path.append(path[-1] // 2)
        notation += "".join(f".{100 + step}" for step in reversed(path))
        for kind in shipped.values(iri, _RDF_TYPE):
            say(concept, _RDF_TYPE, ox.NamedNode(kind))
        say(concept, skos("prefLabel"), ox.Literal(f"{label}, kind {generation}", language="en"))
        say(concept, skos("notation"), ox.Literal(notation))
        text = f"Kind {generation} of what is called {label}, set apart to measure with."
        say(concept, skos("definition"), ox.Literal(text, language="en"))
        say(concept, skos("inScheme"), ox.NamedNode(shipped.value(iri, skos("inScheme"))))
        say(concept, skos("broader"), broader)
        say(broader, skos("narrower"), concept)
    graph = "grown/venues"
    venue = _thing("venue", f"grown-{generation}")
    say(venue, _RDF_TYPE, _ag("ConferenceSeries"))
    say(venue, _LABEL, ox.Literal(f"Conference on Growth, Series {generation}", language="en"))
    say(venue, _ag("acronym"), ox.Literal(f"GROW{generation}"))
    return graphs


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def grow(times: int, syntax: Syntax, seed: int = SEED) -> Iterator[Part]:
    """Yield what makes the shipped data *times* as large: *times* − 1 copies, beside the data itself."""
    random = Random(seed)
    template = _Template(_Shipped())
    persons = _Persons(template, random)
    texts = {graph: template.text(graph, syntax) for graph in template.triples}
    works = [template.work_of[authorship] for authorship in template.authorships]
    added: dict[str, list[ox.Triple]] = defaultdict(list)
    for generation in range(1, isqrt(times - 1) + 1):
        for graph, triples in _taxonomy(template, generation).items():
            added[graph] += triples
    for graph, triples in added.items():
        yield Part(graph, _write(triples, graph, syntax))
    for copy in range(1, times):
        generation = isqrt(copy)
        name = f"{copy:04d}"
        fields = {"x": f"x{name}", "n": str(copy), "f": name, "g": f"g{generation}", **template.identify(copy)}
        for place, iri in enumerate(template.listings):
            number = int(_local(iri).rpartition("-")[2])
            fields[f"l{number}"] = f"{number + copy * len(template.listings):03d}"
            section = template.section_of[iri]
            position = int(template.shipped.value(iri, _ag("position")))
            earlier = (copy - generation * generation) * template.in_section[section]
            fields[f"p{place}"] = str(earlier + position)
        for place, venue in template.conference_papers:
            fields[f"w{place}"] = f"grown-{generation}" if random.random() < OWN_VENUE else venue
        newcomers: list[ox.Triple] = []
        taken: dict[str, set[str]] = defaultdict(set)
        for place, work in enumerate(works):
            (local, label), is_new = persons.draw(taken[work])
            fields[f"u{place}"], fields[f"v{place}"] = local, _escape(label)
            if is_new:
                person = _thing("person", local)
                newcomers += [
                    ox.Triple(person, _RDF_TYPE, _ag("Person")),
                    ox.Triple(person, _LABEL, ox.Literal(label)),
                ]
        part = f"grown/persons-{name}"
        yield Part(part, _write(newcomers, part, syntax))
        for graph, text in texts.items():
            yield Part(f"grown/{graph}-{name}", text.format_map(fields))


def write_nquads(path: Path, times: int, seed: int = SEED) -> None:
    """Write the shipped data grown to *times* its size, ontology aside, to the file *path*."""
    with path.open("wb") as stream:
        ox.serialize(read_quads(find_sources(ontology=False)), stream, format=ox.RdfFormat.N_QUADS)
        for part in grow(times, "nquads", seed):
            stream.write(part.text.encode())


def write_turtle_folder(folder: Path, times: int, seed: int = SEED) -> None:
    """Write the same as `write_nquads` as the new *folder*, laid out as the shipped data, a file for each graph."""
    shutil.copytree(data_folder(), folder)
    for part in grow(times, "turtle", seed):
        path = folder / f"{part.name}.ttl"
        path.parent.mkdir(exist_ok=True)
        text = part.text
        if path.exists():
            both = (path.read_bytes(), text.encode())
            triples = [quad.triple for one in both for quad in ox.parse(one, ox.RdfFormat.TURTLE)]
            text = write_turtle(triples, part.name)
        path.write_text(text, encoding="utf-8")


def write_work_folder(folder: Path, times: int, seed: int = SEED) -> None:
    """Write the same as `write_turtle_folder`, with a file for each work, its publications and authorships."""
    write_turtle_folder(folder, times, seed)
    parts = {_ag("hasPublication"), _ag("hasAuthorship")}
    for path in sorted((folder / "grown").glob("works-*.ttl")):
        triples = [quad.triple for quad in ox.parse(path=path)]
        owner = {triple.object: triple.subject for triple in triples if triple.predicate in parts}
        by_work: dict[object, list[ox.Triple]] = defaultdict(list)
        for triple in triples:
            by_work[owner.get(triple.subject, triple.subject)].append(triple)
        for work, about in by_work.items():
            name = _local(str(work).strip("<>"))
            (folder / "works" / f"{name}.ttl").write_text(write_turtle(about, name), encoding="utf-8")
        path.unlink()


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Write the shipped data grown to TIMES its size.")
    parser.add_argument("times", type=int)
    parser.add_argument("--nquads", type=Path, metavar="FILE")
    parser.add_argument("--turtle", type=Path, metavar="FOLDER", help="A folder that is not there yet.")
    parser.add_argument("--works", type=Path, metavar="FOLDER", help="The same, with one file for each work.")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    if options.times < 1:
        parser.error("give a size of at least 1")
    if options.nquads:
        write_nquads(options.nquads, options.times, options.seed)
    if options.turtle:
        write_turtle_folder(options.turtle, options.times, options.seed)
    if options.works:
        write_work_folder(options.works, options.times, options.seed)


if __name__ == "__main__":
    main()
