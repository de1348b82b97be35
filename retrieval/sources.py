"""Which files an ingest reads, under names that do not change when their folder moves."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import UnreadableSourceError

HIDDEN_FOLDER = "a hidden folder"


@dataclass(frozen=True, slots=True)
class SourceFile:
    path: Path
    name: str
    """The file's name, or for a file found in a folder ``folder/inner/file``: the same on every machine."""
    reason: str = ""
    """Why this is not read (a hidden folder, a link to a folder, a pipe); empty for a file to read."""

    def sha256(self) -> str:
        """Hash of the content. Raises ``OSError`` for what cannot be read as a file."""
        if reason := self.reason or irregular(self.path):
            raise OSError(0, reason)
        with self.path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()


def source_files(sources: Sequence[Path], *, leave_out: Path) -> Iterator[SourceFile]:
    """Every file of the sources, folders walked in order of name; ``leave_out`` (the index) is passed over.

    What is not walked or is no file comes with its ``reason``, so that the report can name it.
    Raises ``UnreadableSourceError`` for a source that does not exist.
    """
    for source in sources:
        if not os.path.lexists(source):
            raise UnreadableSourceError(f"There is no file or folder {source}.")
    for source in sources:
        if source.is_dir():
            yield from walk(source, source.absolute().name, leave_out.absolute())
        else:
            yield SourceFile(source, source.name)


def walk(folder: Path, top: str, leave_out: Path | None = None) -> Iterator[SourceFile]:
    """The files below a folder, called ``top/inner/file``, in order of name; links to folders are not followed."""
    start = folder.absolute()
    barred: list[OSError] = []
    for at, folders, files in os.walk(start, onerror=barred.append):
        here = Path(at)
        inner = "" if here == start else f"/{here.relative_to(start).as_posix()}"
        yield from _barred(barred, start, top)
        descended = []
        for name in sorted(folders):
            path = here / name
            if name.startswith("."):
                yield SourceFile(path, f"{top}{inner}/{name}", HIDDEN_FOLDER)
            elif path.is_symlink():
                yield SourceFile(path, f"{top}{inner}/{name}", "a link to a folder, which is not followed")
            elif path != leave_out:
                descended.append(name)
        folders[:] = descended
        for name in sorted(files):
            yield SourceFile(here / name, f"{top}{inner}/{name}")
    yield from _barred(barred, start, top)


def _barred(errors: list[OSError], start: Path, top: str) -> Iterator[SourceFile]:
    """Folders that could not be listed."""
    while errors:
        error = errors.pop(0)
        path = Path(str(error.filename))
        inner = "" if path == start else f"/{path.relative_to(start).as_posix()}"
        yield SourceFile(path, f"{top}{inner}", f"a folder that cannot be opened: {error.strerror or error}")


def irregular(path: Path) -> str:
    """What a path is when it is no ordinary file (reading a pipe would wait for ever); empty for a file.

    Raises ``OSError`` where the path leads nowhere.
    """
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return ""
    return "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device, not a file"
