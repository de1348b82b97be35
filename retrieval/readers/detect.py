"""Which format a file is in: its first bytes decide, its suffix where they cannot."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from retrieval.passage import Document
from retrieval.readers.decode import looks_binary
from retrieval.readers.source import Skipped, Source


@dataclass(frozen=True, slots=True)
class Format:
    """One registry entry. The module has ``read(source)`` and is imported on first use."""

    module: str
    suffixes: tuple[str, ...]

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        found: Iterator[Document | Skipped] = importlib.import_module(self.module).read(source)
        return found


FORMATS = MappingProxyType(
    {
        "handbook": Format("retrieval.readers.handbook", (".yaml", ".yml")),
        "beir-jsonl": Format("retrieval.readers.beir", (".jsonl", ".ndjson")),
        "medquad": Format("retrieval.readers.medquad", ()),
        "pubmed": Format("retrieval.readers.pubmed", ()),
        "jats": Format("retrieval.readers.jats", (".nxml",)),
        "html": Format("retrieval.readers.html", (".html", ".htm", ".xhtml")),
        "markdown": Format("retrieval.readers.markdown", (".md", ".markdown")),
        "pdf": Format("retrieval.readers.pdf", (".pdf",)),
        "text": Format("retrieval.readers.text", (".txt", ".text")),
    }
)
ARCHIVES = ("zip", "tar", "gzip")

_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or PowerPoint file; save it as PDF or HTML"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; repack it as .zip or .tar.gz"),
    (b"Rar!", "a RAR archive; repack it as .zip or .tar.gz"),
    (b"BZh", "a bzip2 file; repack it as .gz"),
    (b"\xfd7zXZ", "an xz file; repack it as .gz"),
    (b"\x28\xb5\x2f\xfd", "a zstd file; repack it as .gz"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
)
_OFFICE = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".epub")
_ROOTS = (
    ("pubmed", re.compile(r"<(PubmedArticleSet|PubmedArticle|PubmedBookArticle)\b")),
    ("medquad", re.compile(r"<Document\b[^>]*\bsource=|<doc\b[^>]*\bcorpus=|<QAPairs?\b", re.IGNORECASE)),
    ("jats", re.compile(r"<!DOCTYPE article\b|<article\b[^>]*(article-type|xmlns)|<pmc-articleset\b|<front>|<article-meta>")),
    ("html", re.compile(r"<!doctype html|<html\b", re.IGNORECASE)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detected:
    """A format or archive by name, or the reason why there is none."""

    format: str = ""
    reason: str = ""


def claims_format(source: Source) -> bool:
    """Whether the file's name says that it is in one of our formats."""
    return any(source.suffix in entry.suffixes for entry in FORMATS.values())


def detect(source: Source) -> Detected:
    """Look at the first bytes of ``source`` without consuming them."""
    head = source.head()
    if not head:
        return Detected(reason="empty file")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if source.suffix in _OFFICE:
            return Detected(reason=f"an office document ({source.suffix}); save it as PDF or HTML")
        return Detected("zip")
    if head.startswith(b"\x1f\x8b"):
        return Detected("gzip")
    if head[257:262] == b"ustar":
        return Detected("tar")
    if b"%PDF-" in head[:1024]:
        return Detected("pdf")
    for magic, reason in _FOREIGN:
        if head.startswith(magic):
            return Detected(reason=reason)
    if looks_binary(head):
        return Detected(reason="a binary file, not text")
    return _textual(source, head)


def _textual(source: Source, head: bytes) -> Detected:
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        for name, root in _ROOTS:
            if root.search(text):
                return Detected(name)
        if source.suffix in (".xml", "") or text.startswith("<?xml"):
            return Detected(reason="XML of a kind that is not known here")
    if text.startswith("{") and source.suffix not in (".md", ".txt"):
        return _json(source)
    for name, entry in FORMATS.items():
        if source.suffix in entry.suffixes:
            if name == "handbook" and not re.search(r"^kind:", text, re.MULTILINE):
                return Detected(reason="YAML that is no handbook card (it has no 'kind:')")
            return Detected(name)
    kind = (
        f"a kind of file that is not known here ('{source.suffix}')"
        if source.suffix
        else "a file without a suffix"
    )
    return Detected(reason=f"{kind}; name the format with --format text to read it as plain text")


def _json(source: Source) -> Detected:
    """JSON lines count as BEIR when the first line has ``_id`` and ``text``."""
    line = source.head(64 * 1024).partition(b"\n")[0]
    try:
        first = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        if b'"_id"' in line and b'"text"' in line or source.suffix in (".jsonl", ".ndjson"):
            # A very long or a broken first line; the reader names bad lines one by one.
            return Detected("beir-jsonl")
        return Detected(reason="JSON that is not one record a line")
    if isinstance(first, dict) and "_id" in first and "text" in first:
        return Detected("beir-jsonl")
    return Detected(reason="JSON lines without '_id' and 'text' (BEIR's fields)")
