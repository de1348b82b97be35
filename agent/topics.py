"""Which conditions, medicines, tests or topics of the handbook a text names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from agent.characters import simplified
from agent.symptoms import SymptomMatcher
from agent.tables import table
from retrieval.handbook.outline import load_outline
from retrieval.passage import Hit

_LATIN = re.compile(r"[a-z]+", re.IGNORECASE)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_UNITS = re.compile(r"(?<=\d)\s*(?:mg|g|ml|ug|mcg|iu|u|mmol)\b(?:/[a-z]+)?")
"""After a number "mg" is no myasthenia gravis."""
_SHORT_EN = 5
_SHORT_ZH = 7
"""So few words, or Chinese characters, may only add a circumstance to what was spoken of."""


def names_a_card(text: str, *kinds: str) -> bool:
    """True where the name or a synonym of a card (of one of ``kinds``, if given) stands in the text, in either language."""
    return any(not kinds or card.partition("/")[0] in kinds for card in named_cards(text))


def named_cards(text: str) -> frozenset[str]:
    """Ids of the cards whose name or a synonym stands in the text, in either language."""
    english, chinese = _names()
    words = f" {' '.join(re.findall(r'[a-z0-9]+', _UNITS.sub(' ', text.lower())))} "
    found = {card for name, card in english if f" {name} " in words}
    plain = simplified(text)
    bare = timeless(plain)
    found |= {card for name, card in chinese if name in plain or name in bare}
    return frozenset(found)


def timeless(text: str) -> str:
    """A Chinese text without words of time, which may stand inside a name and answer no question of medicine."""
    return _when().sub("", text)


def reading_names(measurement: str) -> Sequence[str]:
    """What a page calls the thing that a measurement is a reading of, in English and Chinese; empty for others."""
    return tuple(table("contexts")["measured"].get(measurement, ()))


def names_its_own(text: str) -> bool:
    """Whether a text names a card that a conversation may be about; a short one that only adds a circumstance
    ("in pregnancy?", "能运动吗？") does not."""
    return bool(_own(text))


def _own(text: str) -> frozenset[str]:
    short = len(_HAN.findall(text)) <= _SHORT_ZH and len(_LATIN.findall(text)) <= _SHORT_EN
    return named_cards(text) - (_besides() if short else frozenset())


def turned_on(query: str) -> frozenset[str]:
    """The cards that a follow-up goes on about, or the one that a question by itself names."""
    asked, _, topic = query.partition(" ↩ ")
    if topic:
        return frozenset() if _own(asked) else named_cards(topic) - _besides()
    cards = named_cards(asked) - _besides()
    return cards if len(cards) == 1 else frozenset()


def topic_first(query: str, hits: Sequence[Hit]) -> list[Hit]:
    """Of a follow-up's hits those of the card that was spoken of first, each part in its own order: "is there a
    vaccine?" after shingles asks about shingles. Unchanged where the follow-up names a card of its own.

    A question by itself that names one card is about that one too: "first signs of diabetes" asks for no
    diabetic kidneys."""
    cards = turned_on(query)
    return sorted(hits, key=lambda hit: hit.passage.document_id not in cards) if cards else list(hits)


def only_medicine(text: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits of the medicines that a text names; all hits where none of those is among them."""
    named = {card for card in named_cards(text) if card.startswith("medicine/")}
    own = [hit for hit in hits if hit.passage.document_id in named]
    return own or list(hits)


def contexts() -> frozenset[str]:
    """Symptoms of the vocabulary that are circumstances, not complaints."""
    return _group("contexts")


def bodily_symptoms(text: str) -> frozenset[str]:
    """The symptoms of the body that a text names, there or not; of several names in one place only the first."""
    passed_over = _group("mind") | contexts()
    found: dict[str, int] = {}
    until = -1
    for mention in sorted(SymptomMatcher.load().find(text), key=lambda one: one.start):
        if mention.symptom not in passed_over and mention.start >= until:
            found[mention.symptom] = mention.start
            until = mention.end
    return frozenset(found)


def _besides() -> frozenset[str]:
    return _group("besides")


def _group(name: str) -> frozenset[str]:
    return frozenset(str(table("contexts")[name]).split())


@cache
def _when() -> re.Pattern[str]:
    """Words of time that may stand inside a Chinese name."""
    return re.compile(str(table("contexts")["when"]).strip())


def _plain(name: str) -> str:
    """A card's name without what it explains in brackets: "Paracetamol (acetaminophen)" is asked about as one of both."""
    return re.sub(r"\s*[(（][^)）]*[)）]", "", name)


@cache
def _names() -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Names with the ids of their cards: English ones as bare words, Chinese ones as they stand."""
    english: set[tuple[str, str]] = set()
    chinese: set[tuple[str, str]] = set()
    for card in load_outline().cards:
        for name in (card.en, _plain(card.en), *card.other_en):
            if words := " ".join(re.findall(r"[a-z0-9]+", name.lower())):
                english.add((words, card.id))
        for name in (card.zh, _plain(card.zh), *card.other_zh):
            if name.isascii():  # "Hb" is no part of "HbA1c"
                english.add((" ".join(re.findall(r"[a-z0-9]+", name.lower())), card.id))
            elif len(name) > 1:
                chinese.add((name, card.id))
    return tuple(sorted(english)), tuple(sorted(chinese))
