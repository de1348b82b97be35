"""Intervals and exact tests, so that chance is not taken for a difference.

No table and no library: the exact binomial needs only ``math.comb``, the bootstrap only numpy.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

LEVEL = 0.95
"""Of every confidence interval."""
RESAMPLES = 2000
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Measure:
    """A value with its 95% confidence interval over ``n`` observations; ``None`` where nothing was scored."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0

    def as_json(self) -> dict[str, float | int | None]:
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


NOT_SCORED = Measure(None)


def mean(values: Sequence[float], clusters: Sequence[Hashable] | None = None, *, seed: int = 0) -> Measure:
    """The mean with its interval.

    Shares of independent cases get Wilson's interval, which holds for few cases and for all-or-nothing, where
    a bootstrap would claim certainty. Values that belong together (versions of one case, turns of one
    conversation) are resampled together.

    Args:
        clusters: one name a value; values of one name are not independent.
    """
    if not values:
        return NOT_SCORED
    observed = np.asarray(values, dtype=float)
    value = float(observed.mean())
    names = list(range(len(values))) if clusters is None else list(clusters)
    groups = len(set(names))
    is_share = bool(np.isin(observed, (0.0, 1.0)).all())
    if is_share and (groups == len(values) or value in (0.0, 1.0)):
        low, high = wilson(value, groups)
    else:
        low, high = bootstrap(observed, names, seed=seed)
    return Measure(value, low, high, len(values))


def quantile(values: Sequence[float], q: float, *, seed: int = 0) -> Measure:
    """A quantile with its bootstrap interval."""
    if not values:
        return NOT_SCORED
    observed = np.asarray(values, dtype=float)
    draws = np.random.default_rng(seed).integers(0, len(observed), (RESAMPLES, len(observed)))
    estimates = np.quantile(observed[draws], q, axis=1)
    low, high = np.quantile(estimates, _tails())
    return Measure(float(np.quantile(observed, q)), float(low), float(high), len(values))


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's score interval of a share of ``n`` independent cases (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    square = _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    # Rounding may put a bound of 0 or 1 on the wrong side of the share itself.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def bootstrap(values: np.ndarray, clusters: Sequence[Hashable], *, seed: int = 0) -> tuple[float, float]:
    """Percentile interval of the mean, whole clusters resampled."""
    order = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    index = np.fromiter((order[name] for name in clusters), dtype=int, count=len(clusters))
    sums = np.bincount(index, weights=values, minlength=len(order))
    counts = np.bincount(index, minlength=len(order))
    draws = np.random.default_rng(seed).integers(0, len(order), (RESAMPLES, len(order)))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    low, high = np.quantile(means, _tails())
    return float(low), float(high)


def _tails() -> tuple[float, float]:
    return (1 - LEVEL) / 2, 1 - (1 - LEVEL) / 2


def exact_binomial(wins: int, losses: int) -> float:
    """Two-sided exact p of so uneven a split of a fair coin.

    McNemar's exact test where wins and losses are the cases that flipped, the sign test where they are the
    pairs that went up and down.
    """
    n = wins + losses
    if n == 0:
        return 1.0
    tail = sum(math.comb(n, k) for k in range(min(wins, losses) + 1)) / 2**n
    return min(1.0, 2 * tail)


@dataclass(frozen=True, slots=True)
class Paired:
    """Two runs over the same cases."""

    n: int
    better: int
    worse: int
    difference: Measure
    """Of the means, the second less the first."""
    p: float

    @property
    def verdict(self) -> Literal["better", "worse", "not told apart"]:
        """What may be said at the 5% level."""
        if self.p >= 1 - LEVEL or self.better == self.worse:
            return "not told apart"
        return "better" if self.better > self.worse else "worse"


def paired(before: Sequence[float], after: Sequence[float], *, seed: int = 0) -> Paired:
    """Compare value by value: a sign test, which for passed (1) and failed (0) is McNemar's exact test."""
    differences = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    better, worse = int((differences > 0).sum()), int((differences < 0).sum())
    if len(differences) == 0:
        return Paired(0, 0, 0, NOT_SCORED, 1.0)
    low, high = bootstrap(differences, range(len(differences)), seed=seed)
    measure = Measure(float(differences.mean()), low, high, len(differences))
    return Paired(len(differences), better, worse, measure, exact_binomial(better, worse))


def fisher(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Two-sided exact p that two shares are the same (Fisher): ``(passed, failed)`` of each group."""
    passed, n = first[0] + second[0], sum(first) + sum(second)
    size = sum(first)
    if not size or size == n:
        return 1.0
    ways = [
        math.comb(passed, k) * math.comb(n - passed, size - k)
        for k in range(max(0, size - (n - passed)), min(size, passed) + 1)
    ]
    here = math.comb(passed, first[0]) * math.comb(n - passed, first[1])
    return min(1.0, sum(one for one in ways if one <= here) / math.comb(n, size))
