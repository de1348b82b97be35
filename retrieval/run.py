"""One ingest: documents in, whole batches out, everything counted."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from retrieval.analysis import ANALYSIS_VERSION
from retrieval.chunk import CHUNKER_VERSION, passages, tidy_document
from retrieval.manifest import Entry
from retrieval.passage import Document, Passage
from retrieval.readers import Item, Removed, Skipped, read
from retrieval.report import IngestReport, Progress
from retrieval.sources import HIDDEN_FOLDER, SourceFile
from retrieval.writer import IndexWriter

if TYPE_CHECKING:
    from retrieval.embed import Embedder

READERS_VERSION = 2
"""Raise when readers make other documents of the same files; the next ingest then reads them again."""

BATCH_PASSAGES = 512
"""Passages written together at first: what a kill costs, and what one commit is spread over."""
MAX_BATCH_PASSAGES = 4096
"""Passages written together where embedding is so fast that commits would be most of the work (a GPU)."""
_QUICK_S, _SLOW_S = 2.0, 30.0
"""A batch that took less is followed by a larger one, a batch that took more by a smaller one."""
_SLICE = 64
"""Texts embedded between two looks at Ctrl-C."""
_LOOK_UP = 256
"""Documents that are looked up in the manifest together."""
_REVISES = "+revises"
"""Ends the key of a file that replaces or removes documents of earlier files (a PubMed update)."""
_MAX_SEEN = 10_000
_MAX_REASONS = 1000

Vectors = Mapping[str, Sequence[float]]
"""Vectors by the text they belong to."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document that may or may not be in the index already."""

    id: str
    sha256: str
    file: str
    make: Callable[[], tuple[Passage, ...]]
    vectors: Vectors
    revises: bool = False
    """Whether it replaces an earlier document of its id within one run (a later version of an article)."""


class Run:
    """One ingest: the batch under way, the counts, the clock. Memory holds one batch, whatever the corpus."""

    def __init__(
        self,
        writer: IndexWriter,
        embedder: Embedder,
        progress: Callable[[Progress], None] | None,
        stop: threading.Event,
    ) -> None:
        self.stop = stop
        self.total: int | None = None
        self.embedder = embedder
        self.manifest = writer.manifest
        self._writer = writer
        self._progress = progress
        self._run = writer.manifest.next_run()
        self._started = time.monotonic()
        self._counts = dict.fromkeys(
            ["read", "added", "unchanged", "updated", "removed", "skipped", "failed", "passages"], 0
        )
        self._reasons: list[tuple[str, str]] = []
        self._waiting: list[_Candidate] = []
        self._known: dict[str, Entry] = {}
        self._batch: dict[str, tuple[Entry, tuple[Passage, ...], bool]] = {}
        self._batch_passages = 0
        self._size = BATCH_PASSAGES
        self._vectors: dict[str, Sequence[float]] = {}
        self._seen: set[str] = set()
        self._unread_files: list[str] = []
        self._ended: dict[str, str] = {}
        """Keys of the files that were read to their end, of which something may not be written yet."""
        self._broken: set[str] = set()
        """Files with a document that could not be cut up."""
        self._revising = ""
        """The last file read in this run that holds versions of documents."""

    def is_known(self, file: SourceFile, key: str) -> bool:
        """Count a file as read and unchanged, where it is."""
        if not same_key(recorded := self.manifest.file_sha256(file.name), key):
            return False
        if recorded.endswith(_REVISES) and self._revising:
            return False  # an earlier file has brought back what this one replaces or removes
        known = self.manifest.mark_file_seen(file.name, self._run)
        self._counts["read"] += known
        self._counts["unchanged"] += known
        self._tell(file.name)
        return True

    def take_file(self, file: SourceFile, format: str) -> None:
        """Read one file; what its reader raises is counted and reported, what writing raises goes up."""
        key = self.key_of(file, format)
        if key is None or self.is_known(file, key):
            return
        failed_before = self._counts["failed"]
        for item in self._readable(read(file.path, format=format, name=file.name), file.name):
            if self.stop.is_set():
                return
            self.take(item, file.name)
        self.end_file(file.name, key, whole=self._counts["failed"] == failed_before)

    def key_of(self, file: SourceFile, format: str) -> str | None:
        """What a file is remembered by; ``None`` (and reported) where it cannot be opened."""
        if file.reason == HIDDEN_FOLDER:
            self.skip(file.name, file.reason)
            return None
        try:
            return file_key(file, format)
        except OSError as error:
            self.fail_file(file.name, f"cannot be opened: {error.strerror or error}")
            return None

    def end_file(self, name: str, key: str, *, whole: bool) -> None:
        """Remember a file, where all of it could be read, once all of it is written: many small ones together."""
        if whole:
            self._ended[name] = key + (_REVISES if self._revising == name else "")
        if len(self._ended) >= _LOOK_UP:
            self.flush()

    def take(self, item: Item, file: str) -> None:
        if isinstance(item, Skipped):
            self.skip(item.name, item.reason)
            return
        if isinstance(item, Removed):
            self._revising = file
            self.remove(item.document_ids)
            return
        self._counts["read"] += 1
        try:
            document = tidy_document(item)
            if not document.id:
                raise ValueError("it has no id")
            sha256 = document_sha256(document)
        except (ValueError, TypeError, AttributeError) as error:
            self.fail(str(item.id), f"is not a readable document: {error}")
        else:
            revises = document.metadata.get("revisable") is True
            if revises:
                self._revising = file
            self._wait(_Candidate(document.id, sha256, file, lambda: passages(document), {}, revises))
        self._tell(file)

    def remove(self, document_ids: Sequence[str]) -> None:
        """Take documents out that a source withdraws; the files that brought them are not read again for it."""
        self.flush()
        gone = list(self.manifest.entries_of(document_ids).values())
        if not gone:
            return
        keys = {entry.file: self.manifest.file_sha256(entry.file) for entry in gone}
        self._writer.remove(gone)
        for name, key in keys.items():
            if key:
                self.manifest.record_file(name, key)
        self._counts["removed"] += len(gone)

    def take_made(
        self, document_id: str, sha256: str, file: str, made: tuple[Passage, ...], vectors: Vectors
    ) -> None:
        """A document that others have cut up and embedded."""
        self._counts["read"] += 1
        self._wait(_Candidate(document_id, sha256, file, lambda: made, vectors))
        self._tell(file)

    def finish(self, prune: bool) -> IngestReport:
        self.flush()
        if prune and not self.stop.is_set():
            for gone in self.manifest.not_seen(self._run, spare_files=self._unread_files):
                self._writer.remove(gone)
                self._counts["removed"] += len(gone)
        self._writer.check_counts()
        return IngestReport(
            **self._counts,
            seconds=time.monotonic() - self._started,
            reasons=tuple(self._reasons),
            interrupted=self.stop.is_set(),
            corpus_sha256=self.manifest.seal(),
        )

    def skip(self, name: str, reason: str) -> None:
        self._counts["skipped"] += 1
        self._reason(name, reason)

    def fail(self, name: str, reason: str) -> None:
        self._counts["failed"] += 1
        self._reason(name, reason)

    def fail_file(self, name: str, reason: str) -> None:
        """A file of which nothing, or not all, could be read: its old documents are spared by ``prune``."""
        self.fail(name, reason)
        self._unread_files.append(name)

    def flush(self) -> None:
        """Decide on what waits, write all of it, and remember the files that ended with it."""
        self._look_up()
        self._write()
        ended, self._ended = self._ended, {}
        if not self.stop.is_set():
            for name, key in ended.items():
                if name not in self._broken:
                    self.manifest.record_file(name, key)

    def _readable(self, items: Iterable[Item], name: str) -> Iterator[Item]:
        try:
            yield from items
        except Exception as error:  # noqa: BLE001 - whatever a parser does, the other files go on; it is reported
            self.fail_file(name, str(error) or type(error).__name__)

    def _wait(self, candidate: _Candidate) -> None:
        self._waiting.append(candidate)
        if len(self._waiting) >= _LOOK_UP:
            self._look_up()

    def _look_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._known = self.manifest.entries_of({candidate.id for candidate in waiting})
        for candidate in waiting:
            self._decide(candidate)
            if self._batch_passages >= self._size or len(self._seen) >= _MAX_SEEN:
                self._write()

    def _decide(self, candidate: _Candidate) -> None:
        known = self._batch[candidate.id][0] if candidate.id in self._batch else self._known.get(candidate.id)
        if known and known.sha256 == candidate.sha256:
            self._counts["unchanged"] += 1
            self._seen.add(candidate.id)
            return
        came_before = known is not None and (known.run == self._run or candidate.id in self._seen)
        if known and came_before and not candidate.revises:
            self.skip(
                candidate.id,
                f"the same id came before, from {known.file or 'this source'}, with other content",
            )
            return
        try:
            made = candidate.make()
        except (ValueError, TypeError, AttributeError) as error:
            self._broken.add(candidate.file)
            self.fail(candidate.id, f"is not a readable document: {error}")
            return
        if not made:
            self.skip(candidate.id, "no text")
            return
        entry = Entry(candidate.id, candidate.sha256, candidate.file, tuple(p.id for p in made), self._run)
        in_index = self._batch[candidate.id][2] if candidate.id in self._batch else known is not None
        self._batch[candidate.id] = (entry, made, in_index)
        self._seen.discard(candidate.id)
        self._batch_passages += len(made)
        self._vectors.update(candidate.vectors)

    def _write(self) -> None:
        started = time.monotonic()
        self.manifest.mark_seen(sorted(self._seen), self._run)
        self._seen.clear()
        batch, self._batch, self._batch_passages = self._batch, {}, 0
        vectors, self._vectors = self._vectors, {}
        self._embed((p.searchable for _, made, _ in batch.values() for p in made), vectors)
        # After Ctrl-C only what is embedded is written; the rest is read again by the next run.
        ready = [
            (entry, made, old)
            for entry, made, old in batch.values()
            if all(p.searchable in vectors for p in made)
        ]
        if not ready:
            return
        written = [p for _, made, _ in ready for p in made]
        self._writer.write(
            [entry for entry, _, _ in ready], written, [vectors[p.searchable] for p in written]
        )
        self._known.update((entry.id, entry) for entry, _, _ in ready)
        self._counts["passages"] += len(written)
        updated = sum(old for _, _, old in ready)
        self._counts["updated"] += updated
        self._counts["added"] += len(ready) - updated
        self._pace(time.monotonic() - started)

    def _pace(self, seconds: float) -> None:
        if seconds < _QUICK_S:
            self._size = min(MAX_BATCH_PASSAGES, 2 * self._size)
        elif seconds > _SLOW_S:
            self._size = max(BATCH_PASSAGES, self._size // 2)

    def _embed(self, texts: Iterable[str], vectors: dict[str, Sequence[float]]) -> None:
        """Add the vectors that are missing, each text once; not all of them when a stop was asked for."""
        missing = [text for text in dict.fromkeys(texts) if text not in vectors]
        size = max(_SLICE, getattr(self.embedder, "batch_size", 0))
        for start in range(0, len(missing), size):
            if self.stop.is_set():
                return
            part = missing[start : start + size]
            vectors.update(zip(part, self.embedder.embed_documents(part), strict=True))

    def _reason(self, name: str, reason: str) -> None:
        if len(self._reasons) < _MAX_REASONS:
            self._reasons.append((name, reason))

    def _tell(self, source: str) -> None:
        if self._progress is None:
            return
        done = self._counts["read"]
        rate = done / max(time.monotonic() - self._started, 1e-6)
        left = (self.total - done) / rate if self.total and rate and self.total >= done else None
        self._progress(Progress(done, self.total, self._counts["passages"], rate, left, source))


def document_sha256(document: Document) -> str:
    """Hash of all that a document says, and of the rules that cut it up."""
    values: dict[str, Any] = {f.name: getattr(document, f.name) for f in fields(document)}
    values["sections"] = [asdict(section) for section in document.sections]
    values["metadata"] = dict(document.metadata)
    values["rules"] = [CHUNKER_VERSION, ANALYSIS_VERSION]
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def file_key(file: SourceFile, format: str) -> str:
    """Content and the rules that turn it into passages; while both stay, the file need not be read."""
    return f"{READERS_VERSION}.{CHUNKER_VERSION}.{ANALYSIS_VERSION}:{format}:{file.sha256()}"


def same_key(recorded: str, key: str) -> bool:
    """Whether a file is the one that was recorded."""
    return recorded.removesuffix(_REVISES) == key
