"""A seeded slice of the suites that still has something of everything."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from eval.schema.gates import Gate
from eval.schema.suite import Sample, Suite


def sampled(suites: Sequence[Suite], size: int, seed: int = 0) -> list[Suite]:
    """About ``size`` conversations over all suites, in proportion, stratified by each case's set of tags.

    Every suite keeps at least one case. Versions of a case go with their base, so that consistency can still be
    judged; a case counts once, however many versions it has. Gates on tags that are left without a case go.
    """
    total = sum(sum(sample.is_base for sample in suite.samples) for suite in suites)
    if size >= total:
        return list(suites)
    return [_slice(suite, max(1, round(size * _bases(suite) / total)), seed) for suite in suites]


def _bases(suite: Suite) -> int:
    return sum(sample.is_base for sample in suite.samples)


def _slice(suite: Suite, size: int, seed: int) -> Suite:
    strata: dict[tuple[str, ...], list[Sample]] = defaultdict(list)
    for sample in suite.samples:
        if sample.is_base:
            strata[tuple(sorted(sample.tags))].append(sample)
    generator = random.Random(f"{seed}|{suite.name}")
    order = sorted(strata)
    generator.shuffle(order)
    for name in order:
        generator.shuffle(strata[name])
    chosen: set[str] = set()
    while len(chosen) < size and any(strata.values()):
        # One of each stratum in turn, the largest first in later rounds: proportions hold, nothing is left out.
        for name in order:
            if strata[name] and len(chosen) < size:
                chosen.add(strata[name].pop().id)
        order.sort(key=lambda name: -len(strata[name]))
    kept = tuple(
        sample
        for sample in suite.samples
        if sample.id in chosen or (sample.version is not None and sample.version.of in chosen)
    )
    tags = {tag for sample in kept for tag in sample.tags}
    gates: tuple[Gate, ...] = tuple(gate for gate in suite.gates if gate.tag is None or gate.tag in tags)
    return replace(suite, samples=kept, gates=gates)
