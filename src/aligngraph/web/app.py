"""The front: it talks to clients, and never touches the engine. An ASGI application.

It parses and negotiates, answers from its cache where it can, and hands the rest to query processes in two lanes: pages
and stored queries in one, ad-hoc SPARQL in the other, so that the second can't starve the first.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from aligngraph.rdf.namespaces import KINDS
from aligngraph.web.addresses import document_at
from aligngraph.web.docs import PICTURES, pictures
from aligngraph.web.headers import Headers
from aligngraph.web.negotiation import ENDINGS, GRAPH_TYPES, choose, takes_gzip
from aligngraph.web.openapi import description
from aligngraph.web.pool import Job, Lane
from aligngraph.web.protocol import LONGEST_QUERY, HttpError, read_form, read_query
from aligngraph.web.reconcile import manifest
from aligngraph.web.service import service_description
from aligngraph.web.vocabulary import PROPERTIES

_DATA_TYPES = ("text/html", "text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples")
_CACHED = 32 << 20
"""Bytes of finished answers that are kept."""
_OVERHEAD = 2048
"""Bytes of one of them beside its body."""
_LOOK_EVERY = 0.25
"""Seconds between two looks whether a client who waits is still there."""
_COMPRESSED_FROM = 1024
_LONGEST_PATH = 500
"""Characters of the path of a document."""
_STATIC = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "site.js": "text/javascript; charset=utf-8",
    "editor.js": "text/javascript; charset=utf-8",
    "LICENCES.txt": "text/plain; charset=utf-8",
}
_RECORDS = {ENDINGS[ending]: ending for ending in (".bib", ".ris", ".csljson")}
_OF_EDITOR = ("query", "example", "page", "sort")
"""Parameters of the editor's page."""


class Settings(NamedTuple):
    """What a server is held to."""

    locations: tuple[str, ...] = ()
    inferred: bool = True
    base: str = "http://127.0.0.1:8000/"
    seconds: float = 10.0
    """Time limit of one ad-hoc query; a page or stored query has the same."""
    memory: int = 1 << 30
    """Bytes that one query process may take; 0 for no limit."""
    processes: int = 2
    """Query processes for ad-hoc SPARQL."""
    queue: int = 32
    """Tasks that may wait in each lane."""
    version: str = ""
    """What tells one state of the data from another, for ETags; '' where it may change, and nothing is cached."""
    ad_hoc: bool = True
    """Whether any SPARQL is answered, or stored queries only."""


@dataclass
class _Finished:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def size(self) -> int:
        """The bytes that it takes in memory, about: a short answer takes more than its body."""
        return len(self.body) + _OVERHEAD

    @cached_property
    def compressed(self) -> bytes:
        """The body in gzip; of a page that is kept, this is kept too."""
        return gzip.compress(self.body, 5, mtime=0)


class Front:
    """One server: its lanes and its cache."""

    def __init__(self, settings: Settings, on_ready: Callable[[], None]) -> None:
        self.settings = settings
        self._on_ready = on_ready
        shared = {
            "locations": list(settings.locations),
            "inferred": settings.inferred,
            "base": settings.base,
            "memory": settings.memory,
        }
        limits = {"queue": settings.queue, "seconds": settings.seconds}
        self.pages = Lane("pages", {**shared, "nice": 0, "prepare": True, "ahead": True}, processes=1, **limits)  # type: ignore[arg-type]
        self.queries = Lane("sparql", {**shared, "nice": 5, "prepare": False}, processes=settings.processes, **limits)  # type: ignore[arg-type]
        self._cache: OrderedDict[str, _Finished] = OrderedDict()
        self._cached = 0

    @contextlib.asynccontextmanager
    async def running(self, _app: Starlette) -> AsyncIterator[None]:
        """Start the lanes, and end them."""
        await asyncio.gather(self.pages.start(), self.queries.start())
        gc.freeze()  # what is loaded by now stays
        self._on_ready()
        try:
            yield
        finally:
            await asyncio.gather(self.pages.close(), self.queries.close())

    async def answer(self, request: Request, lane: Lane, task: Mapping[str, Any]) -> Response:
        """Return the answer to *task*, from the cache or a query process."""
        key = json.dumps(task, sort_keys=True, ensure_ascii=True)
        etag = '"' + hashlib.blake2b((self.settings.version + key).encode(), digest_size=12).hexdigest() + '"'
        asked = [one.strip().removeprefix("W/") for one in _if_none_match(request).split(",")]
        if self.settings.version and etag in asked:
            return Response(status_code=304, headers=self._caching(etag))
        finished = self._cache.get(etag)
        if finished is not None:
            self._cache.move_to_end(etag)
            return self._whole(request, finished, etag)
        job = lane.submit(key.encode())
        try:
            while not await job.begun(_LOOK_EVERY):
                if await request.is_disconnected():
                    raise ClientDisconnect
        except BaseException:
            job.close()
            raise
        head = job.head
        assert head is not None
        body = job.whole
        if body is not None:
            job.close()
            finished = _Finished(head["status"], head["headers"], body)
            if finished.status == 200 and self.settings.version:
                self._keep(etag, finished)
            return self._whole(request, finished, etag)
        headers = {**head["headers"], **self._caching(etag)}
        return _Streamed(job, head["status"], headers, empty=request.method == "HEAD")

    def _keep(self, etag: str, finished: _Finished) -> None:
        before = self._cache.pop(etag, None)  # who asked the same at the same time
        self._cache[etag] = finished
        self._cached += finished.size - (before.size if before else 0)
        while self._cached > _CACHED:
            _, oldest = self._cache.popitem(last=False)
            self._cached -= oldest.size

    def _whole(self, request: Request, finished: _Finished, etag: str) -> Response:
        if finished.status == 200 and self.settings.version and _if_none_match(request).strip() == "*":
            return Response(status_code=304, headers=self._caching(etag))
        return _encoded(request, finished, self._caching(etag) if finished.status == 200 else {})

    def _caching(self, etag: str) -> dict[str, str]:
        if not self.settings.version:
            return {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding"}
        return {"ETag": etag, "Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Accept, Accept-Encoding"}

    # Addresses

    async def sparql(self, request: Request) -> Response:
        """Answer at the endpoint: a query, the service description, or the form."""
        asked = request.scope["query_string"].decode("latin-1")
        # Only read where they are needed: a query may be long.
        given = request.query_params if "format=" in asked or "example=" in asked else {}
        accept = given.get("format") or request.headers.get("accept")
        if request.method in ("GET", "HEAD") and not asked:
            media = choose(
                accept,
                ("text/turtle", "text/html", "application/rdf+xml", "application/n-triples", "application/ld+json"),
            )
            if media == "text/html":
                return await self.page(request, "sparql")
            if media is None:
                raise HttpError(406, "the service description is available as Turtle, RDF/XML, N-Triples and JSON-LD.")
            headers = {"Content-Type": media, "Vary": "Accept"}
            return Response(service_description(self.settings.base + "sparql", media), headers=headers)
        if request.method in ("GET", "HEAD") and _wants_page(request, asked):
            return await self._editor(request)
        body = await _body(request) if request.method == "POST" else b""
        if not self.settings.ad_hoc:
            raise HttpError(403, "this server answers stored queries only (/api): use its endpoint directly.")
        query = read_query(request.method, asked, request.headers.get("content-type", ""), body)
        task = {
            "kind": "sparql",
            "query": query.text,
            "default": query.default_graphs,
            "named": query.named_graphs,
            "accept": accept,
        }
        return await self.answer(request, self.queries, task)

    async def _editor(self, request: Request) -> Response:
        """Answer with the editor, and with the answer of the query that the address holds."""
        pairs = [pair for pair in request.query_params.multi_items() if pair[0] in _OF_EDITOR]
        task: dict[str, Any] = {"kind": "page", "page": "sparql", "path": "", "parameters": pairs}
        if "query" not in request.query_params:
            return await self.answer(request, self.pages, task)
        try:
            if not self.settings.ad_hoc:
                raise HttpError(403, "this server answers stored queries only: see Questions.")
            read_query("GET", request.url.query, "", b"")
        except HttpError as error:
            # The page says it beside the query, where it can be corrected.
            return await self.answer(request, self.pages, {**task, "problem": str(error)})
        return await self.answer(request, self.queries, task)

    async def list(self, request: Request) -> Response:
        """Answer with a list for the scripts of pages."""
        name = request.url.path.strip("/").removesuffix(".json")
        return await self.answer(request, self.pages, {"kind": "list", "name": name})

    async def dump(self, request: Request) -> Response:
        """Answer with the whole catalogue in one format."""
        return await self.answer(request, self.queries, {"kind": "dump", "ending": request.path_params["ending"]})

    async def doc(self, request: Request) -> Response:
        """Answer with a document, or with a picture that documents show."""
        name = request.path_params["name"].removesuffix(".html")
        picture = next((path for path in pictures() if path.name == name), None)
        if picture is None:
            return await self.page(request, "doc", name)
        headers = {"Content-Type": PICTURES[picture.suffix], "Cache-Control": "public, max-age=3600"}
        return Response(picture.read_bytes(), headers=headers)

    async def api(self, request: Request) -> Response:
        """Answer a stored query."""
        name, media = _ending(request.path_params["name"])
        if media is None and "." in name:
            raise HttpError(
                404,
                f"no format {name.rpartition('.')[2]!r}: there is .json, .csv, .tsv, .xml, .md; .ttl for graphs; "
                ".bib, .ris, .csljson, .atom for lists of works.",
            )
        task = {
            "kind": "api",
            "name": name,
            "media": media,
            "accept": request.headers.get("accept"),
            "parameters": request.query_params.multi_items(),
        }
        return await self.answer(request, self.pages, task)

    async def document(self, request: Request) -> Response:
        """Lead from a thing to its document, or answer with a document in the syntax of its ending."""
        path, media = _ending(request.path_params["path"])
        document = document_at(path)
        if document is None or len(path) > _LONGEST_PATH:
            raise HttpError(404, f"there is nothing at {request.url.path[:200]!r}.")
        if media is None:
            wanted = choose(
                request.headers.get("accept"),
                _DATA_TYPES if "text/html" in request.headers.get("accept", "") else _DATA_TYPES[1:] + _DATA_TYPES[:1],
            )
            if wanted is None:
                raise HttpError(406, f"a thing is available as {', '.join(_DATA_TYPES)}.")
            ending = next(ending for ending, media in ENDINGS.items() if media == wanted)
            return RedirectResponse(f"/{document}{ending}", 303, headers={"Vary": "Accept"})
        if document != path:
            ending = request.url.path.rpartition(".")[2]
            return RedirectResponse(f"/{document}.{ending}", 302)
        if media == "text/html":
            if path.startswith("query/"):
                return await self.page(request, "query", path.removeprefix("query/"))
            return await self.page(request, "document", path)
        if media in _RECORDS and path.startswith("work/"):
            return await self.answer(request, self.pages, {"kind": "record", "path": path, "ending": _RECORDS[media]})
        if media not in GRAPH_TYPES:
            raise HttpError(404, f"a thing is available as {', '.join(_DATA_TYPES)}.")
        return await self.answer(request, self.pages, {"kind": "data", "path": path, "media": media})

    async def query(self, request: Request) -> Response:
        """Answer with the page of a stored query, or lead to its description where data is wanted."""
        name = request.path_params["name"]
        html_first = ("text/html", *(media for media in _DATA_TYPES if media != "text/html"))
        if _ending(name)[1] is not None or choose(request.headers.get("accept"), html_first) != "text/html":
            request.path_params["path"] = f"query/{name}"
            return await self.document(request)
        return await self.page(request, "query", name)

    async def page(self, request: Request, page: str, path: str = "") -> Response:
        """Answer with the page of the name *page*."""
        parameters = request.query_params.multi_items() if page in ("query", "search", "works") else []
        task = {"kind": "page", "page": page, "path": path, "parameters": parameters}
        return await self.answer(request, self.pages, task)

    async def reconcile(self, request: Request) -> Response:
        """Answer at the reconciliation service: its manifest, a batch of queries, or a data extension query."""
        given = dict(request.query_params)
        if request.method == "POST":
            given |= read_form(request.headers.get("content-type", ""), await _body(request))
        operation = next((name for name in ("queries", "extend") if name in given), None)
        if operation is None:
            return _json(manifest(self.settings.base))
        return await self._reconciled(request, operation, given)

    async def reconcile_part(self, request: Request) -> Response:
        """Answer at the service's other addresses: suggestions, properties, previews, and where an entity is shown."""
        operation, given = request.path_params["operation"], dict(request.query_params)
        if operation in ("suggest/entity", "suggest/type", "suggest/property", "properties"):
            return await self._reconciled(request, operation, given)
        if operation not in ("preview", "view"):
            raise HttpError(404, f"there is nothing at {request.url.path[:200]!r}.")
        thing = given.get("id", "")
        if thing.partition("/")[0] not in KINDS or len(thing) > 500:
            raise HttpError(404, f"no entity {thing[:200]!r}: an identifier is like 'work/rafailov2023-dpo'.")
        if operation == "view":
            return RedirectResponse("/" + quote(thing), 303)
        reply = await self.page(request, "preview", thing)
        # Shown inside of the page of any client, so it may be framed, unlike other pages.
        reply.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors *; base-uri 'none'"
        return reply

    async def _reconciled(self, request: Request, operation: str, given: Mapping[str, str]) -> Response:
        task = {"kind": "reconcile", "operation": operation, "given": dict(given)}
        return await self.answer(request, self.queries, task)

    async def feed(self, request: Request) -> Response:
        """Answer with the feed of the newest works."""
        return await self.answer(request, self.pages, {"kind": "feed"})

    async def openapi(self, _: Request) -> Response:
        """Answer with the description of the HTTP API."""
        return _json(description(self.settings.base))


class _Streamed(StreamingResponse):
    """A long answer, sent while it is made. Where it breaks off, so does the connection: it never looks whole."""

    def __init__(self, job: Job, status: int, headers: Mapping[str, str], *, empty: bool) -> None:
        """Send the answer of *job*, or, where only its head is wanted, end it *empty*."""
        super().__init__(self._pieces(job, empty=empty), status, headers=dict(headers))

    @staticmethod
    async def _pieces(job: Job, *, empty: bool) -> AsyncIterator[bytes]:
        try:
            if not empty:
                async for block in job.body():
                    yield block
        finally:
            job.close()


def _json(content: object) -> Response:
    return Response(json.dumps(content, indent=1), headers={"Content-Type": "application/json"})


def _if_none_match(request: Request) -> str:
    """Return what the client has already, from all headers that say so."""
    return ",".join(request.headers.getlist("if-none-match"))


def _wants_page(request: Request, asked: str) -> bool:
    """Tell whether a browser asks, and not a program: by its Accept header, unless the address names a format."""
    accept = request.headers.get("accept", "")
    if "text/html" not in accept and "example=" not in asked:
        return False
    given = request.query_params
    if "format" in given or "query" not in given:
        return "example" in given
    return "text/html" in accept and choose(accept, ("text/html", "application/sparql-results+json")) == "text/html"


def _ending(path: str) -> tuple[str, str | None]:
    for ending, media in ENDINGS.items():
        if path.endswith(ending):
            return path.removesuffix(ending), media
    return path, None


async def _body(request: Request) -> bytes:
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise HttpError(415, "send the body uncompressed.", Connection="close")
    held = bytearray()
    async for block in request.stream():
        held += block
        if len(held) > 3 * LONGEST_QUERY:  # percent-encoding makes three bytes of one
            # Else the rest of it would still be read.
            raise HttpError(413, f"the body is longer than {3 * LONGEST_QUERY:,} bytes.", Connection="close")
    return bytes(held)


def _encoded(request: Request, finished: _Finished, more: Mapping[str, str]) -> Response:
    """Return *finished* as an answer, compressed where that is worth it and the client takes it."""
    headers, body = {**finished.headers, **more}, finished.body
    if len(body) >= _COMPRESSED_FROM and takes_gzip(request.headers.get("accept-encoding", "")):
        body = finished.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(body, finished.status, headers)


@cache
def _file(name: str) -> _Finished:
    headers = {"Content-Type": _STATIC[name], "Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
    return _Finished(200, headers, (files("aligngraph.web") / "static" / name).read_bytes())


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        raise HttpError(404, f"no file {name!r} here.")
    return _encoded(request, _file(name), {})


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpError)
    headers = {**error.headers, "Cache-Control": "no-store"}
    if choose(request.headers.get("accept"), ("text/plain", "text/html")) == "text/html":
        from aligngraph.web.error_page import error_page

        return Response(
            error_page(error.status, str(error)), error.status, {**headers, "Content-Type": "text/html; charset=utf-8"}
        )
    return Response(f"{error}\n", error.status, {**headers, "Content-Type": "text/plain; charset=utf-8"})


def application(settings: Settings, on_ready: Callable[[], None] = lambda: None) -> Any:
    """Return the ASGI application of a server with these *settings*; *on_ready* is called when it answers."""
    front = Front(settings, on_ready)

    def page(name: str) -> Any:
        async def answer(request: Request) -> Response:
            return await front.page(request, name, request.path_params.get("name", ""))

        return answer

    routes = [
        Route("/", page("home")),
        Route("/sparql", front.sparql, methods=["GET", "HEAD", "POST"]),
        Route("/query", page("queries")),
        Route("/query/{name}", front.query),
        Route("/search", page("search")),
        Route("/works", page("works")),
        Route("/taxonomy", page("taxonomy")),
        Route("/docs", page("docs")),
        *(Route(f"{PROPERTIES}{ending}", page("properties")) for ending in ("", ".html")),
        Route("/docs/{name}", front.doc),
        Route("/why/{name}", page("why")),
        Route("/dump/aligngraph{ending:path}", front.dump),
        Route("/names.json", front.list),
        Route("/terms.json", front.list),
        Route("/api/{name}", front.api),
        Route("/openapi.json", front.openapi),
        Route("/reconcile", front.reconcile, methods=["GET", "HEAD", "POST"]),
        Route("/reconcile/{operation:path}", front.reconcile_part),
        Route("/feed.atom", front.feed),
        Route("/static/{name}", _static),
        Route("/{path:path}", front.document),
    ]

    async def nothing(request: Request, _error: Exception) -> Response:
        return await _failed(request, HttpError(404, f"there is nothing at {request.url.path[:200]!r}."))

    async def wrong_method(request: Request, error: Exception) -> Response:
        allow = getattr(error, "headers", None) or {}
        return await _failed(request, HttpError(405, f"{request.method} is not for this address.", **allow))

    handlers: Any = {HttpError: _failed, 404: nothing, 405: wrong_method}
    app = Starlette(routes=routes, lifespan=front.running, exception_handlers=handlers)
    app.state.front = front
    return Headers(app)
