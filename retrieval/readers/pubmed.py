"""PubMed citations in XML: title and abstract, one document a PMID, read as a stream.

Baseline and update files are the same format; what an update file deletes comes as ``Removed``.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from xml.etree.ElementTree import Element

from retrieval.passage import Document, Section, mark_retracted
from retrieval.readers.evidence import evidence_of
from retrieval.readers.source import Item, Removed, Skipped, Source
from retrieval.readers.xml import iso_date, records, words

_LANGUAGES = {
    "eng": "en", "chi": "zh", "spa": "es", "fre": "fr", "ger": "de", "por": "pt", "ita": "it", "jpn": "ja",
    "kor": "ko", "rus": "ru", "pol": "pl", "tur": "tr", "dut": "nl",
}  # fmt: skip
_RETRACTED_TYPE = "Retracted Publication"
_RETRACTING = ("RetractionIn", "PartialRetractionIn")
_DELETIONS = ("DeleteCitation", "DeleteDocument")
_LICENCE_CHARS = 200


def read(source: Source) -> Iterator[Item]:
    found = 0
    for element in records(source, ("PubmedArticle", "PubmedBookArticle", *_DELETIONS)):
        found += 1
        if element.tag in _DELETIONS:
            gone = tuple(pmid for item in element.iter("PMID") if (pmid := words(item)))
            if gone:
                yield Removed(source.name, gone)
        else:
            yield _article(element, f"{source.name}:{found}")
    if not found:
        yield Skipped(source.name, "PubMed XML without articles")


def _article(element: Element, where: str) -> Document | Skipped:
    citation = element.find("MedlineCitation")
    chapter = element.find("BookDocument")
    record = citation if citation is not None else chapter
    pmid = words(record.find("PMID")) if record is not None else ""
    if record is None or not pmid:
        return Skipped(where, "no PMID")
    body = record.find("Article") if citation is not None else record
    sections = tuple(_abstract(record, body)) if body is not None else ()
    if body is None or not sections:
        return Skipped(f"PMID {pmid}", "no abstract")
    types = {words(item) for item in record.iter("PublicationType")}
    title = words(body.find("ArticleTitle")) or words(body.find("VernacularTitle"))
    language = words(body.find("Language"))
    document = Document(
        id=pmid,
        title=title or words(record.find("Book/BookTitle")),
        sections=sections,
        source=words(body.find("Journal/Title")) or words(record.find("Book/BookTitle")) or "PubMed",
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        published=_date(body.find("Journal/JournalIssue/PubDate"))
        or _date(body.find("ArticleDate"))
        or _date(record.find("Book/PubDate")),
        # PubMed's abstracts are in English; the article may not be.
        language="en",
        evidence=evidence_of(types, title),
        licence=words(body.find("Abstract/CopyrightInformation"))[:_LICENCE_CHARS],
        metadata=MappingProxyType(
            {
                "pmid": pmid,
                "doi": _doi(element, record),
                "mesh": tuple(words(item) for item in record.iter("DescriptorName")),
                "article_language": _LANGUAGES.get(language, language),
                "publication_types": tuple(sorted(types)),
                "revisable": True,
            }
        ),
    )
    return mark_retracted(document) if _is_retracted(record, types) else document


def _is_retracted(record: Element, types: set[str]) -> bool:
    links = {item.get("RefType", "") for item in record.iter("CommentsCorrections")}
    return _RETRACTED_TYPE in types or bool(links.intersection(_RETRACTING))


def _doi(element: Element, record: Element) -> str:
    named = (words(item) for item in record.iter("ELocationID") if item.get("EIdType") == "doi")
    # Not PubmedData's ReferenceList, which holds the identifiers of other articles.
    own = element.findall("PubmedData/ArticleIdList/ArticleId")
    listed = (words(item) for item in own if item.get("IdType") == "doi")
    return next((doi for doi in (*named, *listed) if doi), "")


def _abstract(record: Element, body: Element) -> Iterator[Section]:
    """The abstract by its labels, then its other versions (plain language, other languages)."""
    for order, part in enumerate(body.findall("Abstract/AbstractText"), 1):
        if text := words(part):
            heading = (part.get("Label") or "Abstract").capitalize()
            yield Section(text=text, heading=heading, anchor=f"abstract-{order}")
    for number, other in enumerate(record.findall("OtherAbstract"), 1):
        kind = other.get("Type", "")
        plain = kind == "plain-language-summary"
        named = "Plain language summary" if plain else "Abstract"
        language = other.get("Language", "eng")
        for order, part in enumerate(other.findall("AbstractText"), 1):
            if text := words(part):
                yield Section(
                    text=text,
                    heading=(part.get("Label") or named).capitalize(),
                    anchor=f"other-{number}-{order}",
                    language=_LANGUAGES.get(language, ""),
                    audience="patient" if plain else "any",
                )


def _date(element: Element | None) -> str | None:
    if element is None:
        return None
    year = words(element.find("Year")) or words(element.find("MedlineDate"))[:4]
    return iso_date(year, words(element.find("Month")), words(element.find("Day")))
