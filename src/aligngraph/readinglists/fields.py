"""Which parts of an entry are fields: where the title ends, and what is a venue by where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from aligngraph.readinglists.segments import Chunk
from aligngraph.readinglists.title_candidates import BREAKS_OFF
from aligngraph.readinglists.venues import is_manner

# "e14184" is a number of a page.
_WORD = re.compile(r"[^\W\d_]{2}")
_WRAPPED = 60
"""Shorter lines hold a field each rather than a part of a text."""
_FEW = 2
_PAGES = re.compile(r"\d\)?:\s?\d")
_IN = re.compile(r"(?:^|[.?!])\s*In\s*$")


def ends_title(chunks: Sequence[Chunk], number: int) -> bool:
    """Whether a part, in a text that sets no title off, is a field after the title rather than a part of it."""
    kind = chunks[number].kind
    return kind == "A" or _ENDS_TITLE[kind](chunks, number)


def _place_ends(chunks: Sequence[Chunk], number: int) -> bool:
    chunk = chunks[number]
    dated = chunk.place is not None and chunk.place.year is not None
    return number > 0 or (dated and len(chunks) > 1) or chunk.sep == "open"


def _dated_words_end(chunks: Sequence[Chunk], number: int) -> bool:
    chunk, earlier = chunks[number], chunks[:number]
    if not earlier or any(other.kind in "Aa" for other in earlier):
        return bool(earlier)
    return (
        chunk.sep in ("stop", "dash", "hard", "soft", "open", "set")
        or chunk.code
        or (chunk.italic and bool(_IN.search(earlier[-1].text)))
    ) and not _named(chunks[number + 1 :])


def _name_ends(chunks: Sequence[Chunk], number: int) -> bool:
    chunk, later = chunks[number], chunks[number + 1 :]
    if number == 0:
        # "Noor Haddad, *Nets That Mend Themselves*, Letters 2031"
        before_title = len(later) > 1 and later[0].italic and not chunk.italic and chunk.text.rstrip().endswith(",")
        return (len(later) > 1 and is_cited(chunks, number)) or before_title
    return (
        chunk.italic
        or (number > 1 and chunk.sep == "stop" and _begins_cited(chunks) and all(other.italic for other in later))
        or (bool(later) and later[0].kind in "Pp")
        or (chunk.sep in ("dash", "hard", "soft") and not _named(later))
    )


def _words_end(chunks: Sequence[Chunk], number: int) -> bool:
    chunk, later = chunks[number], chunks[number + 1 :]
    if number == 0:
        return False
    if is_imprint(chunks, number):
        return True
    authored = chunks[0].kind == "A" or _begins_cited(chunks)
    if chunk.italic and chunks[number - 1].italic and chunks[number - 1].text.rstrip().endswith(("?", "!")):
        # "Noor Haddad, *Do Nets Mend? Tides and Methods*, ACL 2031"
        return False
    if chunk.italic and authored and len(chunk.text.split()) <= 10:
        return chunk.sep in ("stop", "style", "comma")
    if chunk.code:
        return chunk.sep == "link" or not later
    if chunk.sep == "link":
        return not _named(later)
    # A description after a dash; a subtitle is set like a title.
    return chunk.sep == "dash" and not any(other.kind in "AP" for other in later) and not _is_titled(chunk.text)


# By what the part reads as.
_ENDS_TITLE: dict[str, Callable[[Sequence[Chunk], int], bool]] = {
    "P": _place_ends,
    "p": _dated_words_end,
    "a": _name_ends,
    "X": _words_end,
}


def is_place(chunk: Chunk, *, authored: bool, first: bool) -> bool:
    """Whether words with a year name a place: they follow authors, or are set like a name."""
    words = chunk.text.split()
    if chunk.place is not None and _is_remark(chunk.text, bracketed=chunk.sep == "open"):
        return False
    long = [word for word in words if word[:1].isalpha() and (len(word) > 3 or word.isupper())]
    capitals = sum(not word.islower() for word in long)
    if authored and chunk.sep != "dash":
        return len(words) <= 14
    return len(words) <= 10 and (
        chunk.italic
        or (bool(long) and capitals >= 0.6 * len(long) and not (first and chunk.sep == "dash" and len(words) > 6))
    )


def is_bare_venue(chunks: Sequence[Chunk], number: int) -> bool:
    """Whether words right after the authors are a venue we know no word of."""
    chunk = chunks[number]
    words = chunk.text.split()
    if (
        chunk.code
        or chunk.sep == "dash"
        or is_bracketed(chunk.text)
        or not chunk.text.strip()[:1].isupper()
        or not 1 <= len(words) <= 9
        or any(word.islower() and len(word) > 3 for word in words)
    ):
        return False
    if number > 0 and chunks[number - 1].kind in "Aa":
        following = chunks[number + 1 : number + 2]
        return chunk.italic or (
            chunk.sep in ("comma", "stop", "al", "style")
            and ((bool(following) and following[0].kind == "P") or (len(words) <= 6 and number == len(chunks) - 1))
        )
    return (
        chunk.italic
        and number == 0
        and len(words) <= 7
        and all(other.kind in "APp" or not _WORD.search(other.text) for other in chunks if other is not chunk)
    )


def strip_marks(text: str) -> str:
    """Return the text without the marks around it; brackets that it opens itself stay."""
    bare = text.strip(' \t\n,;:|·–—-.[](){}"“”«»')
    return f"{bare})" if bare.count("(") > bare.count(")") and ")" in text else bare


def _is_titled(text: str) -> bool:
    """Whether nearly all long words have capitals, as those of titles do."""
    long = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
    return bool(long) and sum(word[0].isupper() for word in long) >= 0.8 * len(long)


def _is_remark(text: str, *, bracketed: bool) -> bool:
    """Whether words with a year are said in passing: "(translated from the 2030 task)"."""
    edition = bracketed and re.match(r"\W*\d+(?:st|nd|rd|th)\s+ed", text, re.IGNORECASE)
    return bool(edition or re.match(r"[\W\d]*[(\[]\s*[a-z]+\b", text) or (bracketed and re.match(r"\W*[a-z]+\s", text)))


def is_venue_ahead(text: str) -> bool:
    """Whether words in round brackets before the title are a venue nobody knows: "(Letters on Machine Values) …"."""
    found = re.match(r"\s*\(([^()]+)\)\s", text)
    words = found[1].split() if found else []
    long = [word for word in words if len(word) > 3]
    return 3 <= len(words) <= 8 and all(word[0].isupper() for word in long) and words[0][0].isupper()


def is_cited(chunks: Sequence[Chunk], number: int) -> bool:
    """Whether the year follows in brackets: "Jo Rivera (2031). A Title of a Work"."""
    following = chunks[number + 1] if number + 1 < len(chunks) else None
    place = following.place if following is not None and following.kind == "P" and following.sep == "open" else None
    return place is not None and place.venue is None


def _begins_cited(chunks: Sequence[Chunk]) -> bool:
    return chunks[0].kind in "Aa" and is_cited(chunks, 0)


def is_imprint(chunks: Sequence[Chunk], number: int) -> bool:
    """Whether a part is set like a venue's name, and is the last sentence after "Names (year) Title of a work."

    So is one with a date behind it: "Names. Title of a work. Some Journal. 2031;12(3):45-67".
    """
    chunk = chunks[number]
    after = chunks[number + 1] if number + 1 < len(chunks) else None
    dated = after is not None and after.sep == "stop" and after.place is not None and after.place.venue is None
    paged = dated and number > 1 and chunks[0].kind == "A" and chunks[1].sep == "stop"
    words = chunk.text.strip(" .").split()
    long = [word for word in words if len(word) > 3]
    return (
        (paged or (number > 2 and _begins_cited(chunks)))
        and chunk.sep == "stop"
        and 1 <= len(words) <= 8
        and words[0][:1].isupper()
        and sum(word[0].isupper() for word in long) >= 0.8 * len(long)
        and not re.search(r"[?!]$", chunk.text.strip())
        and (paged or all(other.italic or other.kind in "Pp" for other in chunks[number + 1 :]))
    )


def is_bracketed(text: str) -> bool:
    """Whether text begins with a bracket."""
    return text.strip().startswith(("[", "("))


def _named(chunks: Sequence[Chunk]) -> bool:
    return any(other.kind == "A" for other in chunks)


def runs_on(text: str, chunks: Sequence[Chunk]) -> bool:
    """Whether a line ends amid the name of a venue, whose rest begins the next: "Advances in / Net Mending, 2031"."""
    for before, after in pairwise(chunks):
        end = text.find("\n", before.start, after.end)
        if before.kind != "X" or after.place is None or end < 0 or text[end : after.start].strip():
            continue
        said, rest = strip_marks(before.text), strip_marks(after.text)
        if BREAKS_OFF.search(said) or rest[:1].islower():
            return True
        long = end - (text.rfind("\n", 0, end) + 1) >= _WRAPPED
        open_ended = said[:1].isupper() and len(said.split()) <= _FEW and not is_manner(said)
        if long and open_ended and (not after.place.sure or _PAGES.search(rest)):
            return True
    return False
