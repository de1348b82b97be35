"""A card as text for a person in a terminal."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence

from retrieval.handbook.load import CardError
from retrieval.handbook.render import all_names, to_document
from retrieval.handbook.schema import Card

_WIDTH = 96
_NO_LINE_START = "，。；：、！？）”’"


def find_card(cards: Sequence[Card], wanted: str) -> Card:
    """The card with this id, last part of an id, name or synonym.

    Raises:
        CardError: no card is called that; the message names the nearest ones.
    """
    key = wanted.casefold().strip()
    for card in cards:
        if key in (card.id, card.id.partition("/")[2]):
            return card
    for card in cards:
        if key in (name.casefold() for name in all_names(card)):
            return card
    near = difflib.get_close_matches(key, [card.id.partition("/")[2] for card in cards], n=3, cutoff=0.5)
    hint = f" Near it: {', '.join(near)}." if near else ""
    raise CardError(f"There is no card '{wanted}'.{hint}")


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _wrap(line: str) -> str:
    """``line`` broken at blanks, or between Chinese characters, which take two columns each."""
    lines, row = [], ""
    for word in re.findall(r"[!-~]+|.", line):
        if _columns(row + word) > _WIDTH and word not in _NO_LINE_START:
            lines.append(row.rstrip())
            row = word.lstrip()
        else:
            row += word
    return "\n".join([*lines, row])


def show(card: Card, language: str, cards: Sequence[Card] = ()) -> str:
    """The whole card in one language, with its review state and sources.

    ``cards`` are all cards, so that look-alikes can be named.
    """
    chinese = language == "zh"
    (document,) = to_document(card)
    lines = [card.name.get(language), "=" * min(2 * len(card.name.get(language)), _WIDTH)]
    others = [name for name in all_names(card) if name != card.name.get(language)]
    if others:
        lines.append(
            _wrap(("又称：" if chinese else "Also called: ") + ("、" if chinese else ", ").join(others))
        )
    unsigned = "未经临床医生审核" if chinese else "not signed by a clinician"
    signed = f"审核：{card.review}" if chinese else f"Reviewed by {card.review}"
    lines.append(f"{card.id} · {card.updated} · {unsigned if card.review == 'none' else signed}")
    for section in document.sections:
        if section.language == language:
            lines += ["", section.heading, *(_wrap(line) for line in section.text.splitlines())]
    lines += ["", "来源" if chinese else "Sources"]
    for order, source in enumerate(card.sources, 1):
        address = f" {source.url}" if source.url else ""
        lines.append(f"{order}. {source.title}. {source.publisher}, {source.year}.{address}")
    return "\n".join(lines)
