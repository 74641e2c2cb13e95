"""Changes put into the files of a data folder, each in canonical form, so that the diff is the review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from aligngraph.curation.changes import Changes
from aligngraph.curation.holdings import Holdings, ag
from aligngraph.curation.lacking import say_what_is_lacking
from aligngraph.curation.minting import local_name
from aligngraph.errors import CatalogueError
from aligngraph.files.reading import read_file
from aligngraph.files.transactions import change_files
from aligngraph.rdf.namespaces import BASE
from aligngraph.turtle.formatter import format_turtle
from aligngraph.turtle.scanner import tokenize
from aligngraph.turtle.syntax_errors import decode_turtle
from aligngraph.turtle.writer import write_turtle

_NONE: Mapping[str, bytes] = MappingProxyType({})


def changed_files(changes: Changes, holdings: Holdings, folder: Path) -> dict[Path, bytes | None]:
    """Return the new contents of the files of *folder* that *changes* touch; None for one that nothing is left of.

    What is known stays in its file; what is new goes where its kind is kept. Raise CannotFormatError or BadTurtleError
    where a file can't be put into canonical form.
    """
    homes = _Homes(holdings, folder, changes)
    added: dict[Path, list[ox.Triple]] = defaultdict(list)
    gone: dict[Path, set[str]] = defaultdict(set)
    for subject, triples in changes.replaced.items():
        gone[homes.of(subject)].add(subject)
        added[homes.of(changes.moved.get(subject, subject))] += triples
    for subject in changes.moved.keys() - changes.replaced.keys():
        gone[homes.of(subject)].add(subject)
        added[homes.of(changes.moved[subject])] += holdings.triples(subject)
    for triple in changes.added:
        subject = subject_of(triple)
        known = holdings.values(subject, triple.predicate.value)
        if triple.object not in known or subject in changes.replaced:
            added[homes.of(subject)].append(triple)
    contents: dict[Path, bytes | None] = {}
    for path in added.keys() | gone.keys():
        before = holdings.files.get(path)
        after = _edited(before, str(path), gone.get(path, set()), added.get(path, []))
        if after != (before or b""):
            contents[path] = after or None
    return dict(sorted(contents.items()))


def subject_of(triple: ox.Triple) -> str:
    """Return the IRI of what *triple* is about, which is never another triple here."""
    assert not isinstance(triple.subject, ox.Triple)
    return triple.subject.value


def _edited(before: bytes | None, name: str, gone: set[str], added: list[ox.Triple]) -> bytes:
    if not before:
        return write_turtle(added, name).encode()
    text = format_turtle(decode_turtle(before, name), name)
    if gone:
        text = _without(text, name, gone)
    # Appended as plain statements; the layout takes them to their subjects and sorts new subjects in.
    by_subject: dict[str, list[str]] = defaultdict(list)
    for triple in added:
        by_subject[str(triple.subject)].append(f"{triple.predicate} {triple.object}")
    more = "".join(f"{subject} {' ; '.join(said)} .\n" for subject, said in by_subject.items())
    return format_turtle(f"{text}\n{more}", name).encode()


def _without(text: str, name: str, gone: set[str]) -> str:
    """Return canonical Turtle without the statements about *gone*; comments on them stay, above where they stood."""
    prefixes = ox.parse(text, ox.RdfFormat.TURTLE)
    list(prefixes)
    spellings = {f"<{iri}>" for iri in gone}
    for prefix, space in prefixes.prefixes.items():
        spellings |= {f"{prefix}:{iri.removeprefix(space)}" for iri in gone if iri.startswith(space)}
    kept, position, depth = [], 0, 0
    start: int | None = None
    at_start = True
    for token in tokenize(text, name):
        if token.kind == "comment":
            if start is not None:
                kept.append(token.text + "\n")
            continue
        if at_start and token.text in spellings:
            start = token.start
            kept.append(text[position:start])
        at_start = False
        depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
        if token.text == "." and token.kind == "mark" and depth == 0:
            at_start = True
            if start is not None:
                position, start = token.end, None
    return "".join(kept) + text[position:]


class _Homes:
    """Which file each thing is kept in."""

    def __init__(self, holdings: Holdings, folder: Path, changes: Changes) -> None:
        self.holdings = holdings
        self.folder = folder
        self.new: dict[str, dict[str, str]] = defaultdict(dict)
        self.owner: dict[str, str] = {}
        for triple in changes.added:
            term = triple.object
            if isinstance(term, ox.NamedNode):
                predicate = triple.predicate.value
                self.new[subject_of(triple)][predicate] = term.value
                if predicate in (ag("hasPublication"), ag("hasAuthorship"), ag("hasLink")):
                    self.owner[term.value] = subject_of(triple)
        self.found: dict[str, Path] = {}
        self.section_files = self._known_section_files()

    def of(self, iri: str) -> Path:
        """Return the file for what is said about *iri*."""
        path = self.found.get(iri)
        if path is None:
            known = self.holdings.where.get(iri)
            # A thing of another catalogue that is read beside: the statements about it here are kept here.
            path = known if known is not None and known.is_relative_to(self.folder) else self._place(iri)
            if path.suffix.lower() != ".ttl":
                raise CatalogueError(
                    f"{path}: holds <{iri}>, which must be changed, but only Turtle files (*.ttl) can be. Convert it, "
                    "for example with 'aligngraph export -f turtle'."
                )
            self.found[iri] = path
        return path

    def _place(self, iri: str) -> Path:
        kind, _, local = iri.removeprefix(BASE).partition("/")
        folder = self.folder
        if kind == "work":
            return folder / "works" / f"{local}.ttl"
        if kind in ("publication", "authorship", "link") and iri in self.owner:
            return self.of(self.owner[iri])
        if kind == "person":
            return folder / "persons" / f"{local[0]}.ttl"
        if kind == "placing":
            return folder / "placings" / "works.ttl"
        if kind == "venue":
            return folder / "venues.ttl"
        if kind == "survey":
            return folder / "surveys" / local / "survey.ttl"
        if kind == "section":
            return self.of(self._said(iri, "sectionOf") or iri.replace("/section/", "/survey/"))
        if kind == "listing":
            return self._listing_file(self._said(iri, "inSection") or "")
        return folder / f"{kind}s.ttl"

    def _said(self, iri: str, name: str) -> str | None:
        return self.new.get(iri, {}).get(ag(name)) or self.holdings.text(iri, ag(name))

    def _known_section_files(self) -> dict[str, Path]:
        """Return the file of the listings of each section, and of each section above whose listings share one."""
        files: dict[str, Path | None] = {}
        for listing in self.holdings.things("Listing"):
            section = self.holdings.text(listing, ag("inSection"))
            path = self.holdings.where[listing]
            for _ in range(50):
                if section is None:
                    break
                if files.setdefault(section, path) != path:
                    files[section] = None
                section = self.holdings.text(section, ag("parentSection"))
        return {section: path for section, path in files.items() if path is not None}

    def _listing_file(self, section: str) -> Path:
        top = section
        for _ in range(50):
            path = self.section_files.get(top)
            if path is not None and path.is_relative_to(self.folder):
                return path
            above = self._said(top, "parentSection")
            if above is None:
                break
            top = above
        survey = local_name(self._said(section, "sectionOf") or "")
        name = local_name(top).removeprefix(f"{survey}-") or "entries"
        return self.folder / "surveys" / survey / "listings" / f"{name}.ttl"


def apply(
    changes: Changes, holdings: Holdings, folder: Path, *, dry_run: bool, kept: Mapping[str, bytes] = _NONE
) -> tuple[int, str]:
    """Make *changes* in the files of *folder*, or none of them; return how many files change, and '' for the diff.

    What a new record lacks is said, and what a known one does not lack any more is no longer said, be it in *changes*
    or not.
    *kept* are further files to write, by path in the folder. With *dry_run*, nothing is written, and the diff is
    returned. Raise what `changed_files` and `change_files` raise.
    """
    say_what_is_lacking(changes, holdings)
    contents = changed_files(changes, holdings, folder)
    before = dict(holdings.files)
    for name, content in kept.items():
        path = folder / name
        if path.exists():
            before[path] = read_file(path)
        if before.get(path) != content:
            contents[path] = content
    if dry_run:
        return len(contents), "".join(diff(contents, before, folder))
    change_files(folder, contents, before)
    return len(contents), ""


def diff(contents: Mapping[Path, bytes | None], before: Mapping[Path, bytes], folder: Path) -> Iterator[str]:
    """Yield the unified diff from *before* to *contents*, as ``git apply`` takes it from above *folder*."""
    for path, after in contents.items():
        name = path.relative_to(folder.parent).as_posix()
        old = before.get(path)
        lines = unified_diff(
            _lines(old or b""),
            _lines(after or b""),
            "/dev/null" if old is None else f"a/{name}",
            f"b/{name}" if after else "/dev/null",
        )
        for line in lines:
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str]:
    # Only line feeds end a line here: str.splitlines would also break at separators inside of text.
    return [line + "\n" for line in content.decode("utf-8", "replace").split("\n")[:-1]]
