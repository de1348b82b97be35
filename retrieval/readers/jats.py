"""JATS full text (PubMed Central's ``.nxml``): abstract, body sections, captions and tables.

References, acknowledgements and formulae's markup are left out of the text: they hold no findings. What the
article refers to (PMID, DOI, else its words) is in the document's ``metadata["references"]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from xml.etree.ElementTree import Element

from retrieval.passage import Document, Section, mark_retracted
from retrieval.readers.decode import one_line
from retrieval.readers.evidence import evidence_of
from retrieval.readers.source import Item, Skipped, Source
from retrieval.readers.xml import iso_date, records, words

_HREF = "{http://www.w3.org/1999/xlink}href"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SILENT = {"table-wrap", "fig", "fig-group", "table-wrap-group", "disp-formula", "tex-math", "fn", "supplementary-material", "object-id"}  # fmt: skip
_EMPTY_MARKS = re.compile(r" ?[\[(][\s,;–-]*[\])]")
_GAP_BEFORE_STOP = re.compile(r" ([.,;])(?= |$)")
_SPOKEN_LICENCE = re.compile(r"Creative Commons (Attribution[\w -]*?) Licen[cs]e", re.IGNORECASE)
_LETTERS = MappingProxyType(
    {"attribution": "BY", "noncommercial": "NC", "commercial": "NC", "sharealike": "SA", "alike": "SA"}
    | {"noderivs": "ND", "noderivatives": "ND", "derivatives": "ND", "derivs": "ND"}
)
_RETRACTION_NOTICES = ("retraction", "partial-retraction")
_REFERENCE_CHARS = 300


def read(source: Source) -> Iterator[Item]:
    found = 0
    for article in records(source, ("article",)):
        found += 1
        where = source.name if found == 1 else f"{source.name}:{found}"
        yield _article(article, source, where)
        for part in ("sub-article", "response"):
            if count := len(article.findall(part)):
                yield Skipped(
                    f"{where} ({part})", f"{count} of these (reviews, replies, translations), not read"
                )
    if not found:
        yield Skipped(source.name, "XML without an article")


def _article(article: Element, source: Source, where: str) -> Document | Skipped:
    meta = article.find("front/article-meta")
    if meta is None:
        return Skipped(where, "an article without front matter")
    ids = {item.get("pub-id-type", ""): words(item) for item in meta.findall("article-id")}
    pmc = (ids.get("pmc") or ids.get("pmcid") or ids.get("pmcaid") or "").removeprefix("PMC")
    pmid = ids.get("pmid", "")
    sections = tuple(_numbered([*_abstracts(meta), *_body(article), *_appendices(article)]))
    if not sections:
        return Skipped(where, "an article without abstract or body")
    title = words(meta.find("title-group/article-title"))
    kind = article.get("article-type", "")
    document = Document(
        id=f"PMC{pmc}" if pmc else pmid or ids.get("doi") or where,
        title=title or source.stem,
        sections=sections,
        source=words(article.find("front/journal-meta//journal-title")) or "PubMed Central",
        url=_url(pmc, pmid, ids.get("doi", "")),
        published=_published(meta),
        language=(article.get(_LANG) or "").lower()[:2],
        evidence=evidence_of(
            [kind, *(words(item) for item in meta.findall("article-categories//subject"))], title
        ),
        licence=_licence(meta),
        metadata=MappingProxyType(
            {
                "pmid": pmid,
                "pmcid": f"PMC{pmc}" if pmc else "",
                "doi": ids.get("doi", ""),
                "article_type": kind,
                "references": tuple(_references(article)),
            }
        ),
    )
    return mark_retracted(document) if _is_retracted(meta, kind) else document


def _is_retracted(meta: Element, kind: str) -> bool:
    """Whether the article itself was retracted; the notice that retracts another one was not."""
    if kind in _RETRACTION_NOTICES:
        return False
    links = [item.get("related-article-type", "") for item in meta.iter("related-article")]
    events = [item.get("date-type", "") or item.get("event-type", "") for item in meta.findall("history/*")]
    events += [item.get("event-type", "") for item in meta.iter("event")]
    return kind.startswith("retracted") or any("retract" in mark.lower() for mark in (*links, *events))


def _references(article: Element) -> Iterator[str]:
    for reference in article.iterfind("back//ref"):
        ids = {item.get("pub-id-type", ""): words(item) for item in reference.iter("pub-id")}
        if pmid := ids.get("pmid"):
            yield f"pmid:{pmid}"
        elif doi := ids.get("doi"):
            yield f"doi:{doi}"
        else:
            yield words(reference)[:_REFERENCE_CHARS]


def _url(pmc: str, pmid: str, doi: str) -> str:
    if pmc:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/PMC{pmc}/"
    if pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    return f"https://doi.org/{doi}" if doi else ""


def _published(meta: Element) -> str | None:
    dates = (
        iso_date(words(item.find("year")), words(item.find("month")), words(item.find("day")))
        for item in meta.findall("pub-date")
    )
    # The most precise of the dates given (print, electronic, collection), the earliest of these.
    return min((date for date in dates if date), key=lambda date: (-len(date), date), default=None)


def _licence(meta: Element) -> str:
    """The licence by its address, else by its words; older articles state it in the copyright line."""
    holder = meta.find("permissions")
    holder = meta if holder is None else holder
    licence = holder.find("license")
    named = ""
    if licence is not None:
        named = licence.get(_HREF) or next((link.get(_HREF, "") for link in licence.iter("ext-link")), "")
    match = re.search(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)", named)
    if match:
        return f"CC {match[1].upper()} {match[2]}"
    if re.search(r"creativecommons\.org/publicdomain/(zero|mark)", named):
        return "CC0" if "/zero" in named else "Public domain"
    said = " ".join(words(part) for part in (licence, holder.find("copyright-statement")) if part is not None)
    if spoken := _SPOKEN_LICENCE.search(said):
        return "CC " + "-".join(
            _LETTERS[word] for word in re.findall(r"[a-z]+", spoken[1].lower()) if word in _LETTERS
        )
    if "public domain" in said.lower():
        return "Public domain"
    return named or (licence.get("license-type", "") if licence is not None else "")


def _spoken(element: Element) -> str:
    """Text of a paragraph without the figures, tables and formulae set inside it."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag not in _SILENT and not _is_reference_mark(child):
            pieces.append(_spoken(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _is_reference_mark(element: Element) -> bool:
    """A superscript number, which would stick to the word before it; ``(Smith, 2007)`` stays."""
    if element.tag == "sup":
        return len(element) > 0 and all(_is_reference_mark(child) for child in element)
    return element.get("ref-type") == "bibr" and not re.search(r"[^\W\d_]", words(element))


def _paragraph(element: Element) -> str:
    return _GAP_BEFORE_STOP.sub(r"\1", _EMPTY_MARKS.sub("", one_line(_spoken(element))))


def _abstracts(meta: Element) -> Iterator[Section]:
    for abstract in meta.findall("abstract"):
        kind = abstract.get("abstract-type", "")
        title = words(abstract.find("title")) or (kind.replace("-", " ").capitalize() if kind else "Abstract")
        yield from _sections(abstract, title)


def _body(article: Element) -> Iterator[Section]:
    body = article.find("body")
    if body is not None:
        yield from _sections(body, "")
        yield from _floats(body)
    floats = article.find("floats-group")
    if floats is not None:
        yield from _floats(floats)


def _appendices(article: Element) -> Iterator[Section]:
    for order, appendix in enumerate(article.iterfind("back//app"), 1):
        yield from _sections(appendix, words(appendix.find("title")) or f"Appendix {order}")
        yield from _floats(appendix)


def _sections(parent: Element, heading: str) -> Iterator[Section]:
    """A section a heading: its own paragraphs first, then its subsections."""
    own: list[str] = []
    for child in parent:
        if child.tag in ("title", "label", "sec") or child.tag in _SILENT:
            continue
        if child.tag == "list":
            own.extend(f"- {line}" for item in child.iter("list-item") if (line := _paragraph(item)))
        elif text := _paragraph(child):
            own.append(text)
    if own:
        yield Section(text="\n".join(own), heading=heading)
    for inner in parent.findall("sec"):
        title = words(inner.find("title")).rstrip(":")
        yield from _sections(inner, " › ".join(part for part in (heading, title) if part))


def _floats(parent: Element) -> Iterator[Section]:
    for item in parent.iter():
        if item.tag not in ("fig", "table-wrap"):
            continue
        label = words(item.find("label")) or ("Table" if item.tag == "table-wrap" else "Figure")
        caption = words(item.find("caption"))
        rows = [
            " | ".join(words(cell) for cell in row if cell.tag in ("td", "th")) for row in item.iter("tr")
        ]
        notes = [words(note) for note in item.findall("table-wrap-foot")]
        text = "\n".join(part for part in (caption, *rows, *notes) if part.strip(" |"))
        if text:
            yield Section(text=text, heading=label)


def _numbered(sections: list[Section]) -> Iterator[Section]:
    for order, section in enumerate(sections, 1):
        yield Section(text=section.text, heading=section.heading, anchor=f"s{order}")
