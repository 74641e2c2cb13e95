"""The lines of a page, ready to be read as Markdown: what is not part of its text is taken out, and said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aligngraph.bibliography.latex import to_text
from aligngraph.readinglists.links import is_label

_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\ue000-\uf8ff]")
# The joiners belong to words of some scripts and to emoji; between Latin letters they are noise.
_JOINERS = re.compile("(?<=[\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u024f])")
_WRAPPER = re.compile(
    r"^\s*(?:</?(?:details|summary|div|center|section|article|p|span|font|small|sub|sup|table-of-contents)\b[^<>]*>\s*)+$",
    re.IGNORECASE,
)
_HEADED = re.compile(r"^\s{0,3}<h([1-6])\b[^<>]*>(.*)</h\1>\s*$", re.IGNORECASE)
_UNFOLD = re.compile(r"\b(?:click|expand|collapse|show|see|more|toggle|details|open|unfold)\b", re.IGNORECASE)
_SUMMARY = re.compile(r"^(\s*)(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(.*?)(?:</summary>\s*)?$", re.IGNORECASE)
# "- <details><summary>Abstract</summary> …"
_BEGUN = re.compile(
    r"^\s*(?:[-*+]\s+)?(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(.*?)(?:</summary>(.*))?$", re.IGNORECASE
)
FOLD_END = re.compile(r"<!-- fold of (\d+) -->")
"""Stands for the end of what is folded away from a line on; comments of the page are taken out before."""
_COMMENT = re.compile(r"^<!--")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
# Accents as BibTeX writes them: "Sch{\\"a}rli".
_ACCENT = re.compile(r"\{\\(?:[\"'`^~=.]|[a-zA-Z]{1,2}(?![a-zA-Z]))\s*(?:\\?[a-zA-Z]|\{\\?[a-zA-Z]?\})?\}")
# Links between the notes of a vault: "[[okafor2030|What a Heron Prefers]]".
_WIKI = re.compile(r"(!?)\[\[([^\[\]|\n]+?)(?:\\?\|([^\[\]\n]+))?\]\](?![(\[:])")
_NOTES = re.compile(
    r"\b(?:notes?|summary|abstract|tl;?\s?dr|bibtex|citation|comments?|criticism|takeaways?|key (?:points|ideas))\b",
    re.I,
)
# "[//]: # (…)", a definition that nothing refers to.
_LINE_COMMENT = re.compile(r" {0,3}\[(?://|comment)\]:\s*(?:#|<>)\s*(\S.*)", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:\s")
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]+\]")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_LONGEST_LINE = 5000
_LONGEST_TABLE = 5000
"""Lines."""


@dataclass(frozen=True)
class Unread:
    """What is not part of the page's text, such as a comment: what it is, how it begins, how much there is of it."""

    line: int
    what: str
    text: str
    lines: int
    links: int


def unread_part(line: int, what: str, text: str, inside: str) -> Unread:
    """Return what is said of a part that is not read: *what* it is, its first *text*, and how much is *inside*."""
    lines = sum(bool(part.strip()) for part in inside.split("\n"))
    return Unread(line, what, text, lines, len(re.findall(r"https?://", inside)))


def find_unclosed(text: str) -> tuple[int, str, int] | None:
    """Return what is opened on the page and never closed: its line, its name, and how many lines it takes away."""
    fence, begun, comment = "", 0, False
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        opened = _FENCE.match(line)
        if fence:
            fence = "" if opened and opened[1].startswith(fence) and not line.strip().strip(fence[0]) else fence
        elif comment:
            comment = "-->" not in line
        elif opened and line[0] in "`~":
            # One that is indented ends with the item of a list that it stands in.
            fence, begun = opened[1], number
        elif _COMMENT.match(line):
            comment, begun = "-->" not in line, number
    rest = sum(bool(line.strip()) for line in lines[begun:])
    name = "a block of code" if fence else "a comment" if comment else ""
    return (begun, name, rest) if name and rest else None


def _take_comments(text: str) -> tuple[str, list[Unread]]:
    """Return the text without its comments, every line in its place, and those that say something."""
    parts: list[str] = []
    said: list[Unread] = []
    at, line = 0, 1
    while (first := text.find("<!--", at)) >= 0 and (last := text.find("-->", first + 4)) >= 0:
        line += text.count("\n", at, first)
        inside = text[first + 4 : last]
        if "http" in inside or len(inside.split()) > 3:
            said.append(unread_part(line, "a comment", inside, inside))
        parts += [text[at:first], "\n" * inside.count("\n")]
        line += inside.count("\n")
        at = last + 3
    return "".join(parts) + text[at:], said


def prepare(text: str) -> tuple[list[str], str | None, list[Unread]]:
    """Return the page's lines without what is not part of it, each still in its place."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = _JOINERS.sub("", _INVISIBLE.sub("", text))
    text = re.sub("[\u2028\u2029\x0b\x0c\x85\x1e\x1c\x1d\x00]", " ", text).replace("\xa0", " ").replace("\u3000", " ")
    text, unread = _take_comments(text)
    lines = text.split("\n")
    title = _front_matter(lines)
    fence = ""
    indent = ""
    folds: list[int] = []
    unread += _take_notes(lines) + _take_footnotes(lines)
    _join_tables(lines)
    _move_to_margin(lines)
    for number, line in enumerate(lines):
        if indent:
            # What a summary that is an entry folds away belongs to the entry.
            if "</details" in line.lower():
                indent = ""
            elif line.strip():
                lines[number] = line = indent + line
        opened = _FENCE.match(line)
        if fence:
            if opened and opened[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if opened:
            fence = opened[1]
            continue
        if "{\\" in line and len(line) < _LONGEST_LINE:
            lines[number] = line = _ACCENT.sub(lambda found: to_text(found[0]), line)
        if "[[" in line and len(line) < _LONGEST_LINE:
            lines[number] = line = _WIKI.sub(_wiki_link, line)
        if "<" in line and len(line) < _LONGEST_LINE:
            low = line.lower()
            folds += [0] * low.count("<details")
            if _WRAPPER.match(line):
                lines[number] = ""
            elif (summary := _SUMMARY.match(line)) is not None:
                # A summary is a wrapper's name, unless it is an entry itself.
                inner = summary[2]
                entry = re.search(r"href=|\]\(http", inner)
                lines[number] = f"{summary[1]}+ {inner}" if entry else _name_of_fold(inner) if not summary[1] else ""
                indent = "  " if entry and not summary[1] and "</details" not in low else ""
                folds[-1:] = [number + 1 if lines[number].startswith(("#", "**")) else 0]
            elif (headed := _HEADED.match(line)) is not None:
                # A block of HTML would go on to the next blank line.
                lines[number] = f"{'#' * int(headed[1])} {headed[2]}"
            for _ in range(min(low.count("</details"), len(folds))):
                begun = folds.pop()
                lines[number] = f"<!-- fold of {begun} -->" if begun and not lines[number] else lines[number]
    return lines, title, unread


def _name_of_fold(inner: str) -> str:
    """Return what a summary calls the entries that are folded away, as a heading; "" where it names nothing."""
    level = re.match(r"\s*<h([1-6])", inner, re.IGNORECASE)
    name = re.sub(r"<[^<>]*>|[*_]{2,}|\([^()]*\bclick\b[^()]*\)", "", inner, flags=re.IGNORECASE).strip()
    if not name or _UNFOLD.search(name) or _NOTES.search(name):
        return ""
    if len(name.split()) > 8:
        return name
    return f"{'#' * int(level[1])} {name}" if level else f"**{name}**"


def _wiki_link(found: re.Match[str]) -> str:
    """Return a link between notes as Markdown's; a label in two pairs of brackets is none."""
    embedded, target, alias = found.groups()
    page = target.partition("#")[0].rpartition("/")[2].removesuffix(".md").strip()
    name = (alias or page).strip()
    if embedded or is_label(name) or name.isdecimal() or "](" in name or not re.search(r"[^\W\d_]{2}", name):
        return found[0]
    return f"[{name}](<{re.sub('[<>]', '', target).strip()}>)"


def _take_notes(lines: list[str]) -> list[Unread]:
    """Empty the lines of notes that are folded away below an entry, and say what was there."""
    folded: list[Unread] = []
    start = -1
    summary = before = after = ""
    for number, line in enumerate(lines):
        if "<" in line and len(line) < _LONGEST_LINE:
            found = _BEGUN.match(line) if start < 0 else None
            inner = (
                re.sub(r"<[^<>]*>", "", found[1]).strip(" *_:")
                if found and not re.search(r"href=|\]\(", found[1])
                else ""
            )
            below = before and not before.startswith(("#", "---", "***", "<"))
            if found and below and _NOTES.search(inner) and len(inner.split()) <= 6:
                start, summary, after = number, inner, found[2] or ""
        if start >= 0 and "</details" in line.lower():
            inside = "\n".join([after, *lines[start + 1 : number]])
            if re.sub(r"<[^<>]*>", "", inside).strip():
                folded.append(unread_part(start + 1, "notes folded away", summary, inside))
            lines[start : number + 1] = [""] * (number + 1 - start)
            start = -1
        if line.strip() and start < 0 and not _WRAPPER.match(line):
            before = line.strip()
    return folded


def _take_footnotes(lines: list[str]) -> list[Unread]:
    """Empty the lines of footnotes and comments, take the marks out of the others, and say what they said."""
    notes: list[Unread] = []
    within = False
    for number, line in enumerate(lines):
        if (comment := _LINE_COMMENT.match(line)) is not None:
            lines[number] = ""
            if "http" in comment[1] or len(comment[1].split()) > 3:
                notes.append(unread_part(number + 1, "a comment", comment[1], comment[1]))
            continue
        begins = _FOOTNOTE.match(line)
        if begins or (within and line[:1].isspace() and line.strip()):
            notes.append(unread_part(number + 1, "a footnote", line, line))
            lines[number] = ""
        elif "[^" in line and len(line) < _LONGEST_LINE:
            lines[number] = _FOOTNOTE_MARK.sub("", line)
        within = bool(begins) or (within and not lines[number].strip())
    return notes


def _move_to_margin(lines: list[str]) -> None:
    """Move lists to the margin that are set in by four blanks or more though they are below no item."""
    indent = 0
    listed, before = False, ""
    for number, line in enumerate(lines):
        text = line.lstrip(" ")
        own = len(line) - len(text)
        is_item = _ITEM.match(text) is not None
        if text and own < indent:
            indent = 0
        if is_item and own >= 4 and not (indent or listed or before):
            indent = own
        lines[number] = line[indent:] if text else line
        if is_item and own < 4:
            listed = True
        elif text and not own:
            listed = listed and bool(before)
        before = text if not text.startswith("#") else ""


def _join_tables(lines: list[str]) -> None:
    """Fill the blank lines of HTML tables, which would end a block of HTML, unless Markdown stands in the cells."""
    start = -1
    for number, line in enumerate(lines):
        low = line.lower() if "<" in line else ""
        if start < 0 and "<table" in low:
            start = number
        if start >= 0 and ("](" in line or number - start > _LONGEST_TABLE):
            start = -1
        if start >= 0 and "</table" in low:
            for blank in range(start, number):
                if not lines[blank].strip():
                    lines[blank] = "<!-- -->"
            start = -1


def _front_matter(lines: list[str]) -> str | None:
    mark = lines[0].rstrip() if lines else ""
    if mark not in ("---", "+++"):
        return None
    for end in range(1, min(len(lines), 300)):
        if lines[end].rstrip() in (mark, "..." if mark == "---" else mark):
            inner = lines[1:end]
            if any(line.strip() and not re.match(r"\s|#|-|[\w.-]+\s*[:=]", line) for line in inner):
                return None
            title = next(
                (found[1] for line in inner if (found := re.match(r"title\s*[:=]\s*[\"']?(.*?)[\"']?\s*$", line))), None
            )
            lines[: end + 1] = [""] * (end + 1)
            return title or None
    return None
