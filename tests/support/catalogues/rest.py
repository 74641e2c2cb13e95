"""OpenAlex, Crossref, DataCite, Semantic Scholar, ORCID, Hugging Face: as documented or recorded by November 2026."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from aligngraph.bibliography.keys import words_of
from tests.support.catalogues.service import Answer, Asked, Service, said
from tests.support.catalogues.works import Work, orcid, person, works

WRONG = "10.18653/v1/2023.findings-acl.99"
"""A DOI under which each has the record of another work."""
OTHER_TITLE = "A Corpus of Weather Reports for Machine Translation"


OTHER_AUTHORS = (("Ada", "Byron"), ("Charles", "Babbage"))


def title_of(one: Work, doi: str | None = None) -> str:
    return OTHER_TITLE if doi == WRONG else one.title


def authors_of(one: Work, doi: str | None = None) -> tuple[tuple[str, str], ...]:
    return OTHER_AUTHORS if doi == WRONG else one.authors


def found(query: str) -> list[Work]:
    """Return the works whose title has most of the words, the best first."""
    asked = set(words_of(query))
    scored = [(len(asked & set(words_of(one.title))) / max(len(asked), 1), one) for one in works()]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score >= 0.5]


def works_in_journals() -> list[Work]:
    return [one for one in works() if "issn" in one.published]


def by_doi(dois: list[str]) -> Iterator[tuple[Work, str]]:
    """Yield the works with one of *dois*, with that DOI as registered."""
    wanted = {doi.lower() for doi in dois}
    for one in works():
        yield from ((one, doi) for doi in one.dois if doi.lower() in wanted)


class OpenAlex(Service):
    """Keys are wanted: without one a few cents a day. A work is one record, whatever its copies."""

    name = "openalex"
    per_second = 100
    key = "an-openalex-key"
    _FIELDS = frozenset(
        "id doi ids display_name title publication_year publication_date type authorships primary_location locations "
        "biblio".split()
    )

    def reset(self) -> None:
        super().reset()
        self.spent = 0.0
        """US dollars."""
        self.allowed = 0.01
        """US dollars without a key."""

    def answer(self, asked: Asked) -> Answer:
        if len(asked.path) + sum(len(value) for value in asked.query.values()) > 4000:
            return Answer(414, b"<html>414 Request-URI Too Large</html>", "text/html")
        if asked.path == "/works/W9000000999":
            return Answer(301, b"", "text/html", (("Location", f"{self.address}/works/W9000000001"),))
        if single := re.fullmatch(r"/works/W9(\d{9})", asked.path):
            one = next((one for one in works() if one.number == int(single[1])), None)
            return said(self.record(one)) if one else self._wrong(404, "Not Found")
        self.spent += 0.001 if "search" in asked.query else 0.0001
        if asked.query.get("api_key") not in (None, self.key):
            return self._wrong(401, "Invalid API key")
        if "api_key" not in asked.query and self.spent > self.allowed:
            return self._wrong(429, "Daily limit exceeded")
        if int(asked.query.get("per_page", "25")) > 100:
            return self._wrong(400, "per_page must be between 1 and 100")
        if asked.path == "/sources" and "filter" in asked.query:
            kind, _, values = asked.query["filter"].partition(":")
            if kind not in ("issn", "openalex"):
                return self._wrong(400, f"Unknown filter field: {kind}")
            known = {one["id"]: one for one in map(self.venue, works_in_journals())}
            mine = set(values.split("|"))
            return self._list([
                one for one in known.values() if mine & {*one["issn"], one["id"].rpartition("/")[2]}
            ])  # fmt: skip
        if asked.path == "/sources":
            asked_for = set(words_of(asked.query["search"]))
            venues = [one for one in works() if asked_for <= set(words_of(one.published.get("venue", "")))]
            return self._list([self.venue(one) for one in venues if "issn" in one.published])
        if unknown := set(filter(None, asked.query.get("select", "").split(","))) - self._FIELDS:
            return self._wrong(403, f"{', '.join(unknown)} is not a valid select field")
        if "search" in asked.query:
            return self._list([self.record(one) for one in found(asked.query["search"])][:5])
        kind, _, values = asked.query.get("filter", "").partition(":")
        if kind != "doi":
            return self._wrong(400, f"Unknown filter field: {kind}")
        dois = values.split("|")
        if len(dois) > 100:
            return self._wrong(400, "Maximum number of values exceeded for doi")
        # One record for the preprint and the published version.
        known = {one.id: self.record(one, doi) for one, doi in reversed(list(by_doi(dois)))}
        return self._list(list(known.values()))

    def limits(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        left = (1.0 if "api_key" in asked.query else self.allowed) - self.spent
        return ("X-RateLimit-Limit", "1"), ("X-RateLimit-Remaining", f"{max(left, 0):.4f}"), ("X-RateLimit-Reset", "9")

    @staticmethod
    def _wrong(code: int, message: str) -> Answer:
        return said({"error": message, "message": message}, code)

    @staticmethod
    def _list(records: list[dict[str, Any]]) -> Answer:
        return said(
            {"meta": {"count": len(records), "page": 1, "cost_usd": 0.0001}, "results": records, "group_by": []}
        )

    def record(self, one: Work, doi: str | None = None) -> dict[str, Any]:
        published = one.published
        preprint = {
            "is_oa": True,
            "landing_page_url": f"http://arxiv.org/abs/{one.arxiv}",
            "source": {"id": "https://openalex.org/S4306400194", "display_name": "arXiv (Cornell University)",
                       "issn_l": None, "issn": None, "type": "repository"},
            "license": None,
            "version": "submittedVersion",
            "raw_type": None,
        }  # fmt: skip
        version = {
            "is_oa": True,
            "landing_page_url": f"https://doi.org/{published.get('doi')}",
            "source": {"id": f"https://openalex.org/S9{one.number:09}", "display_name": published.get("venue"),
                       "issn_l": published.get("issn"), "issn": [published["issn"]] if "issn" in published else None,
                       "type": "journal" if "issn" in published else "conference"},
            "license": "cc-by",
            "version": "publishedVersion",
            "raw_type": {"JournalArticle": "journal-article", "BookChapter": "book-chapter"}.get(
                published.get("kind", ""), "proceedings-article"),
        }  # fmt: skip
        doi = doi if doi == WRONG else published.get("doi") or one.dois[0] if one.dois else None
        first, _, last = (published.get("pages") or "").partition("-")
        return {
            "id": f"https://openalex.org/W9{one.number:09}",
            "doi": f"https://doi.org/{doi.lower()}" if doi else None,
            "display_name": title_of(one, doi),
            "title": title_of(one, doi),
            "publication_year": published.get("year", one.year),
            "publication_date": f"{published.get('year', one.year)}-01-01",
            "type": "article" if published.get("doi") else "preprint",
            "primary_location": version if published.get("doi") else preprint,
            "locations": [*([version] if published.get("doi") else []), *([preprint] if one.arxiv else [])],
            "biblio": {"volume": published.get("volume"), "issue": published.get("issue"),
                       "first_page": first or None, "last_page": last or None},
            "authorships": [
                {"author_position": "middle", "is_corresponding": False, "raw_author_name": f"{given} {family}".strip(),
                 "author": {"id": f"https://openalex.org/A9{person((given, family)):09}",
                            "display_name": f"{given} {family}".strip(),
                            "orcid": f"https://orcid.org/{known}" if (known := orcid((given, family))) else None}}
                for given, family in authors_of(one, doi)[:100]
            ],
            "a_new_field": {"of": ["no", "interest"]},
        }  # fmt: skip

    @staticmethod
    def venue(one: Work) -> dict[str, Any]:
        return {
            "id": f"https://openalex.org/S9{one.number:09}",
            "display_name": one.published["venue"],
            "issn_l": one.published["issn"],
            "issn": [one.published["issn"]],
            "type": "journal",
        }


class Crossref(Service):
    """The public pool: five requests a second, one at a time; who gives an address has ten, and three at a time."""

    name = "crossref"
    _FIELDS = frozenset(
        "DOI title subtitle author issued type container-title volume issue page ISSN ISBN license".split()
    )

    def answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/works/"):
            for one, doi in by_doi([asked.path.removeprefix("/works/")]):
                return self._message(self.record(one, doi), "work")
            return Answer(404, b"Resource not found.", "text/plain")
        if single := re.fullmatch(r"/journals/([0-9X-]+)", asked.path):
            journal = next((one for one in works_in_journals() if one.published["issn"] == single[1]), None)
            return self._message(self.journal(journal), "journal") if journal else Answer(404, b"Resource not found.")
        if asked.path == "/journals":
            return self._message({"items": [self.journal(one) for one in works() if "issn" in one.published]}, "list")
        if asked.path != "/works" or int(asked.query.get("rows", "20")) > 1000:
            return Answer(404 if asked.path != "/works" else 400, b"Resource not found.", "text/plain")
        if unknown := set(filter(None, asked.query.get("select", "").split(","))) - self._FIELDS:
            said_of = [{"type": "parameter-not-allowed", "value": name, "message": "Unknown field"} for name in unknown]
            return said({"status": "failed", "message-type": "validation-failure", "message": said_of}, 400)
        if query := asked.query.get("query.bibliographic"):
            known = [(one, one.published["doi"]) for one in found(query) if one.published.get("doi")]
        else:
            filters = [value.partition(":") for value in asked.query.get("filter", "").split(",")]
            if any(name != "doi" for name, _, _ in filters):
                return said({"status": "failed", "message-type": "validation-failure", "message": []}, 400)
            # arXiv's DOIs are registered elsewhere.
            known = [pair for pair in by_doi([doi for _, _, doi in filters]) if "arxiv" not in pair[1].lower()]
        items = [self.record(one, doi) for one, doi in known]
        return self._message({"facets": {}, "total-results": len(items), "items": items, "items-per-page": 20}, "list")

    def _polite(self, asked: Asked) -> bool:
        return "mailto" in asked.query or "mailto:" in asked.headers.get("user-agent", "")

    def allowance(self, asked: Asked) -> tuple[int | None, int | None]:
        return (10, 3) if self._polite(asked) else (5, 1)

    def limits(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        rate, at_once = self.allowance(asked)
        return (
            ("x-rate-limit-limit", str(rate)),
            ("x-rate-limit-interval", "1s"),
            ("x-concurrency-limit", str(at_once)),
            ("x-api-pool", "polite" if self._polite(asked) else "public"),
        )

    @staticmethod
    def _message(message: dict[str, Any], kind: str) -> Answer:
        return said({"status": "ok", "message-type": kind, "message-version": "1.0.0", "message": message})

    @staticmethod
    def record(one: Work, doi: str) -> dict[str, Any]:
        published = one.published
        title, _, subtitle = title_of(one, doi).partition(": ")
        return {
            "DOI": doi.lower(),
            "type": {"JournalArticle": "journal-article", "BookChapter": "book-chapter"}.get(
                published["kind"], "proceedings-article"),
            "title": [title],
            "subtitle": [subtitle] if subtitle else [],
            "author": [
                {"given": given, "family": family, "sequence": "additional", "affiliation": []}
                | ({"ORCID": f"https://orcid.org/{known}"} if (known := orcid((given, family))) else {})
                for given, family in authors_of(one, doi)
            ],
            "issued": {"date-parts": [[published["year"], 6]]},
            "container-title": [published["venue"]],
            **{name: published[key] for name, key in (("volume", "volume"), ("issue", "issue"), ("page", "pages"))
               if published.get(key)},
            **({"ISSN": [published["issn"]]} if "issn" in published else {}),
            "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"}],
        }  # fmt: skip

    @staticmethod
    def journal(one: Work) -> dict[str, Any]:
        return {"title": one.published["venue"], "publisher": "A publisher", "ISSN": [one.published["issn"]]}


class DataCite(Service):
    """Has arXiv's DOIs, and answers in JSON:API."""

    name = "datacite"
    per_second = 20

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/dois":
            return said(
                {"errors": [{"status": "404", "title": "The resource you are looking for doesn't exist."}]}, 404
            )
        if "ids" in asked.query:
            known = [pair for pair in by_doi(asked.query["ids"].split(",")) if "arxiv" in pair[1].lower()]
        else:
            known = [(one, one.dois[-1]) for one in found(asked.query.get("query", "").partition(":")[2]) if one.arxiv]
        records = [self.record(one, doi) for one, doi in known][: int(asked.query.get("page[size]", "25"))]
        return said({"data": records, "meta": {"total": len(records), "totalPages": 1}, "links": {}})

    @staticmethod
    def record(one: Work, doi: str) -> dict[str, Any]:
        return {
            "id": doi.lower(),
            "type": "dois",
            "attributes": {
                "doi": doi.lower(),
                "titles": [{"title": "A translated title", "titleType": "TranslatedTitle"}, {"title": one.title}],
                "creators": [
                    {"name": f"{family}, {given}", "nameType": "Personal", "givenName": given, "familyName": family,
                     "affiliation": [], "nameIdentifiers": []}
                    if given else {"name": family, "nameType": "Organizational", "nameIdentifiers": []}
                    for given, family in one.authors
                ],
                "publisher": "arXiv",
                "container": {},
                "publicationYear": one.year,
                "dates": [{"date": f"{one.year}-{one.month:02}-28T17:59:01Z", "dateType": "Submitted"},
                          {"date": f"{one.year}-{one.month:02}", "dateType": "Issued"}],
                "types": {"resourceTypeGeneral": "Preprint", "resourceType": "Article"},
                "relatedIdentifiers": [],
                "rightsList": [{"rightsIdentifier": "cc-by-4.0",
                                "rightsUri": "https://creativecommons.org/licenses/by/4.0/legalcode"}],
                "state": "findable",
            },
        }  # fmt: skip


class SemanticScholar(Service):
    """Without a key, what all share is mostly used up; with one, a request a second."""

    name = "semanticscholar"
    key = "a-scholar-key"
    per_second = 10

    def reset(self) -> None:
        super().reset()
        self.shared = 1000
        """How many requests without a key are answered."""

    def answer(self, asked: Asked) -> Answer:
        given = asked.headers.get("x-api-key")
        if given not in (None, self.key):
            return said({"message": "Forbidden"}, 403)
        if given is None and len(self.asked) > self.shared:
            return said(
                {"message": "Too Many Requests. Please wait and try again or apply for a key.", "code": "429"}, 429
            )
        if asked.path == "/graph/v1/paper/search/match":
            known = found(asked.query["query"])
            if not known:
                return said({"error": "Title match not found"}, 404)
            return said({"data": [self.record(known[0]) | {"matchScore": 174.2}]})
        if asked.path != "/graph/v1/paper/batch" or asked.method != "POST":
            return said({"message": "Missing Authentication Token"}, 403)
        ids = json.loads(asked.body).get("ids")
        if not isinstance(ids, list) or not 0 < len(ids) <= 500:
            return said({"error": "Number of ids must be between 1 and 500"}, 400)
        return said([self.record(one) if (one := self._known(number)) else None for number in ids])

    @staticmethod
    def _known(number: str) -> Work | None:
        scheme, _, value = number.partition(":")
        for one in works():
            of_schemes: dict[str, list[str | None]] = {"ARXIV": [one.arxiv], "ACL": [one.acl], "DOI": [*one.dois]}
            known = of_schemes[scheme]
            if value.lower() in [number.lower() for number in known if number]:
                return one
        return None

    @staticmethod
    def record(one: Work) -> dict[str, Any]:
        published = one.published
        other = {
            "ArXiv": one.arxiv,
            "ACL": one.acl,
            "DBLP": next(iter(one.dblp), None),
            "DOI": next(iter(one.dois), None),
        }
        pages = f"\n          {published.get('pages', '')}\n        "
        return {
            "paperId": f"{one.number:040x}",
            "externalIds": {"CorpusId": 900000 + one.number} | {name: value for name, value in other.items() if value},
            "title": one.title,
            "venue": published.get("venue", "arXiv.org"),
            "year": one.year,
            "publicationDate": f"{one.year}-{one.month:02}-15",
            "publicationTypes": ["JournalArticle", "Conference"] if published else None,
            "journal": {"name": published["venue"], "pages": pages} if published else None,
            "authors": [
                {"authorId": f"9{person(author):07}", "name": " ".join(author).strip()} for author in one.authors
            ],
        }


class Orcid(Service):
    """Answers null where nobody is found."""

    name = "orcid"
    per_second = 12

    def answer(self, asked: Asked) -> Answer:
        if "application/json" not in asked.headers.get("accept", ""):
            return Answer(200, b"<?xml version='1.0'?><expanded-search:expanded-search/>", "application/xml")
        query = asked.query.get("q", "")
        if asked.path != "/v3.0/expanded-search" or not query:
            return said({"response-code": 404, "user-message": "The resource was not found.", "error-code": 9016}, 404)
        family = re.search(r'family-name:"([^"]*)"', query)
        dois = re.findall(r'"(10\.[^"]+)"', query)
        people = {
            author: None
            for one, _ in by_doi(dois)
            for author in one.authors
            if family and words_of(family[1]) == words_of(author[1]) and orcid(author)
        }
        results = [
            {"orcid-id": orcid((given, name)), "given-names": given, "family-names": name, "credit-name": None,
             "other-name": [], "email": [], "institution-name": ["An institute"]}
            for given, name in people
        ]  # fmt: skip
        return said({"expanded-result": results or None, "num-found": len(results)})


_REPOSITORIES: dict[str, dict[str, Any]] = {
    "datasets/bigscience/P3": {"id": "bigscience/P3", "cardData": {"license": ["apache-2.0"]}},
    "datasets/chendelong/PF-1M": {"id": "chendelong/PF-1M", "cardData": {"license": "unheard-of"}},
    "datasets/feradauto/MoralExceptQA": {"id": "somebody/else", "cardData": {"license": "mit"}},
    "datasets/openai/webgpt_comparisons": {"id": "openai/webgpt_comparisons", "cardData": "none"},
    "models/bigscience/bloomz": {"id": "bigscience/bloomz", "cardData": {"license": "bsd-3-clause"}},
}
"""Repositories of artifacts of ours, with licences that are made up."""


class HuggingFace(Service):
    """Tells its limits as in draft-ietf-httpapi-ratelimit-headers."""

    name = "huggingface"
    per_second = 30

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/api/papers/search":
            papers = [self.record(one) for one in found(asked.query.get("q", "")) if one.arxiv]
            return said([{"paper": paper, "title": paper["title"]} for paper in papers[:10]])
        if repository := _REPOSITORIES.get(asked.path.removeprefix("/api/")):
            return said(repository | {"private": False, "downloads": 3})
        number = asked.path.removeprefix("/api/papers/")
        one = next((one for one in works() if one.arxiv == number), None)
        if one is None:
            return said({"error": "Paper not found"}, 404, ("X-Error-Message", "Paper not found"))
        return said(self.record(one) | {"githubRepo": "javascript:alert(1)", "numTotalModels": 2, "linkedModels": []})

    def limits(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        left = 500 - len(self.asked)
        return ("RateLimit", f'"api";r={left};t=300'), ("RateLimit-Policy", '"fixed window";"api";q=500;w=300')

    @staticmethod
    def record(one: Work) -> dict[str, Any]:
        return {
            "id": one.arxiv,
            "title": one.title,
            "summary": "…",
            "upvotes": 3,
            "publishedAt": f"{one.year}-{one.month:02}-29T17:57:46.000Z",
            "authors": [{"_id": str(person(author)), "name": " ".join(author).strip(), "hidden": False}
                        for author in one.authors],
        }  # fmt: skip
