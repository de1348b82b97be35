"""Two rankings into one, and copies out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import pstdev

from retrieval.passage import ChannelScore

ABSENT = 0.5
"""Standard deviations below its last place at which a channel is taken to see what it did not return."""

Ranking = Sequence[tuple[str, float]]
"""Ids with the channel's own score, best first."""

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")
_COPY = 0.9
"""Share of word pairs in common from which two passages say the same thing in the same words."""


def fuse(
    channels: Mapping[str, Ranking], weights: Mapping[str, float] | None = None
) -> list[tuple[str, float, dict[str, ChannelScore]]]:
    """Scores of unlike channels on one scale: ids with the fused score and where each channel put them, best first.

    A channel's scores are counted in standard deviations above what it leaves out, so a passage far ahead of the
    rest counts for more than one just ahead, which ranks alone cannot tell. What a channel did not return scores 0
    there. Ties are broken by id, so that one query always gives one order.
    """
    weight = weights or {}
    places: dict[str, dict[str, ChannelScore]] = {}
    fused: dict[str, float] = {}
    for channel, ranking in channels.items():
        if not ranking:
            continue
        scores = [score for _, score in ranking]
        lowest, spread = min(scores), pstdev(scores) or 1.0
        for rank, (item, score) in enumerate(ranking, start=1):
            places.setdefault(item, {})[channel] = ChannelScore(rank, score)
            height = (score - lowest) / spread + ABSENT
            fused[item] = fused.get(item, 0.0) + weight.get(channel, 1.0) * height
    return sorted(
        ((item, fused[item], found) for item, found in places.items()), key=lambda row: (-row[1], row[0])
    )


def best_by(ranking: Ranking, group: Mapping[str, str]) -> list[tuple[str, float]]:
    """The best item of each group, in order; the group's name takes the item's place."""
    best: dict[str, float] = {}
    for item, score in ranking:
        best.setdefault(group[item], score)
    return list(best.items())


class CopyFilter:
    """Tells whether a passage repeats one that was already let through."""

    def __init__(self) -> None:
        self._exact: set[str] = set()
        self._pairs: list[frozenset[tuple[str, str]]] = []

    def is_copy(self, text: str) -> bool:
        words = _WORD.findall(text.casefold())
        key = " ".join(words)
        if key in self._exact:
            return True
        pairs = frozenset(zip(words, words[1:], strict=False))
        for other in self._pairs:
            smaller, larger = sorted((len(pairs), len(other)))
            # The shorter must be nearly as long as the longer before it is worth comparing them.
            if smaller > _COPY * larger and len(pairs & other) > _COPY * len(pairs | other):
                return True
        self._exact.add(key)
        self._pairs.append(pairs)
        return False
