"""Read files, folders and archives into documents, one at a time, losing nothing silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from retrieval.errors import UnreadableSourceError
from retrieval.passage import Document
from retrieval.readers.archives import Allowance, Limits, members
from retrieval.readers.detect import ARCHIVES, FORMATS, claims_format, detect
from retrieval.readers.source import Skipped, Source

__all__ = ["Limits", "Skipped", "UnreadableSourceError", "formats", "read"]

_PROJECT_FILE = re.compile(
    r"(readme|licen[cs]e|copying|notice|changelog|authors|contributing)(\.(txt|md|rst))?$", re.IGNORECASE
)
_HIDDEN = re.compile(r"(^|/)(\.|__MACOSX/|Thumbs\.db$)")


def formats() -> tuple[str, ...]:
    """Names that ``format`` takes, ``auto`` first."""
    return ("auto", *FORMATS)


def read(
    path: Path, *, format: str = "auto", root: Path | None = None, limits: Limits | None = None
) -> Iterator[Document | Skipped]:
    """Documents of one file, archive or folder, lazily; whatever is not read comes as ``Skipped``.

    A file is called by its last name, or by its path below ``root`` where that is given (then it counts
    as found in a folder, not named by the user); a folder's files are called ``folder/inner/file``. That
    name is the document id where a format has none of its own.

    Raises:
        UnreadableSourceError: this file cannot be read as what it claims to be, or the format is not known.
    """
    if format != "auto" and format not in FORMATS:
        raise UnreadableSourceError(f"There is no format '{format}'; choose one of {', '.join(formats())}.")
    path = Path(path).absolute()
    if path.is_dir():
        yield from _folder(path, format, root or path.parent, limits or Limits())
        return
    if not path.exists():
        raise UnreadableSourceError(f"{path}: no such file or folder.")
    name = path.name if root is None else path.relative_to(root.absolute()).as_posix()
    unwanted = "" if root is None else _unwanted(name)
    if unwanted:
        yield Skipped(name, unwanted)
        return
    try:
        with path.open("rb") as stream:
            source = Source(name, cast(BinaryIO, stream))
            yield from _read(source, format, Allowance(path.stat().st_size, limits or Limits()), depth=0)
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read ({error.strerror or error}).") from None


def _folder(folder: Path, format: str, root: Path, limits: Limits) -> Iterator[Document | Skipped]:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        try:
            yield from read(path, format=format, root=root, limits=limits)
        except UnreadableSourceError as error:
            yield _skipped(path.relative_to(root).as_posix(), error)


def _unwanted(name: str) -> str:
    """Why a file that nobody named is passed over; empty when it is not."""
    if _HIDDEN.search(name):
        return "a hidden file"
    if _PROJECT_FILE.fullmatch(name.rpartition("/")[2]):
        return "a file about the collection, not part of it; name it to read it"
    return ""


def _read(source: Source, format: str, allowance: Allowance, depth: int) -> Iterator[Document | Skipped]:
    detected = detect(source)
    if detected.format in ARCHIVES:
        if depth > 1:
            yield Skipped(source.name, "an archive inside an archive inside an archive; unpack it first")
            return
        for member in members(source, detected.format, allowance):
            yield from _member(member, format, allowance, depth)
        return
    if detected.reason == "empty file":
        yield Skipped(source.name, detected.reason)
        return
    chosen = format if format != "auto" else detected.format
    if chosen:
        yield from FORMATS[chosen].read(source)
    elif claims_format(source):
        raise UnreadableSourceError(f"{source.name}: {detected.reason}.")
    else:
        yield Skipped(source.name, detected.reason)


def _member(
    member: Source | Skipped, format: str, allowance: Allowance, depth: int
) -> Iterator[Document | Skipped]:
    if isinstance(member, Skipped):
        yield member
        return
    unwanted = _unwanted(member.name)
    if unwanted:
        yield Skipped(member.name, unwanted)
        return
    try:
        yield from _read(member, format, allowance, depth + 1)
    except UnreadableSourceError as error:
        yield _skipped(member.name, error)


def _skipped(name: str, error: UnreadableSourceError) -> Skipped:
    return Skipped(name, str(error).removeprefix(f"{name}: ").rstrip("."))
