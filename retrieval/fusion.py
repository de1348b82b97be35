"""Two rankings into one, and copies out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from retrieval.passage import ChannelScore

RRF_K = 20
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009, used 60).

20 lets a channel that is sure of its first place count for more: 55 instead of 53 of 60 everyday questions have their
card among the first three (chosen on those), and 300 Huatuo questions do not tell the two apart (nDCG@10 0.455 and
0.456, 2026-11-22).
"""

Ranking = Sequence[tuple[str, float]]
"""Ids with the channel's own score, best first."""

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")
_COPY = 0.9
"""Share of word pairs in common from which two passages say the same thing in the same words."""


def fuse(
    channels: Mapping[str, Ranking], weights: Mapping[str, float] | None = None
) -> list[tuple[str, float, dict[str, ChannelScore]]]:
    """Reciprocal rank fusion: ids with the fused score and where each channel put them, best first.

    Ties are broken by id, so that one query always gives one order.
    """
    places: dict[str, dict[str, ChannelScore]] = {}
    for channel, ranking in channels.items():
        for rank, (item, score) in enumerate(ranking, start=1):
            places.setdefault(item, {})[channel] = ChannelScore(rank, score)
    weight = weights or {}
    scored = [
        (item, sum(weight.get(name, 1.0) / (RRF_K + place.rank) for name, place in found.items()), found)
        for item, found in places.items()
    ]
    return sorted(scored, key=lambda row: (-row[1], row[0]))


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
