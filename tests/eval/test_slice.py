"""A seeded slice of every suite that ships, held with the real agent: a smoke test for each change.

The whole is for a release (``make eval``). A slice cannot show that a gate holds, but that it does not: no gate may be
contradicted by it, and nothing may break.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.settings import Settings
from agent.types import Level
from eval.result import GateResult, SuiteResult
from eval.runner import Options, run_suites
from eval.sampling import sampled
from eval.schema.gates import VALUES, Gate
from eval.schema.load import find_suites, load_suite
from eval.statistics import Measure
from eval.targets.choose import Targets

SHIPPED = Path(__file__).parents[2] / "eval" / "suites"
CASES = 60


@pytest.fixture(scope="module")
def held(handbook_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SuiteResult]]:
    suites = sampled([load_suite(path) for path in find_suites([SHIPPED])], CASES, seed=1)
    settings = Settings(home=tmp_path_factory.mktemp("home"), index=handbook_index)
    with Targets(settings, llm=False) as targets:
        yield list(run_suites(suites, targets.of, Options(jobs=2)))


def test_every_suite_is_in_the_slice_and_nothing_breaks(held: list[SuiteResult]) -> None:
    assert len(held) == len(find_suites([SHIPPED]))
    assert [one.error for suite in held for one in suite.results if one.error] == []


def test_no_gate_is_contradicted(held: list[SuiteResult]) -> None:
    failures = [
        f"{suite.suite.name}: {gate.gate.name}: {gate.measure.value}"
        for suite in held
        for gate in suite.gates
        if gate.gate.metric not in VALUES and gate.contradicted  # times belong to the machine
    ]
    cases = [f"{one.sample.id}: {one.failures}" for suite in held for one in suite.results if not one.passed]
    assert failures == [], "\n".join(cases)


def test_every_claim_of_the_slice_stands_by_its_quotes(held: list[SuiteResult]) -> None:
    scores = [score for suite in held for one in suite.results for _, score in one.scores]
    grounded = [score for score in scores if score.scorer == "grounded" and score.passed is not None]
    assert len(grounded) > CASES / 3
    assert [score.detail for score in grounded if not score.passed] == []


def test_emergencies_of_the_slice_are_at_least_urgent(held: list[SuiteResult]) -> None:
    results = [one for suite in held for one in suite.results if one.sample.expects_emergency and one.last]
    low = [one.sample.id for one in results if one.last and one.last.triage.level < Level.URGENT]
    assert len(results) >= 10
    assert len(low) <= 1, low


@pytest.mark.parametrize(
    ("measure", "contradicted"),
    [
        (Measure(0.5, 0.1, 0.9, 4), False),
        (Measure(0.5, 0.4, 0.6, 90), True),
        (Measure(None, None, None, 0), False),
    ],
)
def test_a_gate_is_contradicted_by_its_interval(measure: Measure, contradicted: bool) -> None:
    assert GateResult(Gate(metric="recall", at_least=0.8), measure).contradicted is contradicted
    turned = Measure(
        None if measure.value is None else 1 - measure.value,
        None if measure.high is None else 1 - measure.high,
        None if measure.low is None else 1 - measure.low,
        measure.n,
    )
    assert GateResult(Gate(metric="over_refusal", at_most=0.2), turned).contradicted is contradicted
