"""Documents, passages and hits: frozen values, without any storage concern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading; a passage never crosses two sections."""

    text: str
    heading: str = ""
    anchor: str = ""
    """Stable name inside the document (``red-flags``); numbered by order where the format has none."""
    page: int | None = None
    """1-based page, for formats that have pages."""
    audience: str = "any"
    """``patient``, ``clinician`` or ``any``."""
    language: str = ""
    """Overrides the document's language when set."""
    title: str = ""
    """Overrides the document's title when set (a bilingual card has one title a language)."""


@dataclass(frozen=True, slots=True)
class Document:
    """One source document as a reader understood it."""

    id: str
    title: str
    sections: tuple[Section, ...]
    source: str = ""
    """Publisher or collection, for people to read."""
    url: str = ""
    published: str | None = None
    """ISO date, month or year."""
    language: str = ""
    """``en``, ``zh``, … ; empty means: detect."""
    evidence: str = ""
    """guideline, systematic_review, trial, observational, case_report, drug_label, consumer, handbook; ``retracted``
    for what was withdrawn, whatever it claimed to be; empty when unknown."""
    licence: str = ""
    metadata: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


RETRACTED = "retracted"
"""The evidence of a retracted article: none, and a filter by evidence type leaves it out."""
_RETRACTED_TITLE = re.compile(r"^\W*(retracted( article| paper)?\b|【已撤稿】)", re.IGNORECASE)


def is_marked_retracted(title: str) -> bool:
    """Whether a title says by itself that its article was retracted (``RETRACTED: …``)."""
    return bool(_RETRACTED_TITLE.match(title))


def mark_retracted(document: Document) -> Document:
    """The document with the word before its title, where every citation shows it, and as its evidence type."""
    title = document.title
    if not is_marked_retracted(title):
        chinese = (document.language or "").startswith("zh") or bool(re.search(r"[\u4e00-\u9fff]", title))
        title = f"【已撤稿】{title}" if chinese else f"[Retracted] {title}"
    return replace(document, title=title.strip(), evidence=RETRACTED)


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotable piece of one section of one document, with all that a citation needs."""

    id: str
    """Stable: ``document_id#anchor`` plus ``/n`` where a section makes several passages."""
    document_id: str
    title: str
    text: str
    section: str = ""
    page: int | None = None
    source: str = ""
    url: str = ""
    published: str | None = None
    language: str = "en"
    evidence: str = ""
    licence: str = ""
    audience: str = "any"
    review: str | None = None
    synonyms: str = ""
    """Other names to be searched but never quoted (a card's lay names in both languages)."""

    @property
    def searchable(self) -> str:
        """Title, section and text: what both channels index."""
        head = " · ".join(part for part in (self.title, self.section) if part)
        return f"{head}\n{self.text}" if head else self.text


@dataclass(frozen=True, slots=True)
class ChannelScore:
    """Where one channel (``dense``, ``lexical``) put a passage. ``rank`` counts from 1."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage. ``score`` orders hits of one search and is no probability."""

    passage: Passage
    score: float
    channels: Mapping[str, ChannelScore] = field(default_factory=lambda: MappingProxyType({}))
    probability: float | None = None
    """That the passage answers, as people judged it on questions of the kind (``retrieval.probability``); ``None``
    where it is not estimated."""
