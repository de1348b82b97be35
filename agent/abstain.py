"""Whether the passages found can answer at all; if not, the honest answer is that there is none.

Nearness in vector space alone cannot tell: every question is near to something. So the words that the
question turns on must stand in the best passages too, or in the names under which they are filed.
"""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.analysis import terms
from retrieval.passage import Hit

NEAR = 0.80
"""Cosine below which the nearest passage is about something else (multilingual e5: unrelated texts reach 0.78)."""
VERY_NEAR = 0.875
"""Cosine from which a passage may answer in other words, or in the other language."""
COVERED = 0.5
"""Share of the question's content words that must stand in the best passages otherwise."""
_LOOKED_AT = 3


def enough(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the best hits hold what the question is about."""
    if not hits:
        return False
    nearest = max((hit.channels["dense"].score for hit in hits if "dense" in hit.channels), default=0.0)
    if nearest < NEAR:
        return False
    return nearest >= VERY_NEAR or coverage(question, hits) >= COVERED


def coverage(question: str, hits: Sequence[Hit]) -> float:
    """The share of the question's content words that the best passages hold, taken one passage at a time."""
    asked = set(terms(question))
    if not asked:
        return 0.0
    return max(len(asked & set(terms(f"{hit.passage.searchable} {hit.passage.synonyms}"))) / len(asked) for hit in hits[:_LOOKED_AT])
