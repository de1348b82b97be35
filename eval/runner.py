"""Run suites against a target and judge what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from agent.errors import WenzhenError
from eval.cache import Cache
from eval.metrics import judge_gates
from eval.result import Result, SuiteResult
from eval.schema.suite import Sample, Suite
from eval.scoring.consistency import same
from eval.scoring.expected import Context, Judge, always, judge
from eval.scoring.score import Score
from eval.targets.conversation import Answer, Target
from eval.targets.hold import hold
from retrieval.errors import RetrievalError


@dataclass(frozen=True)
class Options:
    """How to run, not what."""

    jobs: int = 2
    epochs: int = 1
    seed: int = 0
    seconds: float | None = None
    """Conversations that have not begun by then are left out; what is left out is counted."""
    cache: Cache | None = None
    fresh: bool = False
    """Hold every conversation anew (and keep it)."""
    judge: Judge | None = None


def run_suites(
    suites: Iterable[Suite],
    target_of: Callable[[Suite], Target],
    options: Options = Options(),  # noqa: B008  (frozen)
    *,
    tick: Callable[[], object] = lambda: None,
) -> Iterator[SuiteResult]:
    """Each suite's result, as soon as it is complete. ``tick`` is called after every conversation."""
    deadline = None if options.seconds is None else time.monotonic() + options.seconds
    for suite in suites:
        yield _run_suite(suite, target_of(suite), options, deadline, tick)


def _run_suite(
    suite: Suite, target: Target, options: Options, deadline: float | None, tick: Callable[[], object]
) -> SuiteResult:
    fingerprint = target.fingerprint() if options.cache else ""
    planned = [(sample, epoch) for epoch in range(options.epochs) for sample in suite.samples]
    order = list(range(len(planned)))
    if deadline is not None:  # what the time allows is then a fair sample
        random.Random(options.seed).shuffle(order)
    done: dict[int, Result] = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        futures: dict[Future[Result | None], int] = {
            pool.submit(_held, target, *planned[n], options, fingerprint, deadline): n for n in order
        }
        try:
            for future in as_completed(futures):
                if (result := future.result()) is not None:
                    done[futures[future]] = result
                tick()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    results = _compared([done[n] for n in sorted(done)])
    gates = judge_gates(suite.gates, results, seed=options.seed)
    return SuiteResult(suite, tuple(results), gates, left_out=len(planned) - len(done))


def _held(
    target: Target, sample: Sample, epoch: int, options: Options, fingerprint: str, deadline: float | None
) -> Result | None:
    key = options.cache.key(fingerprint, sample, epoch) if options.cache and fingerprint else ""
    answers = options.cache.get(key) if options.cache and key and not options.fresh else None
    cached = answers is not None
    if answers is None:
        if deadline is not None and time.monotonic() > deadline:
            return None
        try:
            answers = hold(target, sample, epoch)
        except (WenzhenError, RetrievalError) as error:
            return Result(sample, epoch=epoch, error=str(error))
        if options.cache and key:
            options.cache.put(key, answers)
    context = Context(target.passage if target.has_corpus else None, options.judge)
    return Result(sample, answers, tuple(scored(sample, answers, context)), epoch, cached=cached)


def held(target: Target, sample: Sample, options: Options) -> Result:
    """One conversation, judged by itself."""
    result = _held(target, sample, 0, options, "", None)
    assert result is not None  # only a deadline leaves one out
    return result


def scored(sample: Sample, answers: Sequence[Answer], context: Context) -> Iterator[tuple[int, Score]]:
    """Every score of one conversation with the turn it judges."""
    for number, answer in enumerate(answers):
        yield number, always(answer, context)
    for turn, expected in sample.expectations(len(answers)):
        for score in judge(answers[turn], expected, context):
            yield turn, score


def _compared(results: list[Result]) -> list[Result]:
    """Versions of a case get scores for what changed against their base, of the same epoch."""
    bases = {
        (result.sample.id, result.epoch): result
        for result in results
        if result.sample.version and result.sample.is_base
    }
    return [_against(result, bases) for result in results]


def _against(result: Result, bases: dict[tuple[str, int], Result]) -> Result:
    version = result.sample.version
    base = bases.get((version.of, result.epoch)) if version and not result.sample.is_base else None
    return judged_against(result, base) if base else result


def judged_against(result: Result, base: Result) -> Result:
    """A version of a case with scores for what changed against its base."""
    version = result.sample.version
    if version is None or result.last is None or base.last is None:
        return result
    turn = len(result.answers) - 1
    more = tuple((turn, score) for score in same(version, base.last, result.last))
    return replace(result, scores=(*result.scores, *more))
