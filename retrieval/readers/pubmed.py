"""PubMed citations in XML: title and abstract, one document a PMID, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from xml.etree.ElementTree import Element, ParseError

from retrieval.errors import UnreadableSourceError
from retrieval.passage import Document, Section
from retrieval.readers.source import Skipped, Source
from retrieval.readers.xml import iso_date, words

# PubMed's publication types, strongest first: the first that an article carries names its evidence.
_EVIDENCE = (
    ("guideline", ("Practice Guideline", "Guideline", "Consensus Development Conference")),
    ("systematic_review", ("Systematic Review", "Meta-Analysis")),
    ("trial", ("Randomized Controlled Trial", "Controlled Clinical Trial", "Clinical Trial", "Pragmatic Clinical Trial")),
    ("observational", ("Observational Study",)),
    ("case_report", ("Case Reports",)),
)  # fmt: skip
_LANGUAGES = {"eng": "en", "chi": "zh"}


def read(source: Source) -> Iterator[Document | Skipped]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    found = 0
    try:
        for _, element in iterparse(source.buffered, events=("end",)):
            if element.tag == "PubmedArticle" or (element.tag == "PubmedBookArticle"):
                found += 1
                yield _article(element, f"{source.name}:{found}")
                element.clear()
    except ParseError as error:
        line, column = error.position
        raise UnreadableSourceError(f"{source.name}: broken XML at line {line}, column {column}.") from None
    except DefusedXmlException as error:
        raise UnreadableSourceError(
            f"{source.name}: XML with forbidden entities ({type(error).__name__})."
        ) from None
    if not found:
        yield Skipped(source.name, "PubMed XML without articles")


def _article(element: Element, where: str) -> Document | Skipped:
    citation = element.find("MedlineCitation")
    if citation is None:
        return Skipped(where, "a book chapter, which is not read")
    pmid = words(citation.find("PMID"))
    if not pmid:
        return Skipped(where, "no PMID")
    where = f"PMID {pmid}"
    types = {words(item) for item in citation.iter("PublicationType")}
    if "Retracted Publication" in types:
        return Skipped(where, "retracted")
    sections = tuple(_abstract(citation))
    if not sections:
        return Skipped(where, "no abstract")
    language = words(citation.find("Article/Language"))
    return Document(
        id=pmid,
        title=words(citation.find("Article/ArticleTitle")),
        sections=sections,
        source=words(citation.find("Article/Journal/Title")) or "PubMed",
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        published=_date(citation.find("Article/Journal/JournalIssue/PubDate")),
        # PubMed's abstracts are in English; the article may not be.
        language="en",
        evidence=next((name for name, kinds in _EVIDENCE if types.intersection(kinds)), ""),
        metadata=MappingProxyType(
            {
                "pmid": pmid,
                "doi": next(
                    (words(item) for item in citation.iter("ELocationID") if item.get("EIdType") == "doi"), ""
                ),
                "mesh": tuple(words(item) for item in citation.iter("DescriptorName")),
                "article_language": _LANGUAGES.get(language, language),
            }
        ),
    )


def _abstract(citation: Element) -> Iterator[Section]:
    for order, part in enumerate(citation.findall("Article/Abstract/AbstractText"), 1):
        text = words(part)
        if text:
            heading = (part.get("Label") or "Abstract").capitalize()
            yield Section(text=text, heading=heading, anchor=f"abstract-{order}")


def _date(element: Element | None) -> str | None:
    if element is None:
        return None
    year = words(element.find("Year")) or words(element.find("MedlineDate"))[:4]
    return iso_date(year, words(element.find("Month")), words(element.find("Day")))
