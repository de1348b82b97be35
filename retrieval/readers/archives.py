"""Archives: members are streamed to their readers, nothing is unpacked to disk.

Names inside an archive are only labels here, so a name that climbs out of a folder does no harm.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from retrieval.errors import UnreadableSourceError
from retrieval.readers.source import Skipped, Source

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may grow; against files made to fill a memory or a disk (zip bombs)."""

    ratio: int = 200
    """Unpacked bytes a packed byte. Text packs 3 to 10 times smaller, XML up to 30, bombs 1,000."""
    floor: int = 256 * _MB
    """Always allowed, whatever the ratio."""
    nested: int = 512 * _MB
    """Size of an archive inside an archive, which has to be set aside to be read."""


class TooLargeError(UnreadableSourceError):
    """The archive has given more than it may."""


class Allowance:
    """Bytes that one file may still unpack to, archives inside it included."""

    def __init__(self, packed: int, limits: Limits) -> None:
        self.limits = limits
        self.total = max(limits.floor, packed * limits.ratio)
        self.left = self.total

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TooLargeError(
                f"the archive unpacks to more than {self.total // _MB} MB, as a zip bomb does."
            )


_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError)


class _Member(io.RawIOBase):
    """A member's bytes; what it unpacks counts against the allowance, damage is named."""

    def __init__(self, stream: IO[bytes], name: str, allowance: Allowance | None) -> None:
        self._stream = stream
        self._name = name
        self._allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            data = self._stream.read(len(view))
        except _DAMAGED as error:
            raise UnreadableSourceError(f"{self._name}: damaged inside the archive ({error}).") from None
        if self._allowance is not None:
            self._allowance.take(len(data))
        view[: len(data)] = data
        return len(data)


def _source(name: str, stream: IO[bytes], allowance: Allowance | None) -> Source:
    return Source(name, cast(BinaryIO, _Member(stream, name, allowance)))


def label(name: str) -> str:
    """A member's name as a plain relative path."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", ".", "..")]
    return "/".join(part for part in parts if not part.endswith(":")) or "unnamed"


def members(source: Source, kind: str, allowance: Allowance) -> Iterator[Source | Skipped]:
    """The files of an archive, one at a time; each must be read before the next is asked for.

    Raises:
        UnreadableSourceError: the file is no archive at all.
    """
    count = 0
    try:
        for member in _MEMBERS[kind](source, allowance):
            count += 1
            yield member
            if allowance.left < 0:
                yield Skipped(source.name, "unpacks to far more than it should; the rest was not read")
                return
    except (*_DAMAGED, UnreadableSourceError) as error:
        if count == 0:
            raise UnreadableSourceError(f"{source.name}: a damaged archive ({error}).") from None
        yield Skipped(source.name, f"damaged after {count} files ({error}); the rest was not read")


def _zip(source: Source, allowance: Allowance) -> Iterator[Source | Skipped]:
    with _seekable(source, allowance.limits) as stream, zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            name = f"{source.name}/{label(info.filename)}"
            if info.filename and info.is_dir():
                continue
            if info.flag_bits & 0x1:
                yield Skipped(name, "protected by a password; remove it and try again")
                continue
            try:
                member = archive.open(info)
            except (zipfile.BadZipFile, NotImplementedError) as error:
                yield Skipped(name, f"damaged inside the archive ({error})")
                continue
            with member:
                yield _source(name, member, allowance)


def _tar(source: Source, allowance: Allowance) -> Iterator[Source | Skipped]:
    with tarfile.open(fileobj=source.buffered, mode="r|") as archive:
        for info in archive:
            name = f"{source.name}/{label(info.name)}"
            if info.isdir():
                continue
            member = archive.extractfile(info) if info.isreg() else None
            if member is None:
                yield Skipped(name, "a link or a device, not a file")
                continue
            # A tar does not pack; what its .gz unpacks is counted there.
            yield _source(name, member, None)


def _gzip(source: Source, allowance: Allowance) -> Iterator[Source | Skipped]:
    """One packed file; a packed tar is opened in the same go and does not count as nesting."""
    with gzip.GzipFile(fileobj=source.buffered) as stream:
        inner = re.sub(
            r"\.gz$", "", re.sub(r"\.tgz$", ".tar", source.name, flags=re.IGNORECASE), flags=re.IGNORECASE
        )
        unpacked = _source(inner, cast(IO[bytes], stream), allowance)
        if unpacked.head(512)[257:262] == b"ustar":
            # Keep the name that the user knows: pages.tar.gz/page.html
            yield from _tar(Source(source.name, cast(BinaryIO, unpacked.buffered)), allowance)
        else:
            yield unpacked


_MEMBERS = {"zip": _zip, "tar": _tar, "gzip": _gzip}


def _seekable(source: Source, limits: Limits) -> IO[bytes]:
    """Zip files keep their table at the end, so one inside an archive is set aside first."""
    if source.buffered.seekable():
        return source.buffered
    aside = tempfile.SpooledTemporaryFile(max_size=32 * _MB)  # noqa: SIM115 - closed by the caller
    while chunk := source.buffered.read(_MB):
        aside.write(chunk)
        if aside.tell() > limits.nested:
            aside.close()
            raise UnreadableSourceError(
                f"an inner archive of more than {limits.nested // _MB} MB; unpack it first"
            )
    aside.seek(0)
    return cast(IO[bytes], aside)
