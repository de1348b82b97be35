"""CSV and TSV with named columns: one document a row, read as a stream.

Columns whose names are known (in English or Chinese) become the fields of the document; every other column is kept
in the text under its own name, so that nothing of a row is lost.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from types import MappingProxyType

from retrieval.passage import Document, Section
from retrieval.readers.decode import guess_encoding, looks_binary, one_line, tidy
from retrieval.readers.source import Item, Skipped, Source

_COLUMNS = MappingProxyType(
    {
        "id": ("_id", "id", "pmid", "doc_id", "document_id", "编号"),
        "title": ("title", "question", "name", "topic", "heading", "标题", "问题", "名称", "题目"),
        "text": ("text", "answer", "abstract", "content", "body", "description", "passage", "summary", "正文", "内容", "回答", "答案", "摘要", "描述"),
        "url": ("url", "link", "网址", "链接"),
        "source": ("source", "publisher", "journal", "来源", "出处"),
        "published": ("published", "date", "year", "日期", "年份"),
        "language": ("language", "lang", "语言"),
        "evidence": ("evidence", "证据"),
        "licence": ("licence", "license", "许可"),
        "synonyms": ("synonyms", "aliases", "also called", "别名"),
    }
)  # fmt: skip
_DELIMITERS = ("\t", ",", ";", "|")
_LINE_CHARS = 8 * 1024 * 1024


def read(source: Source) -> Iterator[Item]:
    """Rows under the first row's names; a row that is none is skipped by its number."""
    head = source.head(64 * 1024)
    if looks_binary(head):
        yield Skipped(source.name, "a binary file, not a table")
        return
    lines = TextIOWrapper(source.buffered, encoding=guess_encoding(head), errors="replace", newline="")
    first = lines.readline(_LINE_CHARS)
    delimiter = _delimiter(first, source.suffix)
    names = [one_line(name) for name in next(csv.reader([first], delimiter=delimiter), [])]
    if not any(names):
        yield Skipped(source.name, "a table without column names in its first row")
        return
    fields = _fields(names)
    # A piece of an overlong line is a row too few or too many, never a memory full of it.
    rows = csv.reader(iter(lambda: lines.readline(_LINE_CHARS), ""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        where = f"{source.name}:row {number}"
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Skipped(where, f"a broken row ({error})")
            continue
        if any(cell.strip() for cell in row):
            yield _document(row, names, fields, where)
    if number == 1:
        yield Skipped(source.name, "a table without rows below its column names")


def _delimiter(header: str, suffix: str) -> str:
    if suffix == ".tsv":
        return "\t"
    counts = {mark: header.count(mark) for mark in _DELIMITERS}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _fields(names: list[str]) -> dict[str, int]:
    """Which column holds which field of a document: the first of its known names that there is."""
    places = {name.lower().lstrip("\ufeff"): place for place, name in reversed(list(enumerate(names)))}
    found: dict[str, int] = {}
    for field, known in _COLUMNS.items():
        for name in known:
            if name in places:
                found[field] = places[name]
                break
    return found


def _document(row: list[str], names: list[str], fields: dict[str, int], where: str) -> Document | Skipped:
    def value(field: str) -> str:
        place = fields.get(field)
        return row[place].strip() if place is not None and place < len(row) else ""

    used = {place for field, place in fields.items() if field != "title" or value("text")}
    text = [value("text")]
    for place, cell in enumerate(row):
        if place not in used and cell.strip():
            name = names[place] if place < len(names) else ""
            text.append(f"{name}: {cell.strip()}" if name else cell.strip())
    said = tidy("\n".join(part for part in text if part))
    if not said:
        return Skipped(where, "no text")
    return Document(
        id=value("id") or where,
        title=one_line(value("title")),
        sections=(Section(text=said),),
        source=one_line(value("source")),
        url=value("url"),
        published=value("published") or None,
        language=value("language").lower()[:2],
        evidence=value("evidence"),
        licence=value("licence"),
        metadata=MappingProxyType({"synonyms": value("synonyms")} if value("synonyms") else {}),
    )
