"""The values of one turn: what a person said, what the agent answers, and why.

All values are immutable. ``Reply.model_dump(mode="json")`` is the public contract: fields may be
added, none renamed or removed without a major version.
"""

from __future__ import annotations

import uuid
from enum import IntEnum, StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator


class Role(StrEnum):
    PATIENT = "patient"
    CLINICIAN = "clinician"


class Outcome(StrEnum):
    """How a turn ended. Typed, so that nobody has to guess it from the wording."""

    ANSWERED = "answered"
    CLARIFYING = "clarifying"
    """A question is asked back because the answer depends on it."""
    ABSTAINED = "abstained"
    """Nothing in the indexed sources supports an answer; the text says what to do instead."""
    EMERGENCY = "emergency"
    CRISIS = "crisis"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    """Outside health: told kindly what this service is for."""


class Level(IntEnum):
    """Urgency. Ordered, so that ``max`` is the safe combination; serialised by name."""

    NONE = 0
    """No personal complaint was described (information only)."""
    SELF_CARE = 1
    """Manage at home, knowing what to watch for."""
    ROUTINE = 2
    """See a clinician in days to weeks."""
    URGENT = 3
    """Be seen today or within 24 hours."""
    EMERGENCY = 4
    """Call the ambulance or go now."""

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, value: str | int | Level) -> Level:
        if isinstance(value, str):
            return cls[value.upper()]
        return cls(value)


class Value(BaseModel):
    """Base of every value here: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Turn(Value):
    """One message of the person, with what is known about the conversation around it."""

    text: str
    role: Role = Role.PATIENT
    language: str = "auto"
    """``auto``, ``en`` or ``zh``."""
    locale: str = "auto"
    """Whose emergency number and hotlines to show: ``us``, ``gb``, ``cn``, …; ``auto`` goes by the language;
    unknown ones get the general text."""
    session: str = ""
    history: tuple[Exchange, ...] = ()
    """Earlier exchanges of this conversation, oldest first."""


class Exchange(Value):
    """One earlier turn: what was said and what came back."""

    said: str
    replied: str
    outcome: Outcome = Outcome.ANSWERED
    floor: Level = Level.NONE
    """The floor pinned by that turn; later turns never go below it unless the fact itself is corrected."""
    query: str = ""

    @field_validator("floor", mode="before")
    @classmethod
    def _parse_level(cls, value: Any) -> Level:
        return Level.parse(value)


class RedFlag(Value):
    id: str
    evidence: str
    """The person's exact words."""
    turn: int
    level: Level = Field(default=Level.EMERGENCY, exclude=True)

    @field_validator("level", mode="before")
    @classmethod
    def _parse_level(cls, value: Any) -> Level:
        return Level.parse(value)


class Triage(Value):
    level: Level = Level.NONE
    floor: Level | None = None
    """What the rules pinned; ``None`` where no rule spoke."""
    red_flags: tuple[RedFlag, ...] = ()
    reasons: tuple[str, ...] = ()

    @field_validator("level", "floor", mode="before")
    @classmethod
    def _parse_level(cls, value: Any) -> Level | None:
        return None if value is None else Level.parse(value)

    @field_serializer("level", "floor")
    def _level_name(self, level: Level | None) -> str | None:
        return None if level is None else level.label


class Citation(Value):
    """Exact words of one passage: ``passage.text[start:end] == quote``."""

    n: int
    document_id: str
    passage_id: str
    title: str
    source: str = ""
    url: str = ""
    published: str | None = None
    page: int | None = None
    quote: str
    start: int
    end: int
    section: str = ""
    passage: str = ""
    """The whole passage around the quote, so that a reader can judge the context."""
    review: str | None = None
    """Who reviewed the source, where the source says (``none`` for an unsigned handbook card)."""


class Claim(Value):
    """One sentence of the answer and what holds it up."""

    text: str
    citations: tuple[int, ...] = ()
    support: float | None = None
    """0..1, or ``None`` for "not scored" (which is never zero)."""
    kept: bool = True
    reason: str = ""
    """Why it was dropped, when it was."""


class Differential(Value):
    condition: str
    icd10: str | None = None
    probability: float | None = None
    supporting: tuple[str, ...] = Field(default=(), alias="for")
    against: tuple[str, ...] = ()
    level: Level = Level.ROUTINE

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    @field_validator("level", mode="before")
    @classmethod
    def _parse_level(cls, value: Any) -> Level:
        return Level.parse(value)

    @field_serializer("level")
    def _level_name(self, level: Level) -> str:
        return level.label


class Refusal(Value):
    category: str
    reason: str


class Trace(Value):
    """What produced a reply: enough to reproduce it and to explain it."""

    query: str = ""
    """The question that was searched for, after follow-ups were resolved."""
    model: str = "none"
    engine: str = "rules"
    prompt_sha256: str = ""
    corpus_sha256: str = ""
    index: str = ""
    dropped_claims: int = 0
    retrieved: tuple[str, ...] = ()
    """Ids of the passages that were handed to the answer."""
    guards: tuple[str, ...] = ()
    """Guards that tripped, by id."""
    timings_ms: dict[str, float] = Field(default_factory=dict)


class Reply(Value):
    """One complete answer."""

    id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    session: str = ""
    role: Role = Role.PATIENT
    language: str = "en"
    outcome: Outcome
    text: str
    triage: Triage = Triage()
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    differential: tuple[Differential, ...] = ()
    questions: tuple[str, ...] = ()
    refusal: Refusal | None = None
    warnings: tuple[str, ...] = ()
    trace: Trace = Trace()


class EventKind(StrEnum):
    """What a streamed turn emits, in this order; only the last is always there."""

    STATUS = "status"
    """``text`` names the step under way, for a progress line."""
    ALERT = "alert"
    """A hand-written emergency or crisis text; shown at once."""
    SENTENCE = "sentence"
    """A released piece of Markdown. Alerts and sentences, concatenated, make up ``Reply.text``."""
    REPLY = "reply"
    """The complete reply; always the last event."""


class Event(Value):
    kind: EventKind
    text: str = ""
    reply: Reply | None = None


Turn.model_rebuild()
