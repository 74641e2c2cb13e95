"""What is compared instead of the text itself: titles, names and addresses without their typography."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\s*|[^A-Za-z])")
_LATEX_LETTERS = {"\\ss": "ss", "\\o": "o", "\\O": "O", "\\l": "l", "\\L": "L", "\\ae": "ae", "\\AE": "AE", "\\i": "i"}
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n", "ħ": "h"}
)
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WORD = re.compile(r"[^\W_]+")

STOP_WORDS = frozenset(
    "a an and as at by do does for from how in into is it its of on or our over than that the their this to toward "
    "towards under using via we what when which with without you your".split()
)


def clean(text: str) -> str:
    """Return *text* as data holds it: composed, on one line, without controls and marks of direction."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_CONTROL.sub(" ", text).split())


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Return *text* in small letters without accents, LaTeX and markup; other signs stay."""
    if not text.isascii() or "\\" in text or "<" in text:
        text = _MARKUP.sub("", text)
        for command, letter in _LATEX_LETTERS.items():
            text = re.sub(rf"{re.escape(command)}(?![A-Za-z])", letter, text)
        # What marks an accent goes; the letter under it stays. A command with an argument leaves the argument.
        text = _COMMAND.sub("", text)
        text = INVISIBLE.sub("", text)
        text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
        text = "".join(character for character in text if not unicodedata.combining(character))
    return text.casefold()


def words_of(text: str) -> list[str]:
    """Return the words of *text*, folded; "&" is "and"."""
    return _WORD.findall(fold(text.replace("&", " and ")))


@lru_cache(maxsize=1 << 16)
def title_key(title: str) -> str:
    """Return what two prints of one title share: its letters and digits, folded and run together.

    So "Fine-tuning", "Fine‑Tuning" and "finetuning" are one. A title of signs only is its own key.
    """
    return "".join(words_of(title)) or fold(title).strip()


@lru_cache(maxsize=1 << 16)
def loose_key(title: str) -> str:
    """Return the telling words of *title*, sorted and without plural: equal for near-identical titles."""
    words = {word.rstrip("s") or word for word in words_of(title) if word not in STOP_WORDS}
    return " ".join(sorted(words))


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """Return what two prints of one name share, the order of "Family, Given" included."""
    family, comma, given = name.partition(",")
    if comma and given.strip() and "," not in given:
        name = f"{given} {family}"
    return " ".join(words_of(name))


_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_PARTICLES = frozenset("al da de del della den der di dos du el la le ten ter van von zu".split())


def family_words(name: str) -> list[str]:
    """Return the words of the family name in *name*, with particles, folded; a name of one word is one."""
    family, comma, given = name.partition(",")
    if comma and given.strip():
        return words_of(family)
    words = [word for word in fold(name).replace("’", "'").split() if word.strip(".")]
    while len(words) > 1 and words[-1].strip(".") in _SUFFIXES:
        words.pop()
    start = len(words) - 1
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    return words_of(" ".join(words[start:]).replace("-", "").replace("'", ""))


@lru_cache(maxsize=1 << 16)
def family_key(name: str) -> str:
    """Return the last word of the family name in *name*, folded, umlauts as one letter."""
    words = family_words(name)
    return one_letter(words[-1]) if words else ""


def one_letter(word: str) -> str:
    """Return the folded *word* with "ae", "oe" and "ue", which may be umlauts spelled out, as one letter."""
    return re.sub(r"(?<=[aou])e(?=[^aeiou])", "", word)


def slug(text: str) -> str:
    """Return *text* in the letters, digits and hyphens that our IRIs are made of; may be empty."""
    plain = fold(text.replace("&", " and ")).replace("'", "").replace("’", "")
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def url_key(url: str) -> str:
    """Return what two spellings of one address share."""
    return unquote(url).strip()
