"""What the modules of the sources share: a base address that can be replaced, and no key where none is said."""

from __future__ import annotations

from urllib.parse import quote, urlencode


class Catalogue:
    """A source with a base address; `linking.source.Source` says what else it has."""

    name: str
    base: str
    kinds: frozenset[str] = frozenset(("works",))
    rate: float = 1.0
    concurrency: int = 1
    needs_contact: bool = False
    key_variable: str | None = None

    def __init__(self, base: str | None = None) -> None:
        """Ask at *base* instead of the service's own address."""
        if base:
            self.base = base.rstrip("/")

    def headers(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return no headers: there is no key."""
        del key, contact
        return {}

    def parameters(self, key: str | None, contact: str | None) -> dict[str, str]:
        """Return no parameters: there is no key."""
        del key, contact
        return {}

    def address(self, path: str, **parameters: str) -> str:
        """Return the address of *path* below the base, with *parameters*."""
        # What filters are made of stays readable, which keeps addresses short.
        query = urlencode(parameters, quote_via=quote, safe=":/|,")
        return f"{self.base}{path}" + (f"?{query}" if query else "")
