"""IRIs as CURIEs, and back."""

from __future__ import annotations

import pytest

from aligngraph.rdf.namespaces import AG, PREFIXES, expand, shorten


def test_what_follows_a_namespace_begins_behind_its_last_slash_or_hash() -> None:
    assert [name for name, namespace in PREFIXES.items() if namespace[-1] not in "/#"] == []
    assert len(set(PREFIXES.values())) == len(PREFIXES)


@pytest.mark.parametrize("name", PREFIXES)
def test_an_iri_in_a_namespace_is_shortened_and_comes_back(name: str) -> None:
    iri = f"{PREFIXES[name]}some-thing.1"
    assert shorten(iri) == f"{name}:some-thing.1"
    assert expand(shorten(iri)) == iri


@pytest.mark.parametrize(
    "iri", [AG, f"{AG}a/b", f"{AG}a.", f"{AG}é", f"{AG[:-1]}", "https://example.org/a", "urn:a", "", f"{AG}a#b"]
)
def test_an_iri_that_fits_no_prefix_stays_whole(iri: str) -> None:
    assert shorten(iri) == f"<{iri}>"
