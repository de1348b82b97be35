"""MedlinePlus health topics in XML (``mplus_topics_….xml``): one document a topic, English and Spanish."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from xml.etree.ElementTree import Element

from retrieval.passage import Document
from retrieval.readers.html import outline_of
from retrieval.readers.source import Item, Skipped, Source
from retrieval.readers.xml import iso_date, records, words

PUBLISHER = "MedlinePlus, US National Library of Medicine"
LICENCE = "Public domain (US government work)"
"""NLM's summaries; pages of other publishers are only linked from the file and not part of it."""
_LANGUAGES = {"english": "en", "spanish": "es"}


def read(source: Source) -> Iterator[Item]:
    found = 0
    for topic in records(source, ("health-topic",)):
        found += 1
        yield _topic(topic, f"{source.name}:{found}")
    if not found:
        yield Skipped(source.name, "MedlinePlus XML without health topics")


def _topic(topic: Element, where: str) -> Document | Skipped:
    title, url = topic.get("title", "").strip(), topic.get("url", "").strip()
    page = url.partition("medlineplus.gov/")[2].removesuffix(".html") or topic.get("id", "")
    if not page:
        return Skipped(where, "a topic without address and number")
    summary = topic.find("full-summary")
    sections = outline_of("".join(summary.itertext())) if summary is not None else ()
    if not sections:
        return Skipped(f"{where} ({title})", "a topic without a summary")
    names = dict.fromkeys(
        words(item) for tag in ("also-called", "see-reference") for item in topic.findall(tag)
    )
    month, day, year = (topic.get("date-created", "") + "//").split("/")[:3]
    return Document(
        id=f"medlineplus/{page}",
        title=title,
        sections=sections,
        source=PUBLISHER,
        url=url,
        published=iso_date(year, month, day),
        language=_LANGUAGES.get(topic.get("language", "").lower(), ""),
        evidence="consumer",
        licence=LICENCE,
        metadata=MappingProxyType(
            {
                "synonyms": "; ".join(name for name in names if name),
                "mesh": tuple(words(item) for item in topic.iterfind("mesh-heading/descriptor")),
                "groups": tuple(words(item) for item in topic.findall("group")),
                "topic_id": topic.get("id", ""),
            }
        ),
    )
