"""What came of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from agent.types import Reply
from eval.schema.gates import Gate
from eval.schema.suite import Sample, Suite
from eval.scoring.score import Score
from eval.statistics import Measure
from eval.targets.conversation import Answer


@dataclass(frozen=True)
class Result:
    """One conversation and its scores. One that broke has an ``error`` and did not pass."""

    sample: Sample
    answers: tuple[Answer, ...] = ()
    scores: tuple[tuple[int, Score], ...] = ()
    """Each score with the turn it judges."""
    epoch: int = 0
    error: str = ""
    cached: bool = False
    """Whether the conversation was held in an earlier run."""

    @property
    def passed(self) -> bool:
        return not self.error and all(score.passed is not False for _, score in self.scores)

    @property
    def last(self) -> Reply | None:
        return self.answers[-1].reply if self.answers else None

    @property
    def failures(self) -> list[str]:
        if self.error:
            return [self.error]
        return [
            f"turn {turn + 1}, {score.scorer}: {score.detail}"
            for turn, score in self.scores
            if score.passed is False
        ]

    @property
    def ms(self) -> float | None:
        """Median agent time of its turns."""
        took = [ms for one in self.answers if (ms := one.reply.trace.timings_ms.get("total")) is not None]
        return median(took) if took else None


@dataclass(frozen=True)
class GateResult:
    gate: Gate
    measure: Measure
    """Without a value when nothing could be scored, which does not pass a gate."""

    @property
    def held(self) -> float | None:
        """What is held against the bound: the value, or the worse end of its interval."""
        if not self.gate.sure:
            return self.measure.value
        return self.measure.low if self.gate.at_least is not None else self.measure.high

    @property
    def passed(self) -> bool:
        if self.held is None:
            return False
        if self.gate.at_least is not None:
            return self.held >= self.gate.at_least
        return self.gate.at_most is not None and self.held <= self.gate.at_most

    @property
    def contradicted(self) -> bool:
        """Whether what was seen speaks against the gate: even the better end of the interval misses the bound.

        A slice of a suite is too small to show that a gate holds; it can show that it does not.
        """
        if self.measure.low is None or self.measure.high is None:
            return False
        if self.gate.at_least is not None:
            return self.measure.high < self.gate.at_least
        return self.gate.at_most is not None and self.measure.low > self.gate.at_most


@dataclass(frozen=True)
class SuiteResult:
    suite: Suite
    results: tuple[Result, ...]
    gates: tuple[GateResult, ...]
    left_out: int = 0
    """Conversations that were not held because the time was up."""

    @property
    def passed(self) -> bool:
        return all(gate.passed for gate in self.gates)


@dataclass(frozen=True)
class Run:
    """Everything of one run against one target."""

    target: str
    suites: tuple[SuiteResult, ...]
    about: dict[str, str] = field(default_factory=dict)
    """When, with which model, over which corpus."""

    @property
    def passed(self) -> bool:
        return all(suite.passed for suite in self.suites)

    @property
    def results(self) -> list[Result]:
        return [result for suite in self.suites for result in suite.results]


def writers(results: Sequence[Result]) -> str:
    """Which model wrote how many of the replies; ``none`` where they are rules' and sources' own words."""
    counts = Counter(answer.reply.trace.model for result in results for answer in result.answers)
    return ", ".join(f"{model} {count}" for model, count in counts.most_common())
