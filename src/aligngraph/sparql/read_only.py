"""What a SPARQL text may do here: read this catalogue, and nothing else."""

from __future__ import annotations

import re

from aligngraph.errors import QueryError

_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})

# SPARQL 1.1 grammar, section 19.8: terminals. Longest first where two could start at one place.
TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>'''(?:(?:'|'')?(?:[^'\\]|\\.))*''' | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"
        | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*")
    | (?P<variable>[?$]\w+)
    | (?P<name>(?:[^\W\d_][\w.-]*)?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*)
    | (?P<tag>@[A-Za-z][A-Za-z0-9-]*)
    | (?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_READS = re.compile(
    r"""
    (?: \s++ | \#[^\n\r]*+ | (?: BASE | PREFIX \s++ [\w.-]*+ : ) \s*+ <[^<>"{}|^`\\\x00-\x20]*+> )*+
    (?: SELECT | ASK | CONSTRUCT | DESCRIBE ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def unescape(sparql: str) -> str:
    """Return *sparql* with its code point escapes resolved."""

    # Section 19.2: \uXXXX may stand anywhere, in a keyword too, and is resolved before anything else.
    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match[0]

    return _ESCAPE.sub(character, sparql)


def without_texts(sparql: str) -> str:
    """Return *sparql* with a blank for each string, IRI and comment."""
    return TOKEN.sub(lambda found: " " if found.lastgroup in ("string", "iri", "comment") else found[0], sparql)


def keywords(sparql: str) -> list[tuple[str, str]]:
    """Return the keywords of *sparql* in upper case, each with the IRI or name that comes next (or '')."""
    tokens = [(match.lastgroup, match[0]) for match in TOKEN.finditer(unescape(sparql))]
    tokens = [token for token in tokens if token[0] != "comment"]
    found = []
    for place, (kind, text) in enumerate(tokens):
        if kind == "word":
            after = next((t for k, t in tokens[place + 1 : place + 3] if k in ("iri", "name")), "")
            found.append((text.upper(), after))
    return found


def services(sparql: str) -> list[str]:
    """Return the addresses, each as an IRI in angle brackets or a name, that SERVICE in *sparql* sends requests to."""
    named = (after for word, after in keywords(sparql) if word == "SERVICE")
    return list(dict.fromkeys(after for after in named if after))


def _plainly_reads(sparql: str) -> bool:
    """Tell whether a glance shows that *sparql* only reads; where it does not, each keyword has to be looked at."""
    if "\\" in sparql or not _READS.match(sparql):
        return False
    return "SERVICE" not in sparql.upper() and "<file:" not in sparql.lower()


def check_read_only(sparql: str, *, allow_service: bool = False) -> None:
    """Raise QueryError, with the reason, where *sparql* would change data or reach beyond the catalogue.

    SERVICE sends requests to the address it names, so it is refused unless *allow_service*.
    """
    if _plainly_reads(sparql):
        return
    words = keywords(sparql)
    if not words:
        raise QueryError("the query is empty. Write a SELECT, ASK, CONSTRUCT or DESCRIBE.")
    head = next((word for word, _ in words if word in _FORMS | _UPDATES), None)
    if head in _UPDATES:
        raise QueryError(
            f"{head} would change data, and queries here only read. Edit the Turtle files instead; "
            "SELECT, ASK, CONSTRUCT and DESCRIBE are understood."
        )
    for word, after in words:
        if word == "SERVICE" and not allow_service:
            where = f" to {after}" if after.startswith("<") else ""
            raise QueryError(
                f"SERVICE would send requests{where} over the network. Pass --allow-service if you want that."
            )
        if word in ("FROM", "NAMED") and after.lower().startswith("<file:"):
            raise QueryError(f"FROM {after} names a file: a query reads the catalogue only. Pass the file with --data.")
