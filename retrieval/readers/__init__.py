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
    path: Path, *, format: str = "auto", name: str = "", limits: Limits | None = None
) -> Iterator[Document | Skipped]:
    """Documents of one file, archive or folder, lazily; whatever is not read comes as ``Skipped``.

    ``name`` is what to call the file; it is the document id where a format has none of its own. By default
    a file has its last name and a folder's files are called ``folder/inner/file``. A ``name`` with a
    ``/`` says that the file was found in a folder, not named by the user.

    Raises:
        UnreadableSourceError: this file cannot be read as what it claims to be, or the format is not known.
    """
    if format != "auto" and format not in FORMATS:
        raise UnreadableSourceError(f"There is no format '{format}'; choose one of {', '.join(formats())}.")
    path = Path(path)
    called = name or path.absolute().name
    if path.is_dir():
        yield from _folder(path, format, called, limits or Limits())
        return
    if not path.exists():
        raise UnreadableSourceError(f"{path}: no such file or folder.")
    unwanted = _unwanted(called) if "/" in called else ""
    if unwanted:
        yield Skipped(called, unwanted)
        return
    try:
        with path.open("rb") as stream:
            allowance = Allowance(path.stat().st_size, limits or Limits())
            yield from _read(Source(called, cast(BinaryIO, stream)), format, allowance, depth=0)
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read ({error.strerror or error}).") from None


def _folder(folder: Path, format: str, top: str, limits: Limits) -> Iterator[Document | Skipped]:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        called = f"{top}/{path.relative_to(folder).as_posix()}"
        try:
            yield from read(path, format=format, name=called, limits=limits)
        except UnreadableSourceError as error:
            yield _skipped(called, error)


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
