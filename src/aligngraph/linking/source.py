"""What a source is: it says what to ask, and reads the answers. Sending, waiting and keeping are not its business."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from aligngraph.errors import AligngraphError
from aligngraph.linking.records import Record, Wanted


class AnswerError(AligngraphError):
    """An answer of a source has not the shape that it is documented to have. The text says what was expected."""


class Question(NamedTuple):
    """One request. *url* begins with the base address of the source, without a key or contact address."""

    method: str
    url: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    things: tuple[str, ...] = ()
    """The IRIs of what is asked about."""
    cost: float = 0.0
    """US dollars; 0 for what is free."""
    what: str = ""
    """In words, for reports: "batch of DOIs", "search by title"."""
    may_be_missing: bool = False
    """Whether status 404 says that there is nothing of the kind."""


class Source(ABC):
    """A catalogue that is asked over the network."""

    name: str
    base: str
    """The address that questions begin with; `--at NAME=URL` puts another in its place."""
    kinds: frozenset[str] = frozenset(("works",))
    """The kinds of things it knows: "works", "people", "venues", "artifacts", "concepts"."""
    rate: float = 1.0
    """Requests a second, until answers tell another rate."""
    concurrency: int = 1
    """How many requests may be under way at once."""
    needs_contact: bool = False
    """Whether it asks for a contact address."""
    key_variable: str | None = None
    """The environment variable with a key, where it takes one."""

    def __init__(self, base: str | None = None) -> None:
        """Ask at *base* instead of the service's own address."""
        if base:
            self.base = base.rstrip("/")

    @abstractmethod
    def by_identifier(self, wanted: Sequence[Wanted]) -> list[Question]:
        """Return the questions for those of *wanted* that have an identifier the source knows, in batches."""

    @abstractmethod
    def search(self, wanted: Wanted) -> Question | None:
        """Return the question for what was not found by identifier; None where the source has no search."""

    @abstractmethod
    def read(self, question: Question, body: bytes, media_type: str) -> list[Record]:
        """Return the records in the answer to *question*. Nothing in it is trusted.

        Raise AnswerError where the answer has another shape than the source documents.
        """

    def headers(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return the headers that carry the key and the contact address; the User-Agent has the contact anyway."""
        del key, contact
        return {}

    def parameters(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return the query parameters that carry them, where the source has no headers for them; never kept."""
        del key, contact
        return {}

    def address(self, path: str, **parameters: str) -> str:
        """Return the address of *path* below the base, with *parameters*."""
        # What filters are made of stays readable, which keeps addresses short.
        query = urlencode(parameters, quote_via=quote, safe=":/|,")
        return f"{self.base}{path}" + (f"?{query}" if query else "")
