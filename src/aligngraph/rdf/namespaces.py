"""The names of the catalogue: prefixes, and the way from an IRI to a short name and back."""

from __future__ import annotations

import re

BASE = "https://w3id.org/aligngraph/"
ONTOLOGY = BASE + "ontology"
AG = ONTOLOGY + "#"
AGS = BASE + "shapes#"
GRAPH = BASE + "graph/"
INFERRED_GRAPH = GRAPH + "inferred"

KINDS = (
    "approach",
    "artifact",
    "authorship",
    "correction",
    "goal",
    "graph",
    "link",
    "listing",
    "method",
    "organization",
    "person",
    "placing",
    "publication",
    "section",
    "survey",
    "venue",
    "work",
)
"""The kinds of things, each with a slash namespace and a prefix of the same name."""

PREFIXES: dict[str, str] = {
    "ag": AG,
    "agsh": AGS,
    **{kind: f"{BASE}{kind}/" for kind in KINDS},
    "bibo": "http://purl.org/ontology/bibo/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "sssom": "https://w3id.org/sssom/",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix to namespace, as used in the catalogue's own files and understood on the command line."""

_BY_NAMESPACE = {namespace: prefix for prefix, namespace in PREFIXES.items()}
"""Each ends in the last slash or hash of an IRI in it, as what follows has neither."""
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


def shorten(iri: str) -> str:
    """Return *iri* as a CURIE (``work:rafailov2023-dpo``) where a known prefix fits, else as ``<iri>``."""
    end = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = _BY_NAMESPACE.get(iri[:end])
    return f"{prefix}:{iri[end:]}" if prefix and _LOCAL.fullmatch(iri, end) else f"<{iri}>"


def expand(curie: str) -> str | None:
    """Return the IRI that *curie* stands for, or None where its prefix is unknown or there is none."""
    prefix, colon, local = curie.partition(":")
    namespace = PREFIXES.get(prefix)
    return namespace + local if colon and namespace is not None and not local.startswith("//") else None
