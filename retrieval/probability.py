"""How likely a hit answers, from where both channels put it.

A logistic model a language over four figures that mean the same in every index, fitted on judged questions by
``python -m retrieval.calibrate``; the numbers are data (``probability.json``), with what they were fitted on. How far
they can be trusted on other corpora: ``docs/retrieval.md``.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

from retrieval.fusion import Ranking

DATA = Path(__file__).parent / "probability.json"
FIGURES = ("cosine", "words", "cosine_height", "words_height")
"""Cosine with the question, share of the best word score that the question can have, and how many standard deviations
above the mean of their list both stand. (The last places' scores fit better still, and lead astray in a small index.)"""
READ = 100
"""Places of each channel that are looked at; a deeper search gives the same figures."""


@dataclass(frozen=True, slots=True)
class Model:
    """Log odds: the intercept and a weight for each of ``FIGURES``."""

    intercept: float
    weights: tuple[float, ...]

    def probability(self, figures: Sequence[float]) -> float:
        """Between 0 and 1."""
        odds = self.intercept + math.fsum(w * x for w, x in zip(self.weights, figures, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds))))


@functools.cache
def models(file: Path = DATA) -> Mapping[str, Model]:
    """The fitted models by language."""
    raw = json.loads(file.read_text(encoding="utf-8"))["models"]
    return {
        language: Model(one["intercept"], tuple(one["weights"][name] for name in FIGURES))
        for language, one in raw.items()
    }


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel's list as far as it is looked at."""

    scores: Mapping[str, float]
    floor: float
    mean: float
    spread: float = 1.0

    @classmethod
    def of(cls, ranking: Ranking, scale: float = 1.0) -> Channel:
        """``scale`` is what a score is a share of."""
        scores = {item: score / scale for item, score in ranking[:READ]}
        if not scores:
            return cls({}, 0.0, 0.0)
        values = list(scores.values())
        return cls(scores, min(values), fmean(values), pstdev(values) or 1.0)

    def height(self, item: str) -> float:
        """Standard deviations above the mean; what is not in the list stands at its foot."""
        return (self.scores.get(item, self.floor) - self.mean) / self.spread


def figures(item: str, dense: Channel, words: Channel) -> tuple[float, ...]:
    """The ``FIGURES`` of one passage."""
    return (
        dense.scores.get(item, dense.floor),
        min(1.0, words.scores.get(item, 0.0)),
        dense.height(item),
        words.height(item),
    )
