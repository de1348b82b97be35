"""Writing to both channels and the manifest so that a kill at any instant costs one batch, never the index.

Order: announce in the manifest, Chroma, tantivy commit, settle in the manifest. A document counts as
indexed when it is settled; what an interrupted batch left behind is removed by the next writer.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from retrieval.errors import IndexCorruptError, RetrievalError
from retrieval.lexical import LexicalIndex
from retrieval.lock import WriteLock
from retrieval.manifest import Entry, Manifest
from retrieval.passage import Passage
from retrieval.store import COLLECTION, PassageStore
from retrieval.versions import current_dir

LOCK = "lock"
CHROMA = "chroma"
LEXICAL = "lexical"
SERVER = "chroma"
"""Manifest value: URL of the Chroma server that holds the vectors; empty where they are in the folder."""


class IndexWriter:
    """The one writer of an index folder, from ``__enter__`` to ``__exit__``.

    It writes to the version that is served, or to the one in ``data_dir`` that is being built. ``server`` is the
    URL of a Chroma server that holds the vectors of a new index; an old one remembers its own.
    Raises ``IndexLockedError``, ``IndexCorruptError`` and ``EmbedderMismatchError`` on entry.
    """

    manifest: Manifest
    data: Path
    """Folder of the version that is written to."""
    store: PassageStore
    lexical: LexicalIndex

    def __init__(
        self,
        index_dir: Path,
        *,
        fingerprint: str,
        embedder: str,
        create: bool = True,
        server: str = "",
        data_dir: Path | None = None,
    ) -> None:
        self._dir = index_dir
        self._fingerprint = fingerprint
        self._embedder = embedder
        self._create = create
        self._server = server
        self._data_dir = data_dir

    def __enter__(self) -> IndexWriter:
        with ExitStack() as stack:
            if not self._create:
                Manifest.open(current_dir(self._dir)).close()  # no lock file is left where there is no index
            stack.enter_context(WriteLock(self._dir / LOCK))
            data = self.data = self._data_dir or current_dir(self._dir)
            channels = self._channels = stack.enter_context(ExitStack())
            self.manifest = Manifest.create(data, self._fingerprint, self._embedder)
            channels.callback(self.manifest.close)
            self.manifest.require(self._fingerprint)
            self.manifest.upgrade()
            empty = self.manifest.totals() == (0, 0)
            place_vectors(self.manifest, self._server, empty)
            self.store = open_store(data, self.manifest, create=empty)
            channels.callback(lambda: self.store.close())  # whichever it is by then
            self.lexical = LexicalIndex(data / LEXICAL, create=empty)
            channels.callback(lambda: self.lexical.close())
            self._recover()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def close_channels(self) -> None:
        """Close all but the lock: nothing more is written, and nobody else writes yet."""
        self._channels.close()

    def write(
        self, entries: Sequence[Entry], passages: Sequence[Passage], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Put whole documents in, replacing what was there under their ids."""
        known = self.manifest.entries_of([entry.id for entry in entries])
        old = [i for entry in known.values() for i in entry.passages]
        new = [passage.id for passage in passages]
        kept = frozenset(new)
        gone = [i for i in old if i not in kept]
        self.manifest.intend(entries)
        self.store.delete(gone)
        self.store.upsert(passages, vectors)
        with _lexical_writing(self.data):
            if old:
                self.lexical.delete(old)
            self.lexical.add(passages)
            self.lexical.commit()
        self.manifest.settle(entries, passages=passages, dropped=gone)

    def remove(self, entries: Sequence[Entry]) -> int:
        """Take documents out of both channels; returns how many passages that were."""
        ids = [i for entry in entries for i in entry.passages]
        for file in {entry.file for entry in entries}:
            self.manifest.forget_file(file)  # so that ingesting the file again brings the document back
        self.manifest.intend(entries)
        self.store.delete(ids)
        with _lexical_writing(self.data):
            self.lexical.delete(ids)
            self.lexical.commit()
        self.manifest.settle([], removed=[entry.id for entry in entries], dropped=ids)
        return len(ids)

    def replace_store(self, fill: Callable[[PassageStore, PassageStore], None]) -> None:
        """Put a new dense channel in the place of the old one, once ``fill`` has filled it from that."""
        server = self.manifest.value(SERVER)
        old_name, name = self.manifest.value("collection"), f"wenzhen-{uuid.uuid4().hex}"
        draft = self.data / f"{CHROMA}.new"
        shutil.rmtree(draft, ignore_errors=True)
        new = PassageStore(draft, create=True, server=server, collection=name if server else COLLECTION)
        try:
            fill(self.store, new)
        finally:
            new.close()
        self.store.close()
        if server:
            self.manifest.set_value("collection", name)
            PassageStore(draft, create=True, server=server, collection=old_name).drop()
        else:
            shutil.rmtree(self.data / CHROMA, ignore_errors=True)
            draft.rename(self.data / CHROMA)
        self.store = open_store(self.data, self.manifest)

    def empty_lexical(self) -> None:
        """Start the word index anew."""
        self.lexical.close()
        shutil.rmtree(self.data / LEXICAL, ignore_errors=True)
        self.lexical = LexicalIndex(self.data / LEXICAL, create=True)

    def check_counts(self) -> None:
        """Raise ``IndexCorruptError`` unless both channels hold what the manifest says."""
        _, expected = self.manifest.totals()
        dense, lexical = self.store.count(), self.lexical.count()
        if not dense == lexical == expected:
            raise IndexCorruptError(
                f"The index in {self._dir} disagrees with itself: {expected} passages recorded, {dense} vectors, "
                f"{lexical} in the word index. Mend it: wenzhen index repair {self._dir}"
            )

    def _recover(self) -> None:
        left = self.manifest.pending()
        if left:
            self.remove(left)


@contextmanager
def _lexical_writing(data_dir: Path) -> Iterator[None]:
    """The engine gives up on a full disk in a thread of its own, and says so with whatever is called next."""
    try:
        yield
    except ValueError as error:
        raise RetrievalError(
            f"Writing to {data_dir / LEXICAL} failed ({error}). Check free space and permissions, "
            "then run the same command."
        ) from error


def open_store(data_dir: Path, manifest: Manifest, *, create: bool = False) -> PassageStore:
    """The dense channel of a version, wherever its manifest says that it lives."""
    return PassageStore(
        data_dir / CHROMA,
        create=create,
        server=manifest.value(SERVER),
        collection=manifest.value("collection") or COLLECTION,
    )


def place_vectors(manifest: Manifest, server: str, empty: bool) -> None:
    """Remember the Chroma server of a new index, or the new address of an old one's server."""
    known = manifest.value(SERVER)
    if not server or server == known:
        return
    if empty and not known:
        manifest.set_value("collection", f"wenzhen-{uuid.uuid4().hex}")
        manifest.set_value(SERVER, server)
    elif known:
        PassageStore(Path(), server=server, collection=manifest.value("collection")).close()
        manifest.set_value(SERVER, server)
