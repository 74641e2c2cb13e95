"""A site of files: the pages and data that the server answers with, for any web host.

The paths are those that the redirects in ``w3id/.htaccess`` lead to. The same catalogue gives the same bytes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from aligngraph.api.catalogue import Catalogue
from aligngraph.api.table import Table
from aligngraph.catalogue.sources import ontology_folder
from aligngraph.errors import OutputError
from aligngraph.export.package import package_files
from aligngraph.files.atomic import write_folder
from aligngraph.files.transactions import recover
from aligngraph.queries.stored import StoredQuery
from aligngraph.rdf.namespaces import BASE
from aligngraph.sparql.tables import write_graph
from aligngraph.web.addresses import ONTOLOGIES, file_of, root_from, static_links
from aligngraph.web.docs import documents, pictures
from aligngraph.web.documents import Documents, version_of
from aligngraph.web.error_page import error_page
from aligngraph.web.feeds import feed, sitemap
from aligngraph.web.lists import names, terms
from aligngraph.web.pages import Pages
from aligngraph.web.records import RECORDS
from aligngraph.web.vocabulary import PROPERTIES

MARK = "aligngraph-site.txt"
"""The file that says a folder is such a site, and which files in it may be replaced."""
_HEAD = "# Files that 'aligngraph site' wrote here. It replaces and removes these, and no others.\n"
_SYNTAXES = {".ttl": "turtle", ".jsonld": "jsonld", ".rdf": "rdfxml", ".nt": "ntriples"}
_TABLES = {".csv": "csv", ".json": "json", ".tsv": "tsv", ".xml": "xml", ".md": "markdown"}
_INDEXED = frozenset(
    "approach artifact catalogue goal mappings method ontology organization person query section shapes survey venue "
    "work".split()
)
"""Kinds of documents that the site map lists; others are parts of these."""
_KEPT = re.compile(rf"(?:dump|{'|'.join(ONTOLOGIES)})/[0-9]+\.[0-9]+\.[0-9]+/")
_APACHE = """\
# For Apache, where .htaccess files are read: types that not every server knows, and the page for what is not there.
AddType text/turtle .ttl
AddType application/ld+json .jsonld
AddType application/rdf+xml .rdf
AddType application/n-triples .nt
AddType application/n-quads .nq
AddType application/trig .trig
AddType text/tab-separated-values .tsv
AddType application/atom+xml .atom
AddType application/wasm .wasm
AddDefaultCharset utf-8
<Files "void">
ForceType text/turtle
</Files>
ErrorDocument 404 {path}404.html
"""


@dataclass
class Written:
    """What a run did to a folder."""

    files: int = 0
    """Files of the site, less those of earlier versions."""
    bytes: int = 0
    changed: int = 0
    removed: int = 0
    frozen: list[str] = field(default_factory=list)
    """Files of a version that was published before and says something else; they were left as they are."""
    homeless: list[str] = field(default_factory=list)
    """IRIs of the catalogue's own that no redirect leads from, and that have no document."""


class StaticSite:
    """The site of one catalogue."""

    def __init__(self, data: Sequence[Path] = (), *, inferred: bool = True, base: str) -> None:
        """Take the catalogue in *data*, the shipped one where empty; *base* is where the site is to be seen."""
        self._data = tuple(data)
        self._inferred = inferred
        self._base = base.rstrip("/") + "/"
        self._catalogue = Catalogue(self._data, inferred=inferred)
        self._documents = Documents(self._catalogue)
        self._paths, homeless = self._documents.paths()
        known = frozenset((*self._paths, PROPERTIES[1:]))
        self._pages = Pages(self._catalogue, self._documents, live=False, known=known)
        self.homeless = [iri for iri in homeless if not _is_file(iri)]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the path of each file, and what it holds."""
        yield from self._front()
        for path in self._paths:
            yield from self._document(path)
        for query in self._documents.queries:
            yield from self._query(query)
        yield from self._terms()
        version = version_of(f"{BASE}catalogue", self._documents.triples("catalogue"))
        for name, content in package_files(self._data, inferred=self._inferred):
            yield f"dump/{name}", content
            if name == "aligngraph.nq":
                # What the scripts ask in place of a server: the same statements as the server has.
                yield "static/catalogue.nq.gz", gzip.compress(content, 9, mtime=0)
            if name == "aligngraph.void.ttl":
                yield ".well-known/void", content
            if version:
                yield f"dump/{version}/{name}", content
        indexed = ["", *(path for path in self._paths if path.partition("/")[0] in _INDEXED)]
        yield from sitemap(
            [self._base + file_of(f"/{path}").removesuffix("index.html") for path in indexed], self._base
        )
        yield "feed.atom", feed(self._catalogue, self._base)

    def _front(self) -> Iterator[tuple[str, bytes]]:
        """Yield the pages that are about no thing, and what all pages need."""
        pages: dict[str, Callable[[], str]] = {
            "/": self._pages.home,
            "/docs": self._pages.docs,
            PROPERTIES: self._pages.properties,
            "/query": self._pages.queries,
            "/search": lambda: self._pages.search(""),
            "/sparql": self._pages.sparql,
            "/taxonomy": self._pages.taxonomy,
        }
        for address, page in pages.items():
            yield self._page(file_of(address), page())
        for address, html in self._pages.files_of_works():
            yield self._page(file_of(address), html)
        for document in documents():
            yield self._page(f"docs/{document.name}.html", self._pages.doc(document.name))
        for picture in pictures():
            yield f"docs/{picture.name}", picture.read_bytes()
        yield "names.json", names(self._catalogue.backend).encode()
        yield "terms.json", terms().encode()
        root = urlsplit(self._base).path
        # It is shown at any address, so its links can't be relative.
        yield "404.html", static_links(error_page(404, "There is nothing at this address.", live=False), root).encode()
        yield ".htaccess", _APACHE.format(path=root).encode()
        yield ".nojekyll", b""
        for entry in sorted((files("aligngraph.web") / "static").iterdir(), key=lambda one: one.name):
            if entry.is_file():
                yield f"static/{entry.name}", entry.read_bytes()

    def _page(self, file: str, html: str) -> tuple[str, bytes]:
        return file, static_links(html, root_from(file)).encode("utf-8", "surrogatepass")

    def _document(self, path: str) -> Iterator[tuple[str, bytes]]:
        triples = self._documents.triples(path)
        if not triples:
            return
        for ending, name in _SYNTAXES.items():
            yield path + ending, "".join(write_graph(triples, name)).encode()
        if not path.startswith("query/"):
            yield self._page(f"{path}.html", self._pages.document(path))
        if path.startswith("work/"):
            for ending in RECORDS:
                if record := self._pages.records([path], ending):
                    yield path + ending, record.encode()
            if self._pages.is_described(path):
                yield self._page(f"why/{path.partition('/')[2]}.html", self._pages.why(path.partition("/")[2]))

    def _query(self, query: StoredQuery) -> Iterator[tuple[str, bytes]]:
        """Yield the page of a stored query, and its answer with every parameter at its default."""
        table: Table | None = None
        if not query.is_federated:
            table = self._catalogue.query(query.name)
            formats = _SYNTAXES if table.form == "CONSTRUCT" else _TABLES
            for ending, name in formats.items():
                yield f"api/{query.name}{ending}", table.text(name).encode()
        yield self._page(f"query/{query.name}.html", self._pages.query(query, {}, table, 1, ""))

    def _terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files beside the ontology."""
        folder = ontology_folder()
        for file in (
            "context.jsonld",
            "logo.svg",
            *(f"frames/{one.name}" for one in sorted((folder / "frames").iterdir())),
        ):
            yield f"ontology/{file}", (folder / file).read_bytes()


def _is_file(iri: str) -> bool:
    """Tell whether *iri*, which has no document, is the address of a file of the site."""
    path = iri.removeprefix(BASE)
    return path in ("", "ontology/logo.svg", "context.jsonld") or path.rpartition(".")[0] in ONTOLOGIES


def check_site(folder: Path) -> None:
    """Raise OutputError where `write_site` would refuse *folder*, before any work is done for it."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputError(f"{folder}: is not a folder. Name a folder, new or empty.")
    if not folder.absolute().parent.is_dir():
        raise OutputError(f"{folder}: there is no folder {str(folder.parent)!r} to write to.")
    # What a run that was killed had begun is finished, so that what is looked at is a whole site.
    recover(folder)
    if folder.is_dir() and not (folder / MARK).is_file():
        others = sorted(entry.name for entry in folder.iterdir() if entry.name != ".git")
        if others:
            raise OutputError(
                f"{folder}: is not a site that aligngraph wrote (it has {others[0]}, and no {MARK}), and was left as "
                "it is. Name a new or empty folder."
            )


def write_site(
    folder: Path,
    data: Sequence[Path] = (),
    *,
    inferred: bool = True,
    base: str,
    tell: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write the site of the catalogue in *data* to *folder*: all of it, or leave *folder* as it was.

    Of a site that is there, what changed is rewritten and what is gone removed; versions of the ontology and of the
    dumps stay as they were published, and so does what others put there. *tell* is called with the path of each file.
    Raise OutputError where *folder* is refused or can't be written, and what reading the catalogue raises.
    """
    check_site(folder)
    done = Written()
    mark = folder / MARK
    before = set(mark.read_text(encoding="utf-8").splitlines()) if mark.is_file() else set()
    site = StaticSite(data, inferred=inferred, base=base)
    done.homeless = site.homeless
    names: set[str] = set()

    def changed() -> Iterator[tuple[str, bytes]]:
        for name, content in site.files():
            tell(name)
            names.add(name)
            done.files += 1
            done.bytes += len(content)
            there = _content(folder / name)
            if there == content:
                continue
            if there is not None and _KEPT.match(name):
                # A page says it in the words and the layout of today.
                done.frozen += [] if name.endswith(".html") else [name]
                continue
            if there is not None and name not in before:
                raise OutputError(f"{folder / name}: is there, and 'aligngraph site' did not write it. Move it away.")
            done.changed += 1
            yield name, content
        kept = {name for name in before if _KEPT.match(name)}
        listed = _HEAD + "".join(f"{name}\n" for name in sorted(names | kept))
        if _content(mark) != listed.encode():
            yield MARK, listed.encode()

    def gone() -> Iterator[str]:
        for name in sorted(before - names):
            # The list may have been written by anybody: what leads out of the folder is not of this site.
            if _is_within(name) and not _KEPT.match(name) and (folder / name).is_file():
                done.removed += 1
                yield name

    write_folder(folder, changed(), force=True, obsolete=gone())
    return done


def _is_within(name: str) -> bool:
    path = PurePosixPath(name)
    return not name.startswith("#") and not path.is_absolute() and ".." not in path.parts


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
