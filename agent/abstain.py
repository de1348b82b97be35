"""Whether the passages found can answer at all; if not, the honest answer is that there is none.

Nearness in vector space alone cannot tell: every question is near to something. So the words that the
question turns on must stand in the best passages too, or in the names under which they are filed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.compose import aspects_of, without_aspects
from agent.safety.names import listed_words
from agent.topics import named_cards
from retrieval.analysis import terms
from retrieval.language import detect_language
from retrieval.passage import Hit

if TYPE_CHECKING:
    from retrieval.search import Index

NEAR = 0.80
"""Cosine below which the nearest passage is about something else (multilingual e5: unrelated texts reach 0.78)."""
COVERED = 0.5
"""Share of the question's weight of words, by rarity, that one of the best passages must hold."""
TOPIC_COVERED = 0.75
"""The same for the topic alone, where a passage is about the aspect that the other words ask for."""
PARTLY = 0.3
"""Enough where the passage is very near besides: it says it in other words."""
VERY_NEAR = {"en": 0.885, "zh": 0.91}
"""Cosine of a passage that answers in other words. Set on 30 answerable and 20 unanswerable questions of our own
over the handbook (2026-11-22): all on the right side; Chinese texts lie closer together in this space."""
WEIGHTY = 0.4
"""Share of the question's weight that a clause must carry to speak for the question."""
STRANGE = 0.65
"""Where a word of the question stands in no passage at all, the others must carry at least this much of it, or the
nearest passage be very near: "What does a high ferrimodulin level mean?" shares all but its subject with many."""
_FILED_AT = 3
"""A card that the question names speaks for it when it is among so many of the best hits."""
_STRANGE_LETTERS = 4
_STRANGE_PAIRS = 3
"""So many unknown pairs of Chinese characters in a row are a name that nobody here knows, not two words that meet."""
_LOOKED_AT = 5
_CLAUSE = re.compile(r"[.;!?。；！？，\n]|,\s|\s↩\s")
_LATIN = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_NOWHERE = "qzxqzxqzx"
"""A term that no text holds."""
_HYPHEN = re.compile(r"[-‐‑]")


def enough(question: str, hits: Sequence[Hit], index: Index) -> bool:
    """Whether the best hits hold what the question is about.

    A word that no passage has ("Noonan") weighs most, a word that many have ("treatment") little.
    """
    if not hits:
        return False
    nearest = max((hit.channels["dense"].score for hit in hits if "dense" in hit.channels), default=0.0)
    if nearest < NEAR:
        return False
    covered = coverage(question, hits, index)
    very_near = nearest >= VERY_NEAR.get(detect_language(question), VERY_NEAR["en"])
    topic = without_aspects(question, [hit.passage for hit in hits[:_LOOKED_AT]])
    if covered < STRANGE and not very_near and _strange_word(question, index):
        return False
    if covered < COVERED and topic != question and coverage(topic, hits, index) >= TOPIC_COVERED:
        return True
    return covered >= COVERED or (covered >= PARTLY and very_near)


def speaks_of(question: str, hits: Sequence[Hit], index: Index) -> bool:
    """Whether the best hits are at least about the card that the question names, and nothing in it is unknown.

    "When can a child with chickenpox go back to school?" turns on words that no card has, yet the card says how
    long it is catching. Weaker than :func:`enough`: the answer must say that it may not be the exact one.
    """
    nearest = max((hit.channels["dense"].score for hit in hits if "dense" in hit.channels), default=0.0)
    filed = {hit.passage.document_id for hit in hits[:_FILED_AT]}
    return nearest >= NEAR and bool(filed & named_cards(question)) and not names_a_stranger(question, index)


def names_a_stranger(question: str, index: Index) -> bool:
    """Whether the question holds a word, or a run of Chinese characters, that no passage has."""
    return _strange_word(question, index) or _strange_run(question, index)


def _strange_word(question: str, index: Index) -> bool:
    unknown = index.rarity(_NOWHERE)
    words = [
        word for word in _LATIN.findall(question) if len(word) >= _STRANGE_LETTERS and not aspects_of(word)
    ]
    everyday = listed_words()  # "since March" names no stranger, though no page speaks of March
    return any(
        index.rarity(term) >= unknown
        for word in words
        if word.lower() not in everyday
        for term in _words(word)
    )


def _strange_run(question: str, index: Index) -> bool:
    unknown, counted = index.rarity(_NOWHERE), set(_words(question))
    for run in _HAN.findall(question):
        pairs = [run[at : at + 2] for at in range(len(run) - 1)]
        marks = "".join("?" if pair in counted and index.rarity(pair) >= unknown else "." for pair in pairs)
        if "?" * _STRANGE_PAIRS in marks:
            return True
    return False


def coverage(question: str, hits: Sequence[Hit], index: Index) -> float:
    """The weighted share of the question's words that the best passages hold, one passage at a time.

    Of a question that comes with a story ("My father died of …, what are the …?") a clause that carries much of
    its weight may be covered instead of the whole.
    """
    held = [set(_words(f"{hit.passage.searchable} {hit.passage.synonyms}")) for hit in hits[:_LOOKED_AT]]
    weights = {term: index.rarity(term) for term in set(_words(question))}
    total = sum(weights.values())
    parts = [set(weights), *(set(_words(clause)) for clause in _CLAUSE.split(question))]
    best = 0.0
    for part in parts:
        weight = sum(weights.get(term, 0.0) for term in part)
        if weight and weight >= WEIGHTY * total:
            best = max(
                best,
                *(sum(weights[term] for term in part & words if term in weights) / weight for words in held),
            )
    return best


def _words(text: str) -> list[str]:
    return terms(_HYPHEN.sub(" ", text))
