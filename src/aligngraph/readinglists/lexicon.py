"""The words by which the parts of an entry are known: labels, column names, venue words, words no name has.

They stand in lexicon.toml. They only tell parts of an entry from each other; what a venue *is* stands in the data.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files


def _read() -> dict[str, frozenset[str]]:
    text = (files("aligngraph.readinglists") / "lexicon.toml").read_text(encoding="utf-8")
    return {
        name: frozenset(" ".join(word.split()) for word in words.split(",") if word.strip())
        for name, words in tomllib.loads(text).items()
    }


_WORDS = _read()
LABELS = _WORDS["labels"]
LABEL_GLUE = _WORDS["label_glue"]
VAGUE_LABELS = _WORDS["vague_labels"]
WORK_LABELS = _WORDS["work_labels"]
AUTHOR_KEYS = _WORDS["author_keys"]
VENUE_KEYS = _WORDS["venue_keys"]
YEAR_KEYS = _WORDS["year_keys"]
TITLE_KEYS = _WORDS["title_keys"]
NAME_KEYS = _WORDS["name_keys"]
LINK_KEYS = _WORDS["link_keys"]
NOTE_KEYS = _WORDS["note_keys"]
CONTENTS_SECTIONS = _WORDS["contents_sections"]
OTHER_SECTIONS = _WORDS["other_sections"]
ACRONYMS = _WORDS["acronyms"]
VENUE_WORDS = _WORDS["venue_words"]
WHOLE_VENUES = _WORDS["whole_venues"]
TRACK_WORDS = _WORDS["track_words"]
PLAIN_WORDS = _WORDS["plain_words"]
NOT_NAMES = _WORDS["not_names"]
FAMILIES = _WORDS["families"]
PARTICLES = _WORDS["particles"]
SUFFIXES = _WORDS["suffixes"]
BODIES = _WORDS["bodies"]
TRACK_TOKENS = frozenset(word for phrase in TRACK_WORDS for word in phrase.split()) | {*"&-–()/:|", "and"}
# Domains whose addresses are not the work itself.
NOT_WORK_HOSTS = tuple(sorted(_WORDS["not_work_hosts"]))
