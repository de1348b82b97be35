"""Plain text: one document, one section."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.passage import Document, Section
from retrieval.readers.decode import decode, one_line, tidy
from retrieval.readers.source import TEXT_BYTES, Item, Skipped, Source

_TITLE_CHARS = 120


def read(source: Source) -> Iterator[Item]:
    """The file as one document; a short first line that stands alone is its title."""
    text = tidy(decode(source.read(TEXT_BYTES), source.name))
    if not text:
        yield Skipped(source.name, "empty file")
        return
    first, _, rest = text.partition("\n")
    alone = (
        rest.startswith("\n")
        and len(first) <= _TITLE_CHARS
        and not first.endswith((".", "。", "!", "?", "！", "？"))
    )
    title = one_line(first).lstrip("# ") if alone else source.stem
    body = rest.strip() if alone else text
    yield Document(id=source.name, title=title, sections=(Section(text=body),), source=source.name)
