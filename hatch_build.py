"""Build hook: prepare the shipped catalogue, so that the first question after an install need not wait."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PrepareCatalogue(BuildHookInterface):
    """Parses the catalogue, derives what follows, and puts the stores into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the stores and add them to the wheel; an editable install prepares them when first asked."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from aligngraph.prepared import prepare_shipped

        stores = self._folder()
        self.clean([version])
        prepare_shipped(stores)
        build_data["force_include"][str(stores)] = "aligngraph/prepared_stores"

    def clean(self, versions: list[str]) -> None:
        """Delete the stores of an earlier build."""
        shutil.rmtree(self._folder(), ignore_errors=True)

    def _folder(self) -> Path:
        return Path(self.root) / "build" / "prepared_stores"
