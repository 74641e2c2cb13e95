"""What can go wrong in a way the user can put right, by what they can do about it.

::

    AligngraphError
    ├── ArgumentError          what was asked for can't be: ask for something else
    │   ├── NothingFoundError  nothing is called so: try the nearest names
    │   └── AmbiguousError     several things are: name one (in `queries.search`, with its candidates)
    ├── CatalogueError         a file can't be read, or says what can't be taken: correct it
    │   └── BadTurtleError     it is not RDF: correct it in this line
    ├── QueryError             a query is not one, or not of the kind wanted: correct it
    ├── ExportError            the format can't hold it: choose another
    │   └── CannotFormatError  Turtle can't be laid out anew (in `turtle.terms`)
    ├── OutputError            it can't be written there: choose another place, or make room
    ├── RemoteError            a store does not answer as it should: look there, try again
    │   ├── BrokenOffError     its answer ended before its end (in `stores.reply`)
    │   └── WrongAddressError  a server is there, but no endpoint at this address (in `stores.http`)
    ├── ReasoningError         entailment can't be decided here: correct the axioms, or infer elsewhere
    ├── LimitError             it took too long or too much memory: ask for less, or raise the limit
    ├── EngineError            a SHACL engine is missing, or gave up: take another (in `validation.engines`)
    └── HttpError              what a client of the server did wrong, by status (in `web.protocol`)
"""

from __future__ import annotations


class AligngraphError(Exception):
    """Something the user can put right. Its text is shown as it stands."""


class ArgumentError(AligngraphError):
    """What was asked for is unknown or impossible, or does not go together."""


class NothingFoundError(ArgumentError):
    """Nothing goes by what was typed."""


class OutputError(AligngraphError):
    """A file or folder can't be written; it is as it was before."""


class CatalogueError(AligngraphError):
    """Files can't be found or read, or hold what can't be taken."""


class BadTurtleError(CatalogueError):
    """A file is not RDF in the syntax its name says. Carries where, and why."""

    def __init__(self, name: str, line: int | None, column: int | None, reason: str) -> None:
        self.name = name
        self.line = line
        self.column = column
        self.reason = reason
        where = "".join(
            [f", line {line}" if line is not None else "", f", column {column}" if column is not None else ""]
        )
        super().__init__(f"{name}{where}: {reason}")


class QueryError(AligngraphError):
    """A query is not SPARQL, asks for what is not allowed here, or is of another form than wanted."""


class ExportError(AligngraphError):
    """What is there can't be written in the format asked for."""


class RemoteError(AligngraphError):
    """A store can't be reached, refuses, or does not answer in full.

    *nothing_done* is true where it has certainly changed nothing.
    """

    def __init__(self, message: str, *, nothing_done: bool = False) -> None:
        super().__init__(message)
        self.nothing_done = nothing_done


class ReasoningError(AligngraphError):
    """What is entailed can't be decided, or can't be worked out where it is to be."""


class LimitError(AligngraphError):
    """A query ran into its time or memory limit, or the engine did not survive it."""
