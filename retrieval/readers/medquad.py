"""MedQuAD XML: one document a question with an answer, under the id that TREC LiveQA judged."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element

from retrieval.passage import Document, Section
from retrieval.readers.decode import tidy
from retrieval.readers.source import Item, Skipped, Source
from retrieval.readers.xml import parse, words

LICENCE = "CC BY 4.0"
PUBLISHERS = MappingProxyType(
    {
        "ADAM": "A.D.A.M. Medical Encyclopedia",
        "CDC": "US Centers for Disease Control and Prevention",
        "CancerGov": "US National Cancer Institute",
        "GARD": "NIH Genetic and Rare Diseases Information Center",
        "GHR": "Genetics Home Reference, US National Library of Medicine",
        "MPlusDrugs": "MedlinePlus, US National Library of Medicine",
        "MPlusHealthTopics": "MedlinePlus, US National Library of Medicine",
        "MPlusHerbsSupplements": "MedlinePlus, US National Library of Medicine",
        "NHLBI": "US National Heart, Lung, and Blood Institute",
        "NIDDK": "US National Institute of Diabetes and Digestive and Kidney Diseases",
        "NIHSeniorHealth": "NIH SeniorHealth",
        "NINDS": "US National Institute of Neurological Disorders and Stroke",
    }
)


# A few files are in an older form of the same format: other names for the same things.
_FOCUS = ("Focus", "doctitle-focus")
_PAIRS = ("QAPair", "pair")
_CODES = ("CUI", "cui")


def read(source: Source) -> Iterator[Item]:
    """Questions of one page.

    Where one page was split over several files its question numbers repeat; the files after the first
    (``0000013_2_1.xml`` …) get their own name into the id.
    """
    root = parse(source)
    collection = root.get("source") or root.get("corpus") or ""
    page = root.get("id") or root.get("docid") or source.stem
    pairs = [element for element in root.iter() if element.tag in _PAIRS]
    if not pairs:
        yield Skipped(source.name, "a page without questions")
    common = _common(root)
    seen: dict[str, int] = {}
    for order, pair in enumerate(pairs, 1):
        question = _first(pair, "Question", "question")
        number = (question.get("qid") if question is not None else "") or f"{page}-{order}"
        if source.stem.startswith(f"{page}_"):
            number = number.replace(page, source.stem, 1)
        identity = f"{collection}_{number}" if collection else number
        answer = _first(pair, "Answer", "answer")
        text = tidy("".join(answer.itertext())) if answer is not None else ""
        if not text:
            yield Skipped(f"{source.name} ({identity})", "a question without an answer")
            continue
        seen[identity] = seen.get(identity, 0) + 1
        yield Document(
            id=identity if seen[identity] == 1 else f"{identity}~{seen[identity]}",
            title=words(question).replace(" ?", "?") or common["focus"],
            sections=(Section(text=text),),
            source=PUBLISHERS.get(collection, collection or "MedQuAD"),
            url=root.get("url", ""),
            language="en",
            evidence="consumer",
            licence=LICENCE,
            metadata=MappingProxyType(
                {**common, "qtype": question.get("qtype", "") if question is not None else ""}
            ),
        )


def _common(root: Element) -> dict[str, Any]:
    """What all questions of a page share."""
    focus = words(_first(root, *_FOCUS))
    names = dict.fromkeys([focus, *(words(item) for item in root.iter("Synonym"))])
    return {
        "focus": focus,
        "synonyms": "; ".join(name for name in names if name),
        "collection": "MedQuAD",
        "cuis": tuple(code for tag in _CODES for item in root.iter(tag) if (code := words(item))),
    }


def _first(parent: Element, *tags: str) -> Element | None:
    return next((found for tag in tags if (found := parent.find(tag)) is not None), None)
