"""Whether the passages found can answer at all; if not, the honest answer is that there is none.

Nearness in vector space alone cannot tell: every question is near to something. So the words that the
question turns on must stand in the best passages too, or in the names under which they are filed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.compose import without_aspects
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
_LOOKED_AT = 5
_CLAUSE = re.compile(r"[.;!?。；！？，\n]|,\s|\s↩\s")
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
    if covered < COVERED:
        topic = without_aspects(question, [hit.passage for hit in hits[:_LOOKED_AT]])
        if topic != question and coverage(topic, hits, index) >= TOPIC_COVERED:
            return True
    very_near = nearest >= VERY_NEAR.get(detect_language(question), VERY_NEAR["en"])
    return covered >= COVERED or (covered >= PARTLY and very_near)


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
