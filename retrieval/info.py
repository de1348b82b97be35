"""What an index folder holds, and how it goes away."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import IndexMissingError
from retrieval.lock import WriteLock
from retrieval.manifest import FILE, Manifest
from retrieval.writer import CHROMA, LEXICAL, LOCK


@dataclass(frozen=True, slots=True)
class IndexInfo:
    path: str
    documents: int
    passages: int
    files: int
    """Source files that are known and will be passed over while unchanged."""
    embedding_model: str
    created: str
    corpus_sha256: str
    megabytes: int


def describe(index_dir: Path) -> IndexInfo:
    """Read the manifest. Raises ``IndexMissingError`` and ``IndexCorruptError``."""
    manifest = Manifest.open(index_dir)
    try:
        documents, passages = manifest.totals()
        size = sum(path.stat().st_size for path in index_dir.rglob("*") if path.is_file())
        return IndexInfo(
            path=str(index_dir),
            documents=documents,
            passages=passages,
            files=manifest.files(),
            embedding_model=manifest.value("fingerprint"),
            created=manifest.value("created"),
            corpus_sha256=manifest.corpus_sha256(),
            megabytes=round(size / 1e6),
        )
    finally:
        manifest.close()


def delete_index(index_dir: Path) -> None:
    """Remove an index, whole or broken; files that are not its own stay, and so does their folder.

    Raises ``IndexMissingError`` for a folder without one, ``IndexLockedError`` while it is written to.
    """
    if not (index_dir / FILE).exists():
        raise IndexMissingError(f"There is no index in {index_dir}.")
    with WriteLock(index_dir / LOCK):
        for name in (CHROMA, LEXICAL):
            shutil.rmtree(index_dir / name, ignore_errors=True)
        for path in (*index_dir.glob(f"{FILE}*"), index_dir / "handbook-stamp.json"):
            path.unlink(missing_ok=True)
    (index_dir / LOCK).unlink(missing_ok=True)
    if not any(index_dir.iterdir()):
        index_dir.rmdir()
