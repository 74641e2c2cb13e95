"""Which licence a source names by its SPDX identifier, as the Hugging Face hub and DataCite write it."""

from __future__ import annotations

import re

_KNOWN = {
    "mit": "https://opensource.org/license/mit",
    "apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "bsd-3-clause": "https://opensource.org/license/bsd-3-clause",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cdla-permissive-2.0": "https://cdla.dev/permissive-2-0/",
}
_CREATIVE_COMMONS = re.compile(r"cc-(by(?:-nc)?(?:-nd|-sa)?)-(\d\.\d)")


def licence_iri(text: str) -> str | None:
    """Return the address of the licence that *text* names; None where it names none for certain.

    >>> licence_iri("CC-BY-NC-4.0")
    'https://creativecommons.org/licenses/by-nc/4.0/'
    """
    name = text.strip().casefold()
    if found := _CREATIVE_COMMONS.fullmatch(name):
        return f"https://creativecommons.org/licenses/{found[1]}/{found[2]}/"
    return _KNOWN.get(name)
