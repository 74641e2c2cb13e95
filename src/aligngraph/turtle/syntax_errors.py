"""What to say of a file in which the parser found an error."""

from __future__ import annotations

import re

from aligngraph.errors import BadTurtleError
from aligngraph.rdf.namespaces import PREFIXES

_WIDE = "UTF-16 or UTF-32, not UTF-8. Save the file as UTF-8."
_LONGEST = 80
"""Characters of an IRI that are shown."""
_CONFLICT = re.compile(rb"^(<<<<<<< |=======\r?$|>>>>>>> )", re.MULTILINE)


def bad_turtle(name: str, error: SyntaxError | MemoryError, content: bytes = b"") -> BadTurtleError:
    """Return what to say of the file *name*, in which the parser found *error*; *content* is read for more."""
    if isinstance(error, MemoryError):
        reason = "a text of more than 16 MiB, which the parser can't hold. Is a closing quotation mark missing?"
        return BadTurtleError(name, None, None, reason)
    if _is_wide(content):
        return BadTurtleError(name, 1, None, _WIDE)
    conflict = _CONFLICT.search(content)
    if conflict is not None:
        line = content.count(b"\n", 0, conflict.start()) + 1
        return BadTurtleError(name, line, None, "a mark of a merge conflict of git. Choose one of the versions.")
    if "LoadDocumentCallback" in str(error.msg):
        contexts = ", ".join(f"<{address}>" for address in _remote_contexts(content)) or "at another address"
        reason = f"its @context {contexts} is not fetched. Put the context itself instead of its address."
        return BadTurtleError(name, None, None, reason)
    return BadTurtleError(name, error.lineno, error.offset, _reason(error, content))


def _is_wide(content: bytes) -> bool:
    return content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:64]


def _remote_contexts(content: bytes) -> list[str]:
    """Return the addresses of contexts in a JSON-LD document."""
    import json

    found: dict[str, None] = {}
    try:
        todo: list[object] = [json.loads(content)] if content else []
    except (ValueError, RecursionError):
        return []
    while todo:
        node = todo.pop(0)
        for key, value in node.items() if isinstance(node, dict) else ():
            values = value if isinstance(value, list) else [value]
            if key in ("@context", "@import"):
                found.update(dict.fromkeys(one for one in values if isinstance(one, str)))
            todo += values
        todo += node if isinstance(node, list) else ()
    return list(found)


def check_entities(content: bytes, name: str) -> None:
    """Raise BadTurtleError where *content*, RDF/XML of the file *name*, declares entities.

    Few that stand in each other can grow to any size when they are resolved.
    """
    place = content.find(b"<!ENTITY") if b"<!DOCTYPE" in content else -1
    if place >= 0:
        line = content.count(b"\n", 0, place) + 1
        reason = "declares an XML entity, which is refused. Write out what it stands for."
        raise BadTurtleError(name, line, None, reason)


def decode_turtle(content: bytes, name: str) -> str:
    """Return *content*, of the file *name*, as text, less a byte order mark; raise BadTurtleError where not UTF-8."""
    if _is_wide(content):
        raise BadTurtleError(name, 1, None, _WIDE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"not UTF-8 (byte 0x{content[error.start]:02x}). Save the file as UTF-8."
        raise BadTurtleError(name, line, None, reason) from error


_CAUSES = {
    "A dot is expected": "Is a ';' missing at the end of the line above, or a '.'?",
    "is not a valid RDF object": "Is a '.' missing at the end of what stands above?",
    "Line jumps are not allowed": "Is the closing quotation mark missing, or a curly one?",
    "Unexpected end": "Is the file cut off, a quotation mark not closed, or the last '.' missing?",
}
"""What is often behind an error, by words of the engine's message."""


def _iri_at(error: SyntaxError, content: bytes) -> str:
    """Return the IRI in which *error* stands, shortened; '' where that is not clear."""
    lines = content.split(b"\n")
    if error.lineno is None or error.offset is None or error.lineno > len(lines):
        return ""
    line = lines[error.lineno - 1].decode("utf-8", "replace")
    start = line.rfind("<", 0, error.offset)
    iri = line[start:].partition(">")[0] + ">" if start >= 0 else ""
    return iri if len(iri) < _LONGEST else iri[:_LONGEST] + "…"


def _reason(error: SyntaxError, content: bytes) -> str:
    text = " ".join(str(error.msg).split())
    # The engine repeats the place in some messages.
    if text.startswith(("Parser error at line", "Parser error between line")) and ": " in text:
        text = text.split(": ", 1)[1]
    if "IRI" in text and (iri := _iri_at(error, content)):
        if "No scheme found" in text:
            return f"{iri} is a relative IRI. Write all of it, or say with a line @base <…> . what it is relative to."
        return f"{iri} is not an IRI: {text.rstrip('.')}."
    cause = next((cause for words, cause in _CAUSES.items() if words in text), None)
    undeclared = re.match(r"The prefix ([\w.-]*): has not been declared", text)
    if undeclared:
        prefix = undeclared[1]
        cause = f"Add a line @prefix {prefix}: <{PREFIXES.get(prefix, '…')}> ."
    return f"{text.rstrip('.')}. {cause}" if cause else text
