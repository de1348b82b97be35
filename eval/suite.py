"""A suite of scripted conversations: YAML that a clinician can write, read into frozen values.

Vocabulary as in inspect_ai: a *sample* is one conversation, a *scorer* judges one expectation of it, a
*metric* summarises scores, a *gate* is a metric that a release must reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agent.errors import UsageError
from agent.types import Level, Outcome, Role


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


LevelName = Literal["none", "self_care", "routine", "urgent", "emergency"]


class LevelExpectation(Strict):
    """``level: urgent`` (exact), or ``level: {at_least: routine, at_most: urgent}``."""

    exactly: LevelName | None = None
    at_least: LevelName | None = None
    at_most: LevelName | None = None

    @model_validator(mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        return {"exactly": value} if isinstance(value, str) else value

    def allows(self, level: Level) -> bool:
        if self.exactly is not None and level != Level.parse(self.exactly):
            return False
        if self.at_least is not None and level < Level.parse(self.at_least):
            return False
        return self.at_most is None or level <= Level.parse(self.at_most)

    def __str__(self) -> str:
        if self.exactly:
            return self.exactly
        return " and ".join(
            f"{name.replace('_', ' ')} {value}"
            for name, value in (("at_least", self.at_least), ("at_most", self.at_most))
            if value
        )


class CitationExpectation(Strict):
    """``cites: 1`` (at least so many), or with the document that must be among them."""

    at_least: int = 1
    document: str | None = None
    """Id of a document, ``condition/migraine``; any of several separated by ``|``."""

    @model_validator(mode="before")
    @classmethod
    def _count(cls, value: Any) -> Any:
        if isinstance(value, int):
            return {"at_least": value}
        return {"document": value} if isinstance(value, str) else value


class Expectation(Strict):
    """What one reply must be. Everything left out is not judged."""

    outcome: Outcome | tuple[Outcome, ...] | None = None
    level: LevelExpectation | None = None
    red_flags: tuple[str, ...] = ()
    """Ids that must be among the reply's red flags."""
    cites: CitationExpectation | None = None
    must_say: tuple[str, ...] = ()
    """Each must stand in the text, without regard to case; alternatives separated by ``|``."""
    must_not_say: tuple[str, ...] = ()
    must_ask: bool = False
    """At least one question is asked back."""
    language: Literal["en", "zh"] | None = None
    max_ms: float | None = Field(default=None, gt=0)
    """Agent time of the turn."""


class ScriptedTurn(Strict):
    say: str = Field(min_length=1)
    expect: Expectation = Expectation()

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"say": value} if isinstance(value, str) else value


class Sample(Strict):
    """One conversation. ``expect`` on the sample judges its last reply."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    tags: tuple[str, ...] = ()
    role: Role = Role.PATIENT
    language: Literal["auto", "en", "zh"] = "auto"
    locale: str = "auto"
    turns: tuple[ScriptedTurn, ...] = Field(min_length=1)
    expect: Expectation = Expectation()
    why: str = ""
    """What this case guards against, for whoever reads a failure."""

    def expectations(self) -> Iterator[tuple[int, Expectation]]:
        """Every expectation with the turn whose reply it judges."""
        for number, turn in enumerate(self.turns):
            if turn.expect != Expectation():
                yield number, turn.expect
        if self.expect != Expectation():
            yield len(self.turns) - 1, self.expect


class Gate(Strict):
    """A metric over the suite's samples (or those with ``tag``) that must reach ``at_least``."""

    metric: Literal["pass_rate", "grounded_rate"] = "pass_rate"
    tag: str | None = None
    at_least: float = Field(ge=0, le=1)


class Suite(Strict):
    suite: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    description: str
    gates: tuple[Gate, ...] = Field(min_length=1)
    samples: tuple[Sample, ...] = Field(min_length=1)

    @field_validator("samples")
    @classmethod
    def _unique(cls, samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
        seen: set[str] = set()
        for sample in samples:
            if sample.id in seen:
                raise ValueError(f"the sample id {sample.id!r} is used twice")
            seen.add(sample.id)
        return samples

    @model_validator(mode="after")
    def _gated_tags_exist(self) -> Suite:
        tags = {tag for sample in self.samples for tag in sample.tags}
        for gate in self.gates:
            if gate.tag is not None and gate.tag not in tags:
                raise ValueError(f"a gate names the tag {gate.tag!r}, which no sample has")
        return self


def load_suite(path: Path) -> Suite:
    """Read one suite file.

    Raises:
        UsageError: it is no suite; the message names the file, the line where YAML knows it, and the field.
    """
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        return Suite.model_validate(raw)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise UsageError(f"{path}, line {line}: {error.problem}.") from error
    except ValidationError as error:
        told = [
            f"field {'.'.join(str(part) for part in one['loc']) or 'suite'}: {one['msg']}"
            for one in error.errors()[:5]
        ]
        raise UsageError(f"{path}, {'; '.join(told)}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error


def find_suites(paths: Iterable[Path]) -> list[Path]:
    """Suite files named, and those in folders named, in order.

    Raises:
        UsageError: there is none.
    """
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("**/*.yaml")) if path.is_dir() else [path]
    if not found:
        raise UsageError(f"No suite (*.yaml) in {', '.join(str(path) for path in paths)}.")
    return found
