"""Sources into an index: streamed, in batches, resumable, with nothing embedded twice."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.analysis import ANALYSIS_VERSION
from retrieval.chunk import CHUNKER_VERSION, passages, tidy_document
from retrieval.interrupt import stop_on_interrupt
from retrieval.manifest import Entry
from retrieval.passage import Document, Passage
from retrieval.readers import Skipped, read
from retrieval.report import IngestReport, Progress
from retrieval.sources import SourceFile, source_files
from retrieval.writer import IndexWriter

if TYPE_CHECKING:
    from retrieval.embed import Embedder

READERS_VERSION = 1
"""Raise when readers make other documents of the same files; the next ingest then reads them again."""

BATCH_PASSAGES = 512
"""Passages written together: what a kill costs, and what one commit is spread over."""
_SLICE = 64
"""Texts embedded between two looks at Ctrl-C."""
_MAX_REASONS = 1000
_ONE_DOCUMENT = frozenset([".pdf", ".html", ".htm", ".md", ".markdown", ".txt", ".docx", ".nxml"])


def ingest(
    sources: Sequence[Path],
    index_dir: Path,
    *,
    format: str = "auto",
    embedder: Embedder | None = None,
    progress: Callable[[Progress], None] | None = None,
    prune: bool = False,
) -> IngestReport:
    """Read files, folders and archives into the index, made new where there is none.

    Files and documents whose content is known are passed over; a changed document replaces its old self.
    ``prune`` then removes every document of the index that these sources no longer hold (those of a file
    that could not be read are spared). One bad file never stops the others: it is in the report.
    Raises ``UnreadableSourceError`` for a source that does not exist, ``IndexLockedError``,
    ``IndexCorruptError``, ``EmbedderMismatchError``.
    """
    files = list(source_files(sources, leave_out=index_dir))
    with _running(index_dir, embedder, progress) as run:
        if progress:
            run.expect(files, format)
        for file in files:
            if run.stop.is_set():
                break
            run.take_file(file, format)
        return run.finish(prune)


def ingest_documents(
    documents: Iterable[Document | Skipped],
    index_dir: Path,
    *,
    embedder: Embedder | None = None,
    progress: Callable[[Progress], None] | None = None,
    prune: bool = False,
    total: int | None = None,
) -> IngestReport:
    """The same for documents at hand (the handbook); ``prune`` removes those that are not among them."""
    with _running(index_dir, embedder, progress) as run:
        run.total = total
        for item in documents:
            if run.stop.is_set():
                break
            run.take(item, "")
        return run.finish(prune)


def document_sha256(document: Document) -> str:
    """Hash of all that a document says, and of the rules that cut it up."""
    values = {**_plain(document), "rules": [CHUNKER_VERSION, ANALYSIS_VERSION]}
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class _Run:
    """One ingest: the batch under way, the counts, the clock."""

    def __init__(
        self,
        writer: IndexWriter,
        embedder: Embedder,
        progress: Callable[[Progress], None] | None,
        stop: threading.Event,
    ) -> None:
        self.stop = stop
        self.total: int | None = None
        self._writer = writer
        self._embedder = embedder
        self._progress = progress
        self._run = writer.manifest.next_run()
        self._started = time.monotonic()
        self._counts = dict.fromkeys(
            ["read", "added", "unchanged", "updated", "removed", "skipped", "failed", "passages"], 0
        )
        self._reasons: list[tuple[str, str]] = []
        self._batch: dict[str, tuple[Entry, tuple[Passage, ...], bool]] = {}
        self._batch_passages = 0
        self._seen: set[str] = set()
        self._unread_files: list[str] = []

    def expect(self, files: Sequence[SourceFile], format: str) -> None:
        """Count what is to come."""
        self.total = 0
        for file in files:
            if self.stop.is_set():
                return
            self.total += self._known_documents(file, format) or _documents_in(file, format)

    def _known_documents(self, file: SourceFile, format: str) -> int:
        """Documents of a file that is unchanged since it was indexed, else 0."""
        manifest = self._writer.manifest
        try:
            unchanged = manifest.file_sha256(file.name) == _file_key(file, format)
        except OSError:
            return 0
        return manifest.documents_of_file(file.name) if unchanged else 0

    def take_file(self, file: SourceFile, format: str) -> None:
        manifest = self._writer.manifest
        try:
            sha256 = _file_key(file, format)
        except OSError as error:
            self._fail(file.name, f"cannot be opened: {error.strerror or error}")
            self._unread_files.append(file.name)
            return
        if manifest.file_sha256(file.name) == sha256:
            known = manifest.mark_file_seen(file.name, self._run)
            self._counts["read"] += known
            self._counts["unchanged"] += known
            self._tell(file.name)
            return
        failed_before = self._counts["failed"]
        try:
            for item in read(file.path, format=format, name=file.name):
                if self.stop.is_set():
                    return
                self.take(item, file.name)
        except Exception as error:  # noqa: BLE001 - whatever a parser does, the other files go on; it is reported
            self._fail(file.name, str(error) or type(error).__name__)
            self._unread_files.append(file.name)
        self._flush()
        if not self.stop.is_set() and self._counts["failed"] == failed_before:
            manifest.record_file(file.name, sha256)

    def take(self, item: Document | Skipped, file: str) -> None:
        if isinstance(item, Skipped):
            self._skip(item.name, item.reason)
            return
        self._counts["read"] += 1
        try:
            self._take_document(tidy_document(item), file)
        except (ValueError, TypeError, AttributeError) as error:
            self._fail(str(item.id), f"is not a readable document: {error}")
        self._tell(file)
        if self._batch_passages >= BATCH_PASSAGES:
            self._flush()

    def _take_document(self, document: Document, file: str) -> None:
        if not document.id:
            raise ValueError("it has no id")
        sha256 = document_sha256(document)
        known = self._batch[document.id][0] if document.id in self._batch else None
        known = known or self._writer.manifest.entry(document.id)
        if known and known.sha256 == sha256:
            self._counts["unchanged"] += 1
            self._seen.add(document.id)
            return
        if known and (known.run == self._run or document.id in self._seen):
            self._skip(
                document.id,
                f"the same id came before, from {known.file or 'this source'}, with other content",
            )
            return
        made = passages(document)
        if not made:
            self._skip(document.id, "no text")
            return
        entry = Entry(document.id, sha256, file, tuple(p.id for p in made), self._run)
        self._batch[document.id] = (entry, made, known is not None)
        self._batch_passages += len(made)

    def finish(self, prune: bool) -> IngestReport:
        self._flush()
        manifest = self._writer.manifest
        if prune and not self.stop.is_set():
            gone = manifest.not_seen(self._run, spare_files=self._unread_files)
            for start in range(0, len(gone), BATCH_PASSAGES):
                self._writer.remove(gone[start : start + BATCH_PASSAGES])
            self._counts["removed"] = len(gone)
        self._writer.check_counts()
        return IngestReport(
            **self._counts,
            seconds=time.monotonic() - self._started,
            reasons=tuple(self._reasons),
            interrupted=self.stop.is_set(),
            corpus_sha256=manifest.seal(),
        )

    def _flush(self) -> None:
        self._writer.manifest.mark_seen(sorted(self._seen), self._run)
        self._seen.clear()
        batch, self._batch, self._batch_passages = self._batch, {}, 0
        vectors = self._embed([p.searchable for _, made, _ in batch.values() for p in made])
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
        self._counts["passages"] += len(written)
        updated = sum(old for _, _, old in ready)
        self._counts["updated"] += updated
        self._counts["added"] += len(ready) - updated

    def _embed(self, texts: Sequence[str]) -> dict[str, list[float]]:
        """Vectors by text, each text once; incomplete when a stop was asked for."""
        distinct = list(dict.fromkeys(texts))
        size = max(_SLICE, getattr(self._embedder, "batch_size", 0))
        vectors: dict[str, list[float]] = {}
        for start in range(0, len(distinct), size):
            if self.stop.is_set():
                break
            part = distinct[start : start + size]
            vectors.update(zip(part, self._embedder.embed_documents(part), strict=True))
        return vectors

    def _skip(self, name: str, reason: str) -> None:
        self._counts["skipped"] += 1
        self._reason(name, reason)

    def _fail(self, name: str, reason: str) -> None:
        self._counts["failed"] += 1
        self._reason(name, reason)

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


@contextmanager
def _running(
    index_dir: Path, embedder: Embedder | None, progress: Callable[[Progress], None] | None
) -> Iterator[_Run]:
    """A run that holds the index's lock and listens for Ctrl-C."""
    if embedder is None:
        from retrieval.embed import load_embedder

        embedder = load_embedder(bulk=True)
    writer = IndexWriter(index_dir, fingerprint=embedder.fingerprint, embedder=embedder.name)
    with writer, stop_on_interrupt() as stop:
        yield _Run(writer, embedder, progress, stop)


def _file_key(file: SourceFile, format: str) -> str:
    """Content and the rules that turn it into passages; while both stay, the file need not be read."""
    return f"{READERS_VERSION}.{CHUNKER_VERSION}.{ANALYSIS_VERSION}:{format}:{file.sha256()}"


def _documents_in(file: SourceFile, format: str) -> int:
    """How many documents a file holds, by a first pass that embeds nothing; for the progress bar alone."""
    suffixes = [suffix.lower() for suffix in file.path.suffixes]
    if suffixes[-1:] and suffixes[-1] in _ONE_DOCUMENT:
        return 1
    try:
        if suffixes[-1:] == [".jsonl"]:
            with file.path.open("rb") as lines:
                return sum(1 for _ in lines)
        if suffixes[-2:] == [".jsonl", ".gz"]:
            with gzip.open(file.path) as lines:
                return sum(1 for _ in lines)
        return sum(isinstance(item, Document) for item in read(file.path, format=format, name=file.name))
    except Exception:  # noqa: BLE001 - an estimate; reading the file again reports what is wrong with it
        return 0


def _plain(document: Document) -> dict[str, Any]:
    values: dict[str, Any] = {f.name: getattr(document, f.name) for f in fields(document)}
    return {
        **values,
        "sections": [asdict(section) for section in document.sections],
        "metadata": dict(document.metadata),
    }
