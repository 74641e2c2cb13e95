"""Build hook: prepare the shipped catalogue, so that the first question after an install need not wait."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PrepareCatalogue(BuildHookInterface):
    """Parses the catalogue, derives what follows, and puts the store into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the store and add it to the wheel; an editable install prepares one when first asked."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from aligngraph.stores.cache import prepare_shipped

        store = self._folder()
        self.clean([version])
        digest = store.with_name("all.digest")
        digest.write_text(prepare_shipped(store), "ascii")
        build_data["force_include"][str(store)] = "aligngraph/prepared_store"
        build_data["force_include"][str(digest)] = "aligngraph/catalogue_files/all.digest"

    def clean(self, versions: list[str]) -> None:
        """Delete the store of an earlier build."""
        shutil.rmtree(self._folder(), ignore_errors=True)

    def _folder(self) -> Path:
        return Path(self.root) / "build" / "prepared_store"
