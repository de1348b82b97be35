"""Handbook cards: one YAML file, one bilingual document."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.errors import UnreadableSourceError
from retrieval.readers.decode import decode
from retrieval.readers.source import Item, Source


def read(source: Source) -> Iterator[Item]:
    from retrieval.handbook.load import parse_card
    from retrieval.handbook.render import to_document

    file = parse_card(source.name, decode(source.read(), source.name))
    if file.card is None:
        more = f" (and {len(file.errors) - 1} more)" if len(file.errors) > 1 else ""
        raise UnreadableSourceError(f"{file.errors[0]}{more}")
    yield from to_document(file.card)
