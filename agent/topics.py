"""Whether a text names a condition, medicine, test or topic of the handbook."""

from __future__ import annotations

import re
from functools import cache

from retrieval.handbook.outline import load_outline


def names_a_card(text: str, *kinds: str) -> bool:
    """True where the name or a synonym of a card (of one of ``kinds``, if given) stands in the text, in either language."""
    english, chinese = _names(kinds)
    lowered = text.lower()
    if any(name in text for name in chinese):
        return True
    words = f" {' '.join(re.findall(r'[a-z0-9]+', lowered))} "
    return any(f" {name} " in words for name in english)


@cache
def _names(kinds: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    english: set[str] = set()
    chinese: set[str] = set()
    for card in load_outline().cards:
        if kinds and card.id.partition("/")[0] not in kinds:
            continue
        for name in (card.en, *card.other_en):
            english.add(" ".join(re.findall(r"[a-z0-9]+", name.lower())))
        chinese.update(name for name in (card.zh, *card.other_zh) if len(name) > 1)
    return frozenset(english - {""}), frozenset(chinese)
