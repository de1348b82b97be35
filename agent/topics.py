"""Which conditions, medicines, tests or topics of the handbook a text names."""

from __future__ import annotations

import re
from functools import cache

from retrieval.handbook.outline import load_outline


def names_a_card(text: str, *kinds: str) -> bool:
    """True where the name or a synonym of a card (of one of ``kinds``, if given) stands in the text, in either language."""
    return any(not kinds or card.partition("/")[0] in kinds for card in named_cards(text))


def named_cards(text: str) -> frozenset[str]:
    """Ids of the cards whose name or a synonym stands in the text, in either language."""
    english, chinese = _names()
    words = f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
    found = {card for name, card in english if f" {name} " in words}
    found |= {card for name, card in chinese if name in text}
    return frozenset(found)


@cache
def _names() -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Names with the ids of their cards: English ones as bare words, Chinese ones as they stand."""
    english: set[tuple[str, str]] = set()
    chinese: set[tuple[str, str]] = set()
    for card in load_outline().cards:
        for name in (card.en, *card.other_en):
            if words := " ".join(re.findall(r"[a-z0-9]+", name.lower())):
                english.add((words, card.id))
        chinese.update((name, card.id) for name in (card.zh, *card.other_zh) if len(name) > 1)
    return tuple(sorted(english)), tuple(sorted(chinese))
