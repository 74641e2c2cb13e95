"""All the services, running."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.support.catalogues.rdf import Dblp, Wikidata, sparql_servers
from tests.support.catalogues.rest import Crossref, DataCite, HuggingFace, OpenAlex, Orcid, SemanticScholar
from tests.support.catalogues.service import Service, serving


class Services(dict[str, Service]):
    """The services that run, by name."""

    def at(self) -> list[str]:
        """Return the options that make the command ask here."""
        return [word for name, one in self.items() for word in ("--at", f"{name}={one.address}")]

    def requests(self) -> int:
        """Return how many requests arrived at all of them."""
        return sum(len(one.asked) for one in self.values())


@contextlib.contextmanager
def running_services() -> Iterator[Services]:
    """Start a server for each service, and stop them in the end."""
    with sparql_servers() as (dblp, wikidata):
        started: list[Service] = [OpenAlex(), Crossref(), DataCite(), Dblp(dblp), Wikidata(wikidata)]
        started += [SemanticScholar(), Orcid(), HuggingFace()]
        with serving(*started):
            yield Services({one.name: one for one in started})
