"""Word files (``.docx``): paragraphs, lists and tables in reading order, by heading; notes at the end.

The text is what a reader of the file sees with all changes accepted: insertions count, deletions do not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from retrieval.errors import UnreadableSourceError
from retrieval.passage import Document
from retrieval.readers.decode import one_line
from retrieval.readers.outline import Outline
from retrieval.readers.source import WHOLE_FILE_BYTES, Item, Skipped, Source

if TYPE_CHECKING:
    from docx.document import Document as WordFile
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"(?:heading|标题)\s*(\d)$", re.IGNORECASE)
_LIST = re.compile(r"^list\b|列表", re.IGNORECASE)
_NOTES = (("footnotes", "Footnotes"), ("endnotes", "Endnotes"))


def read(source: Source) -> Iterator[Item]:
    data = source.read()
    word = _open(data, source.name)
    outline = Outline()
    for block in word.iter_inner_content():
        _block(block, outline)
    for name, heading in _NOTES:
        if notes := _notes(word, name):
            outline.heading(1, heading)
            for note in notes:
                outline.line(note)
    sections = outline.sections()
    if not sections:
        yield Skipped(source.name, "a Word file without text (pictures only?)")
        return
    about = word.core_properties
    yield Document(
        id=source.name,
        title=outline.title or one_line(about.title) or source.stem,
        sections=sections,
        source=source.name,
        published=about.modified.date().isoformat() if about.modified else None,
        language=(about.language or "").lower()[:2],
    )


def _open(data: bytes, name: str) -> WordFile:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            # What a part declares is what it can give at most, so declarations are enough to stop a bomb.
            if sum(part.file_size for part in parts.infolist()) > WHOLE_FILE_BYTES:
                raise UnreadableSourceError(
                    f"{name}: unpacks to more than {WHOLE_FILE_BYTES // 2**20} MB, as a zip bomb does."
                )
        return docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        detail = one_line(str(error))[:120]
        raise UnreadableSourceError(f"{name}: a damaged Word file ({detail}).") from None


def _block(block: Paragraph | Table, outline: Outline) -> None:
    from docx.table import Table

    if isinstance(block, Table):
        for row in block._tbl.tr_lst:
            cells = [one_line(" ".join(_words(p) for p in cell.iter(f"{_W}p"))) for cell in row.tc_lst]
            if any(cells):
                outline.line(" | ".join(cells))
        return
    style = (block.style.name if block.style is not None else "") or ""
    text = _words(block._p).strip()
    heading = _HEADING.search(style)
    if heading:
        outline.heading(int(heading[1]) or 1, one_line(text))
    elif style == "Title":
        outline.heading(1, one_line(text))
    else:
        listed = _LIST.search(style) or block._p.find(f"{_W}pPr/{_W}numPr") is not None
        outline.line(f"- {text}" if listed and text else text)
    for box in block._p.iter(f"{_W}txbxContent"):
        if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
            for paragraph in box.iter(f"{_W}p"):
                outline.line(_words(paragraph).strip())


def _words(paragraph: Any) -> str:
    """A paragraph's own words; those of boxes that are anchored in it come after it."""
    pieces: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag == f"{_W}tab":
            pieces.append(" ")
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif node.tag not in (f"{_W}txbxContent", f"{_W}del", f"{_W}pPr", f"{_W}rPr", _FALLBACK):
            stack.extend(reversed(node))
    return "".join(pieces)


def _notes(word: WordFile, name: str) -> list[str]:
    """Footnotes or endnotes, which stand in a part of their own."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in word.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{name}"):
            root = etree.fromstring(relation.target_part.blob, parser)
            notes = (one_line(" ".join(_words(p) for p in note.iter(f"{_W}p"))) for note in root)
            return [note for note in notes if note]
    return []
