"""A public benchmark: its records become conversations, and each answer becomes values of its metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from agent.errors import UsageError, WenzhenError
from agent.types import Role
from eval.bench.records import Record, read_records, sample
from eval.cache import Cache
from eval.schema.source import Persona, ScriptedTurn, SimulatedPatient
from eval.schema.suite import Sample
from eval.scoring.expected import Judge
from eval.statistics import Measure, mean
from eval.targets.conversation import Answer, Target
from eval.targets.hold import hold
from retrieval.errors import RetrievalError
from retrieval.language import detect_language

Values = Mapping[str, float | None]
"""Metric to value; ``None`` is not scored and left out of the mean."""


@dataclass(frozen=True)
class Item:
    """One record as a conversation, with what is right."""

    sample: Sample
    gold: Any
    group: str = ""
    """A slice of the benchmark to report by itself."""


@dataclass(frozen=True)
class Scored:
    item: Item
    answers: tuple[Answer, ...]
    values: Values
    error: str = ""


@dataclass(frozen=True)
class BenchResult:
    """One system on one benchmark."""

    bench: str
    system: str
    scored: tuple[Scored, ...]
    metrics: Mapping[str, Measure] = field(default_factory=dict)


class Bench(ABC):
    """One published format."""

    name: ClassVar[str]
    reads: ClassVar[str]
    """The file that is read, as its publisher gives it out."""
    judged: ClassVar[bool] = False
    """Whether its metric needs a judge model."""

    def __init__(self, judge: Judge | None = None) -> None:
        self.judge = judge

    @abstractmethod
    def items(self, record: Record) -> Iterator[Item]:
        """The conversations of one record. Raises ``KeyError`` where a field is missing."""

    @abstractmethod
    def score(self, item: Item, answers: Sequence[Answer]) -> Values:
        """The values of one conversation."""

    def load(self, path: Path, limit: int | None, seed: int) -> list[Item]:
        """Conversations of a seeded sample of the records.

        Raises:
            UsageError: the file is not of this format.
        """
        records = sample(read_records(path), limit, seed)
        found: list[Item] = []
        for number, record in enumerate(records, start=1):
            try:
                found += self.items(record)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise UsageError(
                    f"{path}, record {number} is not of {self.name}: {self.reads} ({error!r})."
                ) from error
        return found

    def literature(self, path: Path, items: Sequence[Item], home: Path) -> Path | None:
        """Documents that come with the benchmark and hold what its questions ask for; every system answers from them.

        ``home``: a folder to write a sample of them to. ``None``: the systems answer from what they have.
        """
        return None


def conversation(
    name: str,
    *said: str,
    role: Role = Role.PATIENT,
    patient: SimulatedPatient | None = None,
    persona: Persona | None = None,
) -> Sample:
    """A sample that only says these things."""
    opening = patient.opening if patient else said[0]
    return Sample(
        id=name,
        role=role,
        language=detect_language(opening),
        turns=tuple(ScriptedTurn(say=text) for text in said),
        patient=patient,
        persona=persona,
    )


def run(
    bench: Bench,
    items: Sequence[Item],
    target: Target,
    *,
    jobs: int = 2,
    cache: Cache | None = None,
    seed: int = 0,
    tick: Callable[[], object] = lambda: None,
) -> BenchResult:
    """Hold every conversation and take the means. One that broke counts as wrong where there is a right answer."""
    fingerprint = target.fingerprint() if cache else ""

    def one(item: Item) -> Scored:
        try:
            answers = _answers(target, item.sample, cache, fingerprint)
        except (WenzhenError, RetrievalError) as error:
            return Scored(item, (), {}, str(error))
        finally:
            tick()
        return Scored(item, answers, bench.score(item, answers))

    with ThreadPoolExecutor(jobs) as pool:
        scored = tuple(pool.map(one, items))
    return BenchResult(bench.name, target.name, scored, means(scored, seed=seed))


def _answers(target: Target, sample: Sample, cache: Cache | None, fingerprint: str) -> tuple[Answer, ...]:
    key = cache.key(fingerprint, sample, 0) if cache and fingerprint else ""
    known = cache.get(key) if cache and key else None
    if known is not None:
        return known
    answers = hold(target, sample)
    if cache and key:
        cache.put(key, answers)
    return answers


def means(scored: Sequence[Scored], *, seed: int = 0) -> dict[str, Measure]:
    """Every metric over all conversations, and over each group where there are several."""
    groups = {one.item.group for one in scored if one.item.group}
    found: dict[str, list[float]] = defaultdict(list)
    for one in scored:
        for name, value in one.values.items():
            if value is not None:
                found[name].append(value)
                if len(groups) > 1 and one.item.group:
                    found[f"{name} [{one.item.group}]"].append(value)
    result = {name: mean(values, seed=seed) for name, values in found.items()}
    broken = sum(bool(one.error) for one in scored)
    if broken:
        result["broke"] = mean([float(bool(one.error)) for one in scored])
    return dict(
        sorted(result.items(), key=lambda pair: ("[" in pair[0], pair[0])) if len(groups) > 1 else result
    )
