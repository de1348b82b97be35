"""Make an index whole again: what a channel lost comes from the manifest, what nobody recorded goes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.audit import LexicalAudit
from retrieval.embed import Embedder
from retrieval.errors import IndexCorruptError
from retrieval.lexical import LexicalIndex
from retrieval.lock import WriteLock
from retrieval.manifest import Entry, Manifest
from retrieval.passage import Passage
from retrieval.report import Progress
from retrieval.store import PassageStore
from retrieval.verify import Verification, is_unit, lost_vectors, same, verify_version
from retrieval.versions import current_dir
from retrieval.writer import CHROMA, LEXICAL, LOCK, IndexWriter, open_store

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done, in passages unless it says otherwise."""

    recorded: int = 0
    """Copied into the manifest, by which an index of an older version becomes mendable."""
    embedded: int = 0
    """Put back into the dense channel from their text."""
    relinked: int = 0
    """Put back into the dense channel with the vector they had, as no search found them."""
    orphans: int = 0
    """Taken out of the dense channel, as nobody recorded them."""
    words_rebuilt: bool = False
    """Whether the word index was built anew."""
    lost_documents: int = 0
    """Documents whose text was nowhere: dropped, and read again by the next ingest of their files."""
    after: Verification | None = None


def repair(
    index_dir: Path,
    embedder: Callable[[], Embedder],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Repaired:
    """Mend the version that is served. The embedder is loaded only if a text must be embedded again.

    Raises ``IndexMissingError``; ``IndexCorruptError`` where the manifest itself cannot be read, as nothing
    else knows what the index should hold; ``EmbedderMismatchError``, ``IndexLockedError``.
    """
    data = current_dir(index_dir)
    manifest = Manifest.open(data)
    try:
        fingerprint, name = manifest.value("fingerprint"), manifest.value("embedder")
        with WriteLock(index_dir / LOCK):
            manifest.upgrade()
            _openable(data, manifest)
    finally:
        manifest.close()
    with IndexWriter(index_dir, fingerprint=fingerprint, embedder=name, create=False) as writer:
        done = _Repair(writer, embedder, progress).run()
        writer.manifest.settle([])  # so that open readers look again
        writer.manifest.seal()
        writer.close_channels()
        return replace(done, after=verify_version(data))


def _openable(data: Path, manifest: Manifest) -> None:
    """Replace a channel that cannot even be opened by an empty one."""
    try:
        store = open_store(data, manifest)
        try:
            store.count()
            next(store.ids(), None)
        finally:
            store.close()
    except IndexCorruptError:
        shutil.rmtree(data / CHROMA, ignore_errors=True)
        open_store(data, manifest, create=True).close()
    try:
        LexicalAudit(data / LEXICAL).count()
    except IndexCorruptError:
        shutil.rmtree(data / LEXICAL, ignore_errors=True)
        LexicalIndex(data / LEXICAL, create=True).close()


class _Repair:
    def __init__(
        self,
        writer: IndexWriter,
        embedder: Callable[[], Embedder],
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._writer = writer
        self._manifest = writer.manifest
        self._load = embedder
        self._progress = progress
        self._embedder: Embedder | None = None
        self._done = Repaired()

    def run(self) -> Repaired:
        self._each(self._record)
        self._orphans()
        if not self._vectors_are_readable():
            self._writer.replace_store(_emptied)
        self._each(self._dense)
        if not self._each(self._is_linked):
            # Putting them back did not help: a graph that lost its links is built anew.
            self._writer.replace_store(self._copied)
        self._words()
        return self._done

    def _each(self, step: Callable[[Sequence[Entry], dict[str, Passage]], bool]) -> bool:
        """Run a step over all documents, a page at a time; whether all of them were found well."""
        after, seen, well = "", 0, True
        total, _ = self._manifest.totals()
        while page := self._manifest.entries(after, limit=_PAGE):
            after, seen = page[-1].id, seen + len(page)
            well &= step(page, self._manifest.passages(_ids(page)))
            if self._progress:
                self._progress(Progress(seen, total, seen, 0.0, None, step.__name__))
        return well

    def _record(self, page: Sequence[Entry], recorded: dict[str, Passage]) -> bool:
        missing = [i for i in _ids(page) if i not in recorded]
        if not missing:
            return True
        held = self._writer.store.get(missing)
        whole = [entry for entry in page if all(i in recorded or i in held for i in entry.passages)]
        self._manifest.settle(whole, passages=held.values())
        lost = [entry for entry in page if entry not in whole]
        self._writer.remove(lost)
        self._count(recorded=len(held), lost_documents=len(lost))
        return not lost

    def _orphans(self) -> None:
        for page in list(self._writer.store.ids()):
            known = self._manifest.passages(page)
            orphans = [i for i in page if i not in known]
            if orphans:
                self._writer.store.delete(orphans)
                self._count(orphans=len(orphans))

    def _vectors_are_readable(self) -> bool:
        """Chroma keeps text and vectors apart; when the vector files are gone, it fails or answers with less."""
        page = self._manifest.entries(limit=_PAGE)
        held = list(self._writer.store.get(_ids(page)))
        with suppress(IndexCorruptError):
            return len(self._writer.store.vectors(held)) == len(held) and (
                not held or bool(self._writer.store.nearest([[1.0] + [0.0] * (self._width(held) - 1)], 1)[0])
            )
        return False

    def _width(self, held: Sequence[str]) -> int:
        return len(next(iter(self._writer.store.vectors(held[:1]).values())))

    def _dense(self, page: Sequence[Entry], recorded: dict[str, Passage]) -> bool:
        """Every recorded passage is there as recorded, with a vector by which a search finds it."""
        store, ids = self._writer.store, _ids(page)
        held, vectors = store.get(ids), store.vectors(ids)
        good = {
            i: vectors[i]
            for i in ids
            if i in held and i in vectors and is_unit(vectors[i]) and same(held[i], recorded[i])
        }
        missing = [recorded[i] for i in ids if i not in good]
        if missing:
            store.delete([p.id for p in missing if p.id in held])
            store.upsert(missing, self._embed([p.searchable for p in missing]))
            self._count(embedded=len(missing))
        if lost := lost_vectors(store, good):
            store.delete(lost)
            store.upsert([recorded[i] for i in lost], [good[i] for i in lost])
            self._count(relinked=len(lost))
        return not missing and not lost

    def _is_linked(self, page: Sequence[Entry], _recorded: dict[str, Passage]) -> bool:
        ids = _ids(page)
        vectors = self._writer.store.vectors(ids)
        return len(vectors) == len(ids) and not lost_vectors(self._writer.store, vectors)

    def _copied(self, old: PassageStore, new: PassageStore) -> None:
        def copy(page: Sequence[Entry], recorded: dict[str, Passage]) -> bool:
            vectors = old.vectors(_ids(page))
            kept = [recorded[i] for i in _ids(page) if i in vectors]
            new.upsert(kept, [vectors[p.id] for p in kept])
            lost = [recorded[i] for i in _ids(page) if i not in vectors]
            new.upsert(lost, self._embed([p.searchable for p in lost]))
            self._count(relinked=len(kept), embedded=len(lost))
            return True

        self._each(copy)

    def _words(self) -> None:
        """The word index is quick to build, so it is built anew whenever anything in it is amiss."""
        audit = LexicalAudit(self._writer.data / LEXICAL)
        _, expected = self._manifest.totals()

        def holds(page: Sequence[Entry], recorded: dict[str, Passage]) -> bool:
            return len(audit.holds(_ids(page))) == len(_ids(page)) and all(
                audit.finds_by_words(passage) for passage in recorded.values()
            )

        def add(page: Sequence[Entry], recorded: dict[str, Passage]) -> bool:
            self._writer.lexical.add(recorded[i] for i in _ids(page))
            return True

        if audit.count() == expected and self._each(holds):
            return
        self._writer.empty_lexical()
        self._each(add)
        self._writer.lexical.commit()
        self._done = replace(self._done, words_rebuilt=True)

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        if not texts:
            return []
        if self._embedder is None:
            self._embedder = self._load()
            self._manifest.require(self._embedder.fingerprint)
        return self._embedder.embed_documents(texts)

    def _count(self, **more: int) -> None:
        counted = {name: getattr(self._done, name) + number for name, number in more.items()}
        self._done = replace(self._done, **counted)


def _emptied(_old: PassageStore, _new: PassageStore) -> None:
    """Nothing of the old store is taken over."""


def _ids(page: Sequence[Entry]) -> list[str]:
    return [i for entry in page for i in entry.passages]
