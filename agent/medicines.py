"""Two medicines asked about together: which sentences speak of the one to the other, by name or by its group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from agent.compose import Aspect, aspects_of
from agent.ground import Quote
from agent.grounding.orders import plain_sentences
from agent.tables import table
from agent.topics import named_cards
from retrieval.handbook.outline import Named, load_outline
from retrieval.passage import Passage

if TYPE_CHECKING:
    from retrieval.search import Index


def pair_asked_about(text: str) -> frozenset[str]:
    """The cards of the medicines that a text names, where they are two or more; else empty."""
    named = frozenset(card for card in named_cards(text) if card.startswith("medicine/"))
    return named if len(named) > 1 else frozenset()


def nothing_listed(question: str, index: Index, language: str) -> bool:
    """Whether a question is what two medicines do together, and their pages say nothing of each other."""
    pair = pair_asked_about(question)
    return bool(pair) and asks_for_both(question) and not said_of_each_other(pair, index, language)


def asks_for_both(question: str) -> bool:
    """Whether it is asked what medicines do together, not what each of them does."""
    aspects = aspects_of(question)
    return not aspects or Aspect.INTERACTIONS in aspects


def said_of_each_other(pair: frozenset[str], index: Index, language: str) -> list[Quote]:
    """The sentences on interactions of each of these medicines that speak of another one of them."""
    return [
        quote
        for card in sorted(pair)
        for passage in _interactions(card, index, language)
        for quote in (Quote(passage, *span) for span in plain_sentences(passage.text, passage.language))
        if called(pair - {card}).search(quote.text)
    ]


def _interactions(card: str, index: Index, language: str) -> Iterator[Passage]:
    name = f"{card}#interactions{'.zh' if language == 'zh' else ''}"
    if passage := index.passage(name):
        yield passage
    for part in count(1):
        if (passage := index.passage(f"{name}/{part}")) is None:
            return
        yield passage


def called(medicines: frozenset[str]) -> re.Pattern[str]:
    """Names and groups by which a page speaks of any of these medicines, in both languages."""
    return re.compile("|".join(_called(one) for one in sorted(medicines)), re.IGNORECASE)


@cache
def _called(medicine: str) -> str:
    card = next(one for one in load_outline().cards if one.id == medicine)
    latin = (rf"\b{re.escape(name)}\b" for name in (card.en, *card.other_en))
    chinese = (re.escape(name) for name in (card.zh, *card.other_zh))
    return "|".join([*latin, *chinese, *_groups(card)])


def _groups(card: Named) -> list[str]:
    words = (words for code, words in table("medicine-classes").items() if card.atc.startswith(code))
    return [one for each in words for one in (each["en"], each["zh"])]
