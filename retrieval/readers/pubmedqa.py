"""PubMedQA: abstracts with the question their title asks; one document an abstract.

In the three forms it goes around in: one JSON object by PMID (the publisher's), JSON lines with the same fields in
lower case, and JSON lines with the abstract under ``context``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from retrieval.errors import UnreadableSourceError
from retrieval.passage import Document, Section
from retrieval.readers.decode import one_line, tidy, utf8_lines
from retrieval.readers.source import Item, Skipped, Source

_LINE_BYTES = 8 * 1024 * 1024


def is_record(record: object) -> bool:
    """Whether a JSON value is a question with its abstract, in any of the forms."""
    if not isinstance(record, dict):
        return False
    fields = {str(name).lower() for name in record}
    return "question" in fields and bool(fields & {"contexts", "context"})


def read(source: Source) -> Iterator[Item]:
    if is_record(_first(source)):
        for number, line in enumerate(utf8_lines(source.buffered, _LINE_BYTES), 1):
            where = f"{source.name}:{number}"
            if line is None:
                yield Skipped(where, f"a line of more than {_LINE_BYTES // 2**20} MB")
            elif line.strip():
                yield _line(line, where)
        return
    try:
        whole = json.loads(source.read().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UnreadableSourceError(f"{source.name}: broken JSON ({error}).") from None
    pairs = (
        whole.items() if isinstance(whole, dict) else enumerate(whole, 1) if isinstance(whole, list) else ()
    )
    found = 0
    for key, record in pairs:
        found += 1
        yield _document(record, f"{source.name}:{key}", str(key) if isinstance(whole, dict) else "")
    if not found:
        yield Skipped(source.name, "JSON without records")


def _first(source: Source) -> object:
    line = source.head(64 * 1024).partition(b"\n")[0]
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        # A first line longer than what can be looked at: lines, unless the file is one object by PMID.
        return (
            {"question": "", "context": ""}
            if line.startswith(b'{"_id"') or b'"pubid"' in line[:200]
            else None
        )


def _line(line: bytes, where: str) -> Document | Skipped:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return Skipped(where, "not a line of JSON")
    return _document(record, where, "")


def _document(record: Any, where: str, key: str) -> Document | Skipped:
    if not is_record(record):
        return Skipped(where, "no question with an abstract")
    fields = {str(name).lower(): value for name, value in record.items()}
    context = fields.get("context")
    if isinstance(context, dict):
        fields = {**{str(name).lower(): value for name, value in context.items()}, **fields}
    elif context is not None:
        fields.setdefault("contexts", context)
    pmid = str(
        fields.get("_id") or fields.get("pubid") or fields.get("pmid") or fields.get("id") or key
    ).strip()
    if not pmid:
        return Skipped(where, "no PMID")
    sections = tuple(_sections(fields))
    if not sections:
        return Skipped(f"{where} ({pmid})", "no abstract")
    return Document(
        id=pmid,
        title=one_line(str(fields["question"])),
        sections=sections,
        source="PubMed",
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid.isdigit() else "",
        published=str(fields.get("year") or "") or None,
        language="en",
        metadata=MappingProxyType(
            {
                "pmid": pmid if pmid.isdigit() else "",
                "answer": str(fields.get("answer") or fields.get("final_decision") or ""),
                "mesh": tuple(map(str, _listed(fields.get("meshes")))),
            }
        ),
    )


def _sections(fields: dict[str, Any]) -> Iterator[Section]:
    labels = [str(label) for label in _listed(fields.get("labels"))]
    parts = [str(part) for part in _listed(fields.get("contexts"))]
    for order, part in enumerate(parts):
        if text := tidy(part):
            heading = labels[order].capitalize() if len(labels) == len(parts) else "Abstract"
            yield Section(text=text, heading=heading, anchor=f"abstract-{order + 1}")
    if text := tidy(str(fields.get("long_answer") or "")):
        yield Section(text=text, heading="Conclusion", anchor="conclusion")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value] if value else []
