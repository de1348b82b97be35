"""Sources into an index: streamed, in batches, resumable, with nothing embedded twice."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from retrieval.interrupt import stop_on_interrupt
from retrieval.passage import Document
from retrieval.readers import Item, read
from retrieval.report import IngestReport, Progress
from retrieval.run import Run
from retrieval.sources import SourceFile, irregular, source_files
from retrieval.writer import IndexWriter

if TYPE_CHECKING:
    from retrieval.embed import Embedder

_ONE_DOCUMENT = frozenset([".pdf", ".html", ".htm", ".md", ".markdown", ".txt", ".docx", ".nxml"])

_PIECE = 1 << 20
_MOST_COUNTED = 4 << 30
"""Bytes after which the count is given up: that much takes longer to count than the bar is worth."""

Engine = Callable[[Run, Sequence[SourceFile], str], None]
"""Takes the files of a run in: in this process, or spread over others (``ray_bulk``)."""


def ingest(
    sources: Sequence[Path],
    index_dir: Path,
    *,
    format: str = "auto",
    embedder: Embedder | None = None,
    progress: Callable[[Progress], None] | None = None,
    prune: bool = False,
    rebuild: bool = False,
    server: str = "",
    engine: Engine | None = None,
) -> IngestReport:
    """Read files, folders and archives into the index, made new where there is none.

    Files and documents whose content is known are passed over; a changed document replaces its old self.
    ``prune`` then removes every document of the index that these sources no longer hold (those of a file
    that could not be read are spared). One bad file never stops the others: it is in the report.

    ``rebuild`` builds a new version from these sources beside the one that is served and switches to it when
    it is whole; until then, and for good if the build is interrupted or holds nothing, searches see the old
    one. The same call goes on with an interrupted build. ``server`` is the URL of a Chroma server that a new
    index keeps its vectors on. ``engine`` spreads the work (``ray_bulk.ray_engine``).

    Raises ``UnreadableSourceError`` for a source that does not exist, ``IndexLockedError``,
    ``IndexCorruptError``, ``EmbedderMismatchError``, and ``RetrievalError`` where writing fails.
    """
    files = list(source_files(sources, leave_out=index_dir))
    with _running(index_dir, embedder, progress, rebuild, server) as run:
        if progress:
            _expect(run, files, format)
        (engine or take_files)(run, files, format)
        return run.finish(prune or rebuild)


def ingest_documents(
    documents: Iterable[Item],
    index_dir: Path,
    *,
    embedder: Embedder | None = None,
    progress: Callable[[Progress], None] | None = None,
    prune: bool = False,
    rebuild: bool = False,
    server: str = "",
    total: int | None = None,
) -> IngestReport:
    """The same for documents at hand (the handbook); ``prune`` removes those that are not among them."""
    with _running(index_dir, embedder, progress, rebuild, server) as run:
        run.total = total
        for item in documents:
            if run.stop.is_set():
                break
            run.take(item, "")
        return run.finish(prune or rebuild)


def take_files(run: Run, files: Sequence[SourceFile], format: str) -> None:
    """The plain engine: one file after another, in this process."""
    for file in files:
        if run.stop.is_set():
            return
        run.take_file(file, format)


@contextmanager
def _running(
    index_dir: Path,
    embedder: Embedder | None,
    progress: Callable[[Progress], None] | None,
    rebuild: bool,
    server: str,
) -> Iterator[Run]:
    """A run that holds the index's lock and listens for Ctrl-C."""
    from retrieval.rebuild import Rebuild

    if embedder is None:
        from retrieval.embed import load_embedder

        embedder = load_embedder(bulk=True)
    build = Rebuild(index_dir) if rebuild else None
    writer = IndexWriter(
        index_dir,
        fingerprint=embedder.fingerprint,
        embedder=embedder.name,
        server=server,
        data_dir=build.folder if build else None,
    )
    with writer, stop_on_interrupt() as stop:
        run = Run(writer, embedder, progress, stop)
        yield run
        if build and not stop.is_set():
            writer.close_channels()
            build.serve()


def _expect(run: Run, files: Sequence[SourceFile], format: str) -> None:
    """Count what is to come."""
    run.total = 0
    for file in files:
        if run.stop.is_set():
            return
        run.total += _known_documents(run, file, format) or _documents_in(file, format)


def _known_documents(run: Run, file: SourceFile, format: str) -> int:
    """Documents of a file that is unchanged since it was indexed, else 0."""
    from retrieval.run import file_key, same_key

    try:
        unchanged = same_key(run.manifest.file_sha256(file.name), file_key(file, format))
    except OSError:
        return 0
    return run.manifest.documents_of_file(file.name) if unchanged else 0


def _documents_in(file: SourceFile, format: str) -> int:
    """How many documents a file holds, by a first pass that embeds nothing; for the progress bar alone."""
    suffixes = [suffix.lower() for suffix in file.path.suffixes]
    if suffixes[-1:] and suffixes[-1] in _ONE_DOCUMENT:
        return 1
    try:
        if irregular(file.path):
            return 0
        if suffixes[-1:] == [".jsonl"]:
            with file.path.open("rb") as stream:
                return _line_ends(stream)
        if suffixes[-2:] == [".jsonl", ".gz"]:
            with gzip.open(file.path) as packed:
                return _line_ends(packed)
        return sum(isinstance(item, Document) for item in read(file.path, format=format, name=file.name))
    except Exception:  # noqa: BLE001 - an estimate; reading the file again reports what is wrong with it
        return 0


def _line_ends(stream: IO[bytes] | gzip.GzipFile) -> int:
    """Lines of a stream, held a piece at a time: a packed file may be one endless line."""
    lines, size, last = 0, 0, b"\n"
    while piece := stream.read(_PIECE):
        lines += piece.count(b"\n")
        size += len(piece)
        last = piece[-1:]
        if size > _MOST_COUNTED:
            return 0
    return lines + (last != b"\n")
