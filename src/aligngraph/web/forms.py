"""Fields of the forms of stored queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aligngraph.queries.lookup import local_name, names_of
from aligngraph.queries.parameters import some_values
from aligngraph.queries.stored import ANY, Parameter
from aligngraph.sparql.backend import Embedded

if TYPE_CHECKING:
    from aligngraph.sparql.backend import Backend

_FEW = 60
"""Values of a parameter that a form offers as a list; of more it takes what is typed."""


class Field(NamedTuple):
    """One field of a form."""

    name: str
    text: str
    values: tuple[str, ...]
    options: tuple[tuple[str, str, str], ...]
    """Values, each with its label and the IRI that it stands for, if any."""
    hint: str
    unset: str
    """What it means to choose none of the options."""
    type: str
    suggest: str
    """Kinds of things whose names are suggested."""


class Forms:
    """What the forms over one catalogue offer."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._offered: dict[Parameter, list[tuple[str, str, str]]] = {}

    def field(self, parameter: Parameter, values: Sequence[str]) -> Field:
        """Return the field for *parameter*, filled in with *values*."""
        options: list[tuple[str, str, str]] = []
        suggest = ""
        if parameter.type == "choice":
            options = [(one, one, "") for one in parameter.choices]
        elif parameter.type in ("concept", "kind", "iri") and parameter.of is not None:
            options = self._options(parameter)
            suggest = " ".join(one.lower() for one in parameter.choices)
        hint, unset = parameter.example or "", "any"
        if parameter.default and parameter.default != "UNDEF":
            hint, named = f"default: {parameter.default}", parameter.default.strip('"').rpartition(":")[2]
            unset = f"{next((label for value, label, _ in options if value == named), named)} (default)"
        if options and parameter.default != "UNDEF":
            options.insert(0, (ANY, "any", ""))
        return Field(
            parameter.name, parameter.text, tuple(values), tuple(options), hint, unset, parameter.type, suggest
        )

    def _options(self, parameter: Parameter) -> list[tuple[str, str, str]]:
        """Return what a form offers for *parameter*, where that is a few things; read once where the store is fixed."""
        found = self._offered.get(parameter)
        if found is None:
            count, iris = some_values(parameter, self._backend, _FEW)
            labels = names_of(self._backend, iris) if count <= _FEW else {}
            found = sorted(
                ((local_name(iri), name, iri) for iri, name in labels.items()), key=lambda one: one[1].casefold()
            )
            if isinstance(self._backend, Embedded):
                self._offered[parameter] = found
        return found[:]
