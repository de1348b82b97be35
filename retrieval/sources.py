"""Which files an ingest reads, under names that do not change when their folder moves."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import UnreadableSourceError


@dataclass(frozen=True, slots=True)
class SourceFile:
    path: Path
    name: str
    """The file's name, or for a file found in a folder ``folder/inner/file``: the same on every machine."""

    def sha256(self) -> str:
        with self.path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()


def source_files(sources: Sequence[Path], *, leave_out: Path) -> Iterator[SourceFile]:
    """Every file of the sources, folders walked in order of name; hidden folders and ``leave_out`` are passed over.

    Raises ``UnreadableSourceError`` for a source that does not exist.
    """
    for source in sources:
        if not source.exists():
            raise UnreadableSourceError(f"There is no file or folder {source}.")
    for source in sources:
        if source.is_dir():
            yield from _walk(source, leave_out.absolute())
        else:
            yield SourceFile(source, source.name)


def _walk(folder: Path, leave_out: Path) -> Iterator[SourceFile]:
    top = folder.absolute()
    for at, folders, files in os.walk(top):
        here = Path(at)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and here / name != leave_out)
        for name in sorted(files):
            path = here / name
            yield SourceFile(path, path.relative_to(top.parent).as_posix())
