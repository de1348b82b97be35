"""Writing to both channels and the manifest so that a kill at any instant costs one batch, never the index.

Order: announce in the manifest, Chroma, tantivy commit, settle in the manifest. A document counts as
indexed when it is settled; what an interrupted batch left behind is removed by the next writer.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from retrieval.errors import IndexCorruptError
from retrieval.lexical import LexicalIndex
from retrieval.lock import WriteLock
from retrieval.manifest import Entry, Manifest
from retrieval.passage import Passage
from retrieval.store import PassageStore

LOCK = "lock"
CHROMA = "chroma"
LEXICAL = "lexical"


class IndexWriter:
    """The one writer of an index folder, from ``__enter__`` to ``__exit__``.

    Raises ``IndexLockedError``, ``IndexCorruptError`` and ``EmbedderMismatchError`` on entry.
    """

    manifest: Manifest

    def __init__(self, index_dir: Path, *, fingerprint: str, embedder: str, create: bool = True) -> None:
        self._dir = index_dir
        self._fingerprint = fingerprint
        self._embedder = embedder
        self._create = create

    def __enter__(self) -> IndexWriter:
        with ExitStack() as stack:
            if not self._create:
                Manifest.open(self._dir).close()  # so that no lock file is left where there is no index
            stack.enter_context(WriteLock(self._dir / LOCK))
            self.manifest = Manifest.create(self._dir, self._fingerprint, self._embedder)
            stack.callback(self.manifest.close)
            self.manifest.require(self._fingerprint)
            empty = self.manifest.totals() == (0, 0)
            self._store = PassageStore(self._dir / CHROMA, create=empty)
            stack.callback(self._store.close)
            self._lexical = LexicalIndex(self._dir / LEXICAL, create=empty)
            stack.callback(self._lexical.close)
            self._recover()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(
        self, entries: Sequence[Entry], passages: Sequence[Passage], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Put whole documents in, replacing what was there under their ids."""
        self.manifest.intend(entries)
        old = [i for entry in entries if (known := self.manifest.entry(entry.id)) for i in known.passages]
        new = [passage.id for passage in passages]
        kept = frozenset(new)
        self._store.delete([i for i in old if i not in kept])
        self._store.upsert(passages, vectors)
        if old:
            self._lexical.delete(old)
        self._lexical.add(passages)
        self._lexical.commit()
        self.manifest.settle(entries)

    def remove(self, entries: Sequence[Entry]) -> int:
        """Take documents out of both channels; returns how many passages that were."""
        ids = [i for entry in entries for i in entry.passages]
        for file in {entry.file for entry in entries}:
            self.manifest.forget_file(file)  # so that ingesting the file again brings the document back
        self.manifest.intend(entries)
        self._store.delete(ids)
        self._lexical.delete(ids)
        self._lexical.commit()
        self.manifest.settle([], removed=[entry.id for entry in entries])
        return len(ids)

    def check_counts(self) -> None:
        """Raise ``IndexCorruptError`` unless both channels hold what the manifest says."""
        _, expected = self.manifest.totals()
        dense, lexical = self._store.count(), self._lexical.count()
        if not dense == lexical == expected:
            raise IndexCorruptError(
                f"The index in {self._dir} disagrees with itself: {expected} passages recorded, {dense} vectors, "
                f"{lexical} in the word index. Delete it (wenzhen index delete) and ingest again."
            )

    def _recover(self) -> None:
        left = self.manifest.pending()
        if left:
            self.remove(left)
