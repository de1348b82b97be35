"""The handbook as a search index: built once, rebuilt when the cards or their rendering change."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import IndexCorruptError
from retrieval.handbook.load import HANDBOOK, card_paths, load_cards
from retrieval.handbook.render import to_documents

if TYPE_CHECKING:
    from retrieval.embed import Embedder
    from retrieval.ingest import IngestReport, Progress

log = logging.getLogger(__name__)

STAMP = "handbook-stamp.json"
_RENDERING = ("render.py", "wording.py", "schema.py", "units.yaml")
"""Code whose change alters the passages, so that an upgrade rebuilds too."""


def _files(folder: Path | None) -> list[Path]:
    return [*card_paths(folder), *(HANDBOOK / name for name in _RENDERING)]


def _glance(files: Iterable[Path]) -> str:
    """Names, sizes and times of all files: what can be told in a few milliseconds."""
    digest = hashlib.sha256()
    for path in files:
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def cards_sha256(folder: Path | None = None) -> str:
    """Hash of the content of all cards and of the code that renders them."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _read_stamp(path: Path) -> dict[str, Any]:
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(path: Path, glance: str, content: str) -> None:
    fresh = path.with_suffix(".tmp")
    fresh.write_text(json.dumps({"glance": glance, "content": content}), encoding="utf-8")
    fresh.replace(path)


def build_handbook_index(
    index_dir: Path,
    embedder: Embedder | None = None,
    progress: Callable[[Progress], None] | None = None,
    *,
    folder: Path | None = None,
) -> IngestReport:
    """Bring the index in ``index_dir`` in step with the cards: new, changed and removed ones.

    Raises:
        CardError: a card is not valid; nothing is written then.
    """
    from retrieval.handbook.vectors import ShippedEmbedder
    from retrieval.ingest import ingest_documents

    files = _files(folder)
    glance, content = _glance(files), cards_sha256(folder)
    cards = load_cards(folder)

    def built() -> IngestReport:
        return ingest_documents(
            to_documents(cards),
            index_dir,
            embedder=embedder or ShippedEmbedder(),
            progress=progress,
            prune=True,
            total=len(cards),
        )

    try:
        report = built()
    except IndexCorruptError as error:
        # Made from the cards, it is made anew: nothing in it is anybody's own.
        log.warning("The handbook's index is made anew: %s", error)
        shutil.rmtree(index_dir)
        report = built()
    _write_stamp(index_dir / STAMP, glance, content)
    return report


def is_current(index_dir: Path, *, folder: Path | None = None) -> bool:
    """Whether the index in ``index_dir`` holds the cards as they are now (a few milliseconds)."""
    stamp = _read_stamp(index_dir / STAMP)
    if not stamp:
        return False
    glance = _glance(_files(folder))
    if stamp.get("glance") == glance:
        return True
    content = cards_sha256(folder)
    if stamp.get("content") != content:
        return False
    _write_stamp(index_dir / STAMP, glance, content)
    return True


def ensure_handbook_index(
    index_dir: Path,
    embedder: Embedder | None = None,
    progress: Callable[[Progress], None] | None = None,
    *,
    folder: Path | None = None,
) -> IngestReport | None:
    """Build or refresh the index where that is needed; ``None`` where it was current already."""
    if is_current(index_dir, folder=folder):
        return None
    return build_handbook_index(index_dir, embedder, progress, folder=folder)
