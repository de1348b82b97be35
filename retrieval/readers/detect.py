"""Which format a file is in: its first bytes decide, its suffix where they cannot."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from retrieval.readers.decode import head_text, looks_binary
from retrieval.readers.source import Item, Source


@dataclass(frozen=True, slots=True)
class Format:
    """One registry entry. The module has ``read(source)`` and is imported on first use."""

    module: str
    suffixes: tuple[str, ...]

    def read(self, source: Source) -> Iterator[Item]:
        found: Iterator[Item] = importlib.import_module(self.module).read(source)
        return found


FORMATS = MappingProxyType(
    {
        "handbook": Format("retrieval.readers.handbook", (".yaml", ".yml")),
        "beir-jsonl": Format("retrieval.readers.beir", (".jsonl", ".ndjson")),
        "medquad": Format("retrieval.readers.medquad", ()),
        "pubmed": Format("retrieval.readers.pubmed", ()),
        "jats": Format("retrieval.readers.jats", (".nxml",)),
        "medlineplus": Format("retrieval.readers.medlineplus", ()),
        "dailymed": Format("retrieval.readers.spl", ()),
        "pubmedqa": Format("retrieval.readers.pubmedqa", ()),
        "docx": Format("retrieval.readers.docx", (".docx",)),
        "csv": Format("retrieval.readers.table", (".csv", ".tsv")),
        "html": Format("retrieval.readers.html", (".html", ".htm", ".xhtml")),
        "markdown": Format("retrieval.readers.markdown", (".md", ".markdown")),
        "pdf": Format("retrieval.readers.pdf", (".pdf",)),
        "text": Format("retrieval.readers.text", (".txt", ".text")),
    }
)
ARCHIVES = ("zip", "tar", "gzip")

_FOREIGN = (
    (
        b"\xd0\xcf\x11\xe0",
        "an Office file of the old kind or with a password; save it as .docx or PDF, without one",
    ),
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
_OFFICE = (".xlsx", ".pptx", ".odt", ".ods", ".epub")
_ROOTS = (
    ("pubmed", re.compile(r"<(PubmedArticleSet|PubmedArticle|PubmedBookArticle|DeleteCitation)\b")),
    ("medlineplus", re.compile(r"<health-topics?\b")),
    ("dailymed", re.compile(r"<document\b[^>]*urn:hl7-org:v3")),
    ("medquad", re.compile(r"<Document\b[^>]*\bsource=|<doc\b[^>]*\bcorpus=|<QAPairs?\b", re.IGNORECASE)),
    ("jats", re.compile(r"<!DOCTYPE article\b|<article\b[^>]*(article-type|xmlns)|<pmc-articleset\b|<front>|<article-meta>")),
    ("html", re.compile(r"<!doctype html|<html\b", re.IGNORECASE)),
)  # fmt: skip
_QUESTION = re.compile(r'"question"\s*:', re.IGNORECASE)
_CONTEXT = re.compile(r'"contexts?"\s*:', re.IGNORECASE)


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
            return Detected(
                reason=f"an office document ({source.suffix}); save it as .docx, .csv, PDF or HTML"
            )
        if source.suffix == ".docx" or (b"[Content_Types].xml" in head and b"word/" in head):
            return Detected("docx")
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
    text = head_text(head)
    if text.startswith("<"):
        for name, root in _ROOTS:
            if root.search(text):
                return Detected(name)
        if source.suffix in (".xml", "") or text.startswith("<?xml"):
            return Detected(reason="XML of a kind that is not known here")
    if text.startswith("{") and source.suffix not in (".md", ".txt", ".csv", ".tsv"):
        return _json(source)
    if text.startswith("[") and source.suffix == ".json":
        return _json_whole(text)
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
    head = source.head(64 * 1024)
    text = head_text(head)
    line = text.partition("\n")[0]
    try:
        first = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        if '"_id"' in line and '"text"' in line:
            return Detected("beir-jsonl")
        whole = _json_whole(text)
        if whole.format or source.suffix not in (".jsonl", ".ndjson"):
            return whole
        # A very long or a broken first line; the reader names bad lines one by one.
        return Detected("beir-jsonl")
    if isinstance(first, dict) and "_id" in first and "text" in first:
        return Detected("beir-jsonl")
    if _QUESTION.search(line) and _CONTEXT.search(line):
        return Detected("pubmedqa")
    return Detected(reason="JSON lines without '_id' and 'text' (BEIR's fields)")


def _json_whole(text: str) -> Detected:
    if _QUESTION.search(text) and _CONTEXT.search(text):
        return Detected("pubmedqa")
    return Detected(reason="JSON that is not one record a line")
