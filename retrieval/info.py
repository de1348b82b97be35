"""What an index folder holds, and how it goes away."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from retrieval import versions
from retrieval.errors import IndexMissingError, RetrievalError
from retrieval.lock import WriteLock
from retrieval.manifest import FILE, Manifest
from retrieval.writer import CHROMA, LEXICAL, LOCK, SERVER, open_store


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
    version: str
    """The one that is served."""
    chroma: str
    """URL of the Chroma server that holds the vectors; empty where they are in the folder."""


def describe(index_dir: Path) -> IndexInfo:
    """Read the manifest. Raises ``IndexMissingError`` and ``IndexCorruptError``."""
    data = versions.current_dir(index_dir)
    manifest = Manifest.open(data)
    try:
        documents, passages = manifest.totals()
        return IndexInfo(
            path=str(index_dir),
            documents=documents,
            passages=passages,
            files=manifest.files(),
            embedding_model=manifest.value("fingerprint"),
            created=manifest.value("created"),
            corpus_sha256=manifest.corpus_sha256(),
            megabytes=round(sum(p.stat().st_size for p in index_dir.rglob("*") if p.is_file()) / 1e6),
            version=versions.FIRST if data == index_dir else data.name,
            chroma=manifest.value(SERVER),
        )
    finally:
        manifest.close()


def is_index(folder: Path) -> bool:
    """Whether there is an index in the folder, whole or broken."""
    return (folder / FILE).is_file() or (folder / versions.STATE).is_file()


def drop_version(index_dir: Path, version: versions.Version) -> None:
    """Delete a version that is not served, its vectors on a Chroma server too."""
    _drop_from_server(version.path)
    versions.forget(index_dir, version.name)


def delete_index(index_dir: Path) -> None:
    """Remove an index, whole or broken; files that are not its own stay, and so does their folder.

    Raises ``IndexMissingError`` for a folder without one, ``IndexLockedError`` while it is written to,
    ``RetrievalError`` where its vectors are on a Chroma server that does not answer.
    """
    if not is_index(index_dir):
        raise IndexMissingError(f"There is no index in {index_dir}.")
    with WriteLock(index_dir / LOCK):
        for folder in (index_dir, *(index_dir / versions.FOLDER).glob("*/")):
            _drop_from_server(folder)
        for name in (CHROMA, LEXICAL, versions.FOLDER):
            shutil.rmtree(index_dir / name, ignore_errors=True)
        own = (f"{FILE}*", f"{versions.STATE}*", "handbook-stamp.json")
        for path in (path for pattern in own for path in index_dir.glob(pattern)):
            path.unlink(missing_ok=True)
    (index_dir / LOCK).unlink(missing_ok=True)
    if not any(index_dir.iterdir()):
        index_dir.rmdir()


def _drop_from_server(folder: Path) -> None:
    """A broken manifest names no server, so there is nothing to drop."""
    try:
        manifest = Manifest.open(folder)
    except RetrievalError:
        return
    try:
        if manifest.value(SERVER):
            open_store(folder, manifest, create=True).drop()
    finally:
        manifest.close()
