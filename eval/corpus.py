"""A suite's own corpus: indexed once for each content of its folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from agent.errors import UsageError


def index_of(corpus: Path, home: Path, *, bulk: bool = False) -> Path:
    """The index folder of the documents in ``corpus``, made when it is not there yet. ``bulk``: there are many.

    Raises:
        UsageError: the folder has no document that can be read.
    """
    files = sorted(file for file in corpus.rglob("*") if file.is_file()) if corpus.is_dir() else [corpus]
    if not files or not corpus.exists():
        raise UsageError(f"The corpus {corpus} of a suite is not there or empty.")
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(corpus.parent)).encode() + b"\0" + file.read_bytes())
    folder = home / digest.hexdigest()[:16]
    done = folder / ".complete"
    if not done.exists():
        from retrieval.embed import load_embedder
        from retrieval.ingest import ingest

        report = ingest([corpus], folder, embedder=load_embedder("auto", bulk=bulk))
        if not report.read:
            raise UsageError(f"No document of the corpus {corpus} could be read.")
        done.touch()
    return folder
