"""Two runs over the same cases: better, worse, or not told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eval.statistics import Paired, paired

Case = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """Pairs of the cases that both runs have."""

    overall: Paired
    slices: Mapping[str, Paired]
    """By suite, language, role and tag; only those with at least two flipped cases tell anything."""
    better: tuple[tuple[str, Case, Case], ...]
    """Name, before and after of every case that failed before and passes now."""
    worse: tuple[tuple[str, Case, Case], ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def compare(before: dict[str, Any], after: dict[str, Any], *, seed: int = 0) -> Comparison:
    """Compare two reports as JSON; several epochs of one case count as their mean."""
    old, new = _cases(before), _cases(after)
    shared = [name for name in old if name in new]
    groups: dict[str, list[str]] = defaultdict(list)
    for name in shared:
        for group in _groups(name, new[name][0]):
            groups[group].append(name)

    def pair(names: list[str]) -> Paired:
        return paired([_share(old[name]) for name in names], [_share(new[name]) for name in names], seed=seed)

    flips = [(name, old[name][0], new[name][0], _share(new[name]) - _share(old[name])) for name in shared]
    return Comparison(
        overall=pair(shared),
        slices={name: pair(names) for name, names in sorted(groups.items())},
        better=tuple((name, one, other) for name, one, other, change in flips if change > 0),
        worse=tuple((name, one, other) for name, one, other, change in flips if change < 0),
        only_before=tuple(sorted(old.keys() - new.keys())),
        only_after=tuple(sorted(new.keys() - old.keys())),
    )


def _cases(report: dict[str, Any]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for suite in report["suites"]:
        for one in suite["samples"]:
            found[f"{suite['suite']}/{one['id']}"].append(one)
    return found


def _share(epochs: list[Case]) -> float:
    return sum(bool(one["passed"]) for one in epochs) / len(epochs)


def _groups(name: str, case: Case) -> Iterator[str]:
    yield f"suite {name.partition('/')[0]}"
    if language := case.get("language"):
        yield f"language {language}"
    if role := case.get("role"):
        yield f"role {role}"
    for tag in case.get("tags", ()):
        if tag not in ("en", "zh"):
            yield f"tag {tag}"


def as_text(found: Comparison, *, transcripts: bool = True) -> Iterator[str]:
    """The verdict, the slices that changed, and every flipped case with both transcripts."""
    overall = found.overall
    yield (
        f"{overall.n} cases in both: {overall.better} better, {overall.worse} worse. "
        f"The second run is {_verdict(overall)} (exact p = {overall.p:.3g})."
    )
    if overall.difference.value is not None and overall.difference.low is not None:
        change = overall.difference
        yield f"Pass rate changed by {change.value:+.1%} (95% interval {change.low:+.1%} to {change.high:+.1%})."
    for name, pair in found.slices.items():
        if pair.better or pair.worse:
            yield f"  {name}: {pair.better} better, {pair.worse} worse of {pair.n}; {_verdict(pair)} (p = {pair.p:.3g})"
    if len(found.slices) > 1:
        yield "  (slices overlap and are many: one that stands out by itself may be chance)"
    for word, flipped in (("worse", found.worse), ("better", found.better)):
        for name, before, after in flipped:
            yield f"{word}: {name}"
            if transcripts:
                yield from _both(before, after)
    for word, names in (("only before", found.only_before), ("only after", found.only_after)):
        if names:
            yield f"{word}: {', '.join(names)}"


def _verdict(pair: Paired) -> str:
    return "not told apart from the first" if pair.verdict == "not told apart" else pair.verdict


def _both(before: Case, after: Case) -> Iterator[str]:
    for label, case in (("before", before), ("after", after)):
        yield f"    {label}: {'passed' if case['passed'] else '; '.join(case.get('failures', ())) or 'failed'}"
        for said, reply in zip(case.get("turns", ()), case.get("replies", ()), strict=False):
            text = " ".join(str(reply.get("text", "")).split())
            level = reply.get("triage", {}).get("level", "")
            yield f"      > {said}"
            yield f"      [{reply.get('outcome', '')}, {level}] {text}"
