"""BEIR JSON lines: ``{"_id", "title", "text", "metadata"}``, one document a line, read as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from retrieval.passage import RETRACTED, Document, Section
from retrieval.readers.decode import one_line, tidy, utf8_lines
from retrieval.readers.source import Item, Skipped, Source

_LINE_BYTES = 8 * 1024 * 1024
_USED = ("url", "source", "published", "date", "year", "language", "evidence", "licence", "license")


def read(source: Source) -> Iterator[Item]:
    """Every line as a document; a line that is none is skipped by its number."""
    for number, line in enumerate(utf8_lines(source.buffered, _LINE_BYTES), 1):
        where = f"{source.name}:{number}"
        if line is None:
            yield Skipped(where, f"a line of more than {_LINE_BYTES // 2**20} MB")
        elif line.strip():
            yield _document(line, where)


def _document(line: bytes, where: str) -> Document | Skipped:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return Skipped(where, "not a line of JSON")
    if not isinstance(record, dict):
        return Skipped(where, "not a JSON object")
    identity = record.get("_id")
    if not isinstance(identity, str | int) or str(identity).strip() == "":
        return Skipped(where, "no '_id'")
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        return Skipped(f"{where} ({identity})", "no text")
    metadata = record.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return Document(
        id=str(identity),
        title=one_line(_text(record.get("title"))),
        sections=(Section(text=tidy(text)),),
        source=_text(metadata.get("source")) or ("PubMed" if metadata.get("pmid") else ""),
        url=_url(metadata),
        published=_text(metadata.get("published") or metadata.get("date") or metadata.get("year")) or None,
        language=_text(metadata.get("language")),
        evidence=RETRACTED if metadata.get("retracted") is True else _text(metadata.get("evidence")),
        licence=_text(metadata.get("licence") or metadata.get("license")),
        metadata=MappingProxyType(_rest(metadata)),
    )


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _url(metadata: dict[str, Any]) -> str:
    pmid = _text(metadata.get("pmid"))
    return _text(metadata.get("url")) or (f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "")


def _rest(metadata: dict[str, Any]) -> dict[str, Any]:
    """What the fields of a document do not hold; the focus of a question is a name to search by."""
    rest = {key: value for key, value in metadata.items() if key not in _USED}
    names = [_text(name) for name in _listed(metadata.get("focus")) + _listed(metadata.get("synonyms"))]
    if any(names):
        rest["synonyms"] = "; ".join(dict.fromkeys(name for name in names if name))
    return rest


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]
