"""DailyMed drug labels (HL7 Structured Product Labeling): one document a label, its sections by heading.

A label keeps its set id through all its versions, so a newer version replaces the older one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from xml.etree.ElementTree import Element

from retrieval.passage import Document, Section
from retrieval.readers.decode import one_line, tidy
from retrieval.readers.source import Item, Skipped, Source
from retrieval.readers.xml import iso_date, local, parse, words

PUBLISHER = "DailyMed, US National Library of Medicine"
_V3 = "{urn:hl7-org:v3}"
# LOINC codes of sections that are written for the person who takes the medicine.
_FOR_PATIENTS = {
    "42231-1": "Medication guide",
    "42230-3": "Patient package insert",
    "59845-8": "Instructions for use",
    "68498-5": "Patient information",
}
_DATA_ONLY = "48780-1"
"""LOINC code of the product data, a section of codes without sentences."""
_MARK = re.compile(r"^(?:[•·▪*-]\s*|o\s+)")
_BLOCKS = ("paragraph", "item", "tr", "list", "table", "br")


def read(source: Source) -> Iterator[Item]:
    root = parse(source)
    if local(root.tag) != "document":
        yield Skipped(source.name, "XML without a drug label")
        return
    set_id = _attribute(root, "setId", "root")
    body = root.find(f"{_V3}component/{_V3}structuredBody")
    sections = tuple(_numbered(list(_sections(body, "", "any")))) if body is not None else ()
    if not set_id or not sections:
        yield Skipped(source.name, "a label without text" if set_id else "a label without a set id")
        return
    brands, generics = _names(root)
    day = _attribute(root, "effectiveTime", "value")
    title = words(root.find(f"{_V3}title"))
    yield Document(
        id=f"dailymed/{set_id.lower()}",
        title=_title(brands, generics) or title or source.stem,
        sections=sections,
        source=f"{maker} · {PUBLISHER}" if (maker := _maker(root)) else PUBLISHER,
        url=f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={set_id.lower()}",
        published=iso_date(day[:4], day[4:6], day[6:8]),
        language=_attribute(root, "languageCode", "code").lower()[:2] or "en",
        evidence="drug_label",
        metadata=MappingProxyType(
            {
                "synonyms": "; ".join(dict.fromkeys((*brands, *generics))),
                "set_id": set_id,
                "version": _attribute(root, "versionNumber", "value"),
                "kind": _attribute(root, "code", "displayName"),
                "long_title": title,
                "revisable": True,
            }
        ),
    )


def _attribute(parent: Element, tag: str, name: str) -> str:
    found = parent.find(f"{_V3}{tag}")
    return (found.get(name) or "").strip() if found is not None else ""


def _names(root: Element) -> tuple[list[str], list[str]]:
    """Brand names and active ingredients."""
    brands: dict[str, None] = {}
    generics: dict[str, None] = {}
    for product in root.iter(f"{_V3}manufacturedProduct"):
        if brand := words(product.find(f"{_V3}name")):
            brands[brand] = None
        for generic in product.iterfind(f"{_V3}asEntityWithGeneric/{_V3}genericMedicine/{_V3}name"):
            generics[words(generic).lower()] = None
    for substance in root.iter(f"{_V3}ingredient"):
        if substance.get("classCode", "").startswith("ACT"):
            for name in substance.iterfind(f"{_V3}ingredientSubstance/{_V3}name"):
                generics[words(name).lower()] = None
    return list(brands)[:20], [name for name in generics if name][:20]


def _title(brands: list[str], generics: list[str]) -> str:
    named = ", ".join(brands[:3])
    substances = ", ".join(name for name in generics[:3] if name not in named.lower())
    return f"{named} ({substances})" if named and substances else named or substances


def _maker(root: Element) -> str:
    return words(root.find(f"{_V3}author/{_V3}assignedEntity/{_V3}representedOrganization/{_V3}name"))


def _sections(parent: Element, heading: str, audience: str) -> Iterator[Section]:
    for section in parent.iterfind(f"{_V3}component/{_V3}section"):
        code = _attribute(section, "code", "code")
        if code == _DATA_ONLY:
            continue
        named = words(section.find(f"{_V3}title")) or _FOR_PATIENTS.get(code) or _spoken_code(section)
        path = " › ".join(part for part in (heading, named) if part)
        reader = "patient" if code in _FOR_PATIENTS else audience
        # The highlights at the head of a label say again what its sections say, and are not read twice.
        text = section.find(f"{_V3}text")
        if text is not None and (said := _text(text)):
            yield Section(text=said, heading=path, audience=reader)
        yield from _sections(section, path, reader)


def _spoken_code(section: Element) -> str:
    name = _attribute(section, "code", "displayName").removesuffix(" SECTION")
    return "" if "UNCLASSIFIED" in name.upper() else name.capitalize()


def _text(element: Element) -> str:
    lines: list[str] = []
    _lines(element, lines, [])
    return tidy("\n".join(lines))


def _lines(element: Element, lines: list[str], open_line: list[str]) -> None:
    """Paragraphs, list items and table rows as lines."""

    def flush(mark: str = "") -> None:
        text = one_line("".join(open_line))
        open_line.clear()
        if text:
            lines.append(mark + text)

    tag = local(element.tag)
    if tag == "tr":
        flush()
        cells = [words(cell) for cell in element if local(cell.tag) in ("td", "th")]
        if any(cells):
            lines.append(" | ".join(cells))
        return
    if tag in _BLOCKS:
        flush()
    before = len(lines)
    open_line.append(element.text or "")
    for child in element:
        if local(child.tag) != "footnoteRef":
            _lines(child, lines, open_line)
        open_line.append(f" {child.tail or ''}" if local(child.tag) == "caption" else child.tail or "")
    if tag in _BLOCKS:
        flush()
    if tag == "item" and len(lines) > before:
        # A caption such as "•" or "5.1" is the item's own mark.
        lines[before] = f"- {_MARK.sub('', lines[before])}"
    if tag == "text":
        flush()


def _numbered(sections: list[Section]) -> Iterator[Section]:
    for order, section in enumerate(sections, 1):
        yield Section(
            text=section.text, heading=section.heading, anchor=f"s{order}", audience=section.audience
        )
