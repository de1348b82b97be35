"""PDF: the text layer, a section a page, so that a citation can name the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from retrieval.errors import UnreadableSourceError
from retrieval.passage import Document, Section
from retrieval.readers.decode import one_line, tidy
from retrieval.readers.source import Item, Skipped, Source

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_HYPHEN = re.compile(r"(?<=[a-z])[\u00ad\ufffe\u0002-]\n(?=[a-z])")
_CJK_BREAK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")
_SOFT_BREAK = re.compile(r"(?<![.!?:;。！？：；\n])\n(?=[a-z(])")
_STRAY = re.compile(r"[\u0000-\u0008\u000b\u000e-\u001f\u00ad\ufffe\uffff]")


def read(source: Source) -> Iterator[Item]:
    """One document; pages without text are named, a file without any is skipped as a scan."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        pdf = PdfDocument(source.read())
    except PdfiumError as error:
        if "password" in str(error).lower():
            yield Skipped(source.name, "protected by a password; remove it and try again")
            return
        raise UnreadableSourceError(f"{source.name}: a damaged PDF ({error}).") from None
    try:
        yield from _pages(pdf, source)
    finally:
        pdf.close()


def _pages(pdf: PdfDocument, source: Source) -> Iterator[Item]:
    from pypdfium2 import PdfiumError

    sections, silent, broken = [], [], []
    for number in range(1, len(pdf) + 1):
        try:
            text = _page_text(pdf, number)
        except PdfiumError:
            broken.append(number)
            continue
        if text:
            sections.append(Section(text=text, anchor=f"p{number}", page=number))
        else:
            silent.append(number)
    if not sections:
        reason = (
            "a PDF without pages"
            if len(pdf) == 0
            else "no text layer: a scan or pictures; run OCR on it first"
        )
        yield Skipped(source.name, reason)
        return
    yield Document(
        id=source.name,
        title=_title(pdf, sections[0].text) or source.stem,
        sections=tuple(sections),
        source=source.name,
        published=_published(pdf),
    )
    if silent:
        yield Skipped(f"{source.name} ({_named(silent)})", "no text on this page: empty, a scan or a picture")
    if broken:
        yield Skipped(f"{source.name} ({_named(broken)})", "a damaged page")


def _page_text(pdf: PdfDocument, number: int) -> str:
    page = pdf[number - 1]
    try:
        layer = page.get_textpage()
        try:
            text = layer.get_text_range()
        finally:
            layer.close()
    finally:
        page.close()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HYPHEN.sub("", text)
    # A line end inside a sentence is the page's, not the author's.
    text = _SOFT_BREAK.sub(" ", _CJK_BREAK.sub("", text))
    return tidy(_STRAY.sub("", text))


def _title(pdf: PdfDocument, first_page: str) -> str:
    named = one_line(pdf.get_metadata_value("Title"))
    if named and not re.search(
        r"\.(docx?|indd|pdf|tex|dvi)$|^(untitled|microsoft word)", named, re.IGNORECASE
    ):
        return named
    first = first_page.partition("\n")[0]
    return first if 0 < len(first) <= 150 else ""


def _published(pdf: PdfDocument) -> str | None:
    match = re.match(r"D:(\d{4})(\d{2})", pdf.get_metadata_value("CreationDate") or "")
    return f"{match[1]}-{match[2]}" if match else None


def _named(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:10])) + (" …" if len(pages) > 10 else "")
    return f"page {shown}" if len(pages) == 1 else f"pages {shown}"
