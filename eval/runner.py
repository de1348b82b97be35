"""Run suites against the agent and summarise what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from agent.consult import Consultant
from agent.errors import WenzhenError
from agent.types import Reply
from eval.scorers import Score, judge
from eval.suite import Gate, Sample, Suite
from retrieval.errors import RetrievalError


@dataclass(frozen=True)
class Result:
    """One sample's conversation and its scores. A sample that broke has an ``error`` and did not pass."""

    sample: Sample
    replies: tuple[Reply, ...]
    scores: tuple[tuple[int, Score], ...]
    """Each score with the turn it judges."""
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.error and all(score.passed is not False for _, score in self.scores)

    @property
    def failures(self) -> list[str]:
        if self.error:
            return [self.error]
        return [
            f"turn {turn + 1}, {score.scorer}: {score.detail}"
            for turn, score in self.scores
            if score.passed is False
        ]


@dataclass(frozen=True)
class GateResult:
    gate: Gate
    value: float | None
    """``None`` when nothing could be scored, which does not pass a gate."""
    counted: int

    @property
    def passed(self) -> bool:
        return self.value is not None and self.value >= self.gate.at_least


@dataclass(frozen=True)
class SuiteResult:
    suite: Suite
    results: tuple[Result, ...]
    gates: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        return all(gate.passed for gate in self.gates)


def run_suites(
    suites: Iterable[Suite],
    consultant: Consultant,
    *,
    jobs: int = 2,
    tick: Callable[[], object] = lambda: None,
) -> Iterator[SuiteResult]:
    """Each suite's result, as soon as it is complete. ``tick`` is called after every sample."""
    with ThreadPoolExecutor(jobs) as pool:
        for suite in suites:
            results = []
            for result in pool.map(lambda sample: run_sample(sample, consultant), suite.samples):
                results.append(result)
                tick()
            gates = tuple(_gate(gate, results) for gate in suite.gates)
            yield SuiteResult(suite, tuple(results), gates)


def run_sample(sample: Sample, consultant: Consultant) -> Result:
    """Hold one conversation and judge it."""
    try:
        replies = consultant.talk(
            [turn.say for turn in sample.turns],
            role=sample.role,
            language=sample.language,
            locale=sample.locale,
        )
    except (WenzhenError, RetrievalError) as error:
        return Result(sample, (), (), error=str(error))
    scores = [
        (turn, score) for turn, expected in sample.expectations() for score in judge(replies[turn], expected)
    ]
    return Result(sample, tuple(replies), tuple(scores))


def _gate(gate: Gate, results: Sequence[Result]) -> GateResult:
    chosen = [result for result in results if gate.tag is None or gate.tag in result.sample.tags]
    if gate.metric == "grounded_rate":
        grounded = [
            score.passed for result in chosen for _, score in result.scores if score.scorer == "grounded"
        ]
        judged = [passed for passed in grounded if passed is not None]
    else:
        judged = [result.passed for result in chosen]
    return GateResult(gate, sum(judged) / len(judged) if judged else None, len(judged))
