"""Read files, folders and archives into documents, one at a time, losing nothing silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from retrieval.errors import UnreadableSourceError
from retrieval.passage import RETRACTED, Document, is_marked_retracted, mark_retracted
from retrieval.readers.archives import Allowance, Limits, members
from retrieval.readers.detect import ARCHIVES, FORMATS, claims_format, detect
from retrieval.readers.source import Item, Removed, Skipped, Source
from retrieval.sources import irregular, walk

__all__ = ["Item", "Limits", "Removed", "Skipped", "UnreadableSourceError", "formats", "read"]

_PROJECT_FILE = re.compile(
    r"(readme|licen[cs]e|copying|notice|changelog|authors|contributing)(\.(txt|md|rst))?$", re.IGNORECASE
)
_HIDDEN = re.compile(r"(^|/)(\.|__MACOSX/|Thumbs\.db$)")


def formats() -> tuple[str, ...]:
    """Names that ``format`` takes, ``auto`` first."""
    return ("auto", *FORMATS)


def read(path: Path, *, format: str = "auto", name: str = "", limits: Limits | None = None) -> Iterator[Item]:
    """Documents of one file, archive or folder, lazily; whatever is not read comes as ``Skipped``.

    What an update file withdraws comes as ``Removed``. A retracted article has the word before its title and
    ``retracted`` for its evidence, whatever its format.

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
    unwanted = _unwanted(called) if "/" in called else ""
    if unwanted:
        yield Skipped(called, unwanted)
        return
    try:
        if reason := irregular(path):
            raise UnreadableSourceError(f"{path}: {reason}.")
        with path.open("rb") as stream:
            allowance = Allowance(path.stat().st_size, limits or Limits())
            yield from _read(Source(called, cast(BinaryIO, stream)), format, allowance, depth=0)
    except FileNotFoundError:
        raise UnreadableSourceError(f"{path}: no such file or folder.") from None
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read ({error.strerror or error}).") from None


def _folder(folder: Path, format: str, top: str, limits: Limits) -> Iterator[Item]:
    for file in walk(folder, top):
        if file.reason:
            yield Skipped(file.name, file.reason)
            continue
        try:
            yield from read(file.path, format=format, name=file.name, limits=limits)
        except UnreadableSourceError as error:
            yield _skipped(file.name, error)


def _unwanted(name: str) -> str:
    """Why a file that nobody named is passed over; empty when it is not."""
    if _HIDDEN.search(name):
        return "a hidden file"
    if _PROJECT_FILE.fullmatch(name.rpartition("/")[2]):
        return "a file about the collection, not part of it; name it to read it"
    return ""


def _read(source: Source, format: str, allowance: Allowance, depth: int) -> Iterator[Item]:
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
        yield from _parsed(source, chosen)
    elif claims_format(source):
        raise UnreadableSourceError(f"{source.name}: {detected.reason}.")
    else:
        yield Skipped(source.name, detected.reason)


def _parsed(source: Source, chosen: str) -> Iterator[Item]:
    """What the format's reader gives; whatever its parser trips over becomes one sentence about this file."""
    try:
        for item in FORMATS[chosen].read(source):
            if isinstance(item, Document) and (item.evidence == RETRACTED or is_marked_retracted(item.title)):
                item = mark_retracted(item)
            yield item
    except (UnreadableSourceError, OSError):
        raise
    except RecursionError:
        raise UnreadableSourceError(f"{source.name}: nested too deeply to be read.") from None
    except Exception as error:
        detail = " ".join(str(error).split())[:200] or type(error).__name__
        raise UnreadableSourceError(f"{source.name}: cannot be read as {chosen} ({detail}).") from error


def _member(member: Source | Skipped, format: str, allowance: Allowance, depth: int) -> Iterator[Item]:
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
