"""Documents into passages: whole sentences, one section at a time, exact words.

Text is tidied once, at document level (``tidy``); every passage is then an exact substring of the
tidied section, so that a quote of a passage is a quote of the document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from retrieval.language import base_language, detect_language
from retrieval.passage import Document, Passage, Section
from retrieval.sentences import boundaries

CHUNKER_VERSION = 1
"""Raise when the same document would make other passages; indexes are then re-read by the next ingest."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Characters in a passage: what is aimed at, and what is never exceeded."""

    target: int
    limit: int


ENGLISH = Sizes(target=1100, limit=1500)
CHINESE = Sizes(target=450, limit=650)
"""A Chinese character carries two to three times the meaning of a Latin letter, and about one token."""

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\u200b\u2060\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_LIST_OR_TABLE = re.compile(r"(?:[-*•·‣▪●○◦|]|\(?\d{1,2}[.)、）](?!\d)|[①-⑳])")


def tidy(text: str) -> str:
    """Whitespace and invisible characters made regular; every word stays as it is."""
    text = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate can be stored nowhere
    text = _INVISIBLE.sub("", _LINE_BREAKS.sub("\n", text))
    text = re.sub(r" ?\n ?", "\n", _SPACES.sub(" ", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def tidy_document(document: Document) -> Document:
    """The document with every text tidied and empty sections dropped."""
    sections = tuple(
        replace(
            section,
            text=text,
            heading=_line(section.heading),
            anchor=_line(section.anchor),
            title=_line(section.title),
        )
        for section in document.sections
        if (text := tidy(section.text))
    )
    return replace(
        document,
        id=_line(document.id),
        title=_line(document.title),
        source=_line(document.source),
        url=_line(document.url),
        sections=sections,
    )


def passages(document: Document, *, target_chars: int = 0) -> tuple[Passage, ...]:
    """The document's passages in reading order; empty for a document without text.

    ``target_chars`` overrides the size per language. Ids are ``document_id#anchor``, then
    ``document_id#anchor/2`` and so on; they are stable while the section's text is.
    """
    document = tidy_document(document)
    taken: set[str] = set()
    made: list[Passage] = []
    for number, section in enumerate(document.sections, start=1):
        language = base_language(section.language or document.language) or detect_language(section.text)
        sizes = CHINESE if language == "zh" else ENGLISH
        if target_chars:
            sizes = Sizes(target_chars, max(target_chars, target_chars * 4 // 3))
        # '#' and '/' separate the parts of an id, so an anchor may not contain them.
        anchor = re.sub(r"[#/]+", "-", section.anchor) or str(number)
        for start, end in split(section.text, sizes, language):
            made.append(
                _passage(
                    document, section, section.text[start:end], _new_id(document.id, anchor, taken), language
                )
            )
    return tuple(made)


def split(text: str, sizes: Sizes, language: str = "") -> list[tuple[int, int]]:
    """Spans of passages in one section: whole sentences up to the target, never above the limit."""
    if len(text) <= sizes.limit:
        return [(0, len(text))] if text else []
    spans: list[tuple[int, int]] = []
    start = end = 0
    for cut in _units(text, sizes, language):
        if end > start and cut - start > sizes.target:
            spans.append((start, end))
            start = end
        end = cut
    if end > start:
        spans.append((start, end))
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < sizes.target // 4:
        merged = (spans[-2][0], spans[-1][1])
        if merged[1] - merged[0] <= sizes.limit:
            spans[-2:] = [merged]
    trimmed = ((s + len(text[s:e]) - len(text[s:e].lstrip()), s + len(text[s:e].rstrip())) for s, e in spans)
    return [(s, e) for s, e in trimmed if e > s]


def _units(text: str, sizes: Sizes, language: str) -> list[int]:
    """Ends of the pieces that stay whole: sentences, and list or table lines that fit."""
    inside = _inner_offsets_of_lists(text, sizes.limit)
    cuts: list[int] = []
    last = 0
    for end in boundaries(text, language):
        if end in inside:
            continue
        while end - last > sizes.limit:
            last = _hard_cut(text, last, sizes.limit)
            cuts.append(last)
        cuts.append(end)
        last = end
    return cuts


def _inner_offsets_of_lists(text: str, limit: int) -> set[int]:
    """Offsets strictly inside a list or table line short enough to be kept whole."""
    inside: set[int] = set()
    at = 0
    for line in text.splitlines(keepends=True):
        if len(line) <= limit // 2 and _LIST_OR_TABLE.match(line):
            inside.update(range(at + 1, at + len(line.rstrip("\n"))))
        at += len(line)
    return inside


def _hard_cut(text: str, start: int, limit: int) -> int:
    """Where to cut a run without sentences: after a clause, else between words, else at the limit."""
    window = text[start : start + limit]
    for pattern in (r"[，；、;,:：]|\n", r"\s"):
        marks = [m.end() for m in re.finditer(pattern, window) if m.end() > limit // 2]
        if marks:
            return start + marks[-1]
    return start + limit


def _new_id(document_id: str, anchor: str, taken: set[str]) -> str:
    candidate, piece = f"{document_id}#{anchor}", 1
    while candidate in taken:
        piece += 1
        candidate = f"{document_id}#{anchor}/{piece}"
    taken.add(candidate)
    return candidate


def _passage(document: Document, section: Section, text: str, passage_id: str, language: str) -> Passage:
    return Passage(
        id=passage_id,
        document_id=document.id,
        title=section.title or document.title,
        text=text,
        section=section.heading,
        page=section.page,
        source=document.source,
        url=document.url,
        published=document.published,
        language=language,
        evidence=document.evidence,
        licence=document.licence,
        audience=section.audience,
        review=_text_or_none(document.metadata.get("review")),
        synonyms=_synonyms(document.metadata),
    )


def _synonyms(metadata: Mapping[str, Any]) -> str:
    names = metadata.get("synonyms") or ""
    return _line(names if isinstance(names, str) else ", ".join(str(name) for name in names))


def _text_or_none(value: object) -> str | None:
    return _line(str(value)) if value else None


def _line(text: str) -> str:
    return " ".join(tidy(text).split())
