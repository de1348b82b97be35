"""What a reader is given: one named stream of bytes, wherever it comes from."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO

from retrieval.errors import UnreadableSourceError
from retrieval.passage import Document

WHOLE_FILE_BYTES = 256 * 1024 * 1024
"""Formats that are read whole (PDF, Word, XML) stop here; records (JSON lines, CSV, PubMed) are streamed."""
TEXT_BYTES = 64 * 1024 * 1024
"""The same for running text and markup (HTML, Markdown, text), which takes many times its size to take apart."""
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not read, and why; nothing is ever left out without one of these."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Removed:
    """Documents that this source withdraws: they are to leave the index, whatever file brought them."""

    name: str
    document_ids: tuple[str, ...]


Item = Document | Skipped | Removed
"""What a reader yields."""


@dataclass(frozen=True)
class Source:
    """One file, or one member of an archive.

    ``name`` is the path that people see and that becomes the document id where a format has none of its own.
    """

    name: str
    stream: BinaryIO
    buffered: io.BufferedReader = field(init=False, repr=False)

    def __post_init__(self) -> None:
        stream = self.stream
        if not isinstance(stream, io.BufferedReader) or stream.raw is None:
            stream = io.BufferedReader(stream, _HEAD)  # type: ignore[type-var]
        object.__setattr__(self, "buffered", stream)

    @property
    def stem(self) -> str:
        """The file name without its folder and suffix: the title of last resort."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    def head(self, size: int = 4096) -> bytes:
        """The first bytes, without consuming them."""
        return self.buffered.peek(size)[:size]

    def read(self, limit: int = WHOLE_FILE_BYTES) -> bytes:
        """The whole content.

        Raises:
            UnreadableSourceError: it is larger than ``limit`` bytes.
        """
        data = self.buffered.read(limit + 1)
        if len(data) > limit:
            raise UnreadableSourceError(
                f"{self.name}: larger than {limit // 2**20} MB; split it into smaller files."
            )
        return data
