"""A new version of an index, built beside the old one and served when it is whole."""

from __future__ import annotations

from pathlib import Path

from retrieval import versions
from retrieval.errors import IndexMissingError, RetrievalError


class Rebuild:
    """Where the new version is built, and the switch at its end.

    Where there is no index yet, its first version is simply built.
    """

    def __init__(self, index_dir: Path) -> None:
        self._index_dir = index_dir
        try:
            self.folder: Path | None = versions.draft_dir(index_dir)
        except IndexMissingError:
            self.folder = None

    def serve(self) -> None:
        """Check the new version and switch to it; versions beyond the one before are deleted.

        Raises ``RetrievalError``, and leaves the old version serving, where the new one is empty or not whole.
        """
        if self.folder is None:
            return
        from retrieval.info import drop_version
        from retrieval.verify import verify_version

        checked = verify_version(self.folder)
        if not checked.documents:
            raise RetrievalError(
                "The new version holds no documents, so the old one goes on serving. Check the sources."
            )
        if checked.problems:
            raise RetrievalError(
                f"The new version is not whole ({checked.problems[0]}), so the old one goes on serving. "
                "Run the same command again."
            )
        versions.switch_to(self._index_dir, self.folder.name)
        for version in versions.surplus(self._index_dir):
            drop_version(self._index_dir, version)
